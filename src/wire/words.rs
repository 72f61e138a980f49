//! Which words does a message carry? The site's settings and the page's facts, put together for every channel.

use std::sync::Arc;

use chrono::{DateTime, Utc};

use super::load::Loaded;
use crate::access::link::LinkKey;
use crate::decision::ladder::Channel;
use crate::desk::words::{facts, others, schedule_label};
use crate::episode::event::{Drill, Purpose};
use crate::ports::{CallAnswer, CallScript, Message, Render, Rendering, Stray};
use crate::site::Site;
use crate::wording::messages::{self, Facts, voice, voice_answers};
use crate::wording::{self, drill as words_of_drill};

/// The words of messages, from the site's settings.
pub(super) struct Words {
    pub(super) loaded: Arc<Loaded>,
    /// What links to this house are made with; `None` on paper.
    pub(super) links: Option<LinkKey>,
}

impl Render for Words {
    fn render(&self, asked: &Rendering<'_>) -> Message {
        let Rendering { state, attempt, .. } = *asked;
        if let Some(asks) = &state.drill {
            return drill_message(&self.loaded.site, asked, asks);
        }
        let label = schedule_label(state.schedule.as_deref());
        let others = others(state, &attempt.contact);
        let link = self.link(asked);
        let mut facts = facts(&self.loaded.site, asked, &label, &others);
        facts.link = link.as_deref();
        facts.link_in_texts = self.loaded.site.settings.serve.links_in_texts;
        let mut call = None;
        let (subject, body) = match attempt.channel {
            Channel::Email => messages::email(&facts),
            Channel::Chat => messages::push(&facts, messages::TakenBy::Desk),
            Channel::Ntfy | Channel::Pushover => messages::push(&facts, messages::TakenBy::Button),
            Channel::Sms => (String::new(), messages::sms(&facts)),
            Channel::Voice => {
                let script = self.script(&facts);
                (String::new(), self.spoken(call.insert(script)))
            }
        };
        Message {
            message_key: format!("{}.{}", state.case, attempt.message_key()),
            attempt: attempt.id.clone(),
            to: attempt.contact.address(attempt.channel).unwrap_or_default().to_owned(),
            name: attempt.contact.name.clone(),
            subject,
            body,
            episode: asked.episode.to_owned(),
            call,
            asks_to_act: matches!(attempt.purpose, Purpose::Page | Purpose::Exhausted),
            link,
        }
    }

    fn stray(&self, stray: &Stray, now: DateTime<Utc>) -> String {
        let site = &self.loaded.site;
        let words = match stray {
            Stray::Unknown => messages::StrayWords::Unknown,
            Stray::NothingOpen => messages::StrayWords::NothingOpen,
            Stray::Over { case, owner, at } => messages::StrayWords::Over { case, owner: owner.as_deref(), at: *at },
        };
        let desk = &site.settings.desk;
        messages::stray(&words, &desk.name, &desk.help_desk_phone, now, site.zone)
    }

    fn opted_out(&self, since: DateTime<Utc>) -> String {
        let site = &self.loaded.site;
        wording::opt_outs::refused(since, site.texts_from(), site.zone)
    }

    fn answer(&self, asked: &Rendering<'_>, answer: &CallAnswer<'_>) -> Vec<String> {
        if let Some(drill) = &asked.state.drill {
            let facts = drill_facts(&self.loaded.site, asked, drill);
            return match answer {
                CallAnswer::Taken => words_of_drill::taken(&facts),
                CallAnswer::Declined { .. } => words_of_drill::declined(&facts),
                CallAnswer::Refused(_) => words_of_drill::over(&facts),
            };
        }
        let label = schedule_label(asked.state.schedule.as_deref());
        let facts = facts(&self.loaded.site, asked, &label, &[]);
        match answer {
            CallAnswer::Taken => voice_answers::taken(&facts),
            CallAnswer::Declined { next } => voice_answers::declined(&facts, next),
            CallAnswer::Refused(refusal) => voice_answers::refused(&facts, refusal),
        }
    }

    fn cannot_tell(&self) -> Vec<String> {
        voice_answers::cannot_tell(&self.loaded.site.settings.desk.help_desk_phone)
    }
}

impl Words {
    /// Where the reader answers: for people who are asked to do something, and not in a room that many read.
    fn link(&self, asked: &Rendering<'_>) -> Option<String> {
        let Rendering { attempt, episode, .. } = *asked;
        let is_wanted = match attempt.purpose {
            Purpose::Page | Purpose::Exhausted | Purpose::PromiseWarning { .. } | Purpose::PromiseMissed => true,
            Purpose::StandDown | Purpose::Answer { .. } => false,
        };
        if !is_wanted || matches!(attempt.channel, Channel::Chat | Channel::Voice) {
            return None;
        }
        let public = self.loaded.site.settings.serve.public_url.as_ref()?;
        let token = self.links.as_ref()?.token(episode, &attempt.contact.name)?;
        Some(format!("{}/a/{token}", public.as_str()))
    }

    fn script(&self, facts: &Facts<'_>) -> CallScript {
        CallScript {
            opening: voice::opening(facts),
            facts: voice::details(facts),
            menu: voice::menu(facts),
            without_keys: voice::without_keys(facts, self.loaded.site.channels().contains(&Channel::Sms)),
            voicemail: voice::voicemail(facts),
        }
    }

    /// What a call says to whoever hears it from the beginning, for people who read it.
    fn spoken(&self, script: &CallScript) -> String {
        let CallScript { opening, facts, menu, without_keys, .. } = script;
        let site = &self.loaded.site;
        let keys_are_heard = site.is_training() || site.settings.serve.public_url.is_some();
        let asked = if keys_are_heard { menu } else { without_keys };
        let sentences = std::iter::once(opening).chain(facts).chain([asked]).map(String::as_str);
        sentences.filter(|sentence| !sentence.is_empty()).collect::<Vec<_>>().join(" ")
    }
}

fn drill_facts<'a>(site: &'a Site, asked: &Rendering<'_>, drill: &'a Drill) -> words_of_drill::Facts<'a> {
    words_of_drill::Facts {
        desk_short: &site.settings.desk.name,
        help_desk_phone: &site.settings.desk.help_desk_phone,
        shift: drill.shift.as_ref(),
        training: asked.state.training,
        zone: site.zone,
    }
}

/// The message of a drill: nothing in it looks like a page.
fn drill_message(site: &Site, asked: &Rendering<'_>, drill: &Drill) -> Message {
    let Rendering { state, attempt, .. } = *asked;
    let facts = drill_facts(site, asked, drill);
    let (subject, body) = match attempt.channel {
        Channel::Email => words_of_drill::email(&facts),
        Channel::Sms | Channel::Voice => (String::new(), words_of_drill::sms(&facts)),
        Channel::Chat => words_of_drill::push(&facts, messages::TakenBy::Desk),
        Channel::Ntfy | Channel::Pushover => words_of_drill::push(&facts, messages::TakenBy::Button),
    };
    let body =
        if matches!(attempt.purpose, Purpose::Answer { .. }) { words_of_drill::replied(&facts, state) } else { body };
    let (opening, told, menu, voicemail) = words_of_drill::call(&facts);
    let without_keys = words_of_drill::without_keys(&facts);
    let call = CallScript { opening, facts: told, menu, without_keys, voicemail };
    Message {
        message_key: format!("{}.{}", state.case, attempt.message_key()),
        attempt: attempt.id.clone(),
        to: attempt.contact.address(attempt.channel).unwrap_or_default().to_owned(),
        name: attempt.contact.name.clone(),
        subject,
        body,
        episode: asked.episode.to_owned(),
        call: Some(call).filter(|_| attempt.channel == Channel::Voice),
        asks_to_act: attempt.purpose == Purpose::Page,
        link: None,
    }
}

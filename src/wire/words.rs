//! Which words does a message carry? The site's settings and the page's facts, put together for every channel.

use std::sync::Arc;

use super::load::Loaded;
use crate::cli::desk::{facts, others, schedule_label};
use crate::decision::ladder::Channel;
use crate::episode::event::Purpose;
use crate::ports::{CallAnswer, CallScript, Message, Render, Rendering};
use crate::wording::messages::{self, Facts, voice, voice_answers};

/// The words of messages, from the site's settings.
pub(super) struct Words {
    pub(super) loaded: Arc<Loaded>,
}

impl Render for Words {
    fn render(&self, asked: &Rendering<'_>) -> Message {
        let Rendering { state, attempt, .. } = *asked;
        let label = schedule_label(state.schedule.as_deref());
        let others = others(state, &attempt.contact);
        let facts = facts(&self.loaded.site, asked, &label, &others);
        let mut call = None;
        let (subject, body) = match attempt.channel {
            Channel::Email => messages::email(&facts),
            Channel::Chat => messages::push(&facts, messages::Answer::Desk),
            Channel::Ntfy | Channel::Pushover => messages::push(&facts, messages::Answer::Button),
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
        }
    }

    fn answer(&self, asked: &Rendering<'_>, answer: &CallAnswer<'_>) -> Vec<String> {
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

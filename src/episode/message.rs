//! Which messages does a page owe to whom, and how far is each? Derived from the state each time, so that nothing is
//! ever queued: an acknowledgement cancels by making messages no longer owed, in the same transaction.
//!
//! `plan` sends what is untried or to be repeated; `facts` leaves a rung whose messages all failed.

use chrono::{DateTime, TimeDelta, Utc};

use super::event::{Attempt, Meant, Purpose};
use super::failover::{Progress, Question};
use super::hang_up::{Needless, needless};
use super::opted_out::calls_instead;
use super::policy::Policy;
use super::promise::later;
use super::state::{HeardAt, State, Tried};
use crate::decision::ladder::{Channel, Contact, Rung};

/// One message on one channel to one contact, whatever its tries.
#[derive(Debug, Clone)]
pub(super) struct Message<'a> {
    /// The id of its attempts, without the try.
    pub(super) key: String,
    pub(super) purpose: Purpose,
    pub(super) rung: Option<usize>,
    pub(super) contact: &'a Contact,
    pub(super) channel: Channel,
    pub(super) progress: Progress,
    /// How often it was tried.
    pub(super) tries: u32,
    /// By which provider its next try goes.
    pub(super) provider: String,
}

impl Message<'_> {
    /// When it is to be tried, if ever.
    pub(super) fn due_at(&self, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
        match self.progress {
            Progress::Untried => Some(now),
            Progress::Again(at) | Progress::Unconfirmed(at) => Some(at),
            Progress::InFlight | Progress::Taken | Progress::Rang | Progress::Failed => None,
        }
    }

    /// The next try of it, to be made by nobody in particular yet.
    pub(super) fn attempt(&self, state: &State, now: DateTime<Utc>, policy: &Policy) -> Attempt {
        let tried = self.tries.saturating_add(1);
        Attempt {
            id: format!("{}.{tried}", self.key),
            purpose: self.purpose,
            round: state.round,
            rung: self.rung,
            contact: self.contact.clone(),
            channel: self.channel,
            tried,
            engine: String::new(),
            provider: self.provider.clone(),
            doubtful_at: later(now, i64::from(policy.attempt_timeout_s.max(1))),
        }
    }
}

/// Every message owed now, the most urgent first: pages, then alarms, then the promise, then answers, then stand-downs.
pub(super) fn owed<'a>(state: &'a State, policy: &'a Policy) -> Vec<Message<'a>> {
    let mut messages = Vec::new();
    if !state.is_open() {
        return messages;
    }
    if let Some(climb) = state.current.filter(|_| state.is_climbing()) {
        messages.extend(pages(state, climb.rung, policy));
    }
    let is_page = state.drill.is_none();
    if is_page {
        messages.extend(calls_instead(state, policy));
        messages.extend(exhaustion_alarms(state, policy));
        messages.extend(promise_messages(state, policy));
    }
    messages.extend(answers(state, policy));
    if is_page {
        messages.extend(stand_downs(state, policy));
    }
    messages
}

/// How many replies of one person that nobody understands a page answers: what answers by itself, as a phone does whose
/// owner drives, must not keep a conversation going.
const UNCLEAR_ANSWERS: usize = 3;

/// A reply that comes so shortly after a stand-down crossed it: what its sender was just told answers it.
const CROSSED: TimeDelta = TimeDelta::minutes(2);

/// An answer to every reply, to the number it came from; none to one that crossed a text which says the same.
fn answers<'a>(state: &'a State, policy: &Policy) -> Vec<Message<'a>> {
    let mut messages = Vec::new();
    for (place, it) in (1_u32..).zip(&state.heard) {
        if crossed_a_stand_down(state, it) {
            continue;
        }
        let from = &it.heard.from;
        let unclear = |other: &&HeardAt| other.heard.meant == Meant::Unclear && other.heard.from.phone == from.phone;
        let before = usize::try_from(place).unwrap_or(usize::MAX);
        if it.heard.meant == Meant::Unclear && state.heard.iter().take(before).filter(unclear).count() > UNCLEAR_ANSWERS
        {
            continue;
        }
        let slug = slug(&from.name);
        let key = format!("answer.{place}.{}.sms", if slug.is_empty() { "_" } else { &slug });
        messages.push(message(state, policy, key, Purpose::Answer { heard: place }, None, from, Channel::Sms));
    }
    messages
}

/// Whether somebody who was late was being told so by text when they wrote, unless that text cannot have come.
fn crossed_a_stand_down(state: &State, it: &HeardAt) -> bool {
    it.heard.meant == Meant::TooLate
        && state.attempts.iter().any(|tried| {
            let Attempt { purpose, channel, contact, .. } = &tried.attempt;
            (*purpose, *channel) == (Purpose::StandDown, Channel::Sms)
                && contact.phone == it.heard.from.phone
                && (tried.in_flight() || tried.may_have_reached())
                && tried.started_at <= it.at
                && it.at - tried.started_at <= CROSSED
        })
}

/// The pages of one rung: each channel to everybody before the next channel, so that a copy never delays an alarm.
/// Whoever declined is not paged, nor is anybody on a channel where they have no address.
pub(super) fn pages<'a>(state: &'a State, index: usize, policy: &Policy) -> Vec<Message<'a>> {
    let Some(rung) = state.ladder.rungs.get(index) else { return Vec::new() };
    let Rung { contacts, channels, .. } = rung;
    let tags = tags(contacts);
    let mut messages = Vec::new();
    for channel in channels {
        for (contact, tag) in contacts.iter().zip(&tags) {
            if contact.address(*channel).is_some() && !state.has_declined(&contact.name) {
                let key = format!("r{}.{index}.{tag}.{}", state.round, channel.word());
                messages.push(message(state, policy, key, Purpose::Page, Some(index), contact, *channel));
            }
        }
    }
    messages
}

/// Leadership is alarmed when the ladder ended and nobody has the page.
fn exhaustion_alarms<'a>(state: &'a State, policy: &'a Policy) -> Vec<Message<'a>> {
    if state.exhausted_at.is_none() || state.acknowledged.is_some() || state.cancelled.is_some() {
        return Vec::new();
    }
    let topic = format!("r{}.{}", state.round, numbered("exhausted", state.exhaustions));
    let leadership: Vec<&Contact> = policy.leadership.iter().collect();
    beside(state, policy, &topic, Purpose::Exhausted, &leadership, |_| true)
}

/// The alarm of a missed promise, else the latest warning: an older one says nothing that it does not.
fn promise_messages<'a>(state: &'a State, policy: &'a Policy) -> Vec<Message<'a>> {
    let Some(promise) = state.promise.as_ref().filter(|promise| promise.runs() && state.cancelled.is_none()) else {
        return Vec::new();
    };
    let leadership: Vec<&Contact> = policy.leadership.iter().collect();
    if promise.missed_at.is_some() {
        return beside(state, policy, "promise.missed", Purpose::PromiseMissed, &leadership, |_| true);
    }
    let Some(warned) = promise.warned.last() else { return Vec::new() };
    let after_minutes = warned.after_minutes;
    let still_concerned = |contact: &Contact| match &state.acknowledged {
        Some(owner) => contact.is_called(&owner.by),
        None => !state.has_declined(&contact.name),
    };
    let nobody_to_warn = !warned.recipients.iter().any(|contact| channels_of(contact).next().is_some());
    let is_last = promise.is_last_warning(after_minutes, policy);
    let told = if is_last || nobody_to_warn { leadership.as_slice() } else { &[] };
    let group: Vec<&Contact> = warned.recipients.iter().chain(told.iter().copied()).collect();
    let topic = format!("promise.{after_minutes}");
    beside(state, policy, &topic, Purpose::PromiseWarning { after_minutes }, &group, |contact| {
        still_concerned(contact) || told.iter().any(|it| it.same_as(contact))
    })
}

/// Whoever was asked to act and still believes it is told that somebody else has the page, or that it was withdrawn:
/// once, on the best channel that may have reached them. People who said "I cannot" expect nothing and sleep on.
fn stand_downs<'a>(state: &'a State, policy: &Policy) -> Vec<Message<'a>> {
    let Some(word) = state.cancelled.as_ref().or(state.acknowledged.as_ref()) else { return Vec::new() };
    // Whom, by which channels, and by which one they may have been told already.
    let mut people: Vec<(&Contact, Vec<Channel>, Option<Channel>)> = Vec::new();
    for Tried { attempt, .. } in &state.attempts {
        if !people.iter().any(|(contact, ..)| contact.same_as(&attempt.contact)) {
            people.push((&attempt.contact, Vec::new(), None));
        }
    }
    // Whoever was only called, by a call that is being ended, waits for its end: it says whether somebody answered.
    let ending: Vec<Needless<'_>> = needless(state).collect();
    let is_ending = |tried: &&Tried| ending.iter().any(|call| call.tried.attempt.id == tried.attempt.id);
    for tried in state.attempts.iter().filter(|tried| tried.may_have_reached() && !is_ending(tried)) {
        let this = |(contact, ..): &&mut (&Contact, _, _)| contact.same_as(&tried.attempt.contact);
        let Some((_, channels, told_by)) = people.iter_mut().find(this) else { continue };
        if tried.attempt.purpose == Purpose::StandDown {
            if tried.release < state.releases {
                channels.clear();
            } else if !tried.attempt.contact.also.iter().any(|it| it.channel == tried.attempt.channel) {
                told_by.get_or_insert(tried.attempt.channel);
            }
        } else if tried.asks_to_act()
            || (state.cancelled.is_some() && !matches!(tried.attempt.purpose, Purpose::Answer { .. }))
        {
            channels.push(tried.attempt.channel);
        }
    }
    // Whoever wrote too late is told by the answer to it, unless that fails.
    let answers = answers(state, policy);
    let is_answered = |contact: &Contact| {
        answers.iter().any(|answer| {
            let Purpose::Answer { heard } = answer.purpose else { return false };
            let place = usize::try_from(heard).unwrap_or(usize::MAX).saturating_sub(1);
            let late = state.heard.get(place).filter(|it| it.heard.meant == Meant::TooLate && it.at >= word.at);
            late.is_some() && answer.contact.phone == contact.phone && answer.progress != Progress::Failed
        })
    };
    let topic = format!("r{}.{}", state.round, numbered("stand-down", state.releases));
    let contacts: Vec<&Contact> = people.iter().map(|(contact, ..)| *contact).collect();
    let mut messages = Vec::new();
    for ((contact, channels, told_by), tag) in people.iter().zip(tags(contacts)) {
        if contact.is_called(&word.by) || state.has_declined(&contact.name) {
            continue;
        }
        let key = format!("{topic}.{tag}");
        if is_answered(contact) && told_by.is_none() {
            messages.extend(further(state, policy, &key, Purpose::StandDown, contact, |it| channels.contains(&it)));
            continue;
        }
        let theirs = ending.iter().filter(|call| call.tried.attempt.contact.same_as(contact));
        if let Some(ends_by) = theirs.map(Needless::over_at).max().filter(|_| channels.is_empty()) {
            let call = first_of(state, policy, &key, Purpose::StandDown, contact, [Channel::Voice].into_iter());
            let is_untried = |call: &Message<'_>| call.progress == Progress::Untried;
            messages.extend(call.map(|call| {
                let progress = if is_untried(&call) { Progress::Again(ends_by) } else { call.progress };
                Message { progress, ..call }
            }));
            continue;
        }
        let usable = [Channel::Sms, Channel::Email, Channel::Voice].into_iter().filter(|it| channels.contains(it));
        // What is learnt later of the pages tells nobody the same again by another channel.
        let told_by = told_by.as_ref().filter(|_| !channels.is_empty()).copied();
        let usable = told_by.into_iter().chain(usable.filter(move |it| Some(*it) != told_by));
        messages.extend(first_of(state, policy, &key, Purpose::StandDown, contact, usable));
        messages.extend(further(state, policy, &key, Purpose::StandDown, contact, |it| channels.contains(&it)));
    }
    messages
}

/// Messages beside the climb: to each of those `group` members whom `wanted` keeps, by text message, or by e-mail
/// where that cannot reach them.
fn beside<'a>(
    state: &'a State,
    policy: &Policy,
    topic: &str,
    purpose: Purpose,
    group: &[&'a Contact],
    wanted: impl Fn(&Contact) -> bool,
) -> Vec<Message<'a>> {
    let tags = tags(group.iter().copied());
    let mut messages: Vec<Message<'a>> = Vec::new();
    for (contact, tag) in group.iter().zip(tags) {
        if wanted(contact) && !messages.iter().any(|earlier| earlier.contact.same_as(contact)) {
            let key = format!("{topic}.{tag}");
            messages.extend(first_of(state, policy, &key, purpose, contact, channels_of(contact)));
            messages.extend(further(state, policy, &key, purpose, contact, |_| true));
        }
    }
    messages
}

/// The message on the first channel that has not failed; on the last one when all have.
fn first_of<'a>(
    state: &'a State,
    policy: &Policy,
    topic: &str,
    purpose: Purpose,
    contact: &'a Contact,
    channels: impl Iterator<Item = Channel>,
) -> Option<Message<'a>> {
    let mut failed = None;
    for channel in channels {
        let key = format!("{topic}.{}", channel.word());
        let message = message(state, policy, key, purpose, None, contact, channel);
        if message.progress != Progress::Failed {
            return Some(message);
        }
        failed = Some(message);
    }
    failed
}

/// The same message to a contact's rooms and push addresses, as far as `wanted` keeps their channels and the site has
/// them: each is a copy of its own, whatever became of the others.
fn further<'a>(
    state: &'a State,
    policy: &Policy,
    topic: &str,
    purpose: Purpose,
    contact: &'a Contact,
    wanted: impl Fn(Channel) -> bool,
) -> Vec<Message<'a>> {
    let channels = contact.also.iter().map(|address| address.channel);
    let known = channels.filter(|channel| wanted(*channel) && !policy.providers.names(*channel).is_empty());
    known
        .map(|channel| message(state, policy, format!("{topic}.{}", channel.word()), purpose, None, contact, channel))
        .collect()
}

/// By which channels a message beside the climb can go out, the best first.
fn channels_of(contact: &Contact) -> impl Iterator<Item = Channel> {
    [Channel::Sms, Channel::Email].into_iter().filter(|channel| contact.address(*channel).is_some())
}

pub(super) fn message<'a>(
    state: &State,
    policy: &Policy,
    key: String,
    purpose: Purpose,
    rung: Option<usize>,
    contact: &'a Contact,
    channel: Channel,
) -> Message<'a> {
    let tries: Vec<&Tried> = state.attempts.iter().filter(|tried| tried.attempt.message_key() == key).collect();
    let question = Question { state, policy, key: &key, purpose, contact, channel, tries: &tries };
    let (progress, provider) = question.standing();
    let tries = u32::try_from(tries.len()).unwrap_or(u32::MAX);
    Message { key, purpose, rung, contact, channel, progress, tries, provider }
}

/// A topic that is the same for the first time, and tells later times apart.
pub(super) fn numbered(word: &str, time: u32) -> String {
    if time <= 1 { word.to_owned() } else { format!("{word}-{time}") }
}

/// Short names for the people of a group, unique in it and stable when the group grows: the name in ASCII, or the
/// place in the group where an earlier member has that already or nothing is left of the name.
pub(super) fn tags<'a>(group: impl IntoIterator<Item = &'a Contact>) -> Vec<String> {
    let mut taken: Vec<String> = Vec::new();
    for (place, contact) in group.into_iter().enumerate() {
        let slug = slug(&contact.name);
        taken.push(if slug.is_empty() || taken.contains(&slug) { format!("_{place}") } else { slug });
    }
    taken
}

/// Letters and digits in lower case, everything between them a single hyphen.
fn slug(name: &str) -> String {
    let ascii = deunicode::deunicode(name).to_ascii_lowercase();
    let words = ascii.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty());
    words.collect::<Vec<_>>().join("-")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn contact(name: &str) -> Contact {
        Contact { name: name.to_owned(), phone: None, email: None, until: None, also: Vec::new() }
    }

    #[test]
    fn tags_are_readable_unique_and_stable_when_a_group_grows() {
        let group = ["Ada Ruiz", "ada  ruiz", "José O'Neil-Smith", "…", "", "Ada Ruiz."].map(contact);
        assert_eq!(tags(&group), ["ada-ruiz", "_1", "jose-o-neil-smith", "_3", "_4", "_5"]);
        assert_eq!(tags(&group[..2]), tags(&group)[..2]);
    }

    #[test]
    fn a_first_time_is_not_numbered() {
        assert_eq!([numbered("exhausted", 1), numbered("exhausted", 2)], ["exhausted", "exhausted-2"]);
    }
}

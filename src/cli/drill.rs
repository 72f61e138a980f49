//! `drill NAME`: does a page reach this person? A test over their own channels, followed until they answer.
//!
//! A drill is a page in the log, so that receipts, replies, callbacks and crash safety are the page's own; see
//! `episode::event::Drill` for what it never does. Exit codes: 0 answered; 1 not answered, or not now.

use std::io::Write;

use chrono::{DateTime, Utc};
use serde::Serialize;

use crate::decision::Answers;
use crate::decision::ladder::{Channel, Contact, Ladder, Rung};
use crate::desk::error::{CommandError, Exit};
use crate::engine::{Engine, EngineError, Opening};
use crate::episode::briefing::Briefing;
use crate::episode::event::{Basis, Drill, Opened, Purpose};
use crate::episode::state::State;
use crate::ports::{Begun, EpisodeStore};
use crate::proof::readiness::Ready;
use crate::schedule::roster::{Contact as Known, ContactChannel, Match};
use crate::site::Site;
use crate::wording::drill as words;
use crate::wording::gsm::fold;
use crate::wording::time::{rfc3339, short};

/// How long a test is followed for an answer, in seconds.
const TEST_S: u32 = 600;

/// What the row of a drill's opening says: it is no row of the procedure.
const ROW: &str = "drill";

/// The person that `name` means, and the channels that they allow.
pub fn person(site: &Site, name: &str) -> Result<(Contact, Vec<Channel>), CommandError> {
    let known = match site.roster.find(name) {
        Match::Exact(contact) | Match::Alias(contact) => contact,
        Match::Several(found) => {
            let names: Vec<&str> = found.iter().map(|contact| &*contact.name).collect();
            return Err(CommandError::usage(format!("{name:?} may be several people: {}", names.join(", ")))
                .hint("give the whole name"));
        }
        Match::Unknown => {
            if let Some(leader) = site.leadership.iter().find(|leader| leader.is_called(name)) {
                return Ok((leader.clone(), site.channels()));
            }
            let hint = site.roster.suggest(name).map_or_else(
                || "their name stands in contacts.csv or under [[leadership]]".to_owned(),
                |near| format!("did you mean {near}?"),
            );
            return Err(CommandError::usage(format!("nobody is called {name:?}")).hint(hint));
        }
    };
    let contact = Contact {
        name: known.name.to_string(),
        phone: known.phone.as_ref().map(|phone| phone.main.e164.to_string()),
        email: known.email.as_deref().map(str::to_owned),
        until: None,
        also: Vec::new(),
    };
    Ok((contact, site.channels().into_iter().filter(|channel| allows(known, *channel)).collect()))
}

/// Whether the contacts allow this channel: all where they name none, and a number with an extension takes calls only.
fn allows(known: &Known, channel: Channel) -> bool {
    let same = |allowed: &ContactChannel| {
        matches!(
            (allowed, channel),
            (ContactChannel::Sms, Channel::Sms)
                | (ContactChannel::Email, Channel::Email)
                | (ContactChannel::Voice, Channel::Voice)
        )
    };
    let calls_only = known.phone.as_ref().is_some_and(|phone| phone.main.extension.is_some());
    (known.channels.is_empty() || known.channels.iter().any(same)) && !(calls_only && channel == Channel::Sms)
}

/// The channels of a test: those of the ladder's first step that the person allows and their own push addresses, or those
/// that were asked for. Never a chat room, which others read.
pub fn channels(
    site: &Site,
    contact: &Contact,
    allowed: &[Channel],
    asked: &[Channel],
) -> Result<Vec<Channel>, CommandError> {
    let reaches = |channel: &Channel| allowed.contains(channel) && contact.address(*channel).is_some();
    if let Some(wrong) = asked.iter().find(|channel| !reaches(channel)) {
        return Err(CommandError::usage(format!("{} cannot be reached by {}", contact.name, wrong.word()))
            .hint("the site has no such channel, they have no address for it, or contacts.csv does not allow it"));
    }
    let first = site.settings.ladder.steps.first().map(|step| step.channels.as_slice()).unwrap_or_default();
    let push = contact.also.iter().map(|address| address.channel).filter(|channel| *channel != Channel::Chat);
    let usual: Vec<Channel> = first.iter().copied().chain(push).collect();
    let wanted = if asked.is_empty() { usual.as_slice() } else { asked };
    let channels: Vec<Channel> = wanted.iter().copied().filter(reaches).collect();
    if channels.is_empty() {
        return Err(CommandError::finding(format!("no channel of the ladder's first step reaches {}", contact.name))
            .hint("give them a number in contacts.csv"));
    }
    Ok(channels)
}

/// A drill about to begin.
pub struct Question {
    /// Its number in place of a case.
    pub case: String,
    /// Whom it asks.
    pub contact: Contact,
    /// By which channels.
    pub channels: Vec<Channel>,
    /// How long they may take, in seconds.
    pub wait_s: u32,
    /// What it asks.
    pub drill: Drill,
    /// Who asks.
    pub by: String,
    /// The schedule it is about.
    pub schedule: Option<String>,
}

impl Question {
    /// A test of the way to `contact`.
    pub fn test(contact: Contact, channels: Vec<Channel>, by: String) -> Self {
        let case = format!("DRILL-{}", slug(&contact.name));
        Self { case, contact, channels, wait_s: TEST_S, drill: Drill { shift: None }, by, schedule: None }
    }

    /// How the page of it begins; `episode` is its id.
    pub fn opening(self, episode: String) -> Opening {
        let Self { case, contact, channels, wait_s, drill, by, schedule } = self;
        let rung = Rung { label: ROW.to_owned(), wait_s, channels, contacts: vec![contact] };
        let briefing = Briefing {
            case: case.clone(),
            customer: String::new(),
            phone: String::new(),
            summary: String::new(),
            department: None,
            restricted: false,
        };
        let opened = Opened {
            case,
            schedule,
            row: ROW.to_owned(),
            answers: Answers::default(),
            training: false,
            pretended_s: 0,
            by,
            ladder: Ladder { rungs: vec![rung] },
            basis: Basis { rows: Vec::new(), snapshot: String::new(), read_at: None, age_s: 0 },
            drill: Some(drill),
        };
        Opening { episode, opened, briefing, told_at: None }
    }
}

/// Puts a drill on disk, or joins the one under way; its page's id.
pub async fn begin(engine: &Engine, question: Question, episode: String) -> Result<String, CommandError> {
    match engine.open(question.opening(episode)).await? {
        Ok(Begun::New(episode) | Begun::Joined(episode)) => Ok(episode),
        Err(refusal) => Err(CommandError::could_not_tell(format!("the drill cannot begin: {refusal:?}"))),
    }
}

/// Refuses while it is quiet, and while the person is being paged: a page must not share its answer with a test.
pub async fn refuse_disturbing(
    site: &Site,
    store: &dyn EpisodeStore,
    contact: &Contact,
    now: DateTime<Utc>,
    despite_quiet: bool,
) -> Result<(), CommandError> {
    if !despite_quiet && site.quiet.is_quiet(now) {
        let until = site.quiet.around(now).map(|quiet| format!(" until {}", short(quiet.end(), site.zone)));
        return Err(CommandError::finding(format!(
            "these are quiet hours{}, so nobody is disturbed",
            until.unwrap_or_default()
        ))
        .hint("--now tests all the same; [quiet] hours sets them"));
    }
    for page in store.pages(false).await?.into_iter().filter(|page| page.training == site.is_training()) {
        let log = store.load(&page.episode).await?;
        let Ok(state) = State::of(&log) else { continue };
        let climbed = state.current_rung().map(|rung| rung.contacts.as_slice()).unwrap_or_default();
        let waits = state.drill.is_none() && state.acknowledged.is_none() && state.cancelled.is_none();
        if waits && climbed.iter().any(|other| other.is_called(&contact.name)) {
            return Err(CommandError::finding(format!("{} is being paged for {} now", contact.name, state.case))
                .hint("test when that page is taken"));
        }
    }
    Ok(())
}

#[derive(Serialize)]
struct DrillView<'a> {
    name: &'a str,
    case: &'a str,
    page: &'a str,
    training: bool,
    ready: &'static str,
    answered: Option<AnswerView>,
    attempts: Vec<AttemptView>,
}

#[derive(Serialize)]
struct AnswerView {
    at: String,
    via: crate::episode::event::Via,
    after_s: i64,
}

#[derive(Serialize)]
struct AttemptView {
    at: String,
    channel: &'static str,
    outcome: Option<&'static str>,
}

/// What became of a drill, as JSON.
pub fn view<'a>(name: &'a str, episode: &'a str, state: &'a State, site: &Site) -> impl Serialize + use<'a> {
    let ready = Ready::of(state);
    let words_at = state.acknowledged.iter().chain(state.declined.last());
    let answered = words_at.into_iter().next().map(|word| AnswerView {
        at: rfc3339(word.at, site.zone),
        via: word.via,
        after_s: (word.at - state.opened_at).num_seconds(),
    });
    // The thanks for an answer is no part of the test.
    let asked = state.attempts.iter().filter(|tried| tried.attempt.purpose == Purpose::Page);
    let attempts = asked.map(|tried| AttemptView {
        at: rfc3339(tried.started_at, site.zone),
        channel: tried.attempt.channel.word(),
        outcome: tried.outcome().map(crate::episode::outcome::Outcome::word),
    });
    DrillView {
        name,
        case: &state.case,
        page: episode,
        training: state.training,
        ready: words::ready_word(ready),
        answered,
        attempts: attempts.collect(),
    }
}

/// Says how it ended.
pub fn ended(name: &str, state: &State, site: &Site, out: &mut dyn Write) -> Result<(), CommandError> {
    Ok(writeln!(out, "{}", words::ended(name, state, site.zone))?)
}

/// How a call ends that followed a drill: one that nobody waited for is done when it is on its way.
pub fn exit(state: &State, waited: bool) -> Exit {
    match Ready::of(state) {
        Ready::Yes(..) => Exit::Done,
        Ready::Waiting if !waited => Exit::Done,
        _ => Exit::Finding,
    }
}

/// A name as part of a number: `ADA-RUIZ`.
pub fn slug(text: &str) -> String {
    let ascii = fold(text).to_uppercase();
    let words = ascii.split(|letter: char| !letter.is_ascii_alphanumeric()).filter(|word| !word.is_empty());
    words.collect::<Vec<_>>().join("-")
}

/// The drill of this number in the site's mode, newest first.
pub async fn drilled(site: &Site, store: &dyn EpisodeStore, case: &str) -> Result<Option<State>, CommandError> {
    let pages = store.pages_of(case).await?;
    let Some(page) = pages.into_iter().find(|page| page.training == site.is_training()) else { return Ok(None) };
    let log = store.load(&page.episode).await?;
    let state = State::of(&log);
    state.map(Some).map_err(|reason| EngineError::Senseless { episode: page.episode, reason }.into())
}

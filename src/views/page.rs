//! What does a page look like as JSON? The shape of `--case` and `show`, and of the lists `pages` and `promises`.

use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use serde::Serialize;
use utoipa::ToSchema;

use crate::decision::ladder::{Contact, Ladder};
use crate::decision::{Answers, Decision};
use crate::episode::event::{Recorded, Via};
use crate::episode::plan::Upcoming;
use crate::episode::promise::PromiseState;
use crate::episode::state::{Phase, State, Tried, Word};
use crate::wording;
use crate::wording::time::rfc3339;

/// One page (contract 3). Instants are RFC 3339 with the site's offset.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct PageView {
    /// The case number.
    pub case: String,
    /// The page's own id; `None` in a dry run.
    pub page: Option<String>,
    /// Whether nothing is ever sent for it.
    pub training: bool,
    /// What the procedure said; `None` for a drill, which no procedure decides.
    pub decision: Option<DecisionView>,
    /// `paging`, `acknowledged`, `exhausted`, `closed`, `cancelled`; `decided` when nobody is paged.
    pub state: &'static str,
    /// Whom the ladder asks, in the order in which it does; leadership included.
    pub on_call: Vec<ContactView>,
    /// Every message, in the order in which it was begun.
    pub attempts: Vec<AttemptView>,
    /// Who has it.
    pub acknowledged: Option<WordView>,
    /// Who said "I cannot" in this round.
    pub declined: Vec<WordView>,
    /// The promise to the customer.
    pub promise: Option<PromiseView>,
    /// What comes next by itself.
    pub next: Option<NextView>,
    /// Whom a person must dial, because no call of the tool reached anybody there and none is to come.
    pub dial: Vec<DialView>,
    /// What to say to the customer.
    pub say: Vec<String>,
    /// What to paste into the case.
    pub record: String,
    /// What the ladder is based on.
    pub basis: Option<BasisView>,
    /// The whole log, where it was asked for.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub log: Vec<LogView>,
}

/// The decision that a page rests on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = PageDecision)]
pub struct DecisionView {
    /// The row of the procedure.
    pub row: String,
    /// What it amounts to.
    pub outcome: String,
    /// The schedule that is asked.
    pub schedule: Option<String>,
    /// Why.
    pub reason: String,
    /// The lines of the procedure.
    pub source_lines: String,
}

/// Somebody the ladder asks.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct ContactView {
    /// Their name.
    pub name: String,
    /// What their rung is called.
    pub role: String,
    /// E.164.
    pub phone: Option<String>,
    /// Where e-mail reaches them.
    pub email: Option<String>,
    /// When their shift ends.
    pub until: Option<String>,
    /// Whether they blocked texts with STOP; left out when not.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub opted_out: bool,
}

/// One message.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct AttemptView {
    /// When it was begun.
    pub at: String,
    /// Whom it went to.
    pub to: String,
    /// `sms`, `voice` or `email`.
    pub channel: &'static str,
    /// Which provider answered; `None` while it is in flight.
    pub provider: Option<String>,
    /// The provider's own name for it.
    pub provider_id: Option<String>,
    /// `accepted`, `delivered`, `voicemail`, `refused`, `unavailable`, `retryable`, `unknown`; `started` while it is in
    /// flight.
    pub outcome: &'static str,
    /// The provider's word.
    pub detail: String,
    /// The attempt's id.
    pub id: String,
    /// Why it was sent.
    pub purpose: String,
}

/// Somebody to be dialled by hand.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct DialView {
    /// Their name.
    pub name: String,
    /// E.164.
    pub phone: Option<String>,
    /// What to say, also to a voicemail; empty when the facts were purged.
    pub words: String,
}

/// What a person said.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct WordView {
    /// When it was recorded.
    pub at: String,
    /// The person.
    pub by: String,
    /// How it came in.
    pub via: Via,
}

/// A promise to a customer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct PromiseView {
    /// When the customer was told.
    pub told_at: String,
    /// Who told them.
    pub told_by: String,
    /// When the time ends.
    pub due: String,
    /// `open`, `kept`, `late`, `missed`.
    pub state: PromiseState,
    /// Whole minutes left, negative once the time has ended; `None` when it is settled.
    pub minutes_left: Option<i64>,
    /// When the callback was reported.
    pub called_back_at: Option<String>,
    /// Who reported it.
    pub called_back_by: Option<String>,
}

/// What comes next by itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = NextStep)]
pub struct NextView {
    /// When.
    pub at: String,
    /// What, in words.
    pub what: String,
}

/// What a ladder is based on (contract 5.9).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct BasisView {
    /// The rows that named the people.
    pub rows: Vec<String>,
    /// SHA-256 of what was read.
    pub snapshot: String,
    /// When the sheet was read.
    pub read_at: Option<String>,
    /// How old the reading was, in seconds.
    pub age_s: i64,
}

/// One line of the log.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct LogView {
    /// Its number.
    pub seq: u32,
    /// When it was recorded.
    pub at: String,
    /// What happened, in words.
    pub what: String,
}

impl DecisionView {
    /// The view of a decision as it was made.
    pub fn of(decision: &Decision, answers: &Answers) -> Self {
        Self {
            row: decision.row.name().to_owned(),
            outcome: decision.outcome.name().to_owned(),
            schedule: decision.schedule.map(|group| group.name().to_owned()),
            reason: wording::decision::reason(decision, answers),
            source_lines: decision.source_lines.to_owned(),
        }
    }
}

impl PageView {
    /// The view of a stored page. `say` and `record` are what the faces' words make of it.
    pub fn of(page: &Page, zone: Tz, dial: Vec<DialView>, say: Vec<String>, record: String) -> Self {
        let state = &page.state;
        Self {
            case: state.case.clone(),
            page: Some(page.episode.clone()),
            training: state.training,
            decision: page.decision.clone(),
            state: phase_word(state.phase()),
            on_call: ContactView::list(&state.ladder, zone),
            attempts: state.attempts.iter().map(|tried| attempt(tried, zone)).collect(),
            acknowledged: state.acknowledged.as_ref().map(|said| word(said, zone)),
            declined: state.declined.iter().map(|said| word(said, zone)).collect(),
            promise: promise(state, zone, page.now),
            next: page
                .next
                .as_ref()
                .map(|next| NextView { at: rfc3339(next.at, zone), what: wording::page::next_step(&next.step) }),
            dial,
            say,
            record,
            basis: Some(BasisView {
                rows: state.basis.rows.clone(),
                snapshot: state.basis.snapshot.clone(),
                read_at: state.basis.read_at.map(|at| rfc3339(at, zone)),
                age_s: state.basis.age_s,
            }),
            log: Vec::new(),
        }
    }

    /// The same with whoever blocked texts marked, as `is_blocked` knows by number.
    #[must_use]
    pub fn marked(mut self, is_blocked: impl Fn(Option<&str>) -> bool) -> Self {
        for contact in &mut self.on_call {
            contact.opted_out = is_blocked(contact.phone.as_deref());
        }
        self
    }

    /// The same with the whole log.
    #[must_use]
    pub fn with_log(mut self, log: &[Recorded], zone: Tz) -> Self {
        self.log = log
            .iter()
            .map(|recorded| LogView {
                seq: recorded.seq,
                at: rfc3339(recorded.at, zone),
                what: wording::page::event(&recorded.event, zone),
            })
            .collect();
        self
    }
}

/// A stored page as a face reads it.
#[derive(Debug, Clone)]
pub struct Page {
    /// Its id.
    pub episode: String,
    /// Its folded log.
    pub state: State,
    /// What the procedure said; `None` for a drill.
    pub decision: Option<DecisionView>,
    /// What comes next by itself.
    pub next: Option<Upcoming>,
    /// When it is looked at.
    pub now: DateTime<Utc>,
}

/// The word for a page's phase.
pub fn phase_word(phase: Phase) -> &'static str {
    match phase {
        Phase::Paging => "paging",
        Phase::Acknowledged => "acknowledged",
        Phase::Exhausted => "exhausted",
        Phase::Closed => "closed",
        Phase::Cancelled => "cancelled",
    }
}

/// A page's promise as JSON, at `now`; `None` when none was made.
pub fn promise(page: &State, zone: Tz, now: DateTime<Utc>) -> Option<PromiseView> {
    let promise = page.promise.as_ref()?;
    let state = promise.state(now);
    let runs = matches!(state, PromiseState::Open | PromiseState::Missed);
    Some(PromiseView {
        told_at: rfc3339(promise.told_at, zone),
        told_by: page.opened_by.clone(),
        due: rfc3339(promise.due, zone),
        state,
        minutes_left: runs.then(|| promise.minutes_left(now)),
        called_back_at: promise.called_back_at.map(|at| rfc3339(at, zone)),
        called_back_by: page.called_back.as_ref().map(|word| word.by.clone()),
    })
}

fn word(word: &Word, zone: Tz) -> WordView {
    WordView { at: rfc3339(word.at, zone), by: word.by.clone(), via: word.via }
}

impl ContactView {
    /// The contacts of a ladder with their rungs, each person once, in the order in which they are tried.
    pub fn list(ladder: &Ladder, zone: Tz) -> Vec<Self> {
        let mut seen: Vec<&Contact> = Vec::new();
        let mut views = Vec::new();
        for (rung, contact) in ladder.rungs.iter().flat_map(|rung| rung.contacts.iter().map(move |c| (rung, c))) {
            if !seen.iter().any(|other| other.same_as(contact)) {
                seen.push(contact);
                views.push(Self {
                    name: contact.name.clone(),
                    role: rung.label.clone(),
                    phone: contact.phone.clone(),
                    email: contact.email.clone(),
                    until: contact.until.map(|at| rfc3339(at, zone)),
                    opted_out: false,
                });
            }
        }
        views
    }
}

fn attempt(tried: &Tried, zone: Tz) -> AttemptView {
    let report = tried.receipt.as_ref().or(tried.answer.as_ref()).map(|answered| &answered.report);
    AttemptView {
        at: rfc3339(tried.started_at, zone),
        to: tried.attempt.contact.name.clone(),
        channel: tried.attempt.channel.word(),
        provider: report.map(|report| report.provider.clone()),
        provider_id: report.and_then(|report| report.provider_id.clone()),
        outcome: report.map_or("started", |report| report.outcome.word()),
        detail: report.map(|report| report.detail.clone()).unwrap_or_default(),
        id: tried.attempt.id.clone(),
        purpose: wording::page::purpose(tried.attempt.purpose),
    }
}

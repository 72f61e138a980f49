//! How does one page stand: who was tried by what, who has it, what comes next, and what was promised?

use chrono::{DateTime, TimeDelta, Utc};

use super::minute_of;
use crate::decision::ladder::{Channel, Contact, same_name};
use crate::episode::briefing::Briefing;
use crate::episode::outcome::Outcome;
use crate::episode::plan;
use crate::episode::policy::Policy;
use crate::episode::promise::PromiseState;
use crate::episode::state::{Phase, State, Tried};
use crate::episode::unheard::to_dial;
use crate::wording::page::next_step;

/// An open page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Case {
    /// Its case number.
    pub case: String,
    /// Where it stands.
    pub phase: Phase,
    /// The schedule that was asked; `None` when leadership was asked at once.
    pub schedule: Option<String>,
    /// When it was opened.
    pub opened_at: DateTime<Utc>,
    /// Who opened it.
    pub opened_by: String,
    /// The present moment on the page's own clock, to the minute.
    pub now: DateTime<Utc>,
    /// How far that clock runs ahead of the true one: training may pretend another time.
    pub ahead: TimeDelta,
    /// The ladder of this round.
    pub rungs: Vec<RungLine>,
    /// Who has it, and since when.
    pub owner: Option<(String, DateTime<Utc>)>,
    /// What comes next by itself, and when.
    pub next: Option<(DateTime<Utc>, String)>,
    /// Whom a person must dial, because no call reached them and none is to come.
    pub dial: Vec<Contact>,
    /// The promise.
    pub promise: Option<PromiseLine>,
    /// The customer and the problem; `None` when they were deleted.
    pub briefing: Option<Briefing>,
}

/// A promise to a customer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PromiseLine {
    /// When the time ends.
    pub due: DateTime<Utc>,
    /// How it stands.
    pub state: PromiseState,
    /// Whole minutes left at the end of the minute that is shown, so that it never says more than there is and changes
    /// with the minute alone; negative once the time has ended.
    pub minutes_left: i64,
    /// When the callback was reported.
    pub called_back_at: Option<DateTime<Utc>>,
}

/// A rung of the ladder and what became of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RungLine {
    /// What it is called.
    pub label: String,
    /// Where the climb is.
    pub reached: Reached,
    /// Its people; none when it is skipped.
    pub people: Vec<RungPerson>,
}

/// Where the climb is, seen from a rung.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reached {
    /// Past it.
    Tried,
    /// On it.
    Now,
    /// Below it; when it is reached if nobody answers.
    At(DateTime<Utc>),
    /// It will not be reached.
    NotNeeded,
}

/// Somebody on a rung.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RungPerson {
    /// Their name.
    pub name: String,
    /// E.164.
    pub phone: Option<String>,
    /// What was sent to them on this rung.
    pub tries: Vec<TryLine>,
    /// Whether they said that they cannot.
    pub cannot: bool,
    /// Whether they have it.
    pub has_it: bool,
}

/// A message and what became of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TryLine {
    /// When it began.
    pub at: DateTime<Utc>,
    /// By which channel.
    pub channel: Channel,
    /// The latest word about it; `None` while it is under way.
    pub outcome: Option<Outcome>,
}

/// A page that is over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settled {
    /// Its case number.
    pub case: String,
    /// When it was over.
    pub at: DateTime<Utc>,
    /// Whether it was withdrawn.
    pub withdrawn: bool,
    /// Who had it.
    pub owner: Option<String>,
    /// What became of the promise; `None` when none was made.
    pub promise: Option<PromiseState>,
    /// Whom its last ladder names.
    pub asked: Vec<String>,
}

impl Case {
    /// The page as it stands at the true time `now`.
    pub fn new(state: &State, briefing: Option<&Briefing>, now: DateTime<Utc>, policy: &Policy) -> Self {
        let page_now = state.time_at(now);
        let next = plan::next(state, page_now, policy);
        Self {
            case: state.case.clone(),
            phase: state.phase(),
            schedule: state.schedule.clone(),
            opened_at: state.opened_at,
            opened_by: state.opened_by.clone(),
            now: minute_of(page_now),
            ahead: page_now - now,
            rungs: rungs(state),
            owner: state.acknowledged.as_ref().map(|word| (word.by.clone(), word.at)),
            // What is due at once is due within this minute; its exact second would differ with every look.
            next: next.map(|next| (next.at, next_step(&next.step))).map(|(at, step)| {
                let at = if at <= page_now { minute_of(page_now) } else { at };
                (at, step)
            }),
            dial: to_dial(state, policy).into_iter().cloned().collect(),
            promise: promise(state, page_now),
            briefing: briefing.cloned(),
        }
    }

    /// Whether this person is asked by the page.
    pub fn asks(&self, name: &str) -> bool {
        let mut people = self.rungs.iter().flat_map(|rung| &rung.people);
        people.any(|person| same_name(&person.name, name))
    }

    /// Whether a person must act now: nobody has it, or the promise is missed.
    pub fn is_alarming(&self) -> bool {
        let missed = self.promise.as_ref().is_some_and(|promise| promise.state == PromiseState::Missed);
        self.phase == Phase::Exhausted || missed || !self.dial.is_empty()
    }
}

impl Settled {
    /// A page that is over, as it stands at `now`.
    pub fn new(state: &State, now: DateTime<Utc>) -> Self {
        Self {
            case: state.case.clone(),
            at: state.closed_at.unwrap_or(now),
            withdrawn: state.cancelled.is_some(),
            owner: state.acknowledged.as_ref().map(|word| word.by.clone()),
            promise: state.promise_state(now),
            asked: state.ladder.rungs.iter().flat_map(|rung| &rung.contacts).map(|it| it.name.clone()).collect(),
        }
    }

    /// Whether this person was asked by the page.
    pub fn asks(&self, name: &str) -> bool {
        self.asked.iter().any(|other| same_name(other, name))
    }
}

fn promise(state: &State, now: DateTime<Utc>) -> Option<PromiseLine> {
    let promise = state.promise.as_ref()?;
    let stands = state.promise_state(now)?;
    let left = promise.minutes_left(minute_of(now) + TimeDelta::minutes(1));
    Some(PromiseLine {
        due: promise.due,
        state: stands,
        minutes_left: if stands == PromiseState::Missed { left.min(-1) } else { left.max(0) },
        called_back_at: promise.called_back_at,
    })
}

fn rungs(state: &State) -> Vec<RungLine> {
    let is_climbing = state.phase() == Phase::Paging;
    let mut due = state.current.map_or(state.opened_at, |climb| climb.since);
    let mut lines = Vec::new();
    for (index, rung) in state.ladder.rungs.iter().enumerate() {
        let is_current = state.current.is_some_and(|climb| climb.rung == index);
        let is_past = !is_current && index < state.next_rung;
        let reached = match (is_past, is_current && is_climbing, is_climbing) {
            (false, true, _) => Reached::Now,
            (true, ..) => Reached::Tried,
            (false, false, true) => Reached::At(due),
            (false, false, false) if is_current => Reached::Tried,
            (false, false, false) => Reached::NotNeeded,
        };
        if !is_past && !rung.contacts.is_empty() {
            due += TimeDelta::seconds(i64::from(rung.wait_s));
        }
        let person = |contact: &Contact| RungPerson {
            name: contact.name.clone(),
            phone: contact.phone.clone(),
            tries: tries(state, index, contact),
            cannot: state.has_declined(&contact.name),
            has_it: state.acknowledged.as_ref().is_some_and(|word| contact.is_called(&word.by)),
        };
        let people = rung.contacts.iter().map(person).collect();
        lines.push(RungLine { label: rung.label.clone(), reached, people });
    }
    lines
}

/// What was sent to somebody on a rung of the present round, to get the case taken.
fn tries(state: &State, rung: usize, person: &Contact) -> Vec<TryLine> {
    let here = |tried: &&Tried| {
        let attempt = &tried.attempt;
        attempt.round == state.round && attempt.rung == Some(rung) && attempt.contact.same_as(person)
    };
    let line =
        |tried: &Tried| TryLine { at: tried.started_at, channel: tried.attempt.channel, outcome: tried.outcome() };
    state.attempts.iter().filter(here).map(line).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::decision::Answers;
    use crate::decision::ladder::{Ladder, Rung};
    use crate::episode::event::{Attempt, Basis, EscalationReason, Event, Opened, Purpose, Recorded, Said, Via};
    use crate::episode::outcome::Report;

    fn at(second: i64) -> DateTime<Utc> {
        DateTime::UNIX_EPOCH + TimeDelta::seconds(second)
    }

    fn contact(name: &str) -> Contact {
        Contact {
            name: name.to_owned(),
            phone: Some("+16085550101".to_owned()),
            email: None,
            until: None,
            also: vec![],
        }
    }

    /// A page of two rungs whose log goes on with these events, a second after each other.
    fn state(events: Vec<Event>) -> State {
        let rung = |label: &str, people: &[&str]| Rung {
            label: label.to_owned(),
            wait_s: 300,
            channels: vec![Channel::Sms],
            contacts: people.iter().map(|name| contact(name)).collect(),
        };
        let opened = Event::Opened(Opened {
            case: "1234567".to_owned(),
            schedule: Some("aims".to_owned()),
            row: "D5a".to_owned(),
            answers: Answers::default(),
            training: false,
            pretended_s: 0,
            by: "desk".to_owned(),
            ladder: Ladder {
                rungs: vec![rung("primary", &["Ada Ruiz"]), rung("next", &[]), rung("leadership", &["Lee"])],
            },
            basis: Basis { rows: vec![], snapshot: String::new(), read_at: None, age_s: 0 },
            drill: None,
        });
        let log: Vec<Recorded> = std::iter::once(opened)
            .chain(events)
            .zip(0_u32..)
            .map(|(event, place)| Recorded { seq: place + 1, at: at(i64::from(place)), event })
            .collect();
        State::of(&log).unwrap()
    }

    fn paged() -> Vec<Event> {
        let report =
            Report { outcome: Outcome::Delivered, provider: "p".to_owned(), provider_id: None, detail: String::new() };
        let id = "r1.0.ada-ruiz.sms.1".to_owned();
        vec![
            Event::PromiseMade { told_at: at(0), due: at(3_590) },
            Event::Escalated { rung: 0, reason: EscalationReason::Began },
            Event::AttemptStarted(Attempt {
                id: id.clone(),
                purpose: Purpose::Page,
                round: 1,
                rung: Some(0),
                contact: contact("Ada Ruiz"),
                channel: Channel::Sms,
                tried: 1,
                engine: "e".to_owned(),
                provider: "p".to_owned(),
                doubtful_at: at(60),
            }),
            Event::AttemptFinished { attempt: id, report },
        ]
    }

    #[test]
    fn a_page_under_way_says_who_was_tried_and_who_is_next() {
        let case = Case::new(&state(paged()), None, at(30), &Policy::default());
        let reached: Vec<Reached> = case.rungs.iter().map(|rung| rung.reached).collect();
        assert_eq!(reached, [Reached::Now, Reached::At(at(302)), Reached::At(at(302))], "an empty rung takes no time");
        let ada = &case.rungs[0].people[0];
        assert_eq!(ada.tries, [TryLine { at: at(3), channel: Channel::Sms, outcome: Some(Outcome::Delivered) }]);
        assert!(!ada.has_it && case.asks("ada ruiz") && !case.asks("Ben Ode") && !case.is_alarming());
        assert!(case.next.is_some());
        assert_eq!(case.now, at(0), "the minute alone");
    }

    #[test]
    fn minutes_left_never_say_more_than_there_is_and_change_with_the_minute() {
        let state = state(paged());
        let left = |second: i64| {
            let promise = Case::new(&state, None, at(second), &Policy::default()).promise.unwrap();
            (promise.state, promise.minutes_left)
        };
        assert_eq!([left(0), left(59)], [(PromiseState::Open, 58); 2]);
        assert_eq!([left(3_540), left(3_589)], [(PromiseState::Open, 0); 2]);
        assert_eq!(left(3_590), (PromiseState::Missed, -1));
        assert_eq!(left(3_660), (PromiseState::Missed, -3));
    }

    #[test]
    fn whoever_has_it_is_marked_and_nobody_else_is_needed() {
        let mut events = paged();
        events.push(Event::Acknowledged(Said { by: "Ada Ruiz".to_owned(), via: Via::Sms }));
        let case = Case::new(&state(events), None, at(30), &Policy::default());
        assert!(case.rungs[0].people[0].has_it);
        assert_eq!(case.rungs[2].reached, Reached::NotNeeded);
        assert_eq!(case.owner, Some(("Ada Ruiz".to_owned(), at(5))));
    }
}

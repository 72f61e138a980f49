//! Is an open page looked after? What must hold of every one of them between two turns, checked from outside the rules
//! that make it so.
//!
//! Called by the engine's watch after a turn. A defect means that the engine does not do its work: such a turn is not
//! clean, and the outside heartbeat stays silent. An alarm means that the engine did all it could and a person must act.

use chrono::{DateTime, TimeDelta, Utc};
use serde::Serialize;

use super::fact::next_rung;
use super::plan::plan;
use super::policy::Policy;
use super::state::{Phase, State};

/// How long a page may be overdue before that is a defect: more than a slow provider and a slow disk take together.
const GRACE: TimeDelta = TimeDelta::seconds(60);

/// What is wrong with an open page.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Finding {
    /// Something was due long ago and did not happen.
    Overdue,
    /// The list of pages names a later time than the log does, or none: nobody would look in time.
    WakeLost,
    /// Nobody has it, the ladder has not ended, and nothing will become due by itself.
    NoWake,
    /// Nobody has it, and after the present rung there is nobody left to try.
    LastRung,
    /// The ladder has ended and nobody has it: a person must act (contract 5.10).
    NobodyHasIt,
    /// The promise was missed and nobody has reported a callback.
    PromiseMissed,
}

impl Finding {
    /// Every kind.
    pub const ALL: [Self; 6] =
        [Self::Overdue, Self::WakeLost, Self::NoWake, Self::LastRung, Self::NobodyHasIt, Self::PromiseMissed];

    /// The word for programs.
    pub fn word(self) -> &'static str {
        match self {
            Self::Overdue => "overdue",
            Self::WakeLost => "wake_lost",
            Self::NoWake => "no_wake",
            Self::LastRung => "last_rung",
            Self::NobodyHasIt => "nobody_has_it",
            Self::PromiseMissed => "promise_missed",
        }
    }

    /// Whether the engine itself is at fault, so that its turn is not clean.
    pub fn is_defect(self) -> bool {
        match self {
            Self::Overdue | Self::WakeLost | Self::NoWake => true,
            Self::LastRung | Self::NobodyHasIt | Self::PromiseMissed => false,
        }
    }
}

/// Checks one page; `written_wake` is what the list of pages says of its next wake. Empty for a page that is closed.
pub fn audit(state: &State, written_wake: Option<DateTime<Utc>>, now: DateTime<Utc>, policy: &Policy) -> Vec<Finding> {
    if !state.is_open() {
        return Vec::new();
    }
    let mut findings = Vec::new();
    let wake = plan(state, now, policy).next_wake;
    if written_wake.is_some_and(|written| now - written > GRACE) {
        findings.push(Finding::Overdue);
    } else if wake.is_some_and(|wake| written_wake.is_none_or(|written| written > wake.max(now) + GRACE)) {
        findings.push(Finding::WakeLost);
    }
    match state.phase() {
        Phase::Paging if wake.is_none() => findings.push(Finding::NoWake),
        Phase::Paging if next_rung(state, policy).is_none() => findings.push(Finding::LastRung),
        Phase::Exhausted => findings.push(Finding::NobodyHasIt),
        _ => {}
    }
    if state.cancelled.is_none() && state.promise.as_ref().is_some_and(|it| it.missed_at.is_some() && it.runs()) {
        findings.push(Finding::PromiseMissed);
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::decision::Answers;
    use crate::decision::ladder::{Channel, Contact, Ladder, Rung};
    use crate::episode::event::{Basis, Event, Opened, Said, Via};
    use crate::episode::rehearsal::{Fate, Step, World, rehearse};

    fn opened(rungs: usize) -> Opened {
        let rung = |index: usize| Rung {
            label: format!("rung {index}"),
            wait_s: 300,
            channels: vec![Channel::Sms],
            contacts: vec![Contact {
                name: format!("Person {index}"),
                phone: Some(format!("+1608555010{index}")),
                email: None,
                until: None,
                also: Vec::new(),
            }],
        };
        Opened {
            drill: None,
            case: "1".to_owned(),
            schedule: None,
            row: "D5a".to_owned(),
            answers: Answers::default(),
            training: false,
            pretended_s: 0,
            by: "agent".to_owned(),
            ladder: Ladder { rungs: (0..rungs).map(rung).collect() },
            basis: Basis { rows: Vec::new(), snapshot: String::new(), read_at: None, age_s: 0 },
        }
    }

    fn at(minute: i64) -> DateTime<Utc> {
        DateTime::UNIX_EPOCH + TimeDelta::minutes(minute)
    }

    #[test]
    fn a_page_that_is_carried_on_in_time_never_shows_a_defect() {
        let policy = Policy::default();
        let fates = vec![(Channel::Sms, Fate::default())];
        let world = World { fates, sayings: Vec::new() };
        let mut seen = Vec::new();
        rehearse(opened(2), Some(at(0)), at(0), &policy, &world, &mut |step| {
            let Step::Recorded(entry, state) = step else { return };
            let wake = plan(state, entry.at, &policy).next_wake;
            let found = audit(state, wake, entry.at, &policy);
            assert!(!found.iter().any(|finding| finding.is_defect()), "{found:?} after {:?}", entry.event);
            for finding in found {
                if !seen.contains(&finding) {
                    seen.push(finding);
                }
            }
        });
        assert_eq!(seen, [Finding::LastRung, Finding::NobodyHasIt, Finding::PromiseMissed]);
    }

    #[test]
    fn what_was_forgotten_is_found() {
        let policy = Policy::default();
        let mut state = None;
        rehearse(opened(2), None, at(0), &policy, &World::default(), &mut |step| {
            if let Step::Recorded(entry, after) = step
                && matches!(entry.event, Event::AttemptFinished { .. })
                && state.is_none()
            {
                state = Some(after.clone());
            }
        });
        let state = state.unwrap();
        let wake = plan(&state, at(1), &policy).next_wake;
        assert_eq!(audit(&state, wake, at(1), &policy), []);
        assert_eq!(audit(&state, None, at(1), &policy), [Finding::WakeLost]);
        assert_eq!(audit(&state, Some(at(99)), at(1), &policy), [Finding::WakeLost]);
        assert_eq!(audit(&state, Some(at(5)), at(7), &policy), [Finding::Overdue]);
    }

    #[test]
    fn a_closed_page_needs_nothing() {
        let mut state = State::opened(&opened(1), at(0));
        state.fold(at(0), &Event::Cancelled(Said { by: "agent".to_owned(), via: Via::Agent }));
        state.fold(at(0), &Event::Closed);
        assert_eq!(audit(&state, None, at(500), &Policy::default()), []);
    }
}

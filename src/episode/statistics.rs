//! What do the pages of a month amount to: how many, how many nights they cost, how long people waited?
//!
//! Drills count nowhere. A page counts in the month in which it was opened, by the clock of the site, and once however
//! often its ladder was climbed.
//!
//! A woken night is a night of one person in which a page asked them between 22:00 and 07:00, by whatever can ring; a
//! night is that of its evening. Two pages in one night wake one person once, and two people twice.

use chrono::{DateTime, Datelike, NaiveDate, TimeDelta, Timelike, Utc};
use chrono_tz::Tz;

use super::event::{Event, Purpose, Recorded};
use super::outcome::Outcome;
use super::promise::PromiseState;
use super::state::State;
use crate::decision::ladder::Channel;
use crate::schedule::roster::fold;

/// The clock hour from which somebody counts as woken.
const NIGHT_BEGINS: u32 = 22;
/// The clock hour from which nobody does.
const NIGHT_ENDS: u32 = 7;

/// What one page adds to the numbers of its month.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Figures {
    /// When it was opened.
    pub opened_at: DateTime<Utc>,
    /// Whom it woke in which night: the folded name, and the day on whose evening the night began.
    pub woken: Vec<(String, NaiveDate)>,
    /// Seconds from the opening until somebody first had it; `None` while nobody has.
    pub acknowledged_s: Option<i64>,
    /// Seconds from when the customer was told until they were called back; without a promise, from the opening.
    pub called_back_s: Option<i64>,
    /// What became of the promise; `None` when none was made, or it was withdrawn before anything became of it.
    pub promise: Option<PromiseState>,
}

/// A year and its month, from 1.
pub type MonthName = (i32, u32);

/// How a span of time was spread over the pages that have it, by nearest rank.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Spread {
    /// Half of them took no longer, in seconds; `None` without any.
    pub median_s: Option<i64>,
    /// Nine of ten took no longer, in seconds; `None` without any.
    pub ninetieth_s: Option<i64>,
}

/// What the pages of a month amount to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Month {
    /// The pages opened in it.
    pub pages: usize,
    /// The woken nights.
    pub woken_nights: usize,
    /// How long until somebody had it.
    pub acknowledge: Spread,
    /// How long until the customer was called back.
    pub call_back: Spread,
    /// The promises kept.
    pub kept: usize,
    /// Those kept after their time.
    pub late: usize,
    /// Those not kept.
    pub missed: usize,
}

impl Figures {
    /// What a page adds at `now`, from its log and what that amounts to.
    pub fn of(log: &[Recorded], state: &State, now: DateTime<Utc>, zone: Tz) -> Self {
        let mut woken: Vec<(String, NaiveDate)> = Vec::new();
        for tried in state.attempts.iter().filter(|tried| tried.attempt.purpose == Purpose::Page) {
            let rings = !matches!(tried.attempt.channel, Channel::Email | Channel::Chat);
            let went_out =
                !matches!(tried.outcome(), Some(Outcome::Refused | Outcome::Unavailable | Outcome::Retryable));
            let Some(night) = night_of(tried.started_at, zone).filter(|_| rings && went_out) else { continue };
            let one = (fold(&tried.attempt.contact.name).into_owned(), night);
            if !woken.contains(&one) {
                woken.push(one);
            }
        }
        let first = log.iter().find(|recorded| matches!(recorded.event, Event::Acknowledged(_)));
        let told_at = state.promise.as_ref().map_or(state.opened_at, |promise| promise.told_at);
        Self {
            opened_at: state.opened_at,
            woken,
            acknowledged_s: first.map(|recorded| (recorded.at - state.opened_at).num_seconds()),
            called_back_s: state.called_back.as_ref().map(|word| (word.at - told_at).num_seconds()),
            promise: state.promise_state(now),
        }
    }

    /// The month in which it counts.
    pub fn month(&self, zone: Tz) -> MonthName {
        month_of(self.opened_at, zone)
    }
}

impl Month {
    /// The sum of these pages.
    pub fn of<'a>(figures: impl IntoIterator<Item = &'a Figures>) -> Self {
        let figures: Vec<&Figures> = figures.into_iter().collect();
        let mut woken: Vec<&(String, NaiveDate)> = figures.iter().flat_map(|page| &page.woken).collect();
        woken.sort_unstable();
        woken.dedup();
        let promises = |state| figures.iter().filter(|page| page.promise == Some(state)).count();
        Self {
            pages: figures.len(),
            woken_nights: woken.len(),
            acknowledge: Spread::of(figures.iter().filter_map(|page| page.acknowledged_s)),
            call_back: Spread::of(figures.iter().filter_map(|page| page.called_back_s)),
            kept: promises(PromiseState::Kept),
            late: promises(PromiseState::Late),
            missed: promises(PromiseState::Missed),
        }
    }
}

impl Spread {
    fn of(seconds: impl Iterator<Item = i64>) -> Self {
        let mut seconds: Vec<i64> = seconds.collect();
        seconds.sort_unstable();
        // The nearest rank: the smallest value that so many of a hundred do not exceed.
        let rank = |percent: usize| seconds.get((seconds.len() * percent).div_ceil(100).saturating_sub(1)).copied();
        Self { median_s: rank(50), ninetieth_s: rank(90) }
    }
}

/// The month of an instant by the clock of `zone`.
pub fn month_of(at: DateTime<Utc>, zone: Tz) -> MonthName {
    let local = at.with_timezone(&zone);
    (local.year(), local.month())
}

/// The month before.
pub fn month_before((year, month): MonthName) -> MonthName {
    if month == 1 { (year - 1, 12) } else { (year, month - 1) }
}

/// The day on whose evening the night around `at` began; `None` by day.
fn night_of(at: DateTime<Utc>, zone: Tz) -> Option<NaiveDate> {
    let local = at.with_timezone(&zone);
    match local.hour() {
        NIGHT_BEGINS.. => Some(local.date_naive()),
        hour if hour < NIGHT_ENDS => local.date_naive().checked_sub_signed(TimeDelta::days(1)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use chrono_tz::America::Chicago;

    use super::*;
    use crate::decision::Answers;
    use crate::decision::ladder::{Contact, Ladder, Rung};
    use crate::episode::event::{Attempt, Basis, Opened, Said, Via};
    use crate::episode::outcome::Report;

    fn at(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    fn page(opened_at: &str, events: &[(&str, Event)]) -> Figures {
        let opened = Opened {
            case: "1".to_owned(),
            schedule: None,
            row: "D5a".to_owned(),
            answers: Answers::default(),
            training: false,
            pretended_s: 0,
            by: "desk".to_owned(),
            ladder: Ladder {
                rungs: vec![Rung { label: "p".to_owned(), wait_s: 300, channels: vec![], contacts: vec![] }],
            },
            basis: Basis { rows: vec![], snapshot: String::new(), read_at: None, age_s: 0 },
            drill: None,
        };
        let first = (opened_at, Event::Opened(opened));
        let log: Vec<Recorded> = std::iter::once(&first)
            .chain(events)
            .zip(1..)
            .map(|((time, event), seq)| Recorded { seq, at: at(time), event: event.clone() })
            .collect();
        Figures::of(&log, &State::of(&log).unwrap(), at("2026-12-31T00:00:00Z"), Chicago)
    }

    fn asked(id: &str, name: &str, channel: Channel) -> Event {
        Event::AttemptStarted(Attempt {
            id: id.to_owned(),
            purpose: Purpose::Page,
            round: 1,
            rung: Some(0),
            contact: Contact { name: name.to_owned(), phone: None, email: None, until: None, also: vec![] },
            channel,
            tried: 1,
            engine: String::new(),
            provider: String::new(),
            doubtful_at: at("2026-12-31T00:00:00Z"),
        })
    }

    fn finished(id: &str, outcome: Outcome) -> Event {
        let report = Report { outcome, provider: "p".to_owned(), provider_id: None, detail: String::new() };
        Event::AttemptFinished { attempt: id.to_owned(), report }
    }

    fn said() -> Said {
        Said { by: "Ada".to_owned(), via: Via::Sms }
    }

    #[test]
    fn a_night_counts_once_a_person_and_belongs_to_its_evening() {
        let evening = page(
            "2026-11-21T23:00:00-06:00",
            &[
                ("2026-11-21T23:00:00-06:00", asked("a", "Ada Ruiz", Channel::Sms)),
                ("2026-11-22T03:00:00-06:00", asked("b", "ada ruiz", Channel::Voice)),
                ("2026-11-22T03:00:00-06:00", asked("c", "Ben Ode", Channel::Voice)),
            ],
        );
        let morning =
            page("2026-11-22T06:59:59-06:00", &[("2026-11-22T06:59:59-06:00", asked("a", "Ada Ruiz", Channel::Sms))]);
        let next =
            page("2026-11-22T22:00:00-06:00", &[("2026-11-22T22:00:00-06:00", asked("a", "Ada Ruiz", Channel::Sms))]);
        assert_eq!(Month::of([&evening, &morning]).woken_nights, 2, "Ada's night and Ben's");
        assert_eq!(Month::of([&evening, &morning, &next]).woken_nights, 3);
    }

    #[test]
    fn nobody_is_woken_by_day_by_a_mail_or_by_what_did_not_leave() {
        let day = page(
            "2026-11-22T07:00:00-06:00",
            &[
                ("2026-11-22T07:00:00-06:00", asked("a", "Ada", Channel::Voice)),
                ("2026-11-22T21:59:59-06:00", asked("b", "Ada", Channel::Voice)),
            ],
        );
        let night = page(
            "2026-11-22T02:00:00-06:00",
            &[
                ("2026-11-22T02:00:00-06:00", asked("a", "Ada", Channel::Email)),
                ("2026-11-22T02:00:01-06:00", asked("b", "Ada", Channel::Sms)),
                ("2026-11-22T02:00:02-06:00", finished("b", Outcome::Refused)),
            ],
        );
        assert_eq!(Month::of([&day, &night]).woken_nights, 0);
    }

    #[test]
    fn times_run_from_the_opening_and_from_what_the_customer_was_told() {
        let figures = page(
            "2026-11-22T02:00:00Z",
            &[
                (
                    "2026-11-22T02:01:00Z",
                    Event::PromiseMade { told_at: at("2026-11-22T02:01:00Z"), due: at("2026-11-22T03:01:00Z") },
                ),
                ("2026-11-22T02:05:00Z", Event::Acknowledged(said())),
                ("2026-11-22T02:31:00Z", Event::CalledBack(said())),
            ],
        );
        assert_eq!((figures.acknowledged_s, figures.called_back_s), (Some(300), Some(1_800)));
        assert_eq!(figures.promise, Some(PromiseState::Kept));
        let month = Month::of([&figures]);
        assert_eq!((month.pages, month.kept, month.late, month.missed), (1, 1, 0, 0));
    }

    #[test]
    fn spreads_are_nearest_ranks() {
        let spread = |values: &[i64]| Spread::of(values.iter().copied());
        assert_eq!(spread(&[]), Spread::default());
        assert_eq!(spread(&[7]), Spread { median_s: Some(7), ninetieth_s: Some(7) });
        assert_eq!(spread(&[4, 1, 3, 2]), Spread { median_s: Some(2), ninetieth_s: Some(4) });
        let ten: Vec<i64> = (1..=10).collect();
        assert_eq!(spread(&ten), Spread { median_s: Some(5), ninetieth_s: Some(9) });
    }

    #[test]
    fn a_page_counts_in_the_month_of_the_sites_clock() {
        assert_eq!(month_of(at("2026-12-01T05:59:59Z"), Chicago), (2026, 11));
        assert_eq!(month_of(at("2026-12-01T06:00:00Z"), Chicago), (2026, 12));
        assert_eq!((month_before((2026, 1)), month_before((2026, 11))), ((2025, 12), (2026, 10)));
    }
}

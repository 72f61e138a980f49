//! By when is a customer told to expect a call (A38, A47; contract 5.5)? The site's table of rules; without one, an hour.
//!
//! Asked once, when the customer is told: the answer is stored with the page and never computed again.

use chrono::{DateTime, Days, NaiveTime, TimeDelta, Utc};
use chrono_tz::Tz;
use serde::{Deserialize, Deserializer};

use crate::civil::resolve;

/// One rule of the table, as `[[promise]]` writes it. Civil times are the site's.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PromiseRule {
    /// The rule holds from this time of day on; with an earlier `before` until then on the next day.
    #[serde(default, deserialize_with = "clock")]
    pub after: Option<NaiveTime>,
    /// And until this time of day, at which it no longer holds.
    #[serde(default, deserialize_with = "clock")]
    pub before: Option<NaiveTime>,
    /// The call is promised by the next such time of day.
    #[serde(default, deserialize_with = "clock")]
    pub due: Option<NaiveTime>,
    /// The call is promised within so many minutes of elapsed time.
    pub minutes: Option<u32>,
    /// But by the next such time of day at the latest.
    #[serde(default, deserialize_with = "clock")]
    pub no_later_than: Option<NaiveTime>,
}

/// The table, with the zone that its times of day are read in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PromiseRules {
    zone: Tz,
    rules: Vec<PromiseRule>,
    minutes: u32,
}

impl Default for PromiseRules {
    /// An hour, whatever the time.
    fn default() -> Self {
        Self { zone: Tz::UTC, rules: Vec::new(), minutes: 60 }
    }
}

impl PromiseRules {
    /// These rules, the first that holds; `minutes` of elapsed time where none does.
    pub fn new(zone: Tz, rules: Vec<PromiseRule>, minutes: u32) -> Self {
        Self { zone, rules, minutes }
    }

    /// By when a customer who is told at `told_at` may expect the call; always later.
    pub fn due(&self, told_at: DateTime<Utc>) -> DateTime<Utc> {
        let now = told_at.with_timezone(&self.zone).time();
        let rule = self.rules.iter().find(|rule| rule.holds(now));
        let by_rule = rule.and_then(|rule| match (rule.due, rule.minutes) {
            (Some(due), _) => Some(self.next(due, told_at)),
            (None, Some(minutes)) => {
                let in_time = elapsed(told_at, minutes);
                Some(rule.no_later_than.map_or(in_time, |latest| in_time.min(self.next(latest, told_at))))
            }
            (None, None) => None,
        });
        by_rule.unwrap_or_else(|| elapsed(told_at, self.minutes))
    }

    /// The first instant after `at` that this time of day means (contract 2.3 rule 2).
    fn next(&self, clock: NaiveTime, at: DateTime<Utc>) -> DateTime<Utc> {
        let today = at.with_timezone(&self.zone).date_naive();
        let on = |days| today.checked_add_days(Days::new(days)).map(|date| resolve(self.zone, date.and_time(clock)).at);
        (0..=2).filter_map(on).find(|it| *it > at).unwrap_or_else(|| elapsed(at, self.minutes))
    }
}

impl PromiseRule {
    /// Whether the rule holds at this time of day; over midnight where it begins later than it ends.
    fn holds(&self, now: NaiveTime) -> bool {
        let begun = self.after.is_none_or(|after| now >= after);
        let not_over = self.before.is_none_or(|before| now < before);
        match (self.after, self.before) {
            (Some(after), Some(before)) if after > before => begun || not_over,
            _ => begun && not_over,
        }
    }

    /// What is wrong with the rule, in words; `None` when nothing is.
    pub fn problem(&self) -> Option<&'static str> {
        match (self.due, self.minutes) {
            (Some(_), Some(_)) => Some("due and minutes exclude each other; for both, write minutes and no_later_than"),
            (None, None) => Some("it says neither due nor minutes"),
            (Some(_), None) if self.no_later_than.is_some() => Some("no_later_than goes with minutes, not with due"),
            (None, Some(0)) => Some("minutes must be at least 1"),
            _ if self.after.is_some() && self.after == self.before => Some("after and before are the same time"),
            _ => None,
        }
    }
}

fn elapsed(at: DateTime<Utc>, minutes: u32) -> DateTime<Utc> {
    at.checked_add_signed(TimeDelta::minutes(i64::from(minutes))).unwrap_or(DateTime::<Utc>::MAX_UTC)
}

/// A time of day as `"23:00"`.
fn clock<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<NaiveTime>, D::Error> {
    let text = String::deserialize(deserializer)?;
    NaiveTime::parse_from_str(&text, "%H:%M")
        .map(Some)
        .map_err(|_| serde::de::Error::custom(format!("{text:?} is not a time of day; write for example \"23:00\"")))
}

#[cfg(test)]
mod tests {
    use chrono::NaiveDateTime;
    use chrono_tz::America::Chicago;
    use proptest::prelude::*;

    use super::*;

    fn rule(text: &str) -> PromiseRule {
        toml::from_str(text).unwrap()
    }

    fn rules(texts: &[&str]) -> PromiseRules {
        PromiseRules::new(Chicago, texts.iter().map(|text| rule(text)).collect(), 60)
    }

    fn due(rules: &PromiseRules, told: &str) -> String {
        let told = told.parse::<DateTime<Utc>>().unwrap();
        rules.due(told).with_timezone(&Chicago).to_rfc3339()
    }

    #[test]
    fn the_first_rule_that_holds_decides() {
        let night = rules(&["after = '23:00'\nbefore = '06:15'\ndue = '07:15'", "minutes = 60"]);
        for (told, expected) in [
            ("2026-11-22T22:59:59-06:00", "2026-11-22T23:59:59-06:00"),
            ("2026-11-22T23:00:00-06:00", "2026-11-23T07:15:00-06:00"),
            ("2026-11-23T00:30:00-06:00", "2026-11-23T07:15:00-06:00"),
            ("2026-11-23T06:14:59-06:00", "2026-11-23T07:15:00-06:00"),
            ("2026-11-23T06:15:00-06:00", "2026-11-23T07:15:00-06:00"),
            ("2026-11-23T12:00:00-06:00", "2026-11-23T13:00:00-06:00"),
        ] {
            assert_eq!(due(&night, told), expected, "{told}");
        }
        assert_eq!(due(&rules(&[]), "2026-11-22T23:30:00-06:00"), "2026-11-23T00:30:00-06:00", "an hour without rules");
        let evening = rules(&["after = '20:00'\nminutes = 30"]);
        assert_eq!(due(&evening, "2026-11-22T20:00:00-06:00"), "2026-11-22T20:30:00-06:00");
        assert_eq!(due(&evening, "2026-11-22T19:59:00-06:00"), "2026-11-22T20:59:00-06:00", "none holds: an hour");
    }

    #[test]
    fn whichever_is_first() {
        let first = rules(&["minutes = 60\nno_later_than = '23:15'"]);
        assert_eq!(due(&first, "2026-11-22T21:00:00-06:00"), "2026-11-22T22:00:00-06:00");
        assert_eq!(due(&first, "2026-11-22T22:30:00-06:00"), "2026-11-22T23:15:00-06:00");
        assert_eq!(due(&first, "2026-11-22T23:15:00-06:00"), "2026-11-23T00:15:00-06:00", "that time has passed");
    }

    #[test]
    fn nights_on_which_the_clock_changes() {
        let hour = rules(&["minutes = 60"]);
        assert_eq!(due(&hour, "2026-11-01T01:40:00-05:00"), "2026-11-01T01:40:00-06:00", "elapsed time");
        assert_eq!(due(&hour, "2026-03-08T01:40:00-06:00"), "2026-03-08T03:40:00-05:00");
        let morning = rules(&["due = '07:15'"]);
        assert_eq!(due(&morning, "2026-10-31T23:30:00-05:00"), "2026-11-01T07:15:00-06:00");
        assert_eq!(due(&morning, "2026-03-07T23:30:00-06:00"), "2026-03-08T07:15:00-05:00");
        let missing = rules(&["due = '02:30'"]);
        assert_eq!(due(&missing, "2026-03-08T00:30:00-06:00"), "2026-03-08T03:00:00-05:00", "after the jump");
        let twice = rules(&["due = '01:30'"]);
        assert_eq!(due(&twice, "2026-11-01T00:30:00-05:00"), "2026-11-01T01:30:00-05:00", "the first of the two");
        assert_eq!(due(&twice, "2026-11-01T01:10:00-06:00"), "2026-11-02T01:30:00-06:00");
        // The hour that comes twice holds the rule in both.
        let night = rules(&["after = '01:00'\nbefore = '02:00'\ndue = '07:15'"]);
        assert_eq!(due(&night, "2026-11-01T01:59:00-06:00"), "2026-11-01T07:15:00-06:00");
    }

    #[test]
    fn what_makes_no_sense_is_told() {
        for (text, words) in [
            ("after = '23:00'", "neither"),
            ("due = '07:15'\nminutes = 60", "exclude"),
            ("due = '07:15'\nno_later_than = '07:30'", "goes with minutes"),
            ("minutes = 0", "at least 1"),
            ("after = '07:15'\nbefore = '07:15'\nminutes = 60", "same time"),
        ] {
            assert!(rule(text).problem().is_some_and(|problem| problem.contains(words)), "{text}");
        }
        assert_eq!(rule("minutes = 60").problem(), None);
        let error = toml::from_str::<PromiseRule>("due = '25:00'").unwrap_err().to_string();
        assert!(error.contains("\"25:00\" is not a time of day"), "{error}");
    }

    proptest! {
        #[test]
        fn a_promise_always_ends_after_it_began(second in 1_700_000_000_i64..1_900_000_000, clock in 0_u32..1440) {
            let told_at = DateTime::from_timestamp(second, 0).unwrap();
            let time = NaiveTime::from_hms_opt(clock / 60, clock % 60, 0).unwrap();
            let by = |due, minutes, no_later_than| {
                let rule = PromiseRule { after: None, before: None, due, minutes, no_later_than };
                PromiseRules::new(Chicago, vec![rule], 60).due(told_at)
            };
            let at_clock = by(Some(time), None, None);
            prop_assert!(at_clock > told_at && at_clock - told_at <= TimeDelta::hours(49));
            let first = by(None, Some(90), Some(time));
            prop_assert!(first > told_at && first - told_at <= TimeDelta::minutes(90));
            let local: NaiveDateTime = first.with_timezone(&Chicago).naive_local();
            prop_assert!(first - told_at == TimeDelta::minutes(90) || local.time() == time || local.time().format("%M").to_string() == "00");
        }
    }
}

//! How far is a provider's clock from ours? Told by the dates it gives, so that its dates can be read in our time.
//!
//! A reply counts for the pages that had begun when it came in. Were the provider's clock believed, one that is behind
//! would hide tonight's replies, and one that is ahead would revive those of another night.

use std::sync::{Arc, Mutex, PoisonError};

use chrono::{DateTime, TimeDelta, Utc};

use crate::ports::Clock;

/// What is known of the provider's clock. Without a clock of ours the provider's is believed.
#[derive(Default)]
pub(super) struct ProviderClock {
    ours: Option<Arc<dyn Clock>>,
    /// How far it is ahead by the date of a text that it took from us: such texts and replies are dated alike.
    of_texts: Mutex<Option<TimeDelta>>,
    /// The same by the date of its latest answer, which another machine may give.
    of_answers: Mutex<Option<TimeDelta>>,
}

impl ProviderClock {
    /// Compared with this clock.
    pub(super) fn beside(ours: Arc<dyn Clock>) -> Self {
        Self { ours: Some(ours), ..Self::default() }
    }

    /// Our time; `None` without a clock.
    pub(super) fn now(&self) -> Option<DateTime<Utc>> {
        self.ours.as_ref().map(|clock| clock.now())
    }

    /// The provider dated a text that we gave it since `asked`.
    pub(super) fn dated_text(&self, asked: Option<DateTime<Utc>>, theirs: Option<DateTime<Utc>>) {
        self.keep(&self.of_texts, asked, theirs);
    }

    /// The provider dated its answer to a question that was put at `asked`.
    pub(super) fn dated_answer(&self, asked: Option<DateTime<Utc>>, theirs: Option<DateTime<Utc>>) {
        self.keep(&self.of_answers, asked, theirs);
    }

    /// How far the provider is ahead, negative when it is behind: by what is known of texts, else by its answers; zero
    /// when nothing told yet.
    pub(super) fn ahead(&self) -> TimeDelta {
        let known = |kept: &Mutex<Option<TimeDelta>>| *kept.lock().unwrap_or_else(PoisonError::into_inner);
        known(&self.of_texts).or_else(|| known(&self.of_answers)).unwrap_or_default()
    }

    fn keep(&self, place: &Mutex<Option<TimeDelta>>, asked: Option<DateTime<Utc>>, theirs: Option<DateTime<Utc>>) {
        if let (Some(asked), Some(answered), Some(theirs)) = (asked, self.now(), theirs) {
            *place.lock().unwrap_or_else(PoisonError::into_inner) = Some(beyond((asked, answered), theirs));
        }
    }
}

/// How far an instant lies outside of `between`; none at all within it. Providers tell whole seconds, cut off.
fn beyond((asked, answered): (DateTime<Utc>, DateTime<Utc>), theirs: DateTime<Utc>) -> TimeDelta {
    if theirs > answered {
        theirs - answered
    } else if theirs + TimeDelta::seconds(1) < asked {
        theirs - asked
    } else {
        TimeDelta::zero()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    #[test]
    fn a_clock_within_the_time_of_the_question_is_right_and_any_other_is_off_by_what_is_certain() {
        let between = (at("2026-11-22T09:00:10.500Z"), at("2026-11-22T09:00:12Z"));
        for (theirs, seconds) in [
            ("2026-11-22T09:00:10Z", 0),
            ("2026-11-22T09:00:12Z", 0),
            ("2026-11-22T09:00:13Z", 1),
            ("2026-11-22T11:00:12Z", 7200),
        ] {
            assert_eq!(beyond(between, at(theirs)), TimeDelta::seconds(seconds), "{theirs}");
        }
        assert_eq!(beyond(between, at("2026-11-22T07:00:10Z")), TimeDelta::milliseconds(-7_200_500));
    }

    #[test]
    fn without_a_clock_or_a_date_the_providers_time_is_believed() {
        let clock = ProviderClock::default();
        clock.dated_text(Some(at("2026-11-22T09:00:10Z")), Some(at("2026-11-22T07:00:10Z")));
        clock.dated_answer(Some(at("2026-11-22T09:00:10Z")), None);
        assert_eq!((clock.now(), clock.ahead()), (None, TimeDelta::zero()));
    }
}

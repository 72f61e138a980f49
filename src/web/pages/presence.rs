//! Who has a page open at this moment? Known to this process alone, and forgotten within a minute.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use chrono::{DateTime, TimeDelta, Utc};

/// How long somebody counts as there who was seen once.
const COUNTS_FOR: TimeDelta = TimeDelta::seconds(60);

/// Since when somebody looks, and when they were seen last.
#[derive(Debug, Clone, Copy)]
struct Looking {
    since: DateTime<Utc>,
    seen: DateTime<Utc>,
}

/// Who looks at which page.
#[derive(Debug, Default)]
pub(super) struct Presence(Mutex<BTreeMap<(String, String), Looking>>);

impl Presence {
    /// Notes that `name` has the page open.
    pub(super) fn saw(&self, episode: &str, name: &str, now: DateTime<Utc>) {
        let mut looking = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        looking.retain(|_, it| now - it.seen < COUNTS_FOR);
        let it = looking.entry((episode.to_owned(), name.to_owned())).or_insert(Looking { since: now, seen: now });
        it.seen = now;
    }

    /// Who has the page open, by name, each with since when.
    pub(super) fn of(&self, episode: &str, now: DateTime<Utc>) -> Vec<(String, DateTime<Utc>)> {
        let looking = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let here = looking.iter().filter(|((page, _), it)| page == episode && now - it.seen < COUNTS_FOR);
        here.map(|((_, name), it)| (name.clone(), it.since)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn somebody_is_there_for_as_long_as_they_are_seen() {
        let at = |second| DateTime::from_timestamp(second, 0).unwrap();
        let presence = Presence::default();
        presence.saw("one", "kim", at(0));
        presence.saw("two", "lee", at(0));
        presence.saw("one", "kim", at(50));
        assert_eq!(presence.of("one", at(109)), [("kim".to_owned(), at(0))]);
        assert!(presence.of("one", at(110)).is_empty());
        presence.saw("one", "kim", at(200));
        assert_eq!(presence.of("one", at(200)), [("kim".to_owned(), at(200))]);
    }
}

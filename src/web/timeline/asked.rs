//! Which days, and which version of the sheet, does an address ask for? What cannot be read is said, never guessed.

use chrono::{DateTime, NaiveDate, Utc};
use chrono_tz::Tz;
use serde::Deserialize;

use crate::civil::{CivilNote, Interval};
use crate::desk::weeks::{Extent, Weeks, today};
use crate::desk::{instant, window};
use crate::web::guard::form_urlencoded;
use crate::wording::timeline_page as words;

/// The query as it was sent.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Words {
    view: Option<String>,
    from: Option<String>,
    known_at: Option<String>,
}

/// What is asked for.
#[derive(Debug)]
pub(super) struct Asked {
    /// The days.
    pub weeks: Weeks,
    /// Their instants.
    pub window: Interval,
    /// The present date.
    pub today: NaiveDate,
    /// The version that was in force then; `None` for the newest.
    pub known_at: Option<Known>,
    /// What stood in the field, to be mended there.
    pub known_at_typed: String,
    /// What of the address could not be read.
    pub wrong: Vec<String>,
}

/// Another time.
#[derive(Debug, Clone, Copy)]
pub(super) struct Known {
    /// The instant.
    pub at: DateTime<Utc>,
    /// Set when the clock time exists twice or not at all.
    pub note: Option<CivilNote>,
}

impl Asked {
    /// Reads the query at `now`; `None` where the machine's clock stands outside of every calendar.
    pub(super) fn read(asked: &Words, zone: Tz, now: DateTime<Utc>) -> Option<Self> {
        let mut wrong = Vec::new();
        let given =
            |text: &Option<String>| text.as_deref().map(str::trim).filter(|text| !text.is_empty()).map(str::to_owned);
        let today = today(zone, now);
        let extent = given(&asked.view).map_or(Ok(Extent::Week), |word| Extent::of(&word).ok_or(words::NO_VIEW));
        let extent = extent.unwrap_or_else(|message| {
            wrong.push(message.to_owned());
            Extent::Week
        });
        let from =
            given(&asked.from).map(|text| text.parse::<NaiveDate>().ok().and_then(|date| Weeks::around(extent, date)));
        let weeks = from.unwrap_or_else(|| Weeks::around(extent, today)).or_else(|| {
            wrong.push(words::NO_DATE.to_owned());
            Weeks::around(extent, today)
        });
        let typed = given(&asked.known_at).unwrap_or_default();
        let known_at = match typed.as_str() {
            "" => None,
            text => match window::known_at(text, zone, now) {
                Ok(at) => Some(Known { at, note: instant::parse(text, zone, now).ok().and_then(|read| read.note) }),
                Err(error) => {
                    wrong.push(words::no_known_at(&error.message));
                    None
                }
            },
        };
        let weeks = weeks?;
        Some(Self { window: weeks.window(zone)?, weeks, today, known_at, known_at_typed: typed, wrong })
    }

    /// The query of an address that asks for these days of the same version.
    pub(super) fn query(&self, extent: Extent, from: NaiveDate) -> String {
        let version = self.known_at.map(|_| format!("&known_at={}", form_urlencoded(&self.known_at_typed)));
        format!("?view={}&from={from}{}", extent.word(), version.unwrap_or_default())
    }

    /// The same days of another version, or of the newest.
    pub(super) fn query_known_at(&self, known_at: Option<&str>) -> String {
        let version = known_at.map(|text| format!("&known_at={}", form_urlencoded(text)));
        format!("?view={}&from={}{}", self.weeks.extent.word(), self.weeks.around, version.unwrap_or_default())
    }
}

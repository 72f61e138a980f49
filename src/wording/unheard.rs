//! What does an agent read when no call of the tool reached anybody? Dial this number, say these words (contract 5.4).

use chrono::{DateTime, Utc};
use chrono_tz::Tz;

use super::columns::wrapped;
use super::{page, phone};
use crate::decision::ladder::Contact;
use crate::episode::briefing::Briefing;

/// What the agent does and says; the words are left out when the briefing was purged.
pub fn dial(
    person: &Contact,
    briefing: Option<&Briefing>,
    due: Option<DateTime<Utc>>,
    desk_phone: &str,
    training: bool,
    zone: Tz,
) -> Vec<String> {
    let practice = if training { "TRAINING, do not really dial: " } else { "" };
    let number = person.phone.as_deref().map_or_else(|| "NO NUMBER".to_owned(), phone::display);
    let mut lines = wrapped(
        &format!(
            "No call reached {} and no voicemail was left. Dial {number} and say, also to a voicemail:",
            person.name
        ),
        practice,
        "  ",
    );
    if let Some(briefing) = briefing {
        lines.extend(wrapped(&page::by_hand(briefing, due, desk_phone, zone), "  ", "  "));
    }
    lines
}

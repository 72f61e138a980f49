//! What do people read about somebody who blocked texts with STOP (domain 3, STOP)? A red line wherever they are named.

use chrono::{DateTime, Utc};
use chrono_tz::Tz;

use super::phone;
use super::time::{short, spoken};

/// Why no text is sent to somebody, for the log: `opted out with STOP at 3:02am; must text START to 608-555-0100`.
pub fn refused(since: DateTime<Utc>, sender: Option<&str>, zone: Tz) -> String {
    format!("opted out with STOP at {}; must text START to {}", spoken(since, zone), start_at(sender))
}

/// What whoever looks at a person or a page must know: `SMS to Ada Ruiz is blocked since Sun 2026-11-22 03:02 (STOP): …`.
pub fn line(name: &str, since: DateTime<Utc>, sender: Option<&str>, zone: Tz) -> String {
    format!(
        "SMS to {name} is blocked since {} (STOP): call; they must text START to {}",
        short(since, zone),
        start_at(sender)
    )
}

/// Where START must be sent: the number that the texts come from, which a messaging service may hide.
pub(super) fn start_at(sender: Option<&str>) -> String {
    sender.map_or_else(|| "the number that the texts came from".to_owned(), phone::display)
}

#[cfg(test)]
mod tests {
    use chrono::TimeZone;
    use chrono_tz::America::Chicago;

    use super::*;

    #[test]
    fn the_line_says_since_when_and_what_to_do() {
        let since = Chicago.with_ymd_and_hms(2026, 11, 22, 3, 2, 0).unwrap().to_utc();
        assert_eq!(
            line("Ada Ruiz", since, Some("+16085550100"), Chicago),
            "SMS to Ada Ruiz is blocked since Sun 2026-11-22 03:02 (STOP): call; they must text START to 608-555-0100"
        );
        assert_eq!(
            refused(since, None, Chicago),
            "opted out with STOP at 3:02am; must text START to the number that the texts came from"
        );
    }
}

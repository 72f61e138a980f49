//! What do the headers and errors of an answer say? Waits, dates and causes, in words that fit on one line.

use std::time::Duration;

use chrono::{DateTime, Utc};

/// When a server says it answered, by the `Date` among the headers that `header` gives; nothing when it does not say, or
/// when a copy kept on the way answered (`Age`), whose date is not the present.
pub(super) fn answered_at<'a>(header: impl Fn(&str) -> Option<&'a str>) -> Option<DateTime<Utc>> {
    let is_kept = header("age").is_some_and(|age| age.trim() != "0");
    let date = header("date").filter(|_| !is_kept)?;
    DateTime::parse_from_rfc2822(date.trim()).ok().map(|date| date.to_utc())
}

/// How long a `Retry-After` asks to wait: seconds, or a time compared with the answer's own `Date`.
pub(super) fn wait_of(text: &str, date: Option<&str>) -> Option<Duration> {
    if let Ok(seconds) = text.trim().parse() {
        return Some(Duration::from_secs(seconds));
    }
    let at = |text: &str| DateTime::parse_from_rfc2822(text.trim()).ok();
    (at(text)? - at(date?)?).to_std().ok()
}

/// Somebody else's words on one line, and not too many.
pub(super) fn short(words: &str) -> String {
    let line = words.split_whitespace().collect::<Vec<_>>().join(" ");
    line.chars().take(200).collect()
}

/// The words of an error and of what caused it.
pub(super) fn chain(error: &dyn std::error::Error) -> String {
    let mut words = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        let more = error.to_string();
        if !words.contains(&more) {
            words = format!("{words}: {more}");
        }
        cause = error.source();
    }
    short(&words)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_date_of_a_kept_answer_is_not_the_present() {
        let at = |date: Option<&'static str>, age: Option<&'static str>| {
            answered_at(|name| if name == "date" { date } else { age }).map(|at| at.to_rfc3339())
        };
        let date = Some("Sun, 22 Nov 2026 12:00:30 GMT");
        assert_eq!(at(date, None).as_deref(), Some("2026-11-22T12:00:30+00:00"));
        assert_eq!(at(date, Some("0")).as_deref(), Some("2026-11-22T12:00:30+00:00"));
        assert_eq!(at(date, Some("7")), None);
        assert_eq!(at(None, None), None);
        assert_eq!(at(Some("yesterday"), None), None);
    }

    #[test]
    fn a_wait_is_seconds_or_a_time() {
        assert_eq!(wait_of("2", None), Some(Duration::from_secs(2)));
        let (at, now) = ("Sun, 22 Nov 2026 12:00:30 GMT", "Sun, 22 Nov 2026 12:00:00 GMT");
        assert_eq!(wait_of(at, Some(now)), Some(Duration::from_secs(30)));
        assert_eq!(wait_of(now, Some(at)), None);
        assert_eq!(wait_of("soon", Some(now)), None);
    }
}

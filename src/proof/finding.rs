//! What does a check amount to? Worst first: what keeps a page from leaving tonight stands at the top.

use chrono::{DateTime, TimeDelta, Utc};

/// How far two clocks may differ before times in logs and receipts mislead.
pub const CLOCKS_MAY_DIFFER: TimeDelta = TimeDelta::seconds(60);

/// How grave a finding is, the gravest last.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// As it should be.
    Ok,
    /// To be looked at; a page leaves all the same.
    Warning,
    /// A page would not leave, or not reach anybody, tonight.
    Error,
    /// The settings cannot be used.
    Settings,
    /// Nobody can tell.
    Unknown,
}

impl Severity {
    /// The word of JSON: what cannot be told is as grave as what is wrong.
    pub fn word(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Warning => "warning",
            Self::Error | Self::Settings | Self::Unknown => "error",
        }
    }
}

/// One check and what it came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// How grave it is.
    pub severity: Severity,
    /// Which check it is, for programs.
    pub code: &'static str,
    /// What was checked.
    pub about: String,
    /// What was found.
    pub found: String,
    /// What to do; empty when nothing is.
    pub todo: String,
}

/// Sorts findings, the worst first; equal ones stay in the order of the checks.
pub fn worst_first(findings: &mut [Finding]) {
    findings.sort_by_key(|finding| std::cmp::Reverse(finding.severity));
}

/// How far `theirs`, in whole seconds, is from the span in which it was asked for; negative when it is behind.
pub fn clock_difference(theirs: DateTime<Utc>, asked: DateTime<Utc>, answered: DateTime<Utc>) -> TimeDelta {
    let second = TimeDelta::seconds(1);
    if theirs > answered {
        theirs - answered
    } else if theirs + second < asked {
        theirs + second - asked
    } else {
        TimeDelta::zero()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clocks_agree_within_the_time_of_asking() {
        let at = |seconds: i64| DateTime::from_timestamp(1_800_000_000 + seconds, 0).unwrap();
        for (theirs, difference) in [(0, 0), (10, 0), (-1, 0), (5, 0), (-2, -1), (75, 65), (-100, -99)] {
            assert_eq!(clock_difference(at(theirs), at(0), at(10)), TimeDelta::seconds(difference), "{theirs}");
        }
    }

    #[test]
    fn the_worst_stands_first_and_the_rest_in_order() {
        let finding = |severity, code| Finding {
            severity,
            code,
            about: String::new(),
            found: String::new(),
            todo: String::new(),
        };
        let mut findings = [
            finding(Severity::Ok, "a"),
            finding(Severity::Warning, "b"),
            finding(Severity::Error, "c"),
            finding(Severity::Warning, "d"),
        ];
        worst_first(&mut findings);
        assert_eq!(findings.map(|it| it.code), ["c", "b", "d", "a"]);
    }
}

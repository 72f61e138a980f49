//! How are numbers, times and names said aloud? Digit by digit in groups, with pauses, and in letters a voice can read.

use chrono::{DateTime, LocalResult, TimeZone, Utc};
use chrono_tz::Tz;

use crate::wording::phone;

/// A phone number digit by digit: `6 0 8, 5 5 5, 0 1 4 2, extension 1 2`.
pub(super) fn number(typed: &str) -> String {
    let shown = phone::display(typed);
    let (number, extension) = match shown.split_once('x') {
        Some((number, extension)) => (number, Some(extension)),
        None => (shown.as_str(), None),
    };
    let plus = if number.trim_start().starts_with('+') { "plus " } else { "" };
    let groups = number.split(|letter: char| !letter.is_ascii_alphanumeric()).filter(|group| !group.is_empty());
    let groups: Vec<String> = groups.map(spelled).collect();
    let extension = extension.map_or_else(String::new, |digits| format!(", extension {}", spelled(digits)));
    format!("{plus}{}{extension}", groups.join(", "))
}

/// A phone number, twice: whoever is woken hears the first one half.
pub fn number_twice(typed: &str) -> String {
    let number = number(typed);
    format!("{number}. Again: {number}")
}

/// A case number sign by sign: `I N C 1 2 3 4 5 6 7`.
pub(super) fn case(case: &str) -> String {
    spelled(case)
}

fn spelled(text: &str) -> String {
    let signs = text.chars().filter(|sign| sign.is_alphanumeric()).map(|sign| sign.to_uppercase().to_string());
    signs.collect::<Vec<_>>().join(" ")
}

/// A clock time: `11:42 PM`; in the hour that November has twice with words that tell which one.
pub(super) fn clock(at: DateTime<Utc>, zone: Tz) -> String {
    let local = at.with_timezone(&zone);
    let time = local.format("%-I:%M %p");
    match zone.from_local_datetime(&local.naive_local()) {
        LocalResult::Ambiguous(first, _) if first == local => format!("{time}, before the clocks go back"),
        LocalResult::Ambiguous(..) => format!("{time}, after the clocks went back"),
        _ => time.to_string(),
    }
}

/// Free text in one line of letters and plain punctuation, at most `longest` characters; a voice reads no other signs.
pub(super) fn said(text: &str, longest: usize) -> String {
    let text = text.replace('&', " and ").replace('@', " at ");
    let plain: String = text
        .chars()
        .map(|letter| if letter.is_alphanumeric() || ".,;:'-/?!()%+#".contains(letter) { letter } else { ' ' })
        .collect();
    let mut kept = String::new();
    for word in plain.split_whitespace() {
        let room = longest.saturating_sub(kept.chars().count() + usize::from(!kept.is_empty()));
        if room == 0 {
            break;
        }
        if !kept.is_empty() {
            kept.push(' ');
        }
        kept.extend(word.chars().take(room));
    }
    kept.trim_end_matches(['.', ' ', ',', ';', ':', '-']).to_owned()
}

#[cfg(test)]
mod tests {
    use chrono_tz::America::Chicago;
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn numbers_are_said_digit_by_digit_in_groups() {
        for (typed, said) in [
            ("+16085550142", "6 0 8, 5 5 5, 0 1 4 2"),
            ("(608) 555-0142 x12", "6 0 8, 5 5 5, 0 1 4 2, extension 1 2"),
            ("+44 20 7946 0018", "plus 4 4, 2 0, 7 9 4 6, 0 0 1 8"),
            ("3-4188", "3, 4 1 8 8"),
        ] {
            assert_eq!(number(typed), said, "{typed}");
        }
        assert_eq!(number_twice("3-4188"), "3, 4 1 8 8. Again: 3, 4 1 8 8");
        assert_eq!(case("INC1234567"), "I N C 1 2 3 4 5 6 7");
    }

    #[test]
    fn the_hour_that_comes_twice_says_which_one() {
        for (at, said) in [
            ("2026-11-23T05:42:00Z", "11:42 PM"),
            ("2026-11-01T06:40:00Z", "1:40 AM, before the clocks go back"),
            ("2026-11-01T07:40:00Z", "1:40 AM, after the clocks went back"),
            ("2026-03-08T08:40:00Z", "3:40 AM"),
        ] {
            assert_eq!(clock(at.parse().unwrap(), Chicago), said);
        }
    }

    #[test]
    fn free_text_is_made_sayable() {
        for (text, longest, expected) in [
            ("Payroll PC is <down>; dept stopped...", 80, "Payroll PC is down ; dept stopped"),
            ("R&D at a@b.example", 80, "R and D at a at b.example"),
            ("line\none\u{0}\u{7}two", 80, "line one two"),
            ("Zoë O'Brien", 80, "Zoë O'Brien"),
            ("one two three", 9, "one two t"),
            ("one two three", 7, "one two"),
            ("…", 80, ""),
        ] {
            assert_eq!(said(text, longest), expected, "{text}");
        }
    }

    proptest! {
        #[test]
        fn what_is_said_is_short_and_has_no_sign_of_a_document(text in any::<String>(), longest in 0_usize..100) {
            let said = said(&text, longest);
            prop_assert!(said.chars().count() <= longest);
            prop_assert!(!said.contains(['<', '>', '&', '"']) && !said.contains(char::is_control));
        }
    }
}

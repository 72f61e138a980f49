//! May a problem's description leave the house? Not when it looks as if it identified somebody (domain 3, privacy).

use crate::wording::gsm::fold;

/// Why a description is left out of messages; it stays in the case.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HeldBack {
    /// It holds an e-mail address.
    EmailAddress,
    /// It holds nine digits, as a social security number or a student number has.
    NineDigits,
    /// It holds a date that may be somebody's birthday, or says so.
    DateOfBirth,
    /// It speaks of a patient.
    Patient,
}

impl HeldBack {
    /// The reason in words, after "it holds".
    pub fn words(self) -> &'static str {
        match self {
            Self::EmailAddress => "an e-mail address",
            Self::NineDigits => "nine digits like an identity number",
            Self::DateOfBirth => "what may be a date of birth",
            Self::Patient => "the word patient",
        }
    }
}

/// What the agent is told before a page whose description will not leave the house.
pub fn stays_inside(summary: &str, restricted: bool) -> Option<String> {
    if restricted {
        return Some(
            "The department is restricted: the problem is in no text, mail or chat, only in the case and on the phone \
             after the technician pressed 1."
                .to_owned(),
        );
    }
    held_back(summary).map(|reason| {
        format!(
            "The problem is not sent by text, mail or chat: it holds {}. Say it in other words, or leave it to the case.",
            reason.words()
        )
    })
}

/// Why `text` must stay inside, if it must. Rather too often than once too seldom.
pub fn held_back(text: &str) -> Option<HeldBack> {
    let text = fold(text).to_ascii_lowercase();
    let words: Vec<&str> =
        text.split(|letter: char| !letter.is_ascii_alphanumeric()).filter(|w| !w.is_empty()).collect();
    if text.split([' ', ',', ';', '<', '>', '(', ')', '"']).any(is_email_address) {
        return Some(HeldBack::EmailAddress);
    }
    let chains = digit_chains(&text);
    if chains.iter().any(|chain| is_identity_number(chain)) {
        return Some(HeldBack::NineDigits);
    }
    let says_birth = words.iter().any(|word| matches!(*word, "dob" | "birthday" | "birthdate" | "born"))
        || words.windows(2).any(|pair| matches!(pair, ["birth", "date"] | ["of", "birth"]));
    if says_birth || chains.iter().any(|chain| is_old_date(chain)) {
        return Some(HeldBack::DateOfBirth);
    }
    words.iter().any(|word| matches!(*word, "patient" | "patients")).then_some(HeldBack::Patient)
}

/// `name@host.tld` with letters or digits on both sides of the `@` and of a dot after it.
fn is_email_address(token: &str) -> bool {
    let letter = |text: Option<char>| text.is_some_and(|letter| letter.is_ascii_alphanumeric());
    token.split_once('@').is_some_and(|(name, host)| {
        letter(name.chars().last())
            && host
                .split_once('.')
                .is_some_and(|(first, rest)| letter(first.chars().last()) && letter(rest.chars().next()))
    })
}

/// Groups of digits that one and the same sign joins: `3/14/1987` is one chain of three.
struct Chain<'a> {
    groups: Vec<&'a str>,
    joint: Option<char>,
}

/// Every chain of digit groups in `text`.
fn digit_chains(text: &str) -> Vec<Chain<'_>> {
    let mut chains: Vec<Chain<'_>> = Vec::new();
    let mut between: Option<&str> = None;
    let mut rest = text;
    while let Some(start) = rest.find(|letter: char| letter.is_ascii_digit()) {
        let (before, digits_on) = rest.split_at(start);
        let end = digits_on.find(|letter: char| !letter.is_ascii_digit()).unwrap_or(digits_on.len());
        let (group, after) = digits_on.split_at(end);
        let mut signs = before.chars();
        let joint = between.and_then(|_| signs.next()).filter(|sign| signs.next().is_none() && "-/. ".contains(*sign));
        match (joint, chains.last_mut()) {
            (Some(sign), Some(last)) if last.joint.is_none_or(|known| known == sign) => {
                last.joint = Some(sign);
                last.groups.push(group);
            }
            _ => chains.push(Chain { groups: vec![group], joint: None }),
        }
        between = Some(group);
        rest = after;
    }
    chains
}

fn is_identity_number(chain: &Chain<'_>) -> bool {
    let lengths: Vec<usize> = chain.groups.iter().map(|group| group.len()).collect();
    lengths.contains(&9) || lengths == [3, 2, 4] || lengths == [3, 3, 3]
}

/// A whole date of a year that somebody may be born in: 1900 to 2015, or two digits that are not 16 to 40.
fn is_old_date(chain: &Chain<'_>) -> bool {
    let numbers: Vec<u32> = chain.groups.iter().filter_map(|group| group.parse().ok()).collect();
    let lengths: Vec<usize> = chain.groups.iter().map(|group| group.len()).collect();
    let day_and_month = |a: u32, b: u32| (1..=31).contains(&a) && (1..=31).contains(&b) && (a <= 12 || b <= 12);
    match (lengths.as_slice(), numbers.as_slice()) {
        ([1 | 2, 1 | 2, 4], [a, b, year]) | ([4, 1 | 2, 1 | 2], [year, a, b]) => {
            day_and_month(*a, *b) && (1900..=2015).contains(year)
        }
        ([1 | 2, 1 | 2, 2], [a, b, year]) => day_and_month(*a, *b) && !(16..=40).contains(year),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_identifies_somebody_is_held_back() {
        for (text, reason) in [
            ("mail of pat.q@wisc.example fails", HeldBack::EmailAddress),
            ("user <pat@example.edu>", HeldBack::EmailAddress),
            ("SSN 123-45-6789 on screen", HeldBack::NineDigits),
            ("id 123456789", HeldBack::NineDigits),
            ("id 123 45 6789", HeldBack::NineDigits),
            ("id 900 123 456", HeldBack::NineDigits),
            ("campus id is\n908765432.", HeldBack::NineDigits),
            ("full-width １２３４５６７８９", HeldBack::NineDigits),
            ("record of 3/14/1987 missing", HeldBack::DateOfBirth),
            ("1987-03-14", HeldBack::DateOfBirth),
            ("14.03.87", HeldBack::DateOfBirth),
            ("DOB on file is wrong", HeldBack::DateOfBirth),
            ("date of birth cannot be saved", HeldBack::DateOfBirth),
            ("Patient chart will not open", HeldBack::Patient),
            ("two patients waiting", HeldBack::Patient),
        ] {
            assert_eq!(held_back(text), Some(reason), "{text}");
        }
    }

    #[test]
    fn ordinary_problems_may_leave() {
        for text in [
            "",
            "Payroll PC down, dept stopped",
            "call back at 608-555-0142",
            "6085550142",
            "INC1234567 again",
            "server 10.12.34.56 unreachable",
            "since 11/22/2026 08:15",
            "error 0x80070005 in build 26100.4349",
            "@ the front desk",
            "impatient caller",
            "version 1.2.3",
        ] {
            assert_eq!(held_back(text), None, "{text}");
        }
    }
}

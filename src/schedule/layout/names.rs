//! Does a cell name people, nobody, or something else? Words only; who the people are, the roster knows.

use crate::schedule::roster::fold;

use super::hours::is_day_range;

/// Words that stand for nobody (contract 2.3 rule 6, domain 6 row 22), as letters and digits only.
const NOBODY: [&str; 44] = [
    "tbd",
    "tba",
    "tbc",
    "tbh",
    "tobedetermined",
    "tobedecided",
    "tobeconfirmed",
    "tobeannounced",
    "vacant",
    "vacancy",
    "open",
    "openshift",
    "openslot",
    "na",
    "none",
    "noone",
    "nobody",
    "nil",
    "null",
    "unassigned",
    "notassigned",
    "unfilled",
    "unstaffed",
    "uncovered",
    "nocoverage",
    "notcovered",
    "ooo",
    "outofoffice",
    "off",
    "dayoff",
    "closed",
    "empty",
    "blank",
    "unknown",
    "pending",
    "needed",
    "helpneeded",
    "coverneeded",
    "coverageneeded",
    "needscoverage",
    "volunteerneeded",
    "vacation",
    "x",
    "0",
];

/// What a spreadsheet shows instead of a value (domain 6 row 40).
const FORMULA_ERRORS: [&str; 10] =
    ["#ref!", "#n/a", "#name?", "#value!", "#div/0!", "#null!", "#num!", "#error!", "#spill!", "#calc!"];

/// Words that make a sentence of a cell (domain 6 row 24): it may name people, but says something about them too.
const SENTENCE_WORDS: [&str; 46] = [
    "until", "till", "til", "then", "see", "swap", "swaps", "swapped", "swapping", "switch", "switched", "cover",
    "covers", "covered", "covering", "instead", "except", "but", "or", "if", "call", "ask", "from", "after", "before",
    "for", "with", "w", "on", "at", "is", "are", "not", "please", "same", "as", "above", "below", "ditto", "the", "to",
    "of", "out", "when", "unless", "only",
];

/// Words of a remark in brackets that deny or limit the name before it: `Ben (out sick)`, `Ben (until 22:00)`.
const DENYING_WORDS: [&str; 25] = [
    "out",
    "off",
    "sick",
    "pto",
    "ooo",
    "vacation",
    "holiday",
    "leave",
    "away",
    "absent",
    "unavailable",
    "not",
    "no",
    "until",
    "till",
    "til",
    "from",
    "after",
    "before",
    "then",
    "only",
    "except",
    "if",
    "or",
    "maybe",
];

/// Words that speak of a day on which nobody is asked: `Campus closed`, `Winter Recess`, `HOLIDAY - no on-call`.
const CLOSING_WORDS: [&str; 18] = [
    "closed",
    "closure",
    "holiday",
    "holidays",
    "recess",
    "break",
    "nobody",
    "none",
    "thanksgiving",
    "christmas",
    "xmas",
    "juneteenth",
    "shutdown",
    "scheduled",
    "unassigned",
    "vacation",
    "coverage",
    "tbd",
];

/// Words that mark somebody else's cell and are no name when they stand alone: `Primary` below `Ana`, `yes`, `PTO`.
const MARKS: [&str; 14] = [
    "yes",
    "no",
    "primary",
    "secondary",
    "backup",
    "tertiary",
    "pto",
    "sick",
    "leave",
    "absent",
    "away",
    "available",
    "unavailable",
    "oncall",
];

/// A name has at most so many words.
const NAME_WORDS: usize = 6;
/// A name has at most so many bytes.
const NAME_BYTES: usize = 80;

/// Whether a cell names nobody: empty, only signs, or a word for it, in any case and between any signs.
pub(super) fn is_placeholder(text: &str) -> bool {
    let folded = fold(text);
    if folded.len() > 40 {
        return false;
    }
    let mut letters = folded.chars().filter(|c| c.is_alphanumeric()).peekable();
    if letters.peek().is_none() {
        return true;
    }
    let word: String = letters.collect();
    NOBODY.contains(&word.as_str())
}

/// Whether a cell holds a formula or a formula's error.
pub(super) fn is_formula(text: &str) -> bool {
    let text = text.trim();
    text.starts_with('=') || FORMULA_ERRORS.iter().any(|error| text.eq_ignore_ascii_case(error))
}

/// Whether a cell that no contact is called says more than a name: a sentence, times, a phone number, a closing.
pub(super) fn is_sentence(text: &str) -> bool {
    if text.len() > NAME_BYTES || !text.chars().any(char::is_alphabetic) || text.ends_with('?') {
        return true;
    }
    // `P: Dana`, `Dana > Sam` and `Dana - Sam` say something about the names; an address keeps its colon.
    if (text.contains([':', '~', '=', '\u{2192}', '\u{21d2}']) || text.contains('>') && !text.contains('<'))
        && !text.contains("://")
        || [" - ", " \u{2013} ", " \u{2014} "].iter().any(|dash| text.contains(dash))
    {
        return true;
    }
    if MARKS.iter().any(|mark| mark.eq_ignore_ascii_case(text.trim_matches(|c: char| !c.is_alphanumeric()))) {
        return true;
    }
    let mut words = 0;
    for word in text.split_whitespace() {
        words += 1;
        let bare = word.trim_matches(|c: char| !c.is_alphanumeric());
        let has_digit = bare.contains(|c: char| c.is_ascii_digit());
        let is_number = bare.bytes().all(|b| b.is_ascii_digit());
        let is_time = has_digit && !is_number && (bare.contains([':', '/']) || !bare.contains(char::is_alphabetic));
        let is_clock = bare.starts_with(|c: char| c.is_ascii_digit()) && bare.ends_with(['m', 'M', 'h', 'H', 'p', 'P']);
        let is_word = SENTENCE_WORDS.iter().chain(&CLOSING_WORDS).any(|known| known.eq_ignore_ascii_case(bare));
        let is_no = words == 1 && bare.eq_ignore_ascii_case("no");
        if is_time || is_clock || is_word || is_no || is_extension(bare) || is_day_range(bare) {
            return true;
        }
    }
    words > NAME_WORDS
}

/// `x4188`: where somebody is reached, and no part of a name.
fn is_extension(word: &str) -> bool {
    let digits = word.strip_prefix(['x', 'X']).unwrap_or_default();
    digits.len() >= 3 && digits.bytes().all(|b| b.is_ascii_digit())
}

/// The parts of a cell that names several people, in its order (domain 6 row 23); one part when it names one.
///
/// Never split at a comma: `Quinn, Pat` is one person.
pub(super) fn parts(text: &str) -> Vec<&str> {
    text.split(['\n', '\r', '/', '&', ';', '|'])
        .flat_map(|part| part.split(" + "))
        .flat_map(|part| split_word(part, "and"))
        .map(str::trim)
        .filter(|part| !part.is_empty())
        .collect()
}

/// The parts between the commas of a cell, when there are commas.
pub(super) fn comma_parts(text: &str) -> Option<Vec<&str>> {
    let parts: Vec<&str> = text.split(',').map(str::trim).filter(|part| !part.is_empty()).collect();
    (parts.len() > 1).then_some(parts)
}

/// Whether a comma can only stand between people: each part is a handle or an address.
pub(super) fn are_handles(parts: &[&str]) -> bool {
    parts.iter().all(|part| part.contains('@') && !part.contains(char::is_whitespace))
}

/// Whether a comma may stand between a family name and what goes before it: `Quinn, Pat`. With a third part, or with
/// both parts of several words, it may as well stand between people.
pub(super) fn may_be_reversed(parts: &[&str]) -> bool {
    parts.len() == 2 && parts.iter().any(|part| !part.contains(char::is_whitespace))
}

/// A cell without its struck-out runs, `~~Ana~~ Ben` (domain 6 row 26); nothing when a mark has no partner.
pub(super) fn without_struck(text: &str) -> Option<String> {
    let mut parts = text.split("~~");
    let mut kept = parts.next().unwrap_or_default().to_owned();
    while parts.next().is_some() {
        kept.push(' ');
        kept.push_str(parts.next()?);
    }
    Some(kept.trim().to_owned())
}

/// Splits at a word between blanks, in any case.
fn split_word<'a>(text: &'a str, word: &str) -> Vec<&'a str> {
    let mut parts = Vec::new();
    let mut rest = text;
    let mut searched = 0;
    while let Some(found) = rest.get(searched..).and_then(|tail| tail.find(char::is_whitespace)) {
        let at = searched + found;
        let after = rest.get(at..).unwrap_or_default().trim_start();
        let next = after.get(..word.len()).filter(|next| next.eq_ignore_ascii_case(word));
        let beyond =
            next.and_then(|_| after.get(word.len()..)).filter(|beyond| beyond.starts_with(char::is_whitespace));
        if let (Some(beyond), Some(before)) = (beyond, rest.get(..at)) {
            parts.push(before);
            rest = beyond;
            searched = 0;
        } else {
            searched = rest.len() - after.len();
        }
    }
    parts.push(rest);
    parts
}

/// The text before a remark in brackets at the end: `Ben (for Ana)` is `Ben`.
pub(super) fn before_remark(text: &str) -> Option<&str> {
    let (name, remark) = text.split_once('(')?;
    let closes_at_end = remark.trim_end().strip_suffix(')').is_some_and(|inside| !inside.contains(['(', ')']));
    (closes_at_end && !name.trim().is_empty()).then(|| name.trim())
}

/// Whether the remark in brackets says that its name is not, or not always, the one on call.
pub(super) fn denies(text: &str) -> bool {
    let remark = text.split_once('(').map_or("", |(_, remark)| remark);
    let mut words = remark.split(|c: char| !c.is_alphanumeric());
    words.any(|word| DENYING_WORDS.iter().any(|denying| denying.eq_ignore_ascii_case(word)))
}

/// Whether the remark of a cell says that the person before it is on call in another's place.
pub(super) fn says_who_is_on(text: &str) -> bool {
    const BEGINNINGS: [&str; 6] =
        ["instead of ", "in place of ", "switched with ", "swapped with ", "swap with ", "switch with "];
    let remark = text.split_once('(').map_or("", |(_, remark)| remark).trim_start().to_ascii_lowercase();
    BEGINNINGS.iter().any(|beginning| remark.starts_with(beginning))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn placeholders_in_every_dress() {
        for text in [
            "",
            " ",
            "TBD",
            "tbd",
            "TBC",
            "?",
            "??",
            "vacant",
            "Vacant",
            "OPEN",
            "n/a",
            "N/A",
            "N / A",
            "none",
            "None",
            "-",
            "--",
            "\u{2013}",
            "\u{2014}",
            "OOO",
            "nobody",
            "unassigned",
            "(TBD)",
            "[open]",
            "<vacant>",
            "TBD?",
            "no one",
            "\u{a0}",
            "To be determined",
            "...",
            "n.a.",
            "0",
            "\u{ff34}\u{ff22}\u{ff24}",
        ] {
            assert!(is_placeholder(text), "{text:?}");
        }
        for text in ["Ana", "Open Ortiz", "Noone Smith", "See Bob", "Xu", "Nan", "SpR5"] {
            assert!(!is_placeholder(text), "{text:?}");
        }
    }

    #[test]
    fn sentences_are_not_names() {
        for text in [
            "Ana until 8, then Ben",
            "see Bob",
            "swap w/ 12/5",
            "Ana 8-5",
            "608-555-0142",
            "Ben (for Ana)",
            "Ana?",
            "Ana 6pm",
            "same as above",
            "\"",
            "call the desk",
            "Campus closed",
            "Winter Recess",
            "HOLIDAY",
            "No on-call",
            "P: Ana",
            "Holiday - Ana",
            "Ana Ortiz x4188",
            "Ana Thu-Fri",
            "Ana M-W Ben Th-Su",
            "Ana -> Ben",
            "~~Ana",
            "Primary",
            "yes",
            "PTO",
        ] {
            assert!(is_sentence(text), "{text:?}");
        }
        for text in [
            "Ana",
            "Quinn, Pat",
            "Xander Mill North",
            "SpR5",
            "Tech 1",
            "@beryl",
            "alice@example.org",
            "Will May",
            "Wei Sun",
            "No\u{eb}l Ng",
            "Chloe <Lind> Vist",
            "O'Brien",
            "Jonas R.",
            "\u{17d}ofia \u{c1}lvarez-Nu\u{f1}ez",
        ] {
            assert!(!is_sentence(text), "{text:?}");
        }
    }

    #[test]
    fn several_names_split_where_people_split_them() {
        for text in [
            "Ana/Ben",
            "Ana / Ben",
            "Ana & Ben",
            "Ana&Ben",
            "Ana;Ben",
            "Ana | Ben",
            "Ana\nBen",
            "Ana and Ben",
            "Ana AND  Ben",
            "Ana + Ben",
        ] {
            assert_eq!(parts(text), ["Ana", "Ben"], "{text:?}");
        }
        assert_eq!(parts("Ana Sand and Ben Anders and Cy"), ["Ana Sand", "Ben Anders", "Cy"]);
        assert_eq!(parts("Quinn, Pat"), ["Quinn, Pat"]);
        assert_eq!(parts("Sandy Anderson"), ["Sandy Anderson"]);
    }

    #[test]
    fn a_comma_may_stand_within_a_name_or_between_people() {
        let parts = |text| comma_parts(text).unwrap_or_default();
        assert_eq!(parts("@ana , @ben, @cy"), ["@ana", "@ben", "@cy"]);
        assert!(comma_parts("Ana Ortiz").is_none() && comma_parts("Ana,").is_none());
        assert!(are_handles(&parts("@ana, ben@example.org")) && !are_handles(&parts("@ana, Ben")));
        assert!(may_be_reversed(&parts("Quinn, Pat")) && may_be_reversed(&parts("De la Cruz, Ana")));
        assert!(!may_be_reversed(&parts("Ana Ortiz, Ben Lund")) && !may_be_reversed(&parts("Ana, Ben, Cy")));
    }

    #[test]
    fn struck_words_are_not_read() {
        for (text, kept) in [
            ("~~Ana~~ Ben", Some("Ben")),
            ("~~Ana~~ ~~Ben~~ Cy", Some("Cy")),
            ("~~Ana~~", Some("")),
            ("Ana", Some("Ana")),
            ("~~Ana", None),
        ] {
            let found = without_struck(text).map(|kept| kept.split_whitespace().collect::<Vec<_>>().join(" "));
            assert_eq!(found.as_deref(), kept, "{text}");
        }
    }

    #[test]
    fn remarks_stand_in_brackets_at_the_end() {
        assert_eq!(before_remark("Ben (for Ana)"), Some("Ben"));
        assert_eq!(before_remark("James (AM) William (PM)"), None);
        assert_eq!(before_remark("(for Ana)"), None);
        assert_eq!(before_remark("Ben"), None);
        for (text, denied) in [
            ("Ben (for Ana)", false),
            ("Ben (remote)", false),
            ("Ben (out sick)", true),
            ("Ben (until 22:00)", true),
            ("Ben (PTO)", true),
            ("Ben", false),
        ] {
            assert_eq!(denies(text), denied, "{text}");
        }
        for (text, wanted) in [
            ("Ben (instead of Ana)", true),
            ("Ben (Switched with Ana)", true),
            ("Ben (for Ana)", false),
            ("Ben (swap 12/5)", false),
            ("instead of Ana", false),
        ] {
            assert_eq!(says_who_is_on(text), wanted, "{text}");
        }
    }
}

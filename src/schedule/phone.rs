//! Which number does a phone cell say? E.164 with its extension, in the order of the cell (domain 6 rows 32 and 33).

use std::sync::Arc;

use phonelib::{ParseError, PhoneNumber};

use super::notation::plain;

/// The numbers of one cell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Phone {
    /// The number to try first.
    pub main: Number,
    /// The others, in the order of the cell.
    pub others: Vec<Number>,
}

/// One number.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Number {
    /// The number as `+` and digits.
    pub e164: Arc<str>,
    /// What to dial after the call is answered; such a number takes calls only.
    pub extension: Option<Arc<str>>,
    /// Whether it came from a campus short number: perhaps a landline, so only voice is certain (domain 6 row 33).
    pub campus: bool,
}

/// Why a text is not a number that can be dialled.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PhoneRefusal {
    /// There is no digit in it.
    NoDigits,
    /// It has too few or too many digits, or letters that belong to no number.
    NotANumber,
    /// A short number whose prefix is not in the `campus` settings; prefixes are never guessed.
    UnknownCampusPrefix,
    /// No such area code exists.
    NoSuchAreaCode,
    /// The three digits after the area code cannot exist.
    NoSuchExchange,
}

/// Reads a phone cell, by default as a number of the United States.
///
/// `campus` expands short numbers such as `3-4188`: pairs of a prefix (`3`) and what stands for it (`608263`).
pub fn normalise(text: &str, campus: &[(String, String)]) -> Result<Phone, PhoneRefusal> {
    let text = &*plain(text);
    if !text.bytes().any(|b| b.is_ascii_digit()) {
        return Err(PhoneRefusal::NoDigits);
    }
    // A slash may stand between two numbers or inside one, so the cell as a whole comes first.
    let whole = one(text, campus);
    let parts: Vec<&str> = text
        .split(['/', ';', ',', '\n', '|', '&'])
        .flat_map(|part| part.split(" or "))
        .filter(|part| part.bytes().any(|b| b.is_ascii_digit()))
        .collect();
    if whole.is_ok() || parts.len() < 2 {
        return whole.map(|main| Phone { main, others: Vec::new() });
    }
    let mut numbers = parts.into_iter().map(|part| one(part, campus));
    let main = numbers.next().unwrap_or(Err(PhoneRefusal::NoDigits))?;
    Ok(Phone { main, others: numbers.collect::<Result<_, _>>()? })
}

fn one(text: &str, campus: &[(String, String)]) -> Result<Number, PhoneRefusal> {
    let text = without_label(text.trim());
    // A numeric cell of a spreadsheet comes as `6085550142.0`.
    let text = text.strip_suffix(".0").filter(|digits| digits.bytes().all(|b| b.is_ascii_digit())).unwrap_or(text);
    let digits: String = text.chars().filter(char::is_ascii_digit).collect();
    let bare = text.chars().all(|c| c.is_ascii_digit() || matches!(c, '-' | ' ' | '.'));
    if bare && digits.len() == 5 {
        let (number, prefix) = campus
            .iter()
            .find_map(|(short, long)| Some((digits.strip_prefix(short.as_str())?, long)))
            .ok_or(PhoneRefusal::UnknownCampusPrefix)?;
        return parse(&format!("{prefix}{number}")).map(|number| Number { campus: true, ..number });
    }
    parse(text)
}

/// The text without a label in front: `cell: 608...`, `Home 608...`, `(m) 608...`.
fn without_label(text: &str) -> &str {
    let label = text.find(|c: char| c.is_ascii_digit() || c == '+' || c == '(').unwrap_or(0);
    let (before, rest) = text.split_at_checked(label).unwrap_or(("", text));
    let is_label = before.chars().all(|c| c.is_alphabetic() || matches!(c, ':' | '.' | '#' | ' ' | '-'));
    if is_label { rest.trim_end_matches(|c: char| c == '.' || c == ')' && !rest.contains('(')) } else { text }
}

fn parse(text: &str) -> Result<Number, PhoneRefusal> {
    let number = PhoneNumber::try_parse_with_country(text, "US").map_err(|error| match error {
        ParseError::Empty => PhoneRefusal::NoDigits,
        ParseError::InvalidAreaCode => PhoneRefusal::NoSuchAreaCode,
        ParseError::InvalidExchange => PhoneRefusal::NoSuchExchange,
        _ => PhoneRefusal::NotANumber,
    })?;
    Ok(Number { e164: number.e164().into(), extension: number.extension().map(Into::into), campus: false })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Phone, PhoneRefusal> {
        normalise(text, &[("3".to_owned(), "608263".to_owned())])
    }

    #[test]
    fn forms_of_one_number() {
        for text in [
            "(608) 555-0142",
            "608-555-0142",
            "608.555.0142",
            "608 555 0142",
            "6085550142",
            "6085550142.0",
            "16085550142",
            "+1 608 555 0142",
            "+16085550142",
            "1-608-555-0142",
            "cell: 608-555-0142",
            "Cell 608-555-0142",
            "mobile: (608) 555-0142",
            " 608-555-0142 ",
            "608\u{a0}555\u{a0}0142",
            "608\u{2011}555\u{2011}0142",
            "608/555-0142",
        ] {
            let phone = read(text).unwrap_or_else(|refusal| panic!("{text}: {refusal:?}"));
            assert_eq!(&*phone.main.e164, "+16085550142", "{text}");
            assert_eq!((phone.main.extension, phone.others.len()), (None, 0), "{text}");
        }
    }

    #[test]
    fn an_extension_is_kept_apart() {
        for text in ["608-555-0142 x1234", "608-555-0142x1234", "(608) 555-0142 ext. 1234", "608-555-0142 ext 1234"] {
            let phone = read(text).unwrap_or_else(|refusal| panic!("{text}: {refusal:?}"));
            assert_eq!((&*phone.main.e164, phone.main.extension.as_deref()), ("+16085550142", Some("1234")), "{text}");
        }
    }

    #[test]
    fn two_numbers_keep_their_order() {
        for text in [
            "608-555-0142 / 608-555-0177",
            "608-555-0142/608-555-0177",
            "608-555-0142; 608-555-0177",
            "608-555-0142, 608-555-0177",
            "cell: 608-555-0142\nhome: 608-555-0177",
            "608-555-0142 or 608-555-0177",
        ] {
            let phone = read(text).unwrap_or_else(|refusal| panic!("{text}: {refusal:?}"));
            let others: Vec<&str> = phone.others.iter().map(|number| &*number.e164).collect();
            assert_eq!((&*phone.main.e164, others), ("+16085550142", vec!["+16085550177"]), "{text}");
        }
    }

    #[test]
    fn campus_numbers_expand_by_the_settings_only() {
        let number = read("3-4188").unwrap().main;
        assert_eq!((&*number.e164, number.campus), ("+16082634188", true));
        assert_eq!(read("34188").unwrap().main.e164, number.e164);
        assert_eq!(read("5-4188"), Err(PhoneRefusal::UnknownCampusPrefix));
    }

    #[test]
    fn what_cannot_be_dialled_is_refused_with_its_reason() {
        for (text, reason) in [
            ("", PhoneRefusal::NoDigits),
            ("see directory", PhoneRefusal::NoDigits),
            ("555-0142", PhoneRefusal::NotANumber),
            ("608-555-014", PhoneRefusal::NotANumber),
            ("608-555-01422", PhoneRefusal::NotANumber),
            ("111-555-0142", PhoneRefusal::NoSuchAreaCode),
            ("608-155-0142", PhoneRefusal::NoSuchExchange),
            ("608-555-0142 / 555", PhoneRefusal::NotANumber),
        ] {
            assert_eq!(read(text), Err(reason), "{text}");
        }
    }

    #[test]
    fn numbers_of_other_countries_need_their_plus() {
        assert_eq!(&*read("+44 20 7946 0958").unwrap().main.e164, "+442079460958");
    }
}

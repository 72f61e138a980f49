//! Does a text fit into one SMS, and how is it made plain enough? The GSM-7 alphabet and its segments (domain 3).

use deunicode::deunicode_with_tofu;

/// Units of one message that is not split: the first SMS of a page stays below (contract 5.6).
pub const ONE_SEGMENT: usize = 160;

/// The basic table of GSM 03.38; each letter is one unit.
const BASIC: &str = "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà";
/// The extension table; each letter is two units, an escape and itself.
const EXTENDED: &str = "^{}\\[~]|€\u{c}";

/// How a text travels.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Encoding {
    /// Seven bits a unit: 160 units alone, 153 in a part of several.
    Gsm7,
    /// Sixteen bits a unit: 70 units alone, 67 in a part of several. One letter outside GSM-7 is enough.
    Ucs2,
}

/// What a text costs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Segments {
    /// How it travels.
    pub encoding: Encoding,
    /// Its length in units of that encoding.
    pub units: usize,
    /// In how many parts it travels; an empty text still is one.
    pub count: usize,
}

/// How `text` travels, and in how many parts. A letter of two units is never split between parts.
pub fn segments(text: &str) -> Segments {
    let gsm: Option<Vec<usize>> = text.chars().map(gsm_units).collect();
    let (encoding, lengths, alone, part) = match gsm {
        Some(lengths) => (Encoding::Gsm7, lengths, ONE_SEGMENT, 153),
        None => (Encoding::Ucs2, text.chars().map(char::len_utf16).collect(), 70, 67),
    };
    let units = lengths.iter().sum();
    if units <= alone {
        return Segments { encoding, units, count: 1 };
    }
    let (mut count, mut filled) = (1, 0);
    for length in lengths {
        if filled + length > part {
            count += 1;
            filled = 0;
        }
        filled += length;
    }
    Segments { encoding, units, count }
}

/// The units of one letter in GSM-7; nothing when the alphabet has it not.
fn gsm_units(letter: char) -> Option<usize> {
    match letter {
        _ if BASIC.contains(letter) => Some(1),
        _ if EXTENDED.contains(letter) => Some(2),
        _ => None,
    }
}

/// `text` in one line of letters that are both ASCII and GSM-7: accents and smart quotes become plain, runs of blanks
/// and line ends one blank, and what has no likeness a question mark.
pub fn fold(text: &str) -> String {
    let plain: String = deunicode_with_tofu(text, "?")
        .chars()
        .map(|letter| match letter {
            '`' => '\'',
            ' '..='~' => letter,
            _ => ' ',
        })
        .collect();
    plain.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_alphabet_has_128_places() {
        assert_eq!(BASIC.chars().count(), 127, "all but the escape");
        assert_eq!(EXTENDED.chars().count(), 10);
    }

    #[test]
    fn texts_are_counted_as_carriers_do() {
        for (text, encoding, units, count) in [
            (String::new(), Encoding::Gsm7, 0, 1),
            ("a".repeat(160), Encoding::Gsm7, 160, 1),
            ("a".repeat(161), Encoding::Gsm7, 161, 2),
            ("a".repeat(306), Encoding::Gsm7, 306, 2),
            ("a".repeat(307), Encoding::Gsm7, 307, 3),
            ("€".repeat(80), Encoding::Gsm7, 160, 1),
            // The 153rd unit cannot hold half a letter: 76 of two units a part.
            ("€".repeat(81), Encoding::Gsm7, 162, 2),
            ("€".repeat(153), Encoding::Gsm7, 306, 3),
            (format!("{}€{}", "a".repeat(152), "a".repeat(152)), Encoding::Gsm7, 306, 3),
            ("ж".repeat(70), Encoding::Ucs2, 70, 1),
            ("ж".repeat(71), Encoding::Ucs2, 71, 2),
            ("\u{1f600}".repeat(35), Encoding::Ucs2, 70, 1),
            // The 67th unit cannot hold half an emoji: 33 a part.
            ("\u{1f600}".repeat(67), Encoding::Ucs2, 134, 3),
            (format!("{}–", "a".repeat(69)), Encoding::Ucs2, 70, 1),
            ("@_$£ß".to_owned(), Encoding::Gsm7, 5, 1),
            ("`".to_owned(), Encoding::Ucs2, 1, 1),
        ] {
            assert_eq!(segments(&text), Segments { encoding, units, count }, "{text}");
        }
    }

    #[test]
    fn folding_keeps_meaning() {
        for (text, folded) in [
            ("Zoë O’Brien — “urgent”", "Zoe O'Brien -- \"urgent\""),
            ("a@b.example_c #1 50%", "a@b.example_c #1 50%"),
            ("line one\r\nline\ttwo\u{a0}x", "line one line two x"),
            ("e\u{301}té", "ete"),
            ("`x`", "'x'"),
            ("608\u{2011}555\u{2011}0142", "608-555-0142"),
            ("\u{200b}\u{feff}", ""),
            ("北京", "Bei Jing"),
        ] {
            assert_eq!(fold(text), folded, "{text}");
        }
    }

    proptest! {
        #[test]
        fn whatever_is_folded_is_one_plain_line(text in any::<String>()) {
            let folded = fold(&text);
            prop_assert_eq!(segments(&folded).encoding, Encoding::Gsm7);
            prop_assert!(folded.is_ascii() && !folded.contains(char::is_control));
            prop_assert_eq!(fold(&folded), folded);
        }

        #[test]
        fn parts_are_never_fewer_than_the_units_need(text in any::<String>()) {
            let Segments { encoding, units, count } = segments(&text);
            let (alone, part) = if encoding == Encoding::Gsm7 { (160, 153) } else { (70, 67) };
            prop_assert_eq!(count == 1, units <= alone);
            prop_assert!(units <= alone || count * part >= units);
        }
    }
}

//! What may a token or an account be called? A word that logs, tables and addresses can hold.

/// The most letters of a name.
const LONGEST: usize = 64;

/// Whether `text` can be the name of a token or an account: letters, digits and `. _ - @ +`, at most 64.
pub fn is_name(text: &str) -> bool {
    let fits = |letter: char| letter.is_alphanumeric() || matches!(letter, '.' | '_' | '-' | '@' | '+');
    (1..=LONGEST).contains(&text.chars().count()) && text.chars().all(fits)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_one_word() {
        for good in ["wall", "ada.ruiz@example.edu", "night-2", "Zoë", &"a".repeat(64)] {
            assert!(is_name(good), "{good}");
        }
        for bad in ["", " ", "two words", "tab\t", "a\u{202e}b", "../x", "\u{1b}[2J", &"a".repeat(65)] {
            assert!(!is_name(bad), "{bad:?}");
        }
    }
}

//! How is a telephone number written for people? As digits with hyphens, which telephones turn into a link.

use super::gsm::fold;

/// A phone number as phones make a link of it: `608-555-0142`, with ` x12` for an extension; other countries as typed.
pub fn display(typed: &str) -> String {
    let text = fold(typed);
    let lower = text.to_ascii_lowercase();
    let (number, extension) = match lower.split_once('x') {
        Some((number, extension)) => (number.trim_end_matches('e').trim_end(), digits(extension)),
        None => (lower.as_str(), String::new()),
    };
    let figures = digits(number);
    let national = figures.strip_prefix('1').filter(|rest| rest.len() == 10).unwrap_or(&figures);
    let is_american = number.chars().all(|letter| letter.is_ascii_digit() || " ()-.+/".contains(letter))
        && (!number.trim_start().starts_with('+') || figures.starts_with('1') && figures.len() == 11);
    let parts = (national.get(..3), national.get(3..6), national.get(6..));
    let (Some(area), Some(exchange), Some(line)) = parts else { return text };
    if !is_american || line.len() != 4 {
        return text;
    }
    let extension = if extension.is_empty() { String::new() } else { format!(" x{extension}") };
    format!("{area}-{exchange}-{line}{extension}")
}

fn digits(text: &str) -> String {
    text.chars().filter(char::is_ascii_digit).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn phone_numbers_become_links() {
        for (typed, shown) in [
            ("+16085550142", "608-555-0142"),
            ("6085550142", "608-555-0142"),
            ("1 (608) 555.0142", "608-555-0142"),
            ("608-555-0142 ext. 12", "608-555-0142 x12"),
            ("(608) 555-0142 x1234", "608-555-0142 x1234"),
            ("+44 20 7946 0018", "+44 20 7946 0018"),
            ("+6085550142", "+6085550142"),
            ("3-4188", "3-4188"),
            ("608‑555‑0142", "608-555-0142"),
            ("", ""),
        ] {
            assert_eq!(display(typed), shown, "{typed}");
        }
    }
}

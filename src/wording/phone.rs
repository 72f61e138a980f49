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

/// A number for somebody who may not see it: its last two digits, by which those who know it know it again.
pub fn masked(number: &str) -> String {
    let digits = digits(number);
    let last: String = digits.chars().skip(digits.chars().count().saturating_sub(2)).collect();
    format!("number ends in {last}")
}

/// What a cell says, for somebody who may not see numbers: runs of four digits and more are hidden, with what telephone
/// numbers have between their digits.
pub fn without_numbers(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    let mut run = String::new();
    let end = |run: &mut String, shown: &mut String| {
        let kept = run.trim_end_matches(|letter: char| !letter.is_ascii_digit()).len();
        let (number, rest) = run.split_at(kept);
        let count = number.chars().filter(char::is_ascii_digit).count();
        shown.push_str(if count >= 4 { "[number]" } else { number });
        shown.push_str(rest);
        run.clear();
    };
    for letter in text.chars() {
        let joins = !run.is_empty() && " ()-./\u{2010}\u{2011}\u{2013}\u{a0}".contains(letter);
        if letter.is_ascii_digit() || joins || run.is_empty() && "(+".contains(letter) {
            run.push(letter);
        } else {
            end(&mut run, &mut shown);
            shown.push(letter);
        }
    }
    end(&mut run, &mut shown);
    shown
}

fn digits(text: &str) -> String {
    text.chars().filter(char::is_ascii_digit).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_hidden_wherever_they_stand() {
        for (said, shown) in [
            ("Ada Ruiz (608) 555-0101", "Ada Ruiz [number]"),
            ("Ada +1 608.555.0101, then Ben 3-4188", "Ada [number], then Ben [number]"),
            ("Ada (2nd week)", "Ada (2nd week)"),
            ("Lee / Ortiz", "Lee / Ortiz"),
            ("608\u{2011}555\u{2011}0142 home", "[number] home"),
            ("", ""),
        ] {
            assert_eq!(without_numbers(said), shown);
        }
        assert_eq!(masked("+16085550142"), "number ends in 42");
        assert_eq!(masked(""), "number ends in ");
    }

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

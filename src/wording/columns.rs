//! How does text fit a terminal of 80 columns? Lines are filled, never cut; what a sheet says cannot steer the terminal.

use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

/// The columns that every text output fits.
pub const WIDTH: usize = 80;

/// Puts `parts` after `first`, `separator` between them; a part that no longer fits begins a new line at column `indent`.
///
/// A part that is longer than a line breaks between its words, and a word longer than a line between its letters; a link stays whole.
pub fn fill<Part: AsRef<str>>(
    first: &str,
    indent: usize,
    separator: &str,
    parts: impl IntoIterator<Item = Part>,
) -> String {
    let mut page = Page { done: String::new(), line: clean(first), empty: true, indent: indent.min(WIDTH / 2) };
    for part in parts {
        let part = clean(part.as_ref());
        if part.is_empty() || page.push(separator, &part) {
            continue;
        }
        if page.indent + part.width() <= WIDTH {
            page.turn();
            page.push("", &part);
            continue;
        }
        for (number, word) in part.split(' ').enumerate() {
            page.push_word(if number == 0 { separator } else { " " }, word);
        }
    }
    page.done + page.line.trim_end()
}

/// Words filled into lines.
pub fn paragraph(first: &str, indent: usize, text: &str) -> String {
    fill(first, indent, " ", clean(text).split_whitespace())
}

/// Words filled into lines, the first after `first`, the others after as many columns as `rest` has.
pub fn wrapped(text: &str, first: &str, rest: &str) -> Vec<String> {
    paragraph(first, rest.width(), text).lines().map(str::to_owned).collect()
}

/// `text` with blanks after it up to so many columns, so that columns stand under each other.
pub fn padded(text: &str, columns: usize) -> String {
    let text = clean(text);
    let blanks = " ".repeat(columns.saturating_sub(text.width()));
    text + &blanks
}

/// As much of `text` as fits so many columns.
pub fn cut(text: &str, columns: usize) -> String {
    let mut used = 0;
    let fits = |letter: &char| {
        used += letter.width().unwrap_or(0);
        used <= columns
    };
    text.chars().take_while(fits).collect()
}

/// `text` without anything that moves the cursor or turns the direction of writing.
pub fn clean(text: &str) -> String {
    let steers = |letter: char| {
        letter.is_control()
            || matches!(letter, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
    };
    text.chars().map(|letter| if steers(letter) { ' ' } else { letter }).collect()
}

struct Page {
    done: String,
    line: String,
    /// Whether the line holds no part yet.
    empty: bool,
    indent: usize,
}

impl Page {
    fn push(&mut self, separator: &str, part: &str) -> bool {
        let separator = if self.empty { "" } else { separator };
        if self.line.width() + separator.width() + part.width() > WIDTH {
            return false;
        }
        self.line.push_str(separator);
        self.line.push_str(part);
        self.empty = false;
        true
    }

    fn push_word(&mut self, separator: &str, word: &str) {
        if self.push(separator, word) {
            return;
        }
        if !self.empty {
            self.turn();
        }
        if word.starts_with("https://") || word.starts_with("http://") {
            self.line.push_str(word);
            self.empty = false;
            return;
        }
        let mut letter_buffer = [0; 4];
        for letter in word.chars() {
            let letter = letter.encode_utf8(&mut letter_buffer);
            if !self.push("", letter) {
                self.turn();
                self.push("", letter);
            }
        }
    }

    fn turn(&mut self) {
        self.done.push_str(self.line.trim_end());
        self.done.push('\n');
        self.line = " ".repeat(self.indent);
        self.empty = true;
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_part_that_does_not_fit_begins_a_new_line() {
        let text = fill("AIMS   ", 7, "   ", ["Ada Ruiz", &"x".repeat(67), "end"]);
        assert_eq!(text, format!("AIMS   Ada Ruiz\n       {}   end", "x".repeat(67)));
    }

    #[test]
    fn lines_break_between_words_and_never_inside_a_link() {
        let link = "https://kb.example.edu/".to_owned() + &"a".repeat(80);
        assert_eq!(
            wrapped(&format!("see {link} now"), "  1. ", "     "),
            ["  1. see".to_owned(), format!("     {link}"), "     now".to_owned()]
        );
        assert_eq!(wrapped("", "- ", "  "), ["-"]);
    }

    #[test]
    fn columns_are_counted_and_not_letters() {
        assert_eq!(padded("漢字", 6), "漢字  ");
        assert_eq!(padded("Maximiliane", 4), "Maximiliane");
        assert_eq!(cut("漢字 Tran", 5), "漢字 ");
        assert_eq!(cut("漢字 Tran", 3), "漢");
    }

    #[test]
    fn escapes_and_directions_of_a_cell_are_blanks() {
        assert_eq!(clean("a\u{1b}[31mb\nc\u{202e}d"), "a [31mb c d");
    }

    proptest! {
        #[test]
        fn no_line_is_wider_than_the_page_and_no_letter_is_lost(
            parts in prop::collection::vec("[a-z é漢\t]{0,120}", 0..8), indent in 0_usize..60
        ) {
            let text = fill("", indent, "   ", &parts);
            prop_assert!(text.lines().all(|line| line.width() <= WIDTH), "{text}");
            let letters = |text: &str| text.chars().filter(|letter| !letter.is_whitespace()).collect::<String>();
            prop_assert_eq!(letters(&text), letters(&parts.concat()));
        }
    }
}

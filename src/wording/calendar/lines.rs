//! How is a line of an iCalendar file written? CRLF, folded at 75 octets, text escaped (RFC 5545 3.1 and 3.3.11).

use crate::wording::columns::clean;

/// The longest line in octets, without its line break.
const LONGEST: usize = 75;

/// Lines as they are written.
#[derive(Default)]
pub(in crate::wording) struct Lines {
    text: String,
}

impl Lines {
    /// A property whose value is no text: a date, a number, a fixed word.
    pub(in crate::wording) fn raw(&mut self, name: &str, value: &str) {
        let mut length = 0;
        let mut buffer = [0; 4];
        for letter in name.chars().chain([':']).chain(value.chars()) {
            let letter = letter.encode_utf8(&mut buffer);
            if length + letter.len() > LONGEST {
                self.text.push_str("\r\n ");
                // The blank that marks a continued line counts.
                length = 1;
            }
            self.text.push_str(letter);
            length += letter.len();
        }
        self.text.push_str("\r\n");
    }

    /// A property whose value is text.
    pub(in crate::wording) fn text(&mut self, name: &str, value: &str) {
        let parts: Vec<String> = value.split('\n').map(escaped).collect();
        self.raw(name, &parts.join("\\n"));
    }

    /// A property whose value has parts between semicolons, each of them text.
    pub(in crate::wording) fn structured(&mut self, name: &str, parts: &[&str]) {
        let parts: Vec<String> = parts.iter().map(|part| escaped(part)).collect();
        self.raw(name, &parts.join(";"));
    }

    /// The whole file.
    pub(in crate::wording) fn into_text(self) -> String {
        self.text
    }
}

fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for letter in clean(text).chars() {
        if matches!(letter, '\\' | ';' | ',') {
            escaped.push('\\');
        }
        escaped.push(letter);
    }
    escaped
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn text_is_escaped_and_cannot_open_a_line_of_its_own() {
        let mut lines = Lines::default();
        lines.text("SUMMARY", "a,b;c\\d\nEND:VEVENT\r\u{7}");
        assert_eq!(lines.into_text(), "SUMMARY:a\\,b\\;c\\\\d\\nEND:VEVENT  \r\n");
    }

    proptest! {
        #[test]
        fn no_line_is_longer_than_75_octets_and_unfolding_gives_the_value_back(value in "[a-zé漢🎈]{0,300}") {
            let mut lines = Lines::default();
            lines.text("DESCRIPTION", &value);
            let text = lines.into_text();
            prop_assert!(text.ends_with("\r\n"));
            prop_assert!(text.split("\r\n").all(|line| line.len() <= 75));
            prop_assert_eq!(text.replace("\r\n ", ""), format!("DESCRIPTION:{value}\r\n"));
        }
    }
}

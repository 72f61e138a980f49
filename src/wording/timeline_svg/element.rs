//! How is an SVG element written? Every text is escaped, so that no name of a sheet can become markup.

use std::fmt::Write as _;

use crate::wording::columns::clean;

/// A length in tenths of a pixel: whole numbers, so that the same plan gives the same bytes everywhere.
pub(in crate::wording) type Tenths = i64;

/// An XML text that is being written.
#[derive(Default)]
pub(super) struct Document {
    text: String,
}

/// The attributes of an element.
#[derive(Default)]
pub(super) struct Attributes(String);

/// Attributes that begin with a class.
pub(super) fn class(name: &str) -> Attributes {
    Attributes::default().with("class", name)
}

/// A class that is a pattern of the same name. It is named here too, for a style sheet elsewhere cannot name a pattern of
/// this document in every browser.
pub(super) fn filled(name: &str) -> Attributes {
    class(name).with("fill", &format!("url(#{name})"))
}

impl Attributes {
    /// One more, with any value.
    pub(super) fn with(mut self, name: &str, value: &str) -> Self {
        let _infallible = write!(self.0, " {name}=\"{}\"", escaped(value));
        self
    }

    /// One more that is a length.
    pub(super) fn at(mut self, name: &str, length: Tenths) -> Self {
        let sign = if length < 0 { "-" } else { "" };
        let (whole, tenth) = (length.abs() / 10, length.abs() % 10);
        let _infallible = match tenth {
            0 => write!(self.0, " {name}=\"{sign}{whole}\""),
            _ => write!(self.0, " {name}=\"{sign}{whole}.{tenth}\""),
        };
        self
    }

    /// A rectangle's place and size.
    pub(super) fn area(self, x: Tenths, y: Tenths, width: Tenths, height: Tenths) -> Self {
        self.at("x", x).at("y", y).at("width", width.max(0)).at("height", height.max(0))
    }
}

impl Document {
    /// An element that `inside` fills.
    pub(super) fn element(&mut self, name: &str, attributes: &Attributes, inside: impl FnOnce(&mut Self)) {
        let _infallible = write!(self.text, "<{name}{}>", attributes.0);
        inside(self);
        let _infallible = writeln!(self.text, "</{name}>");
    }

    /// An element without contents.
    pub(super) fn empty(&mut self, name: &str, attributes: &Attributes) {
        let _infallible = writeln!(self.text, "<{name}{}/>", attributes.0);
    }

    /// An element that holds text alone.
    pub(super) fn leaf(&mut self, name: &str, attributes: &Attributes, text: &str) {
        self.element(name, attributes, |document| document.text.push_str(&escaped(text)));
    }

    /// A text with its baseline at `y`.
    pub(super) fn label(&mut self, x: Tenths, y: Tenths, attributes: Attributes, text: &str) {
        self.leaf("text", &attributes.at("x", x).at("y", y), text);
    }

    /// Text of ours that is markup already.
    pub(super) fn markup(&mut self, markup: &str) {
        self.text.push_str(markup);
    }

    pub(super) fn into_text(self) -> String {
        self.text
    }
}

/// `text` as XML can carry it.
fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for letter in clean(text).chars() {
        match letter {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            // XML has no way to carry these two.
            '\u{fffe}' | '\u{ffff}' => escaped.push('\u{fffd}'),
            letter => escaped.push(letter),
        }
    }
    escaped
}

/// How wide `text` is, about, in a sans-serif face of `size` pixels: never much less than it is drawn.
pub(in crate::wording) fn width(text: &str, size: i64) -> Tenths {
    // Hundredths of the size a letter, taken from the widest of the usual faces.
    let letter_width = |letter: char| match letter {
        'i' | 'j' | 'l' | 'I' | '.' | ',' | ':' | ';' | '\'' | '|' | '!' => 31,
        ' ' | 'f' | 'r' | 't' | '(' | ')' | '-' | '/' => 38,
        'm' | 'w' | 'M' | 'W' | '@' | '%' => 92,
        'A'..='Z' => 70,
        '\u{1100}'..='\u{11ff}' | '\u{2e80}'..='\u{d7ff}' | '\u{f900}'..='\u{faff}' | '\u{ff00}'..='\u{ff60}' => 102,
        '\u{1f000}'.. => 130,
        _ => 58,
    };
    text.chars().map(letter_width).sum::<i64>() * size / 10
}

/// As much of `text` as fits `room`, with an ellipsis where it was cut; nothing when not even two letters fit.
pub(in crate::wording) fn cut(text: &str, size: i64, room: Tenths) -> Option<String> {
    if width(text, size) <= room {
        return Some(text.to_owned());
    }
    let count = text.chars().count();
    (2..count).rev().find_map(|kept| {
        let short: String = text.chars().take(kept).collect();
        let short = short.trim_end().to_owned() + "\u{2026}";
        (width(&short, size) <= room).then_some(short)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_sheet_says_cannot_become_markup() {
        let mut document = Document::default();
        document.leaf("title", &Attributes::default().with("id", "a\"b"), "</title><script>&'\u{0}\u{ffff}");
        assert_eq!(
            document.into_text(),
            "<title id=\"a&quot;b\">&lt;/title&gt;&lt;script&gt;&amp;&#39; \u{fffd}</title>\n"
        );
    }

    #[test]
    fn lengths_are_written_in_pixels() {
        assert_eq!(Attributes::default().at("x", 105).at("y", -20).at("z", -3).0, " x=\"10.5\" y=\"-2\" z=\"-0.3\"");
    }

    #[test]
    fn long_names_are_cut_to_their_room() {
        assert_eq!(cut("Ada Ruiz", 13, 1_000).as_deref(), Some("Ada Ruiz"));
        assert_eq!(cut("Wolfeschlegelsteinhausenbergerdorff", 13, 600).as_deref(), Some("Wolfesc\u{2026}"));
        assert_eq!(cut("Ada Ruiz", 13, 150), None);
    }
}

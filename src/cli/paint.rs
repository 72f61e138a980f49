//! Which words are too loud for plain text? Colour for those who want it; the words say everything without it.

use std::io::{self, Write};

/// Words that stand for "a person must look at this", as `wording` writes them.
const LOUD: &[&str] = &["NOBODY", "CONFLICT", "CANNOT", "MISSED", "REFUSED", "LATE", "BLOCKED"];
const RED: &str = "\x1b[1;31m";
const YELLOW: &str = "\x1b[33m";
const PLAIN: &str = "\x1b[0m";

/// Writes on, with loud words in bold red and the mark of training in yellow.
pub struct Painted<W> {
    inner: W,
    /// Bytes of a line that is not whole yet: a word may come in two writes.
    line: Vec<u8>,
}

impl<W: Write> Painted<W> {
    /// Paints what is written to `inner`.
    pub fn new(inner: W) -> Self {
        Self { inner, line: Vec::new() }
    }

    fn write_line(&mut self) -> io::Result<()> {
        let line = std::mem::take(&mut self.line);
        match std::str::from_utf8(&line) {
            Ok(text) => self.inner.write_all(painted(text).as_bytes()),
            Err(_) => self.inner.write_all(&line),
        }
    }
}

impl<W: Write> Write for Painted<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        for part in bytes.split_inclusive(|byte| *byte == b'\n') {
            self.line.extend_from_slice(part);
            if part.ends_with(b"\n") {
                self.write_line()?;
            }
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.write_line()?;
        self.inner.flush()
    }
}

fn painted(line: &str) -> String {
    // Whoever blocked texts is one whole line, which may be wrapped.
    if line.contains("is blocked since") {
        return format!("{RED}{}{PLAIN}\n", line.trim_end_matches('\n'));
    }
    let mut text = line.replace("TRAINING", &format!("{YELLOW}TRAINING{PLAIN}"));
    for word in LOUD {
        if text.contains(word) {
            text = text.replace(word, &format!("{RED}{word}{PLAIN}"));
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn loud_words_are_painted_even_when_they_come_in_two_writes() {
        let mut out = Vec::new();
        let mut painted = Painted::new(&mut out);
        painted.write_all(b"AIMS   NOB").unwrap();
        painted.write_all(b"ODY is on call\nquiet\n").unwrap();
        painted.flush().unwrap();
        assert_eq!(String::from_utf8(out).unwrap(), "AIMS   \x1b[1;31mNOBODY\x1b[0m is on call\nquiet\n");
    }
}

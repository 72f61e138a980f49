//! Where in the cell is the reader? A position that takes numbers, words and signs, and can be copied to look ahead.

/// The part of a cell that is still to be read.
#[derive(Debug, Clone, Copy)]
pub(super) struct Cursor<'a> {
    rest: &'a str,
}

/// A run of digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Number {
    /// Its value.
    pub(super) value: u32,
    /// How many digits it was written with.
    pub(super) digits: usize,
}

impl<'a> Cursor<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        Self { rest: text }
    }

    pub(super) fn rest(&self) -> &'a str {
        self.rest
    }

    pub(super) fn is_done(&self) -> bool {
        self.rest.is_empty()
    }

    pub(super) fn peek(&self) -> Option<char> {
        self.rest.chars().next()
    }

    /// Skips blanks; says whether there were any.
    pub(super) fn spaces(&mut self) -> bool {
        if self.rest.starts_with(|c: char| !c.is_whitespace()) {
            return false;
        }
        let before = self.rest.len();
        self.rest = self.rest.trim_start();
        self.rest.len() < before
    }

    /// Takes a run of at most nine digits; a longer one is no number here.
    pub(super) fn number(&mut self) -> Option<Number> {
        let digits = self.rest.bytes().take_while(u8::is_ascii_digit).count();
        if digits > 9 {
            return None;
        }
        let (number, rest) = self.rest.split_at_checked(digits)?;
        if number.is_empty() {
            return None;
        }
        let value = number.bytes().fold(0, |value, digit| value * 10 + u32::from(digit - b'0'));
        self.rest = rest;
        Some(Number { value, digits })
    }

    /// Takes a number of exactly `digits` digits, or nothing.
    pub(super) fn number_of(&mut self, digits: usize) -> Option<u32> {
        let mut ahead = *self;
        let number = ahead.number().filter(|number| number.digits == digits)?;
        *self = ahead;
        Some(number.value)
    }

    /// Takes a run of letters, perhaps empty.
    pub(super) fn word(&mut self) -> &'a str {
        let beyond = self.rest.trim_start_matches(char::is_alphabetic);
        let word = self.rest.get(..self.rest.len() - beyond.len()).unwrap_or_default();
        self.rest = beyond;
        word
    }

    /// Takes `wanted` if it comes next.
    pub(super) fn eat(&mut self, wanted: char) -> bool {
        self.rest.strip_prefix(wanted).map(|rest| self.rest = rest).is_some()
    }

    /// Takes the next sign if it is one of `wanted`.
    pub(super) fn eat_any(&mut self, wanted: &[char]) -> Option<char> {
        let next = self.peek().filter(|c| wanted.contains(c))?;
        self.rest = self.rest.get(next.len_utf8()..).unwrap_or_default();
        Some(next)
    }

    /// Takes the next word if it is `wanted`, in any case.
    pub(super) fn eat_word(&mut self, wanted: &str) -> bool {
        let mut ahead = *self;
        let found = ahead.word().eq_ignore_ascii_case(wanted);
        if found {
            *self = ahead;
        }
        found
    }
}

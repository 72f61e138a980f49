//! What did a source read? Cells by row, each with the address a person finds it under.

use std::sync::Arc;

/// One sheet or CSV file as rows of text cells, before any meaning is given to them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Grid {
    /// The name a person knows the sheet by: a tab's title or a CSV file's name.
    pub sheet: Arc<str>,
    /// The rows in sheet order.
    pub rows: Vec<GridRow>,
}

/// One row of a grid.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GridRow {
    /// The row number a spreadsheet shows, from 1: in a CSV file the count of records, not of lines.
    pub number: u32,
    /// The cells from column A; rows may be ragged.
    pub cells: Vec<String>,
}

impl GridRow {
    /// The trimmed text of the cell in `column` (0 is A); empty when the row is shorter.
    pub fn text(&self, column: usize) -> &str {
        self.cells.get(column).map_or("", |cell| cell.trim())
    }

    /// The row as one line a person recognises: its cells joined by ` | `, without trailing empty ones.
    pub fn line(&self) -> String {
        let used = self.cells.iter().rposition(|cell| !cell.trim().is_empty()).map_or(0, |last| last + 1);
        let mut line = String::with_capacity(self.cells.iter().map(|cell| cell.len() + 3).sum());
        for (index, cell) in self.cells.iter().take(used).enumerate() {
            line.push_str(if index > 0 { " | " } else { "" });
            push_words(&mut line, cell);
        }
        line
    }
}

/// A text on one line, with one blank between its words.
pub(super) fn one_line(text: &str) -> String {
    let mut line = String::with_capacity(text.len());
    push_words(&mut line, text);
    line
}

fn push_words(line: &mut String, text: &str) {
    for (index, word) in text.split_whitespace().enumerate() {
        line.push_str(if index > 0 { " " } else { "" });
        line.push_str(word);
    }
}

/// The address a spreadsheet shows for a cell: `address(0, 1)` is `A1`.
pub fn address(column: usize, row: u32) -> String {
    let mut letters = Vec::new();
    let mut rest = column + 1;
    while rest > 0 {
        letters.push(char::from(b'A' + u8::try_from((rest - 1) % 26).unwrap_or(0)));
        rest = (rest - 1) / 26;
    }
    letters.iter().rev().collect::<String>() + &row.to_string()
}

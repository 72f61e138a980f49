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

/// One row of a grid: a handle on its part of the sheet's text, so that keeping a row copies none of it.
#[derive(Clone)]
pub struct GridRow {
    /// The row number a spreadsheet shows, from 1: in a CSV file the count of records, not of lines.
    pub number: u32,
    width: u32,
    place: RowPlace,
    text: Arc<SheetText>,
}

/// Where a row begins in its sheet's text: the number of its first cell, and the byte.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RowPlace {
    /// How many cells stand before it.
    pub first_cell: u32,
    /// How many bytes stand before it.
    pub first_byte: u32,
}

/// The text of all cells of a sheet: those of a row one after the other, with one byte between them. Places in it take
/// half a word each: a long sheet is mostly places, and none has four billion letters.
#[derive(Default)]
struct SheetText {
    sheet: Arc<str>,
    text: String,
    /// Where each cell ends in the text; the next of the row begins one byte further on.
    ends: Vec<u32>,
}

impl SheetText {
    fn push(&mut self, cell: &str) {
        self.text.push_str(cell);
        self.ends.push(small(self.text.len()));
        self.text.push('\n');
    }

    fn end(&self) -> RowPlace {
        RowPlace { first_cell: small(self.ends.len()), first_byte: small(self.text.len()) }
    }
}

/// What lies beyond reads as empty.
fn small(place: usize) -> u32 {
    u32::try_from(place).unwrap_or(u32::MAX)
}

fn large(place: u32) -> usize {
    usize::try_from(place).unwrap_or(usize::MAX)
}

/// A grid that is being read, cell by cell.
pub struct GridBuilder {
    text: SheetText,
    /// Each row's number and place.
    rows: Vec<(u32, RowPlace)>,
}

impl GridBuilder {
    /// A grid of the sheet that people know as `sheet`, whose text is about so many bytes long.
    pub fn new(sheet: &str, bytes: usize) -> Self {
        let text = SheetText { sheet: sheet.into(), text: String::with_capacity(bytes), ends: Vec::new() };
        Self { text, rows: Vec::new() }
    }

    /// The name a person knows the sheet by.
    pub fn sheet(&self) -> &str {
        &self.text.sheet
    }

    /// Begins a row.
    pub fn row(&mut self, number: u32) {
        self.rows.push((number, self.text.end()));
    }

    /// Adds a cell to the row that was begun last, from column A on; rows may be ragged.
    pub fn cell(&mut self, text: &str) {
        self.text.push(text);
    }

    /// A grid whose cells stand in `text` already: `ends` is where each ends, the next of its row beginning one byte
    /// further on, and `rows` has the number and place of each row.
    pub fn of_text(sheet: &str, text: String, ends: Vec<u32>, rows: Vec<(u32, RowPlace)>) -> Self {
        Self { text: SheetText { sheet: sheet.into(), text, ends }, rows }
    }

    /// The grid.
    pub fn finish(self) -> Grid {
        let Self { text, rows } = self;
        let text = Arc::new(text);
        let next = rows.iter().skip(1).map(|(_, place)| place.first_cell).chain([small(text.ends.len())]);
        let row = |((number, place), next): (&(u32, RowPlace), u32)| GridRow {
            number: *number,
            width: next.saturating_sub(place.first_cell),
            place: *place,
            text: Arc::clone(&text),
        };
        Grid { sheet: Arc::clone(&text.sheet), rows: rows.iter().zip(next).map(row).collect() }
    }
}

impl Grid {
    /// The grid of rows that are given by their numbers and cells.
    pub fn of<R>(sheet: &str, rows: impl IntoIterator<Item = (u32, R)>) -> Self
    where
        R: IntoIterator<Item: AsRef<str>>,
    {
        let mut grid = GridBuilder::new(sheet, 0);
        for (number, cells) in rows {
            grid.row(number);
            cells.into_iter().for_each(|cell| grid.cell(cell.as_ref()));
        }
        grid.finish()
    }
}

impl GridRow {
    /// A row by itself, of the sheet that people know as `sheet`.
    pub fn of(sheet: &Arc<str>, number: u32, cells: impl IntoIterator<Item: AsRef<str>>) -> Self {
        let mut text = SheetText { sheet: Arc::clone(sheet), ..SheetText::default() };
        let place = text.end();
        cells.into_iter().for_each(|cell| text.push(cell.as_ref()));
        Self { number, width: small(text.ends.len()), place, text: Arc::new(text) }
    }

    /// The name a person knows the row's sheet by.
    pub fn sheet(&self) -> &Arc<str> {
        &self.text.sheet
    }

    /// How many cells the row has; rows may be ragged.
    pub fn width(&self) -> usize {
        large(self.width)
    }

    /// The cells from column A, as they are.
    pub fn cells(&self) -> impl DoubleEndedIterator<Item = &str> + ExactSizeIterator {
        (0..self.width()).map(|column| self.cell(column))
    }

    /// The trimmed text of the cell in `column` (0 is A); empty when the row is shorter.
    pub fn text(&self, column: usize) -> &str {
        let cell = self.cell(column);
        // Most cells have nothing to trim, and looking for letters of every script costs more than seeing that.
        match cell.as_bytes() {
            [one] if one.is_ascii_graphic() => cell,
            [first, .., last] if first.is_ascii_graphic() && last.is_ascii_graphic() => cell,
            _ => cell.trim(),
        }
    }

    fn cell(&self, column: usize) -> &str {
        if column >= self.width() {
            return "";
        }
        let SheetText { text, ends, .. } = &*self.text;
        let place = large(self.place.first_cell) + column;
        let start = match column {
            0 => Some(large(self.place.first_byte)),
            _ => ends.get(place - 1).map(|end| large(*end) + 1),
        };
        let end = ends.get(place).map(|end| large(*end));
        start.zip(end).and_then(|(start, end)| text.get(start..end)).unwrap_or_default()
    }

    /// The row as one line a person recognises: its cells joined by ` | `, without trailing empty ones.
    pub fn line(&self) -> String {
        let used = self.cells().rposition(|cell| !cell.trim().is_empty()).map_or(0, |last| last + 1);
        let mut line = String::with_capacity(self.cells().map(|cell| cell.len() + 3).sum());
        for (index, cell) in self.cells().take(used).enumerate() {
            line.push_str(if index > 0 { " | " } else { "" });
            push_words(&mut line, cell);
        }
        line
    }

    /// Whether two handles are on the very same row.
    pub(super) fn is(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.text, &other.text) && self.place == other.place && self.number == other.number
    }
}

impl PartialEq for GridRow {
    fn eq(&self, other: &Self) -> bool {
        self.is(other) || self.number == other.number && self.cells().eq(other.cells())
    }
}

impl Eq for GridRow {}

impl std::fmt::Debug for GridRow {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("GridRow")
            .field("number", &self.number)
            .field("cells", &self.cells().collect::<Vec<_>>())
            .finish_non_exhaustive()
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

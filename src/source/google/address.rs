//! Which spreadsheet, tab and cells does a source name? `sheets:ID/Tab Name!A:H`; the tab may hold blanks, `/` and `!`.

/// What a source of the form `sheets:…` names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SheetsAddress {
    /// The spreadsheet's id: letters, digits, `_` and `-` only, since it goes into an address as it is.
    pub id: String,
    /// The tab; without one, the tabs whose titles are months, or the only tab.
    pub tab: Option<String>,
    /// The cells of each tab that count; without them, all.
    pub range: Option<CellRange>,
}

/// A block of cells, from 0; an end that is absent is open.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct CellRange {
    /// The first column that counts.
    pub first_column: usize,
    /// The last column that counts.
    pub last_column: Option<usize>,
    /// The first row that counts, by the number a spreadsheet shows.
    pub first_row: u32,
    /// The last row that counts, by the number a spreadsheet shows.
    pub last_row: Option<u32>,
}

/// Why a source of the form `sheets:…` cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AddressError {
    /// There is no id, or it has other signs than an id can have.
    #[error(
        "{0:?} is not the id of a spreadsheet; copy the part between /d/ and /edit of its address, which has only \
         letters, digits, - and _"
    )]
    NoId(String),
}

impl SheetsAddress {
    /// Reads what follows `sheets:`.
    pub fn parse(text: &str) -> Result<Self, AddressError> {
        let text = text.trim();
        let end = text.find(['/', '!']).unwrap_or(text.len());
        let (id, rest) = text.split_at(end);
        if id.is_empty() || !id.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-') {
            return Err(AddressError::NoId(id.to_owned()));
        }
        let rest = rest.strip_prefix('/').unwrap_or(rest);
        let (tab, range) = match rest.rsplit_once('!') {
            Some((tab, cells)) => match CellRange::parse(cells) {
                Some(range) => (tab, Some(range)),
                None => (rest, None),
            },
            None => (rest, None),
        };
        let tab = unquoted(tab.trim());
        Ok(Self { id: id.to_owned(), tab: (!tab.is_empty()).then_some(tab), range })
    }

    /// The name by which people know it, before anything was read.
    pub fn shown(&self) -> String {
        match &self.tab {
            Some(tab) => format!("Google Sheet tab {tab:?}"),
            None => format!("Google Sheet {}", self.id),
        }
    }

    /// The range to ask for: from `A1` on, because the corner of a merged block may lie outside the cells that count.
    pub fn asked_range(&self) -> Option<String> {
        let tab = format!("'{}'", self.tab.as_ref()?.replace('\'', "''"));
        let Some(range) = self.range else { return Some(tab) };
        let end = range.last_column.map(letters).unwrap_or_default();
        Some(match (range.last_column, range.last_row) {
            (None, None) => tab,
            (Some(_), None) => format!("{tab}!A1:{end}"),
            (Some(_), Some(row)) => format!("{tab}!A1:{end}{row}"),
            (None, Some(row)) => format!("{tab}!1:{row}"),
        })
    }
}

/// A title as the spreadsheet's own formulas quote it, without the quotes.
fn unquoted(tab: &str) -> String {
    match tab.strip_prefix('\'').and_then(|inner| inner.strip_suffix('\'')) {
        Some(inner) => inner.replace("''", "'"),
        None => tab.to_owned(),
    }
}

fn letters(column: usize) -> String {
    crate::schedule::grid::address(column, 0).trim_end_matches('0').to_owned()
}

impl CellRange {
    /// Reads `A:H`, `B5:H90`, `5:90`, `C7`; nothing when it is no range.
    pub fn parse(text: &str) -> Option<Self> {
        let (first, last) = text.trim().split_once(':').unwrap_or((text.trim(), text.trim()));
        let ((first_column, first_row), (last_column, last_row)) = (corner(first)?, corner(last)?);
        let range =
            Self { first_column: first_column.unwrap_or(0), last_column, first_row: first_row.unwrap_or(1), last_row };
        let in_order = last_column.is_none_or(|last| last >= range.first_column)
            && last_row.is_none_or(|last| last >= range.first_row);
        in_order.then_some(range)
    }

    /// Whether a cell counts.
    pub fn holds(&self, column: usize, row: u32) -> bool {
        column >= self.first_column
            && self.last_column.is_none_or(|last| column <= last)
            && row >= self.first_row
            && self.last_row.is_none_or(|last| row <= last)
    }
}

/// `AB12` as column from 0 and row from 1, either of which may be absent.
fn corner(text: &str) -> Option<(Option<usize>, Option<u32>)> {
    let text = text.replace('$', "");
    let digits = text.find(|sign: char| sign.is_ascii_digit()).unwrap_or(text.len());
    let (letters, row) = text.split_at(digits);
    if text.is_empty() || letters.len() > 3 || !letters.bytes().all(|byte| byte.is_ascii_alphabetic()) {
        return None;
    }
    let column = letters
        .bytes()
        .fold(0, |column, letter| column * 26 + usize::from(letter.to_ascii_uppercase() - b'A') + 1)
        .checked_sub(1);
    let row = if row.is_empty() { None } else { Some(row.parse().ok().filter(|row| *row > 0)?) };
    Some((column, row))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parts(text: &str) -> (String, Option<String>, Option<String>) {
        let address = SheetsAddress::parse(text).unwrap();
        let asked = address.asked_range();
        (address.id, address.tab, asked)
    }

    #[test]
    fn tabs_may_hold_blanks_slashes_and_exclamation_marks() {
        let some = |text: &str| Some(text.to_owned());
        for (text, tab, asked) in [
            ("a-B_9", None, None),
            ("a-B_9/", None, None),
            ("a-B_9!A:H", None, None),
            ("a-B_9/On call!A:H", some("On call"), some("'On call'!A1:H")),
            ("a-B_9/11/26", some("11/26"), some("'11/26'")),
            ("a-B_9/Who's on!B5:H90", some("Who's on"), some("'Who''s on'!A1:H90")),
            ("a-B_9/'Who''s on'!$C$7", some("Who's on"), some("'Who''s on'!A1:C7")),
            ("a-B_9/Help!", some("Help!"), some("'Help!'")),
            ("a-B_9/Help! now!5:90", some("Help! now"), some("'Help! now'!1:90")),
            ("a-B_9/Help!C2:A1", some("Help!C2:A1"), some("'Help!C2:A1'")),
        ] {
            assert_eq!(parts(text), ("a-B_9".to_owned(), tab, asked), "{text}");
        }
    }

    #[test]
    fn an_id_is_checked_before_it_goes_into_an_address() {
        for text in ["", "/Tab", "a b/Tab", "bad?x=1", "../id/Tab", "a%2Fb", "ä/Tab", "a#b"] {
            assert!(SheetsAddress::parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn a_range_says_which_cells_count() {
        let range = CellRange::parse("B5:H90").unwrap();
        for (column, row, counts) in
            [(1, 5, true), (7, 90, true), (0, 5, false), (8, 5, false), (1, 4, false), (1, 91, false)]
        {
            assert_eq!(range.holds(column, row), counts, "{column} {row}");
        }
        assert!(CellRange::parse("A:H").unwrap().holds(7, 100_000));
        assert!(!CellRange::parse("AA:AB").unwrap().holds(25, 1));
        assert!(CellRange::parse("AA:AB").unwrap().holds(26, 1));
    }
}

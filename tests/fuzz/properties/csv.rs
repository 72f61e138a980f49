//! What must hold of every file that is read as CSV? A plain parser of its own judges the cells and their row numbers.

use encoding_rs::WINDOWS_1252;
use page_oncall::schedule::problem::{Problem, ProblemKind};
use page_oncall::source::csv::{self, CsvError, CsvReading};

type Cells = Vec<(u32, Vec<String>)>;

pub(crate) fn check(bytes: &[u8]) {
    let read = csv::read(bytes, "t.csv");
    assert_eq!(read, csv::read(bytes, "t.csv"));
    match &read {
        Ok(reading) => rows_and_problems_have_their_places(reading),
        Err(CsvError::Broken { byte, .. }) => panic!("text was given up at byte {byte}"),
        Err(error) => assert!(error.to_string().starts_with("t.csv ")),
    }
    let Some(text) = text_of(bytes) else { return };
    the_encoding_does_not_matter(text);
    if !text.contains('"') {
        line_ends_do_not_matter(text);
    }
    for separator in [',', ';', '\t', '|', ' '] {
        a_plain_parser_reads_the_same(text, separator);
    }
    if let Ok(reading) = read {
        quoted_cells_read_back(&reading);
    }
}

fn cells(reading: &CsvReading) -> Cells {
    reading.grid.rows.iter().map(|row| (row.number, row.cells().map(str::to_owned).collect())).collect()
}

fn cells_of(bytes: &[u8]) -> Result<Cells, CsvError> {
    csv::read(bytes, "t.csv").as_ref().map(cells).map_err(Clone::clone)
}

/// The bytes as UTF-8 text that any encoding can carry: no mark of an order of bytes, nothing that looks binary.
fn text_of(bytes: &[u8]) -> Option<&str> {
    let text = std::str::from_utf8(bytes).ok()?;
    let other = matches!(csv::read(bytes, "t.csv"), Err(CsvError::OtherFormat { .. }));
    (!other && !text.contains(['\0', '\u{feff}'])).then_some(text)
}

fn rows_and_problems_have_their_places(reading: &CsvReading) {
    let rows = &reading.grid.rows;
    assert!(!rows.is_empty() && rows[0].number >= 1);
    assert!(rows.windows(2).all(|pair| pair[0].number < pair[1].number), "row numbers do not rise: {rows:?}");
    assert!(rows.iter().all(|row| row.width() > 0));
    for Problem { kind, sheet, cell, text } in &reading.problems {
        assert_eq!(&**sheet, "t.csv");
        match kind {
            ProblemKind::NotUtf8 => assert!(cell.is_empty() && text.is_empty()),
            ProblemKind::UnclosedQuote => {
                let last = rows.last().expect("a row");
                assert!(cell.ends_with(&last.number.to_string()), "{cell} is not in row {}", last.number);
                assert!(last.cells().next_back().expect("a cell").starts_with(text.as_str()));
            }
            other => panic!("a file has {other:?}"),
        }
    }
}

fn the_encoding_does_not_matter(text: &str) {
    let plain = csv::read(text.as_bytes(), "t.csv");
    let utf16 = |bytes: fn(u16) -> [u8; 2]| text.encode_utf16().flat_map(bytes).collect::<Vec<u8>>();
    for dress in [
        [b"\xef\xbb\xbf", text.as_bytes()].concat(),
        [b"\xff\xfe", utf16(u16::to_le_bytes).as_slice()].concat(),
        [b"\xfe\xff", utf16(u16::to_be_bytes).as_slice()].concat(),
    ] {
        assert_eq!(csv::read(&dress, "t.csv"), plain, "{text:?}");
    }
    let (old, _, lost) = WINDOWS_1252.encode(text);
    if !lost && std::str::from_utf8(&old).is_err() && !old.starts_with(b"\xff\xfe") && !old.starts_with(b"\xfe\xff") {
        assert_eq!(cells_of(&old), plain.as_ref().map(cells).map_err(Clone::clone), "{text:?}");
        let noted =
            csv::read(&old, "t.csv").map(|reading| reading.problems.first().map(|problem| problem.kind.clone()));
        assert!(plain.is_err() || noted == Ok(Some(ProblemKind::NotUtf8)), "{text:?}");
    }
}

fn line_ends_do_not_matter(text: &str) {
    let unix = text.replace("\r\n", "\n").replace('\r', "\n");
    for dress in [unix.replace('\n', "\r\n"), unix.replace('\n', "\r"), text.to_owned()] {
        assert_eq!(cells_of(dress.as_bytes()), cells_of(unix.as_bytes()), "{dress:?}");
    }
}

/// Under Excel's hint of the separator nothing is left to guess.
fn a_plain_parser_reads_the_same(text: &str, separator: char) {
    let hinted = format!("sep={separator}\n{text}");
    assert_eq!(cells_of(hinted.as_bytes()), Ok(plainly(&hinted, separator)), "{hinted:?}");
}

fn quoted_cells_read_back(reading: &CsvReading) {
    let mut text = "sep=,\n".to_owned();
    for row in &reading.grid.rows {
        let cells: Vec<String> = row.cells().map(|cell| format!("\"{}\"", cell.replace('"', "\"\""))).collect();
        text.push_str(&cells.join(","));
        text.push('\n');
    }
    if text.contains('\0') {
        return;
    }
    let read = cells_of(text.as_bytes()).expect("text");
    let again = read.iter().skip(1).map(|(_, cells)| cells.iter().map(String::as_str).collect());
    let cells = reading.grid.rows.iter().map(|row| row.cells().collect());
    assert_eq!(again.collect::<Vec<Vec<&str>>>(), cells.collect::<Vec<Vec<&str>>>());
}

/// RFC 4180, letter by letter: blank lines count as rows and hold no cells; a quotation mark opens a cell only at its
/// beginning, and what follows a closed one belongs to the cell.
fn plainly(text: &str, separator: char) -> Cells {
    let mut rows: Cells = Vec::new();
    let mut number = 1;
    let mut letters = text.chars().peekable();
    while letters.peek().is_some() {
        let (mut row, mut cell, mut is_blank) = (Vec::new(), String::new(), true);
        let mut at_start = true;
        let mut is_quoted = false;
        while let Some(letter) = letters.next() {
            match letter {
                '"' if is_quoted && letters.next_if_eq(&'"').is_some() => cell.push('"'),
                '"' if is_quoted => is_quoted = false,
                letter if is_quoted => cell.push(letter),
                '\r' | '\n' => {
                    if letter == '\r' {
                        letters.next_if_eq(&'\n');
                    }
                    break;
                }
                letter => {
                    is_blank = false;
                    if letter == separator {
                        row.push(std::mem::take(&mut cell));
                    } else if letter == '"' && at_start {
                        is_quoted = true;
                    } else {
                        cell.push(letter);
                    }
                    at_start = letter == separator;
                }
            }
        }
        if !is_blank {
            row.push(cell);
            rows.push((number, row));
        }
        number += 1;
    }
    rows
}

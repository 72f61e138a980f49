//! Which cells does a CSV file hold? Finds encoding and separator, keeps ragged and blank rows, counts rows as a spreadsheet does.

use std::borrow::Cow;

use encoding_rs::{Encoding, UTF_16BE, UTF_16LE, WINDOWS_1252};

use crate::schedule::grid::{Grid, GridBuilder, RowPlace, address};
use crate::schedule::problem::{Problem, ProblemKind};

/// How much of a file is looked at to find its separator, in bytes.
const SAMPLE_BYTES: usize = 64 * 1024;
/// What may separate cells; the earlier wins where two fit equally well.
const SEPARATORS: [u8; 4] = *b",;\t|";

/// A file as cells, and what was odd about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CsvReading {
    /// The cells.
    pub grid: Grid,
    /// Defects of the file as such: an old encoding, a quotation mark that is never closed.
    pub problems: Vec<Problem>,
}

/// Why a file is no CSV file.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CsvError {
    /// There is nothing in it.
    #[error("{sheet} is empty; export the sheet again (File > Download > CSV) and check that it is the right tab")]
    Empty {
        /// The file.
        sheet: String,
    },
    /// It is another kind of file.
    #[error("{sheet} is {what}, not a CSV file; open it and export the sheet as CSV (File > Download > CSV)")]
    OtherFormat {
        /// The file.
        sheet: String,
        /// What it looks like.
        what: &'static str,
    },
    /// The reader gave up on it.
    #[error("{sheet} cannot be read as CSV from byte {byte} on; export the sheet again as CSV")]
    Broken {
        /// The file.
        sheet: String,
        /// Where reading stopped.
        byte: u64,
    },
}

/// Reads the bytes of a CSV file that people know as `sheet`.
///
/// UTF-8 with or without a byte-order mark, UTF-16 with one, else Windows-1252 with a note. The separator is found
/// from the content. Row numbers count records from 1, and blank lines too, as a spreadsheet does.
pub fn read(bytes: &[u8], sheet: &str) -> Result<CsvReading, CsvError> {
    let (text, is_utf8) = decode(bytes, sheet)?;
    if text.trim().is_empty() {
        return Err(CsvError::Empty { sheet: sheet.to_owned() });
    }
    if u32::try_from(text.len()).is_err() {
        return Err(CsvError::Broken { sheet: sheet.to_owned(), byte: u32::MAX.into() });
    }
    let separator = separator(&text);
    let mut problems = Vec::new();
    let grid = if text.contains('"') {
        let mut grid = GridBuilder::new(sheet, text.len());
        read_quoted(&text, separator, &mut grid)?;
        let grid = grid.finish();
        problems.extend(unclosed_quote(&text, &grid));
        grid
    } else {
        read_unquoted(sheet, text.into_owned(), separator)
    };
    if !is_utf8 {
        let kind = ProblemKind::NotUtf8;
        problems.insert(0, Problem { kind, sheet: grid.sheet.clone(), cell: String::new(), text: String::new() });
    }
    Ok(CsvReading { grid, problems })
}

/// Without a quotation mark every line is a row and every separator parts two cells. Blank lines count and are no rows.
fn read_unquoted(sheet: &str, text: String, separator: u8) -> Grid {
    let small = |place: usize| u32::try_from(place).unwrap_or(u32::MAX);
    let mut is_end = [false; 256];
    for byte in [separator, b'\n', b'\r'] {
        is_end.get_mut(usize::from(byte)).into_iter().for_each(|is_end| *is_end = true);
    }
    let is_end = |byte: &u8| is_end.get(usize::from(*byte)).copied().unwrap_or_default();
    let (mut ends, mut rows): (Vec<u32>, Vec<(u32, RowPlace)>) = Default::default();
    let (mut start, mut begun, mut number, mut after_return) = (0, false, 1, false);
    let bytes = text.as_bytes();
    while let Some(rest) = bytes.get(start..).filter(|rest| !rest.is_empty()) {
        let length = rest.iter().position(is_end);
        let end = start + length.unwrap_or(rest.len());
        let byte = bytes.get(end).copied();
        let ends_row = byte != Some(separator);
        if !ends_row || begun || end > start {
            if !begun {
                rows.push((number, RowPlace { first_cell: small(ends.len()), first_byte: small(start) }));
            }
            ends.push(small(end));
            begun = !ends_row;
            number += u32::from(ends_row);
        } else if !(after_return && byte == Some(b'\n')) {
            number += 1;
        }
        after_return = byte == Some(b'\r');
        start = end + 1;
    }
    if begun {
        // The text ends in a separator: the row has one more cell.
        ends.push(small(bytes.len()));
    }
    GridBuilder::of_text(sheet, text, ends, rows).finish()
}

/// Reads cells that may stand in quotation marks, with separators and line ends in them.
fn read_quoted(text: &str, separator: u8, grid: &mut GridBuilder) -> Result<(), CsvError> {
    let mut reader =
        ::csv::ReaderBuilder::new().has_headers(false).flexible(true).delimiter(separator).from_reader(text.as_bytes());
    let mut record = ::csv::StringRecord::new();
    let mut number = 0;
    loop {
        match reader.read_record(&mut record) {
            Ok(true) => {}
            Ok(false) => return Ok(()),
            Err(error) => {
                let byte = error.position().map_or(0, ::csv::Position::byte);
                return Err(CsvError::Broken { sheet: grid.sheet().to_owned(), byte });
            }
        }
        number += 1 + record.position().map_or(0, |position| blank_lines_at(text.as_bytes(), position.byte()));
        grid.row(number);
        record.iter().for_each(|cell| grid.cell(cell));
    }
}

/// The text, and whether it was Unicode.
fn decode<'a>(bytes: &'a [u8], sheet: &str) -> Result<(Cow<'a, str>, bool), CsvError> {
    if let Some((encoding, _)) = Encoding::for_bom(bytes)
        && (encoding == UTF_16LE || encoding == UTF_16BE)
    {
        return Ok((encoding.decode(bytes).0, true));
    }
    if let Some(what) = other_format(bytes) {
        return Err(CsvError::OtherFormat { sheet: sheet.to_owned(), what });
    }
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    Ok(match std::str::from_utf8(bytes) {
        Ok(text) => (Cow::Borrowed(text), true),
        Err(_) => (WINDOWS_1252.decode_without_bom_handling(bytes).0, false),
    })
}

/// What a file is that people hand over instead of CSV.
fn other_format(bytes: &[u8]) -> Option<&'static str> {
    let start = bytes.trim_ascii_start();
    let begins = |mark: &[u8]| start.get(..mark.len()).is_some_and(|head| head.eq_ignore_ascii_case(mark));
    match () {
        () if bytes.starts_with(b"PK\x03\x04") => Some("an Excel or OpenDocument workbook"),
        () if bytes.starts_with(b"\xd0\xcf\x11\xe0") => Some("an old Excel workbook"),
        () if bytes.starts_with(b"%PDF") => Some("a PDF document"),
        () if begins(b"<!doctype html") || begins(b"<html") => Some("a web page, perhaps a sign-in page"),
        () if bytes.contains(&0) => Some("binary data"),
        () => None,
    }
}

/// How many blank lines the reader will skip from `position` on, which is where the last record's text ended.
fn blank_lines_at(bytes: &[u8], position: u64) -> u32 {
    let position = usize::try_from(position).unwrap_or(usize::MAX);
    let (before, mut rest) = bytes.split_at_checked(position).unwrap_or((bytes, &[]));
    if before.last() == Some(&b'\r') {
        rest = rest.strip_prefix(b"\n").unwrap_or(rest);
    }
    let mut lines = 0;
    while let Some(after) =
        rest.strip_prefix(b"\r\n").or_else(|| rest.strip_prefix(b"\n")).or_else(|| rest.strip_prefix(b"\r"))
    {
        rest = after;
        lines += 1;
    }
    lines
}

/// The separator that splits the records most evenly, outside quotation marks.
///
/// A separator followed by a blank counts half, because prose has commas too.
fn separator(text: &str) -> u8 {
    let bytes = text.as_bytes();
    // Excel's own hint on the first line.
    if let Some(&[hint, b'\r' | b'\n']) = bytes.strip_prefix(b"sep=").and_then(|rest| rest.first_chunk::<2>())
        && (hint.is_ascii_punctuation() && hint != b'"' || matches!(hint, b'\t' | b' '))
    {
        return hint;
    }
    let sample = bytes.get(..SAMPLE_BYTES).unwrap_or(bytes);
    let mut tallies: [Vec<(u32, u32)>; 4] = Default::default();
    let mut counts = [(0, 0); 4];
    let mut quoted = false;
    let mut at_start = true;
    for (index, byte) in sample.iter().enumerate() {
        match byte {
            b'"' if quoted || at_start => quoted = !quoted,
            b'"' => {}
            _ if quoted => {}
            b'\n' | b'\r' => end_record(&mut tallies, &mut counts),
            byte => {
                let found = SEPARATORS.iter().zip(&mut counts).find(|(separator, _)| *separator == byte);
                if let Some((_, (count, weight))) = found {
                    *count += 1;
                    *weight += if sample.get(index + 1) == Some(&b' ') { 1 } else { 2 };
                }
            }
        }
        at_start = matches!(byte, b'\n' | b'\r') || SEPARATORS.contains(byte) || (at_start && *byte == b' ');
    }
    end_record(&mut tallies, &mut counts);
    // The first of equals: `max_by_key` would take the last.
    let best = SEPARATORS.iter().zip(&tallies).rev().max_by_key(|(_, tally)| evenness(tally));
    best.map_or(b',', |(separator, _)| *separator)
}

/// Adds the record's counts to the tallies, unless it has no separator at all.
fn end_record(tallies: &mut [Vec<(u32, u32)>; 4], counts: &mut [(u32, u32); 4]) {
    if counts.iter().any(|(count, _)| *count > 0) {
        for (tally, count) in tallies.iter_mut().zip(counts.iter()) {
            tally.push(*count);
        }
    }
    *counts = [(0, 0); 4];
}

/// How much a separator explains: its weight in the records that have it as often as most have,
/// times the number of records that have it at all.
fn evenness(tally: &[(u32, u32)]) -> u64 {
    let mut by_count: Vec<(u32, u32)> = tally.iter().filter(|(count, _)| *count > 0).copied().collect();
    by_count.sort_unstable();
    let records = by_count.len() as u64;
    let most_common = by_count.chunk_by(|one, other| one.0 == other.0).max_by_key(|group| group.len());
    most_common.map_or(0, |group| group.iter().map(|(_, weight)| u64::from(*weight)).sum::<u64>() * records)
}

/// A last cell of several lines in a file with an odd number of quotation marks: one was opened and never closed.
fn unclosed_quote(text: &str, grid: &Grid) -> Option<Problem> {
    let row = grid.rows.last()?;
    let cell = row.cells().next_back().filter(|cell| cell.contains(['\n', '\r']))?;
    let marks = text.bytes().filter(|byte| *byte == b'"').count();
    (marks % 2 == 1).then(|| Problem {
        kind: ProblemKind::UnclosedQuote,
        sheet: grid.sheet.clone(),
        cell: address(row.width().saturating_sub(1), row.number),
        text: cell.lines().next().unwrap_or_default().to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn cells(bytes: &[u8]) -> Vec<Vec<String>> {
        read(bytes, "t.csv").unwrap().grid.rows.iter().map(|row| row.cells().map(str::to_owned).collect()).collect()
    }

    #[test]
    fn the_same_cells_in_every_dress() {
        let wanted = vec![vec!["start", "person"], vec!["2026-11-22", "Zoë"], vec!["2026-11-29", "Ben"]];
        let utf8 = "start,person\n2026-11-22,Zoë\n2026-11-29,Ben\n";
        let utf16: Vec<u8> = utf8.encode_utf16().flat_map(u16::to_le_bytes).collect();
        let mut dresses: Vec<Vec<u8>> = ["\n", "\r\n", "\r"]
            .iter()
            .flat_map(|end| [",", ";", "\t", "|"].map(|sep| utf8.replace(',', sep).replace('\n', end).into_bytes()))
            .collect();
        dresses.push([b"\xef\xbb\xbf", utf8.as_bytes()].concat());
        dresses.push([b"\xff\xfe", utf16.as_slice()].concat());
        dresses.push(WINDOWS_1252.encode(utf8).0.into_owned());
        dresses.push(utf8.trim_end().as_bytes().to_vec());
        for dress in dresses {
            assert_eq!(cells(&dress), wanted, "{}", String::from_utf8_lossy(&dress));
        }
    }

    #[test]
    fn only_windows_1252_is_noted() {
        let kinds = |bytes| read(bytes, "t").unwrap().problems.into_iter().map(|p| p.kind).collect::<Vec<_>>();
        assert_eq!(kinds(b"name\nZo\xeb\n"), [ProblemKind::NotUtf8]);
        assert_eq!(kinds("name\nZoë\n".as_bytes()), []);
    }

    #[test]
    fn separators_inside_cells_do_not_count() {
        let semicolons = "On-call, fall, winter, spring\nstart;end;person\n1;2;Quinn, Pat\n3;4;Ade, Kim\n";
        assert_eq!(cells(semicolons.as_bytes())[2], ["1", "2", "Quinn, Pat"]);
        let aliases = "name,aliases,phone\nAna Ortiz,Ana;A. Ortiz\nBen Ade,Ben;BA,608-555-0142\n";
        assert_eq!(cells(aliases.as_bytes())[1], ["Ana Ortiz", "Ana;A. Ortiz"]);
        let quoted = "start,person\n1,\"a;b;c;d\"\n2,\"e;f;g;h\"\n";
        assert_eq!(cells(quoted.as_bytes())[1], ["1", "a;b;c;d"]);
        assert_eq!(cells(b"date;person\n1;Last, First, RN\n2;Other, One, RN\n")[1], ["1", "Last, First, RN"]);
        assert_eq!(cells(b"sep=;\na;b,c,d\n")[1], ["a", "b,c,d"]);
        assert_eq!(cells(b"person\nAna\n"), [["person"], ["Ana"]]);
        for no_hint in ["sep=\r\na,b\r\n", "sep=\r\ra,b\r", "sep=\"\na,b\n\""] {
            assert_eq!(cells(no_hint.as_bytes())[1], ["a", "b"], "{no_hint:?}");
        }
    }

    #[test]
    fn quoted_line_ends_stay_in_their_cell() {
        assert_eq!(
            cells(b"a,b\n1,\"x\r\ny\"\n2,\"say \"\"hi\"\"\"\n"),
            [["a", "b"], ["1", "x\r\ny"], ["2", "say \"hi\""]]
        );
    }

    #[test]
    fn row_numbers_count_records_and_blank_lines() {
        for end in ["\n", "\r\n", "\r"] {
            let text = "a,b\n\n1,\"x\ny\"\n\n\n2,z\n3,\n".replace('\n', end);
            let numbers: Vec<u32> =
                read(text.as_bytes(), "t").unwrap().grid.rows.iter().map(|row| row.number).collect();
            assert_eq!(numbers, [1, 3, 6, 7], "{end:?}");
        }
    }

    #[test]
    fn what_is_no_csv_is_refused_with_what_to_do() {
        for (bytes, says) in [
            (&b""[..], "is empty"),
            (b"\xef\xbb\xbf \r\n", "is empty"),
            (b"PK\x03\x04rest", "Excel"),
            (b"\n<!DOCTYPE html><html>", "web page"),
            (b"a,b\n1,\0\n", "binary"),
        ] {
            let error = read(bytes, "aims.csv").unwrap_err().to_string();
            assert!(error.starts_with("aims.csv ") && error.contains(says) && error.contains("CSV"), "{error}");
        }
    }

    #[test]
    fn an_unclosed_quotation_mark_is_reported_where_it_begins() {
        let reading = read(b"a,b\n1,\"x\n2,y\n3,z\n", "t").unwrap();
        let problem = &reading.problems[0];
        assert_eq!((&problem.kind, &*problem.cell, &*problem.text), (&ProblemKind::UnclosedQuote, "B2", "x"));
        assert_eq!(read(b"a,b\n1,5\" pipe\n", "t").unwrap().problems, []);
    }

    proptest! {
        #[test]
        fn lines_without_quotation_marks_read_as_with_them(text in "[ab,;\\t|. \\n\\r]{0,40}", separator in prop::sample::select(vec![b',', b';', b'|'])) {
            let mut quoted = GridBuilder::new("t.csv", 0);
            read_quoted(&text, separator, &mut quoted).unwrap();
            prop_assert_eq!(read_unquoted("t.csv", text, separator), quoted.finish());
        }

        #[test]
        fn any_bytes_are_read_or_refused(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
            let _ = read(&bytes, "t");
        }

        #[test]
        fn what_a_writer_wrote_is_read_back(
            rows in proptest::collection::vec(proptest::collection::vec("[a-zA-Z0-9 .:/\"'\n,é-]{1,12}", 3), 2..12)
        ) {
            let mut writer = ::csv::Writer::from_writer(Vec::new());
            for row in &rows {
                writer.write_record(row).unwrap();
            }
            prop_assert_eq!(cells(&writer.into_inner().unwrap()), rows);
        }
    }
}

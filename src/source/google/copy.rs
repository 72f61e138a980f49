//! What of a spreadsheet is kept? All that reading needs and nothing else, in one order: equal content has equal bytes.
//!
//! The bytes are what a snapshot stores and hashes, and what `interpret` reads, live or later. Colours, widths and
//! other looks are left out, so that they make no new version.

use google_sheets4::api;
use serde::{Deserialize, Serialize};

/// The fields that are asked for; one `spreadsheets.get` brings them all.
pub(super) const FIELDS: &str = "properties(locale,timeZone),sheets(properties(sheetId,title,index,hidden),merges,data(startRow,\
    startColumn,rowMetadata(hiddenByUser,hiddenByFilter),rowData(values(formattedValue,effectiveValue,note,\
    textFormatRuns(startIndex,format(strikethrough)),effectiveFormat(numberFormat,textFormat(strikethrough))))))";

/// A spreadsheet as far as it was read.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct SheetCopy {
    /// The spreadsheet's own time zone; empty when it was not said.
    pub(super) zone: String,
    /// Its locale, as `en_US`; empty when it was not said.
    pub(super) locale: String,
    /// Its tabs from the left.
    pub(super) tabs: Vec<TabCopy>,
}

/// One tab.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct TabCopy {
    /// Its title.
    pub(super) title: String,
    /// Whether it is hidden.
    pub(super) hidden: bool,
    /// The number by which an address names it; versions that were kept by an older program lack it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) gid: Option<i32>,
    /// Its merged blocks.
    pub(super) merges: Vec<Block>,
    /// Its rows that have anything, in order.
    pub(super) rows: Vec<RowCopy>,
}

/// A merged block, half-open, from 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(super) struct Block {
    /// The first row.
    pub(super) first_row: u32,
    /// The row after the last.
    pub(super) end_row: u32,
    /// The first column.
    pub(super) first_column: u32,
    /// The column after the last.
    pub(super) end_column: u32,
}

/// One row.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct RowCopy {
    /// The number a spreadsheet shows, from 1.
    pub(super) number: u32,
    /// Whether a person hid it; what a filter hides is not kept.
    pub(super) hidden: bool,
    /// Its cells from column A, without empty ones at the end.
    pub(super) cells: Vec<CellCopy>,
}

/// One cell.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct CellCopy {
    /// What a person sees.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub(super) text: String,
    /// The number behind it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) number: Option<f64>,
    /// The kind of its number format: `DATE`, `TIME`, `DATE_TIME`, `NUMBER` and so on.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub(super) format: String,
    /// Where strike-through begins and ends by turns, in UTF-16 units; the first is where it begins.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) struck: Vec<u32>,
    /// The note on it.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub(super) note: String,
}

impl SheetCopy {
    /// Keeps what reading needs of an answer.
    pub(super) fn of(answer: api::Spreadsheet) -> Self {
        let properties = answer.properties.unwrap_or_default();
        let mut tabs: Vec<(i32, TabCopy)> = answer
            .sheets
            .unwrap_or_default()
            .into_iter()
            .map(|sheet| {
                let place = sheet.properties.as_ref().and_then(|properties| properties.index).unwrap_or(0);
                (place, TabCopy::of(sheet))
            })
            .collect();
        tabs.sort_by_key(|(place, _)| *place);
        Self {
            zone: properties.time_zone.unwrap_or_default(),
            locale: properties.locale.unwrap_or_default(),
            tabs: tabs.into_iter().map(|(_, tab)| tab).collect(),
        }
    }

    /// The bytes that a snapshot stores: equal content has equal bytes.
    pub(super) fn bytes(&self) -> Vec<u8> {
        // Writing plain strings and finite numbers into memory cannot fail; JSON has no other numbers.
        serde_json::to_vec(self).unwrap_or_default()
    }

    /// Reads such bytes again.
    pub(super) fn of_bytes(bytes: &[u8]) -> Result<Self, serde_json::Error> {
        serde_json::from_slice(bytes)
    }
}

impl TabCopy {
    fn of(sheet: api::Sheet) -> Self {
        let properties = sheet.properties.unwrap_or_default();
        let mut merges: Vec<Block> = sheet.merges.unwrap_or_default().iter().map(Block::of).collect();
        merges.sort_unstable();
        let mut rows: Vec<RowCopy> = sheet.data.unwrap_or_default().into_iter().flat_map(rows_of).collect();
        rows.sort_by_key(|row| row.number);
        Self {
            title: properties.title.unwrap_or_default(),
            hidden: properties.hidden.unwrap_or(false),
            gid: properties.sheet_id,
            merges,
            rows,
        }
    }
}

impl Block {
    /// A bound that is absent is open; a sheet's own edge is far below the largest number.
    fn of(range: &api::GridRange) -> Self {
        let bound = |bound: Option<i32>, absent: u32| bound.and_then(|at| u32::try_from(at).ok()).unwrap_or(absent);
        Self {
            first_row: bound(range.start_row_index, 0),
            end_row: bound(range.end_row_index, u32::MAX),
            first_column: bound(range.start_column_index, 0),
            end_column: bound(range.end_column_index, u32::MAX),
        }
    }
}

fn rows_of(data: api::GridData) -> Vec<RowCopy> {
    let from_zero = |at: Option<i32>| at.and_then(|at| u32::try_from(at).ok()).unwrap_or(0);
    let (first_row, first_column) = (from_zero(data.start_row), from_zero(data.start_column));
    let mut looks = data.row_metadata.unwrap_or_default().into_iter();
    let mut rows = Vec::new();
    for (number, row) in (first_row.saturating_add(1)..).zip(data.row_data.unwrap_or_default()) {
        let look = looks.next().unwrap_or_default();
        let mut cells = vec![CellCopy::default(); usize::try_from(first_column).unwrap_or(0)];
        cells.extend(row.values.unwrap_or_default().into_iter().map(CellCopy::of));
        let used = cells.iter().rposition(|cell| !cell.is_empty()).map_or(0, |last| last + 1);
        cells.truncate(used);
        if !cells.is_empty() {
            rows.push(RowCopy { number, hidden: look.hidden_by_user.unwrap_or(false), cells });
        }
    }
    rows
}

impl CellCopy {
    fn is_empty(&self) -> bool {
        self.text.is_empty() && self.note.is_empty()
    }

    fn of(cell: api::CellData) -> Self {
        let value = cell.effective_value.unwrap_or_default();
        let text = cell.formatted_value.or_else(|| shown(&value)).unwrap_or_default();
        let format = cell.effective_format.unwrap_or_default();
        let all_struck = format.text_format.and_then(|text| text.strikethrough).unwrap_or(false);
        let struck =
            if text.is_empty() { Vec::new() } else { struck(&cell.text_format_runs.unwrap_or_default(), all_struck) };
        Self {
            format: match value.number_value {
                Some(_) => format.number_format.and_then(|format| format.type_).unwrap_or_default(),
                None => String::new(),
            },
            number: value.number_value.filter(|number| number.is_finite()),
            struck,
            note: cell.note.unwrap_or_default(),
            text,
        }
    }
}

/// What a cell without a formatted value shows.
fn shown(value: &api::ExtendedValue) -> Option<String> {
    let error = value.error_value.as_ref();
    value
        .string_value
        .clone()
        .or_else(|| value.number_value.map(|number| number.to_string()))
        .or_else(|| value.bool_value.map(|truth| truth.to_string().to_uppercase()))
        .or_else(|| error.map(|error| format!("#{}!", error.type_.as_deref().unwrap_or("ERROR"))))
}

/// Where strike-through changes. A run that does not say it has the look of the cell, and so has the text before.
fn struck(runs: &[api::TextFormatRun], cell: bool) -> Vec<u32> {
    let mut changes = Vec::new();
    let mut now = false;
    let mut change = |at: u32, is: bool, changes: &mut Vec<u32>| {
        if is != now {
            changes.push(at);
            now = is;
        }
    };
    let starts = |run: &api::TextFormatRun| run.start_index.and_then(|at| u32::try_from(at).ok()).unwrap_or(0);
    if runs.first().is_none_or(|run| starts(run) > 0) {
        change(0, cell, &mut changes);
    }
    for run in runs {
        let own = run.format.as_ref().and_then(|format| format.strikethrough);
        change(starts(run), own.unwrap_or(cell), &mut changes);
    }
    changes
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run(start: Option<i32>, struck: Option<bool>) -> api::TextFormatRun {
        let format = api::TextFormat { strikethrough: struck, ..api::TextFormat::default() };
        api::TextFormatRun { start_index: start, format: Some(format) }
    }

    #[test]
    fn runs_have_the_look_of_their_cell_unless_they_say_otherwise() {
        for (runs, cell, wanted) in [
            (vec![], false, vec![]),
            (vec![], true, vec![0]),
            (vec![run(None, Some(true)), run(Some(4), Some(false))], false, vec![0, 4]),
            (vec![run(Some(4), Some(true))], false, vec![4]),
            (vec![run(Some(4), Some(false))], true, vec![0, 4]),
            (vec![run(None, None), run(Some(4), Some(false)), run(Some(6), None)], true, vec![0, 4, 6]),
            (vec![run(None, Some(true)), run(Some(3), Some(true))], false, vec![0]),
        ] {
            assert_eq!(struck(&runs, cell), wanted);
        }
    }

    #[test]
    fn equal_content_has_equal_bytes_and_looks_do_not_count() {
        let answer = |json: &str| SheetCopy::of(serde_json::from_str(json).unwrap());
        let one = answer(
            r#"{"properties": {"timeZone": "America/Chicago", "locale": "en_US"}, "sheets": [
                {"properties": {"title": "B", "index": 1}},
                {"properties": {"title": "A"}, "data": [{"startRow": 1, "startColumn": 1, "rowData": [
                    {"values": [{"formattedValue": "x", "effectiveValue": {"stringValue": "x"}}, {}]}, {}]}]}]}"#,
        );
        let other = answer(
            r#"{"sheets": [
                {"properties": {"title": "A", "index": 0, "hidden": false, "tabColor": {"red": 1}}, "data": [{
                    "startRow": 1, "startColumn": 1, "rowMetadata": [{"pixelSize": 21, "hiddenByFilter": true}],
                    "rowData": [{"values": [{"effectiveValue": {"stringValue": "x"}, "formattedValue": "x",
                    "effectiveFormat": {"numberFormat": {"type": "TEXT"}}}]}]}]},
                {"properties": {"index": 1, "title": "B"}, "merges": []}],
                "properties": {"locale": "en_US", "timeZone": "America/Chicago"}}"#,
        );
        assert_eq!(one.bytes(), other.bytes());
        assert_eq!(SheetCopy::of_bytes(&one.bytes()).unwrap(), one);
        assert_eq!(one.tabs[0].rows[0].number, 2);
        assert_eq!(one.tabs[0].rows[0].cells[1].text, "x");
    }
}

//! What is wrong in a schedule's data, in which cell? Problems are data (contract 2.3 rule 8); their words stand in `wording::problems`.

use std::sync::Arc;

use chrono::{NaiveDate, NaiveDateTime};

use super::notation::Refusal;
use super::phone::PhoneRefusal;

/// How much a problem matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, serde::Serialize, utoipa::ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Worth knowing; the reading is certain.
    Note,
    /// Somebody should look; the answer is still used.
    Warning,
    /// The row or cell was not used, or a person cannot be reached.
    Error,
}

/// A defect in schedule data and where it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// What is wrong, with what a hint needs.
    pub kind: ProblemKind,
    /// The sheet or file.
    pub sheet: Arc<str>,
    /// The cell's address (`C14`), or a row's first cell; empty when the whole sheet is meant.
    pub cell: String,
    /// What the cell says.
    pub text: String,
}

/// Every kind of defect.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ProblemKind {
    /// There is no sheet to read: the file is missing, empty or no CSV file.
    NoSheet {
        /// What kept it from being read, and what to do, for people.
        reason: String,
    },
    /// The sheet has no usable row.
    NoUsableRow,
    /// No row of the first ones has the headings of a known layout.
    NoHeader {
        /// How many rows were looked at.
        rows: usize,
    },
    /// The headings fit a layout but for one column.
    MissingColumn {
        /// The column in our own word.
        column: &'static str,
        /// A heading of the sheet that looks like it.
        near: Option<String>,
    },
    /// The settings name a heading that the sheet does not have.
    NoSuchHeading {
        /// The key under `columns`.
        column: &'static str,
        /// The heading that was looked for.
        heading: String,
    },
    /// Two columns name people, and nothing says which of them are on call.
    RivalColumns {
        /// The heading further left.
        first: String,
        /// The other one.
        second: String,
    },
    /// Another header begins here; the columns below it may mean something else, so nothing below it was read.
    OtherHeader,
    /// The end beside a week is not the week's end.
    NotAWeek,
    /// Hours that may be of the morning or of the evening; nothing in the sheet shows a clock of 24 hours.
    HalfOfDay,
    /// The sheet's layout leaves something open.
    Layout(LayoutProblem),
    /// The file is not UTF-8; it was read as Windows-1252.
    NotUtf8,
    /// An exported CSV has no merged blocks, notes and strike-through, whatever the sheet has (domain 4).
    ExportLoses,
    /// A quotation mark is never closed, so everything after it became one cell.
    UnclosedQuote,
    /// A row has more cells than the header.
    ExtraCells,
    /// A cell gives no date or time.
    Unreadable(Refusal),
    /// A cell that the row cannot do without is empty.
    EmptyCell {
        /// The column in our own word.
        column: &'static str,
    },
    /// A time of day, and no cell of the row says of which day.
    TimeWithoutDate,
    /// The end is before the start.
    EndBeforeStart,
    /// The end is the start.
    EndIsStart,
    /// End and start are the same time of day; the row was read as 24 hours (contract 2.3 rule 3).
    FullDay,
    /// The clock jumps over the whole span.
    SpanSkipped,
    /// The span is so long that a year is probably wrong.
    LongSpan {
        /// Its length in whole days.
        days: i64,
    },
    /// The civil time exists twice; the first occurrence was taken (contract 2.3 rule 2).
    RepeatedTime {
        /// The time as written.
        civil: NaiveDateTime,
    },
    /// The civil time does not exist; the first instant after the jump was taken (contract 2.3 rule 2).
    SkippedTime {
        /// The time as written.
        civil: NaiveDateTime,
        /// The civil time of the instant taken.
        read_as: NaiveDateTime,
    },
    /// An end of 23:59 was read as the end of that day (contract 2.3 rule 3).
    EndOfDay,
    /// Some cells say a day without a time, and no `handoff_time` is set: 00:00 was taken (domain 6 row 7).
    NoHandoffTime {
        /// Whether a day without a time ends a shift, read as the first day that is no longer covered.
        ends: bool,
    },
    /// The word in the `kind` column is unknown; the row was read as an ordinary shift.
    UnknownKind,
    /// Nobody is named (contract 2.3 rule 6).
    Nobody,
    /// An override names nobody, which makes a gap on purpose (contract 2.3 rule 4).
    DeliberateGap,
    /// The cell holds a formula or a formula's error (domain 6 row 40).
    FormulaError,
    /// The name is not in the contacts (contract 2.3 rule 7).
    UnknownPerson {
        /// The closest known name, as a suggestion only.
        nearest: Option<Arc<str>>,
    },
    /// Several contacts share the name or alias.
    AmbiguousPerson {
        /// Their names.
        candidates: Vec<Arc<str>>,
    },
    /// The site has no contacts, so no name could be checked.
    NoContacts,
    /// Several people stand in one cell (domain 6 row 23).
    SeveralPeople {
        /// Their names in the order of the cell.
        names: Vec<Arc<str>>,
    },
    /// The cell says more than names; nothing was read from it (domain 6 rows 22 and 24).
    NotAName,
    /// A known name with a remark in brackets; the remark was not interpreted (domain 6 row 25).
    Remark {
        /// The contact who was taken.
        taken: Arc<str>,
    },
    /// A phone number or address of the row beside several people: nobody knows whose it is.
    ContactOfSeveral,
    /// The same row stands there twice.
    DuplicateRow {
        /// The row number of the first one.
        first: u32,
    },
    /// The phone number cannot be dialled.
    BadPhone(PhoneRefusal),
    /// The text is not an e-mail address.
    BadEmail,
    /// A row of the contacts has no name.
    NamelessContact,
    /// A contact's name stands in the contacts twice; the first row counts.
    DuplicateContact {
        /// The row number of the first one.
        first: u32,
    },
    /// An alias belongs to several contacts, or is the name of another one.
    SharedAlias {
        /// The other contact.
        other: Arc<str>,
    },
    /// A word in the `channels` column is unknown and was ignored.
    UnknownChannel,
    /// The contact has no phone number, so no call and no text message can reach them.
    NoPhone,
    /// Struck-out words were not read (domain 6 row 26).
    StruckOut {
        /// What is left of the cell.
        kept: String,
    },
    /// Rows that somebody hid; they count (domain 4).
    HiddenRows {
        /// The last of them; the first is the one of the cell.
        last: u32,
    },
    /// The value of a date's cell is not what the cell shows; the value was read (domain 4).
    ValueDisagrees {
        /// The value as it was read.
        value: String,
    },
    /// A date written as text in a column of real dates (domain 6 row 15).
    TextDate,
    /// A month has no tab of its own (domain 4).
    MissingMonthTab {
        /// The month's first day.
        month: NaiveDate,
        /// Whether the month has begun.
        begun: bool,
    },
    /// A tab for a month is hidden and was not read.
    HiddenMonthTab,
    /// The tab that the settings name is hidden; it was read.
    HiddenTab,
    /// The spreadsheet has another time zone than the site; the settings accept it.
    OtherZone {
        /// The spreadsheet's time zone.
        zone: String,
    },
    /// The last good copy is too old to guess from.
    CopyTooOld {
        /// How long ago it was read, in whole hours.
        age_h: i64,
        /// From how many hours on it is refused.
        limit_h: u32,
    },
    /// No version of the sheet had been seen by the instant that was asked for.
    NotSeenYet,
}

impl ProblemKind {
    /// How much it matters.
    pub fn severity(&self) -> Severity {
        match self {
            Self::Layout(kind) => kind.severity(),
            Self::NotUtf8
            | Self::ExportLoses
            | Self::RepeatedTime { .. }
            | Self::SkippedTime { .. }
            | Self::EndOfDay
            | Self::SpanSkipped
            | Self::DeliberateGap
            | Self::NoContacts
            | Self::StruckOut { .. }
            | Self::HiddenMonthTab
            | Self::DuplicateRow { .. } => Severity::Note,
            Self::ExtraCells
            | Self::LongSpan { .. }
            | Self::NoHandoffTime { .. }
            | Self::FullDay
            | Self::UnknownKind
            | Self::Nobody
            | Self::FormulaError
            | Self::SeveralPeople { .. }
            | Self::Remark { .. }
            | Self::ContactOfSeveral
            | Self::BadEmail
            | Self::NamelessContact
            | Self::SharedAlias { .. }
            | Self::UnknownChannel
            | Self::HiddenRows { .. }
            | Self::ValueDisagrees { .. }
            | Self::TextDate
            | Self::MissingMonthTab { .. }
            | Self::HiddenTab
            | Self::OtherZone { .. }
            | Self::NoPhone => Severity::Warning,
            Self::NoSheet { .. }
            | Self::CopyTooOld { .. }
            | Self::NotSeenYet
            | Self::NoUsableRow
            | Self::NoHeader { .. }
            | Self::MissingColumn { .. }
            | Self::NoSuchHeading { .. }
            | Self::RivalColumns { .. }
            | Self::OtherHeader
            | Self::NotAWeek
            | Self::HalfOfDay
            | Self::UnclosedQuote
            | Self::Unreadable(_)
            | Self::EmptyCell { .. }
            | Self::TimeWithoutDate
            | Self::EndBeforeStart
            | Self::EndIsStart
            | Self::UnknownPerson { .. }
            | Self::AmbiguousPerson { .. }
            | Self::NotAName
            | Self::BadPhone(_)
            | Self::DuplicateContact { .. } => Severity::Error,
        }
    }
}

/// What the layout of a sheet leaves open, or what was found out about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LayoutProblem {
    /// Two layouts fit the headings.
    TwoLayouts {
        /// The word of the one.
        one: &'static str,
        /// The word of the other.
        other: &'static str,
    },
    /// The sheet has no headings, and the settings do not name all columns that a layout needs by their letters.
    NoLetters,
    /// A word or code in place of hours, and the settings do not say which hours it means.
    UnknownCode,
    /// A role whose heading speaks of a part of the day, and no hours are set for it: the whole day was taken.
    NoHours,
    /// A heading speaks of people who are away, and they were read like the others.
    AbsenceHeading,
    /// A column speaks of people who are away, and it was not read.
    AbsenceUnread,
    /// The last day of a period may be covered or be that of the handoff.
    LastDayUnclear,
    /// A start without an end, and no setting says how long a shift lasts.
    LengthMissing,
    /// A day is a number, and nothing says in which month.
    NoMonth,
    /// The number of a day was typed as 0 between 9 and 11 and was read as 10.
    DayTypedAsZero {
        /// The day it was read as.
        read_as: NaiveDate,
    },
    /// The years of rows that follow each other run on by one: a cell was dragged down.
    YearsRunOn,
    /// Two columns of a header say the same day.
    SameDayTwice,
    /// A period is longer than a year and was not used.
    TooLong {
        /// Its length in whole days.
        days: i64,
    },
    /// A cover inside a cell is for a day that the row does not have.
    CoverOutside,
    /// A column of its own names somebody who stands in for the people of the row.
    CoverBeside,
    /// A week without dates, and no setting says from when it holds.
    NoRepeat,
    /// The number of days of a turn is none.
    BadInterval,
    /// An override is for a role that the schedule does not have.
    OverrideRole {
        /// The roles it has.
        roles: Vec<Arc<str>>,
    },
}

impl LayoutProblem {
    /// How much it matters.
    pub fn severity(&self) -> Severity {
        match self {
            Self::NoHours | Self::AbsenceHeading | Self::AbsenceUnread | Self::DayTypedAsZero { .. } => {
                Severity::Warning
            }
            _ => Severity::Error,
        }
    }
}

impl From<LayoutProblem> for ProblemKind {
    fn from(kind: LayoutProblem) -> Self {
        Self::Layout(kind)
    }
}

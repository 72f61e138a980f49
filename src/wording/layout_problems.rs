//! How is it told that a sheet's layout leaves something open? What is unclear, and which setting decides it.

use crate::schedule::problem::LayoutProblem;

use super::problems::{list, quoted};

/// The stable name of a kind of defect, for programs.
pub(super) fn code(kind: &LayoutProblem) -> &'static str {
    match kind {
        LayoutProblem::TwoLayouts { .. } => "two-layouts",
        LayoutProblem::NoLetters => "no-letters",
        LayoutProblem::UnknownCode => "unknown-code",
        LayoutProblem::NoHours => "no-hours",
        LayoutProblem::AbsenceHeading => "absence-heading",
        LayoutProblem::AbsenceUnread => "absence-unread",
        LayoutProblem::LastDayUnclear => "last-day-unclear",
        LayoutProblem::LengthMissing => "length-missing",
        LayoutProblem::NoMonth => "no-month",
        LayoutProblem::DayTypedAsZero { .. } => "day-typed-as-zero",
        LayoutProblem::YearsRunOn => "years-run-on",
        LayoutProblem::SameDayTwice => "same-day-twice",
        LayoutProblem::TooLong { .. } => "too-long",
        LayoutProblem::CoverOutside => "cover-outside",
        LayoutProblem::CoverBeside => "cover-beside",
        LayoutProblem::NoRepeat => "no-repeat",
        LayoutProblem::BadInterval => "bad-interval",
        LayoutProblem::OverrideRole { .. } => "override-role",
    }
}

/// What is unclear, in one sentence; `cell` is the cell's text.
pub(super) fn message(kind: &LayoutProblem, cell: &str) -> String {
    let text = quoted(cell);
    match kind {
        LayoutProblem::TwoLayouts { one, other } => {
            format!("The sheet can be read in two ways, as `{one}` and as `{other}`; neither was taken.")
        }
        LayoutProblem::NoLetters => {
            "The sheet has no header, and the settings do not name all the columns it needs.".into()
        }
        LayoutProblem::UnknownCode => format!("Nothing says which hours {text} means, so nobody was read from it."),
        LayoutProblem::NoHours => format!("{text} speaks of a part of the day; the whole day was taken."),
        LayoutProblem::AbsenceHeading => {
            format!("{text} speaks of people who are away; they were read as on call like the others.")
        }
        LayoutProblem::AbsenceUnread => format!("{text} speaks of people who are away; the column was not read."),
        LayoutProblem::LastDayUnclear => {
            "The last day of these periods can be covered or be the day of the handoff, so no period was used.".into()
        }
        LayoutProblem::LengthMissing if cell.is_empty() => "The sheet says starts and no ends.".into(),
        LayoutProblem::LengthMissing => format!("{text} is a start, and nothing says how long the shift lasts."),
        LayoutProblem::NoMonth => format!("{text} is the number of a day, and nothing says in which month."),
        LayoutProblem::DayTypedAsZero { read_as } => {
            format!("{text} stands between 9 and 11 and was read as {}.", read_as.format("%Y-%m-%d"))
        }
        LayoutProblem::YearsRunOn => {
            format!("{text} is a year after the row before, as when a cell was dragged down; the row was not used.")
        }
        LayoutProblem::SameDayTwice => format!("{text} is the day of an earlier column too; this column was not used."),
        LayoutProblem::TooLong { days } => format!("{text} covers {days} days; the row was not used."),
        LayoutProblem::CoverOutside => {
            format!("{text} names a cover for a day that this row does not have, so nobody was read from it.")
        }
        LayoutProblem::CoverBeside => {
            format!("{text} stands beside the people of this row in their stead, so nobody was read from it.")
        }
        LayoutProblem::NoRepeat => "The sheet says one week without a date.".into(),
        LayoutProblem::BadInterval => format!("{text} is no number of days from 1 to 366."),
        LayoutProblem::OverrideRole { roles } => {
            format!("This override is for {text}, but the roles of the schedule are {}.", list(roles))
        }
    }
}

/// What to do about it, in one sentence.
pub(super) fn hint(kind: &LayoutProblem, cell: &str) -> String {
    match kind {
        LayoutProblem::TwoLayouts { one, other } => {
            format!("Set kind = {one:?} or kind = {other:?} under the schedule's layout.")
        }
        LayoutProblem::NoLetters => {
            "Set for example columns = { date = \"A\", person = \"B\" } under the schedule's layout.".into()
        }
        LayoutProblem::UnknownCode => format!(
            "Set hours = {{ {cell:?} = \"07:00-15:00\" }} under the schedule's layout, or \"off\" if it means nobody."
        ),
        LayoutProblem::NoHours => format!(
            "Set hours = {{ {cell:?} = \"22:00-06:00\" }} under the schedule's layout, or \"00:00-24:00\" if that is right."
        ),
        LayoutProblem::AbsenceHeading | LayoutProblem::AbsenceUnread => {
            format!("Set ignore = [{cell:?}] under the schedule's layout, or enter who covers for them.")
        }
        LayoutProblem::LastDayUnclear => {
            "Set end_is_inclusive = true if the last day is covered, or false if it is the day of the handoff.".into()
        }
        LayoutProblem::LengthMissing => {
            "Set shift_length = \"12:00\" or until_next = true under the schedule's layout, or add a column `end`."
                .into()
        }
        LayoutProblem::NoMonth => {
            "Put a row with the month's name above the days, or set month under the schedule's layout.".into()
        }
        LayoutProblem::DayTypedAsZero { .. } => "Write 10.".into(),
        LayoutProblem::SameDayTwice => "Correct the header.".into(),
        LayoutProblem::YearsRunOn | LayoutProblem::TooLong { .. } => "Correct the years.".into(),
        LayoutProblem::CoverOutside => "Correct the day of the cover, or make it an override row of its own.".into(),
        LayoutProblem::CoverBeside => {
            "Write who is on call into the column of people; or name the columns that count with people = [...], \
             or the one that does not with ignore = [...], under the schedule's layout."
                .into()
        }
        LayoutProblem::NoRepeat => {
            "Set repeat_from = \"2026-11-22\" under the schedule's layout: the first day on which this week holds."
                .into()
        }
        LayoutProblem::BadInterval => "Write the number of days after which the next person takes over.".into(),
        LayoutProblem::OverrideRole { .. } => "Add a column `role` that names one of them.".into(),
    }
}

//! How is a defect in a schedule told to the person who edits the sheet? What is wrong, and what to do about it.

use chrono::NaiveDateTime;

use crate::schedule::notation::Refusal;
use crate::schedule::phone::PhoneRefusal;
use crate::schedule::problem::{Problem, ProblemKind};

use super::layout_problems;

/// The stable name of a kind of defect, for programs.
pub fn code(kind: &ProblemKind) -> &'static str {
    match kind {
        ProblemKind::Layout(kind) => layout_problems::code(kind),
        ProblemKind::NoSheet { .. } => "no-sheet",
        ProblemKind::NoUsableRow => "no-usable-row",
        ProblemKind::NoHeader { .. } => "no-header",
        ProblemKind::MissingColumn { .. } => "missing-column",
        ProblemKind::NoSuchHeading { .. } => "no-such-heading",
        ProblemKind::RivalColumns { .. } => "rival-columns",
        ProblemKind::OtherHeader => "other-header",
        ProblemKind::NotAWeek => "not-a-week",
        ProblemKind::HalfOfDay => "half-of-day",
        ProblemKind::NotUtf8 => "not-utf8",
        ProblemKind::ExportLoses => "export-loses",
        ProblemKind::UnclosedQuote => "unclosed-quote",
        ProblemKind::ExtraCells => "extra-cells",
        ProblemKind::Unreadable(refusal) => refusal_code(refusal),
        ProblemKind::EmptyCell { .. } => "empty-cell",
        ProblemKind::TimeWithoutDate => "time-without-date",
        ProblemKind::EndBeforeStart => "end-before-start",
        ProblemKind::EndIsStart => "end-is-start",
        ProblemKind::FullDay => "full-day",
        ProblemKind::SpanSkipped => "span-skipped",
        ProblemKind::LongSpan { .. } => "long-span",
        ProblemKind::RepeatedTime { .. } => "repeated-time",
        ProblemKind::SkippedTime { .. } => "skipped-time",
        ProblemKind::EndOfDay => "end-of-day",
        ProblemKind::NoHandoffTime { .. } => "no-handoff-time",
        ProblemKind::UnknownKind => "unknown-kind",
        ProblemKind::Nobody => "nobody",
        ProblemKind::DeliberateGap => "deliberate-gap",
        ProblemKind::FormulaError => "formula-error",
        ProblemKind::UnknownPerson { .. } => "unknown-person",
        ProblemKind::AmbiguousPerson { .. } => "ambiguous-person",
        ProblemKind::NoContacts => "no-contacts",
        ProblemKind::SeveralPeople { .. } => "several-people",
        ProblemKind::NotAName => "not-a-name",
        ProblemKind::Remark { .. } => "remark",
        ProblemKind::ContactOfSeveral => "contact-of-several",
        ProblemKind::DuplicateRow { .. } => "duplicate-row",
        ProblemKind::BadPhone(_) => "bad-phone",
        ProblemKind::BadEmail => "bad-email",
        ProblemKind::NamelessContact => "nameless-contact",
        ProblemKind::DuplicateContact { .. } => "duplicate-contact",
        ProblemKind::SharedAlias { .. } => "shared-alias",
        ProblemKind::UnknownChannel => "unknown-channel",
        ProblemKind::NoPhone => "no-phone",
        ProblemKind::StruckOut { .. } => "struck-out",
        ProblemKind::HiddenRows { .. } => "hidden-rows",
        ProblemKind::ValueDisagrees { .. } => "value-disagrees",
        ProblemKind::TextDate => "text-date",
        ProblemKind::MissingMonthTab { .. } => "missing-month-tab",
        ProblemKind::HiddenMonthTab | ProblemKind::HiddenTab => "hidden-tab",
        ProblemKind::OtherZone { .. } => "other-zone",
        ProblemKind::CopyTooOld { .. } => "copy-too-old",
        ProblemKind::NotSeenYet => "not-seen-yet",
    }
}

fn refusal_code(refusal: &Refusal) -> &'static str {
    match refusal {
        Refusal::NotUnderstood => "unreadable-time",
        Refusal::NoSuchDay => "no-such-day",
        Refusal::WrongWeekday { .. } | Refusal::TwoWeekdays => "wrong-weekday",
        Refusal::DayBeforeMonth { .. } | Refusal::MonthBeforeDay | Refusal::OrderUnclear => "date-order",
        Refusal::YearMissing => "year-missing",
        Refusal::YearFarOff { .. } => "year-far-off",
        Refusal::YearUnclear { .. } => "year-unclear",
        Refusal::BareNumber => "bare-number",
        Refusal::NoSuchTime => "no-such-time",
    }
}

/// What is wrong, in one sentence. Where it stands, the problem's own cell says.
#[allow(clippy::too_many_lines, reason = "one sentence a kind; a reader looks for one of them")]
pub fn message(problem: &Problem) -> String {
    let text = quoted(&problem.text);
    match &problem.kind {
        ProblemKind::Layout(kind) => layout_problems::message(kind, &problem.text),
        ProblemKind::NoSheet { reason } => format!("{reason}."),
        ProblemKind::NoUsableRow => "No row of this sheet can be used.".into(),
        ProblemKind::NoHeader { rows: 1 } => "That row does not have the headings of a schedule.".into(),
        ProblemKind::NoHeader { rows } => format!("None of the first {rows} rows has the headings of a schedule."),
        ProblemKind::MissingColumn { column, .. } => format!("The header has no column for `{column}`."),
        ProblemKind::NoSuchHeading { column, heading } => {
            format!("The settings take `{column}` from the heading {}, which the sheet does not have.", quoted(heading))
        }
        ProblemKind::RivalColumns { first, second } => format!(
            "Both {} and {} may be the column of those on call, so nothing was read.",
            quoted(first),
            quoted(second)
        ),
        ProblemKind::OtherHeader => "Another header begins here, so nothing below it was read.".into(),
        ProblemKind::NotAWeek => {
            format!("The row ends at {text}, which is not the end of its week; it was not used.")
        }
        ProblemKind::HalfOfDay => {
            format!(
                "{text} has neither am nor pm, and nothing in the sheet shows a clock of 24 hours; it was not read."
            )
        }
        ProblemKind::NotUtf8 => "The file is not UTF-8; it was read as Windows-1252.".into(),
        ProblemKind::ExportLoses => {
            "An exported CSV says nothing of merged cells, notes, struck-out words and the sheet's time zone.".into()
        }
        ProblemKind::UnclosedQuote => {
            "A quotation mark is opened here and never closed, so the rest became one cell.".into()
        }
        ProblemKind::ExtraCells => format!("{text} stands below no heading."),
        ProblemKind::Unreadable(refusal) => refusal_message(refusal, &text),
        ProblemKind::EmptyCell { column } => format!("The `{column}` of this row is empty, so the row was not used."),
        ProblemKind::TimeWithoutDate => format!("{text} is a time of day, and the row does not say of which day."),
        ProblemKind::EndBeforeStart => format!("The row ends at {text}, which is before its start; it was not used."),
        ProblemKind::EndIsStart => format!("The row ends at {text}, which is its start; it was not used."),
        ProblemKind::FullDay => format!("Start and end are both {text}; the row was read as 24 hours."),
        ProblemKind::SpanSkipped => "The clocks jump over the whole span of this row, so it covers nothing.".into(),
        ProblemKind::LongSpan { days } => format!("This row covers {days} days."),
        ProblemKind::RepeatedTime { civil } => {
            format!("{} exists twice because the clocks go back; the first one was taken.", clock(*civil))
        }
        ProblemKind::SkippedTime { civil, read_as } => {
            format!(
                "{} does not exist because the clocks go forward; it was read as {}.",
                clock(*civil),
                clock(*read_as)
            )
        }
        ProblemKind::EndOfDay => format!("The end {text} was read as the end of that day, 24:00."),
        ProblemKind::NoHandoffTime { .. } => "Some dates have no time of day; 00:00 was taken.".into(),
        ProblemKind::UnknownKind => format!("The kind {text} is unknown; the row was read as an ordinary shift."),
        ProblemKind::Nobody if problem.text.is_empty() => "Nobody is named, so this span is a gap.".into(),
        ProblemKind::Nobody => format!("{text} names nobody, so this span is a gap."),
        ProblemKind::DeliberateGap => "This override names nobody, so it makes a gap.".into(),
        ProblemKind::FormulaError => format!("{text} is a formula or its error, not a name; nobody was read from it."),
        ProblemKind::UnknownPerson { .. } => format!("{text} names somebody who is not in the contacts."),
        ProblemKind::AmbiguousPerson { candidates } => {
            format!("{text} can mean {}; nobody was chosen.", list(candidates))
        }
        ProblemKind::NoContacts => "There are no contacts, so no name could be checked.".into(),
        ProblemKind::SeveralPeople { names } => format!("{} stand in one cell; each of them is on call.", list(names)),
        ProblemKind::NotAName => format!("{text} says more than a name; nobody was read from it."),
        ProblemKind::Remark { taken } => format!("{taken} was read from {text}; the remark in brackets was not."),
        ProblemKind::ContactOfSeveral => {
            format!("{text} stands beside several people, so it was used for none of them.")
        }
        ProblemKind::DuplicateRow { first } => format!("This row says the same as row {first}."),
        ProblemKind::BadPhone(refusal) => format!("{text} cannot be dialled: {}.", phone_reason(*refusal)),
        ProblemKind::BadEmail => format!("{text} is not an e-mail address."),
        ProblemKind::NamelessContact => "This contact has no name, so the row was not used.".into(),
        ProblemKind::DuplicateContact { first } => {
            format!("{text} stands in the contacts twice; only row {first} was used.")
        }
        ProblemKind::SharedAlias { other } => format!("{text} is also a name of {other}."),
        ProblemKind::UnknownChannel => format!("The channel {text} is unknown and was ignored."),
        ProblemKind::NoPhone => format!("{text} has no phone number, so no call and no text message can reach them."),
        ProblemKind::StruckOut { kept } if kept.is_empty() => {
            format!("{text} is struck out, so the cell was read as empty.")
        }
        ProblemKind::StruckOut { kept } => {
            format!("Words of {text} are struck out; {} was read.", quoted(kept))
        }
        ProblemKind::HiddenRows { .. } => "Somebody hid rows from here on; they count all the same.".into(),
        ProblemKind::ValueDisagrees { value } => {
            format!("The cell shows {text}, but its value is {value}; the value was read.")
        }
        ProblemKind::TextDate => format!("{text} is text, while other cells of the column are real dates."),
        ProblemKind::MissingMonthTab { month, .. } => format!("No tab is for {}.", month.format("%B %Y")),
        ProblemKind::HiddenMonthTab => "This tab is for a month, but it is hidden; it was not read.".into(),
        ProblemKind::HiddenTab => "This tab is hidden; it was read because the settings name it.".into(),
        ProblemKind::OtherZone { zone } => {
            format!("The spreadsheet's time zone is {zone}; its times were read in the site's zone.")
        }
        ProblemKind::CopyTooOld { age_h, limit_h } => {
            format!("The last good copy is {age_h} h old; from {limit_h} h on it is not used.")
        }
        ProblemKind::NotSeenYet => "No version of this sheet had been seen by then.".into(),
    }
}

fn refusal_message(refusal: &Refusal, text: &str) -> String {
    match refusal {
        Refusal::NotUnderstood => format!("{text} cannot be read as a date or time."),
        Refusal::NoSuchDay => format!("The calendar has no day {text}."),
        Refusal::WrongWeekday { written, date } => {
            format!("{text} says {written}, but {} is a {}.", date.format("%Y-%m-%d"), date.format("%A"))
        }
        Refusal::TwoWeekdays => format!("{text} says two different weekdays."),
        Refusal::DayBeforeMonth { mixed: false } => {
            format!("{text} cannot be month/day, because no month has a number over 12.")
        }
        Refusal::DayBeforeMonth { mixed: true } => {
            format!("{text} cannot be month/day, while other cells of this sheet can be nothing else.")
        }
        Refusal::MonthBeforeDay => {
            format!("{text} cannot be day/month as the settings say, because no month has a number over 12.")
        }
        Refusal::OrderUnclear => format!("{text} can be read as month and day in two ways."),
        Refusal::YearMissing => format!("{text} has no year, and nothing above it says which one is meant."),
        Refusal::YearFarOff { candidate } => format!(
            "{text} has no year; {} would be more than six months from the row before.",
            candidate.format("%Y-%m-%d")
        ),
        Refusal::YearUnclear { earlier, later } => format!(
            "{text} can be in {earlier} or in {later}: the list runs across New Year, and its title names one year."
        ),
        Refusal::BareNumber => format!("{text} alone can be a day, or an hour of the morning or the evening."),
        Refusal::NoSuchTime => format!("The clock has no time {text}."),
    }
}

/// What to do about it, in one sentence.
#[allow(clippy::too_many_lines, reason = "one sentence a kind; a reader looks for one of them")]
pub fn hint(problem: &Problem) -> String {
    match &problem.kind {
        ProblemKind::Layout(kind) => layout_problems::hint(kind, &problem.text),
        ProblemKind::NoSheet { .. } => {
            "Ask the schedule's owner. The last good copy answers meanwhile; without one nobody can tell.".into()
        }
        ProblemKind::NoUsableRow => "Correct the rows named above; until then the last good copy stays in use.".into(),
        ProblemKind::NoHeader { .. } => {
            "Put one row above the shifts with `start`, `end` and `person`, or with `week of` and the people, or set \
             `header_row` and `columns` under the schedule's layout."
                .into()
        }
        ProblemKind::MissingColumn { column, near: Some(near) } => format!(
            "If {} is meant, rename it to `{column}`, or set columns = {{ {column} = {near:?} }} under the schedule's \
             layout.",
            quoted(near)
        ),
        ProblemKind::MissingColumn { column, near: None } => format!(
            "Add a column `{column}`, or name the one that is meant with columns = {{ {column} = \"its heading\" }} \
             under the schedule's layout."
        ),
        ProblemKind::NoSuchHeading { column, .. } => {
            format!("Write the sheet's own heading in `columns.{column}`, or rename the column in the sheet.")
        }
        ProblemKind::RivalColumns { first, second } => format!(
            "Say which one is meant with columns = {{ person = {second:?} }} or {{ person = {first:?} }} under the \
             schedule's layout."
        ),
        ProblemKind::OtherHeader => "Keep one table a file, or give both the same headings in the same order.".into(),
        ProblemKind::NotAWeek => {
            "Correct the end, or, if rows last other than a week, name the first column `start` and write both ends."
                .into()
        }
        ProblemKind::HalfOfDay => {
            "Write 6 am or 6 pm; or set clock = 24 under the schedule's layout, if 6:00 is always of the morning.".into()
        }
        ProblemKind::NotUtf8 => "Check names with accents, or save the file as \"CSV UTF-8\".".into(),
        ProblemKind::ExportLoses => "Where the sheet has any of them, read it by source = \"sheets:ID/Tab\".".into(),
        ProblemKind::UnclosedQuote => "Close the quotation mark, or remove it, and export the sheet again.".into(),
        ProblemKind::ExtraCells => {
            "Put quotation marks round a cell that contains the separator, or give the column a heading.".into()
        }
        ProblemKind::Unreadable(refusal) => refusal_hint(refusal),
        ProblemKind::EmptyCell { .. } => "Fill the cell in, or delete the row.".into(),
        ProblemKind::TimeWithoutDate => "Write the date into the cell as well, or fill in the `date` column.".into(),
        ProblemKind::EndBeforeStart => "Correct the start or the end.".into(),
        ProblemKind::EndIsStart => {
            "Correct the end; if the last day itself is covered, set end_is_inclusive = true, and if \
             24 hours are meant, equal_is_full_day = true."
                .into()
        }
        ProblemKind::FullDay => "If that is right, set equal_is_full_day = true; if not, correct the end.".into(),
        ProblemKind::SpanSkipped => "Nothing needs to be done, unless the times are a slip.".into(),
        ProblemKind::LongSpan { .. } => "Check the years of start and end.".into(),
        ProblemKind::RepeatedTime { .. } => {
            "Nothing needs to be done; to mean the second one, write the time with its offset.".into()
        }
        ProblemKind::SkippedTime { .. } => "Nothing needs to be done; rows that touch there still touch.".into(),
        ProblemKind::EndOfDay => "Nothing needs to be done; 24:00 says the same.".into(),
        ProblemKind::NoHandoffTime { ends: true } => {
            "Set handoff_time, for example \"08:00\"; a date as an end is the \
             first day that is no longer covered, unless end_is_inclusive = true is set."
                .into()
        }
        ProblemKind::NoHandoffTime { ends: false } => {
            "Set handoff_time, for example \"08:00\", under the schedule's layout.".into()
        }
        ProblemKind::UnknownKind => "Write `shift` or `override`, or leave the cell empty.".into(),
        ProblemKind::Nobody => "Write the name of the person who is on call.".into(),
        ProblemKind::DeliberateGap => "Nothing needs to be done, if nobody is meant to be on call.".into(),
        ProblemKind::FormulaError => "Repair the formula, or write the name itself.".into(),
        ProblemKind::UnknownPerson { nearest: Some(nearest) } => {
            format!(
                "If {nearest} is meant, write that name or add this one to their aliases; otherwise add the person to the contacts."
            )
        }
        ProblemKind::UnknownPerson { nearest: None } => "Add the person to the contacts, or correct the name.".into(),
        ProblemKind::AmbiguousPerson { .. } => "Write the full name of the one who is meant.".into(),
        ProblemKind::NoContacts => {
            "Fill in the contacts file, so that names are checked and people can be reached.".into()
        }
        ProblemKind::SeveralPeople { .. } => {
            "Give each person a row with a `role`, so that it is clear who is called first.".into()
        }
        ProblemKind::NotAName => {
            "Write one name in the cell, or several with / between them; a change within the span is an override row of its own."
                .into()
        }
        ProblemKind::Remark { .. } => {
            "Move the remark to a `note` column; if somebody else is meant, write that name.".into()
        }
        ProblemKind::ContactOfSeveral => {
            "Give each person a row, or keep numbers and addresses in the contacts.".into()
        }
        ProblemKind::DuplicateRow { .. } => "Delete one of the two rows.".into(),
        ProblemKind::BadPhone(PhoneRefusal::UnknownCampusPrefix) => {
            "Write all ten digits, or add the prefix to the campus numbers in the settings.".into()
        }
        ProblemKind::BadPhone(_) => "Write the number with its area code, for example 608-555-0142.".into(),
        ProblemKind::BadEmail => "Write one address, for example name@example.org.".into(),
        ProblemKind::NamelessContact => "Fill in the name, or delete the row.".into(),
        kind @ (ProblemKind::StruckOut { .. }
        | ProblemKind::HiddenRows { .. }
        | ProblemKind::ValueDisagrees { .. }
        | ProblemKind::TextDate
        | ProblemKind::MissingMonthTab { .. }
        | ProblemKind::HiddenMonthTab
        | ProblemKind::HiddenTab
        | ProblemKind::OtherZone { .. }) => spreadsheet_hint(kind),
        ProblemKind::DuplicateContact { .. } => {
            "Delete one of the rows, or tell the two people apart by their names.".into()
        }
        ProblemKind::SharedAlias { .. } => "Keep the alias with one person only.".into(),
        ProblemKind::UnknownChannel => "Use `sms`, `email` and `voice`, separated by `;`.".into(),
        ProblemKind::NoPhone => "Add the number to the contacts.".into(),
        ProblemKind::CopyTooOld { .. } => {
            "Mend the sheet or its source; refuse_after_hours under the schedule says how old a copy may be.".into()
        }
        ProblemKind::NotSeenYet => {
            "Versions are kept by page-oncall sync and by every page, from the first one on.".into()
        }
    }
}

/// What to do about a defect that only a spreadsheet has; the last arm is another time zone.
fn spreadsheet_hint(kind: &ProblemKind) -> String {
    match kind {
        ProblemKind::StruckOut { .. } => {
            "Nothing needs to be done; what no longer holds may as well be deleted.".into()
        }
        ProblemKind::HiddenRows { last } => {
            format!("Show what is hidden up to row {last}, or delete what no longer holds.")
        }
        ProblemKind::ValueDisagrees { .. } => {
            "Choose a format that shows date and time in full, and check that the value is meant.".into()
        }
        ProblemKind::TextDate => "Type the date again, so that the spreadsheet takes it for one.".into(),
        ProblemKind::MissingMonthTab { begun: true, .. } => {
            "Make the tab, or correct its title; until then nobody is known for that month.".into()
        }
        ProblemKind::MissingMonthTab { month, begun: false } => {
            format!("Make the tab {:?} before the month begins.", month.format("%b %Y").to_string())
        }
        ProblemKind::HiddenMonthTab => "Show the tab again if it is to count.".into(),
        ProblemKind::HiddenTab => "Show the tab again, or name another one in the settings.".into(),
        _ => "Check that the times are meant in the site's zone.".into(),
    }
}

fn refusal_hint(refusal: &Refusal) -> String {
    match refusal {
        Refusal::NotUnderstood => "Write for example 2026-11-22 18:00, 11/22/2026 6 pm or Nov 22, 2026.".into(),
        Refusal::NoSuchDay => "Correct the day or the month.".into(),
        Refusal::WrongWeekday { .. } | Refusal::TwoWeekdays => {
            "Correct the weekday or the date; the row is used when both agree.".into()
        }
        Refusal::DayBeforeMonth { mixed: false } => {
            "If the sheet writes the day first, set date_order = \"dmy\" under the schedule's layout.".into()
        }
        Refusal::DayBeforeMonth { mixed: true } => {
            "Write all dates of the sheet in one order, best as 2026-11-22; date_order says which one.".into()
        }
        Refusal::MonthBeforeDay => {
            "Write the day first, or set date_order = \"mdy\" under the schedule's layout.".into()
        }
        Refusal::OrderUnclear => {
            "Set date_order = \"mdy\" or \"dmy\" under the schedule's layout, or write 2026-11-22.".into()
        }
        Refusal::YearMissing => "Write the year into the cell, or set year under the schedule's layout.".into(),
        Refusal::YearFarOff { .. } => "Write the year into the cell.".into(),
        Refusal::YearUnclear { .. } => "Write the year into the first date of the list.".into(),
        Refusal::BareNumber => "Write the whole date, or the time as 06:00, 6 am or 6 pm.".into(),
        Refusal::NoSuchTime => "Write a time from 00:00 to 24:00.".into(),
    }
}

fn phone_reason(refusal: PhoneRefusal) -> &'static str {
    match refusal {
        PhoneRefusal::NoDigits => "it has no digits",
        PhoneRefusal::NotANumber => "it is not a whole phone number",
        PhoneRefusal::UnknownCampusPrefix => "its short form is not among the campus numbers of the settings",
        PhoneRefusal::NoSuchAreaCode => "no such area code exists",
        PhoneRefusal::NoSuchExchange => "the three digits after the area code cannot exist",
    }
}

/// A cell's text in quotation marks, on one line and not too long.
pub(super) fn quoted(text: &str) -> String {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    match line.char_indices().nth(60) {
        Some((cut, _)) => format!("\"{}...\"", line.get(..cut).unwrap_or_default()),
        None => format!("\"{line}\""),
    }
}

pub(super) fn list(names: &[std::sync::Arc<str>]) -> String {
    match names {
        [] => String::new(),
        [one] => one.to_string(),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    }
}

fn clock(civil: NaiveDateTime) -> String {
    civil.format("%H:%M on %a %Y-%m-%d").to_string()
}

//! What do the layouts share while they read a sheet? Cells to moments, shifts and problems in row order.

use std::sync::Arc;

use chrono::{DateTime, NaiveDateTime, NaiveTime, Utc};
use chrono_tz::Tz;

use crate::civil::{self, CivilNote, Instants, Interval};
use crate::schedule::grid::{Grid, GridRow, address};
use crate::schedule::notation::Refusal;
use crate::schedule::notation::date::{Order, WrittenDate, weekday_named};
use crate::schedule::notation::instant::{self, Written};
use crate::schedule::notation::time::{self, Half};
use crate::schedule::notation::year::YearRule;
use crate::schedule::phone;
use crate::schedule::problem::{LayoutProblem, Problem, ProblemKind};
use crate::schedule::roster::{self, Roster};
use crate::schedule::shift::{Holder, Role, RowReference, Shift, ShiftKind};

use super::header::Header;
use super::people::PeopleReader;
use super::repeats::Repeats;
use super::settings::{Column, LayoutSettings};
use super::steps::Steps;
use super::{RecognitionReason, SkipReason, SkippedRow};

/// A span longer than this many days has probably a wrong year.
pub(super) const LONG_SPAN_DAYS: i64 = 62;

/// A defect in one column of the row at hand.
pub(super) struct Flaw {
    pub(super) column: usize,
    pub(super) kind: ProblemKind,
}

/// A sheet while it is read.
pub(super) struct Sheet<'a> {
    pub(super) grid: &'a Grid,
    pub(super) settings: &'a LayoutSettings,
    pub(super) header: &'a Header,
    pub(super) zone: Tz,
    pub(super) years: YearRule,
    /// The year and the month of days that are written without them, where something says so.
    pub(super) year: Option<i32>,
    pub(super) month: Option<u32>,
    order: Order,
    roster: &'a Roster,
    people: PeopleReader<'a>,
    letters: Vec<String>,
    repeats: Repeats,
    /// Cells that can only be month first, and cells that cannot be.
    month_first_cells: u32,
    day_first_cells: u32,
    halves: Halves,
    /// Whether an hour that may be of the morning or the evening is refused, because the sheet does not tell its clock.
    refuses_halves: bool,
    instants: Instants,
    /// The civil time that was resolved last without a note, and its instant.
    last_resolved: Option<(NaiveDateTime, DateTime<Utc>)>,
    steps: Steps,
    /// The last row with somebody who stands in.
    covered_row: u32,
    /// What the layout found out while it read, for `explain`.
    pub(super) reasons: Vec<RecognitionReason>,
    pub(super) no_handoff_time: Option<bool>,
    pub(super) shifts: Vec<Shift>,
    pub(super) problems: Vec<Problem>,
    pub(super) skipped: Vec<SkippedRow>,
}

/// What the hours of a sheet tell of its clock.
#[derive(Default)]
struct Halves {
    /// Whether an hour is written as only a clock of 24 hours writes it, or with am or pm.
    certain_24: bool,
    certain_12: bool,
    /// Whether an hour may be of the morning or the evening.
    unclear: bool,
}

/// Who is on duty by one cell, ready to become a shift.
pub(super) struct Duty<'a> {
    pub(super) row: &'a GridRow,
    pub(super) interval: Interval,
    pub(super) role: Role,
    pub(super) kind: ShiftKind,
    pub(super) person: usize,
    pub(super) phone: Option<usize>,
    pub(super) email: Option<usize>,
    pub(super) note: Option<usize>,
    /// What is shown as the row, where the row as a whole says too much.
    pub(super) text: Option<String>,
}

impl<'a> Sheet<'a> {
    pub(super) fn new(
        grid: &'a Grid,
        settings: &'a LayoutSettings,
        header: &'a Header,
        (zone, roster): (Tz, &'a Roster),
        (order, years, month): (Order, YearRule, Option<u32>),
    ) -> Self {
        let letters = (0..header.width).map(|column| address(column, 0).trim_end_matches('0').to_owned()).collect();
        Self {
            grid,
            settings,
            header,
            zone,
            year: years.sheet_year(),
            years,
            month,
            order,
            roster,
            people: PeopleReader::new(roster, grid),
            letters,
            repeats: Repeats::default(),
            month_first_cells: 0,
            day_first_cells: 0,
            halves: Halves::default(),
            refuses_halves: false,
            instants: Instants::of(zone),
            last_resolved: None,
            steps: Steps::default(),
            covered_row: 0,
            reasons: Vec::new(),
            no_handoff_time: None,
            shifts: Vec::with_capacity(grid.rows.len()),
            problems: Vec::new(),
            skipped: Vec::new(),
        }
    }

    /// What is known of the order of day and month.
    pub(super) fn order(&self) -> Order {
        self.order
    }

    /// The address of a cell in `row`.
    fn address(&self, column: usize, row: &GridRow) -> String {
        let Some(letters) = self.letters.get(column) else { return address(column, row.number) };
        let mut address = String::with_capacity(letters.len() + 6);
        address.push_str(letters);
        address.push_str(&row.number.to_string());
        address
    }

    pub(super) fn report(&mut self, row: &GridRow, flaw: Flaw) {
        let (cell, text) = (self.address(flaw.column, row), row.text(flaw.column).to_owned());
        self.problems.push(Problem { kind: flaw.kind, sheet: Arc::clone(&self.grid.sheet), cell, text });
    }

    /// A problem of the sheet as a whole.
    pub(super) fn report_sheet(&mut self, kind: ProblemKind) {
        let (cell, text) = (String::new(), String::new());
        self.problems.push(Problem { kind, sheet: Arc::clone(&self.grid.sheet), cell, text });
    }

    pub(super) fn skip(&mut self, row: &GridRow, reason: SkipReason) {
        self.skipped.push(SkippedRow { row: row.number, reason });
    }

    /// What a cell of a time column says; nothing when it is empty.
    pub(super) fn written(&mut self, row: &GridRow, column: usize) -> Result<Option<Written>, Flaw> {
        let text = row.text(column);
        if text.is_empty() {
            return Ok(None);
        }
        if let Some((written, half)) = instant::at_one_look(text) {
            self.saw(written);
            self.halves.certain_24 |= half == Some(Half::Clock24);
            return Ok(Some(written));
        }
        match instant::read(text, self.order) {
            Ok(written) => {
                self.saw(written);
                self.see_half(text, column)?;
                Ok(Some(written))
            }
            Err(refusal) => Err(self.refused(refusal, column)),
        }
    }

    /// Learns the order of day and month from a cell that was read.
    pub(super) fn saw(&mut self, written: Written) {
        if let Written::Date(date) | Written::DateTime(date, _) = written {
            self.month_first_cells += u32::from(date.shows_month_first);
            if self.order == Order::Assumed && self.month_first_cells == 0 {
                self.steps.saw(date);
            }
        }
    }

    /// Learns from the hours of a cell whether they tell the half of the day; refuses those that do not, once the sheet
    /// is known to have no clock of 24 hours.
    pub(super) fn see_half(&mut self, text: &str, column: usize) -> Result<(), Flaw> {
        match time::half_of(text) {
            Some(Half::Clock24) => self.halves.certain_24 = true,
            Some(Half::Clock12) => self.halves.certain_12 = true,
            Some(Half::Unclear) if self.refuses_halves => return Err(Flaw { column, kind: ProblemKind::HalfOfDay }),
            Some(Half::Unclear) => self.halves.unclear = true,
            None => {}
        }
        Ok(())
    }

    /// The same of both ends of a cell that says a span.
    pub(super) fn see_halves(&mut self, row: &GridRow, column: usize) -> Result<(), Flaw> {
        let mut ends = row.text(column).split(['-', '\u{2013}', '\u{2014}']).flat_map(|part| part.split(" to "));
        ends.try_for_each(|part| self.see_half(part, column))
    }

    /// Whether hours such as `6:00` may be of the evening: nothing says that the sheet's clock has 24 hours.
    pub(super) fn doubts_halves(&self) -> bool {
        let Halves { certain_24, certain_12, unclear } = self.halves;
        unclear && (certain_12 || !certain_24) && self.settings.clock != Some(24)
    }

    /// Refuses hours that may be of either half of the day.
    pub(super) fn refuse_halves(&mut self) {
        self.refuses_halves = true;
    }

    /// A cell that gives no date or time.
    pub(super) fn refused(&mut self, refusal: Refusal, column: usize) -> Flaw {
        self.day_first_cells += u32::from(matches!(refusal, Refusal::DayBeforeMonth { .. }));
        Flaw { column, kind: ProblemKind::Unreadable(refusal) }
    }

    /// Whether the weekday beside a date is that of the date; nothing is chosen when it is not (domain 6 row 13).
    pub(super) fn check_weekday(&self, row: &GridRow, date: chrono::NaiveDate) -> Result<(), Flaw> {
        use chrono::Datelike;
        let columns = [Column::Weekday, Column::Day].into_iter().filter_map(|column| self.header.place(column));
        for column in columns {
            if let Some(written) = weekday_named(row.text(column))
                && written != date.weekday()
            {
                return Err(Flaw { column, kind: ProblemKind::Unreadable(Refusal::WrongWeekday { written, date }) });
            }
        }
        Ok(())
    }

    /// The day that a date means, by the rows before it.
    pub(super) fn day(&mut self, date: WrittenDate, column: usize) -> Result<chrono::NaiveDate, Flaw> {
        self.years.complete(date).map_err(|refusal| Flaw { column, kind: ProblemKind::Unreadable(refusal) })
    }

    /// The time of a day without one; 00:00 is never taken silently (domain 6 row 7).
    pub(super) fn handoff_time(&mut self, ends: bool) -> NaiveTime {
        self.settings.handoff_time().unwrap_or_else(|| {
            self.no_handoff_time = Some(self.no_handoff_time.unwrap_or(false) || ends);
            NaiveTime::MIN
        })
    }

    /// The instant of a civil time, with a note for the cell where the clock repeats or skips it (contract 2.3 rule 2).
    pub(super) fn resolve(&mut self, civil: NaiveDateTime, row: &GridRow, column: usize) -> DateTime<Utc> {
        // A row mostly begins where the row above it ends.
        if let Some((_, at)) = self.last_resolved.filter(|(last, _)| *last == civil) {
            return at;
        }
        let resolved = self.instants.resolve(civil);
        let kind = match resolved.note {
            None => {
                self.last_resolved = Some((civil, resolved.at));
                return resolved.at;
            }
            Some(CivilNote::Repeated) => ProblemKind::RepeatedTime { civil },
            Some(CivilNote::Skipped) => {
                ProblemKind::SkippedTime { civil, read_as: resolved.at.with_timezone(&self.zone).naive_local() }
            }
        };
        self.report(row, Flaw { column, kind });
        resolved.at
    }

    /// Whether the row is an override (contract 2.1); an unknown word is an ordinary shift with a warning.
    pub(super) fn kind(&mut self, row: &GridRow) -> ShiftKind {
        let Some(column) = self.header.place(Column::Kind) else { return ShiftKind::Shift };
        let word = super::headings::key(row.text(column));
        let begins = |starts: &[&str]| starts.iter().any(|start| word.starts_with(start));
        if begins(&["overrid", "cover", "swap", "holiday", "exception"]) {
            return ShiftKind::Override;
        }
        if !word.is_empty() && !begins(&["shift", "regular", "normal", "standard", "oncall", "rotation"]) {
            self.report(row, Flaw { column, kind: ProblemKind::UnknownKind });
        }
        ShiftKind::Shift
    }

    /// Adds the shift of one cell of people, with what is wrong with it.
    pub(super) fn push(&mut self, duty: &Duty<'_>) {
        self.push_names(duty, duty.row.text(duty.person));
    }

    /// Adds the shift of the people named by `names`, which stand in the duty's cell.
    pub(super) fn push_names(&mut self, duty: &Duty<'_>, names: &str) {
        let people = self.people.read(names);
        for kind in &people.problems {
            let kind = match kind {
                ProblemKind::Nobody if duty.kind == ShiftKind::Override => ProblemKind::DeliberateGap,
                kind => kind.clone(),
            };
            self.report(duty.row, Flaw { column: duty.person, kind });
        }
        self.push_holders(duty, Arc::clone(&people.holders));
    }

    /// The people of a cell, with what is wrong with them said once.
    pub(super) fn people_of(&mut self, row: &GridRow, column: usize) -> Arc<[Holder]> {
        self.people_named(row, column, row.text(column))
    }

    /// The people named by a part of a cell, likewise.
    pub(super) fn people_named(&mut self, row: &GridRow, column: usize, names: &str) -> Arc<[Holder]> {
        let people = self.people.read(names);
        for kind in &people.problems {
            self.report(row, Flaw { column, kind: kind.clone() });
        }
        Arc::clone(&people.holders)
    }

    /// The people that a text names; what is wrong with it was said before.
    pub(super) fn holders(&mut self, names: &str) -> Arc<[Holder]> {
        Arc::clone(&self.people.read(names).holders)
    }

    /// The people the site knows.
    pub(super) fn roster(&self) -> &'a Roster {
        self.roster
    }

    /// The instants between two civil times, without a note where the clock changes.
    pub(super) fn quietly(&self, from: NaiveDateTime, until: NaiveDateTime) -> Option<Interval> {
        Interval::new(civil::resolve(self.zone, from).at, civil::resolve(self.zone, until).at)
    }

    /// Adds the shift of people who are known.
    pub(super) fn push_holders(&mut self, duty: &Duty<'_>, holders: Arc<[Holder]>) {
        let row = duty.row;
        let days = duty.interval.length().num_days();
        if days > LONG_SPAN_DAYS {
            let column = self.header.start().or(self.header.place(Column::Week)).unwrap_or(0);
            self.report(row, Flaw { column, kind: ProblemKind::LongSpan { days } });
        }
        let mut shift = Shift {
            interval: duty.interval,
            role: duty.role.clone(),
            kind: duty.kind,
            holders,
            row: RowReference::new(row, duty.person, duty.text.as_deref()),
            note: duty.note.map_or("", |column| row.text(column)).to_owned(),
        };
        if let Some(first) = self.repeats.first_row(&self.shifts, &shift) {
            self.report(row, Flaw { column: duty.person, kind: ProblemKind::DuplicateRow { first } });
        }
        if let Some(column) = self.header.cover_of(row) {
            // Said once a row, however many people it has.
            if self.covered_row != row.number {
                self.report(row, Flaw { column, kind: LayoutProblem::CoverBeside.into() });
            }
            self.covered_row = row.number;
            shift.holders = Arc::default();
        }
        if let Some(reached) = self.reached_by_row(duty, &shift.holders) {
            shift.holders = reached;
        }
        self.shifts.push(shift);
    }

    /// The people with the row's own number and address, which go before those of the contacts (contract 2.1).
    fn reached_by_row(&mut self, duty: &Duty<'_>, holders: &[Holder]) -> Option<Arc<[Holder]>> {
        let own = |column: Option<usize>| column.filter(|column| !duty.row.text(*column).is_empty());
        let (phone, email) = (own(duty.phone), own(duty.email));
        let column = phone.or(email)?;
        let mut holders = holders.to_vec();
        if holders.len() > 1 {
            if !self.reach_by_lines(duty, phone, email, &mut holders) {
                self.report(duty.row, Flaw { column, kind: ProblemKind::ContactOfSeveral });
            }
            return Some(holders.into());
        }
        let holder = holders.first_mut()?;
        if let Some(column) = phone {
            match phone::normalise(duty.row.text(column), self.roster.campus()) {
                Ok(phone) => holder.phone = Some(phone.main.e164),
                Err(refusal) => self.report(duty.row, Flaw { column, kind: ProblemKind::BadPhone(refusal) }),
            }
        }
        if let Some(column) = email {
            let address = duty.row.text(column);
            if roster::is_address(address) {
                holder.email = Some(address.into());
            } else {
                self.report(duty.row, Flaw { column, kind: ProblemKind::BadEmail });
            }
        }
        Some(holders.into())
    }

    /// People on lines of one cell, with a number for each on the lines of another.
    fn reach_by_lines(
        &mut self,
        duty: &Duty<'_>,
        phone: Option<usize>,
        email: Option<usize>,
        holders: &mut [Holder],
    ) -> bool {
        let lines = |column: usize| duty.row.text(column).lines().map(str::trim).filter(|line| !line.is_empty());
        let fits = |column: usize| lines(column).count() == holders.len();
        let (Some(column), None, true) = (phone, email, fits(duty.person)) else { return false };
        if !fits(column) {
            return false;
        }
        for (holder, number) in holders.iter_mut().zip(lines(column)) {
            match phone::normalise(number, self.roster.campus()) {
                Ok(phone) => holder.phone = Some(phone.main.e164),
                Err(refusal) => self.report(duty.row, Flaw { column, kind: ProblemKind::BadPhone(refusal) }),
            }
        }
        true
    }

    /// Whether the sheet contradicts the order of day and month that was only assumed, so that it must be read again
    /// without that assumption (domain 6 row 14).
    pub(super) fn contradicts_order(&self) -> bool {
        self.order == Order::Assumed
            && (self.day_first_cells > 0 || self.month_first_cells == 0 && self.steps.speak_for_day_first())
    }

    /// The problems of the sheet as a whole, once all rows are read.
    pub(super) fn finish(&mut self) {
        if let Some(ends) = self.no_handoff_time {
            self.report_sheet(ProblemKind::NoHandoffTime { ends });
        }
        let has_unknown = |shift: &Shift| shift.holders.iter().any(|holder| !holder.known);
        if self.roster.is_empty() && self.shifts.iter().any(has_unknown) {
            self.report_sheet(ProblemKind::NoContacts);
        }
        if self.month_first_cells > 0 && self.day_first_cells > 0 {
            for problem in &mut self.problems {
                if let ProblemKind::Unreadable(Refusal::DayBeforeMonth { mixed }) = &mut problem.kind {
                    *mixed = true;
                }
            }
        }
    }
}

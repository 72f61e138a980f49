//! Which layout fits, and where is its header? Where two fit, both are named and neither is taken.

use crate::schedule::grid::{Grid, GridRow, address};
use crate::schedule::notation::date::{self, DateOrder, Order};
use crate::schedule::notation::{instant, span};
use crate::schedule::problem::{LayoutProblem, ProblemKind};
use crate::schedule::roster::Roster;

use super::across::{self, Across};
use super::header::Header;
use super::headings;
use super::numbers;
use super::settings::{Column, LayoutKind, LayoutSettings};
use super::{Lost, RunnerUp};

/// How many rows at the top may stand above the header.
const HEADER_ROWS: usize = 20;
/// How many cells of a column are looked at to see what it holds.
const SAMPLE_CELLS: usize = 20;
/// The families whose columns are named by their headings.
const BY_HEADINGS: [LayoutKind; 7] = [
    LayoutKind::Plain,
    LayoutKind::Week,
    LayoutKind::Day,
    LayoutKind::Range,
    LayoutKind::Start,
    LayoutKind::Numbers,
    LayoutKind::Rotation,
];

/// A header that fits a layout.
pub(super) struct Found {
    pub(super) kind: LayoutKind,
    pub(super) header: Header,
    /// The days or weekdays across the header, for the families that have them there.
    pub(super) across: Option<Across>,
    /// What came near, the nearest first; nothing when the settings name the layout.
    pub(super) runners_up: Vec<RunnerUp>,
}

/// The first row that has all headings of one layout; plain goes before all others, because it says both ends itself.
///
/// Otherwise what is missing or unclear, each with the cell it is missed at.
pub(super) fn find(
    grid: &Grid,
    settings: &LayoutSettings,
    roster: &Roster,
) -> Result<Found, Vec<(ProblemKind, String)>> {
    let kinds: Vec<LayoutKind> =
        BY_HEADINGS.into_iter().filter(|kind| settings.kind.is_none_or(|set| set == *kind)).collect();
    if settings.header_row == Some(0) {
        return without_header(grid, settings, roster, &kinds);
    }
    let eligible = |(index, row): &(usize, &GridRow)| match settings.header_row {
        Some(wanted) => row.number == wanted,
        None => *index < HEADER_ROWS,
    };
    let mut best: Option<(usize, Vec<Column>, &GridRow)> = None;
    for (index, row) in grid.rows.iter().enumerate().filter(eligible) {
        let candidate = Candidate::of(grid, (index, row), 1, settings, roster);
        let above = index.checked_sub(1).and_then(|above| grid.rows.get(above));
        if candidate.has_twins() && above.is_some_and(|above| joined(above, row).is_some()) {
            continue;
        }
        if let Some(found) = candidate.choose(&kinds, settings)? {
            return Ok(found);
        }
        let near = |kind: &LayoutKind| matches!(kind, LayoutKind::Plain | LayoutKind::Week) || settings.kind.is_some();
        let missing = kinds.iter().filter(|kind| near(kind)).map(|kind| candidate.missing(*kind, settings));
        let missing = missing.min_by_key(Vec::len).unwrap_or_default();
        let known = candidate.strict.known();
        if best.as_ref().is_none_or(|(most, ..)| known > *most) {
            best = Some((known, missing, row));
        }
    }
    for (index, row) in grid.rows.iter().enumerate().filter(eligible) {
        let Some(joined) = grid.rows.get(index + 1).and_then(|lower| joined(row, lower)) else { continue };
        if let Some(found) = Candidate::of(grid, (index, &joined), 2, settings, roster).choose(&kinds, settings)? {
            return Ok(found);
        }
    }
    let across = across::find(grid, settings, |index| settings.header_row.is_some() || index < HEADER_ROWS)?;
    match across {
        Some(mut found) => {
            if settings.kind.is_none() {
                let candidate = Candidate::of(grid, (found.header.index, &found.header.row), 1, settings, roster);
                found.runners_up.extend(candidate.nearest(found.kind, settings));
            }
            Ok(found)
        }
        None => Err(near_miss(grid, settings, best)),
    }
}

/// A row, or two joined, taken for a header: with the known people only, and with roles found by what stands below.
struct Candidate<'a> {
    grid: &'a Grid,
    strict: Header,
    wide: Header,
}

impl<'a> Candidate<'a> {
    fn of(grid: &'a Grid, row: (usize, &GridRow), rows: usize, settings: &LayoutSettings, roster: &Roster) -> Self {
        let below = grid.rows.get(row.0 + rows..).unwrap_or_default();
        let mut strict = Header::of(row, below, settings, None);
        // Among weekdays an unknown heading is one more weekday, mistyped, and no role.
        let roster = Some(roster).filter(|_| across::weekday_header(row.1).is_none());
        let mut wide = Header::of(row, below, settings, roster);
        for header in [&mut strict, &mut wide] {
            header.first_row = row.0 + rows;
        }
        Self { grid, strict, wide }
    }

    /// The layout that this header is of; an error when it may be of two.
    fn choose(
        &self,
        kinds: &[LayoutKind],
        settings: &LayoutSettings,
    ) -> Result<Option<Found>, Vec<(ProblemKind, String)>> {
        let people_set = settings.people.iter().all(|heading| self.strict.has(heading));
        if !people_set || !settings.columns.keys().all(|column| self.strict.place(*column).is_some()) {
            return Ok(None);
        }
        let fits: Vec<LayoutKind> =
            kinds.iter().copied().filter(|kind| self.missing(*kind, settings).is_empty()).collect();
        let kind = match fits.as_slice() {
            [] => return Ok(None),
            [kind] | [kind @ LayoutKind::Plain, ..] => *kind,
            [one, other, ..] => {
                let cell = address(0, self.strict.row.number);
                return Err(vec![(LayoutProblem::TwoLayouts { one: one.word(), other: other.word() }.into(), cell)]);
            }
        };
        let kind = if settings.kind.is_none() { self.range_instead(kind, settings) } else { kind };
        let nearest = settings.kind.is_none().then(|| self.nearest(kind, settings)).flatten();
        let header = if kind == LayoutKind::Plain { &self.strict } else { &self.wide };
        if let Some((first, second)) = header.rivals().filter(|_| settings.people.is_empty()) {
            return Err(vec![(ProblemKind::RivalColumns { first, second }, address(0, header.row.number))]);
        }
        Ok(Some(Found { kind, header: header.clone(), across: None, runners_up: nearest.into_iter().collect() }))
    }

    /// The layout of named columns that lacks least, besides the chosen one.
    fn nearest(&self, chosen: LayoutKind, settings: &LayoutSettings) -> Option<RunnerUp> {
        let others = BY_HEADINGS.into_iter().filter(|other| *other != chosen);
        let (layout, missing) =
            others.map(|layout| (layout, self.missing(layout, settings))).min_by_key(|(_, missing)| missing.len())?;
        Some(RunnerUp { layout, lost: if missing.is_empty() { Lost::SaysLess } else { Lost::Lacks(missing) } })
    }

    /// A week or a date whose cells are mostly spans of days is a period.
    fn range_instead(&self, kind: LayoutKind, settings: &LayoutSettings) -> LayoutKind {
        let column = match kind {
            LayoutKind::Week => self.wide.week(settings),
            LayoutKind::Day => self.wide.place(Column::Date),
            _ => None,
        };
        let is_span = |text: &str| instant::read(text, Order::Assumed).is_err() && is_day_span(text);
        let is_range = column.is_some_and(|column| {
            let spans = self.sample(column).filter(|text| is_span(text)).count();
            spans * 2 > self.sample(column).count()
        });
        if is_range { LayoutKind::Range } else { kind }
    }

    /// What a layout needs and this header does not have.
    fn missing(&self, kind: LayoutKind, settings: &LayoutSettings) -> Vec<Column> {
        let header = if kind == LayoutKind::Plain { &self.strict } else { &self.wide };
        let people = (!header.people.is_empty()).then_some(0);
        let is_set = settings.kind == Some(kind);
        let dated = |column: Column| header.place(column).filter(|place| is_set || self.holds_days(*place));
        let needs = match kind {
            LayoutKind::Plain => {
                vec![(Column::Start, header.start()), (Column::End, header.end()), (Column::Person, people)]
            }
            LayoutKind::Week => {
                // Beside a date or a period the number of a week is only a remark.
                let beside = || header.place(Column::Date).or(dated(Column::Period)).is_some();
                let remark = |week: &usize| beside() && (self.holds_small_numbers(*week) || !self.holds_days(*week));
                let week = header.week(settings).filter(|week| is_set || !remark(week));
                vec![(Column::Week, week), (Column::Person, people)]
            }
            LayoutKind::Range => {
                let other = || is_set.then(|| header.week(settings).or(header.place(Column::Date))).flatten();
                vec![(Column::Period, dated(Column::Period).or_else(other)), (Column::Person, people)]
            }
            LayoutKind::Day => {
                let start_only = header.start().is_some() && header.end().is_none();
                let day = || {
                    let number = |day: &usize| header.place(Column::Month).is_some() || self.holds_small_numbers(*day);
                    dated(Column::Day).filter(|day| !number(day))
                };
                let whole = header.place(Column::Date).filter(|date| is_set || !self.holds_small_numbers(*date));
                let date = whole.or_else(day);
                vec![(Column::Date, date.filter(|_| !start_only || is_set)), (Column::Person, people)]
            }
            LayoutKind::Start => {
                let start = header.start().filter(|_| header.end().is_none());
                vec![(Column::Start, start), (Column::Person, people)]
            }
            LayoutKind::Numbers => {
                let month_beside = header.place(Column::Month).is_some();
                let day = match header.place(Column::Date) {
                    Some(date) => Some(date).filter(|date| is_set || self.holds_small_numbers(*date)),
                    None => {
                        header.place(Column::Day).filter(|day| is_set || month_beside || self.holds_small_numbers(*day))
                    }
                };
                vec![(Column::Day, day), (Column::Person, people)]
            }
            _ => {
                let columns = [Column::Users, Column::RotationStart, Column::IntervalDays];
                columns.map(|column| (column, header.place(column))).to_vec()
            }
        };
        needs.into_iter().filter(|(_, place)| place.is_none()).map(|(column, _)| column).collect()
    }

    fn sample(&self, column: usize) -> impl Iterator<Item = &'a str> {
        let below = self.grid.rows.get(self.strict.first_row..).unwrap_or_default();
        below.iter().map(move |row| row.text(column)).filter(|text| !text.is_empty()).take(SAMPLE_CELLS)
    }

    /// Whether a column has a cell that could be a day or a span of days.
    fn holds_days(&self, column: usize) -> bool {
        let is_day = |text: &str| match instant::read(text, Order::Assumed) {
            Ok(instant::Written::Date(_) | instant::Written::DateTime(..)) => true,
            _ => is_day_refused(text) || span::read(text, Order::Assumed).is_ok() || span::iso_week(text).is_some(),
        };
        self.sample(column).any(is_day)
    }

    /// Whether a column has mostly numbers of one or two digits, month names aside: numbers of weeks or of days.
    fn holds_small_numbers(&self, column: usize) -> bool {
        let (mut cells, mut small) = (0, 0);
        for text in self.sample(column) {
            let first = text.split(' ').next().unwrap_or_default();
            cells += usize::from(date::month_named(first).is_none());
            let beside = numbers::number_and_weekday(text).is_some();
            small += usize::from(beside || numbers::small_number(text).is_some());
        }
        small * 2 > cells
    }

    /// Whether two columns of people have the same heading, which a row above may tell apart.
    fn has_twins(&self) -> bool {
        let labels: Vec<&str> = self.wide.people.iter().map(|person| &*person.role.label).collect();
        labels.iter().enumerate().any(|(index, label)| labels.iter().skip(index + 1).any(|other| other == label))
    }
}

fn is_day_refused(text: &str) -> bool {
    use crate::schedule::notation::Refusal;
    matches!(
        date::read(text, Order::Assumed),
        Err(Refusal::DayBeforeMonth { .. } | Refusal::OrderUnclear | Refusal::NoSuchDay | Refusal::WrongWeekday { .. })
    )
}

/// Whether a cell says a span of days, in whichever order its numbers are.
fn is_day_span(text: &str) -> bool {
    let orders = [DateOrder::MonthFirst, DateOrder::DayFirst].map(Order::Set);
    orders
        .iter()
        .any(|order| matches!(span::read(text, *order), Ok(span::Span { start: instant::Written::Date(_), .. })))
}

/// A sheet without headings: the settings say which column is which, by letters.
fn without_header(
    grid: &Grid,
    settings: &LayoutSettings,
    roster: &Roster,
    kinds: &[LayoutKind],
) -> Result<Found, Vec<(ProblemKind, String)>> {
    let width = grid.rows.iter().map(GridRow::width).max().unwrap_or(0);
    let row = GridRow::of(&grid.sheet, 0, vec![""; width]);
    let found = Candidate::of(grid, (0, &row), 0, settings, roster).choose(kinds, settings)?;
    found.ok_or_else(|| vec![(LayoutProblem::NoLetters.into(), String::new())])
}

/// Two rows of headings as one: what stands above goes on to the right, as merged cells do.
fn joined(upper: &GridRow, lower: &GridRow) -> Option<GridRow> {
    let is_heading = |text: &str| !text.contains(|c: char| c.is_ascii_digit());
    let cells = |row: &GridRow| (0..row.width()).filter(|column| !row.text(*column).is_empty()).count();
    let all_headings = |row: &GridRow| (0..row.width()).all(|column| is_heading(row.text(column)));
    let is_known = |row: &GridRow| {
        let known = |key: &str| headings::column(key).is_some() || headings::rank(key).is_some();
        row.cells().any(|cell| known(&headings::key(cell)))
    };
    if cells(upper) == 0 || cells(lower) < 2 || !all_headings(upper) || !all_headings(lower) {
        return None;
    }
    // Two rows of codes, `W` above `C`, spell headings too.
    if !is_known(upper) && !is_known(lower) {
        return None;
    }
    let mut last = "";
    let join = |column: usize| {
        let (above, below) = (upper.text(column), lower.text(column));
        if !above.is_empty() {
            last = above;
        }
        match (above, below) {
            (_, "") => above.to_owned(),
            _ => format!("{last} {below}").trim().to_owned(),
        }
    };
    let width = upper.width().max(lower.width());
    Some(GridRow::of(upper.sheet(), upper.number, (0..width).map(join)))
}

/// What to say of the row that came nearest to being a header.
fn near_miss(
    grid: &Grid,
    settings: &LayoutSettings,
    best: Option<(usize, Vec<Column>, &GridRow)>,
) -> Vec<(ProblemKind, String)> {
    let Some((_, missing, row)) =
        best.filter(|(known, ..)| *known >= 2 || !settings.columns.is_empty() || !settings.people.is_empty())
    else {
        let rows = settings.header_row.map_or(grid.rows.len().min(HEADER_ROWS), |_| 1);
        return vec![(ProblemKind::NoHeader { rows }, String::new())];
    };
    let texts = || (0..row.width()).map(|column| row.text(column)).filter(|text| !text.is_empty());
    let keys: Vec<String> = texts().map(headings::key).collect();
    let cell = address(0, row.number);
    let unknown_headings = settings
        .columns
        .iter()
        .filter(|(_, heading)| !keys.contains(&headings::key(heading)))
        .map(|(column, heading)| ProblemKind::NoSuchHeading { column: column.word(), heading: heading.clone() });
    let unknown_people = settings.people.iter().filter(|heading| !keys.contains(&headings::key(heading)));
    let unknown_people =
        unknown_people.map(|heading| ProblemKind::NoSuchHeading { column: "people", heading: heading.clone() });
    let mut problems: Vec<ProblemKind> = unknown_headings.chain(unknown_people).collect();
    let named: Vec<&str> = settings.columns.keys().map(|column| column.word()).collect();
    problems.extend(missing.into_iter().filter(|column| !named.contains(&column.word())).map(|column| {
        let unused = texts().filter(|text| headings::column(&headings::key(text)).is_none());
        ProblemKind::MissingColumn { column: column.word(), near: headings::nearest(column, unused) }
    }));
    if problems.is_empty() {
        problems.push(ProblemKind::NoHeader { rows: grid.rows.len().min(HEADER_ROWS) });
    }
    problems.into_iter().map(|kind| (kind, cell.clone())).collect()
}

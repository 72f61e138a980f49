//! How does the picture read as a table? Every shift and every hole, with the cell of the sheet that says so.

use chrono::{DateTime, Utc};
use maud::{Markup, html};

use super::looked::Looked;
use crate::civil::Interval;
use crate::schedule::difference::Change;
use crate::schedule::loaded::LoadedSchedule;
use crate::schedule::plan::{Plan, Stretch};
use crate::schedule::shift::RowReference;
use crate::wording::schedule::clock;
use crate::wording::time::rfc3339;
use crate::wording::{phone, shifts, timeline_page as words};

/// The columns, as they are also named beside each value where there is no room for columns.
const COLUMNS: [&str; 9] = ["From", "Until", "Person", "Role", "Number", "Sheet", "Cell", "Cell says", "Kind"];

/// One line of the table.
enum Line<'a> {
    Shift(&'a Stretch),
    Hole(Interval),
}

impl Line<'_> {
    fn from(&self) -> DateTime<Utc> {
        match self {
            Self::Shift(stretch) => stretch.person.from,
            Self::Hole(hole) => hole.start(),
        }
    }
}

/// The name of a shift's entry in the page.
pub(super) fn anchor(stretch: &Stretch) -> String {
    // One cell may hold several people, and an override may cut a shift in two.
    format!("cell-{}-{}-{}-{}", stretch.person.row.cell(), stretch.shift, stretch.holder, stretch.piece)
}

/// The table.
pub(super) fn table(
    plan: &Plan,
    loaded: &LoadedSchedule,
    changes: &[Change],
    looked: &Looked,
    may_see: bool,
) -> Markup {
    let shifts = plan.lanes.iter().flat_map(|lane| &lane.stretches).map(Line::Shift);
    let mut lines: Vec<Line> = shifts.chain(plan.report.gaps.iter().map(|gap| Line::Hole(gap.interval))).collect();
    lines.sort_by_key(Line::from);
    let cell = |column: usize, inner: Markup| {
        html! { td role="cell" data-label=(COLUMNS.get(column).copied().unwrap_or_default()) { (inner) } }
    };
    let when = |at: DateTime<Utc>| html! { time datetime=(rfc3339(at, looked.zone)) { (clock(at, looked.zone)) } };
    let shift = |stretch: &Stretch| {
        let (person, row) = (&stretch.person, &stretch.person.row);
        let is_now = person.from <= looked.now && looked.now < person.until;
        html! {
            tr role="row" id=(anchor(stretch)) class=[is_now.then_some("is-now")] {
                (cell(0, when(person.from)))
                (cell(1, when(person.until)))
                (cell(2, html! { strong { (person.name) } @if is_now { " " span.now-word { "on call now" } } }))
                (cell(3, html! { (person.role.label) }))
                (cell(4, number(person.phone.as_deref(), may_see)))
                (cell(5, html! { (row.sheet()) }))
                (cell(6, html! { (address(row, loaded, looked)) }))
                (cell(7, html! { (said(row, may_see)) }))
                (cell(8, kind(stretch, plan, changes)))
            }
        }
    };
    let hole = |hole: Interval| {
        html! {
            tr.hole role="row" {
                (cell(0, when(hole.start())))
                (cell(1, when(hole.end())))
                (cell(2, html! { strong.bad { "NOBODY" } }))
                @for column in 3..8 { (cell(column, html! {})) }
                (cell(8, html! { span.bad { "gap in needed hours" } }))
            }
        }
    };
    html! {
        @if lines.is_empty() {
            p { "The sheet has nobody in these days, and nobody is needed." }
        } @else {
            div.scroll tabindex="0" role="region" aria-labelledby="table" {
                // The roles stay what they are where a narrow window turns rows into cards.
                table.shifts role="table" aria-labelledby="table" {
                    thead role="rowgroup" {
                        tr role="row" { @for column in COLUMNS { th role="columnheader" scope="col" { (column) } } }
                    }
                    tbody role="rowgroup" {
                        @for line in &lines {
                            @match line { Line::Shift(stretch) => (shift(stretch)), Line::Hole(span) => (hole(*span)) }
                        }
                    }
                }
            }
        }
    }
}

fn number(number: Option<&str>, may_see: bool) -> Markup {
    match number {
        None => html! {},
        Some(number) if may_see => html! { a.number href={ "tel:" (number) } { (phone::display(number)) } },
        Some(number) => html! { span.soft { (phone::masked(number)) } },
    }
}

/// What the cell says; a cell may hold a number beside the name.
fn said(row: &RowReference, may_see: bool) -> String {
    if may_see { row.names().to_owned() } else { phone::without_numbers(row.names()) }
}

/// The cell, as a link where the sheet can be opened at it.
fn address(row: &RowReference, loaded: &LoadedSchedule, looked: &Looked) -> Markup {
    let cell = row.cell();
    let tab =
        loaded.understood.as_ref().and_then(|understood| understood.tabs.iter().find(|tab| tab.sheet == *row.sheet()));
    let is_elsewhere = tab.is_some_and(|tab| tab.is_overrides);
    match looked.spreadsheet.as_ref().filter(|_| !is_elsewhere) {
        Some(id) => {
            let gid = tab.and_then(|tab| tab.gid).map(|gid| format!("gid={gid}&")).unwrap_or_default();
            let href = format!("https://docs.google.com/spreadsheets/d/{id}/edit#{gid}range={cell}");
            html! { a href=(href) rel="noreferrer" { (cell) } }
        }
        None => html! { (cell) },
    }
}

/// What is special about a shift.
fn kind(stretch: &Stretch, plan: &Plan, changes: &[Change]) -> Markup {
    let usual = shifts::kind(stretch, &plan.replaced).unwrap_or_else(|| "shift".to_owned());
    html! {
        (usual)
        @if !stretch.conflicts.is_empty() { " " strong.bad { "CONFLICT: all are on call" } }
        @if let Some(changed) = words::now_instead(stretch, changes.iter()) { " " strong.warn { (changed) } }
    }
}

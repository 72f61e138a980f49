//! How old are the sheets, what do the coming days leave open, who cannot be reached, and what did the months cost?

use maud::{Markup, html};

use super::now::age;
use super::parts::Drawing;
use crate::episode::statistics::{Month, Spread};
use crate::schedule::problem::Severity;
use crate::views::board::outlook::{Outlook, RowText};
use crate::wording::board as words;

/// How many lines of one kind are shown before the rest is only counted.
const LINES: usize = 20;

/// The age of each sheet.
pub(super) fn sheets(drawing: &Drawing<'_>) -> Markup {
    html! {
        h2 { "Sheets" }
        ul.sheets {
            @for duty in &drawing.board.duties {
                li {
                    strong { (duty.title) } ": "
                    @if duty.sheet.is_stale || duty.sheet.is_copy || !duty.sheet.is_usable {
                        strong.bad { (age(duty)) }
                    } @else {
                        (age(duty))
                    }
                    ", at " (drawing.time(duty.sheet.read_at))
                    @for why in duty.sheet.why.iter().take(3) { div.soft { (why) } }
                }
            }
            @for name in &drawing.board.unread { li { strong { (name) } ": " strong.bad { (words::NOT_READ_YET) } } }
        }
    }
}

/// The coming days.
pub(super) fn part(drawing: &Drawing<'_>) -> Markup {
    let Some(outlook) = &drawing.board.outlook else {
        return html! { h2 { "The next 14 days" } p { (words::NOT_READ_YET) } };
    };
    let picture = drawing.href(&format!("/board/{}.svg", outlook.picture_name));
    html! {
        h2 { "The next 14 days" }
        p { strong.bad[outlook.verdict != "COVERED"] { (outlook.verdict) } }
        div.scroll.timeline tabindex="0" role="region" aria-label="Timeline of the next 14 days" {
            img src=(picture) width="1200" alt="Timeline of the next 14 days; the same stands below in words.";
        }
        details {
            summary { "The timeline in words" }
            @for told in &outlook.told { p { (told) } }
        }
        (gaps(drawing, outlook))
        (double_duty(drawing, outlook))
        (problems(drawing, outlook))
    }
}

fn gaps(drawing: &Drawing<'_>, outlook: &Outlook) -> Markup {
    html! {
        h3 { "Gaps" }
        @if outlook.gaps.is_empty() { p.soft { "None in the next 14 days." } }
        ul {
            @for gap in outlook.gaps.iter().take(LINES) {
                li { strong.bad { "NOBODY" } " " (gap.title) ", " (words::from_until(gap.from, gap.until, drawing.at(), drawing.zone()))
                    (rows(drawing, &gap.rows)) }
            }
            (more(outlook.gaps.len()))
        }
        @if !outlook.overlaps.is_empty() {
            h3 { "Conflicts" }
            ul {
                @for overlap in outlook.overlaps.iter().take(LINES) {
                    li { strong { (overlap.names.join(" and ")) } ", " (overlap.title) " " (overlap.role) ", "
                        (words::from_until(overlap.from, overlap.until, drawing.at(), drawing.zone()))
                        (rows(drawing, &overlap.rows)) }
                }
                (more(outlook.overlaps.len()))
            }
        }
    }
}

/// Rows of a sheet; whoever sees no numbers is told where they stand, not what they say.
fn rows(drawing: &Drawing<'_>, rows: &[RowText]) -> Markup {
    html! {
        @for row in rows.iter().take(4) {
            div.soft { (row.place) @if drawing.viewer.sees_numbers() { ": " (row.text) } }
        }
    }
}

fn more(count: usize) -> Markup {
    html! { @if count > LINES { li { "and " (count - LINES) " more" } } }
}

fn double_duty(drawing: &Drawing<'_>, outlook: &Outlook) -> Markup {
    html! {
        @if !outlook.double_duty.is_empty() {
            h3 { "On call in two schedules at once" }
            ul {
                @for double in outlook.double_duty.iter().take(LINES) {
                    li { strong { (double.name) } ": " (double.schedule) " and " (double.other) ", "
                        (words::from_until(double.interval.start(), double.interval.end(), drawing.at(), drawing.zone()))
                        @if double.more > 0 { ", and " (double.more) " more times" }
                        div.soft { (double.place) ", " (double.other_place) } }
                }
                (more(outlook.double_duty.len()))
            }
        }
    }
}

fn problems(drawing: &Drawing<'_>, outlook: &Outlook) -> Markup {
    html! {
        h3 { "Problems in the sheets" }
        @if outlook.problems.is_empty() { p.soft { "None." } }
        ul.problems {
            @for line in outlook.problems.iter().take(LINES) {
                li {
                    @if line.problem.severity == Severity::Error { strong.bad { "Error" } } @else { strong.warn { "Warning" } }
                    " " (line.title) ", " strong { ([&*line.problem.sheet, &*line.problem.cell].join(" ").trim_end()) } ": "
                    // What a cell says may hold a number.
                    @if drawing.viewer.sees_numbers() { (line.problem.message) } @else { (line.problem.code.replace('-', " ")) }
                    @if drawing.viewer.sees_numbers() { div.soft { (line.problem.hint) } }
                }
            }
            (more(outlook.problems.len()))
        }
    }
}

/// Who cannot be reached as planned.
pub(super) fn people(drawing: &Drawing<'_>) -> Markup {
    let board = drawing.board;
    html! {
        h2 { "People" }
        @if board.blocked.is_empty() && board.unproved.is_empty() {
            p.soft { "Nobody blocks texts, and everybody who was asked in a drill said yes." }
        }
        ul {
            @for person in &board.blocked {
                li { strong.bad { "TEXTS BLOCKED" } ": " (person.name) ", " (drawing.number(Some(&person.phone)))
                    ", texted STOP " (drawing.time(person.since)) "; call them, and let them text START" }
            }
            @for drilled in &board.unproved { li { (words::drilled(drilled, drawing.at(), drawing.zone())) } }
        }
    }
}

/// What this month and the last amount to.
pub(super) fn months(drawing: &Drawing<'_>) -> Markup {
    let [this, last] = &drawing.board.months;
    let row = |what: &str, value: &dyn Fn(&Month) -> String| {
        html! { tr { th scope="row" { (what) } td.number { (value(&this.1)) } td.number { (value(&last.1)) } } }
    };
    let spread = |of: Spread| format!("{} / {}", words::lasted(of.median_s), words::lasted(of.ninetieth_s));
    html! {
        h2 { "Months" }
        @if drawing.board.counting { p { "Older pages are still being counted." } }
        div.scroll tabindex="0" role="region" aria-label="Numbers of this month and the last" {
            table.months {
                thead { tr { td {} th scope="col" { (words::month(this.0)) } th scope="col" { (words::month(last.0)) } } }
                tbody {
                    (row("Pages", &|month| month.pages.to_string()))
                    (row("Woken nights", &|month| month.woken_nights.to_string()))
                    (row("Acknowledged in (median / 90th percentile)", &|month| spread(month.acknowledge)))
                    (row("Called back in (median / 90th percentile)", &|month| spread(month.call_back)))
                    (row("Promises kept", &|month| month.kept.to_string()))
                    (row("Promises kept late", &|month| month.late.to_string()))
                    (row("Promises missed", &|month| month.missed.to_string()))
                }
            }
        }
        p.soft { (words::MONTH_NOTE) }
    }
}

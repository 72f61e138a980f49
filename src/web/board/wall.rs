//! What does the screen on the wall show? Who is on call and what is open, to be read across a room; nothing of customers.

use chrono::TimeDelta;
use maud::{Markup, html};

use super::now::{age, marks};
use super::parts::Drawing;
use crate::episode::promise::PromiseState;
use crate::views::board::case::{Case, Reached};
use crate::views::board::duty::Duty;
use crate::wording::board as words;

/// How many open pages fit; the rest is counted.
const PAGES: usize = 6;

/// Who is on call.
pub(super) fn now(drawing: &Drawing<'_>) -> Markup {
    html! {
        div.duties {
            @for duty in &drawing.board.duties { (duty_block(drawing, duty)) }
            @for name in &drawing.board.unread {
                section.duty.open { h2 { (name) } p.shout { (words::NOT_READ_YET) } }
            }
        }
    }
}

fn duty_block(drawing: &Drawing<'_>, duty: &Duty) -> Markup {
    let has_people = !duty.first.is_empty() || !duty.others.is_empty();
    html! {
        section.duty.open[duty.is_open()] {
            h2 { (duty.title) }
            @if let Some(shout) = words::shout(duty.status, has_people) {
                div.shout {
                    p.word { (shout) }
                    @if let Some(until) = duty.hole_until { p { "until " (drawing.time(until)) ", " (drawing.left(until, TimeDelta::zero())) " more" } }
                    @if duty.is_open() {
                        @for leader in drawing.board.leadership.iter().take(2) {
                            p { "Ask " strong { (leader.name) } " " (drawing.number(leader.phone.as_deref())) }
                        }
                    }
                }
            }
            @for person in duty.first.iter().take(2) {
                p.name { (person.name) }
                p.phone { (drawing.number(person.phone.as_deref())) (marks(person)) }
                p.until { "until " strong { (drawing.time(person.until)) } ", " (drawing.left(person.until, TimeDelta::zero())) " more" }
            }
            @for person in duty.others.iter().take(2) {
                p.other { span.role { (person.role) } ": " strong { (person.name) } " " (drawing.number(person.phone.as_deref())) (marks(person)) }
            }
            @if duty.next.is_some() || !duty.is_open() || has_people {
                p.next {
                    @match &duty.next {
                        Some(next) if !next.people.is_empty() => {
                            "Then " strong { (next.people.iter().map(|person| person.name.as_str()).collect::<Vec<_>>().join(", ")) } " from " (drawing.time(next.at))
                        }
                        Some(next) => { strong { "Then NOBODY" } " from " (drawing.time(next.at)) }
                        None => { strong { "Then NOBODY" } ": the sheet has nothing later" }
                    }
                }
            }
        }
    }
}

/// What is wrong with the house itself.
pub(super) fn standing(drawing: &Drawing<'_>) -> Markup {
    html! {
        @if let Some(fault) = &drawing.board.fault {
            p.standing.alarm { strong { "The page log cannot be read" } " since " (drawing.time(fault.since)) }
        }
    }
}

/// The open pages, one line each.
pub(super) fn pages(drawing: &Drawing<'_>) -> Markup {
    let seen: Vec<&Case> = drawing.board.cases.iter().filter(|case| drawing.viewer.sees(case)).collect();
    html! {
        @if seen.is_empty() { p.quiet { "No page is open." } }
        @else {
            table {
                thead { tr { th scope="col" { "Case" } th scope="col" { "Promise" } th scope="col" { "Who" } th scope="col" { "Next" } } }
                tbody { @for case in seen.iter().take(PAGES) { (line(drawing, case)) } }
            }
            @if seen.len() > PAGES { p { "and " (seen.len() - PAGES) " more open pages" } }
        }
    }
}

fn line(drawing: &Drawing<'_>, case: &Case) -> Markup {
    let asked: Vec<&str> = case
        .rungs
        .iter()
        .filter(|rung| rung.reached == Reached::Now)
        .flat_map(|rung| &rung.people)
        .map(|person| person.name.as_str())
        .collect();
    html! {
        tr.alarm[case.is_alarming()] {
            th scope="row" { (case.case) }
            td {
                @match &case.promise {
                    Some(promise) if matches!(promise.state, PromiseState::Open | PromiseState::Missed) => {
                        strong.number data-promise=((promise.due - case.ahead).timestamp_millis()) { (words::promise_left(promise.minutes_left)) }
                    }
                    Some(promise) => strong { (words::promise_word(promise.state)) },
                    None => "none",
                }
            }
            td {
                strong { (words::phase_shortly(case.phase, case.owner.as_ref().map(|(owner, _)| owner.as_str()))) }
                @if case.owner.is_none() && !asked.is_empty() { ", asking " (asked.join(", ")) }
            }
            td { @if let Some((at, what)) = &case.next { (what) ", " (drawing.time(*at - case.ahead)) } }
        }
    }
}

/// The sheets, the coming days and the people, in a line each.
pub(super) fn foot(drawing: &Drawing<'_>) -> Markup {
    let board = drawing.board;
    html! {
        @for duty in &board.duties {
            @if duty.sheet.is_stale || duty.sheet.is_copy || !duty.sheet.is_usable {
                p { strong { (duty.title) ": " (age(duty)) } }
            }
        }
        @if let Some(gap) = board.outlook.as_ref().and_then(|outlook| outlook.gaps.iter().find(|gap| gap.from >= board.at + TimeDelta::minutes(1))) {
            p { strong { "NOBODY" } " " (gap.title) ", " (words::from_until(gap.from, gap.until, drawing.at(), drawing.zone())) }
        }
        @if !board.blocked.is_empty() {
            p { "Texts blocked (STOP): " (board.blocked.iter().map(|person| person.name.as_str()).collect::<Vec<_>>().join(", ")) }
        }
    }
}

//! Who is on call now, by which number, until when, and who is next? The first thing on the screen, in large type.

use chrono::TimeDelta;
use maud::{Markup, html};

use super::parts::Drawing;
use crate::schedule::on_call::Status;
use crate::views::board::duty::{Duty, Person};
use crate::wording::board as words;

/// Every schedule.
pub(super) fn part(drawing: &Drawing<'_>) -> Markup {
    html! {
        div.duties {
            @for duty in &drawing.board.duties { (one(drawing, duty)) }
            @for name in &drawing.board.unread {
                section.duty.open aria-labelledby=(format!("duty-{name}")) {
                    h2 id=(format!("duty-{name}")) { (name) }
                    p.shout { (words::NOT_READ_YET) }
                }
            }
        }
    }
}

fn one(drawing: &Drawing<'_>, duty: &Duty) -> Markup {
    let has_people = !duty.first.is_empty() || !duty.others.is_empty();
    let id = format!("duty-{}", duty.name);
    html! {
        section.duty.open[duty.is_open()] aria-labelledby=(id) {
            h2 id=(id) { a href=(drawing.href(&format!("/schedules/{}", duty.name))) { (duty.title) } }
            @if let Some(shout) = words::shout(duty.status, has_people) {
                div.shout {
                    p.word { (shout) }
                    @if let Some(until) = duty.hole_until {
                        p { "until " (drawing.time(until)) ", " (drawing.left(until, TimeDelta::zero())) " more" }
                    }
                    @if duty.is_open() { (leadership(drawing)) }
                    @if duty.status == Status::Unusable { @for why in duty.sheet.why.iter().take(2) { p { (why) } } }
                }
            }
            @for person in &duty.first { (first(drawing, person, duty.first.len() > 1)) }
            @if !duty.others.is_empty() {
                ul.others {
                    @for person in &duty.others {
                        li {
                            span.role { (person.role) } ": " strong { (person.name) } " " (drawing.number(person.phone.as_deref()))
                            " until " (drawing.time(person.until)) (marks(person))
                        }
                    }
                }
            }
            @if duty.status != Status::Unusable { (next(drawing, duty)) }
            @if duty.sheet.is_stale || duty.sheet.is_copy || !duty.sheet.is_usable {
                p.warning { strong { (age(duty)) } }
            }
        }
    }
}

/// How old the sheet is, in words.
pub(super) fn age(duty: &Duty) -> String {
    let sheet = &duty.sheet;
    let told = words::sheet(sheet.age_minutes, sheet.is_copy, sheet.is_stale, sheet.is_usable);
    format!("Sheet {told}")
}

fn first(drawing: &Drawing<'_>, person: &Person, several: bool) -> Markup {
    html! {
        div.person {
            p.name { (person.name) @if several { " " span.role { (person.role) } } }
            p.phone { (drawing.number(person.phone.as_deref())) }
            p.until { "until " strong { (drawing.time(person.until)) } ", " (drawing.left(person.until, TimeDelta::zero())) " more" (marks(person)) }
        }
    }
}

/// What is special about somebody.
pub(super) fn marks(person: &Person) -> Markup {
    html! {
        @if person.is_override { " " span.mark { "override" } }
        @if person.is_blocked { " " span.mark.bad { "TEXTS BLOCKED (STOP): call" } }
    }
}

fn leadership(drawing: &Drawing<'_>) -> Markup {
    let leaders = &drawing.board.leadership;
    html! {
        @if leaders.is_empty() {
            p { (words::NO_LEADERSHIP) }
        } @else {
            p { (words::NEVER_GUESS) }
            ul { @for leader in leaders { li { strong { (leader.name) } " " (drawing.number(leader.phone.as_deref())) } } }
        }
    }
}

fn next(drawing: &Drawing<'_>, duty: &Duty) -> Markup {
    html! {
        p.next {
            @match &duty.next {
                None => { strong { "Then NOBODY" } ": the sheet has nothing later." }
                Some(next) if next.people.is_empty() => { strong { "Then NOBODY" } " from " (drawing.time(next.at)) "." }
                Some(next) => {
                    "Then from " (drawing.time(next.at)) ": "
                    @for (place, person) in next.people.iter().enumerate() {
                        @if place > 0 { ", " }
                        strong { (person.name) } " " (drawing.number(person.phone.as_deref()))
                        @if next.people.len() > 1 || duty.first.len() + duty.others.len() > 1 { " (" (person.role) ")" }
                    }
                }
            }
        }
    }
}

/// What is going on, in a sentence that is read aloud when it changes.
pub(super) fn standing(drawing: &Drawing<'_>) -> Markup {
    let seen = drawing.board.cases.iter().filter(|case| drawing.viewer.sees(case));
    let stands: Vec<_> = seen
        .map(|case| {
            let owner = case.owner.as_ref().map(|(owner, _)| owner.as_str());
            let promise = case.promise.as_ref().map(|promise| promise.state);
            words::Standing { case: &case.case, phase: case.phase, owner, promise }
        })
        .collect();
    let is_alarming = drawing.board.cases.iter().any(|case| drawing.viewer.sees(case) && case.is_alarming());
    html! {
        p.standing.alarm[is_alarming] { (words::standing(&stands)) }
        @if let Some(fault) = &drawing.board.fault {
            p.standing.alarm {
                strong { "The page log cannot be read" } " since " (drawing.time(fault.since))
                ": what stands here of pages may be older. "
                @if drawing.viewer.sees_customers() { (fault.reason) }
            }
        }
    }
}

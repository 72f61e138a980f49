//! Which promises run, and how does each open page stand: who was tried, by what, and what comes next?

use maud::{Markup, html};

use super::parts::Drawing;
use super::viewer::Viewer;
use crate::episode::promise::PromiseState;
use crate::episode::state::Phase;
use crate::views::board::case::{Case, PromiseLine, Reached, RungLine, RungPerson, Settled};
use crate::wording::board as words;
use crate::wording::page::RESTRICTED;

/// How many of the pages that are over are listed.
const SETTLED: usize = 12;

/// The promises: those that run by what is left, the oldest first; then what became of the last ones.
pub(super) fn promises(drawing: &Drawing<'_>) -> Markup {
    let seen = drawing.board.cases.iter().filter(|case| drawing.viewer.sees(case));
    let mut running: Vec<(&Case, &PromiseLine)> =
        seen.filter_map(|case| Some((case, case.promise.as_ref()?))).collect();
    running.sort_by_key(|(_, promise)| promise.due);
    let settled: Vec<&Settled> =
        drawing.board.settled.iter().filter(|settled| drawing.viewer.sees_settled(settled)).collect();
    html! {
        h2 { "Promises to customers" }
        @if running.is_empty() { p.soft { "No promise runs." } }
        ul.promises {
            @for (case, promise) in running {
                li.promise.(promise_class(promise.state)) {
                    span.left { (left(case, promise)) }
                    span.what {
                        (link(drawing, &case.case))
                        ", due " (drawing.time(promise.due - case.ahead))
                        @if let Some((owner, _)) = &case.owner { ", " (owner) " has it" } @else { ", nobody has it yet" }
                    }
                }
            }
        }
        @if !settled.is_empty() {
            h3 { "Settled in the last 12 hours" }
            ul.settled {
                @for page in settled.iter().take(SETTLED) {
                    li {
                        (link(drawing, &page.case)) ": "
                        @match page.promise {
                            Some(state) => strong.(promise_class(state)) { "promise " (words::promise_word(state)) },
                            None if page.withdrawn => "withdrawn",
                            None => "no promise was made",
                        }
                        @if let Some(owner) = &page.owner { ", " (owner) " had it" }
                        ", over " (drawing.time(page.at))
                    }
                }
                @if settled.len() > SETTLED { li { "and " (settled.len() - SETTLED) " more" } }
            }
        }
    }
}

fn left(case: &Case, promise: &PromiseLine) -> Markup {
    let due = (promise.due - case.ahead).timestamp_millis();
    match promise.state {
        PromiseState::Open | PromiseState::Missed => {
            html! { strong.number data-promise=(due) { (words::promise_left(promise.minutes_left)) } }
        }
        PromiseState::Kept | PromiseState::Late => html! { strong { (words::promise_word(promise.state)) } },
    }
}

fn promise_class(state: PromiseState) -> &'static str {
    match state {
        PromiseState::Open => "running",
        PromiseState::Kept => "good",
        PromiseState::Late => "warn",
        PromiseState::Missed => "bad",
    }
}

/// A case number, which leads to its page for whoever may read it.
fn link(drawing: &Drawing<'_>, case: &str) -> Markup {
    let path = || drawing.href(&format!("/pages/{}", super::super::guard::form_urlencoded(case).replace('/', "%2F")));
    html! {
        @if drawing.viewer.sees_customers() { a href=(path()) { "Case " (case) } } @else { "Case " (case) }
    }
}

/// The open pages, the oldest first.
pub(super) fn pages(drawing: &Drawing<'_>) -> Markup {
    let seen: Vec<&Case> = drawing.board.cases.iter().filter(|case| drawing.viewer.sees(case)).collect();
    html! {
        h2 { "Open pages" }
        @if matches!(drawing.viewer, Viewer::Own(_)) { p.soft { (words::OWN_PAGES) } }
        @if seen.is_empty() { p.soft { "No page is open." } }
        div.cases { @for case in seen { (page(drawing, case)) } }
    }
}

fn page(drawing: &Drawing<'_>, case: &Case) -> Markup {
    let owner = case.owner.as_ref();
    let has_nobody = case.phase == Phase::Exhausted;
    html! {
        article.case.alarm[case.is_alarming()] {
            h3 { (link(drawing, &case.case)) }
            p.phase.bad[has_nobody] { strong { (words::phase(case.phase, owner.map(|(name, _)| name.as_str()))) }
                @if let Some((_, since)) = owner { " since " (drawing.time(*since - case.ahead)) }
            }
            @if let (true, Some(briefing)) = (drawing.viewer.sees_customers(), &case.briefing) {
                @let is_theirs = owner.is_some_and(|(name, _)| drawing.viewer.is(name));
                @let is_shown = !briefing.restricted || *drawing.viewer == Viewer::Full || is_theirs;
                p { @if is_shown { (briefing.summary) } @else { (RESTRICTED) } " \u{2013} " (briefing.customer) ", "
                    a.number href=(format!("tel:{}", dialled(&briefing.phone))) { (words::number(&briefing.phone)) } }
            }
            p.soft {
                @if let Some(schedule) = &case.schedule { (schedule.to_uppercase()) ", " }
                "opened " (drawing.time(case.opened_at - case.ahead)) " by " (case.opened_by)
            }
            ol.rungs { @for rung in &case.rungs { (line(drawing, case, rung)) } }
            @for person in &case.dial {
                p.bad { strong { "Dial " (person.name) " now: " } (drawing.number(person.phone.as_deref())) ". No call reached them." }
            }
            @match &case.next {
                Some((at, what)) => p { strong { "Next by itself: " } (what) ", " (drawing.time(*at - case.ahead)) ", in " (drawing.left(*at, case.ahead)) },
                None if has_nobody => p.bad { strong { "Nothing comes by itself any more: dial by hand." } },
                None => p.soft { "Nothing comes next by itself." },
            }
        }
    }
}

/// Digits and what may stand before them: what a telephone dials.
fn dialled(number: &str) -> String {
    number.chars().filter(|letter| letter.is_ascii_digit() || *letter == '+').collect()
}

fn line(drawing: &Drawing<'_>, case: &Case, rung: &RungLine) -> Markup {
    let (class, word) = match rung.reached {
        Reached::Now => ("now", Some("now")),
        Reached::Tried => ("tried", None),
        Reached::At(_) => ("coming", None),
        Reached::NotNeeded => ("coming", Some("not needed")),
    };
    html! {
        li.rung.(class) aria-current=[(rung.reached == Reached::Now).then_some("step")] {
            span.role { (rung.label) } " "
            @if let Some(word) = word { span.mark { (word) } " " }
            @if let Reached::At(at) = rung.reached { span.soft { "at " (drawing.time(at - case.ahead)) " " } }
            @if rung.people.is_empty() {
                @if rung.reached == Reached::NotNeeded { "nobody to try" } @else { strong.bad { "NOBODY to try: skipped" } }
            }
            @for person in &rung.people { div { (tries(drawing, case, rung, person)) } }
        }
    }
}

fn tries(drawing: &Drawing<'_>, case: &Case, rung: &RungLine, person: &RungPerson) -> Markup {
    html! {
        strong { (person.name) @if drawing.viewer.is(&person.name) { " (you)" } } " " (drawing.number(person.phone.as_deref()))
        // Somebody may stand on several rungs: it is said where they were asked.
        @if person.has_it && matches!(rung.reached, Reached::Now | Reached::Tried) { " " span.mark.good { "HAS IT" } }
        @if person.cannot { " " span.mark.bad { "CANNOT" } }
        @if !person.tries.is_empty() {
            ul.tries {
                @for one in &person.tries { li { (words::tried(one.channel, one.outcome)) ", " (drawing.time(one.at - case.ahead)) } }
            }
        }
    }
}

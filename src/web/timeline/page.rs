//! How does the page of a schedule look? The way through time, the picture, what was changed, the table, the other ways out.

use maud::{Markup, PreEscaped, html};

use super::asked::Asked;
use super::calendar::{ALL, Link};
use super::looked::{Looked, Shown, Then};
use super::{table, versions};
use crate::desk::weeks::Extent;
use crate::schedule::difference::Change;
use crate::schedule::problem::Problem;
use crate::views::masked;
use crate::web::shell::Shell;
use crate::wording::timeline_page as words;
use crate::wording::timeline_svg::{Page, Timeline, timeline_page};
use crate::wording::{changes, shifts, time};

/// The whole page; `may_see` is whether numbers are shown in full.
pub(super) fn body(shell: &Shell, asked: &Asked, looked: &Looked, link: &Link, may_see: bool) -> Markup {
    html! {
        div.schedule {
            h1 { (looked.title) }
            (tabs(shell, looked, asked))
            @for wrong in &asked.wrong { p.wrong role="alert" { (wrong) } }
            @for trouble in &looked.trouble { p.wrong { (trouble) } }
            @if let Some(shown) = &looked.shown { (standing(shown, looked, asked)) }
            (ways(asked))
            h2 id="days" { (asked.weeks.title()) }
            @if let Some(shown) = &looked.shown { (days(shown, asked, looked, may_see)) }
            (versions::section(asked, looked))
            (calendar_links(shell, looked, link, may_see))
        }
    }
}

/// Every schedule, in the same days.
fn tabs(shell: &Shell, looked: &Looked, asked: &Asked) -> Markup {
    let query = asked.query(asked.weeks.extent, asked.weeks.around);
    html! {
        @if looked.all.len() > 1 {
            nav.tabs aria-label="Schedules" {
                @for (name, title) in &looked.all {
                    a href={ (shell.href(&format!("/schedules/{name}"))) (query) } aria-current=[(*name == looked.name).then_some("page")] {
                        (title)
                    }
                }
            }
        }
    }
}

/// What the days amount to, how old this is, and which version it is.
fn standing(shown: &Shown, looked: &Looked, asked: &Asked) -> Markup {
    let planned = [(&*shown.loaded, shown.plan.clone())];
    let verdict = shifts::verdict(&planned);
    let is_covered = verdict == "COVERED";
    html! {
        @if let Some(then) = &shown.then {
            div.card.then role="status" {
                p { strong { (words::as_it_stood(then.known.at, then.known.note, looked.zone)) } }
                @if then.is_compared {
                    p { (words::changed(then.within.len(), then.elsewhere.len())) }
                } @else {
                    p { (words::NOT_COMPARED) }
                }
                p { a href=(asked.query_known_at(None)) { "Show the sheet as it is now" } }
            }
        }
        p.verdict {
            strong class=(if is_covered { "good" } else { "bad" }) { (verdict) }
            " in the days shown. "
            @if shown.then.is_none() { (words::age(&shown.loaded, shown.read_at, looked.now, looked.zone)) }
        }
    }
}

/// The way through time.
fn ways(asked: &Asked) -> Markup {
    let weeks = &asked.weeks;
    let extent = |extent: Extent, word: &str| {
        html! {
            a href=(asked.query(extent, weeks.around)) aria-current=[(weeks.extent == extent).then_some("true")] { (word) }
        }
    };
    let unit = weeks.extent.word();
    html! {
        div.ways {
            nav.extents aria-label="How much" { (extent(Extent::Week, "Week")) (extent(Extent::Month, "Month")) }
            nav.moves aria-label="Through time" {
                @if let Some(date) = weeks.earlier() { a href=(asked.query(weeks.extent, date)) { "Earlier " span.visually-hidden { (unit) } } }
                a href=(asked.query(weeks.extent, asked.today)) { "Today" }
                @if let Some(date) = weeks.later() { a href=(asked.query(weeks.extent, date)) { "Later " span.visually-hidden { (unit) } } }
            }
            form.go method="get" {
                input type="hidden" name="view" value=(weeks.extent.word());
                @if asked.known_at.is_some() { input type="hidden" name="known_at" value=(asked.known_at_typed); }
                label for="from" { "Date" }
                input id="from" type="date" name="from" value=(weeks.around) required;
                button.second { "Show" }
            }
        }
    }
}

/// The picture, what was changed since, and the table.
fn days(shown: &Shown, asked: &Asked, looked: &Looked, may_see: bool) -> Markup {
    let Some(plan) = &shown.plan else {
        let problems = shown.loaded.problems();
        return html! {
            p.wrong { (words::CANNOT_TELL) }
            ul { @for problem in problems.iter().take(20) { li { (told_problem(problem, may_see)) } } }
        };
    };
    let no_changes: &[Change] = &[];
    let within = shown.then.as_ref().map_or(no_changes, |then| &then.within);
    let planned = [(&*shown.loaded, Some(plan.clone()))];
    let timeline = Timeline { window: asked.window, planned: &planned, zone: looked.zone, now: looked.now };
    let picture =
        timeline_page(&timeline, &Page { changes: within, href: &|stretch| format!("#{}", table::anchor(stretch)) });
    html! {
        p { a.jump href="#table" { "The same as a table" } }
        div.scroll.timeline tabindex="0" role="region" aria-labelledby="days" { (PreEscaped(picture)) }
        @for day in shifts::uncommon_days(asked.window, looked.zone) { p.soft { (shifts::day_length(&day)) } }
        @if let Some(then) = &shown.then { (differences(then, looked)) }
        h2 id="table" { "Every shift of these days" }
        (table::table(plan, &shown.loaded, within, looked, may_see))
    }
}

/// A problem; it may quote a number that somebody typed into a cell.
fn told_problem(problem: &Problem, may_see: bool) -> String {
    let told = crate::wording::schedule::told_problem(problem);
    if may_see { told } else { masked::text(&told) }
}

/// What the newest version says otherwise, in words.
fn differences(then: &Then, looked: &Looked) -> Markup {
    let list = |changes: &[Change]| {
        html! { ul.changes { @for change in changes { li { (changes::line(change, looked.now, looked.zone)) } } } }
    };
    html! {
        @if !then.within.is_empty() {
            h2 { "Changed since, in these days" }
            (list(&then.within))
        }
        @if !then.elsewhere.is_empty() {
            details {
                summary { "Changed since, in other days" }
                (list(&then.elsewhere))
            }
        }
    }
}

/// The link for the person's own calendar.
fn calendar_links(shell: &Shell, looked: &Looked, link: &Link, may_see: bool) -> Markup {
    let form = |what: &str, class: &str, word: &str| {
        html! {
            form method="post" action=(shell.href(&format!("/schedules/{}/calendar-link", looked.name))) {
                input type="hidden" name="what" value=(what);
                button class=(class) { (word) }
            }
        }
    };
    let inner = match link {
        Link::Never => return html! {},
        Link::Unknown => html! { p.wrong { (words::LINK_UNKNOWN) } },
        Link::None => html! {
            p { (words::LINK_EXPLAINED) }
            (form("new", "second", "Make a calendar link"))
        },
        Link::Made { token, holder, made_at, expires_at, base } => {
            let address = |name: &str, more: &str| format!("{base}/calendar/{name}.ics?token={token}{more}");
            let own = holder.person.is_some();
            let mut links = vec![(looked.title.clone(), address(&looked.name, ""))];
            if looked.all.len() > 1 {
                links.push(("All schedules".to_owned(), address(ALL, "")));
            }
            if own {
                links.push(("Only my own shifts, of all schedules".to_owned(), address(ALL, "&mine=1")));
            }
            html! {
                p { (words::LINK_EXPLAINED) " " (words::LINK_IS_SECRET) }
                dl.links {
                    @for (number, (what, address)) in links.iter().enumerate() {
                        dt { (what) }
                        dd {
                            code.paste id={ "calendar-" (number) } { (address) }
                            " " button.second type="button" hidden data-copies={ "calendar-" (number) } { "Copy" }
                        }
                    }
                }
                @if may_see { p.soft { (words::LINK_WITH_NUMBERS) } }
                p.soft {
                    "Made " (time::short(*made_at, looked.zone)) "."
                    @if let Some(expires_at) = expires_at { " It works until " (time::short(*expires_at, looked.zone)) "." }
                }
                div.buttons {
                    (form("new", "second", "Make a new link: the old one stops working"))
                    (form("end", "second", "End this link"))
                }
            }
        }
    };
    html! {
        section aria-labelledby="calendar" {
            h2 id="calendar" { "Your calendar link" }
            (inner)
        }
    }
}

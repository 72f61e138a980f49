//! How does a page look, part by part? Each part is drawn from the log alone, so that it can be drawn again for everybody
//! who has the page open.

use chrono::{DateTime, Utc};
use maud::{Markup, html};

use super::super::form::by_hand::{dial, people, telephone};
use super::super::form::page_path;
use super::super::shell::href;
use super::super::{Current, House};
use super::{Looker, reader};
use crate::decision::ladder::Contact;
use crate::desk::error::CommandError;
use crate::desk::reader::{asked, fold};
use crate::episode::briefing::{Briefing, case_key};
use crate::episode::event::Recorded;
use crate::episode::plan::{self, Upcoming};
use crate::episode::promise::PromiseState;
use crate::episode::state::{Phase, State};
use crate::episode::unheard::to_dial;
use crate::views::page::PageView;
use crate::wording::next_action::{NextAction, Urgency, coming, next_action, promise};
use crate::wording::page as words;
use crate::wording::time::{spoken, spoken_with_day, stamp};

/// A page as it stands, for one kind of looker.
pub(super) struct Drawing<'a> {
    current: &'a Current,
    looker: Looker,
    log: Vec<Recorded>,
    state: State,
    view: PageView,
    briefing: Option<Briefing>,
    /// Sentences about blocked texts.
    blocked: Vec<String>,
    /// Who has the page open, and since when.
    here: Vec<(String, DateTime<Utc>)>,
    /// Who fills in a form for the same case, and since when.
    filling_in: Vec<(String, DateTime<Utc>)>,
    /// The present moment on the page's clock.
    now: DateTime<Utc>,
    next: Option<Upcoming>,
}

impl<'a> Drawing<'a> {
    pub(super) async fn read(
        house: &House,
        current: &'a Current,
        episode: &str,
        looker: Looker,
    ) -> Result<Self, CommandError> {
        let technician = match &looker {
            Looker::Agent => None,
            Looker::Technician(name) => Some(name.clone()),
        };
        let reader = reader(current).of(technician.as_deref());
        let true_now = house.clock.now();
        let log = reader.log(episode).await?;
        let state = fold(episode, &log)?;
        let view = reader.view(episode, true_now, false).await?;
        let briefing = reader.briefing(episode).await?;
        let asked = asked(&state).map(|it| (it.name.as_str(), it.phone.as_deref()));
        let blocked = reader.blocked().await?.sentences(asked);
        let now = state.time_at(true_now);
        let next = plan::next(&state, now, &current.site.policy());
        let drafts = house.drafts.drafts().await.unwrap_or_default();
        let of_case = drafts
            .into_iter()
            .filter(|draft| case_key(&draft.case) == case_key(&state.case) && draft.training == state.training);
        let filling_in = of_case.map(|draft| (draft.by, draft.begun_at)).collect();
        let here = house.pages.presence.of(episode, true_now);
        Ok(Self { current, looker, log, state, view, briefing, blocked, here, filling_in, now, next })
    }

    /// The parts in their order.
    pub(super) fn parts(&self) -> Vec<(&'static str, Markup)> {
        let mut parts = vec![("next", self.next_action()), ("others", self.others())];
        parts.push(("acts", self.acts()));
        parts.push(("ladder", self.ladder()));
        if self.state.drill.is_none() {
            parts.push(("words", self.words()));
        }
        parts.push(("log", self.log()));
        parts
    }

    pub(super) fn heading(&self) -> Markup {
        let state = &self.state;
        html! {
            h1 {
                @if state.drill.is_some() { "Drill " } @else { "Case " }
                (state.case)
            }
            p.soft {
                (state.schedule.as_deref().map_or_else(|| "leadership".to_owned(), str::to_uppercase))
                ", opened by " (state.opened_by) " " (self.day(state.opened_at))
                @if state.round > 1 { ", round " (state.round) }
            }
        }
    }

    fn day(&self, at: DateTime<Utc>) -> String {
        spoken_with_day(at, self.now, self.current.site.zone)
    }

    fn next_action(&self) -> Markup {
        let zone = self.current.site.zone;
        let policy = self.current.site.policy();
        let to_dial: Vec<&Contact> = to_dial(&self.state, &policy);
        let next = next_action(&self.state, &to_dial, self.next.as_ref(), self.now, zone);
        let is_exhausted = self.state.phase() == Phase::Exhausted && self.state.drill.is_none();
        let dialled = if is_exhausted { people(&self.state.ladder) } else { to_dial };
        let due = self.state.promise.as_ref().map(|promise| promise.due);
        let desk = &self.current.site.settings.desk.help_desk_phone;
        let said = self.briefing.as_ref().map(|briefing| words::by_hand(briefing, due, desk, zone));
        let class = match next.urgency {
            Urgency::Calm => "next calm",
            Urgency::Soon => "next soon",
            Urgency::Now => "next now",
        };
        let NextAction { action, details, .. } = next;
        html! {
            section class=(class) aria-labelledby="next-action" {
                h2.visually-hidden { "What to do now" }
                p.action id="next-action" role="status" { (action) }
                @for detail in &details { p { (detail) } }
                @if is_exhausted || !dialled.is_empty() { (dial(&dialled, said.as_deref())) }
                (self.promise())
            }
        }
    }

    fn promise(&self) -> Markup {
        let zone = self.current.site.zone;
        html! {
            @if let Some(made) = self.state.promise.as_ref().filter(|_| self.state.cancelled.is_none()) {
                @let class = match made.state(self.now) {
                    PromiseState::Open => "due-line", PromiseState::Kept => "due-line good",
                    PromiseState::Late => "due-line warn", PromiseState::Missed => "due-line bad",
                };
                p class=(class) {
                    strong { "Promise: " (promise(made, self.now, zone)) }
                    @if let Some(told) = words::told_and_called(&self.state, zone) { " (" (told) ")" }
                }
                @if made.called_back_at.is_none() {
                    @let whole = (made.due - made.told_at).num_minutes().max(1);
                    progress max=(whole) value=((whole - made.minutes_left(self.now)).clamp(0, whole))
                        aria-label="How much of the promised time is over" {}
                }
            }
        }
    }

    /// Who else is at work on the case.
    fn others(&self) -> Markup {
        let zone = self.current.site.zone;
        html! {
            @if self.looker == Looker::Agent && self.here.len() > 1 {
                p.notice {
                    "Looking at this page now: "
                    @for (place, (name, since)) in self.here.iter().enumerate() {
                        @if place > 0 { "; " }
                        strong { (name) } " since " (spoken(*since, zone))
                    }
                }
            }
            @if self.looker == Looker::Agent {
                @for (name, since) in &self.filling_in {
                    p.notice.warn { strong { (name) } " is filling in the form for this case, since " (spoken(*since, zone)) }
                }
            }
        }
    }

    fn ladder(&self) -> Markup {
        let zone = self.current.site.zone;
        let state = &self.state;
        html! {
            section aria-labelledby="ladder" {
                h2 id="ladder" { "Whom it asks" }
                @if !self.blocked.is_empty() { ul.notice.bad { @for line in &self.blocked { li { (line) } } } }
                ol.ladder {
                    @for (index, rung) in state.ladder.rungs.iter().enumerate() {
                        @let is_current = state.current.is_some_and(|climb| climb.rung == index) && state.phase() == Phase::Paging;
                        li aria-current=[is_current.then_some("step")] {
                            span.soft { (rung.label) " by " (words::channels(rung)) }
                            @if rung.contacts.is_empty() { div { strong.bad { "NOBODY to try: skipped" } } }
                            @for person in &rung.contacts {
                                @let what = words::words_about(state, index, person);
                                div {
                                    strong { (person.name) } " "
                                    @match &person.phone { Some(number) => (telephone(number)), None => strong.bad { "NO NUMBER" } }
                                    @if !what.is_empty() { ": " (what) }
                                }
                            }
                        }
                    }
                }
                p { strong { "Next by itself: " }
                    @match &self.next { Some(next) => (coming(&self.state, next, self.now, zone)), None => "nothing" }
                }
                @if !state.attempts.is_empty() {
                    div.scroll tabindex="0" role="region" aria-label="Every attempt" {
                        table {
                            thead { tr { th scope="col" { "Begun" } th scope="col" { "What" } th scope="col" { "Result" } } }
                            tbody {
                                @for tried in &state.attempts {
                                    tr {
                                        td.number { (self.day(tried.started_at)) }
                                        td { (words::attempt_name(tried)) }
                                        td { @match tried.latest() { Some(latest) => (words::outcome(&latest.report)), None => "on its way" } }
                                    }
                                }
                            }
                        }
                    }
                }
            }
        }
    }

    /// What to say and what to paste.
    fn words(&self) -> Markup {
        html! {
            section aria-labelledby="say" {
                h2 id="say" { "Say to the customer" }
                ul.say { @for sentence in &self.view.say { li { (sentence) } } }
            }
            section aria-labelledby="paste" {
                h2 id="paste" { "Paste into " (self.current.site.settings.desk.ticket_system) }
                @if self.briefing.is_none() { p.notice { (words::PURGED_LINE) } }
                pre.paste id="record" tabindex="0" role="region" aria-label="The record" { (self.view.record) }
                p { button.second type="button" data-copies="record" data-said="Copied" hidden { "Copy" } }
            }
        }
    }

    fn log(&self) -> Markup {
        let zone = self.current.site.zone;
        let mut known: Option<State> = None;
        let mut lines: Vec<(String, String)> = Vec::new();
        for recorded in &self.log {
            match &mut known {
                // What cannot be folded is told as far as it can be.
                Some(known) => drop(known.apply(recorded)),
                None => known = State::of(std::slice::from_ref(recorded)).ok(),
            }
            if let Some(known) = &known {
                lines.push((stamp(recorded.at, zone), words::change(&recorded.event, known, zone)));
            }
        }
        html! {
            section aria-labelledby="log" {
                h2 id="log" { "The log" }
                ol.log { @for (at, what) in &lines { li { span.soft.number { (at) } " " (what) } } }
            }
        }
    }

    /// What a person can report.
    fn acts(&self) -> Markup {
        let state = &self.state;
        let path = href(&self.current.site, &page_path(&state.case));
        let is_drill = state.drill.is_some();
        let is_over = state.cancelled.is_some() || state.closed_at.is_some();
        let owner = state.acknowledged.as_ref().map(|owner| owner.by.as_str());
        let is_promised = state.promise.as_ref().is_some_and(|promise| promise.called_back_at.is_none());
        html! {
            @if !is_over || is_promised {
                section.acts aria-labelledby="acts" {
                    h2 id="acts" { "Report" }
                    @match &self.looker {
                        Looker::Technician(name) => {
                            div.buttons {
                                @if owner.is_none() && !is_over { (one(&path, "ack", "I have it", "")) }
                                @if !is_over && owner.is_none_or(|owner| owner == name) { (one(&path, "decline", "I cannot", "second")) }
                                @if !is_drill && owner.is_some_and(|owner| owner == name) && state.called_back.is_none() {
                                    (one(&path, "called-back", "The customer was called back", ""))
                                }
                            }
                        }
                        Looker::Agent => {
                            @if owner.is_none() && !is_over {
                                (self.with_person(&path, "ack", "Somebody has it", "Who has it?", "Record that they have it"))
                            }
                            @if !is_over {
                                (self.with_person(&path, "decline", "Somebody cannot", "Who cannot?", "Record that they cannot"))
                            }
                            @if !is_drill && state.called_back.is_none() && state.cancelled.is_none() {
                                (self.with_person(&path, "called-back", "The customer was called back", "Who called?", "Record the callback"))
                            }
                            @if !is_drill && !is_over && state.schedule.is_some() {
                                details {
                                    summary { "Page another round" }
                                    p { "Reads the schedule again and asks everybody on call anew, from the first person on." }
                                    form method="post" action=(path) data-once="" {
                                        input type="hidden" name="do" value="again";
                                        input type="hidden" name="round" value=(state.round);
                                        button.danger { "Page another round now" }
                                    }
                                }
                            }
                            @if !is_over {
                                details {
                                    summary { "Withdraw the page" }
                                    p { "Nobody is asked any more, and whoever was asked is told so. Do it when the customer needs no call any more." }
                                    form method="post" action=(path) data-once="" {
                                        input type="hidden" name="do" value="cancel";
                                        button.danger { "Withdraw it" }
                                    }
                                }
                            }
                        }
                    }
                }
            }
        }
    }

    /// An act for which a person is chosen.
    fn with_person(&self, path: &str, does: &str, heading: &str, question: &str, words: &str) -> Markup {
        let mut names: Vec<&str> = Vec::new();
        let owner = self.state.acknowledged.as_ref().map(|owner| owner.by.as_str());
        let current = self.state.current_rung().into_iter().flat_map(|rung| &rung.contacts);
        for name in owner.into_iter().chain(current.chain(asked(&self.state)).map(|it| it.name.as_str())) {
            if !names.contains(&name) {
                names.push(name);
            }
        }
        html! {
            details {
                summary { (heading) }
                form method="post" action=(path) data-once="" {
                    input type="hidden" name="do" value=(does);
                    div.field {
                        label for=(format!("{does}-by")) { (question) }
                        select id=(format!("{does}-by")) name="by" {
                            @for name in &names { option value=(name) { (name) } }
                        }
                    }
                    @if does != "decline" {
                        div.field {
                            label for=(format!("{does}-other")) { "Or somebody else" }
                            input id=(format!("{does}-other")) name="other" autocomplete="off" maxlength="200";
                        }
                    }
                    button { (words) }
                }
            }
        }
    }
}

fn one(path: &str, does: &str, words: &str, class: &str) -> Markup {
    html! {
        form method="post" action=(path) data-once="" {
            input type="hidden" name="do" value=(does);
            button class=(class) { (words) }
        }
    }
}

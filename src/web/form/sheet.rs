//! What was decided? One large word, what to say, who is paged, the button; or what to do and to paste when nobody is.

use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use chrono::{DateTime, Utc};
use maud::{Markup, html};
use sha2::{Digest, Sha256};

use super::super::{Current, House};
use super::by_hand::{dial, telephone};
use super::{Amiss, View};
use crate::decision::ladder::Contact;
use crate::decision::{Decision, Outcome};
use crate::desk::decided::DecidedCase;
use crate::desk::error::CommandError;
use crate::desk::page_plan::PagePlan;
use crate::desk::reader::Reader;
use crate::episode::briefing::Briefing;
use crate::wording::decision::{Call, headline, old_procedure, reason, say, steps};
use crate::wording::outage::checklist;
use crate::wording::record::{Facts, record};
use crate::wording::time::{short, stamp};
use crate::wording::{form as words, page as page_words};

/// Plans the page of a decided case, from the schedule as it stands now.
pub(super) async fn plan(
    house: &House,
    current: &Current,
    decided: DecidedCase,
    briefing: Briefing,
    now: DateTime<Utc>,
) -> Result<PagePlan, CommandError> {
    let name = decided.schedule()?;
    let loaded = house.sheets.for_page(name, now).await.map_err(|unread| {
        let error = CommandError::could_not_tell(unread.message);
        match unread.hint {
            Some(hint) => error.hint(hint),
            None => error,
        }
    })?;
    PagePlan::new(decided, briefing, &loaded, now, &current.site)
}

/// What tells one plan from another: the decision, and whom it asks in which order.
pub(super) fn mark(plan: &PagePlan) -> String {
    use std::fmt::Write as _;
    let mut seen = format!("{} {} {}", plan.decided.decision.row.name(), plan.schedule, plan.briefing.case);
    for contact in plan.ladder.rungs.iter().flat_map(|rung| &rung.contacts) {
        let _infallible = write!(seen, "|{}|{}", contact.name, contact.phone.as_deref().unwrap_or_default());
    }
    Sha256::digest(seen.as_bytes()).iter().take(8).fold(String::new(), |mut digits, byte| {
        let _infallible = write!(digits, "{byte:02x}");
        digits
    })
}

impl View<'_> {
    pub(super) async fn sheet(&self, amiss: &Amiss) -> Response {
        let Some(decided) = self.walk.decided(self.circumstances) else {
            // Nothing leads here while a question is open.
            return self.case_step(amiss).into_response();
        };
        if !decided.pages() {
            return self.ended(&decided).into_response();
        }
        let Ok(briefing) = self.form.checked(&self.current.site) else {
            return self.facts_step(amiss).into_response();
        };
        match plan(self.house, self.current, decided, briefing, self.now).await {
            Ok(plan) => self.paging(&plan, amiss).await.into_response(),
            Err(error) => self.without_schedule(&error),
        }
    }

    /// A case that pages, before it does.
    async fn paging(&self, plan: &PagePlan, amiss: &Amiss) -> Markup {
        let site = &self.current.site;
        let call = plan.call(site);
        let due = plan.due(site);
        let title = headline(&plan.decided.decision);
        let record = record(&call, &plan.facts(self.by), &self.words, &plan.audit(site));
        let body = html! {
            (self.above())
            @if let Some(notice) = amiss.notice { p.notice.warn role="alert" tabindex="-1" data-focus="" { (notice) } }
            (Self::large_word(&plan.decided.decision, call.nobody_on_call))
            (self.to_say(&call))
            section aria-labelledby="who" {
                h2 id="who" { "Who is paged" }
                (self.who(plan).await)
            }
            form.act method="post" action=(self.href("")) data-once="" {
                (self.hidden("page"))
                input type="hidden" name="shown" value=(mark(plan));
                input type="hidden" name="shown_at_ms" value=(plan.at.timestamp_millis());
                button.danger.large { (words::page_button(&plan.ladder)) }
                p { (words::pages(&plan.ladder, due, site.zone)) }
            }
            (self.to_do(&call))
            (self.to_paste(&record))
            (self.why(&call))
            (self.given())
            (self.leave())
        };
        self.page(title, &body)
    }

    /// A case that ends here.
    fn ended(&self, decided: &DecidedCase) -> Markup {
        let site = &self.current.site;
        let call = decided.call(Some(&self.form.case));
        let text = |fact: &'_ str| (!fact.is_empty()).then_some(fact.to_owned());
        let (summary, customer, phone) = (text(&self.form.summary), text(&self.form.customer), text(&self.form.phone));
        let facts = Facts {
            summary: summary.as_deref(),
            customer: customer.as_deref(),
            phone: phone.as_deref(),
            department: self.form.department.as_deref(),
            ..Facts::default()
        };
        let record = record(&call, &facts, &self.words, &[]);
        let leadership: Vec<&Contact> = site.leadership.iter().collect();
        let body = html! {
            (self.above())
            (Self::large_word(&decided.decision, false))
            p { (words::NOT_PAGED) }
            (self.to_say(&call))
            @if decided.decision.outcome == Outcome::Leadership {
                section aria-labelledby="who" {
                    h2 id="who" { "Leadership" }
                    ul.plain-list {
                        @for person in leadership {
                            li { (person.name) " " @match &person.phone { Some(number) => (telephone(number)), None => strong.bad { "NO NUMBER" } } }
                        }
                    }
                }
            }
            (self.to_do(&call))
            @if decided.decision.outcome == Outcome::Outage {
                h2 { "Who does what in an outage" }
                pre.paste { (checklist(&self.words, None)) }
            }
            (self.to_paste(&record))
            p { a.button.second href=(self.href("facts")) { "Fill in the facts of the record" } }
            (self.why(&call))
            (self.given())
            form.act method="post" action=(self.href("")) {
                input type="hidden" name="do" value="leave";
                button { "Done: delete this form" }
            }
        };
        self.page(headline(&decided.decision), &body)
    }

    fn large_word(decision: &Decision, nobody_on_call: bool) -> Markup {
        let class = if decision.outcome == Outcome::Page { "decision pages" } else { "decision" };
        html! {
            h1 class=(class) {
                (headline(decision))
                @if nobody_on_call { small { "NOBODY ON CALL, ASK LEADERSHIP" } }
            }
        }
    }

    fn to_say(&self, call: &Call) -> Markup {
        html! {
            section aria-labelledby="say" {
                h2 id="say" { "Say to the customer" }
                ul.say { @for sentence in say(call, &self.words) { li { (sentence) } } }
            }
        }
    }

    fn to_do(&self, call: &Call) -> Markup {
        let steps = steps(call, &self.words);
        html! {
            @if !steps.is_empty() {
                section aria-labelledby="do" {
                    h2 id="do" { "Do" }
                    ol { @for step in &steps { li { (step) } } }
                }
            }
        }
    }

    fn to_paste(&self, record: &str) -> Markup {
        html! {
            section aria-labelledby="paste" {
                h2 id="paste" { "Paste into " (self.words.ticket_system) }
                pre.paste id="record" tabindex="0" role="region" aria-label="The record" { (record) }
                p { button.second type="button" data-copies="record" data-said="Copied" hidden { "Copy" } }
            }
        }
    }

    fn why(&self, call: &Call) -> Markup {
        let zone = self.current.site.zone;
        html! {
            section aria-labelledby="why" {
                h2 id="why" { "Why" }
                p { (reason(&call.decision, call.answers)) " (row " (call.decision.row.name()) ", " (call.decision.source_lines) ")" }
                p.soft {
                    (stamp(self.now, zone))
                    @if call.circumstances.cps_open { "; CPS is open" }
                    @else if let Some(opening) = self.words.next_opening(call.circumstances) { "; CPS opens " (opening) }
                }
                @if let Some(old) = old_procedure(&self.words, call.circumstances.at) { p.notice.warn { (old) } }
            }
        }
    }

    /// Whom the page asks, in order, and what is in the way.
    async fn who(&self, plan: &PagePlan) -> Markup {
        let site = &self.current.site;
        let reader = Reader { site, store: Some(self.current.pages.as_ref()), technician: None };
        let asked: Vec<&Contact> = plan.ladder.rungs.iter().flat_map(|rung| &rung.contacts).collect();
        let mut amiss: Vec<String> = page_words::doubt(plan.status).map(str::to_owned).into_iter().collect();
        amiss.extend(plan.problems.iter().cloned());
        match reader.blocked().await {
            Ok(blocked) => amiss
                .extend(blocked.sentences(asked.iter().map(|person| (person.name.as_str(), person.phone.as_deref())))),
            Err(error) => tracing::warn!("whose texts are blocked cannot be told: {}", error.message),
        }
        let mut named: Vec<(&str, &Contact)> = Vec::new();
        for (rung, person) in plan.ladder.rungs.iter().flat_map(|rung| rung.contacts.iter().map(move |it| (rung, it))) {
            if !named.iter().any(|(_, other)| other.same_as(person)) {
                named.push((&rung.label, person));
            }
        }
        html! {
            @if !amiss.is_empty() { ul.notice.warn { @for line in &amiss { li { (line) } } } }
            @if asked.is_empty() { p.bad { strong { "NOBODY" } } }
            ul.people {
                @for (label, person) in &named {
                    li {
                        span.soft { (label) } " " strong { (person.name) } " "
                        @match &person.phone { Some(number) => (telephone(number)), None => strong.bad { "NO NUMBER" } }
                        @if let Some(until) = person.until { span.soft { " until " (short(until, site.zone)) } }
                    }
                }
            }
        }
    }

    /// The schedule cannot be had at all: leadership, by hand.
    fn without_schedule(&self, error: &CommandError) -> Response {
        let site = &self.current.site;
        let leadership: Vec<&Contact> = site.leadership.iter().collect();
        let desk = &site.settings.desk.help_desk_phone;
        let said = self.form.checked(site).ok().map(|briefing| page_words::by_hand(&briefing, None, desk, site.zone));
        let body = html! {
            (self.above())
            h1 { "Act by hand" }
            p.notice.bad role="alert" { (words::NO_SCHEDULE) " " (error.message) }
            @if let Some(hint) = &error.hint { p { (hint) } }
            section.card { (dial(&leadership, said.as_deref())) }
            form method="post" action=(self.href("")) { (self.hidden("look")) button { "Try again" } }
            (self.given())
        };
        (StatusCode::SERVICE_UNAVAILABLE, self.page("Act by hand", &body)).into_response()
    }
}

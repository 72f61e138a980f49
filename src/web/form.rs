//! How does an agent page from a browser? The procedure's questions one by one, the facts, the decision, one button.
//!
//! `kept` is the form between two requests, `steps` draws a question and the facts, `sheet` what was decided, `begin` makes
//! a page of it. Looking acts on nothing: every step back is a link, and what was given stays.

mod begin;
pub(super) mod by_hand;
mod kept;
mod sheet;
mod steps;

use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use chrono::{DateTime, Utc};
use maud::{Markup, html};
use serde::Deserialize;

use super::asker::Asker;
use super::guard::form_urlencoded;
use super::routes::{Need, Routes};
use super::shell::{Place, Shell};
use super::{Current, House};
use crate::access::Right;
use crate::decision::{Circumstances, Question};
use crate::desk::briefing::{Field, Unfit, case_number};
use crate::desk::form::{Form, Walk};
use crate::desk::reader::Reader;
use crate::desk::words::desk;
use crate::ports::drafts::Draft;
use crate::wording::decision::Desk;
use crate::wording::form as words;
use kept::Kept;

/// The paths of this file.
pub(super) fn routes(routes: Routes) -> Routes {
    let need = Need::Right(Right::Page);
    routes.get("/page", need, entrance).post("/page", need, begun).get("/page/{form}", need, look).post(
        "/page/{form}",
        need,
        take,
    )
}

/// What a step of the form sends; what a step does not have is empty.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Sent {
    /// What is to be done: `case`, `answer`, `department`, `facts`, `page`, `leave`.
    r#do: String,
    question: String,
    answer: String,
    department: String,
    case: String,
    customer: String,
    phone: String,
    summary: String,
    /// The whole form, for when the store cannot be read.
    form: String,
    /// What the agent was shown, and when.
    shown: String,
    shown_at_ms: i64,
}

/// Which step somebody wants to look at: a question's name, `case` or `facts`. Nothing about a customer stands here.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Wanted {
    at: Option<String>,
}

/// A step of the form.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Step {
    Case,
    Question(Question),
    Facts,
    Sheet,
}

/// What a step is drawn from.
struct View<'a> {
    house: &'a House,
    current: &'a Current,
    shell: Shell<'a>,
    by: &'a str,
    now: DateTime<Utc>,
    words: Desk,
    id: &'a str,
    form: &'a Form,
    walk: Walk,
    circumstances: Circumstances,
    /// Whether the store keeps the form.
    is_kept: bool,
    /// Others who fill in a form for this case, in words.
    others: Vec<String>,
}

impl<'a> View<'a> {
    fn new(house: &'a House, current: &'a Current, asker: &'a Asker, id: &'a str, kept: &'a Kept) -> Self {
        let now = house.clock.now();
        let circumstances = current.site.circumstances(now);
        Self {
            house,
            current,
            shell: Shell::new(current, asker),
            by: asker.name(),
            now,
            words: desk(&current.site),
            id,
            form: &kept.form,
            walk: kept.form.walk(&circumstances),
            circumstances,
            is_kept: kept.in_store,
            others: Vec::new(),
        }
    }

    fn href(&self, step: &str) -> String {
        let at = if step.is_empty() { String::new() } else { format!("?at={step}") };
        self.shell.href(&format!("/page/{}{at}", self.id))
    }

    /// Fields that every form of a step has.
    fn hidden(&self, does: &str) -> Markup {
        html! {
            input type="hidden" name="do" value=(does);
            input type="hidden" name="form" value=(self.form.json());
        }
    }

    /// What stands above every step.
    fn above(&self) -> Markup {
        html! {
            p.case-line { "Case " strong { (self.form.case) } }
            @if !self.is_kept { p.notice.bad role="alert" { (words::NOT_KEPT) } }
            @for other in &self.others { p.notice.warn { (other) } }
        }
    }

    fn page(&self, title: &str, body: &Markup) -> Markup {
        let title = format!("{title} - case {}", self.form.case);
        self.shell.page(Place::Form, &title, body)
    }

    /// The step to go on with.
    fn next(&self) -> Step {
        match (self.walk.open, self.walk.decided(self.circumstances)) {
            (Some(question), _) => Step::Question(question),
            (None, Some(decided)) if decided.pages() && self.form.checked(&self.current.site).is_err() => Step::Facts,
            _ => Step::Sheet,
        }
    }

    fn wanted(&self, at: Option<&str>) -> Step {
        match at {
            Some("case") => Step::Case,
            Some("facts") => Step::Facts,
            Some(key) => Question::named(key)
                .filter(|question| self.walk.open == Some(*question) || self.has(*question))
                .map_or_else(|| self.next(), Step::Question),
            None => self.next(),
        }
    }

    fn has(&self, question: Question) -> bool {
        self.walk.given.iter().any(|given| given.question() == question)
    }

    async fn draw(&mut self, step: Step, amiss: &Amiss) -> Response {
        self.others = kept::others(self.house, self.form, self.by, self.current, self.now).await;
        match step {
            Step::Case => self.case_step(amiss).into_response(),
            Step::Question(question) => self.question_step(question, amiss).into_response(),
            Step::Facts => self.facts_step(amiss).into_response(),
            Step::Sheet => self.sheet(amiss).await,
        }
    }
}

/// What cannot be used of what was sent, or must be said before the step.
#[derive(Default)]
struct Amiss {
    /// Fields, with the words of why.
    fields: Vec<Unfit>,
    /// A department that is none, as it was typed.
    department: Option<String>,
    /// A sentence above the sheet.
    notice: Option<&'static str>,
}

/// Where a form begins: the case number, and the forms that this agent has begun.
async fn entrance(State(house): State<House>, asker: Asker) -> Response {
    entrance_with(&house, &asker, "", None).await
}

async fn entrance_with(house: &House, asker: &Asker, typed: &str, amiss: Option<&Unfit>) -> Response {
    let current = house.current();
    let shell = Shell::new(&current, asker);
    let training = current.site.is_training();
    let drafts = house.drafts.drafts().await.unwrap_or_else(|error| {
        tracing::warn!(%error, "forms under way cannot be read");
        Vec::new()
    });
    let (own, others): (Vec<Draft>, Vec<Draft>) =
        drafts.into_iter().filter(|draft| draft.training == training).partition(|draft| draft.by == asker.name());
    let body = steps::entrance(&shell, &current.site, typed, amiss, &own, &others);
    let title = if amiss.is_some() { "Error: which case? - Page somebody" } else { "Page somebody" };
    let status = if amiss.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    (status, shell.page(Place::Form, title, &body)).into_response()
}

/// The case number was typed: joins its open page, goes on with its form, or begins one.
async fn begun(State(house): State<House>, asker: Asker, axum::Form(sent): axum::Form<Sent>) -> Response {
    let current = house.current();
    let case = match case_number(&sent.case, &current.site) {
        Ok(case) => case,
        Err(error) => {
            let unfit = Unfit { field: Field::Case, error };
            return entrance_with(&house, &asker, &sent.case, Some(&unfit)).await;
        }
    };
    if let Some(response) = joined(&current, &case).await {
        return response;
    }
    if let Some(own) = kept::own_of_case(&house, &current, &asker, &case).await {
        return to(&current, &format!("/page/{own}"));
    }
    let id = uuid::Uuid::now_v7().to_string();
    let mut kept = Kept::new(Form::of_case(case), &house);
    kept.keep(&house, &current, &id, asker.name()).await;
    went_on(&house, &current, &asker, &id, &kept).await
}

/// The way to the open page of a case, if it has one (contract 5.8).
async fn joined(current: &Current, case: &str) -> Option<Response> {
    let reader = Reader { site: &current.site, store: Some(current.pages.as_ref()), technician: None };
    match reader.open_page(case).await {
        Ok(page) => page.map(|_| to(current, &page_path(case))),
        Err(error) => {
            tracing::warn!("whether this case has an open page cannot be told: {}", error.message);
            None
        }
    }
}

/// The live page of a case.
pub(super) fn page_path(case: &str) -> String {
    format!("/pages/{}", form_urlencoded(case).replace('/', "%2F"))
}

fn to(current: &Current, path: &str) -> Response {
    Redirect::to(&super::shell::href(&current.site, path)).into_response()
}

/// The next step: by a way that may be loaded again, or at once where the store keeps nothing.
async fn went_on(house: &House, current: &Current, asker: &Asker, id: &str, kept: &Kept) -> Response {
    if kept.in_store {
        return to(current, &format!("/page/{id}"));
    }
    let mut view = View::new(house, current, asker, id, kept);
    let step = view.next();
    view.draw(step, &Amiss::default()).await
}

async fn look(
    State(house): State<House>,
    asker: Asker,
    Path(id): Path<String>,
    Query(wanted): Query<Wanted>,
) -> Response {
    let current = house.current();
    let kept = match Kept::load(&house, &current, &asker, &id, "").await {
        Ok(kept) => kept,
        Err(response) => return response,
    };
    let mut view = View::new(&house, &current, &asker, &id, &kept);
    let step = view.wanted(wanted.at.as_deref());
    view.draw(step, &Amiss::default()).await
}

async fn take(
    State(house): State<House>,
    asker: Asker,
    Path(id): Path<String>,
    axum::Form(sent): axum::Form<Sent>,
) -> Response {
    let current = house.current();
    let mut kept = match Kept::load(&house, &current, &asker, &id, &sent.form).await {
        Ok(kept) => kept,
        Err(response) => return response,
    };
    let site = &current.site;
    let mut amiss = Amiss::default();
    let mut again = None;
    match sent.r#do.as_str() {
        "leave" => {
            if let Err(error) = house.drafts.delete_draft(&id, asker.name()).await {
                tracing::warn!(%error, "a form that was left cannot be deleted");
            }
            return to(&current, "/page");
        }
        "page" => return begin::page(&house, &current, &asker, &id, &kept, &sent).await,
        "case" => match case_number(&sent.case, site) {
            Ok(case) => {
                if let Some(response) = joined(&current, &case).await {
                    return response;
                }
                kept.form.case = case;
            }
            Err(error) => {
                amiss.fields.push(Unfit { field: Field::Case, error });
                again = Some(Step::Case);
            }
        },
        "answer" => {
            let question = Question::named(&sent.question);
            let given = question.and_then(|question| question.read(&sent.answer, &site.partners).ok());
            match (given, question) {
                (Some(given), _) => kept.form.give(given),
                (None, question) => again = question.map(Step::Question),
            }
        }
        "department" if kept.form.give_department(&sent.department, &site.partners) => {}
        "department" => {
            amiss.department = Some(sent.department.clone());
            again = Some(Step::Question(Question::Partner));
        }
        "facts" => {
            kept.form.case = sent.case.trim().to_owned();
            kept.form.customer = sent.customer.trim().to_owned();
            kept.form.phone = sent.phone.trim().to_owned();
            kept.form.summary = sent.summary.trim().to_owned();
            match kept.form.checked(site) {
                Ok(briefing) => {
                    kept.form.case.clone_from(&briefing.case);
                    if let Some(response) = joined(&current, &briefing.case).await {
                        return response;
                    }
                }
                Err(fields) => amiss.fields = fields,
            }
            let pages = View::new(&house, &current, &asker, &id, &kept).pages();
            // A case that pages nobody is described as far as the agent likes.
            amiss.fields.retain(|unfit| pages || !typed(&kept.form, unfit.field).is_empty());
            again = (!amiss.fields.is_empty()).then_some(Step::Facts);
        }
        _ => {}
    }
    kept.keep(&house, &current, &id, asker.name()).await;
    let Some(step) = again else { return went_on(&house, &current, &asker, &id, &kept).await };
    let mut view = View::new(&house, &current, &asker, &id, &kept);
    let mut response = view.draw(step, &amiss).await;
    *response.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
    response
}

fn typed(form: &Form, field: Field) -> &str {
    match field {
        Field::Case => &form.case,
        Field::Customer => &form.customer,
        Field::Phone => &form.phone,
        Field::Summary => &form.summary,
    }
}

impl View<'_> {
    /// Whether the procedure pages, as far as it is settled.
    fn pages(&self) -> bool {
        self.walk.decided(self.circumstances).is_some_and(|decided| decided.pages())
    }
}

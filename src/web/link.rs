//! What does the technician see who opens the link of a message, and how do they answer? Without a login, on a telephone.
//!
//! Looking changes nothing, however often a mail scanner does it: only a POST acts (contract 5.7). A link that proves
//! nothing is answered as one that never existed.

use axum::Form;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use chrono::{DateTime, TimeDelta, Utc};
use maud::{Markup, html};
use serde::Deserialize;

use super::asker::Asker;
use super::routes::{Need, Routes};
use super::shell::{Shell, href};
use super::{Current, House};
use crate::access::Way;
use crate::access::link::Claim;
use crate::decision::ladder::Contact;
use crate::desk::error::CommandError;
use crate::desk::reader::Reader;
use crate::desk::reports::{self, Kind};
use crate::episode::briefing::Briefing;
use crate::episode::event::Via;
use crate::episode::state::State as Page;
use crate::ports::access::Act;
use crate::wording::link::{self as words, Standing};
use crate::wording::page::RESTRICTED;
use crate::wording::phone;
use crate::wording::time::{span, spoken};

/// The paths of this file.
pub(super) fn routes(routes: Routes) -> Routes {
    routes.get("/a/{token}", Need::Nothing, look).post("/a/{token}", Need::Nothing, act)
}

/// What a link proved.
struct Proved {
    episode: String,
    person: Contact,
    page: Page,
    briefing: Option<Briefing>,
    now: DateTime<Utc>,
}

/// Whose link this is, of which page; nothing when it proves nothing, or no longer.
async fn proved(house: &House, current: &Current, token: &str) -> Result<Option<Proved>, CommandError> {
    let (Some(key), Some(claim)) = (&current.links, Claim::read(token)) else { return Ok(None) };
    let Some(episode) = house.access.page_beginning(&claim.episode_beginning()).await? else { return Ok(None) };
    let reader = reader(current);
    let page = reader.state(&episode).await?;
    let now = page.time_at(house.clock.now());
    let limit = TimeDelta::hours(current.site.settings.serve.link_hours.into());
    let is_ours = page.training == current.site.is_training() && page.drill.is_none();
    if !is_ours || now - page.opened_at > limit {
        return Ok(None);
    }
    // Whoever was messaged in any round; the code tells which of them.
    let asked = page.attempts.iter().map(|tried| &tried.attempt.contact);
    let person = asked.into_iter().find(|person| key.proves(&claim, &episode, &person.name)).cloned();
    let Some(person) = person else { return Ok(None) };
    let briefing = reader.briefing(&episode).await?;
    Ok(Some(Proved { episode, person, page, briefing, now }))
}

fn reader(current: &Current) -> Reader<'_> {
    Reader { site: &current.site, store: Some(current.pages.as_ref()), technician: None }
}

async fn look(State(house): State<House>, asker: Asker, Path(token): Path<String>) -> Response {
    let current = house.current();
    match proved(&house, &current, &token).await {
        Ok(Some(proved)) => page(&current, &asker, &token, &proved, None).into_response(),
        Ok(None) => nothing(&current, &asker),
        Err(error) => trouble(&current, &asker, &error),
    }
}

/// What the person says.
#[derive(Deserialize)]
struct Word {
    say: Say,
}

/// The words of the buttons.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Say {
    HaveIt,
    Cannot,
    CalledBack,
}

impl Say {
    fn kind(self) -> Kind {
        match self {
            Self::HaveIt => Kind::Ack,
            Self::Cannot => Kind::Decline,
            Self::CalledBack => Kind::CalledBack,
        }
    }

    fn word(self) -> &'static str {
        match self {
            Self::HaveIt => "ack",
            Self::Cannot => "decline",
            Self::CalledBack => "called-back",
        }
    }
}

async fn act(
    State(house): State<House>,
    asker: Asker,
    Path(token): Path<String>,
    word: Result<Form<Word>, axum::extract::rejection::FormRejection>,
) -> Response {
    let current = house.current();
    let proved = match proved(&house, &current, &token).await {
        Ok(Some(proved)) => proved,
        Ok(None) => return nothing(&current, &asker),
        Err(error) => return trouble(&current, &asker, &error),
    };
    let Ok(Form(Word { say })) = word else {
        let shown = page(&current, &asker, &token, &proved, Some("Press one of the buttons: nothing was recorded."));
        return (StatusCode::UNPROCESSABLE_ENTITY, shown).into_response();
    };
    let (name, reader) = (proved.person.name.clone(), reader(&current));
    let recorded = reports::record(say.kind(), &proved.episode, &name, Via::Link, &current.engine, &reader).await;
    let result = match &recorded {
        Ok(Ok(_)) => "done",
        Ok(Err(_)) => "refused",
        Err(_) => "failed",
    };
    note(&house, &asker, &name, say, &proved.page.case, result).await;
    match recorded {
        // A reload must not act again.
        Ok(Ok(_)) => Redirect::to(&href(&current.site, &format!("/a/{token}"))).into_response(),
        Ok(Err(refused)) => {
            // The page as it stands now says who was quicker.
            let proved = Proved { page: reader.state(&proved.episode).await.unwrap_or(proved.page), ..proved };
            let shown = page(&current, &asker, &token, &proved, Some(&refused.words));
            (StatusCode::CONFLICT, shown).into_response()
        }
        Err(error) => trouble(&current, &asker, &error),
    }
}

async fn note(house: &House, asker: &Asker, name: &str, say: Say, case: &str, result: &str) {
    let act = Act {
        at: house.clock.now(),
        by: name.to_owned(),
        role: crate::access::Role::Technician.word().to_owned(),
        via: Way::Link.word().to_owned(),
        from: asker.address.map(|address| address.to_string()).unwrap_or_default(),
        what: say.word().to_owned(),
        object: case.to_owned(),
        result: result.to_owned(),
    };
    if let Err(error) = house.access.note_act(&act).await {
        tracing::error!(%error, "an act could not be noted in the audit log");
    }
}

fn page(current: &Current, asker: &Asker, token: &str, proved: &Proved, wrong: Option<&str>) -> Markup {
    let (zone, state) = (current.site.zone, &proved.page);
    let standing = words::standing(state, &proved.person);
    let shell = Shell::new(current, asker);
    let action = shell.href(&format!("/a/{token}"));
    let button = |say: &str, class: &str, label: &str| {
        html! { button name="say" value=(say) class=(class) { (label) } }
    };
    let heading = words::heading(standing, state, zone);
    let body = html! {
        p.soft { (current.site.settings.desk.name) " for " (proved.person.name) }
        h1 { (heading) }
        @if let Some(wrong) = wrong { p.wrong role="alert" { (wrong) } }
        @if let Some(told) = words::told(standing, state, proved.now, zone) { p { (told) } }
        @if standing != Standing::Over { (facts(proved, standing)) }
        @if let Some(promise) = state.promise.as_ref().filter(|_| matches!(standing, Standing::Asked | Standing::Declined | Standing::Yours)) {
            p {
                "Promised to the customer by " strong { (spoken(promise.due, zone)) }
                @if promise.due > proved.now { ": " (span(promise.due - proved.now)) " left." } @else { ": that has passed." }
            }
        }
        form.answers method="post" action=(action) {
            @match standing {
                Standing::Asked => { (button("have-it", "", "I have it")) (button("cannot", "second", "I cannot")) },
                Standing::Declined => (button("have-it", "second", "I have it after all")),
                Standing::Yours => (button("called-back", "", "The customer was called back")),
                Standing::Anothers | Standing::Done | Standing::Over => {},
            }
        }
        p.soft { "Help Desk: " (telephone(&current.site.settings.desk.help_desk_phone)) }
    };
    shell.bare(&heading, "telephone", &body)
}

/// The four facts (A38). What a restricted department's case says is shown to whoever has taken it (domain 1.3).
fn facts(proved: &Proved, standing: Standing) -> Markup {
    let Some(briefing) = &proved.briefing else {
        return html! { p { "Case " strong { (proved.page.case) } ". The customer's details were deleted here: see the case." } };
    };
    let owner = proved.page.acknowledged.as_ref().filter(|_| matches!(standing, Standing::Yours | Standing::Done));
    let is_shown = !briefing.restricted || owner.is_some_and(|owner| proved.person.is_called(&owner.by));
    html! {
        dl.facts {
            dt { "Case" } dd { strong.number { (proved.page.case) } }
            dt { "Customer" } dd { (briefing.customer) }
            dt { "Call" } dd { (telephone(&briefing.phone)) }
            dt { "Problem" }
            dd { @if is_shown { (briefing.summary) } @else { (RESTRICTED) } }
            @if let Some(department) = &briefing.department { dt { "Department" } dd { (department) } }
        }
    }
}

/// A number that a telephone dials.
fn telephone(number: &str) -> Markup {
    let shown = phone::display(number);
    let dialled: String = shown.chars().take_while(|c| *c != 'x').filter(|c| c.is_ascii_digit() || *c == '+').collect();
    html! { a.number href=(format!("tel:{dialled}")) { (shown) } }
}

fn nothing(current: &Current, asker: &Asker) -> Response {
    let body = html! {
        h1 { "This link does not work" }
        p { (words::not_valid(&current.site.settings.desk.help_desk_phone)) }
    };
    (StatusCode::NOT_FOUND, Shell::new(current, asker).bare("No such link", "telephone", &body)).into_response()
}

fn trouble(current: &Current, asker: &Asker, error: &CommandError) -> Response {
    tracing::error!("a technician's link could not be answered: {}", error.message);
    let desk = &current.site.settings.desk.help_desk_phone;
    let body = html! {
        h1 { "Nothing could be recorded just now" }
        p { "Call the Help Desk: " (telephone(desk)) ", or try again in a minute." }
    };
    let shown = Shell::new(current, asker).bare("Try again", "telephone", &body);
    (StatusCode::SERVICE_UNAVAILABLE, shown).into_response()
}

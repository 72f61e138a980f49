//! Where is a form between two requests? In the store, for the agent who fills it in; in the browser's window alone when
//! the store is down.

use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use chrono::{DateTime, Utc};
use maud::html;

use super::super::asker::Asker;
use super::super::shell::{Place, Shell};
use super::super::{Current, House};
use super::{by_hand, page_path, to};
use crate::desk::form::Form;
use crate::desk::reader::{Reader, fold};
use crate::episode::briefing::case_key;
use crate::ports::drafts::Draft;
use crate::wording::form as words;

/// Longest fact that is kept, in bytes: far more than fits any message.
const LONGEST: usize = 10_000;

/// A form, and whether the store keeps it.
pub(super) struct Kept {
    pub(super) form: Form,
    pub(super) begun_at: DateTime<Utc>,
    pub(super) in_store: bool,
}

impl Kept {
    pub(super) fn new(form: Form, house: &House) -> Self {
        Self { form, begun_at: house.clock.now(), in_store: false }
    }

    /// The form of that id. `sent` is the form as the browser's window has it; it counts where the store has none.
    pub(super) async fn load(
        house: &House,
        current: &Current,
        asker: &Asker,
        id: &str,
        sent: &str,
    ) -> Result<Self, Response> {
        if !uuid::Uuid::try_parse(id).is_ok_and(|it| it.get_version_num() == 7 && it.to_string() == id) {
            return Err(gone(current, asker));
        }
        let in_window = || Form::read(sent).filter(|_| sent.len() <= LONGEST);
        match house.drafts.draft(id, asker.name()).await {
            Ok(Some(draft)) if draft.training == current.site.is_training() => {
                let Some(form) = Form::read(&draft.form) else { return Err(gone(current, asker)) };
                Ok(Self { form, begun_at: draft.begun_at, in_store: true })
            }
            Ok(Some(_)) => Err(gone(current, asker)),
            Ok(None) => {
                if let Some(response) = became(current, id).await {
                    return Err(response);
                }
                let form = in_window().ok_or_else(|| gone(current, asker))?;
                Ok(Self { form, begun_at: house.clock.now(), in_store: false })
            }
            Err(error) => {
                tracing::error!(%error, "a form cannot be read");
                let form = in_window().ok_or_else(|| by_hand::unreadable(current, asker))?;
                Ok(Self { form, begun_at: house.clock.now(), in_store: false })
            }
        }
    }

    /// Keeps the form as it is now; when that fails it goes on in the browser's window.
    pub(super) async fn keep(&mut self, house: &House, current: &Current, id: &str, by: &str) {
        let draft = Draft {
            id: id.to_owned(),
            by: by.to_owned(),
            case: self.form.case.clone(),
            training: current.site.is_training(),
            begun_at: self.begun_at,
            changed_at: house.clock.now(),
            form: self.form.json(),
        };
        self.in_store = draft.form.len() <= LONGEST
            && match house.drafts.keep_draft(&draft).await {
                Ok(kept) => kept,
                Err(error) => {
                    tracing::error!(%error, "a form cannot be kept");
                    false
                }
            };
    }
}

/// The way to the page that a form became.
pub(super) async fn became(current: &Current, id: &str) -> Option<Response> {
    let log = current.pages.load(id).await.ok().filter(|log| !log.is_empty())?;
    let state = fold(id, &log).ok()?;
    Some(to(current, &page_path(&state.case)))
}

/// The form that this agent began for a case and did not finish.
pub(super) async fn own_of_case(house: &House, current: &Current, asker: &Asker, case: &str) -> Option<String> {
    let drafts = house.drafts.drafts().await.ok()?;
    let own = |draft: &Draft| {
        draft.by == asker.name()
            && case_key(&draft.case) == case_key(case)
            && draft.training == current.site.is_training()
    };
    let own = drafts.into_iter().find(own)?;
    // One that became a page was answered; its case is asked about anew.
    let log = Reader { site: &current.site, store: Some(current.pages.as_ref()), technician: None }
        .log(&own.id)
        .await
        .ok()?;
    log.is_empty().then_some(own.id)
}

/// Who else fills in a form for the same case, in words.
pub(super) async fn others(house: &House, form: &Form, by: &str, current: &Current, now: DateTime<Utc>) -> Vec<String> {
    let drafts = house.drafts.drafts().await.unwrap_or_default();
    let is_other = |draft: &&Draft| {
        draft.by != by && case_key(&draft.case) == case_key(&form.case) && draft.training == current.site.is_training()
    };
    let zone = current.site.zone;
    drafts
        .iter()
        .filter(is_other)
        .map(|draft| words::another_fills_in(&draft.by, draft.begun_at, draft.changed_at, now, zone))
        .collect()
}

fn gone(current: &Current, asker: &Asker) -> Response {
    let shell = Shell::new(current, asker);
    let body = html! {
        h1 { "No such form" }
        p { (words::NO_SUCH_FORM) }
        p { a.button href=(shell.href("/page")) { "Begin with the case number" } }
    };
    (StatusCode::NOT_FOUND, shell.page(Place::Form, "No such form", &body)).into_response()
}

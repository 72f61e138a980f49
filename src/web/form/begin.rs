//! How does a form become a page, once and never twice? The page takes over the form's id, so that whatever comes twice
//! finds it there.

use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use chrono::{DateTime, TimeDelta, Utc};
use maud::html;

use super::super::acts::{Ended, note};
use super::super::asker::Asker;
use super::super::{Current, House};
use super::by_hand::{dial, people};
use super::kept::{Kept, became};
use super::sheet::{mark, plan};
use super::{Amiss, Sent, Step, View, page_path, to};
use crate::desk::page_plan::Prepared;
use crate::ports::Begun;
use crate::wording::{form as words, page as page_words, refusals};

/// How long what the agent was shown may be said: the promise runs from then.
const SAYABLE: TimeDelta = TimeDelta::minutes(5);

/// The button that pages was pressed.
pub(super) async fn page(
    house: &House,
    current: &Current,
    asker: &Asker,
    id: &str,
    kept: &Kept,
    sent: &Sent,
) -> Response {
    if let Some(response) = became(current, id).await {
        return response;
    }
    let site = &current.site;
    let mut view = View::new(house, current, asker, id, kept);
    let decided = view.walk.decided(view.circumstances).filter(crate::desk::decided::DecidedCase::pages);
    let (Some(decided), Ok(briefing)) = (decided, kept.form.checked(site)) else {
        let step = view.next();
        return view.draw(step, &Amiss { notice: Some(words::CHANGED), ..Amiss::default() }).await;
    };
    let plan = match plan(house, current, decided, briefing, view.now).await {
        Ok(plan) => plan,
        Err(_) => return view.draw(Step::Sheet, &Amiss::default()).await,
    };
    let shown_at = DateTime::from_timestamp_millis(sent.shown_at_ms).unwrap_or(DateTime::<Utc>::MIN_UTC);
    let notice = if mark(&plan) != sent.shown {
        Some(words::CHANGED)
    } else if shown_at > view.now || view.now - shown_at > SAYABLE {
        Some(words::TOO_LATE)
    } else {
        None
    };
    if notice.is_some() {
        return view.draw(Step::Sheet, &Amiss { notice, ..Amiss::default() }).await;
    }
    let mut prepared = plan.prepared(asker.name(), 0, site);
    // The customer was told the clock time that stood on the screen.
    prepared.told_at = prepared.told_at.map(|_| shown_at);
    let (case, spare) = (prepared.opened.case.clone(), prepared.clone());
    match current.engine.open(prepared.opening(id.to_owned())).await {
        Ok(Ok(Begun::New(_) | Begun::Joined(_))) => {
            note(house, asker, "page", &case, Ended::Done).await;
            if let Err(error) = house.drafts.delete_draft(id, asker.name()).await {
                tracing::warn!(%error, "a form that became a page cannot be deleted");
            }
            to(current, &page_path(&case))
        }
        Ok(Err(refusal)) => {
            note(house, asker, "page", &case, Ended::Refused).await;
            failed(&view, &spare, &refusals::said(&refusal, &case, site.zone))
        }
        Err(error) => {
            tracing::error!(%error, "a page cannot be opened");
            note(house, asker, "page", &case, Ended::Failed).await;
            failed(&view, &spare, &error.to_string())
        }
    }
}

/// Nothing was stored: the procedure needs no more than a telephone.
fn failed(view: &View<'_>, prepared: &Prepared, why: &str) -> Response {
    let site = &view.current.site;
    let due = prepared.told_at.map(|at| site.promises().due(at));
    let desk = &site.settings.desk.help_desk_phone;
    let said = page_words::by_hand(&prepared.briefing, due, desk, site.zone);
    let body = html! {
        (view.above())
        h1.decision.pages { "Dial by hand" }
        p.notice.bad role="alert" { strong { (words::NOBODY_PAGED) } " " (why) }
        section.card { (dial(&people(&prepared.opened.ladder), Some(&said))) }
        form method="post" action=(view.href("")) { (view.hidden("look")) button { "Try again" } }
        (view.given())
    };
    (StatusCode::SERVICE_UNAVAILABLE, view.page("Dial by hand", &body)).into_response()
}

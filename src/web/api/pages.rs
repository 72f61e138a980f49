//! How do the pages stand, and what was promised? `pages`, `show` and `promises` as the command line prints them.
//!
//! A technician sees the pages that ask them and no other; to somebody who may not see a page there is none.

use axum::extract::{FromRequestParts, RawPathParams, RawQuery, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, Uri, header};
use axum::response::Response;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::DateTime;

use super::super::asker::Asker;
use super::super::problem::Problem;
use super::super::routes::{Need, Routes};
use super::super::{Current, House};
use super::answer::{Ready, wants_text};
use super::query::{ENTRIES, Key, Kind, Query};
use super::trouble;
use crate::access::Right;
use crate::desk::error::Exit;
use crate::desk::lists::{Part, Place, exit_of_promises, page_list, promise_list};
use crate::desk::reader::{Reader, asked};
use crate::desk::texts;
use crate::episode::state::State as PageState;
use crate::ports::PageSummary;

/// What the lists can be asked.
pub(super) const LISTS: [Key; 3] = [
    Key { name: "all", about: "Those of closed pages too.", kind: Kind::Flag },
    Key { name: "limit", about: "How many entries at most.", kind: Kind::Limit },
    Key { name: "cursor", about: "Where to go on: from the Link header of the answer before.", kind: Kind::Cursor },
];

/// What one page can be asked.
pub(super) const PAGE: [Key; 1] = [Key { name: "log", about: "false leaves the log out.", kind: Kind::On }];

/// The paths of this file.
pub(super) fn routes(routes: Routes) -> Routes {
    let look = Need::Right(Right::Look);
    routes.get("/api/v1/pages", look, pages).get("/api/v1/promises", look, promises).get(
        "/api/v1/pages/{case}",
        Need::Either(Right::ReadPages, Right::AnswerOwnPages),
        page,
    )
}

/// The case number in a path.
pub(super) struct Case(pub String);

impl<S: Send + Sync> FromRequestParts<S> for Case {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let named = RawPathParams::from_request_parts(parts, state).await.ok();
        let case = named.and_then(|named| {
            let mut found = named.iter().filter(|(name, _)| *name == "case").map(|(_, value)| value.to_owned());
            found.next()
        });
        // No case has such a number, and no database need be asked.
        let case = case.filter(|case| !case.chars().any(char::is_control) && case.len() <= 200);
        case.map(Self).ok_or_else(|| Problem::not_found("there is no page for this case"))
    }
}

/// The pages of this request, to be read by whoever asks.
pub(super) fn reader<'a>(current: &'a Current, asker: &'a Asker) -> Reader<'a> {
    let technician = asker.caller.as_ref().filter(|caller| caller.may(Right::AnswerOwnPages));
    let technician = technician.map(|caller| caller.person.as_deref().unwrap_or_default());
    Reader { site: &current.site, store: Some(current.pages.as_ref()), technician }
}

/// Whether whoever asks may know of a page at all.
pub(super) fn may_know(asker: &Asker, page: &PageState) -> bool {
    let Some(caller) = &asker.caller else { return false };
    if !caller.may(Right::AnswerOwnPages) {
        return true;
    }
    caller.person.as_deref().is_some_and(|person| asked(page).any(|contact| contact.is_called(person)))
}

/// The page of a case, open or the newest, if whoever asks may know of it.
pub(super) async fn find(reader: &Reader<'_>, asker: &Asker, case: &str) -> Result<PageSummary, Problem> {
    let page = reader.find(case).await.map_err(|error| trouble::looked_for(&error))?;
    let state = reader.state(&page.episode).await.map_err(|error| trouble::looked_for(&error))?;
    if may_know(asker, &state) {
        return Ok(page);
    }
    Err(Problem::not_found(format!("there is no page for case {:?}", case.trim()))
        .hint(Some("page-oncall pages --all lists every page".to_owned())))
}

async fn page(
    State(house): State<House>,
    asker: Asker,
    Case(case): Case,
    RawQuery(raw): RawQuery,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let query = Query::read(raw.as_deref(), &PAGE)?;
    let current = house.current();
    let reader = reader(&current, &asker);
    let page = find(&reader, &asker, &case).await?;
    let view = reader
        .view(&page.episode, house.clock.now(), query.text("log") != Some("false"))
        .await
        .map_err(|error| trouble::asked(&error))?;
    if wants_text(&headers) {
        let words = texts::show(&reader, &page.episode, &view.record, house.clock.now()).await;
        return Ok(Ready::text(words.map_err(|error| trouble::asked(&error))?, Exit::Done)?.to(&headers));
    }
    Ok(Ready::of(&view, Exit::Done)?.to(&headers))
}

async fn pages(
    State(house): State<House>,
    asker: Asker,
    uri: Uri,
    RawQuery(raw): RawQuery,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let query = Query::read(raw.as_deref(), &LISTS)?;
    let (current, now) = (house.current(), house.clock.now());
    let reader = reader(&current, &asker);
    let blocked = reader.blocked().await.map_err(|error| trouble::asked(&error))?;
    let whose = |page: &PageState| may_know(&asker, page);
    let part = part(&query, &whose)?;
    let (listed, more) = reader.part_of_pages(part, now, &blocked).await.map_err(|error| trouble::asked(&error))?;
    let ready = if wants_text(&headers) {
        Ready::text(texts::pages(&listed, query.flag("all"), &blocked, current.site.zone), Exit::Done)?
    } else {
        Ready::of(&page_list(listed), Exit::Done)?
    };
    Ok(continued(ready.to(&headers), &current, &uri, &query, more.as_ref()))
}

async fn promises(
    State(house): State<House>,
    asker: Asker,
    uri: Uri,
    RawQuery(raw): RawQuery,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let query = Query::read(raw.as_deref(), &LISTS)?;
    let (current, now) = (house.current(), house.clock.now());
    let whose = |page: &PageState| may_know(&asker, page);
    let part = part(&query, &whose)?;
    let (listed, more) =
        reader(&current, &asker).part_of_promises(part, now).await.map_err(|error| trouble::asked(&error))?;
    let exit = exit_of_promises(&listed);
    let ready = if wants_text(&headers) {
        Ready::text(texts::promises(&listed, query.flag("all"), current.site.zone), exit)?
    } else {
        Ready::of(&promise_list(listed), exit)?
    };
    Ok(continued(ready.to(&headers), &current, &uri, &query, more.as_ref()))
}

fn part<'a>(query: &Query, whose: &'a (dyn Fn(&PageState) -> bool + Sync)) -> Result<Part<'a>, Problem> {
    let place = |text: &str| place(text).ok_or_else(|| Problem::field("cursor", "it is none that this service gave"));
    let after = query.text("cursor").map(place).transpose()?;
    let most = usize::try_from(query.number("limit").unwrap_or(ENTRIES)).unwrap_or(usize::MAX);
    Ok(Part { all: query.flag("all"), after, most, whose })
}

/// The place that a cursor names.
fn place(cursor: &str) -> Option<Place> {
    let text = String::from_utf8(URL_SAFE_NO_PAD.decode(cursor).ok()?).ok()?;
    let (at, episode) = text.split_once(' ')?;
    let opened_at = DateTime::from_timestamp_micros(at.parse().ok()?)?;
    Some(Place { opened_at, episode: episode.to_owned() })
}

fn cursor(place: &Place) -> String {
    URL_SAFE_NO_PAD.encode(format!("{} {}", place.opened_at.timestamp_micros(), place.episode))
}

/// The answer with the address of what follows.
fn continued(mut response: Response, current: &Current, uri: &Uri, query: &Query, more: Option<&Place>) -> Response {
    let Some(place) = more else { return response };
    let base = current.site.settings.serve.base_path();
    let all = if query.flag("all") { "all=true&" } else { "" };
    let limit = query.number("limit").map_or_else(String::new, |limit| format!("limit={limit}&"));
    let link = format!("<{base}{}?{all}{limit}cursor={}>; rel=\"next\"", uri.path(), cursor(place));
    if let Ok(link) = HeaderValue::try_from(link) {
        response.headers_mut().insert(header::LINK, link);
    }
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_names_a_place_and_nothing_else_does() {
        let place_of = Place { opened_at: "2026-11-22T18:00:00.123Z".parse().unwrap(), episode: "0193-aa".to_owned() };
        let text = cursor(&place_of);
        assert!(text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte)), "{text}");
        assert_eq!(place(&text), Some(place_of));
        for wrong in ["", "x", "%%", "MTIz", "9999", &text[1..]] {
            assert_eq!(place(wrong), None, "{wrong}");
        }
    }
}

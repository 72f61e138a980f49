//! Who did what? `/audit`: the acts, newest first, a page at a time.

use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::response::{IntoResponse, Response};
use maud::{Markup, html};
use serde::Deserialize;

use super::House;
use super::asker::Asker;
use super::problem::Problem;
use super::routes::{Need, Routes};
use super::shell::{Place, Shell};
use crate::access::Right;
use crate::ports::access::Act;
use crate::wording::time::short;

/// How many acts stand on a page.
const ON_A_PAGE: u32 = 100;

/// The paths of this file.
pub(super) fn routes(routes: Routes) -> Routes {
    routes.get("/audit", Need::Right(Right::Audit), audit)
}

/// Which page.
#[derive(Debug, Default, Deserialize)]
struct Asked {
    /// Acts with a smaller number than this.
    before: Option<i64>,
}

async fn audit(State(house): State<House>, asker: Asker, query: Result<Query<Asked>, QueryRejection>) -> Response {
    let Asked { before } = query.map(|Query(asked)| asked).unwrap_or_default();
    let mut acts = match house.access.acts(before, ON_A_PAGE + 1).await {
        Ok(acts) => acts,
        Err(error) => {
            tracing::error!(%error, "the audit log cannot be read");
            return Problem::unavailable("the audit log cannot be read now; try again in a minute").into_response();
        }
    };
    let has_more = acts.len() > ON_A_PAGE as usize;
    acts.truncate(ON_A_PAGE as usize);
    let current = house.current();
    let shell = Shell::new(&current, &asker);
    let zone = current.site.zone;
    let body = html! {
        h1 { "Audit log" }
        p.soft { "Times are " (zone.name()) ". The log holds no customer's data." }
        @if acts.is_empty() { p { "Nothing is recorded here." } }
        @else {
            div.scroll tabindex="0" role="region" aria-label="The acts, newest first" {
                table {
                    thead { tr {
                        @for heading in ["When", "Who", "Role", "By", "From", "What", "To what", "Result"] {
                            th scope="col" { (heading) }
                        }
                    } }
                    tbody { @for (_, act) in &acts { (line(act, &short(act.at, zone))) } }
                }
            }
        }
        p {
            @if before.is_some() { a href=(shell.href("/audit")) { "Newest" } " " }
            @if let Some((number, _)) = acts.last().filter(|_| has_more) {
                a rel="next" href=(shell.href(&format!("/audit?before={number}"))) { "Older" }
            }
        }
    };
    shell.page(Place::Elsewhere, "Audit log", &body).into_response()
}

fn line(act: &Act, when: &str) -> Markup {
    html! {
        tr {
            td.number { time datetime=(act.at.to_rfc3339()) { (when) } }
            @for text in [&act.by, &act.role, &act.via, &act.from, &act.what, &act.object, &act.result] { td { (text) } }
        }
    }
}

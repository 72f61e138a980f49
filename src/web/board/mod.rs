//! What is going on tonight? The board, its wall mode, and the stream that keeps both up to date.
//!
//! `look` puts the board together from the readings and the `ledger`, which reads the page log; `live` does so once a
//! second for all who have it open, and `stream` is one connection. `parts` lists what a board is drawn of: `now`,
//! `cases`, `ahead`, and for the wall `wall`. `viewer` says what somebody may see.

mod ahead;
mod cases;
mod ledger;
mod live;
mod look;
mod now;
mod parts;
mod stream;
mod viewer;
mod wall;

use axum::extract::{ConnectInfo, Path, Query, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use maud::{Markup, PreEscaped, html};
use serde::Deserialize;

pub use live::{Live, keep};

use super::House;
use super::asker::Asker;
use super::peer::Peer;
use super::routes::{Need, Routes};
use super::shell::{Place, Shell};
use crate::access::Right;
use crate::wording::board as words;
use viewer::{Screen, Viewer};

/// How often a page without the script loads itself anew, in seconds.
const RELOAD_S: u32 = 30;

/// The picture draws with a style sheet of its own, and nothing else.
const PICTURE_POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; sandbox";

/// The paths of this file.
pub(super) fn routes(routes: Routes) -> Routes {
    let look = Need::Right(Right::Look);
    routes.get("/", look, board).get("/wall", look, on_the_wall).get("/events", look, events).get(
        "/board/{picture}",
        look,
        picture,
    )
}

async fn board(State(house): State<House>, asker: Asker) -> Response {
    let viewer = Viewer::of(&asker);
    let hint = match viewer {
        Viewer::Masked => Some(words::HIDDEN),
        Viewer::Own(_) | Viewer::Full => None,
    };
    let parts = drawn(&house, Screen::Board, viewer).await;
    let current = house.current();
    let shell = Shell::new(&current, &asker).reloading(RELOAD_S);
    let body = html! {
        div.board data-events=(shell.href("/events")) data-now=(house.clock.now().timestamp_millis()) {
            h1 { "On call now" }
            (parts)
            (connection())
            @if let Some(hint) = hint { p.soft { (hint) } }
        }
    };
    shell.page(Place::Board, "Board", &body).into_response()
}

async fn on_the_wall(State(house): State<House>, asker: Asker) -> Response {
    let parts = drawn(&house, Screen::Wall, Viewer::of(&asker)).await;
    let current = house.current();
    let shell = Shell::new(&current, &asker).reloading(RELOAD_S);
    let now = house.clock.now();
    let body = html! {
        div.board data-events=(shell.href("/events?screen=wall")) data-now=(now.timestamp_millis()) data-zone=(current.site.zone.name()) {
            header.wall-head {
                h1 { (current.site.settings.desk.name) " on call" }
                p.clock { (words::when(now, now, current.site.zone)) }
            }
            (parts)
            (connection())
        }
    };
    shell.bare("Wall", "wall", &body).into_response()
}

/// The parts, each in a place of its own. What is going on is read aloud when it changes, and nothing else is.
async fn drawn(house: &House, screen: Screen, viewer: Viewer) -> Markup {
    let board = house.board.look(house).await;
    let parts = parts::draw(&house.current().site, &board, &(screen, viewer));
    html! {
        @for (name, part) in parts {
            div.part id=(format!("part-{name}")) role=[(name == "standing").then_some("status")] { (PreEscaped(part)) }
        }
    }
}

/// Whether what is shown is kept up to date; the script fills it in.
fn connection() -> Markup {
    html! {
        div.connection {
            p #connection role="status" { noscript { (words::without_script(RELOAD_S)) } }
            // Counts on in silence: what is read aloud is said once.
            p #connection-age {}
        }
    }
}

/// Which board a stream is for.
#[derive(Deserialize)]
struct Wanted {
    screen: Option<String>,
}

async fn events(
    State(house): State<House>,
    asker: Asker,
    Query(wanted): Query<Wanted>,
    headers: HeaderMap,
    peer: Option<axum::Extension<ConnectInfo<Peer>>>,
) -> Response {
    let screen = if wanted.screen.as_deref() == Some("wall") { Screen::Wall } else { Screen::Board };
    let peer = peer.map(|axum::Extension(ConnectInfo(peer))| peer);
    stream::answer(house, (screen, Viewer::of(&asker)), headers, peer).await
}

/// The timeline as it stands, whatever picture was asked for: the name only tells a browser that it is another one.
async fn picture(State(house): State<House>, Path(name): Path<String>) -> Response {
    let board = house.board.look(&house).await;
    let (Some(name), Some(outlook)) = (name.strip_suffix(".svg"), &board.outlook) else {
        return StatusCode::NOT_FOUND.into_response();
    };
    let is_it = name == outlook.picture_name;
    let keep = if is_it { "private, max-age=3600, immutable" } else { "no-store" };
    let headers = [
        (header::CONTENT_TYPE, "image/svg+xml"),
        (header::CACHE_CONTROL, keep),
        (header::CONTENT_SECURITY_POLICY, PICTURE_POLICY),
    ];
    (headers, outlook.picture.clone()).into_response()
}

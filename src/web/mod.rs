//! How is the house reached over HTTP? One router; each file of this room answers some of its paths.
//!
//! `routes` holds the table of paths and what each needs; `guard` lets nobody by who lacks it, after `asker` has found out
//! who asks and `peer` from where. `shell` is around every page, `assets` beside it, `headers` on every answer, `problem`
//! what programs are told. `hooks` takes providers' callbacks; `ready` says whether the house is well and `metrics`
//! counts, both from `vitals`. `sign_in` begins what `session` keeps up, `acts` writes down who did what, `audit` shows it.
//! `board` shows what is going on and keeps open boards up to date, `timeline` each schedule; `form` asks the agent and
//! `pages` shows what became of it; `link` is the technician's page. `api` gives programs the JSON of the command line.
//! A face over the engine and the page log, which it reads: it sends nothing by itself, knows no provider's words, and
//! proves no callback; `ports::hooks` does.

mod acts;
mod api;
mod asker;
mod assets;
mod audit;
mod board;
mod form;
mod guard;
mod headers;
mod hooks;
mod link;
mod metrics;
mod pages;
mod peer;
mod problem;
mod ready;
mod routes;
mod session;
mod shell;
mod sign_in;
mod timeline;
mod tls;
mod vitals;

use std::fmt::Debug;
use std::future::Future;
use std::io;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::connect_info::Connected;
use axum::extract::{DefaultBodyLimit, State};
use axum::http::{StatusCode, Uri};
use axum::middleware::from_fn_with_state;
use axum::response::{IntoResponse as _, Response};
use axum::serve::{IncomingStream, Listener};
use tokio::sync::watch;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::csrf::CsrfLayer;
use tower_http::timeout::TimeoutLayer;

use crate::access::link::LinkKey;
use crate::engine::Engine;
use crate::ports::access::{AccessStore, Passwords};
use crate::ports::drafts::DraftStore;
use crate::ports::hooks::Hooks;
use crate::ports::sheets::Sheets;
use crate::ports::single_sign_on::SingleSignOn;
use crate::ports::{Clock, EpisodeStore, NoticeStore, SnapshotStore};
use crate::site::Site;
use asker::Asker;
use problem::Problem;
use routes::Routes;

pub use api::Memory as ApiMemory;
pub use asker::Memory as Askers;
pub use board::{Live, keep as keep_boards};
pub use pages::{Pages, keep as keep_pages};
pub use peer::Peer;
pub use routes::{Need, Route};
pub use sign_in::Guesses;
pub use tls::TlsListener;
pub use vitals::Vitals;

/// How long one request may take, its body included.
const LIMIT: Duration = Duration::from_secs(30);

/// How much the body of a form or of JSON may hold, in bytes.
const BODY: usize = 64 * 1024;

/// What the paths are answered from. A clone is the same house.
#[derive(Clone)]
pub struct House {
    /// What the settings make of it at present; a reload changes it between two requests.
    pub current: watch::Receiver<Arc<Current>>,
    /// The schedules as they were last read.
    pub sheets: Arc<dyn Sheets>,
    /// Who may do what, and who did.
    pub access: Arc<dyn AccessStore>,
    /// The forms under way.
    pub drafts: Arc<dyn DraftStore>,
    /// The process's own health.
    pub vitals: Arc<Vitals>,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// What the store said of secrets lately.
    pub askers: Arc<Askers>,
    /// Compares the passwords of accounts.
    pub passwords: Arc<dyn Passwords>,
    /// Lets nobody guess at secrets too often.
    pub guesses: Arc<Guesses>,
    /// What secrets are made of.
    pub random: Random,
    /// All boards that are open.
    pub board: Arc<Live>,
    /// The pages that somebody has open.
    pub pages: Arc<Pages>,
    /// What the API remembers.
    pub api: Arc<ApiMemory>,
}

/// Random bytes fit for secrets; `None` when the system gives none.
pub type Random = Arc<dyn Fn() -> Option<[u8; 32]> + Send + Sync>;

/// What the settings make of the house. A request keeps what it began with.
pub struct Current {
    /// The site.
    pub site: Arc<Site>,
    /// The engine of this process.
    pub engine: Engine,
    /// The provider's requests; `None` when the site has no public address.
    pub hooks: Option<Arc<dyn Hooks>>,
    /// Who vouches for people; `None` without single sign-on.
    pub single_sign_on: Option<Arc<dyn SingleSignOn>>,
    /// The page log, to be read.
    pub pages: Arc<dyn EpisodeStore>,
    /// The versions of sheets.
    pub snapshots: Arc<dyn SnapshotStore>,
    /// What was told; also tells whether the database can be written.
    pub notices: Arc<dyn NoticeStore>,
    /// What the links of messages are made with; `None` where none are.
    pub links: Option<LinkKey>,
}

impl House {
    fn current(&self) -> Arc<Current> {
        Arc::clone(&self.current.borrow())
    }
}

/// Every path of the house and what each needs.
pub fn table() -> Vec<Route> {
    collected(None).done().1
}

fn collected(house: Option<House>) -> Routes {
    Routes::new(house)
        .with(ready::routes)
        .with(metrics::routes)
        .with(hooks::routes)
        .with(assets::routes)
        .with(timeline::routes)
        .with(board::routes)
        .with(link::routes)
        .with(sign_in::routes)
        .with(audit::routes)
        .with(form::routes)
        .with(pages::routes)
        .with(api::routes)
}

/// The house over HTTP.
pub fn router(house: House) -> Router {
    let (router, _) = collected(Some(house.clone())).done();
    router
        .fallback(from_nowhere)
        .method_not_allowed_fallback(not_so)
        .with_state(house.clone())
        // What a handler reads as a whole; the provider's requests have their own limit.
        .layer(DefaultBodyLimit::max(BODY))
        .layer(TimeoutLayer::with_status_code(StatusCode::REQUEST_TIMEOUT, LIMIT))
        // A browser that another site made send something is refused; programs and providers send no such mark.
        .layer(CsrfLayer::new())
        .layer(from_fn_with_state(house, headers::protect))
        // A defect answers one request with 500 and is logged; it ends nothing else.
        .layer(CatchPanicLayer::new())
}

/// What is not there. Nobody is told what would be.
async fn from_nowhere(State(house): State<House>, uri: Uri, asker: Asker) -> Response {
    if api::is_below(uri.path()) {
        return Problem::not_found("there is no such address; /openapi.json lists what there is").into_response();
    }
    shell::missing(&house, &asker)
}

/// A method that a path does not take; the answer's `Allow` says which it does.
async fn not_so(uri: Uri) -> Response {
    if api::is_below(uri.path()) {
        return Problem::new(StatusCode::METHOD_NOT_ALLOWED, "this address is not for that").into_response();
    }
    StatusCode::METHOD_NOT_ALLOWED.into_response()
}

/// Answers requests until `stop` is ready; those that came in by then are answered first.
pub async fn serve<L>(listener: L, router: Router, stop: impl Future<Output = ()> + Send + 'static) -> io::Result<()>
where
    L: Listener,
    L::Addr: Debug,
    Peer: for<'a> Connected<IncomingStream<'a, L>>,
{
    let service = router.into_make_service_with_connect_info::<Peer>();
    axum::serve(listener, service).with_graceful_shutdown(stop).await
}

//! How is the house reached over HTTP? One router; each file of this room answers some of its paths.
//!
//! `routes` holds the table of paths and what each needs; `guard` lets nobody by who lacks it, after `asker` has found out
//! who asks and `peer` from where. `shell` is around every page, `assets` beside it, `headers` on every answer, `problem`
//! what programs are told. `timeline` is the page of a schedule and its calendars, `acts` writes down who did what.
//! `hooks` takes providers' callbacks; `ready` says whether the house is well and `metrics`
//! counts, both from `vitals`. A face over the engine and the page log, which it reads: it sends nothing by itself, knows
//! no provider's words, and proves no callback; `ports::hooks` does.

mod acts;
mod asker;
mod assets;
mod guard;
mod headers;
mod hooks;
mod link;
mod metrics;
mod peer;
mod problem;
mod ready;
mod routes;
mod shell;
mod timeline;
mod vitals;

use std::future::Future;
use std::io;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::middleware::from_fn_with_state;
use axum::response::Response;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::csrf::CsrfLayer;
use tower_http::timeout::TimeoutLayer;

use crate::access::link::LinkKey;
use crate::engine::Engine;
use crate::ports::access::AccessStore;
use crate::ports::hooks::Hooks;
use crate::ports::sheets::Sheets;
use crate::ports::{Clock, EpisodeStore, NoticeStore, SnapshotStore};
use crate::site::Site;
use asker::Asker;
use peer::Peer;
use routes::Routes;

pub use asker::Memory as Askers;
pub use routes::{Need, Route};
pub use vitals::Vitals;

/// How long one request may take, its body included.
const LIMIT: Duration = Duration::from_secs(30);

/// What the paths are answered from. A clone is the same house.
#[derive(Clone)]
pub struct House {
    /// What the settings make of it at present; a reload changes it between two requests.
    pub current: watch::Receiver<Arc<Current>>,
    /// The schedules as they were last read.
    pub sheets: Arc<dyn Sheets>,
    /// Who may do what, and who did.
    pub access: Arc<dyn AccessStore>,
    /// The process's own health.
    pub vitals: Arc<Vitals>,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// What the store said of secrets lately.
    pub askers: Arc<Askers>,
    /// What secrets are made of.
    pub random: Random,
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
        .with(link::routes)
}

/// The house over HTTP.
pub fn router(house: House) -> Router {
    let (router, _) = collected(Some(house.clone())).done();
    router
        .fallback(from_nowhere)
        .with_state(house.clone())
        .layer(TimeoutLayer::with_status_code(StatusCode::REQUEST_TIMEOUT, LIMIT))
        // A browser that another site made send something is refused; programs and providers send no such mark.
        .layer(CsrfLayer::new())
        .layer(from_fn_with_state(house, headers::protect))
        // A defect answers one request with 500 and is logged; it ends nothing else.
        .layer(CatchPanicLayer::new())
}

/// What is not there. Nobody is told what would be.
async fn from_nowhere(State(house): State<House>, asker: Asker) -> Response {
    shell::missing(&house, &asker)
}

/// Answers requests until `stop` is ready; those that came in by then are answered first.
pub async fn serve(
    listener: TcpListener,
    router: Router,
    stop: impl Future<Output = ()> + Send + 'static,
) -> io::Result<()> {
    let service = router.into_make_service_with_connect_info::<Peer>();
    axum::serve(listener, service).with_graceful_shutdown(stop).await
}

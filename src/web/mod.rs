//! How is the house reached over HTTP? One router; each file of this room answers some of its paths.
//!
//! `hooks` takes providers' callbacks; `ready` says whether the house is well and `metrics` counts, both from `vitals`. A
//! face over the engine and the page log, which it reads: it sends nothing by itself, knows no provider's words, and
//! proves nothing; `ports::hooks` does.

mod hooks;
mod metrics;
mod ready;
mod vitals;

use std::future::Future;
use std::io;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::http::StatusCode;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::timeout::TimeoutLayer;

use crate::engine::Engine;
use crate::ports::hooks::Hooks;
use crate::ports::{Clock, EpisodeStore, NoticeStore, SnapshotStore};
use crate::site::Site;

pub use vitals::Vitals;

/// How long one request may take, its body included.
const LIMIT: Duration = Duration::from_secs(30);

/// What the paths are answered from. A clone is the same house.
#[derive(Clone)]
pub struct House {
    /// What the settings make of it at present; a reload changes it between two requests.
    pub current: watch::Receiver<Arc<Current>>,
    /// The process's own health.
    pub vitals: Arc<Vitals>,
    /// The time.
    pub clock: Arc<dyn Clock>,
}

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
}

impl House {
    fn current(&self) -> Arc<Current> {
        Arc::clone(&self.current.borrow())
    }
}

/// Every path of the house.
pub fn router(house: House) -> Router {
    Router::new()
        .merge(ready::routes())
        .merge(metrics::routes())
        .merge(hooks::routes())
        .layer(TimeoutLayer::with_status_code(StatusCode::REQUEST_TIMEOUT, LIMIT))
        // A defect answers one request with 500 and is logged; it ends nothing else.
        .layer(CatchPanicLayer::new())
        .with_state(house)
}

/// Answers requests until `stop` is ready; those that came in by then are answered first.
pub async fn serve(
    listener: TcpListener,
    router: Router,
    stop: impl Future<Output = ()> + Send + 'static,
) -> io::Result<()> {
    axum::serve(listener, router).with_graceful_shutdown(stop).await
}

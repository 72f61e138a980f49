//! How is the house reached over HTTP? One router; each file of this room answers some of its paths.
//!
//! `hooks` takes providers' callbacks, `health` says whether the house is well. A face over the engine and the page log,
//! which it reads: it sends nothing by itself, knows no provider's words, and proves nothing; `ports::hooks` does.

mod health;
mod hooks;

use std::future::Future;
use std::io;
use std::sync::Arc;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use tokio::net::TcpListener;
use tower_http::catch_panic::CatchPanicLayer;

use crate::engine::Engine;
use crate::ports::hooks::Hooks;

/// What the paths are answered from. A clone is the same house.
#[derive(Clone)]
pub struct House {
    /// The engine of this process.
    pub engine: Engine,
    /// The provider's requests; `None` when the site has no public address.
    pub hooks: Option<Arc<dyn Hooks>>,
    /// How many bytes the body of one request may have.
    pub body_limit: usize,
}

/// Every path of the house.
pub fn router(house: House) -> Router {
    let limit = DefaultBodyLimit::max(house.body_limit);
    Router::new()
        .merge(health::routes())
        .merge(hooks::routes())
        .layer(limit)
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

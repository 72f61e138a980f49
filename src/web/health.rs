//! Is the house well? `/healthz`: the process answers.

use axum::Router;
use axum::routing::get;

use super::House;

/// The paths of this file.
pub(super) fn routes() -> Router<House> {
    Router::new().route("/healthz", get(healthz))
}

/// Says only that the process lives: whoever restarts processes asks for it.
async fn healthz() -> &'static str {
    "ok\n"
}

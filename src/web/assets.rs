//! What do pages need besides their HTML? One style sheet, one script, one icon, inside the program.
//!
//! Their addresses hold what they are: a browser keeps one for good, and a new program has new addresses.

use std::sync::LazyLock;

use axum::extract::Path;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use sha2::{Digest, Sha256};

use super::routes::{Need, Routes};

/// The style sheet: what all pages share, then what each file of pages adds.
const STYLE: &str = concat!(
    include_str!("assets/base.css"),
    include_str!("assets/board.css"),
    include_str!("assets/form.css"),
    include_str!("assets/link.css"),
    include_str!("assets/timeline.css"),
);
/// The script: a page is whole without it.
const SCRIPT: &str =
    concat!(include_str!("assets/base.js"), include_str!("assets/board.js"), include_str!("assets/form.js"));
const ICON: &str = include_str!("assets/icon.svg");

/// The names by which pages ask for them.
pub(super) struct Names {
    /// The style sheet's.
    pub style: String,
    /// The script's.
    pub script: String,
    /// The icon's.
    pub icon: String,
}

/// The names of this program's assets.
pub(super) static NAMES: LazyLock<Names> = LazyLock::new(|| Names {
    style: named("style", STYLE, "css"),
    script: named("script", SCRIPT, "js"),
    icon: named("icon", ICON, "svg"),
});

fn named(stem: &str, text: &str, kind: &str) -> String {
    use std::fmt::Write as _;
    let digest = Sha256::digest(text.as_bytes());
    let digits = digest.iter().take(6).fold(String::new(), |mut digits, byte| {
        let _infallible = write!(digits, "{byte:02x}");
        digits
    });
    format!("{stem}.{digits}.{kind}")
}

/// The paths of this file.
pub(super) fn routes(routes: Routes) -> Routes {
    routes.get("/assets/{name}", Need::Nothing, asset)
}

async fn asset(Path(name): Path<String>) -> Response {
    let names = &*NAMES;
    let (kind, text) = if name == names.style {
        ("text/css; charset=utf-8", STYLE)
    } else if name == names.script {
        ("text/javascript; charset=utf-8", SCRIPT)
    } else if name == names.icon {
        ("image/svg+xml", ICON)
    } else {
        return StatusCode::NOT_FOUND.into_response();
    };
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static(kind)),
        (header::CACHE_CONTROL, HeaderValue::from_static("public, max-age=31536000, immutable")),
    ];
    (headers, text).into_response()
}

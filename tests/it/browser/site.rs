//! What do the harness's own tests look at? Pages with one planted fault each, and some without, over HTTP.

use axum::Router;
use axum::http::HeaderMap;
use axum::http::header::{CONTENT_SECURITY_POLICY, CONTENT_TYPE};
use axum::response::IntoResponse;
use axum::routing::get;

/// As strict as the board's.
const POLICY: &str = "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; connect-src 'self'; \
                      form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

const QUESTION: &str = r##"<a href="#question">Skip to the question</a>
<main id="question" tabindex="-1"><h1>What is the case number?</h1><h2 hidden>never shown</h2>
<form action="/answer"><p><label for="case">Case number</label> <input id="case" name="case"></p>
<p><input type="checkbox" id="critical" name="critical" value="yes"> <label for="critical">It is critical</label></p>
<p><label for="partner">Partner</label>
<select id="partner" name="partner"><option value="gds">GDS</option><option value="aims">AIMS</option></select></p>
<p><button>Continue</button></p></form></main>"##;
const ANSWER: &str = r#"<main><h1>Call now</h1><p id="told"></p><p hidden>never shown</p><button id="copy">Copy</button>
<noscript><p>Without scripts the page tells everything too.</p></noscript></main>"#;
const SCRIPT: &str = r#"document.getElementById("told").textContent = "Said by the script.";
document.getElementById("copy").addEventListener("click", async (event) => {
  await navigator.clipboard.writeText("CASE 1234567");
  event.target.textContent = "Copied";
});"#;
const STYLE: &str = "body { font: 1rem sans-serif; color: #111; background: #fff } button, input, select { font: inherit; \
                     min-height: 2rem } @media (prefers-color-scheme: dark) { body { color: #eee; background: #111 } \
                     a { color: #9cf } }";

/// A site at a free port, for as long as the test runs.
pub(super) struct LittleSite {
    pub(super) address: String,
}

impl LittleSite {
    pub(super) async fn start() -> Self {
        let site = Router::new()
            .route("/", get(|| async { page(QUESTION) }))
            .route("/answer", get(|| async { page(&format!("{ANSWER}<script src=\"/script.js\"></script>")) }))
            .route("/faint", get(|| async { page("<main><h1>Faint</h1><p><input name=\"nameless\"></p></main>") }))
            .route("/inline", get(|| async { page("<main><h1 style=\"color: red\">Inline</h1></main>") }))
            .route("/broken", get(|| async { page("<main><h1>Broken</h1></main><script src=\"/fault.js\"></script>") }))
            .route(
                "/wide",
                get(|| async {
                    page("<main><h1>Wide</h1><pre id=\"wide\">0123456789 0123456789 0123456789 0123456789</pre></main>")
                }),
            )
            .route("/seen", get(seen))
            .route("/script.js", get(|| async { ([(CONTENT_TYPE, "text/javascript")], SCRIPT) }))
            .route("/fault.js", get(|| async { ([(CONTENT_TYPE, "text/javascript")], "nobody.is.here();") }))
            .route(
                "/favicon.ico",
                get(|| async { ([(CONTENT_TYPE, "image/svg+xml")], "<svg xmlns=\"http://www.w3.org/2000/svg\"/>") }),
            )
            .route("/style.css", get(|| async { ([(CONTENT_TYPE, "text/css")], STYLE) }));
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap().to_string();
        tokio::spawn(async move { axum::serve(listener, site).await.unwrap() });
        Self { address }
    }
}

/// What the browser sent of who it is.
async fn seen(headers: HeaderMap) -> impl IntoResponse {
    let header = |name: &str| headers.get(name).map(|value| value.to_str().unwrap().to_owned());
    let cookie = header("cookie").unwrap_or_else(|| "none".to_owned());
    let user = header("remote-user").unwrap_or_else(|| "nobody".to_owned());
    page(&format!("<main><h1>Seen</h1><p>cookie {cookie}, user {user}</p></main>"))
}

fn page(body: &str) -> impl IntoResponse + use<> {
    let page = format!(
        "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><title>Little site</title>\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\
         <meta name=\"description\" content=\"Pages to judge\"><meta name=\"color-scheme\" content=\"light dark\">\
         <link rel=\"stylesheet\" href=\"/style.css\"></head><body>{body}</body></html>"
    );
    ([(CONTENT_TYPE, "text/html; charset=utf-8"), (CONTENT_SECURITY_POLICY, POLICY)], page)
}

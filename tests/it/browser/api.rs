//! Does Schemathesis, as the tests run it, find an answer that the description does not know, and nothing in a true one?

use axum::Router;
use axum::extract::Query;
use axum::http::StatusCode;
use axum::routing::get;
use serde_json::{Value, json};

use crate::support_schema::try_api;

/// The description: one operation, which answers 200 with a number, and 400 to a bad one.
fn description() -> Value {
    let text = json!({"text/plain": {"schema": {"type": "string"}}});
    json!({"openapi": "3.1.0", "info": {"title": "Little", "version": "1"}, "paths": {"/double": {"get": {
    "parameters": [{"name": "number", "in": "query", "required": true,
        "schema": {"type": "integer", "minimum": 0, "maximum": 1000}}],
    "responses": {
        "200": {"description": "The double", "content": {"application/json": {"schema": {"type": "integer"}}}},
        "400": {"description": "Not a number up to 1000", "content": text}
    }}}}})
}

#[derive(serde::Deserialize)]
struct Asked {
    number: Option<String>,
}

/// Serves the API; `from` on it answers what the description does not know.
async fn serve(from: u32) -> String {
    let double = async move |Query(asked): Query<Asked>| {
        let number = asked.number.and_then(|number| number.parse::<u32>().ok()).filter(|number| *number <= 1000);
        match number {
            Some(number) if number < from => {
                (StatusCode::OK, [("content-type", "application/json")], (number * 2).to_string())
            }
            Some(_) => (StatusCode::IM_A_TEAPOT, [("content-type", "text/plain")], String::new()),
            None => (StatusCode::BAD_REQUEST, [("content-type", "text/plain")], "a number up to 1000".to_owned()),
        }
    };
    let described = || async { axum::Json(description()) };
    let api = Router::new().route("/openapi.json", get(described)).route("/double", get(double));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap().to_string();
    tokio::spawn(async move { axum::serve(listener, api).await.unwrap() });
    address
}

#[tokio::test(flavor = "multi_thread")]
async fn an_undocumented_answer_is_found_and_a_true_description_is_clean() {
    let faulty = try_api(&serve(1000).await, &[], 10, &[]);
    assert!(!faulty.clean && faulty.report.contains("Undocumented status code"), "{}", faulty.report);
    assert!(faulty.report.contains("418"), "{}", faulty.report);
    let clean = try_api(&serve(1001).await, &[("X-Any", "thing")], 10, &[]);
    assert!(clean.clean, "{}", clean.report);
    assert!(clean.report.contains("Schemathesis v4.32"), "{}", clean.report);
}

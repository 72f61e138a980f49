//! Every integration test in one binary, so that it links once.

mod engine;
mod store;
mod decisions;
mod resolving;
#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test ends by a panic; clippy knows test functions, but not the helpers beside them"
)]

mod mail;
mod sms;
mod support_http;
mod support_tools;
mod simulation;
mod reading;

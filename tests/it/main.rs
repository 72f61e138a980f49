//! Every integration test in one binary, so that it links once.
#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test ends by a panic; clippy knows test functions, but not the helpers beside them"
)]

mod access;
mod browser;
mod calls;
mod crash;
mod decisions;
mod doctor;
mod download;
mod drill;
mod engine;
mod expectations;
mod fuzzing;
mod google;
mod handoff;
mod help;
mod layouts;
mod letters;
mod lint;
mod live;
mod mail;
mod paging;
mod privacy;
mod push;
mod reaching;
mod reading;
mod readme;
mod resolving;
mod rooms;
mod serve;
mod shells;
mod shifts;
mod simulate;
#[cfg(test)]
mod simulation;
mod sms;
mod snapshots;
mod store;
mod support;
mod support_browser;
mod support_google;
mod support_http;
mod support_openid;
mod support_phones;
mod support_postgres;
mod support_schema;
mod support_tools;
mod support_web;
mod sync;
mod trouble;
mod unseen;
mod voice;
mod web;
mod who;

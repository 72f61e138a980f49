//! Does a page behave as a person at the other end of the line expects?
//!
//! `story` is the language: a page, its log, and an engine that carries out whatever is planned. The stories are told
//! in `climb`, `channels`, `drill`, `ending`, `failover`, `promise`, `replies`, `stop` and `words`.

mod channels;
mod climb;
mod drill;
mod ending;
mod failover;
mod promise;
mod replies;
mod stop;
mod story;
mod words;

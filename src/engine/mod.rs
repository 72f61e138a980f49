//! What drives open pages forward? Reads the clock, plans, records the intent, acts, records the outcome.
//!
//! `page` loads one page and appends to it; `core` is the engine and what a face asks of it; `work` carries one page to
//! where nothing is due; `run` is the loop, and following one page; `replies` turns texts into what a person said, and
//! `presses` the buttons of push messages;
//! `watch` audits all open pages from outside.
//! `hooks` takes what providers report by themselves.
//! The engine knows ports and pure rooms only: never a concrete store, provider or setting file.

mod call;
mod core;
mod error;
mod hooks;
mod page;
mod presses;
mod replies;
mod run;
mod watch;
mod work;

pub use core::{Engine, Opening, Parts};
pub use error::EngineError;
pub use page::Page;
pub use watch::Watch;

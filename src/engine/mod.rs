//! What drives open pages forward? Reads the clock, plans, records the intent, acts, records the outcome.
//!
//! `page` loads one page and appends to it; `core` is the engine and what a face asks of it; `work` carries one page to
//! where nothing is due; `run` is the loop, and following one page; `replies` turns texts into what a person said;
//! `hooks` takes what providers report by themselves; `turns` says when a turn was finished, and carries an engine over to
//! changed settings or to its end; `watch` audits all open pages from outside.
//! where nothing is due; `run` is the loop, and following one page; `replies` turns texts into what a person said, and
//! `presses` the buttons of push messages;
//! `watch` audits all open pages from outside.
//! `hooks` takes what providers report by themselves.
//! where nothing is due, `pace` queues before providers; `run` is the loop, and following one page; `replies` fetches
//! texts that came back, `hear` turns them into what a person said.
//! where nothing is due; `run` is the loop, and following one page; `replies` turns texts into what a person said;
//! `hooks` takes what providers report by themselves; `turns` says when a turn was finished, and carries an engine over to
//! changed settings or to its end; `watch` audits all open pages from outside.
//! The engine knows ports and pure rooms only: never a concrete store, provider or setting file.

mod call;
mod core;
mod error;
mod hear;
mod hooks;
mod pace;
mod page;
mod presses;
mod replies;
mod run;
mod turns;
mod watch;
mod work;

pub use core::{Engine, Opening, Parts};
pub use error::EngineError;
pub use page::Page;
pub use turns::Changed;
pub use watch::Watch;

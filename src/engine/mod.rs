//! What drives open pages forward? Reads the clock, plans, records the intent, acts, records the outcome.
//!
//! `core` is the engine and what a face asks of it; `page` loads one page and appends to it; `work` carries one page to
//! where nothing is due, `pace` queues before providers, and `run` is the loop, and following one page. What people say
//! comes in three ways: `replies` fetches texts and `hear` turns them into what was said, `call` answers keys, `presses`
//! asks for the buttons of push messages. `hooks` takes what providers report by themselves. `turns` says when a turn was
//! finished, and carries an engine over to changed settings or to its end; `watch` audits all open pages from outside.
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

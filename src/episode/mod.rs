//! What happened to one page, what does it amount to, and what is due next? Pure.
//!
//! `event` is the append-only log and `briefing` what lies beside it; `state` folds it; `input` is what the world reports,
//! `outcome` what became of a message, `reply` understands the texts that come back; `decide` turns an input into events or
//! a refusal; `plan` says which actions are due and when to look again; `promise` is the clock of the call back; `policy`
//! holds the numbers. Inside, `message` derives what is owed to whom, `failover` by which provider it goes next,
//! `opted_out` whom a call reaches where texts are blocked, and `fact` what time alone makes true. `unheard` says whom a
//! person must dial, `audit` checks open pages from outside these rules, `rehearsal` drives one on paper,
//! and `statistics` counts what pages cost.
//! `opted_out` whom a call reaches where texts are blocked, `hang_up` which phones ring in vain, and `fact` what time alone makes true. `unheard` says whom a
//! person must dial, `audit` checks open pages from outside these rules, and `rehearsal` drives one on paper.

pub mod audit;
pub mod briefing;
pub mod decide;
pub mod event;
mod fact;
mod failover;
mod hang_up;
pub mod input;
mod message;
mod opted_out;
pub mod outcome;
pub mod plan;
pub mod policy;
pub mod promise;
pub mod rehearsal;
pub mod reply;
pub mod state;
pub mod statistics;
#[cfg(test)]
mod stories;
pub mod unheard;

pub use decide::{Refusal, decide};
pub use plan::{Action, NextStep, Plan, Upcoming, next, plan};
pub use policy::{Policy, Providers};
pub use promise::{Promise, PromiseState};
pub use state::{FoldError, Phase, State};

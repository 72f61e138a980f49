//! What happened to one page, what does it amount to, and what is due next? Pure.
//!
//! `event` is the append-only log; `state` folds it; `input` is what the world reports; `decide` turns an input into
//! events or a refusal; `plan` says which actions are due and when to look again; `promise` is the one-hour clock.

pub mod briefing;
pub mod event;
pub mod input;
pub mod outcome;

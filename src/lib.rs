//! Pages the technician on call after hours and keeps the one-hour promise as a clock.
//!
//! The map, the invariants and the walk-throughs stand at the end of the modules' own first lines;
//! decisions and the options that lost stand in `src/DESIGN.md`.

pub mod civil;
pub mod cli;
pub mod decision;
pub mod delivery;
pub mod engine;
pub mod episode;
pub mod ports;
pub mod schedule;
pub mod site;
pub mod source;
pub mod store;
pub mod views;
pub mod wire;
pub mod wording;

//! The command line: one file a verb.

pub mod ask;
pub mod decide;
pub mod explain;
pub mod face;
pub mod gaps;
pub mod instant;
pub mod who;

//! The command line: one file a verb.

pub mod ask;
pub mod decide;

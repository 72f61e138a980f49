//! Where do pages live? The append-only log behind `ports::EpisodeStore`, and who may be its sole engine.
//!
//! `sqlite` is the log in one file, `lease` the lock file by which one process becomes that log's sole engine; `postgres` is
//! the log on a server that several machines share, with a lease of its own; `rows` says what the rows of both mean.

pub mod lease;
pub mod postgres;
mod rows;
pub mod sqlite;

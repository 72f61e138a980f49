//! Where do pages live? The append-only log behind `ports::EpisodeStore`, and who may be its sole engine.
//!
//! `sqlite` is the log in one file; `lease` is the lock file by which one process becomes the log's sole engine.

pub mod lease;
pub mod sqlite;

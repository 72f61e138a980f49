//! What do both faces do with a site and the page log? How stored pages are read, and what the words must know.
//!
//! `error` says how a request ends, `instant` which instant somebody typed, `words` gives the settings as the words want
//! them, `blocked` whose texts are blocked.

pub mod blocked;
pub mod error;
pub mod instant;
pub mod words;

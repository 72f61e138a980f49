//! Would a page reach somebody tonight, and who must hear what beforehand? Pure: `now` is an argument.
//!
//! `quiet` says when nobody is disturbed.

pub mod quiet;

//! The command line: one file a verb.
//!
//! `arguments` is what may be typed, `error` how a call ends, `face` what every reading verb needs, `desk` the settings
//! as the words want them, `letters` how reports leave by mail. `case` and `follow` are the agent's call; the other files
//! are named after their verbs.

pub mod arguments;
pub mod ask;
pub mod case;
pub mod decide;
pub mod desk;
pub mod error;
pub mod explain;
pub mod face;
pub mod follow;
pub mod gaps;
mod gaps_formats;
pub mod gaps_mail;
pub mod instant;
pub mod lasting;
pub mod letters;
pub mod pages;
pub mod paint;
pub mod reports;
pub mod shifts;
pub mod simulate;
pub mod sync;
pub mod who;

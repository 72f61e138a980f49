//! The command line: one file a verb.
//!
//! `arguments` is what may be typed, `face` what every reading verb needs, `letters` and `notes` how word that is no page
//! leaves. `case` and `follow` are the agent's call; the other files are named after their verbs. What the board does as
//! well stands in [`crate::desk`].

pub mod account;
pub mod arguments;
pub mod ask;
pub mod audit;
pub mod case;
pub mod confirmations;
pub mod decide;
pub mod doctor;
pub mod drill;
pub mod explain;
pub mod face;
pub mod follow;
pub mod gaps;
mod gaps_formats;
pub mod gaps_mail;
pub mod handoff;
pub mod lasting;
pub mod letters;
pub mod notes;
pub mod outage;
pub mod outage_tell;
pub mod pages;
pub mod paint;
pub mod password;
pub mod proof_arguments;
pub mod readiness;
pub mod reports;
pub mod shells;
pub mod shifts;
pub mod simulate;
pub mod sync;
mod sync_texts;
pub mod token;
pub mod vcard;
pub mod who;

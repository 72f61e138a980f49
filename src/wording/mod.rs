//! Which sentence does a person read? Every word for people, pure: no policy, no effects.

pub mod decision;
pub mod decision_sheet;
pub mod outage;
pub mod partners;
pub mod questions;
pub mod record;
pub mod columns;
pub mod gaps;
pub mod schedule;
pub mod gsm;
pub mod messages;
pub mod layouts;
pub mod problems;
pub mod time;

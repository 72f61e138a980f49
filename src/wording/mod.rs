//! Which sentence does a person read? Every word for people, pure: no policy, no effects.

pub mod columns;
pub mod gaps;
pub mod schedule;
pub mod time;

//! Which sentence does a person read? Every word for people, pure: no policy, no effects.

pub mod layouts;
pub mod problems;
pub mod time;

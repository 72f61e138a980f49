//! Which sentence does a person read? Every word for people, pure: no policy, no effects.

pub mod gsm;
pub mod messages;
pub mod time;

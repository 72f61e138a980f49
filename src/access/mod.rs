//! Who may do what over HTTP? Roles and rights, the secrets that prove who somebody is, the technician's link
//! and the calendars'.
//!
//! Pure: a secret is made from randomness that is handed in, and is never stored, only its `secret::Fingerprint`.
//! `web` asks, `ports::access` keeps.

pub mod calendar;
pub mod caller;
pub mod link;
pub mod name;
pub mod role;
pub mod secret;
pub mod throttle;
pub mod way_back;

pub use caller::{Caller, Way};
pub use role::{Right, Role};
pub use secret::{Fingerprint, Secret};

//! Who may do what over HTTP? Roles and rights, the secrets that prove who somebody is, and the technician's link.
//!
//! Pure: a secret is made from randomness that is handed in, and is never stored, only its `secret::Fingerprint`.
//! `web` asks, `ports::access` keeps.

pub mod caller;
pub mod link;
pub mod name;
pub mod role;
pub mod secret;
pub mod throttle;

pub use caller::{Caller, Way};
pub use role::{Right, Role};
pub use secret::{Fingerprint, Secret};

//! Who may come in over HTTP, by which way, and for how long? `[access]`.

use serde::Deserialize;

/// `[access]`.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct AccessSettings {
    /// Hours after which somebody who signed in with a browser signs in again.
    pub session_hours: u32,
    /// Days after which a screen that signed in with a viewer's token does. It hangs on a wall, and nobody is there.
    pub screen_session_days: u32,
}

impl Default for AccessSettings {
    fn default() -> Self {
        Self { session_hours: 12, screen_session_days: 90 }
    }
}

impl AccessSettings {
    /// What the types cannot say: the key that is wrong, and why.
    pub(super) fn check(&self) -> Result<(), (&'static str, String)> {
        if !(1..=720).contains(&self.session_hours) {
            return Err(("session_hours", "session_hours must lie between 1 and 720".to_owned()));
        }
        // Browsers keep no cookie for longer.
        if !(1..=400).contains(&self.screen_session_days) {
            return Err(("screen_session_days", "screen_session_days must lie between 1 and 400".to_owned()));
        }
        Ok(())
    }
}

//! What does the service manager hear? Ready, reloading, stopping, and a sign of life for each finished turn.
//!
//! The library finds the manager's socket by itself, in `NOTIFY_SOCKET`; nothing is said where there is none.

use sd_notify::NotifyState;

use super::super::environment::Environment;

/// The service manager, if one started this process and wants to hear.
#[derive(Debug, Clone, Copy)]
pub(super) struct Manager {
    listens: bool,
    watches: bool,
}

impl Manager {
    pub(super) fn of(environment: &Environment) -> Self {
        Self { listens: environment.notify_socket, watches: environment.notify_socket && environment.watchdog }
    }

    /// The service is there: it listens, and the engine finished a turn.
    pub(super) fn ready(self) {
        self.say(&[NotifyState::Ready]);
    }

    /// The settings are being read again; `ready` ends it.
    pub(super) fn reloading(self) {
        match NotifyState::monotonic_usec_now() {
            Ok(since) => self.say(&[NotifyState::Reloading, since]),
            Err(_) => self.say(&[NotifyState::Reloading]),
        }
    }

    /// The service ends.
    pub(super) fn stopping(self) {
        self.say(&[NotifyState::Stopping]);
    }

    /// A turn was finished.
    pub(super) fn alive(self) {
        if self.watches {
            self.say(&[NotifyState::Watchdog]);
        }
    }

    fn say(self, states: &[NotifyState<'_>]) {
        if self.listens
            && let Err(error) = sd_notify::notify(states)
        {
            tracing::warn!(%error, "the service manager could not be told");
        }
    }
}

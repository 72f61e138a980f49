//! What time is it? The one file that may ask the machine.

use std::time::Duration;

use chrono::{DateTime, Utc};

use crate::ports::{Clock, Pending};

/// The machine's clock, or in training one that was set to a pretended time and runs on from there.
#[derive(Debug, Clone, Copy)]
pub(super) struct MachineClock {
    ahead: chrono::Duration,
}

impl MachineClock {
    /// The true time.
    pub(super) fn real() -> Self {
        Self { ahead: chrono::Duration::zero() }
    }

    /// A clock that runs so many seconds ahead of the true time, or behind it.
    pub(super) fn ahead_by(seconds: i64) -> Self {
        Self { ahead: chrono::Duration::try_seconds(seconds).unwrap_or_default() }
    }
}

impl Clock for MachineClock {
    #[allow(clippy::disallowed_methods, reason = "this file owns the clock")]
    fn now(&self) -> DateTime<Utc> {
        // The log keeps milliseconds; a clock that shows more would make a fact older on disk than in memory.
        let now = Utc::now() + self.ahead;
        DateTime::from_timestamp_millis(now.timestamp_millis()).unwrap_or(now)
    }

    fn sleep_until(&self, at: DateTime<Utc>) -> Pending<'_, ()> {
        let wait = (at - self.now()).to_std().unwrap_or(Duration::ZERO);
        Box::pin(tokio::time::sleep(wait))
    }
}

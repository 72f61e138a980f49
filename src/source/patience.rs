//! How often is a source asked that does not answer? Again after growing waits, within one limit of time.

use std::fmt::Display;
use std::future::Future;
use std::time::Duration;

/// How often one reading asks at most.
const TRIES: u32 = 5;
/// The shortest wait between two tries, doubled each time.
const FIRST_WAIT: Duration = Duration::from_millis(250);

/// A failure that may pass by itself.
pub(super) trait Passing: Display + Clone {
    /// Whether asking again may help.
    fn may_pass(&self) -> bool;
    /// How long the other side asks to wait.
    fn wait_asked(&self) -> Option<Duration>;
    /// The failure that the limit of time is over; `last` went wrong before.
    fn too_slow(limit_s: u64, last: Option<Self>) -> Self;
}

/// Asks by `once` until there is an answer or a failure that does not pass. What may pass is asked again after a wait,
/// within `limit` all in all; `random` spreads the waits of many programs that ask at once.
pub(super) async fn patiently<T, E: Passing, Asking: Future<Output = Result<T, E>>>(
    limit: Duration,
    random: u64,
    once: impl Fn() -> Asking,
) -> Result<T, E> {
    let mut last = None;
    let answer = tokio::time::timeout(limit, tries(limit, random, once, &mut last)).await;
    answer.unwrap_or_else(|_| Err(E::too_slow(limit.as_secs(), last)))
}

async fn tries<T, E: Passing, Asking: Future<Output = Result<T, E>>>(
    limit: Duration,
    random: u64,
    once: impl Fn() -> Asking,
    last: &mut Option<E>,
) -> Result<T, E> {
    let mut waited = Duration::ZERO;
    let mut attempt = 0;
    loop {
        let failure = match once().await {
            Ok(answer) => return Ok(answer),
            Err(failure) => failure,
        };
        attempt += 1;
        let wait = failure.wait_asked().unwrap_or_default().max(back_off(attempt, random));
        // To wait longer than the limit would only hide the reason.
        if !failure.may_pass() || attempt >= TRIES || waited + wait >= limit {
            return Err(failure);
        }
        tracing::info!(%failure, wait_ms = wait.as_millis(), "the source is asked again");
        *last = Some(failure);
        tokio::time::sleep(wait).await;
        waited += wait;
    }
}

/// How long to wait before the try after `attempt` (from 1): doubled each time, and between half of it and all.
fn back_off(attempt: u32, random: u64) -> Duration {
    let whole = FIRST_WAIT.saturating_mul(1 << attempt.saturating_sub(1).min(10));
    // The upper bits of a multiplication spread even neighbouring numbers.
    let spread = random.wrapping_add(u64::from(attempt)).wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 54;
    let part = u32::try_from(spread).unwrap_or(0);
    whole / 2 + whole / 2 * part / 1_024
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_double_and_are_spread() {
        for attempt in 1..6 {
            let whole = FIRST_WAIT * (1 << (attempt - 1));
            let waits: Vec<Duration> = (0..100).map(|random| back_off(attempt, random)).collect();
            assert!(waits.iter().all(|wait| *wait >= whole / 2 && *wait < whole), "{waits:?}");
            let distinct: std::collections::BTreeSet<_> = waits.iter().collect();
            assert!(distinct.len() > 50, "{distinct:?}");
        }
        assert!(back_off(u32::MAX, u64::MAX) < Duration::from_mins(5));
    }
}

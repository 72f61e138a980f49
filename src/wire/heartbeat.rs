//! Who is told that a run came to its end? The address under `[heartbeat]`; whoever watches it alarms when it stays silent.
//!
//! The address may be a secret, so it stands in no log line and in no error.

use std::time::Duration;

use crate::delivery::install_tls;

/// How long the whole ping may take.
const LIMIT: Duration = Duration::from_secs(5);

/// Asks for the address. A ping that fails is a warning: the run itself was whole.
pub(super) async fn ping(url: &str) {
    install_tls();
    if let Err(reason) = asked(url).await {
        tracing::warn!("the heartbeat could not be told that this run finished: {reason}");
    }
}

/// Asks for the address, and says why it did not answer well.
pub(super) async fn asked(url: &str) -> Result<(), String> {
    let said = |error: reqwest::Error| error.without_url().to_string();
    let client = reqwest::Client::builder().timeout(LIMIT).build().map_err(said)?;
    let answer = client.get(url).send().await.map_err(said)?;
    let status = answer.status();
    if status.is_success() { Ok(()) } else { Err(format!("it answered with HTTP {}", status.as_u16())) }
}

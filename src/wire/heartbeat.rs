//! Who is told that a run came to its end? The address under `[heartbeat]`; whoever watches it alarms when it stays silent.
//!
//! The address may be a secret, so it stands in no log line and in no error. A run that is a service tells another
//! address, as long as its turns are clean: a watcher then hears silence when the engine hangs or forgets a page.

use std::time::Duration;

use chrono::TimeDelta;

use crate::delivery::install_tls;
use crate::engine::Engine;
use crate::ports::Clock;
use crate::site::settings::HeartbeatSettings;

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

/// Tells the heartbeat of every clean turn, at most so often; never ends by itself.
pub(super) async fn while_clean(engine: &Engine, settings: Option<&HeartbeatSettings>, clock: &dyn Clock) {
    let Some((settings, url)) = settings.and_then(|it| Some((it, it.engine_url.as_ref()?))) else {
        return std::future::pending().await;
    };
    let every = TimeDelta::seconds(settings.engine_every_s.into());
    let mut told = None;
    loop {
        let clean_at = engine.watch().clean_at;
        if clean_at != told && clean_at.is_some() {
            told = clean_at;
            ping(url).await;
            clock.sleep_until(clock.now() + every).await;
        } else {
            clock.sleep_until(clock.now() + TimeDelta::seconds(1)).await;
        }
    }
}

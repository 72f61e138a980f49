//! What does the service need? One process: the engine, and the house over HTTP.

use std::io::Write;
use std::sync::Arc;

use tokio::net::TcpListener;
use tokio::sync::watch;

use super::adapters;
use super::clock::MachineClock;
use super::environment::Environment;
use super::load::Loaded;
use super::verbs::{block_on, stop_asked};
use crate::cli::error::{CommandError, CommandResult, Exit};
use crate::cli::face::{Format, write_line};
use crate::ports::Clock;
use crate::views::serve::Listening;
use crate::web::{self, House};

/// The service, until it is asked to stop.
pub(super) fn serve(environment: &Environment, loaded: Loaded, format: Format, out: &mut dyn Write) -> CommandResult {
    block_on(async {
        let loaded = Arc::new(loaded);
        for warning in adapters::address_warnings(&loaded.site) {
            tracing::warn!("{warning}");
        }
        let settings = loaded.site.settings.serve.clone();
        let clock: Arc<dyn Clock> = Arc::new(MachineClock::real());
        let store = adapters::store(&loaded).await?;
        let engine = adapters::engine(&loaded, environment, store, Arc::clone(&clock))?;
        let hooks = adapters::hooks(&loaded, environment, clock)?;
        let body_limit = usize::try_from(settings.body_limit_kib).unwrap_or(usize::MAX).saturating_mul(1024);
        let listener = TcpListener::bind(&settings.listen).await.map_err(|error| {
            CommandError::could_not_tell(format!("the service cannot listen at {}: {error}", settings.listen))
                .hint("is it running already? [serve] listen says where it listens")
        })?;
        let address = listener.local_addr()?;
        tracing::info!(%address, "the service listens; Ctrl-C or SIGTERM stops it");
        if format == Format::Json {
            write_line(&Listening::at(&address.to_string()), out)?;
            out.flush()?;
        }
        let (stop, stopped) = watch::channel(false);
        let router = web::router(House { engine: engine.clone(), hooks, body_limit });
        let answering = tokio::spawn(web::serve(listener, router, stopping(stopped.clone())));
        let asked = async {
            stop_asked().await;
            // Nobody listens any more when both have ended by themselves.
            let _listeners = stop.send(true);
        };
        tokio::join!(engine.run_until(stopping(stopped)), asked);
        answering.await.map_err(|_| CommandError::could_not_tell("the service broke off"))??;
        Ok(Exit::Done)
    })
}

/// Ready when the service is to stop.
async fn stopping(mut stopped: watch::Receiver<bool>) {
    // An error means that whoever could ask is gone.
    drop(stopped.wait_for(|stopped| *stopped).await);
}

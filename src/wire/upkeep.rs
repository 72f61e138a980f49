//! What do the verbs need that a timer runs? Stores, mail, and the heartbeat that says they came to their end.

use std::io::Write;
use std::sync::Arc;

use super::adapters;
use super::clock::MachineClock;
use super::environment::Environment;
use super::heartbeat;
use super::load::Loaded;
use super::verbs::block_on;
use crate::cli::error::{CommandResult, Exit};
use crate::cli::face::Face;
use crate::cli::letters::Mailer;
use crate::cli::sync;
use crate::schedule::loaded::LoadedSchedule;

/// `sync`, with letters when they are wanted.
pub(super) fn sync(
    schedules: &[LoadedSchedule],
    mail: bool,
    environment: &Environment,
    loaded: &Loaded,
    face: Face,
    out: &mut dyn Write,
) -> CommandResult {
    let post = if mail { Some(adapters::post(loaded, environment, Arc::new(MachineClock::real()))?) } else { None };
    let training = loaded.site.is_training();
    block_on(async {
        let stores = adapters::stores(loaded).await?;
        let around = sync::Surroundings {
            site: &loaded.site,
            face,
            snapshots: stores.snapshots,
            notices: stores.notices,
            mailer: post.as_deref().map(|post| Mailer { post, training }),
            understand: &|name, copy| loaded.understand(name, copy).ok().map(|(schedule, _)| schedule),
        };
        let exit = sync::run(schedules, &around, out).await?;
        finished(exit, exit == Exit::Done, loaded, out).await
    })
}

/// Ends a run: what it says is out before the heartbeat tells that it came to its end.
async fn finished(exit: Exit, whole: bool, loaded: &Loaded, out: &mut dyn Write) -> CommandResult {
    out.flush()?;
    if let Some(settings) = loaded.site.settings.heartbeat.as_ref().filter(|_| whole) {
        heartbeat::ping(&settings.url).await;
    }
    Ok(exit)
}

//! What does `handoff` need? The page log, what people were told, and the ways out for texts and letters.

use std::io::Write;
use std::sync::Arc;

use super::adapters::{self, Stores};
use super::clock::MachineClock;
use super::environment::Environment;
use super::load::Loaded;
use crate::cli::face::Face;
use crate::cli::handoff::{self, Surroundings};
use crate::cli::letters::Mailer;
use crate::cli::notes::Texts;
use crate::desk::error::{CommandError, CommandResult};
use crate::ports::{Clock, Post};
use crate::schedule::loaded::LoadedSchedule;
use crate::site::proof::HandoffWhen;

/// The verb: refuses when the settings want nothing told.
pub(super) async fn run(
    schedules: &[LoadedSchedule],
    dry_run: bool,
    environment: &Environment,
    loaded: &Loaded,
    face: Face,
    out: &mut (dyn Write + Send),
) -> CommandResult {
    let settings = &loaded.site.settings.handoff;
    if settings.when == HandoffWhen::Off && !settings.end_note {
        return Err(CommandError::usage("nobody is told anything, because the settings want no note")
            .hint("set when = \"start\" or \"evening\", or end_note = true, under [handoff]"));
    }
    let stores = adapters::stores(loaded).await?;
    tell(schedules, stores, dry_run, environment, loaded, face, out).await
}

/// Sends the notes that are due, each once; for timers and the service.
pub(super) async fn tell(
    schedules: &[LoadedSchedule],
    stores: Stores,
    dry_run: bool,
    environment: &Environment,
    loaded: &Loaded,
    face: Face,
    out: &mut (dyn Write + Send),
) -> CommandResult {
    let clock: Arc<dyn Clock> = Arc::new(MachineClock::real());
    let training = loaded.site.is_training();
    let has_mail = training || !loaded.site.settings.delivery.mail.is_empty();
    let post: Option<Box<dyn Post>> =
        if has_mail { Some(adapters::post(loaded, environment, Arc::clone(&clock))?) } else { None };
    let around = Surroundings {
        site: &loaded.site,
        face,
        store: stores.pages,
        notices: stores.notices,
        texts: texts(loaded, environment, &clock)?,
        mailer: post.as_deref().map(|post| Mailer { post, training }),
        dry_run,
    };
    handoff::run(schedules, &around, out).await
}

/// The ways out for texts that are no pages.
pub(super) fn texts(loaded: &Loaded, environment: &Environment, clock: &Arc<dyn Clock>) -> Result<Texts, CommandError> {
    let mut providers = adapters::providers(loaded, environment, clock)?;
    providers.retain(|provider| provider.channel() == crate::decision::ladder::Channel::Sms);
    Ok(Texts { providers, training: loaded.site.is_training() })
}

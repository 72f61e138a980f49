//! What do the verbs need that a timer runs? Stores, mail, and the heartbeat that says they came to their end.

use std::io::Write;
use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};

use super::adapters;
use super::clock::MachineClock;
use super::environment::Environment;
use super::heartbeat;
use super::load::Loaded;
use super::verbs::block_on;
use crate::civil::Interval;
use crate::cli::error::{CommandResult, Exit};
use crate::cli::face::Face;
use crate::cli::letters::Mailer;
use crate::cli::{gaps, gaps_mail, sync};
use crate::ports::{Clock, EpisodeStore};
use crate::schedule::judgement::Judgement;
use crate::schedule::loaded::LoadedSchedule;
use crate::site::Site;

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
        purge(stores.pages.as_ref(), &loaded.site, face.now).await;
        let around = sync::Surroundings {
            site: &loaded.site,
            face,
            snapshots: stores.snapshots,
            notices: stores.notices,
            mailer: post.as_deref().map(|post| Mailer { post, training }),
            understand: &|name, kept| {
                loaded.understand(name, kept, face.now, Vec::new()).ok().map(|(schedule, _)| schedule)
            },
        };
        let exit = sync::run(schedules, &around, out).await?;
        finished(exit, exit == Exit::Done, loaded, out).await
    })
}

/// Deletes the customer data of pages that closed long ago. What fails is said and tried again the next time: nobody
/// waits for it.
pub(super) async fn purge(store: &dyn EpisodeStore, site: &Site, now: DateTime<Utc>) {
    let days = site.settings.store.keep_customer_data_days;
    let Some(opened_before) = TimeDelta::try_days(days.into()).and_then(|keep| now.checked_sub_signed(keep)) else {
        return;
    };
    if days == 0 {
        return;
    }
    match store.purge_briefings(opened_before).await {
        Ok(0) => {}
        Ok(pages) => tracing::info!(pages, "customer data of old pages was deleted; their logs stay whole"),
        Err(error) => tracing::error!(%error, "customer data of old pages could not be deleted"),
    }
}

/// The same once an hour; never ends by itself.
pub(super) async fn purge_hourly(store: &dyn EpisodeStore, site: &Site, clock: &dyn Clock) {
    loop {
        purge(store, site, clock.now()).await;
        clock.sleep_until(clock.now() + TimeDelta::hours(1)).await;
    }
}

/// A report of `gaps` that was written.
pub(super) struct Report<'a> {
    pub(super) judged: &'a [Judgement<'a>],
    pub(super) window: Interval,
    pub(super) desks: gaps::Desks<'a>,
    /// Whether the owners are to get it.
    pub(super) mail: bool,
}

/// What follows the report of `gaps`: letters to the owners when they are wanted, and the heartbeat. Neither opens the
/// database or a runtime unless it is asked for.
pub(super) fn gaps(
    report: &Report<'_>,
    environment: &Environment,
    loaded: &Loaded,
    face: Face,
    out: &mut dyn Write,
) -> CommandResult {
    let Report { judged, window, desks, mail } = *report;
    let exit = gaps::exit_code(judged);
    if !mail && loaded.site.settings.heartbeat.is_none() {
        return Ok(exit);
    }
    let post = if mail { Some(adapters::post(loaded, environment, Arc::new(MachineClock::real()))?) } else { None };
    let training = loaded.site.is_training();
    block_on(async {
        let mut letters = Exit::Done;
        if let Some(post) = post.as_deref() {
            let notices = adapters::stores(loaded).await?.notices;
            let mailer = Mailer { post, training };
            let around = gaps_mail::Surroundings { site: &loaded.site, face, notices, mailer };
            letters = gaps_mail::run(judged, window, desks, &around, out).await?;
        }
        // A gap is what the run was for; a sheet that cannot be read, or a letter that stays, is a run that failed.
        let whole = exit != Exit::CouldNotTell && letters == Exit::Done;
        finished(exit.max(letters), whole, loaded, out).await
    })
}

/// Ends a run: what it says is out before the heartbeat tells that it came to its end.
async fn finished(exit: Exit, whole: bool, loaded: &Loaded, out: &mut dyn Write) -> CommandResult {
    out.flush()?;
    let heartbeat = loaded.site.settings.heartbeat.as_ref();
    if let Some(url) = heartbeat.and_then(|settings| settings.url.as_ref()).filter(|_| whole) {
        heartbeat::ping(url).await;
    }
    Ok(exit)
}

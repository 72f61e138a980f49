//! What do the runs need that the clock starts? Stores, mail, and the heartbeat that says they came to their end.
//!
//! `verbs` calls [`sync()`] and [`gaps()`] for a timer of the system; the service's own jobs are [`synced`] and [`reported`].

use std::io::Write;
use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};

use super::adapters::{self, Stores};
use super::clock::MachineClock;
use super::environment::Environment;
use super::load::Loaded;
use super::verbs::block_on;
use super::{handoff, heartbeat};
use crate::civil::Interval;
use crate::cli::face::Face;
use crate::cli::letters::Mailer;
use crate::cli::notes::Texts;
use crate::cli::{gaps_mail, sync};
use crate::desk::error::{CommandError, CommandResult, Exit};
use crate::desk::gaps::{Desks, exit as exit_of_gaps};
use crate::ports::access::AccessStore;
use crate::ports::drafts::DraftStore;
use crate::ports::{Clock, EpisodeStore, Post};
use crate::schedule::judgement::Judgement;
use crate::schedule::loaded::LoadedSchedule;
use crate::site::Site;

/// How long the answer to a request with an `Idempotency-Key` is kept: whoever asks again does so within a day.
const KEEP_ANSWERS: TimeDelta = TimeDelta::hours(24);
/// How long a form that nobody touches is kept: until the next night.
const KEEP_DRAFTS: TimeDelta = TimeDelta::hours(24);

/// How a run ended.
pub(super) struct Ended {
    /// What it says to the shell.
    pub exit: Exit,
    /// Whether every sheet was read and every letter left, whatever was found.
    pub whole: bool,
}

/// `sync`, with letters when they are wanted.
pub(super) fn sync(
    schedules: &[LoadedSchedule],
    mail: bool,
    environment: &Environment,
    loaded: &Loaded,
    face: Face,
    out: &mut dyn Write,
) -> CommandResult {
    let post = post(mail, loaded, environment)?;
    let texts = texts(mail, loaded, environment)?;
    block_on(async {
        let stores = adapters::stores(loaded).await?;
        purge(stores.pages.as_ref(), &loaded.site, face.now).await;
        purge_access(stores.access.as_ref(), &loaded.site, face.now).await;
        purge_drafts(stores.drafts.as_ref(), face.now).await;
        let ended = synced(schedules, loaded, stores, Ways { post: post.as_deref(), texts }, face, out).await?;
        finished(ended, loaded, out).await
    })
}

/// The way out for letters, when they are wanted.
pub(super) fn post(
    mail: bool,
    loaded: &Loaded,
    environment: &Environment,
) -> Result<Option<Box<dyn Post>>, CommandError> {
    mail.then(|| adapters::post(loaded, environment, Arc::new(MachineClock::real()))).transpose()
}

/// The way out for texts about changes, when they are wanted.
pub(super) fn texts(mail: bool, loaded: &Loaded, environment: &Environment) -> Result<Option<Texts>, CommandError> {
    let wanted = mail && loaded.site.settings.handoff.changes_by_sms;
    let clock: Arc<dyn Clock> = Arc::new(MachineClock::real());
    wanted.then(|| handoff::texts(loaded, environment, &clock)).transpose()
}

/// How word of a change leaves.
pub(super) struct Ways<'a> {
    /// For letters.
    pub post: Option<&'a dyn Post>,
    /// For texts.
    pub texts: Option<Texts>,
}

/// Keeps and compares sheets that were read; word of changes leaves by `ways`.
pub(super) async fn synced(
    schedules: &[LoadedSchedule],
    loaded: &Loaded,
    stores: Stores,
    ways: Ways<'_>,
    face: Face,
    out: &mut dyn Write,
) -> Result<Ended, CommandError> {
    let around = sync::Surroundings {
        site: &loaded.site,
        face,
        snapshots: stores.snapshots,
        notices: stores.notices,
        mailer: ways.post.map(|post| Mailer { post, training: loaded.site.is_training() }),
        texts: ways.texts,
        understand: &|name, kept| {
            loaded.understand(name, kept, face.now, Vec::new()).ok().map(|(schedule, _)| schedule)
        },
    };
    let exit = sync::run(schedules, &around, out).await?;
    Ok(Ended { exit, whole: exit == Exit::Done })
}

/// Deletes the customer data of pages that closed long ago. What fails is said and tried again the next time: nobody
/// waits for it. Whether it did not fail.
pub(super) async fn purge(store: &dyn EpisodeStore, site: &Site, now: DateTime<Utc>) -> bool {
    let days = site.settings.store.keep_customer_data_days;
    let Some(opened_before) = TimeDelta::try_days(days.into()).and_then(|keep| now.checked_sub_signed(keep)) else {
        return true;
    };
    if days == 0 {
        return true;
    }
    let purged = store.purge_briefings(opened_before).await;
    match &purged {
        Ok(0) => {}
        Ok(pages) => tracing::info!(pages, "customer data of old pages was deleted; their logs stay whole"),
        Err(error) => tracing::error!(%error, "customer data of old pages could not be deleted"),
    }
    purged.is_ok()
}

/// Deletes what is remembered about access and has had its time. Whether that did not fail; nobody waits for it.
pub(super) async fn purge_access(store: &dyn AccessStore, site: &Site, now: DateTime<Utc>) -> bool {
    let before = |keep: TimeDelta| now.checked_sub_signed(keep).unwrap_or(DateTime::<Utc>::MIN_UTC);
    let acted_before = match site.settings.store.keep_audit_days {
        0 => DateTime::<Utc>::MIN_UTC,
        days => before(TimeDelta::days(days.into())),
    };
    let purged = store.purge_access(now, before(KEEP_ANSWERS), acted_before).await;
    if let Err(error) = &purged {
        tracing::error!(%error, "old sessions, answers and acts could not be deleted");
    }
    purged.is_ok()
}

/// Deletes forms that nobody touched for a day. Whether that did not fail; nobody waits for it.
pub(super) async fn purge_drafts(store: &dyn DraftStore, now: DateTime<Utc>) -> bool {
    let purged = store.purge_drafts(now.checked_sub_signed(KEEP_DRAFTS).unwrap_or(DateTime::<Utc>::MIN_UTC)).await;
    if let Err(error) = &purged {
        tracing::error!(%error, "old forms could not be deleted");
    }
    purged.is_ok()
}

/// [`purge`] once an hour; never ends by itself.
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
    pub(super) desks: Desks<'a>,
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
    if !report.mail && loaded.site.settings.heartbeat.is_none() {
        return Ok(exit_of_gaps(report.judged));
    }
    let post = post(report.mail, loaded, environment)?;
    block_on(async {
        let letters = match post.as_deref() {
            Some(post) => Some((adapters::stores(loaded).await?, post)),
            None => None,
        };
        let ended = reported(report, loaded, letters, face, out).await?;
        finished(ended, loaded, out).await
    })
}

/// Sends the report to the owners where letters can leave.
pub(super) async fn reported(
    report: &Report<'_>,
    loaded: &Loaded,
    letters: Option<(Stores, &dyn Post)>,
    face: Face,
    out: &mut dyn Write,
) -> Result<Ended, CommandError> {
    let Report { judged, window, desks, mail: _ } = *report;
    let exit = exit_of_gaps(judged);
    let mut sent = Exit::Done;
    if let Some((stores, post)) = letters {
        let mailer = Mailer { post, training: loaded.site.is_training() };
        let around = gaps_mail::Surroundings { site: &loaded.site, face, notices: stores.notices, mailer };
        sent = gaps_mail::run(judged, window, desks, &around, out).await?;
    }
    // A gap is what the run was for; a sheet that cannot be read, or a letter that stays, is a run that failed.
    Ok(Ended { exit: exit.max(sent), whole: exit != Exit::CouldNotTell && sent == Exit::Done })
}

/// Ends a run: what it says is out before the heartbeat tells that it came to its end.
async fn finished(ended: Ended, loaded: &Loaded, out: &mut dyn Write) -> CommandResult {
    out.flush()?;
    let heartbeat = loaded.site.settings.heartbeat.as_ref();
    if let Some(url) = heartbeat.and_then(|settings| settings.url.as_ref()).filter(|_| ended.whole) {
        heartbeat::ping(url).await;
    }
    Ok(ended.exit)
}

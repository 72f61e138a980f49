//! What does the house look like now? Puts the board together from the readings, the page log and the settings.

use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use sha2::{Digest, Sha256};

use super::super::Current;
use super::ledger::Ledger;
use crate::civil::{Interval, days_later, start_of_day};
use crate::desk::gaps::{Desks, judge};
use crate::desk::shifts::Timetable;
use crate::ports::OptOut;
use crate::ports::sheets::{Kept, Readings};
use crate::schedule::Schedule;
use crate::schedule::loaded::LoadedSchedule;
use crate::site::Site;
use crate::views::board::duty::Duty;
use crate::views::board::outlook::Outlook;
use crate::views::board::{BlockedPerson, Board, Fault, minute_of};
use crate::wording::shifts::{told, verdict};

/// How many days the outlook holds.
const DAYS_AHEAD: u64 = 14;
/// How often the outlook is made anew without a change: its window and the picture's "now" move on.
const OUTLOOK_EVERY: TimeDelta = TimeDelta::minutes(5);

/// What the house looks with.
#[derive(Default)]
pub(super) struct Looking {
    ledger: Ledger,
    fault: Option<Fault>,
    ahead: Option<Ahead>,
    board: Option<Arc<Board>>,
}

/// The outlook with what it was made of.
struct Ahead {
    site: Arc<Site>,
    version: u64,
    made_at: DateTime<Utc>,
    outlook: Arc<Outlook>,
}

impl Looking {
    /// The board at `now`; the value that was given before, when nothing changed.
    pub(super) async fn look(&mut self, current: &Current, readings: &Readings, now: DateTime<Utc>) -> Arc<Board> {
        match self.ledger.read(current, now).await {
            Ok(()) => self.fault = self.ledger.broken.clone().map(|reason| self.fault_of(reason, now)),
            Err(error) => self.fault = Some(self.fault_of(error.to_string(), now)),
        }
        let outlook = self.outlook(&current.site, readings, now).await;
        let board = self.board_of(current, readings, outlook, now);
        if let Some(before) = self.board.as_ref().filter(|before| ***before == board) {
            return Arc::clone(before);
        }
        let board = Arc::new(board);
        self.board = Some(Arc::clone(&board));
        board
    }

    /// Whether everything was read once: the sheets, and the pages of the months.
    pub(super) fn has_all(&self) -> bool {
        self.ahead.is_some() && !self.ledger.is_counting()
    }

    /// The fault, which began when it was first seen.
    fn fault_of(&self, reason: String, now: DateTime<Utc>) -> Fault {
        Fault { since: self.fault.as_ref().map_or(now, |fault| fault.since), reason }
    }

    fn board_of(
        &self,
        current: &Current,
        readings: &Readings,
        outlook: Option<Arc<Outlook>>,
        now: DateTime<Utc>,
    ) -> Board {
        let site = &current.site;
        let is_blocked = |phone: Option<&str>| {
            phone.is_some_and(|phone| self.ledger.opt_outs.iter().any(|opt_out| opt_out.number == phone))
        };
        let duty = |kept: &Kept| {
            let hours = site.settings.schedules.get(&kept.loaded.name).map_or(0, |it| it.warn_after_hours);
            Duty::new(&kept.loaded, kept.read_at, TimeDelta::hours(hours.into()), now, &is_blocked)
        };
        let names = site.settings.schedules.keys();
        Board {
            at: minute_of(now),
            duties: names.clone().filter_map(|name| readings.find(name)).map(duty).collect(),
            unread: names.filter(|name| readings.find(name).is_none()).cloned().collect(),
            leadership: site.leadership.clone(),
            cases: self.ledger.cases(current, now),
            settled: self.ledger.settled(now),
            outlook,
            blocked: blocked(&self.ledger.opt_outs, site, readings),
            unproved: self.ledger.unproved(),
            months: self.ledger.months(now, site.zone),
            counting: self.ledger.is_counting(),
            fault: self.fault.clone(),
        }
    }

    async fn outlook(&mut self, site: &Arc<Site>, readings: &Readings, now: DateTime<Utc>) -> Option<Arc<Outlook>> {
        if readings.schedules.is_empty() {
            return None;
        }
        let is_fresh = |ahead: &&Ahead| {
            let age = now - ahead.made_at;
            Arc::ptr_eq(&ahead.site, site)
                && ahead.version == readings.version
                && age >= TimeDelta::zero()
                && age < OUTLOOK_EVERY
        };
        if let Some(ahead) = self.ahead.as_ref().filter(is_fresh) {
            return Some(Arc::clone(&ahead.outlook));
        }
        let schedules: Vec<LoadedSchedule> =
            readings.schedules.iter().map(|kept| LoadedSchedule::clone(&kept.loaded)).collect();
        // Long sheets take a while: nobody else's request waits for it.
        let for_site = Arc::clone(site);
        let made = tokio::task::spawn_blocking(move || look_ahead(&schedules, &for_site, now)).await;
        let Ok(Some(outlook)) = made else {
            tracing::error!("looking at the coming days broke off, which is a defect");
            return self.ahead.as_ref().map(|ahead| Arc::clone(&ahead.outlook));
        };
        let outlook = Arc::new(outlook);
        self.ahead = Some(Ahead {
            site: Arc::clone(site),
            version: readings.version,
            made_at: now,
            outlook: Arc::clone(&outlook),
        });
        Some(outlook)
    }
}

/// The coming days; `None` only at the end of the calendar.
fn look_ahead(schedules: &[LoadedSchedule], site: &Site, now: DateTime<Utc>) -> Option<Outlook> {
    use std::fmt::Write as _;
    let desks = Desks::of(site);
    let window = Interval::new(now, days_later(site.zone, now, DAYS_AHEAD)?)?;
    let judged = judge(schedules, site.zone, window, desks, false);
    let mut outlook = Outlook::new(&judged, window, site.zone);
    let today = start_of_day(site.zone, now.with_timezone(&site.zone).date_naive());
    let drawn = Interval::new(today, days_later(site.zone, today, DAYS_AHEAD)?)?;
    let timetable = Timetable::new(schedules, drawn, site.zone, desks).ok()?;
    outlook.verdict = verdict(&timetable.planned);
    outlook.told = timetable.planned.iter().map(|(loaded, plan)| told(loaded, plan.as_ref(), site.zone)).collect();
    outlook.picture = timetable.picture(now);
    let digest = Sha256::digest(outlook.picture.as_bytes());
    for byte in digest.iter().take(8) {
        let _infallible = write!(outlook.picture_name, "{byte:02x}");
    }
    Some(outlook)
}

/// Those of the contacts, of leadership and on call now whose texts are blocked.
fn blocked(opt_outs: &[OptOut], site: &Site, readings: &Readings) -> Vec<BlockedPerson> {
    let contacts = site.roster.contacts().iter().flat_map(|contact| {
        let numbers = contact.phone.iter().flat_map(|phone| std::iter::once(&phone.main).chain(&phone.others));
        numbers.map(move |number| (contact.name.to_string(), number.e164.to_string()))
    });
    let leaders = site.leadership.iter().filter_map(|leader| Some((leader.name.clone(), leader.phone.clone()?)));
    let known: Vec<(String, String)> = contacts.chain(leaders).collect();
    let mut blocked: Vec<BlockedPerson> = Vec::new();
    for opt_out in opt_outs {
        let on_call = readings.schedules.iter().filter_map(|kept| kept.loaded.schedule.as_ref().ok());
        let holder = || {
            let mut holders = on_call.flat_map(Schedule::shifts).flat_map(|shift| shift.holders.iter());
            holders
                .find(|holder| holder.phone.as_deref() == Some(&*opt_out.number))
                .map(|holder| holder.name.to_string())
        };
        let contact = known.iter().find(|(_, number)| *number == opt_out.number).map(|(name, _)| name.clone());
        let Some(name) = contact.or_else(holder) else { continue };
        blocked.push(BlockedPerson { name, phone: opt_out.number.clone(), since: opt_out.since });
    }
    blocked
}

//! `drill --due` and `drill --report`: are those ready who begin a time on call tomorrow, and who must hear that they are not?
//!
//! Each duty is asked about once; the log says whether it was. The letter about those who did not confirm goes out once
//! a schedule and day. Exit codes of the report: 0 everybody confirmed; 1 somebody did not; 3 a schedule cannot be used.

use std::collections::BTreeMap;
use std::io::Write;
use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use serde::Serialize;

use super::drill::{Question, begin, drilled, slug};
use super::face::{Face, Format, write_line};
use super::letters::{self, Mailer};
use super::sync::digest;
use crate::civil::Interval;
use crate::decision::ladder::{Channel, Contact};
use crate::desk::error::{CommandError, CommandResult, Exit};
use crate::engine::Engine;
use crate::episode::event::{Drill, DrilledShift};
use crate::ports::{EpisodeStore, Letter, NoticeStore};
use crate::proof::duty::{Duty, duties};
use crate::proof::readiness::{Hours, Ready, case_of};
use crate::schedule::loaded::LoadedSchedule;
use crate::site::Site;
use crate::wording::drill as words;
use crate::wording::phone;
use crate::wording::schedule::could_not_use;
use crate::wording::time::rfc3339;

/// How far ahead duties are looked for: whoever begins tomorrow, at whatever hour.
const AHEAD: TimeDelta = TimeDelta::hours(48);

/// What asking and telling work with.
pub struct Surroundings<'a> {
    /// The site.
    pub site: &'a Site,
    /// The zone, the moment and the form.
    pub face: Face,
    /// The page log.
    pub store: Arc<dyn EpisodeStore>,
}

#[derive(Serialize)]
struct Report {
    at: String,
    duties: Vec<DutyView>,
}

#[derive(Serialize)]
struct DutyView {
    schedule: String,
    role: String,
    name: String,
    from: String,
    until: String,
    ready: &'static str,
    answered_at: Option<String>,
    case: String,
}

impl Surroundings<'_> {
    fn hours(&self) -> Hours<'_> {
        let settings = &self.site.settings.proof;
        Hours {
            ask: settings.readiness_at,
            report: settings.readiness_report_at,
            quiet: &self.site.quiet,
            zone: self.site.zone,
        }
    }

    fn case(&self, duty: &Duty) -> String {
        case_of(duty, self.site.zone, slug)
    }

    /// The duties that begin soon, of every schedule that can be read.
    fn coming(&self, schedules: &[LoadedSchedule]) -> Vec<Duty> {
        let now = self.face.now;
        let Some(window) = Interval::new(now, now + AHEAD) else { return Vec::new() };
        let usable = schedules.iter().filter_map(|loaded| loaded.schedule.as_ref().ok());
        let mut coming: Vec<Duty> = usable.flat_map(|schedule| duties(schedule, window)).collect();
        coming.retain(|duty| duty.from > now);
        coming
    }

    async fn ready(&self, duty: &Duty) -> Result<Ready, CommandError> {
        let state = drilled(self.site, self.store.as_ref(), &self.case(duty)).await?;
        Ok(state.as_ref().map_or(Ready::NotAsked, Ready::of))
    }

    /// By which channels somebody is asked.
    fn channels(&self, contact: &Contact) -> Vec<Channel> {
        let available = self.site.channels();
        let wanted = self.site.settings.proof.readiness_channels.iter().copied();
        wanted.filter(|channel| available.contains(channel) && contact.address(*channel).is_some()).collect()
    }

    /// Asks whoever is to be asked now, once; says whom. `id` makes the id of a page.
    pub async fn ask(
        &self,
        schedules: &[LoadedSchedule],
        engine: &Engine,
        id: &(dyn Fn() -> String + Sync),
        out: &mut (dyn Write + Send),
    ) -> Result<Exit, CommandError> {
        let (now, hours) = (self.face.now, self.hours());
        let mut asked = Vec::new();
        for duty in self.coming(schedules).iter().filter(|duty| hours.asks(duty, now)) {
            if self.ready(duty).await? != Ready::NotAsked {
                continue;
            }
            let contact = Contact {
                name: duty.name.to_string(),
                phone: duty.phone.as_deref().map(str::to_owned),
                email: duty.email.as_deref().map(str::to_owned),
                until: Some(duty.until),
                also: Vec::new(),
            };
            let question = Question {
                case: self.case(duty),
                channels: self.channels(&contact),
                contact,
                wait_s: hours.answer_s(duty, now),
                drill: Drill {
                    shift: Some(DrilledShift { schedule: duty.schedule.clone(), from: duty.from, until: duty.until }),
                },
                by: "page-oncall".to_owned(),
                schedule: Some(duty.schedule.clone()),
            };
            begin(engine, question, id()).await?;
            asked.push(self.view(duty, Ready::Waiting));
            if self.face.format == Format::Text {
                writeln!(out, "{}", words::line(duty, Ready::Waiting, self.site.zone))?;
            }
        }
        if !asked.is_empty() {
            engine.turn().await?;
        }
        if self.face.format == Format::Json {
            write_line(&Report { at: rfc3339(now, self.site.zone), duties: asked }, out)?;
        } else if asked.is_empty() {
            writeln!(out, "Nobody is to be asked now.")?;
        }
        self.unusable(schedules, out)
    }

    /// Tells how everybody stands who begins soon.
    pub async fn report(&self, schedules: &[LoadedSchedule], out: &mut dyn Write) -> CommandResult {
        let mut exit = Exit::Done;
        let mut views = Vec::new();
        for duty in self.coming(schedules) {
            let ready = self.ready(&duty).await?;
            // Before the hour at which it is told, somebody may simply not have been asked yet.
            let is_told =
                matches!(ready, Ready::Cannot(_) | Ready::Silent) || self.hours().reports(&duty, self.face.now);
            if ready.is_open_question() && is_told {
                exit = Exit::Finding;
            }
            if self.face.format == Format::Text {
                writeln!(out, "{}", words::line(&duty, ready, self.site.zone))?;
            }
            views.push(self.view(&duty, ready));
        }
        if self.face.format == Format::Json {
            write_line(&Report { at: rfc3339(self.face.now, self.site.zone), duties: views }, out)?;
        } else if views.is_empty() {
            writeln!(out, "Nobody begins a time on call in the next two days.")?;
        }
        Ok(exit.max(self.unusable(schedules, out)?))
    }

    /// Writes to the owners of each schedule and to the supervisors about those who did not confirm: once a schedule
    /// and day, from the hour on that the settings say.
    pub async fn mail(
        &self,
        schedules: &[LoadedSchedule],
        notices: &dyn NoticeStore,
        mailer: &Mailer<'_>,
        out: &mut dyn Write,
    ) -> Result<Exit, CommandError> {
        let (now, hours, zone) = (self.face.now, self.hours(), self.site.zone);
        let mut by_schedule: BTreeMap<String, Vec<(Duty, Ready)>> = BTreeMap::new();
        for duty in self.coming(schedules).into_iter().filter(|duty| hours.reports(duty, now)) {
            let ready = self.ready(&duty).await?;
            by_schedule.entry(duty.schedule.clone()).or_default().push((duty, ready));
        }
        let mut exit = Exit::Done;
        for (name, duties) in &by_schedule {
            let open = duties.iter().filter(|(_, ready)| ready.is_open_question()).count();
            let Some((first, _)) = duties.first().filter(|_| open > 0) else { continue };
            let day = first.from.with_timezone(&zone).date_naive();
            let mode = if mailer.training { "training" } else { "live" };
            let lines: Vec<(&Duty, Ready)> = duties.iter().map(|(duty, ready)| (duty, *ready)).collect();
            for to in self.recipients(name) {
                let subject = format!("readiness/{mode}/{name}/{to}");
                if notices.told(&subject).await? == Some(day.to_string()) {
                    continue;
                }
                let letter = Letter {
                    key: format!("{subject}/{}", digest(&day.to_string())),
                    to: to.clone(),
                    name: String::new(),
                    subject: words::subject(&first.title, open, mailer.training),
                    text: words::letter(
                        &first.title,
                        &lines,
                        &phone::display(&self.site.settings.desk.help_desk_phone),
                        zone,
                    ),
                    html: None,
                    attachments: Vec::new(),
                };
                let posted = mailer.send(letter).await;
                if !posted.try_again {
                    notices.tell(&subject, &day.to_string(), now).await?;
                }
                if self.face.format == Format::Text {
                    letters::write_posted(&posted, out)?;
                }
                if !letters::is_done(&posted.view) {
                    tracing::error!(to, detail = posted.view.detail, "a letter about readiness did not leave");
                    exit = Exit::Finding;
                }
            }
        }
        Ok(exit)
    }

    /// The schedule's owners and the supervisors, each once.
    fn recipients(&self, schedule: &str) -> Vec<String> {
        let owners = self.site.settings.schedules.get(schedule).map(|settings| settings.owners.as_slice());
        let mut all: Vec<String> = Vec::new();
        for address in owners.unwrap_or_default().iter().chain(&self.site.settings.proof.supervisors) {
            if !all.contains(address) {
                all.push(address.clone());
            }
        }
        all
    }

    fn unusable(&self, schedules: &[LoadedSchedule], out: &mut dyn Write) -> Result<Exit, CommandError> {
        let mut exit = Exit::Done;
        for loaded in schedules.iter().filter(|loaded| loaded.schedule.is_err()) {
            exit = Exit::CouldNotTell;
            if self.face.format == Format::Text {
                writeln!(out, "{}", could_not_use(loaded, self.site.zone))?;
            }
        }
        Ok(exit)
    }

    fn view(&self, duty: &Duty, ready: Ready) -> DutyView {
        let zone = self.site.zone;
        let answered: Option<DateTime<Utc>> = match ready {
            Ready::Yes(at, _) | Ready::Cannot(at) => Some(at),
            Ready::NotAsked | Ready::Waiting | Ready::Silent => None,
        };
        DutyView {
            schedule: duty.schedule.clone(),
            role: duty.role.label.to_string(),
            name: duty.name.to_string(),
            from: rfc3339(duty.from, zone),
            until: rfc3339(duty.until, zone),
            ready: words::ready_word(ready),
            answered_at: answered.map(|at| rfc3339(at, zone)),
            case: self.case(duty),
        }
    }
}

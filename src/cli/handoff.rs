//! `handoff`: who is to be told now that they begin, or what the one before them leaves open?
//!
//! Each note leaves once, by the first channel that reaches its person. What could not leave leaves with the next run.
//! Exit codes: 0 all told; 1 a note could not be sent; 3 a schedule cannot be used.

use std::io::Write;
use std::sync::Arc;

use chrono::TimeDelta;
use serde::Serialize;

use super::face::{Face, Format, write_line};
use super::letters::{self, Mailer};
use super::notes::{Text, Texts, try_again};
use crate::civil::Interval;
use crate::decision::ladder::{Channel, same_name};
use crate::desk::error::{CommandError, CommandResult, Exit};
use crate::episode::state::State;
use crate::ports::{EpisodeStore, Letter, NoticeStore};
use crate::proof::duty::{Duty, duties};
use crate::proof::handoff::{Due, Kind, Told, Wanted, due};
use crate::schedule::loaded::LoadedSchedule;
use crate::site::Site;
use crate::site::proof::HandoffWhen;
use crate::wording::handoff as words;
use crate::wording::schedule::could_not_use;
use crate::wording::time::rfc3339;

/// How far back and ahead duties are looked at: what ended yesterday, and what begins tomorrow.
const REACH: TimeDelta = TimeDelta::hours(48);

/// What the verb works with.
pub struct Surroundings<'a> {
    /// The site.
    pub site: &'a Site,
    /// The zone, the moment and the form.
    pub face: Face,
    /// The page log.
    pub store: Arc<dyn EpisodeStore>,
    /// What people were told.
    pub notices: Arc<dyn NoticeStore>,
    /// The way out for texts.
    pub texts: Texts,
    /// The way out for letters; `None` where the site has no mail server.
    pub mailer: Option<Mailer<'a>>,
    /// Whether it is only shown what would leave.
    pub dry_run: bool,
}

#[derive(Serialize)]
struct Notes {
    at: String,
    notes: Vec<NoteView>,
}

#[derive(Serialize)]
struct NoteView {
    kind: &'static str,
    schedule: String,
    duty_of: String,
    name: String,
    to: String,
    channel: &'static str,
    outcome: &'static str,
    detail: String,
    text: String,
}

/// Whom a note goes to.
struct Recipient {
    name: String,
    phone: Option<String>,
    email: Option<String>,
}

/// What became of the note to one person.
struct Sent {
    view: Option<NoteView>,
    /// Whether it need not be tried again.
    settled: bool,
    /// Whether it reached a provider.
    left: bool,
}

/// Sends what is due, and says it.
pub async fn run(schedules: &[LoadedSchedule], around: &Surroundings<'_>, out: &mut dyn Write) -> CommandResult {
    let (now, zone) = (around.face.now, around.site.zone);
    let mut exit = Exit::Done;
    let mut notes = Vec::new();
    for loaded in schedules {
        let Ok(schedule) = &loaded.schedule else {
            exit = Exit::CouldNotTell;
            if around.face.format == Format::Text {
                writeln!(out, "{}", could_not_use(loaded, zone))?;
            }
            continue;
        };
        let Some(window) = Interval::new(now - REACH, now + REACH) else { continue };
        let duties = duties(schedule, window);
        for due in due(&duties, now, &around.wanted()) {
            let left = around.tell(&due, &duties, &mut notes).await?;
            exit = if left { exit } else { exit.max(Exit::Finding) };
        }
    }
    if around.face.format == Format::Json {
        write_line(&Notes { at: rfc3339(now, zone), notes }, out)?;
    } else if notes.is_empty() {
        writeln!(out, "Nobody is to be told anything now.")?;
    } else {
        for note in &notes {
            let way = if note.channel == "email" { "mail" } else { "text" };
            for line in words::sent(&note.name, &note.to, way, &note.text, note.outcome, &note.detail) {
                writeln!(out, "{line}")?;
            }
        }
    }
    Ok(exit)
}

impl Surroundings<'_> {
    fn wanted(&self) -> Wanted<'_> {
        let settings = &self.site.settings.handoff;
        Wanted {
            start: match settings.when {
                HandoffWhen::Off => None,
                HandoffWhen::Start => Some(Told::AtStart),
                HandoffWhen::Evening => Some(Told::DayBefore(settings.evening_at)),
            },
            end: settings.end_note,
            quiet: &self.site.quiet,
            zone: self.site.zone,
        }
    }

    fn facts(&self) -> words::Facts<'_> {
        let desk = &self.site.settings.desk;
        words::Facts {
            desk_short: &desk.name,
            help_desk_phone: &desk.help_desk_phone,
            training: self.site.is_training(),
            now: self.face.now,
            zone: self.site.zone,
        }
    }

    /// Tells one note to everybody whom it is for, once each; false when one of them could not be told.
    async fn tell(&self, due: &Due<'_>, duties: &[Duty], notes: &mut Vec<NoteView>) -> Result<bool, CommandError> {
        let key = due.key(if self.site.is_training() { "training" } else { "live" });
        if self.notices.told(&key).await?.is_some() {
            return Ok(true);
        }
        let open = self.open_pages(&due.duty.schedule).await?;
        let recipients = self.recipients(due, duties);
        // Word of an end is word of what it leaves: with nothing open there is none, now or later.
        let is_news = due.kind == Kind::Start || !open.is_empty();
        let (mut settled, mut left) = (true, true);
        for recipient in recipients.iter().filter(|_| is_news) {
            let own = format!("{key}/{}", recipient.name.to_lowercase());
            if self.notices.told(&own).await?.is_some() {
                continue;
            }
            let sent = self.send(due, recipient, &own, &open).await;
            notes.extend(sent.view);
            settled &= sent.settled;
            left &= sent.left;
            if sent.settled && !self.dry_run {
                self.notices.tell(&own, "told", self.face.now).await?;
            }
        }
        if settled && !self.dry_run {
            self.notices.tell(&key, "told", self.face.now).await?;
        }
        Ok(left)
    }

    /// Whoever begins hears of the beginning; of the end, whoever takes over, and the desk.
    fn recipients(&self, due: &Due<'_>, duties: &[Duty]) -> Vec<Recipient> {
        let of = |duty: &Duty| Recipient {
            name: duty.name.to_string(),
            phone: duty.phone.as_deref().map(str::to_owned),
            email: duty.email.as_deref().map(str::to_owned),
        };
        if due.kind == Kind::Start {
            return vec![of(due.duty)];
        }
        let takes_over = |duty: &&Duty| {
            due.duty.after.iter().any(|name| same_name(name, &duty.name))
                && duty.role.label == due.duty.role.label
                && duty.from <= due.duty.until
                && due.duty.until < duty.until
        };
        let desk = self.site.settings.handoff.desk_mail.iter().map(|address| Recipient {
            name: self.site.settings.desk.name.clone(),
            phone: None,
            email: Some(address.clone()),
        });
        duties.iter().filter(takes_over).map(of).chain(desk).collect()
    }

    /// The unsettled pages of a schedule, in a few words each.
    async fn open_pages(&self, schedule: &str) -> Result<Vec<String>, CommandError> {
        let mut open = Vec::new();
        for page in self.store.pages(false).await?.into_iter().filter(|page| page.training == self.site.is_training()) {
            let log = self.store.load(&page.episode).await?;
            let Ok(state) = State::of(&log) else { continue };
            if state.drill.is_none() && state.schedule.as_deref() == Some(schedule) {
                open.push(words::open_page(&state, &self.facts()));
            }
        }
        Ok(open)
    }

    /// By the first channel that takes it.
    async fn send(&self, due: &Due<'_>, recipient: &Recipient, key: &str, open: &[String]) -> Sent {
        let view = |to: &str, channel: Channel, outcome, detail: String, text: String| NoteView {
            kind: if due.kind == Kind::Start { "start" } else { "end" },
            schedule: due.duty.schedule.clone(),
            duty_of: due.duty.name.to_string(),
            name: recipient.name.clone(),
            to: to.to_owned(),
            channel: channel.word(),
            outcome,
            detail,
            text,
        };
        let (subject, letter) = words::letter(due.kind, due.duty, open, &self.facts());
        let mut last = None;
        let wanted = &self.site.settings.handoff.channels;
        // The desk is a mailbox, whatever people are told by.
        let mail_alone = [Channel::Email];
        let channels = if recipient.phone.is_none() { mail_alone.as_slice() } else { wanted.as_slice() };
        for channel in channels {
            let sent = match (channel, &recipient.phone, &recipient.email, &self.mailer) {
                (Channel::Sms, Some(number), _, _) => {
                    let body = words::sms(due.kind, due.duty, open, &self.facts());
                    if self.dry_run {
                        let view = view(number, *channel, "dry-run", String::new(), body);
                        return Sent { view: Some(view), settled: false, left: true };
                    }
                    let text = Text { key, to: number, name: &recipient.name, body: body.clone() };
                    let report = self.texts.send(text).await;
                    let outcome = self.texts.word(&report);
                    let left = matches!(outcome, "accepted" | "training");
                    let settled = left || !try_again(&report);
                    Sent { view: Some(view(number, *channel, outcome, report.detail, body)), settled, left }
                }
                (Channel::Email, _, Some(address), Some(mailer)) => {
                    if self.dry_run {
                        let view = view(address, *channel, "dry-run", String::new(), letter);
                        return Sent { view: Some(view), settled: false, left: true };
                    }
                    let posted = mailer
                        .send(Letter {
                            key: key.to_owned(),
                            to: address.clone(),
                            name: recipient.name.clone(),
                            subject: subject.clone(),
                            text: letter.clone(),
                            html: None,
                            attachments: Vec::new(),
                        })
                        .await;
                    let left = letters::is_done(&posted.view);
                    let text = letter.clone();
                    let view = view(address, *channel, posted.view.outcome, posted.view.detail, text);
                    Sent { view: Some(view), settled: left || !posted.try_again, left }
                }
                _ => continue,
            };
            if sent.left {
                return sent;
            }
            last = Some(sent);
        }
        // Nobody can be told by a way that does not exist: said once, and not again.
        last.unwrap_or_else(|| {
            let detail = "no channel under [handoff] reaches them".to_owned();
            let channel = wanted.first().copied().unwrap_or(Channel::Email);
            Sent { view: Some(view("", channel, "no-address", detail, String::new())), settled: true, left: false }
        })
    }
}

//! What does `doctor` look at? Files, accounts, clocks, sheets, people, database and zone data; it disturbs nobody.
//!
//! Here the facts are gathered; `wording::doctor` and `doctor_people` say what each comes to.

use std::io::Write;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};

use super::adapters::{self, Stores};
use super::clock::MachineClock;
use super::environment::Environment;
use super::load::Loaded;
use super::sheets::Hurry;
use super::verbs::block_on;
use super::{doctor_access, doctor_database, doctor_people, heartbeat};
use crate::civil::{Interval, days_later, transitions};
use crate::cli::doctor;
use crate::cli::face::Face;
use crate::decision::ladder::Contact;
use crate::delivery::install_tls;
use crate::desk::error::CommandResult;
use crate::desk::words::desk;
use crate::ports::{Clock, Provider};
use crate::proof::confirm::Confirmations;
use crate::proof::finding::{Finding, Severity};
use crate::proof::tzif::{self, Change};
use crate::wording::decision::old_procedure;
use crate::wording::doctor::{self as words, Asked, finding};

/// How long one look at an address may take.
const LIMIT: Duration = Duration::from_secs(10);

/// How many days ahead schedules and people are looked at.
const DAYS: u64 = 7;

/// The bits of a file's mode that belong to its group and to others: none of them is set of a secret.
const OWNERS_ALONE: u32 = 6;

/// Where machines keep their zone files.
const ZONE_FILES: &str = "/usr/share/zoneinfo";

/// Looks at everything and writes the findings.
pub(super) fn run(
    loaded: &Loaded,
    environment: &Environment,
    face: &Face,
    ping_heartbeat: bool,
    out: &mut dyn Write,
) -> CommandResult {
    let look = Look { loaded, environment, now: face.now };
    let mut findings = vec![look.mode()];
    findings.extend(look.files());
    findings.extend(look.desk());
    findings.push(look.zone_data());
    let schedules = loaded.schedules(None, face.now, Hurry::No);
    let gathered = block_on(async {
        let (stores, database) = doctor_database::findings(&look).await;
        let confirmations = look.confirmations(stores.as_ref()).await;
        let mut gathered = database;
        gathered.extend(look.providers(&confirmations).await);
        gathered.extend(look.addresses(ping_heartbeat).await);
        gathered.extend(doctor_access::findings(&look, stores.as_ref()).await);
        match &schedules {
            Ok(schedules) => {
                gathered.extend(doctor_people::findings(&look, schedules, stores.as_ref(), &confirmations).await);
            }
            Err(error) => gathered.push(finding(
                Severity::Settings,
                "schedule",
                "schedules",
                error.message.clone(),
                error.hint.clone().unwrap_or_default(),
            )),
        }
        Ok(gathered)
    })?;
    findings.extend(gathered);
    doctor::run(findings, loaded.site.is_training(), face, out)
}

/// What every check needs.
pub(super) struct Look<'a> {
    pub(super) loaded: &'a Loaded,
    pub(super) environment: &'a Environment,
    pub(super) now: DateTime<Utc>,
}

impl Look<'_> {
    /// The coming days that are looked at.
    pub(super) fn days(&self) -> Option<Interval> {
        Interval::new(self.now, days_later(self.loaded.site.zone, self.now, DAYS)?)
    }

    fn training(&self) -> bool {
        self.loaded.site.is_training()
    }

    /// A finding about live operation: in training it says what a live site would still need.
    fn for_live(&self, finding: Finding) -> Finding {
        let severity = if self.training() { finding.severity.min(Severity::Warning) } else { finding.severity };
        Finding { severity, ..finding }
    }

    fn mode(&self) -> Finding {
        if self.training() {
            let todo = "when everything below is well, set mode = \"live\" under [delivery]";
            return finding(Severity::Warning, "mode", "mode", "training: nothing is sent to anybody", todo);
        }
        finding(Severity::Ok, "mode", "mode", "live", "")
    }

    /// What is wrong in contacts and partners, which addresses carriers no longer turn into texts, and which secrets
    /// others may read.
    fn files(&self) -> Vec<Finding> {
        let settings = &self.loaded.site.settings;
        let mut findings = vec![finding(
            Severity::Ok,
            "settings",
            "settings",
            format!("{} schedules, {} contacts", settings.schedules.len(), self.loaded.site.roster.contacts().len()),
            "",
        )];
        for warning in &self.loaded.warnings {
            findings.push(finding(
                Severity::Warning,
                "contacts",
                "contacts and partners",
                warning,
                "correct that cell",
            ));
        }
        for warning in adapters::address_warnings(&self.loaded.site) {
            let todo = "an e-mail address of this kind never counts as a text";
            findings.push(finding(Severity::Warning, "carrier-gateway", "e-mail address", warning, todo));
        }
        let delivery = &settings.delivery;
        let secrets = delivery.sms.iter().filter_map(|sms| sms.auth_token_file.as_deref());
        let secrets = secrets.chain(delivery.sms.iter().filter_map(|sms| sms.signing_token_file.as_deref()));
        let secrets = secrets.chain(delivery.mail.iter().filter_map(|mail| mail.password_file.as_deref()));
        let calls = delivery.voice.iter().flat_map(|it| it.auth_token_file.iter().chain(&it.signing_token_file));
        let secrets = secrets.chain(calls.map(String::as_str));
        let secrets = secrets.chain(delivery.chat.iter().filter_map(|room| room.url_file.as_deref()));
        let push = delivery.ntfy.iter().flat_map(|it| it.token_file.iter().chain(&it.reply_token_file));
        let push = push.chain(delivery.pushover.iter().filter_map(|it| it.token_file.as_ref()));
        let secrets = secrets.chain(push.map(String::as_str));
        let secrets = secrets.chain(settings.google.key_file.as_deref()).chain(settings.store.password_file.as_deref());
        let single_sign_on = settings.access.single_sign_on.iter().filter_map(|it| it.client_secret_file.as_deref());
        let secrets = secrets.chain(single_sign_on).chain(settings.serve.tls_key_file.as_deref());
        findings.extend(secrets.map(|file| self.secret(file)));
        findings
    }

    fn secret(&self, file: &str) -> Finding {
        let (path, about) = (self.loaded.folder.join(file), format!("secret file {file}"));
        match std::fs::metadata(&path) {
            Ok(found) if found.permissions().mode().trailing_zeros() >= OWNERS_ALONE => {
                finding(Severity::Ok, "secret-file", about, "only its owner may read it", "")
            }
            Ok(found) => finding(
                Severity::Warning,
                "secret-file",
                about,
                format!("others may read it (mode {:o})", found.permissions().mode() & 0o777),
                format!("chmod 600 {}", path.display()),
            ),
            Err(error) => self.for_live(finding(
                Severity::Settings,
                "secret-file",
                about,
                format!("cannot be read: {error}"),
                "check its name, which is relative to the settings file, and who may read it",
            )),
        }
    }

    /// The desk's hours and the age of the procedure.
    fn desk(&self) -> Vec<Finding> {
        let site = &self.loaded.site;
        let hours = match &site.settings.desk.general_hours {
            Some(hours) => finding(Severity::Ok, "general-hours", "hours of the General Help Desk", hours, ""),
            None => finding(
                Severity::Warning,
                "general-hours",
                "hours of the General Help Desk",
                "are not set; a live site needs them",
                "set general_hours under [desk], for example \"always\"",
            ),
        };
        let (date, about) = (site.settings.desk.procedure_date, "procedure text");
        let procedure = match old_procedure(&desk(site), self.now) {
            None => finding(Severity::Ok, "procedure", about, format!("of {date}"), ""),
            Some(old) => finding(
                Severity::Warning,
                "procedure",
                about,
                old,
                "compare the decisions with the present text, then set procedure_date under [desk]",
            ),
        };
        let beat = match &site.settings.heartbeat {
            Some(beat) if beat.url.is_some() || beat.engine_url.is_some() => {
                finding(Severity::Ok, "heartbeat", "heartbeat", "an address is set", "")
            }
            _ => finding(
                Severity::Warning,
                "heartbeat",
                "heartbeat",
                "nobody notices when this machine falls silent",
                "set url and engine_url under [heartbeat] to a service that alarms when they are no longer asked for",
            ),
        };
        vec![hours, procedure, beat]
    }

    fn zone_data(&self) -> Finding {
        let zone = self.loaded.site.zone;
        let ahead = Interval::new(self.now, self.now + TimeDelta::days(800));
        let ours = ahead.map(|ahead| transitions(zone, ahead)).unwrap_or_default();
        let ours: Vec<Change> =
            ours.iter().take(2).map(|it| Change { at: it.at, offset_s: it.after.seconds }).collect();
        let file = std::fs::read(Path::new(ZONE_FILES).join(zone.name())).ok();
        let theirs = file.and_then(|file| tzif::changes(&file, self.now, 2));
        words::zone_data(zone, chrono_tz::IANA_TZDB_VERSION, &ours, theirs.as_deref())
    }

    /// What the logs of the last weeks prove.
    async fn confirmations(&self, stores: Option<&Stores>) -> Confirmations {
        match stores {
            None => Confirmations::default(),
            Some(stores) => {
                let days = self.loaded.site.settings.proof.confirm_days;
                let since = self.now - TimeDelta::days(i64::from(days));
                crate::cli::confirmations::since(stores.pages.as_ref(), since).await.unwrap_or_else(|error| {
                    tracing::warn!(%error, "what the page log proves cannot be read");
                    Confirmations::default()
                })
            }
        }
    }

    /// What each account and mail server says.
    async fn providers(&self, confirmations: &Confirmations) -> Vec<Finding> {
        let settings = &self.loaded.site.settings;
        let mut findings = Vec::new();
        if settings.delivery.sms.is_empty() {
            let found = "no account is set, so no text leaves";
            let todo = "add [delivery.sms] with account_sid and from";
            findings.push(self.for_live(finding(Severity::Error, "sms", "text messages", found, todo)));
        }
        if settings.delivery.voice.is_empty() {
            let found = "no caller is set, so nobody is called";
            findings.push(finding(Severity::Warning, "voice", "calls", found, "add [delivery.voice] with from"));
        }
        if settings.delivery.mail.is_empty() {
            let found = "no mail server is set, so no copy leaves, and no report";
            let todo = "add [delivery.mail] with host and from";
            findings.push(finding(Severity::Warning, "mail", "e-mail", found, todo));
        }
        let clock: Arc<dyn Clock> = Arc::new(MachineClock::real());
        let providers = match adapters::live_providers(self.loaded, self.environment, &clock) {
            Ok(providers) => providers,
            Err(error) => {
                let todo = error.hint.unwrap_or_default();
                let broken = finding(Severity::Settings, "delivery", "[delivery]", error.message, todo);
                findings.push(self.for_live(broken));
                return findings;
            }
        };
        let people: Arc<[Contact]> = self.loaded.site.leadership.clone().into();
        let mut asked = tokio::task::JoinSet::new();
        for (place, provider) in providers.into_iter().enumerate() {
            asked.spawn(inspected(place, provider, Arc::clone(&people), Arc::clone(&clock)));
        }
        // Contract 6 names the path.
        let replies_to =
            settings.serve.public_url.as_ref().map(|public| format!("{}/hooks/twilio/sms", public.as_str()));
        let mut answers: Vec<_> = asked.join_all().await;
        answers.sort_by_key(|answer| answer.place);
        for answer in answers {
            let asked = Asked {
                provider: answer.provider.name(),
                channel: answer.provider.channel(),
                between: answer.between,
                replies_to: replies_to.as_deref(),
                texts_arrived: confirmations.last_text(),
                zone: self.loaded.site.zone,
            };
            if answer.facts.is_empty() {
                let about = format!("{}: connection", asked.provider);
                findings.push(finding(Severity::Warning, "provider", about, "cannot be looked at beforehand", ""));
            }
            let told = answer.facts.iter().flat_map(|fact| words::of_fact(&asked, fact));
            findings.extend(told.map(|finding| self.for_live(finding)));
        }
        findings
    }

    /// Google's clock where a sheet is Google's, and the heartbeat where that is wanted.
    async fn addresses(&self, ping_heartbeat: bool) -> Vec<Finding> {
        let settings = &self.loaded.site.settings;
        let mut findings = Vec::new();
        let is_google = |source: &str| source.trim_start().starts_with("sheets:");
        if settings.schedules.values().any(|schedule| is_google(&schedule.source)) {
            let asked = MachineClock::real().now();
            if let Some(theirs) = date_of(&settings.google.endpoint).await {
                findings.push(words::clock("Google", theirs, (asked, MachineClock::real().now())));
            }
        }
        if let Some(public) = &settings.serve.public_url {
            findings.push(words::public_address(public.as_str(), well(public.as_str()).await));
        }
        let beats = settings.heartbeat.iter().filter(|_| ping_heartbeat);
        for url in beats.flat_map(|beat| beat.url.iter().chain(&beat.engine_url)) {
            install_tls();
            findings.push(match heartbeat::asked(url).await {
                Ok(()) => finding(Severity::Ok, "heartbeat-ping", "heartbeat, asked for", "answered", ""),
                Err(reason) => {
                    let todo = "compare the addresses under [heartbeat] with the service that watches them";
                    finding(Severity::Warning, "heartbeat-ping", "heartbeat, asked for", reason, todo)
                }
            });
        }
        findings
    }
}

/// What one provider told, and when it was asked.
struct Answered {
    place: usize,
    provider: Arc<dyn Provider>,
    facts: Vec<crate::proof::fact::Fact>,
    between: (DateTime<Utc>, DateTime<Utc>),
}

async fn inspected(
    place: usize,
    provider: Arc<dyn Provider>,
    people: Arc<[Contact]>,
    clock: Arc<dyn Clock>,
) -> Answered {
    let asked = clock.now();
    let facts = provider.inspect(&people).await;
    let between = (asked, clock.now());
    Answered { place, provider, facts, between }
}

/// The clock of whoever answers at an address, whatever the answer is.
async fn date_of(url: &str) -> Option<DateTime<Utc>> {
    install_tls();
    let client = reqwest::Client::builder().timeout(LIMIT).build().ok()?;
    let answer = client.get(url).send().await.ok()?;
    let date = answer.headers().get("date")?.to_str().ok()?;
    Some(DateTime::parse_from_rfc2822(date).ok()?.to_utc())
}

/// Whether the service answers at its public address, or why it does not.
async fn well(public: &str) -> Result<(), String> {
    install_tls();
    let said = |error: reqwest::Error| error.without_url().to_string();
    let client = reqwest::Client::builder().timeout(LIMIT).build().map_err(said)?;
    let answer = client.get(format!("{public}/healthz")).send().await.map_err(said)?;
    let status = answer.status().as_u16();
    match answer.text().await {
        Ok(body) if status == 200 && body.trim() == "ok" => Ok(()),
        _ => Err(format!("something else answers there (HTTP {status})")),
    }
}

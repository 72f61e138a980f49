//! Which settings does a site have? `page-oncall.toml` as types; every default stands here.
//!
//! `wire` reads the file and calls [`Settings::parse`]; nothing here opens a file or reads the environment.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use chrono_tz::Tz;
use serde::Deserialize;

use super::access::AccessSettings;
use super::error::SettingsError;
use super::one_or_many::one_or_many;
use super::proof::{HandoffSettings, ProofSettings, QuietSettings};
use super::serve::ServeSettings;
use super::server::ServerSettings;
use crate::decision::ladder::LadderPolicy;
use crate::decision::promise::PromiseRule;
use crate::delivery::{
    ChatSettings, NtfySettings, PushoverSettings, SmtpSettings, TrainingSettings, TwilioCallSettings, TwilioSettings,
};
use crate::episode::policy::Policy;
use crate::proof::quiet::QuietHours;
use crate::schedule::coverage::Coverage;
use crate::schedule::layout::LayoutSettings;
use crate::schedule::roster::is_address;
use crate::source::download::DownloadSettings;
use crate::source::google::GoogleSettings;

/// The whole settings file.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// The only zone that civil times are read in.
    #[serde(default = "chicago")]
    pub timezone: Tz,
    /// The help desk: its hours, numbers and words.
    #[serde(default)]
    pub desk: DeskSettings,
    /// The on-call schedules by their short names; `aims` and `gds` are the ones the procedure asks.
    #[serde(default)]
    pub schedules: BTreeMap<String, ScheduleSettings>,
    /// Whom a page reaches for, and when.
    #[serde(default)]
    pub ladder: LadderPolicy,
    /// The numbers of the climb and of the promise.
    #[serde(default)]
    pub paging: Policy,
    /// By when a customer is promised a call, the first rule that holds; an hour where none does.
    #[serde(default)]
    pub promise: Vec<PromiseRule>,
    /// The people who are asked when nobody else can be.
    #[serde(default)]
    pub leadership: Vec<LeadershipContact>,
    /// Where pages are kept.
    #[serde(default)]
    pub store: StoreSettings,
    /// How messages leave the house.
    #[serde(default)]
    pub delivery: DeliverySettings,
    /// How Google Sheets are reached.
    #[serde(default)]
    pub google: GoogleSettings,
    /// How exported CSV files are fetched.
    #[serde(default)]
    pub download: DownloadSettings,
    /// Who is told that a run came to its end.
    pub heartbeat: Option<HeartbeatSettings>,
    /// How it is made sure beforehand that people can be reached.
    #[serde(default)]
    pub proof: ProofSettings,
    /// What people are told at the beginning and the end of their time on call.
    #[serde(default)]
    pub handoff: HandoffSettings,
    /// When all that is no page waits.
    #[serde(default)]
    pub quiet: QuietSettings,
    /// The service.
    #[serde(default)]
    pub serve: ServeSettings,
    /// The service of another machine, which answers for this one.
    #[serde(default)]
    pub server: ServerSettings,
    /// Who may come in over HTTP.
    #[serde(default)]
    pub access: AccessSettings,
}

/// `[desk]`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct DeskSettings {
    /// The help desk's short name, as it begins every message.
    pub name: String,
    /// When the CPS Help Desk is open (A7, A21).
    pub cps_hours: String,
    /// The CPS Help Desk's number (A21).
    pub cps_phone: String,
    /// The General Help Desk's number (B23).
    pub help_desk_phone: String,
    /// When the General Help Desk answers; required in a live site (A13).
    pub general_hours: Option<String>,
    /// The holidays file: `date,name,(closed|open)`.
    pub holidays: String,
    /// The contacts file.
    pub contacts: String,
    /// The partners file.
    pub partners: String,
    /// What a case number looks like, as a regular expression.
    pub case_pattern: String,
    /// What the ticket system is called.
    pub ticket_system: String,
    /// The date of the procedure text the decisions follow.
    #[serde(deserialize_with = "date")]
    pub procedure_date: NaiveDate,
    /// From which age in months a decision warns that the text is old; 0 warns always (domain 1.9 row 23).
    pub procedure_max_age_months: u32,
    /// Whether a paged case is also assigned to EAST, so that it has an owner (domain 1.9 row 6).
    pub east_on_page: bool,
    /// Further fields to paste into the case (A71).
    pub extra_record_fields: Vec<String>,
    /// Where the customer's support options are described (A21).
    pub options_page: Option<String>,
    /// Where known outages are listed (A87).
    pub outages_page: Option<String>,
    /// Campus numbers of five digits: how they begin, and what stands for that beginning, as `"3" = "608263"`.
    pub campus_numbers: BTreeMap<String, String>,
}

impl Default for DeskSettings {
    fn default() -> Self {
        Self {
            name: "Help Desk".to_owned(),
            cps_hours: "Mon-Fri 07:00-18:00".to_owned(),
            cps_phone: "608-265-6900".to_owned(),
            help_desk_phone: "608-264-4357".to_owned(),
            general_hours: None,
            holidays: "holidays.csv".to_owned(),
            contacts: "contacts.csv".to_owned(),
            partners: "partners.csv".to_owned(),
            case_pattern: r"^(INC)?\d{6,8}$".to_owned(),
            ticket_system: "WiscIT".to_owned(),
            procedure_date: NaiveDate::from_ymd_opt(2025, 2, 6).unwrap_or_default(),
            procedure_max_age_months: 24,
            east_on_page: true,
            extra_record_fields: Vec::new(),
            options_page: None,
            outages_page: None,
            campus_numbers: BTreeMap::new(),
        }
    }
}

/// `[schedules.NAME]`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ScheduleSettings {
    /// What people call the schedule; its short name in capitals when absent.
    pub title: Option<String>,
    /// Where it is kept: `csv:FILE`, `sheets:SPREADSHEET_ID/Tab Name!A:H`, or the `https://…` of an exported CSV.
    pub source: String,
    /// A second source whose rows are all overrides: `csv:FILE` (contract 2.3 rule 4).
    #[serde(default)]
    pub overrides: Option<String>,
    /// Whether a spreadsheet may have another time zone than the site.
    #[serde(default)]
    pub accept_zone: bool,
    /// How many days before a month begins a spreadsheet with a tab a month is reported to lack its tab.
    #[serde(default = "two_weeks")]
    pub month_tab_days: u32,
    /// The hours in which a missing person is a gap.
    #[serde(default)]
    pub coverage: Coverage,
    /// The roles that must have somebody; by default `primary` where the sheet has it, else anybody at all.
    #[serde(default)]
    pub required_roles: Vec<String>,
    /// How the sheet is to be read, where it does not say so itself.
    #[serde(default)]
    pub layout: LayoutSettings,
    /// After how many hours the last good copy of a sheet that cannot be read is called stale.
    #[serde(default = "a_day")]
    pub warn_after_hours: u32,
    /// After how many hours the last good copy is no longer used: nobody can tell then.
    #[serde(default = "a_week")]
    pub refuse_after_hours: u32,
    /// Whom `gaps --mail` writes to.
    #[serde(default)]
    pub owners: Vec<String>,
}

fn a_day() -> u32 {
    24
}

fn a_week() -> u32 {
    7 * 24
}

/// `[[leadership]]`: somebody to ask when nobody else can be.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LeadershipContact {
    /// Their name.
    pub name: String,
    /// Their number, in any notation that contacts may use.
    pub phone: Option<String>,
    /// Where e-mail reaches them.
    pub email: Option<String>,
    /// The name of a `[[delivery.chat]]` room that they read.
    pub chat: Option<String>,
    /// Their topic on the ntfy server.
    pub ntfy: Option<String>,
    /// Their user key, or a group's, at Pushover.
    pub pushover: Option<String>,
}

/// `[store]`.
#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct StoreSettings {
    /// `sqlite:FILE`, or `postgres://…` for a server that several machines share. No secret belongs into it; one that
    /// stands there all the same is refused and not shown.
    pub url: String,
    /// The file that holds the password for the server, unless the environment does.
    pub password_file: Option<String>,
    /// How many days a version of a sheet is kept after it was last seen; the newest good one is kept for good.
    pub keep_snapshots_days: u32,
    /// How many days after a page began its customer's name, number and problem are deleted, once the page is closed;
    /// its log stays whole. 0 keeps them.
    pub keep_customer_data_days: u32,
    /// How many days the audit log keeps an act; 0 keeps it for good.
    pub keep_audit_days: u32,
}

impl Default for StoreSettings {
    fn default() -> Self {
        Self {
            url: "sqlite:page-oncall.db".to_owned(),
            password_file: None,
            keep_snapshots_days: 400,
            keep_customer_data_days: 90,
            keep_audit_days: 400,
        }
    }
}

impl StoreSettings {
    /// `url` for people. Of one that may hold a password only the beginning.
    pub fn shown_url(&self) -> String {
        let may_hold_a_secret = self.url.contains('@') || self.url.contains('?');
        let scheme = self.url.split_once(':').map(|(scheme, _)| format!("{scheme}:…")).filter(|_| may_hold_a_secret);
        scheme.unwrap_or_else(|| self.url.clone())
    }
}

impl std::fmt::Debug for StoreSettings {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("StoreSettings").field("url", &self.shown_url()).finish_non_exhaustive()
    }
}

/// `[heartbeat]`: who notices when the job that looks for holes no longer runs?
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct HeartbeatSettings {
    /// An address that a finished run of `gaps` or `sync` asks for; whoever watches it alarms when it stays silent.
    pub url: Option<String>,
    /// An address that the engine asks for as long as its turns are clean.
    pub engine_url: Option<String>,
    /// Every so many seconds.
    pub engine_every_s: u32,
}

impl HeartbeatSettings {
    fn check(&self) -> Result<(), String> {
        for (key, url) in [("url", &self.url), ("engine_url", &self.engine_url)] {
            if url.as_ref().is_some_and(|url| !url.starts_with("https://") && !url.starts_with("http://")) {
                return Err(format!("[heartbeat] {key} must begin with https:// or http://"));
            }
        }
        if self.url.is_none() && self.engine_url.is_none() {
            return Err("[heartbeat] names no address: set url, engine_url or both".to_owned());
        }
        if self.engine_every_s < 10 {
            return Err("[heartbeat] engine_every_s must be at least 10: pages are audited every 10 seconds".to_owned());
        }
        Ok(())
    }
}

impl Default for HeartbeatSettings {
    fn default() -> Self {
        Self { url: None, engine_url: None, engine_every_s: 60 }
    }
}

/// Whether messages really leave.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Mode {
    /// Nothing is sent; a scripted technician answers; every line says so.
    #[default]
    Training,
    /// Messages are sent to people.
    Live,
}

/// `[delivery]`.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct DeliverySettings {
    /// Training or live.
    pub mode: Mode,
    /// Text messages through Twilio-compatible APIs, the first one preferred: one table, or `[[delivery.sms]]` tables.
    #[serde(deserialize_with = "one_or_many")]
    pub sms: Vec<TwilioSettings>,
    /// Calls through Twilio-compatible APIs, the first one preferred: one table, or `[[delivery.voice]]` tables.
    #[serde(deserialize_with = "one_or_many")]
    pub voice: Vec<TwilioCallSettings>,
    /// E-mail through relays, the first one preferred: one table, or `[[delivery.mail]]` tables.
    #[serde(deserialize_with = "one_or_many")]
    pub mail: Vec<SmtpSettings>,
    /// Chat rooms for leadership.
    #[serde(deserialize_with = "one_or_many")]
    pub chat: Vec<ChatSettings>,
    /// Push messages by an ntfy server.
    pub ntfy: Option<NtfySettings>,
    /// Push messages by Pushover.
    pub pushover: Option<PushoverSettings>,
    /// What the scripted technician does.
    pub training: TrainingSettings,
}

impl Settings {
    /// Reads the text of a settings file. An error names the key or value, its line, and the nearest known key.
    pub fn parse(text: &str) -> Result<Self, SettingsError> {
        let settings: Self = toml::from_str(text).map_err(|error| SettingsError::of_toml(text, &error))?;
        settings.check(text)?;
        Ok(settings)
    }

    /// Campus short numbers as pairs of a prefix and what stands for it.
    pub fn campus(&self) -> Vec<(String, String)> {
        self.desk.campus_numbers.iter().map(|(prefix, number)| (prefix.clone(), number.clone())).collect()
    }

    /// Providers of one channel are told apart by their names, in the log and when one fails.
    fn check_names(&self, text: &str) -> Result<(), SettingsError> {
        let DeliverySettings { sms, voice, mail, chat, .. } = &self.delivery;
        let names = [
            ("sms", repeated(sms.iter().map(|it| it.name.as_str()))),
            ("voice", repeated(voice.iter().map(|it| it.name.as_str()))),
            ("mail", repeated(mail.iter().map(|it| it.name.as_str()))),
            ("chat", repeated(chat.iter().map(|it| it.name.as_str()))),
        ];
        for (table, name) in names {
            if let Some(name) = name {
                let message = format!(
                    "two providers in [[delivery.{table}]] are called {name:?}; give each a name of its own, as in \
                     name = \"backup\""
                );
                return Err(SettingsError::at_key(text, &format!("delivery.{table}"), message));
            }
        }
        Ok(())
    }

    /// What the types cannot say.
    fn check(&self, text: &str) -> Result<(), SettingsError> {
        let at = |key: &str, message: String| SettingsError::at_key(text, key, message);
        crate::civil::WeeklyHours::parse(&self.desk.cps_hours).map_err(|error| at("cps_hours", error.to_string()))?;
        if let Some(hours) = &self.desk.general_hours {
            crate::civil::WeeklyHours::parse(hours).map_err(|error| at("general_hours", error.to_string()))?;
        } else if self.delivery.mode == Mode::Live {
            let message = "general_hours is required in a live site: when does the General Help Desk answer? \
                           Write for example general_hours = \"always\" under [desk]";
            return Err(at("desk", message.to_owned()));
        }
        QuietHours::weekly(&self.quiet.hours).map_err(|error| at("hours", error.to_string()))?;
        for (key, addresses) in
            [("supervisors", self.proof.supervisors.as_slice()), ("desk_mail", self.handoff.desk_mail.as_slice())]
        {
            if let Some(address) = addresses.iter().find(|address| !is_address(address)) {
                return Err(at(key, format!("{key}: {address:?} is not an e-mail address")));
            }
        }
        if self.proof.readiness_report_at <= self.proof.readiness_at {
            let message = "[proof] readiness_report_at must be later in the day than readiness_at";
            return Err(at("readiness_report_at", message.to_owned()));
        }
        regex_lite::Regex::new(&self.desk.case_pattern)
            .map_err(|error| at("case_pattern", format!("case_pattern is not a regular expression: {error}")))?;
        let DeliverySettings { mode, sms, voice, mail, .. } = &self.delivery;
        if *mode == Mode::Live && sms.is_empty() && voice.is_empty() && mail.is_empty() {
            let message = "a live site needs a way to reach people: add [delivery.sms], [delivery.voice], \
                           [delivery.mail] or all of them";
            return Err(at("delivery", message.to_owned()));
        }
        if sms.is_empty() && voice.iter().any(|voice| voice.account_sid.is_none()) {
            let message = "[delivery.voice] needs an account_sid, since there is no [delivery.sms] to take it from";
            return Err(at("delivery.voice", message.to_owned()));
        }
        self.heartbeat.iter().try_for_each(HeartbeatSettings::check).map_err(|error| at("heartbeat", error))?;
        self.server.check().map_err(|(key, message)| at(key, format!("[server] {message}")))?;
        self.serve.check().map_err(|(key, message)| at(key, format!("[serve] {message}")))?;
        self.access.check().map_err(|(key, message)| at(key, message))?;
        self.check_names(text)?;
        if let Some((place, problem)) =
            self.promise.iter().enumerate().find_map(|(place, rule)| Some((place, rule.problem()?)))
        {
            return Err(at("promise", format!("rule {} of [[promise]] cannot be used: {problem}", place + 1)));
        }
        for (name, schedule) in &self.schedules {
            if let Some(owner) = schedule.owners.iter().find(|owner| !is_address(owner)) {
                return Err(at("owners", format!("[schedules.{name}] owners: {owner:?} is not an e-mail address")));
            }
            if schedule.refuse_after_hours < schedule.warn_after_hours {
                let message = format!(
                    "[schedules.{name}] refuse_after_hours = {} is less than warn_after_hours = {}",
                    schedule.refuse_after_hours, schedule.warn_after_hours
                );
                return Err(at("refuse_after_hours", message));
            }
        }
        Ok(())
    }
}

/// The first name that stands twice; the parts of names that secrets' variables tell apart count.
fn repeated<'a>(names: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let mut taken: Vec<String> = Vec::new();
    for name in names {
        let variable = variable_part(name);
        if taken.contains(&variable) {
            return Some(name);
        }
        taken.push(variable);
    }
    None
}

/// A provider's name as it ends the variable that holds its secret: `PAGE_ONCALL_SMS_TOKEN_BACKUP_2` for `backup-2`.
pub fn variable_part(name: &str) -> String {
    name.chars().map(|it| if it.is_ascii_alphanumeric() { it.to_ascii_uppercase() } else { '_' }).collect()
}

/// A date as TOML writes it (`2025-02-06`), or the same in quotes.
fn date<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<NaiveDate, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Written {
        Date(toml::value::Datetime),
        Text(String),
    }
    let text = match Written::deserialize(deserializer)? {
        Written::Date(date) => date.to_string(),
        Written::Text(text) => text,
    };
    text.parse().map_err(|_| serde::de::Error::custom(format!("{text:?} is not a date; write for example 2025-02-06")))
}

fn two_weeks() -> u32 {
    14
}

fn chicago() -> Tz {
    chrono_tz::America::Chicago
}

#[cfg(test)]
mod tests {
    use super::*;

    const ONE: &str = "[delivery.sms]\naccount_sid = 'AC1'\nfrom = '+16085550100'\n";
    const TWO: &str = "[[delivery.sms]]\naccount_sid = 'AC1'\n[[delivery.sms]]\nname = 'backup'\naccount_sid = 'AC2'\n";

    fn wrong(text: &str) -> String {
        Settings::parse(text).unwrap_err().to_string()
    }

    #[test]
    fn providers_stand_in_one_table_or_in_several() {
        let names = |text: &str| -> Vec<String> {
            Settings::parse(text).unwrap().delivery.sms.into_iter().map(|it| it.name).collect()
        };
        assert_eq!(
            (names(ONE), names(TWO), names("")),
            (vec!["twilio".into()], vec!["twilio".into(), "backup".into()], vec![])
        );
    }

    #[test]
    fn an_unknown_key_in_either_form_is_named_with_its_line() {
        for (text, line) in [(format!("{ONE}validty_s = 3\n"), "line 4"), (format!("{TWO}validty_s = 3\n"), "line 6")] {
            let error = wrong(&text);
            assert!(error.contains(line) && error.contains("`validity_s`"), "{error}");
        }
        assert!(wrong("[delivery]\nsms = 3\n").contains("line 2"));
    }

    #[test]
    fn two_providers_of_one_channel_are_told_apart_by_name() {
        let error = wrong(&TWO.replace("backup", "Twilio"));
        assert!(error.contains("line 1") && error.contains("\"Twilio\""), "{error}");
        assert_eq!(variable_part("backup-2"), "BACKUP_2");
    }
}

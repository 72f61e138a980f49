//! What does the site folder say? Settings as types, and the site put together from its files. No file is opened here.
//!
//! `settings` is `page-oncall.toml` with `serve` for its part about the service, `access` for who may come in and `proof`
//! for what is made sure beforehand, `error` what can be wrong in it, `one_or_many` a table that may stand several times,
//! `holidays` the holidays file; `Site` is all of it as the verbs need it.

pub mod access;
mod error;
pub mod holidays;
mod one_or_many;
pub mod proof;
pub mod serve;
pub mod server;
pub mod settings;

use chrono::{DateTime, Utc};
use chrono_tz::Tz;

pub use error::SettingsError;
pub use settings::Settings;

use crate::civil::{HolidayCalendar, OpeningHours, WeeklyHours};
use crate::decision::ladder::{Address, Channel, Contact};
use crate::decision::promise::PromiseRules;
use crate::decision::{Circumstances, Partners};
use crate::episode::policy::{Policy, Providers};
use crate::proof::quiet::QuietHours;
use crate::schedule::phone;
use crate::schedule::roster::Roster;
use settings::Mode;

/// What training calls its provider on every channel.
const TRAINING: &str = "training";

/// A site as the verbs use it.
#[derive(Debug, Clone)]
pub struct Site {
    /// The settings as written.
    pub settings: Settings,
    /// The only zone that civil times are read in.
    pub zone: Tz,
    /// The people and how to reach them.
    pub roster: Roster,
    /// Which department belongs to which schedule.
    pub partners: Partners,
    /// When the General Help Desk answers.
    pub general: OpeningHours,
    /// When the CPS Help Desk is open.
    pub cps: OpeningHours,
    /// Whom to ask when nobody else can be.
    pub leadership: Vec<Contact>,
    /// When all that is no page waits.
    pub quiet: QuietHours,
}

impl Site {
    /// Puts a site together. The weekly hours were checked when the settings were read.
    pub fn new(
        settings: Settings,
        roster: Roster,
        partners: Partners,
        holidays: HolidayCalendar,
    ) -> Result<Self, SettingsError> {
        let zone = settings.timezone;
        let hours = |text: &str| {
            WeeklyHours::parse(text).map_err(|error| SettingsError {
                line: None,
                message: error.to_string(),
                hint: None,
            })
        };
        let general = match &settings.desk.general_hours {
            Some(text) => hours(text)?,
            // Training only: a live site without these hours is refused when its settings are read.
            None => WeeklyHours::always(),
        };
        let leadership =
            settings.leadership.iter().map(|person| leader(person, &settings)).collect::<Result<_, _>>()?;
        Ok(Self {
            zone,
            general: OpeningHours::new(zone, general, HolidayCalendar::default()),
            cps: OpeningHours::new(zone, hours(&settings.desk.cps_hours)?, holidays),
            roster,
            partners,
            leadership,
            quiet: QuietHours::new(
                zone,
                QuietHours::weekly(&settings.quiet.hours).map_err(|error| SettingsError {
                    line: None,
                    message: error.to_string(),
                    hint: None,
                })?,
            ),
            settings,
        })
    }

    /// Whether nothing is ever sent.
    pub fn is_training(&self) -> bool {
        self.settings.delivery.mode == Mode::Training
    }

    /// What the clock and the calendar say at `at`.
    pub fn circumstances(&self, at: DateTime<Utc>) -> Circumstances {
        Circumstances::at(at, &self.general, &self.cps)
    }

    /// The numbers that pages follow, with the people to alarm and the providers of each channel.
    pub fn policy(&self) -> Policy {
        Policy {
            leadership: self.leadership.clone(),
            promises: self.promises(),
            providers: self.providers(),
            ..self.settings.paging.clone()
        }
    }

    /// By when a customer is promised a call.
    pub fn promises(&self) -> PromiseRules {
        PromiseRules::new(self.zone, self.settings.promise.clone(), self.settings.paging.promise_minutes)
    }

    /// The providers of each channel, by their names, in the order in which they are asked.
    pub fn providers(&self) -> Providers {
        if self.is_training() {
            return Providers::of([(Channel::Sms, TRAINING), (Channel::Voice, TRAINING), (Channel::Email, TRAINING)]);
        }
        let delivery = &self.settings.delivery;
        let sms = delivery.sms.iter().map(|it| (Channel::Sms, it.name.as_str()));
        let voice = delivery.voice.iter().map(|it| (Channel::Voice, it.name.as_str()));
        let mail = delivery.mail.iter().map(|it| (Channel::Email, it.name.as_str()));
        let chat = delivery.chat.iter().map(|it| (Channel::Chat, it.name.as_str()));
        let ntfy = delivery.ntfy.iter().map(|it| (Channel::Ntfy, it.name.as_str()));
        let pushover = delivery.pushover.iter().map(|it| (Channel::Pushover, it.name.as_str()));
        Providers::of(sms.chain(voice).chain(mail).chain(chat).chain(ntfy).chain(pushover))
    }

    /// The number that texts come from, where the settings say: there START must be sent after STOP.
    pub fn texts_from(&self) -> Option<&str> {
        self.settings.delivery.sms.iter().find_map(|sender| sender.from.as_deref())
    }

    /// Every number that messages come from, E.164, each once: the accounts' own and what `[proof]` adds.
    pub fn sender_numbers(&self) -> Vec<String> {
        let delivery = &self.settings.delivery;
        let texts = delivery.sms.iter().filter_map(|sms| sms.from.as_deref());
        let accounts = texts.chain(delivery.voice.iter().map(|voice| voice.from.as_str()));
        let more = self.settings.proof.sender_numbers.iter().map(String::as_str);
        let mut numbers: Vec<String> = Vec::new();
        for text in accounts.chain(more) {
            let known = phone::normalise(text, &self.settings.campus());
            let number = known.map_or_else(|_| text.trim().to_owned(), |phone| phone.main.e164.to_string());
            if !numbers.contains(&number) {
                numbers.push(number);
            }
        }
        numbers
    }

    /// The channels that messages can leave by.
    pub fn channels(&self) -> Vec<Channel> {
        self.providers().channels().collect()
    }
}

fn leader(person: &settings::LeadershipContact, settings: &Settings) -> Result<Contact, SettingsError> {
    let phone = person
        .phone
        .as_deref()
        .map(|text| {
            phone::normalise(text, &settings.campus()).map(|phone| phone.main.e164.to_string()).map_err(|_| {
                SettingsError {
                    line: None,
                    message: format!(
                        "[[leadership]] {}: {text:?} is not a telephone number that can be dialled",
                        person.name
                    ),
                    hint: Some("write ten digits, for example 608-555-0142, or + and the country code".to_owned()),
                }
            })
        })
        .transpose()?;
    let wrong = |message: String, hint: &str| SettingsError { line: None, message, hint: Some(hint.to_owned()) };
    let delivery = &settings.delivery;
    if let Some(room) = person.chat.as_ref().filter(|room| !delivery.chat.iter().any(|it| it.name == **room)) {
        let message = format!("[[leadership]] {}: there is no chat room {room:?}", person.name);
        return Err(wrong(message, "name a room of [[delivery.chat]] by its `name`"));
    }
    for (key, address, has_service) in
        [("ntfy", &person.ntfy, delivery.ntfy.is_some()), ("pushover", &person.pushover, delivery.pushover.is_some())]
    {
        let is_plain = |text: &String| {
            (1..=64).contains(&text.len())
                && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte))
        };
        if address.as_ref().is_some_and(|text| !is_plain(text)) {
            let message = format!("[[leadership]] {}: {key} is 1 to 64 letters, digits, - and _", person.name);
            return Err(wrong(message, "copy it from the service without blanks"));
        }
        if address.is_some() && !has_service {
            let message = format!("[[leadership]] {}: {key} is set, and there is no [delivery.{key}]", person.name);
            return Err(wrong(message, "set the service up under [delivery], or leave the key out"));
        }
    }
    let also = [(Channel::Chat, &person.chat), (Channel::Ntfy, &person.ntfy), (Channel::Pushover, &person.pushover)];
    let also = also.into_iter().filter_map(|(channel, to)| Some(Address { channel, to: to.clone()? })).collect();
    Ok(Contact { name: person.name.clone(), phone, email: person.email.clone(), until: None, also })
}

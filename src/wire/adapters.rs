//! Which adapters does the site name? Store, providers and engine, built from the settings and the secrets.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use chrono::{DateTime, Utc};
use secrecy::SecretString;

use super::environment::Environment;
use super::load::Loaded;
use super::push;
use crate::cli::desk::{facts, others, schedule_label};
use crate::cli::error::CommandError;
use crate::decision::ladder::Channel;
use crate::delivery::{
    self, CarrierGateway, SmtpMail, SmtpSettings, Training, TwilioAccount, TwilioCall, TwilioCallSettings,
    TwilioCredentials, TwilioHooks, TwilioSettings, TwilioSms,
};
use crate::engine::{Changed, Engine, Parts};
use crate::episode::event::{Drill, Purpose};
use crate::episode::outcome::{Outcome, Report};
use crate::ports::hooks::Hooks;
use crate::ports::{
    CallAnswer, CallScript, Clock, EpisodeStore, Letter, Message, NoticeStore, Pending, Post, Provider, Render,
    Rendering, SnapshotStore, Stray,
};
use crate::site::Site;
use crate::site::settings::variable_part;
use crate::store::lease::FileLease;
use crate::store::sqlite::SqliteStore;
use crate::wording::messages::{self, Facts, voice, voice_answers};
use crate::wording::{self, drill as words_of_drill};

/// The file of the page log.
pub(super) fn database(loaded: &Loaded) -> Result<PathBuf, CommandError> {
    let url = &loaded.site.settings.store.url;
    match url.strip_prefix("sqlite:").map(|file| file.trim_start_matches("//")) {
        Some(file) if !file.is_empty() => Ok(loaded.folder.join(file)),
        _ => Err(CommandError::usage(format!("[store] url = {url:?} cannot be used by this version"))
            .hint("this version keeps pages in one SQLite file: url = \"sqlite:page-oncall.db\"")),
    }
}

/// What one database keeps, each part behind its own port.
#[derive(Clone)]
pub(super) struct Stores {
    /// The page log.
    pub pages: Arc<dyn EpisodeStore>,
    /// The versions of sheets.
    pub snapshots: Arc<dyn SnapshotStore>,
    /// What people were told.
    pub notices: Arc<dyn NoticeStore>,
}

impl Stores {
    fn of(store: SqliteStore) -> Self {
        let store = Arc::new(store);
        Self { pages: store.clone(), snapshots: store.clone(), notices: store }
    }
}

/// Opens the database, and makes it when there is none.
pub(super) async fn stores(loaded: &Loaded) -> Result<Stores, CommandError> {
    Ok(Stores::of(SqliteStore::open(&database(loaded)?).await?))
}

/// Opens the database for looking; nothing when there is none yet, and none is made.
pub(super) async fn stores_to_read(loaded: &Loaded) -> Result<Option<Stores>, CommandError> {
    let file = database(loaded)?;
    if !file.exists() {
        return Ok(None);
    }
    match SqliteStore::open(&file).await {
        Ok(store) => Ok(Some(Stores::of(store))),
        // A log that may only be read can still be looked at.
        Err(error) => match SqliteStore::open_for_reading(&file).await {
            Ok(store) => Ok(Some(Stores::of(store))),
            Err(_) => Err(error.into()),
        },
    }
}

/// Opens the page log, and makes it when there is none.
pub(super) async fn store(loaded: &Loaded) -> Result<Arc<dyn EpisodeStore>, CommandError> {
    Ok(stores(loaded).await?.pages)
}

/// Opens the page log for looking; nothing when there is none yet, and none is made.
pub(super) async fn store_to_read(loaded: &Loaded) -> Result<Option<Arc<dyn EpisodeStore>>, CommandError> {
    Ok(stores_to_read(loaded).await?.map(|stores| stores.pages))
}

/// An engine for recording what a person reports, where messages cannot leave: it must never take a turn.
pub(super) fn engine_that_records(
    loaded: &Arc<Loaded>,
    store: Arc<dyn EpisodeStore>,
    clock: Arc<dyn Clock>,
) -> Result<Engine, CommandError> {
    engine_of(loaded, Vec::new(), store, clock)
}

/// The engine of this process.
pub(super) fn engine(
    loaded: &Arc<Loaded>,
    environment: &Environment,
    store: Arc<dyn EpisodeStore>,
    clock: Arc<dyn Clock>,
) -> Result<Engine, CommandError> {
    let providers = providers(loaded, environment, &clock)?;
    engine_of(loaded, providers, store, clock)
}

/// What the settings change about an engine that goes on.
pub(super) fn changed(
    loaded: &Arc<Loaded>,
    environment: &Environment,
    clock: &Arc<dyn Clock>,
) -> Result<Changed, CommandError> {
    Ok(Changed {
        providers: providers(loaded, environment, clock)?,
        render: Arc::new(Words { loaded: Arc::clone(loaded) }),
        policy: loaded.site.policy(),
    })
}

/// The ways out of the site, in training those that send nothing.
pub(super) fn providers(
    loaded: &Loaded,
    environment: &Environment,
    clock: &Arc<dyn Clock>,
) -> Result<Vec<Arc<dyn Provider>>, CommandError> {
    let site = &loaded.site;
    if !site.is_training() {
        return live_providers(loaded, environment, clock);
    }
    let texts = Training::new(Channel::Sms, site.settings.delivery.training, Arc::clone(clock));
    let (calls, mails) = (texts.beside(Channel::Voice), texts.beside(Channel::Email));
    Ok(vec![Arc::new(texts), Arc::new(calls), Arc::new(mails)])
}

fn engine_of(
    loaded: &Arc<Loaded>,
    providers: Vec<Arc<dyn Provider>>,
    store: Arc<dyn EpisodeStore>,
    clock: Arc<dyn Clock>,
) -> Result<Engine, CommandError> {
    let site = &loaded.site;
    let training = site.is_training();
    Ok(Engine::new(Parts {
        store,
        lease: Arc::new(FileLease::beside(&database(loaded)?, training)),
        clock,
        providers,
        render: Arc::new(Words { loaded: Arc::clone(loaded) }),
        policy: site.policy(),
        id: uuid::Uuid::new_v4().to_string(),
        training,
    }))
}

pub(super) fn live_providers(
    loaded: &Loaded,
    environment: &Environment,
    clock: &Arc<dyn Clock>,
) -> Result<Vec<Arc<dyn Provider>>, CommandError> {
    let delivery = &loaded.site.settings.delivery;
    let mut providers: Vec<Arc<dyn Provider>> = Vec::new();
    let unusable = |error: delivery::SetupError| CommandError::usage(error.to_string());
    for (place, settings) in delivery.sms.iter().enumerate() {
        let secret = sms_secret(settings, place == 0, environment, &loaded.folder)?;
        let credentials = TwilioCredentials { api_key_sid: settings.api_key_sid.clone(), secret };
        let provider = TwilioSms::new(settings, credentials).map_err(unusable)?.with_clock(Arc::clone(clock));
        providers.push(Arc::new(provider.with_callbacks(loaded.site.settings.serve.public_url.clone())));
    }
    for (place, settings) in delivery.voice.iter().enumerate() {
        let caller = Caller { settings, first: place == 0, loaded, environment };
        providers.push(Arc::new(caller.provider()?));
    }
    for mail in mails(loaded, environment, clock)? {
        providers.push(Arc::new(mail));
    }
    providers.extend(push::providers(loaded, environment)?);
    Ok(providers)
}

/// What the SMS account is shown.
fn sms_secret(
    settings: &TwilioSettings,
    first: bool,
    environment: &Environment,
    folder: &Path,
) -> Result<SecretString, CommandError> {
    let variable = format!("PAGE_ONCALL_SMS_TOKEN_{}", variable_part(&settings.name));
    let given = given(environment, &variable, environment.sms_token.as_ref().filter(|_| first));
    secret(given, settings.auth_token_file.as_deref(), folder)?.ok_or_else(|| {
        let (which, variable) =
            if first { (String::new(), "PAGE_ONCALL_SMS_TOKEN") } else { (format!(" {}", settings.name), &*variable) };
        CommandError::usage(format!("[delivery.sms]{which} has no secret"))
            .hint(format!("set {variable}, or auth_token_file = \"FILE\" under [delivery.sms]"))
    })
}

/// Who proves what providers report by themselves; nobody where the site has no public address. In training no request
/// is believed, since none of ours has left.
pub(super) fn hooks(
    loaded: &Loaded,
    environment: &Environment,
    clock: Arc<dyn Clock>,
) -> Result<Option<Arc<dyn Hooks>>, CommandError> {
    let settings = &loaded.site.settings;
    let Some(public) = settings.serve.public_url.clone() else { return Ok(None) };
    let mut accounts = Vec::new();
    if !loaded.site.is_training() {
        for (place, settings) in settings.delivery.sms.iter().enumerate() {
            accounts.push(sms_account(settings, place == 0, environment, &loaded.folder)?);
        }
        for (place, settings) in settings.delivery.voice.iter().enumerate() {
            accounts.push(Caller { settings, first: place == 0, loaded, environment }.account()?);
        }
    }
    let speech = settings.delivery.voice.first().map(TwilioCallSettings::speech).unwrap_or_default();
    Ok(Some(Arc::new(TwilioHooks::new(public, accounts, clock).speaking(speech))))
}

/// The account whose token signs the requests of an SMS provider.
fn sms_account(
    settings: &TwilioSettings,
    first: bool,
    environment: &Environment,
    folder: &Path,
) -> Result<TwilioAccount, CommandError> {
    let variable = format!("PAGE_ONCALL_SMS_SIGNING_TOKEN_{}", variable_part(&settings.name));
    let given = given(environment, &variable, environment.sms_signing_token.as_ref().filter(|_| first));
    let signing = secret(given, settings.signing_token_file.as_deref(), folder)?;
    let token = match (signing, &settings.api_key_sid) {
        (Some(token), _) => token,
        (None, None) => sms_secret(settings, first, environment, folder)?,
        (None, Some(_)) => {
            return Err(CommandError::usage(
                "[serve] public_url needs the account's auth token, which signs callbacks",
            )
            .hint("set PAGE_ONCALL_SMS_SIGNING_TOKEN, or signing_token_file = \"FILE\" under [delivery.sms]"));
        }
    };
    Ok(TwilioAccount {
        name: settings.name.clone(),
        channel: Channel::Sms,
        account_sid: settings.account_sid.clone(),
        number: settings.from.clone(),
        token,
    })
}

/// A caller of the settings, and what it may take from an SMS account: everything, when it names none of its own or the
/// same one.
struct Caller<'a> {
    settings: &'a TwilioCallSettings,
    first: bool,
    loaded: &'a Loaded,
    environment: &'a Environment,
}

impl<'a> Caller<'a> {
    fn texts(&self) -> Option<(usize, &'a TwilioSettings)> {
        let own = self.settings.account_sid.as_ref();
        let is_shared = |texts: &&TwilioSettings| own.is_none_or(|own| *own == texts.account_sid);
        self.loaded.site.settings.delivery.sms.iter().enumerate().find(|(_, texts)| is_shared(texts))
    }

    fn account_sid(&self) -> String {
        let texts = self.texts().map(|(_, texts)| &texts.account_sid);
        self.settings.account_sid.as_ref().or(texts).cloned().unwrap_or_default()
    }

    /// The secret that is the caller's own, with the API key that it belongs to.
    fn own_secret(&self) -> Result<Option<TwilioCredentials>, CommandError> {
        let variable = format!("PAGE_ONCALL_VOICE_TOKEN_{}", variable_part(&self.settings.name));
        let given = given(self.environment, &variable, self.environment.voice_token.as_ref().filter(|_| self.first));
        let secret = secret(given, self.settings.auth_token_file.as_deref(), &self.loaded.folder)?;
        Ok(secret.map(|secret| TwilioCredentials { api_key_sid: self.settings.api_key_sid.clone(), secret }))
    }

    fn credentials(&self) -> Result<TwilioCredentials, CommandError> {
        match (self.own_secret()?, self.texts()) {
            (Some(own), _) => Ok(own),
            (None, Some((place, texts))) => {
                let secret = sms_secret(texts, place == 0, self.environment, &self.loaded.folder)?;
                Ok(TwilioCredentials { api_key_sid: texts.api_key_sid.clone(), secret })
            }
            (None, None) => Err(CommandError::usage("[delivery.voice] has no secret")
                .hint("set PAGE_ONCALL_VOICE_TOKEN, or auth_token_file = \"FILE\" under [delivery.voice]")),
        }
    }

    fn provider(&self) -> Result<TwilioCall, CommandError> {
        let base_url = self.texts().map(|(_, texts)| texts.base_url.clone());
        let settings = TwilioCallSettings {
            account_sid: Some(self.account_sid()),
            base_url: self.settings.base_url.clone().or(base_url),
            ..self.settings.clone()
        };
        let public = self.loaded.site.settings.serve.public_url.clone();
        let caller = TwilioCall::new(&settings, self.credentials()?);
        Ok(caller.map_err(|error| CommandError::usage(error.to_string()))?.with_callbacks(public))
    }

    /// The account whose token signs what calls report.
    fn account(&self) -> Result<TwilioAccount, CommandError> {
        let variable = format!("PAGE_ONCALL_VOICE_SIGNING_TOKEN_{}", variable_part(&self.settings.name));
        let of_the_first = self.environment.voice_signing_token.as_ref().filter(|_| self.first);
        let given = given(self.environment, &variable, of_the_first);
        let signing = secret(given, self.settings.signing_token_file.as_deref(), &self.loaded.folder)?;
        let token = match (signing, self.own_secret()?, self.texts()) {
            (Some(token), ..) => token,
            (None, Some(TwilioCredentials { api_key_sid: None, secret }), _) => secret,
            (None, _, Some((place, texts))) => {
                sms_account(texts, place == 0, self.environment, &self.loaded.folder)?.token
            }
            (None, ..) => {
                return Err(CommandError::usage(
                    "[serve] public_url needs the calling account's auth token, which signs callbacks",
                )
                .hint("set PAGE_ONCALL_VOICE_SIGNING_TOKEN, or signing_token_file = \"FILE\" under [delivery.voice]"));
            }
        };
        Ok(TwilioAccount {
            name: self.settings.name.clone(),
            channel: Channel::Voice,
            account_sid: self.account_sid(),
            number: Some(self.settings.from.clone()),
            token,
        })
    }
}

/// The mail servers in the order in which they are asked.
fn mails(loaded: &Loaded, environment: &Environment, clock: &Arc<dyn Clock>) -> Result<Vec<SmtpMail>, CommandError> {
    let all = loaded.site.settings.delivery.mail.iter().enumerate();
    all.map(|(place, settings)| mail(settings, place == 0, loaded, environment, clock)).collect()
}

fn mail(
    settings: &SmtpSettings,
    is_first: bool,
    loaded: &Loaded,
    environment: &Environment,
    clock: &Arc<dyn Clock>,
) -> Result<SmtpMail, CommandError> {
    let variable = format!("PAGE_ONCALL_MAIL_PASSWORD_{}", variable_part(&settings.name));
    let given = given(environment, &variable, environment.mail_password.as_ref().filter(|_| is_first));
    let password = secret(given, settings.password_file.as_deref(), &loaded.folder)?;
    let root = match &settings.ca_file {
        Some(file) => Some(read(&loaded.folder.join(file), "ca_file")?),
        None => None,
    };
    SmtpMail::new(settings, password, root.as_deref(), Arc::clone(clock))
        .map_err(|error| CommandError::usage(error.to_string()))
}

/// The secret in the variable of a provider's own name, else in the one of the channel's first provider.
fn given<'a>(
    environment: &'a Environment,
    variable: &str,
    of_the_first: Option<&'a SecretString>,
) -> Option<&'a SecretString> {
    environment.named_secrets.get(variable).or(of_the_first)
}

/// The way out for letters; in training one that sends nothing.
pub(super) fn post(
    loaded: &Loaded,
    environment: &Environment,
    clock: Arc<dyn Clock>,
) -> Result<Box<dyn Post>, CommandError> {
    let delivery = &loaded.site.settings.delivery;
    if loaded.site.is_training() {
        return Ok(Box::new(Training::new(Channel::Email, delivery.training, clock)));
    }
    let mut relays = mails(loaded, environment, &clock)?.into_iter();
    let first = relays.next().ok_or_else(|| {
        CommandError::usage("--mail needs a mail server, and the settings name none")
            .hint("add [delivery.mail] with host and from")
    })?;
    Ok(Box::new(Relays { first, others: relays.collect() }))
}

/// Mail servers in the order in which they are asked: a letter goes by the first one that takes it.
struct Relays {
    first: SmtpMail,
    others: Vec<SmtpMail>,
}

impl Post for Relays {
    fn post<'a>(&'a self, letter: &'a Letter) -> Pending<'a, Report> {
        Box::pin(async move {
            let mut report = self.first.post(letter).await;
            for relay in &self.others {
                match report.outcome {
                    Outcome::Retryable | Outcome::Unavailable | Outcome::Unknown => {
                        tracing::warn!(relay = report.provider, said = report.detail, "a letter goes by another relay");
                        report = relay.post(letter).await;
                    }
                    Outcome::Accepted | Outcome::Delivered | Outcome::Voicemail | Outcome::Refused => break,
                }
            }
            report
        })
    }
}

/// A secret from the environment, else from the file that the settings name.
pub(super) fn secret(
    given: Option<&SecretString>,
    file: Option<&str>,
    folder: &Path,
) -> Result<Option<SecretString>, CommandError> {
    if let Some(secret) = given {
        return Ok(Some(secret.clone()));
    }
    let Some(file) = file else { return Ok(None) };
    let bytes = read(&folder.join(file), "secret")?;
    let text =
        String::from_utf8(bytes).map_err(|_| CommandError::usage(format!("the secret file {file} is not text")))?;
    let text = text.trim();
    if text.is_empty() {
        return Err(CommandError::usage(format!("the secret file {file} is empty")));
    }
    Ok(Some(SecretString::from(text)))
}

fn read(path: &Path, what: &str) -> Result<Vec<u8>, CommandError> {
    std::fs::read(path).map_err(|error| {
        CommandError::usage(format!("the {what} file {} cannot be read: {error}", path.display()))
            .hint("check its name under [delivery], which is relative to the settings file, and who may read it")
    })
}

/// What is wrong with the addresses a live site would send to: carrier gateways are no text messages (domain 3).
pub(super) fn address_warnings(site: &Site) -> Vec<String> {
    let contacts = site.roster.contacts().iter().filter_map(|contact| contact.email.as_deref());
    let leaders = site.leadership.iter().filter_map(|contact| contact.email.as_deref());
    contacts
        .chain(leaders)
        .filter_map(|address| match delivery::carrier_gateway(address)? {
            CarrierGateway::Ended(why) | CarrierGateway::Ending(why) => Some(format!("{address}: {why}")),
        })
        .collect()
}

/// The words of messages, for whoever shows them without an engine.
pub(super) fn words(loaded: &Arc<Loaded>) -> impl Render + use<> {
    Words { loaded: Arc::clone(loaded) }
}

/// The words of messages, from the site's settings.
struct Words {
    loaded: Arc<Loaded>,
}

impl Render for Words {
    fn render(&self, asked: &Rendering<'_>) -> Message {
        let Rendering { state, attempt, .. } = *asked;
        if let Some(asks) = &state.drill {
            return drill_message(&self.loaded.site, asked, asks);
        }
        let label = schedule_label(state.schedule.as_deref());
        let others = others(state, &attempt.contact);
        let facts = facts(&self.loaded.site, asked, &label, &others);
        let mut call = None;
        let (subject, body) = match attempt.channel {
            Channel::Email => messages::email(&facts),
            Channel::Chat => messages::push(&facts, messages::TakenBy::Desk),
            Channel::Ntfy | Channel::Pushover => messages::push(&facts, messages::TakenBy::Button),
            Channel::Sms => (String::new(), messages::sms(&facts)),
            Channel::Voice => {
                let script = self.script(&facts);
                (String::new(), spoken(call.insert(script)))
            }
        };
        Message {
            message_key: format!("{}.{}", state.case, attempt.message_key()),
            attempt: attempt.id.clone(),
            to: attempt.contact.address(attempt.channel).unwrap_or_default().to_owned(),
            name: attempt.contact.name.clone(),
            subject,
            body,
            episode: asked.episode.to_owned(),
            call,
            asks_to_act: matches!(attempt.purpose, Purpose::Page | Purpose::Exhausted),
        }
    }

    fn stray(&self, stray: &Stray, now: DateTime<Utc>) -> String {
        let site = &self.loaded.site;
        let words = match stray {
            Stray::Unknown => messages::StrayWords::Unknown,
            Stray::NothingOpen => messages::StrayWords::NothingOpen,
            Stray::Over { case, owner, at } => messages::StrayWords::Over { case, owner: owner.as_deref(), at: *at },
        };
        let desk = &site.settings.desk;
        messages::stray(&words, &desk.name, &desk.help_desk_phone, now, site.zone)
    }

    fn opted_out(&self, since: DateTime<Utc>) -> String {
        let site = &self.loaded.site;
        wording::opt_outs::refused(since, site.texts_from(), site.zone)
    }

    fn answer(&self, asked: &Rendering<'_>, answer: &CallAnswer<'_>) -> Vec<String> {
        let label = schedule_label(asked.state.schedule.as_deref());
        let facts = facts(&self.loaded.site, asked, &label, &[]);
        match answer {
            CallAnswer::Taken => voice_answers::taken(&facts),
            CallAnswer::Declined { next } => voice_answers::declined(&facts, next),
            CallAnswer::Refused(refusal) => voice_answers::refused(&facts, refusal),
        }
    }

    fn cannot_tell(&self) -> Vec<String> {
        voice_answers::cannot_tell(&self.loaded.site.settings.desk.help_desk_phone)
    }
}

impl Words {
    fn script(&self, facts: &Facts<'_>) -> CallScript {
        CallScript {
            opening: voice::opening(facts),
            facts: voice::details(facts),
            menu: voice::menu(facts),
            without_keys: voice::without_keys(facts, self.loaded.site.channels().contains(&Channel::Sms)),
            voicemail: voice::voicemail(facts),
        }
    }
}

/// What a call says to whoever hears it from the beginning, for people who read it.
fn spoken(script: &CallScript) -> String {
    let CallScript { opening, facts, menu, .. } = script;
    let sentences = std::iter::once(opening).chain(facts).chain([menu]).map(String::as_str);
    sentences.filter(|sentence| !sentence.is_empty()).collect::<Vec<_>>().join(" ")
}

/// The message of a drill: nothing in it looks like a page.
fn drill_message(site: &Site, asked: &Rendering<'_>, drill: &Drill) -> Message {
    let Rendering { state, attempt, .. } = *asked;
    let facts = words_of_drill::Facts {
        desk_short: &site.settings.desk.name,
        help_desk_phone: &site.settings.desk.help_desk_phone,
        shift: drill.shift.as_ref(),
        training: state.training,
        zone: site.zone,
    };
    let (subject, body) = match attempt.channel {
        Channel::Email => words_of_drill::email(&facts),
        Channel::Sms | Channel::Voice => (String::new(), words_of_drill::sms(&facts)),
        Channel::Chat | Channel::Ntfy | Channel::Pushover => {
            (words_of_drill::email(&facts).0, words_of_drill::sms(&facts))
        }
    };
    let body =
        if matches!(attempt.purpose, Purpose::Answer { .. }) { words_of_drill::replied(&facts, state) } else { body };
    let (opening, told, menu, voicemail) = words_of_drill::call(&facts);
    let without_keys = words_of_drill::without_keys(&facts);
    let call = CallScript { opening, facts: told, menu, without_keys, voicemail };
    Message {
        message_key: format!("{}.{}", state.case, attempt.message_key()),
        attempt: attempt.id.clone(),
        to: attempt.contact.address(attempt.channel).unwrap_or_default().to_owned(),
        name: attempt.contact.name.clone(),
        subject,
        body,
        episode: asked.episode.to_owned(),
        call: Some(call).filter(|_| attempt.channel == Channel::Voice),
        asks_to_act: false,
    }
}

//! Which adapters does the site name? Store, providers and engine, built from the settings and the secrets.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use secrecy::SecretString;

use super::environment::Environment;
use super::load::Loaded;
use crate::cli::desk::{facts, others, schedule_label};
use crate::cli::error::CommandError;
use crate::decision::ladder::Channel;
use crate::delivery::{self, CarrierGateway, SmtpMail, SmtpSettings, Training, TwilioCredentials, TwilioSms};
use crate::engine::{Engine, Parts};
use crate::ports::{Clock, EpisodeStore, Message, NoticeStore, Post, Provider, Render, Rendering, SnapshotStore};
use crate::site::Site;
use crate::store::lease::FileLease;
use crate::store::sqlite::SqliteStore;
use crate::wording::messages;

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
    let site = &loaded.site;
    let providers = if site.is_training() {
        [Channel::Sms, Channel::Email]
            .into_iter()
            .map(|channel| {
                Arc::new(Training::new(channel, site.settings.delivery.training, Arc::clone(&clock)))
                    as Arc<dyn Provider>
            })
            .collect()
    } else {
        live_providers(loaded, environment, &clock)?
    };
    engine_of(loaded, providers, store, clock)
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

fn live_providers(
    loaded: &Loaded,
    environment: &Environment,
    clock: &Arc<dyn Clock>,
) -> Result<Vec<Arc<dyn Provider>>, CommandError> {
    let delivery = &loaded.site.settings.delivery;
    let mut providers: Vec<Arc<dyn Provider>> = Vec::new();
    let unusable = |error: delivery::SetupError| CommandError::usage(error.to_string());
    if let Some(settings) = &delivery.sms {
        let secret = secret(environment.sms_token.as_ref(), settings.auth_token_file.as_deref(), &loaded.folder)?;
        let secret = secret.ok_or_else(|| {
            CommandError::usage("[delivery.sms] has no secret")
                .hint("set PAGE_ONCALL_SMS_TOKEN, or auth_token_file = \"FILE\" under [delivery.sms]")
        })?;
        let credentials = TwilioCredentials { api_key_sid: settings.api_key_sid.clone(), secret };
        providers.push(Arc::new(TwilioSms::new(settings, credentials).map_err(unusable)?));
    }
    if let Some(settings) = &delivery.mail {
        providers.push(Arc::new(mail(settings, loaded, environment, clock)?));
    }
    Ok(providers)
}

fn mail(
    settings: &SmtpSettings,
    loaded: &Loaded,
    environment: &Environment,
    clock: &Arc<dyn Clock>,
) -> Result<SmtpMail, CommandError> {
    let password = secret(environment.mail_password.as_ref(), settings.password_file.as_deref(), &loaded.folder)?;
    let root = match &settings.ca_file {
        Some(file) => Some(read(&loaded.folder.join(file), "ca_file")?),
        None => None,
    };
    SmtpMail::new(settings, password, root.as_deref(), Arc::clone(clock))
        .map_err(|error| CommandError::usage(error.to_string()))
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
    match &delivery.mail {
        Some(settings) => Ok(Box::new(mail(settings, loaded, environment, &clock)?)),
        None => Err(CommandError::usage("--mail needs a mail server, and the settings name none")
            .hint("add [delivery.mail] with host and from")),
    }
}

/// A secret from the environment, else from the file that the settings name.
fn secret(
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
        let label = schedule_label(state.schedule.as_deref());
        let others = others(state, &attempt.contact);
        let facts = facts(&self.loaded.site, asked, &label, &others);
        let (subject, body) = match attempt.channel {
            Channel::Email => messages::email(&facts),
            Channel::Sms | Channel::Voice => (String::new(), messages::sms(&facts)),
        };
        Message {
            message_key: format!("{}.{}", state.case, attempt.message_key()),
            attempt: attempt.id.clone(),
            to: attempt.contact.address(attempt.channel).unwrap_or_default().to_owned(),
            name: attempt.contact.name.clone(),
            subject,
            body,
            episode: asked.episode.to_owned(),
            call: None,
        }
    }
}

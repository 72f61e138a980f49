//! Which adapters does the site name? Store, providers and engine, built from the settings and the secrets.

use std::path::Path;
use std::sync::Arc;

use secrecy::SecretString;

use super::callers::Caller;
use super::database::Database;
use super::environment::Environment;
use super::load::Loaded;
use super::words::Words;
use super::{push, random};
use crate::access::link::LinkKey;
use crate::decision::ladder::Channel;
use crate::delivery::{
    self, CarrierGateway, SmtpMail, SmtpSettings, Training, TwilioAccount, TwilioCallSettings, TwilioCredentials,
    TwilioHooks, TwilioSettings, TwilioSms,
};
use crate::desk::error::CommandError;
use crate::engine::{Changed, Engine, Parts};
use crate::episode::outcome::{Outcome, Report};
use crate::ports::access::AccessStore;
use crate::ports::drafts::DraftStore;
use crate::ports::hooks::Hooks;
use crate::ports::single_sign_on::SingleSignOn;
use crate::ports::{Clock, EpisodeStore, Letter, NoticeStore, Pending, Post, Provider, SnapshotStore};
use crate::site::Site;
use crate::site::settings::variable_part;

/// The name of the key of links.
const LINKS: &str = "links";

/// What one database keeps, each part behind its own port.
#[derive(Clone)]
pub(super) struct Stores {
    /// The page log.
    pub pages: Arc<dyn EpisodeStore>,
    /// The versions of sheets.
    pub snapshots: Arc<dyn SnapshotStore>,
    /// What people were told.
    pub notices: Arc<dyn NoticeStore>,
    /// Who may do what, and who did.
    pub access: Arc<dyn AccessStore>,
    /// What the links of messages are made with; `None` where none are.
    pub links: Option<LinkKey>,
    /// The forms under way.
    pub drafts: Arc<dyn DraftStore>,
}

impl Stores {
    pub(super) fn of<S: EpisodeStore + SnapshotStore + NoticeStore + AccessStore + DraftStore + 'static>(
        store: S,
    ) -> Self {
        let store = Arc::new(store);
        Self {
            pages: store.clone(),
            snapshots: store.clone(),
            notices: store.clone(),
            access: store.clone(),
            drafts: store,
            links: None,
        }
    }
}

/// Opens the database, and makes it when there is none.
pub(super) async fn stores(loaded: &Loaded) -> Result<Stores, CommandError> {
    Ok(with_links(loaded, Database::of(loaded)?.open().await?).await)
}

/// Opens the database for work on what it holds; nothing when there is none yet, and none is made.
pub(super) async fn stores_if_any(loaded: &Loaded) -> Result<Option<Stores>, CommandError> {
    Ok(match Database::of(loaded)?.open_if_any().await? {
        Some(stores) => Some(with_links(loaded, stores).await),
        None => None,
    })
}

/// The same, where messages are to have links with what those are made with.
async fn with_links(loaded: &Loaded, mut stores: Stores) -> Stores {
    if loaded.site.settings.serve.public_url.is_some() {
        stores.links = link_key(stores.access.as_ref()).await;
    }
    stores
}

/// The key of links. Messages leave without links where it cannot be had.
async fn link_key(access: &dyn AccessStore) -> Option<LinkKey> {
    let key = match random::bytes() {
        Ok(fresh) => access.key(LINKS, fresh).await.map_err(CommandError::from),
        Err(error) => Err(error),
    };
    key.map(LinkKey::new)
        .inspect_err(|error| tracing::error!(%error, "messages leave without links: their key cannot be read"))
        .ok()
}

/// Opens the database for looking; nothing when there is none yet, and none is made.
pub(super) async fn stores_to_read(loaded: &Loaded) -> Result<Option<Stores>, CommandError> {
    Ok(Database::of(loaded)?.look().await?)
}

/// Opens the page log for looking; nothing when there is none yet, and none is made.
pub(super) async fn store_to_read(loaded: &Loaded) -> Result<Option<Arc<dyn EpisodeStore>>, CommandError> {
    Ok(stores_to_read(loaded).await?.map(|stores| stores.pages))
}

/// An engine for recording what a person reports, where messages cannot leave: it must never take a turn.
pub(super) fn engine_that_records(
    loaded: &Arc<Loaded>,
    stores: &Stores,
    clock: Arc<dyn Clock>,
) -> Result<Engine, CommandError> {
    engine_of(loaded, Vec::new(), stores, clock)
}

/// The engine of this process.
pub(super) fn engine(
    loaded: &Arc<Loaded>,
    environment: &Environment,
    stores: &Stores,
    clock: Arc<dyn Clock>,
) -> Result<Engine, CommandError> {
    let providers = providers(loaded, environment, &clock)?;
    engine_of(loaded, providers, stores, clock)
}

/// What the settings change about an engine that goes on.
pub(super) fn changed(
    loaded: &Arc<Loaded>,
    environment: &Environment,
    stores: &Stores,
    clock: &Arc<dyn Clock>,
) -> Result<Changed, CommandError> {
    Ok(Changed {
        providers: providers(loaded, environment, clock)?,
        render: Arc::new(Words { loaded: Arc::clone(loaded), links: stores.links.clone() }),
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
    stores: &Stores,
    clock: Arc<dyn Clock>,
) -> Result<Engine, CommandError> {
    let site = &loaded.site;
    let training = site.is_training();
    Ok(Engine::new(Parts {
        store: Arc::clone(&stores.pages),
        lease: Database::of(loaded)?.lease(training),
        clock,
        providers,
        render: Arc::new(Words { loaded: Arc::clone(loaded), links: stores.links.clone() }),
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
pub(super) fn sms_secret(
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
pub(super) fn sms_account(
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
pub(super) fn given<'a>(
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

/// Who vouches for people, where the settings name a provider.
#[cfg(feature = "single-sign-on")]
pub(super) fn single_sign_on(
    loaded: &Loaded,
    environment: &Environment,
    clock: Arc<dyn Clock>,
) -> Result<Option<Arc<dyn SingleSignOn>>, CommandError> {
    super::single_sign_on::of(loaded, environment, clock)
}

/// Nobody does in a program that was built without.
#[cfg(not(feature = "single-sign-on"))]
pub(super) fn single_sign_on(
    loaded: &Loaded,
    _: &Environment,
    _: Arc<dyn Clock>,
) -> Result<Option<Arc<dyn SingleSignOn>>, CommandError> {
    if loaded.site.settings.access.single_sign_on.is_some() {
        return Err(CommandError::usage("[access.single_sign_on] is set, and this program was built without it")
            .hint("build with the feature single-sign-on, or remove the table"));
    }
    Ok(None)
}

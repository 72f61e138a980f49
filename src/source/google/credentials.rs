//! Who asks Google? A service account's key file, a workload identity, or the metadata server of Google Cloud.
//!
//! Supported: keys of the type `service_account`; `external_account` whose token comes from a file or an address (not
//! from a program, not signed as AWS wants it); the metadata server. Personal logins are not: nobody's own account
//! should be what a pager depends on.

use std::path::Path;

use hyper_rustls::HttpsConnector;
use hyper_util::client::legacy::Client;
use hyper_util::rt::TokioExecutor;
use yup_oauth2::authenticator::{ApplicationDefaultCredentialsTypes, Authenticator};
use yup_oauth2::client::CustomHyperClientBuilder;
use yup_oauth2::external_account::{CredentialSource, ExternalAccountSecret};
use yup_oauth2::{
    ApplicationDefaultCredentialsAuthenticator, ApplicationDefaultCredentialsFlowOpts, ExternalAccountAuthenticator,
    ServiceAccountAuthenticator, ServiceAccountKey,
};

use super::connect::{self, Route};
use super::settings::GoogleSettings;
use super::{Surroundings, read_file};

/// What gives tokens.
pub(super) type Login = Authenticator<HttpsConnector<Route>>;

/// What a login is made of. Holds secrets and is therefore not shown in logs.
pub(super) enum Credentials {
    Key(Box<ServiceAccountKey>),
    Workload(Box<ExternalAccountSecret>),
    Metadata(Option<String>),
}

impl Credentials {
    /// Reads what the settings name; the error is for people and has no secret.
    pub(super) fn read(settings: &GoogleSettings, surroundings: &Surroundings) -> Result<Self, String> {
        let named = settings.key_file.as_ref().map(|file| surroundings.folder.join(file));
        let token_url = settings.token_url.as_deref().map(|url| connect::checked(url, "token_url")).transpose()?;
        if settings.metadata_server {
            if named.is_some() || surroundings.key_file.is_some() {
                return Err("[google] has metadata_server = true and a key file (or GOOGLE_APPLICATION_CREDENTIALS); \
                            leave one of them out"
                    .to_owned());
            }
            return Ok(Self::Metadata(token_url));
        }
        let Some(file) = named.or_else(|| surroundings.key_file.clone()) else {
            return Err("[google] has no key: make a service account, download its key as JSON, and set \
                        key_file = \"FILE\" under [google]"
                .to_owned());
        };
        refuse_readable_by_others(&file)?;
        let bytes = read_file(&file, "key_file")?;
        let shown = file.display();
        let parse = |error: serde_json::Error| {
            // The words of the error could hold a piece of the key.
            format!(
                "the key_file {shown} is not a key as Google makes them (line {}, column {}); download it again as JSON",
                error.line(),
                error.column()
            )
        };
        let value: serde_json::Value = serde_json::from_slice(&bytes).map_err(parse)?;
        match value.get("type").and_then(serde_json::Value::as_str) {
            Some("service_account") => {
                let mut key: ServiceAccountKey = serde_json::from_value(value).map_err(parse)?;
                key.token_uri = token_url.map_or_else(|| connect::checked(&key.token_uri, "token_uri"), Ok)?;
                Ok(Self::Key(Box::new(key)))
            }
            Some("external_account") => {
                let mut secret: ExternalAccountSecret = serde_json::from_value(value).map_err(parse)?;
                secret.token_url = token_url.map_or_else(|| connect::checked(&secret.token_url, "token_url"), Ok)?;
                if let Some(url) = &secret.service_account_impersonation_url {
                    connect::checked(url, "service_account_impersonation_url")?;
                }
                if let CredentialSource::Url { url, .. } = &secret.credential_source {
                    let is_address = |uri: google_sheets4::hyper::Uri| uri.host().is_some();
                    if !url.parse().is_ok_and(is_address) {
                        return Err(format!("the key_file {shown} has a credential_source that is no address"));
                    }
                }
                Ok(Self::Workload(Box::new(secret)))
            }
            other => Err(format!(
                "the key_file {shown} is of the type {:?}; this version reads service_account and external_account",
                other.unwrap_or("(none)")
            )),
        }
    }

    /// Whom a sheet must be shared with.
    pub(super) fn email(&self) -> Option<String> {
        match self {
            Self::Key(key) => Some(key.client_email.clone()),
            Self::Workload(secret) => {
                let url = secret.service_account_impersonation_url.as_deref()?;
                let (_, account) = url.rsplit_once("/serviceAccounts/")?;
                account.split(':').next().map(str::to_owned)
            }
            Self::Metadata(_) => None,
        }
    }

    /// The login; asks for no token yet.
    pub(super) async fn login(self, connector: HttpsConnector<Route>) -> Result<Login, String> {
        let client = Client::builder(TokioExecutor::new()).build::<_, String>(connector);
        let client = CustomHyperClientBuilder::from(client);
        match self {
            Self::Key(key) => ServiceAccountAuthenticator::with_client(*key, client).build().await.map_err(|_| {
                "the private_key of the key_file cannot be used; download the key again as JSON".to_owned()
            }),
            Self::Workload(secret) => ExternalAccountAuthenticator::with_client(*secret, client)
                .build()
                .await
                .map_err(|error| format!("the login cannot be prepared: {error}")),
            Self::Metadata(metadata_url) => {
                let options = ApplicationDefaultCredentialsFlowOpts { metadata_url };
                match ApplicationDefaultCredentialsAuthenticator::with_client(options, client).await {
                    ApplicationDefaultCredentialsTypes::InstanceMetadata(builder) => {
                        builder.build().await.map_err(|error| format!("the login cannot be prepared: {error}"))
                    }
                    ApplicationDefaultCredentialsTypes::ServiceAccount(_) => {
                        Err("GOOGLE_APPLICATION_CREDENTIALS is set, and metadata_server = true as well".to_owned())
                    }
                }
            }
        }
    }
}

/// A key that others on the machine can read is no secret.
#[cfg(unix)]
fn refuse_readable_by_others(file: &Path) -> Result<(), String> {
    use std::os::unix::fs::PermissionsExt as _;
    let shown = file.display();
    let about = std::fs::metadata(file).map_err(|error| format!("the key_file {shown} cannot be read: {error}"))?;
    if about.permissions().mode() & 0o077 != 0 {
        return Err(format!("the key_file {shown} can be read by other users of this machine; run: chmod 600 {shown}"));
    }
    Ok(())
}

/// Elsewhere the system's own rights on files are trusted.
#[cfg(not(unix))]
fn refuse_readable_by_others(_: &Path) -> Result<(), String> {
    Ok(())
}

//! Who vouches for people by OpenID Connect? The provider that discovery finds: code flow, PKCE, and an ID token whose
//! signature, issuer, audience, expiry and nonce are checked.
//!
//! What it publishes is read again for every identity, so that a new signing key needs nobody here; for sending people
//! there, what was read lately is enough. Nothing of a token or of a person stands in an error.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use openidconnect::core::{
    CoreAuthDisplay, CoreAuthPrompt, CoreErrorResponseType, CoreGenderClaim, CoreJsonWebKey,
    CoreJweContentEncryptionAlgorithm, CoreJwsSigningAlgorithm, CoreProviderMetadata, CoreResponseType,
    CoreRevocableToken, CoreRevocationErrorResponse, CoreTokenIntrospectionResponse, CoreTokenType,
};
use openidconnect::{
    AdditionalClaims, AsyncHttpClient, AuthenticationFlow, AuthorizationCode, ClientId, ClientSecret, CsrfToken,
    EmptyExtraTokenFields, EndpointMaybeSet, EndpointNotSet, EndpointSet, HttpRequest, HttpResponse, IdTokenFields,
    IssuerUrl, Nonce, OAuth2TokenResponse as _, PkceCodeChallenge, PkceCodeVerifier, RedirectUrl, Scope,
    StandardErrorResponse, StandardTokenResponse, TokenResponse as _, UserInfoClaims,
};
use secrecy::{ExposeSecret as _, SecretString};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use tokio::sync::Mutex;

use super::adapters::secret;
use super::environment::Environment;
use super::load::Loaded;
use crate::delivery::install_tls;
use crate::desk::error::CommandError;
use crate::ports::single_sign_on::{Identity, SingleSignOn, Ticket, Unproved};
use crate::ports::{Clock, Pending};
use crate::site::access::SingleSignOnSettings;

/// No document of a provider is longer; one that does not end must not fill our memory.
const ANSWER_LIMIT: usize = 1024 * 1024;
/// How long what a provider publishes is good enough for sending people there.
const COUNTS_FOR: TimeDelta = TimeDelta::minutes(10);

/// Every claim by its name: settings say which ones matter.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Claims(HashMap<String, Value>);
impl AdditionalClaims for Claims {}

type Fields = IdTokenFields<
    Claims,
    EmptyExtraTokenFields,
    CoreGenderClaim,
    CoreJweContentEncryptionAlgorithm,
    CoreJwsSigningAlgorithm,
>;
type Client = openidconnect::Client<
    Claims,
    CoreAuthDisplay,
    CoreGenderClaim,
    CoreJweContentEncryptionAlgorithm,
    CoreJsonWebKey,
    CoreAuthPrompt,
    StandardErrorResponse<CoreErrorResponseType>,
    StandardTokenResponse<Fields, CoreTokenType>,
    CoreTokenIntrospectionResponse,
    CoreRevocableToken,
    CoreRevocationErrorResponse,
    EndpointSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointMaybeSet,
    EndpointMaybeSet,
>;

/// An OpenID provider.
struct OpenId {
    settings: SingleSignOnSettings,
    issuer: IssuerUrl,
    redirect: RedirectUrl,
    secret: Option<SecretString>,
    way: Way,
    clock: Arc<dyn Clock>,
    published: Mutex<Option<(DateTime<Utc>, CoreProviderMetadata)>>,
}

/// The provider that the settings name.
pub(super) fn of(
    loaded: &Loaded,
    environment: &Environment,
    clock: Arc<dyn Clock>,
) -> Result<Option<Arc<dyn SingleSignOn>>, CommandError> {
    let site = &loaded.site.settings;
    let Some(settings) = site.access.single_sign_on.clone() else { return Ok(None) };
    let Some(public) = &site.serve.public_url else {
        return Err(CommandError::usage("[access.single_sign_on] needs the address that people come back to")
            .hint("set public_url under [serve], and name it with /sign-in/return at the provider"));
    };
    let wrong = |error: String| CommandError::usage(format!("[access.single_sign_on] cannot be used: {error}"));
    let issuer = IssuerUrl::new(settings.issuer.clone()).map_err(|error| wrong(error.to_string()))?;
    let redirect =
        RedirectUrl::new(format!("{}/sign-in/return", public.as_str())).map_err(|error| wrong(error.to_string()))?;
    let secret = secret(environment.sso_secret.as_ref(), settings.client_secret_file.as_deref(), &loaded.folder)?;
    install_tls();
    let limit = Duration::from_secs(settings.timeout_s.into());
    let mut http = reqwest::Client::builder()
        .user_agent(concat!("page-oncall/", env!("CARGO_PKG_VERSION")))
        // A provider that leads elsewhere could lead into this network.
        .redirect(reqwest::redirect::Policy::none())
        .connect_timeout(limit.min(Duration::from_secs(5)))
        .timeout(limit);
    if settings.issuer.starts_with("http://") {
        http = http.no_proxy();
    }
    if let Some(file) = &settings.ca_file {
        let pem = std::fs::read(loaded.folder.join(file))
            .map_err(|error| wrong(format!("its ca_file {file} cannot be read: {error}")))?;
        for root in reqwest::Certificate::from_pem_bundle(&pem)
            .map_err(|_| wrong(format!("its ca_file {file} holds no certificate")))?
        {
            http = http.add_root_certificate(root);
        }
    }
    let http = http.build().map_err(|error| wrong(error.without_url().to_string()))?;
    Ok(Some(Arc::new(OpenId {
        settings,
        issuer,
        redirect,
        secret,
        way: Way(http),
        clock,
        published: Mutex::default(),
    })))
}

/// A request to the provider that got no answer.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
struct Unanswered(String);

/// The way to the provider.
struct Way(reqwest::Client);

impl<'c> AsyncHttpClient<'c> for Way {
    type Error = Unanswered;
    type Future = Pending<'c, Result<HttpResponse, Unanswered>>;

    fn call(&'c self, request: HttpRequest) -> Self::Future {
        Box::pin(self.exchange(request))
    }
}

impl Way {
    async fn exchange(&self, request: HttpRequest) -> Result<HttpResponse, Unanswered> {
        let lost = |error: reqwest::Error| Unanswered(told(&error.without_url()));
        let request = reqwest::Request::try_from(request).map_err(lost)?;
        let mut answer = self.0.execute(request).await.map_err(lost)?;
        let mut whole = openidconnect::http::Response::builder().status(answer.status());
        for (name, value) in answer.headers() {
            whole = whole.header(name, value);
        }
        let mut body = Vec::new();
        while let Some(part) = answer.chunk().await.map_err(lost)? {
            if body.len() + part.len() > ANSWER_LIMIT {
                return Err(Unanswered("its answer does not end".to_owned()));
            }
            body.extend_from_slice(&part);
        }
        whole.body(body).map_err(|error| Unanswered(error.to_string()))
    }
}

impl OpenId {
    /// What the provider publishes about itself, and its keys.
    async fn discover(&self) -> Result<CoreProviderMetadata, Unproved> {
        let found = CoreProviderMetadata::discover_async(self.issuer.clone(), &self.way).await;
        found.map_err(|error| Unproved::Unavailable(told(&error)))
    }

    async fn published(&self, may_be_old: bool) -> Result<CoreProviderMetadata, Unproved> {
        // Held while it is asked: a hundred people who sign in at once ask it once.
        let mut published = self.published.lock().await;
        let now = self.clock.now();
        let good = published.as_ref().filter(|(at, _)| may_be_old && *at <= now && now - *at < COUNTS_FOR);
        if let Some((_, metadata)) = good {
            return Ok(metadata.clone());
        }
        let metadata = self.discover().await?;
        *published = Some((now, metadata.clone()));
        Ok(metadata)
    }

    fn client(&self, metadata: CoreProviderMetadata) -> Client {
        let secret = self.secret.as_ref().map(|secret| ClientSecret::new(secret.expose_secret().to_owned()));
        let id = ClientId::new(self.settings.client_id.clone());
        let client = openidconnect::Client::from_provider_metadata(metadata, id, secret);
        client.set_redirect_uri(self.redirect.clone())
    }

    async fn address(&self, ticket: Ticket<'_>) -> Result<String, Unproved> {
        let client = self.client(self.published(true).await?);
        let state = CsrfToken::new(ticket.state.to_owned());
        let nonce = Nonce::new(ticket.nonce.to_owned());
        let verifier = PkceCodeVerifier::new(ticket.verifier.to_owned());
        let flow = AuthenticationFlow::<CoreResponseType>::AuthorizationCode;
        let scopes = self.settings.scopes.iter().filter(|scope| *scope != "openid").cloned().map(Scope::new);
        let request = client
            .authorize_url(flow, move || state, move || nonce)
            .add_scopes(scopes)
            .set_pkce_challenge(PkceCodeChallenge::from_code_verifier_sha256(&verifier));
        Ok(request.url().0.to_string())
    }

    async fn identity(&self, code: &str, ticket: Ticket<'_>) -> Result<Identity, Unproved> {
        let refused = |what: &str| Unproved::Refused(what.to_owned());
        let client = self.client(self.published(false).await?);
        let exchange = client
            .exchange_code(AuthorizationCode::new(code.to_owned()))
            .map_err(|_| Unproved::Unavailable("it names no token endpoint".to_owned()))?
            .set_pkce_verifier(PkceCodeVerifier::new(ticket.verifier.to_owned()));
        let tokens = exchange.request_async(&self.way).await.map_err(|error| match error {
            openidconnect::RequestTokenError::ServerResponse(answer) => {
                Unproved::Refused(format!("the code was not taken ({})", answer.error().as_ref()))
            }
            openidconnect::RequestTokenError::Request(lost) => Unproved::Unavailable(lost.to_string()),
            _ => refused("its token endpoint answered in no known form"),
        })?;
        let now = self.clock.now();
        let verifier = client.id_token_verifier().set_time_fn(move || now);
        let token = tokens.id_token().ok_or_else(|| refused("there is no ID token"))?;
        let nonce = Nonce::new(ticket.nonce.to_owned());
        let claims = token.claims(&verifier, &nonce).map_err(|error| Unproved::Refused(told(&error)))?;
        let subject = claims.subject().clone();
        let of_token = serde_json::to_value(claims).unwrap_or_default();
        let mut identity = self.read(&of_token, subject.as_str());
        if (identity.groups.is_empty() || identity.email.is_none() || identity.name.is_none())
            && let Ok(asked) = client.user_info(tokens.access_token().clone(), Some(subject.clone()))
        {
            // What the ID token leaves out is asked for; that the subject is the same is checked.
            let more: Result<UserInfoClaims<Claims, CoreGenderClaim>, _> = asked.request_async(&self.way).await;
            match more {
                Ok(more) => {
                    let more = self.read(&serde_json::to_value(&more).unwrap_or_default(), subject.as_str());
                    identity.name = identity.name.or(more.name);
                    identity.email = identity.email.or(more.email);
                    if identity.groups.is_empty() {
                        identity.groups = more.groups;
                    }
                }
                Err(error) => tracing::warn!(why = told(&error), "what a provider knows of a person cannot be asked"),
            }
        }
        Ok(identity)
    }

    fn read(&self, claims: &Value, subject: &str) -> Identity {
        let text = |name: &str| claims.get(name).and_then(Value::as_str).map(str::trim).filter(|text| !text.is_empty());
        let is_unverified = claims.get("email_verified").is_some_and(|it| it == &Value::Bool(false) || it == "false");
        let groups = match claims.get(&self.settings.groups_claim) {
            Some(Value::Array(groups)) => groups.iter().filter_map(Value::as_str).map(str::to_owned).collect(),
            Some(Value::String(group)) => vec![group.clone()],
            _ => Vec::new(),
        };
        Identity {
            subject: subject.to_owned(),
            name: text(&self.settings.name_claim).map(str::to_owned),
            email: text(&self.settings.email_claim).filter(|_| !is_unverified).map(str::to_owned),
            groups,
        }
    }
}

impl SingleSignOn for OpenId {
    fn begin<'a>(&'a self, ticket: Ticket<'a>) -> Pending<'a, Result<String, Unproved>> {
        Box::pin(self.address(ticket))
    }

    fn finish<'a>(&'a self, code: &'a str, ticket: Ticket<'a>) -> Pending<'a, Result<Identity, Unproved>> {
        Box::pin(self.identity(code, ticket))
    }

    fn look(&self) -> Pending<'_, Result<String, Unproved>> {
        Box::pin(async move { self.published(false).await.map(|found| found.issuer().to_string()) })
    }
}

/// An error with its causes, in one line.
fn told(error: &dyn std::error::Error) -> String {
    let mut line = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        line = format!("{line}: {error}");
        cause = error.source();
    }
    line
}

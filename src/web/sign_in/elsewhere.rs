//! How does somebody come in by single sign-on? `/sign-in/start` sends them to the provider, `/sign-in/return` takes them
//! back.
//!
//! The state is in a cookie of the browser and, as a fingerprint, in the store, which gives it once: an answer that
//! belongs to another browser, or comes twice, or late, lets nobody in.

use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::http::HeaderMap;
use axum::http::header::SET_COOKIE;
use axum::response::{IntoResponse, Redirect, Response};
use chrono::TimeDelta;
use serde::Deserialize;

use super::super::acts::{self, Ended};
use super::super::asker::{self, Asker};
use super::super::routes::{Need, Routes};
use super::super::{House, session};
use super::form::{self, Why};
use super::{Asked, SIGN_IN, START, come_in, nobody};
use crate::access::way_back::way_back;
use crate::access::{Caller, Fingerprint, Secret, Way};
use crate::ports::access::SignIn;
use crate::ports::single_sign_on::{Identity, SingleSignOn, Ticket, Unproved};

/// How long somebody may take at the provider.
const LIFETIME: TimeDelta = TimeDelta::minutes(10);
/// The cookies with the state; see `asker` about the prefix.
const SECURE_COOKIE: &str = "__Host-page-oncall-sign-in";
const PLAIN_COOKIE: &str = "page-oncall-sign-in";

/// The paths of this file.
pub(super) fn routes(routes: Routes) -> Routes {
    routes.get(START, Need::Nothing, start).get("/sign-in/return", Need::Nothing, come_back)
}

/// What the provider makes the browser bring.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Brought {
    state: String,
    code: Option<String>,
    error: Option<String>,
}

async fn start(State(house): State<House>, asker: Asker, query: Result<Query<Asked>, QueryRejection>) -> Response {
    let Asked { return_to } = query.map(|Query(asked)| asked).unwrap_or_default();
    let return_to = way_back(&return_to);
    match sent(&house, return_to).await {
        Ok(response) => response,
        Err(why) => form::page(&house, &asker, return_to, Some(why)),
    }
}

/// The way to the provider.
async fn sent(house: &House, return_to: &str) -> Result<Response, Why> {
    let provider = house.current().single_sign_on.clone().ok_or(Why::NoProvider)?;
    let fresh = || (house.random)().map(Secret::session).ok_or(Why::Unavailable);
    let (state, nonce, verifier) = (fresh()?, fresh()?, fresh()?);
    let ticket = Ticket { state: state.text(), nonce: nonce.text(), verifier: verifier.text() };
    let address = provider.begin(ticket).await.map_err(|error| unproved(&error))?;
    let sign_in = SignIn {
        fingerprint: state.fingerprint(),
        nonce: nonce.text().to_owned(),
        verifier: verifier.text().to_owned(),
        return_to: return_to.to_owned(),
        expires_at: house.clock.now() + LIFETIME,
    };
    house.access.begin_sign_in(&sign_in).await.map_err(|error| {
        tracing::error!(%error, "a sign-in cannot begin");
        Why::Unavailable
    })?;
    let mut response = Redirect::to(&address).into_response();
    let (name, is_secure) = cookie(house);
    let cookie = session::set_cookie(name, state.text(), "/", LIFETIME, is_secure).ok_or(Why::Unavailable)?;
    response.headers_mut().append(SET_COOKIE, cookie);
    Ok(response)
}

async fn come_back(
    State(house): State<House>,
    asker: Asker,
    headers: HeaderMap,
    query: Result<Query<Brought>, QueryRejection>,
) -> Response {
    let brought = query.map(|Query(brought)| brought).unwrap_or_default();
    let (name, is_secure) = cookie(&house);
    let is_theirs = !brought.state.is_empty() && asker::cookie(&headers, name) == Some(&*brought.state);
    let mut response = match taken(&house, &brought, is_theirs).await {
        Ok((provider, sign_in)) => vouched(&house, &asker, provider.as_ref(), &brought, &sign_in).await,
        Err(why) => form::page(&house, &asker, "/", Some(why)),
    };
    if is_theirs && let Some(cookie) = session::set_cookie(name, "", "/", TimeDelta::zero(), is_secure) {
        response.headers_mut().append(SET_COOKIE, cookie);
    }
    response
}

/// The sign-in that the browser comes back from.
async fn taken(
    house: &House,
    brought: &Brought,
    is_theirs: bool,
) -> Result<(std::sync::Arc<dyn SingleSignOn>, SignIn), Why> {
    let provider = house.current().single_sign_on.clone().ok_or(Why::NoProvider)?;
    if !is_theirs {
        return Err(Why::NotTheirs);
    }
    match house.access.take_sign_in(Fingerprint::of(&brought.state), house.clock.now()).await {
        Ok(Some(sign_in)) => Ok((provider, sign_in)),
        Ok(None) => Err(Why::NotTheirs),
        Err(error) => {
            tracing::error!(%error, "a sign-in cannot be looked up");
            Err(Why::Unavailable)
        }
    }
}

async fn vouched(
    house: &House,
    asker: &Asker,
    provider: &dyn SingleSignOn,
    brought: &Brought,
    sign_in: &SignIn,
) -> Response {
    let again = |why| form::page(house, asker, &sign_in.return_to, Some(why));
    let Some(code) = brought.code.as_deref().filter(|_| brought.error.is_none()) else {
        // Its words may be anybody's, so they are not repeated.
        acts::note(house, &nobody(asker), SIGN_IN, "single sign-on", Ended::Refused).await;
        return again(Why::Refused);
    };
    let ticket = Ticket { state: &brought.state, nonce: &sign_in.nonce, verifier: &sign_in.verifier };
    let identity = match provider.finish(code, ticket).await {
        Ok(identity) => identity,
        Err(error) => {
            tracing::warn!(%error, "nobody was let in by single sign-on");
            let why = unproved(&error);
            let ended = if why == Why::Refused { Ended::Refused } else { Ended::Failed };
            acts::note(house, &nobody(asker), SIGN_IN, "single sign-on", ended).await;
            return again(why);
        }
    };
    if let Some(caller) = caller(house, &identity) {
        return come_in(house, asker, caller, &sign_in.return_to).await;
    }
    acts::note(house, &nobody(asker), SIGN_IN, &identity.label(), Ended::Refused).await;
    again(Why::NoRole)
}

fn caller(house: &House, identity: &Identity) -> Option<Caller> {
    let current = house.current();
    let email = identity.email.as_deref();
    let role = current.site.settings.access.role(email, &identity.groups)?;
    let person = asker::person(&current.site, role, email);
    Some(Caller { name: identity.label(), role, person, way: Way::SingleSignOn })
}

fn unproved(error: &Unproved) -> Why {
    match error {
        Unproved::Unavailable(_) => Why::ProviderDown,
        Unproved::Refused(_) => Why::Refused,
    }
}

fn cookie(house: &House) -> (&'static str, bool) {
    let is_secure = asker::is_secure(house);
    (if is_secure { SECURE_COOKIE } else { PLAIN_COOKIE }, is_secure)
}

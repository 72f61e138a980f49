//! How does somebody come in with a browser, and go? `/sign-in` and `/sign-out`.
//!
//! `form` is the page, `guesses` lets nobody try too often, `elsewhere` is single sign-on. A wrong name, a wrong password and a wrong token get the same
//! answer after the same work.

mod elsewhere;
mod form;
mod guesses;

use axum::Form;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::http::header::SET_COOKIE;
use axum::response::{IntoResponse, Redirect, Response};
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;

use super::House;
use super::acts::{self, Ended};
use super::asker::Asker;
use super::routes::{Need, Routes};
use super::session;
use super::shell::href;
use crate::access::way_back::way_back;
use crate::access::{Caller, Fingerprint, Way};
use crate::ports::StoreError;
use form::Why;
use guesses::Heard;

pub use guesses::Guesses;

/// Where single sign-on begins: anybody may ask, and each time the store keeps what comes back.
pub(super) const START: &str = "/sign-in/start";

/// What the audit log calls it.
const SIGN_IN: &str = "sign-in";
const SIGN_OUT: &str = "sign-out";

/// The paths of this file.
pub(super) fn routes(routes: Routes) -> Routes {
    elsewhere::routes(routes).get("/sign-in", Need::Nothing, show).post("/sign-in", Need::Nothing, sign_in).post(
        "/sign-out",
        Need::Nothing,
        sign_out,
    )
}

/// What a link to the page says.
#[derive(Debug, Default, Deserialize)]
struct Asked {
    /// Where to go on to.
    #[serde(default)]
    return_to: String,
}

/// What somebody typed.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Typed {
    return_to: String,
    name: String,
    password: Option<SecretString>,
    token: Option<SecretString>,
}

async fn show(State(house): State<House>, asker: Asker, query: Result<Query<Asked>, QueryRejection>) -> Response {
    let Asked { return_to } = query.map(|Query(asked)| asked).unwrap_or_default();
    form::page(&house, &asker, way_back(&return_to), None)
}

async fn sign_in(State(house): State<House>, asker: Asker, Form(typed): Form<Typed>) -> Response {
    let return_to = way_back(&typed.return_to);
    match heard(&house, &asker, &typed).await {
        Ok(Heard::Right(caller)) => come_in(&house, &asker, caller, return_to).await,
        Ok(Heard::Wrong) => {
            let guessed = guessed(&house, &typed).await;
            acts::note(&house, &nobody(&asker), SIGN_IN, &guessed, Ended::Refused).await;
            form::page(&house, &asker, return_to, Some(Why::Wrong))
        }
        Ok(Heard::Wait(wait)) => form::page(&house, &asker, return_to, Some(Why::Wait(wait))),
        Err(error) => {
            tracing::error!(%error, "who signs in cannot be looked up");
            form::page(&house, &asker, return_to, Some(Why::Unavailable))
        }
    }
}

async fn sign_out(State(house): State<House>, asker: Asker) -> Response {
    if let Err(error) = session::end(&house, &asker).await {
        tracing::error!(%error, "a session cannot be ended");
        return form::page(&house, &asker, "/", Some(Why::Unavailable));
    }
    if asker.session.is_some() && asker.caller.is_some() {
        acts::note(&house, &asker, SIGN_OUT, asker.name(), Ended::Done).await;
    }
    let mut response = Redirect::to(&href(&house.current().site, "/sign-in")).into_response();
    if let Some(cookie) = session::no_cookie(&house) {
        response.headers_mut().append(SET_COOKIE, cookie);
    }
    response
}

/// Begins the session of somebody who has proved who they are, and sends them on.
async fn come_in(house: &House, asker: &Asker, caller: Caller, return_to: &str) -> Response {
    let cookie = match session::begin(house, asker, &caller).await {
        Ok(cookie) => cookie,
        Err(error) => {
            tracing::error!(%error, "a session cannot begin");
            acts::note(house, &nobody(asker), SIGN_IN, &caller.name, Ended::Failed).await;
            return form::page(house, asker, return_to, Some(Why::Unavailable));
        }
    };
    let name = caller.name.clone();
    let come = Asker { caller: Some(caller), ..asker.clone() };
    acts::note(house, &come, SIGN_IN, &name, Ended::Done).await;
    let mut response = Redirect::to(&href(&house.current().site, return_to)).into_response();
    response.headers_mut().append(SET_COOKIE, cookie);
    response
}

/// Whoever tries is nobody yet, whatever session they come with.
fn nobody(asker: &Asker) -> Asker {
    Asker { caller: None, ..asker.clone() }
}

async fn heard(house: &House, asker: &Asker, typed: &Typed) -> Result<Heard<Caller>, StoreError> {
    if let Some(token) = &typed.token {
        let fingerprint = Fingerprint::of(token.expose_secret().trim());
        return guesses::hear(house, None, asker.address, by_token(house, fingerprint)).await;
    }
    let password = typed.password.as_ref().map_or("", |password| password.expose_secret());
    guesses::hear(house, Some(&typed.name), asker.address, by_password(house, &typed.name, password)).await
}

async fn by_token(house: &House, fingerprint: Fingerprint) -> Result<Option<Caller>, StoreError> {
    let now = house.clock.now();
    let Some(token) = house.access.token(fingerprint, now).await? else { return Ok(None) };
    if let Err(error) = house.access.token_used(fingerprint, now).await {
        tracing::warn!(%error, "that a token was used cannot be noted");
    }
    Ok(Some(Caller { name: token.name, role: token.role, person: token.person, way: Way::TokenSession }))
}

async fn by_password(house: &House, name: &str, password: &str) -> Result<Option<Caller>, StoreError> {
    let account = house.access.account(name).await?;
    // Also without an account, so that nobody learns by the time whether there is one.
    let is_right = house.passwords.verify(account.as_ref(), password).await;
    Ok(account.filter(|_| is_right).map(|account| Caller {
        name: account.name,
        role: account.role,
        person: None,
        way: Way::Password,
    }))
}

/// Which account was guessed at, for the audit log. What is no account's name may be a password that was typed in the
/// wrong place, and is kept nowhere.
async fn guessed(house: &House, typed: &Typed) -> String {
    if typed.token.is_some() {
        return "a token".to_owned();
    }
    match house.access.account(&typed.name).await {
        Ok(Some(account)) => account.name,
        Ok(None) | Err(_) => "no account".to_owned(),
    }
}

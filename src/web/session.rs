//! How does a browser stay signed in? By a cookie with a secret of which the store knows the fingerprint.
//!
//! Every sign-in begins a session of its own and ends the one that the browser had, so that a cookie planted before is
//! worth nothing after.

use axum::http::HeaderValue;
use chrono::TimeDelta;

use super::House;
use super::asker::{self, Asker};
use crate::access::{Caller, Role, Secret, Way};
use crate::ports::StoreError;
use crate::ports::access::Session;
use crate::site::access::AccessSettings;

/// Why no session could begin.
#[derive(Debug, thiserror::Error)]
pub(super) enum Unbegun {
    /// The store does not take it.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The system gives no randomness.
    #[error("the system gives no randomness")]
    NoRandomness,
    /// The cookie cannot be written.
    #[error("the cookie cannot be written")]
    NoCookie,
}

/// Begins a session for `caller` and ends the one that `asker` came with. The cookie to set.
pub(super) async fn begin(house: &House, asker: &Asker, caller: &Caller) -> Result<HeaderValue, Unbegun> {
    let secret = Secret::session((house.random)().ok_or(Unbegun::NoRandomness)?);
    let now = house.clock.now();
    let lifetime = lifetime(&house.current().site.settings.access, caller);
    let session = Session {
        fingerprint: secret.fingerprint(),
        name: caller.name.clone(),
        role: caller.role,
        person: caller.person.clone(),
        way: caller.way,
        began_at: now,
        expires_at: now + lifetime,
    };
    house.access.begin_session(&session).await?;
    end(house, asker).await?;
    let is_secure = asker::is_secure(house);
    set_cookie(asker::cookie_name(is_secure), secret.text(), "/", lifetime, is_secure).ok_or(Unbegun::NoCookie)
}

/// Ends the session that `asker` came with, if any.
pub(super) async fn end(house: &House, asker: &Asker) -> Result<(), StoreError> {
    if let Some(session) = asker.session {
        house.access.end_session(session).await?;
        house.askers.clear();
    }
    Ok(())
}

/// The cookie that takes the session's away.
pub(super) fn no_cookie(house: &House) -> Option<HeaderValue> {
    let is_secure = asker::is_secure(house);
    set_cookie(asker::cookie_name(is_secure), "", "/", TimeDelta::zero(), is_secure)
}

/// A cookie that no script reads, and that no other site sends along with what acts.
pub(super) fn set_cookie(
    name: &str,
    value: &str,
    path: &str,
    lifetime: TimeDelta,
    is_secure: bool,
) -> Option<HeaderValue> {
    let secure = if is_secure { "; Secure" } else { "" };
    let seconds = lifetime.num_seconds();
    let cookie = format!("{name}={value}; Path={path}; Max-Age={seconds}; HttpOnly; SameSite=Lax{secure}");
    HeaderValue::from_str(&cookie).ok()
}

fn lifetime(settings: &AccessSettings, caller: &Caller) -> TimeDelta {
    if caller.way == Way::TokenSession && caller.role == Role::Viewer {
        TimeDelta::days(settings.screen_session_days.into())
    } else {
        TimeDelta::hours(settings.session_hours.into())
    }
}

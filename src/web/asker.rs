//! Who asks, and from where? By a token in the request or the cookie of a session, each known by its fingerprint, or by
//! the header of a reverse proxy that the settings name.
//!
//! What the store said of a secret counts for two seconds, so that a thousand requests with one token cost it one query.
//! A token that is revoked, and a session that is ended elsewhere, work for no longer than that; while the
//! store cannot be asked, for a quarter of an hour.

use std::collections::HashMap;
use std::convert::Infallible;
use std::net::{IpAddr, SocketAddr};
use std::sync::{Mutex, PoisonError};

use axum::extract::FromRequestParts;
use axum::http::header::{AUTHORIZATION, COOKIE, HeaderMap};
use axum::http::request::Parts;
use chrono::{DateTime, TimeDelta, Utc};

use super::House;
use super::peer::Peer;
use crate::access::{Caller, Fingerprint, Role, Way};
use crate::ports::StoreError;
use crate::schedule::roster::Contact;
use crate::site::Site;
use crate::site::access::HeaderSettings;

/// How long an answer of the store counts.
const COUNTS_FOR: TimeDelta = TimeDelta::seconds(2);
/// The most letters of a header that names somebody, their groups included.
const LONGEST: usize = 8192;
/// How long it counts while the store cannot be asked: whoever was known keeps the way to whom to dial by hand. Nothing can
/// be written then.
const WITHOUT_STORE: TimeDelta = TimeDelta::minutes(15);
/// How many secrets are remembered at most; many more than this house has callers.
const REMEMBERED: usize = 4096;

/// The name of the session's cookie: the prefix makes browsers refuse it from anywhere but this host over TLS.
const SECURE_COOKIE: &str = "__Host-page-oncall";
/// The same where the service is reached without TLS, on this machine alone.
const PLAIN_COOKIE: &str = "page-oncall";

/// Whoever sent a request. In every request that the guard let through.
#[derive(Debug, Clone)]
pub(super) struct Asker {
    /// Who; `None` when nobody is known.
    pub caller: Option<Caller>,
    /// The address the request came from; `None` when that cannot be told.
    pub address: Option<IpAddr>,
    /// The session whose cookie was sent, for signing out.
    pub session: Option<Fingerprint>,
}

impl Asker {
    /// The caller's name, for the log of a page; empty when nobody is known.
    pub(super) fn name(&self) -> &str {
        self.caller.as_ref().map_or("", |caller| &caller.name)
    }
}

impl<S: Sync> FromRequestParts<S> for Asker {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Infallible> {
        // A request that no guard saw is nobody's.
        let nobody = Self { caller: None, address: None, session: None };
        Ok(parts.extensions.get::<Self>().cloned().unwrap_or(nobody))
    }
}

/// What the store said of secrets lately.
#[derive(Default)]
pub struct Memory(Mutex<HashMap<(Kind, Fingerprint), Said>>);

/// What the store said of a secret.
#[derive(Clone)]
struct Said {
    /// When.
    at: DateTime<Utc>,
    /// Whose it is; `None` when it is worth nothing.
    caller: Option<Caller>,
}

impl Said {
    fn counts(&self, now: DateTime<Utc>) -> bool {
        self.at <= now && now - self.at < COUNTS_FOR
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Kind {
    Token,
    Session,
}

impl Memory {
    fn get(&self, key: (Kind, Fingerprint), now: DateTime<Utc>) -> Option<Said> {
        let memory = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        memory.get(&key).filter(|said| said.counts(now)).cloned()
    }

    /// Somebody whom the store knew lately, for while it cannot be asked.
    fn known_before(&self, key: (Kind, Fingerprint), now: DateTime<Utc>) -> Option<Caller> {
        let memory = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let said = memory.get(&key).filter(|said| said.at <= now && now - said.at < WITHOUT_STORE)?;
        said.caller.clone()
    }

    fn put(&self, key: (Kind, Fingerprint), said: Said) {
        let mut memory = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if memory.len() >= REMEMBERED {
            let is_needed = |known: &Said| known.caller.is_some() && said.at - known.at < WITHOUT_STORE;
            memory.retain(|_, known| known.counts(said.at) || is_needed(known));
        }
        // Guesses by the thousand must not push out memory for those who belong here, nor grow it without end.
        if memory.len() < REMEMBERED {
            memory.insert(key, said);
        }
    }

    /// Forgets everything, so that what just changed holds at once in this process.
    pub(super) fn clear(&self) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }
}

/// Who sent this request. What the sender proves counts before what a proxy says of them.
pub(super) async fn of(house: &House, headers: &HeaderMap, peer: Option<Peer>) -> Result<Asker, StoreError> {
    let current = house.current();
    let settings = &current.site.settings;
    let peer = peer.and_then(Peer::address);
    let proxy = settings.access.header.as_ref().filter(|proxy| is_of(proxy, peer));
    let address = proxy.and_then(|proxy| client(proxy, headers)).or(peer);
    if let Some(token) = bearer(headers) {
        let caller = known(house, Kind::Token, Fingerprint::of(token)).await?;
        return Ok(Asker { caller, address, session: None });
    }
    let session = cookie(headers, cookie_name(settings.serve.is_secure())).map(Fingerprint::of);
    let mut caller = match session {
        Some(session) => known(house, Kind::Session, session).await?,
        None => None,
    };
    if caller.is_none() {
        caller = proxy.and_then(|proxy| named(&current.site, proxy, headers));
    }
    Ok(Asker { caller, address, session })
}

/// Whether the proxy itself sent the request: only the other end of the connection counts, never a header.
fn is_of(proxy: &HeaderSettings, peer: Option<IpAddr>) -> bool {
    peer.is_some_and(|peer| proxy.from.iter().any(|network| network.contains(&peer)))
}

/// The address that the proxy added last: what stands before it, anybody may have written.
fn client(proxy: &HeaderSettings, headers: &HeaderMap) -> Option<IpAddr> {
    let value = headers.get_all(proxy.client.as_deref()?).into_iter().next_back()?.to_str().ok()?;
    let last = value.rsplit(',').next()?.trim();
    let address = last.parse().or_else(|_| last.parse().map(|with_port: SocketAddr| with_port.ip())).ok()?;
    Some(IpAddr::to_canonical(&address))
}

/// Whom the proxy names, if they have a role here. A header that stands twice names nobody: one of them may be of whoever
/// asked the proxy.
fn named(site: &Site, proxy: &HeaderSettings, headers: &HeaderMap) -> Option<Caller> {
    let user = text(headers, proxy.user.as_deref()?)?;
    let groups: Vec<String> = match proxy.groups.as_deref().and_then(|name| text(headers, name)) {
        Some(groups) => groups.split(&proxy.separator.0).map(|group| group.trim().to_owned()).collect(),
        None => Vec::new(),
    };
    let role = site.settings.access.role(Some(user), &groups)?;
    Some(Caller { name: user.to_owned(), role, person: person(site, role, Some(user)), way: Way::Header })
}

fn text<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    let mut values = headers.get_all(name).into_iter();
    let value = values.next().filter(|_| values.next().is_none())?;
    let text = std::str::from_utf8(value.as_bytes()).ok()?.trim();
    (!text.is_empty() && text.chars().count() <= LONGEST && !text.chars().any(char::is_control)).then_some(text)
}

/// Whose pages a technician answers: those of the contact with their e-mail address.
pub(super) fn person(site: &Site, role: Role, email: Option<&str>) -> Option<String> {
    let email = email.filter(|_| role == Role::Technician)?;
    let is_theirs = |contact: &&Contact| contact.email.as_deref().is_some_and(|it| it.eq_ignore_ascii_case(email));
    let mut contacts = site.roster.contacts().iter().filter(is_theirs);
    // An address that two contacts share says of neither that it is theirs.
    contacts.next().filter(|_| contacts.next().is_none()).map(|contact| contact.name.to_string())
}

async fn known(house: &House, kind: Kind, fingerprint: Fingerprint) -> Result<Option<Caller>, StoreError> {
    let now = house.clock.now();
    if let Some(said) = house.askers.get((kind, fingerprint), now) {
        return Ok(said.caller);
    }
    let told =
        match kind {
            Kind::Token => house.access.token(fingerprint, now).await.map(|token| {
                token.map(|token| Caller { name: token.name, role: token.role, person: token.person, way: Way::Token })
            }),
            Kind::Session => house.access.session(fingerprint, now).await.map(|session| {
                session.map(|it| Caller { name: it.name, role: it.role, person: it.person, way: it.way })
            }),
        };
    let caller = match told {
        Ok(caller) => caller,
        // Whoever is in the middle of paging must still learn whom to dial by hand.
        Err(error) => return house.askers.known_before((kind, fingerprint), now).map(Some).ok_or(error),
    };
    if kind == Kind::Token && caller.is_some() {
        let access = house.access.clone();
        // That it was used is for people to look at; the request goes on without waiting.
        tokio::spawn(async move {
            if let Err(error) = access.token_used(fingerprint, now).await {
                tracing::warn!(%error, "that a token was used cannot be noted");
            }
        });
    }
    house.askers.put((kind, fingerprint), Said { at: now, caller: caller.clone() });
    Ok(caller)
}

/// Whether browsers reach this house over TLS only.
pub(super) fn is_secure(house: &House) -> bool {
    house.current().site.settings.serve.is_secure()
}

/// The name of the session's cookie.
pub(super) fn cookie_name(is_secure: bool) -> &'static str {
    if is_secure { SECURE_COOKIE } else { PLAIN_COOKIE }
}

/// The token of `Authorization: Bearer …`.
fn bearer(headers: &HeaderMap) -> Option<&str> {
    let (scheme, token) = headers.get(AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}

/// The value of a cookie.
pub(super) fn cookie<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    let cookies = headers.get_all(COOKIE).into_iter().filter_map(|value| value.to_str().ok());
    let mut pairs = cookies.flat_map(|cookies| cookies.split(';')).filter_map(|pair| pair.trim().split_once('='));
    pairs.find(|(found, _)| *found == name).map(|(_, value)| value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn guesses_by_the_thousand_push_out_nobody_who_belongs_here() {
        let memory = Memory::default();
        let at = |second| DateTime::from_timestamp(second, 0).unwrap();
        let key = |text: &str| (Kind::Token, Fingerprint::of(text));
        let kim = Caller { name: "kim".to_owned(), role: Role::Agent, person: None, way: Way::Token };
        memory.put(key("kim"), Said { at: at(0), caller: Some(kim.clone()) });
        for guess in 0..3 * REMEMBERED {
            let second = 10 + i64::try_from(guess / REMEMBERED * 10).unwrap();
            memory.put(key(&guess.to_string()), Said { at: at(second), caller: None });
        }
        assert!(memory.0.lock().unwrap().len() <= REMEMBERED);
        assert_eq!(memory.known_before(key("kim"), at(60)), Some(kim.clone()));
        assert_eq!(memory.known_before(key("kim"), at(900)), None);
        // Whose memory has ended makes room again.
        for later in 0..2 * REMEMBERED {
            memory.put(key(&format!("later {later}")), Said { at: at(2_000), caller: Some(kim.clone()) });
        }
        memory.put(key("late"), Said { at: at(5_000), caller: Some(kim.clone()) });
        assert_eq!(memory.known_before(key("late"), at(5_000)), Some(kim));
    }
}

//! What does the link of somebody's calendar prove? Who they are, for reading calendars alone, until they make a new one.
//!
//! Derived from a key of the holder's own, which the store keeps and a new link replaces. The link says who it is for, so
//! that the key can be found, with a code over that which nobody can make without the key.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{DateTime, TimeDelta, Utc};
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use subtle::ConstantTimeEq;

use super::caller::{Caller, Way};
use super::role::Role;

/// Bytes of the code.
const CODE: usize = 20;
/// The longest text of who a link is for, in bytes: what is longer was never made here.
const LONGEST: usize = 1024;
/// How long a link is worth something whose holder this house cannot look up.
const UNSEEN_COUNTS_FOR: TimeDelta = TimeDelta::days(365);

/// Where a holder is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Origin {
    /// Among this house's API tokens.
    Token,
    /// Among this house's accounts.
    Account,
    /// At the provider of single sign-on.
    SingleSignOn,
    /// At a trusted reverse proxy.
    Header,
}

/// Whom a link is for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Holder {
    /// Where they are known.
    pub origin: Origin,
    /// Their name there.
    pub name: String,
    /// What they are.
    pub role: Role,
    /// Their name in the contacts, where they are a technician.
    pub person: Option<String>,
}

/// A holder's key, with the instant at which it was made.
#[derive(Clone)]
pub struct CalendarKey([u8; 32]);

impl std::fmt::Debug for CalendarKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("CalendarKey(…)")
    }
}

/// A link's token as somebody sent it: well formed, not yet proved.
#[derive(Clone, PartialEq, Eq)]
pub struct Claim {
    code: [u8; CODE],
    /// Whom it says it is for.
    pub holder: Holder,
}

impl Origin {
    const ALL: [Self; 4] = [Self::Token, Self::Account, Self::SingleSignOn, Self::Header];

    fn word(self) -> &'static str {
        match self {
            Self::Token => "token",
            Self::Account => "account",
            Self::SingleSignOn => "single-sign-on",
            Self::Header => "header",
        }
    }
}

impl Holder {
    /// The holder that somebody is; `None` for whoever came by the link of a message.
    pub fn of(caller: &Caller) -> Option<Self> {
        let origin = match caller.way {
            Way::Token | Way::TokenSession => Origin::Token,
            Way::Password => Origin::Account,
            Way::SingleSignOn => Origin::SingleSignOn,
            Way::Header => Origin::Header,
            Way::Link => return None,
        };
        Some(Self { origin, name: caller.name.clone(), role: caller.role, person: caller.person.clone() })
    }

    /// Under which name the store keeps their key.
    pub fn key_name(&self) -> String {
        format!("calendar/{}/{}", self.origin.word(), self.name)
    }

    fn text(&self) -> String {
        // Names have no line ends; a name that had one would not be read again as it was written, and prove nothing.
        [self.origin.word(), self.role.word(), &self.name, self.person.as_deref().unwrap_or_default()].join("\n")
    }

    fn read(text: &str) -> Option<Self> {
        let mut parts = text.split('\n');
        let (origin, role, name, person) = (parts.next()?, parts.next()?, parts.next()?, parts.next()?);
        Some(Self {
            origin: Origin::ALL.into_iter().find(|known| known.word() == origin)?,
            name: name.to_owned(),
            role: role.parse().ok()?,
            person: (!person.is_empty()).then(|| person.to_owned()),
        })
        .filter(|_| parts.next().is_none())
    }
}

impl CalendarKey {
    /// The key that the store keeps.
    pub fn new(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// What the store is to keep for a link that is made at `at` of these random bytes.
    pub fn made(random: [u8; 32], at: DateTime<Utc>) -> [u8; 32] {
        Self::with_time(random, at.timestamp())
    }

    /// What the store is to keep of a link that was ended: it proves nothing.
    pub fn ended(random: [u8; 32]) -> [u8; 32] {
        Self::with_time(random, 0)
    }

    fn with_time(mut random: [u8; 32], seconds: i64) -> [u8; 32] {
        if let Some(last) = random.last_chunk_mut::<8>() {
            *last = seconds.to_be_bytes();
        }
        random
    }

    /// When it was made; `None` when it was ended.
    pub fn made_at(&self) -> Option<DateTime<Utc>> {
        let seconds = i64::from_be_bytes(*self.0.last_chunk::<8>()?);
        DateTime::from_timestamp(seconds, 0).filter(|_| seconds != 0)
    }

    /// From when the link is worth nothing; `None` when that depends on whether its holder is still known here.
    pub fn expires_at(&self, holder: &Holder) -> Option<DateTime<Utc>> {
        match holder.origin {
            Origin::Token | Origin::Account => None,
            Origin::SingleSignOn | Origin::Header => self.made_at()?.checked_add_signed(UNSEEN_COUNTS_FOR),
        }
    }

    /// The token of a holder.
    pub fn token(&self, holder: &Holder) -> String {
        let text = holder.text();
        let mut bytes = self.code(&text).to_vec();
        bytes.extend(text.into_bytes());
        URL_SAFE_NO_PAD.encode(bytes)
    }

    /// Whether the claim was made with this key, which was not ended; takes as long for every wrong one.
    pub fn proves(&self, claim: &Claim) -> bool {
        bool::from(self.code(&claim.holder.text()).ct_eq(&claim.code)) && self.made_at().is_some()
    }

    fn code(&self, text: &str) -> [u8; CODE] {
        let mut code = [0; CODE];
        if let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(&self.0) {
            mac.update(text.as_bytes());
            for (to, from) in code.iter_mut().zip(mac.finalize().into_bytes()) {
                *to = from;
            }
        }
        code
    }
}

impl Claim {
    /// Reads a token; `None` when it cannot be one.
    pub fn read(token: &str) -> Option<Self> {
        if token.len() > LONGEST {
            return None;
        }
        let bytes = URL_SAFE_NO_PAD.decode(token).ok()?;
        let (code, text) = bytes.split_first_chunk::<CODE>()?;
        Some(Self { code: *code, holder: Holder::read(std::str::from_utf8(text).ok()?)? })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(second, 0).unwrap()
    }

    fn ada() -> Holder {
        let person = Some("Ada Ruiz".to_owned());
        Holder { origin: Origin::Token, name: "phone".to_owned(), role: Role::Technician, person }
    }

    #[test]
    fn a_link_is_of_one_holder_and_of_one_key() {
        let key = CalendarKey::new(CalendarKey::made([1; 32], at(1_000)));
        let claim = Claim::read(&key.token(&ada())).unwrap();
        assert_eq!((&claim.holder, claim.holder.key_name().as_str()), (&ada(), "calendar/token/phone"));
        assert!(key.proves(&claim));
        assert_eq!(key.made_at(), Some(at(1_000)));
        assert!(!CalendarKey::new(CalendarKey::made([2; 32], at(1_000))).proves(&claim));
        for other in [
            Holder { role: Role::Supervisor, ..ada() },
            Holder { person: Some("Ben Okafor".to_owned()), ..ada() },
            Holder { person: None, ..ada() },
            Holder { origin: Origin::Account, ..ada() },
            Holder { name: "phone2".to_owned(), ..ada() },
        ] {
            assert!(!key.proves(&Claim { holder: other, ..claim.clone() }));
        }
    }

    #[test]
    fn an_ended_link_proves_nothing_not_even_with_its_own_key() {
        let key = CalendarKey::new(CalendarKey::ended([1; 32]));
        assert_eq!(key.made_at(), None);
        assert!(!key.proves(&Claim::read(&key.token(&ada())).unwrap()));
    }

    #[test]
    fn what_is_no_token_is_no_claim() {
        let two_people = Holder { person: Some("Ada\nBen".to_owned()), ..ada() };
        let key = CalendarKey::new(CalendarKey::made([1; 32], at(1)));
        let long = Holder { name: "a".repeat(2_000), ..ada() };
        for text in ["", "a", "%", &"A".repeat(27), &"A".repeat(64), &key.token(&two_people), &key.token(&long)] {
            assert!(Claim::read(text).is_none(), "{text}");
        }
    }

    #[test]
    fn who_cannot_be_looked_up_needs_a_new_link_after_a_year() {
        let key = CalendarKey::new(CalendarKey::made([1; 32], at(0) + TimeDelta::days(1)));
        assert_eq!(key.expires_at(&ada()), None);
        let elsewhere = Holder { origin: Origin::SingleSignOn, ..ada() };
        assert_eq!(key.expires_at(&elsewhere), Some(at(0) + TimeDelta::days(366)));
    }
}

//! Who has guessed wrongly too often? Hears guesses at one account, and those from one address, one after the other.
//!
//! The rule is `access::throttle`; wrong guesses are kept by the store. Subjects are kept as fingerprints: people type
//! passwords where their name belongs.

use std::future::Future;
use std::net::{IpAddr, Ipv6Addr};

use chrono::TimeDelta;
use tokio::sync::{Mutex, MutexGuard};

use super::super::House;
use crate::access::Fingerprint;
use crate::access::throttle::{COUNTS_FOR, FREE_FOR_ACCOUNT, FREE_FOR_ADDRESS, not_before};
use crate::ports::StoreError;

/// How many gates there are of each kind; subjects share them by their fingerprint.
const GATES: usize = 64;

/// What a guess led to.
pub(super) enum Heard<T> {
    /// It was right.
    Right(T),
    /// It was wrong.
    Wrong,
    /// It was not heard: another is, after this long.
    Wait(TimeDelta),
}

/// Lets one guess at a time through for each subject, so that a thousand at once count as a thousand.
pub struct Guesses {
    accounts: [Mutex<()>; GATES],
    addresses: [Mutex<()>; GATES],
}

impl Default for Guesses {
    fn default() -> Self {
        let gates = || std::array::from_fn(|_| Mutex::new(()));
        Self { accounts: gates(), addresses: gates() }
    }
}

/// What is guessed at, or from where, as the store knows it.
struct Subject {
    key: String,
    free: usize,
}

impl Subject {
    fn new(kind: &str, what: &str, free: usize) -> Self {
        use std::fmt::Write as _;
        let Fingerprint(bytes) = Fingerprint::of(what);
        let mut key = format!("{kind}:");
        for byte in bytes {
            let _infallible = write!(key, "{byte:02x}");
        }
        Self { key, free }
    }

    fn gate<'a>(&self, gates: &'a [Mutex<()>; GATES]) -> Option<&'a Mutex<()>> {
        let sum = self.key.bytes().fold(0_usize, |sum, byte| sum.wrapping_mul(31).wrapping_add(byte.into()));
        gates.get(sum % GATES)
    }
}

/// Hears a guess at `account` that came from `address`, unless it must wait; `guess` finds out whether it is right.
pub(super) async fn hear<T>(
    house: &House,
    account: Option<&str>,
    address: Option<IpAddr>,
    guess: impl Future<Output = Result<Option<T>, StoreError>>,
) -> Result<Heard<T>, StoreError> {
    let account = account.map(|name| Subject::new("account", name, FREE_FOR_ACCOUNT));
    let address = address.map(|address| Subject::new("address", &network(address).to_string(), FREE_FOR_ADDRESS));
    let _at_account = pass(account.as_ref(), &house.guesses.accounts).await;
    let _at_address = pass(address.as_ref(), &house.guesses.addresses).await;
    let subjects = [account, address];
    let subjects = || subjects.iter().flatten();
    let now = house.clock.now();
    let mut wait = TimeDelta::zero();
    for subject in subjects() {
        let wrong = house.access.wrong_guesses(&subject.key, now - COUNTS_FOR).await?;
        if let Some(until) = not_before(&wrong, subject.free) {
            wait = wait.max(until - now);
        }
    }
    if wait > TimeDelta::zero() {
        return Ok(Heard::Wait(wait));
    }
    let right = guess.await?;
    for subject in subjects() {
        if right.is_some() {
            house.access.guessed_right(&subject.key).await?;
        } else {
            house.access.guessed_wrong(&subject.key, house.clock.now()).await?;
        }
    }
    Ok(right.map_or(Heard::Wrong, Heard::Right))
}

async fn pass<'a>(subject: Option<&Subject>, gates: &'a [Mutex<()>; GATES]) -> Option<MutexGuard<'a, ()>> {
    match subject.and_then(|subject| subject.gate(gates)) {
        Some(gate) => Some(gate.lock().await),
        None => None,
    }
}

/// What counts as one address: a customer of IPv6 has 2^64 of them.
fn network(address: IpAddr) -> IpAddr {
    match address {
        IpAddr::V4(_) => address,
        IpAddr::V6(address) => Ipv6Addr::from_bits(address.to_bits() & !u128::from(u64::MAX)).into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_subject_is_kept_without_what_somebody_typed() {
        let subject = Subject::new("account", "hunter2 by mistake", 5);
        assert!(!subject.key.contains("hunter2") && subject.key.len() == "account:".len() + 64);
        assert_ne!(subject.key, Subject::new("address", "hunter2 by mistake", 5).key);
        assert!(subject.gate(&Guesses::default().accounts).is_some());
    }

    #[test]
    fn all_addresses_of_one_customer_are_one() {
        let network = |text: &str| network(text.parse().unwrap()).to_string();
        assert_eq!(network("2001:db8:1:2:aaaa::1"), network("2001:db8:1:2:bbbb::2"));
        assert_ne!(network("2001:db8:1:2::1"), network("2001:db8:1:3::1"));
        assert_eq!(network("192.0.2.7"), "192.0.2.7");
    }
}

//! Will the people of the night come in over HTTP? Single sign-on answers, and an account stands by for when it does not.

use std::sync::Arc;

use super::adapters::{self, Stores};
use super::clock::MachineClock;
use super::doctor::Look;
use crate::ports::Clock;
use crate::proof::finding::Finding;
use crate::wording::doctor_access as words;

/// What is found where people sign in by somebody else's word; nothing where only tokens and accounts let in.
pub(super) async fn findings(look: &Look<'_>, stores: Option<&Stores>) -> Vec<Finding> {
    let access = &look.loaded.site.settings.access;
    let by_header = access.header.as_ref().is_some_and(|header| header.user.is_some());
    if access.single_sign_on.is_none() && !by_header {
        return Vec::new();
    }
    let mut findings = Vec::new();
    let accounts = match stores {
        Some(stores) => stores.access.accounts().await.map_err(|error| error.to_string()),
        None => Ok(Vec::new()),
    };
    findings.push(words::break_glass(accounts.map(|accounts| accounts.into_iter().map(|it| it.name).collect())));
    let Some(settings) = &access.single_sign_on else { return findings };
    let clock: Arc<dyn Clock> = Arc::new(MachineClock::real());
    let answer = match adapters::single_sign_on(look.loaded, look.environment, clock) {
        Ok(Some(provider)) => provider.look().await.map(drop).map_err(|error| error.to_string()),
        Ok(None) => Ok(()),
        Err(error) => Err(error.message),
    };
    findings.push(words::single_sign_on(&settings.issuer, answer));
    findings
}

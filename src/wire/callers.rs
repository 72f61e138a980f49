//! Who makes the site's calls, and who signs what is called back about them? By its own account, or by that of the texts.

use super::adapters::{given, secret, sms_account, sms_secret};
use super::environment::Environment;
use super::load::Loaded;
use crate::decision::ladder::Channel;
use crate::delivery::{TwilioAccount, TwilioCall, TwilioCallSettings, TwilioCredentials, TwilioSettings};
use crate::desk::error::CommandError;
use crate::site::settings::variable_part;

/// A caller of the settings, and what it may take from an SMS account: everything, when it names none of its own or the
/// same one.
pub(super) struct Caller<'a> {
    pub(super) settings: &'a TwilioCallSettings,
    /// Whether it is the channel's first, which the variables without a name belong to.
    pub(super) first: bool,
    pub(super) loaded: &'a Loaded,
    pub(super) environment: &'a Environment,
}

impl<'a> Caller<'a> {
    fn texts(&self) -> Option<(usize, &'a TwilioSettings)> {
        let own = self.settings.account_sid.as_ref();
        let is_shared = |texts: &&TwilioSettings| own.is_none_or(|own| *own == texts.account_sid);
        self.loaded.site.settings.delivery.sms.iter().enumerate().find(|(_, texts)| is_shared(texts))
    }

    fn account_sid(&self) -> String {
        let texts = self.texts().map(|(_, texts)| &texts.account_sid);
        self.settings.account_sid.as_ref().or(texts).cloned().unwrap_or_default()
    }

    /// The secret that is the caller's own, with the API key that it belongs to.
    fn own_secret(&self) -> Result<Option<TwilioCredentials>, CommandError> {
        let variable = format!("PAGE_ONCALL_VOICE_TOKEN_{}", variable_part(&self.settings.name));
        let given = given(self.environment, &variable, self.environment.voice_token.as_ref().filter(|_| self.first));
        let secret = secret(given, self.settings.auth_token_file.as_deref(), &self.loaded.folder)?;
        Ok(secret.map(|secret| TwilioCredentials { api_key_sid: self.settings.api_key_sid.clone(), secret }))
    }

    fn credentials(&self) -> Result<TwilioCredentials, CommandError> {
        match (self.own_secret()?, self.texts()) {
            (Some(own), _) => Ok(own),
            (None, Some((place, texts))) => {
                let secret = sms_secret(texts, place == 0, self.environment, &self.loaded.folder)?;
                Ok(TwilioCredentials { api_key_sid: texts.api_key_sid.clone(), secret })
            }
            (None, None) => Err(CommandError::usage("[delivery.voice] has no secret")
                .hint("set PAGE_ONCALL_VOICE_TOKEN, or auth_token_file = \"FILE\" under [delivery.voice]")),
        }
    }

    /// The provider, with callbacks where the site has a public address.
    pub(super) fn provider(&self) -> Result<TwilioCall, CommandError> {
        let base_url = self.texts().map(|(_, texts)| texts.base_url.clone());
        let settings = TwilioCallSettings {
            account_sid: Some(self.account_sid()),
            base_url: self.settings.base_url.clone().or(base_url),
            ..self.settings.clone()
        };
        let public = self.loaded.site.settings.serve.public_url.clone();
        let caller = TwilioCall::new(&settings, self.credentials()?);
        Ok(caller.map_err(|error| CommandError::usage(error.to_string()))?.with_callbacks(public))
    }

    /// The account whose token signs what calls report.
    pub(super) fn account(&self) -> Result<TwilioAccount, CommandError> {
        let variable = format!("PAGE_ONCALL_VOICE_SIGNING_TOKEN_{}", variable_part(&self.settings.name));
        let of_the_first = self.environment.voice_signing_token.as_ref().filter(|_| self.first);
        let given = given(self.environment, &variable, of_the_first);
        let signing = secret(given, self.settings.signing_token_file.as_deref(), &self.loaded.folder)?;
        let token = match (signing, self.own_secret()?, self.texts()) {
            (Some(token), ..) => token,
            (None, Some(TwilioCredentials { api_key_sid: None, secret }), _) => secret,
            (None, _, Some((place, texts))) => {
                sms_account(texts, place == 0, self.environment, &self.loaded.folder)?.token
            }
            (None, ..) => {
                return Err(CommandError::usage(
                    "[serve] public_url needs the calling account's auth token, which signs callbacks",
                )
                .hint("set PAGE_ONCALL_VOICE_SIGNING_TOKEN, or signing_token_file = \"FILE\" under [delivery.voice]"));
            }
        };
        Ok(TwilioAccount {
            name: self.settings.name.clone(),
            channel: Channel::Voice,
            account_sid: self.account_sid(),
            number: Some(self.settings.from.clone()),
            token,
        })
    }
}

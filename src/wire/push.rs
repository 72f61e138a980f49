//! Which chat rooms and push services does the site name? Built from the settings and their secrets.

use std::sync::Arc;

use secrecy::SecretString;

use super::adapters::secret;
use super::environment::Environment;
use super::load::Loaded;
use crate::delivery::{ChatRoom, Ntfy, Pushover, SetupError};
use crate::desk::error::CommandError;
use crate::ports::Provider;
use crate::site::settings::variable_part;

/// The rooms and services, in the order of the settings.
pub(super) fn providers(loaded: &Loaded, environment: &Environment) -> Result<Vec<Arc<dyn Provider>>, CommandError> {
    let delivery = &loaded.site.settings.delivery;
    let unusable = |error: SetupError| CommandError::usage(error.to_string());
    let needed = |table: &str, variable: &str, file: Option<&str>, key: &str| -> Result<SecretString, CommandError> {
        secret(environment.named_secrets.get(variable), file, &loaded.folder)?.ok_or_else(|| {
            CommandError::usage(format!("[delivery.{table}] has no secret"))
                .hint(format!("set {variable}, or {key} = \"FILE\" under [delivery.{table}]"))
        })
    };
    let mut providers: Vec<Arc<dyn Provider>> = Vec::new();
    for settings in &delivery.chat {
        let variable = format!("PAGE_ONCALL_CHAT_URL_{}", variable_part(&settings.name));
        let url = needed("chat", &variable, settings.url_file.as_deref(), "url_file")?;
        providers.push(Arc::new(ChatRoom::new(settings, &url).map_err(unusable)?));
    }
    if let Some(settings) = &delivery.ntfy {
        let token = needed("ntfy", "PAGE_ONCALL_NTFY_TOKEN", settings.token_file.as_deref(), "token_file")?;
        let reply = environment.named_secrets.get("PAGE_ONCALL_NTFY_REPLY_TOKEN");
        let reply = secret(reply, settings.reply_token_file.as_deref(), &loaded.folder)?;
        providers.push(Arc::new(Ntfy::new(settings, token, reply).map_err(unusable)?));
    }
    if let Some(settings) = &delivery.pushover {
        let token = needed("pushover", "PAGE_ONCALL_PUSHOVER_TOKEN", settings.token_file.as_deref(), "token_file")?;
        providers.push(Arc::new(Pushover::new(settings, token).map_err(unusable)?));
    }
    Ok(providers)
}

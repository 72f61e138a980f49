//! What did the person who started us say? The one file that may read arguments and environment variables.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::PathBuf;

/// What the variables begin with that hold the secret of a provider by its name.
const NAMED: [&str; 8] = [
    "PAGE_ONCALL_SMS_TOKEN_",
    "PAGE_ONCALL_SMS_SIGNING_TOKEN_",
    "PAGE_ONCALL_VOICE_TOKEN_",
    "PAGE_ONCALL_VOICE_SIGNING_TOKEN_",
    "PAGE_ONCALL_MAIL_PASSWORD_",
    "PAGE_ONCALL_CHAT_URL_",
    "PAGE_ONCALL_NTFY_",
    "PAGE_ONCALL_PUSHOVER_",
];

/// Arguments, variables and the working folder, read once at the start.
#[derive(Debug, Clone, Default)]
pub(super) struct Environment {
    /// The command line, the program's name first.
    pub arguments: Vec<OsString>,
    /// `PAGE_ONCALL_CONFIG`.
    pub config: Option<PathBuf>,
    /// `XDG_CONFIG_HOME`, or `$HOME/.config`.
    pub config_home: Option<PathBuf>,
    /// Whether `NO_COLOR` is set to anything.
    pub no_color: bool,
    /// `PAGE_ONCALL_TOKEN`: what this machine is known by to the service of another one.
    pub token: Option<secrecy::SecretString>,
    /// `PAGE_ONCALL_LOG`: which log lines to show.
    pub log: Option<String>,
    /// `PAGE_ONCALL_SMS_TOKEN`, the secret of the SMS account.
    pub sms_token: Option<secrecy::SecretString>,
    /// `PAGE_ONCALL_VOICE_TOKEN`, the secret of the account that calls, where it is not that of the SMS account.
    pub voice_token: Option<secrecy::SecretString>,
    /// `PAGE_ONCALL_VOICE_SIGNING_TOKEN`, that account's auth token where the secret above is an API key's.
    pub voice_signing_token: Option<secrecy::SecretString>,
    /// `PAGE_ONCALL_SMS_SIGNING_TOKEN`, the account's auth token where the secret above is an API key's.
    pub sms_signing_token: Option<secrecy::SecretString>,
    /// `PAGE_ONCALL_MAIL_PASSWORD`, the secret of the mail account.
    pub mail_password: Option<secrecy::SecretString>,
    /// `PAGE_ONCALL_SSO_SECRET`, what this house shows the provider of single sign-on.
    pub sso_secret: Option<secrecy::SecretString>,
    /// `PAGE_ONCALL_STORE_PASSWORD`, the secret of the database server.
    pub store_password: Option<secrecy::SecretString>,
    /// `PAGE_ONCALL_SMS_TOKEN_<NAME>` and its like: the secrets of named providers, by the variable's whole name.
    pub named_secrets: BTreeMap<String, secrecy::SecretString>,
    /// `GOOGLE_APPLICATION_CREDENTIALS`: the key file, where `[google]` names none.
    pub google_key_file: Option<PathBuf>,
    /// `HTTPS_PROXY`, else `ALL_PROXY`, in either case; it may hold a password.
    pub https_proxy: Option<secrecy::SecretString>,
    /// `NO_PROXY`, in either case.
    pub no_proxy: Option<String>,
    /// Whether a service manager wants to hear of this process: `NOTIFY_SOCKET` is set.
    pub notify_socket: bool,
    /// Whether it wants signs of life: `WATCHDOG_USEC` is set.
    pub watchdog: bool,
    /// The login name of the person at the keyboard, for the log of who did what.
    pub user: Option<String>,
}

impl Environment {
    /// Reads them from the process.
    #[allow(clippy::disallowed_methods, reason = "this file owns the environment")]
    pub(super) fn read() -> Self {
        let text = |name: &str| std::env::var(name).ok().filter(|value| !value.is_empty());
        let path = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
        Self {
            arguments: std::env::args_os().collect(),
            config: path("PAGE_ONCALL_CONFIG"),
            config_home: path("XDG_CONFIG_HOME").or_else(|| path("HOME").map(|home| home.join(".config"))),
            no_color: std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty()),
            token: text("PAGE_ONCALL_TOKEN").map(Into::into),
            log: text("PAGE_ONCALL_LOG"),
            sms_token: text("PAGE_ONCALL_SMS_TOKEN").map(Into::into),
            voice_token: text("PAGE_ONCALL_VOICE_TOKEN").map(Into::into),
            voice_signing_token: text("PAGE_ONCALL_VOICE_SIGNING_TOKEN").map(Into::into),
            sms_signing_token: text("PAGE_ONCALL_SMS_SIGNING_TOKEN").map(Into::into),
            mail_password: text("PAGE_ONCALL_MAIL_PASSWORD").map(Into::into),
            sso_secret: text("PAGE_ONCALL_SSO_SECRET").map(Into::into),
            store_password: text("PAGE_ONCALL_STORE_PASSWORD").map(Into::into),
            named_secrets: std::env::vars_os()
                .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
                .filter(|(name, value)| NAMED.iter().any(|start| name.starts_with(start)) && !value.is_empty())
                .map(|(name, value)| (name, value.into()))
                .collect(),
            google_key_file: path("GOOGLE_APPLICATION_CREDENTIALS"),
            https_proxy: ["HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"]
                .into_iter()
                .find_map(text)
                .map(Into::into),
            no_proxy: text("NO_PROXY").or_else(|| text("no_proxy")),
            notify_socket: text("NOTIFY_SOCKET").is_some(),
            watchdog: text("WATCHDOG_USEC").is_some(),
            user: text("USER").or_else(|| text("LOGNAME")),
        }
    }
}

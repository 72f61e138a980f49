//! Who may come in over HTTP, by which way, and for how long? `[access]`.

use std::collections::BTreeMap;

use ipnet::IpNet;
use serde::de::Error as _;
use serde::{Deserialize, Deserializer};

use crate::access::Role;

/// `[access]`.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct AccessSettings {
    /// Hours after which somebody who signed in with a browser signs in again.
    pub session_hours: u32,
    /// Days after which a screen that signed in with a viewer's token does. It hangs on a wall, and nobody is there.
    pub screen_session_days: u32,
    /// The reverse proxy that says who asks, and from where.
    pub header: Option<HeaderSettings>,
    /// The provider that people sign in with.
    pub single_sign_on: Option<SingleSignOnSettings>,
    /// Who has which role, of those whom the header or the provider names.
    pub roles: BTreeMap<Role, Members>,
}

/// `[access.header]`.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct HeaderSettings {
    /// The header with the person's name or address.
    pub user: Option<String>,
    /// The header with their groups.
    pub groups: Option<String>,
    /// What stands between two groups.
    #[serde(deserialize_with = "separator")]
    pub separator: Separator,
    /// The header to whose end the proxy adds the address of its own peer, as `X-Forwarded-For`.
    pub client: Option<String>,
    /// The addresses and networks of the proxy. Whoever asks from elsewhere is not believed.
    #[serde(deserialize_with = "networks")]
    pub from: Vec<IpNet>,
}

/// What stands between two groups in a header.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Separator(pub String);

impl Default for Separator {
    fn default() -> Self {
        Self(";".to_owned())
    }
}

/// `[access.single_sign_on]`.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SingleSignOnSettings {
    /// Where discovery starts: `https://login.example.edu`.
    pub issuer: String,
    /// What the provider calls this house.
    pub client_id: String,
    /// The file with the client's secret, where `PAGE_ONCALL_SSO_SECRET` has none. A public client has neither.
    #[serde(default)]
    pub client_secret_file: Option<String>,
    /// What is asked for besides `openid`.
    #[serde(default = "scopes")]
    pub scopes: Vec<String>,
    /// The claim with the person's groups: a list, or one name.
    #[serde(default = "groups")]
    pub groups_claim: String,
    /// The claim with their name.
    #[serde(default = "name")]
    pub name_claim: String,
    /// The claim with their e-mail address.
    #[serde(default = "email")]
    pub email_claim: String,
    /// Root certificates trusted besides the system's.
    #[serde(default)]
    pub ca_file: Option<String>,
    /// How long one request to the provider may take.
    #[serde(default = "ten")]
    pub timeout_s: u32,
}

/// `[access.roles.ROLE]`.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Members {
    /// Groups whose members have the role.
    pub groups: Vec<String>,
    /// People who have it, by the header's word or their verified e-mail address.
    pub users: Vec<String>,
}

impl Default for AccessSettings {
    fn default() -> Self {
        Self { session_hours: 12, screen_session_days: 90, header: None, single_sign_on: None, roles: BTreeMap::new() }
    }
}

impl AccessSettings {
    /// What somebody is: the strongest of their roles; `None` when they have none.
    pub fn role(&self, user: Option<&str>, groups: &[String]) -> Option<Role> {
        let has = |members: &Members| {
            members.groups.iter().any(|group| groups.contains(group))
                || user.is_some_and(|user| members.users.iter().any(|it| it.eq_ignore_ascii_case(user)))
        };
        self.roles.iter().filter(|(_, members)| has(members)).map(|(role, _)| *role).max()
    }

    /// What the types cannot say: the key that is wrong, and why.
    pub(super) fn check(&self) -> Result<(), (&'static str, String)> {
        if !(1..=720).contains(&self.session_hours) {
            return Err(("session_hours", "[access] session_hours must lie between 1 and 720".to_owned()));
        }
        // Browsers keep no cookie for longer.
        if !(1..=400).contains(&self.screen_session_days) {
            return Err(("screen_session_days", "[access] screen_session_days must lie between 1 and 400".to_owned()));
        }
        self.header.iter().try_for_each(HeaderSettings::check)?;
        self.single_sign_on.iter().try_for_each(SingleSignOnSettings::check)?;
        let asks = self.header.as_ref().is_some_and(|header| header.user.is_some()) || self.single_sign_on.is_some();
        let is_empty = |members: &Members| members.groups.is_empty() && members.users.is_empty();
        if asks && self.roles.values().all(is_empty) {
            let message = "[access] lets nobody in: say under [access.roles.agent] and its like which groups or users \
                           have which role";
            return Err(("access.roles", message.to_owned()));
        }
        let unusable = |name: &String| name.trim().is_empty() || name.trim() != name;
        let mut names = self.roles.values().flat_map(|members| members.groups.iter().chain(&members.users));
        if names.any(unusable) {
            return Err((
                "access.roles",
                "[access.roles] holds an empty name, or one with blanks around it".to_owned(),
            ));
        }
        Ok(())
    }
}

impl HeaderSettings {
    fn check(&self) -> Result<(), (&'static str, String)> {
        let at = |message: &str| Err(("access.header", format!("[access.header] {message}")));
        if self.from.is_empty() {
            return at("needs from = [\"192.0.2.10\"], the addresses of the reverse proxy: anybody can send a header");
        }
        if self.from.iter().any(|network| network.prefix_len() == 0) {
            return at("from holds the whole internet, where anybody can send a header: name the reverse proxy");
        }
        if self.user.is_none() && self.client.is_none() {
            return at("names no header: set user, client or both");
        }
        if self.user.is_none() && self.groups.is_some() {
            return at("has groups of nobody: set user, the header with the person's name");
        }
        let is_token =
            |name: &String| !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
        // What every program and browser sends by itself names nobody.
        let is_common = |name: &String| {
            ["authorization", "cookie", "host", "origin", "connection"].contains(&name.to_ascii_lowercase().as_str())
        };
        let names = || [&self.user, &self.groups, &self.client].into_iter().flatten();
        if let Some(name) = names().find(|name| !is_token(name) || is_common(name)) {
            return at(&format!(
                "cannot use {name:?}: write the name of a header that the proxy sets, as X-Remote-User"
            ));
        }
        Ok(())
    }
}

impl SingleSignOnSettings {
    fn check(&self) -> Result<(), (&'static str, String)> {
        let loopback = ["http://127.0.0.1", "http://localhost", "http://[::1]"];
        let is_here = loopback.iter().any(|start| {
            self.issuer.strip_prefix(start).is_some_and(|rest| rest.is_empty() || rest.starts_with([':', '/']))
        });
        if !self.issuer.starts_with("https://") && !is_here {
            let message = "[access.single_sign_on] issuer must begin with https://";
            return Err(("issuer", message.to_owned()));
        }
        if self.client_id.trim().is_empty() {
            return Err(("client_id", "[access.single_sign_on] client_id is empty".to_owned()));
        }
        if !(1..=60).contains(&self.timeout_s) {
            return Err(("timeout_s", "[access.single_sign_on] timeout_s must lie between 1 and 60".to_owned()));
        }
        Ok(())
    }
}

fn scopes() -> Vec<String> {
    ["profile", "email"].map(str::to_owned).to_vec()
}

fn groups() -> String {
    "groups".to_owned()
}

fn name() -> String {
    "name".to_owned()
}

fn email() -> String {
    "email".to_owned()
}

fn ten() -> u32 {
    10
}

fn separator<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Separator, D::Error> {
    let text = String::deserialize(deserializer)?;
    if text.is_empty() {
        Err(D::Error::custom("separator is empty; write for example \";\""))
    } else {
        Ok(Separator(text))
    }
}

/// Networks as `10.1.0.0/16`, and single addresses.
fn networks<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<IpNet>, D::Error> {
    let texts = Vec::<String>::deserialize(deserializer)?;
    let network = |text: &String| {
        let single = || format!("{text}/{}", if text.contains(':') { 128 } else { 32 }).parse();
        let wrong = |_| D::Error::custom(format!("{text:?} is no address; write 192.0.2.10 or 10.1.0.0/16"));
        text.parse().or_else(|_| single()).map(|network: IpNet| network.trunc()).map_err(wrong)
    };
    texts.iter().map(network).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings(text: &str) -> AccessSettings {
        toml::from_str(text).unwrap()
    }

    const ROLES: &str = "[roles.agent]\ngroups = ['desk', 'students']\n[roles.supervisor]\ngroups = ['leads']\n\
                         users = ['Lee@example.edu']\n[roles.viewer]\ngroups = ['staff']\n";

    #[test]
    fn the_strongest_role_counts_and_without_one_nobody_comes_in() {
        let access = settings(ROLES);
        let role = |user: &str, groups: &[&str]| {
            let groups: Vec<String> = groups.iter().map(|group| (*group).to_owned()).collect();
            access.role(Some(user), &groups)
        };
        assert_eq!(role("a", &["staff", "desk"]), Some(Role::Agent));
        assert_eq!(role("a", &["desk", "leads", "staff"]), Some(Role::Supervisor));
        assert_eq!(role("lee@EXAMPLE.edu", &[]), Some(Role::Supervisor));
        assert_eq!(role("a", &["Desk", "desk ", "agent", ""]), None);
        assert_eq!(role("", &[]), None);
        assert_eq!(access.role(None, &[]), None);
        assert_eq!(settings("").role(Some("root"), &["wheel".to_owned()]), None);
    }

    #[test]
    fn what_would_let_anybody_in_is_refused_by_its_key() {
        let header = |lines: &str| format!("[header]\n{lines}\n{ROLES}");
        let single = |lines: &str| format!("[single_sign_on]\nclient_id = 'x'\n{lines}\n{ROLES}");
        for (text, key) in [
            ("session_hours = 0".to_owned(), "session_hours"),
            ("screen_session_days = 401".to_owned(), "screen_session_days"),
            (header("user = 'X-Remote-User'"), "access.header"),
            (header("user = 'X-Remote-User'\nfrom = []"), "access.header"),
            (header("user = 'X-Remote-User'\nfrom = ['0.0.0.0/0']"), "access.header"),
            (header("user = 'X-Remote-User'\nfrom = ['::/0']"), "access.header"),
            (header("user = 'Cookie'\nfrom = ['10.0.0.1']"), "access.header"),
            (header("user = 'X Remote'\nfrom = ['10.0.0.1']"), "access.header"),
            (header("groups = 'X-Groups'\nclient = 'X-Forwarded-For'\nfrom = ['10.0.0.1']"), "access.header"),
            (header("from = ['10.0.0.1']"), "access.header"),
            ("[header]\nuser = 'X-Remote-User'\nfrom = ['10.0.0.1']".to_owned(), "access.roles"),
            ("[roles.agent]\ngroups = ['']".to_owned(), "access.roles"),
            (single("issuer = 'http://login.example.edu'"), "issuer"),
            (single("issuer = 'http://localhost.example.edu'"), "issuer"),
            (single("issuer = 'https://login.example.edu'\ntimeout_s = 0"), "timeout_s"),
        ] {
            assert_eq!(settings(&text).check().map_err(|(key, _)| key), Err(key), "{text}");
        }
        for text in [
            header("user = 'X-Remote-User'\nfrom = ['10.0.0.1', '10.2.0.0/16', '::1']"),
            header("client = 'X-Forwarded-For'\nfrom = ['10.0.0.1']"),
            single("issuer = 'https://login.example.edu'"),
            single("issuer = 'http://127.0.0.1:4000'"),
        ] {
            assert_eq!(settings(&text).check(), Ok(()), "{text}");
        }
        for text in ["[header]\nfrom = ['proxy']", "[header]\nseparator = ''", "[roles.root]\nusers = []"] {
            assert!(toml::from_str::<AccessSettings>(text).is_err(), "{text}");
        }
    }
}

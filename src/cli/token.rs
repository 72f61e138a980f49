//! `token`: which programs and screens may come in over HTTP, and as what?
//!
//! The secret is shown once and kept by nobody here: the store has its fingerprint.

use std::io::Write;

use chrono::{DateTime, TimeDelta, Utc};
use clap::{Args, Subcommand};
use serde::Serialize;

use super::drill::person;
use super::face::{Face, Format, write_line};
use crate::access::name::is_name;
use crate::access::{Role, Secret};
use crate::desk::error::{CommandError, CommandResult, Exit};
use crate::ports::access::{AccessStore, Act, Token};
use crate::site::Site;
use crate::wording::access as words;
use crate::wording::time::{rfc3339, short};

/// Below the help of `token create`.
const EXAMPLES: &str = "\
Examples:
  page-oncall token create wall --role viewer
  page-oncall token create ada-phone --role technician --person \"Ada Ruiz\"
  page-oncall token create monitoring --role agent --expires-in-days 365";

/// What can be done with tokens.
#[derive(Debug, Clone, Subcommand)]
pub enum TokenVerb {
    /// Makes a token and prints its secret, once.
    #[command(after_help = EXAMPLES)]
    Create(CreateToken),
    /// Every token: whose, since when, last used, until when.
    List,
    /// Ends a token and the sessions that began with it.
    Revoke {
        /// Its name.
        name: String,
    },
}

/// A token to be made.
#[derive(Debug, Clone, Args)]
pub struct CreateToken {
    /// What it is called.
    pub name: String,
    /// viewer, technician, agent or supervisor.
    #[arg(long, value_name = "ROLE")]
    pub role: Role,
    /// Whose it is, by their name in the contacts; a technician's must say.
    #[arg(long, value_name = "NAME")]
    pub person: Option<String>,
    /// After so many days it is worth nothing; default never.
    #[arg(long, value_name = "DAYS", value_parser = clap::value_parser!(u32).range(1..=3660))]
    pub expires_in_days: Option<u32>,
}

#[derive(Serialize)]
struct TokenView<'a> {
    name: &'a str,
    role: Role,
    person: Option<&'a str>,
    created_at: String,
    created_by: &'a str,
    expires_at: Option<String>,
    used_at: Option<String>,
    revoked_at: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    secret: Option<&'a str>,
}

#[derive(Serialize)]
struct Tokens<'a> {
    tokens: Vec<TokenView<'a>>,
}

impl<'a> TokenView<'a> {
    fn of(token: &'a Token, face: &Face, secret: Option<&'a Secret>) -> Self {
        let time = |at: Option<DateTime<Utc>>| at.map(|at| rfc3339(at, face.zone));
        Self {
            name: &token.name,
            role: token.role,
            person: token.person.as_deref(),
            created_at: rfc3339(token.created_at, face.zone),
            created_by: &token.created_by,
            expires_at: time(token.expires_at),
            used_at: time(token.used_at),
            revoked_at: time(token.revoked_at),
            secret: secret.map(Secret::text),
        }
    }
}

/// The token that is asked for, with this secret, as `by`; refuses what can be none before a store is opened.
pub fn prepare(
    site: &Site,
    asked: &CreateToken,
    secret: &Secret,
    by: &str,
    face: &Face,
) -> Result<Token, CommandError> {
    if !is_name(&asked.name) {
        return Err(CommandError::usage(words::no_name(&asked.name)).hint(words::NAME));
    }
    let person = match &asked.person {
        Some(name) => Some(person(site, name)?.0.name),
        None if asked.role == Role::Technician => {
            return Err(CommandError::usage(words::WHOSE).hint("add --person NAME, as contacts.csv writes it"));
        }
        None => None,
    };
    let expires = asked.expires_in_days.map(|days| face.now.checked_add_signed(TimeDelta::days(days.into())));
    Ok(Token {
        name: asked.name.clone(),
        role: asked.role,
        person,
        fingerprint: secret.fingerprint(),
        created_at: face.now,
        created_by: by.to_owned(),
        expires_at: expires.flatten(),
        used_at: None,
        revoked_at: None,
    })
}

/// Keeps the token, as `by`, and shows its secret.
pub async fn create(
    store: &dyn AccessStore,
    token: &Token,
    secret: &Secret,
    by: &str,
    face: &Face,
    out: &mut (dyn Write + Send),
) -> CommandResult {
    if !store.create_token(token).await? {
        return Err(CommandError::finding(words::token_exists(&token.name))
            .hint(format!("page-oncall token revoke {} ends it; or take another name", token.name)));
    }
    store.note_act(&act(by, "token-create", format!("{} ({})", token.name, token.role), face.now)).await?;
    if face.format == Format::Json {
        write_line(&TokenView::of(token, face, Some(secret)), out)?;
    } else {
        writeln!(out, "{}", secret.text())?;
        writeln!(out, "{}", crate::wording::columns::paragraph("", 0, words::USE_ONCE))?;
    }
    Ok(Exit::Done)
}

/// Every token; `None` where there is no store yet.
pub async fn list(store: Option<&dyn AccessStore>, face: &Face, out: &mut (dyn Write + Send)) -> CommandResult {
    let tokens = match store {
        Some(store) => store.tokens().await?,
        None => Vec::new(),
    };
    if face.format == Format::Json {
        let tokens = tokens.iter().map(|token| TokenView::of(token, face, None)).collect();
        write_line(&Tokens { tokens }, out)?;
        return Ok(Exit::Done);
    }
    if tokens.is_empty() {
        writeln!(out, "{}", words::NO_TOKEN)?;
    }
    for token in &tokens {
        writeln!(out, "{}", line(token, face))?;
    }
    Ok(Exit::Done)
}

fn line(token: &Token, face: &Face) -> String {
    let time = |at| short(at, face.zone);
    let what: Vec<String> = [Some(token.role.to_string()), token.person.clone()].into_iter().flatten().collect();
    let end = match (token.revoked_at, token.expires_at) {
        (Some(at), _) => Some(format!("REVOKED {}", time(at))),
        (None, Some(at)) if at <= face.now => Some(format!("EXPIRED {}", time(at))),
        (None, expires_at) => expires_at.map(|at| format!("expires {}", time(at))),
    };
    let used = token.used_at.map_or_else(|| "never used".to_owned(), |at| format!("used {}", time(at)));
    let by = if token.created_by.is_empty() { words::NOBODY_KNOWN } else { &token.created_by };
    let since: Vec<String> =
        [Some(format!("made {} by {by}", time(token.created_at))), Some(used), end].into_iter().flatten().collect();
    words::listed(&token.name, &what, &since)
}

/// Ends the token of a name, as `by`.
pub async fn revoke(
    store: &dyn AccessStore,
    name: &str,
    by: &str,
    face: &Face,
    out: &mut (dyn Write + Send),
) -> CommandResult {
    if !store.revoke_token(name, face.now).await? {
        return Err(
            CommandError::finding(words::none_in_use("token", name)).hint("page-oncall token list names every token")
        );
    }
    store.note_act(&act(by, "token-revoke", name.to_owned(), face.now)).await?;
    if face.format == Format::Json {
        write_line(&serde_json::json!({"name": name, "revoked_at": rfc3339(face.now, face.zone)}), out)?;
    } else {
        writeln!(out, "{}", crate::wording::columns::paragraph("", 0, &words::revoked(name)))?;
    }
    Ok(Exit::Done)
}

/// A change of access by command that was made.
pub(super) fn act(by: &str, what: &str, object: String, at: DateTime<Utc>) -> Act {
    Act {
        at,
        by: by.to_owned(),
        role: String::new(),
        via: "command".to_owned(),
        from: String::new(),
        what: what.to_owned(),
        object,
        result: "done".to_owned(),
    }
}

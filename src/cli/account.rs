//! `account`: who may sign in with a password of the house when single sign-on does not work?

use std::io::Write;

use clap::Subcommand;
use serde::Serialize;

use super::face::{Face, Format, write_line};
use super::token::act;
use crate::access::Role;
use crate::access::name::is_name;
use crate::desk::error::{CommandError, CommandResult, Exit};
use crate::ports::access::{AccessStore, Account};
use crate::wording::access as words;
use crate::wording::columns::paragraph;
use crate::wording::time::{rfc3339, short};

/// Below the help of `account set`.
const EXAMPLES: &str = "\
The password is typed twice, unseen, or is the first line of standard input:
  page-oncall account set break-glass --role supervisor < password.txt";

/// What can be done with accounts.
#[derive(Debug, Clone, Subcommand)]
pub enum AccountVerb {
    /// Makes an account, or gives it another password and role.
    #[command(after_help = EXAMPLES)]
    Set {
        /// What it is called.
        name: String,
        /// viewer, agent or supervisor.
        #[arg(long, value_name = "ROLE")]
        role: Role,
    },
    /// Every account.
    List,
    /// Removes an account and ends its sessions.
    Remove {
        /// Its name.
        name: String,
    },
}

#[derive(Serialize)]
struct AccountView<'a> {
    name: &'a str,
    role: Role,
    set_at: String,
}

#[derive(Serialize)]
struct Accounts<'a> {
    accounts: Vec<AccountView<'a>>,
}

fn view<'a>(account: &'a Account, face: &Face) -> AccountView<'a> {
    AccountView { name: &account.name, role: account.role, set_at: rfc3339(account.set_at, face.zone) }
}

/// Refuses what can be no account, before a password is asked for.
pub fn check(name: &str, role: Role) -> Result<(), CommandError> {
    if !is_name(name) {
        return Err(CommandError::usage(words::no_name(name)).hint(words::NAME));
    }
    if role == Role::Technician {
        return Err(CommandError::usage(words::NO_TECHNICIAN).hint(words::TECHNICIANS_WAYS));
    }
    Ok(())
}

/// Keeps the account, as `by`.
pub async fn set(
    store: &dyn AccessStore,
    account: &Account,
    by: &str,
    face: &Face,
    out: &mut (dyn Write + Send),
) -> CommandResult {
    store.set_account(account).await?;
    store.note_act(&act(by, "account-set", format!("{} ({})", account.name, account.role), face.now)).await?;
    if face.format == Format::Json {
        write_line(&view(account, face), out)?;
    } else {
        writeln!(out, "{}", paragraph("", 0, &words::account_set(&account.name, account.role.word())))?;
    }
    Ok(Exit::Done)
}

/// Every account; `None` where there is no store yet.
pub async fn list(store: Option<&dyn AccessStore>, face: &Face, out: &mut (dyn Write + Send)) -> CommandResult {
    let accounts = match store {
        Some(store) => store.accounts().await?,
        None => Vec::new(),
    };
    if face.format == Format::Json {
        write_line(&Accounts { accounts: accounts.iter().map(|account| view(account, face)).collect() }, out)?;
        return Ok(Exit::Done);
    }
    if accounts.is_empty() {
        writeln!(out, "{}", words::NO_ACCOUNT)?;
    }
    for account in &accounts {
        let since = format!("password set {}", short(account.set_at, face.zone));
        writeln!(out, "{}", words::listed(&account.name, &[account.role.to_string()], &[since]))?;
    }
    Ok(Exit::Done)
}

/// Removes the account of a name, as `by`.
pub async fn remove(
    store: &dyn AccessStore,
    name: &str,
    by: &str,
    face: &Face,
    out: &mut (dyn Write + Send),
) -> CommandResult {
    if !store.remove_account(name).await? {
        return Err(CommandError::finding(words::none_in_use("account", name))
            .hint("page-oncall account list names every account"));
    }
    store.note_act(&act(by, "account-remove", name.to_owned(), face.now)).await?;
    if face.format == Format::Json {
        write_line(&serde_json::json!({"name": name, "removed_at": rfc3339(face.now, face.zone)}), out)?;
    } else {
        writeln!(out, "{}", paragraph("", 0, &words::account_removed(name)))?;
    }
    Ok(Exit::Done)
}

//! What do people read who give and take access by command, and who look into the audit log?

use super::columns::{fill, padded};

/// Where the words of a list begin below its name.
const INDENT: usize = 4;

/// Below a new token's secret: how to use it.
pub const USE_ONCE: &str = "Shown only now. Send it with requests as: Authorization: Bearer SECRET";

/// No token was made yet.
pub const NO_TOKEN: &str = "There is no token. page-oncall token create NAME --role viewer makes one.";

/// No account was made yet.
pub const NO_ACCOUNT: &str = "There is no account. page-oncall account set NAME --role agent makes one.";

/// Nothing was noted yet.
pub const NO_ACT: &str = "The audit log is empty.";

/// What a technician's token lacks.
pub const WHOSE: &str = "a technician's token says whose it is";

/// What a technician's account lacks.
pub const NO_TECHNICIAN: &str = "an account is nobody's in the contacts, and a technician answers as themselves";

/// What a technician does instead of signing in with an account.
pub const TECHNICIANS_WAYS: &str =
    "technicians use the link in their message, single sign-on, or a token made with --person";

/// What asks for a new password.
pub const PASSWORD: &str = "New password (it is not shown): ";
/// What asks for it again.
pub const AGAIN: &str = "The same again: ";

/// What was typed twice is not the same.
pub const NOT_THE_SAME: &str = "the two passwords are not the same";

/// How a password is given without a terminal.
pub const BY_INPUT: &str = "type it when asked on a terminal, or hand it over as the first line of standard input";

/// The text is no name.
pub fn no_name(text: &str) -> String {
    format!("{text:?} cannot be a name")
}

/// What a name is made of.
pub const NAME: &str = "a name is one word of letters, digits and . _ - @ +, at most 64";

/// The password has too few or too many characters.
pub fn password_length(least: usize, most: usize) -> String {
    format!("a password has {least} to {most} characters")
}

/// A token of that name is in use.
pub fn token_exists(name: &str) -> String {
    format!("there is a token {name:?} already")
}

/// No token or account of that name is in use; `what` says which.
pub fn none_in_use(what: &str, name: &str) -> String {
    format!("there is no {what} {name:?} in use")
}

/// A token was revoked.
pub fn revoked(name: &str) -> String {
    format!("The token {name} is revoked: it opens nothing any more, and sessions that began with it have ended.")
}

/// An account has a new password.
pub fn account_set(name: &str, role: &str) -> String {
    format!("The account {name} ({role}) has this password now; sessions that began with another have ended.")
}

/// An account is gone.
pub fn account_removed(name: &str) -> String {
    format!("The account {name} is removed, and its sessions have ended.")
}

/// One token or account of a list: its name, what it is, and what became of it.
pub fn listed(name: &str, what: &[String], since: &[String]) -> String {
    let first = format!("{}  ", padded(name, 20));
    let first = fill(&first, INDENT, ", ", what);
    format!("{first}\n{}", fill(&" ".repeat(INDENT), INDENT, ", ", since))
}

/// The columns of the audit log: when, who, what, to what, how it ended, by which way and from where.
pub fn act(when: &str, by: &str, what: &str, rest: &[&str]) -> String {
    let columns = [padded(by, 16), padded(what, 15)];
    fill(&padded(when, 18), 18, " ", columns.iter().map(String::as_str).chain(rest.iter().copied()))
}

/// What stands above the columns.
pub fn act_heading() -> String {
    act("WHEN", "WHO", "WHAT", &["TO WHAT, RESULT, PROOF, FROM"])
}

/// What the log says where nobody was known.
pub const NOBODY_KNOWN: &str = "nobody known";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_names_stay_within_the_columns_and_whole() {
        let name = "n".repeat(64);
        let text = act("2026-11-22 18:54", &name, "token-create", &[&name, "done", "command"]);
        assert!(text.lines().all(|line| line.len() <= 80), "{text}");
        assert_eq!(
            text.matches('n').count() - "token-create".matches('n').count(),
            2 * 64 + "done command".matches('n').count()
        );
        let text = listed(&name, &["technician".to_owned(), name.clone()], &["made by".to_owned(), name.clone()]);
        assert!(text.lines().all(|line| line.len() <= 80), "{text}");
    }
}

//! What does the house need from a provider of single sign-on? Where to send somebody, and who came back.

use super::Pending;

/// What belongs to one sign-in, made of randomness, used once.
#[derive(Clone)]
pub struct Ticket<'a> {
    /// What ties the answer to the question.
    pub state: &'a str,
    /// What the identity must hold.
    pub nonce: &'a str,
    /// The verifier of PKCE.
    pub verifier: &'a str,
}

impl std::fmt::Debug for Ticket<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Ticket(…)")
    }
}

/// Whom the provider vouches for.
#[derive(Clone, PartialEq, Eq)]
pub struct Identity {
    /// What the provider calls them for good.
    pub subject: String,
    /// Their name.
    pub name: Option<String>,
    /// Their e-mail address, unless the provider says that it is not verified.
    pub email: Option<String>,
    /// Their groups.
    pub groups: Vec<String>,
}

impl std::fmt::Debug for Identity {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Identity(…)")
    }
}

impl Identity {
    /// How logs and pages call them, so that two of one name are told apart.
    pub fn label(&self) -> String {
        let plain = |text: &String| text.chars().filter(|letter| !letter.is_control()).take(120).collect::<String>();
        match (self.name.as_ref().map(plain), self.email.as_ref().map(plain)) {
            (Some(name), Some(email)) if name != email => format!("{name} ({email})"),
            (_, Some(email)) => email,
            (Some(name), None) => format!("{name} ({})", plain(&self.subject)),
            (None, None) => plain(&self.subject),
        }
    }
}

/// Why somebody is not known by single sign-on.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unproved {
    /// The provider does not answer, or not as a provider.
    #[error("the provider of single sign-on cannot be used: {0}")]
    Unavailable(String),
    /// What it answered proves nothing.
    #[error("what the provider of single sign-on answered proves nothing: {0}")]
    Refused(String),
}

/// A provider of single sign-on.
pub trait SingleSignOn: Send + Sync {
    /// The address to send somebody to.
    fn begin<'a>(&'a self, ticket: Ticket<'a>) -> Pending<'a, Result<String, Unproved>>;
    /// Whom the provider vouches for with the `code` that somebody brought back.
    fn finish<'a>(&'a self, code: &'a str, ticket: Ticket<'a>) -> Pending<'a, Result<Identity, Unproved>>;
    /// Whether it answers at all; how it calls itself.
    fn look(&self) -> Pending<'_, Result<String, Unproved>>;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_of_one_name_are_told_apart() {
        let text = |text: &str| Some(text.to_owned());
        let label = |name, email| Identity { subject: "s1".to_owned(), name, email, groups: Vec::new() }.label();
        assert_eq!(label(text("Ada Ruiz"), text("ada@example.edu")), "Ada Ruiz (ada@example.edu)");
        assert_eq!(label(text("ada@example.edu"), text("ada@example.edu")), "ada@example.edu");
        assert_eq!(label(None, text("ada@example.edu")), "ada@example.edu");
        assert_eq!(label(text("Ada\nRuiz"), None), "AdaRuiz (s1)");
        assert_eq!(label(None, None), "s1");
    }
}

//! What is somebody told who signs in and is not let in?

/// Name, password or token were wrong. Nobody learns which.
pub const WRONG: &str = "That is not right. Check the account and the password, or the token, and try again.";

/// Nobody can tell.
pub const UNAVAILABLE: &str = "Nobody can be signed in now, because the page log does not answer. Try again in a minute. \
                               Paging with the command line may still work.";

/// Too many wrong guesses.
pub fn wait(seconds: i64) -> String {
    let unit = if seconds == 1 { "second" } else { "seconds" };
    format!("Too many wrong attempts. Wait {seconds} {unit}, then try again.")
}

/// Single sign-on is not set up.
pub const NO_PROVIDER: &str = "This service has no single sign-on. Sign in with an account or a token.";

/// The provider does not answer.
pub const PROVIDER_DOWN: &str = "Single sign-on does not answer now. Sign in with an account of this service: the staff \
                                 of the night know where its password is kept.";

/// The provider vouched for nobody.
pub const REFUSED: &str = "Single sign-on did not say who you are, so nobody was signed in. Try again, or sign in with an \
                           account of this service.";

/// The answer of the provider is another browser's, was used before, or is too old.
pub const NOT_THEIRS: &str = "This sign-in was begun in another browser, was used already, or is more than ten minutes \
                              old. Begin it again here.";

/// Somebody is known who has no role.
pub const NO_ROLE: &str = "Single sign-on knows you, and none of your groups has a role here. Ask whoever keeps this \
                           service to name a group of yours under [access.roles].";

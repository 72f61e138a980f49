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

//! What does a mail server's reply, or its silence, amount to? One total function over stage and trouble.
//!
//! Until the text itself is under way nothing can have been sent; from then on a broken connection leaves it open.

use crate::episode::outcome::Outcome;

/// How far a conversation came.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Stage {
    /// Connecting, the greeting, and TLS.
    Connect,
    /// The login.
    Login,
    /// The sender: what a relay that does not know this machine refuses.
    Sender,
    /// The recipient, and the wish to send.
    Recipient,
    /// The text is under way.
    Content,
}

/// What went wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Trouble {
    /// The server said no, with this code.
    Reply(u16),
    /// The server does not offer what the settings demand.
    NotOffered,
    /// The server's certificate is not to be trusted.
    Untrusted,
    /// The connection broke, never came about, or carried something that is no reply.
    Broken,
    /// The time for the whole conversation ran out.
    TimedOut,
}

/// What trouble at a stage amounts to (RFC 5321 4.2.1: 4yz may pass, 5yz stays). What stays before a recipient was named
/// is between this machine and the server, so that another server may do; so is a login that is wanted later (530).
pub(super) fn classify(stage: Stage, trouble: Trouble) -> Outcome {
    match (stage, trouble) {
        (_, Trouble::Reply(400..=499)) => Outcome::Retryable,
        (Stage::Connect | Stage::Login | Stage::Sender, Trouble::Reply(500..=599)) | (_, Trouble::Reply(530)) => {
            Outcome::Unavailable
        }
        (_, Trouble::Reply(500..=599)) => Outcome::Refused,
        (Stage::Content, _) => Outcome::Unknown,
        (_, Trouble::NotOffered | Trouble::Untrusted) => Outcome::Unavailable,
        (_, Trouble::Reply(_) | Trouble::Broken | Trouble::TimedOut) => Outcome::Retryable,
    }
}

/// The same in words, with the setting to look at; never what the server wrote, which may hold an address.
pub(super) fn detail(stage: Stage, trouble: Trouble) -> String {
    let nobody_knows = "nobody knows whether the mail was sent";
    match (stage, trouble) {
        (Stage::Login, Trouble::Reply(code)) => {
            format!("SMTP {code}: the mail server refused the login: check `username` and the password")
        }
        (Stage::Login, Trouble::NotOffered) => {
            "the mail server offers no login that is known (PLAIN, LOGIN): leave `username` out or check `port`"
                .to_owned()
        }
        (Stage::Connect, Trouble::NotOffered) => {
            "the mail server offers no STARTTLS: check `port`, or set `tls` to \"implicit\"".to_owned()
        }
        (_, Trouble::Untrusted) => {
            "the mail server's certificate is not trusted for this name: check `host`, or set `ca_file`".to_owned()
        }
        (Stage::Sender, Trouble::Reply(code @ (550..=554 | 571))) => {
            format!(
                "SMTP {code}: the mail server takes no mail from this machine or sender: check `from` and the relay"
            )
        }
        (_, Trouble::Reply(530)) => {
            "SMTP 530: the mail server wants a login or TLS first: check `username` and `tls`".to_owned()
        }
        (_, Trouble::Reply(code)) => format!("SMTP {code}: {}", reply_words(code)),
        (Stage::Content, Trouble::TimedOut) => format!("no answer in time after the text: {nobody_knows}"),
        (Stage::Content, _) => format!("the connection broke during the text: {nobody_knows}"),
        (Stage::Connect, Trouble::TimedOut) => "the mail server was not reached in time: nothing was sent".to_owned(),
        (Stage::Connect, _) => {
            "the mail server was not reached: check `host`, `port` and `tls`; nothing was sent".to_owned()
        }
        (_, Trouble::TimedOut) => "the mail server did not answer in time: nothing was sent".to_owned(),
        (_, _) => "the connection broke before the text: nothing was sent".to_owned(),
    }
}

/// What a reply code means in general.
fn reply_words(code: u16) -> &'static str {
    match code {
        421 => "the mail server is closing",
        450 | 451 => "the mail server does not take it now (busy, or greylisting)",
        452 => "the mail server or the mailbox is full",
        454 => "the mail server cannot do TLS or the login now",
        400..=499 => "the mail server does not take it now",
        550 | 551 => "the mail server does not take mail for this address",
        552 => "the mailbox is full",
        553 => "the mail server does not accept the address or the sender `from`",
        554 => "the mail server refused the mail",
        500..=599 => "the mail server refused",
        _ => "the mail server gave a reply that is not known",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const STAGES: [Stage; 5] = [Stage::Connect, Stage::Login, Stage::Sender, Stage::Recipient, Stage::Content];

    #[test]
    fn reply_codes_are_judged_by_their_first_digit_at_every_stage() {
        for stage in STAGES {
            for code in 400..=499 {
                assert_eq!(classify(stage, Trouble::Reply(code)), Outcome::Retryable, "{stage:?} {code}");
            }
            for code in 500..=599 {
                let of_the_contact = matches!(stage, Stage::Recipient | Stage::Content) && code != 530;
                let expected = if of_the_contact { Outcome::Refused } else { Outcome::Unavailable };
                assert_eq!(classify(stage, Trouble::Reply(code)), expected, "{stage:?} {code}");
            }
            for code in (0..400).chain([600, 999]) {
                let expected = if stage == Stage::Content { Outcome::Unknown } else { Outcome::Retryable };
                assert_eq!(classify(stage, Trouble::Reply(code)), expected, "{stage:?} {code}");
            }
        }
    }

    #[test]
    fn before_the_text_nothing_is_sent_and_after_it_nobody_knows() {
        for trouble in [Trouble::NotOffered, Trouble::Untrusted, Trouble::Broken, Trouble::TimedOut] {
            assert_eq!(classify(Stage::Content, trouble), Outcome::Unknown, "{trouble:?}");
            let settings_are_wrong = matches!(trouble, Trouble::NotOffered | Trouble::Untrusted);
            let expected = if settings_are_wrong { Outcome::Unavailable } else { Outcome::Retryable };
            for stage in [Stage::Connect, Stage::Login, Stage::Sender, Stage::Recipient] {
                assert_eq!(classify(stage, trouble), expected, "{stage:?} {trouble:?}");
            }
        }
    }

    #[test]
    fn details_name_the_setting_to_look_at() {
        let words = |stage, trouble| detail(stage, trouble);
        assert!(words(Stage::Login, Trouble::Reply(535)).contains("`username`"));
        assert!(words(Stage::Connect, Trouble::NotOffered).contains("`tls`"));
        assert!(words(Stage::Connect, Trouble::Untrusted).contains("`ca_file`"));
        assert!(words(Stage::Connect, Trouble::Broken).contains("`host`"));
        assert!(words(Stage::Content, Trouble::TimedOut).contains("nobody knows"));
        for stage in STAGES {
            for code in 0..=999 {
                assert!(words(stage, Trouble::Reply(code)).contains(&code.to_string()), "{stage:?} {code}");
            }
        }
    }
}

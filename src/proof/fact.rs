//! What can be learned of a way out without using it? Facts as providers tell them, judged elsewhere.

use chrono::{DateTime, Utc};

/// One thing that was learned. Never a secret, never customer data.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fact {
    /// The provider was not reached, or did not answer in time.
    NotReached {
        /// In the adapter's words.
        reason: String,
    },
    /// The provider does not let this login in.
    LoginRefused {
        /// Its answer in short.
        answer: String,
    },
    /// An answer about something that says nothing.
    NotTold {
        /// What was asked for.
        about: String,
        /// The answer in short.
        answer: String,
    },
    /// The account that messages are sent by.
    Account {
        /// `active`, or what keeps it from sending.
        status: String,
        /// Whether it is a trial account: it reaches verified numbers only.
        trial: bool,
    },
    /// The number that messages come from.
    Number {
        /// E.164.
        number: String,
        /// Whether it sends texts.
        sms: bool,
        /// Whether it makes calls.
        voice: bool,
        /// Where the provider hands in texts that come back; `None` when nowhere.
        sms_url: Option<String>,
    },
    /// The account has no such number.
    NoSuchNumber {
        /// E.164.
        number: String,
    },
    /// Messages leave by a messaging service, whose numbers this interface does not tell.
    Service {
        /// Its id.
        sid: String,
    },
    /// A chat room, which nobody can try without writing into it.
    Room {
        /// What its address looks like, in the adapter's words.
        kind: &'static str,
        /// Whether that is an address of the chat it is said to be in.
        known: bool,
    },
    /// A push service is up and lets this login in.
    PushReady {
        /// Which parts of it said so, in the adapter's words.
        steps: Vec<&'static str>,
    },
    /// Whether a push service knows somebody's address.
    Recipient {
        /// Their name; the address itself lets whoever has it write to them.
        name: String,
        /// How many devices messages reach; `None` when the address is not known.
        devices: Option<usize>,
    },
    /// The provider's clock when it answered.
    Clock {
        /// What it showed; whole seconds.
        theirs: DateTime<Utc>,
    },
    /// The mail server took everything up to the mail itself.
    MailReady {
        /// What it took, in order: `STARTTLS`, `login`, `NOOP`.
        steps: Vec<&'static str>,
    },
    /// The mail server refused something.
    MailRefused {
        /// Where and how, in the adapter's words.
        detail: String,
    },
}

//! What do providers report by themselves? Requests they make to the house, and what those say once they are believed.
//!
//! `web` hands the request over as it came; the provider's adapter proves its signature and reads it; `engine` acts.

use super::Reply;
use crate::episode::outcome::Report;

/// A request as it came in. Personal data: no `Debug`.
#[derive(Clone, PartialEq, Eq)]
pub struct HookRequest {
    /// The path with the query, as it was asked for: `/hooks/twilio/status?page=…&attempt=…`.
    pub path_and_query: String,
    /// The headers, names in lower case.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: Vec<u8>,
}

impl HookRequest {
    /// The first header of this lower-case name.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(it, _)| it == name).map(|(_, value)| value.as_str())
    }
}

/// Which attempt a request is about: both names stood in the address that the provider was given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct About {
    /// The page's id.
    pub episode: String,
    /// The attempt's id.
    pub attempt: String,
}

/// What a believed request says.
#[derive(Clone, PartialEq, Eq)]
pub enum Heard {
    /// What became of an attempt.
    Receipt {
        /// Which attempt.
        about: About,
        /// What the provider said.
        report: Report,
    },
    /// A text came in.
    Reply {
        /// The provider that took it, by its name in the settings: with the reply's own name it is heard once.
        provider: String,
        /// The text.
        reply: Reply,
    },
    /// A call asks what to say: `digit` is the key that was pressed, `None` at its beginning or when none was.
    Call {
        /// Which attempt.
        about: About,
        /// The key.
        digit: Option<char>,
    },
    /// Nothing that matters to a page.
    Nothing,
}

/// Why a request is not believed. It tells the asker nothing more.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HookRefused {
    /// The signature is missing or wrong.
    Forged,
    /// It is signed, but cannot be read.
    Unreadable,
}

/// What is answered to a provider's request.
#[derive(Clone, PartialEq, Eq)]
pub enum HookAnswer {
    /// Heard, and nothing to say.
    Heard,
    /// Say these sentences, then hang up.
    SayAndEnd(Vec<String>),
    /// Say the call's words from the beginning, and listen for a key again.
    Call {
        /// Which attempt's call.
        about: About,
        /// What it says.
        script: super::CallScript,
    },
}

/// One provider's requests to the house. Never panics.
pub trait Hooks: Send + Sync {
    /// Proves and reads a request.
    fn hear(&self, request: &HookRequest) -> Result<Heard, HookRefused>;
    /// The answer in the provider's own form: a content type and a body.
    fn answer(&self, answer: &HookAnswer) -> (&'static str, Vec<u8>);
}

//! Why did a call fail, what should the person do next, and which exit code says so (contract 3)?

use crate::engine::EngineError;
use crate::ports::StoreError;

/// What every call ends in.
pub type CommandResult = Result<Exit, CommandError>;

/// How a call ends, the gravest last: behind a schedule that cannot be read anything may be hidden.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Exit {
    /// Done, or everything covered.
    Done,
    /// A finding: a gap, nobody on call, a page nobody has.
    Finding,
    /// Some of what was asked could not be understood.
    WrongUsage,
    /// Could not tell.
    CouldNotTell,
}

impl Exit {
    /// The number the shell sees.
    pub fn code(self) -> u8 {
        match self {
            Self::Done => 0,
            Self::Finding => 1,
            Self::WrongUsage => 2,
            Self::CouldNotTell => 3,
        }
    }
}

/// A call that could not do its work.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}{}", .hint.as_ref().map_or_else(String::new, |hint| format!("\n  {hint}")))]
pub struct CommandError {
    /// Which exit code it has.
    pub exit: Exit,
    /// What happened, and where.
    pub message: String,
    /// What to do next.
    pub hint: Option<String>,
}

impl CommandError {
    /// Wrong usage or settings (exit code 2).
    pub fn usage(message: impl Into<String>) -> Self {
        Self { exit: Exit::WrongUsage, message: message.into(), hint: None }
    }

    /// A thing that could not be read or reached (exit code 3).
    pub fn could_not_tell(message: impl Into<String>) -> Self {
        Self { exit: Exit::CouldNotTell, message: message.into(), hint: None }
    }

    /// Something asked for that is not there, or cannot be done now (exit code 1).
    pub fn finding(message: impl Into<String>) -> Self {
        Self { exit: Exit::Finding, message: message.into(), hint: None }
    }

    /// The same with something more to do, after the hint that it has.
    #[must_use]
    pub fn and(mut self, more: &str) -> Self {
        self.hint = Some(self.hint.map_or_else(|| more.to_owned(), |hint| format!("{hint}\n  {more}")));
        self
    }

    /// The same with what to do next.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }
}

impl From<std::io::Error> for CommandError {
    fn from(error: std::io::Error) -> Self {
        Self::could_not_tell(format!("cannot write the answer: {error}"))
    }
}

impl From<StoreError> for CommandError {
    fn from(error: StoreError) -> Self {
        Self::could_not_tell(error.to_string())
    }
}

impl From<EngineError> for CommandError {
    fn from(error: EngineError) -> Self {
        Self::could_not_tell(error.to_string())
    }
}

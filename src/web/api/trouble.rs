//! Which problem is it when the desk cannot do what was asked? Its errors, told by HTTP's statuses.

use axum::http::StatusCode;

use super::super::problem::Problem;
use crate::desk::error::{CommandError, Exit};
use crate::ports::sheets::Unread;

/// How soon a schedule that was not read yet is worth asking for again, in seconds.
const READ_SOON_S: u32 = 2;

/// Something that was asked and cannot be used, found or done.
pub(super) fn asked(error: &CommandError) -> Problem {
    let status = match error.exit {
        Exit::WrongUsage => StatusCode::UNPROCESSABLE_ENTITY,
        Exit::CouldNotTell => StatusCode::SERVICE_UNAVAILABLE,
        Exit::Done | Exit::Finding => StatusCode::CONFLICT,
    };
    Problem::new(status, error.message.clone()).hint(error.hint.clone())
}

/// The same of a page that was looked for.
pub(super) fn looked_for(error: &CommandError) -> Problem {
    match error.exit {
        Exit::Finding => Problem::not_found(error.message.clone()),
        _ => asked(error),
    }
}

/// A schedule that cannot be read.
pub(super) fn unread(error: Unread) -> Problem {
    Problem::unavailable(error.message).hint(error.hint)
}

/// A schedule that no reading has ended of yet.
pub(super) fn not_read_yet(name: &str) -> Problem {
    Problem::unavailable(format!("the schedule {name:?} was not read yet"))
        .hint(Some("ask again in a moment; /readyz says what the service waits for".to_owned()))
        .retry_after(READ_SOON_S)
}

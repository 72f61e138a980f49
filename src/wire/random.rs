//! Where does randomness come from? From the operating system, and from nowhere else.

use crate::desk::error::CommandError;

/// Random bytes fit for secrets.
pub(super) fn bytes<const LENGTH: usize>() -> Result<[u8; LENGTH], CommandError> {
    let mut bytes = [0; LENGTH];
    getrandom::fill(&mut bytes).map_err(|error| {
        CommandError::could_not_tell(format!("the system gives no randomness: {error}"))
            .hint("nothing was changed; look at the system's /dev/urandom")
    })?;
    Ok(bytes)
}

//! What does the service say of its own health?

/// The database takes no writes.
pub const DATABASE_NOT_WRITABLE: &str = "the database cannot be written, so no page can begin and no word be recorded: \
                                         is its disk full, or its file another user's?";

/// The last finished turn of the engine is too old, or there was none yet.
pub fn turn_is_old(age_s: Option<i64>, limit_s: u32) -> String {
    match age_s {
        Some(age_s) => format!(
            "the engine's last finished turn is {age_s} s old, more than {limit_s} s: pages may not be carried on"
        ),
        None => "the engine has not finished a turn yet".to_owned(),
    }
}

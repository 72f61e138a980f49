//! What does a technician need to know (A38, A47)? Personal data: never in the log, hidden in `Debug`.

use serde::{Deserialize, Serialize};

/// The four facts, with what decides how much of them may leave the house.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Briefing {
    /// The case number.
    pub case: String,
    /// The customer's name.
    pub customer: String,
    /// The customer's phone as typed, already checked to be dialable.
    pub phone: String,
    /// The problem in a few words.
    pub summary: String,
    /// The customer's department, when it was named.
    pub department: Option<String>,
    /// Whether the department allows no free text in messages (domain 3, privacy).
    pub restricted: bool,
}

/// What makes two case numbers the same: capitals, and no letters before the digits (`INC1234567` is `1234567`).
pub fn case_key(case: &str) -> String {
    let case = case.trim().to_uppercase();
    let digits = case.trim_start_matches(|letter: char| letter.is_ascii_alphabetic());
    let is_number = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
    if is_number { digits.to_owned() } else { case }
}

impl std::fmt::Debug for Briefing {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Briefing")
            .field("case", &self.case)
            .field("restricted", &self.restricted)
            .finish_non_exhaustive()
    }
}

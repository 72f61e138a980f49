//! How long must somebody wait who guesses wrongly? The rule of sign-ins.

use chrono::{DateTime, TimeDelta, Utc};

/// How many wrong guesses at one account are free of waiting: people mistype.
pub const FREE_FOR_ACCOUNT: usize = 5;
/// How many from one address are: a whole office may come from one.
pub const FREE_FOR_ADDRESS: usize = 20;
/// The first wait.
const FIRST: TimeDelta = TimeDelta::seconds(2);
/// The longest wait. The pager must work at 3 am: nobody is ever locked out for longer.
const LONGEST: TimeDelta = TimeDelta::minutes(15);
/// How long a wrong guess counts.
pub const COUNTS_FOR: TimeDelta = TimeDelta::hours(1);

/// From when another guess is heard, after these wrong ones within [`COUNTS_FOR`], of which `free` cost no wait; `None`
/// when at once. Each wrong guess doubles the wait.
pub fn not_before(wrong: &[DateTime<Utc>], free: usize) -> Option<DateTime<Utc>> {
    let over = wrong.len().checked_sub(free)?;
    let last = wrong.iter().max()?;
    let doubled =
        u32::try_from(over).ok().and_then(|over| 2_i32.checked_pow(over)).and_then(|by| FIRST.checked_mul(by));
    Some(*last + doubled.map_or(LONGEST, |wait| wait.min(LONGEST)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_double_and_end() {
        let at = |second| DateTime::from_timestamp(second, 0).unwrap();
        let wait = |count: usize| not_before(&vec![at(100); count], 5).map(|until| (until - at(100)).num_seconds());
        assert_eq!([0, 4, 5, 6, 7].map(wait), [None, None, Some(2), Some(4), Some(8)]);
        assert_eq!([14, 40, 5000].map(wait), [Some(900), Some(900), Some(900)]);
        assert_eq!(not_before(&[at(1), at(2), at(9), at(4), at(5)], 5), Some(at(11)));
        assert_eq!(not_before(&[at(1); 19], FREE_FOR_ADDRESS), None);
    }
}

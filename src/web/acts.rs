//! Who did what? Writes acts into the audit log.

use std::time::Duration;

use tokio::time::timeout;

use super::House;
use super::asker::Asker;
use crate::access::Way;
use crate::ports::access::Act;

/// How long an answer waits for its act. A store that is slower than that writes it all the same.
const LIMIT: Duration = Duration::from_secs(1);
/// Letters of an object that are kept.
const LONGEST: usize = 200;

/// How an act ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Ended {
    /// As it was asked.
    Done,
    /// It was not allowed, or made no sense: nothing happened.
    Refused,
    /// It was allowed, and did not work.
    Failed,
}

impl Ended {
    fn word(self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::Refused => "refused",
            Self::Failed => "failed",
        }
    }
}

/// Notes that `asker` did `what` to `object`: `page`, `ack` or `sign-in` to a case or a name, never customer data. An act
/// that cannot be written is logged; nobody is kept from paging for it.
pub(super) async fn note(house: &House, asker: &Asker, what: &'static str, object: &str, ended: Ended) {
    let caller = asker.caller.as_ref();
    let act = Act {
        at: house.clock.now(),
        by: caller.map(|caller| caller.name.clone()).unwrap_or_default(),
        role: caller.map(|caller| caller.role.word().to_owned()).unwrap_or_default(),
        via: caller.map(|caller| caller.way).map(Way::word).unwrap_or_default().to_owned(),
        from: asker.address.map(|address| address.to_string()).unwrap_or_default(),
        what: what.to_owned(),
        object: object.chars().filter(|letter| !letter.is_control()).take(LONGEST).collect(),
        result: ended.word().to_owned(),
    };
    let access = house.access.clone();
    // Apart from the request: whoever hangs up does not keep their act from the log.
    let writing = tokio::spawn(async move {
        if let Err(error) = access.note_act(&act).await {
            let Act { what, result, .. } = act;
            tracing::error!(%error, what, result, "an act cannot be written into the audit log");
        }
    });
    let _slow = timeout(LIMIT, writing).await;
}

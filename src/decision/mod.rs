//! What does the procedure say to do with this call, and what must be asked next? Pure.
//!
//! `answers` is what the agent knows so far; `table` carries out the numbered procedure; `question` finds the next
//! needed question; `partners` knows which department belongs to which schedule; `outage` is the outage checklist;
//! `ladder` turns who is on call into rungs to climb, `ladder_lint` finds steps that no page can reach; `promise` says by
//! when the customer may expect a call.

pub mod answers;
pub mod ladder;
pub mod ladder_lint;
pub mod outage;
pub mod partners;
pub mod promise;
pub mod question;
mod reading;
pub mod table;

pub use answers::{Affected, Answer, Answers, Circumstances, Device, Partner};
pub use partners::{Group, Partners};
pub use question::{Asked, Given, Interview, Question};
pub use reading::Unreadable;
pub use table::{Decision, Outcome, RowId, decide};

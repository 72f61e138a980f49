//! Would a page reach somebody tonight, and who must hear what beforehand? Pure: `now` is an argument.
//!
//! `duty` is a time on call as a person sees it; `fact` is what providers tell, `finding` what a check comes to, `confirm`
//! which numbers proved themselves, `tzif` reads the machine's zone file; `quiet` says when nobody is disturbed, `handoff`
//! what is told at both ends of a duty, `readiness` who is asked the day before, `drilled` who did not say yes in a drill.

pub mod confirm;
pub mod drilled;
pub mod duty;
pub mod fact;
pub mod finding;
pub mod handoff;
pub mod quiet;
pub mod readiness;
pub mod tzif;

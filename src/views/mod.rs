//! In which shape do faces hand out answers? The JSON of contract 3, one struct a shape, shared by every face.
//!
//! A field may be added; none is renamed, removed or left out: what is not there is `null` or an empty list.
//! `who` is who is on call, `explain` the same with its reasons, `gaps` what a schedule leaves open, `shifts` its
//! resolved timeline, `sync` what changed in the sheets, `problem` one defect of a sheet, `decision` what the procedure
//! says, `page` a page with its promise, `listed` several of them, `serve` where the service listens. `board` is what
//! the board shows: values, which the face draws.
//! says, `question` what the procedure asks next,
//! `page` a page with its promise, `listed` several of them, `serve` where the service listens;
//! `masked` is what somebody gets who may not see numbers.

pub mod board;
pub mod decision;
pub mod explain;
pub mod gaps;
pub mod listed;
pub mod masked;
pub mod page;
pub mod problem;
pub mod question;
pub mod serve;
pub mod shifts;
pub mod sync;
pub mod who;

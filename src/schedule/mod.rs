//! Who is on call, as a sheet kept by hand says? Grid to rows to shifts to people, with the reason. Pure.
//!
//! `version` is what a source hands over, `grid` its cells, and `tabs` reads several of them as one sheet; `notation`
//! reads dates and times as people type them; `layout` turns a grid into shifts; `roster` knows people and how to reach
//! them; `identity` tells which words mean one role or one person; `problem` is a defect with its cell; `resolve`
//! answers who is on call, at first as a view (`answer`), and `explain` why; `timeline`, with its numbers `counted`, is what both look into; `coverage` and `gaps` judge a span of
//! time, and `plan` lists who is on call in it; `lint` finds what looks wrong in rows that were read, and `judgement`
//! gathers all of that; `difference` compares two versions; `loaded` is a schedule as a face gets it, with its age.

pub mod answer;
mod counted;
pub mod coverage;
pub mod difference;
pub mod explain;
pub mod gaps;
pub mod grid;
pub(crate) mod identity;
pub mod judgement;
pub mod layout;
pub mod lint;
pub mod loaded;
pub mod notation;
pub mod on_call;
pub mod phone;
pub mod plan;
pub mod problem;
pub mod resolve;
pub mod roster;
pub mod shift;
pub mod tabs;
mod timeline;
pub mod version;

pub use resolve::Schedule;

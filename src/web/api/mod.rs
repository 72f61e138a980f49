//! How do programs ask this house? Paths below `/api/v1/`, which give the JSON of the command line, and their description.
//!
//! `reading` answers from the schedules, `pages` from the page log; `paging` opens pages, `reports` records what people
//! say of them, `deciding` says what the procedure asks next. `query` and `body` read what is asked, `answer` hands over,
//! `trouble` says in statuses what went wrong. `once` keeps one request from acting twice, `pace` keeps one caller from
//! asking too much, `memory` remembers the answer of this second. `description` tells all of it to programs.

mod answer;
mod memory;
mod pace;
mod pages;
mod query;
mod reading;
mod trouble;

use super::routes::Routes;

pub use memory::Memory;
pub(super) use pace::Pace;

/// The paths of this room.
pub(super) fn routes(routes: Routes) -> Routes {
    routes.with(reading::routes).with(pages::routes)
}

/// Whether a path belongs to the API, so that whatever is wrong with it is told by a problem document.
pub(super) fn is_below(path: &str) -> bool {
    path == "/api" || path.starts_with("/api/")
}

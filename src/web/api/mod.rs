//! How do programs ask this house? Paths below `/api/v1/`, which give the JSON of the command line, and their description.
//!
//! `reading` answers from the schedules, `pages` from the page log; `paging` opens pages and says what the procedure
//! asks next, `reports` records what people say of them. `query` and `body` read what is asked, `answer` hands over,
//! `trouble` says in statuses what went wrong. `once` keeps one request from acting twice, `pace` keeps one caller from
//! asking too much, `memory` remembers the answer of this second. `description` tells all of it to programs.

mod answer;
mod body;
mod description;
mod memory;
mod once;
mod pace;
mod pages;
mod paging;
mod query;
mod reading;
mod reports;
mod trouble;

use super::routes::Routes;
use crate::decision::Question;
use crate::views::question::value;
use crate::wording::questions::choices;

pub use memory::Memory;
pub(super) use pace::Pace;

/// The paths of this room.
pub(super) fn routes(routes: Routes) -> Routes {
    routes
        .with(reading::routes)
        .with(pages::routes)
        .with(paging::routes)
        .with(reports::routes)
        .with(description::routes)
}

/// Whether a path belongs to the API, so that whatever is wrong with it is told by a problem document.
pub(super) fn is_below(path: &str) -> bool {
    path == "/api" || path.starts_with("/api/")
}

/// The words that answer a question; `None` of the partner, whom a department's name stands for as well.
fn question_keys(question: Question) -> Option<Vec<&'static str>> {
    let words = || choices(question).map(|choice| value(choice.given)).collect();
    (question != Question::Partner).then(words)
}

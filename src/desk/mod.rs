//! What do both faces do with a site and the page log? How a case becomes a page, how stored pages are read, what is
//! reported of them, and how the hours of a window are judged.
//!
//! `error` says how a request ends, `instant` which instant somebody typed, `words` gives the settings as the words want
//! them, `blocked` whose texts are blocked. `answers` and `briefing` read what an agent gave, `form` what they
//! gave so far and what is asked next, `decided` is the case that
//! the procedure decided, `page_plan` the page as it would begin. `reader` reads stored pages, `lists` lists them and
//! their promises, `reports` records what a person says of one. `window` reads which hours somebody asked about, `weeks`
//! which weeks; `gaps` and `shifts` answer for them, and `texts` tells it all in words. Nothing here writes: a function
//! gives a value, and the face prints, draws or serves it.

pub mod answers;
pub mod blocked;
pub mod briefing;
pub mod decided;
pub mod error;
pub mod form;
pub mod gaps;
pub mod instant;
pub mod lists;
pub mod page_plan;
pub mod reader;
pub mod reports;
pub mod shifts;
pub mod texts;
pub mod weeks;
pub mod window;
pub mod words;

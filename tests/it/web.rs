//! Does the house over HTTP do what its people need, and nothing for anybody else?

mod form;
mod form_stories;
mod night_desk;

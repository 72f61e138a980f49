//! Does the house over HTTP do what its people need, and nothing for anybody else?

mod form;
mod form_stories;
mod link;
mod night_desk;
mod sign_in;

//! Does the house over HTTP do what its people need, and nothing for anybody else?

mod access;
mod board;
mod form;
mod form_stories;
mod header;
mod link;
mod night_desk;
mod sign_in;
mod single_sign_on;
mod timeline;
mod tls;

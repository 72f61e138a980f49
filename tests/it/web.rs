//! Does the house over HTTP do what its people need, and nothing for anybody else?

mod access;
mod api;
mod api_command_line;
mod api_paging;
mod api_schema;
mod board;
mod form;
mod form_stories;
mod header;
mod link;
mod night_desk;
mod restricted;
mod sign_in;
mod single_sign_on;
mod story;
mod timeline;
mod tls;

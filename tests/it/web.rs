//! Does the house over HTTP do what its people need, and nothing for anybody else?

mod api;
mod api_command_line;
mod api_paging;
mod api_schema;
mod link;
mod sign_in;

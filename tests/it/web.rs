//! Does the house over HTTP do what its people need, and nothing for anybody else?

mod link;
mod sign_in;

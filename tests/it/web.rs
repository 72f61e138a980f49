//! Does the house over HTTP do what its people need, and nothing for anybody else?

mod sign_in;

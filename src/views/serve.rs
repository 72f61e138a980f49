//! What does a running service say to the script that started it?

use serde::Serialize;

/// Where the service listens, once it does.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Listening {
    /// The address and port, as they were bound.
    pub listening: String,
    /// The same as the beginning of an address for browsers.
    pub url: String,
}

impl Listening {
    /// The view of an address that was bound.
    pub fn at(address: &str) -> Self {
        Self { listening: address.to_owned(), url: format!("http://{address}") }
    }
}

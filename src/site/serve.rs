//! Which settings does the service have? `[serve]`: where it listens, and under which address the world reaches it.

use serde::Deserialize;

use crate::delivery::PublicUrl;

/// `[serve]`.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ServeSettings {
    /// Where to listen: an address or name of this machine and a port; port 0 takes a free one.
    pub listen: String,
    /// The address under which providers reach the service from outside. Without one nothing is called back, and the
    /// same facts are asked for.
    pub public_url: Option<PublicUrl>,
    /// How much the body of one request may hold, in KiB.
    pub body_limit_kib: u32,
}

impl Default for ServeSettings {
    fn default() -> Self {
        Self { listen: "127.0.0.1:8420".to_owned(), public_url: None, body_limit_kib: 64 }
    }
}

impl ServeSettings {
    /// What the types cannot say: the key that is wrong, and why.
    pub(super) fn check(&self) -> Result<(), (&'static str, String)> {
        let is_port = |(host, port): (&str, &str)| !host.is_empty() && port.parse::<u16>().is_ok();
        if !self.listen.rsplit_once(':').is_some_and(is_port) {
            let message = format!("listen = {:?} is not an address and a port, as 127.0.0.1:8420 is", self.listen);
            return Err(("listen", message));
        }
        if !(1..=1024).contains(&self.body_limit_kib) {
            return Err(("body_limit_kib", "body_limit_kib must lie between 1 and 1024".to_owned()));
        }
        Ok(())
    }
}

//! From which address does a request come? What the connection says, never a header.

use std::net::{IpAddr, SocketAddr};

use axum::extract::connect_info::Connected;
use axum::serve::IncomingStream;
use tokio::net::TcpListener;

/// The other end of a connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Peer(Option<SocketAddr>);

impl Peer {
    /// The other end at this address.
    pub(super) fn at(address: SocketAddr) -> Self {
        Self(Some(address))
    }

    /// Its address, one of IPv4 in the form of IPv4.
    pub(super) fn address(self) -> Option<IpAddr> {
        self.0.map(|peer| peer.ip().to_canonical())
    }
}

impl Connected<IncomingStream<'_, TcpListener>> for Peer {
    fn connect_info(stream: IncomingStream<'_, TcpListener>) -> Self {
        Self(Some(*stream.remote_addr()))
    }
}

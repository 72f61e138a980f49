//! How do connections come in over TLS? Each handshake by itself, with a time limit, so that a slow one holds up nobody.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::connect_info::Connected;
use axum::serve::{IncomingStream, Listener};
use rustls::ServerConfig;
use tokio::io::AsyncWriteExt as _;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Semaphore, mpsc, watch};
use tokio::task::JoinHandle;
use tokio::time::timeout;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;

use super::peer::Peer;

/// How long a handshake may take.
const LIMIT: Duration = Duration::from_secs(10);
/// How many are under way at once; more wait in the system's queue.
const AT_ONCE: usize = 256;
/// The first byte of a handshake (RFC 8446 5.1).
const HANDSHAKE: u8 = 22;
/// What a browser is told that speaks plain HTTP to this port.
const PLAIN: &[u8] = b"HTTP/1.1 400 Bad Request\r\nContent-Type: text/plain\r\nConnection: close\r\n\r\n\
                       This port speaks HTTPS. Write https:// before the address.\n";

type Came = (TlsStream<TcpStream>, SocketAddr);

/// Takes connections over TLS.
pub struct TlsListener {
    address: SocketAddr,
    came: mpsc::Receiver<Came>,
    accepting: JoinHandle<()>,
}

impl TlsListener {
    /// Listens with the certificate that `current` holds at the time of each connection.
    pub fn new(listener: TcpListener, current: watch::Receiver<Arc<ServerConfig>>) -> io::Result<Self> {
        let address = listener.local_addr()?;
        let (ready, came) = mpsc::channel(1);
        Ok(Self { address, came, accepting: tokio::spawn(accept(listener, current, ready)) })
    }
}

impl Drop for TlsListener {
    fn drop(&mut self) {
        self.accepting.abort();
    }
}

impl Listener for TlsListener {
    type Io = TlsStream<TcpStream>;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> Came {
        match self.came.recv().await {
            Some(came) => came,
            // The task that accepts goes on for as long as this value lives.
            None => std::future::pending().await,
        }
    }

    fn local_addr(&self) -> io::Result<SocketAddr> {
        Ok(self.address)
    }
}

impl Connected<IncomingStream<'_, TlsListener>> for Peer {
    fn connect_info(stream: IncomingStream<'_, TlsListener>) -> Self {
        Self::at(*stream.remote_addr())
    }
}

async fn accept(mut listener: TcpListener, current: watch::Receiver<Arc<ServerConfig>>, ready: mpsc::Sender<Came>) {
    let permits = Arc::new(Semaphore::new(AT_ONCE));
    loop {
        let Ok(permit) = Arc::clone(&permits).acquire_owned().await else { return };
        // Tries again after an error, as for plain connections.
        let (stream, peer) = Listener::accept(&mut listener).await;
        let acceptor = TlsAcceptor::from(Arc::clone(&current.borrow()));
        let ready = ready.clone();
        tokio::spawn(async move {
            // A scanner that hangs up or shakes no hand is nobody's trouble: nothing is logged but on request.
            match timeout(LIMIT, shaken(&acceptor, stream)).await {
                Ok(Ok(stream)) => drop(ready.send((stream, peer)).await),
                Ok(Err(error)) => tracing::debug!(%error, "a TLS handshake failed"),
                Err(_) => tracing::debug!("a TLS handshake took too long"),
            }
            drop(permit);
        });
    }
}

async fn shaken(acceptor: &TlsAcceptor, mut stream: TcpStream) -> io::Result<TlsStream<TcpStream>> {
    let mut first = [0];
    stream.peek(&mut first).await?;
    if first != [HANDSHAKE] {
        stream.write_all(PLAIN).await?;
        stream.shutdown().await?;
        // Read until the other end hangs up: closing over unread bytes would take the answer away from it.
        tokio::io::copy(&mut stream, &mut tokio::io::sink()).await?;
        return Err(io::Error::other("it was plain HTTP"));
    }
    acceptor.accept(stream).await
}

//! What does a provider see, and what if it answers anything at all? An HTTP server that plays a script.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// One answer of the script.
#[derive(Clone)]
pub(crate) enum Play {
    /// A whole answer: status, content type, body.
    Answer(u16, &'static str, String),
    /// A redirect to this address.
    Redirect(String),
    /// An answer that announces more than it sends.
    CutOff(u16, String),
    /// The connection ends without an answer.
    Close,
    /// The connection stays open without an answer.
    Hang,
}

impl Play {
    /// A JSON answer.
    pub(crate) fn json(status: u16, body: &str) -> Self {
        Self::Answer(status, "application/json", body.to_owned())
    }
}

/// A request as it came in.
#[derive(Clone, Debug)]
pub(crate) struct Seen {
    pub(crate) method: String,
    pub(crate) target: String,
    pub(crate) head: String,
    pub(crate) body: String,
}

impl Seen {
    /// The value of a header, by its name in any case.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.head
            .lines()
            .filter_map(|line| line.split_once(':'))
            .find(|(key, _)| key.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.trim())
    }
}

/// What is answered to a request.
type Answer = dyn Fn(&Seen) -> Play + Send + Sync;

/// A provider that answers by script, one connection an answer; a request beyond the script gets 599.
pub(crate) struct ScriptedHttp {
    pub(crate) address: String,
    seen: Arc<Mutex<Vec<Seen>>>,
}

impl ScriptedHttp {
    /// One that answers each request by what it asks.
    pub(crate) async fn answering(answer: impl Fn(&Seen) -> Play + Send + Sync + 'static) -> Self {
        Self::with(Arc::new(answer)).await
    }

    pub(crate) async fn start(script: impl IntoIterator<Item = Play>) -> Self {
        let script = Mutex::new(script.into_iter().collect::<VecDeque<_>>());
        let next = move |_: &Seen| script.lock().unwrap().pop_front().unwrap_or_else(|| Play::json(599, "{}"));
        Self::with(Arc::new(next)).await
    }

    async fn with(answer: Arc<Answer>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port is free");
        let address = format!("http://{}", listener.local_addr().expect("the port is known"));
        let seen = Arc::new(Mutex::new(Vec::new()));
        let record = seen.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(serve(stream, answer.clone(), record.clone()));
            }
        });
        Self { address, seen }
    }

    /// Every request so far, in order.
    pub(crate) fn seen(&self) -> Vec<Seen> {
        self.seen.lock().unwrap().clone()
    }
}

async fn serve(mut stream: TcpStream, answer: Arc<Answer>, record: Arc<Mutex<Vec<Seen>>>) {
    let Some(request) = read_request(&mut stream).await else { return };
    let play = answer(&request);
    record.lock().unwrap().push(request);
    send(stream, play).await;
}

pub(crate) async fn send(mut stream: TcpStream, play: Play) {
    let (head, body) = match play {
        Play::Answer(status, kind, body) => {
            (format!("HTTP/1.1 {status} X\r\nContent-Type: {kind}\r\nContent-Length: {}\r\n", body.len()), body)
        }
        Play::Redirect(to) => (format!("HTTP/1.1 302 X\r\nLocation: {to}\r\nContent-Length: 0\r\n"), String::new()),
        Play::CutOff(status, body) => {
            (format!("HTTP/1.1 {status} X\r\nContent-Length: {}\r\n", body.len() + 100), body)
        }
        Play::Close => return,
        Play::Hang => {
            // Ends when the client gives up and closes.
            let _given_up = stream.read(&mut [0; 1]).await;
            return;
        }
    };
    let answer = format!("{head}Connection: close\r\n\r\n{body}");
    let _client_gone = stream.write_all(answer.as_bytes()).await;
    let _client_gone = stream.shutdown().await;
}

async fn read_request(stream: &mut TcpStream) -> Option<Seen> {
    let mut bytes = Vec::new();
    loop {
        let mut chunk = [0; 4096];
        let read = stream.read(&mut chunk).await.ok().filter(|read| *read > 0)?;
        bytes.extend_from_slice(&chunk[..read]);
        let text = String::from_utf8_lossy(&bytes);
        let Some((head, body)) = text.split_once("\r\n\r\n") else { continue };
        let mut words = head.lines().next()?.split(' ');
        let request = Seen {
            method: words.next()?.to_owned(),
            target: words.next()?.to_owned(),
            head: head.to_owned(),
            body: body.to_owned(),
        };
        let expected = request.header("content-length").map_or(Some(0), |length| length.parse().ok())?;
        if request.body.len() >= expected {
            return Some(request);
        }
    }
}

/// A provider that answers each request by what it says.
pub(crate) struct AnsweringHttp {
    pub(crate) address: String,
}

impl AnsweringHttp {
    pub(crate) async fn start(answer: impl Fn(&Seen) -> Play + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port is free");
        let address = format!("http://{}", listener.local_addr().expect("the port is known"));
        let answer = Arc::new(answer);
        tokio::spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                let answer = Arc::clone(&answer);
                tokio::spawn(async move {
                    if let Some(request) = read_request(&mut stream).await {
                        let play = answer(&request);
                        send(stream, play).await;
                    }
                });
            }
        });
        Self { address }
    }
}

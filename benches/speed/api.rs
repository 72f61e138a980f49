//! How many requests a second does `GET /api/v1/who` bear, beside a bare axum handler that returns the same bytes?
//!
//! Each answers in a process of its own with two threads, asked over connections that stay open by the same client on the
//! same machine; rounds are interleaved, and what counts is the middle one of their ratios.

use std::fmt;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use axum::Router;
use axum::http::header;
use axum::routing::get;

use super::{Bound, Measured};

/// How many connections ask at once.
const CONNECTIONS: usize = 16;
/// How long each is asked in a round, and how many rounds there are.
const ROUND: Duration = Duration::from_secs(1);
const ROUNDS: usize = 9;
/// The word that makes this program the bare handler.
pub(super) const BARE: &str = "--bare-axum";

const SETTINGS: &str = "[desk]\ncps_hours = \"never\"\ngeneral_hours = \"always\"\n[schedules.aims]\nsource = \
                        \"csv:aims.csv\"\n[schedules.gds]\nsource = \"csv:aims.csv\"\n[serve]\nlisten = \
                        \"127.0.0.1:0\"\nrequests_per_minute = 100000000\n";
const SHEET: &str = "start,end,person,role\n2017-01-01,2038-01-01,Ada Ruiz,primary\n2017-01-01,2038-01-01,Ben \
                     Okafor,secondary\n";

/// Measures both.
pub(super) fn measure() -> Vec<Measured> {
    let folder = tempfile::tempdir().expect("a folder");
    for (name, text) in [
        ("page-oncall.toml", SETTINGS),
        ("aims.csv", SHEET),
        ("contacts.csv", "name,phone\nAda Ruiz,608-555-0101\nBen Okafor,608-555-0102\n"),
    ] {
        std::fs::write(folder.path().join(name), text).expect("the site can be written");
    }
    let program = || {
        let mut command = Command::new(env!("CARGO_BIN_EXE_page-oncall"));
        command.current_dir(folder.path()).stderr(Stdio::null());
        command
    };
    let made = program().args(["token", "create", "bench", "--role", "agent"]).output().expect("a token");
    let made = String::from_utf8(made.stdout).expect("text");
    let token = made.lines().next().expect("the secret").to_owned();
    let ours = Served::start(program().args(["--format", "json", "serve"]), |line| {
        let told: serde_json::Value = serde_json::from_str(line).expect("JSON");
        let address = told.get("listening").and_then(|address| address.as_str());
        address.expect("an address").parse().expect("an address")
    });
    let asked = format!("GET /api/v1/who HTTP/1.1\r\nHost: bench\r\nAuthorization: Bearer {token}\r\n\r\n");
    let body = loop {
        // The first reading of the schedules may not have ended yet.
        let (status, body) = Connection::open(ours.address).ask(asked.as_bytes());
        if status == 200 {
            break body;
        }
    };
    let bytes = folder.path().join("bytes");
    std::fs::write(&bytes, &body).expect("the bytes can be written");
    let mut bare = Command::new(std::env::current_exe().expect("this program"));
    let bare = Served::start(bare.arg(BARE).arg(&bytes), |line| line.trim().parse().expect("an address"));
    let rounds: [[f64; 2]; ROUNDS] =
        std::array::from_fn(|_| [&ours, &bare].map(|server| rate(server.address, asked.as_bytes(), body.len())));
    let [ours, bare] = [0, 1].map(|side| Spread::of(rounds.map(|round| round[side])));
    let ratio = Spread::of(rounds.map(|[ours, bare]| ours / bare));
    println!("GET /api/v1/who: {ours:.0} requests a second, a bare axum handler {bare:.0}, ratio {ratio:.3}");
    vec![Measured {
        what: "requests a second of /api/v1/who, of those of a bare axum handler with the same bytes".to_owned(),
        ratio: ratio.middle,
        bound: Bound::AtLeast(0.5),
    }]
}

/// Answers with the bytes of a file, as little as axum can do.
pub(super) fn bare(file: &str) {
    let bytes = axum::body::Bytes::from(std::fs::read(file).expect("the bytes"));
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().expect("threads");
    runtime.block_on(async {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
        println!("{}", listener.local_addr().expect("an address"));
        let handler = move || {
            let bytes = bytes.clone();
            async move { ([(header::CONTENT_TYPE, "application/json")], bytes) }
        };
        axum::serve(listener, Router::new().route("/api/v1/who", get(handler))).await.expect("it serves");
    });
}

/// The figures of some rounds: the middle one, and the least and the most.
struct Spread {
    middle: f64,
    ends: [f64; 2],
}

impl Spread {
    fn of(mut figures: [f64; ROUNDS]) -> Self {
        figures.sort_unstable_by(f64::total_cmp);
        Self { middle: figures[ROUNDS / 2], ends: [figures[0], figures[ROUNDS - 1]] }
    }
}

impl fmt::Display for Spread {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let ([least, most], digits) = (self.ends, f.precision().unwrap_or(2));
        write!(f, "{:.digits$} ({least:.digits$} to {most:.digits$})", self.middle)
    }
}

/// A server of its own process, which ends with this value.
struct Served {
    child: Child,
    address: SocketAddr,
}

impl Served {
    fn start(command: &mut Command, address: impl FnOnce(&str) -> SocketAddr) -> Self {
        let mut child = command.stdin(Stdio::null()).stdout(Stdio::piped()).spawn().expect("the server starts");
        let mut line = String::new();
        let mut out = BufReader::new(child.stdout.take().expect("its output"));
        out.read_line(&mut line).expect("a line");
        Self { child, address: address(&line) }
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        let _gone_already = self.child.kill();
        let _reaped = self.child.wait();
    }
}

struct Connection {
    stream: BufReader<TcpStream>,
    line: String,
    body: Vec<u8>,
}

impl Connection {
    fn open(address: SocketAddr) -> Self {
        let stream = TcpStream::connect(address).expect("a connection");
        stream.set_nodelay(true).expect("an option of the connection");
        stream.set_read_timeout(Some(Duration::from_secs(30))).expect("an option of the connection");
        Self { stream: BufReader::new(stream), line: String::new(), body: Vec::new() }
    }

    /// Asks once and reads the whole answer.
    fn ask(&mut self, request: &[u8]) -> (u16, Vec<u8>) {
        let status = self.round(request);
        (status, self.body.clone())
    }

    fn round(&mut self, request: &[u8]) -> u16 {
        self.stream.get_mut().write_all(request).expect("it takes the request");
        let (mut status, mut length) = (0, 0);
        loop {
            self.line.clear();
            self.stream.read_line(&mut self.line).expect("a header");
            let line = self.line.trim_end();
            if line.is_empty() {
                break;
            }
            if let Some(rest) = line.strip_prefix("HTTP/1.1 ") {
                status = rest.get(..3).and_then(|text| text.parse().ok()).expect("a status");
            } else if let Some((name, value)) = line.split_once(": ")
                && name.eq_ignore_ascii_case("content-length")
            {
                length = value.parse().expect("a length");
            }
        }
        self.body.resize(length, 0);
        self.stream.read_exact(&mut self.body).expect("the body");
        status
    }
}

/// Requests a second over some connections that stay open.
fn rate(address: SocketAddr, request: &[u8], about: usize) -> f64 {
    let (count, over) = (AtomicU64::new(0), AtomicBool::new(false));
    let begun = Instant::now();
    std::thread::scope(|scope| {
        for _ in 0..CONNECTIONS {
            scope.spawn(|| {
                let mut connection = Connection::open(address);
                while !over.load(Ordering::Relaxed) {
                    assert_eq!(connection.round(request), 200);
                    // Ages grow by a digit now and then.
                    assert!(connection.body.len().abs_diff(about) < 64, "another answer");
                    count.fetch_add(1, Ordering::Relaxed);
                }
            });
        }
        std::thread::sleep(ROUND);
        over.store(true, Ordering::Relaxed);
    });
    count.load(Ordering::Relaxed) as f64 / begun.elapsed().as_secs_f64()
}

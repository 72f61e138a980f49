//! What do 500 open boards cost? The real service, 500 streams, a page every two seconds; CPU seconds of the service.
//!
//! Run with `cargo bench --bench boards`. The service must use less than one core, and every stream must hear of every
//! page. Reads the process's time from `/proc`, so it runs on Linux alone.

#![allow(
    clippy::expect_used,
    clippy::print_stdout,
    clippy::disallowed_methods,
    clippy::cast_precision_loss,
    clippy::indexing_slicing,
    reason = "a benchmark prints its figures, measures the clock and may end by a panic"
)]

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command, ExitCode, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

const BOARDS: usize = 500;
const PAGES: usize = 15;
const EVERY: Duration = Duration::from_secs(2);
/// Ticks a second of `/proc/PID/stat`; the same on every Linux that matters here.
const TICKS: f64 = 100.0;

const SETTINGS: &str = r#"
[desk]
cps_hours = "never"
general_hours = "always"
[schedules.aims]
source = "csv:aims.csv"
[schedules.msn]
source = "csv:aims.csv"
[serve]
listen = "127.0.0.1:0"
"#;
const SHEET: &str =
    "start,end,person,role\n2017-01-01,2038-01-01,Ada Ruiz,primary\n2017-01-01,2038-01-01,Ben Ode,secondary\n";
const PEOPLE: &str = "name,phone\nAda Ruiz,608-555-0101\nBen Ode,608-555-0102\n";

fn program(folder: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_page-oncall"));
    command.env_clear().env("USER", "agent").current_dir(folder).stdin(Stdio::null()).stderr(Stdio::null());
    command
}

fn main() -> ExitCode {
    let folder = tempfile::tempdir().expect("a temporary folder");
    for (name, text) in [("page-oncall.toml", SETTINGS), ("aims.csv", SHEET), ("contacts.csv", PEOPLE)] {
        std::fs::write(folder.path().join(name), text).expect("a file is written");
    }
    let mut service =
        program(folder.path()).args(["--format", "json", "serve"]).stdout(Stdio::piped()).spawn().expect("it starts");
    let verdict = measure(folder.path(), &mut service);
    service.kill().expect("the service ends");
    service.wait().expect("the service has ended");
    verdict
}

fn measure(folder: &Path, service: &mut Child) -> ExitCode {
    let mut line = String::new();
    let output = service.stdout.take().expect("its output is piped");
    BufReader::new(output).read_line(&mut line).expect("a line");
    let told: serde_json::Value = serde_json::from_str(&line).expect("where it listens");
    let address = told["listening"].as_str().expect("an address").to_owned();
    let token = program(folder)
        .args(["--format", "json", "token", "create", "bench", "--role", "agent"])
        .output()
        .expect("a token");
    let token: serde_json::Value = serde_json::from_slice(&token.stdout).expect("JSON");
    let token = token["secret"].as_str().expect("its secret").to_owned();

    let bytes = Arc::new(AtomicUsize::new(0));
    let heard = Arc::new(AtomicUsize::new(0));
    for _ in 0..BOARDS {
        let mut stream = TcpStream::connect(&address).expect("a connection");
        write!(stream, "GET /events HTTP/1.1\r\nHost: any\r\nAuthorization: Bearer {token}\r\n\r\n")
            .expect("it is sent");
        let (bytes, heard) = (Arc::clone(&bytes), Arc::clone(&heard));
        std::thread::Builder::new()
            .stack_size(64 << 10)
            .spawn(move || listen(stream, &bytes, &heard))
            .expect("a thread");
    }
    // The first drawing of everything is not what is measured.
    std::thread::sleep(Duration::from_secs(3));
    let (before, start, received) = (cpu_s(service.id()), Instant::now(), bytes.load(Ordering::Relaxed));
    for case in 0..PAGES {
        page(folder, &format!("{:07}", 1_000_000 + case));
        std::thread::sleep(EVERY);
    }
    let (used, lasted) = (cpu_s(service.id()) - before, start.elapsed().as_secs_f64());
    let received = (bytes.load(Ordering::Relaxed) - received) as f64 / lasted / 1e6;
    let all_heard = heard.load(Ordering::Relaxed);
    println!(
        "{BOARDS} boards, {PAGES} pages in {lasted:.1} s: {used:.2} CPU seconds, {:.3} cores, {received:.1} MB/s, the last \
         page heard by {all_heard} boards",
        used / lasted
    );
    let is_kept = used / lasted < 1.0 && all_heard == BOARDS;
    println!("{} less than one core, and everybody hears of everything", if is_kept { "kept  " } else { "MISSED" });
    if is_kept { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// Reads one stream to its end, and counts when the last page is told.
fn listen(mut stream: TcpStream, bytes: &AtomicUsize, heard: &AtomicUsize) {
    let last = format!("Case {:07}", 1_000_000 + PAGES - 1);
    let (mut chunk, mut tail) = ([0; 16 << 10], Vec::new());
    let mut is_told = false;
    while let Ok(read @ 1..) = stream.read(&mut chunk) {
        bytes.fetch_add(read, Ordering::Relaxed);
        tail.extend_from_slice(chunk.get(..read).unwrap_or_default());
        if !is_told && tail.windows(last.len()).any(|words| words == last.as_bytes()) {
            is_told = true;
            heard.fetch_add(1, Ordering::Relaxed);
        }
        let kept = tail.len().saturating_sub(last.len());
        tail.drain(..kept);
    }
}

fn page(folder: &Path, case: &str) {
    let words = [
        "--case",
        case,
        "--yes",
        "--partner",
        "aims",
        "--outage",
        "no",
        "--hd-can-help",
        "no",
        "--device",
        "departmental",
        "--critical=yes",
        "--customer",
        "A Customer",
        "--phone",
        "608-555-0142",
        "--summary",
        "Printer stopped",
        "--no-wait",
    ];
    let status = program(folder).args(words).stdout(Stdio::null()).status().expect("it runs");
    assert!(status.success(), "the page of {case} ends in {status}");
}

/// The user and system time of a process, in seconds.
fn cpu_s(process: u32) -> f64 {
    let stat = std::fs::read_to_string(format!("/proc/{process}/stat")).expect("Linux tells of processes");
    let after_name = stat.rsplit(')').next().unwrap_or_default();
    let ticks: f64 = after_name.split_whitespace().skip(11).take(2).filter_map(|it| it.parse::<f64>().ok()).sum();
    ticks / TICKS
}

//! How long does "who is on call" take as a whole process, beside the process floor and the script a person would write?
//!
//! Run with `cargo bench --bench who`. Every figure of one run shares one machine and one minute, so only their ratios
//! count; the ratios are printed last.

#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::print_stdout,
    clippy::format_push_string,
    reason = "a benchmark prints its figures and may end by a panic"
)]

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

const AT: &str = "2027-03-10 20:00";
const ROUNDS: usize = 41;

fn main() {
    for rows in [100, 1_000, 10_000, 100_000] {
        let site = tempfile::tempdir().expect("a folder for the sample site");
        write_site(site.path(), rows);
        let sheet = site.path().join("aims.csv");
        let settings = site.path().join("page-oncall.toml");
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("benches/who.py");

        let mut floor = Command::new("true");
        let mut ours = Command::new(env!("CARGO_BIN_EXE_page-oncall"));
        ours.arg("--config").arg(settings).args(["who", "aims", "--at", AT]);
        let mut python = Command::new("python3");
        python.arg(script).arg(sheet).arg(AT);

        let rounds = if rows > 10_000 { 9 } else { ROUNDS };
        let mut times = [Vec::new(), Vec::new(), Vec::new()];
        for _ in 0..rounds {
            for (command, times) in [&mut floor, &mut ours, &mut python].into_iter().zip(&mut times) {
                times.push(time(command));
            }
        }
        let [floor, ours, python] = times.map(median);
        println!(
            "{rows:>7} rows: floor {floor:.2?}, page-oncall who {ours:.2?}, python {python:.2?}; \
             {:.1} times the floor, {:.1} times faster than the script",
            ours.as_secs_f64() / floor.as_secs_f64(),
            python.as_secs_f64() / ours.as_secs_f64(),
        );
    }
}

#[allow(clippy::disallowed_methods, reason = "a benchmark measures the clock")]
fn time(command: &mut Command) -> Duration {
    let start = Instant::now();
    let status = command.stdout(Stdio::null()).status().expect("the command runs");
    let length = start.elapsed();
    assert!(status.success(), "{command:?} answers that somebody is on call");
    length
}

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort_unstable();
    times[times.len() / 2]
}

/// A site whose one schedule has `rows` shifts of twelve hours, so that the asked instant is covered in each size.
fn write_site(folder: &Path, rows: usize) {
    let mut sheet = String::from("start,end,person\n");
    let first = chrono::NaiveDate::from_ymd_opt(2027, 3, 10).and_then(|day| day.and_hms_opt(6, 0, 0)).expect("a date")
        - chrono::Duration::hours(12 * i64::try_from(rows / 2).expect("few rows"));
    for row in 0..rows {
        let start = first + chrono::Duration::hours(12 * i64::try_from(row).expect("few rows"));
        let end = start + chrono::Duration::hours(12);
        let person = ["Ada Ruiz", "Ben Okafor", "Chloe Lindqvist"][row % 3];
        sheet += &format!("{},{},{person}\n", start.format("%Y-%m-%d %H:%M"), end.format("%Y-%m-%d %H:%M"));
    }
    std::fs::write(folder.join("aims.csv"), sheet).expect("the sheet is written");
    std::fs::write(
        folder.join("contacts.csv"),
        "name,aliases,phone,email\nAda Ruiz,,608-555-0101,\nBen Okafor,,608-555-0102,\nChloe Lindqvist,,608-555-0103,\n",
    )
    .expect("the contacts are written");
    std::fs::write(
        folder.join("page-oncall.toml"),
        "[desk]\ngeneral_hours = \"always\"\n[schedules.aims]\nsource = \"csv:aims.csv\"\n",
    )
    .expect("the settings are written");
}

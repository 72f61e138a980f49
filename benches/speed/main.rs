//! How fast is the program, as ratios taken in one run? Each line says a bound and whether it was kept.
//!
//! Run with `cargo bench --bench speed`, or some parts by name: `cargo bench --bench speed -- resolve api`. Other work on the machine slows both sides of a ratio, but seldom evenly: rounds
//! are interleaved, and what is compared are the least disturbed of them. The run fails when a bound is missed.

#![allow(
    clippy::expect_used,
    clippy::print_stdout,
    clippy::disallowed_methods,
    clippy::cast_precision_loss,
    clippy::indexing_slicing,
    reason = "a benchmark prints its figures, measures the clock and may end by a panic"
)]

mod api;
mod calendar;
mod resolve;
mod site;
mod who;

use std::process::{Command, ExitCode, Stdio};
use std::time::{Duration, Instant};

/// What was measured against what it must be.
struct Measured {
    what: String,
    ratio: f64,
    bound: Bound,
}

enum Bound {
    AtLeast(f64),
    AtMost(f64),
}

/// Measures one part.
type Part = fn() -> Vec<Measured>;

impl Measured {
    fn is_kept(&self) -> bool {
        match self.bound {
            Bound::AtLeast(bound) => self.ratio >= bound,
            Bound::AtMost(bound) => self.ratio <= bound,
        }
    }
}

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).filter(|word| word != "--bench").collect();
    if let [word, file] = words.as_slice()
        && word == api::BARE
    {
        api::bare(file);
        return ExitCode::SUCCESS;
    }
    let parts: [(&str, Part); 4] = [
        ("resolve", resolve::measure),
        ("who", who::measure),
        ("calendar", || calendar::measure().into_iter().collect()),
        ("api", api::measure),
    ];
    let wanted = |name: &str| words.is_empty() || words.iter().any(|word| word == name);
    let all: Vec<Measured> =
        parts.into_iter().filter(|(name, _)| wanted(name)).flat_map(|(_, measure)| measure()).collect();
    println!();
    for measured in &all {
        let (word, bound) = match measured.bound {
            Bound::AtLeast(bound) => ("at least", bound),
            Bound::AtMost(bound) => ("at most", bound),
        };
        let verdict = if measured.is_kept() { "kept  " } else { "MISSED" };
        println!("{verdict} {:>8.3} ({word} {bound}) {}", measured.ratio, measured.what);
    }
    if all.iter().all(Measured::is_kept) { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// The least time of each of `runs`, each run once a round.
fn least<const N: usize>(rounds: usize, mut runs: [&mut dyn FnMut(); N]) -> [Duration; N] {
    let mut least = [Duration::MAX; N];
    for _ in 0..rounds {
        for (run, least) in runs.iter_mut().zip(&mut least) {
            let start = Instant::now();
            run();
            *least = start.elapsed().min(*least);
        }
    }
    least
}

/// Runs a process to its end; `page-oncall` ends in 1 where it has findings.
fn run(command: &mut Command) {
    let status = command.stdout(Stdio::null()).status().expect("the command runs");
    assert!(matches!(status.code(), Some(0 | 1)), "{command:?} ends in {status}");
}

fn ratio(one: Duration, other: Duration) -> f64 {
    one.as_secs_f64() / other.as_secs_f64()
}

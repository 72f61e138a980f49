//! How long does "who is on call" take as a whole process, beside the process floor and the script a person would write?
//! And does a row cost the same in a sheet ten times as long?

use std::path::Path;
use std::process::Command;

use crate::site::{AT, Site, sheet_of};
use crate::{Bound, Measured, least, ratio, run};

/// A row of the longest sheet may cost so many times a row of one with a tenth of the rows.
const GROWTH: f64 = 1.5;

pub(crate) fn measure() -> Vec<Measured> {
    let mut measured = Vec::new();
    if Command::new("python3").arg("--version").output().is_err() {
        println!("python3 is missing: `who` is not compared with a script");
    } else {
        for (rows, rounds, is_bound) in [(100, 41, false), (1_000, 41, true), (10_000, 21, false), (100_000, 15, true)]
        {
            let ratio = beside_the_script(rows, rounds);
            let what = format!("times faster than the script: `who`, whole process, {rows} rows");
            measured.extend(is_bound.then_some(Measured { what, ratio, bound: Bound::AtLeast(20.0) }));
        }
    }
    measured.push(growth());
    measured
}

fn beside_the_script(rows: usize, rounds: usize) -> f64 {
    let site = Site::with(&sheet_of(rows));
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("benches/speed/who.py");
    let mut floor = Command::new("true");
    let mut ours = site.call(&["who", "aims", "--at", AT]);
    let mut python = Command::new("python3");
    python.arg(script).arg(site.file("aims.csv")).arg(AT);
    let [floor, ours, python] =
        least(rounds, [&mut || run(&mut floor), &mut || run(&mut ours), &mut || run(&mut python)]);
    println!(
        "{rows:>7} rows: page-oncall who {ours:.2?}, script {python:.2?}, floor {floor:.2?}; \
         {:.1} times the floor, {:.1} times faster than the script",
        ratio(ours, floor),
        ratio(python, ours),
    );
    ratio(python, ours)
}

fn growth() -> Measured {
    let [empty, tenth, whole] = [2, 100_000, 1_000_000].map(|rows| Site::with(&sheet_of(rows)));
    let [mut empty, mut tenth, mut whole] =
        [&empty, &tenth, &whole].map(|site| site.call(&["who", "aims", "--at", AT]));
    let [empty, tenth, whole] = least(7, [&mut || run(&mut empty), &mut || run(&mut tenth), &mut || run(&mut whole)]);
    println!("page-oncall who: 100000 rows {tenth:.2?}, 1000000 rows {whole:.2?}");
    let per_row = ratio(whole.saturating_sub(empty), tenth.saturating_sub(empty)) / 10.0;
    let what = "times the cost of a row in 100000: a row in 1000000".to_owned();
    Measured { what, ratio: per_row, bound: Bound::AtMost(GROWTH) }
}

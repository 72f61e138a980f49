//! Do the properties that the fuzz targets check hold of their seeds? Findings that were mended stay among them.

#[path = "../fuzz/properties/csv.rs"]
mod csv;
#[path = "../fuzz/properties/date.rs"]
mod date;
#[path = "../fuzz/properties/grid.rs"]
mod grid;
#[path = "../fuzz/properties/time.rs"]
mod time;

use std::panic::AssertUnwindSafe;
use std::path::Path;

/// Every seed of a target; the name of the file is printed when a property does not hold.
fn check_seeds(target: &str, check: impl Fn(&[u8])) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fuzz/seeds").join(target);
    let mut files: Vec<_> = std::fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    assert!(files.len() >= 10, "{} has {} seeds", folder.display(), files.len());
    for file in files {
        let bytes = std::fs::read(&file).unwrap();
        let held = std::panic::catch_unwind(AssertUnwindSafe(|| check(&bytes)));
        assert!(held.is_ok(), "a property does not hold of {}", file.display());
    }
}

#[test]
fn properties_of_csv_hold_of_the_seeds() {
    check_seeds("csv", csv::check);
}

#[test]
fn properties_of_days_hold_of_the_seeds() {
    check_seeds("date", date::check);
}

#[test]
fn properties_of_sheets_hold_of_the_seeds() {
    check_seeds("grid", grid::check);
}

#[test]
fn properties_of_times_of_day_hold_of_the_seeds() {
    check_seeds("time", time::check);
}

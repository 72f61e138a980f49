//! What is measured? Sites whose one schedule has so many shifts of equal length, three people in turn.

use std::fmt::Write as _;
use std::path::PathBuf;

use chrono::{Duration, NaiveDate, NaiveDateTime};
use tempfile::TempDir;

/// The instant that every question asks for, in the site's zone.
pub(crate) const AT: &str = "2027-03-10 20:00";

/// A site on disk; it goes away with this value.
pub(crate) struct Site {
    folder: TempDir,
}

/// A day at which some shift of every site begins.
pub(crate) fn middle() -> NaiveDateTime {
    NaiveDate::from_ymd_opt(2027, 3, 10).and_then(|day| day.and_hms_opt(6, 0, 0)).expect("a date")
}

/// The sheet of `rows` shifts from `first` on; every row whose number `left_out` names is missing.
pub(crate) fn sheet(rows: usize, first: NaiveDateTime, length: Duration, left_out: impl Fn(usize) -> bool) -> String {
    let mut sheet = String::from("start,end,person\n");
    let people = ["Ada Ruiz", "Ben Okafor", "Chloe Lindqvist"];
    let mut start = first;
    for (row, person) in (0..rows).zip(people.iter().cycle()) {
        let end = start + length;
        if !left_out(row) {
            let (from, until) = (start.format("%Y-%m-%d %H:%M"), end.format("%Y-%m-%d %H:%M"));
            writeln!(sheet, "{from},{until},{person}").expect("text grows");
        }
        start = end;
    }
    sheet
}

/// A sheet of shifts of twelve hours round the middle, so that the asked instant is covered in each size.
pub(crate) fn sheet_of(rows: usize) -> String {
    let half = Duration::hours(12 * i64::try_from(rows / 2).expect("few rows"));
    sheet(rows, middle() - half, Duration::hours(12), |_| false)
}

/// The contacts of every site.
pub(crate) const CONTACTS: &str =
    "name,aliases,phone,email\nAda Ruiz,,608-555-0101,\nBen Okafor,,608-555-0102,\nChloe Lindqvist,,608-555-0103,\n";

impl Site {
    /// A site with this sheet.
    pub(crate) fn with(sheet: &str) -> Self {
        let site = Self { folder: tempfile::tempdir().expect("a folder for the sample site") };
        let write = |name: &str, text: &str| std::fs::write(site.file(name), text).expect("a file is written");
        write("aims.csv", sheet);
        write("contacts.csv", CONTACTS);
        write(
            "page-oncall.toml",
            "[desk]\ngeneral_hours = \"always\"\n[schedules.aims]\nsource = \"csv:aims.csv\"\ncoverage = \"always\"\n",
        );
        site
    }

    /// A file of it.
    pub(crate) fn file(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// A call of the program on it.
    pub(crate) fn call(&self, words: &[&str]) -> std::process::Command {
        let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_page-oncall"));
        command.arg("--config").arg(self.file("page-oncall.toml")).args(words);
        command
    }
}

//! What does the resolver's whole answer cost beside a bare binary search over the same shifts?

use std::hint::black_box;

use chrono::{DateTime, Utc};
use chrono_tz::America::Chicago;
use page_oncall::schedule::Schedule;
use page_oncall::schedule::answer::Answer;
use page_oncall::schedule::layout::{self, LayoutSettings};
use page_oncall::schedule::roster::Roster;
use page_oncall::source::csv;

use crate::site::{CONTACTS, sheet_of};
use crate::{Bound, Measured, least, ratio};

/// How many instants are asked in one round.
const QUESTIONS: u32 = 20_000;

pub(crate) fn measure() -> Vec<Measured> {
    [1_000, 10_000, 100_000, 1_000_000].map(of_rows).into()
}

fn of_rows(rows: usize) -> Measured {
    let schedule = schedule(rows);
    let shifts = schedule.shifts();
    let instants = instants(&schedule);
    let mut search = || {
        for at in &instants {
            let after = shifts.partition_point(|shift| shift.interval.start() <= *at);
            black_box(after.checked_sub(1).and_then(|index| shifts.get(index)));
        }
    };
    let mut resolve = || instants.iter().for_each(|at| look_at_all_of(&schedule.answer(*at)));
    let [search, resolve] = least(31, [&mut search, &mut resolve]);
    println!("{rows:>7} shifts: binary search {:.1?}, who is on call {:.1?}", search / QUESTIONS, resolve / QUESTIONS);
    let what = format!("times a binary search: who is on call, from memory, {rows} shifts");
    Measured { what, ratio: ratio(resolve, search), bound: Bound::AtMost(3.0) }
}

/// Everything that an answer tells: what it amounts to, each person, and the next change with each person of it.
fn look_at_all_of(answer: &Answer<'_>) {
    black_box((answer.status(), answer.gap()));
    let look_at_each = |answer: &Answer<'_>| answer.people().for_each(|person| _ = black_box(person));
    look_at_each(answer);
    if let Some(next) = answer.next() {
        black_box(next.at());
        look_at_each(&next);
    }
}

fn schedule(rows: usize) -> Schedule {
    let contacts = csv::read(CONTACTS.as_bytes(), "contacts.csv").expect("the contacts are read");
    let (roster, _) = Roster::from_grid(&contacts.grid, &[]);
    let sheet = csv::read(sheet_of(rows).as_bytes(), "aims.csv").expect("the sheet is read");
    let reading = layout::read(&sheet.grid, &LayoutSettings::default(), Chicago, &roster).expect("it has rows");
    Schedule::new("aims", "AIMS", reading.shifts, reading.problems, &[])
}

/// Instants within the schedule in no order, the same in every run.
fn instants(schedule: &Schedule) -> Vec<DateTime<Utc>> {
    let extent = schedule.extent().expect("it has shifts");
    let seconds = u64::try_from(extent.length().num_seconds()).expect("a length");
    let mut number = 88_172_645_463_325_252_u64;
    let mut instant = || {
        number ^= number << 13;
        number ^= number >> 7;
        number ^= number << 17;
        extent.start() + chrono::Duration::seconds(i64::try_from(number % seconds).expect("a length"))
    };
    (0..QUESTIONS).map(|_| instant()).collect()
}

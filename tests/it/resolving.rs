//! Does the one resolver say who is on call, and do its faces say the same? Rows are built by hand, without a reader.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a panic is how a test fails; clippy's exception covers test functions only, not their helpers"
)]

mod brute;
mod elsewhere;
mod faces;
mod golden;
mod judging;
mod planning;
mod properties;

use chrono::{DateTime, NaiveDateTime, Utc};
use chrono_tz::America::Chicago;
use page_oncall::civil::{self, Interval};
use page_oncall::schedule::Schedule;
use page_oncall::schedule::grid::GridRow;
use page_oncall::schedule::shift::{Holder, Role, RoleRank, RowReference, Shift, ShiftKind};

/// A civil time in Chicago as the contract reads it: `2026-11-20 18:00`.
fn civil(text: &str) -> DateTime<Utc> {
    civil::resolve(Chicago, NaiveDateTime::parse_from_str(text, "%Y-%m-%d %H:%M").unwrap()).at
}

fn utc(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

fn interval(from: &str, until: &str) -> Interval {
    Interval::new(civil(from), civil(until)).unwrap()
}

fn role(label: &str) -> Role {
    let (rank, order) = match label {
        "primary" => (RoleRank::Primary, 0),
        "secondary" => (RoleRank::Secondary, 0),
        "tertiary" => (RoleRank::Tertiary, 0),
        "manager" => (RoleRank::Manager, 0),
        "Windows" => (RoleRank::Other, 0),
        _ => (RoleRank::Other, 1),
    };
    Role { label: label.into(), rank, order }
}

fn holder(name: &str) -> Holder {
    let (phone, email) = match name {
        "Ada Ruiz" => (Some("+16085550101"), Some("ada@example.edu")),
        "Ben Ode" => (Some("+16085550102"), None),
        "Cy Day" => (None, Some("cy@example.edu")),
        _ => (None, None),
    };
    Holder { name: name.into(), phone: phone.map(Into::into), email: email.map(Into::into), known: phone.is_some() }
}

/// Rows as `role, kind, from, until, names`; names are split by `/`, none is nobody. Row numbers count from 2.
fn rows(rows: &[(&str, &str, &str, &str, &str)]) -> Vec<Shift> {
    let shifts = (2..).zip(rows).map(|(number, (label, kind, from, until, names))| Shift {
        interval: interval(from, until),
        role: role(label),
        kind: if *kind == "override" { ShiftKind::Override } else { ShiftKind::Shift },
        holders: names.split('/').filter(|name| !name.is_empty()).map(holder).collect(),
        row: {
            let names = if names.is_empty() { "TBD" } else { names };
            RowReference::new(&GridRow::of(&"aims.csv".into(), number, [*from, *until, names]), 2, None)
        },
        note: String::new(),
    });
    shifts.collect()
}

fn schedule(shifts: Vec<Shift>) -> Schedule {
    Schedule::new("aims", "AIMS On-call Schedule", shifts, Vec::new(), &[])
}

/// The people at an instant as `name (role)`, in order.
fn people(schedule: &Schedule, at: DateTime<Utc>) -> Vec<String> {
    schedule.on_call(at).people.iter().map(|person| format!("{} ({})", person.name, person.role.label)).collect()
}

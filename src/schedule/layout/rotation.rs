//! Which shifts does a rule say: people in turn, from when, every so many days? The handoff keeps its clock time.

use chrono::{Days, NaiveDateTime};

use crate::schedule::grid::GridRow;
use crate::schedule::notation::Refusal;
use crate::schedule::notation::instant::Written;
use crate::schedule::problem::{LayoutProblem, ProblemKind};
use crate::schedule::shift::{Role, RoleRank, ShiftKind};

use super::RecognitionReason;
use super::header;
use super::names;
use super::roles::Roles;
use super::rows;
use super::settings::Column;
use super::sheet::{Duty, Flaw, Sheet};

/// How long a rule is followed at most, in days: twenty years.
const DAYS: u64 = 7_305;

/// Reads every row below the header; each is a rotation of its own role.
pub(super) fn read(sheet: &mut Sheet<'_>) {
    let header = sheet.header;
    let columns = [Column::Users, Column::RotationStart, Column::IntervalDays].map(|column| header.place(column));
    let [Some(users), Some(start), Some(interval)] = columns else { return };
    let mut roles = Roles::new(header.place(Column::Role));
    for row in sheet.grid.rows.get(header.first_row..).unwrap_or_default() {
        if let Some(reason) = rows::skip(row, &header.row, &[start], &[users]) {
            sheet.skip(row, reason);
            continue;
        }
        if header::is_header(row) {
            sheet.report(row, Flaw { column: 0, kind: ProblemKind::OtherHeader });
            break;
        }
        let primary = || Role { label: "primary".into(), rank: RoleRank::Primary, order: 0 };
        let role = roles.of(row).unwrap_or_else(primary);
        match (first_handoff(sheet, row, start), days(row, interval)) {
            (Ok(first), Ok(days)) => turns(sheet, row, users, (first, days), &role),
            (Err(flaw), _) | (_, Err(flaw)) => sheet.report(row, flaw),
        }
    }
}

fn first_handoff(sheet: &mut Sheet<'_>, row: &GridRow, column: usize) -> Result<NaiveDateTime, Flaw> {
    let flaw = |kind| Flaw { column, kind };
    let impossible = || flaw(ProblemKind::Unreadable(Refusal::NoSuchDay));
    match sheet.written(row, column)? {
        Some(Written::Instant { at, .. }) => Ok(at.with_timezone(&sheet.zone).naive_local()),
        Some(Written::DateTime(date, clock)) => clock.on(sheet.day(date, column)?).ok_or_else(impossible),
        Some(Written::Date(date)) => Ok(sheet.day(date, column)?.and_time(sheet.handoff_time(false))),
        Some(Written::Time(_)) => Err(flaw(ProblemKind::TimeWithoutDate)),
        None => Err(flaw(ProblemKind::EmptyCell { column: Column::RotationStart.word() })),
    }
}

fn days(row: &GridRow, column: usize) -> Result<u64, Flaw> {
    let days = row.text(column).parse().ok().filter(|days| (1..=366).contains(days));
    days.ok_or(Flaw { column, kind: LayoutProblem::BadInterval.into() })
}

/// One shift a turn, until the last day that is set or for twenty years.
fn turns(sheet: &mut Sheet<'_>, row: &GridRow, users: usize, (first, days): (NaiveDateTime, u64), role: &Role) {
    let mut people: Vec<&str> = names::parts(row.text(users));
    // One person takes no turns: without another sign between the names it is the comma.
    if let ([_], Some(parts)) = (people.as_slice(), names::comma_parts(row.text(users))) {
        people = parts;
    }
    if people.is_empty() {
        return sheet
            .report(row, Flaw { column: users, kind: ProblemKind::EmptyCell { column: Column::Users.word() } });
    }
    let set = sheet.settings.repeat_until.and_then(|last| last.succ_opt());
    let most = first.date().checked_add_days(Days::new(DAYS));
    let limit = most.map(|most| set.unwrap_or(most).min(most));
    let Some(limit) = limit else { return };
    sheet.reasons.push(RecognitionReason::Repeated { from: first.date(), until: limit });
    let holders: Vec<_> = people.iter().map(|name| sheet.people_named(row, users, name)).collect();
    let mut from = first;
    for (turn, holders) in holders.iter().cycle().enumerate() {
        if from.date() >= limit {
            break;
        }
        let Some(until) = from.checked_add_days(Days::new(days)) else { break };
        if let Some(interval) = sheet.quietly(from, until) {
            let name = people.get(turn % people.len()).copied().unwrap_or_default();
            let text = Some(format!("{name} | turn {} of {}", turn + 1, row.line()));
            let duty = Duty {
                row,
                interval,
                role: role.clone(),
                kind: ShiftKind::Shift,
                person: users,
                phone: None,
                email: None,
                note: None,
                text,
            };
            sheet.push_holders(&duty, holders.clone());
        }
        from = until;
    }
}

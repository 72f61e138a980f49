//! Which calendar file says who is on call? iCalendar (RFC 5545) for people's own calendars, made from a `Plan`.
//!
//! Reading the same sheet gives the same bytes: stamps come from the sheet's last change, never from the clock. Event
//! names (UID) come from what a shift is, not from when: see `Names`.

pub(super) mod lines;
mod zone;

use std::collections::HashMap;

use chrono::{DateTime, NaiveDate, Utc};
use chrono_tz::Tz;

use self::lines::Lines;
use super::phone::display;
use super::schedule::row_name;
use super::shifts::{Planned, kind, told_gap, told_stretch};
use crate::civil::{Interval, resolve};
use crate::schedule::Schedule;
use crate::schedule::loaded::LoadedSchedule;
use crate::schedule::plan::{Plan, Stretch};
use crate::schedule::shift::{Shift, ShiftKind};

/// Where SEQUENCE counts seconds from: 2020-01-01T00:00:00Z, so that the number stays small enough for 32 bits.
const SEQUENCE_EPOCH: i64 = 1_577_836_800;

/// One VEVENT a stretch and one a hole in needed hours; phone numbers and addresses only `with_phones`.
///
/// A schedule without a plan is left out: the caller must not write the file then, for a calendar program would take
/// missing events for cancelled ones.
pub fn calendar(planned: &[Planned], zone: Tz, with_phones: bool) -> String {
    let mut events: Vec<Event> = Vec::new();
    let mut titles: Vec<&str> = Vec::new();
    for (loaded, plan) in planned {
        let (Ok(schedule), Some(plan)) = (&loaded.schedule, plan) else { continue };
        titles.push(&loaded.title);
        let source = Source { loaded, schedule, plan, zone, names: Names::new(&loaded.name, schedule, zone) };
        let stretches = plan.lanes.iter().flat_map(|lane| &lane.stretches);
        events.extend(stretches.filter_map(|stretch| source.on_call(stretch, with_phones)));
        events.extend(source.nobody());
    }
    let mut lines = Lines::default();
    lines.raw("BEGIN", "VCALENDAR");
    lines.raw("VERSION", "2.0");
    lines.raw("PRODID", "-//page-oncall//page-oncall//EN");
    lines.raw("CALSCALE", "GREGORIAN");
    lines.text("NAME", &titles.join(", "));
    lines.text("X-WR-CALNAME", &titles.join(", "));
    zone::describe(&mut lines, zone, events.iter().map(|event| event.span));
    for event in &events {
        event.write(&mut lines, zone);
    }
    lines.raw("END", "VCALENDAR");
    lines.into_text()
}

/// A usable schedule with what names its events.
struct Source<'a> {
    loaded: &'a LoadedSchedule,
    schedule: &'a Schedule,
    plan: &'a Plan,
    zone: Tz,
    names: Names,
}

impl Source<'_> {
    fn on_call(&self, stretch: &Stretch, with_phones: bool) -> Option<Event> {
        let person = &stretch.person;
        let shift = self.schedule.shifts().get(stretch.shift)?;
        let conflict = if stretch.conflicts.is_empty() { "" } else { " (CONFLICT)" };
        let mut told = vec![told_stretch(stretch, self.plan, self.zone)];
        told.extend(kind(stretch, &self.plan.replaced).map(|kind| format!("This is an {kind}.")));
        if with_phones {
            told.extend(person.phone.as_deref().map(display));
            told.extend(person.email.as_deref().map(str::to_owned));
        }
        told.push(format!("{}, {}", self.loaded.title, row_name(&person.row)));
        Some(Event {
            uid: self.names.of_stretch(stretch, shift),
            changed_at: self.loaded.changed_at,
            span: stretch.interval()?,
            summary: format!("{} {}: {}{conflict}", self.loaded.name.to_uppercase(), person.role.label, person.name),
            description: told.join("\n"),
            category: "ON CALL",
            // Being on call does not make a person busy; a hole makes its owner so.
            opaque: false,
        })
    }

    fn nobody(&self) -> Vec<Event> {
        let mut by_date: HashMap<NaiveDate, usize> = HashMap::new();
        let mut events = Vec::new();
        for gap in &self.plan.whole_gaps {
            let date = gap.start().with_timezone(&self.zone).date_naive();
            let number = by_date.entry(date).or_default();
            events.push(Event {
                uid: format!("{date}.{number}.gap.{}@page-oncall", self.names.schedule),
                changed_at: self.loaded.changed_at,
                span: *gap,
                summary: format!("{}: NOBODY ON CALL", self.loaded.name.to_uppercase()),
                description: format!("{}\n{}", told_gap(*gap, self.zone), self.loaded.title),
                category: "GAP",
                opaque: true,
            });
            *number += 1;
        }
        events
    }
}

/// Names for a schedule's events that stay when times move.
///
/// A name is made of the schedule, the role, whether the row is an override, the civil date on which the row begins,
/// the row's number among such rows, the piece of the row and the person's place in it. So a shift that begins or ends
/// at another hour, or that another person takes over, is the same event with new contents. A row that moves to
/// another date is another event.
struct Names {
    schedule: String,
    zone: Tz,
    /// The number of each shift among those of its role, kind and date.
    numbers: Vec<usize>,
}

impl Names {
    fn new(name: &str, schedule: &Schedule, zone: Tz) -> Self {
        let mut seen: HashMap<(String, bool, NaiveDate), usize> = HashMap::new();
        let number = |shift: &Shift| {
            let date = shift.interval.start().with_timezone(&zone).date_naive();
            let next = seen.entry((word(&shift.role.label), shift.kind == ShiftKind::Override, date)).or_default();
            *next += 1;
            *next - 1
        };
        Self { schedule: word(name), zone, numbers: schedule.shifts().iter().map(number).collect() }
    }

    fn of_stretch(&self, stretch: &Stretch, shift: &Shift) -> String {
        let date = shift.interval.start().with_timezone(&self.zone).date_naive();
        let number = self.numbers.get(stretch.shift).copied().unwrap_or_default();
        let kind = match shift.kind {
            ShiftKind::Shift => "shift",
            ShiftKind::Override => "override",
        };
        let (role, schedule) = (word(&shift.role.label), &self.schedule);
        format!("{date}.{number}.{}.{}.{kind}.{role}.{schedule}@page-oncall", stretch.piece, stretch.holder)
    }
}

/// A label as a part of a name: lower case, without spaces, `_` and `-` (as roles are compared), the rest as `%XX`.
fn word(label: &str) -> String {
    let kept = label.to_lowercase();
    let kept = kept.chars().filter(|letter| !letter.is_whitespace() && !matches!(letter, '_' | '-'));
    kept.map(|letter| {
        let bytes = letter.to_string().into_bytes();
        let coded = || bytes.iter().map(|byte| format!("%{byte:02X}")).collect::<Vec<_>>().concat();
        if letter.is_ascii_alphanumeric() { letter.to_string() } else { coded() }
    })
    .collect()
}

/// One VEVENT.
struct Event {
    uid: String,
    changed_at: DateTime<Utc>,
    span: Interval,
    summary: String,
    description: String,
    category: &'static str,
    opaque: bool,
}

impl Event {
    fn write(&self, lines: &mut Lines, zone: Tz) {
        let changed = utc(self.changed_at);
        lines.raw("BEGIN", "VEVENT");
        lines.raw("UID", &self.uid);
        lines.raw("DTSTAMP", &changed);
        lines.raw("LAST-MODIFIED", &changed);
        lines.raw("SEQUENCE", &(self.changed_at.timestamp() - SEQUENCE_EPOCH).max(0).to_string());
        let (start, end) = (self.span.start(), self.span.end());
        // A local time in a calendar means its first occurrence, as with us; the second one is only sayable in UTC,
        // and both ends must be of one kind (RFC 5545 3.3.5 and 3.8.2.2).
        let sayable = |at: DateTime<Utc>| resolve(zone, at.with_timezone(&zone).naive_local()).at == at;
        if sayable(start) && sayable(end) {
            let local = |at: DateTime<Utc>| at.with_timezone(&zone).format("%Y%m%dT%H%M%S").to_string();
            lines.raw(&format!("DTSTART;TZID={}", zone.name()), &local(start));
            lines.raw(&format!("DTEND;TZID={}", zone.name()), &local(end));
        } else {
            lines.raw("DTSTART", &utc(start));
            lines.raw("DTEND", &utc(end));
        }
        lines.text("SUMMARY", &self.summary);
        lines.text("DESCRIPTION", &self.description);
        lines.text("CATEGORIES", self.category);
        lines.raw("TRANSP", if self.opaque { "OPAQUE" } else { "TRANSPARENT" });
        lines.raw("END", "VEVENT");
    }
}

fn utc(at: DateTime<Utc>) -> String {
    at.format("%Y%m%dT%H%M%SZ").to_string()
}

//! How is it said who is on call, why, and what is not covered? Text for 80 columns that needs no colour.
//!
//! The first line of a schedule answers "who now"; NOBODY, CONFLICT and CANNOT TELL are words, never marks.

use chrono::{DateTime, Duration, Utc};
use chrono_tz::Tz;

use super::columns::{fill, paragraph};
use super::{phone, problems, time};
use crate::civil::{CivilNote, Interval};
use crate::schedule::explain::{Account, Explanation, Neighbours, Verdict};
use crate::schedule::loaded::LoadedSchedule;
use crate::schedule::on_call::{NextChange, OnCall, OnCallPerson, Status};
use crate::schedule::problem::{Problem, Severity};
use crate::schedule::resolve::Clash;
use crate::schedule::shift::{RowReference, Shift, ShiftKind};

/// The column at which everything but a schedule's first line begins.
const INDENT: usize = 7;
/// What stands before every line of a schedule but the first.
const MARGIN: &str = "       ";
/// How many problems of an unusable sheet are told before the rest is only counted.
const PROBLEMS_TOLD: usize = 5;

/// A problem in words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Described {
    /// How much it matters.
    pub severity: Severity,
    /// A stable name for programs.
    pub code: &'static str,
    /// What is wrong.
    pub message: String,
    /// What to do.
    pub hint: String,
}

/// A defect of a sheet, in words.
pub fn described(problem: &Problem) -> Described {
    Described {
        severity: problem.kind.severity(),
        code: problems::code(&problem.kind),
        message: problems::message(problem),
        hint: problems::hint(problem),
    }
}

/// Two overrides at once, in words.
pub fn describe_clash(clash: &Clash) -> Described {
    let (winner, loser) = (row_name(&clash.winner), clash.loser.number());
    let (severity, end) = if clash.same_people {
        (Severity::Note, "both name the same people")
    } else {
        (Severity::Warning, "the later row counts")
    };
    Described {
        severity,
        code: "override-clash",
        message: format!("override row {loser} and override {winner} hold the same role at once; {end}"),
        hint: format!("Shorten or remove one of the rows {loser} and {}.", clash.winner.number()),
    }
}

/// What became of a row, in words.
pub fn verdict(verdict: &Verdict) -> String {
    match verdict {
        Verdict::OnCall => "on call".to_owned(),
        Verdict::Conflict(rows) => {
            let rows: Vec<String> = rows.iter().map(row_name).collect();
            format!("on call; CONFLICT with {}: other people in the same role", rows.join(", "))
        }
        Verdict::AlreadyListed(row) => format!("not listed again: {} names the same person", row_name(row)),
        Verdict::ReplacedBy(row) => format!("not on call: replaced by override {}", row_name(row)),
        Verdict::Placeholder => "names nobody: covers nothing and replaces nothing".to_owned(),
        Verdict::ExplicitGap => "override that names nobody: the role is empty while it lasts".to_owned(),
    }
}

/// The line above answers for another instant than now, and which of two readings was taken.
pub fn heading(at: DateTime<Utc>, note: Option<CivilNote>, zone: Tz) -> String {
    let rule = match note {
        None => "",
        Some(CivilNote::Repeated) => "; this clock time exists twice, the first was taken",
        Some(CivilNote::Skipped) => "; the clock time asked for does not exist, this is the first after it",
    };
    paragraph("", 2, &format!("At {}{rule}", time::stamp(at, zone))) + "\n"
}

/// Who is on call in one schedule: the block of lines of `who`.
pub fn who(loaded: &LoadedSchedule, answer: &OnCall, now: DateTime<Utc>, zone: Tz) -> String {
    let mut lines = Vec::new();
    let tag = format!("{:<6} ", loaded.name.to_uppercase());
    let speaker = Speaker { at: answer.at, now, zone };
    match answer.status {
        Status::Unusable => {
            lines.push(fill(&tag, INDENT, " ", ["CANNOT TELL who is on call: the sheet could not be used."]));
            lines.extend(told_problems(loaded));
        }
        Status::Gap => {
            lines.push(speaker.nobody(&tag, answer));
            lines.extend(answer.people.iter().map(|person| speaker.person(MARGIN, person, true)));
            lines.extend(speaker.hole(answer));
        }
        Status::Conflict => {
            lines.push(fill(&tag, INDENT, "   ", [conflict(answer)]));
            lines.extend(answer.people.iter().map(|person| speaker.person(MARGIN, person, true)));
        }
        Status::Covered => {
            let several = answer.people.len() > 1;
            let margins = std::iter::once(tag.as_str()).chain(std::iter::repeat(MARGIN));
            lines.extend(margins.zip(&answer.people).map(|(tag, person)| speaker.person(tag, person, several)));
        }
    }
    if answer.status != Status::Unusable {
        lines.push(speaker.next(answer.next.as_ref()));
        lines.extend(rows_of(&answer.people));
    }
    lines.push(reading_age(loaded, zone));
    if matches!(answer.status, Status::Gap | Status::Conflict) {
        lines.push(fill(MARGIN, INDENT, " ", [format!("why: page-oncall explain {}", loaded.name)]));
    }
    lines.join("\n") + "\n"
}

/// The instants that a text speaks of and from.
struct Speaker {
    at: DateTime<Utc>,
    now: DateTime<Utc>,
    zone: Tz,
}

impl Speaker {
    /// ` (in 4 h 10 min)` when the answer is about now.
    fn distance(&self, until: DateTime<Utc>) -> String {
        if self.at == self.now { format!(" (in {})", time::span(until - self.now)) } else { String::new() }
    }

    fn person(&self, tag: &str, person: &OnCallPerson, with_role: bool) -> String {
        let until = format!("until {}", clock(person.until, self.zone));
        let mut parts = vec![person.name.to_string(), contact(person)];
        parts.extend(with_role.then(|| person.role.label.to_string()));
        let short = fill(tag, INDENT + 2, "   ", parts.iter().chain([&until]));
        let full = fill(tag, INDENT + 2, "   ", parts.iter().chain([&(until.clone() + &self.distance(person.until))]));
        if full.contains('\n') { short } else { full }
    }

    fn nobody(&self, tag: &str, answer: &OnCall) -> String {
        let until = match answer.gap.and_then(|hole| hole.until) {
            Some(until) => format!("until {}{}", clock(until, self.zone), self.distance(until)),
            None => "and the sheet has nobody later".to_owned(),
        };
        let what = if answer.people.is_empty() { "NOBODY ON CALL" } else { "NOBODY ON CALL in a required role" };
        fill(tag, INDENT, "   ", [what.to_owned(), until])
    }

    fn hole(&self, answer: &OnCall) -> Option<String> {
        let hole = answer.gap?;
        let text = match (hole.from, hole.until) {
            (Some(from), Some(until)) => {
                format!("a hole of {} since {}", hours(until - from), clock(from, self.zone))
            }
            (Some(from), None) => format!("a hole since {}, where the sheet ends", clock(from, self.zone)),
            (None, _) => "the sheet has nobody before that".to_owned(),
        };
        Some(fill(MARGIN, INDENT, " ", [text]))
    }

    fn next(&self, next: Option<&NextChange>) -> String {
        let text = match next {
            None => "then nobody: the sheet has nothing later".to_owned(),
            Some(next) if next.people.is_empty() => format!("then NOBODY from {}", clock(next.at, self.zone)),
            Some(next) => format!("then {} from {}", names(&next.people), clock(next.at, self.zone)),
        };
        fill(MARGIN, INDENT, " ", [text])
    }
}

/// Why one schedule answers as it does: the block of `who`, then every row that took part.
pub fn explain(
    loaded: &LoadedSchedule,
    answer: &OnCall,
    explanation: Option<&Explanation>,
    reading: &[String],
    now: DateTime<Utc>,
    zone: Tz,
) -> String {
    let mut lines = vec![who(loaded, answer, now, zone)];
    if let Some(explanation) = explanation {
        lines.push(format!("Rows that hold at {}", clock(answer.at, zone)));
        if explanation.rows.is_empty() {
            lines.push("  none".to_owned());
        }
        lines.extend(explanation.rows.iter().flat_map(|account| account_lines(account, zone)));
        lines.push("\nRows just before and after".to_owned());
        lines.extend(explanation.neighbours.iter().flat_map(|near| neighbour_lines(near, zone)));
    }
    if !reading.is_empty() {
        lines.push("\nHow the sheet was read".to_owned());
        lines.extend(reading.iter().map(|line| paragraph("  ", 4, line)));
    }
    lines.join("\n").trim_end().to_owned() + "\n"
}

fn account_lines(account: &Account, zone: Tz) -> Vec<String> {
    let mut lines =
        vec![shift_lines("  ", account.shift, zone), paragraph("    -> ", INDENT, &verdict(&account.verdict))];
    if !account.shift.note.is_empty() {
        lines.push(paragraph("    note: ", 10, &account.shift.note));
    }
    lines
}

fn neighbour_lines(near: &Neighbours, zone: Tz) -> Vec<String> {
    let told = |when: &str, shift: Option<&Shift>| match shift {
        Some(shift) => shift_lines(&format!("  {when}: "), shift, zone),
        None => paragraph("  ", 4, &format!("{when}: no row of role {}", near.role.label)),
    };
    vec![told("before", near.before), told("after", near.after)]
}

/// A row with its span and people, and its text as the sheet has it.
fn shift_lines(lead: &str, shift: &Shift, zone: Tz) -> String {
    let people: Vec<&str> = shift.holders.iter().map(|holder| holder.name.as_ref()).collect();
    let people = if people.is_empty() { "nobody".to_owned() } else { people.join(", ") };
    let kind = if shift.kind == ShiftKind::Override { "override " } else { "" };
    let head = fill(
        lead,
        4,
        "   ",
        [
            format!("{kind}{}", row_name(&shift.row)),
            shift.role.label.to_string(),
            people,
            interval(shift.interval, zone),
        ],
    );
    head + "\n" + &paragraph("    ", 4, &shift.row.text())
}

/// One line of a list: what it is, then its parts.
pub(super) fn finding(label: &str, parts: &[String]) -> String {
    fill(&format!("  {label:<9}"), 11, "   ", parts)
}

/// The first problems of a sheet that could not be used.
pub(super) fn told_problems(loaded: &LoadedSchedule) -> Vec<String> {
    let all = loaded.problems();
    let mut lines: Vec<String> = all.iter().take(PROBLEMS_TOLD).map(told_problem).collect();
    if all.len() > PROBLEMS_TOLD {
        lines.push(finding("", &[format!("and {} more; --format json lists them", all.len() - PROBLEMS_TOLD)]));
    }
    lines
}

/// Said by `sync` of a sheet that gave nothing new: why, and whether a saved copy answers meanwhile.
pub fn could_not_use(loaded: &LoadedSchedule, zone: Tz) -> String {
    let head = format!("{} ({}): CANNOT USE the sheet; nothing was kept", loaded.title, loaded.name);
    let mut lines = vec![paragraph("", 2, &head)];
    if loaded.schedule.is_ok() {
        lines.push(reading_age(loaded, zone));
    } else {
        lines.extend(told_problems(loaded));
    }
    lines.join("\n")
}

/// A problem in the lines that `sync` prints of it.
pub fn told_problem(told: &Problem) -> String {
    problem(&described(told), &told.sheet, &told.cell, &told.text)
}

/// One problem with its place, its text and what to do.
pub(super) fn problem(described: &Described, sheet: &str, cell: &str, text: &str) -> String {
    let label = match described.severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Note => "note",
    };
    let place = [sheet, cell].into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" ");
    let quoted = if text.is_empty() { String::new() } else { format!(" \"{text}\"") };
    let what = paragraph(&format!("  {label:<9}"), 11, &format!("{place}{quoted}: {}", described.message));
    if described.hint.is_empty() { what } else { what + "\n" + &paragraph("           ", 11, &described.hint) }
}

/// Said before a page that the saved copy answers for the sheet.
pub fn saved_copy(loaded: &LoadedSchedule, zone: Tz) -> Option<String> {
    loaded.from_cache.then(|| age(loaded, zone))
}

/// How old the reading is, and whether it is the saved copy; why it is, and whether the clocks agree, in the lines after
/// it.
pub(super) fn reading_age(loaded: &LoadedSchedule, zone: Tz) -> String {
    let mut lines = vec![paragraph(MARGIN, INDENT, &age(loaded, zone))];
    let told = |problem: &Problem| {
        let place = [&*problem.sheet, &*problem.cell].join(" ");
        paragraph(MARGIN, INDENT + 2, &format!("{}: {}", place.trim(), problems::message(problem)))
    };
    let errors = loaded.provenance.fault.iter().filter(|problem| problem.kind.severity() == Severity::Error);
    lines.extend(errors.take(PROBLEMS_TOLD).map(told));
    let clock = loaded.provenance.clock_ahead_s.map(time::clock_wrong);
    lines.extend(clock.map(|words| paragraph(MARGIN, INDENT + 2, &words)));
    lines.join("\n")
}

fn age(loaded: &LoadedSchedule, zone: Tz) -> String {
    let age = time::span(Duration::seconds(loaded.age_s));
    let read = format!("{age} ago, {}", clock(loaded.read_at, zone));
    if let Some(known_at) = loaded.provenance.known_at {
        let seen =
            if loaded.schedule.is_ok() { format!("; read {}", clock(loaded.read_at, zone)) } else { String::new() };
        return format!("AS KNOWN at {}{seen}", clock(known_at, zone));
    }
    match (loaded.stale, loaded.from_cache) {
        (false, false) => format!("sheet read {age} ago"),
        (false, true) => format!("SAVED COPY read {read}; the sheet could not be used now"),
        (true, false) => format!("STALE: sheet read {read}; it may have changed since"),
        (true, true) => format!("STALE SAVED COPY read {read}; the sheet could not be used now"),
    }
}

fn conflict(answer: &OnCall) -> String {
    let rivals: Vec<&OnCallPerson> = answer
        .people
        .iter()
        .filter(|person| answer.people.iter().any(|other| other.role == person.role && other.row != person.row))
        .collect();
    let rivals = if rivals.is_empty() { answer.people.iter().collect() } else { rivals };
    let names: Vec<&str> = rivals.iter().map(|person| person.name.as_ref()).collect();
    let all = both(names.len());
    format!("CONFLICT: {} are {all} on call and {all} are paged", names.join(" AND "))
}

/// The word for everybody of a conflict.
pub(super) fn both(people: usize) -> &'static str {
    if people == 2 { "both" } else { "all" }
}

fn contact(person: &OnCallPerson) -> String {
    match (&person.phone, &person.email) {
        (Some(phone), _) => phone::display(phone),
        (None, Some(email)) => format!("NO PHONE NUMBER, {email}"),
        (None, None) => "NO PHONE NUMBER".to_owned(),
    }
}

/// `Ben Ode, Cy Day (secondary)`: the role only where it is not the first person's.
fn names(people: &[OnCallPerson]) -> String {
    let first = people.first().map(|person| &person.role);
    let name = |person: &OnCallPerson| {
        let own_role = first == Some(&person.role);
        if own_role { person.name.to_string() } else { format!("{} ({})", person.name, person.role.label) }
    };
    people.iter().map(name).collect::<Vec<_>>().join(", ")
}

/// Each row that names one of `people`, once.
fn rows_of(people: &[OnCallPerson]) -> Vec<String> {
    let mut seen: Vec<(&str, u32)> = Vec::new();
    let mut lines = Vec::new();
    for person in people {
        let row = (&**person.row.sheet(), person.row.number());
        if !seen.contains(&row) {
            seen.push(row);
            let kind = if person.kind == ShiftKind::Override { "override " } else { "" };
            lines.push(paragraph(
                MARGIN,
                INDENT + 2,
                &format!("{kind}{}: {}", row_name(&person.row), person.row.text()),
            ));
        }
    }
    lines
}

/// How a person finds a row.
pub(super) fn row_name(row: &RowReference) -> String {
    format!("row {} of {}", row.number(), row.sheet())
}

/// Day, date, clock time and zone: `Mon 2026-11-23 07:00 CST`; the two 01:30 of November differ by the zone.
pub fn clock(at: DateTime<Utc>, zone: Tz) -> String {
    let local = at.with_timezone(&zone);
    let seconds = if local.format("%S").to_string() == "00" { "" } else { ":%S" };
    local.format(&format!("%a %Y-%m-%d %H:%M{seconds} %Z")).to_string()
}

/// A span by its ends.
pub(super) fn interval(span: Interval, zone: Tz) -> String {
    format!("{} to {}", clock(span.start(), zone), clock(span.end(), zone))
}

/// Elapsed time in hours, exact to the second: `61 h`, `13 h 30 min`, `5 min 1 s`. Never in days, which have no fixed length.
pub(super) fn hours(length: Duration) -> String {
    let seconds = length.num_seconds();
    let parts = [(seconds / 3_600, "h"), (seconds / 60 % 60, "min"), (seconds % 60, "s")];
    let told: Vec<String> =
        parts.iter().filter(|(number, _)| *number > 0).map(|(number, unit)| format!("{number} {unit}")).collect();
    if told.is_empty() { "0 h".to_owned() } else { told.join(" ") }
}

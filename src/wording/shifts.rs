//! How is it said who is on call in the coming days? One aligned line a stretch, in 80 columns; and in words for pictures.

use chrono::{DateTime, Duration, Utc};
use chrono_tz::Tz;

use super::columns::{fill, paragraph};
use super::schedule::{clock, hours, interval, reading_age, told_problems};
use crate::civil::{CivilDay, Interval, days};
use crate::schedule::loaded::LoadedSchedule;
use crate::schedule::plan::{Plan, Replaced, Stretch};
use crate::schedule::shift::ShiftKind;

/// A schedule of the settings and its plan; none when the schedule is unusable.
pub type Planned<'a> = (&'a LoadedSchedule, Option<Plan>);

/// The window, then a block a schedule: its roles, each with its stretches, then the holes.
pub fn shifts(window: Interval, planned: &[Planned], zone: Tz) -> String {
    let mut head = paragraph("", 2, &format!("{}: {}", verdict(planned), interval(window, zone)));
    for day in uncommon_days(window, zone) {
        head += "\n";
        head += &paragraph("", 2, &day_length(&day));
    }
    let mut blocks = vec![head];
    blocks.extend(planned.iter().map(|(loaded, plan)| block(loaded, plan.as_ref(), zone).join("\n")));
    blocks.join("\n\n") + "\n"
}

/// `COVERED`, `NOT COVERED` with the holes, or `CANNOT TELL`: about the needed hours of all schedules.
pub fn verdict(planned: &[Planned]) -> String {
    if planned.iter().any(|(_, plan)| plan.is_none()) {
        return "CANNOT TELL".to_owned();
    }
    let gaps = || planned.iter().filter_map(|(_, plan)| plan.as_ref()).flat_map(|plan| &plan.report.gaps);
    match gaps().count() {
        0 => "COVERED".to_owned(),
        1 => format!("NOT COVERED (1 gap, {})", hours(gaps().map(|gap| gap.interval.length()).sum())),
        number => format!("NOT COVERED ({number} gaps, {})", hours(gaps().map(|gap| gap.interval.length()).sum())),
    }
}

/// What was written to a file, in one line.
pub fn written(file: &str, what: &str, planned: &[Planned]) -> String {
    paragraph("", 2, &format!("wrote {file}: {what}; {}", verdict(planned)))
}

/// The days of a window that have not 24 hours.
pub fn uncommon_days(window: Interval, zone: Tz) -> impl Iterator<Item = CivilDay> {
    days(zone, window).into_iter().filter(|day| day.interval.length() != Duration::hours(24))
}

/// `Sun 2026-11-01 has 25 hours: clocks change.`
pub fn day_length(day: &CivilDay) -> String {
    format!("{} has {}: clocks change.", day.date.format("%a %Y-%m-%d"), long_hours(day.interval.length()))
}

fn long_hours(length: Duration) -> String {
    if length.num_seconds() % 3_600 == 0 { format!("{} hours", length.num_hours()) } else { hours(length) }
}

fn block(loaded: &LoadedSchedule, plan: Option<&Plan>, zone: Tz) -> Vec<String> {
    let name = format!("{} ({})", loaded.title, loaded.name);
    let Some(plan) = plan else {
        let mut lines = vec![fill("", 2, "   ", [name, "CANNOT TELL: the sheet could not be used.".to_owned()])];
        lines.extend(told_problems(loaded));
        lines.push(reading_age(loaded, zone));
        return lines;
    };
    let mut lines = vec![paragraph("", 2, &name)];
    for lane in plan.lanes.iter().filter(|lane| lane.required || !lane.stretches.is_empty()) {
        lines.push(paragraph("  ", 4, &lane.role.label));
        if lane.stretches.is_empty() {
            lines.push("    nobody in this window".to_owned());
        }
        lines.extend(lane.stretches.iter().map(|stretch| stretch_line(stretch, plan, zone)));
    }
    if !plan.report.gaps.is_empty() {
        lines.push("  NOBODY in needed hours".to_owned());
        let gaps = plan.report.gaps.iter();
        lines.extend(gaps.map(|gap| line(gap.interval, &[hours(gap.interval.length())], zone)));
    }
    lines.push(reading_age(loaded, zone));
    lines
}

fn stretch_line(stretch: &Stretch, plan: &Plan, zone: Tz) -> String {
    let span = stretch.interval().unwrap_or(plan.window);
    let mut parts = vec![stretch.person.name.to_string()];
    parts.extend(kind(stretch, &plan.replaced));
    parts.extend((!stretch.conflicts.is_empty()).then(|| "CONFLICT".to_owned()));
    line(span, &parts, zone)
}

fn line(span: Interval, parts: &[String], zone: Tz) -> String {
    let ends = format!("    {}  {}", compact(span.start(), zone), compact(span.end(), zone));
    // The blanks belong to the line, so that names stand under each other.
    fill(&(ends + "  "), 40, "  ", parts)
}

/// `Fri 2026-11-20 18:00-06:00`: the day, and the instant with its offset; seconds only where there are some.
fn compact(at: DateTime<Utc>, zone: Tz) -> String {
    let local = at.with_timezone(&zone);
    let seconds = if local.format("%S").to_string() == "00" { "" } else { ":%S" };
    local.format(&format!("%a %Y-%m-%d %H:%M{seconds}%:z")).to_string()
}

/// `override`, with whom it replaces.
pub fn kind(stretch: &Stretch, replaced: &[Replaced]) -> Option<String> {
    if stretch.person.kind == ShiftKind::Shift {
        return None;
    }
    let mut names: Vec<&str> = Vec::new();
    for name in Replaced::by(replaced, stretch).flat_map(|replaced| &replaced.names) {
        if !names.contains(&name.as_ref()) && **name != *stretch.person.name {
            names.push(name);
        }
    }
    Some(if names.is_empty() { "override".to_owned() } else { format!("override for {}", names.join(", ")) })
}

/// A whole schedule in sentences: what the picture shows, for those who do not see it.
pub fn told(loaded: &LoadedSchedule, plan: Option<&Plan>, zone: Tz) -> String {
    let Some(plan) = plan else {
        return format!("{} ({}): CANNOT TELL who is on call, the sheet could not be used.", loaded.title, loaded.name);
    };
    let mut sentences = vec![format!("{} ({}).", loaded.title, loaded.name)];
    for lane in plan.lanes.iter().filter(|lane| lane.required || !lane.stretches.is_empty()) {
        let stretches: Vec<String> = lane.stretches.iter().map(|stretch| told_stretch(stretch, plan, zone)).collect();
        let stretches = if stretches.is_empty() { "nobody".to_owned() } else { stretches.join("; ") };
        sentences.push(format!("{}: {stretches}.", lane.role.label));
    }
    let gaps = plan.report.gaps.iter();
    sentences.extend(gaps.map(|gap| told_gap(gap.interval, zone) + "."));
    if plan.report.gaps.is_empty() {
        sentences.push("Every needed hour has somebody.".to_owned());
    }
    sentences.join(" ")
}

/// `Ada Ruiz from ... to ...`, with what is special about it.
pub(super) fn told_stretch(stretch: &Stretch, plan: &Plan, zone: Tz) -> String {
    let person = &stretch.person;
    let mut parts = vec![format!("{} from {} to {}", person.name, clock(person.from, zone), clock(person.until, zone))];
    parts.extend(kind(stretch, &plan.replaced));
    parts.extend(stretch.conflicts.iter().map(|span| format!("in CONFLICT from {}", interval(*span, zone))));
    parts.join(", ")
}

/// `NOBODY on call in needed hours from ... to ... (13 h)`.
pub(super) fn told_gap(gap: Interval, zone: Tz) -> String {
    format!("NOBODY on call in needed hours from {} ({})", interval(gap, zone), hours(gap.length()))
}

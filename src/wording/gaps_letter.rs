//! How does the letter to a schedule's owner read? The report as text, and as HTML with a picture and every day in words.

use chrono::{DateTime, NaiveDate, Utc};
use chrono_tz::Tz;

use super::gaps::{gaps, verdict};
use super::lint;
use super::schedule::{clock, described, hours, reading_age};
use super::timeline_table::timeline_table;
use crate::civil::{Interval, resolve};
use crate::schedule::judgement::{Judgement, Stretch};
use crate::schedule::plan::Plan;
use crate::schedule::problem::Severity;

/// The subject: the schedule and the verdict.
pub fn subject(judged: &Judgement<'_>, training: bool) -> String {
    let verdict = verdict(std::slice::from_ref(judged));
    let verdict = verdict.split_whitespace().collect::<Vec<_>>().join(" ");
    let mark = if training { "TRAINING " } else { "" };
    format!("{mark}{}: {}", judged.loaded.title, verdict.trim_end_matches('.'))
}

/// The letter as text.
pub fn text(judged: &Judgement<'_>, window: Interval, zone: Tz) -> String {
    format!("{}\n{WHY}\n", gaps(window, std::slice::from_ref(judged), zone))
}

const WHY: &str = "You get this letter because the settings name you as an owner of the schedule.\n\
                   It comes when something new is found, not with every run.";

/// The letter as HTML: the verdict, what to mend, a picture of the window made of table cells, and every needed hour by
/// days, which says the picture in words. No images, no links, no scripts: what every mail reader shows.
pub fn html(judged: &Judgement<'_>, plan: Option<&Plan>, window: Interval, zone: Tz) -> String {
    let loaded = judged.loaded;
    let head = format!(
        "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><title>{0}</title></head>\n\
         <body style=\"font-family:sans-serif\">\n<h1 style=\"font-size:1.2em\">{0}</h1>\n<p><strong>{1}</strong></p>\n",
        escape(&loaded.title),
        escape(&verdict(std::slice::from_ref(judged)))
    );
    let items: Vec<String> = findings(judged, zone).iter().map(|item| format!("<li>{item}</li>\n")).collect();
    let list = if items.is_empty() { String::new() } else { format!("<ul>\n{}</ul>\n", items.concat()) };
    let picture = plan.map(|plan| timeline_table(plan, zone)).unwrap_or_default();
    let table = timeline(&judged.stretches(), window, zone);
    let foot = format!("<p>{}<br>\n{}</p>\n</body></html>\n", escape(reading_age(loaded, zone).trim()), escape(WHY));
    [head, list, picture, table, foot].concat()
}

/// Everything that a person should mend, as HTML.
fn findings(judged: &Judgement<'_>, zone: Tz) -> Vec<String> {
    let mut items = Vec::new();
    for gap in judged.report.iter().flat_map(|report| &report.gaps) {
        items.push(format!("<strong>Nobody</strong> {}", escape(&span(gap.interval, zone))));
    }
    for overlap in judged.report.iter().flat_map(|report| &report.overlaps) {
        let names = overlap.names.iter().map(AsRef::as_ref).collect::<Vec<&str>>().join(" and ");
        items.push(format!("Overlap: {}, {}", escape(&names), escape(&span(overlap.interval, zone))));
    }
    let problems = judged.problems.iter().map(|problem| (described(problem), &problem.sheet, &problem.cell));
    let found = judged.findings.iter().map(|found| (lint::described(found, zone), &found.sheet, &found.cell));
    for (told, sheet, cell) in problems.chain(found).filter(|(told, ..)| told.severity > Severity::Note) {
        let place = format!("{sheet} {cell}");
        items.push(format!("{}: {} {}", escape(place.trim()), escape(&told.message), escape(&told.hint)));
    }
    items
}

fn span(interval: Interval, zone: Tz) -> String {
    let (from, until) = (clock(interval.start(), zone), clock(interval.end(), zone));
    format!("from {from} to {until} ({})", hours(interval.length()))
}

/// The needed hours, a row a day.
fn timeline(stretches: &[Stretch], window: Interval, zone: Tz) -> String {
    let head = "<table style=\"border-collapse:collapse\">\n\
                <tr><th align=\"left\">Day</th><th align=\"left\">On call</th></tr>\n";
    let first = window.start().with_timezone(&zone).date_naive();
    let days = first.iter_days().take_while(|day| start_of(*day, zone) < window.end());
    let rows: Vec<String> = days.filter_map(|day| row(day, stretches, zone)).collect();
    format!("{head}{}</table>\n", rows.concat())
}

/// One day of the timeline.
fn row(day: NaiveDate, stretches: &[Stretch], zone: Tz) -> Option<String> {
    let whole = Interval::new(start_of(day, zone), start_of(day.succ_opt()?, zone))?;
    let parts: Vec<String> = stretches
        .iter()
        .filter_map(|stretch| Some(part(stretch, stretch.interval.intersection(&whole)?, whole, zone)))
        .collect();
    let shown = if parts.is_empty() { "not needed".to_owned() } else { parts.join("<br>") };
    let cell = "<td style=\"border:1px solid #999;padding:4px\">";
    Some(format!("<tr>{cell}{}</td>{cell}{shown}</td></tr>\n", day.format("%a %-d %b %Y")))
}

fn start_of(day: NaiveDate, zone: Tz) -> DateTime<Utc> {
    resolve(zone, day.and_time(chrono::NaiveTime::MIN)).at
}

/// One span of a day: `18:00-24:00 Ada Ruiz`, or NOBODY in red.
fn part(stretch: &Stretch, interval: Interval, day: Interval, zone: Tz) -> String {
    let time = |at: DateTime<Utc>| at.with_timezone(&zone).format("%H:%M").to_string();
    let until = if interval.end() == day.end() { "24:00".to_owned() } else { time(interval.end()) };
    let names: Vec<String> =
        stretch.people.iter().map(|person| format!("{} ({})", person.name, person.role.label)).collect();
    let names = escape(&names.join(", "));
    let who = match (stretch.covered, names.is_empty()) {
        (true, _) => names,
        (false, true) => NOBODY.to_owned(),
        (false, false) => format!("{NOBODY} in a required role; {names}"),
    };
    format!("{}-{until} {who}", time(interval.start()))
}

const NOBODY: &str = "<strong style=\"background:#b00020;color:#fff;padding:0 4px\">NOBODY</strong>";

/// Text as it stands in HTML and XML.
pub fn escape(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&#39;"),
            // XML has no place for control characters, not even escaped.
            letter if letter.is_control() && !matches!(letter, '\n' | '\t') => safe.push(' '),
            letter => safe.push(letter),
        }
    }
    safe
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_sheet_says_stays_text() {
        assert_eq!(
            escape("<a href='x'>Ana & \"Ben\"</a>\u{1b}"),
            "&lt;a href=&#39;x&#39;&gt;Ana &amp; &quot;Ben&quot;&lt;/a&gt; "
        );
        assert_eq!(escape("Zo\u{eb}\n"), "Zo\u{eb}\n");
    }
}

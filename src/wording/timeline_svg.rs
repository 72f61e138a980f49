//! How does a timeline look? One self-contained SVG: roles as lanes, days as the scale, holes hatched, "now" a line.
//!
//! No script, no font, nothing from elsewhere; light and dark. Long windows go on in further bands of fourteen days. `page`
//! draws the same as a part of a page, whose style sheet is elsewhere.
//! What the picture shows is said in words in its `<desc>`, and each block says its whole text in its `<title>`.

mod band;
mod element;
mod page;
mod style;

use chrono::{DateTime, Utc};
use chrono_tz::Tz;

use self::band::Band;
pub(super) use self::band::{levels, shortened};
use self::element::{Attributes, Document, Tenths, class, filled};
pub(super) use self::element::{cut, width};
pub use self::page::{Page, timeline_page};
pub(super) use self::style::FILL_COLOURS;
use self::style::{PATTERNS, STYLE};
use super::schedule::{clock, interval};
use super::shifts::{Planned, day_length, told, uncommon_days, verdict};
use crate::civil::{Interval, days, start_of_day};
use crate::schedule::plan::Stretch;

/// The whole picture's width.
const WIDTH: Tenths = 12_000;
/// What is left free on either side.
const MARGIN: Tenths = 240;
/// Where the scale begins and ends.
const LEFT: Tenths = 1_480;
const RIGHT: Tenths = WIDTH - MARGIN;
/// The days of one band, and how many more still stay in it.
const BAND_DAYS: usize = 14;
const BAND_SLACK: usize = 2;

/// What a picture is made of.
#[derive(Debug, Clone, Copy)]
pub struct Timeline<'a> {
    /// The days that are drawn.
    pub window: Interval,
    /// The schedules, each with its plan over the window; none when the schedule is unusable.
    pub planned: &'a [Planned<'a>],
    /// The site's zone.
    pub zone: Tz,
    /// Where the line "now" stands.
    pub now: DateTime<Utc>,
}

/// Draws a timeline, 1200 pixels wide.
pub fn timeline_svg(timeline: &Timeline) -> String {
    let mut drawn = Document::default();
    let mut y = heading(&mut drawn, timeline);
    let people = people(timeline);
    let bands = bands_of(timeline.window, timeline.zone, BAND_DAYS, BAND_SLACK);
    // One scale for all bands, so that equal times are equally wide.
    let scale_s = bands.iter().map(|band| band.length().num_seconds()).max().unwrap_or_default();
    for window in bands {
        y = Band::new(timeline, window, scale_s, &people).draw(&mut drawn, y);
    }
    let height = legend(&mut drawn, y, timeline) + MARGIN;
    let size = class("po-t")
        .with("xmlns", "http://www.w3.org/2000/svg")
        .at("width", WIDTH)
        .at("height", height)
        .with("viewBox", &format!("0 0 {} {}", WIDTH / 10, height / 10))
        .with("role", "img")
        .with("aria-labelledby", "po-title po-desc");
    let mut document = Document::default();
    document.element("svg", &size, |document| {
        document.leaf("title", &Attributes::default().with("id", "po-title"), &title(timeline));
        document.leaf("desc", &Attributes::default().with("id", "po-desc"), &described(timeline));
        document.markup(STYLE);
        document.markup(PATTERNS);
        document.empty("rect", &class("po-page").area(0, 0, WIDTH, height));
        document.markup(&drawn.into_text());
    });
    document.into_text()
}

fn title(timeline: &Timeline) -> String {
    let titles: Vec<&str> = timeline.planned.iter().map(|(loaded, _)| loaded.title.as_str()).collect();
    format!("Who is on call: {}, {}", titles.join(", "), interval(timeline.window, timeline.zone))
}

/// The picture in words.
fn described(timeline: &Timeline) -> String {
    let mut sentences = vec![format!("{}.", verdict(timeline.planned))];
    sentences.extend(timeline.planned.iter().map(|(loaded, plan)| told(loaded, plan.as_ref(), timeline.zone)));
    sentences.extend(uncommon_days(timeline.window, timeline.zone).map(|day| day_length(&day)));
    if timeline.window.contains(timeline.now) {
        sentences.push(format!("Now is {}.", clock(timeline.now, timeline.zone)));
    }
    sentences.join(" ")
}

/// The title, the verdict and the zone; gives the place below.
fn heading(drawn: &mut Document, timeline: &Timeline) -> Tenths {
    let window = timeline.window;
    let shown = days(timeline.zone, window);
    let date = |place: Option<&crate::civil::CivilDay>, form: &str| {
        place.map(|day| day.date.format(form).to_string()).unwrap_or_default()
    };
    let (first, last) = (date(shown.first(), "%a %-d %b %Y"), date(shown.last(), "%a %-d %b %Y"));
    let span = if first == last { first } else { format!("{first} to {last}") };
    drawn.label(MARGIN, 400, class("po-head"), &format!("On call, {span}"));
    let verdict = verdict(timeline.planned);
    let tone = if verdict == "COVERED" { "po-day po-end" } else { "po-bad po-end" };
    drawn.label(RIGHT, 390, class(tone), &verdict);
    drawn.label(MARGIN, 610, class("po-soft"), &format!("Times of {}", timeline.zone.name()));
    780
}

/// The window in pieces of `most` days, cut at midnight; up to `slack` days more stay in the last piece.
pub(super) fn bands_of(window: Interval, zone: Tz, most: usize, slack: usize) -> Vec<Interval> {
    let shown = days(zone, window);
    let mut left = shown.as_slice();
    let mut pieces = Vec::new();
    while !left.is_empty() {
        let taken = if left.len() <= most + slack { left.len() } else { most };
        let (piece, rest) = left.split_at(taken);
        pieces.push(piece);
        left = rest;
    }
    pieces
        .into_iter()
        .filter_map(|days| {
            let (first, last) = (days.first()?, days.last()?);
            let end = last.date.succ_opt().map_or(window.end(), |next| start_of_day(zone, next));
            Interval::new(start_of_day(zone, first.date), end)?.intersection(&window)
        })
        .collect()
}

/// Everybody in the order in which they appear: the number decides the fill.
fn people<'a>(timeline: &Timeline<'a>) -> Vec<&'a str> {
    let lanes = timeline.planned.iter().filter_map(|(_, plan)| plan.as_ref()).flat_map(|plan| &plan.lanes);
    let mut people: Vec<&str> = Vec::new();
    for Stretch { person, .. } in lanes.flat_map(|lane| &lane.stretches) {
        if !people.contains(&person.name.as_ref()) {
            people.push(&person.name);
        }
    }
    people
}

/// What the marks mean; gives the place below.
fn legend(drawn: &mut Document, y: Tenths, timeline: &Timeline) -> Tenths {
    let marks: [(&str, &[&str]); 4] = [
        ("on call", &["po-box po-f0"]),
        ("override", &["po-box po-f0", "po-dots"]),
        ("conflict: all are on call", &["po-box po-f0", "po-stripes"]),
        ("NOBODY on call in needed hours", &["po-hatch"]),
    ];
    let mut x = MARGIN;
    for (word, classes) in marks {
        for name in classes {
            let rect = if name.starts_with("po-box") { class(name) } else { filled(name) };
            drawn.empty("rect", &rect.area(x, y, 280, 140));
        }
        drawn.label(x + 360, y + 115, class("po-note po-soft"), word);
        x += 360 + width(word, 12) + 240;
    }
    drawn.empty("rect", &class("po-need").area(x, y + 50, 280, 40));
    drawn.label(x + 360, y + 115, class("po-note po-soft"), "needed hours");
    x += 360 + width("needed hours", 12) + 240;
    if let Some(day) = uncommon_days(timeline.window, timeline.zone).next() {
        drawn.empty("line", &class("po-edge").at("x1", x).at("x2", x + 280).at("y1", y + 70).at("y2", y + 70));
        drawn.label(x + 360, y + 115, class("po-note po-soft"), &day_length(&day));
    }
    y + 140
}

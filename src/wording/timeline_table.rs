//! How does a timeline look in a mail? Coloured cells in plain tables: mail readers take SVG, scripts and images out.
//!
//! The same picture as `timeline_svg` draws, in bands of a week: roles as lanes, holes hatched, needed hours below. Where
//! a reader knows no hatching, holes are red cells that say NOBODY. Every cell says its whole text when pointed at.

use std::fmt::Write as _;

use chrono::{DateTime, Datelike, Duration, Utc, Weekday};
use chrono_tz::Tz;

use super::gaps_letter::escape;
use super::schedule::hours;
use super::shifts::{kind, told_gap, told_stretch};
use super::timeline_svg::{FILL_COLOURS, bands_of, cut, levels, shortened, width};
use crate::civil::{CivilDay, Interval, days};
use crate::schedule::plan::{Lane, Plan, Stretch};

/// The days of one band, and how many more still stay in it.
const BAND_DAYS: usize = 7;
const BAND_SLACK: usize = 1;
/// The widths of the roles' names and of the scale, in pixels: together what mail readers show without scrolling.
const NAMES: i64 = 96;
const SCALE: i64 = 616;
/// The colour of holes, and that of a lane where nobody need be.
const RED: &str = "#9b1c1c";
const LANE: &str = "#eef1f5";

/// The timeline of one schedule as HTML tables, a band a week.
pub fn timeline_table(plan: &Plan, zone: Tz) -> String {
    let bands = bands_of(plan.window, zone, BAND_DAYS, BAND_SLACK);
    // One scale for all bands, so that equal times are equally wide.
    let scale_s = bands.iter().map(|band| band.length().num_seconds()).max().unwrap_or_default().max(1);
    let people = people(plan);
    let bands = bands.into_iter().map(|window| Band { plan, zone, window, scale_s, people: &people }.drawn());
    bands.chain([LEGEND.to_owned()]).collect()
}

/// Everybody in the order in which they appear: the number decides the colour.
fn people(plan: &Plan) -> Vec<&str> {
    let mut people: Vec<&str> = Vec::new();
    for stretch in plan.lanes.iter().flat_map(|lane| &lane.stretches) {
        if !people.contains(&stretch.person.name.as_ref()) {
            people.push(&stretch.person.name);
        }
    }
    people
}

const LEGEND: &str = "<p style=\"font-size:11px;color:#52606d;margin:2px 0 12px 0;max-width:712px\">Each block is one person on call. Red \
    and hatched: NOBODY on call in needed hours. A thick left edge: an override. The dark line below the blocks: the hours \
    in which somebody is needed.</p>\n";

/// One week of the window.
struct Band<'a> {
    plan: &'a Plan,
    zone: Tz,
    window: Interval,
    scale_s: i64,
    people: &'a [&'a str],
}

/// What one cell shows.
enum Mark<'a> {
    Stretch(&'a Stretch),
    Hole,
}

impl Band<'_> {
    fn drawn(&self) -> String {
        let mut rows = self.row("", &self.scale());
        let shown = self.plan.lanes.iter().filter(|lane| lane.required || !lane.stretches.is_empty());
        for lane in shown {
            rows += &self.lane(lane);
        }
        if self.plan.lanes.iter().all(|lane| !lane.required) {
            // The settings require a role that the sheet does not have: its holes have no lane of their own.
            let holes = self.plan.report.gaps.iter().filter_map(|gap| gap.interval.intersection(&self.window));
            let marks: Vec<_> = holes.map(|hole| (hole, Mark::Hole)).collect();
            if !marks.is_empty() {
                rows += &self.row("required role", &self.blocks(&marks));
            }
        }
        rows += &self.row("needed", &self.needed());
        format!(
            "<table role=\"presentation\" width=\"{0}\" cellpadding=\"0\" cellspacing=\"0\" border=\"0\" \
             style=\"width:{0}px;table-layout:fixed;margin:8px 0;font-size:12px;color:#1f2933\">\n{rows}</table>\n",
            NAMES + self.x(self.window.end())
        )
    }

    fn row(&self, name: &str, cells: &str) -> String {
        let length = self.x(self.window.end());
        format!(
            "<tr><td width=\"{NAMES}\" style=\"width:{NAMES}px;padding:0;color:#52606d;font-size:11px\">{}</td>\
             <td style=\"padding:1px 0\"><table role=\"presentation\" width=\"{length}\" cellpadding=\"0\" \
             cellspacing=\"0\" border=\"0\" style=\"width:{length}px;table-layout:fixed\"><tr>{cells}</tr></table></td>\
             </tr>\n",
            escape(&cut(name, 11, (NAMES - 6) * 10).unwrap_or_default())
        )
    }

    /// Where an instant stands on the scale, in pixels.
    fn x(&self, at: DateTime<Utc>) -> i64 {
        let whole = self.window.length().num_seconds();
        (at - self.window.start()).num_seconds().clamp(0, whole) * SCALE / self.scale_s
    }

    fn room(&self, span: Interval) -> i64 {
        self.x(span.end()) - self.x(span.start())
    }

    /// The days.
    fn scale(&self) -> String {
        let mut cells = String::new();
        for day in days(self.zone, self.window) {
            let Some(shown) = day.interval.intersection(&self.window) else { continue };
            let room = self.room(shown);
            let weekend = matches!(day.date.weekday(), Weekday::Sat | Weekday::Sun);
            let colour = if weekend { "#e6ebf1" } else { "#ffffff" };
            let [first, second] = date_words(&day, room);
            let _infallible = write!(
                cells,
                "<td width=\"{0}\" bgcolor=\"{colour}\" style=\"width:{0}px;padding:0;background-color:{colour};\
                 border-left:1px solid #cbd2d9;font-size:11px;line-height:14px;overflow:hidden;white-space:nowrap\">\
                 <b>{first}</b><br>{second}</td>",
                (room - 1).max(0)
            );
        }
        cells
    }

    /// One role: a row, or several where several people are on call at once.
    fn lane(&self, lane: &Lane) -> String {
        let shown: Vec<(&Stretch, Interval)> = lane
            .stretches
            .iter()
            .filter_map(|stretch| Some((stretch, stretch.interval()?.intersection(&self.window)?)))
            .collect();
        let levels = levels(&shown);
        let most = levels.iter().max().copied().unwrap_or(0);
        let mut rows = String::new();
        for level in 0..=most {
            let stretches = shown.iter().zip(&levels).filter(|(_, of)| **of == level);
            let mut marks: Vec<(Interval, Mark<'_>)> =
                stretches.map(|((stretch, span), _)| (*span, Mark::Stretch(stretch))).collect();
            if level == 0 {
                let holes = self.plan.empty_in(lane);
                let holes = holes.spans().iter().filter_map(|hole| hole.intersection(&self.window));
                marks.extend(holes.map(|hole| (hole, Mark::Hole)));
                marks.sort_by_key(|(span, _)| span.start());
            }
            rows += &self.row(if level == 0 { &lane.role.label } else { "" }, &self.blocks(&marks));
        }
        rows
    }

    /// Marks that follow each other, and the free places between them.
    fn blocks(&self, marks: &[(Interval, Mark<'_>)]) -> String {
        let mut cells = String::new();
        let mut at = 0;
        let free = |cells: &mut String, until: i64, at: &mut i64| {
            if until > *at {
                *cells += &Cell { height: 30, colour: LANE, ..Cell::default() }.drawn(until - *at, "&nbsp;");
            }
            *at = until.max(*at);
        };
        for (span, mark) in marks {
            free(&mut cells, self.x(span.start()), &mut at);
            let room = self.x(span.end()) - at;
            at = self.x(span.end());
            if room > 0 {
                cells += &match mark {
                    Mark::Stretch(stretch) => self.block(stretch, room),
                    Mark::Hole => hole(room, &told_gap(*span, self.zone)),
                };
            }
        }
        free(&mut cells, self.x(self.window.end()), &mut at);
        cells
    }

    fn block(&self, stretch: &Stretch, room: i64) -> String {
        let name = stretch.person.name.as_ref();
        let number = self.people.iter().position(|known| *known == name).unwrap_or_default();
        let colour = FILL_COLOURS.get(number % FILL_COLOURS.len()).copied().unwrap_or(LANE);
        let replaces = kind(stretch, &self.plan.replaced);
        let (edge, line) = if replaces.is_some() { (4, "#1f2933") } else { (1, "#52606d") };
        let inside = (room - 6) * 10;
        let below = match (stretch.conflicts.is_empty(), replaces) {
            (false, _) => ["CONFLICT", "CONFL."].into_iter().find(|word| width(word, 10) <= inside),
            (true, Some(_)) => ["override", "ovr."].into_iter().find(|word| width(word, 10) <= inside),
            (true, None) => None,
        };
        let below = below.map(|word| format!("<br><span style=\"font-size:10px\">{word}</span>")).unwrap_or_default();
        let words = format!("{}{below}", escape(&shortened(name, inside).unwrap_or_default()));
        let told = format!("{}: {}", stretch.person.role.label, told_stretch(stretch, self.plan, self.zone));
        let style = &format!("border-left:{edge}px solid {line};font-weight:bold;");
        Cell { height: 30, colour, edges: edge, style, told: &told }.drawn(room, &words)
    }

    /// The hours in which somebody must be on call, as a thin line.
    fn needed(&self) -> String {
        let mut cells = String::new();
        let mut at = 0;
        let spans = self.plan.needed.spans().iter().filter_map(|span| span.intersection(&self.window));
        let ends = spans.flat_map(|span| [(self.x(span.start()), "#ffffff"), (self.x(span.end()), "#52606d")]);
        for (until, colour) in ends.chain([(self.x(self.window.end()), "#ffffff")]) {
            if until > at {
                let style = "font-size:1px;line-height:4px;";
                cells += &Cell { height: 4, colour, style, ..Cell::default() }.drawn(until - at, "&nbsp;");
                at = until;
            }
        }
        cells
    }
}

/// The two lines of a day: `Mon` and `23 Nov`, as far as they fit; a day of 23 or 25 hours says so.
fn date_words(day: &CivilDay, room: i64) -> [String; 2] {
    let mut date = day.date.format("%-d %b").to_string();
    if day.interval.length() != Duration::hours(24) {
        date = format!("{date}, {}", hours(day.interval.length()));
    }
    [day.date.format("%a").to_string(), date].map(|word| cut(&word, 11, (room - 2) * 10).unwrap_or_default())
}

/// A hole: hatched where the mail reader can, red in any case, and with its word.
fn hole(room: i64, told: &str) -> String {
    let hatch = format!(
        "background-image:repeating-linear-gradient(135deg,{RED} 0px,{RED} 5px,#ffffff 5px,#ffffff 9px);\
         border:2px solid {RED};text-align:center;"
    );
    let inside = (room - 8) * 10;
    let (size, word) = match () {
        () if width("NOBODY", 12) <= inside => (12, "NOBODY"),
        () if width("BODY", 10) <= inside => (10, "NO<br>BODY"),
        () if width("!", 12) <= inside => (12, "!"),
        () => (1, "&nbsp;"),
    };
    let words = format!(
        "<b style=\"background-color:#ffffff;color:{RED};font-size:{size}px;line-height:12px;padding:0 2px\">{word}</b>"
    );
    Cell { height: 26, colour: RED, edges: 4, style: &hatch, told }.drawn(room, &words)
}

/// A cell of a lane.
#[derive(Clone, Copy, Default)]
struct Cell<'a> {
    /// Its height within its borders, in pixels.
    height: i64,
    colour: &'a str,
    /// How much of its room its borders take, in pixels.
    edges: i64,
    /// What is special in its looks.
    style: &'a str,
    /// What it says when it is pointed at.
    told: &'a str,
}

impl Cell<'_> {
    fn drawn(self, room: i64, words: &str) -> String {
        let Self { height, colour, edges, style, told } = self;
        let told = if told.is_empty() { String::new() } else { format!(" title=\"{}\"", escape(told)) };
        format!(
            "<td width=\"{0}\" height=\"{height}\" bgcolor=\"{colour}\"{told} style=\"width:{0}px;height:{height}px;\
             padding:0;background-color:{colour};overflow:hidden;white-space:nowrap;line-height:13px;{style}\">{words}</td>",
            (room - edges).max(0)
        )
    }
}

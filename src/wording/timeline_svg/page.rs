//! How does the timeline stand in a page? In weeks, each block a link, what was changed since below the lanes.
//!
//! The same bands as in a picture of its own, without a style sheet and a heading: the page has both, for its content
//! security policy forbids styles in the document.

use super::band::{Band, Place};
use super::element::{Attributes, Document, Tenths, class, cut, width};
use super::style::PATTERNS;
use super::{LEFT, MARGIN, RIGHT, Timeline, WIDTH, bands_of, described, legend, people, title};
use crate::civil::Interval;
use crate::schedule::difference::Change;
use crate::schedule::plan::Stretch;
use crate::wording::changes;

/// The days of one band: a calendar week, if the window begins with one.
const WEEK: usize = 7;
/// The height of a change's bar and what lies between two.
const BAR: Tenths = 200;
const BETWEEN: Tenths = 30;

/// What a page adds to the picture.
pub struct Page<'a> {
    /// What the schedule says otherwise now than it did in the version that is drawn.
    pub changes: &'a [Change],
    /// Where a block leads.
    pub href: &'a dyn Fn(&Stretch) -> String,
}

/// Draws a timeline as a part of a page: a band a week from the window's start on. Its classes are styled by the page.
pub fn timeline_page(timeline: &Timeline, page: &Page) -> String {
    let mut drawn = Document::default();
    let people = people(timeline);
    let bands = bands_of(timeline.window, timeline.zone, WEEK, 0);
    // One scale for all bands, so that equal times are equally wide.
    let scale_s = bands.iter().map(|band| band.length().num_seconds()).max().unwrap_or_default();
    let mut y = 100;
    for window in bands {
        y = Band::new(timeline, window, scale_s, &people).of_page(page).draw(&mut drawn, y);
    }
    let height = legend(&mut drawn, y, timeline) + 60;
    // A group and no image: what is inside an image cannot be followed with the keyboard.
    let size = class("po-t")
        .with("viewBox", &format!("0 0 {} {}", WIDTH / 10, height / 10))
        .with("role", "group")
        .with("aria-labelledby", "po-title")
        .with("aria-describedby", "po-desc");
    let mut document = Document::default();
    document.element("svg", &size, |document| {
        document.leaf("title", &Attributes::default().with("id", "po-title"), &title(timeline));
        document.leaf("desc", &Attributes::default().with("id", "po-desc"), &described(timeline));
        document.markup(PATTERNS);
        document.markup(&drawn.into_text());
    });
    document.into_text()
}

/// What was changed since, as bars below the lanes; gives the place below.
pub(super) fn changes(
    drawn: &mut Document,
    y: Tenths,
    page: &Page,
    window: Interval,
    timeline: &Timeline,
    place: impl Fn(Interval, Tenths) -> Place,
) -> Tenths {
    let mut rows: Vec<Tenths> = Vec::new();
    for change in page.changes {
        let Some(shown) = change.interval.intersection(&window) else { continue };
        let words = format!("{}: {}", change.role.label, changes::people(change));
        let Place { x, width: room, .. } = place(shown, y);
        // The words may reach beyond the bar, but never beyond the picture.
        let said = width(&words, 11) + 140;
        let text_x = (x + 60).min((RIGHT - said).max(LEFT));
        let end = (x + room).max(text_x + said);
        let row = rows.iter().position(|taken| *taken <= x.min(text_x)).unwrap_or(rows.len());
        match rows.get_mut(row) {
            Some(taken) => *taken = end + 60,
            None => rows.push(end + 60),
        }
        let top = y + 20 + i64::try_from(row).unwrap_or_default() * (BAR + BETWEEN);
        drawn.element("g", &Attributes::default(), |group| {
            group.leaf("title", &Attributes::default(), &changes::line(change, timeline.now, timeline.zone));
            group.empty("rect", &class("po-changed").area(x, top, room, BAR).at("rx", 40));
            let word = cut(&words, 11, RIGHT - text_x).unwrap_or_default();
            group.label(text_x, top + 140, class("po-tiny po-day po-halo"), &word);
        });
    }
    if rows.is_empty() {
        return y;
    }
    drawn.label(MARGIN, y + 160, class("po-tiny po-day"), "changed since");
    y + 40 + i64::try_from(rows.len()).unwrap_or_default() * (BAR + BETWEEN)
}

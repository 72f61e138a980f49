//! How are fourteen days drawn? The scale with its dates, then each schedule with its lanes, blocks and holes.

use chrono::{DateTime, Datelike, Duration, Utc, Weekday};

use super::element::{Attributes, Document, Tenths, class, cut, filled, width};
use super::page::{self, Page};
use super::style::FILLS;
use super::{LEFT, MARGIN, RIGHT, Timeline};
use crate::civil::{CivilDay, Interval, days};
use crate::schedule::loaded::LoadedSchedule;
use crate::schedule::plan::{Lane, Plan, Stretch};
use crate::wording::schedule::{clock, hours};
use crate::wording::shifts::{day_length, kind, told_gap, told_stretch};

/// The height of a block and what lies between two.
const BLOCK: Tenths = 360;
const BETWEEN: Tenths = 40;
/// The height of the scale with its two lines of text.
const SCALE: Tenths = 420;
/// The space inside a block beside its text.
const PADDING: Tenths = 60;

/// One piece of the window.
pub(super) struct Band<'a> {
    timeline: &'a Timeline<'a>,
    window: Interval,
    /// How many seconds the whole scale is long: more than the window in the last of several bands.
    scale_s: i64,
    /// Everybody, in the order that decides the fill.
    people: &'a [&'a str],
    days: Vec<CivilDay>,
    /// What a page adds to the picture; `None` in a picture of its own.
    page: Option<&'a Page<'a>>,
}

/// A block's place.
#[derive(Clone, Copy)]
pub(super) struct Place {
    pub(super) x: Tenths,
    pub(super) y: Tenths,
    pub(super) width: Tenths,
}

impl<'a> Band<'a> {
    pub(super) fn new(timeline: &'a Timeline<'a>, window: Interval, scale_s: i64, people: &'a [&'a str]) -> Self {
        Self { timeline, window, scale_s: scale_s.max(1), people, days: days(timeline.zone, window), page: None }
    }

    /// The same as a part of a page.
    pub(super) fn of_page(self, page: &'a Page<'a>) -> Self {
        Self { page: Some(page), ..self }
    }

    /// Draws the band from `top` on; gives the place below.
    pub(super) fn draw(&self, drawn: &mut Document, top: Tenths) -> Tenths {
        let top = if self.window.contains(self.timeline.now) { top + 200 } else { top };
        let mut lanes = Document::default();
        let mut y = top + SCALE;
        for (loaded, plan) in self.timeline.planned {
            y = self.schedule(&mut lanes, y, loaded, plan.as_ref());
        }
        if let Some(page) = self.page {
            y = page::changes(&mut lanes, y, page, self.window, self.timeline, |span, y| self.place(span, y));
        }
        self.scale(drawn, top, y);
        drawn.markup(&lanes.into_text());
        self.now(drawn, top, y);
        y + 280
    }

    /// Where an instant stands on the scale.
    fn x(&self, at: DateTime<Utc>) -> Tenths {
        let whole = self.window.length().num_seconds();
        LEFT + (at - self.window.start()).num_seconds().clamp(0, whole) * (RIGHT - LEFT) / self.scale_s
    }

    /// Where the window ends on the scale.
    fn right(&self) -> Tenths {
        self.x(self.window.end())
    }

    fn place(&self, span: Interval, y: Tenths) -> Place {
        let x = self.x(span.start());
        Place { x, y, width: self.x(span.end()) - x }
    }

    fn scale(&self, drawn: &mut Document, top: Tenths, bottom: Tenths) {
        for day in &self.days {
            let Some(shown) = day.interval.intersection(&self.window) else { continue };
            let Place { x, width: room, .. } = self.place(shown, top);
            if matches!(day.date.weekday(), Weekday::Sat | Weekday::Sun) {
                drawn.empty("rect", &class("po-weekend").area(x, top, room, bottom - top));
            }
            if self.page.is_some() && day.interval.contains(self.timeline.now) {
                drawn.empty("rect", &class("po-today").area(x, top, room, SCALE - 20).at("rx", 40));
            }
            drawn.empty("line", &class("po-line").at("x1", x).at("x2", x).at("y1", top).at("y2", bottom));
            let weekday = day.date.format("%a").to_string();
            let written = x + PADDING;
            if let Some(word) = cut(&weekday, 13, room - PADDING) {
                drawn.label(written, top + 160, class("po-day"), &word);
            }
            if let Some(word) = cut(&day.date.format("%-d %b").to_string(), 12, room - PADDING) {
                drawn.label(written, top + 330, class("po-note po-soft"), &word);
            }
            if day.interval.length() != Duration::hours(24) {
                self.clock_change(drawn, day, x + room, top, bottom);
            }
            self.clock_times(drawn, day, top);
        }
        if self.page.is_some() {
            let week = self.days.first().map(|day| format!("week {}", day.date.iso_week().week()));
            drawn.label(MARGIN, top + 330, class("po-note po-soft"), &week.unwrap_or_default());
        }
        for x in [LEFT, self.right()] {
            drawn.empty("line", &class("po-line").at("x1", x).at("x2", x).at("y1", top).at("y2", bottom));
        }
    }

    /// The mark of a day of 23 or 25 hours: its length in a frame, its borders dashed.
    fn clock_change(&self, drawn: &mut Document, day: &CivilDay, right: Tenths, top: Tenths, bottom: Tenths) {
        let word = hours(day.interval.length());
        let room = width(&word, 12) + 90;
        let x = right - room - 20;
        for edge in [day.interval.start(), day.interval.end()].map(|at| self.x(at)) {
            drawn.empty("line", &class("po-edge").at("x1", edge).at("x2", edge).at("y1", top).at("y2", bottom));
        }
        drawn.element("g", &Attributes::default(), |group| {
            group.leaf("title", &Attributes::default(), &day_length(day));
            group.empty("rect", &class("po-change").area(x, top + 35, room, 170).at("rx", 80));
            group.label(x + room / 2, top + 162, class("po-note po-day po-mid"), &word);
        });
    }

    /// Clock times between the dates where the days are wide enough: every three or six hours.
    fn clock_times(&self, drawn: &mut Document, day: &CivilDay, top: Tenths) {
        let hour = (RIGHT - LEFT) * 3_600 / self.scale_s;
        let Some(step) = [3, 6].into_iter().find(|step| hour * step >= 520) else { return };
        let zone = self.timeline.zone;
        for number in (step..24).step_by(usize::try_from(step).unwrap_or(6)) {
            let civil = day.date.and_time(chrono::NaiveTime::MIN) + Duration::hours(number);
            let at = crate::civil::resolve(zone, civil).at;
            // Not over the date, and not over the edge.
            if self.window.contains(at) && self.x(at) - self.x(day.interval.start()) > 600 && RIGHT - self.x(at) > 200 {
                let word = at.with_timezone(&zone).format("%H:%M").to_string();
                let x = self.x(at);
                drawn
                    .empty("line", &class("po-line").at("x1", x).at("x2", x).at("y1", top + 360).at("y2", top + SCALE));
                drawn.label(x, top + 330, class("po-tiny po-soft po-mid"), &word);
            }
        }
    }

    /// One schedule with its lanes; gives the place below.
    fn schedule(&self, drawn: &mut Document, y: Tenths, loaded: &LoadedSchedule, plan: Option<&Plan>) -> Tenths {
        // A page has the schedule's name in its heading.
        let y = if self.page.is_some() { y - 60 } else { y + 260 };
        if self.page.is_none() {
            let stale = if loaded.stale || loaded.from_cache { "  (an old copy of the sheet)" } else { "" };
            drawn.label(MARGIN, y, class("po-name po-halo"), &format!("{}{stale}", loaded.title));
        }
        let Some(plan) = plan else {
            drawn.label(LEFT, y + 240, class("po-bad"), "CANNOT TELL who is on call: the sheet could not be used.");
            return y + 320;
        };
        let mut y = y + 100;
        for lane in plan.lanes.iter().filter(|lane| lane.required || !lane.stretches.is_empty()) {
            y = self.lane(drawn, y, plan, lane);
        }
        if plan.lanes.iter().all(|lane| !lane.required) {
            // The settings require a role that the sheet does not have: its holes have no lane of their own.
            y = self.lane_of_nobody(drawn, y, plan);
        }
        y = self.needed(drawn, y, plan);
        self.holes_in_words(drawn, y, plan)
    }

    fn lane(&self, drawn: &mut Document, y: Tenths, plan: &Plan, lane: &Lane) -> Tenths {
        let shown: Vec<(&Stretch, Interval)> = lane
            .stretches
            .iter()
            .filter_map(|stretch| Some((stretch, stretch.interval()?.intersection(&self.window)?)))
            .collect();
        let levels = levels(&shown);
        let count = levels.iter().max().map_or(1, |most| most + 1);
        let height = count * (BLOCK + BETWEEN) + BETWEEN;
        drawn.empty("rect", &class("po-lane").area(LEFT, y, self.right() - LEFT, height));
        let room = LEFT - MARGIN - PADDING;
        drawn.element("text", &class("po-soft").at("x", MARGIN).at("y", y + height / 2 + 45), |text| {
            text.leaf("tspan", &Attributes::default(), &cut(&lane.role.label, 13, room).unwrap_or_default());
        });
        for ((stretch, span), level) in shown.iter().zip(&levels) {
            self.block(drawn, self.place(*span, y + BETWEEN + level * (BLOCK + BETWEEN)), plan, stretch);
        }
        for hole in plan.empty_in(lane).spans().iter().filter_map(|hole| hole.intersection(&self.window)) {
            self.hole(drawn, self.place(hole, y + BETWEEN), height - 2 * BETWEEN, hole);
        }
        y + height + BETWEEN
    }

    fn lane_of_nobody(&self, drawn: &mut Document, y: Tenths, plan: &Plan) -> Tenths {
        drawn.empty("rect", &class("po-lane").area(LEFT, y, self.right() - LEFT, BLOCK + 2 * BETWEEN));
        drawn.label(MARGIN, y + BLOCK / 2 + 85, class("po-soft"), "required role");
        for hole in plan.report.gaps.iter().filter_map(|gap| gap.interval.intersection(&self.window)) {
            self.hole(drawn, self.place(hole, y + BETWEEN), BLOCK, hole);
        }
        y + BLOCK + 3 * BETWEEN
    }

    fn block(&self, drawn: &mut Document, place: Place, plan: &Plan, stretch: &Stretch) {
        let name = stretch.person.name.as_ref();
        let fill = self.people.iter().position(|known| *known == name).unwrap_or_default() % FILLS;
        let Place { x, y, width: room } = place;
        let replaces = kind(stretch, &plan.replaced);
        let role = &stretch.person.role.label;
        let told = format!("{role}: {}", told_stretch(stretch, plan, self.timeline.zone));
        let (name_of_element, attributes) = match self.page {
            Some(page) => ("a", Attributes::default().with("href", &(page.href)(stretch)).with("aria-label", &told)),
            None => ("g", Attributes::default()),
        };
        drawn.element(name_of_element, &attributes, |group| {
            group.leaf("title", &Attributes::default(), &told);
            group.empty("rect", &class(&format!("po-box po-f{fill}")).area(x, y, room, BLOCK).at("rx", 40));
            if replaces.is_some() {
                group.empty("rect", &filled("po-dots").area(x, y, room, BLOCK).at("rx", 40));
                group.empty("rect", &class("po-bar").area(x, y, 40.min(room), BLOCK));
            }
            for span in stretch.conflicts.iter().filter_map(|span| span.intersection(&self.window)) {
                let part = self.place(span, y);
                group.empty("rect", &filled("po-stripes").area(part.x, y, part.width, BLOCK));
            }
            let padding = if room < 6 * PADDING + 200 { PADDING / 2 } else { PADDING };
            let indent = if replaces.is_some() { 40 + padding } else { padding };
            let inside = room - indent - padding / 2;
            if let Some(word) = shortened(name, inside) {
                group.label(x + indent, y + 160, class("po-day po-halo"), &word);
            }
            let until = format!("until {}", self.ends(stretch.person.until));
            let mut forms: Vec<String> = Vec::new();
            if !stretch.conflicts.is_empty() {
                forms.extend(["CONFLICT: all are on call", "CONFLICT", "CONFL.", "CONF", "C"].map(str::to_owned));
            } else if let Some(words) = replaces {
                forms.extend([format!("{words}, {until}"), words]);
                forms.extend(["override", "overr.", "ovr."].map(str::to_owned));
            } else {
                forms.push(until);
            }
            if let Some(word) = forms.iter().find(|word| width(word, 11) <= inside) {
                group.label(x + indent, y + 300, class("po-tiny po-halo"), word);
            }
        });
    }

    fn hole(&self, drawn: &mut Document, place: Place, height: Tenths, hole: Interval) {
        drawn.element("g", &Attributes::default(), |group| {
            group.leaf("title", &Attributes::default(), &told_gap(hole, self.timeline.zone));
            group.empty("rect", &filled("po-hatch").area(place.x, place.y, place.width, height));
            let word = ["NOBODY ON CALL", "NOBODY"].into_iter().find(|word| width(word, 13) + 240 <= place.width);
            if let Some(word) = word {
                let (room, middle) = (width(word, 13) + 120, place.x + place.width / 2);
                let y = place.y + height / 2;
                group.empty("rect", &class("po-paper").area(middle - room / 2, y - 100, room, 200));
                group.label(middle, y + 45, class("po-bad po-mid"), word);
            }
        });
    }

    /// The hours in which somebody must be on call, as a thin line under the lanes.
    fn needed(&self, drawn: &mut Document, y: Tenths, plan: &Plan) -> Tenths {
        drawn.label(MARGIN, y + 80, class("po-tiny po-soft"), "needed hours");
        for span in plan.needed.spans().iter().filter_map(|span| span.intersection(&self.window)) {
            let place = self.place(span, y + 20);
            drawn.empty("rect", &class("po-need").area(place.x, place.y, place.width, 40));
        }
        y + 100
    }

    /// Each hole under its place, in words, in as many rows as keep the words apart.
    fn holes_in_words(&self, drawn: &mut Document, y: Tenths, plan: &Plan) -> Tenths {
        let mut rows: Vec<Tenths> = Vec::new();
        for gap in &plan.report.gaps {
            let Some(hole) = gap.interval.intersection(&self.window) else { continue };
            let (start, end) = (self.ends(gap.interval.start()), self.ends(gap.interval.end()));
            let words = format!("NOBODY {start} to {end}, {}", hours(gap.interval.length()));
            let (place, room) = (self.place(hole, y), width(&words, 12) * 12 / 10);
            let x = (place.x + place.width / 2 - room / 2).clamp(LEFT, (RIGHT - room).max(LEFT));
            let row = rows.iter().position(|taken| *taken <= x).unwrap_or(rows.len());
            match rows.get_mut(row) {
                Some(taken) => *taken = x + room + 100,
                None => rows.push(x + room + 100),
            }
            let line = y + 150 + 180 * i64::try_from(row).unwrap_or_default();
            drawn.label(x + room / 2, line, class("po-note po-bad po-mid po-halo"), &words);
        }
        y + 180 * i64::try_from(rows.len()).unwrap_or_default() + 20
    }

    /// `Fri 27 Nov 18:00`, as far as the scale does not say it.
    fn ends(&self, at: DateTime<Utc>) -> String {
        let local = at.with_timezone(&self.timeline.zone);
        let form = if self.window.contains(at) { "%a %H:%M" } else { "%a %-d %b %H:%M" };
        local.format(form).to_string()
    }

    fn now(&self, drawn: &mut Document, top: Tenths, bottom: Tenths) {
        let now = self.timeline.now;
        if !self.window.contains(now) {
            return;
        }
        let x = self.x(now);
        let word = format!("now {}", now.with_timezone(&self.timeline.zone).format("%H:%M"));
        let room = width(&word, 12) * 11 / 10 + 160;
        let left = (x - room / 2).clamp(MARGIN, RIGHT - room);
        drawn.element("g", &Attributes::default(), |group| {
            group.leaf("title", &Attributes::default(), &format!("now: {}", clock(now, self.timeline.zone)));
            group.empty("line", &class("po-now").at("x1", x).at("x2", x).at("y1", top - 40).at("y2", bottom));
            group.empty("rect", &class("po-now-flag").area(left, top - 210, room, 180).at("rx", 40));
            group.label(left + room / 2, top - 75, class("po-now-word po-mid"), &word);
        });
    }
}

/// A name in bold as far as it fits: whole, else `Ada R.`, else `Ada`, else cut.
pub(in crate::wording) fn shortened(name: &str, room: Tenths) -> Option<String> {
    // Bold letters are a tenth wider.
    let room = room * 10 / 11;
    let (first, last) = name.split_once(' ').unwrap_or((name, ""));
    let initial =
        last.rsplit(' ').next().and_then(|word| word.chars().next()).map(|letter| format!("{first} {letter}."));
    let forms = [Some(name.to_owned()), initial, Some(first.to_owned())];
    forms.into_iter().flatten().find(|form| width(form, 13) <= room).or_else(|| cut(name, 13, room))
}

/// In which of a lane's rows each stretch lies: the first that is free. Most lanes have one row.
pub(in crate::wording) fn levels(shown: &[(&Stretch, Interval)]) -> Vec<Tenths> {
    let mut free_from: Vec<DateTime<Utc>> = Vec::new();
    let mut level_of = |span: &Interval| {
        let level = free_from.iter().position(|free| *free <= span.start()).unwrap_or(free_from.len());
        match free_from.get_mut(level) {
            Some(free) => *free = span.end(),
            None => free_from.push(span.end()),
        }
        i64::try_from(level).unwrap_or_default()
    };
    shown.iter().map(|(_, span)| level_of(span)).collect()
}

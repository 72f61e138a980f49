//! Which parts has a board, and how is each drawn for one kind of viewer? Pieces of HTML that a page holds and a stream
//! sends again.

use chrono::{DateTime, TimeDelta, Utc};
use chrono_tz::Tz;
use maud::{Markup, html};

use super::live::Kind;
use super::viewer::{Screen, Viewer};
use super::{ahead, cases, now, wall};
use crate::site::Site;
use crate::views::board::Board;
use crate::web::shell::href;
use crate::wording::board as words;

/// What a part is drawn with.
pub(super) struct Drawing<'a> {
    /// The site.
    pub(super) site: &'a Site,
    /// The board.
    pub(super) board: &'a Board,
    /// Who looks.
    pub(super) viewer: &'a Viewer,
}

/// The parts in the order in which the page shows them, each with its HTML.
pub(super) fn draw(site: &Site, board: &Board, (screen, viewer): &Kind) -> Vec<(&'static str, String)> {
    let drawing = Drawing { site, board, viewer };
    let parts: Vec<(&'static str, Markup)> = match screen {
        Screen::Board => vec![
            ("now", now::part(&drawing)),
            ("standing", now::standing(&drawing)),
            ("promises", cases::promises(&drawing)),
            ("pages", cases::pages(&drawing)),
            ("sheets", ahead::sheets(&drawing)),
            ("ahead", ahead::part(&drawing)),
            ("people", ahead::people(&drawing)),
            ("months", ahead::months(&drawing)),
        ],
        Screen::Wall => vec![
            ("now", wall::now(&drawing)),
            ("standing", wall::standing(&drawing)),
            ("pages", wall::pages(&drawing)),
            ("foot", wall::foot(&drawing)),
        ],
    };
    parts.into_iter().map(|(name, markup)| (name, markup.into_string())).collect()
}

impl Drawing<'_> {
    /// The present minute.
    pub(super) fn at(&self) -> DateTime<Utc> {
        self.board.at
    }

    /// The site's zone.
    pub(super) fn zone(&self) -> Tz {
        self.site.zone
    }

    /// A path of this house as a link.
    pub(super) fn href(&self, path: &str) -> String {
        href(self.site, path)
    }

    /// An instant in words, for programs too.
    pub(super) fn time(&self, at: DateTime<Utc>) -> Markup {
        html! { time datetime=(at.to_rfc3339()) { (words::when(at, self.at(), self.zone())) } }
    }

    /// A telephone number as the viewer may see it.
    pub(super) fn number(&self, number: Option<&str>) -> Markup {
        match number {
            None => html! { span.bad { "NO PHONE NUMBER" } },
            Some(number) if self.viewer.sees_numbers() => {
                html! { a.number href=(format!("tel:{number}")) { (words::number(number)) } }
            }
            Some(number) => html! { span.number.soft { (words::masked(number)) } },
        }
    }

    /// How long until then, which the script counts down to the second. `ahead` is how far the clock of the page that it
    /// belongs to runs before the true one.
    pub(super) fn left(&self, until: DateTime<Utc>, ahead: TimeDelta) -> Markup {
        let now = self.at() + ahead;
        html! { span.number data-until=((until - ahead).timestamp_millis()) { (words::left(until, now)) } }
    }
}

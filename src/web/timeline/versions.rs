//! How does somebody get to the sheet as it stood? A field for any time, and the versions that are kept.

use maud::{Markup, html};

use super::asked::Asked;
use super::looked::Looked;
use crate::wording::time::rfc3339;
use crate::wording::timeline_page as words;

/// The section of other versions.
pub(super) fn section(asked: &Asked, looked: &Looked) -> Markup {
    let weeks = &asked.weeks;
    let at = asked.known_at.map(|known| known.at);
    // Of the newest first, the first that had been seen by then was in force.
    let in_force = match at {
        Some(at) => looked.versions.iter().position(|version| version.first_seen <= at),
        None => None,
    };
    let local = at.map(|at| at.with_timezone(&looked.zone).format("%Y-%m-%dT%H:%M").to_string());
    let is_wrong = at.is_none() && !asked.known_at_typed.is_empty();
    html! {
        section aria-labelledby="versions" {
            h2 id="versions" { "The sheet as it stood" }
            form.go method="get" {
                input type="hidden" name="view" value=(weeks.extent.word());
                input type="hidden" name="from" value=(weeks.around);
                label for="known_at" { "Date and time (" (looked.zone.name()) ")" }
                input id="known_at" type="datetime-local" name="known_at" value=[local] required aria-invalid=[is_wrong.then_some("true")];
                button.second { "Show" }
            }
            @if looked.versions.is_empty() {
                p.soft { (words::NO_VERSIONS) }
            } @else {
                p { "Kept versions, the newest first:" }
                ol.versions reversed {
                    @for (number, version) in looked.versions.iter().enumerate() {
                        li {
                            a href=(asked.query_known_at(Some(&rfc3339(version.first_seen, looked.zone)))) aria-current=[(in_force == Some(number)).then_some("true")] {
                                (words::seen(version.first_seen, version.last_seen, looked.zone))
                            }
                            @if number == 0 { " " span.soft { "(the newest)" } }
                        }
                    }
                }
            }
        }
    }
}

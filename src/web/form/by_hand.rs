//! What does an agent read in a browser when the house cannot page? Whom to dial, at which number, what to say
//! (contract 5.10).

use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use maud::{Markup, html};

use super::super::Current;
use super::super::asker::Asker;
use super::super::shell::{Place, Shell};
use crate::decision::ladder::{Contact, Ladder};
use crate::wording::form as words;
use crate::wording::phone;

/// The people of a ladder who have a number, each once, in the order in which they are tried.
pub(in crate::web) fn people(ladder: &Ladder) -> Vec<&Contact> {
    let mut named: Vec<&Contact> = Vec::new();
    for person in ladder.rungs.iter().flat_map(|rung| &rung.contacts) {
        if person.phone.is_some() && !named.iter().any(|other| other.same_as(person)) {
            named.push(person);
        }
    }
    named
}

/// Whom to dial, and what to say where the facts are known.
pub(in crate::web) fn dial(people: &[&Contact], said: Option<&str>) -> Markup {
    html! {
        @if people.is_empty() {
            p { (words::DIAL_NOBODY) }
        } @else {
            p { (words::DIAL) }
            ol.dial {
                @for person in people {
                    @if let Some(number) = &person.phone {
                        li { (person.name) " " (telephone(number)) }
                    }
                }
            }
        }
        @if let Some(said) = said {
            p { (words::SAY_TO_THEM) }
            blockquote.said { (said) }
        }
    }
}

/// A telephone number that a telephone can dial.
pub(in crate::web) fn telephone(number: &str) -> Markup {
    let dialled: String = number.chars().filter(|sign| sign.is_ascii_digit() || *sign == '+').collect();
    html! { a.number href=(format!("tel:{dialled}")) { (phone::display(number)) } }
}

/// The page when a form cannot be read: the agent still has to act.
pub(super) fn unreadable(current: &Current, asker: &Asker) -> Response {
    let shell = Shell::new(current, asker);
    let leadership: Vec<&Contact> = current.site.leadership.iter().collect();
    let body = html! {
        h1 { "The form cannot be read now" }
        p { "The page log does not answer. Load this page again in a minute; if the customer cannot wait, act by hand." }
        section.card { h2 { "By hand" } (dial(&leadership, None)) }
        p { a.button href=(shell.href("/page")) { "Begin again with the case number" } }
    };
    (StatusCode::SERVICE_UNAVAILABLE, shell.page(Place::Form, "By hand", &body)).into_response()
}

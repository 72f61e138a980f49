//! What is around every page? The document, the way to the other pages, and who is signed in.

use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use maud::{DOCTYPE, Markup, html};

use super::asker::Asker;
use super::assets::NAMES;
use super::{Current, House};
use crate::access::{Caller, Right};
use crate::site::Site;

/// Where a page stands among the others.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    /// The board.
    Board,
    /// The agent's form.
    Form,
    /// A schedule.
    Schedules,
    /// Anything else.
    Elsewhere,
}

/// What a page is put into.
pub(super) struct Shell<'a> {
    site: &'a Site,
    caller: Option<&'a Caller>,
    /// How often the page loads itself anew where no script runs, in seconds.
    reload_s: Option<u32>,
}

impl<'a> Shell<'a> {
    /// The shell for whoever asks.
    pub(super) fn new(current: &'a Current, asker: &'a Asker) -> Self {
        Self { site: &current.site, caller: asker.caller.as_ref(), reload_s: None }
    }

    /// The same, for a page that loads itself anew where no script keeps it up to date.
    pub(super) fn reloading(self, seconds: u32) -> Self {
        Self { reload_s: Some(seconds), ..self }
    }

    /// A path of this house as a link in a page.
    pub(super) fn href(&self, path: &str) -> String {
        href(self.site, path)
    }

    /// A whole page. `title` comes before the house's name; `body` begins with its `h1`.
    pub(super) fn page(&self, place: Place, title: &str, body: &Markup) -> Markup {
        self.document(
            title,
            "",
            &html! {
                a.skip href="#main" { "Skip to the content" }
                @if self.site.is_training() {
                    aside.training aria-label="Training" { strong { "TRAINING" } " Nothing is sent to anybody." }
                }
                header.top {
                    p.house { (self.site.settings.desk.name) " on call" }
                    @if let Some(caller) = self.caller {
                        nav aria-label="Pages" {
                            (self.way(place == Place::Board, "/", "Board"))
                            @if caller.may(Right::Page) { (self.way(place == Place::Form, "/page", "Page somebody")) }
                            @if let Some(name) = self.site.settings.schedules.keys().next() {
                                (self.way(place == Place::Schedules, &format!("/schedules/{name}"), "Schedules"))
                            }
                            @if caller.may(Right::Audit) { (self.way(false, "/audit", "Audit log")) }
                        }
                        form.signed-in method="post" action=(self.href("/sign-out")) {
                            span { (caller.name) ", " (caller.role) }
                            button.plain { "Sign out" }
                        }
                    }
                }
                main id="main" tabindex="-1" { (body) }
            },
        )
    }

    /// A page without anything around it: a wall screen, a technician's telephone. `class` goes to the body.
    pub(super) fn bare(&self, title: &str, class: &str, body: &Markup) -> Markup {
        self.document(
            title,
            class,
            &html! {
                @if self.site.is_training() {
                    aside.training aria-label="Training" { strong { "TRAINING" } " Nothing is sent to anybody." }
                }
                main id="main" { (body) }
            },
        )
    }

    fn way(&self, is_here: bool, path: &str, words: &str) -> Markup {
        html! { a href=(self.href(path)) aria-current=[is_here.then_some("page")] { (words) } }
    }

    fn document(&self, title: &str, class: &str, body: &Markup) -> Markup {
        let names = &*NAMES;
        let asset = |name: &str| self.href(&format!("/assets/{name}"));
        html! {
            (DOCTYPE)
            html lang="en" {
                head {
                    meta charset="utf-8";
                    meta name="viewport" content="width=device-width, initial-scale=1";
                    meta name="color-scheme" content="light dark";
                    meta name="robots" content="noindex, nofollow";
                    meta name="description" content="Who is on call, and which callbacks are promised";
                    title { (title) " - " (self.site.settings.desk.name) " on call" }
                    link rel="icon" type="image/svg+xml" href=(asset(&names.icon));
                    link rel="stylesheet" href=(asset(&names.style));
                    script defer src=(asset(&names.script)) {}
                    @if let Some(seconds) = self.reload_s {
                        noscript { meta http-equiv="refresh" content=(seconds); }
                    }
                }
                body class=(class) { (body) }
            }
        }
    }
}

/// A path of this house as a link, below the path of a reverse proxy.
pub(super) fn href(site: &Site, path: &str) -> String {
    format!("{}{path}", site.settings.serve.base_path())
}

/// The page for somebody who may not see what they asked for.
pub(super) fn refused(house: &House, asker: &Asker) -> Response {
    let current = house.current();
    let body = html! {
        h1 { "Not allowed" }
        @match &asker.caller {
            Some(caller) => p { "You are signed in as " (caller.name) ", " (caller.role) ". This needs another role." },
            None => p { "This needs a signed-in person. " a href=(href(&current.site, "/sign-in")) { "Sign in" } },
        }
    };
    let page = Shell::new(&current, asker).page(Place::Elsewhere, "Not allowed", &body);
    (StatusCode::FORBIDDEN, page).into_response()
}

/// The page for something that is not there.
pub(super) fn missing(house: &House, asker: &Asker) -> Response {
    let current = house.current();
    let shell = Shell::new(&current, asker);
    let body = html! {
        h1 { "There is no such page" }
        p { a href=(shell.href("/")) { "To the board" } }
    };
    (StatusCode::NOT_FOUND, shell.page(Place::Elsewhere, "No such page", &body)).into_response()
}

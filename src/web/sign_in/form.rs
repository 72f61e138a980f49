//! What does somebody see who signs in? One page: the button of single sign-on, an account, a token.

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use chrono::TimeDelta;
use maud::{Markup, html};

use super::super::House;
use super::super::asker::Asker;
use super::super::guard::form_urlencoded;
use super::super::shell::{Place, Shell};
use crate::wording::sign_in as words;

/// Why the page is shown again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Why {
    /// Name and password, or the token, were wrong.
    Wrong,
    /// Nothing is heard for so long.
    Wait(TimeDelta),
    /// Nobody can tell now.
    Unavailable,
    /// This house has no single sign-on.
    NoProvider,
    /// The provider of single sign-on does not answer.
    ProviderDown,
    /// The provider did not vouch for anybody.
    Refused,
    /// What came back from the provider does not belong to this browser, or is too old.
    NotTheirs,
    /// The provider vouches for somebody who has no role here.
    NoRole,
}

impl Why {
    fn status(self) -> StatusCode {
        match self {
            Self::Wrong | Self::Refused | Self::NotTheirs | Self::NoRole => StatusCode::FORBIDDEN,
            Self::NoProvider => StatusCode::NOT_FOUND,
            Self::Wait(_) => StatusCode::TOO_MANY_REQUESTS,
            Self::Unavailable | Self::ProviderDown => StatusCode::SERVICE_UNAVAILABLE,
        }
    }

    fn words(self) -> String {
        match self {
            Self::Wrong => words::WRONG.to_owned(),
            Self::Wait(wait) => words::wait(seconds(wait)),
            Self::Unavailable => words::UNAVAILABLE.to_owned(),
            Self::NoProvider => words::NO_PROVIDER.to_owned(),
            Self::ProviderDown => words::PROVIDER_DOWN.to_owned(),
            Self::Refused => words::REFUSED.to_owned(),
            Self::NotTheirs => words::NOT_THEIRS.to_owned(),
            Self::NoRole => words::NO_ROLE.to_owned(),
        }
    }
}

/// Whole seconds, so that whoever comes back after them is heard.
fn seconds(wait: TimeDelta) -> i64 {
    wait.num_milliseconds().max(0).saturating_add(999) / 1000
}

/// The page; `return_to` is where to go on to.
pub(super) fn page(house: &House, asker: &Asker, return_to: &str, why: Option<Why>) -> Response {
    let current = house.current();
    let shell = Shell::new(&current, asker);
    let body = html! {
        h1 { "Sign in" }
        @if let Some(why) = why { p.wrong role="alert" { (why.words()) } }
        @if let Some(caller) = &asker.caller {
            p { "You are signed in as " (caller.name) ", " (caller.role) ". " a href=(shell.href(return_to)) { "Go on" } }
        }
        @if current.single_sign_on.is_some() {
            p { a.button href=(shell.href(&format!("/sign-in/start?return_to={}", form_urlencoded(return_to)))) {
                "Sign in with single sign-on"
            } }
            h2 { "With an account of this service" }
        }
        (account(&shell, return_to))
        h2 { "With a token" }
        p.soft { "For wall screens. A token is made with " code { "page-oncall token create" } "." }
        (token(&shell, return_to))
    };
    let status = why.map_or(StatusCode::OK, Why::status);
    let mut response = (status, shell.page(Place::Elsewhere, "Sign in", &body)).into_response();
    if let Some(Why::Wait(wait)) = why {
        response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds(wait)));
    }
    response
}

fn account(shell: &Shell<'_>, return_to: &str) -> Markup {
    html! {
        form method="post" action=(shell.href("/sign-in")) {
            input type="hidden" name="return_to" value=(return_to);
            p {
                label for="name" { "Account" }
                input id="name" name="name" autocomplete="username" autocapitalize="none" spellcheck="false" required;
            }
            p {
                label for="password" { "Password" }
                input id="password" name="password" type="password" autocomplete="current-password" required;
            }
            p { button { "Sign in" } }
        }
    }
}

fn token(shell: &Shell<'_>, return_to: &str) -> Markup {
    html! {
        form method="post" action=(shell.href("/sign-in")) {
            input type="hidden" name="return_to" value=(return_to);
            p {
                label for="token" { "Token" }
                input id="token" name="token" type="password" autocomplete="off" required;
            }
            p { button.second { "Sign in with the token" } }
        }
    }
}

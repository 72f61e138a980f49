//! Which paths are there, and who may ask for each? Every route says what it needs, and nothing is reachable otherwise.

use axum::Router;
use axum::handler::Handler;
use axum::http::Method;
use axum::middleware::from_fn_with_state;
use axum::routing::{MethodFilter, on};

use super::House;
use super::guard::guard;
use crate::access::Right;

/// What somebody must have shown to be heard.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Need {
    /// Nothing: the path proves by itself what it is asked, or tells nothing.
    Nothing,
    /// To be somebody.
    Anybody,
    /// A right.
    Right(Right),
    /// One right or the other; the handler looks at which.
    Either(Right, Right),
}

/// One route, for whoever checks them all.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Route {
    /// GET or POST; HEAD goes with GET.
    pub method: Method,
    /// The path, with `{name}` for what varies.
    pub path: &'static str,
    /// What it needs.
    pub need: Need,
}

/// Routes that are being collected.
pub(super) struct Routes {
    /// `None` when only the table is wanted.
    house: Option<House>,
    router: Router<House>,
    table: Vec<Route>,
}

impl Routes {
    /// Collects a router, or the table alone.
    pub(super) fn new(house: Option<House>) -> Self {
        Self { house, router: Router::new(), table: Vec::new() }
    }

    /// Adds a path that is looked at.
    pub(super) fn get<H, T>(self, path: &'static str, need: Need, handler: H) -> Self
    where
        H: Handler<T, House>,
        T: 'static,
    {
        self.on(Method::GET, MethodFilter::GET, path, need, handler)
    }

    /// Adds a path that acts.
    pub(super) fn post<H, T>(self, path: &'static str, need: Need, handler: H) -> Self
    where
        H: Handler<T, House>,
        T: 'static,
    {
        self.on(Method::POST, MethodFilter::POST, path, need, handler)
    }

    fn on<H, T>(mut self, method: Method, filter: MethodFilter, path: &'static str, need: Need, handler: H) -> Self
    where
        H: Handler<T, House>,
        T: 'static,
    {
        if let Some(house) = &self.house {
            let guarded = on(filter, handler).route_layer(from_fn_with_state((house.clone(), need), guard));
            self.router = self.router.route(path, guarded);
        }
        self.table.push(Route { method, path, need });
        self
    }

    /// Adds what another file answers.
    pub(super) fn with(self, add: impl FnOnce(Self) -> Self) -> Self {
        add(self)
    }

    /// The router, and the table of what it holds.
    pub(super) fn done(self) -> (Router<House>, Vec<Route>) {
        (self.router, self.table)
    }
}

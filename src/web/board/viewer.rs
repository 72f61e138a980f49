//! Who looks at a board, and what may they see of it? Numbers and pages as their role allows.

use super::super::asker::Asker;
use crate::access::Right;
use crate::decision::ladder::same_name;
use crate::views::board::case::{Case, Settled};

/// Which board is open.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Screen {
    /// The board of a person.
    Board,
    /// The wall's: large, and nothing of customers whoever is signed in.
    Wall,
}

/// A kind of viewer: two of the same kind see the same board.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Viewer {
    /// Sees that pages are open; numbers by their last two digits.
    Masked,
    /// A technician of that name, empty when the account names none: sees numbers, and of pages only their own.
    Own(String),
    /// Sees everything.
    Full,
}

impl Viewer {
    /// What the asker may see.
    pub(super) fn of(asker: &Asker) -> Self {
        let Some(caller) = &asker.caller else { return Self::Masked };
        if caller.may(Right::ReadPages) {
            Self::Full
        } else if caller.may(Right::AnswerOwnPages) {
            Self::Own(caller.person.clone().unwrap_or_default())
        } else {
            Self::Masked
        }
    }

    /// Whether telephone numbers are shown whole.
    pub(super) fn sees_numbers(&self) -> bool {
        *self != Self::Masked
    }

    /// Whether customers are shown, and pages lead to their own page.
    pub(super) fn sees_customers(&self) -> bool {
        *self != Self::Masked
    }

    /// Whether an open page is shown.
    pub(super) fn sees(&self, case: &Case) -> bool {
        !matches!(self, Self::Own(name) if !case.asks(name))
    }

    /// Whether a page that is over is shown.
    pub(super) fn sees_settled(&self, settled: &Settled) -> bool {
        !matches!(self, Self::Own(name) if !settled.asks(name))
    }

    /// Whether this is the viewer's own name.
    pub(super) fn is(&self, name: &str) -> bool {
        matches!(self, Self::Own(own) if same_name(own, name))
    }
}

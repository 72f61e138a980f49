//! What does the API remember between two requests? The answer of this second to the question that most programs ask.
//!
//! A hundred programs that ask who is on call get the same bytes: they are made once a second, from the readings in force.

use std::sync::{Arc, PoisonError, RwLock};

use chrono::{DateTime, Utc};

use super::super::asker::Asker;
use super::super::problem::Problem;
use super::super::{Current, House};
use super::answer::Ready;
use super::description::described;
use super::once::Working;
use super::pace::{Pace, Paces};
use super::reading::{blocked, latest, who_at};
use crate::desk::error::Exit;
use crate::ports::sheets::Readings;

/// What the API remembers.
#[derive(Default)]
pub struct Memory {
    /// Who is on call now: in full, and with numbers hidden.
    now: [RwLock<Option<Now>>; 2],
    /// How much each caller has asked lately.
    paces: Paces,
    /// The description of all this.
    description: RwLock<Option<(Arc<Current>, Ready)>>,
    /// The requests with a key that this process works on.
    pub(super) working: Working,
}

/// The answer of one second.
struct Now {
    at: DateTime<Utc>,
    current: Arc<Current>,
    readings: Arc<Readings>,
    ready: Ready,
}

impl Memory {
    /// Counts a request of whoever asks.
    pub(in crate::web) fn pace(&self, house: &House, asker: &Asker) -> Pace {
        let a_minute = house.current.borrow().site.settings.serve.requests_per_minute;
        self.paces.take(asker, a_minute, house.clock.now())
    }

    /// The description for programs, made once for the settings in force.
    pub(super) fn description(&self, house: &House) -> Result<Ready, Problem> {
        let current = house.current();
        let known = self.description.read().unwrap_or_else(PoisonError::into_inner).clone();
        if let Some((_, ready)) = known.filter(|(of, _)| Arc::ptr_eq(of, &current)) {
            return Ok(ready);
        }
        let ready = Ready::of(&described(house), Exit::Done)?;
        *self.description.write().unwrap_or_else(PoisonError::into_inner) = Some((current, ready.clone()));
        Ok(ready)
    }

    /// Who is on call at `now`, the present moment in whole seconds.
    pub(super) async fn at_present(&self, house: &House, now: DateTime<Utc>, masked: bool) -> Result<Ready, Problem> {
        let [full, hidden] = &self.now;
        let place = if masked { hidden } else { full };
        let readings = house.sheets.latest();
        {
            let current = house.current.borrow();
            let known = place.read().unwrap_or_else(PoisonError::into_inner);
            let holds = |known: &&Now| {
                known.at == now && Arc::ptr_eq(&known.current, &current) && Arc::ptr_eq(&known.readings, &readings)
            };
            if let Some(known) = known.as_ref().filter(holds) {
                return Ok(known.ready.clone());
            }
        }
        let current = house.current();
        let sheets = latest(house, &current.site, None, now)?;
        let ready = who_at(&sheets, now, &blocked(&current).await, masked, current.site.zone)?;
        let made = Now { at: now, current, readings, ready: ready.clone() };
        *place.write().unwrap_or_else(PoisonError::into_inner) = Some(made);
        Ok(ready)
    }
}

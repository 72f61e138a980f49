//! Who has not shown in their last drill that a page would reach them? The newest drill of each person decides.

use chrono::{DateTime, Utc};

use super::readiness::Ready;
use crate::episode::state::State;
use crate::schedule::roster::fold;

/// What became of a drill.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Drilled {
    /// Whom it asked.
    pub name: String,
    /// When.
    pub asked_at: DateTime<Utc>,
    /// What they said.
    pub ready: Ready,
}

impl Drilled {
    /// What a page amounts to, if it is a drill that asked somebody.
    pub fn of(state: &State) -> Option<Self> {
        state.drill.as_ref()?;
        let name = state.ladder.rungs.iter().flat_map(|rung| &rung.contacts).next()?.name.clone();
        Some(Self { name, asked_at: state.opened_at, ready: Ready::of(state) })
    }
}

/// The newest drill of everybody who did not say yes in it, by name.
pub fn unproved<'a>(drills: impl IntoIterator<Item = &'a Drilled>) -> Vec<Drilled> {
    let mut newest: Vec<&Drilled> = Vec::new();
    for drill in drills {
        match newest.iter_mut().find(|other| fold(&other.name) == fold(&drill.name)) {
            Some(other) if other.asked_at < drill.asked_at => *other = drill,
            Some(_) => {}
            None => newest.push(drill),
        }
    }
    newest.sort_by(|one, other| one.name.cmp(&other.name));
    newest.into_iter().filter(|drill| drill.ready.is_open_question()).cloned().collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::episode::event::Via;

    fn drilled(name: &str, hour: u32, ready: Ready) -> Drilled {
        Drilled { name: name.to_owned(), asked_at: format!("2026-11-22T{hour:02}:00:00Z").parse().unwrap(), ready }
    }

    #[test]
    fn the_newest_drill_of_a_person_decides() {
        let yes = |hour: u32| Ready::Yes(format!("2026-11-22T{hour:02}:30:00Z").parse().unwrap(), Via::Sms);
        let drills = [
            drilled("Cy Day", 9, Ready::Waiting),
            drilled("Ada Ruiz", 8, Ready::Silent),
            drilled("ada ruiz", 9, yes(9)),
            drilled("Ben Ode", 7, yes(7)),
            drilled("Ben Ode", 8, Ready::Silent),
        ];
        let found: Vec<(String, Ready)> = unproved(&drills).into_iter().map(|it| (it.name, it.ready)).collect();
        assert_eq!(found, [("Ben Ode".to_owned(), Ready::Silent), ("Cy Day".to_owned(), Ready::Waiting)]);
    }
}

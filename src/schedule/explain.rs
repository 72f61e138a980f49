//! Why is this person on call? Every row that took part, with what became of it, as data; the words stand in `wording`.

use chrono::{DateTime, Utc};

use super::on_call::OnCall;
use super::resolve::Schedule;
use super::shift::{Role, RowReference, Shift, ShiftKind};
use super::timeline::Duty;

/// An answer and every row that took part in it.
#[derive(Debug, Clone)]
pub struct Explanation<'a> {
    /// The answer itself.
    pub on_call: OnCall,
    /// The rows whose span holds the instant, by role, then by row.
    pub rows: Vec<Account<'a>>,
    /// For each role, the rows just before and just after.
    pub neighbours: Vec<Neighbours<'a>>,
}

/// One row and what became of it.
#[derive(Debug, Clone)]
pub struct Account<'a> {
    /// The row.
    pub shift: &'a Shift,
    /// What became of it.
    pub verdict: Verdict,
}

/// What became of a row whose span holds the instant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// Its people are on call.
    OnCall,
    /// Its people are on call, and these rows of its role name other people (contract 2.3 rule 5).
    Conflict(Vec<RowReference>),
    /// All its people are already listed by an earlier row of its role.
    AlreadyListed(RowReference),
    /// This override row of its role is in force instead (contract 2.3 rule 4).
    ReplacedBy(RowReference),
    /// It names nobody: it neither covers nor replaces (contract 2.3 rule 6).
    Placeholder,
    /// It is an override that names nobody: its role has nobody while it lasts (contract 2.3 rule 4).
    ExplicitGap,
}

/// The rows next to the instant in one role.
#[derive(Debug, Clone)]
pub struct Neighbours<'a> {
    /// The role.
    pub role: &'a Role,
    /// The row that ended last at or before the instant.
    pub before: Option<&'a Shift>,
    /// The row that begins first after the instant.
    pub after: Option<&'a Shift>,
}

impl Schedule {
    /// Who is on call at `at`, and why. Looks at every row: made for people, not for loops.
    pub fn explain(&self, at: DateTime<Utc>) -> Explanation<'_> {
        let mut active: Vec<(usize, usize)> = self
            .timeline
            .duties()
            .iter()
            .enumerate()
            .filter(|(_, duty)| duty.interval.contains(at))
            .map(|(row, duty)| (duty.role(), row))
            .collect();
        active.sort_unstable();
        let rows = active.chunk_by(|a, b| a.0 == b.0).flat_map(|role| self.accounts(role)).collect();
        let neighbours = (0..).zip(self.roles()).map(|(index, role)| self.neighbours(index, role, at)).collect();
        Explanation { on_call: self.on_call(at), rows, neighbours }
    }

    /// The accounts of one role's rows, given in row order.
    fn accounts(&self, active: &[(usize, usize)]) -> Vec<Account<'_>> {
        let rows: Vec<(&Shift, &Duty)> =
            active.iter().filter_map(|(_, row)| Some((self.shifts().get(*row)?, self.timeline.duty(*row)?))).collect();
        let winner = rows.iter().rev().find(|(shift, _)| shift.kind == ShiftKind::Override).map(|(shift, _)| *shift);
        rows.iter()
            .map(|(shift, duty)| {
                let verdict = match winner {
                    Some(winner) if !std::ptr::eq(winner, *shift) => Verdict::ReplacedBy(winner.row.clone()),
                    Some(_) if shift.holders.is_empty() => Verdict::ExplicitGap,
                    Some(_) => Verdict::OnCall,
                    None if shift.holders.is_empty() => Verdict::Placeholder,
                    None => among_shifts(shift, duty, &rows),
                };
                Account { shift, verdict }
            })
            .collect()
    }

    fn neighbours<'a>(&'a self, index: usize, role: &'a Role, at: DateTime<Utc>) -> Neighbours<'a> {
        let of_role = || {
            let pairs = self.shifts().iter().zip(self.timeline.duties());
            pairs.filter(move |(_, duty)| duty.role() == index).map(|(shift, _)| shift)
        };
        Neighbours {
            role,
            before: of_role().filter(|shift| shift.interval.end() <= at).max_by_key(|shift| shift.interval.end()),
            after: of_role().filter(|shift| shift.interval.start() > at).min_by_key(|shift| shift.interval.start()),
        }
    }
}

/// The verdict on a shift row that names people, where no override of its role is in force.
fn among_shifts(shift: &Shift, duty: &Duty, rows: &[(&Shift, &Duty)]) -> Verdict {
    let others = || rows.iter().filter(|(_, other)| !other.members().is_empty());
    let listed_by = |person: usize| {
        others()
            .find(|(_, other)| other.members().iter().any(|member| member.person == person))
            .map(|(first, _)| *first)
    };
    let mut earlier = duty.members().iter().filter_map(|member| listed_by(member.person));
    if let Some(first) = earlier.next().filter(|first| !std::ptr::eq(*first, shift))
        && earlier.all(|other| !std::ptr::eq(other, shift))
    {
        return Verdict::AlreadyListed(first.row.clone());
    }
    let against: Vec<_> =
        others().filter(|(_, other)| other.group() != duty.group()).map(|(other, _)| other.row.clone()).collect();
    if against.is_empty() { Verdict::OnCall } else { Verdict::Conflict(against) }
}

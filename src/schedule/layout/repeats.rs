//! Does a row say what an earlier row said already? Same span, role and cell of people.
//!
//! Sheets are mostly kept in order of time, and a row that begins after all rows before it repeats none of them. Only from
//! the first row on that does not, everything said is remembered.

use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash, Hasher};

use chrono::{DateTime, Utc};

use crate::schedule::shift::{Shift, ShiftKind};

/// What a sheet has said so far.
#[derive(Debug, Default)]
pub(super) struct Repeats {
    /// The row at hand, and the latest start of its shifts.
    row: u32,
    latest: Option<DateTime<Utc>>,
    /// The latest start of the shifts of all rows before it.
    latest_before: Option<DateTime<Utc>>,
    /// The row that said each thing first.
    first_rows: Option<HashMap<u64, u32>>,
}

impl Repeats {
    /// The number of another row that said the same as `new` first, if one did. `shifts` are those before it.
    pub(super) fn first_row(&mut self, shifts: &[Shift], new: &Shift) -> Option<u32> {
        let (row, start) = (new.row.number(), Some(new.interval.start()));
        if row != self.row {
            self.row = row;
            self.latest_before = self.latest_before.max(self.latest.take());
        }
        self.latest = self.latest.max(start);
        if self.first_rows.is_none() && start > self.latest_before {
            return None;
        }
        let first_rows = self.first_rows.get_or_insert_with(|| {
            let mut first_rows = HashMap::with_capacity(shifts.len());
            for shift in shifts {
                first_rows.entry(said(shift)).or_insert(shift.row.number());
            }
            first_rows
        });
        let first = *first_rows.entry(said(new)).or_insert(row);
        (first != row).then_some(first)
    }
}

fn said(shift: &Shift) -> u64 {
    let mut hasher = DefaultHasher::new();
    let role = (shift.role.order, &shift.role.label);
    (shift.interval, role, shift.kind == ShiftKind::Override, shift.row.names()).hash(&mut hasher);
    hasher.finish()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::civil::Interval;
    use crate::schedule::grid::GridRow;
    use crate::schedule::shift::{Role, RoleRank, RowReference};

    fn shift((row, hour, name): (u32, i64, &str)) -> Shift {
        let start = DateTime::from_timestamp(hour * 3_600, 0).unwrap();
        Shift {
            interval: Interval::new(start, start + chrono::Duration::hours(1)).unwrap(),
            role: Role { label: "primary".into(), rank: RoleRank::Primary, order: 0 },
            kind: ShiftKind::Shift,
            holders: [].into(),
            row: RowReference::new(&GridRow::of(&"s".into(), row, [name]), 0, None),
            note: String::new(),
        }
    }

    proptest! {
        #[test]
        fn in_order_or_not_the_same_rows_are_found(
            cells in prop::collection::vec((0_u32..2, 0_i64..4, any::<bool>(), prop::sample::select(vec!["Ada", "Ben"])), 1..20)
        ) {
            let (mut repeats, mut shifts, mut row, mut hour) = (Repeats::default(), Vec::<Shift>::new(), 1, 0);
            for (rows, hours, back, name) in cells {
                (row, hour) = (row + rows, if back { hours } else { hour + hours });
                let new = shift((row, hour, name));
                let same = |known: &&Shift| known.interval == new.interval && known.row.names() == name;
                let first = shifts.iter().find(same).map(|known| known.row.number()).filter(|first| *first != row);
                prop_assert_eq!(repeats.first_row(&shifts, &new), first);
                shifts.push(new);
            }
        }
    }
}

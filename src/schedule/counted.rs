//! Which numbers are there, and how often? Rows, people and groups in force at one instant: mostly one or two of them.

use std::collections::BTreeMap;

/// Up to so many numbers are kept in a row; more go to a tree, so that very many still cost little each.
const FEW: usize = 16;

/// Numbers in order, each with how often it was counted.
#[derive(Debug)]
pub(super) enum Counted {
    Few(Vec<(usize, usize)>),
    Many(BTreeMap<usize, usize>),
}

impl Default for Counted {
    fn default() -> Self {
        Self::Few(Vec::new())
    }
}

impl Counted {
    /// Counts `key` once more or once less; says whether it was there before.
    pub(super) fn count(&mut self, key: usize, more: bool) -> bool {
        match self {
            Self::Few(few) => {
                let place = few.iter().position(|(known, _)| *known >= key).unwrap_or(few.len());
                let times = few.get_mut(place).filter(|(known, _)| *known == key).map(|(_, times)| times);
                let was = times.is_some();
                match times {
                    Some(times) if more => *times += 1,
                    Some(times) if *times > 1 => *times -= 1,
                    Some(_) => drop(few.remove(place)),
                    None if more => few.insert(place, (key, 1)),
                    None => {}
                }
                if few.len() > FEW {
                    *self = Self::Many(few.drain(..).collect());
                }
                was
            }
            Self::Many(many) => {
                let was = many.get(&key).copied().unwrap_or(0);
                match (more, was) {
                    (true, _) => drop(many.insert(key, was + 1)),
                    (false, 0..=1) => drop(many.remove(&key)),
                    (false, _) => drop(many.insert(key, was - 1)),
                }
                was > 0
            }
        }
    }

    /// Whether `key` is all there is, counted once.
    pub(super) fn is_only(&self, key: usize) -> bool {
        matches!(self, Self::Few(few) if few.as_slice() == [(key, 1)])
    }

    /// Forgets what was counted and counts each of `keys` once.
    pub(super) fn become_only(&mut self, keys: impl IntoIterator<Item = usize>) {
        match self {
            Self::Few(few) => few.clear(),
            Self::Many(_) => *self = Self::default(),
        }
        for key in keys {
            self.count(key, true);
        }
    }

    /// How many different numbers there are.
    pub(super) fn len(&self) -> usize {
        match self {
            Self::Few(few) => few.len(),
            Self::Many(many) => many.len(),
        }
    }

    /// Whether there is none.
    pub(super) fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Whether `key` is there.
    pub(super) fn contains(&self, key: usize) -> bool {
        match self {
            Self::Few(few) => few.iter().any(|(known, _)| *known == key),
            Self::Many(many) => many.contains_key(&key),
        }
    }

    /// The largest.
    pub(super) fn last(&self) -> Option<usize> {
        match self {
            Self::Few(few) => few.last().map(|(key, _)| *key),
            Self::Many(many) => many.last_key_value().map(|(key, _)| *key),
        }
    }

    /// All of them in order.
    pub(super) fn keys(&self) -> impl Iterator<Item = usize> {
        let (few, many) = match self {
            Self::Few(few) => (few.as_slice(), None),
            Self::Many(many) => ([].as_slice(), Some(many)),
        };
        few.iter().map(|(key, _)| *key).chain(many.into_iter().flat_map(BTreeMap::keys).copied())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn what_is_counted_anew_is_all_there_is(before in 0_usize..40, keys in prop::collection::btree_set(0_usize..99, 0..40)) {
            let mut counted = Counted::default();
            (0..before).for_each(|key| _ = counted.count(key, true));
            counted.become_only(keys.iter().copied());
            prop_assert_eq!(counted.keys().collect::<Vec<_>>(), keys.into_iter().collect::<Vec<_>>());
        }

        #[test]
        fn few_and_many_count_as_a_tree_does(steps in prop::collection::vec((0_usize..40, prop::bool::weighted(0.7)), 0..300)) {
            let (mut counted, mut tree) = (Counted::default(), BTreeMap::<usize, usize>::new());
            for (key, more) in steps {
                let was = tree.get(&key).copied().unwrap_or(0);
                prop_assert_eq!(counted.count(key, more), was > 0);
                tree.insert(key, if more { was + 1 } else { was.saturating_sub(1) });
                tree.retain(|_, times| *times > 0);
                prop_assert_eq!(counted.keys().collect::<Vec<_>>(), tree.keys().copied().collect::<Vec<_>>());
                prop_assert_eq!((counted.len(), counted.last()), (tree.len(), tree.keys().last().copied()));
                prop_assert_eq!(counted.is_only(key), tree == BTreeMap::from([(key, 1)]));
                prop_assert_eq!((counted.is_empty(), counted.contains(key)), (tree.is_empty(), tree.contains_key(&key)));
            }
        }
    }
}

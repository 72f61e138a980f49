//! Which instants lie in a span, and how do spans combine? Every span is half-open (contract 2.3 rule 1).

use chrono::{DateTime, Duration, Utc};

/// A half-open span of instants: `start` belongs to it, `end` does not. Never empty.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
pub struct Interval {
    start: DateTime<Utc>,
    end: DateTime<Utc>,
}

impl Interval {
    /// The span from `start` up to, not including, `end`; nothing when that span is empty.
    pub fn new(start: DateTime<Utc>, end: DateTime<Utc>) -> Option<Self> {
        (start < end).then_some(Self { start, end })
    }

    /// The first instant inside.
    pub fn start(&self) -> DateTime<Utc> {
        self.start
    }

    /// The first instant after.
    pub fn end(&self) -> DateTime<Utc> {
        self.end
    }

    /// Whether `at` lies inside.
    pub fn contains(&self, at: DateTime<Utc>) -> bool {
        self.start <= at && at < self.end
    }

    /// The elapsed time, not the difference of clock digits.
    pub fn length(&self) -> Duration {
        self.end - self.start
    }

    /// The part that both share.
    pub fn intersection(&self, other: &Self) -> Option<Self> {
        Self::new(self.start.max(other.start), self.end.min(other.end))
    }
}

/// A set of instants as sorted spans that neither touch nor overlap.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct IntervalSet {
    spans: Vec<Interval>,
}

impl IntervalSet {
    /// The union of `spans`, given in any order.
    pub fn of(spans: impl IntoIterator<Item = Interval>) -> Self {
        let (mut joined, mut out_of_order): (Vec<Interval>, Vec<Interval>) = Default::default();
        for span in spans {
            match joined.last_mut() {
                Some(last) if span.start < last.start => out_of_order.push(span),
                Some(last) if span.start <= last.end => last.end = last.end.max(span.end),
                _ => joined.push(span),
            }
        }
        if !out_of_order.is_empty() {
            joined.append(&mut out_of_order);
            joined.sort_unstable();
            joined.dedup_by(|span, last| {
                let touches = span.start <= last.end;
                if touches {
                    last.end = last.end.max(span.end);
                }
                touches
            });
        }
        Self { spans: joined }
    }

    /// The spans, sorted, apart from each other.
    pub fn spans(&self) -> &[Interval] {
        &self.spans
    }

    /// Whether no instant is inside.
    pub fn is_empty(&self) -> bool {
        self.spans.is_empty()
    }

    /// Whether `at` lies inside.
    pub fn contains(&self, at: DateTime<Utc>) -> bool {
        let after = self.spans.partition_point(|span| span.start <= at);
        after.checked_sub(1).and_then(|index| self.spans.get(index)).is_some_and(|span| span.contains(at))
    }

    /// The elapsed time inside.
    pub fn length(&self) -> Duration {
        self.spans.iter().map(Interval::length).sum()
    }

    /// The instants in both.
    #[must_use]
    pub fn intersection(&self, other: &Self) -> Self {
        let (mut left, mut right) = (self.spans.iter().peekable(), other.spans.iter().peekable());
        let mut spans = Vec::new();
        while let (Some(a), Some(b)) = (left.peek(), right.peek()) {
            spans.extend(a.intersection(b));
            if a.end <= b.end {
                left.next();
            } else {
                right.next();
            }
        }
        Self { spans }
    }

    /// The instants in this set that are not in `other`.
    #[must_use]
    pub fn difference(&self, other: &Self) -> Self {
        let mut spans = Vec::new();
        let mut holes = other.spans.iter().peekable();
        for span in &self.spans {
            let mut start = span.start;
            while let Some(hole) = holes.peek() {
                if hole.end <= start {
                    holes.next();
                    continue;
                }
                if hole.start >= span.end {
                    break;
                }
                spans.extend(Interval::new(start, hole.start));
                start = start.max(hole.end);
                if hole.end > span.end {
                    break;
                }
                holes.next();
            }
            spans.extend(Interval::new(start, span.end));
        }
        Self { spans }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn at(second: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(second, 0).unwrap()
    }

    fn span(start: i64, end: i64) -> Interval {
        Interval::new(at(start), at(end)).unwrap()
    }

    #[test]
    fn a_span_holds_its_start_and_not_its_end() {
        let span = span(10, 20);
        assert_eq!([9, 10, 19, 20].map(|second| span.contains(at(second))), [false, true, true, false]);
        assert_eq!(Interval::new(at(10), at(10)), None);
        assert_eq!(Interval::new(at(11), at(10)), None);
    }

    #[test]
    fn spans_that_touch_share_nothing_and_join() {
        assert_eq!(span(0, 10).intersection(&span(10, 20)), None);
        assert_eq!(IntervalSet::of([span(10, 20), span(0, 10)]).spans(), [span(0, 20)]);
    }

    const SECONDS: i64 = 60;

    fn spans() -> impl Strategy<Value = Vec<Interval>> {
        prop::collection::vec((0..SECONDS - 1, 1..20_i64), 0..8)
            .prop_map(|spans| spans.into_iter().map(|(start, length)| span(start, start + length)).collect())
    }

    /// The set as one flag a second.
    fn seconds(set: impl Fn(DateTime<Utc>) -> bool) -> Vec<bool> {
        (-1..SECONDS + 20).map(|second| set(at(second))).collect()
    }

    fn well_formed(set: &IntervalSet) -> bool {
        set.spans().windows(2).all(|pair| pair[0].end() < pair[1].start())
    }

    proptest! {
        #[test]
        fn sets_do_what_flags_a_second_do(left in spans(), right in spans()) {
            let (a, b) = (IntervalSet::of(left.iter().copied()), IntervalSet::of(right.iter().copied()));
            let inside = |spans: &[Interval], at| spans.iter().any(|span| span.contains(at));
            prop_assert_eq!(seconds(|at| a.contains(at)), seconds(|at| inside(&left, at)));
            let (both, rest) = (a.intersection(&b), a.difference(&b));
            prop_assert_eq!(seconds(|at| both.contains(at)), seconds(|at| inside(&left, at) && inside(&right, at)));
            prop_assert_eq!(seconds(|at| rest.contains(at)), seconds(|at| inside(&left, at) && !inside(&right, at)));
            for set in [&a, &both, &rest] {
                prop_assert!(well_formed(set), "{set:?}");
                let counted = seconds(|at| set.contains(at)).into_iter().filter(|inside| *inside).count();
                prop_assert_eq!(set.length().num_seconds(), i64::try_from(counted).unwrap());
                prop_assert_eq!(set.is_empty(), counted == 0);
            }
            prop_assert_eq!(a.length(), both.length() + rest.length());
        }
    }
}

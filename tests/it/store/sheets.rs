//! Does a store keep every version of a sheet, and what people were told about it? One contract for both databases.

use chrono::DateTime;
use page_oncall::ports::Seen;
use page_oncall::schedule::version::SheetVersion;
use tokio::task::JoinSet;

use super::{Bench, at, contract};

contract! {
    a_version_is_kept_once_and_each_time_it_was_in_force_is_known
    two_who_see_a_change_at_once_make_one_sighting_of_it
    what_was_told_is_remembered
}

async fn a_version_is_kept_once_and_each_time_it_was_in_force_is_known(bench: &dyn Bench) {
    let store = bench.another().await;
    let at = |hour: i64| DateTime::from_timestamp(1_795_412_520 + hour * 3600, 0).unwrap();
    let (one, two) = ("1".repeat(64), "2".repeat(64));
    let version = |sha256: &String| {
        SheetVersion::kept(
            "csv:aims.csv".to_owned(),
            sha256.as_bytes().iter().take(9).copied().chain([0, 255]).collect(),
            sha256.clone(),
        )
    };
    assert_eq!(store.latest("aims").await.unwrap(), None);
    for (hour, digest, seen) in [
        (0, &one, Seen::First),
        (1, &one, Seen::Same),
        (2, &two, Seen::Changed),
        (3, &one, Seen::Changed),
        (5, &one, Seen::Same),
        (4, &one, Seen::Same),
    ] {
        assert_eq!(store.saw("aims", &version(digest), at(hour)).await.unwrap(), seen, "hour {hour}");
    }
    assert_eq!(store.saw("gds", &version(&two), at(1)).await.unwrap(), Seen::First);
    let mut found = Vec::new();
    for hour in [-1, 0, 1, 2, 3, 9] {
        found.push(store.known_at("aims", at(hour)).await.unwrap().map(|kept| kept.version.sha256().to_owned()));
    }
    assert_eq!(
        found,
        [None, Some(&one), Some(&one), Some(&two), Some(&one), Some(&one)].map(Option::<&String>::cloned)
    );
    let latest = store.latest("aims").await.unwrap().unwrap();
    assert_eq!((latest.first_seen, latest.last_seen), (at(3), at(5)), "a clock set back shortens nothing");
    assert_eq!(store.version("aims", &two).await.unwrap().unwrap().version, version(&two));
    assert_eq!(store.version("gds", &one).await.unwrap(), None);

    assert_eq!(store.purge_snapshots(at(3)).await.unwrap(), 2);
    assert_eq!(store.version("aims", &two).await.unwrap(), None);
    assert_eq!(store.latest("gds").await.unwrap().unwrap().version, version(&two), "the newest is never deleted");
    assert_eq!(store.purge_snapshots(at(1_000_000)).await.unwrap(), 0);
    assert_eq!(store.latest("aims").await.unwrap().unwrap().version.sha256(), one);
}

async fn two_who_see_a_change_at_once_make_one_sighting_of_it(bench: &dyn Bench) {
    for round in 0..10 {
        let sha256 = format!("{round:064}");
        let mut racers = JoinSet::new();
        for _ in 0..4 {
            let store = bench.another().await;
            let version = SheetVersion::kept("csv:aims.csv".to_owned(), vec![1], sha256.clone());
            racers.spawn(async move { store.saw("aims", &version, at(round)).await.unwrap() });
        }
        let seen = racers.join_all().await;
        let anew = if round == 0 { Seen::First } else { Seen::Changed };
        assert_eq!(seen.iter().filter(|seen| **seen == anew).count(), 1, "{seen:?}");
        assert_eq!(seen.iter().filter(|seen| **seen == Seen::Same).count(), 3, "{seen:?}");
    }
    assert_eq!(bench.another().await.purge_snapshots(at(1_000)).await.unwrap(), 9, "sightings besides the newest");
}

async fn what_was_told_is_remembered(bench: &dyn Bench) {
    let store = bench.another().await;
    let at = DateTime::from_timestamp(1_795_412_520, 0).unwrap();
    assert_eq!(store.told("gaps").await.unwrap(), None);
    store.tell("gaps", "a", at).await.unwrap();
    store.tell("gaps", "b", at).await.unwrap();
    assert_eq!(store.told("gaps").await.unwrap().as_deref(), Some("b"));
}

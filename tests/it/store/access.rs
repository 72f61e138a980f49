//! Does a store remember who may do what, and who did? One contract for every database, and what SQLite guards by itself.

use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use page_oncall::access::{Fingerprint, Role, Way};
use page_oncall::ports::EpisodeStore as _;
use page_oncall::ports::access::{Account, Act, Repeated, Session, SignIn, Token};
use page_oncall::store::sqlite::SqliteStore;
use sqlx::Connection;
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};
use tokio::task::JoinSet;

use super::{Bench, OPEN, SqliteBench, at, contract, page};

contract! {
    a_token_reads_back_and_is_known_by_its_fingerprint
    a_name_is_of_one_token_in_use
    a_revoked_or_expired_token_is_worth_nothing
    a_use_of_a_token_is_noted_once_a_minute
    an_account_is_set_again_and_removed
    a_session_ends_by_hand_by_time_and_with_what_it_began_with
    a_session_that_begins_too_late_is_worth_nothing
    a_sign_in_is_given_once_and_in_time
    wrong_guesses_count_each_and_are_forgotten_together
    acts_come_newest_first_in_portions
    a_request_is_new_once
    an_answer_stays_as_it_was_given
    a_key_is_made_once
    a_page_is_found_by_how_its_id_begins
    a_purge_takes_what_has_had_its_time_and_no_more
    what_strangers_send_is_kept_or_unknown_and_never_an_error
}

fn print(number: u8) -> Fingerprint {
    Fingerprint([number; 32])
}

fn token(name: &str, number: u8) -> Token {
    Token {
        name: name.to_owned(),
        role: Role::Technician,
        person: Some("Ada Ruiz".to_owned()),
        fingerprint: print(number),
        created_at: at(0) + TimeDelta::milliseconds(7),
        created_by: "lee".to_owned(),
        expires_at: Some(at(600)),
        used_at: None,
        revoked_at: None,
    }
}

fn account(name: &str, role: Role) -> Account {
    Account { name: name.to_owned(), role, password: "$argon2id$v=19$…".to_owned(), set_at: at(0) }
}

fn session(number: u8, name: &str, way: Way) -> Session {
    Session {
        fingerprint: print(number),
        name: name.to_owned(),
        role: Role::Technician,
        person: Some("Ada Ruiz".to_owned()),
        way,
        began_at: at(1),
        expires_at: at(60),
    }
}

pub(super) fn act(second: i64, what: &str) -> Act {
    Act {
        at: at(second),
        by: "lee".to_owned(),
        role: "agent".to_owned(),
        via: Way::Token.word().to_owned(),
        from: "192.0.2.7".to_owned(),
        what: what.to_owned(),
        object: "INC1234567".to_owned(),
        result: "done".to_owned(),
    }
}

async fn a_token_reads_back_and_is_known_by_its_fingerprint(bench: &dyn Bench) {
    let (store, other) = (bench.another().await, bench.another().await);
    let (first, mut second) = (token("phone", 1), token("board", 2));
    (second.role, second.person, second.expires_at) = (Role::Viewer, None, None);
    assert!(store.create_token(&first).await.unwrap());
    assert!(store.create_token(&second).await.unwrap());
    assert_eq!(other.tokens().await.unwrap(), [second.clone(), first.clone()], "by name");
    assert_eq!(other.token(print(1), at(1)).await.unwrap(), Some(first));
    assert_eq!(other.token(print(2), at(1)).await.unwrap(), Some(second));
    assert_eq!(other.token(print(3), at(1)).await.unwrap(), None);
}

async fn a_name_is_of_one_token_in_use(bench: &dyn Bench) {
    let mut racers = JoinSet::new();
    for number in 0..8 {
        let store = bench.another().await;
        racers.spawn(async move { store.create_token(&token("board", number)).await.unwrap() });
    }
    assert_eq!(racers.join_all().await.into_iter().filter(|made| *made).count(), 1);
    let store = bench.another().await;
    assert!(store.revoke_token("board", at(5)).await.unwrap());
    assert!(!store.revoke_token("board", at(6)).await.unwrap(), "none is in use any more");
    assert!(!store.revoke_token("nobody", at(6)).await.unwrap());
    assert!(store.create_token(&token("board", 20)).await.unwrap());
    let mut later = token("board", 21);
    (later.created_at, later.expires_at) = (at(599), None);
    assert!(!store.create_token(&later).await.unwrap(), "the other one is still good for a second");
    later.created_at = at(600);
    assert!(store.create_token(&later).await.unwrap(), "one that has expired gives its name free");
    let ends: Vec<_> = store.tokens().await.unwrap().into_iter().map(|token| token.revoked_at).collect();
    assert_eq!(ends, [Some(at(5)), Some(at(600)), None], "each stays as a record");
}

async fn a_revoked_or_expired_token_is_worth_nothing(bench: &dyn Bench) {
    let (store, other) = (bench.another().await, bench.another().await);
    store.create_token(&token("phone", 1)).await.unwrap();
    assert!(other.token(print(1), at(599)).await.unwrap().is_some());
    assert_eq!(other.token(print(1), at(600)).await.unwrap(), None, "expired");
    store.revoke_token("phone", at(5)).await.unwrap();
    assert_eq!(other.token(print(1), at(6)).await.unwrap(), None, "revoked");
}

async fn a_use_of_a_token_is_noted_once_a_minute(bench: &dyn Bench) {
    let store = bench.another().await;
    store.create_token(&token("phone", 1)).await.unwrap();
    for (second, noted) in [(10, 10), (11, 10), (69, 10), (70, 70), (5, 70), (131, 131)] {
        store.token_used(print(1), at(second)).await.unwrap();
        let used = store.token(print(1), at(second)).await.unwrap().unwrap().used_at;
        assert_eq!(used, Some(at(noted)), "used at second {second}");
    }
    store.token_used(print(9), at(1)).await.unwrap();
}

async fn an_account_is_set_again_and_removed(bench: &dyn Bench) {
    let (store, other) = (bench.another().await, bench.another().await);
    store.set_account(&account("night", Role::Agent)).await.unwrap();
    store.set_account(&account("break-glass", Role::Supervisor)).await.unwrap();
    let mut again = account("night", Role::Viewer);
    (again.password, again.set_at) = ("$argon2id$other".to_owned(), at(9));
    store.set_account(&again).await.unwrap();
    assert!(other.account("night").await.unwrap() == Some(again.clone()));
    assert!(other.accounts().await.unwrap() == [account("break-glass", Role::Supervisor), again]);
    assert!(other.account("Night").await.unwrap().is_none());
    assert!(store.remove_account("night").await.unwrap());
    assert!(!store.remove_account("night").await.unwrap());
    assert!(other.account("night").await.unwrap().is_none());
}

async fn a_session_ends_by_hand_by_time_and_with_what_it_began_with(bench: &dyn Bench) {
    let (store, other) = (bench.another().await, bench.another().await);
    store.create_token(&token("lee", 1)).await.unwrap();
    store.set_account(&account("lee", Role::Technician)).await.unwrap();
    // One name, many ways: what ends one of them leaves the others.
    let ways = [Way::TokenSession, Way::Password, Way::SingleSignOn];
    for (number, way) in (1..).zip(ways) {
        store.begin_session(&session(number, "lee", way)).await.unwrap();
        assert_eq!(other.session(print(number), at(59)).await.unwrap(), Some(session(number, "lee", way)));
        assert_eq!(other.session(print(number), at(60)).await.unwrap(), None, "its time is over");
    }
    let alive = || async {
        let mut alive = Vec::new();
        for number in 1..4 {
            alive.push(other.session(print(number), at(2)).await.unwrap().is_some());
        }
        alive
    };
    store.revoke_token("lee", at(2)).await.unwrap();
    assert_eq!(alive().await, [false, true, true]);
    store.set_account(&account("lee", Role::Technician)).await.unwrap();
    assert_eq!(alive().await, [false, false, true], "a new password ends what began with the old one");
    store.end_session(print(3)).await.unwrap();
    assert_eq!(alive().await, [false, false, false]);
    store.begin_session(&session(4, "lee", Way::Password)).await.unwrap();
    store.remove_account("lee").await.unwrap();
    store.set_account(&account("lee", Role::Technician)).await.unwrap();
    assert_eq!(other.session(print(4), at(2)).await.unwrap(), None, "nor does a new account of that name revive it");
}

async fn a_session_that_begins_too_late_is_worth_nothing(bench: &dyn Bench) {
    let store = bench.another().await;
    store.create_token(&token("wall", 1)).await.unwrap();
    store.revoke_token("wall", at(1)).await.unwrap();
    store.set_account(&account("lee", Role::Viewer)).await.unwrap();
    for (number, name, way) in [
        (1, "wall", Way::TokenSession),
        (2, "nobody", Way::Password),
        // Signed in as a technician while somebody made the account a viewer's.
        (3, "lee", Way::Password),
    ] {
        store.begin_session(&session(number, name, way)).await.unwrap();
        assert_eq!(store.session(print(number), at(2)).await.unwrap(), None, "{name}");
    }
}

async fn a_sign_in_is_given_once_and_in_time(bench: &dyn Bench) {
    let (store, other) = (bench.another().await, bench.another().await);
    let sign_in = |number| SignIn {
        fingerprint: print(number),
        nonce: "nonce".to_owned(),
        verifier: "verifier".to_owned(),
        return_to: "/pages".to_owned(),
        expires_at: at(600),
    };
    store.begin_sign_in(&sign_in(1)).await.unwrap();
    store.begin_sign_in(&sign_in(2)).await.unwrap();
    assert!(store.take_sign_in(print(2), at(600)).await.unwrap().is_none(), "too late");
    assert!(store.take_sign_in(print(2), at(1)).await.unwrap().is_none(), "and gone");
    let mut racers = JoinSet::new();
    for racer in 0..8 {
        let store = Arc::clone(if racer % 2 == 0 { &store } else { &other });
        racers.spawn(async move { store.take_sign_in(print(1), at(599)).await.unwrap() });
    }
    let taken: Vec<_> = racers.join_all().await.into_iter().flatten().collect();
    assert!(taken == [sign_in(1)]);
}

async fn wrong_guesses_count_each_and_are_forgotten_together(bench: &dyn Bench) {
    let (store, other) = (bench.another().await, bench.another().await);
    for second in [3, 1, 1, 2] {
        store.guessed_wrong("lee", at(second)).await.unwrap();
    }
    store.guessed_wrong("192.0.2.7", at(1)).await.unwrap();
    assert_eq!(other.wrong_guesses("lee", at(1)).await.unwrap(), [at(1), at(1), at(2), at(3)]);
    assert_eq!(other.wrong_guesses("lee", at(2)).await.unwrap(), [at(2), at(3)]);
    store.guessed_right("lee").await.unwrap();
    assert!(other.wrong_guesses("lee", at(0)).await.unwrap().is_empty());
    assert_eq!(other.wrong_guesses("192.0.2.7", at(0)).await.unwrap().len(), 1);
}

async fn acts_come_newest_first_in_portions(bench: &dyn Bench) {
    let (store, other) = (bench.another().await, bench.another().await);
    assert!(store.acts(None, 10).await.unwrap().is_empty());
    for (second, what) in [(0, "first"), (1, "second"), (0, "third, by a clock that was set back")] {
        store.note_act(&act(second, what)).await.unwrap();
    }
    let all = other.acts(None, 10).await.unwrap();
    let acts: Vec<_> = all.iter().map(|(_, act)| act.clone()).collect();
    assert_eq!(acts, [act(0, "third, by a clock that was set back"), act(1, "second"), act(0, "first")]);
    let portion = other.acts(None, 2).await.unwrap();
    assert_eq!(portion, all[..2]);
    assert_eq!(other.acts(Some(portion[1].0), 2).await.unwrap(), all[2..]);
    assert!(other.acts(Some(all[2].0), 2).await.unwrap().is_empty());
}

async fn a_request_is_new_once(bench: &dyn Bench) {
    let (store, other) = (bench.another().await, bench.another().await);
    let mut racers = JoinSet::new();
    for racer in 0..8 {
        let store = Arc::clone(if racer % 2 == 0 { &store } else { &other });
        racers.spawn(async move { store.begin_request("phone", "k1", print(1), at(0)).await.unwrap() });
    }
    let told = racers.join_all().await;
    assert_eq!(told.iter().filter(|told| **told == Repeated::New).count(), 1, "{told:?}");
    assert_eq!(told.iter().filter(|told| **told == Repeated::UnderWay).count(), 7, "{told:?}");
    assert_eq!(store.begin_request("phone", "k1", print(2), at(1)).await.unwrap(), Repeated::Other);
    assert_eq!(store.begin_request("board", "k1", print(2), at(1)).await.unwrap(), Repeated::New, "another caller's");
    store.forget_request("phone", "k1").await.unwrap();
    assert_eq!(store.begin_request("phone", "k1", print(2), at(1)).await.unwrap(), Repeated::New);
}

async fn an_answer_stays_as_it_was_given(bench: &dyn Bench) {
    let (store, other) = (bench.another().await, bench.another().await);
    store.begin_request("phone", "k1", print(1), at(0)).await.unwrap();
    store.end_request("phone", "k1", 201, r#"{"case":"INC1"}"#).await.unwrap();
    store.end_request("phone", "k1", 500, "").await.unwrap();
    store.forget_request("phone", "k1").await.unwrap();
    let answered = Repeated::Answered { status: 201, body: r#"{"case":"INC1"}"#.to_owned() };
    assert_eq!(other.begin_request("phone", "k1", print(1), at(9)).await.unwrap(), answered);
    assert_eq!(other.begin_request("phone", "k1", print(2), at(9)).await.unwrap(), Repeated::Other);
}

async fn a_key_is_made_once(bench: &dyn Bench) {
    let mut racers = JoinSet::new();
    for number in 0..8 {
        let store = bench.another().await;
        racers.spawn(async move { store.key("links", [number; 32]).await.unwrap() });
    }
    let mut keys = racers.join_all().await;
    keys.dedup();
    assert_eq!(keys.len(), 1, "everybody has the same: {keys:?}");
    let store = bench.another().await;
    assert_eq!(store.key("links", [99; 32]).await.unwrap(), keys[0]);
    assert_eq!(store.key("other", [99; 32]).await.unwrap(), [99; 32]);
}

async fn a_page_is_found_by_how_its_id_begins(bench: &dyn Bench) {
    let (pages, store) = (bench.another().await, bench.another().await);
    let id = "01a20485-7da3-7368-9635-8ce72ad5c9f0";
    for (id, case) in
        [(id, "1000001"), ("01a20485-7da4-7368-9635-8ce72ad5c9f0", "1000002"), ("01a20485-7da4-7368-ffff-0", "1000003")]
    {
        pages.begin(&page(id, case, 0, OPEN)).await.unwrap();
    }
    assert_eq!(store.page_beginning("01a204857da37368").await.unwrap().as_deref(), Some(id));
    for digits in ["01a204857da47368", "01a204857da57368", "ffffffffffffffff", "0000000000000000", "%"] {
        assert_eq!(store.page_beginning(digits).await.unwrap(), None, "{digits}: none or several");
    }
}

async fn a_purge_takes_what_has_had_its_time_and_no_more(bench: &dyn Bench) {
    let (store, other) = (bench.another().await, bench.another().await);
    let now = at(10_000);
    for (number, name, expires) in [(1, "expired long ago", 49), (2, "expired", 51), (3, "good", 20_000)] {
        let mut token = token(name, number);
        token.expires_at = Some(at(expires));
        store.create_token(&token).await.unwrap();
    }
    for (number, ends) in [(1, 10_000), (2, 10_001)] {
        let mut session = session(number, "ada@example.org", Way::SingleSignOn);
        session.expires_at = at(ends);
        store.begin_session(&session).await.unwrap();
    }
    for second in [6_399, 6_401] {
        store.guessed_wrong("lee", at(second)).await.unwrap();
    }
    for second in [99, 100] {
        store.begin_request("phone", &second.to_string(), print(1), at(second)).await.unwrap();
    }
    for second in [49, 50, 49] {
        store.note_act(&act(second, "page")).await.unwrap();
    }
    for _ in 0..2 {
        store.purge_access(now, at(100), at(50)).await.unwrap();
        let tokens: Vec<_> = other.tokens().await.unwrap().into_iter().map(|token| token.name).collect();
        assert_eq!(tokens, ["expired", "good"]);
        assert_eq!(other.session(print(1), at(0)).await.unwrap(), None);
        assert!(other.session(print(2), at(0)).await.unwrap().is_some());
        assert_eq!(other.wrong_guesses("lee", at(0)).await.unwrap(), [at(6_401)]);
        assert_eq!(other.acts(None, 10).await.unwrap(), [(2, act(50, "page"))]);
    }
    assert_eq!(other.begin_request("phone", "100", print(1), now).await.unwrap(), Repeated::UnderWay);
    assert_eq!(other.begin_request("phone", "99", print(1), now).await.unwrap(), Repeated::New);
    store.note_act(&act(49, "page")).await.unwrap();
    assert_eq!(other.acts(None, 1).await.unwrap()[0].0, 4, "a number is never used again");
    store.purge_access(now, DateTime::<Utc>::MIN_UTC, DateTime::<Utc>::MIN_UTC).await.unwrap();
    assert_eq!(other.acts(None, 10).await.unwrap().len(), 2, "what is kept for good stays");
}

async fn what_strangers_send_is_kept_or_unknown_and_never_an_error(bench: &dyn Bench) {
    let store = bench.another().await;
    let odd = "x\0\u{1F4DF}'; DROP TABLE acts; --\\\n\"";
    assert_eq!(store.account(odd).await.unwrap(), None);
    store.guessed_wrong(odd, at(1)).await.unwrap();
    assert_eq!(store.wrong_guesses(odd, at(0)).await.unwrap(), [at(1)]);
    store.guessed_right(odd).await.unwrap();
    assert!(store.wrong_guesses(odd, at(0)).await.unwrap().is_empty());
    let mut tried = act(1, odd);
    (tried.by, tried.object) = (odd.to_owned(), odd.to_owned());
    store.note_act(&tried).await.unwrap();
    assert_eq!(store.acts(None, 9).await.unwrap().len(), 1);
    assert_eq!(store.begin_request(odd, odd, print(1), at(0)).await.unwrap(), Repeated::New);
    assert_eq!(store.begin_request(odd, odd, print(1), at(0)).await.unwrap(), Repeated::UnderWay);
    store.end_request(odd, odd, 200, "{}").await.unwrap();
    assert_eq!(store.page_beginning(odd).await.unwrap(), None);
    assert!(store.pages_of(odd).await.unwrap().is_empty());
    let mut new = page("p1", odd, 0, OPEN);
    (new.briefing.customer, new.briefing.summary) = (odd.to_owned(), "Zo\u{eb} \0".to_owned());
    store.begin(&new).await.unwrap();
    assert_eq!(store.briefing("p1").await.unwrap(), Some(new.briefing));
    assert_eq!(store.pages_of(odd).await.unwrap().len(), 1);
}

async fn raw(bench: &SqliteBench) -> SqliteConnection {
    SqliteConnection::connect_with(&SqliteConnectOptions::new().filename(bench.path())).await.unwrap()
}

#[tokio::test]
async fn the_audit_log_refuses_changes_by_hand() {
    let bench = SqliteBench::new();
    let store = bench.another().await;
    for second in 0..3 {
        store.note_act(&act(second, "page")).await.unwrap();
    }
    store.purge_access(at(9), at(0), at(1)).await.unwrap();
    let before = store.acts(None, 10).await.unwrap();
    let mut hand = raw(&bench).await;
    for statement in [
        "UPDATE acts SET by_whom = 'somebody else'",
        "DELETE FROM acts",
        "DELETE FROM acts WHERE number = 3",
        "INSERT OR REPLACE INTO acts VALUES (3, 0, '', '', '', '', '', '', '')",
        "INSERT INTO acts VALUES (1, 0, '', '', '', '', '', '', '')",
    ] {
        let error = sqlx::raw_sql(statement).execute(&mut hand).await.unwrap_err().to_string();
        assert!(error.contains("append-only"), "{statement}: {error}");
    }
    assert_eq!(store.acts(None, 10).await.unwrap(), before);
    assert_eq!(before.len(), 2);
}

#[tokio::test]
async fn no_secret_lies_in_the_file() {
    let bench = SqliteBench::new();
    let store = bench.another().await;
    let secret = page_oncall::access::Secret::token([7; 32]);
    let mut kept = token("phone", 1);
    kept.fingerprint = secret.fingerprint();
    store.create_token(&kept).await.unwrap();
    let on_disk = |wanted: &[u8]| {
        std::fs::read_dir(bench.folder.path())
            .unwrap()
            .filter_map(|entry| std::fs::read(entry.unwrap().path()).ok())
            .any(|bytes| bytes.windows(wanted.len()).any(|window| window == wanted))
    };
    assert!(on_disk(&secret.fingerprint().0));
    assert!(!on_disk(secret.text().as_bytes()) && !on_disk(&[7; 32]));
}

#[tokio::test]
async fn an_older_file_is_brought_up_to_date_with_its_pages() {
    let bench = SqliteBench::new();
    let mut hand =
        SqliteConnection::connect_with(&SqliteConnectOptions::new().filename(bench.path()).create_if_missing(true))
            .await
            .unwrap();
    for migration in [
        include_str!("../../../src/store/migrations/0001_pages.sql"),
        include_str!("../../../src/store/migrations/0002_snapshots.sql"),
        include_str!("../../../src/store/migrations/0003_replies.sql"),
    ] {
        sqlx::raw_sql(migration).execute(&mut hand).await.unwrap();
    }
    sqlx::raw_sql("INSERT INTO pages VALUES ('01a20485-7da3-7368-9635-8ce72ad5c9f0', '1234567', 0, 0, 1, NULL)")
        .execute(&mut hand)
        .await
        .unwrap();
    hand.close().await.unwrap();
    let reading = SqliteStore::open_for_reading(&bench.path()).await.unwrap_err().to_string();
    assert!(reading.contains("older page-oncall"), "{reading}");
    let store = bench.another().await;
    assert!(store.page_beginning("01a204857da37368").await.unwrap().is_some(), "the index holds the old pages");
    assert!(store.create_token(&token("phone", 1)).await.unwrap());
    let again = SqliteStore::open_for_reading(&bench.path()).await.unwrap();
    assert_eq!(again.pages(false).await.unwrap().len(), 1);
}

#[tokio::test]
async fn what_a_newer_program_wrote_is_an_error_and_no_right() {
    let bench = SqliteBench::new();
    let store = bench.another().await;
    store.create_token(&token("phone", 1)).await.unwrap();
    sqlx::raw_sql("UPDATE tokens SET role = 'director'").execute(&mut raw(&bench).await).await.unwrap();
    let error = store.token(print(1), at(1)).await.unwrap_err().to_string();
    assert!(error.contains("director") && error.contains("Update page-oncall"), "{error}");
}

#[tokio::test]
async fn a_link_is_looked_up_without_reading_every_page() {
    let bench = SqliteBench::new();
    bench.another().await;
    let plan: Vec<(i64, i64, i64, String)> = sqlx::query_as(
        "EXPLAIN QUERY PLAN SELECT episode FROM pages WHERE replace(episode, '-', '') >= '0' \
         AND replace(episode, '-', '') < '0g' LIMIT 2",
    )
    .fetch_all(&mut raw(&bench).await)
    .await
    .unwrap();
    assert!(plan[0].3.contains("pages_by_beginning"), "{plan:?}");
}

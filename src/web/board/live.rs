//! Who keeps all open boards up to date? One task for the house: it looks once a second, draws what changed once for each
//! kind of viewer, and every connection is handed the same bytes.
//!
//! Once everything was read, nobody looks while no board is open. A change by another process is found by the same look: the page log is asked
//! which logs have grown, and no log is read that has not.

use std::collections::BTreeMap;
use std::future::Future;
use std::pin::pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::body::Bytes;
use chrono::TimeDelta;
use tokio::sync::watch;

use super::super::House;
use super::look::Looking;
use super::parts;
use super::stream::event;
use super::viewer::{Screen, Viewer};
use crate::site::Site;
use crate::views::board::Board;

/// How often the house looks.
const EVERY: TimeDelta = TimeDelta::seconds(1);

/// A kind of board: what is drawn once for all who have it open.
pub(super) type Kind = (Screen, Viewer);

/// All open boards.
pub struct Live {
    looking: tokio::sync::Mutex<Looking>,
    rooms: Mutex<BTreeMap<Kind, Room>>,
    over: watch::Sender<bool>,
}

impl Default for Live {
    fn default() -> Self {
        Self { looking: tokio::sync::Mutex::default(), rooms: Mutex::default(), over: watch::Sender::new(false) }
    }
}

/// Everybody who has one kind of board open.
struct Room {
    told: watch::Sender<Arc<Told>>,
    board: Arc<Board>,
    site: Arc<Site>,
}

/// What one kind of viewer was told last, part by part.
#[derive(Debug, Default)]
pub(super) struct Told {
    /// Grows with each change.
    pub(super) version: u64,
    /// The parts, each as it is sent.
    pub(super) parts: Vec<ToldPart>,
}

/// A part of the board as every connection is handed it.
#[derive(Debug, Clone)]
pub(super) struct ToldPart {
    /// The version in which it changed last.
    pub(super) version: u64,
    name: &'static str,
    html: String,
    /// One event of the stream.
    pub(super) event: Bytes,
}

impl Told {
    /// What is told next when the parts are drawn like this.
    fn then(&self, drawn: Vec<(&'static str, String)>) -> Self {
        let version = self.version + 1;
        let part = |(name, html): (&'static str, String)| {
            let same = self.parts.iter().find(|part| part.name == name && part.html == html);
            same.cloned().unwrap_or_else(|| {
                let event = event("part", &serde_json::json!({ "name": name, "html": html }));
                ToldPart { version, name, html, event }
            })
        };
        let parts: Vec<ToldPart> = drawn.into_iter().map(part).collect();
        let has_changed = parts.iter().any(|part| part.version == version);
        Self { version: if has_changed { version } else { self.version }, parts }
    }
}

impl Live {
    /// The board at this moment; the same value as long as nothing changes.
    pub(super) async fn look(&self, house: &House) -> Arc<Board> {
        self.looking.lock().await.look(&house.current(), &house.sheets.latest(), house.clock.now()).await
    }

    /// Hears of what changes for one kind of viewer from now on.
    pub(super) async fn hear(&self, house: &House, kind: Kind) -> watch::Receiver<Arc<Told>> {
        let known = self.rooms().get(&kind).map(|room| room.told.subscribe());
        if let Some(known) = known {
            return known;
        }
        let board = self.look(house).await;
        let site = Arc::clone(&house.current().site);
        let told = Told::default().then(parts::draw(&site, &board, &kind));
        let room = || Room { told: watch::Sender::new(Arc::new(told)), board, site };
        self.rooms().entry(kind).or_insert_with(room).told.subscribe()
    }

    /// Ready when the house closes.
    pub(super) fn over(&self) -> watch::Receiver<bool> {
        self.over.subscribe()
    }

    fn rooms(&self) -> MutexGuard<'_, BTreeMap<Kind, Room>> {
        self.rooms.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Tells everybody what is new.
    async fn tell(&self, house: &House) {
        let is_empty = {
            let mut rooms = self.rooms();
            rooms.retain(|_, room| room.told.receiver_count() > 0);
            rooms.is_empty()
        };
        // What takes long is begun before the first board is opened: reading the months, judging the coming days.
        if is_empty && self.looking.lock().await.has_all() {
            return;
        }
        let board = self.look(house).await;
        let site = Arc::clone(&house.current().site);
        for (kind, room) in self.rooms().iter_mut() {
            if Arc::ptr_eq(&room.board, &board) && Arc::ptr_eq(&room.site, &site) {
                continue;
            }
            let told = Arc::clone(&room.told.borrow());
            let newer = told.then(parts::draw(&site, &board, kind));
            if newer.version != told.version {
                room.told.send_replace(Arc::new(newer));
            }
            room.board = Arc::clone(&board);
            room.site = Arc::clone(&site);
        }
    }
}

/// Keeps all open boards up to date until `stop` is ready; then their streams end, so that nothing waits for them.
pub async fn keep(house: House, stop: impl Future<Output = ()> + Send) {
    let mut stop = pin!(stop);
    loop {
        house.board.tell(&house).await;
        let next = house.clock.sleep_until(house.clock.now() + EVERY);
        tokio::select! {
            () = &mut stop => break,
            () = next => {}
        }
    }
    house.board.over.send_replace(true);
}

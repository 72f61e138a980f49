//! What do the fuzz targets run? The pure rooms and the CSV reader of the page tool, from its own files.

#[path = "../../src/civil/mod.rs"]
pub mod civil;
#[path = "../../src/decision/mod.rs"]
pub mod decision;
#[path = "../../src/episode/mod.rs"]
pub mod episode;
#[path = "../../src/proof/mod.rs"]
pub mod proof;
#[path = "../../src/schedule/mod.rs"]
pub mod schedule;
/// The readers of bytes that need no network.
#[path = "../../src/source"]
pub mod source {
    pub mod csv;
}
#[path = "../../src/wording/mod.rs"]
pub mod wording;

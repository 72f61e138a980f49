//! What do the settings make of the service at present, and what does reading them again change?
//!
//! A request, a job and a page that are under way keep what they began with. The page log, the mode and the address to
//! listen at belong to the process: another one is needed to change them.

use std::sync::Arc;

use tokio::sync::watch;

use super::super::adapters::{self, Stores};
use super::super::database::Database;
use super::super::environment::Environment;
use super::super::load::{self, Loaded};
use crate::desk::error::CommandError;
use crate::engine::Engine;
use crate::ports::Clock;
use crate::web::Current;

/// The settings in force, for everybody who works by them.
pub(super) struct Standing {
    clock: Arc<dyn Clock>,
    stores: Stores,
    loaded: watch::Sender<Arc<Loaded>>,
    current: watch::Sender<Arc<Current>>,
}

impl Standing {
    /// What the service begins with.
    pub(super) fn new(
        environment: &Environment,
        clock: Arc<dyn Clock>,
        stores: Stores,
        loaded: Loaded,
    ) -> Result<Self, CommandError> {
        warn_of(&loaded);
        let loaded = Arc::new(loaded);
        let engine = adapters::engine(&loaded, environment, &stores, Arc::clone(&clock))?;
        let current = current(&loaded, environment, &clock, &stores, engine)?;
        Ok(Self { clock, stores, loaded: watch::Sender::new(loaded), current: watch::Sender::new(Arc::new(current)) })
    }

    /// The site as it was last read.
    pub(super) fn loaded(&self) -> watch::Receiver<Arc<Loaded>> {
        self.loaded.subscribe()
    }

    /// What requests are answered from.
    pub(super) fn current(&self) -> watch::Receiver<Arc<Current>> {
        self.current.subscribe()
    }

    pub(super) fn engine(&self) -> Engine {
        self.current.borrow().engine.clone()
    }

    pub(super) fn stores(&self) -> Stores {
        self.stores.clone()
    }

    /// Reads the site's files again. Either all of it comes into force, or nothing changes; the engine that is to go on.
    pub(super) fn reload(&self, environment: &Environment) -> Result<Engine, CommandError> {
        let old = Arc::clone(&self.loaded.borrow());
        let new = load::site(&old.file, environment)?;
        for warning in &new.warnings {
            tracing::warn!("{warning}");
        }
        if Database::of(&old)? != Database::of(&new)? {
            return Err(CommandError::usage("[store] url names another page log, which needs a restart"));
        }
        if old.site.is_training() != new.site.is_training() {
            return Err(CommandError::usage("[delivery] mode is another one, which needs a restart"));
        }
        warn_of(&new);
        let new = Arc::new(new);
        let engine = self.engine().changed(adapters::changed(&new, environment, &self.stores, &self.clock)?);
        let current = current(&new, environment, &self.clock, &self.stores, engine.clone())?;
        let listen = (&old.site.settings.serve.listen, &new.site.settings.serve.listen);
        if listen.0 != listen.1 {
            tracing::warn!(from = listen.0, to = listen.1, "another [serve] listen needs a restart: the old one stays");
        }
        self.loaded.send_replace(new);
        self.current.send_replace(Arc::new(current));
        Ok(engine)
    }
}

fn warn_of(loaded: &Loaded) {
    for warning in adapters::address_warnings(&loaded.site) {
        tracing::warn!("{warning}");
    }
}

fn current(
    loaded: &Arc<Loaded>,
    environment: &Environment,
    clock: &Arc<dyn Clock>,
    stores: &Stores,
    engine: Engine,
) -> Result<Current, CommandError> {
    Ok(Current {
        site: Arc::new(loaded.site.clone()),
        engine,
        hooks: adapters::hooks(loaded, environment, Arc::clone(clock))?,
        single_sign_on: adapters::single_sign_on(loaded, environment, Arc::clone(clock))?,
        pages: Arc::clone(&stores.pages),
        snapshots: Arc::clone(&stores.snapshots),
        notices: Arc::clone(&stores.notices),
        links: stores.links.clone(),
    })
}

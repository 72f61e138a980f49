//! Which ways to people proved themselves lately? Read from the log of pages and drills, so that nothing else is to be kept.

use chrono::{DateTime, Utc};

use crate::episode::state::State;
use crate::ports::{EpisodeStore, StoreError};
use crate::proof::confirm::Confirmations;

/// What the pages and drills that began at `since` or later prove. A log that cannot be read proves nothing.
pub async fn since(store: &dyn EpisodeStore, since: DateTime<Utc>) -> Result<Confirmations, StoreError> {
    let mut confirmations = Confirmations::default();
    for page in store.pages(true).await?.into_iter().filter(|page| page.opened_at >= since && !page.training) {
        if let Ok(state) = State::of(&store.load(&page.episode).await?) {
            confirmations.take(&state);
        }
    }
    Ok(confirmations)
}

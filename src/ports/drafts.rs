//! What has an agent given so far to a form that is not finished? Kept between two requests, for that agent alone.

use chrono::{DateTime, Utc};

use super::{Pending, StoreError};

/// A form under way.
#[derive(Clone, PartialEq, Eq)]
pub struct Draft {
    /// Its id, which the page that comes of it takes over: one form can begin one page.
    pub id: String,
    /// Who fills it in.
    pub by: String,
    /// The case number.
    pub case: String,
    /// Whether it is of a training site, where nothing is ever sent.
    pub training: bool,
    /// When it was begun.
    pub begun_at: DateTime<Utc>,
    /// When something was last given.
    pub changed_at: DateTime<Utc>,
    /// What was given, as JSON. It may say who the customer is.
    pub form: String,
}

impl std::fmt::Debug for Draft {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Draft").field("id", &self.id).field("by", &self.by).finish_non_exhaustive()
    }
}

/// The forms under way.
pub trait DraftStore: Send + Sync {
    /// Keeps a form as it stands; nothing of it that was kept before stays. The form of somebody else under the same id
    /// is left alone: false.
    fn keep_draft<'a>(&'a self, draft: &'a Draft) -> Pending<'a, Result<bool, StoreError>>;
    /// The form of that id, if it is that person's.
    fn draft<'a>(&'a self, id: &'a str, by: &'a str) -> Pending<'a, Result<Option<Draft>, StoreError>>;
    /// Every form under way, the one that was changed last first.
    fn drafts(&self) -> Pending<'_, Result<Vec<Draft>, StoreError>>;
    /// Deletes the form of that id, if it is that person's.
    fn delete_draft<'a>(&'a self, id: &'a str, by: &'a str) -> Pending<'a, Result<(), StoreError>>;
    /// Deletes forms that were last changed before then.
    fn purge_drafts(&self, changed_before: DateTime<Utc>) -> Pending<'_, Result<(), StoreError>>;
}

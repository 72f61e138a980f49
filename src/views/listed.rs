//! How are several pages, or the promises of several pages, handed out? The lists behind `pages` and `promises`.

use serde::Serialize;
use utoipa::ToSchema;

use super::page::PromiseView;

/// The pages that were asked for, the newest first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct PageList {
    /// One entry a page.
    pub pages: Vec<PageLine>,
}

/// One page among others.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct PageLine {
    /// The case number.
    pub case: String,
    /// The page's id.
    pub page: String,
    /// Whether it is a page of training.
    pub training: bool,
    /// The schedule it asks; none where it asks leadership at once.
    pub schedule: Option<String>,
    /// Its state in a word.
    pub state: &'static str,
    /// When it was opened, RFC 3339 in the site's zone.
    pub opened_at: String,
    /// Who has it.
    pub acknowledged_by: Option<String>,
    /// What the customer was promised.
    pub promise: Option<PromiseView>,
    /// Who of its ladder blocked texts with STOP; left out when nobody did.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub opted_out: Vec<String>,
}

/// The promises that were asked for, the oldest first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct PromiseList {
    /// One entry a promise.
    pub promises: Vec<PromiseLine>,
}

/// One promise among others.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct PromiseLine {
    /// The case number.
    pub case: String,
    /// The schedule its page asks; none where it asks leadership at once.
    pub schedule: Option<String>,
    /// Who has the page.
    pub owner: Option<String>,
    /// The promise itself.
    #[serde(flatten)]
    pub promise: PromiseView,
}

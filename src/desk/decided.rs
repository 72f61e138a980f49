//! What does the procedure say of a case, and how is that handed out while no page is stored?

use super::error::CommandError;
use crate::decision::ladder::Ladder;
use crate::decision::{Answers, Circumstances, Decision, Outcome};
use crate::site::Site;
use crate::views::page::{ContactView, DecisionView, PageView};
use crate::wording::decision::{Call, Desk, say};
use crate::wording::record::{Facts, record};

/// A case that was decided.
#[derive(Debug, Clone)]
pub struct DecidedCase {
    /// What the procedure says.
    pub decision: Decision,
    /// What it was decided on.
    pub answers: Answers,
    /// When, and which desks were open.
    pub circumstances: Circumstances,
}

impl DecidedCase {
    /// Decides a case.
    pub fn new(answers: Answers, circumstances: Circumstances) -> Self {
        Self { decision: crate::decision::decide(&answers, &circumstances), answers, circumstances }
    }

    /// Whether the procedure pages the technician on call.
    pub fn pages(&self) -> bool {
        self.decision.outcome == Outcome::Page
    }

    /// The schedule whose technician is paged, by its name in the settings.
    pub fn schedule(&self) -> Result<&'static str, CommandError> {
        let group = self.decision.schedule;
        group
            .map(crate::decision::Group::name)
            .ok_or_else(|| CommandError::usage("the procedure pages, but names no schedule"))
    }

    /// What sentences are made of when the case ends here and pages nobody.
    pub fn call<'a>(&'a self, case: Option<&'a str>) -> Call<'a> {
        Call {
            decision: self.decision,
            answers: &self.answers,
            circumstances: &self.circumstances,
            case,
            promise_due: None,
            told_at: None,
            nobody_on_call: false,
        }
    }

    /// The end of a case that pages nobody, as JSON.
    pub fn view(&self, case: &str, facts: &Facts, words: &Desk, site: &Site) -> PageView {
        not_stored(&self.call(Some(case)), facts, words, None, &[], site)
    }
}

/// What is handed out of a case of which nothing is stored: `ladder` is whom a page would ask, `audit` its basis.
pub(super) fn not_stored(
    call: &Call,
    facts: &Facts,
    words: &Desk,
    ladder: Option<&Ladder>,
    audit: &[String],
    site: &Site,
) -> PageView {
    PageView {
        case: call.case.unwrap_or_default().to_owned(),
        page: None,
        training: site.is_training(),
        decision: Some(DecisionView::of(&call.decision, call.answers)),
        state: "decided",
        on_call: ladder.map(|ladder| ContactView::list(ladder, site.zone)).unwrap_or_default(),
        attempts: Vec::new(),
        acknowledged: None,
        declined: Vec::new(),
        promise: None,
        next: None,
        dial: Vec::new(),
        say: say(call, words),
        record: record(call, facts, words, audit),
        basis: None,
        log: Vec::new(),
    }
}

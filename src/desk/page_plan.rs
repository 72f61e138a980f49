//! How would a page begin? A decided case, its four facts and a schedule as it was read become what the engine opens.

use chrono::{DateTime, Utc};

use super::decided::{DecidedCase, not_stored};
use super::error::CommandError;
use super::words::schedule_label;
use crate::decision::ladder::{self, Contact, Ladder};
use crate::engine::Opening;
use crate::episode::briefing::Briefing;
use crate::episode::event::{Basis, Opened, Purpose};
use crate::episode::state::State;
use crate::schedule::loaded::LoadedSchedule;
use crate::schedule::on_call::{OnCall, OnCallPerson, Status};
use crate::site::Site;
use crate::views::page::PageView;
use crate::wording::decision::{Call, Desk};
use crate::wording::record::Facts;
use crate::wording::{self, messages};

/// A page as it would begin. Nothing is stored and nothing is sent.
#[derive(Debug, Clone)]
pub struct PagePlan {
    /// When the customer is told, and whoever is on call then is asked.
    pub at: DateTime<Utc>,
    /// What the procedure says, and on what.
    pub decided: DecidedCase,
    /// The four facts.
    pub briefing: Briefing,
    /// The schedule that was asked, by its name in the settings.
    pub schedule: String,
    /// Whether the schedule gives somebody.
    pub status: Status,
    /// What the agent must hear about the schedule and the facts, in words.
    pub problems: Vec<String>,
    /// Whom the page asks, in order.
    pub ladder: Ladder,
    /// What the ladder is based on.
    pub basis: Basis,
    /// Whether a technician of the schedule can be tried at all.
    pub has_technician: bool,
}

/// A page that was shown and confirmed.
#[derive(Debug, Clone)]
pub struct Prepared {
    /// How it begins.
    pub opened: Opened,
    /// The four facts.
    pub briefing: Briefing,
    /// When the customer was told "within an hour"; `None` when nobody with a number was found (domain 1.9 row 9).
    pub told_at: Option<DateTime<Utc>>,
    /// Whether a technician of the schedule can be tried at all.
    pub has_technician: bool,
}

impl PagePlan {
    /// Plans the page of a case that pages. `loaded` is the schedule that [`DecidedCase::schedule`] names, and `at` the
    /// present moment: a promise runs from when the customer is told, which is after the questions.
    pub fn new(
        decided: DecidedCase,
        briefing: Briefing,
        loaded: &LoadedSchedule,
        at: DateTime<Utc>,
        site: &Site,
    ) -> Result<Self, CommandError> {
        let schedule = decided.schedule()?.to_owned();
        let on_call = loaded.on_call(at);
        let ladder = build_ladder(&on_call, site);
        let has_technician =
            ladder.rungs.iter().flat_map(|rung| &rung.contacts).any(|contact| !site.leadership.contains(contact));
        let mut problems = problems(loaded, &on_call, at, site);
        problems.extend(messages::stays_inside(&briefing.summary, briefing.restricted));
        let basis = basis(loaded, &on_call);
        let status = on_call.status;
        Ok(Self { at, decided, briefing, schedule, status, problems, ladder, basis, has_technician })
    }

    /// When the promise ends, if one can be given.
    pub fn due(&self, site: &Site) -> Option<DateTime<Utc>> {
        self.has_technician.then(|| site.promises().due(self.at))
    }

    /// What sentences about the page are made of.
    pub fn call(&self, site: &Site) -> Call<'_> {
        Call {
            promise_due: self.due(site),
            told_at: Some(self.at),
            nobody_on_call: !self.has_technician,
            ..self.decided.call(Some(&self.briefing.case))
        }
    }

    /// What the record of the case is made of; `by` is the agent.
    pub fn facts<'a>(&'a self, by: &'a str) -> Facts<'a> {
        Facts {
            summary: Some(&self.briefing.summary),
            customer: Some(&self.briefing.customer),
            phone: Some(&self.briefing.phone),
            department: self.briefing.department.as_deref(),
            told_at: self.has_technician.then_some(self.at),
            told_by: Some(by),
        }
    }

    /// What the ladder is based on, as lines of the record.
    pub fn audit(&self, site: &Site) -> Vec<String> {
        wording::page::basis_audit(&self.schedule, &self.ladder, &self.basis, site.zone)
    }

    /// The page as JSON before anything is stored: what `--dry-run --format json` prints.
    pub fn view(&self, by: &str, words: &Desk, site: &Site) -> PageView {
        not_stored(&self.call(site), &self.facts(by), words, Some(&self.ladder), &self.audit(site), site)
    }

    /// The first text message to `contact`, as it would leave.
    pub fn first_text(&self, contact: &Contact, site: &Site) -> String {
        messages::sms(&messages::Facts {
            purpose: Purpose::Page,
            briefing: Some(&self.briefing),
            case: &self.briefing.case,
            contact_name: &contact.name,
            schedule_label: &schedule_label(Some(&self.schedule)),
            on_call_until: contact.until,
            due: self.due(site),
            opened_at: self.at,
            now: self.at,
            zone: site.zone,
            desk_short: &site.settings.desk.name,
            help_desk_phone: &site.settings.desk.help_desk_phone,
            notice: 1,
            several_open: false,
            owner: None,
            also_paged: &[],
            answer: None,
            training: site.is_training(),
            link: None,
            link_in_texts: false,
        })
    }

    /// The page to be opened by the agent `by`; `pretended_s` is how far its time runs ahead of the true one, in seconds:
    /// 0 for every live page.
    pub fn prepared(self, by: &str, pretended_s: i64, site: &Site) -> Prepared {
        let told_at = self.has_technician.then_some(self.at);
        Prepared {
            opened: Opened {
                drill: None,
                case: self.briefing.case.clone(),
                schedule: Some(self.schedule),
                row: self.decided.decision.row.name().to_owned(),
                answers: self.decided.answers,
                training: site.is_training(),
                pretended_s,
                by: by.to_owned(),
                ladder: self.ladder,
                basis: self.basis,
            },
            briefing: self.briefing,
            told_at,
            has_technician: self.has_technician,
        }
    }
}

impl Prepared {
    /// What the engine opens under the id `episode`.
    pub fn opening(self, episode: String) -> Opening {
        Opening { episode, opened: self.opened, briefing: self.briefing, told_at: self.told_at }
    }

    /// Whom the agent must dial by hand when the page cannot be opened, with what to say.
    pub fn by_hand(&self, site: &Site) -> Vec<String> {
        wording::page::dial_instead(
            &self.opened.ladder,
            &self.briefing,
            self.told_at.map(|at| site.promises().due(at)),
            &site.settings.desk.help_desk_phone,
            site.zone,
        )
    }
}

/// The schedule that another round of an open page asks.
pub fn schedule_to_ask(state: &State) -> Result<&str, CommandError> {
    state
        .schedule
        .as_deref()
        .ok_or_else(|| CommandError::finding("this page asked leadership at once; there is no schedule to ask again"))
}

/// A ladder and its basis afresh at `at`, for another round of an open page. `loaded` is the schedule that
/// [`schedule_to_ask`] names.
pub fn another_ladder(loaded: &LoadedSchedule, at: DateTime<Utc>, site: &Site) -> (Ladder, Basis) {
    let on_call = loaded.on_call(at);
    (build_ladder(&on_call, site), basis(loaded, &on_call))
}

fn build_ladder(on_call: &OnCall, site: &Site) -> Ladder {
    ladder::build(&site.settings.ladder, on_call, &site.leadership, &site.channels())
}

fn basis(loaded: &LoadedSchedule, on_call: &OnCall) -> Basis {
    let row =
        |person: &OnCallPerson| format!("{} row {}: {}", person.row.sheet(), person.row.number(), person.row.text());
    let mut rows: Vec<String> = on_call.people.iter().map(row).collect();
    rows.dedup();
    Basis { rows, snapshot: loaded.snapshot().to_owned(), read_at: Some(loaded.read_at), age_s: loaded.age_s }
}

/// What is wrong with the schedule, as far as it matters to this page.
fn problems(loaded: &LoadedSchedule, on_call: &OnCall, at: DateTime<Utc>, site: &Site) -> Vec<String> {
    let mut problems = Vec::new();
    if on_call.status == Status::Unusable {
        problems.extend(loaded.problems().iter().map(wording::problems::message));
    }
    problems.extend(wording::schedule::saved_copy(loaded, site.zone));
    let edit = loaded.provenance.edit.as_ref();
    problems.extend(edit.map(|edit| wording::changes::edited(edit, at, site.zone)).unwrap_or_default());
    problems.extend(loaded.provenance.clock_ahead_s.map(wording::time::clock_wrong));
    for person in &on_call.people {
        if person.phone.is_none() {
            problems.push(format!("{} is on call, but no number is known; see the contacts file", person.name));
        }
    }
    problems
}

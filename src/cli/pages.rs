//! Which pages are there, and how does one stand? The verbs `pages`, `show` and `promises`.

use std::collections::BTreeSet;
use std::io::Write;

use chrono::{DateTime, Utc};
use serde::Serialize;

use super::arguments::Format;
use super::face::write_line;
use crate::decision::ladder::Contact;
use crate::decision::{Circumstances, Decision};
use crate::desk::blocked::Blocked;
use crate::desk::error::{CommandError, CommandResult, Exit};
use crate::desk::words::desk;
use crate::episode::briefing::Briefing;
use crate::episode::event::Recorded;
use crate::episode::plan;
use crate::episode::promise::PromiseState;
use crate::episode::state::{Phase, State};
use crate::episode::unheard::to_dial;
use crate::ports::{EpisodeStore, PageSummary};
use crate::site::Site;
use crate::views::page::{DecisionView, DialView, Page, PageView, PromiseView, phase_word, promise};
use crate::wording::columns::{fill, wrapped};
use crate::wording::decision::{Call, say};
use crate::wording::page as words;
use crate::wording::record::{Facts, record};
use crate::wording::time::{minute, rfc3339, span};
use crate::wording::unheard;

/// Reads stored pages for a face.
pub struct Reader<'a> {
    /// The site.
    pub site: &'a Site,
    /// The page log; `None` while the site has none, because nothing was ever paged.
    pub store: Option<&'a dyn EpisodeStore>,
}

impl Reader<'_> {
    /// The page of `case` that is open, else its newest one.
    pub async fn find(&self, case: &str) -> Result<PageSummary, CommandError> {
        let pages = self.pages_of(case.trim()).await?;
        pages.iter().find(|page| page.open).or(pages.first()).cloned().ok_or_else(|| {
            CommandError::finding(format!("there is no page for case {:?}", case.trim()))
                .hint("page-oncall pages --all lists every page")
        })
    }

    /// The open page of `case`, if there is one.
    pub async fn open_page(&self, case: &str) -> Result<Option<PageSummary>, CommandError> {
        Ok(self.pages_of(case).await?.into_iter().find(|page| page.open))
    }

    /// The pages of a case in this site's mode, newest first: training and live pages never mix.
    async fn pages_of(&self, case: &str) -> Result<Vec<PageSummary>, CommandError> {
        let Some(store) = self.store else { return Ok(Vec::new()) };
        let training = self.site.is_training();
        Ok(store.pages_of(case).await?.into_iter().filter(|page| page.training == training).collect())
    }

    /// All pages in this site's mode, newest first; closed ones too where they are wanted.
    async fn listed(&self, all: bool) -> Result<Vec<PageSummary>, CommandError> {
        let Some(store) = self.store else { return Ok(Vec::new()) };
        let training = self.site.is_training();
        Ok(store.pages(all).await?.into_iter().filter(|page| page.training == training).collect())
    }

    /// A page's log.
    pub async fn log(&self, episode: &str) -> Result<Vec<Recorded>, CommandError> {
        let Some(store) = self.store else { return Ok(Vec::new()) };
        Ok(store.load(episode).await?)
    }

    /// A page's briefing; `None` when it was purged.
    pub async fn briefing(&self, episode: &str) -> Result<Option<Briefing>, CommandError> {
        let Some(store) = self.store else { return Ok(None) };
        Ok(store.briefing(episode).await?)
    }

    /// Whose texts are blocked.
    pub async fn blocked(&self) -> Result<Blocked, CommandError> {
        let Some(store) = self.store else { return Ok(Blocked::default()) };
        Ok(Blocked::of(store.all_opted_out().await?, self.site))
    }

    /// A page's state.
    pub async fn state(&self, episode: &str) -> Result<State, CommandError> {
        fold(episode, &self.log(episode).await?)
    }

    /// A page as JSON, as it stands at the true time `now`.
    pub async fn view(&self, episode: &str, now: DateTime<Utc>, with_log: bool) -> Result<PageView, CommandError> {
        let log = self.log(episode).await?;
        let state = fold(episode, &log)?;
        let now = state.time_at(now);
        let briefing = self.briefing(episode).await?;
        let circumstances = self.site.circumstances(state.opened_at);
        let decided = Decided::of(&state, &circumstances);
        let is_drill = state.drill.is_some();
        let (say, record) = if is_drill { Default::default() } else { self.words(&state, &decided, briefing.as_ref()) };
        let page = Page {
            episode: episode.to_owned(),
            decision: (!is_drill).then(|| DecisionView::of(&decided.decision, &state.answers)),
            next: plan::next(&state, now, &self.site.policy()),
            state,
            now,
        };
        let blocked = self.blocked().await?;
        let dial = self.dial_views(&page.state, briefing.as_ref());
        let view = PageView::of(&page, self.site.zone, dial, say, record).marked(|phone| blocked.has(phone));
        Ok(if with_log { view.with_log(&log, self.site.zone) } else { view })
    }

    /// What to say and what to paste, as the page stands.
    fn words(&self, state: &State, decided: &Decided, briefing: Option<&Briefing>) -> (Vec<String>, String) {
        let words = desk(self.site);
        let call = Call {
            decision: decided.decision,
            answers: &state.answers,
            circumstances: decided.circumstances,
            case: Some(&state.case),
            promise_due: state.promise.as_ref().map(|promise| promise.due),
            told_at: state.promise.as_ref().map(|promise| promise.told_at),
            nobody_on_call: state.promise.is_none(),
        };
        let facts = Facts {
            summary: briefing.map(|briefing| briefing.summary.as_str()),
            customer: briefing.map(|briefing| briefing.customer.as_str()),
            phone: briefing.map(|briefing| briefing.phone.as_str()),
            department: briefing.and_then(|briefing| briefing.department.as_deref()),
            told_at: state.promise.as_ref().map(|promise| promise.told_at),
            told_by: Some(&state.opened_by),
        };
        (say(&call, &words), record(&call, &facts, &words, &words::audit(state, self.site.zone)))
    }

    /// Whom to dial by hand, as JSON.
    fn dial_views(&self, state: &State, briefing: Option<&Briefing>) -> Vec<DialView> {
        let due = state.promise.as_ref().map(|promise| promise.due);
        let desk = &self.site.settings.desk.help_desk_phone;
        let said = briefing.map(|briefing| words::by_hand(briefing, due, desk, self.site.zone)).unwrap_or_default();
        let policy = self.site.policy();
        let view =
            |person: &Contact| DialView { name: person.name.clone(), phone: person.phone.clone(), words: said.clone() };
        to_dial(state, &policy).into_iter().map(view).collect()
    }

    /// Whom to dial by hand, and what to say: for each person the name and the lines.
    pub fn dial_lines(&self, state: &State, briefing: Option<&Briefing>) -> Vec<(String, Vec<String>)> {
        let due = state.promise.as_ref().map(|promise| promise.due);
        let (desk, zone) = (&self.site.settings.desk.help_desk_phone, self.site.zone);
        let policy = self.site.policy();
        let lines = |person: &Contact| unheard::dial(person, briefing, due, desk, state.training, zone);
        to_dial(state, &policy).into_iter().map(|person| (person.name.clone(), lines(person))).collect()
    }

    /// The ladder with what comes next, for a terminal.
    pub fn screen(&self, state: &State, now: DateTime<Utc>) -> Vec<String> {
        let zone = self.site.zone;
        let mut lines = vec![String::new()];
        lines.extend(words::ladder(state, zone));
        lines.extend(words::blocked(state, self.site.texts_from(), zone));
        if let Some(next) = plan::next(state, now, &self.site.policy()) {
            let left = span(next.at - now);
            lines.push(format!("Next: {} in {left}", words::next_step(&next.step)));
        }
        if let Some(promise) = &state.promise {
            lines.push(format!("Promise: {}", words::promise(promise, now, zone)));
        }
        if state.phase() == Phase::Paging {
            lines.push("Ctrl-C stops following, not the page.".to_owned());
        }
        lines
    }
}

/// A stored page's decision, made again from what was answered.
struct Decided<'a> {
    decision: Decision,
    circumstances: &'a Circumstances,
}

impl<'a> Decided<'a> {
    /// The row is the stored one, even where the procedure's table has changed since.
    fn of(state: &State, circumstances: &'a Circumstances) -> Self {
        let now = crate::decision::decide(&state.answers, circumstances);
        let then = crate::decision::table::TABLE.iter().find(|row| row.id.name() == state.row);
        Self { decision: then.map_or(now, crate::decision::table::Row::decision), circumstances }
    }
}

fn fold(episode: &str, log: &[Recorded]) -> Result<State, CommandError> {
    State::of(log).map_err(|error| CommandError::could_not_tell(format!("page {episode} cannot be read: {error}")))
}

/// `show`: one page's whole log.
pub async fn show(
    reader: &Reader<'_>,
    case: &str,
    now: DateTime<Utc>,
    format: Format,
    out: &mut dyn Write,
) -> CommandResult {
    let page = reader.find(case).await?;
    let view = reader.view(&page.episode, now, true).await?;
    if format == Format::Json {
        write_line(&view, out)?;
        return Ok(Exit::Done);
    }
    let zone = reader.site.zone;
    let log = reader.log(&page.episode).await?;
    let state = fold(&page.episode, &log)?;
    let now = state.time_at(now);
    writeln!(out, "{}", words::summary(&state, now, zone))?;
    for line in words::ladder(&state, zone) {
        writeln!(out, "{line}")?;
    }
    for line in reader.blocked().await?.lines_of(asked(&state)) {
        writeln!(out, "{line}")?;
    }
    if let Some(next) = plan::next(&state, now, &reader.site.policy()) {
        writeln!(out, "Next: {}, {}", words::next_step(&next.step), minute(next.at, zone))?;
    }
    if let Some(promise) = &state.promise {
        writeln!(out, "Promise: {}", words::promise(promise, now, zone))?;
    }
    let briefing = reader.briefing(&page.episode).await?;
    for line in reader.dial_lines(&state, briefing.as_ref()).into_iter().flat_map(|(_, lines)| lines) {
        writeln!(out, "{line}")?;
    }
    if briefing.is_none() {
        writeln!(out, "{}", words::PURGED_LINE)?;
    }
    if state.phase() == Phase::Exhausted {
        writeln!(out)?;
        for line in words::act_now(&state, briefing.as_ref(), &reader.site.settings.desk.help_desk_phone, zone) {
            writeln!(out, "{line}")?;
        }
    }
    writeln!(out, "\nThe log:")?;
    let mut known: Option<State> = None;
    let mut day = String::new();
    for recorded in &log {
        match &mut known {
            Some(known) => drop(known.apply(recorded)),
            None => known = State::of(std::slice::from_ref(recorded)).ok(),
        }
        let Some(known) = &known else { continue };
        let local = recorded.at.with_timezone(&zone);
        let heading = local.format("%a %Y-%m-%d, %Z (%:z)").to_string();
        if heading != day {
            writeln!(out, "{heading}")?;
            day = heading;
        }
        let time = local.format("  %H:%M:%S  ").to_string();
        for line in wrapped(&words::change(&recorded.event, known, zone), &time, "            ") {
            writeln!(out, "{line}")?;
        }
    }
    if state.drill.is_some() {
        return Ok(Exit::Done);
    }
    let (system, rule) = (&reader.site.settings.desk.ticket_system, "-".repeat(40));
    writeln!(out, "\nPaste into {system}:\n{rule}\n{}\n{rule}", view.record)?;
    Ok(Exit::Done)
}

#[derive(Serialize)]
struct PageList {
    pages: Vec<PageLine>,
}

#[derive(Serialize)]
struct PageLine {
    case: String,
    page: String,
    training: bool,
    schedule: Option<String>,
    state: &'static str,
    opened_at: String,
    acknowledged_by: Option<String>,
    promise: Option<PromiseView>,
    /// Who of its ladder blocked texts with STOP; left out when nobody did.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    opted_out: Vec<String>,
}

/// Whom a page asks, on whatever rung.
fn asked(state: &State) -> impl Iterator<Item = &Contact> {
    state.ladder.rungs.iter().flat_map(|rung| &rung.contacts)
}

/// `pages`: the open pages, or all.
pub async fn pages(
    reader: &Reader<'_>,
    all: bool,
    now: DateTime<Utc>,
    format: Format,
    out: &mut dyn Write,
) -> CommandResult {
    let zone = reader.site.zone;
    let mut list = PageList { pages: Vec::new() };
    let blocked = reader.blocked().await?;
    let mut lines = Vec::new();
    for page in reader.listed(all).await? {
        let state = reader.state(&page.episode).await?;
        // A drill is no case.
        if state.drill.is_some() {
            continue;
        }
        let now = state.time_at(now);
        lines.push(words::summary(&state, now, zone));
        lines.extend(blocked.lines_of(asked(&state)));
        let opted_out = asked(&state).filter(|it| blocked.has(it.phone.as_deref())).map(|it| it.name.clone());
        list.pages.push(PageLine {
            case: state.case.clone(),
            page: page.episode,
            training: state.training,
            schedule: state.schedule.clone(),
            state: phase_word(state.phase()),
            opened_at: rfc3339(state.opened_at, zone),
            acknowledged_by: state.acknowledged.as_ref().map(|owner| owner.by.clone()),
            promise: promise(&state, zone, now),
            opted_out: opted_out.collect::<BTreeSet<_>>().into_iter().collect(),
        });
    }
    if format == Format::Json {
        write_line(&list, out)?;
    } else if lines.is_empty() {
        writeln!(out, "{}", if all { "There is no page." } else { "There is no open page." })?;
    } else {
        writeln!(out, "{}", lines.join("\n"))?;
    }
    Ok(Exit::Done)
}

#[derive(Serialize)]
struct PromiseList {
    promises: Vec<PromiseLine>,
}

#[derive(Serialize)]
struct PromiseLine {
    case: String,
    schedule: Option<String>,
    owner: Option<String>,
    #[serde(flatten)]
    promise: PromiseView,
}

/// `promises`: those of open pages, or all; the oldest first.
pub async fn promises(
    reader: &Reader<'_>,
    all: bool,
    now: DateTime<Utc>,
    format: Format,
    out: &mut dyn Write,
) -> CommandResult {
    let zone = reader.site.zone;
    let mut list = PromiseList { promises: Vec::new() };
    let mut lines = Vec::new();
    let mut missed = false;
    let mut pages = reader.listed(all).await?;
    pages.sort_by_key(|page| page.opened_at);
    for page in pages {
        let state = reader.state(&page.episode).await?;
        let now = state.time_at(now);
        let (Some(made), Some(view)) = (&state.promise, promise(&state, zone, now)) else { continue };
        missed |= made.state(now) == PromiseState::Missed;
        let owner = state.acknowledged.as_ref().map(|owner| owner.by.clone());
        let has_it = owner.as_ref().map_or_else(|| "NOBODY has it".to_owned(), |owner| format!("{owner} has it"));
        let who = words::told_and_called(&state, zone).map_or(has_it.clone(), |told| format!("{has_it}; {told}"));
        let mark = if state.training { "TRAINING " } else { "" };
        lines.push(fill(mark, 4, "   ", [state.case.as_str(), &words::promise(made, now, zone), &who]));
        list.promises.push(PromiseLine {
            case: state.case.clone(),
            schedule: state.schedule.clone(),
            owner,
            promise: view,
        });
    }
    if format == Format::Json {
        write_line(&list, out)?;
    } else if lines.is_empty() {
        writeln!(out, "{}", if all { "No promise was ever made." } else { "No promise is open." })?;
    } else {
        writeln!(out, "{}", lines.join("\n"))?;
    }
    Ok(if missed { Exit::Finding } else { Exit::Done })
}

//! How does a stored page stand? The page log, read for any face in this site's mode.

use chrono::{DateTime, Utc};

use super::blocked::Blocked;
use super::error::CommandError;
use super::words::desk;
use crate::decision::ladder::{Contact, same_name};
use crate::decision::{Circumstances, Decision};
use crate::episode::briefing::Briefing;
use crate::episode::event::Recorded;
use crate::episode::plan;
use crate::episode::state::State;
use crate::episode::unheard::to_dial;
use crate::ports::{EpisodeStore, PageSummary};
use crate::site::Site;
use crate::views::page::{DecisionView, DialView, Page, PageView};
use crate::wording::decision::{Call, say};
use crate::wording::page as words;
use crate::wording::record::{Facts, record};
use crate::wording::unheard;

/// Reads stored pages for a face.
pub struct Reader<'a> {
    /// The site.
    pub site: &'a Site,
    /// The page log; `None` while the site has none, because nothing was ever paged.
    pub store: Option<&'a dyn EpisodeStore>,
    /// The technician who reads, by their name in the contacts; `None` for the desk, which reads everything.
    pub technician: Option<&'a str>,
}

impl<'a> Reader<'a> {
    /// The same for this technician, where it is one.
    #[must_use]
    pub fn of(self, technician: Option<&'a str>) -> Self {
        Self { technician, ..self }
    }
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
    pub(super) async fn listed(&self, all: bool) -> Result<Vec<PageSummary>, CommandError> {
        let Some(store) = self.store else { return Ok(Vec::new()) };
        let training = self.site.is_training();
        Ok(store.pages(all).await?.into_iter().filter(|page| page.training == training).collect())
    }

    /// A page's log.
    pub async fn log(&self, episode: &str) -> Result<Vec<Recorded>, CommandError> {
        let Some(store) = self.store else { return Ok(Vec::new()) };
        Ok(store.load(episode).await?)
    }

    /// A page's briefing; `None` when it was purged. A technician reads the problem of a restricted department only once
    /// they have the case (domain 1.3).
    pub async fn briefing(&self, episode: &str) -> Result<Option<Briefing>, CommandError> {
        let Some(store) = self.store else { return Ok(None) };
        let Some(briefing) = store.briefing(episode).await? else { return Ok(None) };
        let Some(name) = self.technician.filter(|_| briefing.restricted) else { return Ok(Some(briefing)) };
        let owner = self.state(episode).await?.acknowledged;
        if owner.is_some_and(|owner| same_name(&owner.by, name)) {
            return Ok(Some(briefing));
        }
        Ok(Some(Briefing { summary: words::RESTRICTED.to_owned(), ..briefing }))
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

/// The state that a page's log amounts to.
pub fn fold(episode: &str, log: &[Recorded]) -> Result<State, CommandError> {
    State::of(log).map_err(|error| CommandError::could_not_tell(format!("page {episode} cannot be read: {error}")))
}

/// Whom a page asks, on whatever rung.
pub fn asked(state: &State) -> impl Iterator<Item = &Contact> {
    state.ladder.rungs.iter().flat_map(|rung| &rung.contacts)
}

//! What does the agent's call need? Pretended time, the page log, the engine, and words where they fail.
//!
//! `verbs` calls it for `--case`; what is shown and asked stands in `cli::case` and `cli::follow`.

use std::cell::RefCell;
use std::io::{IsTerminal, Write};
use std::sync::Arc;

use super::adapters::{self, Stores};
use super::clock::MachineClock;
use super::edits;
use super::environment::Environment;
use super::load::Loaded;
use super::memory;
use super::sheets::Hurry;
use super::verbs::{self, block_on};
use crate::cli::arguments::{Arguments, CaseArguments, Format};
use crate::cli::ask;
use crate::cli::case::{self, Next, Surroundings};
use crate::cli::face::write_line;
use crate::cli::follow::{self, Show};
use crate::cli::lasting::Lasting;
use crate::desk::briefing::case_number;
use crate::desk::error::{CommandError, CommandResult, Exit};
use crate::desk::page_plan::Prepared;
use crate::desk::reader::Reader;
use crate::desk::window;
use crate::engine::Engine;
use crate::episode::input::Input;
use crate::episode::state::Phase;
use crate::ports::{Begun, Clock, PageSummary};
use crate::schedule::version::SheetVersion;
use crate::wording;

/// The agent's call.
pub(super) fn call(
    arguments: &Arguments,
    environment: &Environment,
    loaded: Loaded,
    out: &mut (dyn Write + Send),
) -> CommandResult {
    let words = &arguments.case;
    let Some(typed) = &words.case else {
        return Err(CommandError::usage("nothing to do: give --case NUMBER, or a verb")
            .hint("page-oncall --help lists both; page-oncall who says who is on call"));
    };
    let site = &loaded.site;
    let case = case_number(typed, site)?;
    let pretended_s = pretended(words, &loaded)?;
    let clock: Arc<dyn Clock> = Arc::new(MachineClock::ahead_by(pretended_s));
    let now = clock.now();
    let show = match (arguments.global.format, std::io::stdout().is_terminal()) {
        (Format::Json, _) => Show::Nothing,
        (_, true) if !words.no_wait => Show::Screen,
        (_, _) => Show::Lines,
    };
    let by = environment.user.clone().unwrap_or_else(|| "agent".to_owned());
    let loaded = Arc::new(loaded);
    let versions = RefCell::new(Vec::new());
    let read_schedule = |name: &str| {
        // A page may pretend another time; how old a reading is, the true time says.
        let mut found = loaded
            .schedules(Some(name), MachineClock::real().now(), Hurry::Page)
            .map_err(|error| error.and(&wording::page::dial_by_hand(&loaded.site.leadership)))?;
        let found = found.pop().ok_or_else(|| CommandError::usage(format!("there is no schedule {name:?}")))?;
        let found = edits::watched(&loaded, found, clock.now());
        versions.borrow_mut().extend(found.provenance.version.clone().map(|version| (name.to_owned(), version)));
        Ok(found)
    };
    let surroundings = Surroundings {
        site: &loaded.site,
        now,
        clock: &|| clock.now(),
        pretended_s,
        by,
        format: arguments.global.format,
        schedule: &read_schedule,
        blocked: &|| verbs::blocked(&loaded),
    };
    let session = Session {
        words,
        loaded: &loaded,
        environment,
        clock: Arc::clone(&clock),
        show,
        surroundings: &surroundings,
        versions: &versions,
    };
    // A page must leave even when what is printed about it reaches nobody.
    let mut lasting = Lasting::new(out);
    let ended = session.run(case.clone(), &mut lasting);
    match (ended, lasting.broken()) {
        (Ok(_), Some(error)) => Err(CommandError::from(error)
            .hint(format!("what was done is on disk: page-oncall show {case} tells it, if there is a page"))),
        (ended, _) => ended,
    }
}

/// How far the time of this call runs ahead of the true one, in seconds: for training and dry runs only.
fn pretended(words: &CaseArguments, loaded: &Loaded) -> Result<i64, CommandError> {
    let Some(text) = &words.at else { return Ok(0) };
    if !loaded.site.is_training() && !words.dry_run {
        return Err(CommandError::usage("--at pretends another time, which a live page must not")
            .hint("leave --at out, or add --dry-run"));
    }
    let now = MachineClock::real().now();
    let at = window::read(text, loaded.site.zone, now)?.at;
    // Rounded up, so that the pretended time never shows the minute before.
    Ok((at - now).num_milliseconds().div_euclid(1000) + 1)
}

/// One call of an agent, from the moment the page log is needed.
struct Session<'a> {
    words: &'a CaseArguments,
    loaded: &'a Arc<Loaded>,
    environment: &'a Environment,
    clock: Arc<dyn Clock>,
    show: Show,
    surroundings: &'a Surroundings<'a>,
    /// The sheets that were read for this call, to be kept with the page.
    versions: &'a RefCell<Vec<(String, Arc<SheetVersion>)>>,
}

impl Session<'_> {
    /// Keeps the sheets that the page is based on.
    async fn keep_sheets(&self, stores: &Stores) {
        let versions = self.versions.take();
        memory::keep(stores, &versions, MachineClock::real().now()).await;
    }

    fn engine(&self, stores: &Stores, clock: &Arc<dyn Clock>) -> Result<Engine, CommandError> {
        adapters::engine(self.loaded, self.environment, stores, Arc::clone(clock))
    }

    /// Joins the case's open page, or decides and opens one.
    fn run(&self, case: String, mut out: &mut (dyn Write + Send)) -> CommandResult {
        if !self.words.dry_run {
            match block_on(self.open_page(&case)) {
                Ok(None) => {}
                Ok(Some((stores, page))) => return block_on(self.join(&stores, &page, out)),
                // The agent still learns what to do and whom to dial by hand (contract 5.10); opening the page tells
                // the trouble again, if it lasts.
                Err(error) => tracing::warn!("whether this case has an open page cannot be told: {}", error.message),
            }
        }
        let mut terminal = (ask::can_ask() && !self.words.no_input).then(ask::terminal);
        let asker = terminal.as_mut().map(|terminal| &mut **terminal as &mut dyn ask::Asker);
        match case::prepare(self.words, case, self.surroundings, asker, &mut out)? {
            Next::Ended(exit) => Ok(exit),
            Next::Page { prepared, meanwhile } => block_on(self.page(*prepared, &meanwhile, out)),
        }
    }

    /// The page log and the open page of the case, if it has one.
    async fn open_page(&self, case: &str) -> Result<Option<(Stores, PageSummary)>, CommandError> {
        let Some(stores) = adapters::stores_if_any(self.loaded).await? else { return Ok(None) };
        let reader = Reader { site: &self.loaded.site, store: Some(stores.pages.as_ref()), technician: None };
        let page = reader.open_page(case).await?;
        Ok(page.map(|page| (stores, page)))
    }

    /// Joins the open page of a case (contract 5.8).
    async fn join(&self, stores: &Stores, page: &PageSummary, out: &mut (dyn Write + Send)) -> CommandResult {
        let reader = Reader { site: &self.loaded.site, store: Some(stores.pages.as_ref()), technician: None };
        let state = reader.state(&page.episode).await?;
        // A page of training goes on in its own pretended time.
        let clock: Arc<dyn Clock> = Arc::new(MachineClock::ahead_by(state.pretended_s));
        let engine = self.engine(stores, &clock)?;
        if self.show != Show::Nothing {
            for line in wording::page::joined(&state, self.words.again, clock.now(), reader.site.zone) {
                writeln!(out, "{line}")?;
            }
        }
        if self.words.again {
            let (ladder, basis) = case::another_ladder(&state, clock.now(), self.surroundings)?;
            let input = Input::Again { ladder, basis, by: self.surroundings.by.clone() };
            if let Err(refusal) = engine.submit(&page.episode, input).await? {
                let words = wording::refusals::said(&refusal, &state.case, reader.site.zone);
                return Err(CommandError::finding(words));
            }
            self.keep_sheets(stores).await;
        }
        self.follow(&engine, &reader, &page.episode, clock.as_ref(), out).await
    }

    /// The page log and the engine for a new page; without them the agent has to dial by hand.
    async fn ready(&self) -> Result<(Stores, Engine), CommandError> {
        let stores = adapters::stores(self.loaded).await?;
        let engine = self.engine(&stores, &self.clock)?;
        Ok((stores, engine))
    }

    /// Opens the page and follows it.
    async fn page(&self, prepared: Prepared, meanwhile: &str, out: &mut (dyn Write + Send)) -> CommandResult {
        let site = &self.loaded.site;
        let by_hand = prepared.by_hand(site).join("\n  ");
        let (stores, engine) = self.ready().await.map_err(|error| error.and(&by_hand))?;
        let reader = Reader { site, store: Some(stores.pages.as_ref()), technician: None };
        let has_technician = prepared.has_technician;
        let opening = prepared.opening(uuid::Uuid::now_v7().to_string());
        let case = opening.opened.case.clone();
        let begun = engine
            .open(opening)
            .await
            .map_err(|error| CommandError::from(error).and(&by_hand))?
            .map_err(|refusal| CommandError::finding(wording::refusals::said(&refusal, &case, reader.site.zone)))?;
        let (Begun::New(episode) | Begun::Joined(episode)) = begun;
        write!(out, "{meanwhile}")?;
        self.keep_sheets(&stores).await;
        let exit = self.follow(&engine, &reader, &episode, self.clock.as_ref(), out).await?;
        Ok(if has_technician || exit != Exit::Done || !self.words.no_wait { exit } else { Exit::Finding })
    }

    async fn follow(
        &self,
        engine: &Engine,
        reader: &Reader<'_>,
        episode: &str,
        clock: &dyn Clock,
        out: &mut (dyn Write + Send),
    ) -> CommandResult {
        let stop = async {
            if !self.words.no_wait {
                drop(tokio::signal::ctrl_c().await);
            }
        };
        if self.words.no_wait {
            engine.turn().await?;
        }
        let state = follow::follow(engine, reader, clock, episode, self.show, stop, out).await?;
        let exit = follow::ended(reader, episode, &state, self.show, !self.words.no_wait, out).await?;
        if self.show == Show::Nothing {
            write_line(&reader.view(episode, MachineClock::real().now(), false).await?, out)?;
        }
        // Without waiting nobody can have answered yet; that the page is on its way is what was asked for. One that
        // nobody could be given is not.
        Ok(if self.words.no_wait && state.phase() == Phase::Paging { Exit::Done } else { exit })
    }
}

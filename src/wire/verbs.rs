//! What does each verb need? Loads it, builds it, and hands it over.

use std::cell::RefCell;
use std::future::Future;
use std::io::{BufWriter, IsTerminal, Write};
use std::sync::Arc;

use chrono::{DateTime, Duration, TimeDelta, Timelike, Utc};
use chrono_tz::Tz;

use super::adapters::Stores;
use super::clock::MachineClock;
use super::environment::Environment;
use super::load::{self, Loaded};
use super::sheets::Hurry;
use super::{adapters, locate, memory, upkeep};
use crate::civil::{Interval, days_later, start_of_day};
use crate::cli::arguments::{Arguments, CaseArguments, Color, Format, Verb};
use crate::cli::case::{self, Next, Prepared, Surroundings};
use crate::cli::desk::desk;
use crate::cli::error::{CommandError, CommandResult, Exit};
use crate::cli::face::Face;
use crate::cli::follow::{self, Show};
use crate::cli::instant::{self, Instant};
use crate::cli::lasting::Lasting;
use crate::cli::pages::{self, Reader};
use crate::cli::paint::Painted;
use crate::cli::{ask, decide, explain, gaps, reports, shifts, who};
use crate::engine::{Engine, Opening};
use crate::episode::input::Input;
use crate::episode::state::Phase;
use crate::ports::{Begun, Clock, PageSummary};
use crate::schedule::loaded::LoadedSchedule;
use crate::schedule::version::SheetVersion;
use crate::wording;
use crate::wording::decision::Call;
use crate::wording::record::Facts;

/// Carries out the call.
pub(super) fn run(arguments: &Arguments, environment: &Environment) -> CommandResult {
    if arguments.global.format.is_of_findings() && !matches!(arguments.verb, Some(Verb::Gaps { .. })) {
        return Err(CommandError::usage("--format junit and --format github are for gaps only")
            .hint("use --format text or --format json"));
    }
    let file = locate::settings_file(arguments.global.config.as_deref(), environment)?;
    let loaded = load::site(&file, environment)?;
    for warning in &loaded.warnings {
        tracing::warn!("{warning}");
    }
    if let (Some(case), Some(_)) = (&arguments.case.case, &arguments.verb) {
        return Err(CommandError::usage("--case pages, and a verb does something else: give one of the two")
            .hint(format!("page-oncall --case {case} pages; page-oncall show {case} looks at its page")));
    }
    let mut out = output(arguments.global.color, arguments.global.format, environment);
    let ended = match &arguments.verb {
        None => call(arguments, environment, loaded, &mut out),
        Some(verb) => verb_of(verb, arguments, environment, loaded, &mut out),
    };
    // What went wrong first is what the person must hear of.
    let flushed = out.flush();
    let exit = ended?;
    flushed?;
    Ok(exit)
}

/// Standard output, painted where a person looks and wants colour.
fn output(color: Color, format: Format, environment: &Environment) -> Box<dyn Write + Send> {
    let wanted = match color {
        Color::Always => true,
        Color::Never => false,
        Color::Auto => std::io::stdout().is_terminal() && !environment.no_color,
    };
    if wanted && format == Format::Text {
        Box::new(Painted::new(std::io::stdout()))
    } else {
        Box::new(BufWriter::new(std::io::stdout()))
    }
}

fn verb_of(
    verb: &Verb,
    arguments: &Arguments,
    environment: &Environment,
    loaded: Loaded,
    out: &mut (dyn Write + Send),
) -> CommandResult {
    let clock = MachineClock::real();
    let (now, zone, format) = (clock.now(), loaded.site.zone, arguments.global.format);
    // Whole seconds, as `now` is read and as people ask: else no answer would ever be about now.
    let face = Face { zone, now: now.with_nanosecond(0).unwrap_or(now), format };
    let parse = |text: &str| instant::parse(text, zone, now).map_err(|error| CommandError::usage(error.to_string()));
    match verb {
        Verb::Who { schedule, at, known_at } => {
            let schedules = read_schedules(&loaded, schedule.as_deref(), known_at.as_deref(), &face)?;
            match at.as_deref() {
                Some("-") => Ok(who::stream(&schedules, &face, std::io::stdin().lock(), out)?),
                at => Ok(who::run(&schedules, &face, parse(at.unwrap_or("now"))?, out)?),
            }
        }
        Verb::Explain { schedule, at, known_at } => {
            let schedules = read_schedules(&loaded, Some(schedule), known_at.as_deref(), &face)?;
            let at = parse(at.as_deref().unwrap_or("now"))?;
            match schedules.first() {
                Some(schedule) => Ok(explain::run(schedule, &face, at, out)?),
                None => Err(CommandError::usage("there is no such schedule")),
            }
        }
        Verb::Gaps { schedule, from, to, days, all_hours, known_at, mail } => {
            let schedules = read_schedules(&loaded, schedule.as_deref(), known_at.as_deref(), &face)?;
            let from = parse(from.as_deref().unwrap_or("now"))?.at;
            let window = window(zone, from, to.as_deref(), *days, &parse)?;
            let desks = gaps::Desks { general: &loaded.site.general, cps: &loaded.site.cps };
            let judged = gaps::judge(&schedules, &face, window, desks, *all_hours);
            gaps::write(&judged, &face, window, out)?;
            let report = upkeep::Report { judged: &judged, window, desks, mail: *mail };
            upkeep::gaps(&report, environment, &loaded, face, out)
        }
        Verb::Sync { schedule, mail } => {
            let schedules = loaded.schedules(schedule.as_deref(), now, Hurry::No)?;
            upkeep::sync(&schedules, *mail, environment, &loaded, face, out)
        }
        Verb::Shifts(words) => {
            let mut schedules = loaded.schedules(words.schedule.as_deref(), now, Hurry::No)?;
            if words.ics.is_some() {
                loaded.date_spreadsheets(&mut schedules);
            }
            let today = || start_of_day(zone, now.with_timezone(&zone).date_naive());
            let from = words.from.as_deref().map_or_else(|| Ok(today()), |text| parse(text).map(|from| from.at))?;
            let window = window(zone, from, words.to.as_deref(), words.days, &parse)?;
            let at = parse(words.at.as_deref().unwrap_or("now"))?.at;
            let desks = gaps::Desks { general: &loaded.site.general, cps: &loaded.site.cps };
            shifts::run(&schedules, &face, window, at, desks, words, out)
        }
        Verb::Decide { answers, at, stream, no_input, table } => {
            let request = DecideRequest { answers, at: at.as_deref(), stream: stream.as_deref(), no_input: *no_input };
            if *table {
                decide::run_table(format == Format::Json, out)?;
                return Ok(Exit::Done);
            }
            decided(&request, &loaded, &face, &parse, out)
        }
        Verb::Pages { all } => {
            let all = *all;
            reading(&loaded, async |reader| pages::pages(reader, all, now, format, out).await)
        }
        Verb::Promises { all } => {
            let all = *all;
            reading(&loaded, async |reader| pages::promises(reader, all, now, format, out).await)
        }
        Verb::Show { case } => reading(&loaded, async |reader| pages::show(reader, case, now, format, out).await),
        Verb::Ack(report) => reported(reports::Kind::Ack, report, environment, loaded, format, out),
        Verb::Decline(report) => reported(reports::Kind::Decline, report, environment, loaded, format, out),
        Verb::CalledBack(report) => reported(reports::Kind::CalledBack, report, environment, loaded, format, out),
        Verb::Cancel(report) => reported(reports::Kind::Cancel, report, environment, loaded, format, out),
        Verb::Run { once } => engine_alone(*once, environment, loaded),
    }
}

/// The schedules as they are now, or as they stood at `known_at`.
fn read_schedules(
    loaded: &Loaded,
    wanted: Option<&str>,
    known_at: Option<&str>,
    face: &Face,
) -> Result<Vec<LoadedSchedule>, CommandError> {
    let Some(text) = known_at else { return loaded.schedules(wanted, face.now, Hurry::No) };
    let at = instant::parse(text, face.zone, face.now).map_err(|error| CommandError::usage(error.to_string()))?.at;
    let present = face.now + TimeDelta::milliseconds(999);
    if at > present {
        return Err(CommandError::usage("--known-at lies in the future, of which nothing was seen yet"));
    }
    // A time in whole seconds means that whole second: what was seen within it was known.
    let known_at = if at.nanosecond() == 0 { at + TimeDelta::milliseconds(999) } else { at };
    loaded.schedules_known_at(wanted, known_at)
}

/// The longest window that is judged: some 30 years, more than a schedule holds.
const LONGEST_WINDOW_DAYS: i64 = 11_000;

/// From `from` until `to`, or for so many civil days: fourteen days end at the same clock time, whatever the clocks do.
fn window(
    zone: Tz,
    from: DateTime<Utc>,
    to: Option<&str>,
    days: u32,
    parse: &dyn Fn(&str) -> Result<Instant, CommandError>,
) -> Result<Interval, CommandError> {
    let to = match to {
        Some(text) => parse(text)?.at,
        None => days_later(zone, from, u64::from(days)).unwrap_or(DateTime::<Utc>::MAX_UTC),
    };
    let window = Interval::new(from, to).ok_or_else(|| {
        CommandError::usage("the window is empty: it ends before it begins, or as it begins")
            .hint("--to must be later than --from, and --days at least 1")
    })?;
    if to - from > Duration::days(LONGEST_WINDOW_DAYS) {
        return Err(CommandError::usage(format!("the window is longer than {LONGEST_WINDOW_DAYS} days"))
            .hint("judge a shorter one: --days, or --from and --to"));
    }
    Ok(window)
}

struct DecideRequest<'a> {
    answers: &'a decide::AnswerFlags,
    at: Option<&'a str>,
    stream: Option<&'a str>,
    no_input: bool,
}

fn decided(
    request: &DecideRequest<'_>,
    loaded: &Loaded,
    face: &Face,
    parse: &dyn Fn(&str) -> Result<Instant, CommandError>,
    out: &mut dyn Write,
) -> CommandResult {
    let site = &loaded.site;
    let words = desk(site);
    if let Some(stream) = request.stream {
        if stream != "-" {
            return Err(CommandError::usage(format!("--answers takes only -, not {stream:?}"))
                .hint("it reads standard input: page-oncall decide --answers - < FILE"));
        }
        let surroundings = decide::Surroundings {
            desk: &words,
            partners: &site.partners,
            now: face.now,
            parse_instant: &|text| parse(text).map(|instant| instant.at).map_err(|error| error.to_string()),
            circumstances: &|at| site.circumstances(at),
        };
        return Ok(decide::run_stream(std::io::stdin().lock(), out, &surroundings)?);
    }
    let at = request.at.map_or(Ok(face.now), |text| parse(text).map(|instant| instant.at))?;
    let circumstances = site.circumstances(at);
    let flagged = request.answers.read(&site.partners).map_err(|error| CommandError::usage(error.to_string()))?;
    let mut answers = flagged.answers;
    if ask::can_ask() && !request.no_input {
        let mut interview = crate::decision::Interview::new(flagged.answers, flagged.asked);
        let mut terminal = ask::terminal();
        match ask::ask(terminal.as_mut(), &mut interview, &circumstances, &words, &site.partners)? {
            ask::Ended::Left => return Ok(Exit::Finding),
            ask::Ended::Answered { .. } => answers = *interview.answers(),
        }
    }
    let call = Call::decide(&answers, &circumstances);
    decide::run(&call, &Facts::default(), &words, face.format == Format::Json, out)?;
    Ok(Exit::Done)
}

/// A runtime for the verbs that reach the page log or a provider; the others never pay for one.
pub(super) fn block_on<T>(future: impl Future<Output = Result<T, CommandError>>) -> Result<T, CommandError> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .map_err(|error| CommandError::could_not_tell(format!("the program cannot start its threads: {error}")))?;
    runtime.block_on(future)
}

fn reading(loaded: &Loaded, look: impl AsyncFnOnce(&Reader<'_>) -> CommandResult) -> CommandResult {
    block_on(async {
        let store = adapters::store_to_read(loaded).await?;
        look(&Reader { site: &loaded.site, store: store.as_deref() }).await
    })
}

fn reported(
    kind: reports::Kind,
    report: &crate::cli::arguments::Report,
    environment: &Environment,
    loaded: Loaded,
    format: Format,
    out: &mut dyn Write,
) -> CommandResult {
    block_on(async {
        let loaded = Arc::new(loaded);
        let store = adapters::store(&loaded).await?;
        let reader = Reader { site: &loaded.site, store: Some(store.as_ref()) };
        let page = reader.find(&report.case).await?;
        let state = reader.state(&page.episode).await?;
        let clock: Arc<dyn Clock> = Arc::new(MachineClock::ahead_by(state.pretended_s));
        // A report is recorded even where no message can leave, for want of a secret perhaps: it stops the others.
        let (engine, sends) = match adapters::engine(&loaded, environment, Arc::clone(&store), Arc::clone(&clock)) {
            Ok(engine) => (engine, true),
            Err(error) => {
                tracing::warn!("nothing can be sent from here, `page-oncall run` must do it: {}", error.message);
                (adapters::engine_that_records(&loaded, Arc::clone(&store), clock)?, false)
            }
        };
        let recording = reports::Recording { engine: &engine, sends, reader: &reader };
        reports::run(kind, report, &recording, format, MachineClock::real().now(), out).await
    })
}

fn engine_alone(once: bool, environment: &Environment, loaded: Loaded) -> CommandResult {
    block_on(async {
        let loaded = Arc::new(loaded);
        for warning in adapters::address_warnings(&loaded.site) {
            tracing::warn!("{warning}");
        }
        let store = adapters::store(&loaded).await?;
        let engine = adapters::engine(&loaded, environment, store, Arc::new(MachineClock::real()))?;
        if once {
            engine.turn().await?;
        } else {
            tracing::info!("the engine runs; Ctrl-C or SIGTERM stops it");
            engine.run_until(stop_asked()).await;
        }
        Ok(Exit::Done)
    })
}

/// Ready when the person or the service manager asks the program to stop.
async fn stop_asked() {
    let interrupt = tokio::signal::ctrl_c();
    match tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()) {
        Ok(mut terminate) => {
            tokio::select! {
                _ = interrupt => {}
                _ = terminate.recv() => {}
            }
        }
        Err(_) => drop(interrupt.await),
    }
}

/// The agent's call.
fn call(
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
    let case = case::case_number(typed, site)?;
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
    let at = instant::parse(text, loaded.site.zone, now).map_err(|error| CommandError::usage(error.to_string()))?.at;
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
        adapters::engine(self.loaded, self.environment, Arc::clone(&stores.pages), Arc::clone(clock))
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
            Next::Page(prepared) => block_on(self.page(*prepared, out)),
        }
    }

    /// The page log and the open page of the case, if it has one.
    async fn open_page(&self, case: &str) -> Result<Option<(Stores, PageSummary)>, CommandError> {
        if !adapters::database(self.loaded)?.exists() {
            return Ok(None);
        }
        let stores = adapters::stores(self.loaded).await?;
        let reader = Reader { site: &self.loaded.site, store: Some(stores.pages.as_ref()) };
        let page = reader.open_page(case).await?;
        Ok(page.map(|page| (stores, page)))
    }

    /// Joins the open page of a case (contract 5.8).
    async fn join(&self, stores: &Stores, page: &PageSummary, out: &mut (dyn Write + Send)) -> CommandResult {
        let reader = Reader { site: &self.loaded.site, store: Some(stores.pages.as_ref()) };
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
    async fn page(&self, prepared: Prepared, out: &mut (dyn Write + Send)) -> CommandResult {
        let site = &self.loaded.site;
        let by_hand = wording::page::dial_instead(
            &prepared.opened.ladder,
            &prepared.briefing,
            prepared.told_at.map(|at| at + Duration::minutes(i64::from(site.settings.paging.promise_minutes))),
            &site.settings.desk.help_desk_phone,
            site.zone,
        )
        .join("\n  ");
        let (stores, engine) = self.ready().await.map_err(|error| error.and(&by_hand))?;
        let reader = Reader { site, store: Some(stores.pages.as_ref()) };
        let Prepared { opened, briefing, told_at, has_technician, meanwhile } = prepared;
        let opening = Opening { episode: uuid::Uuid::now_v7().to_string(), opened, briefing, told_at };
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
            case::write_json(out, &reader.view(episode, MachineClock::real().now(), false).await?)?;
        }
        // Without waiting nobody can have answered yet; that the page is on its way is what was asked for. One that
        // nobody could be given is not.
        Ok(if self.words.no_wait && state.phase() == Phase::Paging { Exit::Done } else { exit })
    }
}

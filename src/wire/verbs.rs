//! What does each verb need? Loads it, builds it, and hands it over.

use std::future::Future;
use std::io::{BufWriter, IsTerminal, Write};
use std::sync::Arc;

use chrono::Timelike;

use super::call::call;
use super::clock::MachineClock;
use super::database::Database;
use super::environment::Environment;
use super::load::{self, Loaded};
use super::sheets::Hurry;
use super::{access, adapters, doctor, drill, handoff, heartbeat, locate, push, remote, serve, simulate, upkeep};
use crate::cli::arguments::{Arguments, Color, Format, Verb};
use crate::cli::face::Face;
use crate::cli::pages;
use crate::cli::paint::Painted;
use crate::cli::{ask, decide, explain, gaps, outage, outage_tell, reports, shells, shifts, vcard, who};
use crate::desk::blocked::Blocked;
use crate::desk::error::{CommandError, CommandResult, Exit};
use crate::desk::gaps::{Desks, judge};
use crate::desk::instant::Instant;
use crate::desk::reader::Reader;
use crate::desk::reports::Kind;
use crate::desk::window;
use crate::desk::words::desk;
use crate::ports::Clock;
use crate::schedule::loaded::LoadedSchedule;
use crate::wording::decision::Call;
use crate::wording::record::Facts;

/// Carries out the call.
pub(super) fn run(arguments: &Arguments, environment: &Environment) -> CommandResult {
    if arguments.global.format.is_of_findings() && !matches!(arguments.verb, Some(Verb::Gaps { .. })) {
        return Err(CommandError::usage("--format junit and --format github are for gaps only")
            .hint("use --format text or --format json"));
    }
    if let Some(verb @ (Verb::Completions { .. } | Verb::Man)) = &arguments.verb {
        return without_site(verb);
    }
    if let Some(exit) = elsewhere(arguments, environment)? {
        return Ok(exit);
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

/// The call as the service of another machine answers it, where one is named; `None` where this machine does.
fn elsewhere(arguments: &Arguments, environment: &Environment) -> Result<Option<Exit>, CommandError> {
    if !remote::can_be_asked(arguments.verb.as_ref()) && arguments.global.server.is_none() {
        return Ok(None);
    }
    let Some(server) = remote::server(arguments, environment)? else { return Ok(None) };
    let mut out = output(arguments.global.color, arguments.global.format, environment);
    let ended = remote::run(arguments, &server, &mut out);
    let flushed = out.flush();
    let exit = ended?;
    flushed?;
    Ok(Some(exit))
}

/// The verbs that need no site.
fn without_site(verb: &Verb) -> CommandResult {
    let mut out = std::io::stdout().lock();
    match verb {
        Verb::Completions { shell } => shells::completions(*shell, &mut out),
        _ => shells::manual(&mut out),
    }
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
    let parse = |text: &str| window::read(text, zone, now);
    match verb {
        Verb::Who { schedule, at, known_at } => {
            let schedules = read_schedules(&loaded, schedule.as_deref(), known_at.as_deref(), &face)?;
            let blocked = blocked(&loaded);
            let exit = match at.as_deref() {
                Some("-") => who::stream(&schedules, &face, &blocked, std::io::stdin().lock(), out)?,
                at => who::run(&schedules, &face, &blocked, parse(at.unwrap_or("now"))?, out)?,
            };
            // The process ends here; giving back a long schedule row by row would take longer than the answer did.
            std::mem::forget(schedules);
            Ok(exit)
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
            let asked = window::Asked { from: from.as_deref(), to: to.as_deref(), days: *days };
            let window = asked.from_now(zone, now)?;
            let desks = Desks::of(&loaded.site);
            let judged = judge(&schedules, zone, window, desks, *all_hours);
            gaps::write(&judged, &face, window, &blocked(&loaded), out)?;
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
            let asked = window::Asked { from: words.from.as_deref(), to: words.to.as_deref(), days: words.days };
            let window = asked.from_today(zone, now)?;
            let at = parse(words.at.as_deref().unwrap_or("now"))?.at;
            shifts::run(&schedules, &face, window, at, Desks::of(&loaded.site), words, out)
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
        Verb::Ack(report) => reported(Kind::Ack, report, environment, loaded, format, out),
        Verb::Decline(report) => reported(Kind::Decline, report, environment, loaded, format, out),
        Verb::CalledBack(report) => reported(Kind::CalledBack, report, environment, loaded, format, out),
        Verb::Cancel(report) => reported(Kind::Cancel, report, environment, loaded, format, out),
        Verb::Doctor { ping_heartbeat } => doctor::run(&loaded, environment, &face, *ping_heartbeat, out),
        Verb::Drill(words) => drill::run(words, environment, loaded, &face, out),
        Verb::Handoff { dry_run } => {
            let schedules = loaded.schedules(None, now, Hurry::No)?;
            block_on(handoff::run(&schedules, *dry_run, environment, &loaded, face, out))
        }
        Verb::Outage { tell: true, case, text, yes, .. } => {
            let asked = outage_tell::Asked { case: case.as_deref(), text: text.as_deref(), yes: *yes };
            let key = format!("outage.{}", uuid::Uuid::now_v7());
            let providers = if loaded.site.is_training() { Vec::new() } else { push::providers(&loaded, environment)? };
            block_on(outage_tell::run(&loaded.site, &asked, &providers, &key, format, out))
        }
        Verb::Outage { problem, .. } => outage::run(&loaded.site, problem.as_deref(), format, out),
        Verb::Vcard { out: file } => vcard::run(&loaded.site, file.as_deref(), out),
        Verb::Completions { .. } | Verb::Man => without_site(verb),
        Verb::Simulate { case_file, nobody_answers, at } => {
            simulate::run(case_file, *nobody_answers, at.as_deref(), loaded, environment, &face, out)
        }
        Verb::Run { once } => engine_alone(*once, environment, loaded),
        Verb::Token(verb) => access::token(verb, environment, &loaded, &face, out),
        Verb::Account(verb) => access::account(verb, environment, &loaded, &face, out),
        Verb::Audit { limit } => access::audit(*limit, &loaded, &face, out),
        Verb::Serve => serve::serve(environment, loaded, format, out),
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
    loaded.schedules_known_at(wanted, window::known_at(text, face.zone, face.now)?)
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

/// Whose texts are blocked, as far as the page log tells: a log that cannot be read hides nobody who is on call.
pub(super) fn blocked(loaded: &Loaded) -> Blocked {
    if Database::of(loaded).is_ok_and(|database| database.is_plainly_absent()) {
        return Blocked::default();
    }
    let known = block_on(async {
        let Some(store) = adapters::store_to_read(loaded).await? else { return Ok(Vec::new()) };
        Ok(store.all_opted_out().await?)
    });
    known.map_or_else(
        |error| {
            tracing::warn!("whether anybody blocked texts cannot be told: {}", error.message);
            Blocked::default()
        },
        |opt_outs| Blocked::of(opt_outs, &loaded.site),
    )
}

fn reading(loaded: &Loaded, look: impl AsyncFnOnce(&Reader<'_>) -> CommandResult) -> CommandResult {
    block_on(async {
        let store = adapters::store_to_read(loaded).await?;
        look(&Reader { site: &loaded.site, store: store.as_deref(), technician: None }).await
    })
}

fn reported(
    kind: Kind,
    report: &crate::cli::arguments::Report,
    environment: &Environment,
    loaded: Loaded,
    format: Format,
    out: &mut dyn Write,
) -> CommandResult {
    block_on(async {
        let loaded = Arc::new(loaded);
        let stores = adapters::stores(&loaded).await?;
        let reader = Reader { site: &loaded.site, store: Some(stores.pages.as_ref()), technician: None };
        let page = reader.find(&report.case).await?;
        let state = reader.state(&page.episode).await?;
        let clock: Arc<dyn Clock> = Arc::new(MachineClock::ahead_by(state.pretended_s));
        // A report is recorded even where no message can leave, for want of a secret perhaps: it stops the others.
        let (engine, sends) = match adapters::engine(&loaded, environment, &stores, Arc::clone(&clock)) {
            Ok(engine) => (engine, true),
            Err(error) => {
                tracing::warn!("nothing can be sent from here, `page-oncall run` must do it: {}", error.message);
                (adapters::engine_that_records(&loaded, &stores, clock)?, false)
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
        let stores = adapters::stores(&loaded).await?;
        let store = Arc::clone(&stores.pages);
        let clock: Arc<dyn Clock> = Arc::new(MachineClock::real());
        let engine = adapters::engine(&loaded, environment, &stores, Arc::clone(&clock))?;
        if once {
            engine.turn().await?;
            upkeep::purge(store.as_ref(), &loaded.site, clock.now()).await;
        } else {
            tracing::info!("the engine runs; Ctrl-C or SIGTERM stops it");
            let heartbeat = loaded.site.settings.heartbeat.as_ref();
            tokio::select! {
                () = engine.run_until(stop_asked()) => {}
                () = heartbeat::while_clean(&engine, heartbeat, clock.as_ref()) => {}
                () = upkeep::purge_hourly(store.as_ref(), &loaded.site, clock.as_ref()) => {}
            }
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

//! What does the service need? One process: the engine, the house over HTTP, and what runs by the clock.
//!
//! `jobs` runs by the clock, `kept_sheets` keeps the schedules fresh, `manager` talks to the service manager, `certificate`
//! is what it speaks TLS with, `standing` is what the settings make of it all, and how a reload changes that.

mod certificate;
mod jobs;
mod kept_sheets;
mod manager;
mod standing;

use std::io::Write;
use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use rustls::ServerConfig;
use tokio::net::TcpListener;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::watch;
use tokio::task::{JoinHandle, JoinSet};

use super::adapters;
use super::clock::MachineClock;
use super::environment::Environment;
use super::heartbeat;
use super::load::Loaded;
use super::passwords::Argon2Passwords;
use super::random;
use super::verbs::block_on;
use crate::cli::face::{Format, write_line};
use crate::desk::error::{CommandError, CommandResult, Exit};
use crate::engine::Engine;
use crate::ports::Clock;
use crate::ports::sheets::Sheets;
use crate::views::serve::Listening;
use crate::web::{self, House, TlsListener, Vitals};
use jobs::{Jobs, Running};
use kept_sheets::KeptSheets;
use manager::Manager;
use standing::Standing;

/// How long recording what was in flight may take at the end.
const LAST_WORDS: Duration = Duration::from_secs(5);

/// The service, until it is asked to stop.
pub(super) fn serve(environment: &Environment, loaded: Loaded, format: Format, out: &mut dyn Write) -> CommandResult {
    block_on(async {
        // Before anything is heard of the service, so that no signal ends it by default.
        let mut signals = Signals::new()?;
        let settings = loaded.site.settings.serve.clone();
        let listener = TcpListener::bind(&settings.listen).await.map_err(|error| {
            CommandError::could_not_tell(format!("the service cannot listen at {}: {error}", settings.listen))
                .hint("is it running already? [serve] listen says where it listens")
        })?;
        let mut service = Service::start(environment, loaded, listener).await?;
        if format == Format::Json {
            write_line(&Listening::at(&service.address), out)?;
            out.flush()?;
        }
        service.run(&mut signals).await?;
        service.stop(&mut signals).await
    })
}

/// What other processes ask by a signal.
struct Signals {
    terminate: Signal,
    interrupt: Signal,
    hang_up: Signal,
}

impl Signals {
    fn new() -> Result<Self, CommandError> {
        let listen = |kind| {
            signal(kind).map_err(|error| CommandError::could_not_tell(format!("signals cannot be heard: {error}")))
        };
        Ok(Self {
            terminate: listen(SignalKind::terminate())?,
            interrupt: listen(SignalKind::interrupt())?,
            hang_up: listen(SignalKind::hangup())?,
        })
    }

    /// What is asked next.
    async fn next(&mut self) -> Asked {
        tokio::select! {
            _ = self.terminate.recv() => Asked::Stop,
            _ = self.interrupt.recv() => Asked::Stop,
            _ = self.hang_up.recv() => Asked::Reload,
        }
    }

    /// Ready when the service is asked to stop; nothing else is heard any more.
    async fn stop(&mut self) {
        while self.next().await != Asked::Stop {}
    }
}

/// What a signal asks of the service.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Asked {
    /// To stop: SIGTERM, Ctrl-C.
    Stop,
    /// To read the settings again: SIGHUP.
    Reload,
}

/// The running service.
struct Service {
    environment: Arc<Environment>,
    clock: Arc<dyn Clock>,
    vitals: Arc<Vitals>,
    manager: Manager,
    address: String,
    standing: Standing,
    engine: Loop,
    /// Loops of engines with older settings, which end by themselves.
    ending: JoinSet<()>,
    answering: JoinHandle<std::io::Result<()>>,
    /// The certificate of new connections; `None` where they are plain.
    certificate: Option<watch::Sender<Arc<ServerConfig>>>,
    stop_answering: watch::Sender<bool>,
    /// Tells the heartbeat of clean turns.
    heart: JoinHandle<()>,
    is_ready: bool,
    /// What runs by the clock just now.
    running: Arc<Running>,
}

/// An engine's loop as a task.
struct Loop {
    task: JoinHandle<()>,
    stop: watch::Sender<bool>,
}

impl Loop {
    fn start(engine: &Engine) -> Self {
        let (stop, stopped) = watch::channel(false);
        let engine = engine.clone();
        Self { task: tokio::spawn(async move { engine.run_until(stopping(stopped)).await }), stop }
    }
}

/// Tells the heartbeat as long as turns are clean, by the settings in force.
fn heart(standing: &Standing, clock: &Arc<dyn Clock>) -> JoinHandle<()> {
    let (engine, clock, loaded) = (standing.engine(), Arc::clone(clock), standing.loaded());
    let loaded = Arc::clone(&loaded.borrow());
    tokio::spawn(async move {
        heartbeat::while_clean(&engine, loaded.site.settings.heartbeat.as_ref(), clock.as_ref()).await;
    })
}

/// Ready when the sender says so, or is gone.
async fn stopping(mut stopped: watch::Receiver<bool>) {
    drop(stopped.wait_for(|stopped| *stopped).await);
}

impl Service {
    async fn start(environment: &Environment, loaded: Loaded, listener: TcpListener) -> Result<Self, CommandError> {
        let environment = Arc::new(environment.clone());
        let clock: Arc<dyn Clock> = Arc::new(MachineClock::real());
        let certificate = certificate::of(&loaded)?;
        let stores = adapters::stores(&loaded).await?;
        let standing = Standing::new(&environment, Arc::clone(&clock), stores, loaded)?;
        let vitals = Arc::new(Vitals::default());
        let address = listener.local_addr()?.to_string();
        let (stop_answering, stopped) = watch::channel(false);
        let sheets = Arc::new(KeptSheets::new(standing.loaded(), standing.stores(), Arc::clone(&clock)));
        tokio::spawn(Arc::clone(&sheets).keep_fresh());
        let house = House {
            current: standing.current(),
            sheets: Arc::clone(&sheets) as Arc<dyn Sheets>,
            access: Arc::clone(&standing.stores().access),
            drafts: Arc::clone(&standing.stores().drafts),
            vitals: Arc::clone(&vitals),
            clock: Arc::clone(&clock),
            askers: Arc::default(),
            passwords: Arc::new(Argon2Passwords::new()),
            guesses: Arc::default(),
            random: Arc::new(|| random::bytes().ok()),
            board: Arc::default(),
            pages: Arc::default(),
            api: Arc::default(),
        };
        tokio::spawn(web::keep_boards(house.clone(), stopping(stopped.clone())));
        tokio::spawn(web::keep_pages(house.clone(), stopping(stopped.clone())));
        let router = web::router(house);
        let (answering, certificate) = match certificate {
            Some(certificate) => {
                let certificate = watch::Sender::new(certificate);
                let listener = TlsListener::new(listener, certificate.subscribe())?;
                (tokio::spawn(web::serve(listener, router, stopping(stopped))), Some(certificate))
            }
            None => (tokio::spawn(web::serve(listener, router, stopping(stopped))), None),
        };
        let engine = Loop::start(&standing.engine());
        let heart = heart(&standing, &clock);
        let running: Arc<Running> = Arc::default();
        let jobs = Jobs {
            loaded: standing.loaded(),
            current: standing.current(),
            stores: standing.stores(),
            sheets,
            environment: Arc::clone(&environment),
            clock: Arc::clone(&clock),
            vitals: Arc::clone(&vitals),
            running: Arc::clone(&running),
        };
        jobs.start();
        tracing::info!(%address, "the service listens; Ctrl-C or SIGTERM stops it, SIGHUP reads the settings again");
        Ok(Self {
            manager: Manager::of(&environment),
            environment,
            clock,
            vitals,
            address,
            standing,
            engine,
            ending: JoinSet::new(),
            answering,
            certificate,
            stop_answering,
            heart,
            is_ready: false,
            running,
        })
    }

    /// Goes on until it is asked to stop.
    async fn run(&mut self, signals: &mut Signals) -> Result<(), CommandError> {
        let mut turns = self.standing.engine().turns();
        loop {
            tokio::select! {
                biased;
                asked = signals.next() => match asked {
                    Asked::Stop => return Ok(()),
                    Asked::Reload => self.reload(),
                },
                ended = &mut self.answering => {
                    let why = match ended {
                        Ok(Ok(())) => "it ended".to_owned(),
                        Ok(Err(error)) => error.to_string(),
                        Err(_) => "it broke off".to_owned(),
                    };
                    return Err(CommandError::could_not_tell(format!("the service cannot answer requests: {why}")));
                }
                _ = &mut self.engine.task => {
                    tracing::error!("the engine's loop broke off, which is a defect; it starts again");
                    self.clock.sleep_until(self.clock.now() + TimeDelta::seconds(1)).await;
                    self.engine = Loop::start(&self.standing.engine());
                }
                Ok(()) = turns.changed() => {
                    let finished_at = *turns.borrow_and_update();
                    if let Some(at) = finished_at {
                        self.turn_finished(at);
                    }
                }
            }
            while self.ending.try_join_next().is_some() {}
        }
    }

    /// What follows from a finished turn, and from nothing else: ready, and a sign of life.
    fn turn_finished(&mut self, at: DateTime<Utc>) {
        self.vitals.turn_finished(at);
        if !self.is_ready {
            self.is_ready = true;
            self.manager.ready();
            tracing::info!("the service is ready");
        }
        self.manager.alive();
    }

    /// Reads the settings again. What cannot be used changes nothing.
    fn reload(&mut self) {
        self.manager.reloading();
        match self.standing.reload(&self.environment) {
            Ok(engine) => {
                let old = std::mem::replace(&mut self.engine, Loop::start(&engine));
                // It finishes what it is sending; nobody waits for it.
                let _listens = old.stop.send(true);
                self.ending.spawn(async move { drop(old.task.await) });
                std::mem::replace(&mut self.heart, heart(&self.standing, &self.clock)).abort();
                self.renew_certificate();
                tracing::info!("the settings were read again and are in force");
            }
            Err(error) => {
                // One line, whatever is told in several.
                let told: Vec<String> = error.to_string().lines().map(|line| line.trim().to_owned()).collect();
                let error = told.join("; ");
                tracing::error!(error, "the settings were read again and cannot be used: the old ones stay in force");
            }
        }
        if self.is_ready {
            self.manager.ready();
        }
    }

    /// Takes the certificate that its files hold now for new connections. One that cannot be used changes nothing.
    fn renew_certificate(&self) {
        let loaded = self.standing.loaded();
        let read = certificate::of(&loaded.borrow());
        match (read, &self.certificate) {
            (Ok(Some(new)), Some(current)) => drop(current.send_replace(new)),
            (Ok(None), None) => {}
            (Ok(_), _) => {
                tracing::warn!("[serve] begins or ends to speak TLS, which needs a restart: it stays as it is");
            }
            (Err(error), _) => {
                let error = error.to_string().replace('\n', "; ");
                tracing::error!(error, "the certificate was read again and cannot be used: the old one stays in force");
            }
        }
    }

    /// Takes no more requests, lets what is being sent end, and records what does not as unknown.
    async fn stop(mut self, signals: &mut Signals) -> CommandResult {
        self.manager.stopping();
        let engine = self.standing.engine();
        let limit = Duration::from_secs(self.standing.loaded().borrow().site.settings.serve.stop_after_s.into());
        tracing::info!(within_s = limit.as_secs(), "the service stops: what is being sent may end");
        let _listens = self.stop_answering.send(true);
        let _listens = self.engine.stop.send(true);
        let ending = async {
            let _broke_off = (&mut self.engine.task).await;
            while self.ending.join_next().await.is_some() {}
            self.running.stop().await;
            let _broke_off = (&mut self.answering).await;
        };
        let in_time = tokio::select! {
            () = ending => true,
            () = tokio::time::sleep(limit) => false,
            () = signals.stop() => ended_at_once(),
        };
        let mut unknown = 0;
        if !in_time {
            self.engine.task.abort();
            self.ending.shutdown().await;
            self.answering.abort();
            tokio::select! {
                given_up = tokio::time::timeout(LAST_WORDS, engine.give_up()) => match given_up {
                    Ok(Ok(count)) => unknown = count,
                    Ok(Err(error)) => tracing::error!(%error, "what was being sent could not be recorded"),
                    Err(_) => tracing::error!("what was being sent could not be recorded in time"),
                },
                () = signals.stop() => ended_at_once(),
            }
        }
        let open =
            self.standing.stores().pages.pages(false).await.map_or(-1, |open| i64::try_from(open.len()).unwrap_or(-1));
        tracing::info!(open_pages = open, unknown_attempts = unknown, in_time, "the service has stopped");
        Ok(Exit::Done)
    }
}

/// A second signal: whoever asks twice does not want to wait.
fn ended_at_once<T>() -> T {
    tracing::warn!("asked to stop a second time: ended at once, what was being sent is in doubt");
    std::process::exit(Exit::CouldNotTell.code().into())
}

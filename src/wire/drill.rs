//! What do drills need? The page log, the engine, the schedules, and the way out for letters.
//!
//! `due` and `letters` are for timers and the service too: each is one call that does what is due and nothing twice.

use std::io::Write;
use std::sync::Arc;

use super::adapters::{self, Stores};
use super::clock::MachineClock;
use super::environment::Environment;
use super::load::Loaded;
use super::sheets::Hurry;
use super::verbs::block_on;
use crate::cli::arguments::Format;
use crate::cli::drill::{self, Question};
use crate::cli::face::{Face, write_line};
use crate::cli::follow::{self, Show};
use crate::cli::letters::Mailer;
use crate::cli::proof_arguments::DrillArguments;
use crate::cli::readiness::Surroundings;
use crate::desk::error::{CommandError, CommandResult};
use crate::desk::reader::Reader;
use crate::engine::Engine;
use crate::ports::Clock;
use crate::schedule::loaded::LoadedSchedule;
use crate::wording::drill as words;

/// The verb.
pub(super) fn run(
    words: &DrillArguments,
    environment: &Environment,
    loaded: Loaded,
    face: &Face,
    out: &mut (dyn Write + Send),
) -> CommandResult {
    let loaded = Arc::new(loaded);
    let Some(name) = &words.name else {
        if !words.report && !loaded.site.settings.proof.readiness {
            return Err(CommandError::usage("nobody is asked beforehand, because readiness is off")
                .hint("set readiness = true under [proof]"));
        }
        let schedules = loaded.schedules(None, face.now, Hurry::No)?;
        return block_on(async {
            let stores = adapters::stores(&loaded).await?;
            if words.report {
                let around = Surroundings { site: &loaded.site, face: *face, store: Arc::clone(&stores.pages) };
                let exit = around.report(&schedules, out).await?;
                if !words.mail {
                    return Ok(exit);
                }
                Ok(exit.max(letters(&schedules, stores, environment, &loaded, *face, out).await?))
            } else {
                let clock: Arc<dyn Clock> = Arc::new(MachineClock::real());
                let engine = adapters::engine(&loaded, environment, &stores, clock)?;
                due(&schedules, stores, &engine, &loaded, *face, out).await
            }
        });
    };
    block_on(test(name, words, environment, &loaded, face, out))
}

/// Tests the way to one person.
async fn test(
    name: &str,
    words_typed: &DrillArguments,
    environment: &Environment,
    loaded: &Arc<Loaded>,
    face: &Face,
    out: &mut (dyn Write + Send),
) -> CommandResult {
    let site = &loaded.site;
    let (contact, allowed) = drill::person(site, name)?;
    let channels = drill::channels(site, &contact, &allowed, &words_typed.channels)?;
    let clock: Arc<dyn Clock> = Arc::new(MachineClock::real());
    let stores = adapters::stores(loaded).await?;
    let engine = adapters::engine(loaded, environment, &stores, Arc::clone(&clock))?;
    drill::refuse_disturbing(site, stores.pages.as_ref(), &contact, face.now, words_typed.now).await?;
    let name = contact.name.clone();
    let json = face.format == Format::Json;
    if !json {
        writeln!(out, "{}", words::begins(&name, &channels, site.is_training()))?;
    }
    let by = words_typed.by.clone().or_else(|| environment.user.clone()).unwrap_or_else(|| "agent".to_owned());
    let question = Question::test(contact, channels, by);
    let episode = drill::begin(&engine, question, uuid::Uuid::now_v7().to_string()).await?;
    let reader = Reader { site, store: Some(stores.pages.as_ref()), technician: None };
    let stop = async {
        if !words_typed.no_wait {
            drop(tokio::signal::ctrl_c().await);
        }
    };
    if words_typed.no_wait {
        engine.turn().await?;
    }
    let show = if json { Show::Nothing } else { Show::Lines };
    let state = follow::follow(&engine, &reader, clock.as_ref(), &episode, show, stop, out).await?;
    if json {
        write_line(&drill::view(&name, &episode, &state, site), out)?;
    } else {
        drill::ended(&name, &state, site, out)?;
    }
    Ok(drill::exit(&state, !words_typed.no_wait))
}

/// Asks everybody who is to be asked now whether they are ready for tomorrow; the settings say whether anybody is.
pub(super) async fn due(
    schedules: &[LoadedSchedule],
    stores: Stores,
    engine: &Engine,
    loaded: &Loaded,
    face: Face,
    out: &mut (dyn Write + Send),
) -> CommandResult {
    let around = Surroundings { site: &loaded.site, face, store: stores.pages };
    around.ask(schedules, engine, &|| uuid::Uuid::now_v7().to_string(), out).await
}

/// Writes the letters that are due about those who did not confirm, each once.
pub(super) async fn letters(
    schedules: &[LoadedSchedule],
    stores: Stores,
    environment: &Environment,
    loaded: &Loaded,
    face: Face,
    out: &mut (dyn Write + Send),
) -> CommandResult {
    let post = adapters::post(loaded, environment, Arc::new(MachineClock::real()))?;
    let mailer = Mailer { post: post.as_ref(), training: loaded.site.is_training() };
    let around = Surroundings { site: &loaded.site, face, store: stores.pages };
    around.mail(schedules, stores.notices.as_ref(), &mailer, out).await
}

//! `outage --tell`: puts the question of step 2 into the chat rooms and to the push addresses of leadership (domain 1.5).
//!
//! It is no page: nothing is stored, nobody takes it by a button, and the answer comes by telephone or in the room.
//! Exit codes: 0 at least one took it, or training; 1 none did, or it was not confirmed; 2 there is nowhere to send it.

use std::io::Write;
use std::sync::Arc;

use serde::Serialize;

use super::ask;
use super::case::confirmed;
use super::face::{Format, write_line};
use crate::decision::ladder::{Channel, Contact};
use crate::desk::briefing::case_number;
use crate::desk::error::{CommandError, CommandResult, Exit};
use crate::episode::outcome::Outcome;
use crate::ports::{Message, Provider};
use crate::site::Site;
use crate::wording::columns::paragraph;
use crate::wording::messages::held_back;
use crate::wording::outage as words;

/// What was typed.
pub struct Asked<'a> {
    /// The first case.
    pub case: Option<&'a str>,
    /// What may be down.
    pub text: Option<&'a str>,
    /// Whether nobody is asked to confirm.
    pub yes: bool,
}

#[derive(Serialize)]
struct Question<'a> {
    training: bool,
    text: &'a str,
    told: Vec<Sent>,
}

#[derive(Serialize)]
struct Sent {
    name: String,
    channel: &'static str,
    outcome: &'static str,
    detail: String,
}

/// Sends the question; `providers` are the site's rooms and push services, and `key` is this question's alone.
pub async fn run(
    site: &Site,
    asked: &Asked<'_>,
    providers: &[Arc<dyn Provider>],
    key: &str,
    format: Format,
    out: &mut dyn Write,
) -> CommandResult {
    let case = asked.case.map(|case| case_number(case, site)).transpose()?;
    if let Some(reason) = asked.text.and_then(held_back) {
        let message = format!("this text is not sent: it holds {}", reason.words());
        return Err(CommandError::usage(message).hint("say in other words what may be down; name nobody"));
    }
    let to = recipients(site);
    if to.is_empty() {
        return Err(CommandError::usage("nobody of leadership has a chat room or a push address")
            .hint("set chat, ntfy or pushover under [[leadership]], or ask by telephone"));
    }
    let desk = &site.settings.desk;
    let (subject, text) = words::question(&desk.name, &desk.help_desk_phone, case.as_deref(), asked.text);
    let shown: Vec<String> = to.iter().map(|(who, channel, _)| format!("{} ({})", who.name, channel.word())).collect();
    if !asked.yes && !site.is_training() && ask::can_ask() {
        let question = words::confirmation(&text, &shown);
        if !confirmed(ask::terminal().as_mut(), &question)? {
            return Ok(Exit::Finding);
        }
    }
    let mut told = Vec::new();
    for (place, (who, channel, address)) in to.iter().enumerate() {
        let message = Message {
            message_key: format!("{key}.{place}"),
            attempt: format!("{key}.{place}"),
            to: (*address).to_owned(),
            name: who.name.clone(),
            subject: subject.clone(),
            body: text.clone(),
            episode: String::new(),
            call: None,
            asks_to_act: false,
            link: None,
        };
        told.push(sent(site, who, *channel, &message, providers).await);
    }
    let took = told.iter().any(|sent| matches!(sent.outcome, "accepted" | "training"));
    if format == Format::Json {
        write_line(&Question { training: site.is_training(), text: &text, told }, out)?;
    } else {
        for line in text.lines() {
            writeln!(out, "{}", paragraph("    | ", 6, line))?;
        }
        for Sent { name, channel, outcome, detail } in &told {
            let line = match *outcome {
                "training" => format!("TRAINING: nothing was sent. It would go to {name} ({channel})."),
                "accepted" => format!("told {name} ({channel})"),
                _ => format!("NOT TOLD: {name} ({channel}): {detail}"),
            };
            writeln!(out, "{}", paragraph("", 2, &line))?;
        }
    }
    Ok(if took { Exit::Done } else { Exit::Finding })
}

/// The rooms and push addresses of leadership, each once.
fn recipients(site: &Site) -> Vec<(&Contact, Channel, &str)> {
    let mut to: Vec<(&Contact, Channel, &str)> = Vec::new();
    for who in &site.leadership {
        for address in &who.also {
            if !to.iter().any(|(_, channel, known)| (*channel, *known) == (address.channel, address.to.as_str())) {
                to.push((who, address.channel, &address.to));
            }
        }
    }
    to
}

async fn sent(
    site: &Site,
    who: &Contact,
    channel: Channel,
    message: &Message,
    providers: &[Arc<dyn Provider>],
) -> Sent {
    let told = |outcome, detail| Sent { name: who.name.clone(), channel: channel.word(), outcome, detail };
    if site.is_training() {
        return told("training", String::new());
    }
    // A room is a provider of its own; a push service carries every address.
    let carries = |it: &&Arc<dyn Provider>| {
        it.channel() == channel && (channel != Channel::Chat || it.name() == message.to.as_str())
    };
    let Some(provider) = providers.iter().find(carries) else {
        return told(Outcome::Unavailable.word(), "the settings have no such room or service".to_owned());
    };
    let report = provider.send(message).await;
    match report.outcome {
        Outcome::Accepted | Outcome::Delivered => told(Outcome::Accepted.word(), report.detail),
        other => told(other.word(), report.detail),
    }
}

//! How would this case go, minute by minute, if nobody answered, or somebody did? The verb `simulate`.
//!
//! The case is prepared exactly as the agent's call prepares it, then rehearsed on paper: the same decision, ladder,
//! plan and words. Nothing is stored and nothing leaves.

use std::io::Write;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::arguments::CaseArguments;
use super::case::{self, Next, Surroundings};
use super::decide::AnswerFlags;
use super::face::{Format, write_line};
use crate::decision::ladder::Channel;
use crate::decision::ladder_lint::{self, DeadStep};
use crate::desk::briefing::case_number;
use crate::desk::error::{CommandError, CommandResult, Exit};
use crate::desk::page_plan::Prepared;
use crate::episode::event::{Attempt, Event, Via};
use crate::episode::outcome::Outcome;
use crate::episode::rehearsal::{Fate, Saying, Spoken, Step, World, rehearse};
use crate::episode::state::{Phase, State};
use crate::ports::{Message, Render, Rendering};
use crate::site::SettingsError;
use crate::wording::time::{rfc3339, stamp};
use crate::wording::{gsm, page, refusals, simulation};

/// A case to be rehearsed, as its file says it. The keys are the options of the agent's call.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CaseFile {
    /// The case number.
    pub case: String,
    /// The customer's name.
    pub customer: Option<String>,
    /// The customer's phone number.
    pub phone: Option<String>,
    /// The problem in a few words.
    pub summary: Option<String>,
    /// Does it look like an outage?
    pub outage: Option<String>,
    /// aims, gds, none, or a department.
    pub partner: Option<String>,
    /// Can the Help Desk fix it itself?
    pub hd_can_help: Option<String>,
    /// departmental or personal.
    pub device: Option<String>,
    /// A work stoppage that cannot wait?
    pub critical: Option<String>,
    /// Does the agent judge it an emergency?
    pub judgement: Option<String>,
    /// How the channels behave.
    #[serde(default)]
    pub channels: ChannelFates,
    /// What people say.
    #[serde(default)]
    pub says: Vec<SayingLine>,
}

/// How the channels behave while a case is rehearsed.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ChannelFates {
    /// What becomes of text messages.
    pub sms: FateWord,
    /// What becomes of calls.
    pub voice: FateWord,
    /// What becomes of e-mail.
    pub email: FateWord,
}

impl Default for ChannelFates {
    fn default() -> Self {
        Self { sms: FateWord::Delivered, voice: FateWord::Voicemail, email: FateWord::Accepted }
    }
}

/// What becomes of the messages of a channel, in a word.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum FateWord {
    /// The provider takes them, and nothing more is heard.
    Accepted,
    /// They reach the device.
    Delivered,
    /// The provider or the number refuses them.
    Refused,
    /// The provider cannot be used.
    Unavailable,
    /// The provider asks to try again later.
    Retryable,
    /// The provider does not answer.
    Unknown,
    /// A machine answers.
    Voicemail,
    /// The telephone rings and nobody answers.
    NoAnswer,
    /// Somebody answers and presses no key.
    Answered,
}

/// Something that a person says.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SayingLine {
    /// How many minutes after the page began.
    pub after_minutes: u32,
    /// Who says it.
    pub by: String,
    /// `1` has it, `2` cannot, `9` called the customer back.
    pub word: String,
}

impl FateWord {
    fn fate(self) -> Fate {
        let taken = |after_s, outcome| Fate { answer: Outcome::Accepted, receipt: Some((after_s, outcome)) };
        let answered = |answer| Fate { answer, receipt: None };
        match self {
            Self::Accepted => answered(Outcome::Accepted),
            Self::Delivered => taken(5, Outcome::Delivered),
            Self::Refused => answered(Outcome::Refused),
            Self::Unavailable => answered(Outcome::Unavailable),
            Self::Retryable => answered(Outcome::Retryable),
            Self::Unknown => answered(Outcome::Unknown),
            Self::Voicemail => taken(40, Outcome::Voicemail),
            Self::NoAnswer => taken(30, Outcome::Retryable),
            Self::Answered => taken(40, Outcome::Delivered),
        }
    }
}

impl CaseFile {
    /// Reads the text of a case file. An error names the key, its line and the nearest known key.
    pub fn parse(text: &str) -> Result<Self, SettingsError> {
        SettingsError::reading(text)
    }

    fn arguments(&self) -> CaseArguments {
        CaseArguments {
            case: Some(self.case.clone()),
            customer: self.customer.clone(),
            phone: self.phone.clone(),
            summary: self.summary.clone(),
            answers: AnswerFlags {
                outage: self.outage.clone(),
                partner: self.partner.clone(),
                hd_can_help: self.hd_can_help.clone(),
                device: self.device.clone(),
                critical: self.critical.clone(),
                judgement: self.judgement.clone(),
                ..AnswerFlags::default()
            },
            yes: true,
            no_input: true,
            ..CaseArguments::default()
        }
    }

    /// What the world does; with `nobody_answers` people say nothing.
    fn world(&self, nobody_answers: bool) -> Result<World, CommandError> {
        let ChannelFates { sms, voice, email } = self.channels;
        let fates = [(Channel::Sms, sms), (Channel::Voice, voice), (Channel::Email, email)];
        let said = if nobody_answers { &[] } else { self.says.as_slice() };
        let saying = |line: &SayingLine| {
            let word = match line.word.trim() {
                "1" => Spoken::HaveIt,
                "2" => Spoken::Cannot,
                "9" => Spoken::CalledBack,
                other => {
                    return Err(CommandError::usage(format!("[[says]] word = {other:?} is not understood"))
                        .hint("\"1\" has it, \"2\" cannot, \"9\" called the customer back"));
                }
            };
            let after_s = line.after_minutes.saturating_mul(60);
            Ok(Saying { after_s, by: line.by.clone(), via: Via::Sms, word })
        };
        Ok(World {
            fates: fates.into_iter().map(|(channel, word)| (channel, word.fate())).collect(),
            sayings: said.iter().map(saying).collect::<Result<_, _>>()?,
        })
    }
}

/// What the verb needs besides the case.
pub struct Simulation<'a> {
    /// The site, the time and the schedules.
    pub surroundings: Surroundings<'a>,
    /// The words of messages.
    pub render: &'a dyn Render,
    /// The roles of each schedule, for the check of the ladder.
    pub roles: Vec<Vec<String>>,
    /// Whether people say nothing, whatever the file says.
    pub nobody_answers: bool,
}

/// Rehearses the case. The exit code is 1 when nobody has it at the end, or when the procedure names nobody to page.
pub fn run(file: &CaseFile, simulation: &Simulation<'_>, out: &mut dyn Write) -> CommandResult {
    if file.says.is_empty() && !simulation.nobody_answers {
        return Err(CommandError::usage("who answers? The case file has no [[says]]").hint(
            "add --nobody-answers, or for example [[says]] with after_minutes = 7, by = \"NAME\", word = \"1\"",
        ));
    }
    let world = file.world(simulation.nobody_answers)?;
    let around = &simulation.surroundings;
    if around.format == Format::Text {
        writeln!(out, "{}", simulation::SIMULATION_LINE)?;
    }
    let case = case_number(&file.case, around.site)?;
    match case::prepare(&file.arguments(), case, around, None, out)? {
        Next::Ended(exit) => Ok(exit),
        Next::Page { prepared, meanwhile: _ } => timeline(*prepared, &world, simulation, out),
    }
}

fn timeline(prepared: Prepared, world: &World, simulation: &Simulation<'_>, out: &mut dyn Write) -> CommandResult {
    let around = &simulation.surroundings;
    let (site, zone) = (around.site, around.site.zone);
    let Prepared { opened, briefing, told_at, .. } = prepared;
    let text = around.format == Format::Text;
    if text {
        writeln!(out, "\nFrom {}:", stamp(around.now, zone))?;
    }
    let mut written = Ok(());
    let mut on_step = |step: Step<'_>| {
        if written.is_err() {
            return;
        }
        written = match step {
            Step::Recorded(entry, state) => {
                let message = sent(&entry.event, entry.at, state, |asked| {
                    simulation.render.render(&Rendering { briefing: Some(&briefing), ..asked })
                });
                match (text, message) {
                    (true, Some((attempt, message))) => lines(
                        &simulation::message(attempt, &message.to, &message.subject, &message.body, entry.at, zone),
                        out,
                    ),
                    (true, None) => lines(&simulation::step(&entry.event, entry.at, state, zone), out),
                    (false, message) => {
                        write_line(&StepView::of(&entry.event, entry.at, state, message.as_ref(), zone), out)
                    }
                }
            }
            Step::Refused(at, saying, refusal) if text => {
                lines(&simulation::refused(saying, refusal, at, &briefing.case, zone), out)
            }
            Step::Refused(at, saying, refusal) => write_line(
                &StepView {
                    at: rfc3339(at, zone),
                    kind: "refused",
                    text: format!("{}: {}", saying.by, refusals::said(refusal, &briefing.case, zone)),
                    message: None,
                },
                out,
            ),
        };
    };
    let state = rehearse(opened, told_at, around.now, &site.policy(), world, &mut on_step);
    written?;
    let dead = ladder_lint::lint(
        &site.settings.ladder,
        &simulation.roles,
        &site.leadership,
        &site.channels(),
        site.settings.paging.promise_minutes,
    );
    ending(&state, &dead, text, out)?;
    Ok(if matches!(state.phase(), Phase::Acknowledged | Phase::Closed) { Exit::Done } else { Exit::Finding })
}

fn ending(state: &State, dead: &[DeadStep], text: bool, out: &mut dyn Write) -> Result<(), CommandError> {
    let dead: Vec<String> = dead.iter().map(simulation::dead_step).collect();
    if !text {
        let view = EndView { kind: "end", state: crate::views::page::phase_word(state.phase()), dead_steps: &dead };
        return Ok(write_line(&view, out)?);
    }
    writeln!(out)?;
    match (&state.acknowledged, state.phase()) {
        (Some(owner), _) => writeln!(out, "In the end {} has it.", owner.by)?,
        (None, Phase::Exhausted) => writeln!(out, "In the end NOBODY has it: the agent is told to dial by hand.")?,
        (None, phase) => writeln!(out, "In the end the page is {}.", crate::views::page::phase_word(phase))?,
    }
    for line in &dead {
        for line in crate::wording::columns::wrapped(line, "NEVER REACHED: ", "  ") {
            writeln!(out, "{line}")?;
        }
    }
    Ok(())
}

/// The message that an attempt's start would send.
fn sent<'a>(
    event: &'a Event,
    at: DateTime<Utc>,
    state: &State,
    render: impl FnOnce(Rendering<'_>) -> Message,
) -> Option<(&'a Attempt, Message)> {
    let Event::AttemptStarted(attempt) = event else { return None };
    let asked = Rendering { episode: "simulation", state, attempt, briefing: None, several_open: false, now: at };
    Some((attempt, render(asked)))
}

fn lines(lines: &[String], out: &mut dyn Write) -> std::io::Result<()> {
    lines.iter().try_for_each(|line| writeln!(out, "{line}"))
}

/// One step as JSON.
#[derive(Serialize)]
struct StepView {
    at: String,
    kind: &'static str,
    text: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    message: Option<MessageView>,
}

#[derive(Serialize)]
struct MessageView {
    attempt: String,
    purpose: String,
    channel: Channel,
    name: String,
    to: String,
    subject: String,
    body: String,
    /// Units of the message's alphabet and segments, of a text message.
    units: Option<usize>,
    segments: Option<usize>,
}

/// The last line of the stream.
#[derive(Serialize)]
struct EndView<'a> {
    kind: &'static str,
    state: &'static str,
    dead_steps: &'a [String],
}

impl StepView {
    fn of(
        event: &Event,
        at: DateTime<Utc>,
        state: &State,
        message: Option<&(&Attempt, Message)>,
        zone: chrono_tz::Tz,
    ) -> Self {
        Self {
            at: rfc3339(at, zone),
            kind: if message.is_some() { "message" } else { "event" },
            text: page::change(event, state, zone),
            message: message.map(|(attempt, message)| {
                let length = (attempt.channel == Channel::Sms).then(|| gsm::segments(&message.body));
                MessageView {
                    attempt: attempt.id.clone(),
                    purpose: page::purpose(attempt.purpose),
                    channel: attempt.channel,
                    name: attempt.contact.name.clone(),
                    to: message.to.clone(),
                    subject: message.subject.clone(),
                    body: message.body.clone(),
                    units: length.as_ref().map(|length| length.units),
                    segments: length.as_ref().map(|length| length.count),
                }
            }),
        }
    }
}

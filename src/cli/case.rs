//! The agent's call, up to the moment something is stored: collect, decide, find out who, show, confirm.
//!
//! Called by `wire`, which reads schedules and opens the page log; `follow` goes on from here.

use std::io::Write;

use chrono::{DateTime, Utc};

use super::arguments::{CaseArguments, Format};
use super::ask::{self, Asker, Key, Typed};
use super::face::write_line;
use crate::decision::ladder::Ladder;
use crate::decision::question::missing;
use crate::decision::{Answers, Circumstances, Interview, Outcome};
use crate::desk::blocked::Blocked;
use crate::desk::briefing::{self as facts, dialable};
use crate::desk::decided::DecidedCase;
use crate::desk::error::{CommandError, Exit};
use crate::desk::page_plan::{self, PagePlan, Prepared, schedule_to_ask};
use crate::desk::words as desk;
use crate::episode::briefing::Briefing;
use crate::episode::event::Basis;
use crate::episode::state::State;
use crate::schedule::loaded::LoadedSchedule;
use crate::site::Site;
use crate::wording::columns::wrapped;
use crate::wording::decision::Desk;
use crate::wording::record::Facts;
use crate::wording::{self, decision_sheet, gsm, questions};

/// What the call works with.
pub struct Surroundings<'a> {
    /// The site.
    pub site: &'a Site,
    /// The moment of the call, pretended or not: the procedure is decided at it.
    pub now: DateTime<Utc>,
    /// The present moment: a promise runs from when the customer is told, which is after the questions.
    pub clock: &'a dyn Fn() -> DateTime<Utc>,
    /// How far `now` runs ahead of the true time, in seconds.
    pub pretended_s: i64,
    /// The person at the keyboard.
    pub by: String,
    /// How results are printed.
    pub format: Format,
    /// Reads a schedule now.
    pub schedule: &'a dyn Fn(&str) -> Result<LoadedSchedule, CommandError>,
    /// Whose texts are blocked.
    pub blocked: &'a dyn Fn() -> Blocked,
}

/// How the call goes on.
pub enum Next {
    /// It has ended; nothing was stored.
    Ended(Exit),
    /// The page is to be opened.
    Page {
        /// The page, shown and confirmed.
        prepared: Box<Prepared>,
        /// What the agent reads once the page is on disk: whom to dial, what to do, what to paste; empty for programs.
        meanwhile: String,
    },
}

/// Collects, decides, shows and confirms. Nothing is stored or sent.
pub fn prepare(
    arguments: &CaseArguments,
    case: String,
    surroundings: &Surroundings,
    mut asker: Option<&mut dyn Asker>,
    out: &mut dyn Write,
) -> Result<Next, CommandError> {
    let site = surroundings.site;
    let circumstances = site.circumstances(surroundings.now);
    let words = desk::desk(site);
    let Some((answers, department)) = answers(arguments, site, &circumstances, &words, &mut asker)? else {
        return Ok(Next::Ended(Exit::Finding));
    };
    let decided = DecidedCase::new(answers, circumstances);
    if !decided.pages() {
        let facts = Facts {
            summary: arguments.summary.as_deref(),
            customer: arguments.customer.as_deref(),
            phone: arguments.phone.as_deref(),
            department: department.as_deref(),
            ..Facts::default()
        };
        let asker = asker.filter(|_| !arguments.yes);
        show_ended(&decided, &case, &facts, &words, surroundings, asker, out)?;
        return Ok(Next::Ended(Exit::Done));
    }
    let Some(briefing) = briefing(arguments, case, department, site, &mut asker)? else {
        return Ok(Next::Ended(Exit::Finding));
    };
    let loaded = (surroundings.schedule)(decided.schedule()?)?;
    let plan = PagePlan::new(decided, briefing, &loaded, (surroundings.clock)(), site)?;
    if surroundings.format == Format::Text {
        write!(out, "{}", shown(&plan, &words, surroundings))?;
    }
    if arguments.dry_run {
        show_dry_run(&plan, &words, surroundings, out)?;
        return Ok(Next::Ended(if plan.has_technician { Exit::Done } else { Exit::Finding }));
    }
    out.flush()?;
    if let Some(asker) = asker.filter(|_| !arguments.yes)
        && !confirmed(asker, &wording::page::confirmation(&plan.ladder, plan.due(site), site.zone))?
    {
        return Ok(Next::Ended(Exit::Finding));
    }
    let meanwhile = match surroundings.format {
        Format::Json => String::new(),
        // The forms of findings are refused before it comes here.
        Format::Text | Format::Junit | Format::Github => meanwhile(&plan, &words, surroundings),
    };
    let prepared = plan.prepared(&surroundings.by, surroundings.pretended_s, site);
    Ok(Next::Page { prepared: Box::new(prepared), meanwhile })
}

/// Collects a ladder and its basis afresh at `at`, for another round of an open page.
pub fn another_ladder(
    state: &State,
    at: DateTime<Utc>,
    surroundings: &Surroundings,
) -> Result<(Ladder, Basis), CommandError> {
    let loaded = (surroundings.schedule)(schedule_to_ask(state)?)?;
    Ok(page_plan::another_ladder(&loaded, at, surroundings.site))
}

/// What is shown to an agent who leaves before the page.
const LEFT: &str = "Left; nothing was stored, nobody was paged.";

type Collected = Option<(Answers, Option<String>)>;

/// The answers by flag and by asking; nothing when the agent left.
fn answers(
    arguments: &CaseArguments,
    site: &Site,
    circumstances: &Circumstances,
    words: &Desk,
    asker: &mut Option<&mut dyn Asker>,
) -> Result<Collected, CommandError> {
    let flagged = arguments.answers.read(&site.partners).map_err(|error| CommandError::usage(error.to_string()))?;
    let Some(asker) = asker else {
        let missing = missing(&flagged.answers, flagged.asked, circumstances);
        if missing.is_empty() {
            return Ok(Some((flagged.answers, flagged.department)));
        }
        return Err(still_missing(&missing));
    };
    let mut interview = Interview::new(flagged.answers, flagged.asked);
    match ask::ask(*asker, &mut interview, circumstances, words, &site.partners)? {
        ask::Ended::Left => {
            asker.write_line(LEFT)?;
            Ok(None)
        }
        ask::Ended::Answered { department } => Ok(Some((*interview.answers(), department.or(flagged.department)))),
    }
}

fn still_missing(flags: &[&str]) -> CommandError {
    CommandError::usage(format!("still needed: {}", flags.join(", ")))
        .hint("give them as arguments (yes, no or unknown), or call from a terminal to be asked")
}

/// The four facts by flag and by asking; nothing when the agent left.
fn briefing(
    arguments: &CaseArguments,
    case: String,
    department: Option<String>,
    site: &Site,
    asker: &mut Option<&mut dyn Asker>,
) -> Result<Option<Briefing>, CommandError> {
    let given =
        |text: &Option<String>| text.as_deref().map(str::trim).filter(|text| !text.is_empty()).map(str::to_owned);
    let (mut customer, mut phone, mut summary) =
        (given(&arguments.customer), given(&arguments.phone), given(&arguments.summary));
    let check = |text: &str| dialable(text, site);
    if let Some(text) = &phone {
        phone = Some(check(text)?);
    }
    if let Some(asker) = asker
        && [&customer, &phone, &summary].iter().any(|slot| slot.is_none())
    {
        asker.write_line("\nFor the technician (Enter accepts, Ctrl-C leaves):")?;
        for (slot, prompt, is_phone) in [
            (&mut customer, "Customer's name: ", false),
            (&mut phone, "Customer's phone number: ", true),
            (&mut summary, "The problem in a few words: ", false),
        ] {
            while slot.is_none() {
                match asker.read_line(prompt)? {
                    Typed::Leave => {
                        asker.write_line(LEFT)?;
                        return Ok(None);
                    }
                    Typed::Nothing => asker.write_line(questions::NEEDED)?,
                    Typed::Line(text) if is_phone => match check(&text) {
                        Ok(number) => *slot = Some(number),
                        Err(error) => asker.write_line(&error.to_string())?,
                    },
                    Typed::Line(text) => *slot = Some(text),
                }
            }
        }
    }
    let missing: Vec<&str> = [(&customer, "--customer"), (&phone, "--phone"), (&summary, "--summary")]
        .iter()
        .filter(|(value, _)| value.is_none())
        .map(|(_, flag)| *flag)
        .collect();
    let (Some(customer), Some(phone), Some(summary)) = (customer, phone, summary) else {
        return Err(CommandError::usage(format!("a page needs {}", missing.join(", ")))
            .hint("the technician must be told who to call, at which number, and what is wrong (A38)"));
    };
    Ok(Some(facts::briefing(case, customer, phone, summary, department, site)))
}

pub(super) fn confirmed(asker: &mut dyn Asker, question: &[String]) -> Result<bool, CommandError> {
    asker.write_line("")?;
    for line in question {
        asker.write_line(line)?;
    }
    loop {
        match asker.read_key()? {
            Key::Char('y' | 'Y') => return Ok(true),
            Key::Char('q' | 'Q' | 'n' | 'N') | Key::Leave | Key::Escape => {
                asker.write_line(LEFT)?;
                return Ok(false);
            }
            Key::Char(key) => asker.write_line(&questions::strange_key(key))?,
            Key::Enter | Key::Backspace => {}
        }
    }
}

/// What is to be pasted comes after a key where it would push the rest off the agent's screen.
fn paste_wanted(asker: Option<&mut dyn Asker>, above: usize, below: usize) -> Result<bool, CommandError> {
    let Some(asker) = asker else { return Ok(true) };
    if above + below < asker.rows() {
        return Ok(true);
    }
    asker.write_line("\nEnter = what to paste   q = leave")?;
    loop {
        match asker.read_key()? {
            Key::Enter | Key::Char(' ' | 'y' | 'Y') => return Ok(true),
            Key::Char('q' | 'Q' | 'n' | 'N') | Key::Leave | Key::Escape => return Ok(false),
            Key::Char(key) => asker.write_line(&questions::strange_key(key))?,
            Key::Backspace => {}
        }
    }
}

fn show_ended(
    decided: &DecidedCase,
    case: &str,
    facts: &Facts,
    words: &Desk,
    surroundings: &Surroundings,
    asker: Option<&mut dyn Asker>,
    out: &mut dyn Write,
) -> Result<(), CommandError> {
    let site = surroundings.site;
    if surroundings.format != Format::Text {
        return Ok(write_line(&decided.view(case, facts, words, site), out)?);
    }
    let call = decided.call(Some(case));
    let mut lines: Vec<String> = Vec::new();
    lines.extend(site.is_training().then(|| wording::page::TRAINING_LINE.to_owned()));
    let who = match call.decision.outcome {
        Outcome::Leadership => wording::page::leadership(&site.leadership, site.zone),
        _ => Vec::new(),
    };
    lines.extend(decision_sheet::head(&call, words, &who));
    lines.extend(decision_sheet::to_do(&call, words));
    lines.extend(decision_sheet::why(&call, words));
    writeln!(out, "{}", lines.join("\n"))?;
    out.flush()?;
    let paste = decision_sheet::to_paste(&call, facts, words, &[]).join("\n");
    if paste_wanted(asker, lines.len(), paste.lines().count())? {
        writeln!(out, "{paste}")?;
    }
    Ok(())
}

/// What the agent reads before anything is stored; on a screen of 24 lines with the question below it.
fn shown(plan: &PagePlan, words: &Desk, surroundings: &Surroundings) -> String {
    let site = surroundings.site;
    let who = wording::page::who(&plan.ladder, plan.status, &plan.problems, site.zone);
    let call = plan.call(site);
    let mut lines: Vec<String> = Vec::new();
    lines.extend(site.is_training().then(|| wording::page::TRAINING_LINE.to_owned()));
    lines.extend(decision_sheet::head(&call, words, &who));
    let asked = plan.ladder.rungs.iter().flat_map(|rung| &rung.contacts);
    lines.extend((surroundings.blocked)().lines_of(asked));
    lines.extend(decision_sheet::why(&call, words));
    lines.join("\n") + "\n"
}

/// What the agent reads once the page is on its way.
fn meanwhile(plan: &PagePlan, words: &Desk, surroundings: &Surroundings) -> String {
    let site = surroundings.site;
    let call = plan.call(site);
    let dial = wording::page::dial_too(
        &plan.ladder,
        &plan.briefing,
        plan.due(site),
        &words.help_desk_phone,
        site.is_training(),
        site.zone,
    );
    let mut lines = Vec::new();
    if !dial.is_empty() {
        lines.push(String::new());
        lines.extend(dial);
    }
    lines.extend(decision_sheet::to_do(&call, words));
    lines.extend(decision_sheet::to_paste(&call, &plan.facts(&surroundings.by), words, &plan.audit(site)));
    lines.join("\n") + "\n\n"
}

/// The first message as it would leave, with its length; nothing leaves.
fn show_dry_run(
    plan: &PagePlan,
    words: &Desk,
    surroundings: &Surroundings,
    out: &mut dyn Write,
) -> Result<(), CommandError> {
    let site = surroundings.site;
    let first = plan.ladder.rungs.iter().find_map(|rung| Some((rung, rung.contacts.first()?)));
    let message = first.map(|(_, contact)| plan.first_text(contact, site));
    if surroundings.format == Format::Json {
        return Ok(write_line(&plan.view(&surroundings.by, words, site), out)?);
    }
    write!(out, "{}", meanwhile(plan, words, surroundings))?;
    writeln!(out, "DRY RUN: nothing was stored, nothing is sent.")?;
    if let (Some((rung, contact)), Some(message)) = (first, message) {
        let length = gsm::segments(&message);
        let plural = if length.count == 1 { "" } else { "s" };
        writeln!(
            out,
            "First text, to {} ({}), {} characters, {} segment{plural}:",
            contact.name, rung.label, length.units, length.count
        )?;
        for line in wrapped(&message, "  ", "  ") {
            writeln!(out, "{line}")?;
        }
    }
    writeln!(out, "The ladder:")?;
    for line in wording::page::ladder_plan(&plan.ladder, plan.at, site.zone) {
        writeln!(out, "{line}")?;
    }
    Ok(())
}

//! The agent's call, up to the moment something is stored: collect, decide, find out who, show, confirm.
//!
//! Called by `wire`, which reads schedules and opens the page log; `follow` goes on from here.

use std::io::Write;

use chrono::{DateTime, Utc};

use super::arguments::{CaseArguments, Format};
use super::ask::{self, Asker, Key, Typed};
use super::blocked::Blocked;
use super::desk;
use super::error::{CommandError, Exit};
use super::face::write_line;
use crate::decision::ladder::{self, Contact, Ladder};
use crate::decision::question::missing;
use crate::decision::{Answers, Circumstances, Decision, Interview, Outcome};
use crate::episode::briefing::Briefing;
use crate::episode::event::{Basis, Opened, Purpose};
use crate::episode::state::State;
use crate::schedule::loaded::LoadedSchedule;
use crate::schedule::on_call::{OnCall, Status};
use crate::schedule::phone;
use crate::site::Site;
use crate::views::page::{ContactView, DecisionView, PageView};
use crate::wording::columns::wrapped;
use crate::wording::decision::{Call, Desk, say};
use crate::wording::record::{Facts, record};
use crate::wording::{self, decision_sheet, gsm, messages, questions};

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
    Page(Box<Prepared>),
}

/// A page that was shown and confirmed.
#[derive(Debug, Clone)]
pub struct Prepared {
    /// How it begins.
    pub opened: Opened,
    /// The four facts.
    pub briefing: Briefing,
    /// When the customer was told "within an hour"; `None` when nobody with a number was found (domain 1.9 row 9).
    pub told_at: Option<DateTime<Utc>>,
    /// Whether a technician of the schedule can be tried at all.
    pub has_technician: bool,
    /// What the agent reads once the page is on disk: whom to dial, what to do, what to paste; empty for programs.
    pub meanwhile: String,
}

/// Checks the case number as typed against the site's pattern, and gives it without blanks, in capitals.
pub fn case_number(text: &str, site: &Site) -> Result<String, CommandError> {
    let case = text.trim().to_uppercase();
    let pattern = &site.settings.desk.case_pattern;
    let fits = regex_lite::Regex::new(pattern).is_ok_and(|pattern| pattern.is_match(&case));
    if fits {
        return Ok(case);
    }
    let ticket = &site.settings.desk.ticket_system;
    Err(CommandError::usage(format!("{:?} is not a case number", text.trim()))
        .hint(format!("type it as {ticket} shows it; accepted is {pattern}, case_pattern in the settings")))
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
    let decision = crate::decision::decide(&answers, &circumstances);
    if decision.outcome != Outcome::Page {
        let call = Call {
            decision,
            answers: &answers,
            circumstances: &circumstances,
            case: Some(&case),
            promise_due: None,
            told_at: None,
            nobody_on_call: false,
        };
        let facts = Facts {
            summary: arguments.summary.as_deref(),
            customer: arguments.customer.as_deref(),
            phone: arguments.phone.as_deref(),
            department: department.as_deref(),
            ..Facts::default()
        };
        let asker = asker.filter(|_| !arguments.yes);
        show_ended(&call, &facts, &words, surroundings, asker, out)?;
        return Ok(Next::Ended(Exit::Done));
    }
    let Some(briefing) = briefing(arguments, case, department, site, &mut asker)? else {
        return Ok(Next::Ended(Exit::Finding));
    };
    let plan = PagePlan::new(decision, answers, circumstances, briefing, surroundings)?;
    if surroundings.format == Format::Text {
        write!(out, "{}", plan.shown(&words, surroundings))?;
    }
    if arguments.dry_run {
        plan.show_dry_run(&words, surroundings, out)?;
        return Ok(Next::Ended(if plan.has_technician { Exit::Done } else { Exit::Finding }));
    }
    out.flush()?;
    if let Some(asker) = asker.filter(|_| !arguments.yes)
        && !confirmed(asker, &wording::page::confirmation(&plan.ladder, plan.due(site), site.zone))?
    {
        return Ok(Next::Ended(Exit::Finding));
    }
    Ok(Next::Page(Box::new(plan.prepared(&words, surroundings))))
}

/// Collects a ladder and its basis afresh at `at`, for another round of an open page.
pub fn another_ladder(
    state: &State,
    at: DateTime<Utc>,
    surroundings: &Surroundings,
) -> Result<(Ladder, Basis), CommandError> {
    let Some(name) = &state.schedule else {
        return Err(CommandError::finding("this page asked leadership at once; there is no schedule to ask again"));
    };
    let loaded = (surroundings.schedule)(name)?;
    let on_call = loaded.on_call(at);
    Ok((build_ladder(&on_call, surroundings.site), basis(&loaded, &on_call)))
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
                    Typed::Nothing => asker.write_line("The technician needs this.")?,
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
    let restricted =
        department.as_deref().and_then(|name| site.partners.find(name)).is_some_and(|found| found.restricted);
    Ok(Some(Briefing { case, customer, phone, summary, department, restricted }))
}

/// The number as it is dialled, or why it cannot be.
fn dialable(text: &str, site: &Site) -> Result<String, CommandError> {
    match phone::normalise(text, &site.settings.campus()) {
        Ok(phone) => {
            let number = wording::phone::display(&phone.main.e164);
            Ok(phone.main.extension.map_or_else(|| number.clone(), |extension| format!("{number} x{extension}")))
        }
        Err(_) => Err(CommandError::usage(format!("{text:?} is not a telephone number that can be dialled"))
            .hint("write ten digits, for example 608-555-0142, or + and the country code")),
    }
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
    call: &Call,
    facts: &Facts,
    words: &Desk,
    surroundings: &Surroundings,
    asker: Option<&mut dyn Asker>,
    out: &mut dyn Write,
) -> Result<(), CommandError> {
    if surroundings.format == Format::Text {
        let mut lines: Vec<String> = Vec::new();
        lines.extend(surroundings.site.is_training().then(|| wording::page::TRAINING_LINE.to_owned()));
        let who = match call.decision.outcome {
            Outcome::Leadership => wording::page::leadership(&surroundings.site.leadership, surroundings.site.zone),
            _ => Vec::new(),
        };
        lines.extend(decision_sheet::head(call, words, &who));
        lines.extend(decision_sheet::to_do(call, words));
        lines.extend(decision_sheet::why(call, words));
        writeln!(out, "{}", lines.join("\n"))?;
        out.flush()?;
        let paste = decision_sheet::to_paste(call, facts, words, &[]).join("\n");
        if paste_wanted(asker, lines.len(), paste.lines().count())? {
            writeln!(out, "{paste}")?;
        }
        return Ok(());
    }
    let view = PageView {
        case: call.case.unwrap_or_default().to_owned(),
        page: None,
        training: surroundings.site.is_training(),
        decision: Some(DecisionView::of(&call.decision, call.answers)),
        state: "decided",
        on_call: Vec::new(),
        attempts: Vec::new(),
        acknowledged: None,
        declined: Vec::new(),
        promise: None,
        next: None,
        dial: Vec::new(),
        say: say(call, words),
        record: record(call, facts, words, &[]),
        basis: None,
        log: Vec::new(),
    };
    Ok(write_line(&view, out)?)
}

fn build_ladder(on_call: &OnCall, site: &Site) -> Ladder {
    ladder::build(&site.settings.ladder, on_call, &site.leadership, &site.channels())
}

fn basis(loaded: &LoadedSchedule, on_call: &OnCall) -> Basis {
    let row = |person: &crate::schedule::on_call::OnCallPerson| {
        format!("{} row {}: {}", person.row.sheet(), person.row.number(), person.row.text())
    };
    let mut rows: Vec<String> = on_call.people.iter().map(row).collect();
    rows.dedup();
    Basis { rows, snapshot: loaded.snapshot().to_owned(), read_at: Some(loaded.read_at), age_s: loaded.age_s }
}

/// A page as it would begin.
struct PagePlan {
    /// When the customer is told, and whoever is on call then is asked.
    at: DateTime<Utc>,
    decision: Decision,
    answers: Answers,
    circumstances: Circumstances,
    briefing: Briefing,
    schedule: String,
    status: Status,
    problems: Vec<String>,
    ladder: Ladder,
    basis: Basis,
    has_technician: bool,
}

impl PagePlan {
    fn new(
        decision: Decision,
        answers: Answers,
        circumstances: Circumstances,
        briefing: Briefing,
        surroundings: &Surroundings,
    ) -> Result<Self, CommandError> {
        let site = surroundings.site;
        let Some(group) = decision.schedule else {
            return Err(CommandError::usage("the procedure pages, but names no schedule"));
        };
        let schedule = group.name().to_owned();
        let loaded = (surroundings.schedule)(&schedule)?;
        let at = (surroundings.clock)();
        let on_call = loaded.on_call(at);
        let ladder = build_ladder(&on_call, site);
        let has_technician =
            ladder.rungs.iter().flat_map(|rung| &rung.contacts).any(|contact| !site.leadership.contains(contact));
        let mut problems = Vec::new();
        if on_call.status == Status::Unusable {
            problems.extend(loaded.problems().iter().map(wording::problems::message));
        }
        problems.extend(wording::schedule::saved_copy(&loaded, site.zone));
        let edit = loaded.provenance.edit.as_ref();
        problems.extend(edit.map(|edit| wording::changes::edited(edit, at, site.zone)).unwrap_or_default());
        problems.extend(loaded.provenance.clock_ahead_s.map(wording::time::clock_wrong));
        for person in &on_call.people {
            if person.phone.is_none() {
                problems.push(format!("{} is on call, but no number is known; see the contacts file", person.name));
            }
        }
        problems.extend(messages::stays_inside(&briefing.summary, briefing.restricted));
        let basis = basis(&loaded, &on_call);
        let status = on_call.status;
        Ok(Self {
            at,
            decision,
            answers,
            circumstances,
            briefing,
            schedule,
            status,
            problems,
            ladder,
            basis,
            has_technician,
        })
    }

    /// When the promise ends, if one can be given.
    fn due(&self, site: &Site) -> Option<DateTime<Utc>> {
        self.has_technician.then(|| site.promises().due(self.at))
    }

    fn call(&self, site: &Site) -> Call<'_> {
        Call {
            decision: self.decision,
            answers: &self.answers,
            circumstances: &self.circumstances,
            case: Some(&self.briefing.case),
            promise_due: self.due(site),
            told_at: Some(self.at),
            nobody_on_call: !self.has_technician,
        }
    }

    fn facts<'a>(&'a self, by: &'a str) -> Facts<'a> {
        Facts {
            summary: Some(&self.briefing.summary),
            customer: Some(&self.briefing.customer),
            phone: Some(&self.briefing.phone),
            department: self.briefing.department.as_deref(),
            told_at: self.has_technician.then_some(self.at),
            told_by: Some(by),
        }
    }

    /// What the agent reads before anything is stored; on a screen of 24 lines with the question below it.
    fn shown(&self, words: &Desk, surroundings: &Surroundings) -> String {
        let site = surroundings.site;
        let who = wording::page::who(&self.ladder, self.status, &self.problems, site.zone);
        let call = self.call(site);
        let mut lines: Vec<String> = Vec::new();
        lines.extend(site.is_training().then(|| wording::page::TRAINING_LINE.to_owned()));
        lines.extend(decision_sheet::head(&call, words, &who));
        let asked = self.ladder.rungs.iter().flat_map(|rung| &rung.contacts);
        lines.extend((surroundings.blocked)().lines_of(asked));
        lines.extend(decision_sheet::why(&call, words));
        lines.join("\n") + "\n"
    }

    /// What the agent reads once the page is on its way.
    fn meanwhile(&self, words: &Desk, surroundings: &Surroundings) -> String {
        let site = surroundings.site;
        let call = self.call(site);
        let dial = wording::page::dial_too(
            &self.ladder,
            &self.briefing,
            self.due(site),
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
        lines.extend(decision_sheet::to_paste(&call, &self.facts(&surroundings.by), words, &self.audit(site)));
        lines.join("\n") + "\n\n"
    }

    fn audit(&self, site: &Site) -> Vec<String> {
        wording::page::basis_audit(&self.schedule, &self.ladder, &self.basis, site.zone)
    }

    fn prepared(self, words: &Desk, surroundings: &Surroundings) -> Prepared {
        let told_at = self.has_technician.then_some(self.at);
        let meanwhile = match surroundings.format {
            Format::Json => String::new(),
            // The forms of findings are refused before it comes here.
            Format::Text | Format::Junit | Format::Github => self.meanwhile(words, surroundings),
        };
        Prepared {
            opened: Opened {
                drill: None,
                case: self.briefing.case.clone(),
                schedule: Some(self.schedule),
                row: self.decision.row.name().to_owned(),
                answers: self.answers,
                training: surroundings.site.is_training(),
                pretended_s: surroundings.pretended_s,
                by: surroundings.by.clone(),
                ladder: self.ladder,
                basis: self.basis,
            },
            briefing: self.briefing,
            told_at,
            has_technician: self.has_technician,
            meanwhile,
        }
    }

    /// The first message as it would leave, with its length; nothing leaves.
    fn show_dry_run(&self, words: &Desk, surroundings: &Surroundings, out: &mut dyn Write) -> Result<(), CommandError> {
        let site = surroundings.site;
        let first = self.ladder.rungs.iter().find_map(|rung| Some((rung, rung.contacts.first()?)));
        let message = first.map(|(_, contact)| self.first_text(contact, surroundings));
        if surroundings.format == Format::Json {
            return self.write_dry_json(words, surroundings, out);
        }
        write!(out, "{}", self.meanwhile(words, surroundings))?;
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
        for line in wording::page::ladder_plan(&self.ladder, self.at, site.zone) {
            writeln!(out, "{line}")?;
        }
        Ok(())
    }

    fn first_text(&self, contact: &Contact, surroundings: &Surroundings) -> String {
        let site = surroundings.site;
        messages::sms(&messages::Facts {
            purpose: Purpose::Page,
            briefing: Some(&self.briefing),
            case: &self.briefing.case,
            contact_name: &contact.name,
            schedule_label: &desk::schedule_label(Some(&self.schedule)),
            on_call_until: contact.until,
            due: self.due(site),
            opened_at: self.at,
            now: self.at,
            zone: site.zone,
            desk_short: &site.settings.desk.name,
            help_desk_phone: &site.settings.desk.help_desk_phone,
            notice: 1,
            several_open: false,
            owner: None,
            also_paged: &[],
            answer: None,
            training: site.is_training(),
        })
    }

    fn write_dry_json(
        &self,
        words: &Desk,
        surroundings: &Surroundings,
        out: &mut dyn Write,
    ) -> Result<(), CommandError> {
        let site = surroundings.site;
        let call = self.call(site);
        let view = PageView {
            case: self.briefing.case.clone(),
            page: None,
            training: site.is_training(),
            decision: Some(DecisionView::of(&self.decision, &self.answers)),
            state: "decided",
            on_call: ContactView::list(&self.ladder, site.zone),
            attempts: Vec::new(),
            acknowledged: None,
            declined: Vec::new(),
            promise: None,
            next: None,
            dial: Vec::new(),
            say: say(&call, words),
            record: record(&call, &self.facts(&surroundings.by), words, &self.audit(site)),
            basis: None,
            log: Vec::new(),
        };
        Ok(write_line(&view, out)?)
    }
}

//! The agent's call, up to the moment something is stored: collect, decide, find out who, show, confirm.
//!
//! Called by `wire`, which reads schedules and opens the page log; `follow` goes on from here.

use std::io::Write;

use chrono::{DateTime, Utc};

use super::arguments::{CaseArguments, Format};
use super::ask::{self, Asker, Key, Typed};
use super::desk;
use super::error::{CommandError, Exit};
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
use crate::wording::decision::{Call, Desk, say, wrapped};
use crate::wording::record::{Facts, record};
use crate::wording::{self, decision_sheet, gsm, messages};

/// What the call works with.
pub struct Surroundings<'a> {
    /// The site.
    pub site: &'a Site,
    /// The moment, pretended or not.
    pub now: DateTime<Utc>,
    /// How far `now` runs ahead of the true time, in seconds.
    pub pretended_s: i64,
    /// The person at the keyboard.
    pub by: String,
    /// How results are printed.
    pub format: Format,
    /// Reads a schedule now.
    pub schedule: &'a dyn Fn(&str) -> Result<LoadedSchedule, CommandError>,
}

/// How the call goes on.
pub enum Next {
    /// It has ended; nothing was stored.
    Ended(Exit),
    /// The page is to be opened.
    Page(Box<Prepared>),
}

/// A page that was shown and confirmed.
pub struct Prepared {
    /// How it begins.
    pub opened: Opened,
    /// The four facts.
    pub briefing: Briefing,
    /// When the customer was told "within an hour"; `None` when nobody with a number was found (domain 1.9 row 9).
    pub told_at: Option<DateTime<Utc>>,
    /// Whether a technician of the schedule can be tried at all.
    pub has_technician: bool,
}

/// Checks the case number as typed against the site's pattern, and gives it without blanks, in capitals.
pub fn case_number(text: &str, site: &Site) -> Result<String, CommandError> {
    let case = text.trim().to_uppercase();
    let pattern = &site.settings.desk.case_pattern;
    let fits = regex_lite::Regex::new(pattern).is_ok_and(|pattern| pattern.is_match(&case));
    if fits {
        return Ok(case);
    }
    Err(CommandError::usage(format!("{:?} is not a case number of this site ({pattern})", text.trim()))
        .hint("type it as the ticket system shows it; the pattern is case_pattern under [desk]"))
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
            nobody_on_call: false,
        };
        let facts = Facts {
            summary: arguments.summary.as_deref(),
            customer: arguments.customer.as_deref(),
            phone: arguments.phone.as_deref(),
            department: department.as_deref(),
            ..Facts::default()
        };
        show_ended(&call, &facts, &words, surroundings, out)?;
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
    if let Some(asker) = asker.filter(|_| !arguments.yes)
        && !confirmed(asker, plan.has_technician)?
    {
        return Ok(Next::Ended(Exit::Finding));
    }
    out.flush()?;
    Ok(Next::Page(Box::new(plan.prepared(surroundings))))
}

/// Collects a ladder and its basis afresh, for another round of an open page.
pub fn another_ladder(state: &State, surroundings: &Surroundings) -> Result<(Ladder, Basis), CommandError> {
    let Some(name) = &state.schedule else {
        return Err(CommandError::finding("this page asked leadership at once; there is no schedule to ask again"));
    };
    let loaded = (surroundings.schedule)(name)?;
    let on_call = loaded.on_call(surroundings.now);
    Ok((build_ladder(&on_call, surroundings.site), basis(&loaded, &on_call)))
}

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
            asker.write_line("Left; nothing was stored, nobody was paged.")?;
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
    if let Some(asker) = asker {
        for (slot, prompt) in [
            (&mut customer, "Customer's name: "),
            (&mut phone, "Customer's phone number: "),
            (&mut summary, "The problem in a few words: "),
        ] {
            let is_phone = prompt.contains("phone");
            while slot.is_none() {
                match asker.read_line(prompt)? {
                    Typed::Leave => return Ok(None),
                    Typed::Nothing => {}
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

fn confirmed(asker: &mut dyn Asker, has_technician: bool) -> Result<bool, CommandError> {
    asker.write_line("")?;
    asker.write_line(if has_technician {
        "Page now, and has the customer been told \"within one hour\"?  y = page   q = leave"
    } else {
        "NOBODY is on call. Message HD leadership now?  y = message   q = leave"
    })?;
    loop {
        match asker.read_key()? {
            Key::Char('y' | 'Y') => return Ok(true),
            Key::Char('q' | 'Q' | 'n' | 'N') | Key::Leave | Key::Escape => {
                asker.write_line("Left; nothing was stored, nobody was paged.")?;
                return Ok(false);
            }
            _ => {}
        }
    }
}

fn show_ended(
    call: &Call,
    facts: &Facts,
    words: &Desk,
    surroundings: &Surroundings,
    out: &mut dyn Write,
) -> Result<(), CommandError> {
    if surroundings.format == Format::Text {
        if surroundings.site.is_training() {
            writeln!(out, "{}", wording::page::TRAINING_LINE)?;
        }
        writeln!(out, "{}", decision_sheet::sheet(call, facts, words, &[], &[]))?;
        return Ok(());
    }
    let view = PageView {
        case: call.case.unwrap_or_default().to_owned(),
        page: None,
        training: surroundings.site.is_training(),
        decision: DecisionView::of(&call.decision, call.answers),
        state: "decided",
        on_call: Vec::new(),
        attempts: Vec::new(),
        acknowledged: None,
        declined: Vec::new(),
        promise: None,
        next: None,
        say: say(call, words),
        record: record(call, facts, words, &[]),
        basis: None,
        log: Vec::new(),
    };
    write_json(out, &view)
}

/// Writes one JSON object on a line of its own.
pub fn write_json(out: &mut dyn Write, value: &impl serde::Serialize) -> Result<(), CommandError> {
    serde_json::to_writer(&mut *out, value)
        .map_err(|error| CommandError::could_not_tell(format!("cannot write the answer: {error}")))?;
    Ok(writeln!(out)?)
}

fn build_ladder(on_call: &OnCall, site: &Site) -> Ladder {
    ladder::build(&site.settings.ladder, on_call, &site.leadership, &site.channels())
}

fn basis(loaded: &LoadedSchedule, on_call: &OnCall) -> Basis {
    let row = |person: &crate::schedule::on_call::OnCallPerson| {
        format!("{} row {}: {}", person.row.sheet, person.row.row, person.row.text)
    };
    let mut rows: Vec<String> = on_call.people.iter().map(row).collect();
    rows.dedup();
    Basis { rows, snapshot: loaded.snapshot.clone(), read_at: Some(loaded.read_at), age_s: loaded.age_s }
}

/// A page as it would begin.
struct PagePlan {
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
        let on_call = loaded.on_call(surroundings.now);
        let ladder = build_ladder(&on_call, site);
        let has_technician =
            ladder.rungs.iter().flat_map(|rung| &rung.contacts).any(|contact| !site.leadership.contains(contact));
        let mut problems = Vec::new();
        if on_call.status == Status::Unusable {
            problems.extend(loaded.problems().iter().map(wording::problems::message));
        }
        problems.extend(wording::schedule::saved_copy(&loaded, site.zone));
        for person in &on_call.people {
            if person.phone.is_none() {
                problems.push(format!("{} is on call, but no number is known; see the contacts file", person.name));
            }
        }
        let basis = basis(&loaded, &on_call);
        let status = on_call.status;
        Ok(Self {
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
        let minutes = i64::from(site.settings.paging.promise_minutes);
        self.has_technician.then(|| self.circumstances.at + chrono::Duration::minutes(minutes))
    }

    fn call(&self, site: &Site) -> Call<'_> {
        Call {
            decision: self.decision,
            answers: &self.answers,
            circumstances: &self.circumstances,
            case: Some(&self.briefing.case),
            promise_due: self.due(site),
            nobody_on_call: !self.has_technician,
        }
    }

    fn facts<'a>(&'a self, by: &'a str) -> Facts<'a> {
        Facts {
            summary: Some(&self.briefing.summary),
            customer: Some(&self.briefing.customer),
            phone: Some(&self.briefing.phone),
            department: self.briefing.department.as_deref(),
            told_at: self.has_technician.then_some(self.circumstances.at),
            told_by: Some(by),
        }
    }

    /// What the agent reads before anything is stored.
    fn shown(&self, words: &Desk, surroundings: &Surroundings) -> String {
        let site = surroundings.site;
        let who = wording::page::who(&self.ladder, self.status, &self.problems, &self.basis, site.zone);
        let audit = self.audit(site);
        let sheet = decision_sheet::sheet(&self.call(site), &self.facts(&surroundings.by), words, &who, &audit);
        if site.is_training() { format!("{}\n{sheet}\n", wording::page::TRAINING_LINE) } else { format!("{sheet}\n") }
    }

    fn audit(&self, site: &Site) -> Vec<String> {
        wording::page::basis_audit(&self.schedule, &self.ladder, &self.basis, site.zone)
    }

    fn prepared(self, surroundings: &Surroundings) -> Prepared {
        let told_at = self.has_technician.then_some(surroundings.now);
        Prepared {
            opened: Opened {
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
        writeln!(out, "\nDRY RUN: nothing was stored, nothing is sent.")?;
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
        for line in wording::page::ladder_plan(&self.ladder, surroundings.now, site.zone) {
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
            opened_at: surroundings.now,
            now: surroundings.now,
            zone: site.zone,
            desk_short: &site.settings.desk.name,
            help_desk_phone: &site.settings.desk.help_desk_phone,
            notice: 1,
            several_open: false,
            owner: None,
            also_paged: &[],
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
            decision: DecisionView::of(&self.decision, &self.answers),
            state: "decided",
            on_call: ContactView::list(&self.ladder, site.zone),
            attempts: Vec::new(),
            acknowledged: None,
            declined: Vec::new(),
            promise: None,
            next: None,
            say: say(&call, words),
            record: record(&call, &self.facts(&surroundings.by), words, &self.audit(site)),
            basis: None,
            log: Vec::new(),
        };
        write_json(out, &view)
    }
}

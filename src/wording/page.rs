//! What does an agent read while a page is under way: each change in one line, the ladder, what comes next, what to do by hand?

use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use unicode_width::UnicodeWidthStr;

use super::columns::{fill, padded, wrapped};
use super::phone;
use super::time::{minute, short, span, spoken, stamp};
use crate::decision::ladder::{Channel, Contact, Ladder, Rung};
use crate::episode::briefing::Briefing;
use crate::episode::event::{Basis, EscalationReason, Event, Meant, Purpose, Said, Via};
use crate::episode::outcome::{Outcome, Report};
use crate::episode::plan::NextStep;
use crate::episode::promise::{Promise, PromiseState};
use crate::episode::state::{Phase, State, Tried};
use crate::schedule::on_call::Status;

/// Stands above everything that is shown in training.
pub const TRAINING_LINE: &str = "TRAINING: nothing is sent; a scripted technician answers.";

/// Stands where the four facts would, once their time is over.
pub const PURGED_LINE: &str = "The customer's name, number and problem were deleted: their time was over.";

/// Stands where the problem would, for a technician who has not taken the case.
pub const RESTRICTED: &str = "Shown once you have it: this department's details are restricted.";

/// What happened, in one line without its time.
pub fn event(event: &Event, zone: Tz) -> String {
    match event {
        Event::Opened(opened) => format!("page opened by {} on row {}", opened.by, opened.row),
        Event::RoundStarted { by, .. } => format!("{by} asked for another round of the ladder"),
        Event::RungSkipped { rung } => {
            format!("rung {} has NOBODY to try: going on at once", rung + 1)
        }
        Event::Escalated { rung, reason } => format!("rung {}: {}", rung + 1, escalation(*reason)),
        Event::AttemptStarted(attempt) => {
            format!("{} to {}: sending", message(attempt.purpose, attempt.channel), attempt.contact.name)
        }
        Event::AttemptFinished { attempt, report } | Event::ReceiptArrived { attempt, report } => {
            format!("{attempt}: {}", outcome(report))
        }
        Event::Acknowledged(by) => format!("{} has it ({})", by.by, via(by.via)),
        Event::Declined(by) => format!("{} cannot ({})", by.by, via(by.via)),
        Event::Heard(heard) => format!("reply from {}: {}", heard.from.name, meant(&heard.meant)),
        Event::OptedOut { by, .. } => {
            format!("texts to {by} are BLOCKED since they texted STOP: they are called; they must text START")
        }
        Event::OptedIn { by, .. } => format!("texts reach {by} again: they texted START"),
        Event::PromiseMade { due, .. } => {
            format!("customer promised a call by {}", minute(*due, zone))
        }
        Event::PromiseWarned { after_minutes } => format!("the promise has run for {after_minutes} minutes"),
        Event::PromiseMissed => "the promise is MISSED: nobody reported a callback".to_owned(),
        Event::CalledBack(by) => format!("customer called back, says {}", said_by(by)),
        Event::Exhausted => "the whole ladder was tried and NOBODY has it: act by hand".to_owned(),
        Event::Cancelled(by) => format!("page withdrawn by {}", said_by(by)),
        Event::Closed => "everything is settled".to_owned(),
    }
}

fn meant(meant: &Meant) -> String {
    match meant {
        Meant::HaveIt => "has it".to_owned(),
        Meant::Cannot => "cannot".to_owned(),
        Meant::CalledBack => "called the customer back".to_owned(),
        Meant::TooLate => "too late, nothing changed".to_owned(),
        Meant::Several { cases } => format!("may mean {}, nothing changed", cases.join(" or ")),
        Meant::Unclear => "NOT UNDERSTOOD, nothing changed".to_owned(),
    }
}

/// What happened, in one line for a page whose earlier log is known: attempts are named by person and channel.
pub fn change(happened: &Event, state: &State, zone: Tz) -> String {
    match happened {
        Event::AttemptFinished { attempt, report } | Event::ReceiptArrived { attempt, report } => {
            match state.attempt(attempt) {
                Some(tried) => format!("{}: {}", attempt_name(tried), outcome(report)),
                None => event(happened, zone),
            }
        }
        Event::RungSkipped { rung } => {
            format!("{}: NOBODY to try, going on at once", rung_name(state, *rung))
        }
        Event::Escalated { rung, reason } => format!("{}: {}", rung_name(state, *rung), escalation(*reason)),
        _ => event(happened, zone),
    }
}

fn rung_name(state: &State, rung: usize) -> String {
    state.ladder.rungs.get(rung).map_or_else(|| format!("rung {}", rung + 1), |rung| rung.label.clone())
}

/// A message in words: `call to Ada Ruiz`.
pub fn attempt_name(tried: &Tried) -> String {
    format!("{} to {}", message(tried.attempt.purpose, tried.attempt.channel), tried.attempt.contact.name)
}

fn said_by(said: &Said) -> String {
    format!("{} ({})", said.by, via(said.via))
}

/// Why a message is sent, in a word or two.
pub fn purpose(purpose: Purpose) -> String {
    match purpose {
        Purpose::Page => "page".to_owned(),
        Purpose::StandDown => "stand-down".to_owned(),
        Purpose::PromiseWarning { after_minutes } => format!("promise warning at {after_minutes} min"),
        Purpose::PromiseMissed => "promise missed".to_owned(),
        Purpose::Exhausted => "nobody has it".to_owned(),
        Purpose::Answer { .. } => "answer to a reply".to_owned(),
    }
}

fn message(why: Purpose, channel: Channel) -> String {
    let channel = channel_name(channel);
    match why {
        Purpose::Page => channel.to_owned(),
        other => format!("{channel} ({})", purpose(other)),
    }
}

/// A channel as people call it.
pub fn channel_name(channel: Channel) -> &'static str {
    match channel {
        Channel::Sms => "text message",
        Channel::Voice => "call",
        Channel::Email => "e-mail",
        Channel::Chat => "chat",
        Channel::Ntfy | Channel::Pushover => "push message",
    }
}

fn escalation(reason: EscalationReason) -> &'static str {
    match reason {
        EscalationReason::Began => "the page begins",
        EscalationReason::NoAnswer => "no answer so far, going on",
        EscalationReason::Declined => "nobody before can, going on at once",
        EscalationReason::Unreachable => "nobody before can be reached, going on at once",
        EscalationReason::Empty => "nobody stands below, beginning here",
    }
}

fn via(via: Via) -> &'static str {
    match via {
        Via::Sms => "by text message",
        Via::Voice => "on the phone",
        Via::Link => "by the link",
        Via::Push => "by the button of a push message",
        Via::Agent => "told the desk",
        Via::Training => "scripted, training",
    }
}

/// What a provider's word amounts to, with the word itself. None of them means that a person was reached.
pub fn outcome(report: &Report) -> String {
    let what = match report.outcome {
        Outcome::Accepted => "accepted",
        Outcome::Delivered => "delivered",
        Outcome::Voicemail => "VOICEMAIL left, nobody reached",
        Outcome::Refused => "REFUSED",
        Outcome::Unavailable => "PROVIDER NOT USABLE",
        Outcome::Retryable => "not sent, will try again",
        Outcome::Unknown => "in doubt, counts as not sent",
    };
    if report.detail.is_empty() || report.detail == what {
        format!("{what} by {}", report.provider)
    } else {
        format!("{what} by {} ({})", report.provider, report.detail)
    }
}

/// What comes next by itself.
pub fn next_step(step: &NextStep) -> String {
    match step {
        NextStep::Send { to, channel, purpose } => format!("{} to {to}", message(*purpose, *channel)),
        NextStep::RetryChannel { to, channel } => format!("{} to {to} again", channel_name(*channel)),
        NextStep::Escalate { rung } => format!("going on to {rung}"),
        NextStep::Exhaust => "the ladder ends: act by hand".to_owned(),
        NextStep::PromiseWarning { after_minutes } => format!("warning: the promise has run {after_minutes} minutes"),
        NextStep::PromiseMissed => "the promise is missed".to_owned(),
    }
}

/// The people of a rung in words, or `nobody`.
pub fn people(rung: &Rung) -> String {
    if rung.contacts.is_empty() {
        return "nobody".to_owned();
    }
    rung.contacts.iter().map(|contact| contact.name.as_str()).collect::<Vec<_>>().join(", ")
}

/// Name, number and the end of the shift: what an agent needs to dial.
pub fn contact(contact: &Contact, zone: Tz) -> String {
    contact_parts(contact, zone).join("  ")
}

fn contact_parts(contact: &Contact, zone: Tz) -> Vec<String> {
    let number = contact.phone.as_deref().map_or_else(|| "NO NUMBER".to_owned(), phone::display);
    let until = contact.until.map(|until| format!("until {}", short(until, zone)));
    [contact.name.clone(), number].into_iter().chain(until).collect()
}

/// The contact in lines of at most 80 columns, after the label of a rung.
fn labelled(label: &str, person: &Contact, zone: Tz) -> Vec<String> {
    let first = format!("  {}  ", padded(label, 10));
    fill(&first, 14, "  ", contact_parts(person, zone)).lines().map(str::to_owned).collect()
}

/// Whom the procedure asks when it cannot decide (A77), with their numbers.
pub fn leadership(people: &[Contact], zone: Tz) -> Vec<String> {
    people.iter().flat_map(|person| labelled("leadership", person, zone)).collect()
}

/// What each key does when the agent is asked whether to page; `due` is what the customer was told, if anything.
pub fn confirmation(ladder: &Ladder, due: Option<DateTime<Utc>>, zone: Tz) -> Vec<String> {
    let first = ladder.rungs.iter().find(|rung| !rung.contacts.is_empty());
    let yes = match (first, due) {
        (None, _) => "store the page; NOBODY can be messaged, so you act by hand".to_owned(),
        (Some(rung), Some(due)) => {
            let due = spoken(due, zone);
            format!("page {} now by {}; you have told the customer \"by {due}\"", people(rung), channels(rung))
        }
        (Some(rung), None) => {
            format!("message {} now by {}; the customer is promised no time", people(rung), channels(rung))
        }
    };
    let mut lines = wrapped(&yes, "y = ", "    ");
    lines.push("q = leave; nobody is paged, nothing is stored".to_owned());
    lines
}

/// Whom to dial while messages are on their way, because none of them rings like a call (A25, domain 1.9 row 11), and
/// what to say; nothing when the page calls by itself.
pub fn dial_too(
    ladder: &Ladder,
    briefing: &Briefing,
    due: Option<DateTime<Utc>>,
    desk_phone: &str,
    training: bool,
    zone: Tz,
) -> Vec<String> {
    let Some(rung) = ladder.rungs.iter().find(|rung| !rung.contacts.is_empty()) else { return Vec::new() };
    let dialled: Vec<String> = rung
        .contacts
        .iter()
        .filter_map(|person| Some(format!("{} ({})", person.name, phone::display(person.phone.as_deref()?))))
        .collect();
    if dialled.is_empty() || rung.channels.contains(&Channel::Voice) {
        return Vec::new();
    }
    let practice = if training { "TRAINING, do not really dial: " } else { "" };
    let dialled = dialled.join(" and ");
    let dial = format!("Dial {dialled} as well: a message may be slept through. Say, also to a voicemail:");
    let mut lines = wrapped(&dial, practice, "  ");
    lines.extend(wrapped(&by_hand(briefing, due, desk_phone, zone), "  ", "  "));
    lines
}

/// The channels of a rung in words: `text message and call`.
pub fn channels(rung: &Rung) -> String {
    rung.channels.iter().map(|channel| channel_name(*channel)).collect::<Vec<_>>().join(" and ")
}

/// What must be said of a schedule that does not simply give somebody.
pub fn doubt(status: Status) -> Option<&'static str> {
    match status {
        Status::Covered => None,
        Status::Gap => Some("NOBODY is on call in a required role. Never guess: leadership is next."),
        Status::Conflict => Some("CONFLICT: the schedule names several people; all of them are paged."),
        Status::Unusable => Some("CANNOT TELL who is on call: NOBODY is guessed, leadership is next."),
    }
}

/// Who will be tried, for the agent about to page: name, number and end of shift, to be dialled by hand at need.
pub fn who(ladder: &Ladder, status: Status, problems: &[String], zone: Tz) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    lines.extend(doubt(status).map(|doubt| format!("  {doubt}")));
    let mut named: Vec<&Contact> = Vec::new();
    for rung in &ladder.rungs {
        for person in &rung.contacts {
            if !named.iter().any(|other| other.same_as(person)) {
                named.push(person);
                lines.extend(labelled(&rung.label, person, zone));
            }
        }
    }
    lines.extend(problems.iter().flat_map(|problem| wrapped(problem, "  ! ", "    ")));
    lines
}

/// The audit lines that are known before anything is sent: the schedule, its rows and age, and who will be tried.
pub fn basis_audit(schedule: &str, ladder: &Ladder, basis: &Basis, zone: Tz) -> Vec<String> {
    let mut lines =
        vec![format!("Schedule: {}, sheet read {} s before the page", schedule.to_uppercase(), basis.age_s)];
    lines.extend(basis.rows.iter().map(|row| format!("Row: {row}")));
    let first = ladder.rungs.iter().flat_map(|rung| &rung.contacts).next();
    lines.push(match first {
        // Only a technician has a shift that ends.
        Some(person) if person.until.is_none() => {
            format!("On-call technician: NOBODY; asked instead: {}", contact(person, zone))
        }
        Some(person) => format!("On-call technician: {}", contact(person, zone)),
        None => "On-call technician: NOBODY could be found".to_owned(),
    });
    lines
}

/// When each rung would be reached if nobody answered, for a preview.
pub fn ladder_plan(ladder: &Ladder, start: DateTime<Utc>, zone: Tz) -> Vec<String> {
    let mut at = start;
    let mut lines = Vec::new();
    for rung in &ladder.rungs {
        if rung.contacts.is_empty() {
            lines.push(format!("  {:<8} {:<12} NOBODY to try: skipped at once", "-", rung.label));
            continue;
        }
        let first = format!("  {:<8} {} ", spoken(at, zone), padded(&rung.label, 12));
        lines.extend(wrapped(&format!("{} by {}", people(rung), channels(rung)), &first, &" ".repeat(24)));
        at += chrono::Duration::seconds(i64::from(rung.wait_s));
    }
    lines.push(format!("  {:<8} the ladder ends; leadership is told, you act by hand", spoken(at, zone)));
    lines
}

/// The ladder with what became of each rung, one line a person, for a page under way.
pub fn ladder(state: &State, zone: Tz) -> Vec<String> {
    let mut lines = Vec::new();
    let mut due = state.current.map_or(state.opened_at, |climb| climb.since);
    let people = state.ladder.rungs.iter().flat_map(|rung| &rung.contacts);
    let names = people.map(|person| person.name.width()).max().unwrap_or(0).clamp(16, 40);
    for (index, rung) in state.ladder.rungs.iter().enumerate() {
        let current = state.current.is_some_and(|climb| climb.rung == index);
        let reached = state.current.is_some_and(|climb| climb.rung > index) || (index < state.next_rung && !current);
        let marker = if current && state.phase() == Phase::Paging { ">" } else { " " };
        let when = match (reached, current) {
            (true, _) => "tried".to_owned(),
            (false, true) => "now".to_owned(),
            (false, false) if state.phase() != Phase::Paging => "not needed".to_owned(),
            (false, false) => format!("at {}", spoken(due, zone)),
        };
        if !reached && !rung.contacts.is_empty() {
            due += chrono::Duration::seconds(i64::from(rung.wait_s));
        }
        if rung.contacts.is_empty() {
            lines.push(format!("{marker} {} {} NOBODY to try: skipped", padded(&rung.label, 12), padded("", names)));
        }
        for person in &rung.contacts {
            let words = words_about(state, index, person);
            let words = if words.is_empty() { when.clone() } else { words };
            lines.push(format!("{marker} {} {} {words}", padded(&rung.label, 12), padded(&person.name, names)));
        }
    }
    lines
}

/// A line about everybody of the ladder whose texts are blocked, as far as the page knows.
pub fn blocked(state: &State, sender: Option<&str>, zone: Tz) -> Vec<String> {
    let mut lines = Vec::new();
    for it in state.opted_out.iter().filter(|it| it.until.is_none()) {
        let name = state.contact_at(&it.phone).map_or("", |contact| contact.name.as_str());
        lines.extend(wrapped(&super::opt_outs::line(name, it.since, sender, zone), "  ! ", "    "));
    }
    lines
}

/// What became of the messages to `person` on this rung of the present round.
pub fn words_about(state: &State, rung: usize, person: &Contact) -> String {
    let mut words: Vec<String> = Vec::new();
    for tried in &state.attempts {
        let attempt = &tried.attempt;
        if attempt.round != state.round || attempt.rung != Some(rung) || !attempt.contact.same_as(person) {
            continue;
        }
        let report = tried.receipt.as_ref().or(tried.answer.as_ref()).map(|answered| answered.report.outcome);
        let word = match report {
            None => "sending",
            Some(Outcome::Accepted) => "sent",
            Some(Outcome::Delivered) => "delivered",
            Some(Outcome::Voicemail) => "VOICEMAIL",
            Some(Outcome::Refused | Outcome::Unavailable) => "REFUSED",
            Some(Outcome::Retryable) => "not sent",
            Some(Outcome::Unknown) => "in doubt",
        };
        words.push(format!("{} {word}", attempt.channel.word()));
    }
    if state.has_declined(&person.name) {
        words.push("CANNOT".to_owned());
    }
    words.join(", ")
}

/// The promise in one line.
pub fn promise(promise: &Promise, now: DateTime<Utc>, zone: Tz) -> String {
    let due = format!("due {}", minute(promise.due, zone));
    match promise.state(now) {
        PromiseState::Open => format!("{} min left, {due}", promise.minutes_left(now)),
        PromiseState::Kept => format!("kept, {due}"),
        PromiseState::Late => format!("kept LATE, {due}"),
        PromiseState::Missed => format!("MISSED by {}, {due}", span(now - promise.due)),
    }
}

/// Who told the customer, and who called back and when, in a few words; `None` when no promise was made.
pub fn told_and_called(state: &State, zone: Tz) -> Option<String> {
    let made = state.promise.as_ref()?;
    let told = format!("told by {} {}", state.opened_by, short(made.told_at, zone));
    Some(match &state.called_back {
        Some(word) => format!("{told}, called back by {} {}", word.by, short(word.at, zone)),
        None => told,
    })
}

/// What to say when a page has to be given by telephone: the four facts, for a person or a voicemail (A38, A41).
pub fn by_hand(briefing: &Briefing, due: Option<DateTime<Utc>>, desk_phone: &str, zone: Tz) -> String {
    let call = due.map_or_else(String::new, |due| format!(" by {}", spoken(due, zone)));
    format!(
        "This is the Help Desk with an on-call page. Case {}. Please call {} at {}{call}. The problem: {}. \
         Call the Help Desk back at {desk_phone}.",
        briefing.case, briefing.customer, briefing.phone, briefing.summary
    )
}

/// What an agent reads who does not wait for an answer.
pub fn left_alone(state: &State, waited: bool) -> Vec<String> {
    let first = if waited { "You stopped following; the page goes on" } else { "The page goes on" };
    vec![
        format!("{first} while `page-oncall run` runs."),
        format!("  look again:   page-oncall --case {}", state.case),
        format!("  withdraw it:  page-oncall cancel {} --by NAME", state.case),
    ]
}

/// What a person must do when the ladder ended without an owner (contract 5.10).
pub fn act_now(state: &State, briefing: Option<&Briefing>, desk_phone: &str, zone: Tz) -> Vec<String> {
    let due = state.promise.as_ref().map(|promise| promise.due);
    let mut lines = vec!["NOBODY HAS IT.".to_owned()];
    lines.extend(dial(&state.ladder, briefing, due, desk_phone, zone));
    lines.push(format!("Then: page-oncall ack {} --by NAME", state.case));
    lines
}

/// What a person must do when nothing could be stored or sent: the procedure needs no more than a telephone.
pub fn dial_instead(
    ladder: &Ladder,
    briefing: &Briefing,
    due: Option<DateTime<Utc>>,
    desk_phone: &str,
    zone: Tz,
) -> Vec<String> {
    let mut lines = vec!["NOBODY WAS PAGED; nothing was stored.".to_owned()];
    lines.extend(dial(ladder, Some(briefing), due, desk_phone, zone));
    lines
}

fn dial(
    ladder: &Ladder,
    briefing: Option<&Briefing>,
    due: Option<DateTime<Utc>>,
    desk_phone: &str,
    zone: Tz,
) -> Vec<String> {
    let mut named: Vec<&Contact> = Vec::new();
    for person in ladder.rungs.iter().flat_map(|rung| &rung.contacts) {
        if person.phone.is_some() && !named.iter().any(|other| other.same_as(person)) {
            named.push(person);
        }
    }
    let mut lines = if named.is_empty() {
        vec!["No number is known: ask HD leadership by group Teams message, or by phone from NOVA.".to_owned()]
    } else {
        vec!["Dial, from the top, until a person says \"I have it\":".to_owned()]
    };
    lines.extend(named.iter().map(|person| format!("  {}", contact(person, zone))));
    if let Some(briefing) = briefing {
        lines.push("Say, also to a voicemail:".to_owned());
        lines.extend(wrapped(&by_hand(briefing, due, desk_phone, zone), "  ", "  "));
    }
    lines
}

/// What an agent must do when the page could not even be stored (contract 5.10): dial those `contacts`, in this order.
pub fn dial_by_hand<'a>(contacts: impl IntoIterator<Item = &'a Contact>) -> String {
    let mut people: Vec<String> = Vec::new();
    for person in contacts {
        let Some(number) = &person.phone else { continue };
        let line = format!("{} {}", person.name, phone::display(number));
        if !people.contains(&line) {
            people.push(line);
        }
    }
    let whom = if people.is_empty() {
        "ask HD leadership by group Teams message, or by phone from NOVA".to_owned()
    } else {
        format!("dial until a person says \"I have it\": {}", people.join(", then "))
    };
    format!("NOBODY WAS PAGED; nothing was stored. By hand: {whom}")
}

/// What an agent reads who calls again for a case that has an open page.
pub fn joined(state: &State, again: bool, now: DateTime<Utc>, zone: Tz) -> Vec<String> {
    let mut lines = if state.training { vec![TRAINING_LINE.to_owned()] } else { Vec::new() };
    let opened = short(state.opened_at, zone);
    lines.push(format!("Case {} has an open page already, by {}, {opened}.", state.case, state.opened_by));
    lines.push(if again { "Another round begins." } else { "You join it; nobody is paged twice." }.to_owned());
    let mut lines: Vec<String> = lines.iter().flat_map(|line| wrapped(line, "", "    ")).collect();
    lines.extend(summary(state, now, zone).lines().map(str::to_owned));
    lines
}

/// The page in one line where it fits, for a list: case, who has it, the promise, then the rest.
pub fn summary(state: &State, now: DateTime<Utc>, zone: Tz) -> String {
    let owner = match (&state.acknowledged, state.phase()) {
        (_, Phase::Cancelled) => "withdrawn".to_owned(),
        (Some(owner), _) => format!("{} has it", owner.by),
        (None, Phase::Exhausted) => "NOBODY HAS IT".to_owned(),
        (None, _) => {
            let rung = state.current_rung().map(|rung| format!("{} ({})", people(rung), rung.label));
            format!("paging {}", rung.unwrap_or_else(|| "nobody yet".to_owned()))
        }
    };
    let promise = state.promise.as_ref().filter(|_| state.cancelled.is_none()).map_or_else(String::new, |made| {
        format!(
            "promise {}",
            match made.state(now) {
                PromiseState::Open => format!("{} min left", made.minutes_left(now)),
                PromiseState::Kept => "kept".to_owned(),
                PromiseState::Late => "kept late".to_owned(),
                PromiseState::Missed => "MISSED".to_owned(),
            }
        )
    });
    let schedule = state.schedule.as_deref().unwrap_or("leadership").to_uppercase();
    let mark = if state.training { "TRAINING " } else { "" };
    let opened = format!("opened {}", short(state.opened_at, zone));
    fill(mark, 4, "   ", [state.case.clone(), schedule, owner, promise, opened])
}

/// The audit lines for the case: the schedule's rows and age, each attempt with its outcome, who has it (domain 1.4).
pub fn audit(state: &State, zone: Tz) -> Vec<String> {
    let schedule = state.schedule.as_deref().unwrap_or("none");
    let mut lines = basis_audit(schedule, &state.ladder, &state.basis, zone);
    for tried in &state.attempts {
        let report = tried.receipt.as_ref().or(tried.answer.as_ref()).map(|answered| &answered.report);
        let id =
            report.and_then(|report| report.provider_id.as_deref()).map_or_else(String::new, |id| format!(" {id}"));
        let word = report.map_or_else(|| "in flight".to_owned(), outcome);
        lines.push(format!("{}  {}: {word}{id}", stamp(tried.started_at, zone), attempt_name(tried)));
    }
    if let Some(owner) = &state.acknowledged {
        lines.push(format!("{}  {} has it ({})", stamp(owner.at, zone), owner.by, via(owner.via)));
    }
    if let Some(made) = &state.promise {
        lines.push(format!("Customer told {}; call due {}", stamp(made.told_at, zone), stamp(made.due, zone)));
        if let Some(word) = &state.called_back {
            lines.push(format!("Customer called back: reported {} by {}", stamp(word.at, zone), word.by));
        }
    }
    lines
}

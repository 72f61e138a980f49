//! What does the agent read about a decision: one large word, the reason, what to say and what to do?
//!
//! No sentence carries a phone number or a name of its own: they come in a `Desk`, from the settings.

use chrono::{DateTime, Months, NaiveDate, NaiveTime, Utc};
use chrono_tz::Tz;

use super::time;
use crate::decision::promise::PromiseRules;
use crate::decision::{Affected, Answer, Answers, Circumstances, Decision, Device, Group, Outcome, Partner, RowId};

/// What the sentences need to know about the desk; from the settings.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Desk {
    /// The zone in which times are said.
    pub zone: Tz,
    /// What customers dial to reach CPS (A21).
    pub cps_phone: String,
    /// When CPS is open, as the settings write it: `Mon-Fri 07:00-18:00`.
    pub cps_hours: String,
    /// The Help Desk's own number, for voicemails (domain 1.9 row 10).
    pub help_desk_phone: String,
    /// What the ticket system is called.
    pub ticket_system: String,
    /// Service / Category / Subcategory (A54-A59).
    pub classification: String,
    /// Headings of further facts that the record must carry (A71).
    pub extra_record_fields: Vec<String>,
    /// The date of the procedure's text.
    pub procedure_date: NaiveDate,
    /// From which age in months the text must be asked after (domain 1.9 row 23).
    pub procedure_max_age_months: u32,
    /// Whether a paged case is assigned to EAST as well (domain 1.9 row 6).
    pub east_on_page: bool,
    /// The page that lists the customer's support options (A21).
    pub options_page: Option<String>,
    /// The page that lists planned and present outages (A87).
    pub outages_page: Option<String>,
    /// By when a customer is promised a call.
    pub promises: PromiseRules,
}

impl Desk {
    /// A desk with these numbers and hours, and the procedure's own words for everything else.
    pub fn new(zone: Tz, cps_phone: String, cps_hours: String, help_desk_phone: String) -> Self {
        Self {
            zone,
            cps_phone,
            cps_hours,
            help_desk_phone,
            ticket_system: "WiscIT".to_owned(),
            classification: "DoIT Departmental Support / Service Inquiry / Unclassified".to_owned(),
            extra_record_fields: Vec::new(),
            procedure_date: NaiveDate::from_ymd_opt(2025, 2, 6).unwrap_or_default(),
            procedure_max_age_months: 24,
            east_on_page: true,
            options_page: None,
            outages_page: None,
            promises: PromiseRules::default(),
        }
    }

    /// When CPS opens next, as a date: `Mon 2026-11-23 07:00`.
    pub fn next_opening(&self, circumstances: &Circumstances) -> Option<String> {
        circumstances.next_cps_opening.map(|at| time::short(at, self.zone))
    }
}

/// A decided call, with what only later steps know.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Call<'a> {
    /// What the procedure says.
    pub decision: Decision,
    /// What it was decided on.
    pub answers: &'a Answers,
    /// When, and which desks were open.
    pub circumstances: &'a Circumstances,
    /// The case number, once there is one.
    pub case: Option<&'a str>,
    /// When the promised time ends; only once a technician's number is known (domain 1.9 row 9).
    pub promise_due: Option<DateTime<Utc>>,
    /// When the customer is or was told so.
    pub told_at: Option<DateTime<Utc>>,
    /// Whether the schedule was asked and gave nobody who can be reached: leadership is next (row D6).
    pub nobody_on_call: bool,
}

impl<'a> Call<'a> {
    /// Decides a call of which no more than the answers is known.
    pub fn decide(answers: &'a Answers, circumstances: &'a Circumstances) -> Self {
        let decision = crate::decision::decide(answers, circumstances);
        Self { decision, answers, circumstances, case: None, promise_due: None, told_at: None, nobody_on_call: false }
    }
}

/// The promise as it is said: the hour where it is one, and always the clock time.
fn promised(due: DateTime<Utc>, call: &Call, desk: &Desk) -> String {
    let told_at = call.told_at.unwrap_or(call.circumstances.at);
    if is_an_hour(told_at, due) {
        format!("within one hour, by {}", time::spoken(due, desk.zone))
    } else {
        format!("by {}", time::spoken_ahead(due, told_at, desk.zone))
    }
}

/// Whether a promise is the procedure's own (A38, A47).
pub(super) fn is_an_hour(told_at: DateTime<Utc>, due: DateTime<Utc>) -> bool {
    due - told_at == chrono::Duration::hours(1)
}

/// The outcome as one large word.
pub fn headline(decision: &Decision) -> &'static str {
    match (decision.outcome, decision.schedule) {
        (Outcome::OutOfScope, _) => "OUT OF SCOPE",
        (Outcome::Outage, _) => "OUTAGE",
        (Outcome::NormalHd, _) => "NORMAL",
        (Outcome::CpsOpen, _) => "TRANSFER TO CPS",
        (Outcome::East, _) => "EAST",
        (Outcome::Page, Some(Group::Aims)) => "PAGE AIMS",
        (Outcome::Page, Some(Group::Gds)) => "PAGE GDS",
        (Outcome::Page, None) => "PAGE",
        (Outcome::Leadership, _) => "ASK LEADERSHIP",
        (Outcome::PtpExpedite, _) => "EXPEDITE",
        (Outcome::PtpNormal, _) => "NORMAL (PTP)",
        (Outcome::PtpNeedInfo, _) => "ASK FOR MORE",
    }
}

/// A warning when the procedure's text is as old at `at` as the settings allow, or older (domain 1.9 row 23).
pub fn old_procedure(desk: &Desk, at: DateTime<Utc>) -> Option<String> {
    let date = desk.procedure_date;
    let limit = date.checked_add_months(Months::new(desk.procedure_max_age_months))?;
    (at.with_timezone(&desk.zone).date_naive() >= limit)
        .then(|| format!("The procedure text is OLD, of {date}: ask the supervisor whether it still holds."))
}

/// Why this row decides, in one sentence.
pub fn reason(decision: &Decision, answers: &Answers) -> String {
    let fixed = match decision.row {
        RowId::D0 => "The General Help Desk is closed; the procedure is for the hours when it is open.",
        RowId::D1 => "It looks like an outage, and an outage is never paged as one partner's case.",
        RowId::D2 => "The caller is not a contract partner.",
        RowId::P1 if answers.affected == Affected::Many => {
            "Primary Tech Partner with more than one person affected: mission critical."
        }
        RowId::P1 => "Primary Tech Partner with a VIP affected: mission critical.",
        RowId::P2 => "Primary Tech Partner with one ordinary person affected: not mission critical.",
        RowId::P3 => "Primary Tech Partner, but how many are affected, or whether a VIP is, is unknown.",
        RowId::D3 => "CPS is open, and the caller is or may be a contract partner.",
        RowId::D4 if answers.hd_can_help == Answer::Yes => "The Help Desk can fix it itself.",
        RowId::D4 => "It is about a personal computer, which is never paged, however urgent.",
        RowId::D5u => return format!("Still unknown after asking: {}.", unknown(answers).join(", ")),
        RowId::D5n => "It is no critical work stoppage: it can wait until CPS opens.",
        RowId::D5a => "Former AIMS partner with a critical work stoppage: the customer's yes is enough.",
        RowId::D5b => "Contract partner with a critical work stoppage that the agent judges an emergency.",
        RowId::D5c => "The customer calls it critical; the agent judges that it is no emergency.",
    };
    fixed.to_owned()
}

/// What row D5u found missing, in words.
fn unknown(answers: &Answers) -> Vec<&'static str> {
    let judgement_counts = answers.partner == Partner::Gds && answers.critical == Answer::Yes;
    [
        (answers.partner == Partner::Unknown, "which contract partner"),
        (answers.hd_can_help == Answer::Unknown, "whether the Help Desk can fix it"),
        (answers.device == Device::Unknown, "whose computer"),
        (answers.critical == Answer::Unknown, "whether it is critical"),
        (judgement_counts && answers.judgement == Answer::Unknown, "whether it is an emergency"),
    ]
    .into_iter()
    .filter_map(|(missing, words)| missing.then_some(words))
    .collect()
}

/// What to say to the customer, sentence by sentence.
pub fn say(call: &Call, desk: &Desk) -> Vec<String> {
    let hours = spoken_hours(&desk.cps_hours);
    let phone = &desk.cps_phone;
    let case = call.case.map(|case| format!("Your incident number is {case}."));
    let number = || case.clone().unwrap_or_else(|| "I am opening a case and give you its incident number.".to_owned());
    let cps = || {
        let mut sentences = vec![format!("Contract Partner Support is open {hours}, phone {phone}.")];
        sentences.extend(desk.next_opening(call.circumstances).map(|date| format!("It opens next on {date}.")));
        sentences.extend(desk.options_page.as_ref().map(|link| format!("Your support options: {link}")));
        sentences
    };
    match call.decision.outcome {
        Outcome::OutOfScope if call.circumstances.cps_open => {
            vec![format!("Contract Partner Support is open now: please call {phone}.")]
        }
        Outcome::OutOfScope => {
            let mut sentences = vec!["The Help Desk is closed now.".to_owned()];
            sentences.extend(cps());
            sentences
        }
        Outcome::Outage => {
            let mut sentences = vec![
                "This may be part of an outage; we are checking.".to_owned(),
                "I am adding your report to a case.".to_owned(),
            ];
            sentences.extend(case);
            sentences
        }
        Outcome::NormalHd => {
            let mut sentences = vec!["I will handle this as a Help Desk case.".to_owned()];
            sentences.extend(case);
            sentences
        }
        Outcome::CpsOpen => vec![
            "Contract Partner Support is open now; I am transferring you.".to_owned(),
            format!("Their number is {phone}, {hours}."),
        ],
        Outcome::East => {
            let mut sentences = vec!["I am passing your case to departmental support.".to_owned(), number()];
            sentences.extend(cps());
            sentences
        }
        Outcome::Page => {
            let mut sentences = vec![match call.promise_due {
                Some(due) => format!("A technician will contact you {}.", promised(due, call, desk)),
                None if call.nobody_on_call => "I am asking our leadership who can help you now.".to_owned(),
                None => "I am contacting the on-call technician now.".to_owned(),
            }];
            sentences.push(number());
            sentences.extend(cps());
            sentences
        }
        Outcome::Leadership => {
            let mut sentences = vec!["I am asking our leadership how to help you best.".to_owned(), number()];
            sentences.extend(cps());
            sentences
        }
        Outcome::PtpExpedite => vec![
            "This is mission critical; I am passing it ahead to the technologists.".to_owned(),
            number(),
            "A technologist contacts you within one business day of receipt, or within the DoIT Operational \
             Framework if the case meets its criteria."
                .to_owned(),
            "You can read the case online and add notes.".to_owned(),
        ],
        Outcome::PtpNormal => vec![
            "I will handle this as a Help Desk case.".to_owned(),
            number(),
            "You can read the case online and add notes.".to_owned(),
        ],
        Outcome::PtpNeedInfo => vec![
            "Does this affect more than one person?".to_owned(),
            "Does it affect somebody you consider a VIP, such as a dean or a department chair?".to_owned(),
        ],
    }
}

/// What the agent does, step by step.
pub fn steps(call: &Call, desk: &Desk) -> Vec<String> {
    let mut steps = steps_of_row(call, desk);
    let continues = !matches!(call.decision.outcome, Outcome::OutOfScope | Outcome::Outage);
    if continues && call.answers.outage == Answer::Unknown {
        steps.push(format!("Nobody could say whether it is an outage: check {}.", outages_page(desk)));
    }
    steps
}

fn outages_page(desk: &Desk) -> String {
    desk.outages_page
        .as_ref()
        .map_or_else(|| "the outages page".to_owned(), |link| format!("the outages page ({link})"))
}

fn steps_of_row(call: &Call, desk: &Desk) -> Vec<String> {
    let ticket = &desk.ticket_system;
    let texts: Vec<String> = match call.decision.row {
        RowId::D0 => vec![
            "Do not page: the procedure is for when CPS is closed and the General Help Desk is open.".into(),
            "If the Help Desk is open now, its hours in the settings are wrong: tell the supervisor.".into(),
        ],
        RowId::D1 => vec![
            "Do not page a technician for it.".into(),
            format!("Look for an open planned outage on {}.", outages_page(desk)),
            "Is there a Problem number for it yet?".into(),
            "If yes: link the incident to that Problem yourself and only save it.".into(),
            "If no: save the incident and hand it to HDQA, who ask SNCC to confirm an outage.".into(),
            "If HDQA does not answer: call SNCC, which is there day and night.".into(),
        ],
        RowId::D2 => vec![
            "Handle it as a normal Help Desk case; nobody is paged.".into(),
            "No cone, but the caller says contract partner, names a departmental computer or asks for remote support? \
             Check the department list."
                .into(),
            "A computer name that begins with aims, wdn or wdm is a former AIMS device: answer the partner question \
             again with AIMS."
                .into(),
        ],
        RowId::P1 => {
            let mut steps = vec![
                format!("Create the case in {ticket} and collect as much handling as you can."),
                "Check that it is accurate, complete and mission critical.".into(),
                "Escalate it ahead to the proper technologists; you name the team.".into(),
            ];
            steps.extend(ptp_reminders());
            steps
        }
        RowId::P2 => {
            let mut steps = vec![
                "Handle it as a normal level 1 case; nobody is paged.".into(),
                "If you are on the phone with them, complete the entry of the request for them.".into(),
            ];
            steps.extend(ptp_reminders());
            steps
        }
        RowId::P3 => {
            let mut steps = vec![
                "Ask for more information before you decide: how many are affected, and is a VIP among them?".into(),
                "Then answer those two questions again.".into(),
            ];
            steps.extend(ptp_reminders());
            steps
        }
        RowId::D3 => vec![
            format!("Transfer the call to CPS, {}; in doubt too.", desk.cps_phone),
            "Keep NetID and Duo with the General Help Desk, even for a customer with a cone.".into(),
            "Keep a private matter on a personal device as well.".into(),
        ],
        RowId::D4 => vec!["Handle it as a normal Help Desk case; nobody is paged, even if it is urgent.".into()],
        RowId::D5n => east(ticket, None),
        RowId::D5c => east(ticket, Some("Write in the record why you judge it no emergency.")),
        RowId::D5a | RowId::D5b => page(call, desk),
        RowId::D5u => leadership(call, ticket),
    };
    texts
}

fn east(ticket: &str, judgement: Option<&str>) -> Vec<String> {
    let mut steps = vec![
        format!("Create the case in {ticket}."),
        "Collect handling: description, contact with phone, urgency, what you promised.".to_owned(),
    ];
    steps.extend(judgement.map(str::to_owned));
    steps.push("Run the Assign to EAST one-step.".to_owned());
    steps.push("Give the customer the incident number, the CPS hours and the CPS phone.".to_owned());
    steps
}

/// A page is due, but the schedule gives nobody: never guess (row D6).
fn nobody(desk: &Desk) -> Vec<String> {
    let mut steps = vec![
        format!("Create the case in {} and collect handling.", desk.ticket_system),
        "Do not guess who is on call, and promise no time to the customer.".to_owned(),
        "Ask HD leadership: group Teams message first, then by phone from NOVA, name after name.".to_owned(),
        "Write in the case who of them said what.".to_owned(),
    ];
    if desk.east_on_page {
        steps.push("Run the Assign to EAST one-step too, with \"nobody on call\" in the record.".to_owned());
    }
    steps.push("Give the customer the incident number, the CPS hours and the CPS phone.".to_owned());
    steps
}

fn page(call: &Call, desk: &Desk) -> Vec<String> {
    if call.nobody_on_call {
        return nobody(desk);
    }
    let assign = || "Run the Assign to EAST one-step too, with \"on-call paged\" in the record.".to_owned();
    if call.promise_due.is_some() {
        // The page runs: whom it reaches and what they are told is done by the page itself.
        return if desk.east_on_page { vec![assign()] } else { Vec::new() };
    }
    let group = call.decision.schedule.map_or_else(String::new, |group| group.name().to_uppercase() + " ");
    let mut steps = vec![
        format!("Create the case in {} and collect handling.", desk.ticket_system),
        format!("Contact the on-call technician of the {group}schedule."),
        "Tell them: a case came in; the customer's name and phone; the problem in a few words; the case number."
            .to_owned(),
        format!(
            "Then tell the customer that a technician will contact them {}.",
            match desk.promises.due(call.circumstances.at) {
                due if is_an_hour(call.circumstances.at, due) => "within one hour".to_owned(),
                due => format!("by {}", time::spoken_ahead(due, call.circumstances.at, desk.zone)),
            }
        ),
        format!("If nobody answers, leave a voicemail: the same facts, and our number {}.", desk.help_desk_phone),
    ];
    if desk.east_on_page {
        steps.push(assign());
    }
    steps.push("Give the customer the incident number, the CPS hours and the CPS phone.".to_owned());
    steps
}

fn leadership(call: &Call, ticket: &str) -> Vec<String> {
    let case = call.case.map_or_else(|| "a contract partner's case".to_owned(), |case| format!("case {case}"));
    vec![
        format!("Create the case in {ticket} and collect handling."),
        "Ask HD leadership in the group Teams message, or call them: numbers in NOVA.".to_owned(),
        format!(
            "Teams text: After hours, {case}. Unknown: {}. Page on-call, EAST or normal case?",
            unknown(call.answers).join(", ")
        ),
        "Do as they say; write the guidance and who gave it in the record.".to_owned(),
    ]
}

/// B15 and B19-B20.
fn ptp_reminders() -> [String; 3] {
    [
        "The PTP flag is enough: the public list of Primary Tech Partners is not complete.".to_owned(),
        "Priority does not widen the scope: what is set up for one environment needs a contract with its technologists."
            .to_owned(),
        "Included: base products of SEO, EIS, Network Services and Academic Technology.".to_owned(),
    ]
}

/// Opening hours as a person says them: `Mon-Fri 07:00-18:00` becomes `Mon-Fri 7am-6pm`.
pub fn spoken_hours(hours: &str) -> String {
    let spoken = |word: &str| match NaiveTime::parse_from_str(word, "%H:%M") {
        _ if matches!(word, "24:00" | "00:00") => "midnight".to_owned(),
        Ok(at) => at.format("%-I:%M%P").to_string().replace(":00", ""),
        Err(_) => word.to_owned(),
    };
    hours
        .split_inclusive([' ', '-', ',', ';'])
        .map(|part| match part.char_indices().next_back() {
            Some((end, mark)) if matches!(mark, ' ' | '-' | ',' | ';') => {
                format!("{}{mark}", spoken(part.get(..end).unwrap_or(part)))
            }
            _ => spoken(part),
        })
        .collect()
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    pub(crate) fn desk() -> Desk {
        Desk::new(
            chrono_tz::America::Chicago,
            "608-555-0100".to_owned(),
            "Mon-Fri 07:00-18:00".to_owned(),
            "608-555-0199".to_owned(),
        )
    }

    #[test]
    fn hours_are_said_as_people_say_them() {
        assert_eq!(spoken_hours("Mon-Fri 07:00-18:00"), "Mon-Fri 7am-6pm");
        assert_eq!(spoken_hours("Mon-Thu 07:30-18:00, Fri 07:00-12:00"), "Mon-Thu 7:30am-6pm, Fri 7am-12pm");
        assert_eq!(spoken_hours("daily 18:00-24:00"), "daily 6pm-midnight");
        assert_eq!(spoken_hours("always"), "always");
    }

    #[test]
    fn an_old_procedure_text_is_named_from_the_day_it_is_too_old() {
        let at = |text: &str| text.parse::<DateTime<Utc>>().unwrap();
        assert_eq!(old_procedure(&desk(), at("2027-02-05T23:59:59-06:00")), None);
        let words = old_procedure(&desk(), at("2027-02-06T00:00:00-06:00")).unwrap();
        assert_eq!(words, "The procedure text is OLD, of 2025-02-06: ask the supervisor whether it still holds.");
        let patient = Desk { procedure_max_age_months: 25, ..desk() };
        assert_eq!(old_procedure(&patient, at("2027-02-06T00:00:00-06:00")), None);
    }

    #[test]
    fn a_page_promises_an_hour_only_when_it_runs() {
        let answers = Answers {
            outage: Answer::No,
            partner: Partner::Aims,
            hd_can_help: Answer::No,
            device: Device::Departmental,
            critical: Answer::Yes,
            ..Answers::default()
        };
        let at: DateTime<Utc> = "2026-11-22T22:42:00-06:00".parse().unwrap();
        let circumstances = Circumstances { at, general_hd_open: true, cps_open: false, next_cps_opening: None };
        let mut call = Call::decide(&answers, &circumstances);
        assert!(!say(&call, &desk()).join(" ").contains("hour, by"));
        call.promise_due = Some(at + chrono::Duration::minutes(60));
        let said = say(&call, &desk());
        assert_eq!(said[0], "A technician will contact you within one hour, by 11:42pm.");
        call.promise_due = Some("2026-11-23T07:15:00-06:00".parse().unwrap());
        assert_eq!(say(&call, &desk())[0], "A technician will contact you by 7:15 tomorrow morning.");
        call.promise_due = Some(at + chrono::Duration::minutes(33));
        assert_eq!(say(&call, &desk())[0], "A technician will contact you by 11:15pm.");
    }
}

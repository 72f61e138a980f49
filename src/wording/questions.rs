//! How is each question asked, and which key gives which answer?

use super::decision::Desk;
use crate::decision::partners::host_hint;
use crate::decision::{Affected, Answer, Circumstances, Device, Given, Partner, Partners, Question};

/// A key and the answer it gives.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Choice {
    /// The key, in lower case.
    pub key: char,
    /// The answer.
    pub given: Given,
    /// The answer in words.
    pub words: &'static str,
}

/// The question itself. The critical question spells out the next CPS opening, because callers do not know it.
pub fn text(question: Question, desk: &Desk, circumstances: &Circumstances) -> String {
    let fixed = match question {
        Question::Outage => "Does it look like an outage (several contacts, a shared service, a known event)?",
        Question::Partner => "Is the caller a contract partner?",
        Question::Ptp => "Does the caller carry the PTP flag (Primary Tech Partner)?",
        Question::Affected => "Does it affect more than one person?",
        Question::Vip => "Does it affect somebody the customer considers a VIP?",
        Question::HdCanHelp => "Can the Help Desk fix it itself?",
        Question::Device => "Is it about a departmental computer?",
        Question::Critical => {
            let until = desk
                .next_opening(circumstances)
                .map_or_else(|| "the next business day".to_owned(), |date| format!("CPS opens on {date}"));
            return format!("Is this a critical work stoppage that cannot wait until {until}?");
        }
        Question::Judgement => "Do you judge it an emergency that needs somebody now?",
    };
    fixed.to_owned()
}

/// One line that helps to answer it.
pub fn help(question: Question, desk: &Desk) -> String {
    match question {
        Question::Outage => match &desk.outages_page {
            Some(link) => format!("The outages page: {link}"),
            None => "Look at the outages page.".to_owned(),
        },
        Question::Partner => format!(
            "In {}: a cone with a blue AIMS link, or a bare cone? No cone, but a computer name that begins with aims, \
             wdn or wdm: AIMS.",
            desk.ticket_system
        ),
        Question::Ptp => format!("The flag stands in {}; the public list is not complete.", desk.ticket_system),
        Question::Affected => "Ask the customer.".to_owned(),
        Question::Vip => "Ask the customer; for example a dean or a department chair.".to_owned(),
        Question::HdCanHelp => "For example a NetID password reset.".to_owned(),
        Question::Device => "Ask which computer; a personal one is never paged.".to_owned(),
        Question::Critical => "Ask the customer with these words.".to_owned(),
        Question::Judgement => "For example a department head's urgent mass e-mail that will not go out.".to_owned(),
    }
}

/// The keys that answer it; `?` is always "unsure", which goes to leadership where it matters.
pub fn choices(question: Question) -> impl Iterator<Item = Choice> {
    question.possible().iter().map(|given| {
        let (key, words) = key_and_words(*given);
        Choice { key, given: *given, words }
    })
}

const fn key_and_words(given: Given) -> (char, &'static str) {
    match given {
        Given::Partner(Partner::Aims) => ('a', "AIMS link"),
        Given::Partner(Partner::Gds) => ('g', "bare cone"),
        Given::Partner(Partner::None) => ('n', "none"),
        Given::Device(Device::Personal) => ('n', "no: personal"),
        Given::Affected(Affected::One) => ('n', "no: one person"),
        Given::Device(Device::Departmental) | Given::Affected(Affected::Many) => ('y', "yes"),
        Given::Partner(Partner::Unknown) | Given::Device(Device::Unknown) | Given::Affected(Affected::Unknown) => {
            ('?', "unsure")
        }
        Given::Outage(answer)
        | Given::Ptp(answer)
        | Given::Vip(answer)
        | Given::HdCanHelp(answer)
        | Given::Critical(answer)
        | Given::Judgement(answer) => match answer {
            Answer::Yes => ('y', "yes"),
            Answer::No => ('n', "no"),
            Answer::Unknown => ('?', "unsure"),
        },
    }
}

/// The line that names the keys.
pub fn keys(question: Question) -> String {
    let mut keys: Vec<String> = choices(question).map(|choice| format!("{} {}", choice.key, choice.words)).collect();
    if question == Question::Partner {
        keys.push("d department".to_owned());
    }
    format!("[{}]  b back, q quit", keys.join(", "))
}

/// Asks for the name behind the key `d`.
pub const DEPARTMENT_PROMPT: &str = "Department or computer name: ";

/// There is no answer to take back.
pub const NO_WAY_BACK: &str = "This is the first question; q leaves.";

/// What is said of a fact that was left empty.
pub const NEEDED: &str = "The technician needs this.";

/// A key that answers nothing.
pub fn strange_key(key: char) -> String {
    format!("The key {key} means nothing here.")
}

/// What is shown when the name behind the key `d` is no department: hints, never an answer.
pub fn unknown_department(name: &str, partners: &Partners) -> Vec<String> {
    let mut lines = vec!["No department of that name is listed in partners.csv.".to_owned()];
    lines.extend(partners.suggest(name).into_iter().map(|close| format!("  close: {close}")));
    lines.extend(host_hint(name).map(|_| "  It begins like the name of a former AIMS computer: key a?".to_owned()));
    lines
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wording::decision::tests::desk;

    #[test]
    fn the_critical_question_spells_out_the_next_opening() {
        let mut circumstances = Circumstances {
            at: "2026-11-22T01:30:00-06:00".parse().unwrap(),
            general_hd_open: true,
            cps_open: false,
            next_cps_opening: Some("2026-11-23T07:00:00-06:00".parse().unwrap()),
        };
        assert_eq!(
            text(Question::Critical, &desk(), &circumstances),
            "Is this a critical work stoppage that cannot wait until CPS opens on Mon 2026-11-23 07:00?"
        );
        circumstances.next_cps_opening = None;
        assert_eq!(
            text(Question::Critical, &desk(), &circumstances),
            "Is this a critical work stoppage that cannot wait until the next business day?"
        );
    }

    #[test]
    fn every_possible_answer_has_one_key_and_the_keys_fit_a_line() {
        for question in Question::ALL {
            let mut keys: Vec<char> = choices(question).map(|choice| choice.key).collect();
            assert!(keys.iter().all(|key| !['b', 'q', 'd'].contains(key)), "{question:?}: {keys:?}");
            keys.sort_unstable();
            keys.dedup();
            assert_eq!(keys.len(), question.possible().len(), "{question:?}");
            let line = super::keys(question);
            assert!(line.len() <= 80, "{}: {line}", line.len());
        }
    }
    #[test]
    fn a_computer_name_in_place_of_a_department_is_a_hint() {
        let lines = unknown_department("WDN-0417", &Partners::default());
        assert_eq!(lines.len(), 2);
        assert!(lines[1].contains("former AIMS"));
        assert_eq!(unknown_department("Astronomy", &Partners::default()).len(), 1);
    }
}

//! How does a drill speak? The test message, the question of the day before, and what is said of the answers.

use chrono::{DateTime, Utc};
use chrono_tz::Tz;

use super::columns::paragraph;
use super::gsm::{ONE_SEGMENT, fold, segments};
use super::messages::{TakenBy, number_twice};
use super::page::channel_name;
use super::phone;
use super::time::{short, span, spoken};
use crate::decision::ladder::Channel;
use crate::episode::event::{DrilledShift, Via};
use crate::episode::state::State;
use crate::proof::duty::Duty;
use crate::proof::readiness::Ready;

/// What a drill's messages say.
#[derive(Debug, Clone, Copy)]
pub struct Facts<'a> {
    /// The help desk in a few letters.
    pub desk_short: &'a str,
    /// The help desk's number.
    pub help_desk_phone: &'a str,
    /// The time on call that is to be confirmed; `None` for a test alone.
    pub shift: Option<&'a DrilledShift>,
    /// Whether nothing is really sent.
    pub training: bool,
    /// The site's zone.
    pub zone: Tz,
}

/// The text message: one GSM-7 segment, whatever the schedule is called.
pub fn sms(facts: &Facts<'_>) -> String {
    let mark = if facts.training { "TRAINING " } else { "" };
    let (desk, number) = (fold(facts.desk_short), phone::display(facts.help_desk_phone));
    let Some(shift) = facts.shift else {
        return format!("{mark}TEST page from {desk}, nothing is wrong. Reply 1=got it. HD {number}");
    };
    let write = |schedule: &str| {
        let times = format!("from {} to {}", moment(shift.from, facts.zone), moment(shift.until, facts.zone));
        format!("{mark}{desk}: you are on call{schedule} {times}. Reply 1=got it 2=cannot. HD {number}")
    };
    let whole = write(&format!(" for {}", fold(&shift.schedule.to_uppercase())));
    if segments(&whole).units <= ONE_SEGMENT { whole } else { write("") }
}

/// The mail's subject and text.
pub fn email(facts: &Facts<'_>) -> (String, String) {
    let mark = if facts.training { "TRAINING " } else { "" };
    let (desk, number) = (facts.desk_short, phone::display(facts.help_desk_phone));
    let answer =
        format!("Reply 1 to the text message, or tell the Help Desk at {number}. Nobody reads answers to this mail.");
    match facts.shift {
        None => (
            format!("{mark}{desk} TEST page: nothing is wrong"),
            format!("This is a test of the way to you. Nothing is wrong and nobody waits for a call.\n\n{answer}\n"),
        ),
        Some(shift) => {
            let times = format!("from {} until {}", short(shift.from, facts.zone), short(shift.until, facts.zone));
            (
                format!("{mark}{desk}: you are on call for {} {times}", shift.schedule.to_uppercase()),
                format!(
                    "You are on call for {} {times} ({}).\n\n{answer}\nIf you cannot, say so now: reply 2, or call.\n",
                    shift.schedule.to_uppercase(),
                    facts.zone.name()
                ),
            )
        }
    }
}

/// What a call says: who calls and that nothing is wrong, what to press, and what a machine is left.
pub fn call(facts: &Facts<'_>) -> (String, Vec<String>, String, Vec<String>) {
    let opening = format!("This is {} with a test call. Nothing is wrong.", facts.desk_short);
    let told = facts.shift.map(|shift| {
        format!(
            "You are on call for {} from {} until {}.",
            shift.schedule.to_uppercase(),
            moment(shift.from, facts.zone),
            moment(shift.until, facts.zone)
        )
    });
    let left = "This was a test call of the on-call page. Nothing is wrong. You need not call back.".to_owned();
    let menu = match facts.shift {
        None => "Press 1 to confirm that you can be reached, or 3 to hear this again.",
        Some(_) => "Press 1 to confirm, 2 if you cannot, or 3 to hear this again.",
    };
    (opening, told.into_iter().collect(), menu.to_owned(), vec![left])
}

/// How to answer a call where nobody hears a key.
pub fn without_keys(facts: &Facts<'_>) -> String {
    format!(
        "To confirm, answer the text message with 1, or tell the Help Desk at {}.",
        phone::display(facts.help_desk_phone)
    )
}

/// What a call says after 1.
pub fn taken(facts: &Facts<'_>) -> Vec<String> {
    let noted = match facts.shift {
        None => "Thank you, noted: you can be reached.",
        Some(_) => "Thank you, noted: you know that you are on call.",
    };
    vec![noted.to_owned(), "This was a test. There is nothing else to do. Goodbye.".to_owned()]
}

/// What a call says after 2.
pub fn declined(facts: &Facts<'_>) -> Vec<String> {
    let who = format!("Please tell the Help Desk who can: {}.", number_twice(facts.help_desk_phone));
    vec!["Noted that you cannot.".to_owned(), who, "Goodbye.".to_owned()]
}

/// What a call says after a key that changes nothing any more.
pub fn over(facts: &Facts<'_>) -> Vec<String> {
    let desk = format!("The Help Desk is at {}.", number_twice(facts.help_desk_phone));
    vec!["This test is over, and nothing was recorded now. Nothing is wrong.".to_owned(), desk, "Goodbye.".to_owned()]
}

/// The title and the text in a room or on a phone by a push service.
pub fn push(facts: &Facts<'_>, taken_by: TakenBy) -> (String, String) {
    let number = phone::display(facts.help_desk_phone);
    let what = match facts.shift {
        None => "This is a test of the way to you. Nothing is wrong and nobody waits for a call.",
        Some(_) => "This is no page.",
    };
    let answer = match taken_by {
        TakenBy::Button => "Press the button of this message to confirm.".to_owned(),
        TakenBy::Desk => format!("To confirm tell the Help Desk at {number}."),
    };
    (email(facts).0, format!("{what}\n{answer}"))
}

/// The answer to a reply, in one segment.
pub fn replied(facts: &Facts<'_>, state: &State) -> String {
    let mark = if facts.training { "TRAINING " } else { "" };
    let said = match Ready::of(state) {
        Ready::Yes(..) => "Thank you, noted. There is nothing else to do",
        Ready::Cannot(_) => "Noted that you cannot. Please tell the Help Desk who can",
        _ => "That was not understood. Reply 1 to confirm",
    };
    format!("{mark}{} test: {said}. HD {}", fold(facts.desk_short), phone::display(facts.help_desk_phone))
}

/// `Fri 27 Nov 6:00pm`.
fn moment(at: DateTime<Utc>, zone: Tz) -> String {
    format!("{} {}", at.with_timezone(&zone).format("%a %-d %b"), spoken(at, zone))
}

/// Said before a drill's messages leave.
pub fn begins(name: &str, channels: &[Channel], training: bool) -> String {
    let mark = if training { "TRAINING: nothing is sent. " } else { "" };
    let by: Vec<&str> = channels.iter().map(|channel| channel_name(*channel)).collect();
    paragraph(
        "",
        2,
        &format!("{mark}A test goes to {name} by {}. It is followed for ten minutes at most.", by.join(", ")),
    )
}

/// How it ended.
pub fn ended(name: &str, state: &State, zone: Tz) -> String {
    let text = match Ready::of(state) {
        Ready::Yes(at, via) => {
            format!("{name} answered {} after {}, {}.", by(via), span(at - state.opened_at), short(at, zone))
        }
        Ready::Cannot(at) => format!("{name} answered after {} that they CANNOT.", span(at - state.opened_at)),
        Ready::Waiting | Ready::NotAsked => {
            format!("{name} has not answered yet; page-oncall show {} tells.", state.case)
        }
        Ready::Silent => format!(
            "{name} did NOT answer. Is the number right, the phone on, the contact card saved, Emergency Bypass set? \
             Call them by hand, then try again."
        ),
    };
    paragraph("", 2, &text)
}

fn by(via: Via) -> &'static str {
    match via {
        Via::Sms => "by text",
        Via::Voice => "by a key press",
        Via::Link => "by the link",
        Via::Push => "by a button",
        Via::Agent => "through the desk",
        Via::Training => "(training)",
    }
}

/// One line of the report on readiness.
pub fn line(duty: &Duty, ready: Ready, zone: Tz) -> String {
    paragraph("  ", 4, &format!("{}, from {}: {}", who(duty), short(duty.from, zone), answer(ready, zone)))
}

fn who(duty: &Duty) -> String {
    format!("{} ({}, {})", duty.name, duty.schedule, duty.role.label)
}

/// How somebody stands, in words.
pub fn answer(ready: Ready, zone: Tz) -> String {
    match ready {
        Ready::NotAsked => "was not asked".to_owned(),
        Ready::Waiting => "asked, no answer yet".to_owned(),
        Ready::Yes(at, via) => format!("confirmed {}, {}", by(via), short(at, zone)),
        Ready::Cannot(at) => format!("said {} that they CANNOT", short(at, zone)),
        Ready::Silent => "did NOT answer".to_owned(),
    }
}

/// The word of JSON.
pub fn ready_word(ready: Ready) -> &'static str {
    match ready {
        Ready::NotAsked => "not-asked",
        Ready::Waiting => "waiting",
        Ready::Yes(..) => "confirmed",
        Ready::Cannot(_) => "cannot",
        Ready::Silent => "silent",
    }
}

/// The subject of the letter about those who did not confirm.
pub fn subject(title: &str, open: usize, training: bool) -> String {
    let mark = if training { "TRAINING " } else { "" };
    let people = if open == 1 { "1 person has".to_owned() } else { format!("{open} people have") };
    format!("{mark}{title}: {people} not confirmed to be on call")
}

/// The letter: everybody whose duty is near, with their answers.
pub fn letter(title: &str, duties: &[(&Duty, Ready)], desk_phone: &str, zone: Tz) -> String {
    let lines: Vec<String> = duties.iter().map(|(duty, ready)| line(duty, *ready, zone)).collect();
    let asked = format!("Who was asked whether they are ready for their time on call, {title}:");
    let what = format!(
        "Reach those who did not answer by telephone, or change the sheet. A page goes to whom the sheet names. Times are \
         {}. The Help Desk is {desk_phone}.",
        zone.name()
    );
    format!("{}\n\n{}\n\n{}\n", paragraph("", 0, &asked), lines.join("\n"), paragraph("", 0, &what))
}

#[cfg(test)]
mod tests {
    use chrono_tz::America::Chicago;

    use super::*;

    #[test]
    fn every_text_of_a_drill_is_one_segment_and_says_that_it_is_one() {
        let shift = |schedule: &str| DrilledShift {
            schedule: schedule.to_owned(),
            from: "2026-11-27T18:00:00-06:00".parse().unwrap(),
            until: "2026-11-28T07:00:00-06:00".parse().unwrap(),
        };
        let facts = |shift| Facts {
            desk_short: "UW HD",
            help_desk_phone: "608-264-4357",
            shift,
            training: false,
            zone: Chicago,
        };
        assert_eq!(sms(&facts(None)), "TEST page from UW HD, nothing is wrong. Reply 1=got it. HD 608-264-4357");
        let aims = shift("aims");
        assert_eq!(
            sms(&facts(Some(&aims))),
            "UW HD: you are on call for AIMS from Fri 27 Nov 6:00pm to Sat 28 Nov 7:00am. Reply 1=got it 2=cannot. \
             HD 608-264-4357"
        );
        let long = shift(&"a schedule with a name ".repeat(9));
        for facts in [facts(Some(&long)), Facts { training: true, ..facts(Some(&aims)) }] {
            let text = sms(&facts);
            assert!(segments(&text).units <= ONE_SEGMENT && text.contains("Reply 1=got it"), "{text}");
        }
    }
}

//! Are the calls word for word what they should be, whatever the purpose, and short whatever the facts?

use chrono::{Duration, TimeZone};
use chrono_tz::America::Chicago;
use proptest::prelude::*;

use super::tests::{PURPOSES, any_briefing, briefing, facts};
use super::voice::{details, menu, opening, voicemail, without_keys};
use super::voice_answers::{cannot_tell, declined, refused, taken};
use super::*;
use crate::episode::decide::Refusal;
use crate::episode::event::Via;
use crate::episode::state::Word;

/// Everything in the order in which it is said, after its length in characters.
fn call(facts: &Facts) -> String {
    let mut said = vec![opening(facts)];
    said.extend(details(facts));
    said.extend([menu(facts)].into_iter().filter(|menu| !menu.is_empty()));
    measured(&said)
}

fn measured(said: &[String]) -> String {
    let said = said.join(" ");
    format!("{} {said}", said.chars().count())
}

#[test]
fn a_page_says_who_calls_and_why_and_then_the_four_facts() {
    let briefing = briefing();
    let facts = facts(&briefing);
    assert_eq!(
        call(&facts),
        "283 Help Desk on-call page for AIMS, case 1 2 3 4 5 6 7. Call Pat Q at 6 0 8, 5 5 5, 0 1 4 2. Again: 6 0 8, 5 5 5, \
         0 1 4 2. Call by 11:42 PM. The problem: Payroll PC down, dept stopped. The case is 1 2 3 4 5 6 7. Press 1 if \
         you have it. Press 2 if you cannot. Press 3 to hear this again."
    );
    assert_eq!(
        measured(&voicemail(&facts)),
        "341 Help Desk on-call page for AIMS, case 1 2 3 4 5 6 7. Call Pat Q at 6 0 8, 5 5 5, 0 1 4 2. Again: 6 0 8, 5 5 5, \
         0 1 4 2. Call by 11:42 PM. The problem: Payroll PC down, dept stopped. The case is 1 2 3 4 5 6 7. Again: 1 2 3 \
         4 5 6 7. To say that you have it, or cannot, call the Help Desk at 6 0 8, 2 6 4, 4 3 5 7. Again: 6 0 8, 2 6 4, \
         4 3 5 7."
    );
    assert_eq!(
        without_keys(&facts, true),
        "To take it, answer the text message with 1, or call the Help Desk at 6 0 8, 2 6 4, 4 3 5 7. Again: 6 0 8, 2 6 4, \
         4 3 5 7."
    );
    assert_eq!(
        without_keys(&facts, false),
        "To take it, call the Help Desk at 6 0 8, 2 6 4, 4 3 5 7. Again: 6 0 8, 2 6 4, 4 3 5 7."
    );
    let second = Facts { notice: 2, training: true, schedule_label: "", ..facts.clone() };
    assert_eq!(opening(&second), "Training, nothing is wrong. Help Desk on-call page, 2nd notice, case 1 2 3 4 5 6 7.");
    let late = Facts { now: facts.now + Duration::minutes(60), ..facts };
    assert!(details(&late)[1].starts_with("A call by 11:42 PM was promised. Call now."), "{:?}", details(&late));
}

#[test]
fn the_night_of_the_clock_change_says_which_of_the_two_hours() {
    let briefing = briefing();
    let opened_at = Chicago.with_ymd_and_hms(2026, 11, 1, 0, 40, 0).unwrap().to_utc();
    let first = Facts { now: opened_at, due: Some(opened_at + Duration::minutes(60)), ..facts(&briefing) };
    assert_eq!(details(&first)[1], "Call by 1:40 AM, before the clocks go back.");
    let second = Facts { due: Some(opened_at + Duration::minutes(120)), ..first };
    assert_eq!(details(&second)[1], "Call by 1:40 AM, after the clocks went back.");
}

#[test]
fn a_restricted_department_is_told_of_after_the_key_only() {
    let restricted = Briefing { restricted: true, ..briefing() };
    let facts = facts(&restricted);
    let before = [call(&facts), measured(&voicemail(&facts)), without_keys(&facts, true)].join(" ");
    assert!(!before.contains("Payroll") && !before.contains("down"), "{before}");
    assert!(before.contains("Press 1 if you have it and to hear the problem."), "{before}");
    assert_eq!(before.matches("The problem stands in the case.").count(), 2, "{before}");
    assert!(taken(&facts).contains(&"The problem: Payroll PC down, dept stopped.".to_owned()));

    let identity = Briefing { summary: "mail of pat@example.edu fails".to_owned(), ..briefing() };
    let facts = super::tests::facts(&identity);
    let all = [call(&facts), measured(&voicemail(&facts)), measured(&taken(&facts))].join(" ");
    assert!(!all.contains("pat") && !all.contains("fails"), "{all}");
    assert!(all.contains("it holds an e-mail address, which is not told"), "{all}");
}

#[test]
fn every_other_purpose_has_its_words() {
    let briefing = briefing();
    let facts = facts(&briefing);
    let late = facts.now + Duration::minutes(45);
    for (changed, expected) in [
        (
            Facts { purpose: Purpose::Exhausted, ..facts.clone() },
            "302 Help Desk on-call page for AIMS, and nobody has it, case 1 2 3 4 5 6 7. Call Pat Q at 6 0 8, 5 5 5, 0 1 4 2. \
             Again: 6 0 8, 5 5 5, 0 1 4 2. Call by 11:42 PM. The problem: Payroll PC down, dept stopped. The case is 1 2 \
             3 4 5 6 7. Press 1 if you have it. Press 2 if you cannot. Press 3 to hear this again.",
        ),
        (
            Facts {
                purpose: Purpose::PromiseWarning { after_minutes: 45 },
                now: late,
                owner: Some("Ada Ruiz"),
                ..facts.clone()
            },
            "252 Help Desk: a callback is due, case 1 2 3 4 5 6 7. Call Pat Q at 6 0 8, 5 5 5, 0 1 4 2. Again: 6 0 8, 5 5 5, \
             0 1 4 2. Call by 11:42 PM. You have it. Once the customer is reached, tell the Help Desk at 6 0 8, 2 6 4, 4 3 \
             5 7. Again: 6 0 8, 2 6 4, 4 3 5 7.",
        ),
        (
            Facts { purpose: Purpose::PromiseMissed, now: late + Duration::minutes(20), ..facts.clone() },
            "283 Help Desk: a callback was missed, case 1 2 3 4 5 6 7. Call Pat Q at 6 0 8, 5 5 5, 0 1 4 2. Again: 6 0 8, 5 5 \
             5, 0 1 4 2. A call by 11:42 PM was promised. Call now. Nobody has it. Once the customer is reached, tell the \
             Help Desk at 6 0 8, 2 6 4, 4 3 5 7. Again: 6 0 8, 2 6 4, 4 3 5 7.",
        ),
        (
            Facts { purpose: Purpose::StandDown, owner: Some("Ben Ode"), ..facts.clone() },
            "85 Help Desk stand-down for AIMS, case 1 2 3 4 5 6 7. Ben Ode has it. You need not call.",
        ),
    ] {
        assert_eq!(call(&changed), expected);
        assert!(voicemail(&changed).len() >= 2, "a machine is left what happened");
    }
}

#[test]
fn keys_are_answered_with_what_happened_and_who_has_it() {
    let briefing = briefing();
    let facts = facts(&briefing);
    assert_eq!(
        measured(&taken(&facts)),
        "299 You have it: case 1 2 3 4 5 6 7. Call Pat Q at 6 0 8, 5 5 5, 0 1 4 2. Again: 6 0 8, 5 5 5, 0 1 4 2. Call by \
         11:42 PM. The problem: Payroll PC down, dept stopped. If you pressed this by mistake, call the Help Desk at 6 0 8, \
         2 6 4, 4 3 5 7. Again: 6 0 8, 2 6 4, 4 3 5 7. Now hang up and call. Goodbye."
    );
    assert_eq!(
        declined(&facts, &["Ben Ode", "Cy"]).join(" "),
        "Recorded: you cannot take case 1 2 3 4 5 6 7. Ben Ode and Cy are asked next. Goodbye."
    );
    assert!(declined(&facts, &[])[1].contains("leadership is told"));
    let ben = Word { at: facts.now, by: "Ben Ode".to_owned(), via: Via::Voice };
    for (refusal, words) in [
        (Refusal::AlreadyAcknowledged(ben.clone()), "Ben Ode has case 1 2 3 4 5 6 7 already. You need not call."),
        (Refusal::AlreadyCalledBack(ben.clone()), "Ben Ode has called the customer of case"),
        (Refusal::Cancelled(ben), "The page for case 1 2 3 4 5 6 7 was withdrawn."),
        (Refusal::Closed { at: facts.now }, "Everything about case 1 2 3 4 5 6 7 is settled."),
        (Refusal::NotOpened, "Nothing was recorded."),
    ] {
        let said = refused(&facts, &refusal).join(" ");
        assert!(said.contains(words), "{said}");
    }
    let trouble = cannot_tell("608-264-4357").join(" ");
    assert!(trouble.contains("6 0 8, 2 6 4, 4 3 5 7. Again: 6 0 8, 2 6 4, 4 3 5 7"), "{trouble}");
}

proptest! {
    #[test]
    fn no_call_is_long_whatever_the_facts(
        briefing in any_briefing(),
        purpose in prop::sample::select(&PURPOSES[..]),
        (notice, training) in (1_u32..200, any::<bool>()),
        owner in prop::option::of(".{0,200}"),
        label in ".{0,100}",
    ) {
        let facts = Facts {
            purpose, notice, training, owner: owner.as_deref(), schedule_label: &label, ..facts(&briefing)
        };
        let mut said = vec![opening(&facts), menu(&facts), without_keys(&facts, true)];
        said.extend(details(&facts));
        said.extend(voicemail(&facts));
        let length: usize = said.iter().map(|it| it.chars().count()).sum();
        prop_assert!(length < 2400, "{length}");
        let said = said.join(" ");
        prop_assert!(!said.contains(['<', '>', '&', '"']) && !said.contains(char::is_control), "{said}");
        prop_assert!(said.contains(&super::voice_numbers::case(facts.case)));
        if purpose != Purpose::StandDown {
            let number = super::voice_numbers::number(&briefing.phone);
            prop_assert!(said.matches(&number).count() >= 2, "{said}");
        }
    }
}

//! Are the messages word for word what they should be, and do they always fit one segment?

use chrono::{Duration, TimeZone};
use chrono_tz::America::Chicago;
use proptest::prelude::*;

use super::*;
use crate::episode::event::Meant;
use crate::episode::promise::PromiseState;
use crate::wording::gsm::{Encoding, Segments};

fn digits(text: &str) -> String {
    text.chars().filter(char::is_ascii_digit).collect()
}

pub(super) fn briefing() -> Briefing {
    Briefing {
        case: "1234567".to_owned(),
        customer: "Pat Q".to_owned(),
        phone: "(608) 555-0142".to_owned(),
        summary: "Payroll PC down, dept stopped.".to_owned(),
        department: Some("Payroll".to_owned()),
        restricted: false,
    }
}

/// Sunday 2026-11-22, 22:42 in Madison; the hour ends at 23:42.
pub(super) fn facts(briefing: &Briefing) -> Facts<'_> {
    let opened_at = Chicago.with_ymd_and_hms(2026, 11, 22, 22, 42, 0).unwrap().to_utc();
    Facts {
        purpose: Purpose::Page,
        briefing: Some(briefing),
        case: &briefing.case,
        contact_name: "Ada Ruiz",
        schedule_label: "AIMS",
        on_call_until: Some(Chicago.with_ymd_and_hms(2026, 11, 23, 7, 0, 0).unwrap().to_utc()),
        due: Some(opened_at + Duration::minutes(60)),
        opened_at,
        now: opened_at,
        zone: Chicago,
        desk_short: "UW HD",
        help_desk_phone: "608-264-4357",
        notice: 1,
        several_open: false,
        owner: None,
        also_paged: &[],
        answer: None,
        training: false,
        link: None,
        link_in_texts: false,
    }
}

/// The text, after its length in units.
fn measured(facts: &Facts) -> String {
    let text = sms(facts);
    assert_eq!(segments(&text).encoding, Encoding::Gsm7, "{text}");
    format!("{} {text}", segments(&text).units)
}

#[test]
fn the_page_is_the_model_of_the_contract() {
    let briefing = briefing();
    let facts = facts(&briefing);
    assert_eq!(
        measured(&facts),
        "132 UW HD PAGE AIMS 1234567: call Pat Q 608-555-0142 by 11:42pm. Payroll PC down, dept stopped. \
         Reply 1=got it 2=cannot. HD 608-264-4357"
    );
    assert_eq!(
        measured(&Facts { training: true, ..facts.clone() }),
        "141 TRAINING UW HD PAGE AIMS 1234567: call Pat Q 608-555-0142 by 11:42pm. Payroll PC down, dept stopped. \
         Reply 1=got it 2=cannot. HD 608-264-4357"
    );
    assert_eq!(
        measured(&Facts { notice: 2, several_open: true, ..facts.clone() }),
        "152 UW HD 2nd PAGE AIMS 1234567: call Pat Q 608-555-0142 by 11:42pm. Payroll PC down, dept stopped. \
         Reply 1 1234567=got it 2 1234567=cannot. HD 608-264-4357"
    );
    let with_letters = Facts { several_open: true, case: "INC1234567", ..facts.clone() };
    assert!(sms(&with_letters).contains(" Reply 1 1234567=got it 2 1234567=cannot. "), "{}", sms(&with_letters));
    assert_eq!(
        measured(&Facts { schedule_label: "", due: None, ..facts.clone() }),
        "116 UW HD PAGE 1234567: call Pat Q 608-555-0142. Payroll PC down, dept stopped. \
         Reply 1=got it 2=cannot. HD 608-264-4357"
    );
    assert_eq!(
        measured(&Facts { now: facts.now + Duration::minutes(60), ..facts }),
        "125 UW HD PAGE AIMS 1234567: call Pat Q 608-555-0142 NOW. Payroll PC down, dept stopped. \
         Reply 1=got it 2=cannot. HD 608-264-4357"
    );
}

#[test]
fn no_free_text_leaves_for_restricted_departments_nor_what_identifies_somebody() {
    let restricted = Briefing { restricted: true, ..briefing() };
    let with_address = Briefing { summary: "mail of pat@example.edu fails".to_owned(), ..briefing() };
    for briefing in [restricted, with_address] {
        assert_eq!(
            measured(&facts(&briefing)),
            "118 UW HD PAGE AIMS 1234567: call Pat Q 608-555-0142 by 11:42pm. Details in case. \
             Reply 1=got it 2=cannot. HD 608-264-4357"
        );
        let (subject, body) = email(&facts(&briefing));
        assert!(!body.contains("Payroll") && !body.contains("pat@"), "{body}");
        assert!(!subject.contains("Payroll") && body.contains("Problem:  see the case ("), "{body}");
    }
}

#[test]
fn a_purged_page_still_says_what_to_do() {
    let briefing = briefing();
    let facts = Facts { briefing: None, ..facts(&briefing) };
    assert_eq!(
        measured(&facts),
        "104 UW HD PAGE AIMS 1234567: the case says whom to call by 11:42pm. Reply 1=got it 2=cannot. HD 608-264-4357"
    );
    assert!(email(&facts).1.contains("Customer: see the case (the details were deleted here)\n"));
}

#[test]
fn the_name_is_cut_before_the_description_and_numbers_never() {
    let long = Briefing {
        customer: "Maximiliane Featherstonehaugh-Wolfeschlegel".to_owned(),
        summary: "Payroll computer is down and the whole department has stopped working since noon".to_owned(),
        ..briefing()
    };
    assert_eq!(
        measured(&facts(&long)),
        "160 UW HD PAGE AIMS 1234567: call Maximiliane Fe.. 608-555-0142 by 11:42pm. Payroll computer is down and the \
         whole depart.. Reply 1=got it 2=cannot. HD 608-264-4357"
    );
    let short_problem = Briefing { summary: "PC down".to_owned(), ..long };
    assert_eq!(
        measured(&facts(&short_problem)),
        "148 UW HD PAGE AIMS 1234567: call Maximiliane Featherstonehaugh-Wolfeschlegel 608-555-0142 by 11:42pm. \
         PC down. Reply 1=got it 2=cannot. HD 608-264-4357"
    );
}

#[test]
fn the_other_texts_say_who_has_it_and_ask_nothing_but_what_helps() {
    let briefing = briefing();
    let facts = facts(&briefing);
    let warning = Purpose::PromiseWarning { after_minutes: 45 };
    let late = facts.now + Duration::minutes(45);
    for (changed, expected) in [
        (
            Facts { purpose: Purpose::StandDown, owner: Some("Ben Ode"), ..facts.clone() },
            "81 UW HD STAND DOWN AIMS 1234567: Ben Ode has it. You need not call. HD 608-264-4357",
        ),
        (
            Facts { purpose: Purpose::StandDown, training: true, ..facts.clone() },
            "98 TRAINING UW HD STAND DOWN AIMS 1234567: the page was withdrawn. You need not call. HD 608-264-4357",
        ),
        (
            Facts { purpose: warning, owner: Some("Ada Ruiz"), now: late, ..facts.clone() },
            "120 UW HD CALLBACK DUE 1234567: call Pat Q 608-555-0142 by 11:42pm (15 min left). You have it. \
             Reached? Tell HD 608-264-4357",
        ),
        (
            Facts { purpose: warning, now: late, ..facts.clone() },
            "122 UW HD CALLBACK DUE 1234567: call Pat Q 608-555-0142 by 11:42pm (15 min left). Nobody has it. \
             Reached? Tell HD 608-264-4357",
        ),
        (
            Facts { purpose: Purpose::PromiseMissed, owner: Some("Ben Ode"), now: late, ..facts.clone() },
            "114 UW HD CALLBACK MISSED 1234567: call Pat Q 608-555-0142 NOW, due 11:42pm. Ben Ode has it. \
             Then tell HD 608-264-4357",
        ),
        (
            Facts { purpose: Purpose::Exhausted, ..facts.clone() },
            "115 UW HD NOBODY HAS AIMS 1234567: call Pat Q 608-555-0142 by 11:42pm or send somebody. \
             Reply 1=got it. HD 608-264-4357",
        ),
    ] {
        assert_eq!(measured(&changed), expected);
    }
}

#[test]
fn the_hour_that_november_has_twice_carries_its_zone() {
    let briefing = briefing();
    let first = Chicago.with_ymd_and_hms(2026, 11, 1, 0, 40, 0).unwrap().to_utc();
    let by = |told_at: DateTime<Utc>| {
        let due = Some(told_at + Duration::minutes(60));
        sms(&Facts { opened_at: told_at, now: told_at, due, ..facts(&briefing) })
    };
    assert!(by(first).contains(" by 1:40am CDT. "), "{}", by(first));
    assert!(by(first + Duration::minutes(60)).contains(" by 1:40am CST. "));
    assert!(by(first + Duration::minutes(120)).contains(" by 2:40am. "));
}

#[test]
fn the_mail_has_the_facts_at_the_top() {
    let briefing = briefing();
    let also_paged = ["Ben Ode".to_owned(), "Cy Lund".to_owned()];
    let facts = Facts { also_paged: &also_paged, ..facts(&briefing) };
    let (subject, body) = email(&facts);
    assert_eq!(subject, "UW HD PAGE AIMS 1234567: call by 11:42pm");
    assert_eq!(
        body,
        "Case:     1234567\n\
         Customer: Pat Q\n\
         Call:     608-555-0142\n\
         Problem:  Payroll PC down, dept stopped.\n\
         \n\
         Call the customer by Sun 2026-11-22 23:42 CST (-06:00): a call within an hour was promised.\n\
         To answer: reply 1 (have it) or 2 (cannot) to the text message, or call the Help Desk at 608-264-4357.\n\
         Nobody reads answers to this mail.\n\
         \n\
         Ada Ruiz is on call AIMS until Mon 2026-11-23 07:00 CST (-06:00).\n\
         Also paged: Ben Ode, Cy Lund.\n\
         Page opened Sun 2026-11-22 22:42 CST (-06:00).\n"
    );
    let (subject, body) = email(&Facts { training: true, notice: 2, several_open: true, also_paged: &[], ..facts });
    assert_eq!(subject, "TRAINING UW HD 2nd PAGE AIMS 1234567: call by 11:42pm");
    assert!(body.starts_with("TRAINING: this is practice, nobody waits for a call.\nCase:     1234567\n"), "{body}");
    assert!(body.contains("to the text message, with the case number: 1 1234567, or call"), "{body}");
    assert!(body.contains("this is the 2nd notice"), "{body}");
}

#[test]
fn the_other_mails_have_their_own_words() {
    let briefing = briefing();
    let facts = facts(&briefing);
    let late = facts.now + Duration::minutes(60);
    for (changed, expected_subject, words) in [
        (
            Facts { purpose: Purpose::StandDown, owner: Some("Ben Ode"), ..facts.clone() },
            "UW HD STAND DOWN AIMS 1234567: you need not call",
            "Ben Ode has it: you need not call.\n",
        ),
        (
            Facts { purpose: Purpose::PromiseWarning { after_minutes: 45 }, owner: Some("Ada Ruiz"), ..facts.clone() },
            "UW HD CALLBACK DUE 1234567: call by 11:42pm",
            "45 minutes have passed since the promise.\n",
        ),
        (
            Facts { purpose: Purpose::PromiseMissed, now: late, ..facts.clone() },
            "UW HD CALLBACK MISSED 1234567: the customer was promised a call by 11:42pm",
            "Call now.\nNobody has the case.\n",
        ),
        (
            Facts { purpose: Purpose::Exhausted, ..facts.clone() },
            "UW HD NOBODY HAS AIMS 1234567: call by 11:42pm or send somebody",
            "Everybody on the ladder was tried and nobody has the case.\n",
        ),
    ] {
        let (subject, body) = email(&changed);
        assert_eq!(subject, expected_subject);
        assert!(body.contains(words), "{body}");
        assert!(body.starts_with("Case:     1234567\nCustomer: Pat Q\nCall:     608-555-0142\nProblem:"), "{body}");
    }
}

#[test]
fn clipping_marks_what_was_cut() {
    for (text, width, clipped) in [
        ("Pat Q", 5, "Pat Q"),
        ("Pat Quimby", 9, "Pat Qui.."),
        ("Pat Quimby", 6, "Pat.."),
        ("Pat Quimby", 3, "P.."),
        ("Pat Quimby", 2, ""),
        ("Pat", 0, ""),
    ] {
        assert_eq!(clip(text, width), clipped, "{text} {width}");
    }
}

prop_compose! {
    /// Any facts whose uncut parts lie within what a site has: case up to 15, phone up to 20 letters.
    pub(super) fn any_briefing()(
        case in "[A-Z]{0,3}[0-9]{1,12}",
        customer in prop_oneof![".{0,80}", "[a-zà-ž'{}~ -]{0,60}", Just(String::new())],
        phone in prop_oneof!["\\+1[2-9][0-9]{9}", "[2-9][0-9]{9} x[0-9]{1,6}", "\\+[2-9][0-9 ]{8,17}[0-9]"],
        summary in prop_oneof![".{0,300}", "[a-z€{}\\[\\]^~|\n\r]{0,200}", "[A-Za-z ,.]{0,80}"],
        restricted in any::<bool>(),
    ) -> Briefing {
        Briefing { case, customer, phone, summary, department: None, restricted }
    }
}

pub(super) const PURPOSES: [Purpose; 5] = [
    Purpose::Page,
    Purpose::StandDown,
    Purpose::PromiseWarning { after_minutes: 30 },
    Purpose::PromiseMissed,
    Purpose::Exhausted,
];

proptest! {
    #[test]
    fn every_text_fits_one_segment_and_keeps_its_numbers(
        briefing in any_briefing(),
        purpose in prop::sample::select(&PURPOSES[..]),
        minutes in -600_i64..600,
        due in prop::option::of(-90_i64..90),
        (notice, several_open, training) in (1_u32..200, any::<bool>(), any::<bool>()),
        owner in prop::option::of(".{0,60}"),
        label in prop::sample::select(&["AIMS", "GDS", ""][..]),
    ) {
        // Round the night of 2026-11-01, whose 1 am hour is written longest.
        let now = Chicago.with_ymd_and_hms(2026, 11, 1, 0, 30, 0).unwrap().to_utc() + Duration::minutes(minutes);
        let due = due.map(|minutes| now + Duration::minutes(minutes));
        let facts = Facts {
            purpose, now, due, notice, several_open, training, owner: owner.as_deref(), schedule_label: label, ..facts(&briefing)
        };
        let text = sms(&facts);
        let Segments { encoding, units, count } = segments(&text);
        prop_assert_eq!((encoding, count), (Encoding::Gsm7, 1), "{} {}", units, text);
        prop_assert!(text.contains(&briefing.case), "{}", text);
        prop_assert_eq!(text.starts_with("TRAINING "), training);
        prop_assert!(purpose == Purpose::StandDown || text.contains(&phone::display(&briefing.phone)), "{}", text);
        prop_assert_eq!(digits(&phone::display(&briefing.phone)), digits(briefing.phone.trim_start_matches("+1")));
        let (subject, body) = email(&facts);
        prop_assert!(!subject.contains(['\r', '\n']));
        let first_line = format!("Case:     {}\n", briefing.case);
        prop_assert!(body.contains(&first_line), "{}", body);
    }

    #[test]
    fn restricted_facts_never_carry_the_description(briefing in any_briefing(), mark in "[b-df-hj-np-tv-z]{9}") {
        let briefing = Briefing { restricted: true, summary: format!("{} {mark}", briefing.summary), ..briefing };
        let facts = facts(&briefing);
        let (subject, body) = email(&facts);
        prop_assert!(![sms(&facts), subject, body].iter().any(|text| text.contains(&mark)));
    }
}

fn answered(meant: &Meant, more: impl FnOnce(&mut Answer<'_>)) -> String {
    let briefing = briefing();
    let mut answer = Answer {
        meant,
        owner: None,
        cancelled_at: None,
        kept: None,
        called_back_at: None,
        next: Vec::new(),
        exhausted: false,
    };
    more(&mut answer);
    let facts = facts(&briefing);
    measured(&Facts { purpose: Purpose::Answer { heard: 1 }, answer: Some(answer), ..facts })
}

#[test]
fn answers_are_these_words() {
    let since = Chicago.with_ymd_and_hms(2026, 11, 22, 3, 2, 0).unwrap().to_utc();
    let cases = |count: u32| Meant::Several { cases: (0..count).map(|it| format!("INC{}", 1_000_001 + it)).collect() };
    let seen = [
        answered(&Meant::HaveIt, |_| {}),
        answered(&Meant::Cannot, |it| it.next = vec!["Ben Ito", "Cy Young"]),
        answered(&Meant::Cannot, |it| it.exhausted = true),
        answered(&Meant::Cannot, |it| it.owner = Some(("Ben Ito", since))),
        answered(&Meant::CalledBack, |it| it.kept = Some(PromiseState::Kept)),
        answered(&Meant::CalledBack, |it| it.kept = Some(PromiseState::Late)),
        answered(&Meant::TooLate, |it| it.owner = Some(("Ben Ito", since))),
        answered(&Meant::TooLate, |it| it.cancelled_at = Some(since)),
        answered(&Meant::TooLate, |it| (it.owner, it.called_back_at) = (Some(("Ben Ito", since)), Some(since))),
        answered(&cases(2), |_| {}),
        answered(&cases(40), |_| {}),
        answered(&Meant::Unclear, |_| {}),
    ];
    assert_eq!(
        seen,
        [
            "102 UW HD you have 1234567. Call Pat Q 608-555-0142 by 11:42pm. Customer reached? Reply 9. HD 608-264-4357",
            "61 UW HD noted, you cannot take 1234567. Next: Ben Ito, Cy Young",
            "63 UW HD noted, you cannot take 1234567. HD leadership is told now",
            "52 UW HD noted, you cannot take 1234567. Ben Ito has it",
            "76 UW HD thank you. The callback for 1234567 is noted, in time. HD 608-264-4357",
            "93 UW HD thank you. The callback for 1234567 is noted, late: it was due 11:42pm. HD 608-264-4357",
            "74 UW HD Ben Ito has 1234567 since 3:02am. You need not call. HD 608-264-4357",
            "70 UW HD 1234567 was withdrawn 3:02am. You need not call. HD 608-264-4357",
            "86 UW HD 1234567: the customer was called back 3:02am. You need not call. HD 608-264-4357",
            "106 UW HD nothing done, 2 cases wait for you: INC1000001, INC1000002. Reply with the case number, as 1 1000001",
            "155 UW HD nothing done, 40 cases wait for you: INC1000001, INC1000002, INC1000003, INC1000004, INC1000005 \
             and 35 more. Reply with the case number, as 1 1000001",
            "87 UW HD 1234567: not understood. Reply 1 if you have it, 2 if you cannot. HD 608-264-4357",
        ]
    );
}

#[test]
fn strays_are_answered_without_a_customer() {
    let now = Chicago.with_ymd_and_hms(2026, 11, 23, 9, 0, 0).unwrap().to_utc();
    let words = |words| stray(&words, "UW HD", "608-264-4357", now, Chicago);
    let at = Chicago.with_ymd_and_hms(2026, 11, 22, 23, 2, 0).unwrap().to_utc();
    assert_eq!(
        [
            words(StrayWords::Unknown),
            words(StrayWords::NothingOpen),
            words(StrayWords::Over { case: "1234567", owner: Some("Ben Ito"), at }),
            words(StrayWords::Over { case: "1234567", owner: None, at }),
        ],
        [
            "UW HD: this number takes replies of on-call staff only. Please call HD 608-264-4357",
            "UW HD: no page waits for you. HD 608-264-4357",
            "UW HD: 1234567 is over since Sun 11:02pm, Ben Ito had it. You need not call. HD 608-264-4357",
            "UW HD: 1234567 is over since Sun 11:02pm. You need not call. HD 608-264-4357",
        ]
    );
}

proptest! {
    #[test]
    fn answers_fit_one_segment_and_never_say_a_word_that_blocks_texts(
        name in "\\PC{0,80}", owner in "\\PC{0,60}", next in prop::collection::vec("\\PC{0,40}", 0..5), cases in 1_u32..60, kind in 0..6,
    ) {
        let meant = match kind {
            0 => Meant::HaveIt,
            1 => Meant::Cannot,
            2 => Meant::CalledBack,
            3 => Meant::TooLate,
            4 => Meant::Several { cases: (0..cases).map(|it| format!("INC{}", 10_000_001 + it)).collect() },
            _ => Meant::Unclear,
        };
        let briefing = Briefing { customer: name, ..briefing() };
        let facts = facts(&briefing);
        let answer = Answer {
            meant: &meant,
            owner: (!owner.is_empty()).then_some((owner.as_str(), facts.opened_at)),
            cancelled_at: None,
            kept: Some(PromiseState::Late),
            called_back_at: None,
            next: next.iter().map(String::as_str).collect(),
            exhausted: false,
        };
        let several_open = cases > 30;
        let text = sms(&Facts { purpose: Purpose::Answer { heard: 1 }, answer: Some(answer), several_open, ..facts });
        prop_assert!(segments(&text).units <= ONE_SEGMENT && segments(&text).encoding == Encoding::Gsm7, "{text}");
        prop_assert!(!text.contains("=got it"), "training answers that");
    }
}

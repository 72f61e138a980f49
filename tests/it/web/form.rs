//! Does the form decide as the table does, page once, and lose nothing? The real service, over HTTP.

use std::collections::BTreeSet;
use std::thread;

use chrono::DateTime;
use page_oncall::decision::question::next;
use page_oncall::decision::{Answers, Asked, Circumstances, Given, RowId, decide};
use page_oncall::wording::decision::headline;
use sqlx::{Connection as _, Executor as _};

use super::night_desk::{AIMS, CUSTOMER, Desk, FACTS};

/// Every way through the questions, each with the answers given.
fn ways(circumstances: &Circumstances) -> Vec<Vec<Given>> {
    let mut found = Vec::new();
    let mut open = vec![(Vec::new(), Answers::default(), Asked::default())];
    while let Some((given, answers, asked)) = open.pop() {
        let Some(question) = next(&answers, asked, circumstances) else {
            found.push(given);
            continue;
        };
        for answer in question.possible() {
            let (mut given, mut answers, mut asked): (Vec<Given>, _, _) = (given.clone(), answers, asked);
            answer.apply(&mut answers);
            asked.insert(question);
            given.push(*answer);
            open.push((given, answers, asked));
        }
    }
    found
}

/// Goes every way at a desk with these hours, and says which rows it came to.
fn rows_reached(cps_open: bool, general_hd_open: bool) -> BTreeSet<&'static str> {
    let hours = |open: bool| if open { "always" } else { "never" };
    let desk = Desk::open(hours(cps_open), hours(general_hd_open));
    let agent = desk.agent("kim");
    let circumstances = Circumstances { at: DateTime::UNIX_EPOCH, general_hd_open, cps_open, next_cps_opening: None };
    let mut rows = BTreeSet::new();
    for (number, way) in ways(&circumstances).into_iter().enumerate() {
        let case = format!("{:07}", 2_000_000 + number);
        let form = agent.begin(&case);
        agent.facts(&form, &case);
        let (mut answers, mut asked) = (Answers::default(), Asked::default());
        for given in &way {
            let question = next(&answers, asked, &circumstances).unwrap();
            agent.answer(&form, question.key(), given.word());
            given.apply(&mut answers);
            asked.insert(question);
        }
        let decision = decide(&answers, &circumstances);
        let sheet = agent.get(&form);
        let class = if decision.schedule.is_some() { "decision pages" } else { "decision" };
        let wanted = format!("<h1 class=\"{class}\">{}", headline(&decision));
        assert!(sheet.body.contains(&wanted), "{way:?}: {wanted} is not in {}", sheet.body);
        assert!(sheet.body.contains(&format!("(row {}, ", decision.row.name())), "{way:?}: {}", sheet.body);
        assert_eq!(sheet.body.contains("name=\"shown\""), decision.schedule.is_some(), "{way:?}");
        rows.insert(decision.row.name());
    }
    assert_eq!(desk.pages(), 0, "looking pages nobody");
    rows
}

#[test]
fn every_row_of_the_procedure_is_reached_and_decided_as_the_table_decides() {
    let mut rows = rows_reached(false, true);
    rows.extend(rows_reached(true, true));
    rows.extend(rows_reached(false, false));
    let all = page_oncall::decision::table::TABLE.iter().map(|row| row.id.name()).collect();
    assert_eq!(rows, all);
    assert!(rows.contains(RowId::D5c.name()));
}

#[test]
fn a_question_is_asked_when_the_procedure_asks_it_and_each_answer_can_be_changed() {
    let desk = Desk::at_night();
    let agent = desk.agent("kim");
    let form = agent.begin("INC1234567");
    for (question, answer) in AIMS {
        assert_eq!(agent.get(&form).hidden("question"), question);
        agent.answer(&form, question, answer);
    }
    assert!(agent.get(&form).body.contains("What must the technician know?"));
    let back = agent.get(&format!("{form}?at=partner"));
    assert!(back.body.contains("AIMS link <small>(your answer)</small>"), "{}", back.body);
    agent.answer(&form, "partner", "gds");
    assert_eq!(agent.get(&form).hidden("question"), "judgement", "only what is new is asked");
    agent.answer(&form, "partner", "aims");
    assert!(agent.get(&form).body.contains("What must the technician know?"));

    let unread = agent.post(&form, &[("do", "answer"), ("question", "device"), ("answer", "perhaps")]);
    assert_eq!((unread.status, unread.hidden("question").as_str()), (422, "device"));
    let none = agent.post(&form, &[("do", "department"), ("department", "Land Record")]);
    assert_eq!(none.status, 422);
    assert!(none.body.contains("close: Land Records"), "{}", none.body);
    assert_eq!(agent.post(&form, &[("do", "department"), ("department", "land records")]).status, 303);
    let judged = agent.get(&form);
    assert!(judged.body.contains("Land Records (gds)"), "{}", judged.body);
}

#[test]
fn facts_that_cannot_be_used_are_told_at_their_fields_and_kept() {
    let desk = Desk::at_night();
    let agent = desk.agent("kim");
    let form = agent.begin("1234567");
    for (question, answer) in AIMS {
        agent.answer(&form, question, answer);
    }
    let wrong = [("do", "facts"), ("case", "12"), ("customer", CUSTOMER), ("phone", "555"), ("summary", " ")];
    let refused = agent.post(&form, &wrong);
    assert_eq!(refused.status, 422);
    for field in ["case", "phone", "summary"] {
        assert!(refused.body.contains(&format!("<a href=\"#{field}\">")), "{field}: {}", refused.body);
        assert!(refused.body.contains(&format!("id=\"{field}-wrong\"")), "{field}: {}", refused.body);
    }
    assert!(!refused.body.contains("customer-wrong"), "{}", refused.body);
    assert!(refused.body.contains(&format!("value=\"{CUSTOMER}\"")), "{}", refused.body);
    let again = agent.get(&form);
    assert!(again.body.contains(CUSTOMER) && again.body.contains("value=\"555\""), "{}", again.body);
}

#[test]
fn a_page_begins_once_however_often_and_at_once_the_button_is_pressed() {
    let desk = Desk::at_night();
    let agent = desk.agent("kim");
    let (form, sheet) = agent.ready("1234567");
    assert!(sheet.body.contains("TRAINING") && sheet.body.contains("Page Ada Ruiz now"), "{}", sheet.body);
    let answers: Vec<_> = thread::scope(|scope| {
        let presses: Vec<_> = (0..6).map(|_| scope.spawn(|| agent.press(&form, &sheet))).collect();
        presses.into_iter().map(|press| press.join().unwrap()).collect()
    });
    for answer in answers {
        assert_eq!((answer.status, answer.location()), (303, "/pages/1234567"));
    }
    assert_eq!(desk.pages(), 1);
    assert_eq!(agent.get(&form).location(), "/pages/1234567", "the form has become the page");
    let page = desk.show("1234567");
    assert_eq!(form, format!("/page/{}", page["page"].as_str().unwrap()));
    let told = DateTime::parse_from_rfc3339(page["promise"]["told_at"].as_str().unwrap()).unwrap();
    assert_eq!(told.timestamp_millis().to_string(), sheet.hidden("shown_at_ms"), "the hour runs from what was said");

    let joined = agent.post("/page", &[("case", "inc1234567")]);
    assert_eq!(joined.location(), "/pages/INC1234567", "an open page is joined under either spelling");
    let live = agent.get("/pages/1234567");
    assert!(live.body.contains("Nothing to do: Ada Ruiz"), "{}", live.body);
    assert!(live.body.contains(CUSTOMER) && live.body.contains("TRAINING"), "{}", live.body);
}

#[test]
fn what_changed_since_the_agent_looked_is_shown_before_anybody_is_paged() {
    let desk = Desk::at_night();
    let agent = desk.agent("kim");
    let (form, sheet) = agent.ready("1234567");
    desk.site.write("aims.csv", b"start,end,person,role\n2017-01-01,2038-01-01,Cy Young,primary\n");
    let again = agent.press(&form, &sheet);
    assert_eq!(again.status, 200);
    assert!(again.body.contains("Look again") && again.body.contains("Page Cy Young now"), "{}", again.body);
    assert_eq!(desk.pages(), 0);

    let (shown, whole) = (again.hidden("shown"), again.hidden("form"));
    let late = agent.post(&form, &[("do", "page"), ("shown", &shown), ("shown_at_ms", "1000"), ("form", &whole)]);
    assert!(late.body.contains("the time to tell the customer has moved on"), "{}", late.body);
    assert_eq!(desk.pages(), 0);
    assert_eq!(agent.press(&form, &late).status, 303);
    assert_eq!(desk.show("1234567")["on_call"][0]["name"], "Cy Young");
}

#[test]
fn nobody_reads_the_form_of_another_and_none_pages_without_the_right() {
    let desk = Desk::at_night();
    let (kim, lee) = (desk.agent("kim"), desk.agent("lee"));
    let (form, sheet) = kim.ready("1234567");
    assert_eq!(lee.get(&form).status, 404);
    assert_eq!(lee.post(&form, &[("do", "page")]).status, 404);
    assert_eq!(lee.post(&form, &[("do", "leave")]).status, 404);
    // A form that somebody else knows does not become theirs.
    assert!(!lee.get("/page").body.contains(CUSTOMER));
    for role in ["viewer", "technician"] {
        let person: &[&str] = if role == "technician" { &["--person", "Ada Ruiz"] } else { &[] };
        let other = desk.person(role, role, person);
        for path in ["/page", &form] {
            assert_eq!(
                (other.get(path).status, other.post(path, &[("case", "1")]).status),
                (403, 403),
                "{role} {path}"
            );
        }
    }
    assert!(lee.get("/page").body.contains("kim: case 1234567"), "who is at it is told, not what they typed");
    let both = lee.begin("1234567");
    assert!(lee.get(&both).body.contains("kim is filling in this form for the same case too"));
    assert!(kim.get(&form).body.contains("lee is filling in"));
    assert_eq!(kim.press(&form, &sheet).status, 303);
    assert_eq!(lee.post(&both, &[("do", "case"), ("case", "1234567")]).location(), "/pages/1234567");
    assert_eq!(kim.post("/page", &[("case", "7654321")]).status, 303);
    let left = kim.begin("7654321");
    assert_eq!(kim.post(&left, &[("do", "leave")]).location(), "/page");
    assert_eq!(kim.get(&left).status, 404);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_log_that_cannot_be_written_ends_in_whom_to_dial_and_what_to_say() {
    let desk = Desk::at_night();
    let agent = desk.agent("kim");
    let (form, sheet) = agent.ready("1234567");
    let file = desk.site.path("page-oncall.db");
    let mut other = sqlx::SqliteConnection::connect(&format!("sqlite:{}", file.display())).await.unwrap();
    other.execute("BEGIN IMMEDIATE").await.unwrap();

    let unkept = agent.post(&form, &[("do", "answer"), ("question", "critical"), ("answer", "yes")]);
    assert_eq!(unkept.status, 200, "the form goes on where it is");
    assert!(unkept.body.contains("do not close it") && unkept.body.contains("PAGE AIMS"), "{}", unkept.body);
    let failed = agent.press(&form, &sheet);
    assert_eq!(failed.status, 503);
    for words in ["NOBODY WAS PAGED", "Ada Ruiz", "608-555-0101", "Ben Okafor", "Lead Olsen", "This is the Help Desk"] {
        assert!(failed.body.contains(words), "{words}: {}", failed.body);
    }
    assert!(failed.body.contains(CUSTOMER) && failed.body.contains("608-555-0142"), "{}", failed.body);

    // A form that never was in the store goes to its end in the window.
    let begun = agent.post("/page", &[("case", "7654321")]);
    assert_eq!((begun.status, begun.hidden("question").as_str()), (200, "outage"));
    let mut whole = begun.hidden("form");
    let own = begun.body.split("action=\"/page/").nth(1).unwrap().split('"').next().unwrap();
    let own = format!("/page/{own}");
    for (question, answer) in AIMS {
        let fields = [("do", "answer"), ("question", question), ("answer", answer), ("form", &whole)];
        whole = agent.post(&own, &fields).hidden("form");
    }
    let fields = [&[("do", "facts"), ("case", "7654321"), ("form", whole.as_str())], &FACTS[..]].concat();
    let sheet = agent.post(&own, &fields);
    assert!(sheet.body.contains("Page Ada Ruiz now"), "{}", sheet.body);

    other.execute("ROLLBACK").await.unwrap();
    assert_eq!(agent.press(&own, &sheet).location(), "/pages/7654321", "the log is back: the same form pages");
    assert_eq!(desk.pages(), 1);
}

#[test]
fn what_is_reported_of_a_page_is_recorded_once_and_only_by_those_who_may() {
    let desk = Desk::at_night();
    let agent = desk.agent("kim");
    let (form, sheet) = agent.ready("1234567");
    agent.press(&form, &sheet);
    let ada = desk.person("ada", "technician", &["--person", "Ada Ruiz"]);
    let cy = desk.person("cy", "technician", &["--person", "Cy Young"]);
    let viewer = desk.person("wall", "viewer", &[]);
    for (person, status) in [(&ada, 200), (&cy, 404), (&viewer, 403)] {
        assert_eq!(person.get("/pages/1234567").status, status);
        assert_eq!(person.get("/pages/7777777").status, if status == 403 { 403 } else { 404 });
    }
    assert_eq!(cy.post("/pages/1234567", &[("do", "ack")]).status, 404);
    assert_eq!(ada.post("/pages/1234567", &[("do", "cancel")]).status, 403);
    assert!(!ada.get("/pages/1234567").body.contains("Withdraw"), "a technician withdraws nothing");

    for _ in 0..2 {
        assert_eq!(agent.post("/pages/1234567", &[("do", "again"), ("round", "1")]).status, 303);
    }
    assert!(agent.get("/pages/1234567").body.contains("round 2"), "one round more, not two");

    assert_eq!(ada.post("/pages/1234567", &[("do", "ack")]).status, 303);
    let live = agent.get("/pages/1234567");
    assert!(live.body.contains("Ada Ruiz has it. Customer to be called by"), "{}", live.body);
    let refused = agent.post("/pages/1234567", &[("do", "ack"), ("by", "Ben Okafor")]);
    assert_eq!(refused.status, 409);
    assert!(refused.body.contains("Not recorded: Ada Ruiz has case 1234567 already"), "{}", refused.body);
    assert_eq!(agent.post("/pages/1234567", &[("do", "ack"), ("by", ""), ("other", " ")]).status, 409);
    assert_eq!(agent.post("/pages/1234567", &[("do", "called-back"), ("by", "Ada Ruiz")]).status, 303);
    assert!(agent.get("/pages/1234567").body.contains("Done: the customer was called back, says Ada Ruiz"));
    assert_eq!(desk.show("1234567")["promise"]["state"], "kept");
}

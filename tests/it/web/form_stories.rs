//! Can an agent page from a browser by keys alone, without scripts, on a narrow screen, beside another agent? Stories in a
//! real Chromium.

use super::night_desk::{CUSTOMER, Desk};
use crate::support_browser::Browser;

/// What a page must be at every step.
fn is_sound(agent: &mut Browser, name: &str) {
    agent.axe_is_clean();
    agent.no_sideways_scrolling();
    agent.whole_screenshot(&format!("form-{name}"));
}

#[test]
fn an_agent_pages_by_keys_alone() {
    let desk = Desk::at_night();
    let kim = desk.agent("kim");
    let mut agent = kim.browser();
    agent.open("/page");
    is_sound(&mut agent, "1-case");
    agent.press("Tab");
    while agent.focused() != "textbox Case number" {
        agent.press("Tab");
    }
    agent.types("1234567");
    agent.press("Enter");
    agent.see("Does it look like an outage");
    is_sound(&mut agent, "2-outage");
    agent.press("x");
    agent.press("n");
    agent.see("Is the caller a contract partner?");
    agent.see_the("button", "AIMS link");
    is_sound(&mut agent, "3-partner");
    agent.press("d");
    assert_eq!(agent.focused(), "combobox Or its department or computer name");
    agent.types("Land Recrods");
    agent.press("Enter");
    agent.see("No department of that name");
    assert!(agent.title().starts_with("Error: "), "{}", agent.title());
    is_sound(&mut agent, "4-no-department");
    agent.press("a");
    agent.see("Can the Help Desk fix it itself?");
    agent.press("b");
    agent.see("Is the caller a contract partner?");
    agent.see("(your answer)");
    agent.press("a");
    agent.see("Can the Help Desk fix it itself?");
    agent.press("n");
    agent.see("departmental computer?");
    agent.press("y");
    agent.see("critical work stoppage");
    agent.press("y");
    agent.see_the("heading", "What must the technician know?");
    while agent.focused() != "textbox Customer's name" {
        agent.press("Tab");
    }
    agent.types(CUSTOMER);
    agent.press("Tab");
    agent.types("555");
    agent.press("Enter");
    agent.see_the("heading", "The page cannot begin yet");
    assert!(agent.focused().starts_with("alert"), "{}", agent.focused());
    is_sound(&mut agent, "5-facts-wrong");
    agent.fill("Customer's phone number", "608-555-0142");
    agent.press("Tab");
    agent.types("Payroll printer stopped");
    agent.press("Enter");
    agent.see_the("heading", "PAGE AIMS");
    is_sound(&mut agent, "6-sheet");
    agent.dark();
    is_sound(&mut agent, "6-sheet-dark");
    agent.light();
    agent.click("button", "Copy");
    assert!(agent.clipboard().contains("Decision: PAGE AIMS"), "{}", agent.clipboard());
    while agent.focused() != "button Page Ada Ruiz now" {
        agent.press("Shift+Tab");
    }
    agent.press("Enter");
    agent.arrives_at("/pages/1234567");
    agent.see("Nothing to do: Ada Ruiz");
    is_sound(&mut agent, "7-live");
    agent.dark();
    is_sound(&mut agent, "7-live-dark");
    // Chromium notes every answer that refuses a field.
    let complaints = agent.complaints();
    assert!(complaints.iter().all(|complaint| complaint.contains("422")), "{complaints:#?}");
    for request in agent.requests() {
        assert!(!request.contains("Oduya") && !request.contains("0142"), "{request}");
    }
}

#[test]
fn a_narrow_or_zoomed_window_and_no_scripts_are_enough() {
    let desk = Desk::at_night();
    let kim = desk.agent("kim");
    let mut agent = kim.browser();
    agent.javascript(false);
    agent.window(320, 640);
    agent.open("/page");
    agent.no_sideways_scrolling();
    agent.fill("Case number", "1234567");
    agent.click("button", "Begin");
    for (question, answer) in [
        ("Does it look like an outage", "no"),
        ("Is the caller a contract partner?", "bare cone"),
        ("Can the Help Desk fix it itself?", "no"),
        ("departmental computer?", "yes"),
        ("critical work stoppage", "yes"),
        ("Do you judge it an emergency", "yes"),
    ] {
        agent.see(question);
        agent.no_sideways_scrolling();
        agent.click("button", answer);
    }
    agent.see_the("heading", "What must the technician know?");
    agent.fill("Customer's name", CUSTOMER);
    agent.fill("Customer's phone number", "608-555-0142");
    agent.fill("The problem in a few words", "Payroll printer stopped");
    agent.no_sideways_scrolling();
    agent.whole_screenshot("form-narrow-facts");
    agent.click("button", "Go on");
    agent.see_the("heading", "PAGE GDS");
    agent.no_sideways_scrolling();
    agent.whole_screenshot("form-narrow-sheet");
    agent.click("button", "Page Ada Ruiz now");
    agent.arrives_at("/pages/1234567");
    agent.see("Nothing to do:");
    assert_eq!(agent.count("button", Some("Copy")), 0, "what needs a script is not there without one");
    agent.no_sideways_scrolling();
    agent.whole_screenshot("form-narrow-live");
    agent.click_text("Somebody has it");
    agent.choose("Who has it?", "Ben Okafor");
    agent.click("button", "Record that they have it");
    agent.see("Ben Okafor has it. Customer to be called by");
    agent.click_text("Withdraw the page");
    agent.click("button", "Withdraw it");
    agent.see("kim withdrew the page");
    agent.window(1280, 720);
    agent.zoom(2.0);
    agent.reload();
    agent.no_sideways_scrolling();
}

#[test]
fn nothing_is_lost_by_looking_back_loading_anew_or_closing_the_window() {
    let desk = Desk::at_night();
    let kim = desk.agent("kim");
    let mut agent = kim.browser();
    agent.open("/page");
    agent.fill("Case number", "1234567");
    agent.click("button", "Begin");
    agent.click("button", "no");
    agent.see("Is the caller a contract partner?");
    let form = agent.path();
    agent.reload();
    agent.see("Is the caller a contract partner?");
    agent.click("button", "bare cone");
    agent.see("Can the Help Desk fix it itself?");
    agent.back();
    agent.see("Is the caller a contract partner?");
    agent.open("/page");
    agent.click_text("Case 1234567, begun");
    agent.arrives_at(&form);
    agent.see("Can the Help Desk fix it itself?");
    agent.click("button", "yes");
    agent.see_the("heading", "NORMAL");
    is_sound(&mut agent, "normal");
    agent.click("link", "Change Can the Help Desk fix it itself?");
    agent.see("(your answer)");
    agent.click("button", "no");
    agent.see("departmental computer?");
    agent.click("button", "yes");
    agent.see("critical work stoppage");
    agent.click("button", "no");
    agent.see_the("heading", "EAST");
    agent.click("link", "Fill in the facts of the record");
    agent.fill("Customer's name", CUSTOMER);
    agent.click("button", "Go on");
    agent.see(&format!("2. Contact: {CUSTOMER}, [missing: phone number]"));
    is_sound(&mut agent, "east");
    agent.click("button", "Done: delete this form");
    agent.arrives_at("/page");
    assert!(!agent.sees("Case 1234567"), "{}", agent.text());
}

#[test]
fn two_agents_see_each_other_and_what_happens_without_loading_anew() {
    let desk = Desk::at_night();
    let (kim, lee) = (desk.agent("kim"), desk.agent("lee"));
    let mut first = kim.browser();
    let (form, _) = kim.ready("1234567");
    first.open(&form);
    let mut second = first.another_person();
    lee.sits_at(&mut second);
    second.open("/page");
    second.see("kim: case 1234567");
    second.fill("Case number", "1234567");
    second.click("button", "Begin");
    second.see("kim is filling in this form for the same case too");
    is_sound(&mut second, "two-agents");
    first.open(&form);
    // Two clicks within one breath page once.
    first.evaluate(
        "{ const button = document.querySelector('form[data-once] button'); button.click(); button.click(); }",
    );
    first.arrives_at("/pages/1234567");
    first.see("lee is filling in the form for this case");
    second.open("/page");
    second.fill("Case number", "1234567");
    second.click("button", "Begin");
    second.arrives_at("/pages/1234567");
    first.see("Looking at this page now");
    second.click_text("Somebody has it");
    second.click("button", "Record that they have it");
    second.see("Ada Ruiz has it. Customer to be called by");
    first.see("Ada Ruiz has it. Customer to be called by");
    is_sound(&mut first, "taken");
    desk.site.run(&["called-back", "1234567", "--by", "Ada Ruiz"]).expect(0);
    first.see("Done: the customer was called back, says Ada Ruiz");
    assert_eq!(desk.pages(), 1);
    drop(desk.program.stopped());
    first.see("The connection is lost");
    drop(first.complaints());
    drop(second.complaints());
}

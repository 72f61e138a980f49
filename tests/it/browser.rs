//! Does the harness notice what it is there to notice? A little site with planted faults, and every judge looks at it.

mod api;
mod login;
mod site;

use crate::support_browser::Browser;
use site::LittleSite;

#[tokio::test(flavor = "multi_thread")]
async fn a_story_is_told_by_keyboard_and_pointer() {
    let site = LittleSite::start().await;
    let mut agent = Browser::start(&site.address);
    assert_eq!(agent.open("/"), 200);
    agent.see("What is the case number?");
    assert_eq!(agent.headings(), ["What is the case number?"]);
    assert_eq!((agent.title().as_str(), agent.path().as_str()), ("Little site", "/"));
    assert_eq!(
        agent.tab_order(9),
        [
            "link Skip to the question",
            "textbox Case number",
            "checkbox It is critical",
            "combobox Partner",
            "button Continue"
        ]
    );

    agent.fill("Case number", "1234567");
    agent.check("It is critical");
    agent.choose("Partner", "AIMS");
    assert_eq!((agent.value("Case number").as_str(), agent.is_checked("It is critical")), ("1234567", true));
    agent.press("Shift+Tab");
    assert_eq!(agent.focused(), "textbox Case number");
    agent.press("End");
    agent.types("8");
    agent.press("Enter");
    agent.arrives_at("/answer?case=12345678&critical=yes&partner=aims");
    agent.see_the("heading", "Call now");
    agent.see("said by the script");
    agent.click("button", "Copy");
    agent.see("Copied");
    assert_eq!(agent.clipboard(), "CASE 1234567");
    assert!(agent.aria().contains("- heading \"Call now\" [level=1]"), "{}", agent.aria());
    assert!(!agent.sees("never shown"), "{}", agent.text());
    assert_eq!((agent.count("button", None), agent.text_of("button", "Copied").as_str()), (1, "Copied"));
    assert_eq!(agent.attribute("button", "Copied", "id").as_deref(), Some("copy"));
    assert!(agent.screenshot("harness-window").exists());
    agent.back();
    agent.click_text("skip to the");
    assert_eq!(agent.path(), "/#question");
    agent.see("What is the case number?");
    assert!(agent.requests().iter().all(|request| request.contains(&site.address)));
}

#[tokio::test(flavor = "multi_thread")]
async fn every_planted_fault_is_noticed_and_a_clean_page_is_not_blamed() {
    let site = LittleSite::start().await;
    let mut viewer = Browser::start(&site.address);
    viewer.open("/");
    viewer.axe_is_clean();
    viewer.is_content();
    viewer.window(320, 640);
    viewer.no_sideways_scrolling();

    viewer.open("/faint");
    let found = viewer.axe();
    assert!(found.iter().any(|rule| rule.starts_with("label (critical)")), "{found:#?}");
    assert_eq!(found.len(), 1, "{found:#?}");

    viewer.open("/inline");
    let complaints = viewer.complaints();
    let of_policy = |complaint: &&String| complaint.starts_with("content security policy: style-src");
    assert_eq!(complaints.iter().filter(of_policy).count(), 1, "{complaints:#?}");

    viewer.open("/broken");
    assert_eq!(viewer.complaints(), ["script: nobody is not defined"]);
    assert_eq!(viewer.open("/nowhere"), 404);
    let complaints = viewer.complaints();
    assert!(complaints.len() == 1 && complaints[0].contains("404"), "{complaints:#?}");

    viewer.open("/wide");
    let sideways = viewer.sideways();
    assert!(sideways[0].contains("in a window of 320 px") && sideways[1].contains("id=\"wide\""), "{sideways:#?}");
    viewer.window(1280, 720);
    viewer.no_sideways_scrolling();
    viewer.zoom(4.0);
    assert!(!viewer.sideways().is_empty(), "320 pixels are left");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_persons_circumstances_reach_the_page() {
    let site = LittleSite::start().await;
    let mut viewer = Browser::start(&site.address);
    viewer.javascript(false);
    viewer.open("/answer");
    viewer.see("Without scripts the page tells everything too");
    assert!(!viewer.sees("said by the script"), "{}", viewer.text());
    viewer.javascript(true);
    viewer.reload();
    viewer.see("said by the script");
    viewer.see_no_more("Without scripts");

    let colour = "getComputedStyle(document.body).backgroundColor";
    assert_eq!(viewer.evaluate(colour), "rgb(255, 255, 255)");
    viewer.dark();
    assert_eq!(viewer.evaluate(colour), "rgb(17, 17, 17)");
    viewer.light();
    assert_eq!(viewer.evaluate(colour), "rgb(255, 255, 255)");
    viewer.dark();
    viewer.forced_colours(true);
    assert_eq!(viewer.evaluate("matchMedia('(forced-colors: active)').matches"), true);
    viewer.forced_colours(false);
    viewer.reduced_motion(true);
    assert_eq!(viewer.evaluate("matchMedia('(prefers-reduced-motion: reduce)').matches"), true);
    let picture = std::fs::read(viewer.whole_screenshot("harness-dark")).unwrap();
    assert!(picture.starts_with(b"\x89PNG"), "{} bytes", picture.len());

    viewer.set_cookie("session", "abc");
    viewer.open("/seen");
    viewer.see("cookie session=abc");
    assert_eq!(viewer.cookies()[0]["name"], "session");
    let mut other = viewer.another_person();
    other.headers(&[("Remote-User", "ada")]);
    other.open("/seen");
    other.see("cookie none, user ada");
    let mut tab = viewer.another_tab();
    tab.open("/seen");
    tab.see("cookie session=abc, user nobody");
    viewer.clear_cookies();
    tab.reload();
    tab.see("cookie none");

    let reached = "fetch('/seen').then((answer) => answer.status, () => 'nobody')";
    assert_eq!(viewer.evaluate(reached), 200);
    viewer.offline(true);
    assert_eq!(viewer.evaluate(reached), "nobody");
    viewer.offline(false);
    assert_eq!(viewer.evaluate(reached), 200);
    let complaints = viewer.complaints();
    assert!(complaints.iter().all(|complaint| complaint.contains("ERR_INTERNET_DISCONNECTED")), "{complaints:#?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn lighthouse_scores_a_page_and_names_what_it_lacks() {
    let site = LittleSite::start().await;
    let viewer = Browser::start(&site.address);
    let judged = viewer.lighthouse_on_a_desk("/faint", &["accessibility", "best-practices"]);
    assert_eq!(judged.score("best-practices"), 100, "{judged:#?}");
    assert!(judged.score("accessibility") < 100, "{judged:#?}");
    assert!(judged.failing.iter().any(|audit| audit.starts_with("accessibility: label (0)")), "{judged:#?}");
    let judged = viewer.lighthouse("/", &["accessibility"]);
    assert_eq!((judged.score("accessibility"), judged.failing.len()), (100, 0), "{judged:#?}");
}

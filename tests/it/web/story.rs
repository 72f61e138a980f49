//! Does a whole night work across every page at once, and is every page fit for eyes, hands, screens and readers?

use std::cell::Cell;

use page_oncall::access::Role;
use page_oncall::ports::SnapshotStore as _;
use page_oncall::schedule::version::SheetVersion;

use crate::serve::provider::Provider;
use crate::serve::service::{CALL, CUSTOMER, CUSTOMER_PHONE, PUBLIC, SUMMARY, VARIABLES, settings, site_with};
use crate::support_browser::Browser;
use crate::support_web::{PASSWORD, Web};

/// Where texts lead; the board is read by plain HTTP on this machine, so its cookies must not ask for more.
const HERE: &str = "http://127.0.0.1:8420";
const ADA: &str = "+16085550101";
const BEN: &str = "+16085550102";

/// A house whose texts hold the link: one schedule with people, one with nobody, and somebody to ask then.
fn house(provider: &Provider) -> Web {
    let settings = settings(provider, "links_in_texts = true").replace(PUBLIC, HERE).replace(
        "[paging]",
        "[schedules.gds]\ntitle = \"GDS\"\nsource = \"csv:gds.csv\"\n\
         [[leadership]]\nname = \"Lee Voss\"\nphone = \"608-555-0190\"\n[paging]",
    );
    let site = site_with(&settings);
    site.write("gds.csv", b"start,end,person,role\n2017-01-01,2018-01-01,Ada Ruiz,primary\n");
    let web = Web::of(site, &VARIABLES);
    web.account("night-lead", Role::Supervisor);
    web.account("kim", Role::Agent);
    let before = SheetVersion::of(
        vec![(
            "csv:aims.csv".to_owned(),
            b"start,end,person,role\n2017-01-01,2038-01-01,Ben Okafor,primary\n".to_vec(),
        )],
        |bytes| format!("{:064}", bytes.len()),
    );
    web.stored(async |store| {
        store.saw("aims", &before, "2026-03-01T00:00:00Z".parse().unwrap()).await.unwrap();
    });
    web
}

/// Signs in with an account, as a person does, and goes on to where they wanted to go.
fn signs_in(browser: &mut Browser, name: &str, path: &str) {
    browser.open(path);
    browser.see_the("heading", "Sign in");
    browser.fill("Account", name);
    browser.fill("Password", PASSWORD);
    browser.click("button", "Sign in");
    browser.arrives_at(path);
}

/// Signs a screen in with its token.
fn signs_in_with(browser: &mut Browser, token: &str, path: &str) {
    browser.open(path);
    browser.fill("Token", token);
    browser.click("button", "Sign in with the token");
    browser.arrives_at(path);
}

/// A mark that a page loses when it loads anew.
fn mark(browser: &Browser) {
    browser.evaluate("window.unbroken = true");
}

fn is_the_same_page(browser: &Browser) {
    assert_eq!(browser.evaluate("window.unbroken"), true, "{} loaded anew", browser.path());
}

/// The path of the link in the text that asks this number about this case. Waits for the text.
fn link(provider: &Provider, case: &str, number: &str) -> String {
    let mut count = 1;
    loop {
        let texts = provider.texts_up_to(count);
        let asks = |text: &&crate::serve::provider::Text| {
            text.to == number && text.body.contains(case) && text.body.contains("/a/")
        };
        if let Some(text) = texts.iter().find(asks) {
            let link = text.body.split(' ').find_map(|word| word.strip_prefix(HERE)).expect("a link of this house");
            return link.to_owned();
        }
        count = texts.len() + 1;
    }
}

/// Pages AIMS about a case by the command.
fn call(web: &Web, case: &str) {
    let words = CALL.map(|word| if word == "1234567" { case } else { word });
    web.site.run_with(&VARIABLES, &[&words[..], &["--no-wait"]].concat()).expect(0);
}

#[test]
fn a_night_is_seen_live_by_everybody_from_the_form_to_the_callback() {
    let provider = Provider::start();
    let web = house(&provider);

    let mut board = Browser::start(&web.address);
    signs_in(&mut board, "night-lead", "/");
    board.see("Live: this page changes by itself.");
    board.see("608-555-0101");
    board.see("No page is open.");
    let mut wall = board.another_person();
    wall.window(1920, 1080);
    signs_in_with(&mut wall, &web.token("wall", Role::Viewer), "/wall");
    wall.see("Live: this page changes by itself.");
    wall.see("number ends in 01");
    mark(&board);
    mark(&wall);

    let mut agent = board.another_person();
    signs_in(&mut agent, "kim", "/page");
    agent.fill("Case number", "1234567");
    agent.click("button", "Begin");
    for (question, answer) in [
        ("Does it look like an outage", "no"),
        ("Is the caller a contract partner?", "AIMS link"),
        ("Can the Help Desk fix it itself?", "no"),
        ("departmental computer?", "yes"),
        ("critical work stoppage", "yes"),
    ] {
        agent.see(question);
        agent.click("button", answer);
    }
    agent.see_the("heading", "What must the technician know?");
    agent.fill("Customer's name", CUSTOMER);
    agent.fill("Customer's phone number", CUSTOMER_PHONE);
    agent.fill("The problem in a few words", SUMMARY);
    agent.click("button", "Go on");
    agent.see_the("heading", "PAGE AIMS");
    agent.click("button", "Page Ada Ruiz now");
    agent.arrives_at("/pages/1234567");
    mark(&agent);
    board.see("Case 1234567: being paged, nobody has it yet.");
    board.see(CUSTOMER);
    wall.see("1234567");
    wall.see("NOBODY YET");
    assert!(!wall.sees(CUSTOMER) && !wall.sees(SUMMARY), "{}", wall.text());

    let mut technician = board.another_person();
    technician.window(360, 640);
    assert_eq!(technician.open(&link(&provider, "1234567", ADA)), 200);
    for fact in ["1234567", CUSTOMER, CUSTOMER_PHONE, SUMMARY] {
        technician.see(fact);
    }
    let reach = "[...document.querySelectorAll('button')].every((it) => it.getBoundingClientRect().height >= 44)";
    assert_eq!(technician.evaluate(reach), true, "a thumb meets the buttons");
    technician.screenshot("story-technician-first-look");
    technician.click("button", "I have it");
    technician.see("You have it: call the customer by");
    assert!(technician.cookies().is_empty(), "the link is no session");
    board.see("Case 1234567: Ada Ruiz has it.");
    wall.see("Ada Ruiz has it");
    agent.see("Ada Ruiz has it. Customer to be called by");
    board.whole_screenshot("story-board-acknowledged");

    technician.click("button", "The customer was called back");
    technician.see("Done: the customer was called back");
    agent.see("Done: the customer was called back, says Ada Ruiz");
    agent.see("kept");
    board.see("promise kept");
    board.see("No page is open.");
    wall.see("No page is open.");
    for watcher in [&board, &wall, &agent] {
        is_the_same_page(watcher);
    }

    let mut log = board.another_tab();
    log.open("/audit");
    log.see_the("heading", "Audit log");
    let rows =
        log.evaluate("[...document.querySelectorAll('tbody tr')].map((row) => row.innerText.replace(/\\s+/g, ' '))");
    let rows: Vec<&str> = rows.as_array().unwrap().iter().rev().filter_map(|row| row.as_str()).collect();
    let did = |who: &str, what: &str, object: &str| {
        let row = rows.iter().position(|row| row.contains(who) && row.contains(what) && row.contains(object));
        row.unwrap_or_else(|| panic!("{who}: {what} {object} in {rows:#?}"))
    };
    let order = [
        did("night-lead", "sign-in", ""),
        did("wall", "sign-in", ""),
        did("kim", "sign-in", ""),
        did("kim", "page", "1234567"),
        did("Ada Ruiz", "ack", "1234567"),
        did("Ada Ruiz", "called-back", "1234567"),
    ];
    assert!(order.is_sorted(), "{rows:#?}");
}

/// Somebody who looks at one page after the other.
struct Looker {
    browser: Browser,
    looked: Cell<u32>,
}

impl Looker {
    /// Opens a page and judges it.
    fn looks(&mut self, path: &str, status: u64, name: &str) {
        assert_eq!(self.browser.open(path), status, "{path}");
        self.judges(status, name);
    }

    /// The page that is shown: small and wide, light and dark.
    fn judges(&mut self, status: u64, name: &str) {
        let browser = &mut self.browser;
        for (width, height, size) in [(320, 640, "phone"), (1280, 800, "desk")] {
            browser.window(width, height);
            for is_dark in [false, true] {
                if is_dark {
                    browser.dark();
                } else {
                    browser.light();
                }
                browser.no_sideways_scrolling();
                // The widths share their colours; narrow is where things meet.
                if width == 320 || !is_dark {
                    browser.axe_is_clean();
                }
                browser.whole_screenshot(&format!("all-{name}-{size}-{}", if is_dark { "dark" } else { "light" }));
            }
        }
        browser.light();
        let complaints = browser.complaints();
        let is_told = |complaint: &String| status != 200 && complaint.contains(&format!("status of {status}"));
        assert!(complaints.iter().all(is_told), "{name}: {complaints:#?}");
        self.looked.set(self.looked.get() + 1);
    }
}

#[test]
fn every_page_is_clean_in_every_size_and_colour() {
    let provider = Provider::start();
    let web = house(&provider);
    for case in ["1234567", "2222222", "3333333", "4444444", "5555555"] {
        call(&web, case);
    }
    let [asked, others, declined, done, withdrawn] =
        ["1234567", "2222222", "3333333", "4444444", "5555555"].map(|case| link(&provider, case, ADA));

    let mut somebody = Looker { browser: Browser::start(&web.address), looked: Cell::new(0) };
    somebody.browser.window(360, 640);
    let browser = &mut somebody.browser;
    browser.open(&declined);
    browser.click("button", "I cannot");
    browser.see("You said that you cannot");
    browser.open(&others);
    browser.click("button", "I cannot");
    browser.see("You said that you cannot");
    let yours = link(&provider, "2222222", BEN);
    browser.open(&yours);
    browser.click("button", "I have it");
    browser.see("You have it: call the customer by");
    browser.open(&done);
    browser.click("button", "I have it");
    browser.click("button", "The customer was called back");
    browser.see("Done: the customer was called back");
    web.site.run_with(&VARIABLES, &["cancel", "5555555", "--by", "kim"]).expect(0);

    let dead = "/a/AAAAAAAAAAAAAAAAAAAAAAAA";
    for (path, status, name) in [
        (&*asked, 200, "link-asked"),
        (&*declined, 200, "link-declined"),
        (&*yours, 200, "link-yours"),
        (&*others, 200, "link-anothers"),
        (&*done, 200, "link-done"),
        (&*withdrawn, 200, "link-withdrawn"),
        (dead, 404, "link-dead"),
        ("/sign-in", 200, "sign-in"),
    ] {
        somebody.looks(path, status, name);
    }
    somebody.browser.fill("Account", "kim");
    somebody.browser.fill("Password", "wrong");
    somebody.browser.click("button", "Sign in");
    somebody.browser.see_the("alert", "");
    somebody.judges(403, "sign-in-wrong");

    signs_in(&mut somebody.browser, "kim", "/");
    somebody.browser.see("NOBODY IS ON CALL");
    somebody.browser.see("Case 2222222: Ben Okafor has it.");
    for (path, status, name) in [
        ("/", 200, "board"),
        ("/wall", 200, "wall"),
        ("/page", 200, "page"),
        ("/pages/1234567", 200, "case-paging"),
        ("/pages/2222222", 200, "case-acknowledged"),
        ("/pages/4444444", 200, "case-closed"),
        ("/pages/5555555", 200, "case-withdrawn"),
        ("/schedules/aims", 200, "schedule-week"),
        ("/schedules/aims?view=month", 200, "schedule-month"),
        ("/schedules/aims?known_at=2026-03-02T12:00", 200, "schedule-known-at"),
        ("/schedules/gds", 200, "schedule-nobody"),
        ("/audit", 403, "refused"),
        ("/nowhere", 404, "nowhere"),
    ] {
        somebody.looks(path, status, name);
    }
    fills_in(&mut somebody);
    signs_in_again(&mut somebody, "night-lead", "/audit");
    somebody.looks("/audit", 200, "audit");
    assert_eq!(somebody.looked.get(), 30);
}

/// Every step of the form of a case that is paged.
fn fills_in(agent: &mut Looker) {
    agent.browser.open("/page");
    agent.browser.fill("Case number", "7777777");
    agent.browser.click("button", "Begin");
    for (question, answer, name) in [
        ("Does it look like an outage", "no", "form-1-outage"),
        ("Is the caller a contract partner?", "AIMS link", "form-2-partner"),
        ("Can the Help Desk fix it itself?", "no", "form-3-fix"),
        ("departmental computer?", "yes", "form-4-computer"),
        ("critical work stoppage", "yes", "form-5-critical"),
    ] {
        agent.browser.see(question);
        agent.judges(200, name);
        agent.browser.click("button", answer);
    }
    agent.browser.see_the("heading", "What must the technician know?");
    agent.judges(200, "form-6-facts");
    agent.browser.fill("Customer's name", CUSTOMER);
    agent.browser.fill("Customer's phone number", CUSTOMER_PHONE);
    agent.browser.fill("The problem in a few words", SUMMARY);
    agent.browser.click("button", "Go on");
    agent.browser.see_the("heading", "PAGE AIMS");
    agent.judges(200, "form-7-decision");
}

fn signs_in_again(looker: &mut Looker, name: &str, path: &str) {
    looker.browser.clear_cookies();
    signs_in(&mut looker.browser, name, path);
}

#[test]
fn lighthouse_finds_nothing_against_the_pages_that_people_work_with() {
    let provider = Provider::start();
    let web = house(&provider);
    call(&web, "1234567");
    let asked = link(&provider, "1234567", ADA);
    let mut lead = Browser::start(&web.address);
    let stranger = lead.another_person();
    signs_in(&mut lead, "night-lead", "/");
    lead.see("NOBODY IS ON CALL");
    let all = ["accessibility", "best-practices", "performance"];
    let mut wrong = Vec::new();
    for (path, who, is_a_phone) in [
        ("/", &lead, false),
        ("/page", &lead, false),
        ("/pages/1234567", &lead, false),
        ("/schedules/aims", &lead, false),
        (&*asked, &stranger, true),
        ("/sign-in", &stranger, false),
    ] {
        let judged = if is_a_phone { who.lighthouse(path, &all) } else { who.lighthouse_on_a_desk(path, &all) };
        // How fast it is depends on what else the machine does, so it is told and not judged here.
        println!("{path}: performance {}", judged.score("performance"));
        let [accessibility, practices] = ["accessibility", "best-practices"].map(|category| judged.score(category));
        if (accessibility, practices) != (100, 100) {
            wrong.push(format!("{path}: {accessibility} {practices} {:#?}", judged.failing));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

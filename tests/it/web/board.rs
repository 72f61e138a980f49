//! Does the board say who is on call, what is promised and what is open, to each viewer what they may see, and at once?

use std::io::{BufRead, BufReader, Write};
use std::net::TcpStream;

use serde_json::Value;

use crate::serve::provider::{PATIENCE, Provider};
use crate::serve::service::{
    Answer, CALL, CUSTOMER, CUSTOMER_PHONE, PUBLIC, SUMMARY, Service, run, settings, site, site_with,
};
use crate::support::Site;
use crate::support_browser::Browser;

/// A token of this role; a technician is Ben Okafor.
fn token(site: &Site, role: &str) -> String {
    let name = format!("test-{role}");
    let mut words = vec!["--format", "json", "token", "create", &name, "--role", role];
    if role == "technician" {
        words.extend(["--person", "Ben Okafor"]);
    }
    run(site, &words).expect(0).json()["secret"].as_str().unwrap().to_owned()
}

fn get(service: &Service, path: &str, token: &str) -> Answer {
    service.raw(
        format!("GET {path} HTTP/1.1\r\nHost: any\r\nConnection: close\r\nAuthorization: Bearer {token}\r\n\r\n")
            .as_bytes(),
    )
}

fn call(site: &Site) {
    run(site, &[&CALL[..], &["--no-wait"]].concat()).expect(0);
}

/// So many beats, of which there is at least one every ten seconds, are longer than anything takes on a busy machine. A
/// change brings one of its own.
const BEATS: u32 = 30;

/// An open stream of events.
struct Stream(BufReader<TcpStream>);

impl Stream {
    fn open(service: &Service, path: &str, token: &str) -> Self {
        let mut stream = TcpStream::connect(&service.address).unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        write!(stream, "GET {path} HTTP/1.1\r\nHost: any\r\nAuthorization: Bearer {token}\r\n\r\n").unwrap();
        let mut stream = Self(BufReader::new(stream));
        assert!(stream.line().unwrap().starts_with("HTTP/1.1 200"));
        stream
    }

    /// The next line without its end; `None` when the service has ended the stream.
    fn line(&mut self) -> Option<String> {
        let mut line = String::new();
        let read = self.0.read_line(&mut line).expect("a line in time");
        (read > 0).then(|| line.trim_end().to_owned())
    }

    /// Waits for this event, and gives what it carries.
    fn event(&mut self, name: &str) -> Value {
        let wanted = format!("event: {name}");
        let mut beats = 0;
        loop {
            let line = self.line().expect("the stream goes on");
            // A stream never falls silent, so its beats are what shows that nothing comes any more.
            beats += u32::from(line == "event: beat");
            assert!(beats <= BEATS, "no {wanted:?} in {BEATS} beats");
            if line == wanted {
                return serde_json::from_str(self.line().unwrap().strip_prefix("data: ").unwrap()).unwrap();
            }
        }
    }

    /// Waits until a part says this, and gives its HTML. The parts of one change come in the order of the page.
    fn part(&mut self, name: &str, says: &str) -> String {
        loop {
            let part = self.event("part");
            let html = part["html"].as_str().unwrap();
            if part["name"] == name && html.contains(says) {
                return html.to_owned();
            }
        }
    }
}

#[test]
fn the_first_thing_on_the_board_is_who_is_on_call_with_a_number_to_dial() {
    let provider = Provider::start();
    let site = site(&provider, "");
    let service = Service::start(&site, &[]);
    let agent = token(&site, "agent");
    // The first reading may still be under way; the stream tells when it has ended.
    Stream::open(&service, "/events", &agent).part("now", "Ada Ruiz");
    let board = get(&service, "/", &agent);
    assert_eq!(board.status, 200, "{board:?}");
    assert!(board.head.contains("content-security-policy: default-src 'none'"), "{}", board.head);
    let (name, phone) = (board.body.find("Ada Ruiz").unwrap(), board.body.find("href=\"tel:+16085550101\"").unwrap());
    let pages = board.body.find("Open pages").unwrap();
    assert!(name < phone && phone < pages, "{}", board.body);
    for said in [
        "<noscript><meta http-equiv=\"refresh\" content=\"30\"></noscript>",
        "Then NOBODY",
        "No page is open.",
        "Sheet read",
        "Woken nights",
        "Timeline of the next 14 days",
    ] {
        assert!(board.body.contains(said), "{said}: {}", board.body);
    }
    let picture = board.body.split("img src=\"").nth(1).unwrap().split('"').next().unwrap();
    let drawn = get(&service, picture, &agent);
    assert!(drawn.head.contains("content-type: image/svg+xml") && drawn.body.starts_with("<svg"), "{drawn:?}");
    assert_eq!(get(&service, "/board/timeline", &agent).status, 404);
}

#[test]
fn each_viewer_sees_what_they_may_and_nobody_else_sees_anything() {
    let provider = Provider::start();
    let site = site(&provider, "");
    let service = Service::start(&site, &[]);
    let [agent, technician, viewer] = ["agent", "technician", "viewer"].map(|role| token(&site, role));
    call(&site);
    Stream::open(&service, "/events", &agent).part("now", "Ada Ruiz");

    let board = get(&service, "/", &agent).body;
    for said in [CUSTOMER, CUSTOMER_PHONE, SUMMARY, "href=\"/pages/1234567\"", "tel:+16085550101", "text message"] {
        assert!(board.contains(said), "{said}: {board}");
    }
    for path in ["/", "/wall", "/events"] {
        let masked = match path {
            "/events" => {
                let mut stream = Stream::open(&service, path, &viewer);
                stream.part("now", "Ada Ruiz") + &stream.part("pages", "1234567")
            }
            _ => get(&service, path, &viewer).body,
        };
        assert!(masked.contains("1234567") && masked.contains("number ends in 01"), "{path}: {masked}");
        for hidden in [CUSTOMER, CUSTOMER_PHONE, SUMMARY, "608-555", "tel:", "555010", "/pages/"] {
            assert!(!masked.contains(hidden), "{path} tells {hidden}: {masked}");
        }
    }
    // Ben is on the ladder of every page of this schedule.
    let own = get(&service, "/", &technician).body;
    assert!(own.contains("Ben Okafor (you)") && own.contains(CUSTOMER), "{own}");
    let wall = get(&service, "/wall", &agent).body;
    assert!(wall.contains("608-555-0101") && wall.contains("1234567"), "{wall}");
    for hidden in [CUSTOMER, SUMMARY, CUSTOMER_PHONE] {
        assert!(!wall.contains(hidden), "the wall tells {hidden}: {wall}");
    }

    for path in ["/", "/wall", "/events", "/board/0.svg"] {
        for answer in [service.get(path), get(&service, path, "forged")] {
            assert_eq!(answer.status, 303, "{path}: {answer:?}");
            assert!(answer.body.is_empty(), "{path}: {answer:?}");
        }
    }
}

#[test]
fn a_technician_sees_no_page_that_asks_somebody_else() {
    let provider = Provider::start();
    let ladder = "\n[ladder]\nsteps = [{ after_minutes = 0, to = \"primary\", channels = [\"sms\"] }]\n";
    let site = site_with(&(settings(&provider, "") + ladder));
    let service = Service::start(&site, &[]);
    let [agent, technician] = ["agent", "technician"].map(|role| token(&site, role));
    call(&site);
    Stream::open(&service, "/events", &agent).part("pages", "1234567");
    let mut stream = Stream::open(&service, "/events", &technician);
    assert!(stream.part("now", "Ada Ruiz").contains("tel:+16085550101"), "numbers are theirs to see");
    let told = stream.part("pages", "Open pages");
    assert!(told.contains("No page is open.") && !told.contains("1234567"), "{told}");
    let board = get(&service, "/", &technician).body;
    assert!(!board.contains("1234567") && !board.contains(CUSTOMER), "{board}");
}

#[test]
fn nobody_on_call_is_a_word_with_what_to_do() {
    let provider = Provider::start();
    let more = "\n[[leadership]]\nname = \"Lee Voss\"\nphone = \"608-555-0190\"\n";
    let site = site_with(&(settings(&provider, "") + more));
    site.write("aims.csv", b"start,end,person,role\n2017-01-01,2018-01-01,Ada Ruiz,primary\n");
    let service = Service::start(&site, &[]);
    let agent = token(&site, "agent");
    let now = Stream::open(&service, "/events", &agent).part("now", "duty-aims");
    for said in ["NOBODY IS ON CALL", "Never guess", "Lee Voss", "tel:+16085550190"] {
        assert!(now.contains(said), "{said}: {now}");
    }
    let wall = get(&service, "/wall", &agent).body;
    assert!(wall.contains("NOBODY IS ON CALL") && !wall.contains("<p class=\"next\"></p>"), "{wall}");
}

#[test]
fn what_happens_is_told_to_open_boards_whoever_did_it() {
    let provider = Provider::start();
    let site = site(&provider, "");
    let service = Service::start(&site, &["-v"]);
    let agent = token(&site, "agent");
    let mut stream = Stream::open(&service, "/events", &agent);
    let mut wall = Stream::open(&service, "/events?screen=wall", &agent);
    stream.part("standing", "No page is open.");
    assert!(stream.event("beat")["now"].as_i64().unwrap() > 1_700_000_000_000);

    // Another process opens the page, and another still reports the callback.
    call(&site);
    stream.part("standing", "Case 1234567: being paged, nobody has it yet.");
    stream.part("pages", "text message sent");
    wall.part("pages", "asking Ada Ruiz");
    assert_eq!(service.text("SM1", "+16085550101", "1").status, 200);
    stream.part("standing", "Case 1234567: Ada Ruiz has it.");
    run(&site, &["called-back", "1234567", "--by", "Ada Ruiz"]).expect(0);
    stream.part("standing", "No page is open.");
    let mut months = get(&service, "/", &agent).body;
    assert!(months.contains("promise kept"), "{months}");
    months = months.split("Promises kept</th>").nth(1).unwrap().chars().take(40).collect();
    assert!(months.contains(">1</td>"), "{months}");

    // A sheet that changes is told too.
    site.write("aims.csv", b"start,end,person,role\n2017-01-01,2038-01-01,Cy Day,primary\n");
    stream.part("now", "Cy Day");
    let (status, log) = service.program.stopped();
    assert_eq!(status.code(), Some(0), "{log:#?}");
    let in_time = log.iter().any(|line| line.contains("the service has stopped") && line.contains("in_time=true"));
    assert!(in_time, "open boards hold nothing up: {log:#?}");
    while stream.line().is_some() {}
}

#[test]
fn a_stream_ends_with_the_token_that_opened_it() {
    let provider = Provider::start();
    let site = site(&provider, "");
    let service = Service::start(&site, &[]);
    let agent = token(&site, "agent");
    let mut stream = Stream::open(&service, "/events", &agent);
    stream.part("standing", "No page is open.");
    run(&site, &["token", "revoke", "test-agent"]).expect(0);
    stream.event("end");
    assert_eq!(get(&service, "/events", &agent).status, 303);
}

/// A browser whose every request carries a token of this role.
fn person(service: &Service, token: &str) -> Browser {
    let mut browser = Browser::start(&service.address);
    browser.headers(&[("Authorization", &format!("Bearer {token}"))]);
    browser
}

#[test]
fn in_a_browser_what_happens_appears_by_itself_and_a_lost_connection_is_said() {
    let provider = Provider::start();
    let site = site(&provider, "");
    let service = Service::start(&site, &[]);
    let agent = token(&site, "agent");
    Stream::open(&service, "/events", &agent).part("now", "Ada Ruiz");
    let mut board = person(&service, &agent);
    assert_eq!(board.open("/"), 200);
    board.see("Live: this page changes by itself.");
    board.see("608-555-0101");
    assert_eq!(board.attribute("link", "608-555-0101", "href").as_deref(), Some("tel:+16085550101"));
    assert_eq!(board.headings()[0], "On call now");
    let focus = "document.querySelector('details summary').focus(); document.querySelector('details').open = true";
    board.evaluate(focus);

    call(&site);
    board.see("Case 1234567: being paged, nobody has it yet.");
    board.see(CUSTOMER);
    board.see("min");
    assert_eq!(service.text("SM1", "+16085550101", "1").status, 200);
    board.see("Case 1234567: Ada Ruiz has it.");
    let kept = "document.activeElement.tagName + document.querySelector('details').open";
    assert_eq!(board.evaluate(kept), "SUMMARYtrue", "the focus and what was opened stay");
    board.axe_is_clean();
    board.whole_screenshot("board-light");
    board.dark();
    board.axe_is_clean();
    board.whole_screenshot("board-dark");
    board.light();
    board.window(320, 640);
    board.no_sideways_scrolling();
    board.axe_is_clean();
    board.whole_screenshot("board-narrow");
    board.window(1280, 720);
    run(&site, &["called-back", "1234567", "--by", "Ada Ruiz"]).expect(0);
    board.see("promise kept");
    board.see("No page is open.");
    board.is_content();

    let (status, log) = service.program.stopped();
    assert_eq!(status.code(), Some(0), "{log:#?}");
    board.see("CONNECTION LOST");
    board.see("This picture is");
    board.screenshot("board-lost");
    let complaints = board.complaints();
    assert!(complaints.iter().all(|complaint| complaint.contains("/events")), "{complaints:#?}");
}

#[test]
fn without_a_script_the_board_is_whole() {
    let provider = Provider::start();
    let site = site(&provider, "");
    let service = Service::start(&site, &[]);
    let viewer = token(&site, "viewer");
    call(&site);
    Stream::open(&service, "/events", &viewer).part("now", "Ada Ruiz");
    let mut board = person(&service, &viewer);
    board.javascript(false);
    board.open("/");
    board.see("Ada Ruiz");
    board.see("number ends in 01");
    board.see("1 page is open.");
    board.see("This page loads itself anew every 30 seconds.");
    assert!(!board.sees(CUSTOMER));
}

#[test]
fn the_wall_fits_its_screen() {
    let provider = Provider::start();
    let two = settings(&provider, "")
        .replace("[paging]", "[schedules.msn]\ntitle = \"Server team\"\nsource = \"csv:msn.csv\"\n[paging]");
    let site = site_with(&(two + "\n[[leadership]]\nname = \"Lee Voss\"\nphone = \"608-555-0190\"\n"));
    site.write(
        "msn.csv",
        b"start,end,person,role\n2017-01-01,2018-01-01,Ada Ruiz,primary\n2038-01-01,2039-01-01,Ben Okafor,primary\n",
    );
    let service = Service::start(&site, &[]);
    let agent = token(&site, "agent");
    for case in ["1234567", "2222222", "3333333", "4444444", "5555555", "6666666"] {
        let words: Vec<&str> = CALL.iter().map(|word| if *word == "1234567" { case } else { word }).collect();
        run(&site, &[&words[..], &["--no-wait"]].concat()).expect(0);
    }
    Stream::open(&service, "/events", &agent).part("now", "NOBODY IS ON CALL");
    let mut wall = person(&service, &agent);
    for (width, height) in [(1920, 1080), (3840, 2160)] {
        wall.window(width, height);
        wall.open("/wall");
        wall.see("Ada Ruiz");
        wall.see("6666666");
        wall.see("Live: this page changes by itself.");
        let fits = "document.documentElement.scrollHeight <= innerHeight && document.documentElement.scrollWidth <= innerWidth \
                    && [...document.querySelectorAll('.wall *')].every((it) => it.getBoundingClientRect().bottom <= innerHeight) \
                    && [...document.querySelectorAll('tr')].every((it) => \
                    it.getBoundingClientRect().bottom <= document.getElementById('part-pages').getBoundingClientRect().bottom)";
        wall.screenshot(&format!("wall-{width}"));
        assert_eq!(wall.evaluate(fits), true, "{width}");
    }
    assert_eq!(wall.count("button", None), 0, "no controls");
    assert!(!wall.sees(CUSTOMER) && !wall.sees(SUMMARY));
    wall.axe_is_clean();
    wall.is_content();
}

#[test]
fn the_links_of_a_house_below_a_path_stay_below_it() {
    let provider = Provider::start();
    let below = settings(&provider, "").replace(PUBLIC, &format!("{PUBLIC}/pager"));
    let site = site_with(&below);
    let service = Service::start(&site, &[]);
    let agent = token(&site, "agent");
    let now = Stream::open(&service, "/events", &agent).part("now", "Ada Ruiz");
    assert!(now.contains("href=\"/pager/schedules/aims\""), "{now}");
    let board = get(&service, "/", &agent).body;
    assert!(board.contains("data-events=\"/pager/events\"") && board.contains("src=\"/pager/board/"), "{board}");
}

#[test]
fn who_cannot_be_reached_as_planned_is_named() {
    let provider = Provider::start();
    let site = site(&provider, "");
    let service = Service::start(&site, &[]);
    let [agent, viewer] = ["agent", "viewer"].map(|role| token(&site, role));
    let mut stream = Stream::open(&service, "/events", &agent);
    let mut masked = Stream::open(&service, "/events", &viewer);
    stream.part("people", "Nobody blocks texts");
    run(&site, &["drill", "Ada Ruiz", "--no-wait", "--now"]);
    stream.part("people", "Ada Ruiz: has not answered yet");
    assert_eq!(service.text("SM1", "+16085550102", "STOP").status, 200);
    stream.part("now", "TEXTS BLOCKED (STOP): call");
    let told = stream.part("people", "TEXTS BLOCKED");
    assert!(told.contains("Ben Okafor") && told.contains("tel:+16085550102"), "{told}");
    let told = masked.part("people", "TEXTS BLOCKED");
    assert!(told.contains("number ends in 02") && !told.contains("tel:"), "{told}");
    let board = get(&service, "/", &agent).body;
    let pages = board.split("<th scope=\"row\">Pages</th>").nth(1).unwrap();
    assert!(pages.starts_with("<td class=\"number\">0</td>"), "a drill counts nowhere: {board}");
    assert!(board.contains("No page is open."), "a drill is no case: {board}");
}

#[test]
fn gaps_problems_and_double_duty_stand_with_their_cells() {
    let provider = Provider::start();
    let two = settings(&provider, "").replace("[paging]", "[schedules.msn]\nsource = \"csv:msn.csv\"\n[paging]");
    let site = site_with(&two);
    site.write(
        "aims.csv",
        b"start,end,person,role\n2017-01-01,2038-01-01,Ada Ruiz,primary\n2026-13-40,2038-01-01,608-555-0199,primary\n",
    );
    site.write(
        "msn.csv",
        b"start,end,person,role\n2017-01-01,2018-01-01,Ben Okafor,primary\n2017-01-01,2038-01-01,Ada Ruiz,secondary\n",
    );
    let service = Service::start(&site, &[]);
    let [agent, viewer] = ["agent", "viewer"].map(|role| token(&site, role));
    let ahead = Stream::open(&service, "/events", &agent).part("ahead", "On call in two schedules at once");
    for said in ["NOT COVERED", "NOBODY", "now until", "aims.csv A3", "msn.csv C3", "aims.csv C2", "2026-13-40"] {
        assert!(ahead.contains(said), "{said}: {ahead}");
    }
    let ahead = Stream::open(&service, "/events", &viewer).part("ahead", "On call in two schedules at once");
    assert!(ahead.contains("aims.csv A3") && !ahead.contains("555"), "{ahead}");
}

//! How does a test use the board as a person does? A story told to a real Chromium, through `tests/browser/driver.mjs`.

use std::collections::HashMap;
use std::io::{BufRead, BufReader, Write};
use std::path::PathBuf;
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Sender, channel};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde_json::{Value, json};

use crate::support_tools::{project, tool};

/// More than the driver's own patience, so that its words about what was amiss arrive.
const PATIENCE: Duration = Duration::from_mins(5);

/// One tab of one person. It fails a test by a panic that shows the page as a screen reader has it.
///
/// Every wait ends with what it waits for. What the browser complains about (errors of scripts and of the console,
/// refusals by the content security policy) fails the test when the value goes, unless the test took it before.
pub(crate) struct Browser {
    driver: Arc<Driver>,
    tab: u64,
}

/// What Lighthouse found.
#[derive(Debug)]
pub(crate) struct Judged {
    scores: Value,
    /// Category, audit, score, title and places of every audit below 90.
    pub(crate) failing: Vec<String>,
}

impl Judged {
    /// The score of a category, 0 to 100.
    pub(crate) fn score(&self, category: &str) -> u64 {
        self.scores[category].as_u64().unwrap_or_else(|| panic!("no score of {category}: {self:#?}"))
    }
}

/// One node process with one Chromium.
struct Driver {
    child: Mutex<Child>,
    input: Mutex<Option<ChildStdin>>,
    asked: Arc<Mutex<HashMap<u64, Sender<Value>>>>,
    next: AtomicU64,
    /// Where Chromium keeps its profile; goes away with the value.
    _folder: tempfile::TempDir,
}

impl Driver {
    fn start(base: &str) -> Self {
        let _installed = tool("browser/node_modules/playwright-core/package.json");
        let folder = tempfile::tempdir().expect("a temporary folder");
        let mut child = Command::new("node")
            .arg(project("tests/browser/driver.mjs"))
            .arg(base)
            .env("TMPDIR", folder.path())
            .env("HOME", folder.path())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("node starts");
        let output = child.stdout.take().expect("its output is piped");
        let asked: Arc<Mutex<HashMap<u64, Sender<Value>>>> = Arc::default();
        let (ready, started) = channel();
        asked.lock().unwrap().insert(0, ready);
        let answered = asked.clone();
        std::thread::spawn(move || {
            for line in BufReader::new(output).lines().map_while(Result::ok) {
                let answer: Value = serde_json::from_str(&line).expect("a line of the driver");
                let receiver = answer["id"].as_u64().and_then(|id| answered.lock().unwrap().remove(&id));
                if let Some(receiver) = receiver {
                    let _nobody_waits = receiver.send(answer);
                }
            }
            // Nobody waits for a driver that ended.
            answered.lock().unwrap().clear();
        });
        let input = Mutex::new(child.stdin.take());
        started.recv_timeout(PATIENCE).expect("the driver starts; standard error tells why it did not");
        Self { child: Mutex::new(child), input, asked, next: AtomicU64::new(1), _folder: folder }
    }

    fn ask(&self, tab: u64, command: &str, with: &Value) -> Result<Value, String> {
        let id = self.next.fetch_add(1, Ordering::Relaxed);
        let (sender, answer) = channel();
        self.asked.lock().unwrap().insert(id, sender);
        let line = json!({"id": id, "tab": tab, "do": command, "with": with});
        let written = self.input.lock().unwrap().as_mut().map(|input| writeln!(input, "{line}"));
        written.expect("the driver listens").expect("the driver listens");
        let answer = answer.recv_timeout(PATIENCE).map_err(|error| format!("{command} {with}: no answer: {error}"))?;
        match answer["error"].as_str() {
            Some(error) => Err(error.to_owned()),
            None => Ok(answer["is"].clone()),
        }
    }
}

impl Drop for Driver {
    fn drop(&mut self) {
        // The end of its input ends the driver, and the driver ends Chromium.
        drop(self.input.lock().ok().and_then(|mut input| input.take()));
        if let Ok(mut child) = self.child.lock() {
            let _status = child.wait();
        }
    }
}

impl Browser {
    /// A new Chromium with one person and one empty tab. `base` is where paths start: `127.0.0.1:4000`, or with a scheme.
    pub(crate) fn start(base: &str) -> Self {
        let base = if base.contains("://") { base.trim_end_matches('/').to_owned() } else { format!("http://{base}") };
        Self { driver: Arc::new(Driver::start(&base)), tab: 1 }
    }

    /// Another person, with cookies of their own, in the same Chromium.
    pub(crate) fn another_person(&self) -> Self {
        Self { driver: self.driver.clone(), tab: self.number("another_person") }
    }

    /// Another tab of the same person.
    pub(crate) fn another_tab(&self) -> Self {
        Self { driver: self.driver.clone(), tab: self.number("another_tab") }
    }

    // Going about.

    /// Opens a path, or a whole address, waits until it is loaded, and returns its status.
    pub(crate) fn open(&mut self, path: &str) -> u64 {
        self.ask("open", &json!({"path": path})).as_u64().unwrap_or_default()
    }

    /// Loads the page again, and returns its status.
    pub(crate) fn reload(&mut self) -> u64 {
        self.ask("reload", &Value::Null).as_u64().unwrap_or_default()
    }

    /// The browser's own way back.
    pub(crate) fn back(&mut self) {
        self.ask("back", &Value::Null);
    }

    /// The path and query of the page, or the whole address where it is not of `base`.
    pub(crate) fn path(&self) -> String {
        self.words("path", &Value::Null)
    }

    /// Waits until the page is at this path with this query, or at this whole address.
    pub(crate) fn arrives_at(&mut self, path: &str) {
        self.ask("until_path", &json!({"path": path}));
    }

    // Acting. Each waits until the thing is visible, enabled and at rest.

    /// Presses a key where the focus is: `Tab`, `Shift+Tab`, `Enter`, `Escape`, `7`.
    pub(crate) fn press(&mut self, key: &str) {
        self.ask("press", &json!({"key": key}));
    }

    /// Types where the focus is.
    pub(crate) fn types(&mut self, text: &str) {
        self.ask("type", &json!({"text": text}));
    }

    /// Clicks the one visible thing of this role with exactly this accessible name: `("button", "I have it")`.
    pub(crate) fn click(&mut self, role: &str, name: &str) {
        self.ask("click", &json!({"role": role, "name": name}));
    }

    /// Clicks the first visible thing that holds this text, in any case.
    pub(crate) fn click_text(&mut self, text: &str) {
        self.ask("click_text", &json!({"text": text}));
    }

    /// Empties the field with exactly this label, and types into it.
    pub(crate) fn fill(&mut self, label: &str, text: &str) {
        self.ask("fill", &json!({"label": label, "text": text}));
    }

    /// Chooses an option of a list by its words.
    pub(crate) fn choose(&mut self, label: &str, option: &str) {
        self.ask("choose", &json!({"label": label, "option": option}));
    }

    /// Sets the check box or radio button with exactly this label.
    pub(crate) fn check(&mut self, label: &str) {
        self.ask("check", &json!({"label": label}));
    }

    // Seeing.

    /// Waits until this text is visible in one element, in any case, with any white space.
    pub(crate) fn see(&self, text: &str) {
        self.ask("see", &json!({"text": text}));
    }

    /// Waits until a thing of this role with exactly this accessible name is visible.
    pub(crate) fn see_the(&self, role: &str, name: &str) {
        self.ask("see_role", &json!({"role": role, "name": name}));
    }

    /// Waits until this text is nowhere visible.
    pub(crate) fn see_no_more(&self, text: &str) {
        self.ask("gone", &json!({"text": text}));
    }

    /// Is this text visible now? First wait for what comes with it.
    pub(crate) fn sees(&self, text: &str) -> bool {
        self.ask("sees", &json!({"text": text})).as_bool().unwrap_or_default()
    }

    /// The visible text of the page.
    pub(crate) fn text(&self) -> String {
        self.words("text", &Value::Null)
    }

    /// The visible text of the one thing of this role and accessible name.
    pub(crate) fn text_of(&self, role: &str, name: &str) -> String {
        self.words("text_of", &json!({"role": role, "name": name}))
    }

    /// How many visible things have this role, and this accessible name where one is given.
    pub(crate) fn count(&self, role: &str, name: Option<&str>) -> u64 {
        self.ask("count", &json!({"role": role, "name": name})).as_u64().unwrap_or_default()
    }

    /// The title of the page.
    pub(crate) fn title(&self) -> String {
        self.words("title", &Value::Null)
    }

    /// The visible headings, from the top.
    pub(crate) fn headings(&self) -> Vec<String> {
        self.list("headings", &Value::Null)
    }

    /// The page as a screen reader has it: an indented list of roles and names.
    pub(crate) fn aria(&self) -> String {
        self.words("aria", &Value::Null)
    }

    /// What stands in the field with exactly this label.
    pub(crate) fn value(&self, label: &str) -> String {
        self.words("value", &json!({"label": label}))
    }

    /// Is the check box or radio button with exactly this label set?
    pub(crate) fn is_checked(&self, label: &str) -> bool {
        self.ask("is_checked", &json!({"label": label})).as_bool().unwrap_or_default()
    }

    /// An attribute of the one visible thing of this role and accessible name.
    pub(crate) fn attribute(&self, role: &str, name: &str, attribute: &str) -> Option<String> {
        let about = json!({"role": role, "name": name, "attribute": attribute});
        self.ask("attribute", &about).as_str().map(str::to_owned)
    }

    /// Role and accessible name of what has the focus: `button I have it`; empty while nothing has it.
    pub(crate) fn focused(&self) -> String {
        self.words("focused", &Value::Null)
    }

    /// What gets the focus by Tab, one after the other, up to `most` things or until nothing has it.
    pub(crate) fn tab_order(&mut self, most: usize) -> Vec<String> {
        let mut order = Vec::new();
        while order.len() < most {
            self.press("Tab");
            let focused = self.focused();
            if focused.is_empty() || order.first() == Some(&focused) {
                break;
            }
            order.push(focused);
        }
        order
    }

    /// What lies in the clipboard.
    pub(crate) fn clipboard(&self) -> String {
        self.words("clipboard", &Value::Null)
    }

    /// The value of an expression of JavaScript in the page, for what no person can do or see.
    pub(crate) fn evaluate(&self, script: &str) -> Value {
        self.ask("evaluate", &json!({"script": script}))
    }

    // The person's circumstances. They hold for this tab, cookies and network for the person.

    /// The size of the window, in the page's own pixels. At first 1280 by 720.
    pub(crate) fn window(&mut self, width: u32, height: u32) {
        self.ask("size", &json!({"width": width, "height": height}));
    }

    /// Lays the page out as at this zoom in the same window: 2.0 is 200 %.
    pub(crate) fn zoom(&mut self, factor: f64) {
        self.ask("zoom", &json!({"factor": factor}));
    }

    /// Prefers dark colours.
    pub(crate) fn dark(&mut self) {
        self.ask("media", &json!({"colorScheme": "dark"}));
    }

    /// Prefers light colours, as at first.
    pub(crate) fn light(&mut self) {
        self.ask("media", &json!({"colorScheme": "light"}));
    }

    /// Prefers no motion, or has no preference.
    pub(crate) fn reduced_motion(&mut self, on: bool) {
        self.ask("media", &json!({"reducedMotion": if on { "reduce" } else { "no-preference" }}));
    }

    /// Colours forced by the system, as for people who see little, or none forced.
    pub(crate) fn forced_colours(&mut self, on: bool) {
        self.ask("media", &json!({"forcedColors": if on { "active" } else { "none" }}));
    }

    /// Whether the page's scripts run, from the next page on.
    pub(crate) fn javascript(&mut self, on: bool) {
        self.ask("javascript", &json!({"on": on}));
    }

    /// Lets no request of the person out, or lets them out again. A stream that is open stays open: to cut one, stop
    /// the service.
    pub(crate) fn offline(&mut self, on: bool) {
        self.ask("offline", &json!({"on": on}));
    }

    /// Sends these headers with every request of the person, as a reverse proxy would; an empty list ends that.
    pub(crate) fn headers(&mut self, headers: &[(&str, &str)]) {
        let headers: HashMap<_, _> = headers.iter().copied().collect();
        self.ask("headers", &json!({"headers": headers}));
    }

    /// The person's cookies: `name`, `value`, `httpOnly`, `secure`, `sameSite`, `path`, `expires` of each.
    pub(crate) fn cookies(&self) -> Vec<Value> {
        self.ask("cookies", &Value::Null).as_array().cloned().unwrap_or_default()
    }

    /// Gives the person a cookie for the site.
    pub(crate) fn set_cookie(&mut self, name: &str, value: &str) {
        self.ask("set_cookie", &json!({"name": name, "value": value}));
    }

    /// Throws the person's cookies away.
    pub(crate) fn clear_cookies(&mut self) {
        self.ask("clear_cookies", &Value::Null);
    }

    // Judging.

    /// Keeps what the window shows as `target/screenshots/NAME.png`.
    pub(crate) fn screenshot(&self, name: &str) -> PathBuf {
        self.picture(name, false)
    }

    /// Keeps the whole page, however long, as `target/screenshots/NAME.png`.
    pub(crate) fn whole_screenshot(&self, name: &str) -> PathBuf {
        self.picture(name, true)
    }

    fn picture(&self, name: &str, whole: bool) -> PathBuf {
        let file = project("target/screenshots").join(format!("{name}.png"));
        std::fs::create_dir_all(project("target/screenshots")).unwrap();
        self.ask("screenshot", &json!({"file": file, "whole": whole}));
        file
    }

    /// What axe-core finds against the page, one text a rule with the places. The page's scripts must be on.
    pub(crate) fn axe(&self) -> Vec<String> {
        self.list("axe", &Value::Null)
    }

    /// Fails where axe-core finds anything against the page.
    pub(crate) fn axe_is_clean(&self) {
        let found = self.axe();
        assert!(found.is_empty(), "axe-core at {}:\n{}", self.path(), found.join("\n"));
    }

    /// How the page can be pushed sideways: its width first, then the elements that reach out; empty where it cannot.
    pub(crate) fn sideways(&self) -> Vec<String> {
        self.list("overflow", &Value::Null)
    }

    /// Fails where the page can be pushed sideways.
    pub(crate) fn no_sideways_scrolling(&self) {
        let found = self.sideways();
        assert!(found.is_empty(), "{} scrolls sideways:\n{}", self.path(), found.join("\n"));
    }

    /// Lighthouse's scores of a page on a phone, in a Chromium of its own with this person's cookies. Categories:
    /// `accessibility`, `best-practices`, `performance`, `seo`.
    pub(crate) fn lighthouse(&self, path: &str, categories: &[&str]) -> Judged {
        self.judged(path, categories, false)
    }

    /// The same on a desk's computer.
    pub(crate) fn lighthouse_on_a_desk(&self, path: &str, categories: &[&str]) -> Judged {
        self.judged(path, categories, true)
    }

    fn judged(&self, path: &str, categories: &[&str], desktop: bool) -> Judged {
        let mut judged = self.ask("lighthouse", &json!({"path": path, "categories": categories, "desktop": desktop}));
        Judged { scores: judged["scores"].take(), failing: texts(&judged["failing"]) }
    }

    /// Takes what the browser complained about since the last call: `console:`, `script:`, `content security policy:`.
    pub(crate) fn complaints(&mut self) -> Vec<String> {
        self.list("complaints", &Value::Null)
    }

    /// Fails where the browser complained. The end of the value does so too.
    pub(crate) fn is_content(&mut self) {
        let complaints = self.complaints();
        assert!(complaints.is_empty(), "the browser complains at {}:\n{}", self.path(), complaints.join("\n"));
    }

    /// Takes the method and address of every request since the last call.
    pub(crate) fn requests(&mut self) -> Vec<String> {
        self.list("requests", &Value::Null)
    }

    fn ask(&self, command: &str, with: &Value) -> Value {
        self.driver.ask(self.tab, command, with).unwrap_or_else(|error| panic!("{error}"))
    }

    fn words(&self, command: &str, with: &Value) -> String {
        self.ask(command, with).as_str().unwrap_or_default().to_owned()
    }

    fn list(&self, command: &str, with: &Value) -> Vec<String> {
        texts(&self.ask(command, with))
    }

    fn number(&self, command: &str) -> u64 {
        self.ask(command, &Value::Null).as_u64().expect("the number of a tab")
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        if !std::thread::panicking() {
            self.is_content();
        }
    }
}

fn texts(list: &Value) -> Vec<String> {
    list.as_array().into_iter().flatten().filter_map(Value::as_str).map(str::to_owned).collect()
}

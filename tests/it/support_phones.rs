//! Who picks up? A Twilio-compatible provider with telephones behind it: each call to a number meets the next fate that
//! the test gave it, and a phone that hears a document does what a caller would.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde_json::json;
use tokio::sync::watch;

use crate::support_http::{AnsweringHttp, Play, Seen};

/// Longer than anything here takes on a busy machine: only a hang meets it.
const PATIENCE: Duration = Duration::from_mins(2);

/// What becomes of a call: the last state, and who answered.
pub(crate) type Fate = (&'static str, Option<&'static str>);

pub(crate) const BUSY: Fate = ("busy", None);
pub(crate) const NO_ANSWER: Fate = ("no-answer", None);
pub(crate) const MACHINE: Fate = ("completed", Some("machine_end_beep"));
pub(crate) const FAX: Fate = ("completed", Some("fax"));
pub(crate) const HUMAN: Fate = ("completed", Some("human"));

/// The provider.
pub(crate) struct Phones {
    pub(crate) address: String,
    world: Arc<Mutex<World>>,
    /// How many calls were made.
    made: watch::Sender<usize>,
}

#[derive(Default)]
struct World {
    fates: HashMap<String, VecDeque<Fate>>,
    calls: Vec<Call>,
    texts: Vec<HashMap<String, String>>,
    replies: Vec<serde_json::Value>,
    /// Whoever texts `1` as soon as this many calls have ended.
    texts_after: Option<(usize, String, String)>,
}

/// A call that was made.
#[derive(Clone)]
pub(crate) struct Call {
    pub(crate) to: String,
    pub(crate) form: HashMap<String, String>,
    /// What it was led to later.
    pub(crate) redirected: Vec<String>,
    /// Whether it was ended for its caller.
    pub(crate) ended: bool,
    fate: Fate,
    asked: usize,
}

impl Phones {
    /// Phones that nobody answers, but for these fates.
    pub(crate) async fn start(fates: &[(&str, &[Fate])]) -> Self {
        let fates = fates.iter().map(|(number, fates)| ((*number).to_owned(), fates.iter().copied().collect()));
        let world = Arc::new(Mutex::new(World { fates: fates.collect(), ..World::default() }));
        let made = watch::Sender::new(0);
        let (shared, counted) = (Arc::clone(&world), made.clone());
        let server = AnsweringHttp::start(move |request| {
            let mut world = shared.lock().unwrap();
            let play = world.answer(request);
            counted.send_replace(world.calls.len());
            play
        })
        .await;
        Self { address: server.address, world, made }
    }

    /// `number` texts `text` as soon as so many calls have ended.
    pub(crate) fn texts_after(&self, calls: usize, number: &str, text: &str) {
        self.world.lock().unwrap().texts_after = Some((calls, number.to_owned(), text.to_owned()));
    }

    /// Every call so far.
    pub(crate) fn calls(&self) -> Vec<Call> {
        self.world.lock().unwrap().calls.clone()
    }

    /// Waits until there are so many calls.
    pub(crate) async fn calls_up_to(&self, count: usize) {
        let mut made = self.made.subscribe();
        let waited = tokio::time::timeout(PATIENCE, made.wait_for(|made| *made >= count)).await;
        assert!(waited.is_ok_and(|waited| waited.is_ok()), "{} calls were made", self.calls().len());
    }

    /// The texts that were sent, each by its fields.
    pub(crate) fn texts(&self) -> Vec<HashMap<String, String>> {
        self.world.lock().unwrap().texts.clone()
    }
}

impl World {
    fn answer(&mut self, request: &Seen) -> Play {
        let (path, _) = request.target.split_once('?').unwrap_or((&request.target, ""));
        let parts: Vec<&str> = path.split('/').skip(4).collect();
        match (request.method.as_str(), parts.as_slice()) {
            ("POST", ["Messages.json"]) => {
                self.texts.push(form(&request.body));
                Play::json(201, &json!({"sid": format!("SM{}", self.texts.len()), "status": "queued"}).to_string())
            }
            ("GET", ["Messages.json"]) => {
                Play::json(200, &json!({"messages": self.replies, "next_page_uri": null}).to_string())
            }
            ("GET", ["Messages", _]) => Play::json(200, r#"{"status": "sent"}"#),
            ("POST", ["Calls.json"]) => {
                let form = form(&request.body);
                let to = form["To"].clone();
                let fate = self.fates.get_mut(&to).and_then(VecDeque::pop_front).unwrap_or(NO_ANSWER);
                self.calls.push(Call { to, form, redirected: Vec::new(), ended: false, fate, asked: 0 });
                Play::json(201, &json!({"sid": format!("CA{}", self.calls.len()), "status": "queued"}).to_string())
            }
            ("POST", ["Calls", sid]) => {
                let form = form(&request.body);
                let call = self.call(sid);
                if form.contains_key("Status") {
                    call.ended = true;
                    return Play::json(200, r#"{"status": "ringing"}"#);
                }
                call.redirected.push(form["Twiml"].clone());
                Play::json(200, r#"{"status": "in-progress"}"#)
            }
            ("GET", ["Calls", sid]) => {
                let sid = (*sid).to_owned();
                let call = self.call(&sid);
                call.asked += 1;
                // It rings when it is asked for the first time, and has ended when it is asked again.
                let (status, answered_by) = if call.asked == 1 { ("ringing", None) } else { call.fate };
                let ended = self.calls.iter().filter(|call| call.asked > 1).count();
                self.text_in(ended);
                Play::json(200, &json!({"sid": sid, "status": status, "answered_by": answered_by}).to_string())
            }
            other => panic!("nobody expected {other:?}"),
        }
    }

    fn call(&mut self, sid: &str) -> &mut Call {
        let place: usize = sid.trim_end_matches(".json").trim_start_matches("CA").parse().unwrap();
        &mut self.calls[place - 1]
    }

    fn text_in(&mut self, ended: usize) {
        let Some((calls, from, text)) = self.texts_after.clone().filter(|(calls, ..)| ended >= *calls) else { return };
        self.texts_after = None;
        let sent = "Sat, 01 Jan 2050 00:00:00 +0000";
        self.replies.push(json!({"sid": format!("SMIN{calls}"), "direction": "inbound", "from": from, "body": text,
                                 "date_sent": sent}));
    }
}

/// The fields of a form.
pub(crate) fn form(body: &str) -> HashMap<String, String> {
    let url = reqwest::Url::parse(&format!("http://form/?{body}")).unwrap();
    url.query_pairs().into_owned().collect()
}

/// A phone that does what a document says, as a caller hears it.
#[derive(Default)]
pub(crate) struct Handset {
    /// Everything that was said, in order.
    pub(crate) heard: Vec<String>,
    /// Where keys go that the document listens for, until one is pressed or the listening ended.
    pub(crate) listened: Option<String>,
    /// Whether the document ended the call.
    pub(crate) hung_up: bool,
}

impl Handset {
    /// Hears a document to its end without pressing a key; `listened` keeps where a key would have gone.
    pub(crate) fn hearing(document: &str) -> Self {
        let mut handset = Self::default();
        let body = document.split_once("?>").unwrap().1;
        let mut verbs = body.strip_prefix("<Response>").unwrap().strip_suffix("</Response>").unwrap();
        let mut gathering = false;
        while !verbs.is_empty() {
            assert!(!handset.hung_up, "nothing follows the end of a call: {verbs}");
            if let Some(rest) = verbs.strip_prefix("</Gather>") {
                assert!(std::mem::take(&mut gathering));
                verbs = rest;
                continue;
            }
            let (tag, rest) = verbs.strip_prefix('<').unwrap().split_once('>').unwrap();
            let name = tag.split([' ', '/']).next().unwrap();
            verbs = match name {
                "Say" => {
                    let (text, rest) = rest.split_once("</Say>").unwrap();
                    handset.heard.push(unescaped(text));
                    rest
                }
                "Gather" => {
                    assert!(!gathering && tag.contains("numDigits=\"1\""), "{tag}");
                    gathering = true;
                    handset.listened = Some(unescaped(attribute(tag, "action")));
                    rest
                }
                "Pause" => rest,
                "Hangup" => {
                    handset.hung_up = true;
                    rest
                }
                other => panic!("a phone does not know <{other}>"),
            };
        }
        assert!(!gathering && handset.hung_up);
        handset
    }

    /// All of it as one text.
    pub(crate) fn text(&self) -> String {
        self.heard.join(" ")
    }
}

fn attribute<'a>(tag: &'a str, name: &str) -> &'a str {
    let (_, after) = tag.split_once(&format!("{name}=\"")).unwrap();
    after.split_once('"').unwrap().0
}

fn unescaped(text: &str) -> String {
    assert!(!text.contains('<'), "{text}");
    let signs = [("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&apos;", "'"), ("&amp;", "&")];
    signs.iter().fold(text.to_owned(), |text, (written, sign)| text.replace(written, sign))
}

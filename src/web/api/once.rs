//! Was this request made before? A caller who names it by a key may send it as often as the network makes them.
//!
//! What a request does goes on when its asker hangs up. A process that dies in between leaves a key that has begun and
//! not ended: whoever sends it again to a process that does not work on it has it done, which is made to find what the
//! first one did.

use std::collections::HashSet;
use std::future::Future;
use std::sync::{Arc, Mutex, PoisonError};

use axum::extract::Request;
use axum::http::{HeaderName, HeaderValue, Method, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use sha2::{Digest, Sha256};

use super::super::acts::{Ended, note};
use super::super::asker::Asker;
use super::super::problem::Problem;
use super::super::{Current, House};
use super::answer::{json, wants_text};
use super::body::Sent;
use super::query::Query;
use crate::access::Fingerprint;
use crate::ports::access::Repeated;

/// The header that names a request.
pub(super) const KEY: &str = "Idempotency-Key";
/// The header of an answer that was given before.
pub(super) const REPLAYED: HeaderName = HeaderName::from_static("idempotency-replayed");
/// The longest key.
const LONGEST: usize = 255;
/// How soon a request that is under way is worth asking for again, in seconds.
const SOON_S: u32 = 1;

/// The requests that this process works on, by caller and key.
#[derive(Default)]
pub(super) struct Working(Arc<Mutex<HashSet<(String, String)>>>);

/// A request that one task works on; given up when this is dropped, however the task ends.
struct Mine {
    all: Arc<Mutex<HashSet<(String, String)>>>,
    name: (String, String),
}

impl Working {
    /// Takes a request for one task; `None` while another task of this process has it.
    fn take(&self, caller: String, key: String) -> Result<Mine, (String, String)> {
        let name = (caller, key);
        if self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(name.clone()) {
            return Ok(Mine { all: Arc::clone(&self.0), name });
        }
        Err(name)
    }
}

impl Drop for Mine {
    fn drop(&mut self) {
        self.all.lock().unwrap_or_else(PoisonError::into_inner).remove(&self.name);
    }
}

/// What was done.
pub(super) struct Done {
    status: StatusCode,
    body: Vec<u8>,
}

impl Done {
    /// It was done, and this is how things stand.
    pub(super) fn told(status: StatusCode, view: &impl serde::Serialize) -> Result<Self, Problem> {
        Ok(Self { status, body: json(view)? })
    }

    /// The same in words.
    pub(super) fn said(status: StatusCode, words: String) -> Self {
        Self { status, body: words.into_bytes() }
    }
}

/// What an act works with.
pub(super) struct Work {
    /// The house.
    pub house: House,
    /// What the settings make of it.
    pub current: Arc<Current>,
    /// Who asks.
    pub asker: Asker,
    /// The body.
    pub sent: Sent,
    /// What names this request, and nothing else for ever; `None` without a key.
    pub name: Option<[u8; 16]>,
    /// Whether whoever asks wants words.
    pub words: bool,
    /// Whether it may have been done already, in part or as a whole, by a process that died.
    pub resumed: bool,
}

/// What the audit log calls an act: a word, and what it was done to. `None` when nothing is done.
pub(super) type Called = Option<(&'static str, String)>;

/// Does what a request asks, once, and writes it into the audit log.
pub(super) async fn act<F, G>(
    house: House,
    asker: Asker,
    request: Request,
    called: impl FnOnce(&Work) -> Called + Send,
    act: F,
) -> Response
where
    F: FnOnce(Work) -> G + Send + 'static,
    G: Future<Output = Result<Done, Problem>> + Send + 'static,
{
    match begun(house, asker, request, called, act).await {
        Ok(response) => response,
        Err(problem) => problem.into_response(),
    }
}

async fn begun<F, G>(
    house: House,
    asker: Asker,
    request: Request,
    called: impl FnOnce(&Work) -> Called + Send,
    act: F,
) -> Result<Response, Problem>
where
    F: FnOnce(Work) -> G + Send + 'static,
    G: Future<Output = Result<Done, Problem>> + Send + 'static,
{
    let current = house.current();
    Query::read(request.uri().query(), &[])?;
    let (parts, sent) = Sent::take(&current, request).await?;
    let key = key(&parts.headers)?;
    let mut work = Work { house, current, asker, sent, name: None, words: wants_text(&parts.headers), resumed: false };
    let Some(key) = key else {
        let called = called(&work);
        return Ok(performed(work, called, None, act).await.into_response());
    };
    let whose = work.asker.caller.as_ref().map_or_else(String::new, |it| format!("{} {}", it.way.word(), it.name));
    let name = Sha256::digest(format!("{whose} {key}").as_bytes());
    let digest = digest(&parts.method, parts.uri.path(), &work.sent);
    let mine = work.house.api.working.take(whose, key);
    let (whose, key) = match &mine {
        Ok(mine) => &mine.name,
        Err(name) => name,
    };
    let known = work.house.access.begin_request(whose, key, digest, work.house.clock.now()).await;
    let known = known.map_err(|error| {
        tracing::error!(%error, "whether a request was made before cannot be told");
        Problem::unavailable("whether this request was made before cannot be told now")
            .hint(Some("nothing was done; ask again".to_owned()))
            .retry_after(SOON_S)
    })?;
    work.resumed = match known {
        Repeated::New => false,
        Repeated::UnderWay if mine.is_ok() => true,
        Repeated::UnderWay => return Err(under_way()),
        Repeated::Other => return Err(Problem::field(KEY, "this key was used for another request; make a new one")),
        Repeated::Answered { status, body } => return Ok(Kept { status, body }.again()),
    };
    let Ok(mine) = mine else { return Err(under_way()) };
    work.name = name.first_chunk::<16>().copied();
    let called = called(&work);
    Ok(performed(work, called, Some(mine), act).await.into_response())
}

/// Does the work apart from the request, and keeps its answer. Whoever hangs up changes nothing.
async fn performed<F, G>(work: Work, called: Called, mine: Option<Mine>, act: F) -> Kept
where
    F: FnOnce(Work) -> G + Send + 'static,
    G: Future<Output = Result<Done, Problem>> + Send + 'static,
{
    let task = tokio::spawn(async move {
        let (house, asker) = (work.house.clone(), work.asker.clone());
        // A panic of the act ends in a task of its own, so that the key does not stay under way.
        let done = tokio::spawn(act(work)).await.unwrap_or_else(|_| {
            tracing::error!("a request broke off, which is a defect");
            Err(defect())
        });
        if let Some((what, object)) = called {
            let ended = match &done {
                Ok(_) => Ended::Done,
                Err(problem) if problem.status >= 500 => Ended::Failed,
                Err(_) => Ended::Refused,
            };
            note(&house, &asker, what, &object, ended).await;
        }
        let kept = Kept::of(done);
        if let Some(Mine { name: (caller, key), .. }) = &mine {
            let noted = if kept.status >= 500 {
                house.access.forget_request(caller, key).await
            } else {
                house.access.end_request(caller, key, kept.status, &kept.body).await
            };
            if let Err(error) = noted {
                tracing::error!(%error, "the answer of a request cannot be kept");
            }
        }
        kept
    });
    task.await.unwrap_or_else(|_| Kept::of(Err(defect())))
}

fn defect() -> Problem {
    Problem::unavailable("this request met a defect of page-oncall")
}

/// An answer as it is kept.
struct Kept {
    status: u16,
    body: String,
}

impl Kept {
    fn of(done: Result<Done, Problem>) -> Self {
        match done {
            Ok(done) => Self { status: done.status.as_u16(), body: String::from_utf8_lossy(&done.body).into_owned() },
            Err(problem) => Self { status: problem.status, body: serde_json::to_string(&problem).unwrap_or_default() },
        }
    }

    fn into_response(self) -> Response {
        let status = StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let kind = match (status.is_success(), self.body.starts_with('{')) {
            (true, true) => "application/json",
            (true, false) => "text/plain; charset=utf-8",
            (false, _) => "application/problem+json",
        };
        let mut response = (status, [(header::CONTENT_TYPE, kind)], self.body).into_response();
        if status == StatusCode::SERVICE_UNAVAILABLE {
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(SOON_S));
        }
        response
    }

    /// The same answer another time.
    fn again(self) -> Response {
        let mut response = self.into_response();
        response.headers_mut().insert(REPLAYED, HeaderValue::from_static("true"));
        response
    }
}

fn under_way() -> Problem {
    Problem::new(StatusCode::CONFLICT, "the request of this key is under way")
        .hint(Some("ask again with the same key for its answer".to_owned()))
        .retry_after(SOON_S)
}

/// The key of a request.
fn key(headers: &axum::http::HeaderMap) -> Result<Option<String>, Problem> {
    let mut keys = headers.get_all(KEY).iter();
    let Some(key) = keys.next() else { return Ok(None) };
    let text = key.to_str().ok().filter(|key| !key.is_empty() && key.len() <= LONGEST);
    let text = text.filter(|key| key.bytes().all(|byte| byte.is_ascii_graphic()) && keys.next().is_none());
    let wrong = || Problem::field(KEY, format!("it must be one text of 1 to {LONGEST} visible ASCII characters"));
    text.map(|key| Some(key.to_owned())).ok_or_else(wrong)
}

fn digest(method: &Method, path: &str, sent: &Sent) -> Fingerprint {
    let mut digest = Sha256::new();
    for part in [method.as_str().as_bytes(), path.as_bytes()] {
        digest.update(part);
        digest.update([0]);
    }
    digest.update(&sent.0);
    Fingerprint(digest.finalize().into())
}

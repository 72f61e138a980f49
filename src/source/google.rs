//! How is a Google Sheet read? One `spreadsheets.get` with a field mask, within a limit of time, or a reason for people.
//!
//! `settings` is `[google]`; `address` what a source names; `credentials` who asks; `connect` the way there; `copy` what
//! is kept of the answer; `failure` why there is none; `interpret` with `cells` and `months` makes tabs of a copy.

mod address;
mod cells;
mod connect;
mod copy;
mod credentials;
mod failure;
mod interpret;
mod months;
mod settings;

use std::path::{Path, PathBuf};
use std::time::Duration;

use google_sheets4::common::{Delegate, Response, Retry};
use google_sheets4::{Sheets, hyper};
use hyper_rustls::HttpsConnector;
use hyper_util::client::legacy::Client;
use hyper_util::rt::TokioExecutor;

pub use address::{AddressError, CellRange, SheetsAddress};
pub use connect::Proxies;
pub use failure::GoogleFailure;
pub use interpret::{SheetError, interpret};
pub use settings::GoogleSettings;

use connect::Route;
use copy::{FIELDS, SheetCopy};
use credentials::{Credentials, Login};
use failure::Witness;

use super::Fetched;
use super::patience::patiently;
use super::trouble::{answered_at, wait_of};

/// The only thing the program may do with a spreadsheet: read it.
const SCOPE: &str = "https://www.googleapis.com/auth/spreadsheets.readonly";

/// What the process knows about reaching Google, besides the settings.
#[derive(Clone, Default)]
pub struct Surroundings {
    /// The folder that file names are relative to.
    pub folder: PathBuf,
    /// `GOOGLE_APPLICATION_CREDENTIALS`: the key file, where the settings name none.
    pub key_file: Option<PathBuf>,
    /// The proxies of the environment.
    pub proxies: Proxies,
}

/// A way to Google Sheets, with its login. Holds secrets and is therefore not shown in logs.
pub struct GoogleSheets {
    hub: Sheets<HttpsConnector<Route>>,
    login: Login,
    /// Held while a token is asked for, so that readings at once ask for one.
    logging_in: tokio::sync::Mutex<()>,
    /// Whom a sheet must be shared with, where the key file says it.
    email: Option<String>,
}

impl GoogleSheets {
    /// Reads the key and prepares the way; asks nothing yet. Needs a tokio runtime.
    pub async fn new(settings: &GoogleSettings, surroundings: &Surroundings) -> Result<Self, GoogleFailure> {
        let setup = GoogleFailure::Setup;
        let endpoint = connect::checked(&settings.endpoint, "endpoint").map_err(setup)?;
        let credentials = Credentials::read(settings, surroundings).map_err(setup)?;
        let root = settings.ca_file.as_ref().map(|file| read_file(&surroundings.folder.join(file), "ca_file"));
        let root = root.transpose().map_err(setup)?;
        let connector = connect::connector(root.as_deref(), &surroundings.proxies).map_err(setup)?;
        let email = credentials.email();
        let login = credentials.login(connector.clone()).await.map_err(setup)?;
        let client = Client::builder(TokioExecutor::new()).build(connector);
        let mut hub = Sheets::new(client, login.clone());
        hub.base_url(endpoint.clone());
        hub.root_url(endpoint);
        hub.user_agent(concat!("page-oncall/", env!("CARGO_PKG_VERSION")).to_owned());
        Ok(Self { hub, login, logging_in: tokio::sync::Mutex::default(), email })
    }

    /// Reads a spreadsheet as far as `from` names it, in one request, and gives the bytes of a copy.
    ///
    /// What may pass is asked again after a wait, within `limit` all in all; `random` spreads the waits of many
    /// programs that ask at once.
    pub async fn read(&self, from: &SheetsAddress, limit: Duration, random: u64) -> Result<Fetched, GoogleFailure> {
        patiently(limit, random, || self.once(from)).await
    }

    async fn once(&self, from: &SheetsAddress) -> Result<Fetched, GoogleFailure> {
        // Asked for by itself, so that a refused login is told from a refused sheet; the hub then has it at hand.
        let one_at_a_time = self.logging_in.lock().await;
        self.login.token(&[SCOPE]).await.map_err(|error| GoogleFailure::of_login(&error))?;
        drop(one_at_a_time);
        let mut witness = Witness::default();
        let spreadsheets = self.hub.spreadsheets();
        let mut call = spreadsheets.get(&from.id).add_scope(SCOPE).param("fields", FIELDS).delegate(&mut witness);
        if let Some(range) = from.asked_range() {
            call = call.add_ranges(&range);
        }
        let answer = call.doit().await;
        match answer {
            Ok((answer, spreadsheet)) => {
                let answered_at = answered_at(|name| answer.headers().get(name)?.to_str().ok());
                Ok(Fetched { bytes: SheetCopy::of(spreadsheet).bytes(), answered_at })
            }
            Err(error) => Err(GoogleFailure::of_answer(&error, &witness, from, self.email.as_deref())),
        }
    }
}

/// Keeps status and waiting time of a refusal, which the library's error leaves out.
impl Delegate for Witness {
    fn http_failure(&mut self, answer: &Response, _: Option<&serde_json::Value>) -> Retry {
        let header = |name: hyper::header::HeaderName| answer.headers().get(name)?.to_str().ok();
        self.status = Some(answer.status().as_u16());
        self.retry_after =
            header(hyper::header::RETRY_AFTER).and_then(|text| wait_of(text, header(hyper::header::DATE)));
        Retry::Abort
    }
}

fn read_file(path: &Path, key: &str) -> Result<Vec<u8>, String> {
    std::fs::read(path).map_err(|error| format!("the {key} {} cannot be read: {error}", path.display()))
}

//! How does a message leave the house, and what did the provider mean? Adapters behind `ports::Provider`.
//!
//! `twilio` sends texts over a Twilio-compatible HTTP interface, `twilio_words` gives its words a meaning and
//! `twilio_list` reads its list of replies; `twilio_call` makes calls there, `twiml` writes what they say and
//! `twilio_call_words` gives their fate a meaning; `twilio_account` is the way both go, and `twilio_inspect` what it tells
//! beforehand. `twilio_hooks` hears what is called back about texts and `twilio_call_hooks` about calls, proved by
//! `twilio_signature` against `public_url`. `chat` writes into rooms, `ntfy` and `pushover` push with a button, all three
//! over `web`, and `push_inspect` is what they tell beforehand.
//! `smtp` sends e-mail, `smtp_text` writes it and `smtp_words` gives the server's replies a meaning; `carrier` knows the
//! carriers' mail-to-text addresses; `training` sends nothing and answers by itself; `setup` is what goes wrong before
//! the first message.
//! `twilio_list` reads its list of replies; `twilio_hooks` hears what it calls back about, proved by
//! `twilio_signature` against `public_url`; `smtp` sends e-mail, `smtp_text` writes it and `smtp_words` gives the
//! server's replies a meaning; `carrier` knows the carriers' mail-to-text addresses;
//! `chat` writes into rooms, `ntfy` and `pushover` push with a button, all three over `web`;
//! `training` sends nothing and answers by itself; `setup` is what goes wrong before the first message.

mod carrier;
mod chat;
mod ntfy;
mod public_url;
mod push_inspect;
mod pushover;
mod setup;
mod smtp;
mod smtp_text;
mod smtp_words;
mod training;
mod twilio;
mod twilio_account;
mod twilio_call;
mod twilio_call_hooks;
mod twilio_call_words;
mod twilio_clock;
mod twilio_hooks;
mod twilio_inspect;
mod twilio_list;
mod twilio_signature;
mod twilio_words;
pub mod twiml;
mod web;

pub use carrier::{CarrierGateway, carrier_gateway};
pub use chat::{ChatKind, ChatRoom, ChatSettings};
pub use ntfy::{Ntfy, NtfySettings};
pub use public_url::PublicUrl;
pub use pushover::{Pushover, PushoverSettings};
pub use setup::{SetupError, install_tls};
pub use smtp::{SmtpMail, SmtpSettings, SmtpTls};
pub use training::{ScriptedReply, Training, TrainingSettings};
pub use twilio::{TwilioSettings, TwilioSms};
pub use twilio_account::TwilioCredentials;
pub use twilio_call::{TwilioCall, TwilioCallSettings};
pub use twilio_call_words::{CallFate, call_detail, classify_call};
pub use twilio_hooks::{TwilioAccount, TwilioHooks};
pub use twilio_signature::{is_signed as is_signed_by_twilio, sign as sign_as_twilio};
pub use twilio_words::classify as classify_twilio;

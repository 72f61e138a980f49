//! How does a message leave the house, and what did the provider mean? Adapters behind `ports::Provider`.
//!
//! `twilio` sends texts over a Twilio-compatible HTTP interface and `twilio_words` gives its words a meaning; `smtp`
//! sends e-mail and `smtp_words` gives its replies a meaning; `carrier` knows the carriers' mail-to-text addresses;
//! `training` sends nothing and answers by itself; `setup` is what goes wrong before the first message.

mod carrier;
mod setup;
mod smtp;
mod smtp_words;
mod training;
mod twilio;
mod twilio_words;

pub use carrier::{CarrierGateway, carrier_gateway};
pub use setup::{SetupError, install_tls};
pub use smtp::{SmtpMail, SmtpSettings, SmtpTls};
pub use training::{ScriptedReply, Training, TrainingSettings};
pub use twilio::{TwilioCredentials, TwilioSettings, TwilioSms};
pub use twilio_words::classify as classify_twilio;

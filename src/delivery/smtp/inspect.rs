//! Would the mail server take a mail of ours? Greeting, TLS, login and a word that does nothing; no mail is begun.

use std::time::Duration;

use lettre::transport::smtp::Error as SmtpError;
use lettre::transport::smtp::authentication::{Credentials, Mechanism};
use lettre::transport::smtp::client::AsyncSmtpConnection;
use lettre::transport::smtp::commands::Noop;
use secrecy::ExposeSecret;

use super::{Progress, SmtpMail, Stage, Trouble, detail, trouble};
use crate::proof::fact::Fact;

impl SmtpMail {
    /// Says everything up to the first word about a mail.
    pub(super) async fn facts(&self) -> Vec<Fact> {
        let progress = Progress::default();
        let conversation = tokio::time::timeout(self.timeout, self.greet(&progress));
        let refused = |trouble| Fact::MailRefused { detail: detail(progress.stage(), trouble) };
        vec![match conversation.await {
            Ok(Ok(steps)) => Fact::MailReady { steps },
            Ok(Err(error)) => refused(trouble(&error)),
            Err(_elapsed) => refused(Trouble::TimedOut),
        }]
    }

    async fn greet(&self, progress: &Progress) -> Result<Vec<&'static str>, SmtpError> {
        let mut steps = Vec::new();
        let implicit = self.tls.clone().filter(|_| !self.starttls);
        steps.extend(implicit.as_ref().map(|_| "TLS"));
        let server = (self.host.as_str(), self.port);
        let mut connection =
            AsyncSmtpConnection::connect_tokio1(server, Some(self.timeout), &self.hello, implicit, None).await?;
        if let Some(tls) = self.tls.clone().filter(|_| self.starttls) {
            connection.starttls(tls, &self.hello).await?;
            steps.push("STARTTLS");
        }
        if let Some((user, password)) = &self.credentials {
            progress.reached(Stage::Login);
            let credentials = Credentials::new(user.clone(), password.expose_secret().to_owned());
            connection.auth(&[Mechanism::Plain, Mechanism::Login], &credentials).await?;
            steps.push("login");
        }
        progress.reached(Stage::Sender);
        connection.command(Noop).await?;
        steps.push("NOOP");
        // All is known: how the farewell goes changes nothing, so it gets a moment and no more.
        let _farewell = tokio::time::timeout(Duration::from_millis(250), connection.quit()).await;
        Ok(steps)
    }
}

//! Which settings does the service have? `[serve]`: where it listens, and under which address the world reaches it.

use chrono::{DateTime, NaiveTime, Utc};
use chrono_tz::Tz;
use serde::de::Error as _;
use serde::{Deserialize, Deserializer};

use crate::civil::resolve;
use crate::delivery::PublicUrl;

/// `[serve]`.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ServeSettings {
    /// Where to listen: an address or name of this machine and a port; port 0 takes a free one.
    pub listen: String,
    /// The address under which providers reach the service from outside. Without one nothing is called back, and the
    /// same facts are asked for.
    pub public_url: Option<PublicUrl>,
    /// The file with the service's own certificate and those that vouch for it, PEM; without one it speaks plain HTTP.
    pub tls_certificate_file: Option<String>,
    /// The file with the certificate's key, PEM.
    pub tls_key_file: Option<String>,
    /// How much the body of one request may hold, in KiB.
    pub body_limit_kib: u32,
    /// How often one caller may ask the API, or one address that nobody is known at, in requests a minute.
    pub requests_per_minute: u32,
    /// Seconds between two readings of every schedule; 0 for none.
    pub sync_every_s: u32,
    /// Whether those readings also write to everybody whose time on call is changed.
    pub sync_mail: bool,
    /// The civil times of each day at which the owners of schedules are written about what is new.
    #[serde(deserialize_with = "times")]
    pub gaps_at: Vec<NaiveTime>,
    /// How many days those reports look ahead, one report for each.
    pub gaps_days: Vec<u32>,
    /// Hours after the beginning of a page in which the links of its messages work.
    pub link_hours: u32,
    /// Whether texts hold the link too. They take a second segment then; mails and push messages always hold it.
    pub links_in_texts: bool,
    /// Seconds after which a service whose engine finished no turn calls itself not ready.
    pub ready_after_s: u32,
    /// Seconds that what is being sent has to end when the service is stopped.
    pub stop_after_s: u32,
}

impl Default for ServeSettings {
    fn default() -> Self {
        Self {
            listen: "127.0.0.1:8420".to_owned(),
            public_url: None,
            tls_certificate_file: None,
            tls_key_file: None,
            body_limit_kib: 64,
            requests_per_minute: 1200,
            sync_every_s: 300,
            sync_mail: false,
            gaps_at: NaiveTime::from_hms_opt(9, 0, 0).into_iter().collect(),
            gaps_days: vec![14],
            link_hours: 72,
            links_in_texts: false,
            ready_after_s: 60,
            stop_after_s: 25,
        }
    }
}

impl ServeSettings {
    /// What the types cannot say: the key that is wrong, and why.
    pub(super) fn check(&self) -> Result<(), (&'static str, String)> {
        let is_port = |(host, port): (&str, &str)| !host.is_empty() && port.parse::<u16>().is_ok();
        if !self.listen.rsplit_once(':').is_some_and(is_port) {
            let message = format!("listen = {:?} is not an address and a port, as 127.0.0.1:8420 is", self.listen);
            return Err(("listen", message));
        }
        if self.tls_certificate_file.is_some() != self.tls_key_file.is_some() {
            let message = "tls_certificate_file and tls_key_file belong together: set both, or neither".to_owned();
            return Err(("tls_certificate_file", message));
        }
        if !(1..=1024).contains(&self.body_limit_kib) {
            return Err(("body_limit_kib", "body_limit_kib must lie between 1 and 1024".to_owned()));
        }
        if !(10..=100_000_000).contains(&self.requests_per_minute) {
            let message = "requests_per_minute must lie between 10 and 100000000".to_owned();
            return Err(("requests_per_minute", message));
        }
        if self.sync_every_s != 0 && self.sync_every_s < 10 {
            return Err(("sync_every_s", "sync_every_s must be 0 for never, or at least 10".to_owned()));
        }
        if let Some(days) = self.gaps_days.iter().find(|days| !(1..=3660).contains(*days)) {
            return Err(("gaps_days", format!("gaps_days: {days} does not lie between 1 and 3660")));
        }
        if self.ready_after_s < 5 {
            return Err(("ready_after_s", "ready_after_s must be at least 5".to_owned()));
        }
        Ok(())
    }

    /// Whether browsers reach the service over TLS only: with a certificate of its own, or by the address that the world
    /// knows it by.
    pub fn is_secure(&self) -> bool {
        self.tls_certificate_file.is_some()
            || self.public_url.as_ref().is_some_and(|url| url.as_str().starts_with("https://"))
    }

    /// The path below which a reverse proxy serves the house, as `/pager`; empty at the top.
    pub fn base_path(&self) -> &str {
        let after_scheme = self.public_url.as_ref().and_then(|url| url.as_str().split_once("://"));
        after_scheme.and_then(|(_, rest)| rest.find('/').and_then(|slash| rest.get(slash..))).unwrap_or_default()
    }

    /// The last instant at or before `now` at which a report was due, and the first one after it; `None` when no report
    /// is wanted. A clock time that exists twice is due once, one that is jumped over at the end of the jump
    /// (contract 2.3 rule 2).
    pub fn reports(&self, zone: Tz, now: DateTime<Utc>) -> Option<(DateTime<Utc>, DateTime<Utc>)> {
        let today = now.with_timezone(&zone).date_naive();
        let days = [today.pred_opt()?, today, today.succ_opt()?];
        let mut due: Vec<_> =
            days.iter().flat_map(|day| self.gaps_at.iter().map(|time| resolve(zone, day.and_time(*time)).at)).collect();
        due.sort_unstable();
        let last = due.iter().rev().find(|due| **due <= now)?;
        let next = due.iter().find(|due| **due > now)?;
        Some((*last, *next))
    }
}

/// One time of day as `09:00`, or a list of them.
fn times<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<NaiveTime>, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Written {
        One(String),
        Several(Vec<String>),
    }
    let texts = match Written::deserialize(deserializer)? {
        Written::One(text) => vec![text],
        Written::Several(texts) => texts,
    };
    let time = |text: &String| {
        NaiveTime::parse_from_str(text, "%H:%M")
            .map_err(|_| D::Error::custom(format!("{text:?} is no time of day; write for example \"09:00\"")))
    };
    texts.iter().map(time).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings(text: &str) -> ServeSettings {
        toml::from_str(text).unwrap()
    }

    fn at(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    #[test]
    fn reports_are_due_by_the_clock_on_the_wall() {
        let zone = chrono_tz::America::Chicago;
        let daily = settings("gaps_at = '09:00'");
        assert_eq!(
            daily.reports(zone, at("2026-11-22T15:00:00Z")),
            Some((at("2026-11-22T15:00:00Z"), at("2026-11-23T15:00:00Z")))
        );
        assert_eq!(
            daily.reports(zone, at("2026-11-22T14:59:59Z")),
            Some((at("2026-11-21T15:00:00Z"), at("2026-11-22T15:00:00Z")))
        );
        // In the night in which clocks go forward there is no 02:30, and 03:00 takes its place.
        let night = settings("gaps_at = ['02:30', '18:00']");
        assert_eq!(
            night.reports(zone, at("2026-03-08T08:10:00Z")),
            Some((at("2026-03-08T08:00:00Z"), at("2026-03-08T23:00:00Z")))
        );
        // In the night in which they go back the second 01:30 is no second report.
        let back = settings("gaps_at = '01:30'");
        assert_eq!(
            back.reports(zone, at("2026-11-01T07:31:00Z")),
            Some((at("2026-11-01T06:30:00Z"), at("2026-11-02T07:30:00Z")))
        );
        assert_eq!(settings("gaps_at = []").reports(zone, at("2026-11-01T07:31:00Z")), None);
        assert_eq!(settings("").gaps_at, daily.gaps_at);
    }

    #[test]
    fn what_cannot_be_is_refused_by_its_key() {
        for (text, key) in [
            ("listen = 'here'", "listen"),
            ("listen = ':8420'", "listen"),
            ("listen = '127.0.0.1:84200'", "listen"),
            ("tls_key_file = 'key.pem'", "tls_certificate_file"),
            ("body_limit_kib = 0", "body_limit_kib"),
            ("requests_per_minute = 9", "requests_per_minute"),
            ("sync_every_s = 3", "sync_every_s"),
            ("gaps_days = [14, 0]", "gaps_days"),
            ("ready_after_s = 1", "ready_after_s"),
        ] {
            assert_eq!(settings(text).check().unwrap_err().0, key, "{text}");
        }
        for text in
            ["gaps_at = '9 o clock'", "gaps_at = ['25:00']", "public_url = 'http://pager.example.edu'", "port = 1"]
        {
            assert!(toml::from_str::<ServeSettings>(text).is_err(), "{text}");
        }
        for text in ["", "listen = 'localhost:0'", "listen = '[::1]:8420'", "sync_every_s = 0"] {
            assert!(settings(text).check().is_ok(), "{text}");
        }
    }
}

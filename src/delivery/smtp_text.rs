//! What does a mail look like on the wire? Headers that nothing in a message can add to, and a text in seven bits.

use std::time::SystemTime;

use chrono::{DateTime, Utc};
use lettre::address::Address;
use lettre::message::header::{ContentType, HeaderName, HeaderValue};
use lettre::message::{Mailbox, MultiPart, SinglePart};
use sha2::{Digest, Sha256};

use crate::ports::{Attachment, Letter, Message};

/// The mail as bytes: headers and a text in seven bits. `None` when a part cannot be one.
pub(super) fn compose(from: &Mailbox, to: Address, message: &Message, now: DateTime<Utc>) -> Option<Vec<u8>> {
    let name = one_line(&message.name);
    let raw = |name, value: &str| HeaderValue::new(HeaderName::new_from_ascii_str(name), value.to_owned());
    let mail = lettre::Message::builder()
        .from(from.clone())
        .to(Mailbox::new((!name.is_empty()).then_some(name), to))
        .subject(one_line(&message.subject))
        .date(SystemTime::from(now))
        .message_id(Some(message_id(&message.message_key, from.email.domain())))
        .raw_header(raw("Auto-Submitted", "auto-generated"))
        .raw_header(raw("X-Priority", "1"))
        .raw_header(raw("Importance", "high"))
        .header(ContentType::TEXT_PLAIN)
        .body(message.body.clone())
        .ok()?;
    Some(mail.formatted())
}

/// A letter as bytes: its text, its HTML beside it where there is one, then its attachments. `None` when a part cannot
/// be one.
pub(super) fn compose_letter(from: &Mailbox, to: Address, letter: &Letter, now: DateTime<Utc>) -> Option<Vec<u8>> {
    let name = one_line(&letter.name);
    let auto = HeaderName::new_from_ascii_str("Auto-Submitted");
    let mail = lettre::Message::builder()
        .from(from.clone())
        .to(Mailbox::new((!name.is_empty()).then_some(name), to))
        .subject(one_line(&letter.subject))
        .date(SystemTime::from(now))
        .message_id(Some(message_id(&letter.key, from.email.domain())))
        .raw_header(HeaderValue::new(auto, "auto-generated".to_owned()));
    let body = letter.html.as_ref().map(|html| MultiPart::alternative_plain_html(letter.text.clone(), html.clone()));
    let mail = match (body, letter.attachments.as_slice()) {
        (None, []) => mail.header(ContentType::TEXT_PLAIN).body(letter.text.clone()),
        (Some(body), []) => mail.multipart(body),
        (body, attachments) => {
            let mixed = MultiPart::mixed();
            let mut mixed = match body {
                Some(body) => mixed.multipart(body),
                None => mixed.singlepart(SinglePart::plain(letter.text.clone())),
            };
            for Attachment { name, media_type, content } in attachments {
                let part = lettre::message::Attachment::new(one_line(name));
                mixed = mixed.singlepart(part.body(content.clone(), ContentType::parse(media_type).ok()?));
            }
            mail.multipart(mixed)
        }
    };
    Some(mail.ok()?.formatted())
}

/// The text without line ends and other control characters, so that no header can be added by it.
fn one_line(text: &str) -> String {
    let spaced: String = text.chars().map(|letter| if letter.is_control() { ' ' } else { letter }).collect();
    spaced.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The same name for every try of one message, so that servers and people can tell a copy.
fn message_id(key: &str, domain: &str) -> String {
    let plain: String = key
        .chars()
        .map(|letter| if letter.is_ascii_alphanumeric() || letter == '-' || letter == '_' { letter } else { '-' })
        .take(60)
        .collect();
    // The readable part may be the same for two keys; the digest of the key is not.
    let digest = Sha256::digest(key.as_bytes());
    let short = digest.iter().take(8).fold(0_u64, |number, byte| (number << 8) | u64::from(*byte));
    format!("<{plain}.{short:016x}@{domain}>")
}

#[cfg(test)]
mod tests {
    use chrono::TimeZone;

    use super::*;

    fn now() -> DateTime<Utc> {
        Utc.with_ymd_and_hms(2026, 11, 23, 5, 12, 0).unwrap()
    }

    fn message() -> Message {
        Message {
            message_key: "p1.r1.0.ada-ruiz.email".to_owned(),
            attempt: "r1.0.ada-ruiz.email.1".to_owned(),
            to: "ada@example.edu".to_owned(),
            name: "Ada Ruiz".to_owned(),
            subject: "PAGE AIMS 1234567".to_owned(),
            body: "Case: 1234567\n".to_owned(),
            episode: String::new(),
            call: None,
            asks_to_act: false,
            link: None,
        }
    }

    #[test]
    fn no_part_of_a_message_can_add_a_header() {
        let from: Mailbox = "Help Desk <hd@example.edu>".parse().unwrap();
        let mut hostile = message();
        hostile.name = "Ada\r\nBcc: a@example.com".to_owned();
        hostile.subject = "Page\r\nBcc: b@example.com\r\n\r\nbody".to_owned();
        hostile.message_key = "k>\r\nBcc: c@example.com".to_owned();
        let mail = compose(&from, "ada@example.edu".parse().unwrap(), &hostile, now()).unwrap();
        let text = String::from_utf8(mail).unwrap();
        let (headers, body) = text.split_once("\r\n\r\n").unwrap();
        assert!(!headers.lines().any(|line| line.to_lowercase().starts_with("bcc")), "{headers}");
        assert_eq!(body.trim_end(), "Case: 1234567");
    }

    #[test]
    fn a_mail_is_dated_by_the_given_clock_and_is_seven_bits() {
        let from: Mailbox = "Help Desk <hd@example.edu>".parse().unwrap();
        let mut accented = message();
        accented.name = "Zoë Müller".to_owned();
        accented.body = format!("Zoë's PC — {}", "long ".repeat(400));
        let mail = compose(&from, "ada@example.edu".parse().unwrap(), &accented, now()).unwrap();
        assert!(mail.is_ascii() && mail.split(|byte| *byte == b'\n').all(|line| line.len() < 998));
        let text = String::from_utf8(mail).unwrap();
        for expected in [
            "Date: Mon, 23 Nov 2026 05:12:00 +0000\r\n",
            "Auto-Submitted: auto-generated\r\n",
            "X-Priority: 1\r\n",
            "Importance: high\r\n",
            "Message-ID: <p1-r1-0-ada-ruiz-email.",
        ] {
            assert!(text.contains(expected), "{expected} in {text}");
        }
    }

    #[test]
    fn a_letter_is_text_and_html_in_seven_bits_and_wakes_nobody() {
        let from: Mailbox = "Help Desk <hd@example.edu>".parse().unwrap();
        let letter = Letter {
            key: "gaps.aims".to_owned(),
            to: "owner@example.edu".to_owned(),
            name: String::new(),
            subject: "Gap\r\nBcc: b@example.com".to_owned(),
            text: "Zoë is missing\n".to_owned(),
            html: Some("<p>Zoë is missing</p>".to_owned()),
            attachments: Vec::new(),
        };
        let mail = compose_letter(&from, "owner@example.edu".parse().unwrap(), &letter, now()).unwrap();
        assert!(mail.is_ascii());
        let text = String::from_utf8(mail).unwrap();
        for expected in ["multipart/alternative", "text/plain", "text/html", "Auto-Submitted: auto-generated"] {
            assert!(text.contains(expected), "{expected} in {text}");
        }
        assert!(!text.contains("X-Priority") && !text.lines().any(|line| line.starts_with("Bcc")), "{text}");
        let picture = Attachment {
            name: "aims\r\nBcc: c@example.com.svg".to_owned(),
            media_type: "image/svg+xml",
            content: "<svg><title>Zoë</title></svg>".to_owned(),
        };
        let plain = Letter { html: None, ..letter.clone() };
        let with_picture = Letter { attachments: vec![picture], ..letter };
        let mail = compose_letter(&from, "owner@example.edu".parse().unwrap(), &with_picture, now()).unwrap();
        assert!(mail.is_ascii());
        let text = String::from_utf8(mail).unwrap();
        for expected in ["multipart/mixed", "multipart/alternative", "image/svg+xml", "Content-Disposition: attachment"]
        {
            assert!(text.contains(expected), "{expected} in {text}");
        }
        assert!(!text.lines().any(|line| line.starts_with("Bcc")), "{text}");
        let mail = compose_letter(&from, "owner@example.edu".parse().unwrap(), &plain, now()).unwrap();
        assert!(!String::from_utf8(mail).unwrap().contains("multipart"));
    }

    #[test]
    fn message_ids_are_stable_plain_and_different() {
        let id = |key: &str| message_id(key, "example.edu");
        assert_eq!(id("p1.sms"), id("p1.sms"));
        assert_ne!(id("p1.sms"), id("p1-sms"));
        for key in ["", "a b", "ü", "<x@y>", &"k".repeat(500)] {
            let id = id(key);
            assert!(id.starts_with('<') && id.ends_with("@example.edu>") && id.len() < 120, "{id}");
            assert_eq!(id.matches(['<', '>', '@', ' ']).count(), 3, "{id}");
        }
    }
}

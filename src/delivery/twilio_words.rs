//! What does an answer of a Twilio-compatible provider amount to? One total function over status, code and word.
//!
//! Codes: domain 3 (SMS errors) and the provider's published error list. Words: its `message_enum_status`.

use crate::episode::outcome::{Outcome, Report};

/// What one error code means.
struct Meaning {
    code: u32,
    outcome: Outcome,
    words: &'static str,
}

/// An error code after which another try to the same number is pointless.
const fn refused(code: u32, words: &'static str) -> Meaning {
    Meaning { code, outcome: Outcome::Refused, words }
}

/// An error code about this account or sender: nothing was sent, and another provider may send it.
const fn unavailable(code: u32, words: &'static str) -> Meaning {
    Meaning { code, outcome: Outcome::Unavailable, words }
}

/// An error code after which another try may help; nothing was sent or nothing arrived.
const fn retryable(code: u32, words: &'static str) -> Meaning {
    Meaning { code, outcome: Outcome::Retryable, words }
}

/// Every code that is known, sorted; any other has the meaning of its status or word alone.
const CODES: [Meaning; 30] = [
    unavailable(20003, "the provider refused the login: check `account_sid`, the auth token and the API key"),
    unavailable(20404, "the provider does not know the account or the message: check `account_sid` and `base_url`"),
    retryable(20429, "too many requests at once"),
    refused(21211, "the number cannot be texted: it is not valid"),
    unavailable(21212, "the sender `from` is not valid"),
    unavailable(21408, "the account may not text this region"),
    refused(21602, "the text was empty"),
    unavailable(21603, "the sender is missing: set `from` or `messaging_service_sid`"),
    refused(21604, "the number is missing"),
    unavailable(21606, "the sender `from` cannot text this number"),
    unavailable(21608, "a trial account texts verified numbers only"),
    refused(21610, "the person texted STOP: ask them to text START, and call meanwhile"),
    retryable(21611, "the sender's queue is full"),
    unavailable(21612, "no carrier takes this text from this sender"),
    refused(21614, "the number is no mobile phone: call it"),
    refused(21617, "the text is longer than 1600 characters"),
    unavailable(21659, "the sender `from` does not belong to the account"),
    unavailable(21703, "the messaging service has no sender"),
    retryable(30001, "the provider's queue is full"),
    unavailable(30002, "the provider suspended the account"),
    retryable(30003, "the phone is off or out of reach"),
    refused(30004, "the phone or its carrier blocks these texts"),
    refused(30005, "nobody has this number"),
    refused(30006, "a landline or a carrier without texts: call it"),
    unavailable(30007, "the carrier filtered the text"),
    retryable(30008, "the carrier gave no reason"),
    unavailable(30032, "the toll-free sender is not verified"),
    unavailable(30034, "the sender is not registered for US texts (A2P 10DLC)"),
    retryable(30036, "the text expired before the phone took it"),
    unavailable(90007, "`validity_s` is outside of what the provider allows"),
];

/// The row of the table for `code`.
fn meaning(code: u32) -> Option<&'static Meaning> {
    CODES.iter().find(|row| row.code == code)
}

/// What an answer amounts to: `status` is the HTTP status, `code` the provider's error code, `word` the message's
/// state. Total: what is not known is `Unknown`, never a success and never a certain failure.
pub fn classify(status: u16, code: Option<u32>, word: Option<&str>) -> Outcome {
    let by_code = code.and_then(meaning).map(|row| row.outcome);
    match status {
        200..=299 => match word {
            Some("accepted" | "queued" | "scheduled" | "sending" | "sent") => Outcome::Accepted,
            Some("delivered" | "read") => Outcome::Delivered,
            // It did not arrive, that much is sure; without a known code one more try is worth its price.
            Some("undelivered" | "failed" | "canceled") => by_code.unwrap_or(Outcome::Retryable),
            _ => Outcome::Unknown,
        },
        // The server did not take the request in: 408 too slow, 425 too early, 429 too many.
        408 | 425 | 429 => Outcome::Retryable,
        // It failed and says so, unless it speaks of a message at the same time.
        500..=599 if word.is_none() => Outcome::Retryable,
        // About the login, the address or a proxy on the way, never about whom the text goes to.
        401 | 403 | 404 | 407 => by_code.unwrap_or(Outcome::Unavailable),
        400..=499 => by_code.unwrap_or(Outcome::Refused),
        // A redirect is not an answer of the provider at all.
        _ => Outcome::Unknown,
    }
}

/// What a callback says, for the log and for people: as `detail`, without a status.
pub(super) fn callback_detail(code: Option<u32>, word: &str) -> String {
    told("callback".to_owned(), code, Some(word)).join(", ")
}

/// The code of a number that texted STOP to this sender.
const STOPPED: u32 = 21610;

/// Whether a report of `detail`'s making says that the person texted STOP.
pub(super) fn says_stop(report: &Report) -> bool {
    report.outcome == Outcome::Refused && report.detail.split(", ").any(|part| part.starts_with(&format!("{STOPPED}:")))
}

/// Status, word and code for the log and for people, from our own words only: the provider's may hold a number.
pub(super) fn detail(status: u16, code: Option<u32>, word: Option<&str>) -> String {
    let mut parts = told(format!("HTTP {status}"), code, word);
    if code.is_none()
        && let Some(words) = status_words(status, word.is_some())
    {
        parts.push(words.to_owned());
    }
    parts.join(", ")
}

/// How it was told, the word, and the code with its meaning.
fn told(how: String, code: Option<u32>, word: Option<&str>) -> Vec<String> {
    let mut parts = vec![how];
    match word {
        Some(word) if is_word(word) => parts.push(word.to_owned()),
        Some(_) => parts.push("a state that is no word".to_owned()),
        None => {}
    }
    match (code, code.and_then(meaning)) {
        (Some(code), Some(row)) => parts.push(format!("{code}: {}", row.words)),
        (Some(code), None) => parts.push(format!("error {code}")),
        (None, _) => {}
    }
    parts
}

/// What a status means when no error code came with it.
fn status_words(status: u16, has_word: bool) -> Option<&'static str> {
    match status {
        200..=299 if !has_word => Some("but the answer could not be read: nobody knows whether the text was sent"),
        200..=299 => None,
        300..=399 => Some("a redirect, which is not followed: check `base_url`"),
        401 | 403 => Some("the login was refused: check `account_sid`, the auth token and the API key"),
        404 => Some("there is no such address: check `base_url` and `account_sid`"),
        407 => Some("a proxy on the way wants a login"),
        408 | 425 | 429 => Some("the provider is busy"),
        400..=499 => Some("the provider refused the text"),
        500..=599 if has_word => Some("a fault at the provider: nobody knows whether the text was sent"),
        500..=599 => Some("a fault at the provider: it did not take the text"),
        _ => Some("no answer that is known"),
    }
}

/// Whether a state looks like the provider's words do, so that it may be written down.
fn is_word(word: &str) -> bool {
    (1..=24).contains(&word.len()) && word.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_' || byte == b'-')
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The states of the provider's own description, with what they amount to.
    const WORDS: [(&str, Option<Outcome>); 13] = [
        ("accepted", Some(Outcome::Accepted)),
        ("queued", Some(Outcome::Accepted)),
        ("scheduled", Some(Outcome::Accepted)),
        ("sending", Some(Outcome::Accepted)),
        ("sent", Some(Outcome::Accepted)),
        ("delivered", Some(Outcome::Delivered)),
        ("read", Some(Outcome::Delivered)),
        ("undelivered", None),
        ("failed", None),
        ("canceled", None),
        ("receiving", Some(Outcome::Unknown)),
        ("received", Some(Outcome::Unknown)),
        ("partially_delivered", Some(Outcome::Unknown)),
    ];
    const REFUSED: [u32; 9] = [21211, 21602, 21604, 21610, 21614, 21617, 30004, 30005, 30006];
    const UNAVAILABLE: [u32; 15] =
        [20003, 20404, 21212, 21408, 21603, 21606, 21608, 21612, 21659, 21703, 30002, 30007, 30032, 30034, 90007];
    const RETRYABLE: [u32; 6] = [20429, 21611, 30001, 30003, 30008, 30036];

    #[test]
    fn codes_are_sorted_and_each_listed_once() {
        assert!(CODES.windows(2).all(|pair| pair[0].code < pair[1].code));
        let mut expected: Vec<u32> = REFUSED.into_iter().chain(UNAVAILABLE).chain(RETRYABLE).collect();
        expected.sort_unstable();
        assert_eq!(CODES.iter().map(|row| row.code).collect::<Vec<_>>(), expected);
    }

    #[test]
    fn every_status_without_code_or_word_has_its_outcome() {
        for status in 100..=599_u16 {
            let expected = match status {
                408 | 425 | 429 | 500..=599 => Outcome::Retryable,
                401 | 403 | 404 | 407 => Outcome::Unavailable,
                400..=499 => Outcome::Refused,
                _ => Outcome::Unknown,
            };
            assert_eq!(classify(status, None, None), expected, "HTTP {status}");
        }
    }

    #[test]
    fn every_status_with_every_word_and_code_is_judged_alike() {
        let codes =
            || REFUSED.iter().chain(&UNAVAILABLE).chain(&RETRYABLE).chain(&[0, 29999, u32::MAX]).copied().map(Some);
        let words = || WORDS.iter().map(|(word, _)| *word).chain(["", "QUEUED", "ok", "delivered "]).map(Some);
        for status in 100..=599_u16 {
            for code in codes().chain([None]) {
                for word in words().chain([None]) {
                    let outcome = classify(status, code, word);
                    let is_2xx = (200..300).contains(&status);
                    assert_eq!(
                        outcome == Outcome::Accepted,
                        is_2xx && matches!(word, Some("accepted" | "queued" | "scheduled" | "sending" | "sent"))
                    );
                    assert_eq!(outcome == Outcome::Delivered, is_2xx && matches!(word, Some("delivered" | "read")));
                    if !is_2xx && !(400..500).contains(&status) {
                        let failed = status >= 500 && word.is_none();
                        let expected = if failed { Outcome::Retryable } else { Outcome::Unknown };
                        assert_eq!(outcome, expected, "HTTP {status} {code:?} {word:?}");
                    }
                    let detail = detail(status, code, word);
                    assert!(detail.starts_with(&format!("HTTP {status}")) && detail.len() < 200, "{detail}");
                }
            }
        }
    }

    #[test]
    fn a_failure_is_judged_by_its_code() {
        for word in ["undelivered", "failed", "canceled"] {
            for code in REFUSED {
                assert_eq!(classify(200, Some(code), Some(word)), Outcome::Refused, "{word} {code}");
            }
            for code in UNAVAILABLE {
                assert_eq!(classify(200, Some(code), Some(word)), Outcome::Unavailable, "{word} {code}");
            }
            for code in RETRYABLE {
                assert_eq!(classify(200, Some(code), Some(word)), Outcome::Retryable, "{word} {code}");
            }
            assert_eq!(classify(200, Some(12345), Some(word)), Outcome::Retryable);
            assert_eq!(classify(200, None, Some(word)), Outcome::Retryable);
        }
        for code in REFUSED {
            assert_eq!(classify(400, Some(code), None), Outcome::Refused, "{code}");
            assert_eq!(classify(429, Some(code), None), Outcome::Retryable, "{code}");
        }
        for code in UNAVAILABLE {
            assert_eq!(classify(400, Some(code), None), Outcome::Unavailable, "{code}");
        }
        for code in RETRYABLE {
            assert_eq!(classify(400, Some(code), None), Outcome::Retryable, "{code}");
        }
    }

    #[test]
    fn every_word_of_the_provider_has_its_outcome_and_strange_ones_are_unknown() {
        for (word, outcome) in WORDS {
            assert_eq!(classify(201, None, Some(word)), outcome.unwrap_or(Outcome::Retryable), "{word}");
        }
        for strange in ["", "Queued", "QUEUED", "done", "delivered!", "receiving delivered"] {
            assert_eq!(classify(201, None, Some(strange)), Outcome::Unknown, "{strange}");
        }
    }

    #[test]
    fn stop_is_known_by_its_code() {
        let report = |outcome, status, code| Report {
            outcome,
            provider: "twilio".to_owned(),
            provider_id: None,
            detail: detail(status, code, None),
        };
        assert!(says_stop(&report(Outcome::Refused, 400, Some(21610))));
        assert!(!says_stop(&report(Outcome::Refused, 400, Some(21614))));
        assert!(!says_stop(&report(Outcome::Refused, 400, Some(216_100))));
    }

    #[test]
    fn details_are_words_for_people_without_the_providers_prose() {
        let seen: Vec<String> = [
            (201, None, Some("queued")),
            (400, Some(21610), None),
            (400, Some(21999), None),
            (201, None, None),
            (200, Some(30003), Some("undelivered")),
            (200, None, Some("+16085550142 is off")),
            (503, None, None),
        ]
        .map(|(status, code, word)| detail(status, code, word))
        .to_vec();
        assert_eq!(
            seen,
            [
                "HTTP 201, queued",
                "HTTP 400, 21610: the person texted STOP: ask them to text START, and call meanwhile",
                "HTTP 400, error 21999",
                "HTTP 201, but the answer could not be read: nobody knows whether the text was sent",
                "HTTP 200, undelivered, 30003: the phone is off or out of reach",
                "HTTP 200, a state that is no word",
                "HTTP 503, a fault at the provider: it did not take the text",
            ]
        );
    }
}

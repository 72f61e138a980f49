//! What does a call's fate amount to? One total function over state, who answered, and the codes that came with it.
//!
//! States: the provider's `call_enum_status`; who answered: its machine detection (domain 3); codes: its published error
//! list and the SIP answers of carriers. No word here is ever an acknowledgement: only a key is (contract 5.2).

use crate::episode::outcome::Outcome;

/// What is known of one call.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct CallFate<'a> {
    /// The HTTP status of the answer that told it; 200 for what the provider told by itself.
    pub status: u16,
    /// The state of the call: `queued`, `busy`, `completed`, …
    pub word: Option<&'a str>,
    /// Who answered, as the detection heard it: `human`, `machine_end_beep`, …
    pub answered_by: Option<&'a str>,
    /// The provider's error code.
    pub code: Option<u32>,
    /// The carrier's answer to the call.
    pub sip: Option<u32>,
}

/// What one error code means.
struct Meaning {
    code: u32,
    outcome: Outcome,
    words: &'static str,
}

const fn meaning(code: u32, outcome: Outcome, words: &'static str) -> Meaning {
    Meaning { code, outcome, words }
}

/// Every code that is known, sorted; any other has the meaning of its status or state alone.
const CODES: [Meaning; 27] = [
    meaning(10001, Outcome::Unavailable, "the provider closed the account"),
    meaning(10004, Outcome::Retryable, "too many calls at once"),
    meaning(13223, Outcome::Refused, "the number cannot be called: its notation is not valid"),
    meaning(13224, Outcome::Refused, "the number cannot be called: it is not valid"),
    meaning(13225, Outcome::Refused, "the number may not be called"),
    meaning(13227, Outcome::Unavailable, "the account may not call this region"),
    meaning(
        20003,
        Outcome::Unavailable,
        "the provider refused the login: check `account_sid`, the token and the API key",
    ),
    meaning(20005, Outcome::Unavailable, "the provider suspended the account"),
    meaning(20404, Outcome::Unavailable, "the provider does not know the account or the call: check `account_sid`"),
    meaning(20429, Outcome::Retryable, "too many requests at once"),
    meaning(21201, Outcome::Refused, "the number is missing"),
    meaning(21203, Outcome::Unavailable, "the account may not call other countries"),
    meaning(21205, Outcome::Unavailable, "an address of ours is not valid: check `public_url`"),
    meaning(21210, Outcome::Unavailable, "the caller `from` is not verified"),
    meaning(21211, Outcome::Refused, "the number cannot be called: it is not valid"),
    meaning(21212, Outcome::Unavailable, "the caller `from` is not valid"),
    meaning(21213, Outcome::Unavailable, "the caller is missing: set `from`"),
    meaning(21214, Outcome::Refused, "the number cannot be reached"),
    meaning(21215, Outcome::Unavailable, "the account may not call this region"),
    meaning(21216, Outcome::Refused, "the number is one that the provider never calls"),
    meaning(21217, Outcome::Refused, "the number cannot be called: it is not valid"),
    meaning(21219, Outcome::Unavailable, "a trial account calls verified numbers only"),
    meaning(21220, Outcome::Retryable, "the call has ended"),
    meaning(21223, Outcome::Refused, "the number cannot be called: it is not valid"),
    meaning(21606, Outcome::Unavailable, "the caller `from` cannot make calls"),
    meaning(32009, Outcome::Retryable, "the phone is not connected at present"),
    meaning(32205, Outcome::Unavailable, "the account may not call this kind of number"),
];

/// The row of the table for `code`.
fn by_code(code: u32) -> Option<&'static Meaning> {
    CODES.iter().find(|row| row.code == code)
}

/// What the fate of a call amounts to. Total: what is not known is `Unknown`, never a success and never a certain
/// failure.
pub fn classify_call(fate: &CallFate<'_>) -> Outcome {
    let by_code = fate.code.and_then(by_code).map(|row| row.outcome);
    match fate.status {
        200..=299 => match fate.word {
            Some("queued" | "initiated" | "ringing" | "in-progress") => Outcome::Accepted,
            Some("busy" | "no-answer" | "canceled") => Outcome::Retryable,
            Some("failed") => by_code.or_else(|| fate.sip.and_then(by_sip)).unwrap_or(Outcome::Retryable),
            Some("completed") => answered(fate.answered_by),
            _ => Outcome::Unknown,
        },
        // About the login, the address or a proxy on the way, never about whom the call goes to.
        401 | 403 | 404 | 407 => by_code.unwrap_or(Outcome::Unavailable),
        // The server did not take the request in: 408 too slow, 425 too early, 429 too many.
        408 | 425 | 429 => Outcome::Retryable,
        400..=499 => by_code.unwrap_or(Outcome::Refused),
        // It failed and says so, unless it speaks of a call at the same time.
        500..=599 if fate.word.is_none() => Outcome::Retryable,
        // A redirect is not an answer of the provider at all.
        _ => Outcome::Unknown,
    }
}

/// What an answered call amounts to that has ended. A person who pressed no key was reached and has said nothing.
fn answered(by: Option<&str>) -> Outcome {
    match by {
        Some("machine" | "machine_start" | "machine_end_beep" | "machine_end_silence" | "machine_end_other") => {
            Outcome::Voicemail
        }
        Some("fax") => Outcome::Refused,
        None | Some("" | "human" | "unknown") => Outcome::Delivered,
        Some(_) => Outcome::Unknown,
    }
}

/// Whether a detection heard a machine that is now being recorded on.
pub(super) fn is_machine(answered_by: &str) -> bool {
    answered(Some(answered_by)) == Outcome::Voicemail
}

/// What a carrier's answer says for certain: that nobody has the number.
fn by_sip(sip: u32) -> Option<Outcome> {
    matches!(sip, 404 | 410 | 484 | 604).then_some(Outcome::Refused)
}

/// The fate for the log and for people, from our own words only: the provider's may hold a number.
pub fn call_detail(fate: &CallFate<'_>) -> String {
    let mut parts = Vec::new();
    if !(200..=299).contains(&fate.status) {
        parts.push(format!("HTTP {}", fate.status));
    }
    match (fate.word, answered(fate.answered_by)) {
        (Some("completed"), Outcome::Voicemail) => parts.push("a machine answered".to_owned()),
        (Some("completed"), Outcome::Refused) => parts.push("a fax answered".to_owned()),
        (Some("completed"), Outcome::Delivered) => parts.push("answered, no key was pressed".to_owned()),
        (Some(word), _) if is_word(word) => parts.push(word.to_owned()),
        (Some(_), _) => parts.push("a state that is no word".to_owned()),
        (None, _) => {}
    }
    match (fate.code, fate.code.and_then(by_code)) {
        (Some(code), Some(row)) => parts.push(format!("{code}: {}", row.words)),
        (Some(code), None) => parts.push(format!("error {code}")),
        (None, _) => parts.extend(status_words(fate.status, fate.word.is_some()).map(str::to_owned)),
    }
    if let Some(sip) = fate.sip.filter(|sip| !(200..=299).contains(sip) && fate.word == Some("failed")) {
        let words = if by_sip(sip).is_some() { ": nobody has this number" } else { "" };
        parts.push(format!("SIP {sip}{words}"));
    }
    parts.join(", ")
}

/// What a status means when no error code came with it.
fn status_words(status: u16, has_word: bool) -> Option<&'static str> {
    match status {
        200..=299 if !has_word => Some("the answer could not be read: nobody knows whether the call was made"),
        200..=299 => None,
        300..=399 => Some("a redirect, which is not followed: check `base_url`"),
        401 | 403 => Some("the login was refused: check `account_sid`, the auth token and the API key"),
        404 => Some("there is no such address: check `base_url` and `account_sid`"),
        407 => Some("a proxy on the way wants a login"),
        408 | 425 | 429 => Some("the provider is busy"),
        400..=499 => Some("the provider refused the call"),
        500..=599 if has_word => Some("a fault at the provider: nobody knows whether the call was made"),
        500..=599 => Some("a fault at the provider: it did not take the call"),
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

    const WORDS: [Option<&str>; 12] = [
        None,
        Some("queued"),
        Some("initiated"),
        Some("ringing"),
        Some("in-progress"),
        Some("completed"),
        Some("busy"),
        Some("failed"),
        Some("no-answer"),
        Some("canceled"),
        Some("teleported"),
        Some("COMPLETED"),
    ];
    const ANSWERED: [Option<&str>; 11] = [
        None,
        Some(""),
        Some("human"),
        Some("unknown"),
        Some("fax"),
        Some("machine"),
        Some("machine_start"),
        Some("machine_end_beep"),
        Some("machine_end_silence"),
        Some("machine_end_other"),
        Some("parrot"),
    ];

    fn told(word: &'static str, answered_by: Option<&'static str>) -> CallFate<'static> {
        CallFate { status: 200, word: Some(word), answered_by, ..CallFate::default() }
    }

    #[test]
    fn codes_are_sorted_and_each_listed_once() {
        assert!(CODES.windows(2).all(|pair| pair[0].code < pair[1].code));
    }

    #[test]
    fn every_state_has_its_outcome_whoever_answered() {
        for answered_by in ANSWERED {
            for word in ["queued", "initiated", "ringing", "in-progress"] {
                assert_eq!(classify_call(&told(word, answered_by)), Outcome::Accepted, "{word} {answered_by:?}");
            }
            for word in ["busy", "no-answer", "failed", "canceled"] {
                assert_eq!(classify_call(&told(word, answered_by)), Outcome::Retryable, "{word} {answered_by:?}");
            }
            for word in ["teleported", "COMPLETED", ""] {
                assert_eq!(classify_call(&told(word, answered_by)), Outcome::Unknown, "{word} {answered_by:?}");
            }
            let expected = match answered_by {
                None | Some("" | "human" | "unknown") => Outcome::Delivered,
                Some("fax") => Outcome::Refused,
                Some("parrot") => Outcome::Unknown,
                Some(_) => Outcome::Voicemail,
            };
            assert_eq!(classify_call(&told("completed", answered_by)), expected, "{answered_by:?}");
        }
    }

    #[test]
    fn a_failed_call_is_judged_by_its_codes() {
        for (code, sip, outcome) in [
            (Some(13224), None, Outcome::Refused),
            (Some(21211), Some(503), Outcome::Refused),
            (Some(21217), None, Outcome::Refused),
            (Some(20003), None, Outcome::Unavailable),
            (Some(99999), Some(404), Outcome::Refused),
            (None, Some(404), Outcome::Refused),
            (None, Some(604), Outcome::Refused),
            (None, Some(486), Outcome::Retryable),
            (None, Some(503), Outcome::Retryable),
            (None, None, Outcome::Retryable),
        ] {
            let fate = CallFate { code, sip, ..told("failed", None) };
            assert_eq!(classify_call(&fate), outcome, "{code:?} {sip:?}");
        }
    }

    #[test]
    fn every_status_with_everything_else_is_judged_and_told_without_the_providers_prose() {
        let codes = || CODES.iter().map(|row| Some(row.code)).chain([None, Some(0), Some(u32::MAX)]);
        for status in 100..=599_u16 {
            for code in codes() {
                for word in WORDS {
                    for (answered_by, sip) in ANSWERED.into_iter().zip([None, Some(200), Some(404)].into_iter().cycle())
                    {
                        let fate = CallFate { status, word, answered_by, code, sip };
                        let outcome = classify_call(&fate);
                        if !(200..300).contains(&status) {
                            let proves = matches!(outcome, Outcome::Accepted | Outcome::Delivered | Outcome::Voicemail);
                            assert!(!proves, "{fate:?}");
                            let is_clear = (400..500).contains(&status) || status >= 500 && word.is_none();
                            assert_eq!(outcome != Outcome::Unknown, is_clear, "{fate:?}");
                        }
                        let detail = call_detail(&fate);
                        assert!(!detail.is_empty() && detail.len() < 200, "{fate:?} {detail}");
                    }
                }
            }
        }
        for status in [401, 403, 404, 407] {
            let fate = CallFate { status, ..CallFate::default() };
            assert_eq!(classify_call(&fate), Outcome::Unavailable);
        }
    }

    #[test]
    fn details_are_words_for_people() {
        let told = [
            told("queued", None),
            told("completed", Some("machine_end_beep")),
            told("completed", Some("human")),
            told("completed", Some("fax")),
            told("busy", None),
            CallFate { sip: Some(404), ..told("failed", None) },
            CallFate { code: Some(21217), status: 400, ..CallFate::default() },
            CallFate { status: 201, ..CallFate::default() },
            CallFate { status: 502, ..CallFate::default() },
            told("+16085550142 is off", None),
        ]
        .map(|fate| call_detail(&fate));
        assert_eq!(
            told,
            [
                "queued",
                "a machine answered",
                "answered, no key was pressed",
                "a fax answered",
                "busy",
                "failed, SIP 404: nobody has this number",
                "HTTP 400, 21217: the number cannot be called: it is not valid",
                "the answer could not be read: nobody knows whether the call was made",
                "HTTP 502, a fault at the provider: it did not take the call",
                "a state that is no word",
            ]
        );
    }
}

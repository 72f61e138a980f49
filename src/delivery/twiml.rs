//! How does a call's script become the provider's own document (`TwiML`)? Everything is escaped; nothing is decided here.
//!
//! Called by `twilio_call` for the document that goes with a call, and for answers to what a call asks meanwhile.

use std::fmt::Write as _;

use crate::ports::CallScript;

/// The most characters that a document inside a request may have (the provider's `Twiml` parameter).
pub const LONGEST: usize = 4000;

/// Seconds that a call listens for a key after its last word.
const LISTEN_S: u32 = 8;

/// In which voice it is said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Speech {
    /// The language, as BCP 47 writes it: `en-US`.
    pub language: String,
    /// The provider's name of a voice; its default one when absent.
    pub voice: Option<String>,
}

impl Default for Speech {
    fn default() -> Self {
        Self { language: "en-US".to_owned(), voice: None }
    }
}

impl Speech {
    /// The whole call: the words, listening for a key which goes to `keys_to`, then what a machine is left. Without an
    /// address for keys none is offered. A call that asks for nothing does not listen.
    pub fn call(&self, script: &CallScript, keys_to: Option<&str>) -> String {
        let mut words = self.say(&script.opening);
        words.push_str(PAUSE);
        words.extend(script.facts.iter().map(|sentence| self.say(sentence)));
        let mut body = match keys_to.filter(|_| !script.menu.is_empty()) {
            Some(address) => {
                words.push_str(&self.say(&script.menu));
                format!(
                    "<Gather input=\"dtmf\" numDigits=\"1\" timeout=\"{LISTEN_S}\" method=\"POST\" action=\"{}\">{words}</Gather>",
                    escaped(address)
                )
            }
            None if script.without_keys.is_empty() => words,
            None => {
                words.push_str(&self.say(&script.without_keys));
                words
            }
        };
        body.push_str(PAUSE);
        body.push_str(&self.sentences(&script.voicemail));
        response(&body)
    }

    /// These sentences, then the end of the call.
    pub fn say_and_end(&self, sentences: &[String]) -> String {
        response(&self.sentences(sentences))
    }

    /// What a machine is left: it began to record just now, so the first word waits a moment.
    pub fn voicemail(&self, script: &CallScript) -> String {
        response(&format!("{PAUSE}{}", self.sentences(&script.voicemail)))
    }

    fn sentences(&self, sentences: &[String]) -> String {
        sentences.iter().map(|sentence| self.say(sentence)).collect()
    }

    fn say(&self, sentence: &str) -> String {
        let mut said = format!("<Say language=\"{}\"", escaped(&self.language));
        if let Some(voice) = &self.voice {
            // Writing to a string cannot fail.
            let _written = write!(said, " voice=\"{}\"", escaped(voice));
        }
        let _written = write!(said, ">{}</Say>", escaped(sentence));
        said
    }
}

/// An answer to a callback that wants no words.
pub const NOTHING: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\"?><Response/>";

const PAUSE: &str = "<Pause length=\"1\"/>";

fn response(body: &str) -> String {
    format!("<?xml version=\"1.0\" encoding=\"UTF-8\"?><Response>{body}<Hangup/></Response>")
}

/// `text` as XML may hold it, in an attribute too; signs that XML has no place for are left out.
fn escaped(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&apos;"),
            '\t' | '\n' | '\r' => safe.push(' '),
            '\u{fffe}' | '\u{ffff}' => {}
            other if other.is_control() => {}
            other => safe.push(other),
        }
    }
    safe
}

#[cfg(test)]
mod tests {
    use super::*;

    fn script() -> CallScript {
        CallScript {
            opening: "Who & why.".to_owned(),
            facts: vec!["Call O'Brien <now>.".to_owned()],
            menu: "Press 1.".to_owned(),
            without_keys: "Call \"the desk\".".to_owned(),
            voicemail: vec!["Left.\u{0}".to_owned()],
        }
    }

    fn speech() -> Speech {
        Speech { language: "en-US".to_owned(), voice: None }
    }

    const HEAD: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\"?><Response>";

    #[test]
    fn a_call_listens_and_falls_through_to_the_voicemail() {
        assert_eq!(
            speech().call(&script(), Some("https://x.example/v?page=1&attempt=2")),
            format!(
                "{HEAD}<Gather input=\"dtmf\" numDigits=\"1\" timeout=\"8\" method=\"POST\" \
                 action=\"https://x.example/v?page=1&amp;attempt=2\"><Say language=\"en-US\">Who &amp; why.</Say>\
                 <Pause length=\"1\"/><Say language=\"en-US\">Call O&apos;Brien &lt;now&gt;.</Say>\
                 <Say language=\"en-US\">Press 1.</Say></Gather><Pause length=\"1\"/><Say language=\"en-US\">Left.</Say>\
                 <Hangup/></Response>"
            )
        );
    }

    #[test]
    fn no_key_is_offered_that_nobody_hears_or_that_means_nothing() {
        let told = speech().call(&script(), None);
        assert!(!told.contains("Gather") && !told.contains("Press 1"), "{told}");
        assert!(told.contains("Call &quot;the desk&quot;."), "{told}");
        let quiet = CallScript { menu: String::new(), without_keys: String::new(), ..script() };
        let told = speech().call(&quiet, Some("https://x.example/"));
        assert!(!told.contains("Gather"), "{told}");
        assert_eq!(told.matches("<Say").count(), 3, "{told}");
    }

    #[test]
    fn a_machine_and_an_answer_hear_their_sentences_in_the_chosen_voice() {
        let speech = Speech { language: "en-GB".to_owned(), voice: Some("Polly.\"Amy\"".to_owned()) };
        assert_eq!(
            speech.voicemail(&script()),
            format!(
                "{HEAD}<Pause length=\"1\"/><Say language=\"en-GB\" voice=\"Polly.&quot;Amy&quot;\">Left.</Say><Hangup/></Response>"
            )
        );
        assert_eq!(speech.say_and_end(&[]), format!("{HEAD}<Hangup/></Response>"));
    }
}

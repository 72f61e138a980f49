//! What is wrong in the settings file, on which line, and what was probably meant?

/// A settings file that cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}{message}{}", line_prefix(*.line), hint_suffix(.hint.as_ref()))]
pub struct SettingsError {
    /// The line in the file, from 1, when it is known.
    pub line: Option<usize>,
    /// What is wrong.
    pub message: String,
    /// What to do next.
    pub hint: Option<String>,
}

fn line_prefix(line: Option<usize>) -> String {
    line.map_or_else(String::new, |line| format!("line {line}: "))
}

fn hint_suffix(hint: Option<&String>) -> String {
    hint.map_or_else(String::new, |hint| format!("\n  {hint}"))
}

impl SettingsError {
    /// Reads a small file of settings of its own.
    pub fn reading<T: serde::de::DeserializeOwned>(text: &str) -> Result<T, Self> {
        toml::from_str(text).map_err(|error| Self::of_toml(text, &error))
    }

    /// The error of the TOML reader, with its line and, for an unknown key, the nearest known one.
    pub(super) fn of_toml(text: &str, error: &toml::de::Error) -> Self {
        let line = error.span().map(|span| line_of(text, span.start));
        if let Some((key, known)) = unknown_field(error.message()) {
            let hint = match nearest(&key, &known) {
                Some(near) => format!("did you mean `{near}`?"),
                None => format!("known keys here: {}", known.join(", ")),
            };
            return Self { line, message: format!("unknown key `{key}`"), hint: Some(hint) };
        }
        let zone = error.message().contains("timezone");
        let hint = zone.then(|| "write a name as in \"America/Chicago\"".to_owned());
        Self { line, message: error.message().to_owned(), hint }
    }

    /// An error about the value of `key`, with the first line that sets or opens it.
    pub(super) fn at_key(text: &str, key: &str, message: String) -> Self {
        let line = text.lines().position(|line| {
            let line = line.trim_start().trim_start_matches('[').trim_end();
            line.strip_prefix(key).is_some_and(|rest| rest.trim_start().starts_with(['=', ']']))
        });
        Self { line: line.map(|index| index + 1), message, hint: None }
    }
}

fn line_of(text: &str, offset: usize) -> usize {
    text.bytes().take(offset).filter(|byte| *byte == b'\n').count() + 1
}

/// The key and the known keys in serde's words for an unknown field, the only form in which it hands them out.
fn unknown_field(message: &str) -> Option<(String, Vec<String>)> {
    let rest = message.strip_prefix("unknown field `")?;
    let (key, rest) = rest.split_once('`')?;
    let known = rest.split('`').skip(1).step_by(2).map(str::to_owned).collect();
    Some((key.to_owned(), known))
}

fn nearest<'a>(key: &str, known: &'a [String]) -> Option<&'a String> {
    known
        .iter()
        .map(|candidate| (strsim::damerau_levenshtein(key, candidate), candidate))
        .filter(|(distance, candidate)| *distance <= candidate.len().max(key.len()).div_ceil(3))
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}

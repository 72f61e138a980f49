//! What does the query of a request ask for? Named keys, each once and known, and each said to the API's description.

use axum::http::StatusCode;

use super::super::problem::{Problem, WrongField};

/// How much alike a key must be to a known one to be taken for a slip.
const ALIKE: f64 = 0.8;

/// What a value must be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::web) enum Kind {
    /// A schedule by its name in the settings.
    Schedule,
    /// An instant.
    Time,
    /// A whole number of days from 1 to this.
    Days {
        /// The most.
        most: u32,
        /// What counts without the key.
        default: u32,
    },
    /// `true` or `false`; false when absent.
    Flag,
    /// `true` or `false`; true when absent.
    On,
    /// How many entries.
    Limit,
    /// Where a list goes on.
    Cursor,
}

/// How many entries a list gives at most, and without being asked.
pub(super) const MOST_ENTRIES: u32 = 200;
pub(super) const ENTRIES: u32 = 50;

/// A key that a query may hold.
#[derive(Debug, Clone, Copy)]
pub(in crate::web) struct Key {
    /// Its name.
    pub name: &'static str,
    /// What it means.
    pub about: &'static str,
    /// What its value must be.
    pub kind: Kind,
}

/// The query of a request, decoded.
#[derive(Debug, Default)]
pub(super) struct Query(Vec<(&'static str, String)>);

impl Query {
    /// Reads a query of these keys; every key that is unknown, given twice or of the wrong kind is told.
    pub(super) fn read(raw: Option<&str>, keys: &[Key]) -> Result<Self, Problem> {
        let mut query = Self::default();
        let mut wrong = Vec::new();
        for pair in raw.unwrap_or_default().split('&').filter(|pair| !pair.is_empty()) {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            let Some(name) = decoded(name) else {
                wrong.push(WrongField::new("query", "a key is not percent-encoded UTF-8"));
                continue;
            };
            let Some(key) = keys.iter().find(|key| key.name == name) else {
                wrong.push(unknown(&name, keys.iter().map(|key| key.name)));
                continue;
            };
            match decoded(value).ok_or_else(|| "it is not percent-encoded UTF-8".to_owned()) {
                Err(detail) => wrong.push(WrongField::new(key.name, detail)),
                Ok(_) if query.text(key.name).is_some() => wrong.push(WrongField::new(key.name, "it is given twice")),
                Ok(value) => match checked(key.kind, &value) {
                    Err(detail) => wrong.push(WrongField::new(key.name, detail)),
                    Ok(()) => query.0.push((key.name, value)),
                },
            }
        }
        if wrong.is_empty() {
            Ok(query)
        } else {
            Err(Problem::fields("the query of this address cannot be used", wrong))
        }
    }

    /// The value of a key.
    pub(super) fn text(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(known, _)| *known == name).map(|(_, value)| value.as_str())
    }

    /// Whether a flag is set.
    pub(super) fn flag(&self, name: &str) -> bool {
        self.text(name) == Some("true")
    }

    /// A number.
    pub(super) fn number(&self, name: &str) -> Option<u32> {
        self.text(name)?.parse().ok()
    }
}

/// Whether a value can be of this kind at all; what needs the site to be judged is judged later.
fn checked(kind: Kind, value: &str) -> Result<(), String> {
    let number = |most: u32| match value.parse::<u32>() {
        // Signs and leading zeros have no sense here; one number has one writing.
        Ok(number) if (1..=most).contains(&number) && number.to_string() == value => Ok(()),
        _ => Err(format!("it must be a whole number from 1 to {most}")),
    };
    match kind {
        Kind::Days { most, .. } => number(most),
        Kind::Limit => number(MOST_ENTRIES),
        Kind::Flag | Kind::On if matches!(value, "true" | "false") => Ok(()),
        Kind::Flag | Kind::On => Err("it must be true or false".to_owned()),
        Kind::Schedule | Kind::Time | Kind::Cursor if value.chars().any(char::is_control) => {
            Err("it holds a control character".to_owned())
        }
        Kind::Schedule | Kind::Time | Kind::Cursor => Ok(()),
    }
}

/// What is said of a name that is not known, with the known one that was probably meant.
pub(super) fn unknown(name: &str, known: impl Iterator<Item = &'static str> + Clone) -> WrongField {
    let shown: String = name.chars().filter(|letter| !letter.is_control()).take(60).collect();
    let nearest = known
        .clone()
        .map(|known| (strsim::jaro_winkler(&shown.to_ascii_lowercase(), known), known))
        .max_by(|one, other| one.0.total_cmp(&other.0))
        .filter(|(alike, _)| *alike >= ALIKE);
    let detail = match nearest {
        Some((_, nearest)) => format!("there is no such name; did you mean {nearest}?"),
        None => match known.collect::<Vec<_>>().as_slice() {
            [] => "nothing can be given here".to_owned(),
            known => format!("there is no such name; the names are {}", known.join(", ")),
        },
    };
    WrongField { name: shown, detail }
}

/// The text of a percent-encoded one; `None` when it is none, or no UTF-8.
pub(super) fn decoded(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        let digit = |byte: Option<u8>| char::from(byte?).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
        bytes.push(match byte {
            b'+' => b' ',
            b'%' => digit(rest.next())? * 16 + digit(rest.next())?,
            other => other,
        });
    }
    String::from_utf8(bytes).ok()
}

impl WrongField {
    /// What is wrong with the field of this name.
    pub(super) fn new(name: impl Into<String>, detail: impl Into<String>) -> Self {
        Self { name: name.into(), detail: detail.into() }
    }
}

impl Problem {
    /// A request that cannot be used, by the fields that are wrong.
    pub(super) fn fields(detail: &str, fields: Vec<WrongField>) -> Self {
        Self { fields, ..Self::new(StatusCode::UNPROCESSABLE_ENTITY, detail) }
    }

    /// The same for one field.
    pub(super) fn field(name: &str, detail: impl Into<String>) -> Self {
        Self::fields("this request cannot be used", vec![WrongField::new(name, detail)])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEYS: [Key; 3] = [
        Key { name: "schedule", about: "", kind: Kind::Schedule },
        Key { name: "days", about: "", kind: Kind::Days { most: 3660, default: 14 } },
        Key { name: "all", about: "", kind: Kind::Flag },
    ];

    fn refused(raw: &str) -> Vec<(String, String)> {
        let problem = Query::read(Some(raw), &KEYS).unwrap_err();
        assert_eq!(problem.status, 422);
        problem.fields.into_iter().map(|field| (field.name, field.detail)).collect()
    }

    #[test]
    fn known_keys_are_decoded_and_checked() {
        let query = Query::read(Some("schedule=a%20b+c%C3%A9&days=14&all=true&"), &KEYS).unwrap();
        assert_eq!((query.text("schedule"), query.number("days")), (Some("a b cé"), Some(14)));
        assert!(query.flag("all"));
        assert!(!Query::read(None, &KEYS).unwrap().flag("all"));
    }

    #[test]
    fn everything_that_is_wrong_is_told_by_its_name() {
        let all = refused("schedul=aims&days=0&all=yes");
        assert_eq!(all[0].1, "there is no such name; did you mean schedule?");
        assert_eq!(all.iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>(), ["schedul", "days", "all"]);
        for raw in ["days=+1", "days=01", "days=99999999999999999999", "days=", "schedule=%00", "schedule=%ff", "%=1"] {
            assert_eq!(refused(raw).len(), 1, "{raw}");
        }
        assert_eq!(refused("all=true&all=true")[0].1, "it is given twice");
        assert!(refused("zzz=1")[0].1.ends_with("the names are schedule, days, all"));
    }
}

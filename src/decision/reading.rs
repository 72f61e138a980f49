//! Which answer does a typed word mean? One reading for the command line, the stream of answers and the web.

use super::{Affected, Answer, Device, Given, Partner, Partners, Question};

/// Why a word is no answer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{text:?} is no answer to {key}; write {allowed}{suggestion}")]
pub struct Unreadable {
    key: &'static str,
    text: String,
    allowed: &'static str,
    suggestion: String,
}

impl Question {
    /// The name in the JSON of `decide --answers -` (contract 3).
    pub const fn key(self) -> &'static str {
        match self {
            Self::Outage => "outage",
            Self::Partner => "partner",
            Self::Ptp => "ptp",
            Self::Affected => "affected",
            Self::Vip => "vip",
            Self::HdCanHelp => "hd_can_help",
            Self::Device => "device",
            Self::Critical => "critical",
            Self::Judgement => "judgement",
        }
    }

    /// The question of this name.
    pub fn named(key: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|question| question.key() == key)
    }

    /// What `text` answers to this question, without regard to case. `plain` is another word for `gds`;
    /// for the partner question a department of `partners.csv` stands for its group.
    pub fn read(self, text: &str, partners: &Partners) -> Result<Given, Unreadable> {
        let word = text.trim().to_ascii_lowercase();
        let answer = || match word.as_str() {
            "yes" | "y" => Some(Answer::Yes),
            "no" | "n" => Some(Answer::No),
            "unknown" | "?" => Some(Answer::Unknown),
            _ => None,
        };
        let given = match self {
            Self::Outage => answer().map(Given::Outage),
            Self::Ptp => answer().map(Given::Ptp),
            Self::Vip => answer().map(Given::Vip),
            Self::HdCanHelp => answer().map(Given::HdCanHelp),
            Self::Critical => answer().map(Given::Critical),
            Self::Judgement => answer().map(Given::Judgement),
            Self::Partner => partner(&word).or_else(|| Some(partners.find(text)?.group.partner())).map(Given::Partner),
            Self::Affected => match word.as_str() {
                "one" => Some(Given::Affected(Affected::One)),
                "many" => Some(Given::Affected(Affected::Many)),
                "unknown" | "?" => Some(Given::Affected(Affected::Unknown)),
                _ => None,
            },
            Self::Device => match word.as_str() {
                "departmental" => Some(Given::Device(Device::Departmental)),
                "personal" => Some(Given::Device(Device::Personal)),
                "unknown" | "?" => Some(Given::Device(Device::Unknown)),
                _ => None,
            },
        };
        given.ok_or_else(|| self.unreadable(text, partners))
    }

    /// What a JSON boolean answers: yes or no, where the question takes those.
    pub fn read_flag(self, flag: bool, partners: &Partners) -> Result<Given, Unreadable> {
        let (word, shown) = if flag { ("yes", "true") } else { ("no", "false") };
        match self {
            Self::Partner => Err(self.unreadable(shown, partners)),
            _ => self.read(word, partners).map_err(|_| self.unreadable(shown, partners)),
        }
    }

    /// The refusal of `text`, with the words that would do and, for a department, close names.
    pub fn unreadable(self, text: &str, partners: &Partners) -> Unreadable {
        let close = if self == Self::Partner { partners.suggest(text) } else { Vec::new() };
        let suggestion = match close.as_slice() {
            [] => String::new(),
            names => {
                format!("; close: {}", names.iter().map(|name| format!("{name:?}")).collect::<Vec<_>>().join(", "))
            }
        };
        let allowed = match self {
            Self::Partner => "aims, gds, none, unknown or a department of partners.csv",
            Self::Affected => "one, many or unknown",
            Self::Device => "departmental, personal or unknown",
            _ => "yes, no or unknown",
        };
        Unreadable { key: self.key(), text: text.to_owned(), allowed, suggestion }
    }
}

impl Given {
    /// The word that [`Question::read`] reads as this answer.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Partner(Partner::Aims) => "aims",
            Self::Partner(Partner::Gds) => "gds",
            Self::Partner(Partner::None) => "none",
            Self::Affected(Affected::One) => "one",
            Self::Affected(Affected::Many) => "many",
            Self::Device(Device::Departmental) => "departmental",
            Self::Device(Device::Personal) => "personal",
            Self::Partner(Partner::Unknown) | Self::Affected(Affected::Unknown) | Self::Device(Device::Unknown) => {
                "unknown"
            }
            Self::Outage(answer)
            | Self::Ptp(answer)
            | Self::Vip(answer)
            | Self::HdCanHelp(answer)
            | Self::Critical(answer)
            | Self::Judgement(answer) => match answer {
                Answer::Yes => "yes",
                Answer::No => "no",
                Answer::Unknown => "unknown",
            },
        }
    }
}

fn partner(word: &str) -> Option<Partner> {
    match word {
        "aims" => Some(Partner::Aims),
        "gds" | "plain" => Some(Partner::Gds),
        "none" => Some(Partner::None),
        "unknown" | "?" => Some(Partner::Unknown),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schedule::grid::Grid;

    fn partners() -> Partners {
        let rows = vec![(1, ["department", "group"]), (2, ["Land Records", "gds"]), (3, ["Apiary", "aims"])];
        Partners::read(&Grid::of("partners.csv", rows)).0
    }

    #[test]
    fn words_are_read_without_case_and_a_department_stands_for_its_group() {
        let partners = partners();
        assert_eq!(Question::Critical.read(" YES ", &partners), Ok(Given::Critical(Answer::Yes)));
        assert_eq!(Question::Partner.read("plain", &partners), Ok(Given::Partner(Partner::Gds)));
        assert_eq!(Question::Partner.read("apiary", &partners), Ok(Given::Partner(Partner::Aims)));
        assert_eq!(Question::Affected.read("many", &partners), Ok(Given::Affected(Affected::Many)));
        assert_eq!(Question::Vip.read_flag(false, &partners), Ok(Given::Vip(Answer::No)));
    }

    #[test]
    fn a_refusal_names_the_words_that_would_do() {
        let partners = partners();
        let refused = |result: Result<Given, Unreadable>| result.unwrap_err().to_string();
        assert_eq!(
            refused(Question::Device.read("perhaps", &partners)),
            "\"perhaps\" is no answer to device; write departmental, personal or unknown"
        );
        assert_eq!(
            refused(Question::Partner.read("Land Record", &partners)),
            "\"Land Record\" is no answer to partner; write aims, gds, none, unknown or a department of partners.csv; \
             close: \"Land Records\""
        );
        assert_eq!(
            refused(Question::Partner.read_flag(true, &partners)),
            "\"true\" is no answer to partner; write aims, gds, none, unknown or a department of partners.csv"
        );
        assert!(Question::Device.read_flag(true, &partners).is_err());
    }

    #[test]
    fn every_question_is_found_under_its_key_and_its_option() {
        for question in Question::ALL {
            assert_eq!(Question::named(question.key()), Some(question));
            for given in question.possible() {
                assert_eq!(question.read(given.word(), &Partners::default()), Ok(*given));
            }
            assert_eq!(question.flag(), format!("--{}", question.key().replace('_', "-")));
        }
        assert_eq!(Question::named("devise"), None);
    }
}

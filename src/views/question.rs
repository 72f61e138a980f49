//! In which shape is "what the procedure asks next" handed out?

use serde::Serialize;
use utoipa::ToSchema;

use super::decision::DecisionView;
use crate::decision::{Affected, Answer, Circumstances, Device, Partner, Question};
use crate::wording::decision::Desk;
use crate::wording::questions;

/// How far a case is decided.
#[derive(Clone, Serialize, ToSchema)]
pub struct Decided {
    /// What the procedure says; `null` while a question is open whose answer can change it.
    pub decision: Option<DecisionView>,
    /// The next question; `null` once it is decided.
    pub next: Option<QuestionView>,
    /// The fields that may still be needed, in the order of the questions.
    pub missing: Vec<&'static str>,
}

/// A question to the agent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct QuestionView {
    /// The field that answers it.
    pub field: &'static str,
    /// The question.
    pub text: String,
    /// How to find out.
    pub help: String,
    /// What can be answered; a department of partners.csv answers `partner` too.
    pub choices: Vec<ChoiceView>,
}

/// An answer that a question can have.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct ChoiceView {
    /// The value of the field.
    pub value: &'static str,
    /// The key on a terminal.
    pub key: char,
    /// The answer in words.
    pub words: &'static str,
}

impl QuestionView {
    /// A question, with what the desk knows about it.
    pub fn new(question: Question, desk: &Desk, circumstances: &Circumstances) -> Self {
        let choice =
            |choice: questions::Choice| ChoiceView { value: value(choice.given), key: choice.key, words: choice.words };
        Self {
            field: question.key(),
            text: questions::text(question, desk, circumstances),
            help: questions::help(question, desk),
            choices: questions::choices(question).map(choice).collect(),
        }
    }
}

/// An answer as fields and options write it.
pub fn value(given: crate::decision::question::Given) -> &'static str {
    use crate::decision::question::Given as G;
    match given {
        G::Outage(answer)
        | G::Ptp(answer)
        | G::Vip(answer)
        | G::HdCanHelp(answer)
        | G::Critical(answer)
        | G::Judgement(answer) => plain(answer),
        G::Partner(Partner::Aims) => "aims",
        G::Partner(Partner::Gds) => "gds",
        G::Partner(Partner::None) => "none",
        G::Affected(Affected::One) => "one",
        G::Affected(Affected::Many) => "many",
        G::Device(Device::Departmental) => "departmental",
        G::Device(Device::Personal) => "personal",
        G::Partner(Partner::Unknown) | G::Affected(Affected::Unknown) | G::Device(Device::Unknown) => "unknown",
    }
}

fn plain(answer: Answer) -> &'static str {
    match answer {
        Answer::Yes => "yes",
        Answer::No => "no",
        Answer::Unknown => "unknown",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::decision::Partners;

    #[test]
    fn every_value_is_read_as_the_answer_it_stands_for() {
        for question in Question::ALL {
            for choice in questions::choices(question) {
                assert_eq!(question.read(value(choice.given), &Partners::default()), Ok(choice.given));
            }
        }
    }
}

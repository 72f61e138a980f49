//! What has an agent given so far, and what is asked next? The form of a case, between two requests.
//!
//! Answers that another answer made needless stay in the form, so that nobody loses them by looking back; what is decided
//! is decided on those alone that the procedure asks for.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::briefing::{Typed, Unfit};
use super::decided::DecidedCase;
use crate::decision::{Answers, Circumstances, Given, Interview, Partners, Question};
use crate::episode::briefing::Briefing;
use crate::site::Site;

/// The form of one case. It may say who the customer is: there is no `Debug`.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Form {
    /// The answers by the question's name, as [`Question::read`] reads them.
    answers: BTreeMap<String, String>,
    /// The department as `partners.csv` writes it, when the partner was given by its name.
    pub department: Option<String>,
    /// The case number.
    pub case: String,
    /// The customer's name as it was typed.
    pub customer: String,
    /// The customer's telephone number as it was typed.
    pub phone: String,
    /// The problem as it was typed.
    pub summary: String,
}

/// How far the procedure's questions are answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Walk {
    /// What was asked and answered, in the order in which an agent speaks.
    pub given: Vec<Given>,
    /// The same as the procedure's table reads it.
    pub answers: Answers,
    /// What must be asked next; `None` when what is done is settled.
    pub open: Option<Question>,
}

impl Form {
    /// An empty form of a case.
    pub fn of_case(case: String) -> Self {
        Self { case, ..Self::default() }
    }

    /// What was written by [`Form::json`]; `None` for anything else.
    pub fn read(json: &str) -> Option<Self> {
        // A list would be read as the values of the form in their order.
        let value: serde_json::Value = serde_json::from_str(json).ok()?;
        value.is_object().then(|| serde_json::from_value(value).ok())?
    }

    /// The form as a text that [`Form::read`] reads. It may say who the customer is.
    pub fn json(&self) -> String {
        // Strings in a map: there is nothing in it that JSON cannot say.
        serde_json::to_string(self).unwrap_or_default()
    }

    /// The answer that stands in the form, whether or not it still counts.
    pub fn answer(&self, question: Question) -> Option<Given> {
        question.read(self.answers.get(question.key())?, &Partners::default()).ok()
    }

    /// Takes an answer. Another partner is another department.
    pub fn give(&mut self, given: Given) {
        self.answers.insert(given.question().key().to_owned(), given.word().to_owned());
        if given.question() == Question::Partner {
            self.department = None;
        }
    }

    /// Takes a department's name for the answer to the partner question; false, with nothing changed, when none has it.
    pub fn give_department(&mut self, name: &str, partners: &Partners) -> bool {
        let Some(found) = partners.find(name) else { return false };
        self.give(Given::Partner(found.group.partner()));
        self.department = Some(found.name.clone());
        true
    }

    /// How far the questions are answered under these circumstances.
    pub fn walk(&self, circumstances: &Circumstances) -> Walk {
        let mut interview = Interview::default();
        let mut given = Vec::new();
        loop {
            let open = interview.next(circumstances);
            match open.and_then(|question| self.answer(question)) {
                Some(answer) => {
                    interview.give(answer);
                    given.push(answer);
                }
                None => return Walk { given, answers: *interview.answers(), open },
            }
        }
    }

    /// Whether one of the three facts besides the case number was given.
    pub fn has_facts(&self) -> bool {
        [&self.customer, &self.phone, &self.summary].iter().any(|fact| !fact.trim().is_empty())
    }

    /// The facts as a technician gets them, or every field that cannot be used.
    pub fn checked(&self, site: &Site) -> Result<Briefing, Vec<Unfit>> {
        let Self { department, case, customer, phone, summary, .. } = self;
        Typed { case, customer, phone, summary, department: department.as_deref() }.checked(site)
    }
}

impl Walk {
    /// The decision, once nothing is asked any more.
    pub fn decided(&self, circumstances: Circumstances) -> Option<DecidedCase> {
        self.open.is_none().then(|| DecidedCase::new(self.answers, circumstances))
    }

    /// The question before `question`, or the last one when `None`.
    pub fn before(&self, question: Option<Question>) -> Option<Question> {
        let place = question.and_then(|question| self.given.iter().position(|given| given.question() == question));
        let before = place.unwrap_or(self.given.len()).checked_sub(1)?;
        self.given.get(before).map(|given| given.question())
    }
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;

    use super::*;
    use crate::decision::{Answer, Device, Outcome, Partner};

    fn night() -> Circumstances {
        Circumstances { at: DateTime::UNIX_EPOCH, general_hd_open: true, cps_open: false, next_cps_opening: None }
    }

    fn paging() -> Form {
        let mut form = Form::of_case("1234567".to_owned());
        for given in [
            Given::Outage(Answer::No),
            Given::Partner(Partner::Aims),
            Given::HdCanHelp(Answer::No),
            Given::Device(Device::Departmental),
            Given::Critical(Answer::Yes),
        ] {
            assert_eq!(form.walk(&night()).open, Some(given.question()));
            form.give(given);
        }
        form
    }

    #[test]
    fn questions_come_in_their_order_until_the_outcome_is_settled() {
        let form = paging();
        let walk = form.walk(&night());
        assert_eq!(walk.open, None);
        assert_eq!(walk.decided(night()).unwrap().decision.outcome, Outcome::Page);
        assert_eq!(walk.before(None), Some(Question::Critical));
        assert_eq!(walk.before(Some(Question::Partner)), Some(Question::Outage));
        assert_eq!(walk.before(Some(Question::Outage)), None);
        assert!(Form::read(&form.json()) == Some(form));
        assert!(Form::read("[]").is_none());
    }

    #[test]
    fn an_answer_that_is_changed_back_has_cost_nothing() {
        let mut form = paging();
        form.give(Given::Outage(Answer::Yes));
        let walk = form.walk(&night());
        assert_eq!((walk.given.len(), walk.open), (1, None));
        assert_eq!(walk.answers.partner, Partner::Unknown, "what is not asked does not count");
        form.give(Given::Outage(Answer::No));
        assert!(form == paging());
    }

    #[test]
    fn a_word_that_is_no_answer_is_asked_for_again() {
        let mut form = paging();
        form.answers.insert("device".to_owned(), "perhaps".to_owned());
        assert_eq!(form.walk(&night()).open, Some(Question::Device));
    }
}

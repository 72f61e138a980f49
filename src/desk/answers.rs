//! What was answered, in words, to the procedure's questions? Options, a form and a request are read one way.

use crate::decision::{Answers, Asked, Partners, Question, Unreadable};

/// What was given.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Given {
    /// The answers; unknown where nothing was said.
    pub answers: Answers,
    /// Which questions were answered.
    pub asked: Asked,
    /// The department as `partners.csv` writes it, when the partner was given by its name.
    pub department: Option<String>,
}

/// An answer that cannot be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnreadableAnswer {
    /// The question it was given to.
    pub question: Question,
    /// What is wrong with it.
    pub error: Unreadable,
}

/// Reads the answer to every question that has a text; the first that cannot be read is an error.
pub fn read<'a>(
    text: impl Fn(Question) -> Option<&'a str>,
    partners: &Partners,
) -> Result<Given, Box<UnreadableAnswer>> {
    let mut given = Given::default();
    for question in Question::ALL {
        let Some(text) = text(question) else { continue };
        let answer = question.read(text, partners).map_err(|error| Box::new(UnreadableAnswer { question, error }))?;
        answer.apply(&mut given.answers);
        given.asked.insert(question);
    }
    given.department =
        text(Question::Partner).and_then(|text| partners.find(text)).map(|department| department.name.clone());
    Ok(given)
}

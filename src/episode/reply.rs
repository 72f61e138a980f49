//! What does a text that came back say, and which page does it mean? A table of words and a number that is known,
//! nothing else (contract 5.6): what is not listed is not understood, and is answered instead of guessed.
//!
//! Called by the engine, which then reports what is meant to the page it means.

use super::briefing::case_key;
use super::event::{Meant, Purpose};
use super::state::State;

/// What a text says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Word {
    /// "I have it."
    HaveIt,
    /// "I cannot."
    Cannot,
    /// "The customer was called back."
    CalledBack,
    /// Send no more texts to this number (domain 3, STOP).
    Stop,
    /// Send texts to this number again.
    Start,
}

/// A text that was understood.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Understood {
    /// What it says.
    pub word: Word,
    /// The case it names, as its key.
    pub case: Option<String>,
    /// All its digits, where the digit and the case were written without a blank: together they may be a case as well.
    whole: Option<String>,
}

/// What each text means once capitals, punctuation and blanks do not count, without its case number.
const WORDS: [(&str, Word); 32] = [
    ("1", Word::HaveIt),
    ("ok", Word::HaveIt),
    ("okay", Word::HaveIt),
    ("got it", Word::HaveIt),
    ("i got it", Word::HaveIt),
    ("ive got it", Word::HaveIt),
    ("have it", Word::HaveIt),
    ("i have it", Word::HaveIt),
    ("ack", Word::HaveIt),
    ("acknowledged", Word::HaveIt),
    ("on it", Word::HaveIt),
    ("im on it", Word::HaveIt),
    ("1 ok", Word::HaveIt),
    ("1 got it", Word::HaveIt),
    ("1 have it", Word::HaveIt),
    ("1 i have it", Word::HaveIt),
    ("1 i got it", Word::HaveIt),
    ("2", Word::Cannot),
    ("no", Word::Cannot),
    ("cannot", Word::Cannot),
    ("can not", Word::Cannot),
    ("cant", Word::Cannot),
    ("i cannot", Word::Cannot),
    ("i can not", Word::Cannot),
    ("i cant", Word::Cannot),
    ("2 cannot", Word::Cannot),
    ("2 cant", Word::Cannot),
    ("9", Word::CalledBack),
    ("called", Word::CalledBack),
    ("called back", Word::CalledBack),
    ("9 called", Word::CalledBack),
    ("done", Word::CalledBack),
];

/// The single words by which carriers and providers block a number's texts, and by which they let them through again.
const STOPS: [&str; 9] = ["stop", "stopall", "stop all", "unsubscribe", "cancel", "end", "quit", "revoke", "optout"];
const STARTS: [&str; 2] = ["start", "unstop"];
/// Lets texts through again, but only for somebody who had blocked them.
const STARTS_IF_STOPPED: &str = "yes";

/// What may stand before a case number and says nothing.
const BEFORE_CASE: [&str; 7] = ["inc", "case", "ticket", "cs", "ritm", "req", "task"];

/// Digits of a number that is a case number and not what to do with it.
const SHORTEST_CASE: usize = 3;

/// Reads a text; `stopped` says whether its sender has blocked texts. `None` when it is not in the table.
pub fn understand(text: &str, stopped: bool) -> Option<Understood> {
    let mut tokens = tokens(text);
    let said = tokens.join(" ");
    let alone = |word| Some(Understood { word, case: None, whole: None });
    if STOPS.contains(&said.as_str()) {
        return alone(Word::Stop);
    }
    if STARTS.contains(&said.as_str()) || (stopped && said == STARTS_IF_STOPPED) {
        return alone(Word::Start);
    }
    let is_case = |token: &String| token.len() >= SHORTEST_CASE && token.bytes().all(|it| it.is_ascii_digit());
    let Some(place) = tokens.iter().position(is_case) else { return alone(listed(&said)?) };
    let number = tokens.remove(place);
    let before = place
        .checked_sub(1)
        .filter(|before| tokens.get(*before).is_some_and(|token| BEFORE_CASE.contains(&token.as_str())));
    if let Some(before) = before {
        tokens.remove(before);
    }
    if !tokens.is_empty() {
        // A second number is left over, and no word of the table has one.
        return Some(Understood { word: listed(&tokens.join(" "))?, case: Some(number), whole: None });
    }
    let (digit, case) = number.split_at_checked(1).filter(|_| before.is_none())?;
    Some(Understood { word: listed(digit)?, case: Some(case.to_owned()), whole: Some(number.clone()) })
}

fn listed(said: &str) -> Option<Word> {
    WORDS.iter().find(|(words, _)| *words == said).map(|(_, word)| *word)
}

/// Words and numbers in lower case. Apostrophes are left out; everything else that is neither separates.
fn tokens(text: &str) -> Vec<String> {
    let mut tokens: Vec<String> = Vec::new();
    let mut last = None;
    for letter in text.chars().filter(|letter| !matches!(letter, '\'' | '\u{2019}' | '`')) {
        let kind = letter.is_alphanumeric().then(|| letter.is_numeric());
        if let Some(token) = tokens.last_mut().filter(|_| kind.is_some() && kind == last) {
            token.extend(letter.to_lowercase());
        } else if kind.is_some() {
            tokens.push(letter.to_lowercase().collect());
        }
        last = kind;
    }
    tokens
}

/// Which of these pages a reply means, by its place, and what it says to it; `None` when it means none of them.
///
/// `pages` are the open ones that know the sender's `number` and had begun when the reply came, the newest first. One
/// that still waits is meant rather than one that somebody has, and one that the sender was asked to take rather than
/// one whose ladder will only come to them. Where several are left nothing is done, and the answer lists them.
pub fn bind(pages: &[&State], number: &str, understood: Option<&Understood>) -> Option<(usize, Meant)> {
    let all: Vec<usize> = (0..pages.len()).collect();
    let those = |of: &[usize], which: &dyn Fn(&State) -> bool| -> Vec<usize> {
        of.iter().copied().filter(|place| pages.get(*place).is_some_and(|page| which(page))).collect()
    };
    let asked = |page: &State| was_asked(page, number);
    let prefer_asked = |of: Vec<usize>| {
        let better = those(&of, &asked);
        if better.is_empty() { of } else { better }
    };
    let owned = those(&all, &|page| owns(page, number) && page.drill.is_none());
    // A drill never comes between a page and its answer.
    let pages_waiting = those(&all, &|page| waits(page) && page.drill.is_none());
    let only_a_drill = pages_waiting.is_empty();
    let waiting = prefer_asked(if only_a_drill { those(&all, &waits) } else { pages_waiting });
    let newest_asked = prefer_asked(all.clone()).first().copied();
    let unclear = waiting.first().or(owned.first()).copied().or(newest_asked).map(|place| (place, Meant::Unclear));
    let Some(Understood { word, case, whole }) = understood else { return unclear };
    let meant = match word {
        Word::HaveIt => Meant::HaveIt,
        Word::Cannot => Meant::Cannot,
        Word::CalledBack => Meant::CalledBack,
        Word::Stop | Word::Start => return None,
    };
    let one_of = |places: &[usize]| match places {
        [] => None,
        [one] => Some((*one, meant.clone())),
        [newest, ..] => {
            let cases = places.iter().filter_map(|place| Some(pages.get(*place)?.case.clone())).collect();
            Some((*newest, Meant::Several { cases }))
        }
    };
    if let Some(case) = case {
        let named = |number: &str| those(&all, &|page| case_key(&page.case) == case_key(number));
        if whole.as_ref().is_some_and(|whole| !named(whole).is_empty()) {
            return unclear;
        }
        return named(case).first().map(|place| (*place, meant));
    }
    let (first, second) = match word {
        Word::CalledBack => (those(&owned, &|page| page.called_back.is_none()), waiting),
        Word::Cannot if only_a_drill => (owned, waiting),
        Word::Cannot => (waiting, owned),
        _ => (waiting, Vec::new()),
    };
    one_of(&first).or_else(|| one_of(&second)).or_else(|| Some((newest_asked?, meant.clone())))
}

/// Whether nobody has the page yet.
pub fn waits(page: &State) -> bool {
    page.acknowledged.is_none() && page.cancelled.is_none()
}

/// Whether `number` was sent a message that asks to take the page.
pub fn was_asked(page: &State, number: &str) -> bool {
    page.attempts
        .iter()
        .any(|tried| asks(tried.attempt.purpose) && tried.attempt.contact.phone.as_deref() == Some(number))
}

/// Whether a message asks for `1` or `2`.
pub fn asks(purpose: Purpose) -> bool {
    matches!(purpose, Purpose::Page | Purpose::Exhausted)
}

fn owns(page: &State, number: &str) -> bool {
    let owner = page.acknowledged.as_ref();
    owner.is_some_and(|owner| page.contact_at(number).is_some_and(|contact| contact.is_called(&owner.by)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_and_nothing_else_is_understood() {
        use Word::{CalledBack, Cannot, HaveIt, Start, Stop};
        let table: &[(&str, Option<(Word, &str)>)] = &[
            ("1", Some((HaveIt, ""))),
            (" 1 \n", Some((HaveIt, ""))),
            ("1.", Some((HaveIt, ""))),
            ("OK!", Some((HaveIt, ""))),
            ("Got it", Some((HaveIt, ""))),
            ("I  HAVE IT.", Some((HaveIt, ""))),
            ("i got it", Some((HaveIt, ""))),
            ("I\u{2019}m on it", Some((HaveIt, ""))),
            ("ack", Some((HaveIt, ""))),
            ("On it 1234567", Some((HaveIt, "1234567"))),
            ("ok1234567", Some((HaveIt, "1234567"))),
            ("1 1234567", Some((HaveIt, "1234567"))),
            ("1234567 1", Some((HaveIt, "1234567"))),
            ("11234567", Some((HaveIt, "1234567"))),
            ("1: INC 1234567!", Some((HaveIt, "1234567"))),
            ("1, case #1234567", Some((HaveIt, "1234567"))),
            ("2", Some((Cannot, ""))),
            ("2 inc1234567", Some((Cannot, "1234567"))),
            ("No", Some((Cannot, ""))),
            ("can't", Some((Cannot, ""))),
            ("I can\u{2019}t.", Some((Cannot, ""))),
            ("can not", Some((Cannot, ""))),
            ("9", Some((CalledBack, ""))),
            ("9 1234567", Some((CalledBack, "1234567"))),
            ("Called back!", Some((CalledBack, ""))),
            ("done", Some((CalledBack, ""))),
            ("STOP", Some((Stop, ""))),
            ("stop.", Some((Stop, ""))),
            ("Stop all", Some((Stop, ""))),
            ("CANCEL", Some((Stop, ""))),
            ("start", Some((Start, ""))),
            ("UNSTOP", Some((Start, ""))),
            ("", None),
            ("\u{1f44d}", None),
            ("3", None),
            ("12", None),
            ("yes", None),
            ("1 tomorrow", None),
            ("1 not 1234567", None),
            ("2 INC", None),
            ("inc11234567", None),
            ("I have it 1", None),
            ("1 2", None),
            ("1 1234567 7654321", None),
            ("please stop", None),
            ("cancel 1234567", None),
            ("\u{661}", None),
            ("Liked \u{201c}UW HD PAGE AIMS 1234567: call Pat Q\u{201d}", None),
        ];
        for (text, expected) in table {
            let seen = understand(text, false).map(|it| (it.word, it.case.unwrap_or_default()));
            assert_eq!(seen, expected.map(|(word, case)| (word, case.to_owned())), "{text:?}");
        }
        assert_eq!(understand("YES", true).map(|it| it.word), Some(Word::Start), "only from somebody who stopped");
    }
}

//! Which question must be asked next, and which never? Exactly those whose answer can still change what is done.
//!
//! `next` walks the procedure in the order in which an agent speaks. "Unknown" as a given answer differs from "not
//! asked yet": what was asked is kept in `Asked`, beside the answers.

use super::{Affected, Answer, Answers, Circumstances, Device, Partner};

/// A question to the agent or through the agent to the caller.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Question {
    /// Does it look like an outage (A85)?
    Outage,
    /// Which contract partner is the caller (A33, A43)?
    Partner,
    /// Is the caller flagged as a Primary Tech Partner (B15)?
    Ptp,
    /// How many people are affected (B11)?
    Affected,
    /// Is a VIP affected (B11)?
    Vip,
    /// Can the Help Desk fix it (A19)?
    HdCanHelp,
    /// Whose computer is it (A19, A20)?
    Device,
    /// Is it a critical work stoppage (A23)?
    Critical,
    /// Does the agent judge it an emergency (A75)?
    Judgement,
}

impl Question {
    /// Every question in the order in which an agent speaks.
    pub const ALL: [Self; 9] = [
        Self::Outage,
        Self::Partner,
        Self::Ptp,
        Self::Affected,
        Self::Vip,
        Self::HdCanHelp,
        Self::Device,
        Self::Critical,
        Self::Judgement,
    ];

    /// The option of the command line that answers it.
    pub const fn flag(self) -> &'static str {
        match self {
            Self::Outage => "--outage",
            Self::Partner => "--partner",
            Self::Ptp => "--ptp",
            Self::Affected => "--affected",
            Self::Vip => "--vip",
            Self::HdCanHelp => "--hd-can-help",
            Self::Device => "--device",
            Self::Critical => "--critical",
            Self::Judgement => "--judgement",
        }
    }

    /// Every answer it can have; "unknown" is the last.
    pub const fn possible(self) -> &'static [Given] {
        use Answer::{No, Unknown, Yes};
        use Given as G;
        match self {
            Self::Outage => &[G::Outage(Yes), G::Outage(No), G::Outage(Unknown)],
            Self::Partner => &[
                G::Partner(Partner::Aims),
                G::Partner(Partner::Gds),
                G::Partner(Partner::None),
                G::Partner(Partner::Unknown),
            ],
            Self::Ptp => &[G::Ptp(Yes), G::Ptp(No), G::Ptp(Unknown)],
            Self::Affected => {
                &[G::Affected(Affected::Many), G::Affected(Affected::One), G::Affected(Affected::Unknown)]
            }
            Self::Vip => &[G::Vip(Yes), G::Vip(No), G::Vip(Unknown)],
            Self::HdCanHelp => &[G::HdCanHelp(Yes), G::HdCanHelp(No), G::HdCanHelp(Unknown)],
            Self::Device => &[G::Device(Device::Departmental), G::Device(Device::Personal), G::Device(Device::Unknown)],
            Self::Critical => &[G::Critical(Yes), G::Critical(No), G::Critical(Unknown)],
            Self::Judgement => &[G::Judgement(Yes), G::Judgement(No), G::Judgement(Unknown)],
        }
    }
}

/// An answer together with its question.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Given {
    /// To `Question::Outage`.
    Outage(Answer),
    /// To `Question::Partner`.
    Partner(Partner),
    /// To `Question::Ptp`.
    Ptp(Answer),
    /// To `Question::Affected`.
    Affected(Affected),
    /// To `Question::Vip`.
    Vip(Answer),
    /// To `Question::HdCanHelp`.
    HdCanHelp(Answer),
    /// To `Question::Device`.
    Device(Device),
    /// To `Question::Critical`.
    Critical(Answer),
    /// To `Question::Judgement`.
    Judgement(Answer),
}

impl Given {
    /// The question it answers.
    pub const fn question(self) -> Question {
        match self {
            Self::Outage(_) => Question::Outage,
            Self::Partner(_) => Question::Partner,
            Self::Ptp(_) => Question::Ptp,
            Self::Affected(_) => Question::Affected,
            Self::Vip(_) => Question::Vip,
            Self::HdCanHelp(_) => Question::HdCanHelp,
            Self::Device(_) => Question::Device,
            Self::Critical(_) => Question::Critical,
            Self::Judgement(_) => Question::Judgement,
        }
    }

    /// Writes it into `answers`.
    pub const fn apply(self, answers: &mut Answers) {
        match self {
            Self::Outage(answer) => answers.outage = answer,
            Self::Partner(partner) => answers.partner = partner,
            Self::Ptp(answer) => answers.ptp = answer,
            Self::Affected(affected) => answers.affected = affected,
            Self::Vip(answer) => answers.vip = answer,
            Self::HdCanHelp(answer) => answers.hd_can_help = answer,
            Self::Device(device) => answers.device = device,
            Self::Critical(answer) => answers.critical = answer,
            Self::Judgement(answer) => answers.judgement = answer,
        }
    }
}

/// The questions that have been asked, whatever the answer was.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Asked(u16);

impl Asked {
    /// Whether `question` has been asked.
    pub const fn contains(self, question: Question) -> bool {
        self.0 & Self::bit(question) != 0
    }

    /// Notes that `question` has been asked.
    pub const fn insert(&mut self, question: Question) {
        self.0 |= Self::bit(question);
    }

    /// Notes that `question` is open again.
    pub const fn remove(&mut self, question: Question) {
        self.0 &= !Self::bit(question);
    }

    const fn bit(question: Question) -> u16 {
        1 << question as u16
    }
}

/// The next question whose answer can change what is done; `None` when the outcome and its schedule are settled.
///
/// A question whose answer could only lead to another row with the same outcome is not asked: the caller is on the line.
pub fn next(answers: &Answers, asked: Asked, circumstances: &Circumstances) -> Option<Question> {
    let open = |question| (!asked.contains(question)).then_some(question);
    if !circumstances.general_hd_open {
        return None;
    }
    if let Some(question) = open(Question::Outage) {
        return Some(question);
    }
    if answers.outage == Answer::Yes {
        return None;
    }
    // D4: with CPS closed a partner of any kind gets a normal case.
    let normal_for_partners =
        !circumstances.cps_open && (answers.hd_can_help == Answer::Yes || answers.device == Device::Personal);
    if let Some(question) = open(Question::Partner) {
        let may_be_ptp = !asked.contains(Question::Ptp) || answers.ptp == Answer::Yes;
        return (!normal_for_partners || may_be_ptp).then_some(question);
    }
    if answers.partner == Partner::None {
        return next_for_ptp(answers, asked);
    }
    if circumstances.cps_open || normal_for_partners {
        return None;
    }
    if let Some(question) = open(Question::HdCanHelp).or_else(|| open(Question::Device)) {
        return Some(question);
    }
    let unsure = answers.partner == Partner::Unknown
        || answers.hd_can_help == Answer::Unknown
        || answers.device == Device::Unknown;
    if unsure {
        return None;
    }
    open(Question::Critical).or_else(|| {
        let judgement_counts = answers.critical == Answer::Yes && answers.partner == Partner::Gds;
        open(Question::Judgement).filter(|_| judgement_counts)
    })
}

/// The part of a caller who is no contract partner (domain 1.6).
fn next_for_ptp(answers: &Answers, asked: Asked) -> Option<Question> {
    let open = |question| (!asked.contains(question)).then_some(question);
    if let Some(question) = open(Question::Ptp) {
        return Some(question);
    }
    let settled = answers.ptp != Answer::Yes || answers.affected == Affected::Many || answers.vip == Answer::Yes;
    if settled { None } else { open(Question::Affected).or_else(|| open(Question::Vip)) }
}

/// The command line's options that may still be needed, in the order of the questions; empty when the outcome is settled.
///
/// Takes a caller whose partner is not given for a partner: those of a Primary Tech Partner are named only once
/// `--partner none` is given.
pub fn missing(answers: &Answers, asked: Asked, circumstances: &Circumstances) -> Vec<&'static str> {
    let mut found = Asked::default();
    collect_missing(answers, asked, circumstances, &mut found);
    Question::ALL.into_iter().filter(|question| found.contains(*question)).map(Question::flag).collect()
}

fn collect_missing(answers: &Answers, asked: Asked, circumstances: &Circumstances, found: &mut Asked) {
    let Some(question) = next(answers, asked, circumstances) else { return };
    found.insert(question);
    for given in question.possible() {
        if *given == Given::Partner(Partner::None) {
            continue;
        }
        let (mut answers, mut asked) = (*answers, asked);
        given.apply(&mut answers);
        asked.insert(question);
        collect_missing(&answers, asked, circumstances, found);
    }
}

/// The answers as they come in, with a way back.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Interview {
    answers: Answers,
    asked: Asked,
    history: Vec<Question>,
}

impl Interview {
    /// Begins with what was given in advance; that cannot be taken back.
    pub fn new(answers: Answers, asked: Asked) -> Self {
        Self { answers, asked, history: Vec::new() }
    }

    /// What is known so far.
    pub fn answers(&self) -> &Answers {
        &self.answers
    }

    /// The next question whose answer can change what is done.
    pub fn next(&self, circumstances: &Circumstances) -> Option<Question> {
        next(&self.answers, self.asked, circumstances)
    }

    /// Takes an answer.
    pub fn give(&mut self, given: Given) {
        given.apply(&mut self.answers);
        self.asked.insert(given.question());
        self.history.retain(|question| *question != given.question());
        self.history.push(given.question());
    }

    /// Takes the last answer back and says which question is open again; `None` when nothing was answered here.
    pub fn undo(&mut self) -> Option<Question> {
        let question = self.history.pop()?;
        self.asked.remove(question);
        if let Some(unknown) = question.possible().last() {
            unknown.apply(&mut self.answers);
        }
        Some(question)
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Outcome, decide, partners::Group};
    use super::*;
    use chrono::DateTime;

    fn circumstances(general_hd_open: bool, cps_open: bool) -> Circumstances {
        Circumstances { at: DateTime::UNIX_EPOCH, general_hd_open, cps_open, next_cps_opening: None }
    }

    /// Every way in which each question is either open or answered, numbered; `possible().len()` stands for "open".
    struct Partial {
        digits: [usize; 9],
    }

    impl Partial {
        const STATES: usize = 4 * 5 * 4 * 4 * 4 * 4 * 4 * 4 * 4;

        fn of(mut number: usize) -> Self {
            let mut digits = [0; 9];
            for (digit, question) in digits.iter_mut().zip(Question::ALL) {
                *digit = number % (question.possible().len() + 1);
                number /= question.possible().len() + 1;
            }
            Self { digits }
        }

        /// How much the number grows with the digit of `place`.
        fn weight(place: usize) -> usize {
            Question::ALL.iter().take(place).map(|question| question.possible().len() + 1).product()
        }

        fn is_open(&self, place: usize) -> bool {
            self.digits[place] == Question::ALL[place].possible().len()
        }

        fn interview(&self) -> (Answers, Asked) {
            let (mut answers, mut asked) = (Answers::default(), Asked::default());
            for (place, question) in Question::ALL.into_iter().enumerate() {
                if !self.is_open(place) {
                    question.possible()[self.digits[place]].apply(&mut answers);
                    asked.insert(question);
                }
            }
            (answers, asked)
        }
    }

    fn result_bit(answers: &Answers, circumstances: &Circumstances) -> u16 {
        let decision = decide(answers, circumstances);
        let schedule = u16::from(decision.schedule == Some(Group::Aims));
        1 << (decision.outcome as u16 + if decision.outcome == Outcome::Page { 10 * schedule } else { 0 })
    }

    /// For each partial state the set of results over all completions, and the set of questions that can change it.
    fn brute_force(circumstances: &Circumstances) -> Vec<(u16, u16)> {
        let weights: Vec<usize> = (0..9).map(Partial::weight).collect();
        let mut table = vec![(0_u16, 0_u16); Partial::STATES];
        // "Open" is each question's highest digit, so every completion has a lower number and is there already.
        for number in 0..Partial::STATES {
            let state = Partial::of(number);
            let mut entry = (0, 0);
            let Some(first) = (0..9).find(|place| state.is_open(*place)) else {
                table[number] = (result_bit(&state.interview().0, circumstances), 0);
                continue;
            };
            for place in (0..9).filter(|place| state.is_open(*place)) {
                let completed: Vec<(u16, u16)> = (1..=Question::ALL[place].possible().len())
                    .map(|below| table[number - below * weights[place]])
                    .collect();
                let results = completed.iter().fold(0, |all, (results, _)| all | results);
                if place == first {
                    entry.0 = results;
                }
                // What changes the result after one more answer changes it now. A question itself changes the
                // result if it does so for some completion of the others, or if nothing else is open.
                entry.1 |= completed.iter().fold(0, |all, (_, changes)| all | changes);
                let alone = (0..9).filter(|other| state.is_open(*other)).count() == 1;
                if alone && results.count_ones() > 1 {
                    entry.1 |= 1 << place;
                }
            }
            table[number] = entry;
        }
        table
    }

    #[test]
    fn every_question_asked_can_change_what_is_done_and_none_left_open_can() {
        for (general_hd_open, cps_open) in [(true, false), (true, true), (false, false), (false, true)] {
            let circumstances = circumstances(general_hd_open, cps_open);
            let table = brute_force(&circumstances);
            for (number, (results, changes)) in table.iter().enumerate() {
                let state = Partial::of(number);
                let (answers, asked) = state.interview();
                match next(&answers, asked, &circumstances) {
                    None => assert_eq!(results.count_ones(), 1, "{answers:?} {asked:?} is not settled"),
                    Some(question) => {
                        let place = Question::ALL.iter().position(|other| *other == question).unwrap();
                        assert!(state.is_open(place), "{question:?} was asked before");
                        assert_ne!(changes & (1 << place), 0, "{question:?} changes nothing: {answers:?} {asked:?}");
                    }
                }
            }
        }
    }

    #[test]
    fn with_cps_open_a_partner_is_asked_two_questions() {
        let circumstances = circumstances(true, true);
        let mut interview = Interview::default();
        assert_eq!(interview.next(&circumstances), Some(Question::Outage));
        interview.give(Given::Outage(Answer::No));
        assert_eq!(interview.next(&circumstances), Some(Question::Partner));
        interview.give(Given::Partner(Partner::Unknown));
        assert_eq!(interview.next(&circumstances), None);
    }

    #[test]
    fn a_critical_gds_case_is_asked_in_the_order_of_speech() {
        let circumstances = circumstances(true, false);
        let mut interview = Interview::default();
        let call = [
            Given::Outage(Answer::Unknown),
            Given::Partner(Partner::Gds),
            Given::HdCanHelp(Answer::No),
            Given::Device(Device::Departmental),
            Given::Critical(Answer::Yes),
            Given::Judgement(Answer::Yes),
        ];
        for given in call {
            assert_eq!(interview.next(&circumstances), Some(given.question()));
            interview.give(given);
        }
        assert_eq!(interview.next(&circumstances), None);
    }

    #[test]
    fn the_last_answer_can_be_taken_back_and_those_given_in_advance_cannot() {
        let circumstances = circumstances(true, false);
        let mut asked = Asked::default();
        asked.insert(Question::Outage);
        let mut interview = Interview::new(Answers { outage: Answer::No, ..Answers::default() }, asked);
        let before = interview.clone();
        interview.give(Given::Partner(Partner::Aims));
        assert_eq!(interview.undo(), Some(Question::Partner));
        assert_eq!(interview, before);
        assert_eq!(interview.next(&circumstances), Some(Question::Partner));
        assert_eq!(interview.undo(), None);
    }

    #[test]
    fn missing_options_are_named_in_the_order_of_the_questions() {
        let circumstances = circumstances(true, false);
        let none = missing(&Answers::default(), Asked::default(), &circumstances);
        assert_eq!(none, ["--outage", "--partner", "--hd-can-help", "--device", "--critical", "--judgement"]);
        let mut asked = Asked::default();
        for question in [Question::Outage, Question::Partner, Question::HdCanHelp, Question::Device] {
            asked.insert(question);
        }
        let answers = Answers {
            outage: Answer::No,
            partner: Partner::Aims,
            hd_can_help: Answer::No,
            device: Device::Departmental,
            ..Answers::default()
        };
        assert_eq!(missing(&answers, asked, &circumstances), ["--critical"]);
        asked.remove(Question::HdCanHelp);
        assert_eq!(missing(&answers, asked, &circumstances), ["--hd-can-help", "--critical"]);
    }
}

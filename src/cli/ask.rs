//! How is the agent asked? One question at a time, one key an answer, with a way back; leaving changes nothing.
//!
//! The terminal stands behind `Asker`: a real one by single keys, a plain one by lines, a scripted one in tests.

use std::io::{self, BufRead, IsTerminal, Write};

use crossterm::event::{self, Event, KeyCode, KeyEvent, KeyEventKind, KeyModifiers};
use crossterm::terminal;

use crate::decision::{Circumstances, Given, Interview, Partners, Question};
use crate::wording::columns::wrapped;
use crate::wording::decision::Desk;
use crate::wording::questions;

/// A key as far as the interview knows keys.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Key {
    /// A letter or sign.
    Char(char),
    /// The return key.
    Enter,
    /// Delete to the left; also "go back".
    Backspace,
    /// The escape key.
    Escape,
    /// Ctrl-C, Ctrl-D, or the end of the input.
    Leave,
}

/// Somebody who can be asked.
pub trait Asker {
    /// Shows one line.
    fn write_line(&mut self, line: &str) -> io::Result<()>;
    /// Waits for one key.
    fn read_key(&mut self) -> io::Result<Key>;
    /// Shows `prompt` and waits for a line of text.
    fn read_line(&mut self, prompt: &str) -> io::Result<Typed>;
    /// How many lines the person sees at once.
    fn rows(&self) -> usize {
        24
    }
}

/// What came of asking for a line of text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Typed {
    /// The line, trimmed, never empty.
    Line(String),
    /// The person would rather not: an empty line or the escape key.
    Nothing,
    /// Ctrl-C, Ctrl-D, or the end of the input.
    Leave,
}

impl Typed {
    fn line(text: &str) -> Self {
        let text = text.trim();
        if text.is_empty() { Self::Nothing } else { Self::Line(text.to_owned()) }
    }
}

/// How an interview ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ended {
    /// Every needed question is answered.
    Answered {
        /// The department as `partners.csv` writes it, when the agent named one.
        department: Option<String>,
    },
    /// The agent left; nothing is to be done.
    Left,
}

/// Asks exactly the needed questions until the outcome is settled or the agent leaves.
pub fn ask(
    asker: &mut dyn Asker,
    interview: &mut Interview,
    circumstances: &Circumstances,
    desk: &Desk,
    partners: &Partners,
) -> io::Result<Ended> {
    let mut department = None;
    while let Some(question) = interview.next(circumstances) {
        show(asker, question, desk, circumstances)?;
        match answer(asker, question, partners)? {
            Reply::Given(given) => interview.give(given),
            Reply::Department(name, given) => {
                department = Some(name);
                interview.give(given);
            }
            Reply::Back => match interview.undo() {
                Some(Question::Partner) => department = None,
                Some(_) => {}
                None => asker.write_line(questions::NO_WAY_BACK)?,
            },
            Reply::Leave => return Ok(Ended::Left),
        }
    }
    Ok(Ended::Answered { department })
}

enum Reply {
    Given(Given),
    Department(String, Given),
    Back,
    Leave,
}

fn show(asker: &mut dyn Asker, question: Question, desk: &Desk, circumstances: &Circumstances) -> io::Result<()> {
    asker.write_line("")?;
    let lines = wrapped(&questions::text(question, desk, circumstances), "", "")
        .into_iter()
        .chain(wrapped(&questions::help(question, desk), "  ", "  "))
        .chain([questions::keys(question)]);
    for line in lines {
        asker.write_line(&line)?;
    }
    Ok(())
}

/// Reads keys until one answers; a key without meaning is named, never taken for an answer.
fn answer(asker: &mut dyn Asker, question: Question, partners: &Partners) -> io::Result<Reply> {
    loop {
        let key = match asker.read_key()? {
            Key::Leave | Key::Char('q' | 'Q') => return Ok(Reply::Leave),
            Key::Backspace | Key::Char('b' | 'B') => return Ok(Reply::Back),
            Key::Char(key) => key.to_ascii_lowercase(),
            Key::Enter | Key::Escape => continue,
        };
        if key == 'd' && question == Question::Partner {
            if let Some(reply) = department(asker, partners)? {
                return Ok(reply);
            }
            asker.write_line(&questions::keys(question))?;
            continue;
        }
        if let Some(choice) = questions::choices(question).find(|choice| choice.key == key) {
            asker.write_line(&format!("> {}", choice.words))?;
            return Ok(Reply::Given(choice.given));
        }
        asker.write_line(&questions::strange_key(key))?;
        asker.write_line(&questions::keys(question))?;
    }
}

fn department(asker: &mut dyn Asker, partners: &Partners) -> io::Result<Option<Reply>> {
    let text = match asker.read_line(questions::DEPARTMENT_PROMPT)? {
        Typed::Line(text) => text,
        Typed::Nothing => return Ok(None),
        Typed::Leave => return Ok(Some(Reply::Leave)),
    };
    if let Some(found) = partners.find(&text) {
        asker.write_line(&format!("> {} ({})", found.name, found.group.name()))?;
        return Ok(Some(Reply::Department(found.name.clone(), Given::Partner(found.group.partner()))));
    }
    for line in questions::unknown_department(&text, partners) {
        asker.write_line(&line)?;
    }
    Ok(None)
}

/// Whether a person can be asked: both the input and the place of the questions are terminals.
pub fn can_ask() -> bool {
    io::stdin().is_terminal() && io::stderr().is_terminal()
}

/// The terminal of this process: single keys where it can, lines where it cannot. Questions go to stderr.
pub fn terminal() -> Box<dyn Asker> {
    match RawMode::begin() {
        Ok(_restored_at_once) => Box::new(KeyTerminal { output: io::stderr() }),
        Err(_) => Box::new(LineTerminal { input: io::stdin().lock(), output: io::stderr() }),
    }
}

/// Raw mode for as long as this value lives, so that no error can leave the terminal in it.
pub(super) struct RawMode;

impl RawMode {
    /// Begins it; dropping the value ends it.
    pub(super) fn begin() -> io::Result<Self> {
        terminal::enable_raw_mode()?;
        Ok(Self)
    }
}

impl Drop for RawMode {
    fn drop(&mut self) {
        // Nothing can be done about a terminal that is gone.
        let _ = terminal::disable_raw_mode();
    }
}

/// A terminal that hands over single keys.
struct KeyTerminal<W> {
    output: W,
}

impl<W: Write> Asker for KeyTerminal<W> {
    fn write_line(&mut self, line: &str) -> io::Result<()> {
        writeln!(self.output, "{line}")
    }

    fn read_key(&mut self) -> io::Result<Key> {
        let _raw = RawMode::begin()?;
        read_pressed()
    }

    fn read_line(&mut self, prompt: &str) -> io::Result<Typed> {
        // By keys, not by a line of stdin: what was typed ahead waits in the same queue.
        let raw = RawMode::begin()?;
        let line = edit_line(prompt, &mut self.output, &mut read_pressed)?;
        drop(raw);
        writeln!(self.output)?;
        Ok(line)
    }

    fn rows(&self) -> usize {
        terminal::size().map_or(24, |(_, rows)| rows.into())
    }
}

/// Waits for a key that means something; the terminal must be raw.
pub(super) fn read_pressed() -> io::Result<Key> {
    loop {
        if let Event::Key(pressed) = event::read()?
            && let Some(key) = meaning(&pressed)
        {
            return Ok(key);
        }
    }
}

fn meaning(pressed: &KeyEvent) -> Option<Key> {
    if pressed.kind == KeyEventKind::Release {
        return None;
    }
    match pressed.code {
        KeyCode::Char('c' | 'd') if pressed.modifiers.contains(KeyModifiers::CONTROL) => Some(Key::Leave),
        KeyCode::Char(_) if pressed.modifiers.intersects(KeyModifiers::CONTROL | KeyModifiers::ALT) => None,
        KeyCode::Char(letter) => Some(Key::Char(letter)),
        KeyCode::Enter => Some(Key::Enter),
        KeyCode::Backspace => Some(Key::Backspace),
        KeyCode::Esc => Some(Key::Escape),
        _ => None,
    }
}

/// A line typed key by key, shown while it grows.
fn edit_line(prompt: &str, output: &mut dyn Write, read_key: &mut dyn FnMut() -> io::Result<Key>) -> io::Result<Typed> {
    let mut line = String::new();
    write!(output, "{prompt}")?;
    loop {
        output.flush()?;
        match read_key()? {
            Key::Char(letter) => {
                line.push(letter);
                write!(output, "{letter}")?;
            }
            Key::Backspace => {
                if let Some(letter) = line.pop() {
                    let columns = unicode_width::UnicodeWidthChar::width(letter).unwrap_or(0);
                    write!(output, "{0}{1}{0}", "\u{8}".repeat(columns), " ".repeat(columns))?;
                }
            }
            Key::Enter => return Ok(Typed::line(&line)),
            Key::Escape => return Ok(Typed::Nothing),
            Key::Leave => return Ok(Typed::Leave),
        }
    }
}

/// A terminal that hands over whole lines: the first letter is the key, and a word does as well.
struct LineTerminal<R, W> {
    input: R,
    output: W,
}

impl<R: BufRead, W: Write> LineTerminal<R, W> {
    fn next_line(&mut self, prompt: &str) -> io::Result<Option<String>> {
        write!(self.output, "{prompt}")?;
        self.output.flush()?;
        let mut line = String::new();
        Ok((self.input.read_line(&mut line)? > 0).then(|| line.trim().to_owned()))
    }
}

impl<R: BufRead, W: Write> Asker for LineTerminal<R, W> {
    fn write_line(&mut self, line: &str) -> io::Result<()> {
        writeln!(self.output, "{line}")
    }

    fn read_key(&mut self) -> io::Result<Key> {
        let Some(line) = self.next_line("> ")? else { return Ok(Key::Leave) };
        Ok(match line.to_ascii_lowercase().as_str() {
            "unknown" => Key::Char('?'),
            word => word.chars().next().map_or(Key::Enter, Key::Char),
        })
    }

    fn read_line(&mut self, prompt: &str) -> io::Result<Typed> {
        Ok(self.next_line(prompt)?.map_or(Typed::Leave, |line| Typed::line(&line)))
    }
}

#[cfg(test)]
mod tests {
    use std::collections::VecDeque;

    use super::*;
    use crate::decision::{Answers, Asked, RowId, decide};
    use crate::schedule::grid::Grid;
    use crate::wording::decision::tests::desk;

    /// Answers from a script; a script that ends while a question is open fails the test.
    struct Scripted {
        keys: VecDeque<Key>,
        lines: VecDeque<&'static str>,
        shown: Vec<String>,
    }

    impl Scripted {
        /// `<` goes back, `^` is Ctrl-C.
        fn new(keys: &str, lines: &[&'static str]) -> Self {
            let keys = keys.chars().map(|key| match key {
                '<' => Key::Backspace,
                '^' => Key::Leave,
                key => Key::Char(key),
            });
            Self { keys: keys.collect(), lines: lines.iter().copied().collect(), shown: Vec::new() }
        }

        fn count(&self, start: &str) -> usize {
            self.shown.iter().filter(|line| line.starts_with(start)).count()
        }
    }

    impl Asker for Scripted {
        fn write_line(&mut self, line: &str) -> io::Result<()> {
            self.shown.push(line.to_owned());
            Ok(())
        }

        fn read_key(&mut self) -> io::Result<Key> {
            Ok(self.keys.pop_front().expect("an unexpected question"))
        }

        fn read_line(&mut self, _prompt: &str) -> io::Result<Typed> {
            Ok(self.lines.pop_front().map_or(Typed::Leave, Typed::line))
        }
    }

    fn partners() -> Partners {
        let rows = vec![(1, ["department", "group"]), (2, ["Land Records", "gds"])];
        Partners::read(&Grid::of("partners.csv", rows)).0
    }

    fn interview(asker: &mut dyn Asker) -> (Ended, RowId) {
        let circumstances = Circumstances {
            at: "2026-11-22T01:30:00-06:00".parse().unwrap(),
            general_hd_open: true,
            cps_open: false,
            next_cps_opening: Some("2026-11-23T07:00:00-06:00".parse().unwrap()),
        };
        let mut interview = Interview::new(Answers::default(), Asked::default());
        let ended = ask(asker, &mut interview, &circumstances, &desk(), &partners()).unwrap();
        (ended, decide(interview.answers(), &circumstances).row)
    }

    #[test]
    fn a_former_aims_stoppage_takes_five_keys() {
        let mut asker = Scripted::new("nanyy", &[]);
        assert_eq!(interview(&mut asker), (Ended::Answered { department: None }, RowId::D5a));
        assert!(asker.keys.is_empty());
        assert!(asker.shown.iter().all(|line| line.len() <= 80), "{:?}", asker.shown);
        assert_eq!(asker.count("Is this a critical work stoppage"), 1);
        assert!(asker.shown.join(" ").contains("until CPS opens on Mon 2026-11-23 07:00?"));
    }

    #[test]
    fn going_back_asks_the_question_before_again() {
        let mut asker = Scripted::new("<ngny<n", &[]);
        assert_eq!(interview(&mut asker), (Ended::Answered { department: None }, RowId::D4));
        assert_eq!(asker.count("This is the first question"), 1);
        assert_eq!(asker.count("Is it about a departmental computer?"), 2);
    }

    #[test]
    fn a_department_answers_the_partner_question_and_a_close_name_does_not() {
        let mut asker = Scripted::new("nddn?", &["land record", "LAND RECORDS"]);
        let answered = Ended::Answered { department: Some("Land Records".to_owned()) };
        assert_eq!(interview(&mut asker), (answered, RowId::D5u));
        assert_eq!(asker.count("  close: Land Records"), 1);
    }

    #[test]
    fn taking_the_department_back_forgets_its_name() {
        let mut asker = Scripted::new("nd<ay", &["land records"]);
        assert_eq!(interview(&mut asker), (Ended::Answered { department: None }, RowId::D4));
    }

    #[test]
    fn leaving_ends_the_interview_and_a_strange_key_is_named() {
        for keys in ["xq", "x^", "xnd"] {
            let mut asker = Scripted::new(keys, &[]);
            assert_eq!(interview(&mut asker).0, Ended::Left);
            assert_eq!(asker.count("The key x means nothing here."), 1);
        }
    }

    #[test]
    fn lines_answer_where_single_keys_cannot() {
        let input = b"no\n\nd\nland records\nback\naims\nNo\nyes\nunknown\n";
        let mut asker = LineTerminal { input: &input[..], output: Vec::new() };
        assert_eq!(interview(&mut asker), (Ended::Answered { department: None }, RowId::D5u));
        let mut ended = LineTerminal { input: &b"no\n"[..], output: Vec::new() };
        assert_eq!(interview(&mut ended).0, Ended::Left);
    }

    #[test]
    fn a_line_is_edited_key_by_key() {
        let edit = |keys: &[Key]| {
            let mut keys = keys.iter().copied();
            let mut shown = Vec::new();
            let line = edit_line("Name: ", &mut shown, &mut || Ok(keys.next().unwrap())).unwrap();
            (line, String::from_utf8(shown).unwrap())
        };
        let (line, shown) = edit(&[Key::Char('a'), Key::Char('é'), Key::Backspace, Key::Char('b'), Key::Enter]);
        assert_eq!((line, shown.as_str()), (Typed::Line("ab".to_owned()), "Name: aé\u{8} \u{8}b"));
        assert_eq!(edit(&[Key::Backspace, Key::Char('a'), Key::Escape]).0, Typed::Nothing);
        assert_eq!(edit(&[Key::Char('a'), Key::Leave]).0, Typed::Leave);
    }

    #[test]
    fn control_c_leaves_and_releases_are_not_keys() {
        let pressed = |code, modifiers| meaning(&KeyEvent::new(code, modifiers));
        assert_eq!(pressed(KeyCode::Char('c'), KeyModifiers::CONTROL), Some(Key::Leave));
        assert_eq!(pressed(KeyCode::Char('Y'), KeyModifiers::SHIFT), Some(Key::Char('Y')));
        assert_eq!(pressed(KeyCode::Char('y'), KeyModifiers::ALT), None);
        let released = KeyEvent::new_with_kind(KeyCode::Char('y'), KeyModifiers::NONE, KeyEventKind::Release);
        assert_eq!(meaning(&released), None);
    }
}

//! How is a new password read? Twice and unseen on a terminal, else as the first line of standard input; never as a word
//! of the command line, which other users of the machine see.

use std::io::{self, BufRead, IsTerminal, Read, Write};

use secrecy::{ExposeSecret, SecretString};

use super::ask::{Key, RawMode, read_pressed};
use crate::desk::error::CommandError;
use crate::wording::access as words;

/// The fewest characters. NIST SP 800-63B-4 section 3.1.1.2 asks for 15 where a password is the only proof and 8 beside
/// another; the house's rule lies between, and guesses are throttled.
const LEAST: usize = 12;
/// The most characters: enough for every sentence, little enough for every hash.
const MOST: usize = 256;

/// A new password that is long enough.
pub fn read() -> Result<SecretString, CommandError> {
    let unreadable = |error: io::Error| {
        CommandError::could_not_tell(format!("the password cannot be read: {error}")).hint(words::BY_INPUT)
    };
    let password = if io::stdin().is_terminal() { typed_twice() } else { first_line(&mut io::stdin().lock()).map(Ok) };
    let password = password.map_err(unreadable)??;
    if (LEAST..=MOST).contains(&password.expose_secret().chars().count()) {
        Ok(password)
    } else {
        Err(CommandError::usage(words::password_length(LEAST, MOST)).hint(words::BY_INPUT))
    }
}

/// The line without its end; blanks belong to it.
fn first_line(input: &mut dyn BufRead) -> io::Result<SecretString> {
    let mut line = String::new();
    // Four bytes hold every character, and one character more than allowed is enough to refuse.
    input.take(4 * (MOST as u64 + 1)).read_line(&mut line)?;
    Ok(SecretString::from(line.trim_end_matches(['\r', '\n'])))
}

fn typed_twice() -> io::Result<Result<SecretString, CommandError>> {
    // Where keys cannot be read unseen, nothing is asked.
    let raw = RawMode::begin()?;
    let mut output = io::stderr();
    let mut ask = |prompt| unseen(prompt, &mut output, &mut read_pressed);
    let Some(first) = ask(words::PASSWORD)? else { return Ok(Err(left())) };
    let Some(second) = ask(words::AGAIN)? else { return Ok(Err(left())) };
    drop(raw);
    if first.expose_secret() == second.expose_secret() {
        return Ok(Ok(first));
    }
    Ok(Err(CommandError::usage(words::NOT_THE_SAME).hint("nothing was changed; try again")))
}

fn left() -> CommandError {
    CommandError::finding("no password was given").hint("nothing was changed")
}

/// A line typed key by key of which nothing is shown, not even its length; nothing when the person leaves.
fn unseen(
    prompt: &str,
    output: &mut dyn Write,
    read_key: &mut dyn FnMut() -> io::Result<Key>,
) -> io::Result<Option<SecretString>> {
    let mut line = String::new();
    write!(output, "{prompt}")?;
    output.flush()?;
    let typed = loop {
        match read_key()? {
            Key::Char(letter) => line.push(letter),
            Key::Backspace => drop(line.pop()),
            Key::Enter => break Some(SecretString::from(line)),
            Key::Escape | Key::Leave => break None,
        }
    };
    // The terminal is raw: a new line alone would stay in its column.
    write!(output, "\r\n")?;
    output.flush()?;
    Ok(typed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_typed_is_not_shown() {
        let type_in = |keys: &[Key]| {
            let mut keys = keys.iter().copied();
            let mut shown = Vec::new();
            let line = unseen("Password: ", &mut shown, &mut || Ok(keys.next().unwrap())).unwrap();
            assert_eq!(shown, b"Password: \r\n");
            line.map(|line| line.expose_secret().to_owned())
        };
        let a_blank = [Key::Char('a'), Key::Char('x'), Key::Backspace, Key::Char(' '), Key::Enter];
        assert_eq!(type_in(&a_blank).as_deref(), Some("a "));
        assert_eq!(type_in(&[Key::Char('a'), Key::Leave]), None);
        assert_eq!(type_in(&[Key::Escape]), None);
    }

    #[test]
    fn a_line_ends_where_it_ends() {
        let read = |mut text: &[u8]| first_line(&mut text).map(|line| line.expose_secret().to_owned());
        assert_eq!(read(b" two words \r\nmore\n").unwrap(), " two words ");
        assert_eq!(read(b"").unwrap(), "");
        assert!(read(b"\xff\n").is_err());
        assert!(read(&vec![b'a'; 100_000]).unwrap().len() < 2_000);
    }
}

//! How does an agent page by another machine's service? The procedure's questions come from there, one at a time; so does
//! what is shown before anybody is paged, and how the page stands.

use std::collections::BTreeSet;
use std::io::Write;
use std::time::Duration;

use serde_json::{Map, Value, json};

use super::super::verbs::block_on;
use super::asking::{Server, Wanted};
use super::segment;
use crate::cli::arguments::{CaseArguments, Format};
use crate::cli::ask::{self, Asker, Key, Typed};
use crate::decision::Question;
use crate::desk::error::{CommandError, CommandResult, Exit};
use crate::wording::columns::wrapped;
use crate::wording::remote::at;
use crate::wording::{questions, remote as words};

/// How often a page is looked at.
const LOOK_EVERY: Duration = Duration::from_secs(1);

/// The agent's call.
pub(super) fn call(
    arguments: &CaseArguments,
    server: &Server,
    format: Format,
    out: &mut (dyn Write + Send),
) -> CommandResult {
    let Some(case) = &arguments.case else {
        return Err(CommandError::usage("nothing to do: give --case NUMBER, or a verb")
            .hint("page-oncall --help lists both; page-oncall who says who is on call"));
    };
    if arguments.at.is_some() {
        return Err(CommandError::usage("--at pretends another time, which a service does not")
            .hint("leave --at out, or rehearse on the machine that has the site"));
    }
    let mut body = typed(arguments, case);
    let mut terminal = (ask::can_ask() && !arguments.no_input).then(ask::terminal);
    if let Some(asker) = &mut terminal
        && !interview(server, &mut body, asker.as_mut())?
    {
        asker.write_line(words::LEFT)?;
        return Ok(Exit::Finding);
    }
    let shown = json(&block_on(server.post("pages", &with(&body, "dry_run"), Wanted::Json))?.body)?;
    let pages = at(at(&shown, "decision"), "outcome") == "PAGE";
    if arguments.dry_run || !pages {
        show(&shown, format, out)?;
        if arguments.dry_run && format != Format::Json {
            writeln!(out, "{}", words::DRY_RUN)?;
        }
        return Ok(Exit::Done);
    }
    if format != Format::Json {
        print(&words::decided(&shown), out)?;
        out.flush()?;
    }
    if let Some(asker) = terminal.as_mut().filter(|_| !arguments.yes)
        && !confirmed(asker.as_mut())?
    {
        asker.write_line(words::LEFT)?;
        return Ok(Exit::Finding);
    }
    let body = if arguments.again { with(&body, "again") } else { Value::Object(body) };
    let by_hand = words::by_hand(&shown);
    let opened = block_on(server.post("pages", &body, Wanted::Json)).map_err(|error| match error.exit {
        Exit::CouldNotTell => error.and(&by_hand),
        _ => error,
    })?;
    let opened = json(&opened.body)?;
    if format != Format::Json {
        print(&words::record(&opened), out)?;
        out.flush()?;
    }
    let case = at(&opened, "case").as_str().unwrap_or(case).to_owned();
    let view = block_on(follow(server, &case, arguments.no_wait, format, out))?;
    if format == Format::Json {
        // As it is printed by a command on the service's machine.
        let path = format!("pages/{}", segment(&case));
        let query = [("log", Some("false".to_owned()))];
        out.write_all(block_on(server.get(&path, &query, Wanted::Json))?.body.as_bytes())?;
    } else {
        writeln!(out, "\n{}", words::ended(&view))?;
    }
    Ok(match at(&view, "state").as_str() {
        Some("acknowledged" | "closed") => Exit::Done,
        Some("paging") if arguments.no_wait => Exit::Done,
        _ => Exit::Finding,
    })
}

/// What was typed, as the service takes it.
fn typed(arguments: &CaseArguments, case: &str) -> Map<String, Value> {
    let facts = [
        ("case", Some(case)),
        ("customer", arguments.customer.as_deref()),
        ("phone", arguments.phone.as_deref()),
        ("summary", arguments.summary.as_deref()),
    ];
    let answers = Question::ALL.into_iter().map(|question| (question.key(), arguments.answers.text(question)));
    let given = facts.into_iter().chain(answers).filter_map(|(name, text)| Some((name.to_owned(), json!(text?))));
    given.collect()
}

fn with(body: &Map<String, Value>, flag: &str) -> Value {
    let mut body = body.clone();
    body.insert(flag.to_owned(), json!(true));
    Value::Object(body)
}

fn json(body: &str) -> Result<Value, CommandError> {
    serde_json::from_str(body).map_err(|_| {
        CommandError::could_not_tell("the service answers in another shape").hint("is it an older page-oncall?")
    })
}

/// Asks what the procedure needs, and then the facts. False when the agent left.
fn interview(server: &Server, body: &mut Map<String, Value>, asker: &mut dyn Asker) -> Result<bool, CommandError> {
    let mut given: Vec<String> = Vec::new();
    let is_answer = |name: &str| Question::named(name).is_some();
    let decision = loop {
        let answers: Map<String, Value> = body
            .iter()
            .filter(|(name, _)| is_answer(name))
            .map(|(name, value)| (name.clone(), value.clone()))
            .collect();
        let told = json(&block_on(server.post("decide", &Value::Object(answers), Wanted::Json))?.body)?;
        if at(&told, "next").is_null() {
            break at(&told, "decision").clone();
        }
        match answered(at(&told, "next"), asker)? {
            Reply::Left => return Ok(false),
            Reply::Back => match given.pop() {
                Some(last) => drop(body.remove(&last)),
                None => asker.write_line(questions::NO_WAY_BACK)?,
            },
            Reply::Answer(field, value) => {
                body.insert(field.clone(), json!(value));
                given.push(field);
            }
        }
    };
    if at(&decision, "outcome") != "PAGE" {
        return Ok(true);
    }
    for (name, prompt) in [
        ("customer", "Customer's name: "),
        ("phone", "Customer's phone number: "),
        ("summary", "The problem in a few words: "),
    ] {
        while !body.contains_key(name) {
            match asker.read_line(prompt)? {
                Typed::Leave => return Ok(false),
                Typed::Nothing => asker.write_line(questions::NEEDED)?,
                Typed::Line(text) => drop(body.insert(name.to_owned(), json!(text))),
            }
        }
    }
    Ok(true)
}

enum Reply {
    Answer(String, String),
    Back,
    Left,
}

/// One question by one key.
fn answered(question: &Value, asker: &mut dyn Asker) -> Result<Reply, CommandError> {
    let text = |value: &Value, name: &str| at(value, name).as_str().unwrap_or_default().to_owned();
    let (field, choices) = (text(question, "field"), at(question, "choices").as_array().cloned().unwrap_or_default());
    asker.write_line("")?;
    for line in wrapped(&text(question, "text"), "", "  ") {
        asker.write_line(&line)?;
    }
    let mut keys: Vec<String> =
        choices.iter().map(|choice| format!("{} {}", text(choice, "key"), text(choice, "words"))).collect();
    if field == Question::Partner.key() {
        keys.push("d department".to_owned());
    }
    keys.push("b back".to_owned());
    keys.push("q leave".to_owned());
    asker.write_line(&format!("  {}", keys.join("   ")))?;
    loop {
        match asker.read_key()? {
            Key::Leave | Key::Escape | Key::Char('q' | 'Q') => return Ok(Reply::Left),
            Key::Backspace | Key::Char('b' | 'B') => return Ok(Reply::Back),
            Key::Char('h' | '?') if !choices.iter().any(|choice| text(choice, "key") == "?") => {
                asker.write_line(&text(question, "help"))?;
            }
            Key::Char('d' | 'D') if field == Question::Partner.key() => {
                if let Typed::Line(name) = asker.read_line(questions::DEPARTMENT_PROMPT)? {
                    return Ok(Reply::Answer(field, name));
                }
            }
            Key::Char(key) => {
                let key_of = |choice: &Value| text(choice, "key") == key.to_lowercase().to_string();
                match choices.iter().find(|choice| key_of(choice)) {
                    Some(choice) => return Ok(Reply::Answer(field, text(choice, "value"))),
                    None => asker.write_line(&questions::strange_key(key))?,
                }
            }
            Key::Enter => {}
        }
    }
}

fn confirmed(asker: &mut dyn Asker) -> Result<bool, CommandError> {
    asker.write_line(words::CONFIRMATION)?;
    loop {
        match asker.read_key()? {
            Key::Char('y' | 'Y') => return Ok(true),
            Key::Char('q' | 'Q' | 'n' | 'N') | Key::Leave | Key::Escape => return Ok(false),
            Key::Char(key) => asker.write_line(&questions::strange_key(key))?,
            Key::Enter | Key::Backspace => {}
        }
    }
}

fn show(view: &Value, format: Format, out: &mut dyn Write) -> Result<(), CommandError> {
    if format == Format::Json {
        return Ok(crate::cli::face::write_line(view, out)?);
    }
    print(&words::decided(view), out)?;
    print(&words::record(view), out)
}

fn print(lines: &[String], out: &mut dyn Write) -> Result<(), CommandError> {
    for line in lines {
        writeln!(out, "{line}")?;
    }
    Ok(())
}

/// Watches a page until it is taken or ends, or the agent stops watching; the service carries it on all the same.
async fn follow(
    server: &Server,
    case: &str,
    no_wait: bool,
    format: Format,
    out: &mut (dyn Write + Send),
) -> Result<Value, CommandError> {
    let path = format!("pages/{}", segment(case));
    let (mut seen, mut dialled) = (0, BTreeSet::new());
    let mut stop = std::pin::pin!(tokio::signal::ctrl_c());
    loop {
        let view = json(&server.get(&path, &[], Wanted::Json).await?.body)?;
        if format != Format::Json {
            print(&words::news(&view, seen), out)?;
            for (name, line) in words::dial(&view) {
                if dialled.insert(name) {
                    writeln!(out, "{line}")?;
                }
            }
            out.flush()?;
        }
        let last = at(&view, "log").as_array().and_then(|log| log.last()).and_then(|entry| at(entry, "seq").as_u64());
        seen = last.unwrap_or(seen);
        if no_wait || at(&view, "state") != "paging" {
            return Ok(view);
        }
        tokio::select! {
            _ = &mut stop => return Ok(view),
            () = tokio::time::sleep(LOOK_EVERY) => {}
        }
    }
}

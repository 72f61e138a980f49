//! `audit`: who did or tried what, newest first?

use std::io::Write;

use serde::Serialize;

use super::face::{Face, Format, write_line};
use crate::desk::error::{CommandResult, Exit};
use crate::ports::access::{AccessStore, Act};
use crate::wording::access as words;
use crate::wording::time::{rfc3339, short};

#[derive(Serialize)]
struct ActView<'a> {
    number: i64,
    at: String,
    by: &'a str,
    role: &'a str,
    via: &'a str,
    from: &'a str,
    what: &'a str,
    object: &'a str,
    result: &'a str,
}

/// The newest `limit` acts; `None` where there is no store yet.
pub async fn run(
    store: Option<&dyn AccessStore>,
    limit: u32,
    face: &Face,
    out: &mut (dyn Write + Send),
) -> CommandResult {
    let acts = match store {
        Some(store) => store.acts(None, limit).await?,
        None => Vec::new(),
    };
    if face.format == Format::Json {
        for (number, act) in &acts {
            write_line(&view(*number, act, face), out)?;
        }
        return Ok(Exit::Done);
    }
    if acts.is_empty() {
        writeln!(out, "{}", words::NO_ACT)?;
        return Ok(Exit::Done);
    }
    writeln!(out, "{}", words::act_heading())?;
    for (_, act) in &acts {
        let by = if act.by.is_empty() { words::NOBODY_KNOWN } else { &act.by };
        let rest = [&*act.object, &act.result, &act.via, &act.role, &act.from];
        let rest: Vec<&str> = rest.into_iter().filter(|part| !part.is_empty()).collect();
        // The day of the week helps nobody who reads a log, and costs four columns.
        let when = short(act.at, face.zone);
        let when = when.split_once(' ').map_or(&*when, |(_, when)| when);
        writeln!(out, "{}", words::act(when, by, &act.what, &[&rest.join(", ")]))?;
    }
    Ok(Exit::Done)
}

fn view<'a>(number: i64, act: &'a Act, face: &Face) -> ActView<'a> {
    ActView {
        number,
        at: rfc3339(act.at, face.zone),
        by: &act.by,
        role: &act.role,
        via: &act.via,
        from: &act.from,
        what: &act.what,
        object: &act.object,
        result: &act.result,
    }
}

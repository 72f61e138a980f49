//! What does another machine's service say? The verbs over HTTP, in the words and with the exit codes of that service.
//!
//! `asking` sends requests and tries again where that is safe; `paging` is the agent's call. This machine needs neither a
//! site nor a secret but the token.

mod asking;
mod paging;

use std::io::Write;
use std::path::{Path, PathBuf};

use reqwest::Url;
use secrecy::SecretString;

use super::environment::Environment;
use super::locate;
use super::verbs::block_on;
use crate::cli::arguments::{Arguments, Format, Report, ShiftsArguments, Verb};
use crate::desk::error::{CommandError, CommandResult, Exit};
use crate::site::Settings;
use crate::site::server::{ServerSettings, is_safe};
use asking::{Server, Wanted};

/// How long one call may go on trying where the settings do not say, in seconds.
const WITHIN_S: u32 = 20;

/// The service that is meant, if it is not this machine that answers.
pub(super) fn server(arguments: &Arguments, environment: &Environment) -> Result<Option<Server>, CommandError> {
    let named = arguments.global.server.as_deref();
    let (settings, folder) = match locate::settings_file(arguments.global.config.as_deref(), environment) {
        Ok(file) => (read(&file)?, file.parent().map_or_else(PathBuf::new, Path::to_owned)),
        // A service that is named needs no settings here.
        Err(_) if named.is_some() && arguments.global.config.is_none() => Default::default(),
        Err(error) => return Err(error),
    };
    let Some(url) = named.map(str::to_owned).or(settings.url) else { return Ok(None) };
    let wrong = || {
        CommandError::usage(format!("{url:?} is no address of a service"))
            .hint("write it as https://pager.example.edu; http:// is for this machine itself only")
    };
    if !is_safe(&url) {
        return Err(wrong());
    }
    let base = Url::parse(&url).map_err(|_| wrong())?;
    let file = |name: &str| {
        let path = folder.join(name);
        std::fs::read(&path).map_err(|error| CommandError::usage(format!("{} cannot be read: {error}", path.display())))
    };
    let root = settings.ca_file.as_deref().map(file).transpose()?;
    let kept = settings.token_file.as_deref().map(file).transpose()?;
    let kept = kept.map(|bytes| SecretString::from(String::from_utf8_lossy(&bytes).trim().to_owned()));
    let token = environment.token.clone().or(kept).ok_or_else(|| {
        CommandError::usage(format!("there is no token for {url}"))
            .hint("set PAGE_ONCALL_TOKEN, or [server] token_file; page-oncall token create makes one there")
    })?;
    Server::new(base, token, root.as_deref(), settings.within_s.unwrap_or(WITHIN_S)).map(Some)
}

fn read(file: &Path) -> Result<ServerSettings, CommandError> {
    // What is wrong with the file is told by whoever reads the whole site.
    let text = std::fs::read_to_string(file).map_err(|error| {
        CommandError::usage(format!("the settings file {} cannot be read: {error}", file.display()))
    })?;
    let settings = Settings::parse(&text);
    settings.map(|it| it.server).map_err(|error| CommandError::usage(format!("{}: {error}", file.display())))
}

/// Whether a call can be answered by another machine's service.
pub(super) fn can_be_asked(verb: Option<&Verb>) -> bool {
    use Verb as V;
    matches!(
        verb,
        None | Some(
            V::Who { .. }
                | V::Gaps { .. }
                | V::Shifts(_)
                | V::Pages { .. }
                | V::Promises { .. }
                | V::Show { .. }
                | V::Ack(_)
                | V::Decline(_)
                | V::CalledBack(_)
                | V::Cancel(_)
        )
    )
}

/// Carries out a call by the service.
pub(super) fn run(arguments: &Arguments, server: &Server, out: &mut (dyn Write + Send)) -> CommandResult {
    let format = arguments.global.format;
    let Some(verb) = &arguments.verb else { return paging::call(&arguments.case, server, format, out) };
    let here_only = |what: &str| {
        Err(CommandError::usage(format!("{what} cannot be asked of a service"))
            .hint("leave --server and [server] out, on the machine that has the site"))
    };
    let text = |text: &Option<String>| text.clone();
    match verb {
        Verb::Who { at: Some(at), .. } if at == "-" => here_only("who --at -"),
        Verb::Who { schedule, at, known_at } => {
            let query = [("schedule", text(schedule)), ("at", text(at)), ("known_at", text(known_at))];
            look(server, "who", &query, format, out)
        }
        Verb::Gaps { mail: true, .. } => here_only("gaps --mail"),
        Verb::Gaps { .. } if format.is_of_findings() => here_only("gaps --format junit or github"),
        Verb::Gaps { schedule, from, to, days, all_hours, known_at, mail: false } => {
            let days = to.is_none().then(|| days.to_string());
            let query = [
                ("schedule", text(schedule)),
                ("from", text(from)),
                ("to", text(to)),
                ("days", days),
                ("all_hours", all_hours.then(|| "true".to_owned())),
                ("known_at", text(known_at)),
            ];
            look(server, "gaps", &query, format, out)
        }
        Verb::Shifts(ShiftsArguments { svg: Some(_), .. } | ShiftsArguments { ics: Some(_), .. }) => {
            here_only("shifts --svg and --ics")
        }
        Verb::Shifts(words) => {
            let days = words.to.is_none().then(|| words.days.to_string());
            let query = [
                ("schedule", text(&words.schedule)),
                ("from", text(&words.from)),
                ("to", text(&words.to)),
                ("days", days),
            ];
            look(server, "shifts", &query, format, out)
        }
        Verb::Pages { all } => list(server, "pages", *all, format, out),
        Verb::Promises { all } => list(server, "promises", *all, format, out),
        Verb::Show { case } => look(server, &format!("pages/{}", segment(case)), &[], format, out),
        Verb::Ack(report) => tell(server, "ack", report, format, out),
        Verb::Decline(report) => tell(server, "decline", report, format, out),
        Verb::CalledBack(report) => tell(server, "called-back", report, format, out),
        Verb::Cancel(report) => tell(server, "cancel", report, format, out),
        _ => here_only("this command"),
    }
}

fn look(
    server: &Server,
    path: &str,
    query: &[(&str, Option<String>)],
    format: Format,
    out: &mut dyn Write,
) -> CommandResult {
    let answer = block_on(server.get(path, query, Wanted::of(format)));
    let answer = answer.map_err(|error| match error.exit {
        // A schedule that is not there is wrong usage here as on the service's machine; a page is a finding.
        Exit::Finding if !path.starts_with("pages/") => CommandError { exit: Exit::WrongUsage, ..error },
        _ => error,
    })?;
    out.write_all(answer.body.as_bytes())?;
    Ok(answer.exit)
}

/// A list as a whole, part by part.
fn list(server: &Server, what: &str, all: bool, format: Format, out: &mut dyn Write) -> CommandResult {
    let all = all.then(|| "true".to_owned());
    let mut parts = Vec::new();
    let mut cursor = None;
    let mut exit = Exit::Done;
    loop {
        let query = [("all", all.clone()), ("limit", Some("200".to_owned())), ("cursor", cursor)];
        let answer = block_on(server.get(what, &query, Wanted::of(format)))?;
        exit = exit.max(answer.exit);
        parts.push(answer.body);
        cursor = answer.next;
        if cursor.is_none() {
            break;
        }
    }
    let (begin, end) = (format!("{{\"{what}\":["), "]}\n");
    if format != Format::Json || parts.len() == 1 {
        out.write_all(parts.concat().as_bytes())?;
        return Ok(exit);
    }
    // The entries are handed on as they were written.
    let entries = parts.iter().map(|part| part.strip_prefix(&begin).and_then(|part| part.strip_suffix(end)));
    let entries: Option<Vec<&str>> = entries.collect();
    let entries = entries.ok_or_else(|| CommandError::could_not_tell("the service answers in another shape"))?;
    out.write_all(format!("{begin}{}{end}", entries.join(",")).as_bytes())?;
    Ok(exit)
}

/// Reports what a person says.
fn tell(server: &Server, what: &str, report: &Report, format: Format, out: &mut dyn Write) -> CommandResult {
    let path = format!("pages/{}/{what}", segment(&report.case));
    let body = serde_json::json!({ "by": report.by });
    let answer = block_on(server.post(&path, &body, Wanted::of(format)))?;
    out.write_all(answer.body.as_bytes())?;
    Ok(answer.exit)
}

/// A text as one segment of a path.
fn segment(text: &str) -> String {
    use std::fmt::Write as _;
    text.trim().bytes().fold(String::new(), |mut encoded, byte| {
        if byte.is_ascii_alphanumeric() || b"-_~".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            let _infallible = write!(encoded, "%{byte:02X}");
        }
        encoded
    })
}

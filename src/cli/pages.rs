//! Which pages are there, and how does one stand? The verbs `pages`, `show` and `promises`.

use std::io::Write;

use chrono::{DateTime, Utc};

use super::arguments::Format;
use super::face::write_line;
use crate::desk::error::{CommandResult, Exit};
use crate::desk::lists::{exit_of_promises, page_list, promise_list};
use crate::desk::reader::Reader;
use crate::desk::texts;

/// `show`: one page's whole log.
pub async fn show(
    reader: &Reader<'_>,
    case: &str,
    now: DateTime<Utc>,
    format: Format,
    out: &mut dyn Write,
) -> CommandResult {
    let page = reader.find(case).await?;
    let view = reader.view(&page.episode, now, true).await?;
    if format == Format::Json {
        write_line(&view, out)?;
    } else {
        write!(out, "{}", texts::show(reader, &page.episode, &view.record, now).await?)?;
    }
    Ok(Exit::Done)
}

/// `pages`: the open pages, or all.
pub async fn pages(
    reader: &Reader<'_>,
    all: bool,
    now: DateTime<Utc>,
    format: Format,
    out: &mut dyn Write,
) -> CommandResult {
    let blocked = reader.blocked().await?;
    let listed = reader.pages(all, now, &blocked).await?;
    if format == Format::Json {
        write_line(&page_list(listed), out)?;
    } else {
        write!(out, "{}", texts::pages(&listed, all, &blocked, reader.site.zone))?;
    }
    Ok(Exit::Done)
}

/// `promises`: those of open pages, or all; the oldest first.
pub async fn promises(
    reader: &Reader<'_>,
    all: bool,
    now: DateTime<Utc>,
    format: Format,
    out: &mut dyn Write,
) -> CommandResult {
    let listed = reader.promises(all, now).await?;
    let exit = exit_of_promises(&listed);
    if format == Format::Json {
        write_line(&promise_list(listed), out)?;
    } else {
        write!(out, "{}", texts::promises(&listed, all, reader.site.zone))?;
    }
    Ok(exit)
}

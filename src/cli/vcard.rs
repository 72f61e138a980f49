//! `vcard`: the contact card that every technician saves, so that a page is known, rings and is not screened.

use std::io::Write;

use super::shifts::hand_over;
use crate::desk::error::{CommandError, CommandResult, Exit};
use crate::schedule::phone;
use crate::site::Site;
use crate::wording::vcard as words;

/// Writes the card to `file`, or to standard output where there is none.
pub fn run(site: &Site, file: Option<&str>, out: &mut dyn Write) -> CommandResult {
    let desk = &site.settings.desk;
    let senders = site.sender_numbers();
    if senders.is_empty() {
        tracing::warn!("{}", words::NO_SENDER);
    }
    let number = phone::normalise(&desk.help_desk_phone, &site.settings.campus()).ok();
    let mail = site.settings.delivery.mail.first().map(|mail| bare_address(&mail.from));
    let card = words::Card {
        desk: &desk.name,
        senders: &senders,
        desk_phone: number.as_ref().map(|phone| &*phone.main.e164),
        mail,
    };
    let text = words::vcard(&card);
    match file {
        None | Some("-") => out.write_all(text.as_bytes())?,
        Some(file) => {
            hand_over(file, &text, out)?;
            writeln!(out, "{}", words::written(file, &desk.name)).map_err(CommandError::from)?;
        }
    }
    Ok(Exit::Done)
}

/// The address of `Help Desk <hd@example.edu>`.
fn bare_address(from: &str) -> &str {
    let address = from.rsplit_once('<').map_or(from, |(_, address)| address);
    address.trim_end_matches('>').trim()
}

//! How does a telephone learn who pages? A contact card (vCard 3.0, RFC 2426) with every number and address that messages
//! come from, and what its owner must do so that they ring at night (domain 3, "wake-up").

use super::calendar::lines::Lines;
use super::columns::paragraph;

/// What stands on the card.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Card<'a> {
    /// The desk's short name.
    pub desk: &'a str,
    /// The numbers that pages come from, E.164, each once.
    pub senders: &'a [String],
    /// The desk's own number, to be called; nothing when it is no number that can be dialled.
    pub desk_phone: Option<&'a str>,
    /// The address that mail comes from.
    pub mail: Option<&'a str>,
}

/// The card. Telephones take `CELL` as a number that also sends texts.
pub fn vcard(card: &Card<'_>) -> String {
    let name = format!("{} On-Call Page", card.desk);
    let mut lines = Lines::default();
    lines.raw("BEGIN", "VCARD");
    lines.raw("VERSION", "3.0");
    lines.raw("PRODID", "-//page-oncall//EN");
    lines.text("FN", &name);
    // A desk has a family name and none of the four other parts of a name.
    lines.structured("N", &[&name, "", "", "", ""]);
    lines.structured("ORG", &[card.desk]);
    for number in card.senders {
        lines.raw("TEL;TYPE=CELL,VOICE", number);
    }
    if let Some(number) = card.desk_phone.filter(|number| !card.senders.iter().any(|sender| sender == number)) {
        lines.raw("TEL;TYPE=WORK,VOICE", number);
    }
    if let Some(mail) = card.mail {
        lines.text("EMAIL;TYPE=INTERNET", mail);
    }
    lines.text("NOTE", &instructions(&name).join("\n"));
    lines.raw("END", "VCARD");
    lines.into_text()
}

/// What to do with the card, one sentence a line.
fn instructions(name: &str) -> [String; 4] {
    [
        format!("Pages come from these numbers. Save this card under its name, \"{name}\", so that no page is screened."),
        "iPhone: Contacts, this card, Edit. Ringtone: switch Emergency Bypass on. Text Tone: switch it on there as well; \
         the two are set apart."
            .to_owned(),
        "Android: star this contact. Settings, Notifications, Do Not Disturb: let starred contacts call and send \
         messages, and repeat callers ring."
            .to_owned(),
        "Then ask the desk for a drill while the phone is locked and silenced: only a test proves it.".to_owned(),
    ]
}

/// Said where the card was written to a file.
pub fn written(file: &str, desk: &str) -> String {
    let mut lines = vec![paragraph("", 2, &format!("{file}: the contact card of {desk}'s pages"))];
    let name = format!("{desk} On-Call Page");
    lines.extend(instructions(&name).iter().map(|sentence| paragraph("  ", 2, sentence)));
    lines.join("\n")
}

/// Said where the settings name no number that pages come from.
pub const NO_SENDER: &str = "the settings name no number that pages come from, so the card holds the desk's own only; \
                             set from under [delivery.sms], or sender_numbers under [proof]";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_card_is_folded_escaped_and_names_each_number_once() {
        let senders = ["+16085550100".to_owned(), "+16085550199".to_owned()];
        let card = Card {
            desk: "Büro; UW, HD",
            senders: &senders,
            desk_phone: Some("+16085550199"),
            mail: Some("hd@example.edu"),
        };
        let text = vcard(&card);
        assert!(text.starts_with("BEGIN:VCARD\r\nVERSION:3.0\r\n") && text.ends_with("END:VCARD\r\n"), "{text}");
        assert!(text.split("\r\n").all(|line| line.len() <= 75 && !line.contains('\n')), "{text}");
        let unfolded = text.replace("\r\n ", "");
        for line in [
            "N:Büro\\; UW\\, HD On-Call Page;;;;\r\n",
            "ORG:Büro\\; UW\\, HD\r\n",
            "TEL;TYPE=CELL,VOICE:+16085550100\r\n",
            "EMAIL;TYPE=INTERNET:hd@example.edu\r\n",
        ] {
            assert!(unfolded.contains(line), "{line} in {unfolded}");
        }
        assert_eq!(unfolded.matches("+16085550199").count(), 1);
    }
}

//! Whose texts are blocked with STOP, as every face shows it: a red line in words, a mark in JSON (domain 3, STOP).

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use chrono_tz::Tz;

use crate::decision::ladder::Contact;
use crate::ports::OptOut;
use crate::schedule::roster::Roster;
use crate::site::Site;
use crate::views::who::BlockedView;
use crate::wording::columns::wrapped;
use crate::wording::opt_outs;
use crate::wording::time::rfc3339;

/// The numbers that block texts, and since when.
#[derive(Debug, Clone, Default)]
pub struct Blocked {
    since: BTreeMap<String, DateTime<Utc>>,
    /// The number that texts come from.
    sender: Option<String>,
    zone: Tz,
    /// The people of the contacts file among them, with their numbers.
    known: Vec<(String, String)>,
}

impl Blocked {
    /// What the store knows.
    pub fn of(opt_outs: Vec<OptOut>, site: &Site) -> Self {
        let since: BTreeMap<String, DateTime<Utc>> = opt_outs.into_iter().map(|it| (it.number, it.since)).collect();
        let known = known(&since, &site.roster);
        Self { since, sender: site.texts_from().map(str::to_owned), zone: site.zone, known }
    }

    /// Whether texts to this number are blocked.
    pub fn has(&self, phone: Option<&str>) -> bool {
        phone.is_some_and(|phone| self.since.contains_key(phone))
    }

    /// The sentences about these people, name and number, each person once.
    pub fn sentences<'a>(&self, people: impl IntoIterator<Item = (&'a str, Option<&'a str>)>) -> Vec<String> {
        let mut told: Vec<&str> = Vec::new();
        let mut sentences = Vec::new();
        for (name, phone) in people {
            let Some((phone, since)) = phone.and_then(|phone| Some((phone, self.since.get(phone)?))) else { continue };
            if !told.contains(&phone) {
                told.push(phone);
                sentences.push(opt_outs::line(name, *since, self.sender.as_deref(), self.zone));
            }
        }
        sentences
    }

    /// The same as lines of a terminal.
    pub fn lines<'a>(&self, people: impl IntoIterator<Item = (&'a str, Option<&'a str>)>) -> Vec<String> {
        self.sentences(people).iter().flat_map(|sentence| wrapped(sentence, "  ! ", "    ")).collect()
    }

    /// The lines about everybody whom these contacts name.
    pub fn lines_of<'a>(&self, contacts: impl IntoIterator<Item = &'a Contact>) -> Vec<String> {
        self.lines(contacts.into_iter().map(|it| (it.name.as_str(), it.phone.as_deref())))
    }

    /// The lines about the people of the contacts file.
    pub fn known_lines(&self) -> Vec<String> {
        self.lines(self.known.iter().map(|(name, phone)| (name.as_str(), Some(phone.as_str()))))
    }

    /// The people of the contacts file, for programs.
    pub fn known_views(&self) -> Vec<BlockedView> {
        let view = |(name, phone): &(String, String)| {
            let since = rfc3339(*self.since.get(phone)?, self.zone);
            Some(BlockedView { name: name.clone(), phone: phone.clone(), since })
        };
        self.known.iter().filter_map(view).collect()
    }
}

fn known(since: &BTreeMap<String, DateTime<Utc>>, roster: &Roster) -> Vec<(String, String)> {
    let numbered = roster.contacts().iter().filter_map(|it| Some((it, &it.phone.as_ref()?.main.e164)));
    let blocked = numbered.filter(|(_, phone)| since.contains_key(phone.as_ref()));
    blocked.map(|(contact, phone)| (contact.name.to_string(), phone.to_string())).collect()
}

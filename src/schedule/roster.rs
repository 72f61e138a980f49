//! Who are the people, and how are they reached? Contacts, aliases, phone numbers; close names are suggested, never used.

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::Arc;

use unicode_normalization::UnicodeNormalization;

use super::grid::{Grid, GridRow, address};
use super::phone::{self, Phone};
use super::problem::{Problem, ProblemKind};

/// How many rows at the top of the contacts may stand above the header.
const HEADER_ROWS: usize = 20;
/// The least likeness, from 0 to 1, at which a known name is worth suggesting.
const LIKENESS: f64 = 0.72;

/// A person of `contacts.csv`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Contact {
    /// The name as written.
    pub name: Arc<str>,
    /// Other names that sheets use for them.
    pub aliases: Vec<Arc<str>>,
    /// Their numbers.
    pub phone: Option<Phone>,
    /// Where e-mail reaches them.
    pub email: Option<Arc<str>>,
    /// The channels that may be used; empty means all.
    pub channels: Vec<ContactChannel>,
    /// Shown, never interpreted.
    pub note: String,
    /// The row of the contacts.
    pub row: u32,
}

/// A channel that a contact allows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ContactChannel {
    /// A text message.
    Sms,
    /// An e-mail.
    Email,
    /// A telephone call.
    Voice,
}

/// The people a site knows.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Roster {
    contacts: Vec<Contact>,
    /// Folded names, aliases and addresses to positions in `contacts`; a name goes before aliases.
    by_name: HashMap<String, usize>,
    by_alias: HashMap<String, Vec<usize>>,
    campus: Vec<(String, String)>,
}

/// What a name in a sheet refers to (contract 2.3 rule 7).
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Match<'a> {
    /// The contact of that name.
    Exact(&'a Contact),
    /// The only contact with that alias or e-mail address.
    Alias(&'a Contact),
    /// Several contacts have that alias.
    Several(Vec<&'a Contact>),
    /// Nobody.
    Unknown,
}

/// A name as names are compared (domain 6 row 30): NFKC, trimmed, without case, runs of blanks as one.
pub fn fold(name: &str) -> Cow<'_, str> {
    let name = name.trim();
    if name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b.is_ascii_punctuation()) {
        return Cow::Borrowed(name);
    }
    let mut folded = String::with_capacity(name.len());
    let mut push_words = |text: &str| {
        for word in text.split_whitespace() {
            if !folded.is_empty() {
                folded.push(' ');
            }
            if word.is_ascii() {
                folded.extend(word.chars().map(|c| c.to_ascii_lowercase()));
            } else {
                folded.push_str(&word.to_lowercase());
            }
        }
    };
    if name.is_ascii() {
        push_words(name);
    } else {
        let unified: String =
            name.nfkc().filter(|c| !matches!(c, '\u{200b}'..='\u{200f}' | '\u{feff}' | '\u{ad}')).collect();
        push_words(&unified);
    }
    Cow::Owned(folded)
}

impl Roster {
    /// Reads `contacts.csv`: `name,aliases,phone,email,channels,note`, found by their headings in any order.
    ///
    /// `campus` expands short phone numbers, see [`phone::normalise`]. A defect costs its cell, never the file;
    /// without a `name` heading nobody is known and the one problem says so.
    pub fn from_grid(grid: &Grid, campus: &[(String, String)]) -> (Self, Vec<Problem>) {
        let mut reader =
            ContactReader { roster: Self { campus: campus.to_vec(), ..Self::default() }, problems: Vec::new(), grid };
        let header = grid.rows.iter().take(HEADER_ROWS).position(|row| Columns::of(row).name.is_some());
        let Some((header, rows)) = header.and_then(|at| Some((grid.rows.get(at)?, grid.rows.get(at + 1..)?))) else {
            reader.report(ProblemKind::MissingColumn { column: "name", near: None }, String::new(), "");
            return (reader.roster, reader.problems);
        };
        let columns = Columns::of(header);
        for row in rows.iter().filter(|row| row.cells().any(|cell| !cell.trim().is_empty())) {
            reader.contact(row, &columns);
        }
        reader.index_aliases(&columns);
        (reader.roster, reader.problems)
    }

    /// The people, in the order of the file.
    pub fn contacts(&self) -> &[Contact] {
        &self.contacts
    }

    /// Whether nobody is known, so that no name can be checked.
    pub fn is_empty(&self) -> bool {
        self.contacts.is_empty()
    }

    /// The campus short numbers, as given to [`Roster::from_grid`].
    pub fn campus(&self) -> &[(String, String)] {
        &self.campus
    }

    /// The contact that `name` refers to: exact, else by alias or e-mail address. Never by likeness.
    pub fn find(&self, name: &str) -> Match<'_> {
        let folded = fold(name);
        if let Some(contact) = self.by_name.get(&*folded).and_then(|index| self.contacts.get(*index)) {
            return Match::Exact(contact);
        }
        let indices = self.by_alias.get(&*folded).map_or(&[][..], Vec::as_slice);
        let found: Vec<&Contact> = indices.iter().filter_map(|index| self.contacts.get(*index)).collect();
        match found.as_slice() {
            [] => Match::Unknown,
            [contact] => Match::Alias(contact),
            _ => Match::Several(found),
        }
    }

    /// The known name that looks most like `name`, as a hint for a person; never to be used instead (rule 7).
    pub fn suggest(&self, name: &str) -> Option<Arc<str>> {
        let wanted = fold(name);
        let likeness = |known: &str| {
            let known = fold(known);
            let first_word = known.split(' ').next().unwrap_or_default();
            strsim::normalized_damerau_levenshtein(&wanted, &known)
                .max(strsim::normalized_damerau_levenshtein(&wanted, first_word))
                .max(if first_word.len() > 2 { strsim::jaro_winkler(&wanted, &known) - 0.12 } else { 0.0 })
        };
        self.contacts
            .iter()
            .map(|contact| {
                let names = std::iter::once(&contact.name).chain(&contact.aliases);
                (names.map(|name| likeness(name)).fold(0.0, f64::max), contact)
            })
            .filter(|(score, _)| *score >= LIKENESS)
            .max_by(|(one, _), (other, _)| one.total_cmp(other))
            .map(|(_, contact)| Arc::clone(&contact.name))
    }
}

/// Where the columns of the contacts stand.
#[derive(Default)]
struct Columns {
    name: Option<usize>,
    aliases: Option<usize>,
    phone: Option<usize>,
    email: Option<usize>,
    channels: Option<usize>,
    note: Option<usize>,
}

impl Columns {
    fn of(header: &GridRow) -> Self {
        let mut columns = Self::default();
        for index in 0..header.width() {
            let heading: String =
                header.text(index).chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect();
            let slot = match heading.as_str() {
                "name" | "person" | "technician" | "fullname" | "contact" => &mut columns.name,
                "aliases" | "alias" | "alsoknownas" | "nickname" | "nicknames" | "othernames" => &mut columns.aliases,
                "phone" | "phonenumber" | "mobile" | "cell" | "cellphone" | "telephone" => &mut columns.phone,
                "email" | "emailaddress" | "mail" => &mut columns.email,
                "channels" | "channel" => &mut columns.channels,
                "note" | "notes" | "comment" | "comments" => &mut columns.note,
                _ => continue,
            };
            slot.get_or_insert(index);
        }
        columns
    }
}

/// Reads the rows of the contacts one by one.
struct ContactReader<'a> {
    roster: Roster,
    problems: Vec<Problem>,
    grid: &'a Grid,
}

impl ContactReader<'_> {
    fn report(&mut self, kind: ProblemKind, cell: String, text: &str) {
        self.problems.push(Problem { kind, sheet: Arc::clone(&self.grid.sheet), cell, text: text.to_owned() });
    }

    fn contact(&mut self, row: &GridRow, columns: &Columns) {
        let text = |column: Option<usize>| column.map_or("", |column| row.text(column));
        let cell = |column: Option<usize>| address(column.unwrap_or(0), row.number);
        let name = text(columns.name);
        if name.is_empty() {
            return self.report(ProblemKind::NamelessContact, cell(columns.name), &row.line());
        }
        let known = self.roster.by_name.get(&*fold(name)).and_then(|index| self.roster.contacts.get(*index));
        if let Some(first) = known.map(|contact| contact.row) {
            return self.report(ProblemKind::DuplicateContact { first }, cell(columns.name), name);
        }
        let phone = match phone::normalise(text(columns.phone), &self.roster.campus) {
            Ok(phone) => Some(phone),
            Err(_) if text(columns.phone).is_empty() => {
                self.report(ProblemKind::NoPhone, cell(columns.phone.or(columns.name)), name);
                None
            }
            Err(refusal) => {
                self.report(ProblemKind::BadPhone(refusal), cell(columns.phone), text(columns.phone));
                None
            }
        };
        let email = text(columns.email);
        if !email.is_empty() && !is_address(email) {
            self.report(ProblemKind::BadEmail, cell(columns.email), email);
        }
        let channels = self.channels(text(columns.channels), &cell(columns.channels));
        let aliases = text(columns.aliases).split([';', '\n']).map(str::trim).filter(|alias| !alias.is_empty());
        let contact = Contact {
            name: name.into(),
            aliases: aliases.map(Into::into).collect(),
            phone,
            email: is_address(email).then(|| email.into()),
            channels,
            note: text(columns.note).to_owned(),
            row: row.number,
        };
        self.roster.by_name.insert(fold(name).into_owned(), self.roster.contacts.len());
        self.roster.contacts.push(contact);
    }

    fn channels(&mut self, text: &str, cell: &str) -> Vec<ContactChannel> {
        let mut channels = Vec::new();
        for word in text.split([';', ',', '/', '|', ' ', '\n']).filter(|word| !word.is_empty()) {
            let channel = match word.to_ascii_lowercase().as_str() {
                "sms" | "text" => ContactChannel::Sms,
                "email" | "e-mail" | "mail" => ContactChannel::Email,
                "voice" | "call" | "phone" => ContactChannel::Voice,
                _ => {
                    self.report(ProblemKind::UnknownChannel, cell.to_owned(), word);
                    continue;
                }
            };
            if !channels.contains(&channel) {
                channels.push(channel);
            }
        }
        channels
    }

    /// After all names are known: an alias never hides a name, and one of several contacts is said to be so.
    fn index_aliases(&mut self, columns: &Columns) {
        let contacts = std::mem::take(&mut self.roster.contacts);
        for (index, contact) in contacts.iter().enumerate() {
            for alias in contact.aliases.iter().chain(&contact.email) {
                let folded = fold(alias).into_owned();
                let owner = self.roster.by_name.get(&folded).copied();
                let sharers = self.roster.by_alias.entry(folded).or_default();
                let other = owner.or(sharers.first().copied()).filter(|other| *other != index);
                if !sharers.contains(&index) {
                    sharers.push(index);
                }
                if let Some(other) = other.and_then(|other| contacts.get(other)) {
                    let kind = ProblemKind::SharedAlias { other: Arc::clone(&other.name) };
                    self.report(kind, address(columns.aliases.unwrap_or(0), contact.row), alias);
                }
            }
        }
        self.roster.contacts = contacts;
    }
}

/// Whether a text could be an e-mail address: one `@` with something before it and a domain with a dot after it.
pub fn is_address(text: &str) -> bool {
    let Some((local, domain)) = text.split_once('@') else { return false };
    let plain = |part: &str| !part.is_empty() && !part.contains(|c: char| c.is_whitespace() || "@,;<>()".contains(c));
    plain(local) && plain(domain) && domain.contains('.') && !domain.starts_with('.') && !domain.ends_with('.')
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wording::problems::code;

    fn read(text: &str) -> (Roster, Vec<String>) {
        let rows = (1..).zip(text.lines().map(|line| line.split(',')));
        let (roster, problems) = Roster::from_grid(&Grid::of("contacts.csv", rows), &[]);
        (roster, problems.iter().map(|problem| format!("{} {}", problem.cell, code(&problem.kind))).collect())
    }

    fn found(roster: &Roster, name: &str) -> String {
        match roster.find(name) {
            Match::Exact(contact) => contact.name.to_string(),
            Match::Alias(contact) => format!("alias of {}", contact.name),
            Match::Several(contacts) => format!("one of {}", contacts.len()),
            Match::Unknown => "unknown".to_owned(),
        }
    }

    #[test]
    fn names_before_aliases_and_never_by_likeness() {
        let (roster, problems) = read(
            "name,aliases,phone,email\nAna Ortiz,Ana;AO,608-555-0101,ana@example.org\nBen Ade,Benny;BA,608-555-0102,\n\
             Benny,BA,608-555-0103,",
        );
        for (name, wanted) in [
            ("ana  ORTIZ ", "Ana Ortiz"),
            ("Ana", "alias of Ana Ortiz"),
            ("ANA@example.org", "alias of Ana Ortiz"),
            ("Benny", "Benny"),
            ("ba", "one of 2"),
            ("An", "unknown"),
            ("", "unknown"),
            ("Ana Ortis", "unknown"),
        ] {
            assert_eq!(found(&roster, name), wanted, "{name:?}");
        }
        assert_eq!(problems, ["B3 shared-alias", "B4 shared-alias"]);
    }

    #[test]
    fn defects_cost_their_cell_only() {
        let (roster, problems) = read(
            "On-call people,,,,\nEmail,Name,Phone,Channels,Note\nnowhere,Ana,12,sms;pigeon,x\n,,608-555-0101,,\n\
             b@example.org,Ben,,VOICE,\n,ANA,608-555-0104,,\n,,,,",
        );
        let names: Vec<&str> = roster.contacts().iter().map(|contact| &*contact.name).collect();
        assert_eq!(names, ["Ana", "Ben"]);
        assert_eq!(
            problems,
            [
                "C3 bad-phone",
                "A3 bad-email",
                "D3 unknown-channel",
                "B4 nameless-contact",
                "C5 no-phone",
                "B6 duplicate-contact"
            ]
        );
        assert_eq!(roster.contacts()[0].channels, [ContactChannel::Sms]);
        assert_eq!(roster.contacts()[1].channels, [ContactChannel::Voice]);
        assert_eq!((&*roster.contacts()[0].note, roster.contacts()[0].email.as_deref()), ("x", None));
    }

    #[test]
    fn a_file_without_names_knows_nobody_and_says_so() {
        let (roster, problems) = read("phone,email\n608-555-0101,a@example.org");
        assert!(roster.is_empty());
        assert_eq!(problems, [" missing-column"]);
    }

    #[test]
    fn suggestions_look_like_the_name() {
        let (roster, _) = read("name,aliases\nJonathan Reyes,Jon\nBob Stone,\nAna Ortiz,");
        for (name, wanted) in [
            ("Jonathon Reyes", Some("Jonathan Reyes")),
            ("Jonn", Some("Jonathan Reyes")),
            ("Bob S.", Some("Bob Stone")),
            ("Anna Ortiz", Some("Ana Ortiz")),
            ("Wilhelmina", None),
            ("", None),
        ] {
            assert_eq!(roster.suggest(name).as_deref(), wanted, "{name}");
        }
    }

    #[test]
    fn folding_unites_what_people_cannot_see() {
        for text in ["Jos\u{e9} Nu\u{f1}ez", "jose\u{301}  nun\u{303}ez", "\u{feff}JOS\u{c9}\u{a0}NU\u{d1}EZ "] {
            assert_eq!(fold(text), "jos\u{e9} nu\u{f1}ez");
        }
        assert_eq!(fold("ana "), "ana");
    }
}

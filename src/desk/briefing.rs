//! Can a technician be told these four facts? The case number, the customer, the telephone number and the problem,
//! checked field by field.

use super::error::CommandError;
use crate::episode::briefing::Briefing;
use crate::schedule::phone;
use crate::site::Site;
use crate::wording;

/// A field of the agent's form.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Field {
    /// The case number.
    Case,
    /// The customer's name.
    Customer,
    /// The customer's telephone number.
    Phone,
    /// The problem in a few words.
    Summary,
}

impl Field {
    /// The field's name in a form, in JSON and, behind two dashes, on the command line.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Case => "case",
            Self::Customer => "customer",
            Self::Phone => "phone",
            Self::Summary => "summary",
        }
    }
}

/// A field that cannot be used as it was typed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unfit {
    /// Which.
    pub field: Field,
    /// Why, and what to type instead.
    pub error: CommandError,
}

/// The facts as they were typed. They say who the customer is: there is no `Debug`.
#[derive(Clone, Copy)]
pub struct Typed<'a> {
    /// The case number.
    pub case: &'a str,
    /// The customer's name.
    pub customer: &'a str,
    /// The customer's telephone number.
    pub phone: &'a str,
    /// The problem in a few words.
    pub summary: &'a str,
    /// The customer's department as `partners.csv` writes it, when it was named.
    pub department: Option<&'a str>,
}

impl Typed<'_> {
    /// The facts as a technician gets them, or every field that cannot be used, in the order of the form.
    pub fn checked(&self, site: &Site) -> Result<Briefing, Vec<Unfit>> {
        let mut unfit = Vec::new();
        let mut keep = |field, read: Result<String, CommandError>| {
            read.map_err(|error| unfit.push(Unfit { field, error })).unwrap_or_default()
        };
        let case = keep(Field::Case, case_number(self.case, site));
        let customer = keep(Field::Customer, said(self.customer));
        let phone = keep(Field::Phone, said(self.phone).and_then(|text| dialable(&text, site)));
        let summary = keep(Field::Summary, said(self.summary));
        if !unfit.is_empty() {
            return Err(unfit);
        }
        Ok(briefing(case, customer, phone, summary, self.department.map(str::to_owned), site))
    }
}

/// The briefing of facts that were checked. What may leave the house of it, the department says.
pub fn briefing(
    case: String,
    customer: String,
    phone: String,
    summary: String,
    department: Option<String>,
    site: &Site,
) -> Briefing {
    let restricted =
        department.as_deref().and_then(|name| site.partners.find(name)).is_some_and(|found| found.restricted);
    Briefing { case, customer, phone, summary, department, restricted }
}

fn said(text: &str) -> Result<String, CommandError> {
    match text.trim() {
        "" => Err(CommandError::usage(wording::questions::NEEDED)),
        text => Ok(text.to_owned()),
    }
}

/// Checks the case number as typed against the site's pattern, and gives it without blanks, in capitals.
pub fn case_number(text: &str, site: &Site) -> Result<String, CommandError> {
    let case = text.trim().to_uppercase();
    let pattern = &site.settings.desk.case_pattern;
    let fits = regex_lite::Regex::new(pattern).is_ok_and(|pattern| pattern.is_match(&case));
    if fits {
        return Ok(case);
    }
    let ticket = &site.settings.desk.ticket_system;
    Err(CommandError::usage(format!("{:?} is not a case number", text.trim()))
        .hint(format!("type it as {ticket} shows it; accepted is {pattern}, case_pattern in the settings")))
}

/// The number as it is dialled, or why it cannot be.
pub fn dialable(text: &str, site: &Site) -> Result<String, CommandError> {
    match phone::normalise(text, &site.settings.campus()) {
        Ok(phone) => {
            let number = wording::phone::display(&phone.main.e164);
            Ok(phone.main.extension.map_or_else(|| number.clone(), |extension| format!("{number} x{extension}")))
        }
        Err(_) => Err(CommandError::usage(format!("{text:?} is not a telephone number that can be dialled"))
            .hint("write ten digits, for example 608-555-0142, or + and the country code")),
    }
}

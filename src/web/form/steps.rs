//! How does one step of the form look? The case number, a question with its keys, the four facts; answers so far below.

use chrono::{DateTime, Utc};
use maud::{Markup, html};

use super::super::shell::Shell;
use super::{Amiss, View};
use crate::decision::{Given, Question};
use crate::desk::briefing::{Field, Unfit};
use crate::ports::drafts::Draft;
use crate::site::Site;
use crate::wording::time::{short, spoken};
use crate::wording::{form as words, questions};

/// A field with its label, its hint and what is wrong with it.
struct Input<'a> {
    field: Field,
    label: &'static str,
    hint: &'a str,
    value: &'a str,
    /// `text`, `tel`.
    kind: &'static str,
    amiss: Option<&'a Unfit>,
}

impl Input<'_> {
    fn draw(&self) -> Markup {
        let name = self.field.name();
        let (hint, wrong) = (format!("{name}-hint"), format!("{name}-wrong"));
        let described = match (self.hint.is_empty(), self.amiss.is_some()) {
            (true, false) => None,
            (false, false) => Some(hint.clone()),
            (true, true) => Some(wrong.clone()),
            (false, true) => Some(format!("{wrong} {hint}")),
        };
        html! {
            div.field {
                label for=(name) { (self.label) }
                @if !self.hint.is_empty() { p.soft id=(hint) { (self.hint) } }
                @if let Some(unfit) = self.amiss { p.wrong id=(wrong) { (sentence(unfit)) } }
                input id=(name) name=(name) type=(self.kind) value=(self.value) autocomplete="off" maxlength="1000"
                    aria-describedby=[described] aria-invalid=[self.amiss.map(|_| "true")];
            }
        }
    }
}

fn sentence(unfit: &Unfit) -> String {
    unfit.error.to_string().split_whitespace().collect::<Vec<_>>().join(" ")
}

/// What is wrong, above the form, with the way to each field; it gets the focus.
fn summary(unfit: &[Unfit]) -> Markup {
    html! {
        @if !unfit.is_empty() {
            section.errors tabindex="-1" data-focus="" aria-labelledby="errors" role="alert" {
                h2 id="errors" { (words::UNFIT) }
                ul {
                    @for unfit in unfit {
                        li { a href=(format!("#{}", unfit.field.name())) { (label(unfit.field)) ": " (sentence(unfit)) } }
                    }
                }
            }
        }
    }
}

fn label(field: Field) -> &'static str {
    match field {
        Field::Case => "Case number",
        Field::Customer => "Customer's name",
        Field::Phone => "Customer's phone number",
        Field::Summary => "The problem in a few words",
    }
}

fn case_input<'a>(site: &'a Site, value: &'a str, hint: &'a str, amiss: Option<&'a Unfit>) -> Input<'a> {
    let _ = site;
    Input { field: Field::Case, label: label(Field::Case), hint, value, kind: "text", amiss }
}

/// Where a form begins.
pub(super) fn entrance(
    shell: &Shell,
    site: &Site,
    typed: &str,
    amiss: Option<&Unfit>,
    own: &[Draft],
    others: &[Draft],
    now: DateTime<Utc>,
) -> Markup {
    let _ = now;
    let hint =
        format!("As {} shows it. A case that has an open page leads to that page.", site.settings.desk.ticket_system);
    html! {
        h1 { "Which case is it?" }
        (summary(amiss.map(std::slice::from_ref).unwrap_or_default()))
        form method="post" action=(shell.href("/page")) {
            (case_input(site, typed, &hint, amiss).draw())
            button { "Begin" }
        }
        @if !own.is_empty() {
            h2 { "Go on with a form of yours" }
            ul.plain-list {
                @for draft in own {
                    li {
                        a href=(shell.href(&format!("/page/{}", draft.id))) {
                            (words::begun(&draft.case, draft.begun_at, site.zone))
                        }
                    }
                }
            }
        }
        @if !others.is_empty() {
            h2 { "Others are filling in" }
            ul.plain-list {
                @for draft in others {
                    li { (draft.by) ": case " (draft.case) ", begun " (short(draft.begun_at, site.zone))
                        ", last answer at " (spoken(draft.changed_at, site.zone)) }
                }
            }
        }
    }
}

impl View<'_> {
    pub(super) fn case_step(&self, amiss: &Amiss) -> Markup {
        let site = &self.current.site;
        let found = amiss.fields.iter().find(|unfit| unfit.field == Field::Case);
        let body = html! {
            (self.above())
            h1 { "Which case is it?" }
            (summary(&amiss.fields))
            form method="post" action=(self.href("")) {
                (self.hidden("case"))
                (case_input(site, &self.form.case, "", found).draw())
                button { "Go on" }
            }
            (self.given())
            (self.leave())
        };
        self.page("Which case is it?", &body)
    }

    pub(super) fn question_step(&self, question: Question, amiss: &Amiss) -> Markup {
        let text = questions::text(question, &self.words, &self.circumstances);
        let before = self.form.answer(question);
        let back = match self.walk.before(Some(question)) {
            // The first question that is not answered yet stands behind all that are.
            None if self.walk.open == Some(question) => self.walk.before(None),
            before => before,
        };
        let body = html! {
            (self.above())
            form.question method="post" action=(self.href("")) {
                (self.hidden("answer"))
                input type="hidden" name="question" value=(question.key());
                fieldset {
                    legend { h1 { (text) } }
                    p.soft { (questions::help(question, &self.words)) }
                    div.choices {
                        @for choice in questions::choices(question) {
                            button.choice.given[before == Some(choice.given)] name="answer" value=(choice.given.word())
                                accesskey=(choice.key) data-key=(choice.key) {
                                kbd aria-hidden="true" { (choice.key) } " "
                                (choice.words)
                                @if before == Some(choice.given) { " " small { "(" (words::GIVEN) ")" } }
                            }
                        }
                    }
                }
            }
            @if question == Question::Partner { (self.department(amiss)) }
            p.steps {
                a.button.second href=(self.href(back.map_or("case", Question::key))) accesskey="b" data-key="b" {
                    kbd aria-hidden="true" { "b" } " Back"
                }
                @if self.walk.open != Some(question) {
                    " " a.button.second href=(self.href("")) { "Leave it as it is" }
                }
            }
            (self.given())
            (self.leave())
        };
        let title = if amiss.department.is_some() { format!("Error: {text}") } else { text.clone() };
        self.page(&title, &body)
    }

    /// The partner by the department's name: close names are offered, never used.
    fn department(&self, amiss: &Amiss) -> Markup {
        let site = &self.current.site;
        let typed = amiss.department.as_deref();
        let value = typed.or(self.form.department.as_deref()).unwrap_or_default();
        html! {
            form.department method="post" action=(self.href("")) {
                (self.hidden("department"))
                div.field {
                    label for="department" { "Or its department or computer name" }
                    @if let Some(typed) = typed {
                        div.wrong id="department-wrong" role="alert" tabindex="-1" data-focus="" {
                            @for line in questions::unknown_department(typed, &site.partners) { p { (line.trim()) } }
                        }
                    }
                    input id="department" name="department" value=(value) autocomplete="off" maxlength="200"
                        list="departments" data-key="d" aria-keyshortcuts="d" aria-invalid=[typed.map(|_| "true")]
                        aria-describedby=[typed.map(|_| "department-wrong")];
                    datalist id="departments" {
                        @for department in site.partners.departments() { option value=(department.name) {} }
                    }
                }
                button.second { "Look it up" }
            }
        }
    }

    pub(super) fn facts_step(&self, amiss: &Amiss) -> Markup {
        let site = &self.current.site;
        let form = self.form;
        let found = |field| amiss.fields.iter().find(|unfit| unfit.field == field);
        let input =
            |field, value, kind, hint| Input { field, label: label(field), hint, value, kind, amiss: found(field) };
        let heading = if self.pages() { "What must the technician know?" } else { "What belongs into the record?" };
        let body = html! {
            (self.above())
            h1 { (heading) }
            (summary(&amiss.fields))
            form method="post" action=(self.href("")) {
                (self.hidden("facts"))
                (case_input(site, &form.case, "", found(Field::Case)).draw())
                (input(Field::Customer, &form.customer, "text", "Whom to call back.").draw())
                (input(Field::Phone, &form.phone, "tel", "With area code, for example 608-555-0142.").draw())
                (input(Field::Summary, &form.summary, "text", "It goes out in a message: no passwords, no patients or students.").draw())
                div.buttons {
                    button { "Go on" }
                    @if let Some(question) = self.walk.before(None) {
                        " " a.button.second href=(self.href(question.key())) { "Back" }
                    }
                }
            }
            (self.given())
            (self.leave())
        };
        self.page(if amiss.fields.is_empty() { heading } else { "Error: the facts" }, &body)
    }

    /// The answers so far, each with its way back.
    pub(super) fn given(&self) -> Markup {
        html! {
            @if !self.walk.given.is_empty() || self.form.has_facts() {
                section.given-list aria-labelledby="given" {
                    h2 id="given" { "Answers so far" }
                    dl {
                        @for given in &self.walk.given {
                            @let question = given.question();
                            @let text = questions::text(question, &self.words, &self.circumstances);
                            div {
                                dt { (text) }
                                dd {
                                    strong { (self.answer_words(*given)) } " "
                                    a href=(self.href(question.key())) { "Change" span.visually-hidden { ": " (text) } }
                                }
                            }
                        }
                        @if self.form.has_facts() {
                            @for (name, value) in [
                                ("Customer", &self.form.customer), ("Phone", &self.form.phone), ("Problem", &self.form.summary),
                            ] {
                                div {
                                    dt { (name) }
                                    dd {
                                        strong { @if value.is_empty() { "not given" } @else { (value) } } " "
                                        a href=(self.href("facts")) { "Change" span.visually-hidden { ": " (name) } }
                                    }
                                }
                            }
                        }
                    }
                }
            }
        }
    }

    fn answer_words(&self, given: Given) -> String {
        let words = questions::choices(given.question())
            .find(|choice| choice.given == given)
            .map_or_else(String::new, |choice| choice.words.to_owned());
        match (given, &self.form.department) {
            (Given::Partner(_), Some(department)) => format!("{department} ({})", given.word()),
            _ => words,
        }
    }

    /// The way out: nothing is stored of a form that was left.
    pub(super) fn leave(&self) -> Markup {
        html! {
            form.leave method="post" action=(self.href("")) {
                input type="hidden" name="do" value="leave";
                button.plain { "Leave this form and delete it" }
            }
        }
    }
}

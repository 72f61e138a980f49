//! What does an agent read whose page is carried out by another machine's service? From the service's JSON.

use serde_json::Value;

use super::phone;

/// What is printed in a dry run.
pub const DRY_RUN: &str = "DRY RUN: nothing was stored, nothing is sent.";
/// What is asked before somebody is paged.
pub const CONFIRMATION: &str = "Page now? y = yes, n = no";
/// What is told to an agent who leaves before the page.
pub const LEFT: &str = "Left; nothing was stored, nobody was paged.";
/// What stands between the answers and the facts.
pub const FACTS: &str = "For the technician:";
/// What is told to an agent who stops watching.
pub const LEFT_ALONE: &str = "The service carries the page on.";

/// A field of JSON; null where there is none.
pub fn at<'a>(value: &'a Value, name: &str) -> &'a Value {
    value.get(name).unwrap_or(&Value::Null)
}

fn text<'a>(value: &'a Value, name: &str) -> &'a str {
    at(value, name).as_str().unwrap_or_default()
}

fn entries<'a>(value: &'a Value, name: &str) -> impl Iterator<Item = &'a Value> {
    at(value, name).as_array().into_iter().flatten()
}

/// What was decided, whom a page asks, and what to say to the customer.
pub fn decided(view: &Value) -> Vec<String> {
    let decision = at(view, "decision");
    let mut lines = Vec::new();
    if at(view, "training") == true {
        lines.push(super::page::TRAINING_LINE.to_owned());
    }
    lines.push(format!("{}: {}", text(decision, "outcome"), text(decision, "reason")));
    lines.extend(people(view).map(|line| format!("  {line}")));
    if entries(view, "say").next().is_some() {
        lines.push("Say to the customer:".to_owned());
        lines.extend(entries(view, "say").filter_map(Value::as_str).map(|line| format!("  {line}")));
    }
    lines
}

/// Whom a page asks, each with their number.
pub fn people(view: &Value) -> impl Iterator<Item = String> {
    entries(view, "on_call").map(|person| {
        let number = at(person, "phone").as_str().map_or_else(|| "no number".to_owned(), phone::display);
        format!("{} ({}) {number}", text(person, "name"), text(person, "role"))
    })
}

/// What to do when the service cannot be reached any more.
pub fn by_hand(view: &Value) -> String {
    let people: Vec<String> = people(view).collect();
    let whom = if people.is_empty() { "HD leadership".to_owned() } else { people.join("; then ") };
    format!("whether the page leaves cannot be told: dial by hand {whom}")
}

/// What to paste into the case.
pub fn record(view: &Value) -> Vec<String> {
    let rule = "-".repeat(40);
    vec![format!("\nPaste into the case:\n{rule}\n{}\n{rule}", text(view, "record"))]
}

/// The entries of the log after number `after`, and the people whom somebody must dial.
pub fn news(view: &Value, after: u64) -> Vec<String> {
    let new = entries(view, "log").filter(|entry| at(entry, "seq").as_u64().is_some_and(|seq| seq > after));
    new.map(|entry| {
        let time = text(entry, "at").get(11..19).unwrap_or_default();
        format!("{time}  {}", text(entry, "what"))
    })
    .collect()
}

/// Whom a person must dial now, with what to say.
pub fn dial(view: &Value) -> Vec<(String, String)> {
    entries(view, "dial")
        .map(|person| {
            let name = text(person, "name");
            let number = at(person, "phone").as_str().map_or_else(|| "no number".to_owned(), phone::display);
            (name.to_owned(), format!("DIAL {name} {number}: {}", text(person, "words")))
        })
        .collect()
}

/// How the page stands at the end.
pub fn ended(view: &Value) -> String {
    match (text(view, "state"), at(at(view, "acknowledged"), "by").as_str()) {
        ("acknowledged" | "closed", Some(by)) => format!("{by} has it."),
        ("exhausted", _) => "NOBODY took it: act by hand now, page-oncall show tells with whom.".to_owned(),
        ("cancelled", _) => "The page was withdrawn.".to_owned(),
        _ => LEFT_ALONE.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn an_agent_reads_whom_to_dial_when_the_service_is_gone() {
        let view = json!({ "on_call": [{ "name": "Ada Ruiz", "role": "primary", "phone": "+16085550101" }] });
        assert_eq!(
            by_hand(&view),
            "whether the page leaves cannot be told: dial by hand Ada Ruiz (primary) 608-555-0101"
        );
        assert!(by_hand(&json!({})).ends_with("dial by hand HD leadership"));
        let log = json!({ "log": [
            { "seq": 1, "at": "2026-11-22T18:00:00-06:00", "what": "opened" },
            { "seq": 2, "at": "2026-11-22T18:00:05-06:00", "what": "text to Ada Ruiz" },
        ] });
        assert_eq!(news(&log, 1), ["18:00:05  text to Ada Ruiz"]);
    }
}

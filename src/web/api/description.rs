//! What can programs ask, and what are they answered? `/openapi.json`, made of what the handlers themselves read by.

use std::collections::BTreeMap;

use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use serde_json::{Map, Value, json};
use utoipa::ToSchema;
use utoipa::openapi::{RefOr, schema::Schema};

use super::super::House;
use super::super::asker::{cookie_name, is_secure};
use super::super::problem::Problem;
use super::super::routes::{Need, Routes};
use super::answer::EXIT;
use super::body::{Field, Holds, LONGEST};
use super::once::KEY;
use super::paging::{ANSWERS, PAGE};
use super::query::{ENTRIES, Key, Kind, MOST_ENTRIES};
use super::reading::{GAPS, SHIFTS, WHO};
use super::reports::REPORT;
use super::{pages, question_keys};
use crate::views::gaps::Gaps;
use crate::views::listed::{PageList, PromiseList};
use crate::views::page::PageView;
use crate::views::question::Decided;
use crate::views::shifts::Shifts;
use crate::views::who::Who;

/// One thing that can be asked.
struct Operation {
    path: &'static str,
    /// Its name for programs.
    id: &'static str,
    summary: &'static str,
    about: &'static str,
    keys: &'static [Key],
    /// The fields of its body; `None` of what is only looked at.
    body: Option<(&'static str, &'static [Field])>,
    /// The schema of its answer.
    answer: &'static str,
    /// How it may end well besides 200.
    also: &'static [u16],
    /// How it may end ill besides what any may.
    ill: &'static [u16],
}

const NUMBERS: &str = "Without the right to see numbers a telephone number keeps its last two digits, and e-mail \
                       addresses are left out.";
const OWN: &str = "A technician gets the pages that ask them.";
const REPORTED: &str = "Records what a person says of the page. An agent says whose word it is, a technician speaks for \
                        themselves.";

const fn read(
    path: &'static str,
    id: &'static str,
    summary: &'static str,
    about: &'static str,
    keys: &'static [Key],
    answer: &'static str,
) -> Operation {
    Operation { path, id, summary, about, keys, body: None, answer, also: &[304], ill: &[404] }
}

const fn report(path: &'static str, id: &'static str, summary: &'static str) -> Operation {
    let body = Some(("Report", REPORT.as_slice()));
    Operation { path, id, summary, about: REPORTED, keys: &[], body, answer: "PageView", also: &[], ill: &[404, 409] }
}

const OPERATIONS: [Operation; 12] = [
    read("/api/v1/who", "who", "Who is on call, now or at a time.", NUMBERS, &WHO, "Who"),
    read("/api/v1/gaps", "gaps", "Holes, overlaps and problems in the schedules.", NUMBERS, &GAPS, "Gaps"),
    read("/api/v1/shifts", "shifts", "Who is on call from when until when.", NUMBERS, &SHIFTS, "Shifts"),
    read("/api/v1/pages", "pages", "The open pages, the newest first.", OWN, &pages::LISTS, "PageList"),
    read("/api/v1/pages/{case}", "page", "One page with its whole log.", OWN, &pages::PAGE, "PageView"),
    read("/api/v1/promises", "promises", "The callback promises, the oldest first.", OWN, &pages::LISTS, "PromiseList"),
    Operation {
        path: "/api/v1/pages",
        id: "open_page",
        summary: "Page the technician on call, where the procedure says so.",
        about: "Decides by the procedure. Where it pages, the page is on disk when this is answered, and what follows is \
                told by GET /api/v1/pages/{case}; where it does not, the answer says what to do instead. The open page \
                of the same case is joined: nobody is paged twice.",
        keys: &[],
        body: Some(("NewPage", PAGE.as_slice())),
        answer: "PageView",
        also: &[201],
        ill: &[409],
    },
    Operation {
        path: "/api/v1/decide",
        id: "decide",
        summary: "What the procedure says, or asks next; nothing is stored or sent.",
        about: "Only questions whose answer can change what is done are asked.",
        keys: &[],
        body: Some(("Answers", ANSWERS.as_slice())),
        answer: "Decided",
        also: &[],
        ill: &[409],
    },
    report("/api/v1/pages/{case}/ack", "ack", "A technician has it: nobody else is paged."),
    report("/api/v1/pages/{case}/decline", "decline", "A technician cannot: the next one is tried at once."),
    report("/api/v1/pages/{case}/called-back", "called_back", "The customer was called back: the promise is kept."),
    report("/api/v1/pages/{case}/cancel", "cancel", "Withdraw a page; whoever was messaged is told."),
];

/// The paths of this file. The description tells nothing about this house.
pub(super) fn routes(routes: Routes) -> Routes {
    routes.get("/openapi.json", Need::Nothing, description)
}

async fn description(State(house): State<House>, headers: HeaderMap) -> Result<Response, Problem> {
    Ok(house.api.description(&house)?.to(&headers))
}

/// The description for a house whose case numbers have this pattern.
pub(super) fn described(house: &House) -> Value {
    let current = house.current();
    let settings = &current.site.settings;
    let base = settings.serve.base_path();
    whole(Some(&settings.desk.case_pattern), if base.is_empty() { "/" } else { base }, cookie_name(is_secure(house)))
}

fn whole(case_pattern: Option<&str>, base: &str, cookie: &str) -> Value {
    let mut paths: BTreeMap<&str, Map<String, Value>> = BTreeMap::new();
    for operation in &OPERATIONS {
        let method = if operation.body.is_some() { "post" } else { "get" };
        paths.entry(operation.path).or_default().insert(method.to_owned(), operation.described());
    }
    let bodies = OPERATIONS.iter().filter_map(|operation| operation.body);
    let mut schemas = schemas();
    schemas.extend(bodies.map(|(name, fields)| (name.to_owned(), body(fields, case_pattern))));
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "page-oncall",
            "version": env!("CARGO_PKG_VERSION"),
            "description": "The JSON of the command line over HTTP. Fields may be added; none is renamed or removed. \
                            Instants are RFC 3339 with the site's offset.",
            "license": { "name": "MIT", "identifier": "MIT" },
        },
        "servers": [{ "url": base }],
        "security": [{ "bearer": [] }, { "cookie": [] }],
        "paths": paths,
        "components": {
            "schemas": schemas,
            "securitySchemes": {
                "bearer": {
                    "type": "http",
                    "scheme": "bearer",
                    "description": "A token of page-oncall token create.",
                },
                "cookie": {
                    "type": "apiKey",
                    "in": "cookie",
                    "name": cookie,
                    "description": "The session of a browser that signed in.",
                },
            },
        },
    })
}

impl Operation {
    fn described(&self) -> Value {
        let mut parameters: Vec<Value> = self.keys.iter().map(parameter).collect();
        if self.path.contains("{case}") {
            parameters.push(json!({
                "name": "case", "in": "path", "required": true,
                "description": "The case number; its open page is meant, else its newest.",
                "schema": { "type": "string", "minLength": 1, "maxLength": 200, "pattern": NOT_IN_PATHS },
            }));
        }
        let mut told = Map::new();
        for (name, text) in [("operationId", self.id), ("summary", self.summary), ("description", self.about)] {
            told.insert(name.to_owned(), json!(text));
        }
        told.insert("responses".to_owned(), self.responses());
        if let Some((name, _)) = self.body {
            parameters.push(json!({
                "name": KEY, "in": "header", "required": false,
                "description": "Names this request, so that it acts once however often it is sent: the same answer is \
                                given again. Keys are remembered for a day at least.",
                "schema": { "type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[!-~]+$" },
            }));
            let content = json!({ "application/json": { "schema": reference(name) } });
            told.insert("requestBody".to_owned(), json!({ "required": true, "content": content }));
        } else {
            parameters.push(json!({
                "name": "If-None-Match", "in": "header", "required": false,
                "description": "The ETag of an answer that is known: it is not sent again.",
                "schema": { "type": "string" },
            }));
        }
        told.insert("parameters".to_owned(), Value::Array(parameters));
        Value::Object(told)
    }

    fn responses(&self) -> Value {
        let always: &[u16] =
            if self.body.is_some() { &[401, 403, 413, 415, 422, 429, 503] } else { &[401, 403, 422, 429, 503] };
        let mut responses = Map::new();
        for status in [200].iter().chain(self.also).chain(self.ill).chain(always) {
            responses.insert(status.to_string(), self.response(*status));
        }
        Value::Object(responses)
    }

    fn response(&self, status: u16) -> Value {
        let mut headers = Map::new();
        let mut header = |name: &str, about: &str| {
            headers.insert(name.to_owned(), json!({ "description": about, "schema": { "type": "string" } }));
        };
        header("RateLimit", "How many requests are left to this caller, and in how many seconds the next is heard.");
        header("RateLimit-Policy", "How many requests a caller may make, in how many seconds.");
        if matches!(status, 200 | 304) && self.body.is_none() {
            header("ETag", "What this answer is known by.");
        }
        if status == 200 && self.body.is_none() {
            header(
                EXIT.as_str(),
                "The exit code of the same call on the command line: 0 done, 1 a finding, 3 could not tell.",
            );
        }
        if status == 200 && self.keys.iter().any(|key| key.kind == Kind::Cursor) {
            header("Link", "Where the list goes on, as rel=\"next\"; absent at its end.");
        }
        if self.body.is_some() && status < 500 && !matches!(status, 401 | 413 | 415 | 429) {
            header("Idempotency-Replayed", "true when this answer was given before to the same key.");
        }
        if matches!(status, 409 | 429 | 503) {
            header("Retry-After", "In how many seconds the same request is worth another try, where it is.");
        }
        let about = match status {
            200 => "How things stand.",
            201 => "A page was opened.",
            304 => "The answer is the one that is known.",
            401 => "Nobody is known by this token or session.",
            403 => "Whoever asks may not.",
            404 => "There is no such schedule or page, or whoever asks may not know of it.",
            409 => "The page does not allow it now, or the request of this key is under way.",
            413 => "The body is too large.",
            415 => "The body is not application/json.",
            422 => "The request cannot be used; `fields` says which of it.",
            429 => "This caller asks too often.",
            _ => "It cannot be told or done now.",
        };
        let mut content = Map::new();
        let mut kind = |kind: &str, schema: Value| drop(content.insert(kind.to_owned(), json!({ "schema": schema })));
        if status < 300 {
            kind("application/json", reference(self.answer));
            if self.body.is_none() || self.ill == [404, 409] {
                kind("text/plain", json!({ "type": "string" }));
            }
        } else if status != 304 {
            kind("application/problem+json", reference("Problem"));
        }
        if content.is_empty() {
            return json!({ "description": about, "headers": headers });
        }
        json!({ "description": about, "headers": headers, "content": content })
    }
}

fn reference(name: &str) -> Value {
    json!({ "$ref": format!("#/components/schemas/{name}") })
}

/// No control characters, and none that ends a path's segment.
const NOT_IN_PATHS: &str = r"^[^\u0000-\u001f\u007f-\u009f/?#%\\]+$";
/// No control characters but line ends and tabs.
const PLAIN: &str = r"^[^\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f]*$";
/// The same with something to read in it.
const NAMED: &str = r"^[^\u0000-\u001f\u007f-\u009f]*[A-Za-z][^\u0000-\u001f\u007f-\u009f]*$";
/// Civil time of the site's zone, or only a day: every day that there is.
const CIVIL: &str = concat!(
    r"^(([1-9][0-9]{3}|0[1-9][0-9]{2})-((0[13578]|1[02])-(0[1-9]|[12][0-9]|3[01])|(0[469]|11)-(0[1-9]|[12][0-9]|30)",
    r"|02-(0[1-9]|1[0-9]|2[0-8]))|([1-9][0-9](0[48]|[2468][048]|[13579][26])|([2468][048]|[13579][26])00)-02-29)",
    r"([ T]([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9])?(Z|[+-](0[0-9]|1[0-2]):[0-5][0-9])?)?$"
);

fn parameter(key: &Key) -> Value {
    let schema = match key.kind {
        Kind::Schedule => json!({ "type": "string", "pattern": PLAIN }),
        Kind::Time => json!({
            "anyOf": [{ "const": "now" }, { "type": "string", "pattern": CIVIL }],
            "examples": ["now", "2026-11-26", "2026-11-26 18:00", "2026-11-26T18:00:00-06:00"],
        }),
        Kind::Days { most, default } => {
            json!({ "type": "integer", "minimum": 1, "maximum": most, "default": default })
        }
        Kind::Flag => json!({ "type": "boolean", "default": false }),
        Kind::On => json!({ "type": "boolean", "default": true }),
        Kind::Limit => json!({ "type": "integer", "minimum": 1, "maximum": MOST_ENTRIES, "default": ENTRIES }),
        Kind::Cursor => json!({ "type": "string", "pattern": "^[A-Za-z0-9_-]+$" }),
    };
    json!({ "name": key.name, "in": "query", "required": false, "description": key.about, "schema": schema })
}

/// The schema of a body of these fields.
fn body(fields: &[Field], case_pattern: Option<&str>) -> Value {
    let property = |field: &Field| {
        let mut schema = match field.holds {
            Holds::Flag => json!({ "type": "boolean", "default": false }),
            Holds::Answer(question) => match question_keys(question) {
                Some(values) => json!({ "type": "string", "enum": values }),
                None => json!({ "type": "string", "pattern": PLAIN, "maxLength": LONGEST }),
            },
            Holds::Text => match (field.name, case_pattern) {
                ("case", Some(pattern)) => json!({ "type": "string", "pattern": pattern, "maxLength": LONGEST }),
                ("by", _) => json!({ "type": "string", "pattern": NAMED, "maxLength": LONGEST }),
                _ => json!({ "type": "string", "pattern": PLAIN, "maxLength": LONGEST }),
            },
        };
        if let Some(schema) = schema.as_object_mut() {
            schema.insert("description".to_owned(), json!(field.about));
        }
        (field.name.to_owned(), schema)
    };
    let required: Vec<&str> = fields.iter().filter(|field| field.required).map(|field| field.name).collect();
    json!({
        "type": "object",
        "properties": fields.iter().map(property).collect::<Map<_, _>>(),
        "required": required,
        "additionalProperties": false,
    })
}

/// The schemas of every answer, as the views themselves have them.
fn schemas() -> Map<String, Value> {
    let mut found: Vec<(String, RefOr<Schema>)> = Vec::new();
    add::<Who<'static>>(&mut found);
    add::<Gaps<'static>>(&mut found);
    add::<Shifts<'static>>(&mut found);
    add::<PageView>(&mut found);
    add::<PageList>(&mut found);
    add::<PromiseList>(&mut found);
    add::<Decided>(&mut found);
    add::<Problem>(&mut found);
    found.into_iter().map(|(name, schema)| (name, serde_json::to_value(schema).unwrap_or_default())).collect()
}

fn add<T: ToSchema>(found: &mut Vec<(String, RefOr<Schema>)>) {
    T::schemas(found);
    found.push((T::name().into_owned(), T::schema()));
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::web::table;

    fn references(value: &Value, found: &mut BTreeSet<String>) {
        match value {
            Value::Object(map) => {
                map.iter().for_each(|(name, value)| match value.as_str().filter(|_| name == "$ref") {
                    Some(reference) => drop(found.insert(reference.to_owned())),
                    None => references(value, found),
                });
            }
            Value::Array(values) => values.iter().for_each(|value| references(value, found)),
            _ => {}
        }
    }

    #[test]
    fn every_route_of_the_api_is_described_and_nothing_else() {
        let routes: BTreeSet<(String, String)> = table()
            .into_iter()
            .filter(|route| route.path.starts_with("/api/"))
            .map(|route| (route.path.to_owned(), route.method.as_str().to_lowercase()))
            .collect();
        let description = whole(None, "/", "page-oncall");
        let paths = description["paths"].as_object().unwrap().iter();
        let told: BTreeSet<(String, String)> = paths
            .flat_map(|(path, methods)| {
                methods.as_object().unwrap().keys().map(|method| (path.clone(), method.clone()))
            })
            .collect();
        assert_eq!(told, routes);
    }

    #[test]
    fn every_schema_that_is_named_is_there_and_every_field_is_explained() {
        let description = whole(Some("^[0-9]+$"), "/", "page-oncall");
        let mut named = BTreeSet::new();
        references(&description, &mut named);
        for reference in named {
            let pointer = reference.strip_prefix('#').unwrap();
            assert!(description.pointer(pointer).is_some(), "{reference}");
        }
        let schemas = description["components"]["schemas"].as_object().unwrap();
        for (name, schema) in schemas {
            for (field, schema) in schema["properties"].as_object().into_iter().flatten() {
                let told = schema.to_string().contains("\"description\"") || schema["$ref"].is_string();
                assert!(told, "{name}.{field}: {schema}");
            }
        }
    }

    #[test]
    fn times_that_are_described_are_understood() {
        let pattern = regex_lite::Regex::new(CIVIL).unwrap();
        let now = chrono::DateTime::UNIX_EPOCH;
        for day in ["2024-02-29", "2026-02-28", "2000-02-29", "2026-11-30", "2026-12-31"] {
            for rest in ["", " 18:00", "T23:59:59", "T00:00Z", "T18:00:00-06:00"] {
                let text = format!("{day}{rest}");
                assert!(pattern.is_match(&text), "{text}");
                assert!(crate::desk::instant::parse(&text, chrono_tz::America::Chicago, now).is_ok(), "{text}");
            }
        }
        for text in ["2026-02-29", "1900-02-29", "2026-11-31", "2026-13-01", "2026-11-22 24:30", ""] {
            assert!(!pattern.is_match(text), "{text}");
        }
    }
}

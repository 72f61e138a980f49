//! Does the API do what its own description says, to whoever asks? Schemathesis tries all of it.

use page_oncall::access::Role;

use crate::support_schema::try_api_with;
use crate::support_web::{Asking, Web};
use crate::web::api_paging::facts;

/// What no schema can say, and a right request may therefore be refused for: that a window ends after it begins and what
/// is known lies in the past, which cursors this service gave, what the procedure needs to know of a case, which telephone
/// numbers can be dialled, and that a key belongs to one request. The case is one that has a page.
const CONFIG: &str = r#"
[parameters]
"path.case" = "1234567"

[[operations]]
include-operation-id = [
    "who", "gaps", "shifts", "pages", "promises", "open_page", "decide", "ack", "decline", "called_back", "cancel",
]
checks.positive_data_acceptance.expected-statuses = ["2xx", "304", "401", "403", "404", "409", "422"]
"#;

#[test]
fn the_api_is_as_it_is_described_for_everybody() {
    let web =
        Web::start("requests_per_minute = 100000000\nsync_every_s = 0\n[delivery.training]\nreply_after_s = 86400");
    let agent = web.token("agent", Role::Agent);
    web.ask_until_read(&Asking::get("/api/v1/who").token(&agent));
    let page = web.ask(&Asking::value("/api/v1/pages", &facts("1234567")).token(&agent));
    assert_eq!(page.status, 201, "{}", page.body);
    let roles = [("supervisor", Some(Role::Supervisor), 8), ("agent", Some(Role::Agent), 4)];
    for (who, role, examples) in roles.into_iter().chain([("viewer", Some(Role::Viewer), 4), ("nobody", None, 2)]) {
        let bearer = role.map(|role| format!("Bearer {}", web.token(&format!("{who}s"), role)));
        let headers: Vec<(&str, &str)> = bearer.iter().map(|bearer| ("Authorization", bearer.as_str())).collect();
        // What is sent hardly differs by who sends it: the others are tried with fewer requests.
        let phases: &[&str] = if role == Some(Role::Supervisor) { &[] } else { &["--phases", "fuzzing"] };
        let tried = try_api_with(CONFIG, &web.address, &headers, examples, phases);
        assert!(tried.clean, "{who}: {}", tried.report);
    }
}

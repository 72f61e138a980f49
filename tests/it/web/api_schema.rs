//! Does the API do what its own description says, to whoever asks? Schemathesis tries all of it.

use page_oncall::access::Role;

use crate::support_schema::try_api_with;
use crate::support_web::Web;

/// What no schema can say, and a right request may therefore be refused for: that a window ends after it begins and what
/// is known lies in the past, which cursors this service gave, what the procedure needs to know of a case, and which
/// telephone numbers can be dialled.
const CONFIG: &str = r#"
[[operations]]
include-operation-id = ["who", "gaps", "shifts", "pages", "promises", "open_page", "decide"]
checks.positive_data_acceptance.expected-statuses = ["2xx", "401", "403", "404", "409", "422"]
"#;

#[test]
fn the_api_is_as_it_is_described_for_everybody() {
    let web =
        Web::start("requests_per_minute = 100000000\nsync_every_s = 0\n[delivery.training]\nreply_after_s = 86400");
    let agent = web.token("agent", Role::Agent);
    web.ask_until_read(&crate::support_web::Asking::get("/api/v1/who").token(&agent));
    for (who, role, examples) in [
        ("supervisor", Some(Role::Supervisor), 12),
        ("agent", Some(Role::Agent), 6),
        ("viewer", Some(Role::Viewer), 6),
        ("nobody", None, 3),
    ] {
        let bearer = role.map(|role| format!("Bearer {}", web.token(&format!("{who}s"), role)));
        let headers: Vec<(&str, &str)> = bearer.iter().map(|bearer| ("Authorization", bearer.as_str())).collect();
        let tried = try_api_with(CONFIG, &web.address, &headers, examples, &[]);
        assert!(tried.clean, "{who}: {}", tried.report);
    }
}

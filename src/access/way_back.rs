//! Where may somebody be sent after signing in? To a path of this house, and nowhere else.

/// The longest path that is remembered.
const LONGEST: usize = 1024;

/// The path to go on to: `wanted` where it is one of this house, else the board.
///
/// A browser reads `//host`, `/\host` and a path with a tab in it as the address of another house, so nothing of that
/// kind is a path here.
pub fn way_back(wanted: &str) -> &str {
    let is_plain = wanted.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'\\');
    let path = wanted.split(['?', '#']).next().unwrap_or_default();
    let leads_here = wanted.starts_with('/') && !wanted.contains("//") && wanted.len() <= LONGEST && is_plain;
    // Signing out, or in again, is nowhere to go on to.
    if leads_here && !matches!(path, "/sign-in" | "/sign-out") && !path.starts_with("/sign-in/") { wanted } else { "/" }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_path_of_this_house_is_gone_on_to() {
        for path in
            ["/", "/pages/1234567", "/schedules/aims?from=2026-11-22&view=week", "/page#customer", "/.well-known"]
        {
            assert_eq!(way_back(path), path);
        }
        let long = format!("/{}", "a".repeat(LONGEST));
        for path in [
            "",
            "evil.example",
            "https://evil.example",
            "//evil.example",
            "/\\evil.example",
            "\\\\evil.example",
            "/\t/evil.example",
            "/\n/evil.example",
            " //evil.example",
            "/a//evil.example",
            "javascript:alert(1)",
            "/%0d%0a\r\nSet-Cookie: a=b",
            "/é",
            "/sign-out",
            "/sign-in",
            "/sign-in?return_to=/",
            "/sign-in/start",
            &long,
        ] {
            assert_eq!(way_back(path), "/", "{path:?}");
        }
    }
}

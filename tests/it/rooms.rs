//! Does every room use only what it may? Reads the source and fails on a line that breaks the table of `src/DESIGN.md`.

use std::fs;
use std::path::{Path, PathBuf};

/// A room, the rooms of ours it may use besides itself, and words that must not stand in it.
struct Room {
    name: &'static str,
    may_use: &'static [&'static str],
    never: &'static [&'static str],
}

/// What a pure room must not know: an executor, the network, files, the clock, the environment, logs.
const EFFECTS: &[&str] = &[
    "tokio::",
    "reqwest::",
    "lettre::",
    "sqlx::",
    "std::fs",
    "std::net",
    "std::env",
    "std::time::SystemTime",
    "Utc::now",
    "tracing::",
    "clap::",
    "crossterm::",
    "println!",
    "async fn",
];
const PROVIDERS: &[&str] = &["reqwest::", "lettre::", "sqlx::"];
/// What belongs to one face or one place, and therefore not in what both faces share.
const FACES_AND_PLACES: &[&str] = &[
    "clap::",
    "crossterm::",
    "axum::",
    "reqwest::",
    "lettre::",
    "sqlx::",
    "Twilio",
    "Smtp",
    "std::fs",
    "std::env",
    "Utc::now",
    "println!",
];

const ROOMS: &[Room] = &[
    Room { name: "access", may_use: &[], never: EFFECTS },
    Room { name: "civil", may_use: &[], never: EFFECTS },
    Room { name: "schedule", may_use: &["civil"], never: EFFECTS },
    Room { name: "decision", may_use: &["civil", "schedule"], never: EFFECTS },
    Room { name: "episode", may_use: &["decision", "schedule"], never: EFFECTS },
    Room { name: "proof", may_use: &["civil", "schedule", "decision", "episode"], never: EFFECTS },
    Room { name: "wording", may_use: &["civil", "schedule", "decision", "episode", "proof"], never: EFFECTS },
    Room { name: "views", may_use: &["civil", "schedule", "decision", "episode", "proof", "wording"], never: EFFECTS },
    Room {
        name: "site",
        may_use: &["access", "civil", "schedule", "decision", "episode", "delivery", "source", "proof"],
        never: EFFECTS,
    },
    Room { name: "ports", may_use: &["access", "schedule", "decision", "episode", "proof"], never: EFFECTS },
    Room { name: "source", may_use: &["civil", "schedule", "ports"], never: &["sqlx::", "lettre::", "clap::"] },
    Room {
        name: "delivery",
        may_use: &["decision", "episode", "ports", "civil", "schedule", "proof"],
        never: &["sqlx::", "clap::", "crossterm::"],
    },
    Room {
        name: "store",
        may_use: &["access", "ports", "schedule", "decision", "episode"],
        never: &["reqwest::", "lettre::", "clap::"],
    },
    Room {
        name: "engine",
        may_use: &["ports", "civil", "schedule", "decision", "episode", "wording"],
        never: &["reqwest::", "lettre::", "sqlx::", "clap::", "crossterm::", "Twilio", "Smtp", "axum::"],
    },
    Room {
        name: "desk",
        may_use: &["civil", "schedule", "decision", "episode", "proof", "wording", "views", "site", "ports", "engine"],
        never: FACES_AND_PLACES,
    },
    Room {
        name: "cli",
        may_use: &[
            "access", "civil", "schedule", "decision", "episode", "proof", "wording", "views", "site", "ports",
            "engine", "desk",
        ],
        never: PROVIDERS,
    },
    Room {
        name: "web",
        may_use: &[
            "access", "civil", "schedule", "decision", "episode", "proof", "wording", "views", "site", "ports",
            "engine", "desk",
        ],
        never: &["reqwest::", "lettre::", "sqlx::", "clap::", "crossterm::", "Twilio", "Smtp", "std::fs", "std::env"],
    },
];

fn sources(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            // What `cargo fuzz` builds beside its targets is not ours.
            found.extend(if path.ends_with("fuzz/target") { Vec::new() } else { sources(&path) });
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
    found.sort();
    found
}

/// Whether a file is a module of unit tests: `tests.rs`, or below a folder of tests or of stories.
fn is_test(file: &Path) -> bool {
    let names = ["tests", "stories"];
    file.iter().any(|part| names.iter().any(|name| part == *name || part.to_str() == Some(&format!("{name}.rs"))))
}

/// The lines of a file outside its unit tests, without comments.
fn code_lines(text: &str) -> impl Iterator<Item = (usize, &str)> {
    text.lines()
        .enumerate()
        .take_while(|(_, line)| !line.starts_with("#[cfg(test)]"))
        .map(|(index, line)| (index + 1, line))
        .filter(|(_, line)| !line.trim_start().starts_with("//"))
}

fn breaches(room: &Room, file: &str, text: &str) -> Vec<String> {
    let mut found = Vec::new();
    for (number, line) in code_lines(text) {
        for used in line.split("crate::").skip(1) {
            let allowed = used.starts_with(room.name) || room.may_use.iter().any(|other| used.starts_with(other));
            if !allowed {
                found.push(format!("{file}:{number}: `{}` may not use crate::{used}", room.name));
            }
        }
        for word in room.never.iter().filter(|word| line.contains(**word)) {
            found.push(format!("{file}:{number}: `{}` may not know {word}", room.name));
        }
    }
    found
}

#[test]
fn every_room_uses_only_what_the_table_allows() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut found = Vec::new();
    let mut rooms_seen = 0;
    for room in ROOMS {
        let folder = root.join(room.name);
        let files = if folder.is_dir() { sources(&folder) } else { vec![root.join(format!("{}.rs", room.name))] };
        rooms_seen += usize::from(!files.is_empty());
        for file in files.into_iter().filter(|file| !is_test(file)) {
            found.extend(breaches(room, &file.display().to_string(), &fs::read_to_string(&file).unwrap()));
        }
    }
    assert_eq!(rooms_seen, ROOMS.len());
    assert!(found.is_empty(), "{}", found.join("\n"));
}

#[test]
fn a_breach_is_noticed() {
    let room = &ROOMS[0];
    assert_eq!(breaches(room, "f", "use crate::engine::Engine;\nlet x = Utc::now();\n").len(), 2);
    assert!(breaches(room, "f", "// crate::engine\n#[cfg(test)]\nuse crate::engine::Engine;\n").is_empty());
}

#[test]
fn every_folder_of_the_source_is_a_room() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    for entry in fs::read_dir(root).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_stem().unwrap().to_string_lossy().into_owned();
        let known = ROOMS.iter().any(|room| room.name == name) || ["wire", "main", "lib", "DESIGN"].contains(&&*name);
        assert!(known, "{name} is not in the table of rooms");
    }
}

#[test]
fn every_file_says_on_its_first_line_what_it_answers() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    for folder in ["src", "tests", "benches"] {
        for file in sources(&root.join(folder)) {
            let text = fs::read_to_string(&file).unwrap();
            assert!(text.starts_with("//! "), "{} does not say what it answers", file.display());
        }
    }
}

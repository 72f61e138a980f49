//! Does every help fit a terminal of 80 columns, and does it stay as reviewed?

use crate::support::Site;

const VERBS: &[&str] = &[
    "who",
    "explain",
    "gaps",
    "sync",
    "shifts",
    "decide",
    "pages",
    "show",
    "ack",
    "decline",
    "called-back",
    "cancel",
    "promises",
    "doctor",
    "drill",
    "handoff",
    "outage",
    "vcard",
    "completions",
    "man",
    "simulate",
    "run",
    "token",
    "account",
    "audit",
    "serve",
];

/// The verbs of nouns.
const PAIRS: &[[&str; 2]] = &[
    ["token", "create"],
    ["token", "list"],
    ["token", "revoke"],
    ["account", "set"],
    ["account", "list"],
    ["account", "remove"],
];

#[test]
fn every_help_reads_as_reviewed_within_80_columns() {
    let site = Site::with(&[]);
    let mut text = site.run(&["--help"]).expect(0).out;
    let listed = |verb: &&str| text.lines().any(|line| line.trim_start().starts_with(&format!("{verb} ")));
    assert!(VERBS.iter().all(listed), "{text}");
    assert_eq!(site.run(&["-h"]).expect(0).out, text, "there is one help, not a short and a long one");
    for verb in VERBS {
        text.extend(["\n## ", verb, "\n", &site.run(&[verb, "--help"]).expect(0).out]);
    }
    for [noun, verb] in PAIRS {
        text.extend(["\n## ", noun, " ", verb, "\n", &site.run(&[noun, verb, "--help"]).expect(0).out]);
    }
    let wide: Vec<&str> = text.lines().filter(|line| line.chars().count() > 80).collect();
    assert!(wide.is_empty(), "{wide:?}");
    insta::assert_snapshot!("help", text);
}

#[test]
fn wrong_usage_says_what_is_wrong_and_what_to_do() {
    let site = Site::sample();
    for (words, told) in [
        (&["--case", "INC1234567", "who"][..], ["--case pages", "page-oncall show INC1234567"]),
        (&["--case", "12"], ["\"12\" is not a case number", "WiscIT"]),
        (&["gaps", "--days", "0"], ["--days", "1..=3660"]),
        (&["gaps", "--days", "-3"], ["--days", "1..=3660"]),
        (&["gaps", "--from", "2026-12-02", "--to", "2026-12-01"], ["ends before it begins", "--to"]),
        (&["decide", "--answers", "calls.jsonl"], ["takes only -", "< FILE"]),
        (&["decide", "--outage", "si"], ["\"si\"", "yes, no or unknown"]),
        (&["who", "amis"], ["no schedule \"amis\"", "aims, gds"]),
        (&["who", "--at", "25:00"], ["\"25:00\"", "2026-11-22 18:00"]),
        (&["whoo"], ["whoo", "'who'"]),
        (&["ack", "INC1234567"], ["--by <NAME>", "Usage"]),
        (&["--config", "."], ["is a folder", "page-oncall.toml"]),
    ] {
        let answer = site.run(words).expect(2);
        assert!(told.iter().all(|part| answer.err.contains(part)), "{words:?}\n{}", answer.err);
        assert!(answer.out.is_empty(), "{words:?}\n{}", answer.out);
    }
}

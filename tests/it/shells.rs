//! Do shells, manual readers and telephones get what they can use, without a site where none is needed?

use std::io::Write as _;
use std::process::{Command, Stdio};

use crate::support::Site;

#[test]
fn completions_and_the_manual_need_no_site_and_name_every_verb() {
    let nowhere = Site::with(&[]);
    let script = nowhere.run(&["completions", "bash"]).expect(0).out;
    let mut bash = Command::new("bash").arg("-n").stdin(Stdio::piped()).spawn().unwrap();
    bash.stdin.take().unwrap().write_all(script.as_bytes()).unwrap();
    assert!(bash.wait().unwrap().success(), "bash cannot read its completions");
    for shell in ["zsh", "fish", "elvish", "powershell"] {
        assert!(nowhere.run(&["completions", shell]).expect(0).out.contains("called-back"), "{shell}");
    }
    nowhere.run(&["completions", "csh"]).expect(2);
    let manual = nowhere.run(&["man"]).expect(0).out;
    for page in [".TH PAGE-ONCALL 1", ".TH PAGE-ONCALL-WHO 1", ".TH PAGE-ONCALL-CALLED-BACK 1"] {
        assert!(manual.contains(page), "{page}\n{manual}");
    }
    assert!(!manual.contains(".TH PAGE-ONCALL-HELP"));
}

#[test]
fn the_outage_checklist_names_who_does_each_step() {
    let site = Site::sample();
    let text = site.run(&["outage", "--problem", "4711"]).expect(0).out;
    assert_eq!(text.lines().filter(|line| line.starts_with("[ ] ")).count(), 11, "{text}");
    assert!(text.contains("4711") && text.contains("HDQA") && text.contains("SNCC"), "{text}");
    let json = site.run(&["--format", "json", "outage"]).expect(0).json();
    assert_eq!((&json["steps"][0]["actor"], &json["steps"][10]["step"]), (&"Help Desk".into(), &11.into()));
}

#[test]
fn the_contact_card_holds_every_number_that_pages_come_from() {
    let site = Site::sample_with(&[(
        "[delivery]\nmode = \"training\"",
        "[proof]\nsender_numbers = [\"608-555-0177\"]\n[delivery]\nmode = \"training\"\n\
         sms = { account_sid = \"AC1\", from = \"+16085550100\" }\n\
         voice = { from = \"608-555-0122\" }\n\
         mail = { host = \"localhost\", from = \"UW HD <hd@example.edu>\" }",
    )]);
    let card = site.run(&["vcard"]).expect(0);
    assert!(card.err.is_empty(), "{}", card.err);
    for line in [
        "TEL;TYPE=CELL,VOICE:+16085550100",
        "+16085550177",
        "+16085550122",
        "TEL;TYPE=WORK,VOICE:+16082644357",
        ":hd@example.edu",
    ] {
        assert!(card.out.contains(line), "{line}\n{}", card.out);
    }
    let said = site.run(&["vcard", "--out", "card.vcf"]).expect(0).out;
    assert!(said.contains("Emergency Bypass") && said.contains("Do Not Disturb"), "{said}");
    assert_eq!(std::fs::read_to_string(site.path("card.vcf")).unwrap(), card.out);
    let bare = Site::sample().run(&["vcard"]).expect(0);
    assert!(bare.err.contains("no number that pages come from"), "{}", bare.err);
}

//! Does a page on paper show what a real page would do? The real program, with nothing stored and nothing sent.

use crate::support::Site;

const CASE: &str = r#"
case = "INC1234567"
partner = "aims"
outage = "no"
hd_can_help = "no"
device = "departmental"
critical = "yes"
customer = "Pat Quinn"
phone = "608-555-0142"
summary = "Payroll PC down, department stopped"
"#;

fn site_with(case: &str) -> Site {
    let site = Site::sample();
    site.write("case.toml", case.as_bytes());
    site
}

fn simulated(site: &Site, words: &[&str]) -> Vec<String> {
    let file = site.path("case.toml");
    let mut all = vec!["simulate", "--case-file", file.to_str().unwrap(), "--at", "2026-11-01 00:50"];
    all.extend(words);
    let answer = site.run(&all);
    let is_text = !words.contains(&"json");
    assert!(!is_text || answer.out.lines().all(|line| line.chars().count() <= 80), "{}", answer.out);
    answer.out.lines().map(str::to_owned).collect()
}

#[test]
fn with_nobody_answering_the_whole_night_is_told_with_its_clock_change() {
    let site = site_with(CASE);
    let lines = simulated(&site, &["--nobody-answers"]);
    assert!(lines[0].starts_with("SIMULATION"), "{lines:#?}");
    let place = |words: &str| {
        let found = lines.iter().position(|line| line.contains(words));
        found.unwrap_or_else(|| panic!("{words:?} is missing in {lines:#?}"))
    };
    let order = [
        place("PAGE AIMS"),
        place("00:50:00 CDT  primary: the page begins"),
        place("Reply 1=got it"),
        place("01:00:00 CDT  secondary: no answer so far"),
        place("01:05:00 CDT  leadership: no answer so far"),
        place("01:10:00 CDT  the whole ladder was tried and NOBODY has it"),
        place("01:20:00 CDT  the promise has run for 30 minutes"),
        place("01:50:00 CDT  the promise is MISSED"),
        place("In the end NOBODY has it"),
    ];
    assert!(order.is_sorted(), "{order:?}");
    assert!(!site.path("page-oncall.db").exists(), "nothing is stored");
}

#[test]
fn what_people_say_is_played_and_programs_get_one_object_a_line() {
    let says = "[[says]]\nafter_minutes = 11\nby = \"Ben Okafor\"\nword = \"1\"\n\
                [[says]]\nafter_minutes = 12\nby = \"Esme Tran\"\nword = \"1\"\n";
    let site = site_with(&format!("{CASE}\n{says}"));
    let lines = simulated(&site, &["--format", "json"]);
    let steps: Vec<serde_json::Value> = lines.iter().map(|line| serde_json::from_str(line).unwrap()).collect();
    let messages: Vec<&serde_json::Value> = steps.iter().filter(|step| step["kind"] == "message").collect();
    let purposes: Vec<&str> = messages.iter().filter_map(|step| step["message"]["purpose"].as_str()).collect();
    assert!(purposes.contains(&"stand-down") && !purposes.contains(&"nobody has it"), "{purposes:?}");
    assert!(messages.iter().all(|step| step["message"]["channel"] != "sms" || step["message"]["segments"] == 1));
    let texts: Vec<&str> = steps.iter().filter_map(|step| step["text"].as_str()).collect();
    assert!(texts.iter().any(|text| text.starts_with("Ben Okafor has it")), "{texts:#?}");
    let refused = steps.iter().find(|step| step["kind"] == "refused").unwrap();
    assert!(refused["text"].as_str().unwrap().contains("Ben Okafor has case INC1234567 already"), "{refused}");
    assert_eq!(steps.last().unwrap()["state"], "acknowledged");
}

#[test]
fn steps_of_the_ladder_that_no_page_reaches_are_named() {
    let steps = "[ladder]\nsteps = [\n\
        { after_minutes = 0, to = \"primary\", channels = [\"sms\"] },\n\
        { after_minutes = 5, to = \"duty manager\", channels = [\"sms\"] },\n\
        { after_minutes = 90, to = \"leadership\", channels = [\"sms\"] },\n]\n";
    let site = site_with(CASE);
    let settings = std::fs::read_to_string(site.path("page-oncall.toml")).unwrap();
    site.write("page-oncall.toml", format!("{settings}\n{steps}").as_bytes());
    let lines = simulated(&site, &["--nobody-answers"]).join(" ");
    let lines = lines.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(lines.contains("NEVER REACHED: step 2 of the ladder (\"duty manager\") can never help"), "{lines}");
    assert!(
        lines.contains("step 3 of the ladder (\"leadership\") can never help: it comes after the promise"),
        "{lines}"
    );
}

#[test]
fn a_file_that_cannot_be_used_says_why() {
    let site = site_with(&CASE.replace("partner", "partnr"));
    let file = site.path("case.toml");
    let file = file.to_str().unwrap();
    let answer = site.run(&["simulate", "--case-file", file, "--nobody-answers"]).expect(2);
    assert!(answer.err.contains("line 3") && answer.err.contains("did you mean `partner`?"), "{}", answer.err);
    site.write("case.toml", CASE.as_bytes());
    let answer = site.run(&["simulate", "--case-file", file]).expect(2);
    assert!(answer.err.contains("who answers?") && answer.err.contains("--nobody-answers"), "{}", answer.err);
    let answer = site.run(&["simulate", "--case-file", "nowhere.toml", "--nobody-answers"]).expect(2);
    assert!(answer.err.contains("nowhere.toml cannot be read"), "{}", answer.err);
    site.write("case.toml", CASE.replace("critical = \"yes\"", "").as_bytes());
    let answer = site.run(&["simulate", "--case-file", file, "--nobody-answers", "--at", "2026-11-01 00:50"]).expect(2);
    assert!(answer.err.contains("--critical"), "{}", answer.err);
}

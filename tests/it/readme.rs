//! Does the operator's guide say what the program takes? Its settings are read by the program's own reader.

use page_oncall::site::Settings;

fn blocks(language: &str) -> Vec<String> {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md");
    let text = std::fs::read_to_string(path).unwrap();
    let fence = format!("```{language}\n");
    text.split(&fence).skip(1).map(|rest| rest.split("```").next().unwrap().to_owned()).collect()
}

#[test]
fn every_settings_example_can_be_read() {
    let blocks = blocks("toml");
    assert!(blocks.len() >= 4, "the guide shows its settings");
    for block in blocks {
        let desk = if block.contains("[desk]") { "" } else { "[desk]\ngeneral_hours = \"always\"\n" };
        let text = format!("{desk}{block}");
        if let Err(error) = Settings::parse(&text) {
            panic!("{error}\n{text}");
        }
    }
}

#[test]
fn what_the_guide_calls_a_default_is_one() {
    let written: String = blocks("toml").into_iter().filter(|block| block.contains("after_minutes")).collect();
    let written = Settings::parse(&written).unwrap();
    let default = Settings::parse("").unwrap();
    assert_eq!(written.ladder, default.ladder);
    let paging: String = blocks("toml").into_iter().filter(|block| block.contains("promise_minutes")).collect();
    assert_eq!(Settings::parse(&paging).unwrap().paging, default.paging);
}

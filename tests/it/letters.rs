//! Is the letter to a schedule's owner whole, as a mail reader gets it? Text, HTML with its picture, the picture as a file.

use serde_json::Value;

use crate::mail::MailServer;
use crate::support::Site;

const CONTACTS: &str = "name,aliases,phone,email,channels,note\n\
    Ada Ruiz,,608-555-0101,ada@example.edu,,\nBen Ortiz,,608-555-0102,ben@example.edu,,\n";

/// A week in which the primary of one night is missing, an override stands in for another, and two people share one.
const WEEK: &str = "start,end,person,role,kind\n\
    2026-11-30 07:00,2026-12-01 18:00,Ada Ruiz,primary,\n\
    2026-12-02 07:00,2026-12-07 07:00,Ada Ruiz,primary,\n\
    2026-12-03 18:00,2026-12-04 07:00,Ben <b>Ortiz,primary,override\n\
    2026-12-05 00:00,2026-12-06 00:00,Ben Ortiz,primary,\n\
    2026-11-30 00:00,2026-12-14 00:00,Ben Ortiz,secondary,\n\
    2026-12-07 07:00,2026-12-14 00:00,Ada Ruiz,primary,\n";

fn letter(server: &MailServer, site: &Site, words: &[&str]) -> Vec<Value> {
    site.run(&[&["gaps", "--mail"], words].concat()).expect(1);
    server.taken()["parts"].as_array().unwrap().clone()
}

fn site(server: &MailServer, aims: &str) -> Site {
    let settings = format!(
        "[desk]\ngeneral_hours = \"always\"\n[schedules.\"aims/1\"]\ntitle = \"AIMS\"\nsource = \"csv:aims.csv\"\n\
         coverage = \"always\"\nowners = [\"owner@example.edu\"]\n[delivery]\nmode = \"live\"\n[delivery.mail]\n\
         host = \"localhost\"\nport = {}\ntls = \"none\"\nfrom = \"UW HD <hd@example.edu>\"\n",
        server.port
    );
    Site::with(&[("page-oncall.toml", &settings), ("aims.csv", aims), ("contacts.csv", CONTACTS)])
}

/// The widths of the cells of each innermost table, with what their borders take.
fn row_widths(html: &str) -> Vec<i64> {
    let number = |text: &str| text.chars().take_while(char::is_ascii_digit).collect::<String>().parse::<i64>().unwrap();
    let cell = |cell: &str| {
        let edges = cell.split("border-left:").nth(1).map_or(0, number) + 4 * i64::from(cell.contains("border:2px"));
        number(cell) + edges
    };
    let rows = html.split("table-layout:fixed\"><tr>").skip(1).map(|row| row.split("</tr>").next().unwrap());
    rows.map(|row| row.split("<td width=\"").skip(1).map(cell).sum()).collect()
}

#[test]
fn the_letter_shows_the_two_weeks_in_cells_that_every_mail_reader_keeps_and_brings_the_picture_as_a_file() {
    let server = MailServer::start("none", None);
    let site = site(&server, WEEK);
    let parts = letter(&server, &site, &["--from", "2026-11-30", "--days", "14"]);
    let kinds: Vec<&str> = parts.iter().map(|part| part["type"].as_str().unwrap()).collect();
    assert_eq!(kinds, ["text/plain", "text/html", "image/svg+xml"]);
    let html = parts[1]["text"].as_str().unwrap();
    for words in [
        // The hole: red without hatching, hatched where that is known, and in words.
        "bgcolor=\"#9b1c1c\" title=\"NOBODY on call in needed hours from Tue 2026-12-01 18:00 CST to Wed 2026-12-02 07:00 CST \
         (13 h)\"",
        "background-image:repeating-linear-gradient(",
        "NO<br>BODY",
        "title=\"primary: Ben &lt;b&gt;Ortiz from Thu 2026-12-03 18:00 CST to Fri 2026-12-04 07:00 CST, override for Ada Ruiz\"",
        "CONFLICT",
        "<b>Mon</b><br>30 Nov",
        ">secondary</td>",
        // The same in words, for those who see no picture.
        "18:00-24:00 <strong",
    ] {
        assert!(html.contains(words), "{words} is missing in {html}");
    }
    assert!(!html.contains("<b>Ortiz") && !html.contains("<img") && !html.contains("<svg"), "{html}");
    // Two weeks, each with its days, two rows of primaries where two are on call, the secondary, the needed hours.
    let widths = row_widths(html);
    assert_eq!(widths, [616; 9], "{html}");
    assert_eq!(parts[2]["name"], "aims_1.svg");
    let svg = parts[2]["text"].as_str().unwrap();
    assert!(svg.starts_with("<svg") && svg.contains("NOBODY on call in needed hours"), "{svg}");
}

#[test]
fn a_sheet_that_cannot_be_used_has_no_picture_and_the_letter_leaves_all_the_same() {
    let server = MailServer::start("none", None);
    let site = site(&server, "");
    site.run(&["gaps", "--mail", "--from", "2026-11-30"]).expect(3);
    let mail = server.taken();
    let kinds: Vec<&str> =
        mail["parts"].as_array().unwrap().iter().map(|part| part["type"].as_str().unwrap()).collect();
    assert_eq!(kinds, ["text/plain", "text/html"]);
}

#[test]
fn a_window_that_is_too_long_for_a_letter_is_not_drawn() {
    let server = MailServer::start("none", None);
    let site = site(&server, WEEK);
    assert_eq!(letter(&server, &site, &["--from", "2026-11-30", "--days", "70"]).len(), 3);
    assert_eq!(letter(&server, &site, &["--from", "2026-11-30", "--days", "71"]).len(), 2);
}

#[test]
fn every_row_of_the_picture_is_as_long_as_its_week_whatever_the_clocks_do() {
    let server = MailServer::start("none", None);
    let aims = "start,end,person\n2026-10-20 00:00,2026-11-01 01:30,Ada Ruiz\n2026-11-01 01:31,2026-11-01 01:32,Ben Ortiz\n\
                2026-11-01 03:00,2026-12-01 00:00,Ben Ortiz\n";
    let site = site(&server, aims);
    let parts = letter(&server, &site, &["--from", "2026-10-25 15:33", "--days", "14"]);
    let html = parts[1]["text"].as_str().unwrap();
    assert!(html.contains("<b>Sun</b><br>1 Nov, 25 h"), "{html}");
    let widths = row_widths(html);
    let (first, second) = widths.split_at(3);
    assert!(first.iter().all(|width| *width == first[0]), "{widths:?}");
    assert_eq!(second, [616; 3], "{widths:?}");
}

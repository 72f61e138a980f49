//! Do the letters of `sync --mail` and `gaps --mail` leave for a Google Sheet, once a change, whatever Google does between?

use super::*;
use crate::mail::{MailServer, PASSWORD, USER};

const VARIABLES: [(&str, &str); 1] = [("PAGE_ONCALL_MAIL_PASSWORD", PASSWORD)];

/// Two nights far ahead, the second of them `second`'s, and a hole of a night between.
fn sheet(second: &str) -> Value {
    let cells = |cells: [&str; 3]| row(&cells.map(text));
    spreadsheet(&[tab(
        "On call / nights",
        &[
            cells(["start", "end", "person"]),
            cells(["2020-01-01 00:00", "2099-11-21 18:00", "Ada Ruiz"]),
            cells(["2099-11-22 18:00", "2099-11-23 07:00", second]),
            cells(["2099-11-23 07:00", "2100-01-01 00:00", "Ada Ruiz"]),
        ],
    )])
}

fn says(second: &str) -> Play {
    Play::Answer(200, "", sheet(second).to_string())
}

fn refused() -> Play {
    Play::refusal(403, "The caller does not have permission")
}

/// A live site with a real mail server that wants TLS and a login.
fn live(plays: impl IntoIterator<Item = Play>) -> (Google, MailServer, Desk) {
    let google = Google::playing(sheet("Ben"), plays);
    let server = MailServer::start("starttls", Some("PLAIN"));
    let further = format!(
        "title = \"AIMS\"\ncoverage = \"always\"\nowners = [\"owner@example.org\"]\n[delivery]\nmode = \"live\"\n\
         [delivery.mail]\nhost = \"localhost\"\nport = {}\nusername = {USER:?}\nca_file = {:?}\n\
         from = \"UW HD <hd@example.org>\"\ntimeout_s = 60\n",
        server.port,
        server.root().unwrap().display()
    );
    let desk = Desk::with(&google, &format!("sheets:{ID}/On call / nights!A:D"), &further);
    (google, server, desk)
}

fn recipients(server: &MailServer, letters: usize) -> Vec<String> {
    let mut to: Vec<String> = (0..letters).map(|_| server.taken()["to"][0].as_str().unwrap().to_owned()).collect();
    to.sort();
    to
}

#[test]
fn an_edited_sheet_tells_the_two_people_it_concerns_once_each() {
    let (google, server, desk) =
        live([says("Ben"), says("Cy"), says("Cy"), refused(), says("Cy"), says("Ben"), says("Ben")]);
    let sync = |code: i32| {
        let out = desk.site.run_with(&VARIABLES, &["sync", "--mail"]).expect(code).out;
        (out.matches("mailed ").count(), out)
    };
    assert_eq!(sync(0).0, 0, "a first version changes nothing for anybody");
    let (letters, out) = sync(0);
    assert_eq!(letters, 2, "{out}");
    assert!(out.contains("Ben Okafor -> Cy Lund"), "{out}");
    assert_eq!(recipients(&server, 2), ["ben@example.org", "cy@example.org"]);
    assert_eq!(sync(0).0, 0, "nobody is told twice");
    let (letters, out) = sync(3);
    assert_eq!(letters, 0, "a sheet that is refused changes nothing: {out}");
    assert!(out.contains("CANNOT USE"), "{out}");
    assert_eq!(sync(0).0, 0);
    assert_eq!(sync(0).0, 2, "the way back is a change as well");
    let mail = server.taken();
    assert_eq!((&mail["tls"], &mail["login"]), (&true.into(), &true.into()));
    let words = mail["parts"][0]["text"].as_str().unwrap().split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(words.contains("Sun 22 Nov 2099 18:00") && words.contains("On call / nights"), "{words}");
    assert_eq!(recipients(&server, 1).len(), 1);
    assert_eq!(sync(0).0, 0);
    assert_eq!(google.asked().len(), 7);
}

#[test]
fn the_owner_of_a_sheet_hears_of_its_hole_and_of_a_sheet_that_fails_once_each() {
    let (google, server, desk) =
        live([says("Ben"), says("Ben"), says("Ben"), refused(), refused(), says("Ben"), says("")]);
    desk.site.run_with(&VARIABLES, &["sync"]).expect(0);
    let gaps = |code: i32| {
        let words = ["gaps", "--mail", "--from", "2099-11-20", "--days", "14"];
        desk.site.run_with(&VARIABLES, &words).expect(code).out.matches("mailed ").count()
    };
    assert_eq!(gaps(1), 1);
    let mail = server.taken();
    assert_eq!(mail["to"], json!(["owner@example.org"]));
    let parts = mail["parts"].as_array().unwrap();
    let kinds: Vec<&str> = parts.iter().map(|part| part["type"].as_str().unwrap()).collect();
    assert_eq!(kinds, ["text/plain", "text/html", "image/svg+xml"]);
    for part in parts {
        assert!(part["text"].as_str().unwrap().contains("2099-11-22 18:00"), "{part}");
    }
    assert_eq!(gaps(1), 0, "one letter a change");
    assert_eq!(gaps(1), 1, "that the sheet is no longer shared is news");
    let mail = server.taken();
    let text = mail["parts"][0]["text"].as_str().unwrap();
    assert!(text.contains("SAVED COPY") && text.contains(EMAIL), "{text}");
    assert_eq!(gaps(1), 0);
    assert_eq!(gaps(1), 0, "that it is shared again is no news");
    assert_eq!(gaps(1), 1, "a second night without anybody is");
    assert!(server.taken()["parts"][1]["text"].as_str().unwrap().contains("NOBODY"));
    assert_eq!(google.asked().len(), 7);
}

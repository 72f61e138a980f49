//! Is the page of a schedule fit for its readers' eyes, hands and devices? In a real browser.

use page_oncall::access::Role;

use super::{AIMS, house, kept, site};
use crate::support_browser::Browser;
use crate::support_web::Web;

const WEEK: &str = "/schedules/aims?from=2026-11-22";
const MONTH: &str = "/schedules/aims?view=month&from=2026-11-22";
const THEN: &str = "/schedules/aims?from=2026-11-10&known_at=2026-11-01T01:30";

async fn house_with_a_past() -> Web {
    let site = site();
    let before =
        AIMS.replace("2026-11-06 07:00,2026-11-20 18:00,Dmitri Vance", "2026-11-06 18:00,2026-11-20 18:00,Ada Ruiz");
    kept(&site, &before, "2026-11-01T06:30:00Z").await;
    house(site)
}

fn person(web: &Web, name: &str, role: Role) -> Browser {
    let mut browser = Browser::start(&web.address);
    browser.headers(&[("Authorization", &format!("Bearer {}", web.token(name, role)))]);
    browser
}

#[tokio::test]
async fn the_page_reads_on_every_screen_in_light_and_dark() {
    let web = house_with_a_past().await;
    let mut browser = person(&web, "phone", Role::Technician);
    for (name, path) in [("week", WEEK), ("month", MONTH), ("then", THEN), ("hole", "/schedules/aims?from=2026-11-03")]
    {
        for (form, width) in [("wide", 1280), ("narrow", 320)] {
            browser.window(width, 800);
            for dark in [false, true] {
                if dark {
                    browser.dark();
                } else {
                    browser.light();
                }
                assert_eq!(browser.open(path), 200);
                browser.axe_is_clean();
                browser.no_sideways_scrolling();
                let light = if dark { "dark" } else { "light" };
                browser.whole_screenshot(&format!("timeline-{name}-{form}-{light}"));
            }
        }
    }
    browser.window(1280, 800);
    browser.zoom(2.0);
    browser.open(MONTH);
    browser.no_sideways_scrolling();
}

#[tokio::test]
async fn the_page_is_whole_without_scripts_and_with_the_keyboard_alone() {
    let web = house_with_a_past().await;
    let mut browser = person(&web, "desk", Role::Technician);
    browser.javascript(false);
    browser.open(WEEK);
    browser.click("link", "Later week");
    browser.arrives_at("/schedules/aims?view=week&from=2026-11-23");
    browser.see("23 to 29 November 2026");
    browser.click("link", "Month");
    browser.arrives_at("/schedules/aims?view=month&from=2026-11-23");
    browser.click("link", "GDS");
    browser.arrives_at("/schedules/gds?view=month&from=2026-11-23");
    browser.open(THEN);
    browser.click("link", "Show the sheet as it is now");
    browser.see_no_more("As the sheet stood");
    browser.click("button", "Make a calendar link");
    browser.see("Only my own shifts, of all schedules");
    browser.whole_screenshot("timeline-link-wide-light");

    browser.javascript(true);
    browser.open("/schedules/aims?from=2026-11-10");
    let order = browser.tab_order(40);
    let place = |name: &str| {
        order.iter().position(|focused| focused.contains(name)).unwrap_or_else(|| panic!("{name}: {order:#?}"))
    };
    let way =
        ["Skip to the content", "GDS", "Earlier", "Later", "Show", "The same as a table", "primary: Dmitri Vance"];
    assert!(way.map(place).is_sorted(), "{order:#?}");
    // A block of the picture leads to its line, where the cell stands.
    browser.open("/schedules/aims?from=2026-11-10");
    browser.tab_order(place("primary: Dmitri Vance") + 1);
    browser.press("Enter");
    assert_eq!(browser.evaluate("location.hash"), "#cell-C8-6-0-0");
}

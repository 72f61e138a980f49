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

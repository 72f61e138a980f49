//! What does `doctor` see of schedules, the people of the coming days, those above them, and the ladder that reaches them?

use chrono::TimeDelta;

use super::adapters::Stores;
use super::doctor::Look;
use crate::civil::IntervalSet;
use crate::decision::ladder::{Channel, same_name};
use crate::decision::ladder_lint::{lint, roles_of};
use crate::proof::confirm::Confirmations;
use crate::proof::duty::duties;
use crate::proof::finding::{Finding, Severity};
use crate::schedule::coverage::needed;
use crate::schedule::loaded::LoadedSchedule;
use crate::site::Site;
use crate::wording::doctor::finding;
use crate::wording::doctor_people::{self as words, Coming, Night};

/// The findings about who would be paged.
pub(super) async fn findings(
    look: &Look<'_>,
    schedules: &[LoadedSchedule],
    stores: Option<&Stores>,
    confirmations: &Confirmations,
) -> Vec<Finding> {
    let site = &look.loaded.site;
    let channels = site.channels();
    let night = Night {
        now: look.now,
        tonight: look.now + TimeDelta::hours(24),
        channels: &channels,
        confirm_days: site.settings.proof.confirm_days,
        zone: site.zone,
    };
    let mut findings = Vec::new();
    let Some(days) = look.days() else { return findings };
    let mut people: Vec<Coming> = Vec::new();
    for loaded in schedules {
        let seen = match stores {
            Some(stores) => stores.snapshots.latest(&loaded.name).await.ok().flatten().map(|kept| kept.last_seen),
            None => None,
        };
        findings.push(words::schedule(loaded, seen, look.now, site.zone));
        let Ok(schedule) = &loaded.schedule else { continue };
        let holes: IntervalSet = needed(loaded.coverage, &site.general, &site.cps, days).difference(schedule.covered());
        findings.push(words::holes(&loaded.name, holes.spans(), &night));
        for duty in duties(schedule, days) {
            let from = duty.from.max(look.now);
            let same = |known: &&mut Coming| {
                same_name(&known.name, &duty.name) && known.phone.as_deref() == duty.phone.as_deref()
            };
            if let Some(known) = people.iter_mut().find(same) {
                known.from = known.from.min(from);
                continue;
            }
            people.push(Coming {
                landline: is_landline(site, &duty.name, duty.phone.as_deref()),
                confirmed: duty.phone.as_deref().and_then(|number| confirmations.last_by_phone(&duty.name, number)),
                name: duty.name.to_string(),
                schedule: duty.schedule,
                phone: duty.phone.as_deref().map(str::to_owned),
                email: duty.email.as_deref().map(str::to_owned),
                from,
            });
        }
    }
    people.sort_by(|one, other| (one.from, &one.name).cmp(&(other.from, &other.name)));
    findings.extend(people.iter().map(|who| words::person(who, &night)));
    if site.leadership.is_empty() {
        findings.push(words::no_leadership());
    }
    findings.extend(site.leadership.iter().map(|contact| words::leader(contact, &night)));
    findings.extend(dead_steps(site, schedules));
    findings.extend(texts_blocked(site, &people, stores).await);
    findings
}

/// The steps of the ladder that no page can ever use.
fn dead_steps(site: &Site, schedules: &[LoadedSchedule]) -> Vec<Finding> {
    let readable: Vec<_> = schedules.iter().filter_map(|loaded| loaded.schedule.as_ref().ok()).collect();
    let roles: Vec<Vec<String>> = readable.iter().map(|schedule| roles_of(schedule)).collect();
    let ladder = &site.settings.ladder;
    let promise_minutes = site.settings.paging.promise_minutes;
    let mut dead = lint(ladder, &roles, &site.leadership, &site.channels(), promise_minutes);
    if readable.len() < schedules.len() {
        dead.retain(|step| !step.why.is_about_roles());
    }
    let all = dead.len() == ladder.steps.len();
    dead.iter().map(|step| words::dead_step(step, all)).collect()
}

/// Who of the coming days, of the contacts and of leadership blocked texts with STOP.
async fn texts_blocked(site: &Site, coming: &[Coming], stores: Option<&Stores>) -> Vec<Finding> {
    let Some(stores) = stores else { return Vec::new() };
    let blocked = match stores.pages.all_opted_out().await {
        Ok(blocked) => blocked,
        Err(error) => {
            let todo = "see what stands here about the page log";
            return vec![finding(Severity::Unknown, "texts-blocked", "texts blocked by STOP", error.to_string(), todo)];
        }
    };
    let has_voice = site.channels().contains(&Channel::Voice);
    let mut findings = Vec::new();
    for opt_out in blocked {
        let number = Some(opt_out.number.as_str());
        let soon = coming.iter().find(|who| who.phone.as_deref() == number).map(|who| who.name.as_str());
        let leader = site.leadership.iter().find(|who| who.phone.as_deref() == number).map(|who| who.name.as_str());
        let contact = site.roster.contacts().iter().find(|who| {
            let mut numbers = who.phone.iter().flat_map(|it| std::iter::once(&it.main).chain(&it.others));
            numbers.any(|it| Some(&*it.e164) == number)
        });
        let Some(name) = soon.or(leader).or(contact.map(|who| &*who.name)) else { continue };
        let is_needed = soon.is_some() || leader.is_some();
        findings.push(words::texts_blocked(name, opt_out.since, site.texts_from(), is_needed, has_voice, site.zone));
    }
    findings
}

/// Whether the contacts say of this number that it probably takes calls only.
fn is_landline(site: &Site, name: &str, number: Option<&str>) -> bool {
    let mut numbers =
        site.roster.contacts().iter().filter(|contact| same_name(&contact.name, name)).flat_map(|contact| {
            contact.phone.iter().flat_map(|phone| std::iter::once(&phone.main).chain(&phone.others))
        });
    numbers.any(|known| Some(&*known.e164) == number && (known.campus || known.extension.is_some()))
}

//! What do sentences and messages need to know about the desk? The settings, in the shape the words want.

use crate::decision::ladder::Contact;
use crate::episode::event::{Attempt, Purpose};
use crate::episode::state::State;
use crate::ports::Rendering;
use crate::site::Site;
use crate::wording::decision::Desk;
use crate::wording::messages::{Answer, Facts};

/// The desk of a site.
pub fn desk(site: &Site) -> Desk {
    let settings = &site.settings.desk;
    Desk {
        ticket_system: settings.ticket_system.clone(),
        extra_record_fields: settings.extra_record_fields.clone(),
        procedure_date: settings.procedure_date,
        procedure_max_age_months: settings.procedure_max_age_months,
        east_on_page: settings.east_on_page,
        options_page: settings.options_page.clone(),
        outages_page: settings.outages_page.clone(),
        promises: site.promises(),
        ..Desk::new(site.zone, settings.cps_phone.clone(), settings.cps_hours.clone(), settings.help_desk_phone.clone())
    }
}

/// What one message of a stored page may say.
pub fn facts<'a>(site: &'a Site, asked: &Rendering<'a>, label: &'a str, others: &'a [String]) -> Facts<'a> {
    let Rendering { episode: _, state, attempt, briefing, several_open, now } = *asked;
    Facts {
        purpose: attempt.purpose,
        briefing,
        case: &state.case,
        contact_name: &attempt.contact.name,
        schedule_label: label,
        on_call_until: attempt.contact.until,
        due: state.promise.as_ref().map(|promise| promise.due),
        opened_at: state.opened_at,
        now,
        zone: site.zone,
        desk_short: &site.settings.desk.name,
        help_desk_phone: &site.settings.desk.help_desk_phone,
        notice: notice(state, attempt),
        several_open,
        owner: state.acknowledged.as_ref().map(|owner| owner.by.as_str()),
        also_paged: others,
        answer: answer(state, attempt.purpose),
        training: state.training,
        link: None,
        link_in_texts: false,
    }
}

/// What an answer says, when the message is one.
fn answer(state: &State, purpose: Purpose) -> Option<Answer<'_>> {
    let Purpose::Answer { heard } = purpose else { return None };
    let place = usize::try_from(heard).ok()?.checked_sub(1)?;
    Some(Answer::of(state, &state.heard.get(place)?.heard))
}

/// The schedule in a word: `AIMS`.
pub fn schedule_label(schedule: Option<&str>) -> String {
    schedule.map(str::to_uppercase).unwrap_or_default()
}

/// Who else was paged in this round.
pub fn others(state: &State, contact: &Contact) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    for tried in &state.attempts {
        let other = &tried.attempt.contact;
        let counts = tried.attempt.purpose == Purpose::Page && tried.attempt.round == state.round;
        if counts && !other.same_as(contact) && !names.contains(&other.name) {
            names.push(other.name.clone());
        }
    }
    names
}

/// The how-manieth page for this case the contact gets by this channel, counting this one.
fn notice(state: &State, attempt: &Attempt) -> u32 {
    let earlier = state.attempts.iter().filter(|tried| {
        let other = &tried.attempt;
        other.id != attempt.id
            && other.purpose == attempt.purpose
            && other.channel == attempt.channel
            && other.contact.same_as(&attempt.contact)
    });
    u32::try_from(earlier.count()).unwrap_or(u32::MAX).saturating_add(1)
}

//! Which steps of the site's ladder can never be reached, and why? Told before a page needs them (field 2B, ask 17).
//!
//! Called by `simulate` and `doctor`. It knows the roles that the schedules have, not who holds them.

use super::ladder::{Channel, Contact, LadderPolicy};
use crate::schedule::Schedule;
use crate::schedule::identity::fold_role;

/// A step that a page will never try, or only when it is of no use.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeadStep {
    /// Which step, from 1.
    pub step: usize,
    /// Whom it is to reach, as the settings write it.
    pub to: String,
    /// Why it never does.
    pub why: WhyDead,
}

/// Why a step is dead.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WhyDead {
    /// The site has none of its channels.
    NoChannel,
    /// It reaches for leadership, and the settings name nobody there whom its channels reach.
    NoLeadership,
    /// It names a role that no schedule has.
    NoSuchRole,
    /// It reaches for the next role, and no schedule has that many.
    NoFurtherRole,
    /// It comes at or after the end of the promise: the customer was let down by then.
    AfterThePromise,
}

impl WhyDead {
    /// Whether it was concluded from the roles of the schedules: one that cannot be read may have another.
    pub fn is_about_roles(self) -> bool {
        matches!(self, Self::NoSuchRole | Self::NoFurtherRole)
    }
}

/// The labels of a schedule's roles, in their order.
pub fn roles_of(schedule: &Schedule) -> Vec<String> {
    schedule.roles().iter().map(|role| role.label.to_string()).collect()
}

/// The dead steps of a ladder, in order. `roles` are the labels that each schedule has, in their order.
pub fn lint(
    policy: &LadderPolicy,
    roles: &[Vec<String>],
    leadership: &[Contact],
    available: &[Channel],
    promise_minutes: u32,
) -> Vec<DeadStep> {
    let mut dead = Vec::new();
    // The primary step takes the first role; each `next` one more.
    let mut roles_taken = 0;
    for (index, step) in policy.steps.iter().enumerate() {
        let channels = step.usable(available);
        let word = fold_role(&step.to);
        let reaches = |contact: &Contact| {
            channels.iter().any(|channel| contact.address(*channel).is_some())
                || contact.also.iter().any(|address| available.contains(&address.channel))
        };
        let why = if channels.is_empty() {
            Some(WhyDead::NoChannel)
        } else if word == "leadership" {
            (!leadership.iter().any(reaches)).then_some(WhyDead::NoLeadership)
        } else if word == "primary" {
            roles_taken = roles_taken.max(1);
            None
        } else if word == "next" {
            roles_taken += 1;
            (!roles.iter().any(|roles| roles.len() >= roles_taken)).then_some(WhyDead::NoFurtherRole)
        } else {
            let known = roles.iter().flatten().any(|role| fold_role(role) == word);
            (!known).then_some(WhyDead::NoSuchRole)
        };
        let late = (step.after_minutes >= promise_minutes).then_some(WhyDead::AfterThePromise);
        dead.extend(why.or(late).map(|why| DeadStep { step: index + 1, to: step.to.clone(), why }));
    }
    dead
}

#[cfg(test)]
mod tests {
    use super::*;

    fn leader(phone: Option<&str>) -> Contact {
        Contact {
            name: "Chief".to_owned(),
            phone: phone.map(str::to_owned),
            email: None,
            until: None,
            also: Vec::new(),
        }
    }

    fn found(text: &str, roles: &[&[&str]], leadership: &[Contact], available: &[Channel]) -> Vec<(usize, WhyDead)> {
        let policy: LadderPolicy = toml::from_str(text).unwrap();
        let roles: Vec<Vec<String>> =
            roles.iter().map(|roles| roles.iter().map(|role| (*role).to_owned()).collect()).collect();
        lint(&policy, &roles, leadership, available, 60).into_iter().map(|dead| (dead.step, dead.why)).collect()
    }

    #[test]
    fn each_reason_is_found_and_living_steps_are_not() {
        let ladder = r#"steps = [
            { after_minutes = 0, to = "primary", channels = ["sms"] },
            { after_minutes = 5, to = "primary", channels = ["email"] },
            { after_minutes = 10, to = "next", channels = ["sms"] },
            { after_minutes = 12, to = "Next", channels = ["sms"] },
            { after_minutes = 15, to = "night shift lead", channels = ["sms"] },
            { after_minutes = 20, to = "leadership", channels = ["sms"] },
            { after_minutes = 60, to = "Night-Shift Captain", channels = ["sms"] },
        ]"#;
        let roles: [&[&str]; 2] = [&["primary", "secondary"], &["night shift captain"]];
        let sms = [Channel::Sms];
        let expected = [
            (2, WhyDead::NoChannel),
            (4, WhyDead::NoFurtherRole),
            (5, WhyDead::NoSuchRole),
            (6, WhyDead::NoLeadership),
            (7, WhyDead::AfterThePromise),
        ];
        assert_eq!(found(ladder, &roles, &[leader(None)], &sms), expected);
        let chief = leader(Some("+16085550100"));
        assert!(!found(ladder, &roles, &[chief], &sms).iter().any(|(step, _)| *step == 6));
    }
}

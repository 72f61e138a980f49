//! Whom does a page reach for, in which order, and how long does each rung get? Carries out contract 5.3 (domain 1.7).

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::schedule::identity::fold_role;
use crate::schedule::on_call::{OnCall, OnCallPerson, Status};
use crate::schedule::roster;
use crate::schedule::shift::Role;

/// A way to reach a person.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Channel {
    /// A text message.
    Sms,
    /// A telephone call.
    Voice,
    /// An e-mail: a copy, never the alarm.
    Email,
    /// A chat room, for leadership: a copy, never the alarm.
    Chat,
    /// A push message of an ntfy server, with a button.
    Ntfy,
    /// A push message of Pushover, which alarms until its button is pressed.
    Pushover,
}

/// One step of the site's ladder policy, as the settings write it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Step {
    /// Minutes after the page began at which the step is due when every earlier step had somebody.
    pub after_minutes: u32,
    /// `primary`, `next`, `leadership` or a role's name.
    pub to: String,
    /// The channels to use, in this order.
    pub channels: Vec<Channel>,
}

/// The rungs of one page, resolved when the page began and stored with it (contract 5.9).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ladder {
    /// The rungs from the bottom.
    pub rungs: Vec<Rung>,
}

/// One rung: who is tried, how, and how long they get before the next rung.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rung {
    /// What the rung is called in words: `primary`, `secondary`, `leadership`, or the role as the sheet writes it.
    pub label: String,
    /// Seconds until the next rung; the last rung's wait ends in exhaustion.
    pub wait_s: u32,
    /// The channels to use, in this order.
    pub channels: Vec<Channel>,
    /// Whom to try; empty makes the rung one that is skipped at once, loudly.
    pub contacts: Vec<Contact>,
}

/// A person on a rung.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Contact {
    /// Their name.
    pub name: String,
    /// E.164.
    pub phone: Option<String>,
    /// Where e-mail reaches them.
    pub email: Option<String>,
    /// When their shift ends, in UTC; `None` for people without shifts.
    pub until: Option<DateTime<Utc>>,
    /// Where else messages reach them: chat rooms and push services.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub also: Vec<Address>,
}

/// An address of a channel that few people have.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Address {
    /// The channel.
    pub channel: Channel,
    /// The room's name in the settings, the topic, or the user's key.
    pub to: String,
}

impl Channel {
    /// The word of settings, logs and attempt ids.
    pub fn word(self) -> &'static str {
        match self {
            Self::Sms => "sms",
            Self::Voice => "voice",
            Self::Email => "email",
            Self::Chat => "chat",
            Self::Ntfy => "ntfy",
            Self::Pushover => "pushover",
        }
    }

    /// Whether its messages have a button whose press is a person's word.
    pub fn has_button(self) -> bool {
        matches!(self, Self::Ntfy | Self::Pushover)
    }
}

impl Step {
    /// The step's channels of those that are `available`, in its order. Where nobody can be called, a step of calls alone
    /// goes by text message rather than to nobody.
    pub fn usable(&self, available: &[Channel]) -> Vec<Channel> {
        let calls_alone = !self.channels.is_empty() && self.channels.iter().all(|it| *it == Channel::Voice);
        let wanted =
            if calls_alone && !available.contains(&Channel::Voice) { &[Channel::Sms] } else { &*self.channels };
        wanted.iter().copied().filter(|it| available.contains(it)).collect()
    }
}

impl Contact {
    /// Where `channel` reaches this person; `None` when it cannot.
    pub fn address(&self, channel: Channel) -> Option<&str> {
        match channel {
            Channel::Sms | Channel::Voice => self.phone.as_deref(),
            Channel::Email => self.email.as_deref(),
            Channel::Chat | Channel::Ntfy | Channel::Pushover => {
                self.also.iter().find(|address| address.channel == channel).map(|address| address.to.as_str())
            }
        }
    }

    /// Whether `name` is this person's name.
    pub fn is_called(&self, name: &str) -> bool {
        same_name(&self.name, name)
    }

    /// Whether both reach the same person at the same addresses, whatever their shifts are.
    pub fn same_as(&self, other: &Self) -> bool {
        self.is_called(&other.name) && self.phone == other.phone && self.email == other.email
    }
}

/// Whether two names mean one person: compared as schedules compare them (domain 6 row 30).
pub fn same_name(one: &str, other: &str) -> bool {
    roster::fold(one) == roster::fold(other)
}

/// Which steps a site's pages climb (contract 5.3). Read from settings it is checked: see [`LadderError`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "LadderSettings")]
pub struct LadderPolicy {
    /// The steps from the bottom, none earlier than the one before it.
    pub steps: Vec<Step>,
    /// Minutes that the last step gets before the page counts as exhausted.
    pub last_wait_minutes: u32,
}

/// The shape of [`LadderPolicy`] in the settings; what is absent has its default.
#[derive(Deserialize)]
#[serde(default, deny_unknown_fields)]
struct LadderSettings {
    steps: Vec<Step>,
    last_wait_minutes: u32,
}

/// Why the settings describe no ladder. The step is counted from 1.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LadderError {
    /// There is no step at all.
    #[error("the ladder has no steps, so a page would reach nobody; give at least one, or leave `steps` out")]
    NoSteps,
    /// A step names no channel.
    #[error("step {step} of the ladder names no channels; give for example [\"sms\", \"email\"]")]
    NoChannels {
        /// Which step.
        step: usize,
    },
    /// A step is due before the step above it in the list.
    #[error("step {step} of the ladder is due before step {before}; sort the steps by after_minutes", before = step - 1)]
    Unsorted {
        /// Which step.
        step: usize,
    },
}

impl Default for LadderPolicy {
    /// SMS, a call and e-mail to the primary, a call again after 5 minutes, the next role after 10, leadership after 15.
    /// The call comes before the e-mail, which is a copy and must not delay it.
    fn default() -> Self {
        let all = || vec![Channel::Sms, Channel::Voice, Channel::Email];
        let step = |after_minutes, to: &str, channels| Step { after_minutes, to: to.to_owned(), channels };
        Self {
            steps: vec![
                step(0, "primary", all()),
                step(5, "primary", vec![Channel::Voice]),
                step(10, "next", all()),
                step(15, "leadership", all()),
            ],
            last_wait_minutes: 5,
        }
    }
}

impl Default for LadderSettings {
    fn default() -> Self {
        let LadderPolicy { steps, last_wait_minutes } = LadderPolicy::default();
        Self { steps, last_wait_minutes }
    }
}

impl TryFrom<LadderSettings> for LadderPolicy {
    type Error = LadderError;

    fn try_from(settings: LadderSettings) -> Result<Self, LadderError> {
        let LadderSettings { steps, last_wait_minutes } = settings;
        if steps.is_empty() {
            return Err(LadderError::NoSteps);
        }
        if let Some(at) = steps.iter().position(|step| step.channels.is_empty()) {
            return Err(LadderError::NoChannels { step: at + 1 });
        }
        if let Some(at) = steps.iter().zip(steps.iter().skip(1)).position(|(a, b)| b.after_minutes < a.after_minutes) {
            return Err(LadderError::Unsorted { step: at + 2 });
        }
        Ok(Self { steps, last_wait_minutes })
    }
}

/// Turns who is on call into the rungs of one page.
///
/// Channels that are not `available` at the site are left out; see [`Step::usable`]. A person without an address for any channel of the
/// step is left out. A rung that has nobody then is kept, so that it is skipped loudly.
pub fn build(policy: &LadderPolicy, on_call: &OnCall, leadership: &[Contact], available: &[Channel]) -> Ladder {
    let mut used: Vec<&Role> = Vec::new();
    let mut rungs = Vec::new();
    for (index, step) in policy.steps.iter().enumerate() {
        let (label, contacts) = match fold_role(&step.to).as_str() {
            "leadership" => ("leadership".to_owned(), leadership.to_vec()),
            word => {
                let people = match word {
                    "primary" => first_called(on_call),
                    "next" => next_role(on_call, &used),
                    _ => holding(on_call, word),
                };
                used.extend(people.iter().map(|person| &person.role));
                (common_role(&people).unwrap_or(&step.to).to_owned(), people.into_iter().map(contact).collect())
            }
        };
        let mut channels = step.usable(available);
        // Whoever is given a room or a push address is to be reached there whenever they are reached for.
        for address in contacts.iter().flat_map(|contact| &contact.also) {
            if available.contains(&address.channel) && !channels.contains(&address.channel) {
                channels.push(address.channel);
            }
        }
        let wait_minutes = match policy.steps.get(index + 1) {
            Some(following) => following.after_minutes.saturating_sub(step.after_minutes),
            None => policy.last_wait_minutes,
        };
        rungs.push(Rung {
            label,
            wait_s: wait_minutes.saturating_mul(60),
            contacts: reachable(contacts, &channels),
            channels,
        });
    }
    Ladder { rungs }
}

/// The people whom the schedule calls first: everybody in a required role, so both of a conflict (contract 2.3
/// rule 5); where any role will do, the first role that has somebody; nobody in a gap.
fn first_called(on_call: &OnCall) -> Vec<&OnCallPerson> {
    if !on_call.required.is_empty() {
        return on_call.required.iter().filter_map(|at| on_call.people.get(*at)).collect();
    }
    if on_call.status == Status::Gap { Vec::new() } else { next_role(on_call, &[]) }
}

/// The people of the first role that no earlier step has used.
fn next_role<'a>(on_call: &'a OnCall, used: &[&Role]) -> Vec<&'a OnCallPerson> {
    let role = on_call.people.iter().map(|person| &person.role).find(|role| !used.contains(role));
    on_call.people.iter().filter(|person| Some(&person.role) == role).collect()
}

/// The people who hold the role of this folded name.
fn holding<'a>(on_call: &'a OnCall, folded_role: &str) -> Vec<&'a OnCallPerson> {
    on_call.people.iter().filter(|person| fold_role(&person.role.label) == folded_role).collect()
}

/// The label that all of these people's roles share.
fn common_role<'a>(people: &[&'a OnCallPerson]) -> Option<&'a str> {
    let label = &people.first()?.role.label;
    people.iter().all(|person| person.role.label == *label).then_some(label)
}

fn contact(person: &OnCallPerson) -> Contact {
    Contact {
        name: person.name.to_string(),
        phone: person.phone.as_deref().map(str::to_owned),
        email: person.email.as_deref().map(str::to_owned),
        until: Some(person.until),
        also: Vec::new(),
    }
}

/// Whom at least one channel reaches, each once.
fn reachable(contacts: Vec<Contact>, channels: &[Channel]) -> Vec<Contact> {
    let mut kept: Vec<Contact> = Vec::new();
    for contact in contacts {
        let has_address = channels.iter().any(|channel| contact.address(*channel).is_some());
        if has_address && !kept.iter().any(|earlier| earlier.same_as(&contact)) {
            kept.push(contact);
        }
    }
    kept
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;

    use super::*;
    use crate::schedule::grid::GridRow;
    use crate::schedule::shift::{RoleRank, RowReference, ShiftKind};

    const ALL: [Channel; 3] = [Channel::Sms, Channel::Voice, Channel::Email];

    fn person(name: &str, role: &str, rank: RoleRank) -> OnCallPerson {
        OnCallPerson {
            name: name.into(),
            role: Role { label: role.into(), rank, order: 0 },
            phone: Some(format!("+1608555{:04}", name.len()).into()),
            email: Some(format!("{}@example.org", name.to_lowercase()).into()),
            from: DateTime::UNIX_EPOCH,
            until: DateTime::UNIX_EPOCH + TimeDelta::days(1),
            row: RowReference::new(&GridRow::of(&"s".into(), 2, [""]), 2, None),
            kind: ShiftKind::Shift,
        }
    }

    fn on_call(status: Status, people: Vec<OnCallPerson>, required: &[usize]) -> OnCall {
        OnCall { at: DateTime::UNIX_EPOCH, status, people, required: required.to_vec(), next: None, gap: None }
    }

    fn chief() -> Contact {
        Contact {
            name: "Chief".to_owned(),
            phone: Some("+16085550000".to_owned()),
            email: None,
            until: None,
            also: Vec::new(),
        }
    }

    /// One line a rung: `label wait: names by channels`.
    fn told(ladder: &Ladder) -> Vec<String> {
        let line = |rung: &Rung| {
            let names: Vec<_> = rung.contacts.iter().map(|it| it.name.as_str()).collect();
            let channels: Vec<_> = rung.channels.iter().map(|it| it.word()).collect();
            format!("{} {}: {} by {}", rung.label, rung.wait_s, names.join("+"), channels.join("+"))
        };
        ladder.rungs.iter().map(line).collect()
    }

    fn steps(text: &str) -> Result<LadderPolicy, String> {
        toml::from_str(text).map_err(|error| error.to_string())
    }

    #[test]
    fn the_default_ladder_climbs_from_the_primary_to_leadership() {
        let people = vec![person("Ada", "primary", RoleRank::Primary), person("Ben", "backup", RoleRank::Secondary)];
        let ladder =
            build(&LadderPolicy::default(), &on_call(Status::Covered, people.clone(), &[0]), &[chief()], &ALL[..]);
        assert_eq!(
            told(&ladder),
            [
                "primary 300: Ada by sms+voice+email",
                "primary 300: Ada by voice",
                "backup 300: Ben by sms+voice+email",
                "leadership 300: Chief by sms+voice+email",
            ]
        );
        assert_eq!(ladder.rungs[0].contacts[0].until, Some(people[0].until));
    }

    #[test]
    fn both_of_a_conflict_are_called_and_nobody_stands_for_a_gap() {
        let policy = LadderPolicy::default();
        let two = vec![person("Ada", "primary", RoleRank::Primary), person("Ben", "primary", RoleRank::Primary)];
        let conflict = build(&policy, &on_call(Status::Conflict, two, &[0, 1]), &[], &ALL);
        assert_eq!(told(&conflict)[0], "primary 300: Ada+Ben by sms+voice+email");
        assert_eq!(
            told(&conflict)[2],
            "next 300:  by sms+voice+email",
            "there is no other role: the rung stays, empty"
        );
        assert_eq!(told(&conflict)[3], "leadership 300:  by sms+voice+email");

        let gap = build(
            &policy,
            &on_call(Status::Gap, vec![person("Cy", "secondary", RoleRank::Secondary)], &[]),
            &[chief()],
            &ALL,
        );
        assert_eq!(told(&gap)[0], "primary 300:  by sms+voice+email");
        assert_eq!(told(&gap)[2], "secondary 300: Cy by sms+voice+email");
    }

    #[test]
    fn where_anybody_will_do_the_first_role_is_called_first() {
        let people = vec![
            person("Ada", "Team A", RoleRank::Other),
            person("Ben", "Team A", RoleRank::Other),
            person("Cy", "Team B", RoleRank::Other),
        ];
        let ladder = build(&LadderPolicy::default(), &on_call(Status::Covered, people, &[]), &[], &ALL);
        assert_eq!(told(&ladder)[0], "Team A 300: Ada+Ben by sms+voice+email");
        assert_eq!(told(&ladder)[2], "Team B 300: Cy by sms+voice+email");
    }

    #[test]
    fn a_step_may_name_a_role_in_any_spelling() {
        let people = vec![person("Ada", "primary", RoleRank::Primary), person("Eve", "Shift Lead", RoleRank::Other)];
        let policy = steps(
            "last_wait_minutes = 2\n[[steps]]\nafter_minutes = 0\nto = \"shift_LEAD\"\nchannels = [\"voice\"]\n\
             [[steps]]\nafter_minutes = 3\nto = \"next\"\nchannels = [\"sms\"]\n",
        )
        .unwrap();
        let ladder = build(&policy, &on_call(Status::Covered, people, &[0]), &[], &ALL);
        assert_eq!(told(&ladder), ["Shift Lead 180: Eve by voice", "primary 120: Ada by sms"]);
    }

    #[test]
    fn what_cannot_be_reached_is_left_out() {
        let mut mute = person("Mute", "primary", RoleRank::Primary);
        mute.phone = None;
        let people =
            vec![mute, person("Ada", "primary", RoleRank::Primary), person("Ada", "primary", RoleRank::Primary)];
        let call = on_call(Status::Conflict, people, &[0, 1, 2]);
        let ladder = build(&LadderPolicy::default(), &call, &[chief()], &[Channel::Email, Channel::Sms]);
        assert_eq!(told(&ladder)[..2], ["primary 300: Mute+Ada by sms+email", "primary 300: Ada by sms"]);
        let calls =
            &steps("[[steps]]\nafter_minutes = 0\nto = \"primary\"\nchannels = [\"voice\"]\n").unwrap().steps[0];
        assert_eq!(calls.usable(&ALL), [Channel::Voice]);
        assert_eq!(calls.usable(&[Channel::Email, Channel::Sms]), [Channel::Sms], "rather a text than nobody");
        assert!(calls.usable(&[Channel::Email]).is_empty());
        let mail_only = build(&LadderPolicy::default(), &call, &[chief()], &[Channel::Email]);
        assert_eq!(
            told(&mail_only),
            ["primary 300: Mute+Ada by email", "primary 300:  by ", "next 300:  by email", "leadership 300:  by email"]
        );
    }

    #[test]
    fn settings_that_describe_no_ladder_say_which_step() {
        let step = |after| format!("[[steps]]\nafter_minutes = {after}\nto = \"primary\"\nchannels = [\"sms\"]\n");
        assert_eq!(steps("").unwrap(), LadderPolicy::default());
        assert!(steps("steps = []").unwrap_err().contains("no steps"));
        assert!(steps(&(step(5) + &step(0))).unwrap_err().contains("step 2 of the ladder is due before step 1"));
        assert!(steps(&step(0).replace("\"sms\"", "")).unwrap_err().contains("step 1"));
        assert!(steps("last_wait = 1").unwrap_err().contains("unknown field `last_wait`"));
        assert!(steps(&step(0).replace("sms", "pigeon")).unwrap_err().contains("pigeon"));
    }

    #[test]
    fn names_are_compared_as_people_type_them() {
        assert!(same_name(" ada  Ruiz", "Ada ruiz"));
        assert!(!same_name("Ada", "Ada Ruiz"));
    }
}

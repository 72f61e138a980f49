//! What does the agent know about the call so far (domain 1.2, 1.6)?

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::civil::OpeningHours;

/// An answer to a yes-or-no question; not asked yet counts as unknown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Answer {
    /// The caller or the agent said yes.
    Yes,
    /// The caller or the agent said no.
    No,
    /// Nobody knows, even after asking.
    #[default]
    Unknown,
}

/// Which kind of contract partner the caller is (A33, A35, A43).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Partner {
    /// A cone with an AIMS link under it: former AIMS.
    Aims,
    /// A cone without it: every other contract partner.
    Gds,
    /// No contract partner.
    None,
    /// Not known.
    #[default]
    Unknown,
}

/// Whose computer the call is about (A19, A20).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Device {
    /// It belongs to the department.
    Departmental,
    /// It belongs to the caller.
    Personal,
    /// Not known.
    #[default]
    Unknown,
}

/// How many people a Primary Tech Partner's issue affects (B11).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Affected {
    /// One person.
    One,
    /// More than one person.
    Many,
    /// Not known.
    #[default]
    Unknown,
}

/// Everything the procedure may ask the agent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
pub struct Answers {
    /// Does it look like an outage (A85)?
    pub outage: Answer,
    /// Which contract partner is the caller?
    pub partner: Partner,
    /// Can the General Help Desk fix it (A19)?
    pub hd_can_help: Answer,
    /// Whose computer is it?
    pub device: Device,
    /// Is it a critical work stoppage that cannot wait until the next business day (A23)?
    pub critical: Answer,
    /// Does the agent judge it an emergency (A75)? Counts only for partners that are not former AIMS.
    pub judgement: Answer,
    /// Is the caller flagged as a Primary Tech Partner (B15)?
    pub ptp: Answer,
    /// How many people are affected (B11)?
    pub affected: Affected,
    /// Is somebody affected whom the customer counts as a VIP (B11)?
    pub vip: Answer,
}

/// What the clock and the calendar say at the moment of the decision.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Circumstances {
    /// The moment of the decision.
    pub at: DateTime<Utc>,
    /// Whether the General Help Desk answers (A7, A13).
    pub general_hd_open: bool,
    /// Whether the CPS Help Desk is open (A7, A21).
    pub cps_open: bool,
    /// When the CPS Help Desk opens next; `None` when it does not within 400 days.
    pub next_cps_opening: Option<DateTime<Utc>>,
}

impl Circumstances {
    /// What the two desks' hours say at `at`. Each desk has its own calendar: holidays of CPS close only CPS.
    pub fn at(at: DateTime<Utc>, general_hd: &OpeningHours, cps: &OpeningHours) -> Self {
        Self {
            at,
            general_hd_open: general_hd.is_open(at),
            cps_open: cps.is_open(at),
            next_cps_opening: cps.next_opening(at),
        }
    }
}

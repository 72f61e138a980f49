//! Which row of the procedure decides this call, and what does it say to do? Carries out domain 1.2 and 1.6.
//!
//! The rows stand in `TABLE` in the order in which they are tried; the first that matches decides. The order matters:
//! a row's condition is only what the rows above it leave open.

use serde::Serialize;

use super::partners::Group;
use super::{Affected, Answer, Answers, Circumstances, Device, Partner};

/// The name of a row, as the JSON, the record and the log carry it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, utoipa::ToSchema)]
pub enum RowId {
    /// The General Help Desk is closed.
    D0,
    /// It looks like an outage.
    D1,
    /// Not a contract partner, and no Primary Tech Partner.
    D2,
    /// Primary Tech Partner, mission critical.
    P1,
    /// Primary Tech Partner, one ordinary person.
    P2,
    /// Primary Tech Partner, cannot be classified.
    P3,
    /// CPS is open.
    D3,
    /// The Help Desk can fix it, or it is a personal computer.
    D4,
    /// Something needed is unknown.
    D5u,
    /// Not critical.
    D5n,
    /// Critical, former AIMS.
    D5a,
    /// Critical, not former AIMS, the agent agrees.
    D5b,
    /// Critical, not former AIMS, the agent does not agree.
    D5c,
}

impl RowId {
    /// The name as people and programs write it: `D5u`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::D0 => "D0",
            Self::D1 => "D1",
            Self::D2 => "D2",
            Self::P1 => "P1",
            Self::P2 => "P2",
            Self::P3 => "P3",
            Self::D3 => "D3",
            Self::D4 => "D4",
            Self::D5u => "D5u",
            Self::D5n => "D5n",
            Self::D5a => "D5a",
            Self::D5b => "D5b",
            Self::D5c => "D5c",
        }
    }
}

impl std::fmt::Display for RowId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(self.name())
    }
}

/// What is to be done with the call (contract 4).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Outcome {
    /// The procedure does not apply.
    OutOfScope,
    /// The outage checklist.
    Outage,
    /// A normal Help Desk case.
    NormalHd,
    /// Transfer to CPS.
    CpsOpen,
    /// A case, handling, and the Assign to EAST one-step.
    East,
    /// The on-call technician is paged.
    Page,
    /// HD leadership is asked.
    Leadership,
    /// Expedite to the technologists.
    PtpExpedite,
    /// A normal level 1 case of a Primary Tech Partner.
    PtpNormal,
    /// More information is needed first.
    PtpNeedInfo,
}

impl Outcome {
    /// The name as the JSON writes it: `PTP_NEED_INFO`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::OutOfScope => "OUT_OF_SCOPE",
            Self::Outage => "OUTAGE",
            Self::NormalHd => "NORMAL_HD",
            Self::CpsOpen => "CPS_OPEN",
            Self::East => "EAST",
            Self::Page => "PAGE",
            Self::Leadership => "LEADERSHIP",
            Self::PtpExpedite => "PTP_EXPEDITE",
            Self::PtpNormal => "PTP_NORMAL",
            Self::PtpNeedInfo => "PTP_NEED_INFO",
        }
    }
}

impl std::fmt::Display for Outcome {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(self.name())
    }
}

/// What the procedure says about one call, and on which ground.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Decision {
    /// The row that matched.
    pub row: RowId,
    /// What is to be done.
    pub outcome: Outcome,
    /// Whose on-call schedule is asked; set for a page only.
    pub schedule: Option<Group>,
    /// The lines of the two source documents that say so.
    pub source_lines: &'static str,
}

/// One numbered row of the procedure.
#[derive(Debug)]
pub struct Row {
    /// Its name.
    pub id: RowId,
    /// Its condition in words, given that no row above matched.
    pub condition: &'static str,
    matches: fn(&Answers, &Circumstances) -> bool,
    /// What it says to do.
    pub outcome: Outcome,
    /// Whose on-call schedule it asks.
    pub schedule: Option<Group>,
    /// The lines of the two source documents that it carries out.
    pub source_lines: &'static str,
}

impl Row {
    /// What this row decides.
    pub const fn decision(&self) -> Decision {
        Decision { row: self.id, outcome: self.outcome, schedule: self.schedule, source_lines: self.source_lines }
    }
}

/// D5u. A judgement is needed only for a critical issue of a partner that is not former AIMS (domain 1.9 row 12).
/// It comes before the rows that would act on a critical or not critical issue, so that doubt is never read as a no.
const UNSURE: Row = Row {
    id: RowId::D5u,
    condition: "partner, HD can help, device, critical or a needed judgement is unknown",
    matches: |answers, _| {
        answers.partner == Partner::Unknown
            || answers.hd_can_help == Answer::Unknown
            || answers.device == Device::Unknown
            || answers.critical == Answer::Unknown
            || (answers.partner == Partner::Gds
                && answers.critical == Answer::Yes
                && answers.judgement == Answer::Unknown)
    },
    outcome: Outcome::Leadership,
    schedule: None,
    source_lines: "A77",
};

/// The procedure, from the first row tried to the last.
pub const TABLE: [Row; 13] = [
    Row {
        id: RowId::D0,
        condition: "the General Help Desk is closed",
        matches: |_, circumstances| !circumstances.general_hd_open,
        outcome: Outcome::OutOfScope,
        schedule: None,
        source_lines: "A7, A13",
    },
    Row {
        id: RowId::D1,
        condition: "it looks like an outage",
        matches: |answers, _| answers.outage == Answer::Yes,
        outcome: Outcome::Outage,
        schedule: None,
        source_lines: "A85-A108",
    },
    Row {
        id: RowId::D2,
        condition: "not a contract partner, not flagged PTP",
        matches: |answers, _| answers.partner == Partner::None && answers.ptp != Answer::Yes,
        outcome: Outcome::NormalHd,
        schedule: None,
        source_lines: "A11",
    },
    Row {
        id: RowId::P1,
        condition: "not a contract partner, PTP, several people or a VIP affected",
        matches: |answers, _| {
            answers.partner == Partner::None && (answers.affected == Affected::Many || answers.vip == Answer::Yes)
        },
        outcome: Outcome::PtpExpedite,
        schedule: None,
        source_lines: "B11, B24",
    },
    Row {
        id: RowId::P2,
        condition: "not a contract partner, PTP, one ordinary person affected",
        matches: |answers, _| {
            answers.partner == Partner::None && answers.affected == Affected::One && answers.vip == Answer::No
        },
        outcome: Outcome::PtpNormal,
        schedule: None,
        source_lines: "B13",
    },
    Row {
        id: RowId::P3,
        condition: "not a contract partner, PTP, cannot be classified",
        matches: |answers, _| answers.partner == Partner::None,
        outcome: Outcome::PtpNeedInfo,
        schedule: None,
        source_lines: "B24",
    },
    Row {
        id: RowId::D3,
        condition: "CPS is open; the caller is or may be a contract partner",
        matches: |_, circumstances| circumstances.cps_open,
        outcome: Outcome::CpsOpen,
        schedule: None,
        source_lines: "A7, A21",
    },
    Row {
        id: RowId::D4,
        condition: "the Help Desk can fix it, or it is a personal computer",
        matches: |answers, _| answers.hd_can_help == Answer::Yes || answers.device == Device::Personal,
        outcome: Outcome::NormalHd,
        schedule: None,
        source_lines: "A19, A36, A45",
    },
    UNSURE,
    Row {
        id: RowId::D5n,
        condition: "not a critical work stoppage",
        matches: |answers, _| answers.critical == Answer::No,
        outcome: Outcome::East,
        schedule: None,
        source_lines: "A20, A39, A48",
    },
    Row {
        id: RowId::D5a,
        condition: "critical, former AIMS partner",
        matches: |answers, _| answers.partner == Partner::Aims,
        outcome: Outcome::Page,
        schedule: Some(Group::Aims),
        source_lines: "A33-A38",
    },
    Row {
        id: RowId::D5b,
        condition: "critical, other partner, the agent judges it an emergency",
        matches: |answers, _| answers.judgement == Answer::Yes,
        outcome: Outcome::Page,
        schedule: Some(Group::Gds),
        source_lines: "A43-A47, A75",
    },
    Row {
        id: RowId::D5c,
        condition: "critical, other partner, the agent judges it no emergency",
        matches: |answers, _| answers.judgement == Answer::No,
        outcome: Outcome::East,
        schedule: None,
        source_lines: "A75, A48",
    },
];

/// What the procedure says about a call. An answer that was not given counts as unknown.
pub fn decide(answers: &Answers, circumstances: &Circumstances) -> Decision {
    // The tests show that some row always matches; were it not so, doubt goes to leadership (A77), never to silence.
    TABLE.iter().find(|row| (row.matches)(answers, circumstances)).unwrap_or(&UNSURE).decision()
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::DateTime;

    fn after_hours() -> Circumstances {
        Circumstances { at: DateTime::UNIX_EPOCH, general_hd_open: true, cps_open: false, next_cps_opening: None }
    }

    #[test]
    fn a_primary_tech_partner_is_expedited_for_many_people_or_a_vip() {
        let mut rows = Vec::new();
        for affected in [Affected::One, Affected::Many, Affected::Unknown] {
            for vip in [Answer::Yes, Answer::No, Answer::Unknown] {
                let answers = Answers { partner: Partner::None, ptp: Answer::Yes, affected, vip, ..Answers::default() };
                rows.push((affected, vip, decide(&answers, &after_hours()).row));
            }
        }
        let count = |row| rows.iter().filter(|(_, _, found)| *found == row).count();
        assert_eq!((count(RowId::P1), count(RowId::P2), count(RowId::P3)), (5, 1, 3));
        assert!(rows.contains(&(Affected::One, Answer::No, RowId::P2)));
    }

    #[test]
    fn doubt_about_the_partner_is_not_read_as_a_no_to_the_critical_question() {
        let answers = Answers {
            outage: Answer::No,
            hd_can_help: Answer::No,
            device: Device::Departmental,
            critical: Answer::No,
            ..Answers::default()
        };
        assert_eq!(decide(&answers, &after_hours()).row, RowId::D5u);
    }

    #[test]
    fn a_partner_flagged_ptp_follows_the_partner_rows() {
        let answers = Answers {
            partner: Partner::Aims,
            ptp: Answer::Yes,
            hd_can_help: Answer::No,
            device: Device::Departmental,
            critical: Answer::Yes,
            ..Answers::default()
        };
        let decision = decide(&answers, &after_hours());
        assert_eq!((decision.row, decision.schedule), (RowId::D5a, Some(Group::Aims)));
    }

    #[test]
    fn every_row_is_listed_once_under_the_name_it_prints() {
        let mut names: Vec<&str> = TABLE.iter().map(|row| row.id.name()).collect();
        for row in &TABLE {
            assert_eq!(serde_json::to_value(row.id).unwrap(), row.id.name());
            assert_eq!(serde_json::to_value(row.outcome).unwrap(), row.outcome.name());
            assert_eq!(row.schedule.is_some(), row.outcome == Outcome::Page, "{}", row.id);
        }
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), TABLE.len());
    }
}

//! Who does what, in which order, when a call may belong to an outage? The checklist A85-A108 as data (domain 1.5).
//!
//! The sentences stand in `wording::outage`.

/// Who carries out a step.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Actor {
    /// The General Help Desk as a whole.
    HelpDesk,
    /// The Help Desk role that takes incidents from level 1 and builds Problems.
    Hdqa,
    /// The Systems and Network Control Center.
    Sncc,
    /// Any level 1 agent of the Help Desk.
    Agent,
}

/// What a step is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Task {
    /// Contacts come in that may be an outage.
    Receive,
    /// Planned outages are looked up, then SNCC is asked to confirm: two different checks.
    Confirm,
    /// The Outage record begins, at once.
    BeginOutage,
    /// The first incidents travel to HDQA: only the first.
    HandOver,
    /// The Problem is created, while the Outage record is.
    CreateProblem,
    /// The Problem is assigned to SNCC.
    AssignProblem,
    /// The Problem is linked to the Outage.
    LinkOutage,
    /// The incidents HDQA holds are linked to the Problem.
    LinkFirst,
    /// Later incidents are linked and only saved. They stay open and stay with the agent.
    LinkLater,
    /// Recovery closes the attached incidents and mails their customers.
    Recover,
    /// The Problem goes on to a team where it needs one.
    FollowUp,
}

/// One step of the checklist.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Step {
    /// Its number in the source, from 1.
    pub number: u8,
    /// Who carries it out.
    pub actor: Actor,
    /// What it is about.
    pub task: Task,
    /// The source line.
    pub source_line: &'static str,
}

/// The steps in order.
pub const CHECKLIST: [Step; 11] = [
    Step { number: 1, actor: Actor::HelpDesk, task: Task::Receive, source_line: "A85" },
    Step { number: 2, actor: Actor::Hdqa, task: Task::Confirm, source_line: "A87" },
    Step { number: 3, actor: Actor::Sncc, task: Task::BeginOutage, source_line: "A89" },
    Step { number: 4, actor: Actor::Hdqa, task: Task::HandOver, source_line: "A91" },
    Step { number: 5, actor: Actor::Hdqa, task: Task::CreateProblem, source_line: "A93" },
    Step { number: 6, actor: Actor::Hdqa, task: Task::AssignProblem, source_line: "A96" },
    Step { number: 7, actor: Actor::Sncc, task: Task::LinkOutage, source_line: "A99" },
    Step { number: 8, actor: Actor::Hdqa, task: Task::LinkFirst, source_line: "A101" },
    Step { number: 9, actor: Actor::Agent, task: Task::LinkLater, source_line: "A103" },
    Step { number: 10, actor: Actor::Sncc, task: Task::Recover, source_line: "A105" },
    Step { number: 11, actor: Actor::Sncc, task: Task::FollowUp, source_line: "A108" },
];

//! Which sentence does a person read? Every word for people, pure: no policy, no effects.
//!
//! For the agent: `decision`, `decision_sheet`, `questions`, `record`, `outage`, `page`, `unheard`, `refusals`. For
//! technicians: `messages`, kept to one segment by `gsm`, `drill`, `handoff`, and `vcard` for their telephones. For those
//! who keep schedules: `schedule`, `gaps`, `gaps_letter`, `changes`, `layouts`, `problems`, `lint`, `partners`. For whoever
//! looks ahead: `shifts`, drawn by `timeline_svg`, in mails by `timeline_table`, in a page with the words of
//! `timeline_page`, and exported by `calendar`; a page on paper by `simulation`. For whoever keeps the site: `doctor`,
//! `doctor_access`, `doctor_people`, `service`, `access`; for whoever signs in: `sign_in`; for whoever looks at the board: `board`. For all
//! of them: `time`, `phone`, `opt_outs`, and `columns` that fills lines.

pub mod access;
pub mod board;
pub mod calendar;
pub mod changes;
pub mod columns;
pub mod decision;
pub mod decision_sheet;
pub mod doctor;
pub mod doctor_access;
pub mod doctor_database;
pub mod doctor_people;
pub mod drill;
pub mod form;
pub mod gaps;
pub mod gaps_letter;
pub mod gsm;
pub mod handoff;
mod layout_problems;
pub mod layouts;
pub mod link;
pub mod lint;
pub mod messages;
pub mod next_action;
pub mod opt_outs;
pub mod outage;
pub mod page;
pub mod partners;
pub mod phone;
pub mod problems;
pub mod questions;
pub mod record;
pub mod refusals;
pub mod remote;
pub mod schedule;
pub mod service;
pub mod shifts;
pub mod sign_in;
pub mod simulation;
pub mod time;
pub mod timeline_page;
pub mod timeline_svg;
pub mod timeline_table;
pub mod unheard;
pub mod vcard;

//! Which department belongs to which on-call schedule, and may its cases be described in messages? Reads `partners.csv`.
//!
//! A department is found by its name only; a close name is suggested to the agent, never used (contract 2.3 rule 7).

use std::collections::HashMap;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::Partner;
use crate::schedule::grid::{Grid, GridRow, address};
use crate::schedule::identity::fold_role as fold_heading;
use crate::schedule::roster::fold;

/// How alike two names must be, from 0 to 1, to be suggested for each other.
const CLOSE: f64 = 0.85;

/// How many close names are worth reading out.
const SUGGESTIONS: usize = 3;

/// The contract partners that share one on-call schedule (A37, A46).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Group {
    /// Former AIMS.
    Aims,
    /// Every other contract partner.
    Gds,
}

impl Group {
    /// The name in settings, in `partners.csv` and in the JSON: `aims`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Aims => "aims",
            Self::Gds => "gds",
        }
    }

    /// The answer to the partner question that means this group.
    pub const fn partner(self) -> Partner {
        match self {
            Self::Aims => Partner::Aims,
            Self::Gds => Partner::Gds,
        }
    }

    fn named(text: &str) -> Option<Self> {
        [Self::Aims, Self::Gds].into_iter().find(|group| group.name().eq_ignore_ascii_case(text))
    }
}

/// One department with a contract.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Department {
    /// Its name as the file writes it.
    pub name: String,
    /// Whose schedule covers it.
    pub group: Group,
    /// Whether messages about its cases carry no free text (domain 3, privacy).
    pub restricted: bool,
    /// Shown, never interpreted.
    pub note: String,
    row: u32,
}

/// A defect in `partners.csv`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PartnerProblem {
    /// What is wrong.
    pub kind: PartnerProblemKind,
    /// The file.
    pub sheet: Arc<str>,
    /// The cell's address (`B4`).
    pub cell: String,
    /// What the cell says.
    pub text: String,
}

/// Every kind of defect in `partners.csv`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PartnerProblemKind {
    /// The header row lacks this column; no department was read.
    MissingColumn(&'static str),
    /// A row names no department and was skipped.
    NoDepartment,
    /// The group is neither `aims` nor `gds`; the row was skipped.
    UnknownGroup,
    /// `restricted` is neither yes nor no; it was read as yes, the side that tells less.
    UnclearRestricted,
    /// The department stands in this earlier row already, which was kept.
    Repeated(u32),
}

/// Every department with a contract.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Partners {
    departments: Vec<Department>,
    by_name: HashMap<String, usize>,
}

impl Partners {
    /// Reads the columns `department,group,restricted,note`. A bad row is skipped with a problem; an empty grid is no partners.
    pub fn read(grid: &Grid) -> (Self, Vec<PartnerProblem>) {
        let mut partners = Self::default();
        let mut problems = Vec::new();
        let mut rows = grid.rows.iter().filter(|row| !row.line().is_empty());
        let Some(header) = rows.next() else { return (partners, problems) };
        let columns = match Columns::find(header) {
            Ok(columns) => columns,
            Err(missing) => {
                problems.push(PartnerProblem {
                    kind: PartnerProblemKind::MissingColumn(missing),
                    sheet: Arc::clone(&grid.sheet),
                    cell: address(0, header.number),
                    text: header.line(),
                });
                return (partners, problems);
            }
        };
        for row in rows {
            let mut report = |kind, column: usize| {
                problems.push(PartnerProblem {
                    kind,
                    sheet: Arc::clone(&grid.sheet),
                    cell: address(column, row.number),
                    text: row.text(column).to_owned(),
                });
            };
            let name = row.text(columns.department);
            if name.is_empty() {
                report(PartnerProblemKind::NoDepartment, columns.department);
                continue;
            }
            let Some(group) = Group::named(row.text(columns.group)) else {
                report(PartnerProblemKind::UnknownGroup, columns.group);
                continue;
            };
            if let Some(first) = partners.find(name) {
                report(PartnerProblemKind::Repeated(first.row), columns.department);
                continue;
            }
            let restricted = columns.restricted.is_some_and(|column| {
                yes_or_no(row.text(column)).unwrap_or_else(|| {
                    report(PartnerProblemKind::UnclearRestricted, column);
                    true
                })
            });
            let note = columns.note.map_or("", |column| row.text(column)).to_owned();
            partners.by_name.insert(fold(name).into_owned(), partners.departments.len());
            partners.departments.push(Department { name: name.to_owned(), group, restricted, note, row: row.number });
        }
        (partners, problems)
    }

    /// The department of this name, without regard to case, width and spacing.
    pub fn find(&self, name: &str) -> Option<&Department> {
        self.departments.get(*self.by_name.get(&*fold(name))?)
    }

    /// Up to three names like `name`, the likest first: to be shown, never used.
    pub fn suggest(&self, name: &str) -> Vec<&str> {
        let wanted = fold(name);
        let mut close: Vec<(f64, &str)> = self
            .departments
            .iter()
            .filter_map(|department| {
                let known = fold(&department.name);
                // An abbreviation in brackets or a part of a long name is what agents type.
                let part = wanted.chars().count() >= 3 && known.contains(&*wanted);
                let alike = strsim::jaro_winkler(&wanted, &known);
                (part || alike >= CLOSE).then_some((alike, department.name.as_str()))
            })
            .collect();
        close.sort_by(|a, b| b.0.total_cmp(&a.0).then_with(|| a.1.cmp(b.1)));
        close.into_iter().take(SUGGESTIONS).map(|(_, name)| name).collect()
    }

    /// Every department in the order of the file.
    pub fn departments(&self) -> &[Department] {
        &self.departments
    }
}

/// Which group a computer's name points to: the prefixes of former AIMS devices (domain 1.2 row D2a). A hint, no answer.
pub fn host_hint(host: &str) -> Option<Group> {
    let host = host.trim().to_ascii_lowercase();
    ["aims", "wdn", "wdm"].iter().any(|prefix| host.starts_with(prefix)).then_some(Group::Aims)
}

struct Columns {
    department: usize,
    group: usize,
    restricted: Option<usize>,
    note: Option<usize>,
}

impl Columns {
    fn find(header: &GridRow) -> Result<Self, &'static str> {
        let column = |name: &str| header.cells().position(|cell| fold_heading(cell) == name);
        Ok(Self {
            department: column("department").ok_or("department")?,
            group: column("group").ok_or("group")?,
            restricted: column("restricted"),
            note: column("note"),
        })
    }
}

fn yes_or_no(text: &str) -> Option<bool> {
    match text.to_ascii_lowercase().as_str() {
        "yes" | "y" | "true" | "1" | "x" | "restricted" => Some(true),
        "" | "no" | "n" | "false" | "0" | "-" => Some(false),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn grid(rows: &[&[&str]]) -> Grid {
        Grid::of("partners.csv", (1..).zip(rows.iter().copied()))
    }

    #[test]
    fn a_department_is_found_without_case_and_a_close_name_only_suggested() {
        let (partners, problems) = Partners::read(&grid(&[
            &["Department", "GROUP", " Restricted", "note"],
            &["Grounds & Fleet", "gds", "", ""],
            &["Harbour Clinic (HBC)", "AIMS", "yes", "no text in messages"],
            &[""],
            &["Land Records"],
        ]));
        let clinic = partners.find("  harbour  CLINIC (hbc)").unwrap();
        assert_eq!((clinic.group, clinic.restricted, clinic.note.as_str()), (Group::Aims, true, "no text in messages"));
        assert!(!partners.find("grounds & fleet").unwrap().restricted);
        assert_eq!(partners.find("Harbor Clinic (HBC)"), None);
        assert_eq!(partners.suggest("Harbor Clinic (HBC)"), ["Harbour Clinic (HBC)"]);
        assert_eq!(partners.suggest("hbc"), ["Harbour Clinic (HBC)"]);
        assert!(partners.suggest("Astronomy").is_empty());
        assert_eq!(problems.len(), 1);
        assert_eq!((problems[0].kind, problems[0].cell.as_str()), (PartnerProblemKind::UnknownGroup, "B5"));
    }

    #[test]
    fn a_bad_row_is_named_with_its_cell_and_never_read_on_the_talkative_side() {
        let (partners, problems) = Partners::read(&grid(&[
            &["department", "group", "restricted"],
            &["Apiary", "aims", "perhaps"],
            &["APIARY", "gds", "no"],
            &["", "gds"],
        ]));
        assert!(partners.find("apiary").unwrap().restricted);
        let found: Vec<_> = problems.iter().map(|problem| (problem.kind, problem.cell.as_str())).collect();
        assert_eq!(
            found,
            [
                (PartnerProblemKind::UnclearRestricted, "C2"),
                (PartnerProblemKind::Repeated(2), "A3"),
                (PartnerProblemKind::NoDepartment, "A4"),
            ]
        );
    }

    #[test]
    fn a_file_without_the_group_column_is_one_problem_and_no_departments() {
        let (partners, problems) = Partners::read(&grid(&[&["department", "team"], &["Apiary", "aims"]]));
        assert!(partners.departments().is_empty());
        assert_eq!(problems[0].kind, PartnerProblemKind::MissingColumn("group"));
        assert_eq!(Partners::read(&grid(&[])), (Partners::default(), Vec::new()));
    }

    #[test]
    fn a_host_name_points_to_former_aims() {
        assert_eq!(host_hint("AIMS-LAPTOP-07"), Some(Group::Aims));
        assert_eq!(host_hint("wdm1234"), Some(Group::Aims));
        assert_eq!(host_hint("fleet-aims"), None);
    }
}

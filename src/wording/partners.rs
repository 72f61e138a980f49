//! How does a defect in `partners.csv` read?

use crate::decision::partners::{PartnerProblem, PartnerProblemKind};

/// What is wrong in `partners.csv`, where, and what to do.
pub fn problem(defect: &PartnerProblem) -> String {
    let PartnerProblem { kind, sheet, cell, text } = defect;
    let (what, hint) = match kind {
        PartnerProblemKind::MissingColumn(column) => {
            (format!("the header has no column {column:?}"), "Write department,group,restricted,note.".to_owned())
        }
        PartnerProblemKind::NoDepartment => {
            ("the row names no department".to_owned(), "It was skipped; fill it in or delete it.".to_owned())
        }
        PartnerProblemKind::UnknownGroup => {
            (format!("{text:?} is no group"), "The row was skipped; write aims or gds.".to_owned())
        }
        PartnerProblemKind::UnclearRestricted => {
            (format!("{text:?} is neither yes nor no"), "It was read as yes; write yes or no.".to_owned())
        }
        PartnerProblemKind::Repeated(row) => {
            (format!("{text:?} stands in row {row} already"), format!("Row {row} counts; delete one of the two."))
        }
    };
    format!("{sheet} {cell}: {what}. {hint}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_defect_in_the_partners_file_names_cell_and_cure() {
        let words = |kind, cell: &str, text: &str| {
            problem(&PartnerProblem {
                kind,
                sheet: "partners.csv".into(),
                cell: cell.to_owned(),
                text: text.to_owned(),
            })
        };
        assert_eq!(
            words(PartnerProblemKind::UnknownGroup, "B4", "amis"),
            "partners.csv B4: \"amis\" is no group. The row was skipped; write aims or gds."
        );
        assert_eq!(
            words(PartnerProblemKind::Repeated(2), "A3", "Apiary"),
            "partners.csv A3: \"Apiary\" stands in row 2 already. Row 2 counts; delete one of the two."
        );
    }
}

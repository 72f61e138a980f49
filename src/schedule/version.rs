//! What did a source hand over? One version of a schedule's sheet, as bytes: the form in which it is kept.
//!
//! Handed over by whoever reads sources, stored by whoever keeps versions, and read by `source` the same way live or kept.

/// One version of a schedule's sheet.
#[derive(Clone, PartialEq, Eq)]
pub struct SheetVersion {
    /// The source that it was read from, as the settings said it then: it says how the bytes are to be read.
    pub source: String,
    /// What was read: a CSV file as it is, a spreadsheet as far as reading needs it. Equal content has equal bytes.
    pub bytes: Vec<u8>,
    /// SHA-256 of the bytes, in hexadecimal.
    pub sha256: String,
}

impl std::fmt::Debug for SheetVersion {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SheetVersion")
            .field("source", &self.source)
            .field("sha256", &self.sha256)
            .finish_non_exhaustive()
    }
}

//! What did a source hand over? One version of a schedule's sheet, as bytes: the form in which it is kept.
//!
//! Handed over by whoever reads sources, stored by whoever keeps versions, and read by `source` the same way live or kept.

use std::sync::OnceLock;

/// One version of a schedule's sheet.
#[derive(Clone)]
pub struct SheetVersion {
    /// The source that it was read from, as the settings said it then: it says how the bytes are to be read. A schedule
    /// with overrides has two, one a line; see [`SheetVersion::parts`].
    pub source: String,
    /// What was read: a CSV file as it is, a spreadsheet as far as reading needs it. Equal content has equal bytes.
    pub bytes: Vec<u8>,
    /// SHA-256 of the bytes, in hexadecimal, once somebody asked for it: a long sheet takes longer to be hashed than some
    /// questions take to be answered, and most of those do not ask.
    sha256: OnceLock<String>,
    sha256_of: fn(&[u8]) -> String,
}

/// Versions are equal by what they hold.
impl PartialEq for SheetVersion {
    fn eq(&self, other: &Self) -> bool {
        self.source == other.source && self.bytes == other.bytes
    }
}

impl Eq for SheetVersion {}

/// How many bytes before each part but the last say its length.
const LENGTH_BYTES: usize = 8;

impl SheetVersion {
    /// The version of these parts, each a source as the settings write it and what was read from it. One part is kept as
    /// it is; of several, each but the last stands behind its length, so that they can be told apart again.
    pub fn of(parts: Vec<(String, Vec<u8>)>, sha256_of: fn(&[u8]) -> String) -> Self {
        let (sources, mut parts): (Vec<String>, Vec<Vec<u8>>) = parts.into_iter().unzip();
        let last = parts.pop().unwrap_or_default();
        let mut bytes = Vec::new();
        for part in parts {
            bytes.extend_from_slice(&u64::try_from(part.len()).unwrap_or(u64::MAX).to_be_bytes());
            bytes.extend_from_slice(&part);
        }
        let bytes = if bytes.is_empty() { last } else { [bytes, last].concat() };
        Self { source: sources.join("\n"), bytes, sha256: OnceLock::new(), sha256_of }
    }

    /// A version as it was kept, with the digest that it was kept under.
    pub fn kept(source: String, bytes: Vec<u8>, sha256: String) -> Self {
        Self { source, bytes, sha256: sha256.into(), sha256_of: |_| String::new() }
    }

    /// SHA-256 of the bytes, in hexadecimal.
    pub fn sha256(&self) -> &str {
        self.sha256.get_or_init(|| (self.sha256_of)(&self.bytes))
    }

    /// The parts again: each source and its bytes. A part cut short in the store comes back empty, which no reader takes
    /// for a sheet.
    pub fn parts(&self) -> Vec<(&str, &[u8])> {
        let mut rest = self.bytes.as_slice();
        let mut sources = self.source.lines().peekable();
        let mut parts = Vec::new();
        while let Some(source) = sources.next() {
            let part = if sources.peek().is_some() {
                let (part, after) = first_part(rest).unwrap_or_default();
                rest = after;
                part
            } else {
                rest
            };
            parts.push((source, part));
        }
        parts
    }
}

/// The part that begins with its length, and what follows it.
fn first_part(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let (length, rest) = bytes.split_first_chunk::<LENGTH_BYTES>()?;
    rest.split_at_checked(usize::try_from(u64::from_be_bytes(*length)).ok()?)
}

impl std::fmt::Debug for SheetVersion {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SheetVersion")
            .field("source", &self.source)
            .field("sha256", &self.sha256.get())
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn version(parts: &[(&str, &[u8])]) -> SheetVersion {
        let parts = parts.iter().map(|(source, bytes)| ((*source).to_owned(), bytes.to_vec())).collect();
        SheetVersion::of(parts, |bytes| bytes.len().to_string())
    }

    #[test]
    fn one_part_is_kept_as_it_is_and_several_come_apart_again() {
        let one = version(&[("csv:a.csv", b"start,end\n")]);
        assert_eq!(
            (one.bytes.as_slice(), one.parts()),
            (&b"start,end\n"[..], vec![("csv:a.csv", &b"start,end\n"[..])])
        );
        let parts: [(&str, &[u8]); 2] = [("csv:a.csv", b"start\n"), ("csv:b.csv", b"")];
        assert_eq!(version(&parts).parts(), parts);
    }

    #[test]
    fn a_part_that_was_cut_short_is_empty_and_never_a_panic() {
        let whole = version(&[("csv:a.csv", b"start\n"), ("csv:b.csv", b"end\n")]);
        for length in 0..whole.bytes.len() {
            let cut = SheetVersion { bytes: whole.bytes[..length].to_vec(), ..whole.clone() };
            assert_eq!(cut.parts().len(), 2);
        }
    }
}

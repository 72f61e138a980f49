//! What becomes of a page when nobody takes the program's words any more? It goes on; the trouble is told at the end.
//!
//! A closed pipe or a full disk behind standard output must not stop a page that is being sent.

use std::io::{self, Write};

/// Standard output for the agent's call: after the first failed write it swallows everything.
pub struct Lasting<'a> {
    out: &'a mut (dyn Write + Send),
    broken: Option<io::Error>,
}

impl<'a> Lasting<'a> {
    /// Writes to `out` for as long as that works.
    pub fn new(out: &'a mut (dyn Write + Send)) -> Self {
        Self { out, broken: None }
    }

    /// Why writing failed, if it did.
    pub fn broken(self) -> Option<io::Error> {
        self.broken
    }

    fn keep<T>(&mut self, written: io::Result<T>, instead: T) -> io::Result<T> {
        match written {
            Err(error) if error.kind() != io::ErrorKind::Interrupted => {
                self.broken = Some(error);
                Ok(instead)
            }
            written => written,
        }
    }
}

impl Write for Lasting<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.broken.is_some() {
            return Ok(bytes.len());
        }
        let written = self.out.write(bytes);
        self.keep(written, bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        if self.broken.is_some() {
            return Ok(());
        }
        let flushed = self.out.flush();
        self.keep(flushed, ())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Takes so many writes and then none.
    struct Closing(usize, Vec<u8>);

    impl Write for Closing {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            let Some(left) = self.0.checked_sub(1) else { return Err(io::ErrorKind::BrokenPipe.into()) };
            self.0 = left;
            self.1.write(bytes)
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn writing_goes_on_and_the_first_trouble_is_kept() {
        let mut closing = Closing(1, Vec::new());
        let mut lasting = Lasting::new(&mut closing);
        for line in ["one\n", "two\n", "three\n"] {
            lasting.write_all(line.as_bytes()).unwrap();
            lasting.flush().unwrap();
        }
        assert_eq!(lasting.broken().map(|error| error.kind()), Some(io::ErrorKind::BrokenPipe));
        assert_eq!(closing.1, b"one\n");
        let mut whole = Vec::new();
        let mut lasting = Lasting::new(&mut whole);
        lasting.write_all(b"one").unwrap();
        assert!(lasting.broken().is_none());
    }
}

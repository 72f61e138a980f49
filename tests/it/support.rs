//! How do tests run the program as its users do? A site folder of their own, the real binary, no inherited environment.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::support_tools::Program;

/// A site folder that goes away with the value.
pub(crate) struct Site {
    folder: tempfile::TempDir,
}

/// What one call printed and how it ended.
pub(crate) struct Ended {
    pub(crate) code: i32,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl Ended {
    /// Standard output as one JSON value.
    pub(crate) fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.out).unwrap_or_else(|error| panic!("{error}: {}\n{}", self.out, self.err))
    }

    /// The same value, when the call ended with `code`; else it prints what the call said.
    pub(crate) fn expect(self, code: i32) -> Self {
        assert_eq!(self.code, code, "standard output:\n{}\nstandard error:\n{}", self.out, self.err);
        self
    }
}

impl Site {
    /// A folder with these files.
    pub(crate) fn with(files: &[(&str, &str)]) -> Self {
        let site = Self { folder: tempfile::tempdir().unwrap() };
        for (name, text) in files {
            site.write(name, text.as_bytes());
        }
        site
    }

    /// The repository's own sample site.
    pub(crate) fn sample() -> Self {
        let site = Self { folder: tempfile::tempdir().unwrap() };
        let sample = Path::new(env!("CARGO_MANIFEST_DIR")).join("schedules");
        for name in ["page-oncall.toml", "aims.csv", "gds.csv", "contacts.csv", "partners.csv", "holidays.csv"] {
            std::fs::copy(sample.join(name), site.path(name)).unwrap();
        }
        site
    }

    /// The sample site with some text of its settings replaced.
    pub(crate) fn sample_with(changes: &[(&str, &str)]) -> Self {
        let site = Self::sample();
        let mut text = std::fs::read_to_string(site.path("page-oncall.toml")).unwrap();
        for (old, new) in changes {
            assert!(text.contains(old), "{old:?} is not in the sample settings");
            text = text.replacen(old, new, 1);
        }
        site.write("page-oncall.toml", text.as_bytes());
        site
    }

    /// The path of a file in the folder.
    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Writes a file of the folder.
    pub(crate) fn write(&self, name: &str, bytes: &[u8]) {
        std::fs::write(self.path(name), bytes).unwrap();
    }

    /// The program with this site, a bare environment and `words` as its arguments.
    pub(crate) fn command(&self, words: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_page-oncall"));
        command.env_clear().env("USER", "agent").current_dir(self.folder.path()).args(words);
        command
    }

    /// Starts the program and leaves it running; both its outputs come as lines.
    pub(crate) fn start(&self, variables: &[(&str, &str)], words: &[&str]) -> Program {
        let mut command = Command::new("/bin/sh");
        command.env_clear().env("USER", "agent").envs(variables.iter().copied()).current_dir(self.folder.path());
        let program = env!("CARGO_BIN_EXE_page-oncall");
        Program::start(command.args(["-c", "exec \"$0\" \"$@\" 2>&1", program]).args(words))
    }

    /// Runs the program to its end.
    pub(crate) fn run(&self, words: &[&str]) -> Ended {
        self.run_with_input(words, "")
    }

    /// Runs the program to its end with `input` on standard input.
    pub(crate) fn run_with_input(&self, words: &[&str], input: &str) -> Ended {
        Self::end(self.command(words), input)
    }

    /// Runs the program to its end with these variables beside the bare environment.
    pub(crate) fn run_with(&self, variables: &[(&str, &str)], words: &[&str]) -> Ended {
        let mut command = self.command(words);
        command.envs(variables.iter().copied());
        Self::end(command, "")
    }

    fn end(mut command: Command, input: &str) -> Ended {
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let mut stdin = child.stdin.take().unwrap();
        let input = input.to_owned();
        // The program may stop reading early; what it says counts, not whether it took everything.
        let writer = std::thread::spawn(move || drop(stdin.write_all(input.as_bytes())));
        let output = child.wait_with_output().unwrap();
        writer.join().unwrap();
        Ended {
            code: output.status.code().unwrap_or(-1),
            out: String::from_utf8(output.stdout).unwrap(),
            err: String::from_utf8(output.stderr).unwrap(),
        }
    }
}

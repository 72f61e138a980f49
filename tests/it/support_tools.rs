//! How does a test start a program beside it? Waits for the program's ready line, and ends it with the test.

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::Mutex;
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

/// Longer than any program here takes on a busy machine: only a hang meets it.
const PATIENCE: Duration = Duration::from_mins(2);

/// A file of the project, by its path from the top.
pub(crate) fn project(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

/// A tool that `.ci/tools` installs.
pub(crate) fn tool(path: &str) -> PathBuf {
    let tool = project(".tools").join(path);
    assert!(tool.exists(), "{} is missing: run .ci/tools first", tool.display());
    tool
}

/// A running program and the lines it writes to its standard output.
pub(crate) struct Program {
    child: Child,
    lines: Mutex<Receiver<String>>,
}

impl Program {
    /// Starts `command`; what it writes to its standard error shows with a failing test.
    pub(crate) fn start(command: &mut Command) -> Self {
        let mut child = command.stdin(Stdio::null()).stdout(Stdio::piped()).spawn().expect("the program starts");
        let output = child.stdout.take().expect("its output is piped");
        let (sender, lines) = channel();
        std::thread::spawn(move || {
            for line in BufReader::new(output).lines().map_while(Result::ok) {
                if sender.send(line).is_err() {
                    break;
                }
            }
        });
        Self { child, lines: Mutex::new(lines) }
    }

    /// The next lines up to the first that holds `mark`, which is the last of them.
    pub(crate) fn lines_until(&self, mark: &str) -> Vec<String> {
        let mut seen = Vec::new();
        loop {
            match self.lines.lock().unwrap().recv_timeout(PATIENCE) {
                Ok(line) => {
                    let is_last = line.contains(mark);
                    seen.push(line);
                    if is_last {
                        return seen;
                    }
                }
                Err(error) => panic!("no line with {mark:?} ({error}) after {seen:#?}"),
            }
        }
    }

    /// The number that ends the first line with `mark`: the port in a ready line.
    pub(crate) fn port_after(&self, mark: &str) -> u16 {
        let line = self.lines_until(mark).pop().unwrap_or_default();
        let digits: String = line.chars().rev().take_while(char::is_ascii_digit).collect();
        let port: String = digits.chars().rev().collect();
        port.parse().unwrap_or_else(|_| panic!("no port at the end of {line:?}"))
    }

    /// The program's next end, whoever causes it, and the lines that were not read before.
    pub(crate) fn ended(mut self) -> (ExitStatus, Vec<String>) {
        // Its output ends with it, or with the last process that it left behind.
        let mut rest = Vec::new();
        while let Ok(line) = self.lines.lock().unwrap().recv_timeout(PATIENCE) {
            rest.push(line);
        }
        (self.child.wait().expect("the program can be waited for"), rest)
    }

    /// Sends the program a signal, by its name without `SIG`.
    pub(crate) fn signal(&self, name: &str) {
        let sent = Command::new("/bin/sh").arg("-c").arg(format!("kill -{name} {}", self.child.id())).status();
        assert!(sent.expect("there is a shell").success(), "the program had ended before");
    }

    /// Asks the program to stop as a service manager does (SIGTERM), and waits for its end.
    pub(crate) fn stopped(self) -> (ExitStatus, Vec<String>) {
        self.signal("TERM");
        self.ended()
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        let _gone_already = self.child.kill();
        let _status = self.child.wait();
    }
}

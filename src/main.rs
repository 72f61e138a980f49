//! Starts the program; everything else stands in the library.

use std::process::ExitCode;

fn main() -> ExitCode {
    page_oncall::wire::start()
}

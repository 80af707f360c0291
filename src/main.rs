//! The `almanac` program: parse the command, run it.

use std::process::ExitCode;

fn main() -> ExitCode {
    almanac::cli::main()
}

//! Reads the command line and reports how it ended.

use proscenium::cli;
use std::{io::Write, process::ExitCode};

fn main() -> ExitCode {
    let cli = match cli::parse(std::env::args_os()) {
        Ok(cli) => cli,
        Err(code) => return code,
    };
    match cli::run(cli) {
        Ok(code) => code,
        Err(failure) => {
            if !failure.is_silent() {
                let mut err = std::io::stderr();
                let _closed = writeln!(err, "{failure}");
            }
            failure.exit_code()
        }
    }
}

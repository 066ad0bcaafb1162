//! Reads the command line and reports how it ended.

use proscenium::cli;
use std::{io::Write, process::ExitCode};

fn main() -> ExitCode {
    // A run of ourselves beside a command; it must be small, so it comes before all else.
    if let Some(status) = cli::guard(std::env::args_os()) {
        return ExitCode::from(u8::try_from(status).unwrap_or(u8::MAX));
    }
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

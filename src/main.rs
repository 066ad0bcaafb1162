//! Reads the command line and reports how it ended.

use clap::Parser;
use proscenium::cli::{self, Cli};
use std::{io::Write, process::ExitCode};

fn main() -> ExitCode {
    let cli = Cli::parse();
    match cli::run(cli) {
        Ok(code) => code,
        Err(failure) => {
            let mut err = std::io::stderr();
            let _closed = writeln!(err, "{failure}");
            failure.exit_code()
        }
    }
}

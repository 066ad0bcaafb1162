//! Reading the command line, with messages that cannot drive the terminal.

use super::args::Cli;
use clap::{Parser, error::ErrorKind};
use std::{ffi::OsString, io::Write, process::ExitCode};

/// The command line, or the status to end with: 0 after help, 2 after a wrong argument.
///
/// clap repeats a wrong argument as it was given, so its message is cleaned line by line;
/// help holds only our own words and keeps its colours.
pub fn parse(arguments: impl IntoIterator<Item = OsString>) -> Result<Cli, ExitCode> {
    Cli::try_parse_from(arguments).map_err(|error| match error.kind() {
        ErrorKind::DisplayHelp
        | ErrorKind::DisplayVersion
        | ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand => match error.print() {
            Ok(()) => ExitCode::SUCCESS,
            Err(_) => ExitCode::from(3),
        },
        _ => {
            let text = error.render().to_string();
            let lines: Vec<_> = text.lines().map(crate::domain::safe::clean).collect();
            let _nobody_reads = writeln!(std::io::stderr().lock(), "{}", lines.join("\n"));
            ExitCode::from(2)
        }
    })
}

//! The command line: one thin file for each command.

mod args;
mod assistant;
mod demo;
mod failure;

pub use args::{Cli, Command};
pub use failure::Failure;

use std::process::ExitCode;

/// Runs what the command line asks for. Returns the exit status of product.md.
pub fn run(cli: Cli) -> Result<ExitCode, Failure> {
    match cli.command {
        None => assistant::run(&cli.assistant),
        Some(Command::Demo(args)) => demo::run(&args),
    }
}

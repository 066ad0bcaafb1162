//! The command line: one thin file for each command.

mod apply;
mod args;
mod assistant;
mod baseline;
mod checks;
mod demo;
mod failure;
mod fixes;
mod output;
mod progress;
mod review;
mod scan;
mod signals;
mod subject;
mod usage;
mod verify;

pub use args::{Cli, Command};
pub use demo::{PlantError, plant};
pub use failure::Failure;
pub use usage::parse;

use std::process::ExitCode;

/// Runs what the command line asks for. Returns the exit status of product.md.
pub fn run(cli: Cli) -> Result<ExitCode, Failure> {
    match cli.command {
        None => assistant::run(&cli.assistant),
        Some(Command::Demo(args)) => demo::run(&args),
        Some(Command::Scan(args)) => scan::run(&args),
        Some(Command::Review(args)) => review::run(&args),
        Some(Command::Verify(args)) => verify::run(&args),
    }
}

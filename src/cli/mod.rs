//! The command line: one thin file for each command.

mod apply;
mod args;
mod assistant;
mod baseline;
mod checks;
mod demo;
mod doctor;
mod failure;
mod fixes;
mod learn;
mod lesson_check;
mod lesson_folder;
mod output;
mod pages;
mod progress;
mod propose;
mod replay;
mod review;
mod rules;
mod scan;
mod session_walk;
mod sessions;
mod shard;
mod signals;
mod stack;
mod subject;
mod usage;
mod verify;

pub use crate::verify::guard;
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
        Some(Command::Rules(command)) => rules::run(&command),
        Some(Command::Verify(args)) => verify::run(&args),
        Some(Command::Propose(args)) => propose::run(&args),
        Some(Command::Stack(command)) => stack::run(&command),
        Some(Command::Sessions(command)) => sessions::run(&command),
        Some(Command::Learn(args)) => learn::run(&args),
        Some(Command::Doctor) => doctor::run(),
        Some(Command::Completions(args)) => pages::completions(&args),
        Some(Command::Man(args)) => pages::man(&args),
    }
}

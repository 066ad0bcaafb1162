//! `proscenium learn`: lessons, and the check that their authors run.

use super::{
    failure::Failure,
    lesson_check::{self, LearnCheckArgs},
};
use clap::{Args, Subcommand};
use std::process::ExitCode;

/// `learn`.
#[derive(Debug, Args)]
#[command(args_conflicts_with_subcommands = true)]
pub struct LearnArgs {
    #[command(subcommand)]
    command: LearnCommand,
}

/// What can be done with lessons beside following one.
#[derive(Debug, Subcommand)]
enum LearnCommand {
    /// Whether every anchor of a walkthrough still stands in a repository.
    Check(LearnCheckArgs),
}

/// Does what the subcommand says.
pub fn run(args: &LearnArgs) -> Result<ExitCode, Failure> {
    match &args.command {
        LearnCommand::Check(args) => lesson_check::run(args),
    }
}

//! `proscenium completions` and `proscenium man`, both made from the arguments' own words.

use super::{
    args::{Cli, CompletionsArgs, ManArgs},
    failure::Failure,
    output,
};
use clap::CommandFactory;
use std::process::ExitCode;

const NAME: &str = "proscenium";

/// Prints a completion script.
pub fn completions(args: &CompletionsArgs) -> Result<ExitCode, Failure> {
    let mut bytes = Vec::new();
    clap_complete::generate(args.shell, &mut Cli::command(), NAME, &mut bytes);
    output::print(&String::from_utf8_lossy(&bytes))?;
    Ok(ExitCode::SUCCESS)
}

/// Prints the main page, or writes one page for each command.
pub fn man(args: &ManArgs) -> Result<ExitCode, Failure> {
    let Some(folder) = &args.folder else {
        let mut bytes = Vec::new();
        clap_mangen::Man::new(Cli::command()).render(&mut bytes).map_err(Failure::bug)?;
        output::print(&String::from_utf8_lossy(&bytes))?;
        return Ok(ExitCode::SUCCESS);
    };
    let failed = |error: std::io::Error| {
        Failure::user(format!("{}: {error}", folder.display()), "name a folder that you can write")
    };
    std::fs::create_dir_all(folder).map_err(failed)?;
    // Built, so that the pages of subcommands know their full names.
    let mut command = Cli::command();
    command.build();
    clap_mangen::generate_to(command, folder).map_err(failed)?;
    output::say(&format!("the pages are in {}", crate::domain::safe::clean(&folder.to_string_lossy())));
    Ok(ExitCode::SUCCESS)
}

//! Arguments, as clap reads them.

use clap::{Args, Parser, Subcommand};
use std::path::PathBuf;

/// A terminal assistant that walks you through a backend change in five scenes.
#[derive(Debug, Parser)]
#[command(
    name = "proscenium",
    version,
    about,
    args_conflicts_with_subcommands = true,
    after_help = "Exit status: 0 fine; 1 findings or a failed verification; 2 bad usage or input;\n\
                  3 blocked (untrusted commands, missing tool); 101 internal error; 128+n ended by signal n."
)]
pub struct Cli {
    #[command(subcommand)]
    pub command: Option<Command>,
    #[command(flatten)]
    pub assistant: AssistantArgs,
}

/// The assistant on a repository.
#[derive(Debug, Args)]
pub struct AssistantArgs {
    /// Folder of the repository.
    #[arg(default_value = ".")]
    pub path: PathBuf,
    #[command(flatten)]
    pub screen: ScreenArgs,
    /// Begin a new session even if one is open.
    #[arg(long)]
    pub new: bool,
    /// Resume this session; without an id the newest.
    #[arg(long, value_name = "SESSION", num_args = 0..=1, default_missing_value = "", conflicts_with = "new")]
    pub resume: Option<String>,
}

/// How the assistant shows itself.
#[derive(Debug, Args, Clone)]
pub struct ScreenArgs {
    /// Line by line, for screen readers, dumb terminals and scripts.
    #[arg(long)]
    pub linear: bool,
    /// dark, light, contrast, mono, or a theme file.
    #[arg(long, env = "PROSCENIUM_THEME", value_name = "THEME")]
    pub theme: Option<String>,
    /// Show the learn strip.
    #[arg(long)]
    pub learn: bool,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// The assistant on an embedded sample backend, in a new temporary repository.
    Demo(DemoArgs),
}

/// The demo.
#[derive(Debug, Args)]
pub struct DemoArgs {
    /// Which sample.
    #[arg(default_value = "python")]
    pub stack: String,
    #[command(flatten)]
    pub screen: ScreenArgs,
}

//! Arguments, as clap reads them.

use crate::domain::finding::Level;
use clap::{Args, Parser, Subcommand, ValueEnum};
use std::path::PathBuf;

/// A terminal assistant that walks you through a backend change in five scenes.
#[derive(Debug, Parser)]
#[command(
    name = "proscenium",
    // Fixed, because a name from argv[0] would stand in messages.
    bin_name = "proscenium",
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
    #[command(flatten)]
    pub pair: PairArgs,
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
    /// Present to others: why stands beside what is marked, and each key is explained.
    #[arg(long)]
    pub present: bool,
}

/// Two people at one terminal.
#[derive(Debug, Args, Clone)]
pub struct PairArgs {
    /// Who drives: the decisions carry this name.
    #[arg(long, value_name = "NAME")]
    pub driver: Option<String>,
    /// Who navigates; an address may follow the name in <>.
    #[arg(long, value_name = "NAME", requires = "driver")]
    pub navigator: Option<String>,
    /// Hold hunks that touch migrations or authentication until both approved them.
    #[arg(long)]
    pub two_approvals: bool,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// The assistant on an embedded sample backend, in a new temporary repository.
    Demo(DemoArgs),
    /// Stack, layers, endpoints, imports and findings of a backend.
    Scan(ScanArgs),
    /// Findings, those that a change brought in, and their fixes.
    Review(ReviewArgs),
    /// The rules of the review: list them, read one, run their examples.
    #[command(subcommand)]
    Rules(super::rules::RulesCommand),
    /// Run the repository's own checks on a clean copy of its last commit.
    Verify(VerifyArgs),
    /// What a recipe would change.
    Propose(ProposeArgs),
    /// The stack: show it, write `stack/`, check `stack.yaml`.
    #[command(subcommand)]
    Stack(StackCommand),
    /// Earlier sessions: list, show, export, replay, delete.
    #[command(subcommand)]
    Sessions(SessionsCommand),
    /// Guided lessons in clean architecture, on small backends of their own.
    Learn(LearnArgs),
    /// What is missing on this machine, and what it means.
    Doctor,
    /// Completion for a shell, on standard output.
    Completions(CompletionsArgs),
    /// Manual pages: one on standard output, or all into a folder.
    Man(ManArgs),
}

/// The demo.
#[derive(Debug, Args)]
pub struct DemoArgs {
    /// Which sample.
    #[arg(default_value = "python")]
    pub stack: String,
    #[command(flatten)]
    pub screen: ScreenArgs,
    #[command(flatten)]
    pub pair: PairArgs,
}

/// `learn`.
#[derive(Debug, Args)]
#[command(args_conflicts_with_subcommands = true)]
pub struct LearnArgs {
    #[command(subcommand)]
    pub command: Option<LearnCommand>,
    /// Open this lesson; without it, the list.
    pub lesson: Option<String>,
    /// Print the lessons and how far you are.
    #[arg(long)]
    pub list: bool,
    #[command(flatten)]
    pub screen: ScreenArgs,
}

/// What else can be done with lessons.
#[derive(Debug, Subcommand)]
pub enum LearnCommand {
    /// How far you are in each lesson.
    Progress,
    /// Begin a lesson anew: its progress and its working copy are deleted.
    Reset { lesson: String },
    /// Take the solution of the step that is on, and go on.
    Skip { lesson: String },
    /// Whether a lesson's folder is whole and its solutions pass; or, for a lesson that
    /// `sessions export` wrote, whether every anchor of it still stands in a repository.
    Check(super::lesson_check::LearnCheckArgs),
}

/// `scan`.
#[derive(Debug, Args)]
pub struct ScanArgs {
    /// Folder of the backend, in a git repository or not.
    #[arg(default_value = ".")]
    pub path: PathBuf,
    #[arg(long, value_enum, default_value_t)]
    pub format: ScanFormat,
    /// Say everything about one file (its layer and why, imports, findings) or one endpoint
    /// (`GET /users/{id}`, `/users/7`): where it comes from, its flow and why each layer.
    #[arg(long, value_name = "FILE|ENDPOINT", conflicts_with = "format")]
    pub explain: Option<PathBuf>,
    /// Read every file anew.
    #[arg(long)]
    pub no_cache: bool,
}

/// Formats of `scan`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub enum ScanFormat {
    #[default]
    Text,
    /// One object; its schema is scan.schema.json.
    Json,
    /// Graphviz.
    Dot,
    Mermaid,
}

/// `review`.
#[derive(Debug, Args)]
pub struct ReviewArgs {
    /// Folder of the backend, in a git repository or not.
    #[arg(default_value = ".")]
    pub path: PathBuf,
    /// Only findings that this revision did not have.
    #[arg(long, value_name = "REV")]
    pub base: Option<String>,
    #[arg(long, value_enum, default_value_t)]
    pub format: ReviewFormat,
    /// Exit with 1 from this level on.
    #[arg(long, value_enum, default_value_t, value_name = "LEVEL")]
    pub fail_on: FailOn,
    /// Hide findings that stand in this file.
    #[arg(long, value_name = "FILE")]
    pub baseline: Option<PathBuf>,
    /// Write today's findings to this file, to be hidden from now on.
    #[arg(long, value_name = "FILE", conflicts_with_all = ["fix", "format"])]
    pub write_baseline: Option<PathBuf>,
    /// Print the safe fixes as a patch.
    #[arg(long, conflicts_with = "format")]
    pub fix: bool,
    /// Write the fixes instead; never over your uncommitted changes of the same lines.
    #[arg(long, requires = "fix")]
    pub apply: bool,
    /// Read every file anew.
    #[arg(long)]
    pub no_cache: bool,
    /// Report the files of one part only, for a review on several machines.
    #[arg(long, value_name = "K/N", conflicts_with_all = ["fix", "write_baseline"])]
    pub shard: Option<Shard>,
    /// Join the JSON results of all parts instead of reviewing.
    #[arg(long, value_name = "FILE", num_args = 1.., conflicts_with_all = ["shard", "fix", "base", "baseline", "write_baseline"])]
    pub merge: Vec<PathBuf>,
}

/// Formats of `review`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub enum ReviewFormat {
    #[default]
    Text,
    /// One object; its schema is review.schema.json.
    Json,
    /// SARIF 2.1.0.
    Sarif,
    /// Workflow commands, shown beside the lines of a pull request.
    Github,
    Markdown,
}

/// The level from which findings fail a review.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub enum FailOn {
    #[default]
    Advice,
    Warning,
    Error,
}

impl FailOn {
    /// The level it names.
    pub fn level(self) -> Level {
        match self {
            Self::Advice => Level::Advice,
            Self::Warning => Level::Warning,
            Self::Error => Level::Error,
        }
    }
}

/// `verify`.
#[derive(Debug, Args)]
pub struct VerifyArgs {
    /// Folder of the repository.
    #[arg(default_value = ".")]
    pub path: PathBuf,
    #[arg(long, value_enum, default_value_t)]
    pub format: VerifyFormat,
    /// Show the commands and their digest; run nothing.
    #[arg(long)]
    pub show: bool,
    /// Trust exactly the commands with this digest, for this run.
    #[arg(long, value_name = "sha256:…")]
    pub trust: Option<String>,
    /// Run every Nth command from the Kth on.
    #[arg(long, value_name = "K/N")]
    pub shard: Option<Shard>,
    /// Run in the folder itself, uncommitted changes and all.
    #[arg(long)]
    pub in_place: bool,
    /// Run on this revision too, and fail only for what it did not have.
    #[arg(long, value_name = "REV")]
    pub base: Option<String>,
}

/// Formats of `verify`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub enum VerifyFormat {
    #[default]
    Text,
    /// One object; its schema is verify.schema.json.
    Json,
    Junit,
}

/// One part of a fleet: `2/4` is the second of four.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shard {
    /// From 0.
    pub index: usize,
    pub of: usize,
}

impl std::str::FromStr for Shard {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let parts: Option<(usize, usize)> =
            text.split_once('/').and_then(|(k, n)| Some((k.parse().ok()?, n.parse().ok()?)));
        match parts {
            Some((k, of)) if k >= 1 && k <= of => Ok(Self { index: k - 1, of }),
            _ => Err("write K/N with K from 1 to N, for example 2/4".to_owned()),
        }
    }
}

/// `propose`.
#[derive(Debug, Args)]
pub struct ProposeArgs {
    /// Folder of the backend.
    #[arg(default_value = ".")]
    pub path: PathBuf,
    /// Name of the recipe: resource, migration, endpoint, auth, service-method, repository, job, error-module or graphql.
    #[arg(long, value_name = "NAME")]
    pub recipe: String,
    /// An input of the recipe; may be given several times.
    #[arg(long = "set", value_name = "KEY=VALUE")]
    pub inputs: Vec<Setting>,
    #[arg(long, value_enum, default_value_t)]
    pub format: ProposeFormat,
    /// Write the files instead; never over your uncommitted changes of the same lines.
    #[arg(long, conflicts_with = "format")]
    pub apply: bool,
}

/// `KEY=VALUE`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Setting {
    pub key: String,
    pub value: String,
}

impl std::str::FromStr for Setting {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text.split_once('=') {
            Some((key, value)) if !key.is_empty() => {
                Ok(Self { key: key.to_owned(), value: value.to_owned() })
            }
            _ => Err("write KEY=VALUE, for example name=Review".to_owned()),
        }
    }
}

/// Formats of `propose`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub enum ProposeFormat {
    /// For `git apply`.
    #[default]
    Patch,
    /// One object; its schema is propose.schema.json.
    Json,
}

/// `stack`.
#[derive(Debug, Subcommand)]
pub enum StackCommand {
    /// What was found and what is stated, with the evidence.
    Show(StackShowArgs),
    /// The files that describe the stack, as a patch.
    Set(StackSetArgs),
    /// Check stack.yaml against its schema.
    Check(StackCheckArgs),
}

/// `stack show`.
#[derive(Debug, Args)]
pub struct StackShowArgs {
    /// Folder of the backend.
    #[arg(default_value = ".")]
    pub path: PathBuf,
    #[arg(long, value_enum, default_value_t)]
    pub format: TextOrJson,
}

/// `stack set`.
#[derive(Debug, Args)]
pub struct StackSetArgs {
    /// Folder of the backend.
    #[arg(default_value = ".")]
    pub path: PathBuf,
    /// Write the files instead; never over your uncommitted changes of the same lines.
    #[arg(long)]
    pub apply: bool,
}

/// `stack check`.
#[derive(Debug, Args)]
pub struct StackCheckArgs {
    /// Folder of the backend, or the file itself.
    #[arg(default_value = ".")]
    pub path: PathBuf,
}

/// Two formats.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub enum TextOrJson {
    #[default]
    Text,
    Json,
}

/// `sessions`.
#[derive(Debug, Subcommand)]
pub enum SessionsCommand {
    /// All sessions, newest first.
    List(SessionsListArgs),
    /// One session's report.
    Show(SessionArgs),
    /// One session's report or walkthrough, on standard output.
    Export(SessionExportArgs),
    /// Step through a session or an exported walkthrough, forwards and backwards; where
    /// there is no terminal, every event with the state after it.
    Replay(SessionReplayArgs),
    /// Delete a session's journal; commits stay.
    Delete(SessionArgs),
}

/// `sessions list`.
#[derive(Debug, Args)]
pub struct SessionsListArgs {
    #[arg(long, value_enum, default_value_t)]
    pub format: TextOrJson,
}

/// A session by its id.
#[derive(Debug, Args)]
pub struct SessionArgs {
    /// As `sessions list` shows it.
    pub id: String,
}

/// `sessions replay`.
#[derive(Debug, Args)]
pub struct SessionReplayArgs {
    /// As `sessions list` shows it, or the lesson file of a walkthrough.
    #[arg(value_name = "SESSION|FILE")]
    pub id: String,
    /// Folder of the repository in which its symbols are looked for; the session's own, or
    /// this one for a file.
    pub path: Option<PathBuf>,
    /// Line by line, for screen readers, dumb terminals and scripts.
    #[arg(long)]
    pub linear: bool,
    /// Every event, one a line, with the state after it.
    #[arg(long, conflicts_with = "linear")]
    pub events: bool,
    /// dark, light, contrast, mono, or a theme file.
    #[arg(long, env = "PROSCENIUM_THEME", value_name = "THEME")]
    pub theme: Option<String>,
}

/// `sessions export`.
#[derive(Debug, Args)]
pub struct SessionExportArgs {
    /// As `sessions list` shows it.
    pub id: String,
    #[arg(long, value_enum, default_value_t)]
    pub format: ExportFormat,
    /// Write the finished session as a walkthrough: Markdown to read, and a lesson file to
    /// replay and to check.
    #[arg(long, conflicts_with = "format")]
    pub walkthrough: bool,
    /// Folder for both files; made when it is missing. Without it walkthrough-SESSION here.
    #[arg(long, value_name = "FOLDER", requires = "walkthrough")]
    pub to: Option<PathBuf>,
}

/// Formats of `sessions export`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub enum ExportFormat {
    #[default]
    Markdown,
    /// One file with everything inside.
    Html,
    /// The change, step by step.
    Walkthrough,
}

/// `completions`.
#[derive(Debug, Args)]
pub struct CompletionsArgs {
    pub shell: clap_complete::Shell,
}

/// `man`.
#[derive(Debug, Args)]
pub struct ManArgs {
    /// Folder for the pages; made when it is missing.
    pub folder: Option<PathBuf>,
}

//! What the assistant and the headless commands share about verify commands: which there
//! are, what trust is bound to, and with what each runs.

use crate::{
    analysis::{
        commands,
        source::SourceFiles,
        stackfile::{self, Problem, ProblemLevel, StackYaml},
    },
    domain::{
        command::{CommandRun, CommandSpec, Ending, Parsed},
        ids::RunId,
        map::Service,
    },
    ports::{ScanError, verifier::RunPlace},
    verify::{self, Target, TrustError, digest_of},
};
use std::{
    collections::BTreeMap,
    ffi::OsString,
    path::{Path, PathBuf},
};

/// The verify commands of a source.
#[derive(Debug)]
pub struct Checks {
    /// In the order in which they run.
    pub commands: Vec<CommandSpec>,
    /// What is wrong with those that are stated, with places.
    pub problems: Vec<String>,
    /// What trust is bound to; an error means that nothing may run.
    pub digest: Result<String, NoDigest>,
}

/// Why there is nothing that trust could be bound to.
#[derive(Debug, thiserror::Error)]
pub enum NoDigest {
    /// A file of the commands cannot be read.
    #[error(transparent)]
    Trust(#[from] TrustError),
    /// Part of what is stated is unknown; a run of the rest would prove less than it says.
    #[error("{0}")]
    Stated(String),
}

/// Finds the commands, stated or discovered, and their digest. Runs nothing.
pub fn find(
    root: &Path,
    files: &dyn SourceFiles,
    services: &[Service],
    hooks: &[PathBuf],
) -> Result<Checks, ScanError> {
    let stated = stackfile::find(files);
    let found = commands::discover_commands(files, services, stated.as_ref().map(|(file, _)| file))?;
    let digest = match stated.as_ref().and_then(|(file, problems)| unreadable(file, problems)) {
        Some(problem) => Err(NoDigest::Stated(problem)),
        None => {
            digest_of(root, &found.commands, hooks, &|path| files.read(path).ok()).map_err(NoDigest::from)
        }
    };
    Ok(Checks {
        commands: found.commands,
        problems: found.problems.iter().map(ToString::to_string).collect(),
        digest,
    })
}

/// The first error of a stack file whose commands are not all known.
fn unreadable(file: &StackYaml, problems: &[Problem]) -> Option<String> {
    let mut errors = problems.iter().filter(|problem| problem.level == ProblemLevel::Error);
    if file.commands_are_whole { None } else { errors.next().map(ToString::to_string) }
}

/// Where and with what one command runs; an error is the sentence that blocks it.
pub fn place(
    spec: &CommandSpec,
    root: &Path,
    tree: &str,
    user_env: &BTreeMap<OsString, OsString>,
    log: Option<PathBuf>,
) -> Result<RunPlace, String> {
    let mut env = verify::environment(user_env, spec, &[]);
    let databases = verify::databases(&env, root, &spec.folder);
    if let Some(refusal) = verify::database_guard(spec, &databases, &Target::Unnamed) {
        return Err(refusal.to_string());
    }
    // Tools that look for a temporary folder find the user's, never one inside the tree.
    env.entry("TMPDIR".into()).or_insert_with(|| std::env::temp_dir().into());
    Ok(RunPlace { root: root.to_path_buf(), tree: tree.to_owned(), env, log })
}

/// The run of a command that was not started.
pub fn blocked(id: RunId, spec: &CommandSpec, tree: &str, reason: String, now: u64) -> CommandRun {
    CommandRun {
        id,
        command: spec.id.clone(),
        argv: spec.argv.clone(),
        tree: tree.to_owned(),
        ending: Ending::Blocked { reason },
        elapsed: std::time::Duration::ZERO,
        started_at: now,
        parsed: Parsed::default(),
        output_sha256: String::new(),
        output_bytes: 0,
        log: String::new(),
        env: Vec::new(),
    }
}

/// A command's id as part of a file name.
pub fn file_name_of(id: &str) -> String {
    id.chars().map(|c| if c.is_ascii_alphanumeric() || c == '-' { c } else { '_' }).collect()
}

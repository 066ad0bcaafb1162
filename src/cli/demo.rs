//! `proscenium demo`: the assistant on an embedded sample in a new temporary repository.

use super::{args::DemoArgs, assistant, failure::Failure};
use crate::{
    propose,
    runtime::open::{self, Request},
};
use git2::{IndexAddOption, Repository, RepositoryInitOptions, Signature, Time};
use std::{
    path::{Path, PathBuf},
    process::ExitCode,
};

/// Copies the sample, commits it, opens the assistant.
pub fn run(args: &DemoArgs) -> Result<ExitCode, Failure> {
    let files = propose::sample_files(&args.stack);
    if files.is_empty() {
        return Err(Failure::user(format!("there is no sample `{}`", args.stack), "the samples are: python"));
    }
    let folder = tempfile::Builder::new()
        .prefix("proscenium-demo-")
        .tempdir()
        .map_err(|error| {
            Failure::blocked(format!("no temporary folder: {error}"), "set TMPDIR to a folder you can write")
        })?
        .keep();
    let root = folder.join("orders-api");
    plant(&args.stack, &root, &files)
        .map_err(|error| Failure::blocked(error, "set TMPDIR to a folder you can write"))?;
    let request = Request {
        path: root,
        demo: Some(args.stack.clone()),
        resume: None,
        fresh: true,
        pair: assistant::pair(&args.pair),
    };
    assistant::session(request, &args.screen)
}

/// Why the sample could not be laid out.
#[derive(Debug, thiserror::Error)]
pub enum PlantError {
    #[error("{path}: {source}")]
    Io { path: String, source: std::io::Error },
    #[error("git: {0}")]
    Git(#[from] git2::Error),
}

/// Writes the sample's files and makes one commit with fixed author and time, so that
/// the demo has the same commit and tree ids on every machine.
pub fn plant(stack: &str, root: &Path, files: &[propose::SampleFile]) -> Result<PathBuf, PlantError> {
    let io = |path: &Path, source| PlantError::Io { path: path.display().to_string(), source };
    for file in files {
        let path = root.join(file.path);
        if let Some(parent) = path.parent() {
            std::fs::create_dir_all(parent).map_err(|source| io(parent, source))?;
        }
        std::fs::write(&path, file.bytes).map_err(|source| io(&path, source))?;
    }
    let mut options = RepositoryInitOptions::new();
    options.initial_head("main").external_template(false);
    let repository = Repository::init_opts(root, &options)?;
    let mut config = repository.config()?;
    // The demo must be able to commit on a machine without any git configuration.
    config.set_str("user.name", "You")?;
    config.set_str("user.email", "you@example.invalid")?;
    config.set_bool("commit.gpgsign", false)?;
    config.set_str("core.autocrlf", "false")?;
    // A session that is resumed by path must still know the guided task.
    config.set_str(open::DEMO_KEY, stack)?;
    let mut index = repository.index()?;
    index.add_all(["*"], IndexAddOption::DEFAULT, None)?;
    index.write()?;
    let tree = repository.find_tree(index.write_tree()?)?;
    let author = Signature::new("Orders team", "orders@example.invalid", &Time::new(1_760_000_000, 0))?;
    repository.commit(Some("HEAD"), &author, &author, "Serve orders, products and reports\n", &tree, &[])?;
    Ok(root.to_path_buf())
}

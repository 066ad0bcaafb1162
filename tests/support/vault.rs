//! A vault on a sandboxed repository, and what every commit must leave alone.

use super::git::Sandbox;
use proscenium::{
    domain::{commit::CommitFile, ids::HunkId},
    ports::{
        Cancel, Vault,
        vault::{CommitOutcome, CommitPart, CommitRequest, HookReport, VaultError},
    },
    vault::{GitConfig, GitVault, Settings},
};
use std::time::Duration;

/// Settings that see no configuration of the machine.
pub fn settings(sandbox: &Sandbox) -> Settings {
    let config = sandbox.dir.path().join("gitconfig");
    if !config.exists() {
        std::fs::write(&config, "").unwrap();
    }
    let mut settings = Settings::new(sandbox.store());
    settings.config = GitConfig::Only(config);
    settings.child_timeout = Duration::from_secs(60);
    for (name, value) in
        [("HOME", "/nonexistent"), ("GIT_CONFIG_GLOBAL", "/dev/null"), ("GIT_CONFIG_NOSYSTEM", "1")]
    {
        settings.environment.insert(name.into(), value.into());
    }
    settings
}

pub fn open(sandbox: &Sandbox) -> GitVault {
    GitVault::open(&sandbox.root(), settings(sandbox)).expect("the repository opens")
}

/// A file of a commit with this text.
pub fn file(path: &str, text: &str) -> CommitFile {
    CommitFile { path: path.into(), bytes: Some(text.as_bytes().to_vec()), mode: None }
}

/// The removal of a file.
pub fn removal(path: &str) -> CommitFile {
    CommitFile { path: path.into(), bytes: None, mode: None }
}

/// One commit of these files on HEAD, its tree composed as verified.
pub fn request(vault: &GitVault, message: &str, files: &[CommitFile]) -> CommitRequest {
    let base = vault.state().unwrap().head;
    let tree = vault.compose(&base, files).unwrap();
    let part =
        CommitPart { message: message.into(), files: files.to_vec(), layer: None, hunks: vec![HunkId(1)] };
    CommitRequest {
        base,
        parts: vec![part],
        tree,
        scratch: vault.scratch_path("approved"),
        cancel: Cancel::default(),
    }
}

/// Commits, returning what hooks reported.
pub fn commit(
    vault: &GitVault,
    request: &CommitRequest,
) -> (Result<CommitOutcome, VaultError>, Vec<HookReport>) {
    let mut reports = Vec::new();
    let result = vault.commit(request, &mut |report| reports.push(report), &mut |_| Ok(()));
    (result, reports)
}

/// Commits these files, which must work.
pub fn commit_files(vault: &GitVault, files: &[CommitFile]) -> CommitOutcome {
    commit(vault, &request(vault, "orders: cancel\n", files)).0.expect("the commit is made")
}

/// Nothing is broken, locked or left over in the repository.
pub fn assert_sound(sandbox: &Sandbox) {
    let report = sandbox.git(&["fsck", "--strict", "--no-dangling"]);
    assert!(!report.contains("error") && !report.contains("missing"), "{report}");
    let mut open = vec![sandbox.root()];
    while let Some(folder) = open.pop() {
        for entry in std::fs::read_dir(folder).unwrap().flatten() {
            let name = entry.file_name().to_string_lossy().into_owned();
            assert!(
                !name.ends_with(".lock") && !name.contains("proscenium"),
                "{:?} is left over",
                entry.path()
            );
            if entry.file_type().unwrap().is_dir() {
                open.push(entry.path());
            }
        }
    }
}

/// Every file of the repository folder with its content, `.git` included on request.
pub fn snapshot(sandbox: &Sandbox, with_git: bool) -> std::collections::BTreeMap<String, Vec<u8>> {
    let root = sandbox.root();
    let (mut files, mut open) = (std::collections::BTreeMap::new(), vec![root.clone()]);
    while let Some(folder) = open.pop() {
        for entry in std::fs::read_dir(folder).unwrap().flatten() {
            let path = entry.path();
            let shown = path.strip_prefix(&root).unwrap().to_string_lossy().into_owned();
            if shown == ".git" && !with_git {
                continue;
            }
            let kind = entry.file_type().unwrap();
            if kind.is_dir() {
                open.push(path);
            } else if kind.is_symlink() {
                let target = std::fs::read_link(&path).unwrap();
                files.insert(shown, target.to_string_lossy().into_owned().into_bytes());
            } else {
                files.insert(shown, std::fs::read(&path).unwrap());
            }
        }
    }
    files
}

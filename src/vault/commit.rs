//! Commits exactly the approved files: hooks, signature, index, branch, working tree.
//!
//! Everything that can say no comes first and changes nothing: state, author, signing,
//! the verified tree, hooks, the index merge. Then objects are written, the two locks
//! taken, HEAD and index looked at once more, the index put in place and the branch
//! moved; last come the files of the working tree.

use super::{
    git_error, hooks,
    index::{NewIndex, PathChange},
    io_error, objects,
    open::GitVault,
    scratch::ScratchTree,
    sign::{self, Signing},
    state::{Head, head_of, operation_of},
    worktree::Done,
};
use crate::{
    domain::commit::{CommitFile, CommitRecord},
    ports::{
        Cancel,
        vault::{BaseFile, CommitOutcome, CommitPart, CommitRequest, HookReport, VaultError},
    },
};
use git2::{ErrorCode, ObjectType, Oid, Repository, Signature};
use std::{
    collections::BTreeSet,
    ffi::OsStr,
    path::{Path, PathBuf},
};

/// Who commits, and how it is signed.
struct Identity {
    author: Signature<'static>,
    committer: Signature<'static>,
    signing: Option<Signing>,
    /// Ends a signing program.
    cancel: Cancel,
}

/// One commit to be made: its part of the request and its tree.
struct Planned<'a> {
    part: &'a CommitPart,
    tree: Oid,
}

/// What the hooks of one commit run with.
struct HookRun<'a> {
    hooks: &'a [(String, PathBuf)],
    scratch: &'a ScratchTree,
    tree: Oid,
    cancel: &'a Cancel,
}

/// Nothing was written yet and the user does not want it any more.
fn refuse_stopped(cancel: &Cancel) -> Result<(), VaultError> {
    if cancel.is_asked() { Err(VaultError::Stopped { what: "the commit".into() }) } else { Ok(()) }
}

impl GitVault {
    pub(super) fn make_commit(
        &self,
        request: &CommitRequest,
        on_hook: &mut dyn FnMut(HookReport),
        before_write: &mut dyn FnMut(&str) -> Result<(), VaultError>,
    ) -> Result<CommitOutcome, VaultError> {
        let repository = self.repository()?;
        let head = self.ready(&repository, &request.base)?;
        let (author, committer) = self.people(&repository)?;
        let cancel = request.cancel.clone();
        let who = Identity { author, committer, signing: sign::configured(&repository)?, cancel };
        let private = self.private()?;
        let base_tree = objects::commit_tree(&private, &request.base)?.map(|tree| tree.id());
        let planned = self.plan_parts(&private, base_tree, request)?;
        let hooks = hooks::in_force(self, &repository)?;
        let scratch =
            if hooks.is_empty() { None } else { Some(self.scratch_tree(&self.scratch_name(request))?) };
        let mut commits = Vec::new();
        let (mut parent, mut last_message) = (head.id, String::new());
        for (number, Planned { part, tree }) in planned.iter().enumerate() {
            let message = match &scratch {
                Some(scratch) => {
                    let at = Head { id: parent, ..head.clone() };
                    scratch.bring_to(self, *tree, &at)?;
                    let run = HookRun { hooks: &hooks, scratch, tree: *tree, cancel: &request.cancel };
                    self.run_commit_hooks(&run, &part.message, on_hook)?
                }
                None => prettified(&part.message)?,
            };
            let id = self.write_commit(&private, &who, &message, *tree, parent)?;
            commits.push(CommitRecord {
                id: id.to_string(),
                tree: tree.to_string(),
                subject: message.lines().next().unwrap_or_default().to_owned(),
                hunks: part.hunks.clone(),
                layer: part.layer,
                signed_with: who.signing.as_ref().map(Signing::label).unwrap_or_default(),
                verified: number + 1 == planned.len(),
            });
            parent = Some(id);
            last_message = message;
        }
        let (Some(new), Some(last)) = (parent, planned.last()) else {
            return Err(VaultError::NothingApproved);
        };
        let changes = changed_files(&private, base_tree, Some(last.tree), touched(&request.parts))?;
        let index = self.plan_index(&private, &changes)?;
        let worktree = self.worktree()?;
        worktree.plan(&changes)?;
        refuse_stopped(&request.cancel)?;
        before_write(&last_message)?;
        objects::copy_objects(&private, &repository, new)?;
        let subject = last_message.lines().next().unwrap_or_default();
        let initial = if head.id.is_none() { " (initial)" } else { "" };
        let log = format!("commit{initial}: {subject}");
        self.move_head(&repository, &head, Some(new), &index, &who.committer, &log)?;
        if let (Some(scratch), Some(hook)) = (&scratch, hooks.iter().find(|(name, _)| name == "post-commit"))
        {
            // As in git, what it says cannot change anything any more.
            let at = Head { id: Some(new), ..head.clone() };
            let ran =
                scratch.set_head(&at).and_then(|()| self.run_hook(hook, &scratch.path, &[], &request.cancel));
            if let Ok((report, _)) = ran {
                on_hook(report);
            }
        }
        let Done { written, kept } = self.write_files(&worktree, &changes);
        Ok(CommitOutcome { commits, written, kept })
    }

    /// Merges files into the working tree without a commit.
    pub(super) fn apply_files(&self, base: &str, files: &[CommitFile]) -> Result<CommitOutcome, VaultError> {
        self.check_files(files)?;
        let private = self.private()?;
        let tree = objects::commit_tree(&private, base)?;
        let mut changes = Vec::new();
        for file in files {
            let from = objects::file_in(&private, tree.as_ref(), &file.path)?;
            let mode = file.mode.or(from.as_ref().map(|from| from.mode)).unwrap_or(0o100_644);
            let to = file.bytes.as_ref().map(|bytes| BaseFile { bytes: bytes.clone(), mode });
            changes.push(PathChange { path: file.path.clone(), from, to });
        }
        changes.retain(|change| change.from != change.to);
        let worktree = self.worktree()?;
        worktree.plan(&changes)?;
        let Done { written, kept } = self.write_files(&worktree, &changes);
        Ok(CommitOutcome { commits: Vec::new(), written, kept })
    }

    /// HEAD, when nothing stands against moving it away from `base`.
    pub(super) fn ready(&self, repository: &Repository, base: &str) -> Result<Head, VaultError> {
        let index = repository.index().map_err(|error| git_error(&error))?;
        if let Some(operation) = operation_of(repository, &index) {
            return Err(VaultError::Busy(operation));
        }
        let head = head_of(repository)?;
        if head.hex() != base {
            return Err(VaultError::BaseMoved { have: base.to_owned(), now: head.hex() });
        }
        self.check_locks(&head)?;
        Ok(head)
    }

    /// Moves the branch by compare-and-swap, with the index in the same step.
    ///
    /// The index goes first: killed in between, the approved change stands as staged, which
    /// loses nothing; the other way round the index would hold its reverse.
    pub(super) fn move_head(
        &self,
        repository: &Repository,
        head: &Head,
        target: Option<Oid>,
        index: &NewIndex,
        committer: &Signature<'_>,
        log: &str,
    ) -> Result<(), VaultError> {
        for blob in &index.blobs {
            repository.blob(blob).map_err(|error| git_error(&error))?;
        }
        let shown = target.map(|id| id.to_string()).unwrap_or_default();
        let mut lock = self.lock_index(index, &head.reference, &shown)?;
        let mut transaction = repository.transaction().map_err(|error| git_error(&error))?;
        transaction.lock_ref(&head.reference).map_err(|error| match error.code() {
            ErrorCode::Locked => VaultError::Locked(head.reference.clone()),
            _ => git_error(&error),
        })?;
        let now = head_of(repository)?;
        if now != *head {
            return Err(VaultError::BaseMoved { have: head.hex(), now: now.hex() });
        }
        lock.commit()?;
        let moved = match target {
            Some(id) => transaction.set_target(&head.reference, id, Some(committer), log),
            None => transaction.remove(&head.reference),
        };
        if let Err(error) = moved.and_then(|()| transaction.commit()) {
            drop(lock);
            let old = NewIndex {
                bytes: index.old.clone().unwrap_or_default(),
                old: Some(index.bytes.clone()),
                blobs: Vec::new(),
            };
            if index.old.is_some() {
                self.lock_index(&old, &head.reference, "")?.commit()?;
            }
            return Err(git_error(&error));
        }
        Ok(())
    }

    fn plan_parts<'a>(
        &self,
        private: &Repository,
        base_tree: Option<Oid>,
        request: &'a CommitRequest,
    ) -> Result<Vec<Planned<'a>>, VaultError> {
        let nothing = self.compose_on_tree(private, None, &[])?;
        let mut planned = Vec::new();
        let mut tree = base_tree;
        for part in &request.parts {
            let next = self.compose_on_tree(private, tree, &part.files)?;
            // A part that changes nothing makes no commit.
            if next != tree.unwrap_or(nothing) {
                planned.push(Planned { part, tree: next });
                tree = Some(next);
            }
        }
        let Some(last) = planned.last() else { return Err(VaultError::NothingApproved) };
        if last.tree.to_string() != request.tree {
            return Err(VaultError::TreeChanged {
                verified: request.tree.clone(),
                composed: last.tree.to_string(),
            });
        }
        Ok(planned)
    }

    /// The name of the scratch tree that the request names, or one for commits.
    fn scratch_name(&self, request: &CommitRequest) -> String {
        let ours = request.scratch.parent() == Some(&self.home.join("scratch"));
        let name = request.scratch.file_name().and_then(OsStr::to_str);
        name.filter(|_| ours).unwrap_or("commit").to_owned()
    }

    /// Runs the hooks before a commit and returns the message they leave.
    fn run_commit_hooks(
        &self,
        HookRun { hooks, scratch, tree, cancel }: &HookRun<'_>,
        message: &str,
        on_hook: &mut dyn FnMut(HookReport),
    ) -> Result<String, VaultError> {
        let path = scratch.message_path();
        std::fs::write(&path, prettified(message)?).map_err(|source| io_error(&path, source))?;
        for hook in *hooks {
            refuse_stopped(cancel)?;
            let arguments: &[&OsStr] = match hook.0.as_str() {
                "pre-commit" => &[],
                "prepare-commit-msg" => &[path.as_os_str(), OsStr::new("message")],
                "commit-msg" => &[path.as_os_str()],
                _ => continue,
            };
            let (report, stopped) = self.run_hook(hook, &scratch.path, arguments, cancel)?;
            let failed = report.exit != 0;
            on_hook(report);
            if stopped {
                // What it had changed so far is half of something; the next try begins afresh.
                return Err(VaultError::Stopped { what: hook.0.clone() });
            }
            let files = changed_texts(scratch, *tree)?;
            if !files.is_empty() {
                return Err(VaultError::HookChanged { hook: hook.0.clone(), files });
            }
            if failed {
                return Err(VaultError::HookFailed { hook: hook.0.clone() });
            }
        }
        let text = read_message(&path)?;
        let message = prettified(&text)?;
        if message.trim().is_empty() {
            return Err(VaultError::HookFailed { hook: "commit-msg".into() });
        }
        Ok(message)
    }

    /// Writes a commit object into the private store, signed when that is asked for.
    fn write_commit(
        &self,
        private: &Repository,
        who: &Identity,
        message: &str,
        tree: Oid,
        parent: Option<Oid>,
    ) -> Result<Oid, VaultError> {
        let failed = |error: git2::Error| git_error(&error);
        let tree = private.find_tree(tree).map_err(failed)?;
        let parent = parent.map(|id| private.find_commit(id)).transpose().map_err(failed)?;
        let parents: Vec<_> = parent.iter().collect();
        let buffer = private
            .commit_create_buffer(&who.author, &who.committer, message, &tree, &parents)
            .map_err(failed)?;
        let Some(signing) = &who.signing else {
            let store = private.odb().map_err(failed)?;
            return store.write(ObjectType::Commit, &buffer).map_err(failed);
        };
        let signature = self.sign(signing, &who.committer, &buffer, &who.cancel)?;
        let text = std::str::from_utf8(&buffer)
            .map_err(|_| VaultError::Signing("author or message is not UTF-8".into()))?;
        private.commit_signed(text, signature.trim_end(), None).map_err(failed)
    }
}

/// The message as git stores it: no trailing spaces, no runs of empty lines, one last newline.
fn prettified(message: &str) -> Result<String, VaultError> {
    git2::message_prettify(message, None).map_err(|error| git_error(&error))
}

fn read_message(path: &Path) -> Result<String, VaultError> {
    let bytes = std::fs::read(path).map_err(|source| io_error(path, source))?;
    String::from_utf8(bytes).map_err(|_| VaultError::RefusedPath {
        path: path.display().to_string(),
        reason: "is not UTF-8 after the hooks".into(),
    })
}

/// What a hook changed, as texts.
fn changed_texts(scratch: &ScratchTree, tree: Oid) -> Result<Vec<(String, Option<String>)>, VaultError> {
    let mut texts = Vec::new();
    for (path, bytes) in scratch.changes(tree)? {
        let text = bytes.map(String::from_utf8).transpose().map_err(|_| VaultError::RefusedPath {
            path: path.clone(),
            reason: "was changed by a hook and is not text".into(),
        })?;
        texts.push((path, text));
    }
    Ok(texts)
}

fn touched(parts: &[CommitPart]) -> BTreeSet<String> {
    parts.iter().flat_map(|part| &part.files).map(|file| file.path.clone()).collect()
}

/// The paths whose file differs between two trees.
pub(super) fn changed_files(
    repository: &Repository,
    from: Option<Oid>,
    to: Option<Oid>,
    paths: BTreeSet<String>,
) -> Result<Vec<PathChange>, VaultError> {
    let tree = |id: Option<Oid>| id.map(|id| repository.find_tree(id)).transpose();
    let from = tree(from).map_err(|error| git_error(&error))?;
    let to = tree(to).map_err(|error| git_error(&error))?;
    let mut changes = Vec::new();
    for path in paths {
        let change = PathChange {
            from: objects::file_in(repository, from.as_ref(), &path)?,
            to: objects::file_in(repository, to.as_ref(), &path)?,
            path,
        };
        if change.from != change.to {
            changes.push(change);
        }
    }
    Ok(changes)
}

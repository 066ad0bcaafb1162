//! Commit, apply, undo, and carrying the session over to a new HEAD.

use super::{Host, Spent};
use crate::{
    domain::{
        commit::{CommitFile, CommitRecord},
        edit::FileEdit,
        event::BaseText,
        rebase,
    },
    engine::{
        Model, Msg,
        effect::{CommitAnswer, CommitOrder, CommitOrderPart},
    },
    ports::vault::{CommitOutcome, CommitPart, CommitRequest, RepoState, Vault, VaultError},
};

impl Host {
    pub(super) fn commit(&self, order: CommitOrder) {
        let intents = self.intents.clone();
        let cancel = self.new_cancel();
        let runs = self.runs.clone();
        self.spawn("commit", move |worker| {
            let _spent = Spent { runs, cancel: cancel.clone() };
            let vault = &worker.tools.vault;
            let all: Vec<CommitFile> = order.parts.last().map(|_| merged(&order)).unwrap_or_default();
            // Finishing as partial may come without any run; then this is the tree.
            let scratch = match vault.scratch("approved", &order.base, &all) {
                Ok(scratch) => scratch,
                Err(error) => {
                    worker.send(answer(refused(&error)));
                    return;
                }
            };
            if order.tree != scratch.tree {
                worker.send(Msg::ScratchReady { tree: scratch.tree.clone(), doubts: scratch.doubts.clone() });
            }
            let request = CommitRequest {
                base: order.base.clone(),
                parts: order
                    .parts
                    .iter()
                    .map(|part| CommitPart {
                        message: part.message.clone(),
                        files: part.files.clone(),
                        layer: part.layer,
                        hunks: part.hunks.clone(),
                    })
                    .collect(),
                tree: if order.tree.is_empty() { scratch.tree.clone() } else { order.tree.clone() },
                scratch: scratch.path.clone(),
                cancel: cancel.clone(),
            };
            let mut on_hook = |report: crate::ports::vault::HookReport| {
                worker.send(Msg::Hook {
                    hook: report.hook,
                    exit: report.exit,
                    output: report.output,
                    millis: report.millis,
                });
            };
            // Nothing of the repository is touched before the intent is on disk: the next
            // start finds the commit by the tree and finishes it.
            let mut before_write = |message: &str| {
                let intended = Msg::CommitIntended {
                    base: order.base.clone(),
                    tree: request.tree.clone(),
                    message: message.to_owned(),
                    pid: std::process::id(),
                };
                intents.await_saved(|| worker.send(intended)).map_err(|reason| VaultError::Io {
                    path: "the session file".into(),
                    source: std::io::Error::other(reason),
                })
            };
            let outcome = match vault.commit(&request, &mut on_hook, &mut before_write) {
                Ok(outcome) => CommitAnswer::Made(outcome),
                Err(VaultError::HookFailed { hook }) => CommitAnswer::HookFailed(hook),
                Err(VaultError::Stopped { what }) => CommitAnswer::Stopped(what),
                Err(VaultError::HookChanged { hook, files }) => CommitAnswer::HookChanged { hook, files },
                Err(error @ VaultError::BaseMoved { .. }) => {
                    worker.send(answer(refused(&error)));
                    worker.send(Msg::BaseMoved);
                    return;
                }
                Err(error) => refused(&error),
            };
            worker.send(answer(outcome));
            if let Ok(state) = vault.state() {
                worker.send(Msg::Repo(Box::new(state)));
            }
        });
    }

    pub(super) fn apply(&self, model: &Model, files: Vec<CommitFile>) {
        let base = model.session.identity.base.clone();
        self.spawn("apply", move |worker| {
            let outcome = match worker.tools.vault.apply(&base, &files) {
                Ok(outcome) => CommitAnswer::Applied(outcome),
                Err(error) => refused(&error),
            };
            worker.send(answer(outcome));
            if let Ok(state) = worker.tools.vault.state() {
                worker.send(Msg::Repo(Box::new(state)));
            }
        });
    }

    /// HEAD's tree says whether the interrupted commit was made; the files follow it then.
    pub(super) fn finish_intent(&self, base: String, tree: String, parts: Vec<CommitOrderPart>) {
        self.spawn("finish", move |worker| {
            let vault = &worker.tools.vault;
            let made = vault.state().and_then(|state| {
                let now =
                    if state.head.is_empty() { String::new() } else { vault.compose(&state.head, &[])? };
                Ok((state.head != base && now == tree).then_some(state))
            });
            let outcome = match made {
                Ok(Some(state)) => finished(vault.as_ref(), &state, &base, &tree, &parts),
                Ok(None) => CommitAnswer::Refused {
                    reason: "the commit was interrupted before anything was written".into(),
                    hint: "Your decisions and the message are kept; c commits again.".into(),
                },
                Err(error) => refused(&error),
            };
            worker.send(answer(outcome));
            if let Ok(state) = vault.state() {
                worker.send(Msg::Repo(Box::new(state)));
            }
        });
    }

    pub(super) fn undo_commit(&self, model: &Model) {
        let commits = model.session.closing.commits.clone();
        let base = model.session.identity.base.clone();
        self.spawn("undo", move |worker| {
            let outcome = match worker.tools.vault.undo(&commits, &base) {
                Ok(()) => CommitAnswer::Undone,
                Err(error) => refused(&error),
            };
            worker.send(answer(outcome));
            if let Ok(state) = worker.tools.vault.state() {
                worker.send(Msg::Repo(Box::new(state)));
            }
        });
    }

    pub(super) fn rebase(&self, model: &Model) {
        let edits: Vec<FileEdit> = model.session.work.edits.values().cloned().collect();
        self.spawn("rebase", move |worker| {
            let state = match worker.tools.vault.state() {
                Ok(state) => state,
                Err(error) => {
                    worker.send(Msg::Failed(error.to_string()));
                    return;
                }
            };
            let mut bases = Vec::new();
            let mut dropped = Vec::new();
            for edit in edits {
                let found = worker.tools.vault.read(&state.head, &edit.path).ok().flatten();
                let text = found.and_then(|file| String::from_utf8(file.bytes).ok());
                let fit: Vec<_> =
                    rebase::fits(&edit, text.as_deref()).into_iter().map(|(id, _)| id).collect();
                dropped.extend(edit.hunks.iter().map(|hunk| hunk.id).filter(|id| !fit.contains(id)));
                bases.push(BaseText { path: edit.path, text });
            }
            let base = state.head.clone();
            worker.send(Msg::Repo(Box::new(state)));
            worker.send(Msg::Rebased { base, bases, dropped });
        });
    }
}

/// The files of all parts together; a later part has the newer text.
fn merged(order: &CommitOrder) -> Vec<CommitFile> {
    let mut files: std::collections::BTreeMap<String, CommitFile> = std::collections::BTreeMap::new();
    for file in order.parts.iter().flat_map(|part| &part.files) {
        files.insert(file.path.clone(), file.clone());
    }
    files.into_values().collect()
}

/// The commit stands; brings the working tree after it.
fn finished(
    vault: &dyn Vault,
    state: &RepoState,
    base: &str,
    tree: &str,
    parts: &[CommitOrderPart],
) -> CommitAnswer {
    let files: Vec<CommitFile> = parts.iter().flat_map(|part| part.files.clone()).collect();
    match vault.apply(base, &files) {
        Ok(applied) => {
            let record = CommitRecord {
                id: state.head.clone(),
                tree: tree.to_owned(),
                subject: state.subjects.first().cloned().unwrap_or_default(),
                hunks: parts.iter().flat_map(|part| part.hunks.clone()).collect(),
                layer: None,
                signed_with: String::new(),
                verified: true,
            };
            CommitAnswer::Made(CommitOutcome {
                commits: vec![record],
                written: applied.written,
                kept: applied.kept,
            })
        }
        Err(error) => refused(&error),
    }
}

fn answer(answer: CommitAnswer) -> Msg {
    Msg::CommitEnded(Box::new(answer))
}

fn refused(error: &VaultError) -> CommitAnswer {
    let hint = match error {
        VaultError::NoAuthor => "git config user.name and user.email say who you are.",
        VaultError::Signing(_) => {
            "git config user.signingkey and gpg.format say how; or turn commit.gpgsign off."
        }
        VaultError::BaseMoved { .. } => "Your decisions are kept; rebuild on the new HEAD.",
        VaultError::Busy(_) => "Finish or abort it with git, then come back; nothing is lost.",
        VaultError::Locked(_) => "Another git process is at work; try again when it has ended.",
        VaultError::TreeChanged { .. } => {
            "Run VERIFY again: what would be committed is not what was verified."
        }
        VaultError::Pushed => "A pushed commit is taken back with git revert.",
        VaultError::Conflict { .. } => "Your own change of the same lines stays; commit or stash it first.",
        _ => "",
    };
    CommitAnswer::Refused { reason: error.to_string(), hint: hint.to_owned() }
}

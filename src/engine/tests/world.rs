//! What the fakes answer, and the names of effects.

use super::sample;
use crate::{
    domain::{
        command::{CommandRun, CommandSpec},
        commit::CommitRecord,
        event::BaseText,
        ids::HunkId,
        map::BackendMap,
        plan::Step,
        proposal::Proposal,
        task::Reading,
    },
    engine::{Effect, effect::CommitAnswer, msg::ProposalFailure},
    ports::vault::CommitOutcome,
};
use std::collections::BTreeMap;

/// What the world answers.
#[derive(Debug, Clone)]
pub struct World {
    pub map: BackendMap,
    /// Maps of the composed texts; the base's when absent.
    pub current: Option<BackendMap>,
    pub approved: Option<BackendMap>,
    pub unparsed: BTreeMap<String, String>,
    pub reading: Reading,
    pub plan: Vec<Step>,
    pub proposals: BTreeMap<usize, Result<(Proposal, Vec<BaseText>), ProposalFailure>>,
    /// What any proposal that is no step's gives: own text, seen, hook, stack set.
    pub other: Option<(Proposal, Vec<BaseText>)>,
    pub commands: Vec<CommandSpec>,
    pub digest: String,
    pub runs: BTreeMap<String, CommandRun>,
    pub base_runs: BTreeMap<String, CommandRun>,
    /// Runs of the change's tests alone on the base.
    pub red_runs: BTreeMap<String, CommandRun>,
    pub tree: String,
    pub commit: CommitAnswer,
    /// Effects of these kinds wait to be answered by the test.
    pub holds: Vec<&'static str>,
}

impl Default for World {
    fn default() -> Self {
        let proposal = sample::proposal();
        Self {
            map: sample::map(),
            current: None,
            approved: None,
            unparsed: BTreeMap::new(),
            reading: sample::reading(),
            plan: sample::plan(),
            proposals: BTreeMap::from([(0, Ok(proposal.clone())), (1, Ok(proposal))]),
            other: None,
            commands: sample::commands(),
            digest: "sha256:1".into(),
            runs: BTreeMap::from([
                ("lint".to_owned(), sample::run("lint", 0, &[])),
                ("tests".to_owned(), sample::run("tests", 0, &[])),
            ]),
            base_runs: BTreeMap::from([
                ("lint".to_owned(), sample::run("lint", 0, &[])),
                ("tests".to_owned(), sample::run("tests", 0, &[])),
            ]),
            red_runs: BTreeMap::new(),
            tree: "4be19c2".repeat(6),
            commit: CommitAnswer::Made(CommitOutcome {
                commits: vec![CommitRecord {
                    id: "3f2a9c1".repeat(6),
                    tree: "4be19c2".repeat(6),
                    subject: "Let customers cancel an order".into(),
                    hunks: vec![HunkId(1), HunkId(2), HunkId(3)],
                    layer: None,
                    signed_with: String::new(),
                    verified: true,
                }],
                written: vec![sample::API.into()],
                kept: Vec::new(),
            }),
            holds: Vec::new(),
        }
    }
}

/// The name of an effect, for `holds` and `take`.
pub fn name(effect: &Effect) -> &'static str {
    match effect {
        Effect::Append(_) => "append",
        Effect::Scan(_) => "scan",
        Effect::Survey => "survey",
        Effect::ReadTask(_) => "read-task",
        Effect::ReadContract(_) => "read-contract",
        Effect::Plan => "plan",
        Effect::Propose { .. } => "propose",
        Effect::Check { .. } => "check",
        Effect::Trust { .. } => "trust",
        Effect::Run { .. } => "run",
        Effect::Stop => "stop",
        Effect::Commit(_) => "commit",
        Effect::Apply { .. } => "apply",
        Effect::UndoCommit => "undo-commit",
        Effect::Rebase => "rebase",
        Effect::LoadSource(_) => "load-source",
        Effect::OpenEditor { .. } => "open-editor",
        Effect::EditText { .. } => "edit-text",
        Effect::CopyText(_) => "copy-text",
        Effect::Export { .. } => "export",
        Effect::SaveLesson(_) => "save-lesson",
        Effect::ListSessions => "list-sessions",
        Effect::LoadJournal => "load-journal",
        Effect::ResumeSession(_) => "resume-session",
        Effect::DeleteSession(_) => "delete-session",
        Effect::NewSession => "new-session",
        Effect::Redraw => "redraw",
        Effect::Suspend => "suspend",
        Effect::Quit => "quit",
        Effect::FinishIntent { .. } => "finish-intent",
        Effect::LoadHandbook => "load-handbook",
        Effect::SchemaNote => "schema-note",
    }
}

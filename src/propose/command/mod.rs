//! The *command* proposer: one command from the user's configuration, as a source of hunks.
//!
//! The command works in a private copy of base plus this session's texts; nothing it says
//! is believed. What differs in the copy afterwards is the proposal. The repository never
//! says which command runs, and its own agent configuration is not in the copy.

mod brief;
mod bundle;
mod capture;
mod copy;
mod run;

use crate::{
    domain::{hunk::Origin, proposal::Proposal},
    knowledge::context::Budget,
    ports::{Cancel, ProposalRequest, ProposeError, Proposer},
};
use std::{path::PathBuf, time::Duration};

/// What a command is given beside its step: chosen files, knowledge, and how much fits.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Material {
    /// Without a budget nothing rides along; the copy has the files anyway.
    pub budget: Option<Budget>,
    /// The chosen boundaries, most important first.
    pub boundaries: Vec<String>,
    /// Title and Markdown of the knowledge that is open, most important first.
    pub guidance: Vec<(String, String)>,
}

/// A command of the user's configuration and its limits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CommandConfig {
    /// What rides along with the brief, and how much of it.
    pub material: Material,
    /// The name shown as the origin of its hunks.
    pub name: String,
    /// Program and arguments; never through a shell.
    pub argv: Vec<String>,
    /// Wall time after which it is stopped.
    pub limit: Duration,
    /// Output after which it is stopped.
    pub limit_output_bytes: u64,
}

impl CommandConfig {
    /// With ten minutes and 16 MiB of output.
    pub fn new(name: impl Into<String>, argv: Vec<String>) -> Self {
        let limit_output_bytes = 16 * 1024 * 1024;
        let material = Material::default();
        Self { material, name: name.into(), argv, limit: Duration::from_secs(600), limit_output_bytes }
    }
}

/// Runs one configured command in a private copy.
pub struct CommandProposer {
    config: CommandConfig,
    /// Folder outside of every repository, where copies are made.
    state: PathBuf,
}

impl CommandProposer {
    /// `state` must not be inside the repository: agents search parent folders.
    pub fn new(config: CommandConfig, state: PathBuf) -> Self {
        Self { config, state }
    }
}

/// The text of a file in the copy; `None` where there is none or it is no text.
fn text_of(copy: &copy::PrivateCopy, path: &str) -> Option<String> {
    let entry = copy.entries().get(path)?;
    copy.bytes(entry).ok().and_then(|bytes| String::from_utf8(bytes).ok())
}

impl Proposer for CommandProposer {
    fn propose(&self, request: &ProposalRequest, cancel: &Cancel) -> Result<Proposal, ProposeError> {
        let copy = copy::make(request, &self.state)?;
        let mut brief = brief::write(request)?;
        brief.push_str(&bundle::write(request, &self.config.material, &brief, |path| text_of(&copy, path)));
        let ended = run::run(&self.config, copy.path(), &brief, cancel)?;
        let captured = capture::capture(&copy)?;
        let mut remarks = captured.remarks;
        if captured.files.is_empty() {
            return Err(ended.without_changes(&self.config));
        }
        remarks.extend(ended.remark(&self.config));
        let left_out = copy.left_out();
        if !left_out.is_empty() {
            let names = left_out.join(", ");
            remarks.push(format!("Not in the copy, because an agent would run or obey it: {names}."));
        }
        let step = request.steps.get(request.step);
        Ok(Proposal {
            origin: Origin::Agent(self.config.name.clone()),
            title: step.map_or_else(|| self.config.name.clone(), |step| step.title.clone()),
            step: step.map(|step| step.id),
            files: captured.files,
            remarks,
        })
    }
}

//! `proscenium propose`: what a recipe would change, as a patch, as JSON, or written.

use super::{
    apply::{self, Committed, Together},
    args::{ProposeArgs, ProposeFormat},
    baseline::Known,
    failure::Failure,
    output,
    subject::{Cache, Subject, open_source},
};
use crate::{
    analysis::source::SourceFiles,
    domain::{
        finding::Finding,
        ids::StepId,
        layer::Layer,
        map::BackendMap,
        plan::{Filler, Step},
        proposal::{Content, Proposal},
        safe,
    },
    journal::ProducedFiles,
    ports::{Cancel, ProposalRequest, ProposeError, Source},
    propose::{RECIPES, ReadBase, recipe},
    report::{self, PatchFile},
    runtime::Dirs,
};
use serde::Serialize;
use std::{collections::BTreeMap, process::ExitCode, sync::Arc};

/// Stands for the source that is read; the reader below knows no other.
const READ_SOURCE: &str = "source";

/// The object of `--format json`.
#[derive(Serialize)]
struct Proposed<'a> {
    schema_version: u32,
    root: &'a str,
    recipe: &'a str,
    inputs: BTreeMap<String, String>,
    proposal: &'a Proposal,
    /// Findings that the proposed text would add.
    findings: Vec<Finding>,
}

/// Proposes and prints.
pub fn run(args: &ProposeArgs) -> Result<ExitCode, Failure> {
    if !RECIPES.contains(&args.recipe.as_str()) {
        let text = format!("there is no recipe {}", args.recipe);
        return Err(Failure::user(text, format!("the recipes are: {}", RECIPES.join(", "))));
    }
    let subject = Subject::open(&args.path)?;
    // Written changes are made on the commit, printed ones on what is on disk.
    let committed = if args.apply { Some(Committed::open(&subject)?) } else { None };
    let source = committed.as_ref().map_or_else(|| subject.on_disk(), |committed| committed.source.clone());
    let files: Arc<dyn SourceFiles> = Arc::from(open_source(&source)?);
    // Only JSON says which findings the proposal would add.
    let map = match (&committed, args.format) {
        (None, ProposeFormat::Json) => subject.scan_files(files.as_ref(), Cache::Use)?,
        _ => subject.map_files(files.as_ref())?,
    };
    let inputs: BTreeMap<String, String> =
        args.inputs.iter().map(|setting| (setting.key.clone(), setting.value.clone())).collect();
    let proposal = propose(&subject, &map, &files, &args.recipe, &inputs)?;
    let changed = changed_files(&proposal, files.as_ref());
    for remark in &proposal.remarks {
        output::say(&format!("note: {}", safe::clean(remark)));
    }
    match (&committed, args.format) {
        (Some(committed), _) => apply::tell(&committed.write(&changed, Together::AllOrNone)?),
        (None, ProposeFormat::Patch) => output::print(&report::patch(&changed))?,
        (None, ProposeFormat::Json) => output::print_json(&Proposed {
            schema_version: 1,
            root: ".",
            recipe: &args.recipe,
            inputs,
            proposal: &proposal,
            findings: added_findings(&subject, &source, &map, &changed)?,
        })?,
    }
    Ok(ExitCode::SUCCESS)
}

fn propose(
    subject: &Subject,
    map: &BackendMap,
    files: &Arc<dyn SourceFiles>,
    name: &str,
    inputs: &BTreeMap<String, String>,
) -> Result<Proposal, Failure> {
    let reader = files.clone();
    let read: ReadBase = Arc::new(move |_, path| Ok(reader.text(path).ok()));
    let step = Step {
        id: StepId(1),
        title: name.to_owned(),
        layer: Layer::Router,
        filler: Filler::Recipe { recipe: name.to_owned() },
        criteria: Vec::new(),
        after: Vec::new(),
    };
    let request = ProposalRequest {
        root: subject.root.clone(),
        base: READ_SOURCE.into(),
        map: Arc::new(map.clone()),
        stack: map.stack.clone(),
        task: None,
        steps: vec![step],
        step: 0,
        texts: Arc::default(),
        inputs: inputs.clone(),
    };
    // Without a home folder nothing is remembered, and nothing else changes.
    let memory = Dirs::from_env().ok().map(|dirs| Arc::new(ProducedFiles::new(&dirs.state)) as _);
    let proposer = recipe(name, read, memory).ok_or_else(|| {
        let hint = format!("the recipes are: {}", RECIPES.join(", "));
        Failure::user(format!("there is no recipe {name}"), hint)
    })?;
    proposer.propose(&request, &Cancel::default()).map_err(|error| {
        let hint = match &error {
            ProposeError::Input { hint, .. } => hint.clone(),
            ProposeError::Clash { .. } => "choose another name, or edit what is there".into(),
            ProposeError::NotApplicable(_)
            | ProposeError::TimedOut { .. }
            | ProposeError::Failed { .. }
            | ProposeError::Nothing(_)
            | ProposeError::Cancelled
            | ProposeError::Io { .. }
            | ProposeError::Rejected(_) => "nothing was changed".into(),
        };
        Failure::user(error, hint)
    })
}

/// Recipes write texts only; anything else is left out of a patch.
fn changed_files(proposal: &Proposal, files: &dyn SourceFiles) -> Vec<PatchFile> {
    proposal
        .files
        .iter()
        .filter_map(|file| {
            let new = match &file.content {
                Content::Text { text } => Some(text.clone()),
                Content::Deleted => None,
                Content::Mode { .. } | Content::Binary { .. } => return None,
            };
            Some(PatchFile { path: file.path.clone(), old: files.text(&file.path).ok(), new })
        })
        .collect()
}

fn added_findings(
    subject: &Subject,
    source: &Source,
    before: &BackendMap,
    changed: &[PatchFile],
) -> Result<Vec<Finding>, Failure> {
    let texts = changed.iter().map(|file| (file.path.clone(), file.new.clone())).collect();
    let overlay = Source::Overlay { below: Box::new(source.clone()), texts: Arc::new(texts) };
    let after = subject.scan(&overlay, Cache::Use)?;
    let mut known = Known::default();
    known.add(before.findings.iter().map(|finding| finding.fingerprint.clone()));
    Ok(known.sort_out(&after.findings).new)
}

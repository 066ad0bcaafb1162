//! Proposals prepared for a sample backend, so that its guided task needs no model.
//!
//! A prepared proposal is data: the proposed texts beside a YAML file with reasons and
//! citations. It is compared with the sample it was prepared for, and what differs is
//! carried over to the text as the session has it; a change whose surroundings are gone is
//! left out with a remark, and a repository that is not the sample gets no proposal.

use super::{
    sample::{GuidedTask, demo_files, demo_folders, sample_files},
    workspace::{ReadBase, Workspace, line_of},
};
use crate::{
    domain::{
        conventional::layer_by_path,
        diff::changes_between,
        edit::FileEdit,
        hunk::{Body, Decision, Hunk, Origin},
        ids::{CriterionId, HunkId, ProposalId},
        layer::Layer,
        plan::Filler,
        proposal::{Content, FileChange, Note, Proposal},
    },
    ports::{Cancel, ProposalRequest, ProposeError, Proposer},
};
use serde::Deserialize;
use std::collections::{BTreeMap, BTreeSet};

/// One prepared proposal as it stands in its YAML file, with its texts.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Preparation {
    /// The recipe it stands for.
    recipe: String,
    title: String,
    #[serde(default)]
    remarks: Vec<String>,
    pub(super) task: GuidedTask,
    notes: Vec<PreparedNote>,
    /// Path to (text of the sample, proposed text).
    #[serde(skip)]
    texts: BTreeMap<String, (String, String)>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct PreparedNote {
    path: String,
    /// A line of the proposed text, without its indent.
    at: String,
    reason: String,
    #[serde(default)]
    like: Option<Anchor>,
    #[serde(default)]
    criteria: Vec<u32>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct Anchor {
    path: String,
    at: String,
}

/// The steps that a prepared proposal fills.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PreparedSteps {
    pub recipe: String,
    /// In build order, each with its criteria.
    pub layers: Vec<(Layer, Vec<CriterionId>)>,
}

/// Gives the proposals that were prepared for one sample backend.
pub struct Prepared {
    stack: String,
    base: ReadBase,
}

impl Prepared {
    /// For the sample of that stack.
    pub fn new(stack: impl Into<String>, base: ReadBase) -> Self {
        Self { stack: stack.into(), base }
    }

    /// The recipe that is prepared for a task of exactly this text, and the layers it fills
    /// with the criteria of each; `None` for any other task.
    pub fn steps_for(&self, task: &str) -> Option<PreparedSteps> {
        let prepared = load_all(&self.stack).ok()?;
        let prepared = prepared.into_iter().find(|prepared| prepared.task.text.trim() == task.trim())?;
        let mut layers: BTreeMap<u8, (Layer, BTreeSet<CriterionId>)> = BTreeMap::new();
        for path in prepared.texts.keys() {
            let layer = layer_by_path(path).unwrap_or(Layer::Other);
            let (_, criteria) = layers.entry(layer.build_order()).or_insert_with(|| (layer, BTreeSet::new()));
            let notes = prepared.notes.iter().filter(|note| note.path == *path);
            criteria.extend(notes.flat_map(|note| &note.criteria).map(|id| CriterionId(*id)));
        }
        let layers =
            layers.into_values().map(|(layer, criteria)| (layer, criteria.into_iter().collect())).collect();
        Some(PreparedSteps { recipe: prepared.recipe, layers })
    }

    /// Whether a proposal of that recipe is prepared for the sample.
    pub fn has(&self, recipe: &str) -> bool {
        demo_folders(&format!("{}.proposals", self.stack)).iter().any(|name| name == recipe)
    }
}

impl Proposer for Prepared {
    fn propose(&self, request: &ProposalRequest, _cancel: &Cancel) -> Result<Proposal, ProposeError> {
        let step = request.steps.get(request.step);
        let recipe = match step.map(|step| &step.filler) {
            Some(Filler::Recipe { recipe }) => recipe.as_str(),
            _ => return Err(ProposeError::NotApplicable("this step is not filled by a recipe".into())),
        };
        let prepared = load_all(&self.stack)?
            .into_iter()
            .find(|prepared| prepared.recipe == recipe)
            .ok_or_else(|| ProposeError::NotApplicable(format!("no proposal is prepared for {recipe}")))?;
        let workspace = Workspace::new(request, &self.base);
        let mut remarks = prepared.remarks.clone();
        let mut files = Vec::new();
        for (path, (sample, proposed)) in &prepared.texts {
            let Some(current) = workspace.text(path)? else {
                return Err(ProposeError::NotApplicable(format!("{path} is not in this repository")));
            };
            let (text, left_out) = carry_over(path, sample, proposed, &current);
            if left_out > 0 {
                remarks.push(format!("{path}: {left_out} prepared changes no longer fit and are left out."));
            }
            if text != current {
                let notes = notes_on(&prepared, path, &text, request, &workspace)?;
                files.push(FileChange { path: path.clone(), content: Content::Text { text }, notes });
            }
        }
        if files.is_empty() {
            return Err(ProposeError::Nothing(format!("recipe {recipe}")));
        }
        Ok(Proposal {
            origin: Origin::Recipe(prepared.recipe),
            title: prepared.title,
            step: step.map(|step| step.id),
            files,
            remarks,
        })
    }
}

/// Every proposal prepared for the sample of that stack, by name.
pub(super) fn load_all(stack: &str) -> Result<Vec<Preparation>, ProposeError> {
    let root = format!("{stack}.proposals");
    let sample: BTreeMap<&str, &[u8]> =
        sample_files(stack).into_iter().map(|file| (file.path, file.bytes)).collect();
    demo_folders(&root).iter().map(|name| load(&format!("{root}/{name}"), &sample)).collect()
}

fn load(folder: &str, sample: &BTreeMap<&str, &[u8]>) -> Result<Preparation, ProposeError> {
    let wrong =
        |path: &str, reason: String| ProposeError::Io { path: format!("demo/{folder}/{path}"), reason };
    let text = |path: &str, bytes: &[u8]| {
        String::from_utf8(bytes.to_vec()).map_err(|error| wrong(path, error.to_string()))
    };
    let files = demo_files(folder);
    let head = files
        .iter()
        .find(|file| file.path == "proposal.yaml")
        .ok_or_else(|| wrong("proposal.yaml", "no such file".into()))?;
    let mut prepared: Preparation = serde_saphyr::from_str(&text(head.path, head.bytes)?)
        .map_err(|error| wrong(head.path, error.to_string()))?;
    for file in &files {
        let Some(path) = file.path.strip_prefix("files/") else { continue };
        let old = sample.get(path).map(|bytes| text(path, bytes)).transpose()?.unwrap_or_default();
        prepared.texts.insert(path.to_owned(), (old, text(file.path, file.bytes)?));
    }
    Ok(prepared)
}

/// Applies what turns `sample` into `proposed` to `current`; also counts what does not fit.
fn carry_over(path: &str, sample: &str, proposed: &str, current: &str) -> (String, usize) {
    if current == sample {
        return (proposed.to_owned(), 0);
    }
    let mut edit = FileEdit::new(path, Some(sample.to_owned()));
    let mut number = 0;
    edit.absorb(proposed, |body, _| {
        number += 1;
        plain_hunk(HunkId(number), body)
    });
    // What the session has already must not come a second time.
    let done = changes_between(sample, current);
    edit.hunks.retain(|hunk| {
        !done.iter().any(|change| {
            let range = hunk.base_range();
            range.start == change.base_start
                && range.end == change.base_start + change.base_len
                && hunk.new_lines() == change.new_lines
        })
    });
    let before = edit.hunks.len();
    crate::domain::rebase::rebase(&mut edit, Some(current.to_owned()), &[]);
    let left_out = before - edit.hunks.len();
    (edit.current().unwrap_or_else(|| current.to_owned()), left_out)
}

fn plain_hunk(id: HunkId, body: Body) -> Hunk {
    Hunk {
        id,
        body,
        origin: Origin::You,
        proposal: ProposalId(0),
        step: None,
        layer: Layer::Other,
        reason: String::new(),
        citation: None,
        criteria: Vec::new(),
        needs: Vec::new(),
        decision: Decision::Undecided,
        decided_by: String::new(),
        seconded_by: String::new(),
    }
}

fn notes_on(
    prepared: &Preparation,
    path: &str,
    text: &str,
    request: &ProposalRequest,
    workspace: &Workspace<'_>,
) -> Result<Vec<Note>, ProposeError> {
    let layer = request.map.layer_of(path).or_else(|| layer_by_path(path));
    let step = request
        .steps
        .iter()
        .filter(|step| matches!(&step.filler, Filler::Recipe { recipe } if *recipe == prepared.recipe))
        .find(|step| Some(step.layer) == layer)
        .map(|step| step.id);
    let known = request.task.iter().flat_map(|task| &task.reading.criteria).map(|criterion| criterion.id);
    let known: Vec<CriterionId> = known.collect();
    let mut notes = Vec::new();
    for note in prepared.notes.iter().filter(|note| note.path == path) {
        // A change that was left out takes its note with it.
        let Some(line) = line_of(text, &note.at) else { continue };
        let citation = match &note.like {
            Some(anchor) => workspace.place_of(&anchor.path, &anchor.at)?,
            None => None,
        };
        notes.push(Note {
            start: line,
            end: line + 1,
            reason: note.reason.clone(),
            citation,
            criteria: note
                .criteria
                .iter()
                .map(|id| CriterionId(*id))
                .filter(|id| known.contains(id))
                .collect(),
            step,
        });
    }
    Ok(notes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{ids::StepId, map::BackendMap, place::Place, plan::Step, stack::Stack};
    use std::{path::PathBuf, sync::Arc};

    fn request(texts: BTreeMap<String, Option<String>>) -> ProposalRequest {
        ProposalRequest {
            root: PathBuf::from("/nowhere"),
            base: String::new(),
            map: Arc::new(BackendMap::default()),
            stack: Stack::default(),
            task: None,
            steps: vec![Step {
                id: StepId(1),
                title: "move".into(),
                layer: Layer::Service,
                filler: Filler::Recipe { recipe: "move-query".into() },
                criteria: Vec::new(),
                after: Vec::new(),
            }],
            step: 0,
            texts: Arc::new(texts),
            inputs: BTreeMap::new(),
        }
    }

    fn sample() -> BTreeMap<String, Option<String>> {
        sample_files("python")
            .into_iter()
            .map(|file| (file.path.to_owned(), Some(String::from_utf8(file.bytes.to_vec()).unwrap())))
            .collect()
    }

    fn propose(texts: BTreeMap<String, Option<String>>) -> Result<Proposal, ProposeError> {
        let base: ReadBase = Arc::new(|_, _| Ok(None));
        Prepared::new("python", base).propose(&request(texts), &Cancel::default())
    }

    #[test]
    fn the_guided_task_gives_reasoned_changes_in_three_layers_and_a_test() {
        let proposal = propose(sample()).unwrap();
        let paths: Vec<&str> = proposal.files.iter().map(|file| file.path.as_str()).collect();
        let expected = [
            "app/repositories/reports.py",
            "app/routers/reports.py",
            "app/services/reports.py",
            "tests/test_reports.py",
        ];
        assert_eq!(paths, expected);
        assert_eq!(proposal.origin, Origin::Recipe("move-query".into()));
        let texts = sample();
        for file in &proposal.files {
            let Content::Text { text } = &file.content else { panic!("only texts") };
            let old = texts.get(&file.path).cloned().flatten().unwrap();
            for change in changes_between(&old, text) {
                let start = change.new_start + 1;
                let end = (start + u32::try_from(change.new_lines.len()).unwrap()).max(start + 1);
                let reasoned = file.notes.iter().any(|note| note.start >= start && note.start < end);
                assert!(reasoned, "{}:{start} has no reason", file.path);
            }
        }
    }

    #[test]
    fn citations_point_at_the_line_they_name() {
        let proposal = propose(sample()).unwrap();
        let repository = proposal.files.first().unwrap();
        let method = repository.notes.iter().find(|note| note.reason.contains("word for word")).unwrap();
        assert_eq!(method.citation, Some(Place::new("app/repositories/reports.py", 15)));
    }

    #[test]
    fn an_earlier_change_of_the_session_is_kept() {
        let mut texts = sample();
        let path = "app/services/reports.py";
        let old = texts.get(path).cloned().flatten().unwrap();
        let own = old.replace("\"\"\"The owner's reports.\"\"\"", "\"\"\"Reports, for the owner.\"\"\"");
        texts.insert(path.to_owned(), Some(own));
        let proposal = propose(texts).unwrap();
        let service = proposal.files.iter().find(|file| file.path == path).unwrap();
        let Content::Text { text } = &service.content else { panic!("only texts") };
        assert!(text.starts_with("\"\"\"Reports, for the owner.\"\"\""));
        assert!(text.contains("def top_spenders"));
    }

    #[test]
    fn another_repository_gets_no_proposal() {
        let texts = BTreeMap::from([("app/main.py".to_owned(), Some(String::new()))]);
        assert!(matches!(propose(texts), Err(ProposeError::NotApplicable(_))));
    }

    #[test]
    fn a_second_proposal_has_nothing_to_say() {
        let mut texts = sample();
        for file in propose(texts.clone()).unwrap().files {
            let Content::Text { text } = file.content else { panic!("only texts") };
            texts.insert(file.path, Some(text));
        }
        assert!(matches!(propose(texts), Err(ProposeError::Nothing(_))));
    }
}

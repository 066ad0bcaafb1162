//! Asking proposers, and giving what they say to the session.

use super::{Host, Worker, checks::texts};
use crate::{
    domain::{
        edit::FileEdit,
        event::BaseText,
        hunk::Origin,
        plan::{Filler, Step},
        proposal::{Content, FileChange, Proposal},
    },
    engine::{Model, Msg, effect::ProposeKind, handbook::ORM_PAGE, msg::ProposalFailure, opening},
    journal::ProducedFiles,
    knowledge::stack_set,
    ports::{Cancel, ProposalRequest, ProposeError, Proposer},
    propose::{self, Written},
};
use std::sync::Arc;

impl Host {
    pub(super) fn propose(&mut self, model: &Model, step: Option<usize>, kind: ProposeKind) {
        self.proposals = Cancel::default();
        let cancel = self.proposals.clone();
        let request = ProposalRequest {
            root: self.tools.root.clone(),
            base: model.session.identity.base.clone(),
            map: model.map(),
            stack: stack(model),
            task: model.session.work.task.clone(),
            steps: model.session.work.steps.clone(),
            step: step.unwrap_or(0),
            texts: Arc::new(texts(&model.session, FileEdit::current)),
            inputs: model
                .session
                .work
                .task
                .as_ref()
                .map(|task| task.reading.inputs.clone())
                .unwrap_or_default(),
        };
        let extra = Extra {
            hook_files: model.activity.hook_files.clone(),
            commands: model.session.evidence.commands.clone(),
            boundaries: model.session.work.boundaries.iter().cloned().collect(),
            guidance: guidance(model, step),
            lesson: match &kind {
                ProposeKind::Lesson(text) => super::exports::lesson_of(model, text),
                _ => String::new(),
            },
        };
        self.spawn("propose", move |worker| {
            let outcome = make(worker, &request, step, &kind, extra, &cancel);
            let outcome = outcome.and_then(|mut proposal| {
                if proposal.step.is_none() {
                    proposal.step = step.and_then(|index| request.steps.get(index)).map(|step| step.id);
                }
                if proposal.files.is_empty() {
                    return Err(ProposeError::Nothing(proposal.origin.label()));
                }
                let bases = bases(worker, &request.base, &proposal)?;
                Ok((Box::new(proposal), bases))
            });
            let filled_by_us = step
                .and_then(|index| request.steps.get(index).map(|step| (index, step)))
                .filter(|(_, step)| matches!(step.filler, Filler::Fix { .. } | Filler::Recipe { .. }));
            if let (Err(ProposeError::NotApplicable(why)), Some((index, step))) = (&outcome, filled_by_us) {
                let step = propose::as_walkthrough(step, request.task.as_ref(), &request.map);
                worker.send(Msg::StepBecame { index, step: Box::new(step), why: why.clone() });
                return;
            }
            let outcome = outcome.map_err(|error| ProposalFailure {
                text: error.to_string(),
                hint: hint(&error),
                instead: instead(&request, step, &kind, &error),
            });
            worker.send(Msg::Proposed { step, outcome });
        });
    }
}

/// Tokens of a brief that is given as one argument: the system takes 128 KiB.
const ARGUMENT_TOKENS: u32 = 24_000;

/// Knowledge that is open and helps with a step: the ORM guidance, then the rules of the
/// step's walkthrough.
fn guidance(model: &Model, step: Option<usize>) -> Vec<(String, String)> {
    let mut pages = Vec::new();
    if opening::is_open(model, ORM_PAGE)
        && let Some(page) = opening::page(model, ORM_PAGE)
    {
        pages.push((page.title, page.lines.join("\n")));
    }
    let step = step.and_then(|index| model.session.work.steps.get(index));
    let rules = step.map_or(&[][..], |step| match &step.filler {
        Filler::Walkthrough { guide } => guide.rules.as_slice(),
        Filler::Fix { finding } => std::slice::from_ref(&finding.rule),
        Filler::Recipe { .. } | Filler::Agent { .. } | Filler::Generator { .. } => &[],
    });
    for (id, note) in rules.iter().filter_map(|id| Some((id, model.handbook.rules.get(id)?))) {
        pages.push((format!("{id}: {}", note.title), format!("{}\n\n{}", note.why, note.fix)));
    }
    pages
}

/// The stack with what the user stated on top.
pub(super) fn stack(model: &Model) -> crate::domain::stack::Stack {
    let mut stack = model.map().stack.clone();
    for (key, name) in &model.session.work.stated {
        let field = stack.field_mut(*key);
        field.name.clone_from(name);
        field.confidence = crate::domain::stack::Confidence::Stated;
    }
    stack
}

fn hint(error: &ProposeError) -> String {
    match error {
        ProposeError::Input { hint, .. } => hint.clone(),
        ProposeError::Clash { .. } => "Choose another name, or edit what is there.".into(),
        ProposeError::NotApplicable(_) | ProposeError::Nothing(_) => "e writes it by hand.".into(),
        ProposeError::TimedOut { .. } | ProposeError::Failed { .. } => {
            "Nothing was changed. p tries again.".into()
        }
        ProposeError::Cancelled | ProposeError::Io { .. } | ProposeError::Rejected(_) => {
            "Nothing was changed.".into()
        }
    }
}

/// The walkthrough of a step whose own filler has nothing to propose.
fn instead(
    request: &ProposalRequest,
    step: Option<usize>,
    kind: &ProposeKind,
    error: &ProposeError,
) -> Option<Box<Step>> {
    if *kind != ProposeKind::Step || matches!(error, ProposeError::Cancelled | ProposeError::Io { .. }) {
        return None;
    }
    let step = request.steps.get(step?)?;
    match step.filler {
        Filler::Recipe { .. } | Filler::Fix { .. } => {
            Some(Box::new(propose::as_walkthrough(step, request.task.as_ref(), &request.map)))
        }
        Filler::Walkthrough { .. } | Filler::Agent { .. } | Filler::Generator { .. } => None,
    }
}

/// What only some kinds of proposal need.
#[derive(Debug, Default)]
struct Extra {
    hook_files: Option<crate::engine::model::HookFiles>,
    commands: Vec<crate::domain::command::CommandSpec>,
    /// The chosen boundaries and the knowledge that is open, for an agent's bundle.
    boundaries: Vec<String>,
    guidance: Vec<(String, String)>,
    /// The lesson as a line of its file.
    lesson: String,
}

fn make(
    worker: &Worker,
    request: &ProposalRequest,
    step: Option<usize>,
    kind: &ProposeKind,
    extra: Extra,
    cancel: &Cancel,
) -> Result<Proposal, ProposeError> {
    let tools = &worker.tools;
    let read = propose::read_base_of(tools.vault.clone());
    match kind {
        ProposeKind::Step => {
            let filler = step.and_then(|index| request.steps.get(index)).map(|step| step.filler.clone());
            by_filler(worker, request, filler, extra, cancel)
        }
        ProposeKind::Agent(name) => {
            let settings = tools
                .config
                .proposers
                .iter()
                .find(|proposer| proposer.name == *name)
                .ok_or_else(|| ProposeError::NotApplicable(format!("{name} is not in config.toml")))?;
            let mut command = propose::CommandConfig::new(settings.name.clone(), settings.argv.clone());
            command.limit = std::time::Duration::from_secs(settings.timeout_seconds);
            // A brief that is one argument must stay below what the system takes for one.
            let in_argument = settings.argv.iter().any(|word| word.contains("{prompt}"));
            let tokens = if in_argument { settings.tokens.min(ARGUMENT_TOKENS) } else { settings.tokens };
            command.material = propose::Material {
                budget: tools.knowledge.context.budget_for(tokens).cloned(),
                boundaries: extra.boundaries,
                guidance: extra.guidance,
            };
            let state = tools.dirs.state.join("agents");
            propose::CommandProposer::new(command, state).propose(request, cancel)
        }
        ProposeKind::Own { path, text } => {
            let texts = vec![(path.clone(), Some(text.clone()))];
            propose::own_edit(request, &read, texts, Written::InTheAssistant)
        }
        ProposeKind::Seen => {
            let changes = tools.vault.working_changes(&request.base).map_err(|error| ProposeError::Io {
                path: "working tree".into(),
                reason: error.to_string(),
            })?;
            propose::own_edit(request, &read, changes, Written::InTheWorkingTree)
        }
        ProposeKind::StackSet => {
            let text_of = |path: &str| tools.vault.read(&request.base, path).ok().flatten();
            let read = |path: &str| text_of(path).and_then(|file| String::from_utf8(file.bytes).ok());
            let mut map = (*request.map).clone();
            map.stack = request.stack.clone();
            let files = stack_set::stack_files(&tools.knowledge, &map, &extra.commands, &read);
            let files = files.into_iter().map(|(path, text)| (path, Some(text))).collect();
            Ok(files_proposal(
                Origin::Recipe("stack set".into()),
                "describe the stack in stack/".into(),
                files,
            ))
        }
        ProposeKind::Lesson(_) => {
            let path = "stack/lessons.md";
            let now = match request.texts.get(path) {
                Some(text) => text.clone(),
                None if request.base.is_empty() => None,
                None => read(&request.base, path)?,
            };
            let text = shared_lesson(now.as_deref(), &extra.lesson);
            let files = vec![(path.to_owned(), Some(text))];
            Ok(files_proposal(Origin::You, "one lesson for the next task of this kind".into(), files))
        }
        ProposeKind::Hook => {
            let (hook, files) = extra.hook_files.ok_or_else(|| ProposeError::Nothing("the hook".into()))?;
            Ok(files_proposal(Origin::Hook(hook.clone()), format!("what {hook} changed"), files))
        }
    }
}

fn by_filler(
    worker: &Worker,
    request: &ProposalRequest,
    filler: Option<Filler>,
    extra: Extra,
    cancel: &Cancel,
) -> Result<Proposal, ProposeError> {
    let tools = &worker.tools;
    let read = propose::read_base_of(tools.vault.clone());
    match filler {
        Some(Filler::Recipe { recipe }) => {
            if let Some(demo) = &tools.demo {
                let prepared = propose::Prepared::new(demo.clone(), read.clone());
                if prepared.has(&recipe) {
                    return prepared.propose(request, cancel);
                }
            }
            let memory = ProducedFiles::new(&tools.dirs.state);
            match propose::recipe(&recipe, read, Some(Arc::new(memory))) {
                Some(recipe) => recipe.propose(request, cancel),
                None => Err(ProposeError::NotApplicable(format!("there is no recipe {recipe}"))),
            }
        }
        Some(Filler::Fix { .. }) => propose::FixProposer::new(read).propose(request, cancel),
        Some(Filler::Agent { name }) => make(worker, request, None, &ProposeKind::Agent(name), extra, cancel),
        Some(Filler::Generator { command }) => Err(ProposeError::NotApplicable(format!(
            "{command} is run in VERIFY; take its output with “take what I changed”"
        ))),
        Some(Filler::Walkthrough { .. }) | None => {
            Err(ProposeError::NotApplicable("this step is written by hand".into()))
        }
    }
}

/// The repository's lessons with one line more; a new file says what it is.
fn shared_lesson(now: Option<&str>, line: &str) -> String {
    let mut text = match now {
        Some(now) => now.to_owned(),
        None => {
            "# Lessons\n\nOne line each: the date, the kinds of task it helps with, what to do.\n\n".into()
        }
    };
    if !text.is_empty() && !text.ends_with('\n') {
        text.push('\n');
    }
    text.push_str(line);
    text
}

fn files_proposal(origin: Origin, title: String, files: Vec<(String, Option<String>)>) -> Proposal {
    let mut files: Vec<FileChange> = files
        .into_iter()
        .map(|(path, text)| FileChange {
            path,
            content: match text {
                Some(text) => Content::Text { text },
                None => Content::Deleted,
            },
            notes: Vec::new(),
        })
        .collect();
    files.sort_by(|a, b| a.path.cmp(&b.path));
    Proposal { origin, title, step: None, files, remarks: Vec::new() }
}

/// Base texts of the files that a proposal touches.
fn bases(worker: &Worker, base: &str, proposal: &Proposal) -> Result<Vec<BaseText>, ProposeError> {
    proposal
        .files
        .iter()
        .map(|file| {
            if !crate::ports::vault::is_safe_path(&file.path) {
                let reason = "is not a path inside the repository".to_owned();
                return Err(ProposeError::Io { path: file.path.clone(), reason });
            }
            if base.is_empty() {
                return Ok(BaseText { path: file.path.clone(), text: None });
            }
            let found = worker
                .tools
                .vault
                .read(base, &file.path)
                .map_err(|error| ProposeError::Io { path: file.path.clone(), reason: error.to_string() })?;
            let binary =
                matches!(file.content, Content::Binary { .. } | Content::Mode { .. } | Content::Deleted);
            let text = match found.map(|file| String::from_utf8(file.bytes)) {
                None => None,
                Some(Ok(text)) => Some(text),
                Some(Err(_)) if binary => None,
                Some(Err(_)) => {
                    let reason = "is not valid UTF-8; it is shown, not changed".to_owned();
                    return Err(ProposeError::Io { path: file.path.clone(), reason });
                }
            };
            Ok(BaseText { path: file.path.clone(), text })
        })
        .collect()
}

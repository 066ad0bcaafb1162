//! ACQUIRE: the tree of layers and files, from which boundaries are chosen.
//!
//! A large repository has more rows than a frame has time for, and moving the mark changes
//! none of them. So the rows are kept until the map, the task, the choice or the folds are
//! others; rows that are out of date are never shown.

use crate::{
    domain::{layer::Layer, map::BackendMap, task::Task},
    engine::{
        cx::plural,
        model::Model,
        subject,
        view::{Body, Line, Mark, PaneView, Role, Row, SceneKind, Target, bold, muted, role},
    },
    keys::Action,
};
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

/// Layers that stand on the request's path or beside it, as the tree lists them.
const TREE: [Layer; 11] = [
    Layer::Router,
    Layer::Service,
    Layer::Repository,
    Layer::Model,
    Layer::Test,
    Layer::Schema,
    Layer::Migration,
    Layer::Job,
    Layer::Middleware,
    Layer::Config,
    Layer::Error,
];

/// The rows that are kept, and what they were made from.
#[derive(Debug, Clone, Default)]
pub struct Tree {
    map: Option<Arc<BackendMap>>,
    task: Option<Task>,
    chosen: BTreeSet<String>,
    folded: BTreeSet<String>,
    rows: Arc<Vec<Row>>,
    /// Files in the layers.
    total: usize,
}

impl Tree {
    fn of(model: &Model) -> Self {
        let (rows, total) = build(model);
        Self {
            map: model.world.map.clone(),
            task: model.session.work.task.clone(),
            chosen: model.session.work.boundaries.clone(),
            folded: model.screen.folded.clone(),
            rows: Arc::new(rows),
            total,
        }
    }

    fn is_of(&self, model: &Model) -> bool {
        let same_map = match (&self.map, &model.world.map) {
            (Some(mine), Some(theirs)) => Arc::ptr_eq(mine, theirs),
            _ => false,
        };
        same_map
            && self.task == model.session.work.task
            && self.chosen == model.session.work.boundaries
            && self.folded == model.screen.folded
    }
}

/// Makes the rows anew when they are out of date.
pub fn refresh(model: &mut Model) {
    if model.kind() == SceneKind::Acquire && !model.world.tree.is_of(model) {
        model.world.tree = Tree::of(model);
    }
}

pub(super) fn tree(model: &Model) -> PaneView {
    let known = &model.world.tree;
    let (rows, total) = if known.is_of(model) {
        (known.rows.clone(), known.total)
    } else {
        let made = Tree::of(model);
        (made.rows, made.total)
    };
    let chosen = model.session.work.boundaries.len();
    let count = if total == 0 { String::new() } else { format!("{chosen} of {total}") };
    PaneView { subtitle: "affected".into(), count, body: Body::Shared(rows), ..PaneView::default() }
}

/// All rows, and the number of files in the layers.
fn build(model: &Model) -> (Vec<Row>, usize) {
    let map = model.map();
    let chosen = &model.session.work.boundaries;
    let mut rows = Vec::new();
    let mut total = 0;
    let mut notices: BTreeMap<&str, usize> = BTreeMap::new();
    for finding in &map.findings {
        *notices.entry(finding.file.as_str()).or_default() += 1;
    }
    let suggestion = if chosen.is_empty() { subject::suggested(model) } else { Default::default() };
    let mut names: BTreeMap<(Layer, &str), usize> = BTreeMap::new();
    for file in &map.files {
        *names.entry((file.layer, file_name(&file.path))).or_default() += 1;
    }
    for layer in TREE {
        let files: Vec<_> = map.files_in(layer).collect();
        if files.is_empty() {
            continue;
        }
        total += files.len();
        let folded = is_folded(model, layer);
        rows.push(Row::Item {
            mark: Mark::None,
            label: vec![role(Role::Layer(layer), layer.name())],
            note: vec![muted(plural(files.len(), "file"))],
            indent: 0,
            target: Some(Target::Layer(layer)),
        });
        for file in files {
            let is_chosen = chosen.contains(&file.path);
            let is_suggested = suggestion.paths.binary_search(&file.path).is_ok();
            let folded_by_you = model.screen.folded.contains(layer.name());
            if folded && !is_chosen && (folded_by_you || !is_suggested) {
                continue;
            }
            let findings = notices.get(file.path.as_str()).copied().unwrap_or(0);
            let name = file_name(&file.path);
            let alone = names.get(&(layer, name)).is_none_or(|count| *count == 1);
            let shown = if alone { name.to_owned() } else { file.path.clone() };
            rows.push(Row::Item {
                mark: if is_chosen { Mark::Chosen } else { Mark::NotChosen },
                label: vec![if is_chosen { bold(shown) } else { muted(shown) }],
                note: file_note(is_suggested, findings),
                indent: 2,
                target: Some(Target::File(file.path.clone())),
            });
        }
    }
    if total == 0 {
        rows.push(Row::Text { line: vec![bold("No backend files here.")], indent: 0 });
        rows.push(Row::aside(format!(
            "{} read. The backend part of a task can still be written.",
            plural(usize::try_from(map.stats.files).unwrap_or(0), "file")
        )));
    }
    if !suggestion.paths.is_empty() {
        rows.extend([Row::Blank, Row::Text { line: vec![bold("Suggested from the task")], indent: 0 }]);
        rows.push(Row::aside(format!(
            "{}, because {}",
            boundary_count(suggestion.paths.len()),
            suggestion.why
        )));
        rows.push(Row::Text {
            line: vec![role(Role::Accent, model.keys.key(Action::AcceptAll)), muted(" takes them")],
            indent: 0,
        });
    }
    (rows, total)
}

/// Whether the task suggests the file, and its findings.
fn file_note(is_suggested: bool, findings: usize) -> Line {
    let mut note = Vec::new();
    if is_suggested {
        note.push(muted("suggested"));
    }
    if findings > 0 {
        let gap = if is_suggested { "  " } else { "" };
        note.push(role(Role::Warn, format!("{gap}{findings}\u{a0}▲")));
    }
    note
}

fn file_name(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}

fn boundary_count(count: usize) -> String {
    plural(count, "file")
}

/// Layers beside the path are folded until asked for; large layers too.
pub(super) fn is_folded(model: &Model, layer: Layer) -> bool {
    let by_default = layer.depth().is_none() && layer != Layer::Test;
    by_default != model.screen.folded.contains(layer.name())
}

//! The presenter level: the why of the marked thing in plain words beside it.
//!
//! For whoever shows a change to others: what is marked says its rule, its reason and its
//! source without a key. A few rows under the mark, nothing that can be marked itself, so
//! that every key goes on meaning what it meant.

use super::{
    cursor, judge,
    model::Model,
    scene::{act, prepare},
    view::{Body, Pane, PaneView, Role, Row, SceneKind, Target, plain, role},
};
use crate::domain::{
    checklist::Decider,
    hunk::{Hunk, Origin},
    layer::Layer,
    task::CriterionSource,
};
use std::{
    hash::{Hash, Hasher},
    sync::Arc,
};

/// A word for what is said, and the sentence.
type Said = (&'static str, String);

/// Longer lists are shown as they are: nobody presents them row by row.
const ROWS_LIMIT: usize = 2000;

/// Columns beside the sentences of a hunk: borders, bar, gutter.
const HUNK_FRAME_COLS: usize = 14;

/// Puts the why under what is marked in the focused pane.
pub fn beside(model: &Model, pane: Pane, view: &mut PaneView) {
    if !model.options.present || model.screen.focus != pane {
        return;
    }
    match &mut view.body {
        Body::Rows(rows) | Body::Output { list: rows, .. } => {
            if let Some((at, target)) = cursor::marked_in(model, pane, rows) {
                rows.splice(at + 1..at + 1, said_rows(&of_target(model, &target)));
            }
        }
        Body::Shared(rows) if rows.len() < ROWS_LIMIT => {
            if let Some((at, target)) = cursor::marked_in(model, pane, rows) {
                let mut own = (**rows).clone();
                own.splice(at + 1..at + 1, said_rows(&of_target(model, &target)));
                *rows = Arc::new(own);
            }
        }
        Body::Diff(diff) => {
            let current = diff.current;
            if let Some(view) = diff.hunks.get_mut(current)
                && let Some((_, hunk)) = model.session.hunk(view.id)
            {
                let view = Arc::make_mut(view);
                // The reason is said once, with its word in front.
                view.facts.retain(|fact| *fact != hunk.reason);
                for (word, text) in of_hunk(model, hunk) {
                    view.facts.extend(wrapped(word, &text, cols(model)));
                }
                // Drawn text is kept by this number; more is drawn now.
                let mut hasher = std::hash::DefaultHasher::new();
                (view.revision, &view.facts).hash(&mut hasher);
                view.revision = hasher.finish();
            }
        }
        Body::Shared(_) | Body::Editor { .. } | Body::Welcome(_) => {}
    }
}

/// The same as sentences, for a session line by line; empty when nothing is to be said.
pub fn lines(model: &Model) -> Vec<String> {
    let said = match (model.kind(), act::current(model)) {
        (SceneKind::Act, Some(hunk)) => of_hunk(model, hunk),
        _ => cursor::marked(model, model.screen.focus)
            .map(|target| of_target(model, &target))
            .unwrap_or_default(),
    };
    said.into_iter().map(|(word, text)| format!("  {word}: {text}")).collect()
}

fn said_rows(said: &[Said]) -> Vec<Row> {
    said.iter()
        .map(|(word, text)| Row::Text {
            line: vec![role(Role::Accent, format!("{word}  ")), plain(text.clone())],
            indent: 4,
        })
        .collect()
}

/// Columns of a sentence beside a hunk, where rows do not wrap by themselves.
fn cols(model: &Model) -> usize {
    let all = usize::from(model.screen.columns);
    let pane = if model.tabs() { all } else { all * 3 / 4 };
    pane.saturating_sub(HUNK_FRAME_COLS).clamp(40, 100)
}

/// The rows of one sentence, the word in front of the first.
fn wrapped(word: &str, text: &str, cols: usize) -> Vec<String> {
    let mut lines = vec![format!("{word:<7}")];
    for part in text.split_whitespace() {
        let room = lines.last().map_or(0, |line| line.chars().count()) + part.chars().count() + 1;
        if room > cols && lines.last().is_some_and(|line| line.trim().len() > word.len()) {
            lines.push(" ".repeat(7));
        }
        if let Some(line) = lines.last_mut() {
            if !line.ends_with(' ') {
                line.push(' ');
            }
            line.push_str(part);
        }
    }
    lines
}

fn of_hunk(model: &Model, hunk: &Hunk) -> Vec<Said> {
    let mut said = Vec::new();
    let reason =
        if hunk.reason.is_empty() { "nobody said why; ask before you approve" } else { &hunk.reason };
    said.push(("why", reason.to_owned()));
    match &hunk.origin {
        Origin::Finding(rule) => {
            said.extend(of_rule(model, rule).into_iter().filter(|(word, _)| *word != "why"))
        }
        _ => {
            if let Some(sentence) = is_for(hunk.layer) {
                said.push(("rule", format!("the {} layer {sentence}", hunk.layer)));
            }
            let like =
                hunk.citation.as_ref().map(|place| format!(", shaped like {place}")).unwrap_or_default();
            said.push(("source", format!("{}{like}", hunk.origin.label())));
        }
    }
    said
}

fn of_rule(model: &Model, rule: &str) -> Vec<Said> {
    let Some(note) = model.handbook.rules.get(rule) else { return Vec::new() };
    let mut said = vec![("rule", format!("{} ({rule})", note.title)), ("why", first_sentence(&note.why))];
    if !note.source.is_empty() {
        said.push(("source", note.source.clone()));
    }
    said
}

fn of_target(model: &Model, target: &Target) -> Vec<Said> {
    match target {
        Target::Finding(fingerprint) => {
            let map = model.shown_map();
            let finding = map.findings.iter().find(|finding| finding.fingerprint == *fingerprint);
            finding.map(|finding| of_rule(model, &finding.rule)).unwrap_or_default()
        }
        Target::Hunk(id) => model.session.hunk(*id).map(|(_, hunk)| of_hunk(model, hunk)).unwrap_or_default(),
        Target::StackField(key) => {
            let field = prepare::field(model, *key);
            match field.evidence.first() {
                Some(evidence) if !evidence.note.is_empty() => {
                    vec![("why", evidence.note.clone()), ("source", evidence.place.to_string())]
                }
                Some(evidence) => vec![("source", evidence.place.to_string())],
                None if field.name.is_some() => vec![("why", "you said so".to_owned())],
                None => vec![("why", "no file of the repository says it".to_owned())],
            }
        }
        Target::Criterion(id) => {
            let criterion = model.session.criteria().find(|criterion| criterion.id == *id);
            criterion.map(|criterion| of_source(&criterion.source)).unwrap_or_default()
        }
        Target::File(path) => {
            let map = model.shown_map();
            let file = map.files.iter().find(|file| file.path == *path);
            let mut said = Vec::new();
            if let Some(file) = file {
                if let Some(sentence) = is_for(file.layer) {
                    said.push(("rule", format!("the {} layer {sentence}", file.layer)));
                }
                let evidence = file.evidence.first().filter(|evidence| !evidence.note.is_empty());
                said.extend(
                    evidence.map(|evidence| ("why", format!("{}, {}", evidence.note, evidence.place))),
                );
            }
            said
        }
        Target::Layer(layer) => {
            is_for(*layer).map(|sentence| ("rule", format!("it {sentence}"))).into_iter().collect()
        }
        Target::Step(id) => {
            let step = model.session.work.steps.iter().find(|step| step.id == *id);
            let sentence = step.and_then(|step| is_for(step.layer).map(|text| (step.layer, text)));
            sentence.map(|(layer, text)| ("rule", format!("the {layer} layer {text}"))).into_iter().collect()
        }
        Target::Command(id) => {
            let spec = model.session.evidence.commands.iter().find(|spec| spec.id == *id);
            let sentence = |optional| match optional {
                true => "optional: it never shuts the gate",
                false => "required: worse than on the base shuts the gate",
            };
            let said = spec.map(|spec| {
                vec![("rule", sentence(spec.optional).to_owned()), ("source", spec.from.to_string())]
            });
            said.unwrap_or_default()
        }
        Target::Failure(command, _) => {
            let index = model.activity.playbook.get(command);
            let entry = index.and_then(|index| model.handbook.playbook.get(*index));
            entry.map(|entry| ("why", entry.cause.clone())).into_iter().collect()
        }
        Target::Item(id) => of_item(model, id),
        Target::Suggestion(_)
        | Target::Task
        | Target::Answer(..)
        | Target::Endpoint(_)
        | Target::FlowStep(_)
        | Target::Family(_)
        | Target::Page(_)
        | Target::Place(_)
        | Target::Session(_)
        | Target::Section(_)
        | Target::Scene(_)
        | Target::Message => Vec::new(),
    }
}

fn of_source(source: &CriterionSource) -> Vec<Said> {
    match source {
        CriterionSource::Assumed => {
            vec![("why", "tasks of this kind need it; assumed until you accept it".to_owned())]
        }
        CriterionSource::Contract { place } => vec![("source", format!("the contract, {place}"))],
        CriterionSource::Finding { rule, place } => {
            vec![("rule", rule.clone()), ("source", place.to_string())]
        }
        CriterionSource::You => vec![("source", "you wrote it".to_owned())],
    }
}

fn of_item(model: &Model, id: &str) -> Vec<Said> {
    let known = judge::checklist(model).into_iter().find(|(item, _)| item.id == id);
    let Some((item, _)) = known else { return Vec::new() };
    let why = match &item.decider {
        Decider::Rules { rules } => format!("the rules {} decide it", rules.join(", ")),
        Decider::Command { kind } => format!("the {} command decides it", kind.name()),
        Decider::Hunks { layer } => format!("the approved hunks of the {layer} layer decide it"),
        Decider::ByHand => "no tool can know it; a person looks and ticks it".to_owned(),
    };
    vec![("why", why)]
}

/// What a layer is for, after its name; None for what stands beside the layers.
fn is_for(layer: Layer) -> Option<&'static str> {
    Some(match layer {
        Layer::Router => "speaks HTTP and decides nothing: it reads the request, calls a service, answers",
        Layer::Service => "decides, and knows neither HTTP nor SQL",
        Layer::Repository => "is the only one that asks the database, and decides nothing",
        Layer::Model => "says what is stored",
        Layer::Schema => "says what may come in and what goes out",
        Layer::Migration => "changes what is stored, in steps that can be taken back",
        Layer::Error => "turns what went wrong into one kind of answer, in one place",
        Layer::Config => "reads settings from the environment, once",
        Layer::Middleware => "does for every request what no handler should repeat",
        Layer::Job => "does later what no request should wait for",
        Layer::Test => "proves what the others promise",
        Layer::Other => return None,
    })
}

/// Without its markup: a card has the rest.
fn first_sentence(text: &str) -> String {
    let plain = text.replace(['`', '*'], "");
    let paragraph = plain.split("\n\n").next().unwrap_or_default().replace('\n', " ");
    match paragraph.split_once(". ") {
        Some((first, _)) => format!("{first}."),
        None => paragraph,
    }
}

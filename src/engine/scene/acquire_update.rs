//! ACQUIRE: what actions do.

use super::{acquire::shown_endpoint, acquire_tree::is_folded};
use crate::{
    domain::{
        event::{Scene, What},
        finding::Finding,
    },
    engine::{
        ask,
        cx::{Cx, plural},
        effect::{Effect, ScanTarget},
        gate::{self, Gate},
        model::AcquireView,
        navigate, subject,
        view::{Pane, Target},
    },
    keys::Action,
};

/// What an action does here. Returns whether it is known.
pub fn act(cx: &mut Cx<'_>, action: Action) -> bool {
    match action {
        Action::Choose => choose(cx),
        Action::Accept | Action::AcceptAll => take_suggestion(cx),
        Action::TurnDownAll => {
            if cx.record(What::BoundariesChosen { paths: Vec::new() }) {
                cx.undoable("no boundary chosen");
            }
        }
        Action::Fold | Action::Unfold => fold(cx, action == Action::Fold),
        Action::Open => open(cx),
        Action::OtherView => {
            cx.model.screen.preview = None;
            cx.model.screen.acquire = match cx.model.screen.acquire {
                AcquireView::Flow => AcquireView::List,
                AcquireView::List => AcquireView::Flow,
            };
            cx.model.screen.focus = Pane::Proposal;
        }
        Action::NextEndpoint | Action::NextSection | Action::PreviousSection => {
            next_endpoint(cx, action != Action::PreviousSection);
        }
        Action::NextNeed | Action::PreviousNeed => {
            cx.model.screen.focus = Pane::Checklist;
            let found = crate::engine::cursor::seek(
                cx.model,
                Pane::Checklist,
                action == Action::NextNeed,
                |target| matches!(target, Target::Finding(_)),
            );
            if found.is_none() {
                cx.refuse("No finding on this path.");
            }
        }
        Action::RunAgain | Action::RunAll | Action::Rescan => cx.effect(Effect::Scan(ScanTarget::Base)),
        Action::Continue => go_on(cx),
        Action::Tick => return false,
        Action::Propose => {
            let key = cx.key(Action::Continue);
            cx.refuse(format!("Proposals are made in ACT; {key} goes on."));
        }
        _ => return false,
    }
    true
}

fn choose(cx: &mut Cx<'_>) {
    let paths: Vec<String> = match cx.marked() {
        Some(Target::File(path)) => vec![path],
        Some(Target::Layer(layer)) => {
            cx.model.shown_map().files_in(layer).map(|file| file.path.clone()).collect()
        }
        Some(Target::FlowStep(index)) => {
            let map = cx.model.shown_map();
            shown_endpoint(cx.model)
                .and_then(|at| map.flows.get(at))
                .and_then(|flow| flow.steps.get(index))
                .map(|step| vec![step.file.clone()])
                .unwrap_or_default()
        }
        _ => Vec::new(),
    };
    if paths.is_empty() {
        cx.refuse("Mark a file, a layer or a box of the flow.");
        return;
    }
    let mut chosen = cx.model.session.work.boundaries.clone();
    if paths.iter().all(|path| chosen.contains(path)) {
        chosen.retain(|path| !paths.contains(path));
    } else {
        chosen.extend(paths);
    }
    let count = chosen.len();
    if cx.record(What::BoundariesChosen { paths: chosen.into_iter().collect() }) {
        cx.undoable(format!("{} chosen", plural(count, "boundary")));
    }
}

fn take_suggestion(cx: &mut Cx<'_>) {
    let suggestion = subject::suggested(cx.model);
    if suggestion.paths.is_empty() {
        let key = cx.key(Action::Choose);
        cx.refuse(format!("The task names nothing that the map knows; {key} chooses a file."));
        return;
    }
    let mut chosen = cx.model.session.work.boundaries.clone();
    chosen.extend(suggestion.paths);
    let count = chosen.len();
    if cx.record(What::BoundariesChosen { paths: chosen.into_iter().collect() }) {
        cx.undoable(format!("{} chosen", plural(count, "boundary")));
        cx.model.screen.focus = Pane::Boundaries;
    }
}

fn fold(cx: &mut Cx<'_>, fold: bool) {
    let layer = match cx.marked() {
        Some(Target::Layer(layer)) => Some(layer),
        Some(Target::File(path)) => cx.model.shown_map().layer_of(&path),
        _ => None,
    };
    if let Some(layer) = layer {
        if is_folded(cx.model, layer) != fold && !cx.model.screen.folded.remove(layer.name()) {
            cx.model.screen.folded.insert(layer.name().to_owned());
        }
        cx.mark(Target::Layer(layer));
    } else if fold && cx.model.screen.preview.is_some() {
        cx.model.screen.preview = None;
    }
}

fn open(cx: &mut Cx<'_>) {
    let map = cx.model.shown_map();
    let place = match cx.marked() {
        Some(Target::Endpoint(index)) => {
            cx.model.screen.endpoint = Some(index);
            cx.model.screen.acquire = AcquireView::Flow;
            return;
        }
        Some(Target::Layer(layer)) => {
            let folded = is_folded(cx.model, layer);
            fold(cx, !folded);
            return;
        }
        Some(Target::Page(page)) => {
            navigate::open_page(cx, &page);
            return;
        }
        Some(Target::Finding(fingerprint)) => {
            map.findings.iter().find(|finding| finding.fingerprint == fingerprint).map(Finding::place)
        }
        Some(Target::File(path)) => {
            let line = map
                .endpoints
                .iter()
                .find(|endpoint| endpoint.file == path)
                .map_or(1, |endpoint| endpoint.line);
            Some(crate::domain::place::Place::new(path, line))
        }
        Some(Target::FlowStep(index)) => shown_endpoint(cx.model)
            .and_then(|at| map.flows.get(at))
            .and_then(|flow| flow.steps.get(index))
            .map(|step| crate::domain::place::Place::new(step.file.clone(), step.line)),
        _ => None,
    };
    match place {
        Some(place) => {
            cx.effect(Effect::LoadSource(place.path.clone()));
            cx.model.screen.preview = Some((place.path, place.line));
        }
        None => ask::nothing_to_open(cx),
    }
}

fn next_endpoint(cx: &mut Cx<'_>, forward: bool) {
    let count = cx.model.shown_map().endpoints.len();
    if count == 0 {
        cx.refuse("No endpoint was found.");
        return;
    }
    let at = shown_endpoint(cx.model).unwrap_or(0);
    cx.model.screen.preview = None;
    cx.model.screen.endpoint = Some(if forward { (at + 1) % count } else { (at + count - 1) % count });
}

fn go_on(cx: &mut Cx<'_>) {
    match gate::gate(cx.model, Scene::Acquire) {
        Gate::Open { .. } => navigate::enter(cx, Scene::Act),
        other => navigate::refuse_gate(cx, Scene::Act, &other),
    }
}

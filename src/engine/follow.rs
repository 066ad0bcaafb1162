//! The map follows the user's editor: a new one takes the place of the old on screen.
//!
//! Only ACQUIRE shows it. Plans, proposals and verdicts speak of the base, whatever is on
//! disk meanwhile. What is marked stays marked: endpoints are told by method, path and
//! file, not by their number.

use super::{
    cx::{Cx, plural},
    effect::Effect,
    model::Model,
    view::{Mark, Pane, SceneKind, Target},
};
use crate::domain::map::{BackendMap, Endpoint};
use std::{collections::BTreeSet, sync::Arc};

/// Takes the map of the user's files.
pub(super) fn arrived(cx: &mut Cx<'_>, map: Arc<BackendMap>, changed: &[String]) {
    let before = cx.model.shown_map();
    let known = cx.model.world.working.clone().or_else(|| cx.model.world.map.clone());
    if let Some(known) = known
        && let Some(text) = difference(&known, &map)
    {
        cx.notice(Mark::Before, text);
    }
    cx.model.world.working = Some(map);
    if cx.model.kind() != SceneKind::Acquire {
        return;
    }
    keep_selection(cx.model, &before);
    for path in changed {
        if cx.model.world.sources.remove(path).is_some()
            && cx.model.screen.preview.as_ref().is_some_and(|(shown, _)| shown == path)
        {
            cx.effect(Effect::LoadSource(path.clone()));
        }
    }
}

/// ACQUIRE is left or entered: its texts are of the user's files, those of other scenes
/// of the base.
pub(super) fn leave(model: &mut Model) {
    if model.world.working.is_some() {
        model.world.sources.clear();
    }
}

/// Points what is marked at the same things of the map that is shown now.
pub(super) fn keep_selection(model: &mut Model, before: &BackendMap) {
    let after = model.shown_map();
    let moved = |index: usize| same_endpoint(before.endpoints.get(index)?, &after);
    let shown = model.screen.endpoint;
    model.screen.endpoint = shown.and_then(moved);
    let step = |index: usize| {
        let was = before.flows.get(shown?)?.steps.get(index)?;
        let steps = &after.flows.get(moved(shown?)?)?.steps;
        steps.iter().position(|step| (&step.file, &step.symbol) == (&was.file, &was.symbol))
    };
    for pane in [Pane::Boundaries, Pane::Proposal, Pane::Checklist, Pane::Verify] {
        let place = (SceneKind::Acquire, pane);
        let target = match model.screen.marked.get(&place) {
            Some(Target::Endpoint(index)) => moved(*index).map(Target::Endpoint),
            Some(Target::FlowStep(index)) => step(*index).map(Target::FlowStep),
            _ => continue,
        };
        match target {
            Some(target) => model.screen.marked.insert(place, target),
            None => model.screen.marked.remove(&place),
        };
    }
}

/// The same endpoint, or where its handler was renamed or moved, the one at its path.
fn same_endpoint(was: &Endpoint, map: &BackendMap) -> Option<usize> {
    let find = |same: &dyn Fn(&Endpoint) -> bool| map.endpoints.iter().position(same);
    find(&|endpoint| key(endpoint) == key(was) && endpoint.file == was.file)
        .or_else(|| find(&|endpoint| key(endpoint) == key(was)))
        .or_else(|| {
            find(&|endpoint| {
                !was.handler.is_empty() && endpoint.handler == was.handler && endpoint.file == was.file
            })
        })
}

fn key(endpoint: &Endpoint) -> (&str, &str) {
    (&endpoint.method, &endpoint.path)
}

/// What changed, in one sentence; none when nothing that the map shows did.
fn difference(before: &BackendMap, after: &BackendMap) -> Option<String> {
    let titles =
        |map: &BackendMap| -> BTreeSet<String> { map.endpoints.iter().map(Endpoint::title).collect() };
    let (old, new) = (titles(before), titles(after));
    let mut parts = Vec::new();
    for (found, word) in [(new.difference(&old), "new"), (old.difference(&new), "gone")] {
        let found: Vec<&String> = found.collect();
        match found.as_slice() {
            [] => {}
            [one] => parts.push(format!("{one} is {word}")),
            more => parts.push(format!("{} are {word}", plural(more.len(), "endpoint"))),
        }
    }
    let prints = |map: &BackendMap| -> BTreeSet<String> {
        map.findings.iter().map(|finding| finding.fingerprint.clone()).collect()
    };
    let (old, new) = (prints(before), prints(after));
    for (count, word) in [(new.difference(&old).count(), "more"), (old.difference(&new).count(), "less")] {
        if count > 0 {
            parts.push(format!("{} {word}", plural(count, "finding")));
        }
    }
    (!parts.is_empty()).then(|| format!("your files: {}", parts.join(", ")))
}

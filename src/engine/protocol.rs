//! The execution protocol on screen: which steps a scene has for this task, and which one
//! is on.
//!
//! The steps are data; only what can be known is matched to them. In ACT the step of the
//! plan says the layer, and a protocol step is the one whose name carries that layer. An
//! overlay that names its steps otherwise still works: its first or last step is shown.

use super::{
    handbook::{Page, StepNote},
    judge,
    model::Model,
    scene::act,
    view::{Role, Row, muted, plain, role},
};
use crate::domain::{event::Scene, hunk::Decision, layer::Layer, task::Difficulty};

/// How hard the task is; medium while it is not read.
fn difficulty(model: &Model) -> Difficulty {
    model.session.work.task.as_ref().map_or(Difficulty::Medium, |task| task.reading.difficulty)
}

/// Risks and intent of the task: what conditional steps ask for.
pub fn present(model: &Model) -> Vec<String> {
    let Some(task) = &model.session.work.task else { return Vec::new() };
    let risks = task.reading.risks.iter().map(|risk| risk.kind.clone());
    risks.chain([task.reading.intent.name().to_owned()]).collect()
}

/// Steps of a scene that apply to the task, in order.
pub fn steps(model: &Model, scene: Scene) -> Vec<&StepNote> {
    let (level, present) = (difficulty(model), present(model));
    model
        .handbook
        .protocol
        .iter()
        .filter(|step| step.difficulty == level && step.scene == scene)
        .filter(|step| step.when.is_empty() || step.when.iter().any(|name| present.contains(name)))
        .collect()
}

/// Steps of all scenes.
pub fn count(model: &Model) -> usize {
    Scene::ALL.into_iter().map(|scene| steps(model, scene).len()).sum()
}

/// The step of this scene that the work stands at, with its place in the list.
pub fn current(model: &Model) -> Option<(usize, &StepNote)> {
    let steps = steps(model, model.session.scene);
    let at = match model.session.scene {
        Scene::Act => in_act(model, &steps),
        Scene::Verify => in_verify(model, &steps),
        Scene::Prepare | Scene::Acquire | Scene::Finalize => 0,
    };
    steps.get(at).map(|step| (at, *step))
}

fn in_act(model: &Model, steps: &[&StepNote]) -> usize {
    let last = steps.len().saturating_sub(1);
    let hunks = model.session.hunks();
    if !hunks.is_empty() && model.session.undecided() == 0 {
        // Everything is decided: the pause after it, when there is one.
        return steps.iter().position(|step| step.checkpoint).unwrap_or(last);
    }
    let layer = match act::current(model) {
        Some(hunk) if !model.screen.guide && hunk.decision == Decision::Undecided => Some(hunk.layer),
        _ => act::current_step(model).map(|step| step.layer),
    };
    layer
        .and_then(|layer| steps.iter().position(|step| names_layer(&step.id, layer)))
        .unwrap_or_else(|| steps.iter().position(|step| !names_any_layer(&step.id)).unwrap_or(0))
}

fn in_verify(model: &Model, steps: &[&StepNote]) -> usize {
    let standing = judge::standing(model);
    let wanted = if standing.running || !standing.all_ran {
        "run-commands"
    } else if standing.new_failures > 0 {
        "fix-causes"
    } else {
        "settle-checklist"
    };
    steps.iter().position(|step| step.id == wanted).unwrap_or(0)
}

/// Whether a step's name carries a layer: `write-schemas`, `model-first`.
fn names_layer(id: &str, layer: Layer) -> bool {
    id.split('-').any(|word| word == layer.name() || word.strip_suffix('s') == Some(layer.name()))
}

fn names_any_layer(id: &str) -> bool {
    Layer::ALL.into_iter().any(|layer| names_layer(id, layer))
}

/// The step that is on, for the foot of a pane: what to do now, and how far it is.
pub fn foot(model: &Model) -> Vec<Row> {
    let Some((at, step)) = current(model) else { return Vec::new() };
    let of = steps(model, model.session.scene).len();
    let mut rows = vec![
        Row::Blank,
        Row::Head { text: "NOW".into(), note: vec![muted(format!("{} of {of}", at + 1))] },
        Row::aside(step.text.clone()),
    ];
    if step.checkpoint {
        rows.push(Row::Text {
            line: vec![role(Role::Warn, "▲ "), plain("checkpoint: look back before going on")],
            indent: 0,
        });
    }
    rows
}

/// What a scene's checkpoints say, when it is left; `None` when it has none.
pub fn checkpoint(model: &Model, scene: Scene) -> Option<String> {
    let texts: Vec<&str> = steps(model, scene)
        .into_iter()
        .filter(|step| step.checkpoint)
        .map(|step| step.text.as_str())
        .collect();
    (!texts.is_empty()).then(|| format!("Checkpoint of {}: {}", scene.name(), texts.join(" ")))
}

/// The whole protocol of the task as a page; the scene on screen stands first.
pub fn page(model: &Model) -> Page {
    let mut lines = Vec::new();
    let here = model.session.scene;
    let on = current(model).map(|(_, step)| step.id.clone());
    for scene in [here].into_iter().chain(Scene::ALL.into_iter().filter(|scene| *scene != here)) {
        lines.push(format!("## {}", scene.name()));
        for (number, step) in (1..).zip(steps(model, scene)) {
            let now = if scene == here && on.as_deref() == Some(&step.id) { "  (now)" } else { "" };
            let pause = if step.checkpoint { "  (checkpoint)" } else { "" };
            lines.push(format!("{number} {}{pause}{now}", step.text));
        }
        lines.push(String::new());
    }
    Page { title: format!("Protocol for a {} task", difficulty(model).name()), lines }
}

//! Moving between scenes, pages and places.

use super::{
    cx::Cx,
    effect::{Effect, ScanTarget},
    gate::Gate,
    opening,
    popup::{Ask, Popup},
    protocol,
    scene::{act_update, review},
    view::{Mark, Row, Target, bold, muted, plain},
};
use crate::{
    domain::{
        event::{Scene, What},
        ids::HunkId,
    },
    keys::Action,
};

/// Goes to a scene and starts what it needs.
pub fn enter(cx: &mut Cx<'_>, scene: Scene) {
    let before = cx.model.session.scene;
    let first = scene > cx.model.session.furthest;
    if before != scene && !cx.record(What::SceneEntered { scene }) {
        return;
    }
    if first && let Some(text) = protocol::checkpoint(cx.model, before) {
        cx.notice(Mark::Warn, text);
    }
    super::follow::leave(cx.model);
    cx.model.screen.preview = None;
    cx.model.screen.search = None;
    cx.model.screen.cut = None;
    cx.model.screen.focus = cx.model.kind().main_pane(cx.model.tabs());
    cx.model.screen.zoomed = false;
    match scene {
        Scene::Prepare => {
            if cx.model.session.work.task.is_none() {
                super::scene::prepare_update::open_task(cx);
            }
        }
        Scene::Acquire => {
            cx.model.screen.editor = None;
            if cx.model.world.map.is_none() {
                cx.effect(Effect::Scan(ScanTarget::Base));
            }
            review::load_current(cx);
        }
        Scene::Act => {
            cx.model.screen.editor = None;
            act_update::plan_or_propose(cx);
            act_update::load_guide(cx);
        }
        Scene::Verify => {
            cx.model.screen.editor = None;
            let idle = cx.model.activity.running.as_ref().is_none_or(|running| running.base);
            let stale =
                super::judge::all(cx.model).iter().any(|judged| judged.verdict.is_none() || judged.stale);
            if idle && stale && !cx.model.session.evidence.commands.is_empty() {
                super::scene::verify_update::run_all(cx);
            }
        }
        Scene::Finalize => cx.model.screen.editor = None,
    }
}

/// Looks at a scene; looking is always allowed.
pub fn look(cx: &mut Cx<'_>, scene: Scene) {
    if scene > cx.model.session.furthest {
        let (name, previous) = (scene.name(), cx.model.session.furthest);
        let gate = super::gate::gate(cx.model, previous);
        let key = cx.key(Action::Continue);
        match gate {
            // The way there may ask something first.
            Gate::Open { .. } if previous.next() == Some(scene) && cx.model.session.scene == previous => {
                super::scene::act(cx, Action::Continue);
            }
            Gate::Open { .. } if previous.next() == Some(scene) => enter(cx, scene),
            _ => cx.refuse(format!("{name} has nothing to show yet. {key} goes on scene by scene.")),
        }
        return;
    }
    enter(cx, scene);
}

/// Says why a gate is shut and which key helps.
pub fn refuse_gate(cx: &mut Cx<'_>, next: Scene, gate: &Gate) {
    let text = match gate {
        Gate::Open { .. } | Gate::None => return,
        Gate::Waits { condition } => {
            format!("{} opens when {condition}.{}", next.name(), way(cx))
        }
        Gate::Shut { reason, way_out } => {
            format!("{} is shut: {reason}; {way_out}.", next.name())
        }
    };
    cx.refuse(text);
}

/// The key that helps where a gate waits.
fn way(cx: &Cx<'_>) -> String {
    let model = &*cx.model;
    let task = model.session.work.task.as_ref();
    let (action, does) = match model.session.scene {
        Scene::Prepare => match task {
            None => (Action::Edit, "opens the task"),
            Some(task) if task.reading.questions.iter().any(|question| question.answer.is_none()) => {
                (Action::NextNeed, "goes to the question")
            }
            Some(_) if model.session.accepted_criteria().next().is_none() && !model.is_review() => {
                (Action::AcceptAll, "accepts them")
            }
            Some(_) => return String::new(),
        },
        Scene::Acquire if model.is_review() => (Action::Choose, "chooses one"),
        Scene::Acquire => (Action::AcceptAll, "takes the suggestion"),
        Scene::Act if model.session.hunks().is_empty() => (Action::NextNeed, "goes to the step that waits"),
        Scene::Act => (Action::NextNeed, "goes to the first"),
        Scene::Verify | Scene::Finalize => return String::new(),
    };
    format!(" {} {does}.", cx.key(action))
}

/// Opens a page of the handbook as a card.
pub fn open_page(cx: &mut Cx<'_>, page: &str) {
    if let Some(card) = page.strip_prefix("card/") {
        cx.model.screen.popup = Some(Popup::Choices { ask: Ask::Card(card.to_owned()), marked: 0 });
        return;
    }
    let Some(content) = opening::page(cx.model, page) else {
        cx.refuse(format!("There is no page {page} for this stack."));
        return;
    };
    let rows = markdown_rows(&content.lines);
    cx.model.screen.popup =
        Some(Popup::Card { title: content.title, corner: page.to_owned(), rows, top: 0, back: None });
}

/// Markdown as rows; code between fences is indented and stays as it is.
pub fn markdown_rows(lines: &[String]) -> Vec<Row> {
    let mut code = false;
    let mut rows = Vec::new();
    for line in lines {
        if line.trim_start().starts_with("```") {
            code = !code;
        } else if code {
            rows.push(Row::Text { line: vec![plain(line.clone())], indent: 2 });
        } else {
            rows.push(markdown_row(line));
        }
    }
    rows
}

/// One line of Markdown as a row: heads, lists and code stay recognisable.
pub fn markdown_row(line: &str) -> Row {
    let trimmed = line.trim_end();
    if trimmed.is_empty() {
        return Row::Blank;
    }
    if let Some(head) = trimmed.strip_prefix('#') {
        return Row::Head { text: head.trim_start_matches('#').trim().to_uppercase(), note: Vec::new() };
    }
    if let Some(item) = trimmed.strip_prefix("- ") {
        return Row::Text { line: vec![muted("· "), plain(item.replace("**", ""))], indent: 0 };
    }
    if line.starts_with("    ") {
        return Row::Text { line: vec![plain(trimmed.to_owned())], indent: 0 };
    }
    Row::Text { line: vec![plain(trimmed.replace("**", ""))], indent: 0 }
}

/// From FINALIZE: the hunks of a file, in ACT.
pub fn show_file_diff(cx: &mut Cx<'_>, path: &str) {
    let first = cx.model.session.work.edits.get(path).and_then(|edit| edit.hunks.first()).map(|hunk| hunk.id);
    if let Some(id) = first {
        enter(cx, Scene::Act);
        cx.model.screen.toggled.insert(id);
        act_update::select(cx, id);
    }
}

/// Makes a hunk the current one and shows it.
pub fn show_hunk(cx: &mut Cx<'_>, id: HunkId) {
    enter(cx, Scene::Act);
    act_update::select(cx, id);
}

/// The journal of the session as a card: kind, scope, evidence.
pub fn journal(cx: &mut Cx<'_>, events: &[crate::domain::event::Event]) {
    let rows = events
        .iter()
        .map(|event| Row::Item {
            mark: Mark::None,
            label: vec![
                muted(format!("{:>4}  ", event.seq)),
                bold(format!("{:<10}", event.primitive.name())),
                plain(format!("{:<11}", event.scope.name())),
                plain(event.evidence.clone()),
            ],
            note: Vec::new(),
            indent: 0,
            target: None,
        })
        .collect::<Vec<_>>();
    let count = rows.len();
    cx.model.screen.popup = Some(Popup::Card {
        title: "Journal".into(),
        corner: super::cx::plural(count, "event"),
        rows,
        top: count.saturating_sub(1),
        back: None,
    });
}

/// The place of the marked thing, for `o` and `y`.
pub fn place(cx: &Cx<'_>) -> Option<crate::domain::place::Place> {
    use crate::domain::place::Place;
    let model = &*cx.model;
    let map = model.shown_map();
    if model.session.scene == Scene::Act
        && !model.screen.guide
        && let Some(hunk) = super::scene::act::current(model)
        && let Some((edit, hunk)) = model.session.hunk(hunk.id)
    {
        return Some(Place::new(edit.path.clone(), super::scene::act_diff::new_start(edit, hunk) + 1));
    }
    match super::cursor::marked(model, model.screen.focus)? {
        Target::File(path) => Some(Place::new(path, 1)),
        Target::Place(place) => Some(place),
        Target::StackField(key) => {
            model.map().stack.field(key).evidence.first().map(|evidence| evidence.place.clone())
        }
        Target::Endpoint(index) => {
            map.endpoints.get(index).map(|endpoint| Place::new(endpoint.file.clone(), endpoint.line))
        }
        Target::FlowStep(index) => super::scene::acquire::shown_endpoint(model)
            .and_then(|at| map.flows.get(at))
            .and_then(|flow| flow.steps.get(index))
            .map(|step| Place::new(step.file.clone(), step.line)),
        Target::Finding(fingerprint) => map
            .findings
            .iter()
            .find(|finding| finding.fingerprint == fingerprint)
            .map(crate::domain::finding::Finding::place),
        Target::Command(id) => {
            model.session.evidence.commands.iter().find(|spec| spec.id == id).map(|spec| spec.from.clone())
        }
        Target::Failure(command, index) => model
            .session
            .evidence
            .runs
            .get(&command)
            .and_then(|run| run.parsed.failures.get(index))
            .and_then(|failure| failure.place.clone()),
        _ => model.screen.preview.as_ref().map(|(path, line)| Place::new(path.clone(), *line)),
    }
}

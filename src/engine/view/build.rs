//! The whole screen from the model.

use super::{
    Floor, Line, Mark, Pane, PaneView, People, Promise, RailEntry, RailLine, ScreenView, bold, muted, plain,
};
use crate::{
    domain::event::Scene,
    engine::{
        cursor,
        cx::plural,
        gate, judge,
        model::{Model, ScanState},
        pairing, popups, scene, strip, suggest,
        view::Body,
    },
    keys::Action,
};

/// One frame's worth of content.
pub fn screen(model: &Model) -> ScreenView {
    let identity = &model.session.identity;
    let panes = Pane::ALL.map(|pane| {
        let mut view = scene::pane(model, pane);
        view.cursor = cursor_of(model, pane, &view);
        if let Some(needle) = &model.screen.search
            && pane == model.screen.focus
        {
            view.subtitle = format!("{} /{needle}", view.subtitle);
        }
        view
    });
    let task = model.session.work.task.as_ref().map(|task| first_sentence(&task.text)).unwrap_or_default();
    ScreenView {
        repository: identity.title.clone(),
        branch: identity.branch.clone(),
        task,
        people: people(model),
        promise: promise(model),
        kind: model.kind(),
        rail: rail(model),
        panes,
        focus: model.screen.focus,
        zoomed: model.screen.zoomed,
        floor: floor(model),
        footer: suggest::footer(model),
        pinned: suggest::pinned(model),
        learn: strip::keys(model),
        popup: popups::view(model),
        editor: model.screen.editor.as_ref().map(super::super::text::Editor::view),
        spinner: model.is_busy().then_some(model.activity.spinner % 4),
    }
}

/// Driver and navigator; empty for one alone.
fn people(model: &Model) -> People {
    match pairing::people(model) {
        (_, "") => People::default(),
        (driver, navigator) => {
            People { text: pairing::sentence(model), short: format!("{driver} drives, {navigator}") }
        }
    }
}

fn cursor_of(model: &Model, pane: Pane, view: &PaneView) -> Option<usize> {
    let rows = match &view.body {
        Body::Shared(rows) => Some(rows.as_slice()),
        Body::Rows(rows) | Body::Output { list: rows, .. } => Some(rows.as_slice()),
        Body::Editor { .. } | Body::Welcome(_) | Body::Diff(_) => None,
    };
    match &view.body {
        Body::Shared(_) | Body::Rows(_) | Body::Output { .. } => {
            let rows = rows?;
            if let Some((path, line)) = &model.screen.preview
                && rows.iter().all(|row| row.target().is_none())
            {
                let _path = path;
                return rows
                    .iter()
                    .position(|row| matches!(row, super::Row::Source { number, .. } if number == line));
            }
            cursor::marked_in(model, pane, rows).map(|(index, _)| index)
        }
        Body::Editor { above, below } => {
            let rows: Vec<super::Row> = above.iter().chain(below).cloned().collect();
            cursor::marked_in(model, pane, &rows).map(|(index, _)| index)
        }
        Body::Welcome(_) | Body::Diff(_) => None,
    }
}

fn first_sentence(text: &str) -> String {
    text.split(['.', '\n']).next().unwrap_or_default().trim().to_owned()
}

fn promise(model: &Model) -> Promise {
    let held = model.session.held();
    let applied = model.session.closing.applied.len();
    if model.options.read_only.is_some() {
        let text = "looking only: another proscenium decides here".into();
        return Promise { mark: Mark::Warn, text, short: "looking only".into() };
    }
    if model.session.is_committed() {
        let hunks: usize = model.session.closing.commits.iter().map(|commit| commit.hunks.len()).sum();
        let text = format!("{} committed", plural(hunks, "hunk"));
        return Promise { mark: Mark::Done, short: format!("{hunks} committed"), text };
    }
    if applied > 0 {
        let text = format!("{} held, {} written", plural(held, "hunk"), plural(applied, "file"));
        return Promise { mark: Mark::Dot, short: format!("{applied} written"), text };
    }
    if held == 0 {
        return Promise {
            mark: Mark::Open,
            text: "nothing written to your files".into(),
            short: "nothing written".into(),
        };
    }
    let tail = if model.session.scene == Scene::Finalize { "ready to commit" } else { "nothing written" };
    Promise {
        mark: Mark::Dot,
        text: format!("{} held, {tail}", plural(held, "hunk")),
        short: format!("{held} held"),
    }
}

fn rail(model: &Model) -> Vec<RailEntry> {
    let current = model.session.scene;
    let evidence = &model.session.evidence;
    let any_stale = evidence.commands.iter().any(|spec| judge::is_stale(model, &spec.id));
    Scene::ALL
        .into_iter()
        .map(|scene| {
            let open = scene <= model.session.furthest && gate::gate(model, scene).is_open();
            let done = scene < current || (scene < model.session.furthest && open);
            let stale = scene == Scene::Verify && any_stale;
            let committed = scene == Scene::Finalize && model.session.is_committed();
            let mark = if (stale && scene != current) || (done && scene != current && !open) {
                Mark::Open
            } else if (done && scene != current) || committed {
                Mark::Done
            } else {
                Mark::None
            };
            let line = if scene < current {
                RailLine::Open
            } else if scene == current {
                if open { RailLine::Open } else { RailLine::Shut }
            } else {
                RailLine::Later
            };
            let progress = if scene == current { progress(model, scene) } else { String::new() };
            RailEntry { scene, progress, current: scene == current, mark, line }
        })
        .collect()
}

fn progress(model: &Model, scene: Scene) -> String {
    match scene {
        Scene::Act => {
            let all = model.session.count(|_| true);
            if all == 0 { String::new() } else { format!("{}/{all}", all - model.session.undecided()) }
        }
        Scene::Verify => {
            let evidence = &model.session.evidence;
            let fresh = |id: &String| evidence.runs.contains_key(id) && !judge::is_stale(model, id);
            let all = evidence.commands.len();
            let done = evidence.commands.iter().filter(|spec| fresh(&spec.id)).count();
            if all == 0 { String::new() } else { format!("{done}/{all}") }
        }
        Scene::Prepare | Scene::Acquire | Scene::Finalize => String::new(),
    }
}

fn floor(model: &Model) -> Floor {
    let notice: Line = match &model.screen.notice {
        Some(notice) => {
            let mut line = vec![
                super::role(role_of(notice.mark), format!("{} ", symbol(notice.mark))),
                plain(notice.text.clone()),
            ];
            if notice.undo {
                line.extend([plain("  "), bold(model.keys.key(Action::Undo)), muted(" undoes")]);
            }
            line
        }
        None => Vec::new(),
    };
    let typing = model.screen.editor.is_some();
    if let Some(refusal) = &model.screen.refusal {
        return Floor {
            mark: Mark::Before,
            gate: vec![bold(refusal.clone())],
            notice: Vec::new(),
            typing,
            refused: true,
        };
    }
    let (mark, gate) = suggest::gate_sentence(model);
    let notice = if notice.is_empty() {
        match &model.world.scan {
            ScanState::Running { files } => vec![muted(format!("reading, {files} files"))],
            ScanState::Waiting | ScanState::Done { .. } | ScanState::Failed(_) => Vec::new(),
        }
    } else {
        notice
    };
    Floor { mark, gate, notice, typing, refused: false }
}

fn symbol(mark: Mark) -> &'static str {
    match mark {
        Mark::Done => "✓",
        Mark::Failed => "✗",
        Mark::Warn => "▲",
        Mark::Unsure => "?",
        Mark::Half => "◐",
        Mark::Blocked => "!",
        Mark::NotApplicable => "–",
        _ => "·",
    }
}

fn role_of(mark: Mark) -> super::Role {
    match mark {
        Mark::Done => super::Role::Ok,
        Mark::Failed => super::Role::Fail,
        Mark::Warn | Mark::Unsure | Mark::Half | Mark::Blocked => super::Role::Warn,
        _ => super::Role::Muted,
    }
}

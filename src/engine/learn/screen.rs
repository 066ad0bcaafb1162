//! The classroom as one screen: the same four panes as everywhere, the page in Proposal.

use super::{
    answer, aside,
    model::{Ask, Busy, Classroom, Place},
    page,
};
use crate::{
    domain::lesson::{LessonStep, progress::Phase},
    engine::view::{
        Body, ChoiceView, EditorView, Floor, KeyHint, Mark, Pane, PaneView, People, PopupBody, PopupView,
        Promise, Row, SceneKind, ScreenView, bold, muted, plain,
    },
    keys::Action,
};

/// Everything that is drawn in one frame.
pub fn screen(room: &Classroom, spinner: u8) -> ScreenView {
    let is_list = room.place == Place::List;
    let lesson = room.open().map(|(lesson, _)| lesson);
    ScreenView {
        repository: "learn".into(),
        people: People::default(),
        branch: String::new(),
        task: lesson.map_or_else(|| "lessons in clean architecture".into(), |lesson| lesson.title.clone()),
        promise: Promise {
            mark: Mark::Dot,
            text: "a working copy of its own, nothing of yours is touched".into(),
            short: "nothing of yours is touched".into(),
        },
        kind: SceneKind::Act,
        rail: Vec::new(),
        panes: panes(room),
        focus: if is_list { Pane::Proposal } else { room.focus },
        zoomed: room.zoomed || is_list,
        floor: floor(room),
        footer: footer(room),
        pinned: vec![hint(room, Action::Help, "help"), hint(room, Action::Quit, "quit")],
        learn: Vec::new(),
        popup: popup(room),
        editor: room.editing.as_ref().map(|editing| EditorView {
            text: editing.opened.clone(),
            revision: editing.revision,
            placeholder: String::new(),
            long: true,
            subject_limit: None,
        }),
        spinner: room.busy.map(|_| spinner % 4),
    }
}

fn panes(room: &Classroom) -> [PaneView; 4] {
    let mut parts = page::parts(room);
    // What was just asked for stands at the top; before anything was, what was predicted is the news.
    if parts.len() > 2 {
        parts.reverse();
    }
    let mut rows = joined(parts);
    if room.desk.is_stale && room.is_working() {
        rows.insert(0, Row::aside("Files were saved since this answer; check again."));
    }
    let main = PaneView {
        subtitle: if room.place == Place::List { "lessons".into() } else { "the step".into() },
        cursor: cursor(&rows, room, Pane::Proposal),
        body: Body::Rows(rows),
        ..PaneView::default()
    };
    if room.place == Place::List {
        return [PaneView::default(), main, PaneView::default(), PaneView::default()];
    }
    let layers = aside::layer_rows(room);
    let findings = if aside::shows_findings(room) { room.desk.map.findings.len() } else { 0 };
    let boundaries = PaneView {
        subtitle: "files".into(),
        count: if findings > 0 { format!("▲ {findings}") } else { String::new() },
        tab: if findings > 0 { format!("▲ {findings}") } else { String::new() },
        cursor: cursor(&layers, room, Pane::Boundaries),
        body: Body::Rows(layers),
    };
    let done = room.open().map(|(lesson, progress)| format!("{}/{}", progress.done(), lesson.steps.len()));
    let steps = PaneView {
        subtitle: "steps".into(),
        count: done.clone().unwrap_or_default(),
        tab: done.unwrap_or_default(),
        body: Body::Rows(aside::steps(room)),
        cursor: None,
    };
    let verify = PaneView {
        subtitle: "tests, rules, size".into(),
        body: Body::Rows(aside::grades(room)),
        ..PaneView::default()
    };
    [boundaries, main, steps, verify]
}

/// Parts with a blank row between them.
fn joined(parts: Vec<Vec<Row>>) -> Vec<Row> {
    let mut rows = Vec::new();
    for part in parts {
        if !rows.is_empty() {
            rows.push(Row::Blank);
        }
        rows.extend(part);
    }
    rows
}

fn cursor(rows: &[Row], room: &Classroom, pane: Pane) -> Option<usize> {
    if room.focus != pane && room.place != Place::List {
        return None;
    }
    let mut targets = rows.iter().enumerate().filter(|(_, row)| row.target().is_some()).map(|(at, _)| at);
    targets.nth(room.marked)
}

fn floor(room: &Classroom) -> Floor {
    let notice = room.notice.as_ref();
    let refused = notice.is_some_and(|notice| notice.bad);
    let sentence = match notice.filter(|notice| notice.bad) {
        Some(notice) => notice.text.clone(),
        None => stand(room),
    };
    let mark =
        match (refused, room.busy) {
            (true, _) => Mark::Warn,
            (false, Some(_)) => Mark::Spinner,
            (false, None) => {
                match &room.desk.grade {
                    Some(grade) if room.place != Place::List && !room.desk.is_stale => {
                        if grade.answer.is_pass() { Mark::Done } else { Mark::Failed }
                    }
                    _ if matches!(room.phase(), Some(Phase::After | Phase::Closed)) => Mark::Done,
                    _ => Mark::Open,
                }
            }
        };
    Floor {
        mark,
        gate: vec![plain(sentence)],
        notice: notice
            .filter(|notice| !notice.bad)
            .map(|notice| vec![muted(notice.text.clone())])
            .unwrap_or_default(),
        typing: room.editing.is_some(),
        refused,
    }
}

/// Where things stand, in one sentence.
fn stand(room: &Classroom) -> String {
    match room.busy {
        Some(Busy::Opening) => return "Laying out the working copy.".into(),
        Some(Busy::Checking) => return "Checking: tests, rules, size.".into(),
        None => {}
    }
    if room.place == Place::List {
        return "Choose a lesson.".into();
    }
    match room.phase() {
        None => String::new(),
        Some(Phase::Intro) => "The first question comes next.".into(),
        Some(Phase::Predict) => "Predict first; then the step is shown.".into(),
        Some(Phase::Work) => match &room.desk.grade {
            Some(grade) if !room.desk.is_stale => answer::headline(grade),
            _ => changed_lines(room),
        },
        Some(Phase::After) => "This step is done.".into(),
        Some(Phase::Closed) => "This lesson is done.".into(),
    }
}

fn changed_lines(room: &Classroom) -> String {
    let allowed = room.step().map_or(0, |step| step.lines);
    match room.desk.distance.lines() {
        0 => "Nothing has changed yet.".into(),
        lines => format!("{lines} of {allowed} lines changed; not checked yet."),
    }
}

fn hint(room: &Classroom, action: Action, label: &str) -> KeyHint {
    let key = room.keys.key(action);
    KeyHint { key, label: label.into(), action: action.name().into() }
}

fn footer(room: &Classroom) -> Vec<KeyHint> {
    let key = |action, label| hint(room, action, label);
    if room.place == Place::List {
        let begun = room.shelf.get(room.marked).is_some_and(|entry| entry.progress.is_some());
        let open = key(Action::Open, if begun { "go on" } else { "begin" });
        return vec![open, key(Action::Down, "next"), key(Action::TurnDown, "reset")];
    }
    let back = key(Action::Escape, "lessons");
    match room.phase() {
        Some(Phase::Intro) => {
            vec![key(Action::Open, "first question"), key(Action::Copy, "copy folder"), back]
        }
        Some(Phase::Predict) => vec![key(Action::Open, "take"), key(Action::Down, "next"), back],
        Some(Phase::Work) => {
            let mut keys = vec![
                key(Action::RunAgain, "check"),
                key(Action::Edit, "edit"),
                key(Action::OpenEditor, "editor of yours"),
            ];
            if room.desk.distance.files.is_empty() {
                keys.swap(0, 1);
            }
            let rungs =
                room.open().and_then(|(_, progress)| progress.current()).map_or(0, |record| record.hints);
            if rungs < LessonStep::RUNGS {
                keys.push(key(Action::Why, "hint"));
            }
            keys.extend([
                key(Action::NextPane, "pane"),
                key(Action::Undo, "undo"),
                key(Action::Partial, "skip"),
                back,
            ]);
            keys
        }
        Some(Phase::After) => vec![key(Action::Continue, "next step"), back],
        Some(Phase::Closed) | None => vec![back],
    }
}

fn popup(room: &Classroom) -> Option<PopupView> {
    if let Some(editing) = &room.editing {
        let keys = vec![
            (room.keys.key(Action::Done), "save".into()),
            (room.keys.key(Action::External), "use $EDITOR".into()),
            (room.keys.key(Action::Escape), "leave without saving".into()),
        ];
        return Some(PopupView {
            title: editing.path.clone(),
            corner: String::new(),
            body: PopupBody::Editor { above: Vec::new(), below: Vec::new(), first_line: 1, height_rows: 60 },
            keys,
            width_cols: 116,
        });
    }
    if let Some((ask, marked)) = room.ask {
        return Some(question(room, ask, marked));
    }
    room.help.then(|| help(room))
}

/// What is asked before something that cannot be taken back: title, rows, options.
pub fn asked(room: &Classroom, ask: Ask) -> (&'static str, String, [&'static str; 2]) {
    let lines = room.desk.distance.lines();
    match ask {
        Ask::Undo => (
            "Begin the step anew?",
            format!("{lines} changed lines of this step are lost."),
            ["keep my change", "begin the step anew"],
        ),
        Ask::Skip => (
            "Skip this step?",
            "The working copy gets the solution of this step; your own change of it is lost.".into(),
            ["go on working", "take the solution"],
        ),
        Ask::Reset(index) => {
            let title = room.shelf.get(index).map(|entry| entry.lesson.title.clone()).unwrap_or_default();
            (
                "Begin the lesson anew?",
                format!("{title}: progress and working copy are deleted."),
                ["keep them", "delete both"],
            )
        }
    }
}

fn question(room: &Classroom, ask: Ask, marked: usize) -> PopupView {
    let (title, text, options) = asked(room, ask);
    let options = options.map(|label| ChoiceView { label: label.into(), note: String::new() });
    PopupView {
        title: title.into(),
        corner: String::new(),
        body: PopupBody::Choices { rows: vec![Row::text(text), Row::Blank], options: options.into(), marked },
        keys: vec![
            (room.keys.key(Action::Open), "take".into()),
            (room.keys.key(Action::Escape), "close".into()),
        ],
        width_cols: 64,
    }
}

fn help(room: &Classroom) -> PopupView {
    let line = |action: Action, text: &str| {
        Row::pair(vec![bold(format!("{:<7}", room.keys.key(action))), plain(text)], Vec::new())
    };
    let rows = vec![
        line(Action::Open, "take the marked answer, or what the foot suggests"),
        line(Action::RunAgain, "check: tests, rules, size"),
        line(Action::Why, "one more hint; the fourth is the diff"),
        line(Action::Edit, "edit the marked file here"),
        line(Action::OpenEditor, "edit it in your editor"),
        line(Action::NextPane, "the next pane: files, step, steps, the last check"),
        line(Action::HalfDown, "further down in a long text"),
        line(Action::Undo, "begin the step anew"),
        line(Action::Partial, "skip the step: take its solution"),
        line(Action::TurnDown, "begin the lesson anew"),
        line(Action::Copy, "copy the folder of the working copy"),
        line(Action::Escape, "back to the list"),
        line(Action::Quit, "quit; progress is kept"),
    ];
    PopupView {
        title: "Keys of a lesson".into(),
        corner: String::new(),
        body: PopupBody::Card { rows, top: 0 },
        keys: vec![(room.keys.key(Action::Escape), "close".into())],
        width_cols: 64,
    }
}

//! PREPARE on screen: the stack, the task and how it was read, the criteria, the commands.

use super::prepare_commands::commands;
use crate::{
    domain::{
        event::Scene,
        layer::Layer,
        stack::{Confidence, StackField, StackKey},
        task::{CriterionSource, CriterionState, Question, Reading},
    },
    engine::{
        cx::plural,
        model::{Model, ScanState},
        opening, pairing,
        text::Purpose,
        view::{Body, Mark, Pane, PaneView, Role, Row, Target, WelcomeView, bold, muted, plain, role},
    },
    keys::Action,
};

/// Lessons that are shown at once; the card has all.
const LESSONS: usize = 3;

/// One pane.
pub fn pane(model: &Model, pane: Pane) -> PaneView {
    match pane {
        Pane::Boundaries => stack(model),
        Pane::Proposal => task(model),
        Pane::Checklist => criteria(model),
        Pane::Verify => commands(model),
    }
}

/// A stack field as the session sees it: what the user stated wins.
pub fn field(model: &Model, key: StackKey) -> StackField {
    match model.session.work.stated.get(&key) {
        Some(name) => {
            StackField { name: name.clone(), confidence: Confidence::Stated, ..StackField::default() }
        }
        None => model.map().stack.field(key).clone(),
    }
}

pub(super) fn stack(model: &Model) -> PaneView {
    let known = StackKey::ALL.into_iter().filter(|key| field(model, *key).name.is_some()).count();
    let mut rows = vec![Row::Blank];
    let scanning = model.world.map.is_none();
    if !scanning && !super::super::gate::stack_known(model) {
        rows.push(Row::Text { line: vec![bold("No stack found.")], indent: 0 });
        rows.push(Row::aside("I looked for pyproject.toml, package.json, Cargo.toml and their kin."));
        let (edit, palette) = (model.keys.key(Action::Edit), model.keys.key(Action::Palette));
        rows.push(Row::Text {
            line: vec![
                role(Role::Accent, edit),
                plain(" names a field, "),
                role(Role::Accent, palette),
                plain(" stack set writes a stack folder."),
            ],
            indent: 0,
        });
        rows.push(Row::Blank);
    }
    for key in StackKey::ALL {
        let field = field(model, key);
        let label = match (&field.name, scanning) {
            (Some(name), _) if field.version.is_empty() => vec![bold(display_name(name))],
            (Some(name), _) => vec![bold(format!("{} {}", display_name(name), field.version))],
            (None, true) => vec![muted(format!("{} …", key.name().replace('_', " ")))],
            (None, false) => vec![muted(format!("no {}", key.name().replace('_', " ")))],
        };
        let note = match (field.confidence, field.name.is_some()) {
            (Confidence::Sure, true) => vec![role(Role::Ok, "✓ sure")],
            (Confidence::Stated, _) if model.session.work.stated.contains_key(&key) => {
                vec![role(Role::Ok, "✓ you")]
            }
            (Confidence::Stated, _) => vec![role(Role::Ok, "✓ stated")],
            (Confidence::Likely, true) => vec![role(Role::Warn, "? likely")],
            (Confidence::Unknown, true) => vec![role(Role::Warn, "? unsure")],
            (_, false) => Vec::new(),
        };
        rows.push(Row::Item {
            mark: Mark::None,
            label,
            note,
            indent: 0,
            target: Some(Target::StackField(key)),
        });
        if let Some(evidence) = field.evidence.first() {
            rows.push(Row::Text { line: vec![muted(evidence.place.to_string())], indent: 2 });
        }
    }
    rows.push(Row::Blank);
    let folder = match model.world.stack_folder.as_str() {
        "" => "none, optional",
        found => found.strip_prefix("stack/").unwrap_or(found),
    };
    rows.push(Row::pair(vec![muted("stack/ folder")], vec![muted(folder)]));
    for notice in model.handbook.problems.iter().chain(&model.world.stack_notices) {
        rows.push(Row::Text { line: vec![role(Role::Warn, "▲ "), plain(notice.as_str())], indent: 0 });
    }
    if model.map().services.len() > 1 {
        rows.push(Row::Blank);
        rows.push(Row::Head {
            text: "SERVICES".into(),
            note: vec![muted(model.map().services.len().to_string())],
        });
        for service in &model.map().services {
            let name = service.stack.framework.name.clone().unwrap_or_default();
            rows.push(Row::pair(vec![plain(service.root.clone())], vec![muted(name)]));
        }
    }
    rows.push(Row::Blank);
    rows.push(Row::Text {
        line: vec![role(Role::Accent, model.keys.key(Action::Edit)), muted(" corrects any of these")],
        indent: 0,
    });
    rows.extend(pairing::rows(model));
    let count = if scanning { "…".into() } else { format!("{known} of {}", StackKey::ALL.len()) };
    PaneView { subtitle: "stack".into(), tab: String::new(), count, body: Body::Rows(rows), cursor: None }
}

/// The name as its makers write it, where that differs from the canonical one.
pub fn display_name(name: &str) -> String {
    const NAMES: [(&str, &str); 22] = [
        ("fastapi", "FastAPI"),
        ("sqlalchemy", "SQLAlchemy"),
        ("sqlmodel", "SQLModel"),
        ("pydantic", "Pydantic"),
        ("alembic", "Alembic"),
        ("nestjs", "NestJS"),
        ("express", "Express"),
        ("typeorm", "TypeORM"),
        ("prisma", "Prisma"),
        ("sqlx", "SQLx"),
        ("typescript", "TypeScript"),
        ("javascript", "JavaScript"),
        ("rust", "Rust"),
        ("django", "Django"),
        ("flask", "Flask"),
        ("jest", "Jest"),
        ("vitest", "Vitest"),
        ("java", "Java"),
        ("go", "Go"),
        ("ruby", "Ruby"),
        ("php", "PHP"),
        ("csharp", "C#"),
    ];
    NAMES
        .iter()
        .find(|(known, _)| *known == name)
        .map_or_else(|| name.to_owned(), |(_, shown)| (*shown).to_owned())
}

fn task(model: &Model) -> PaneView {
    let editing = model.screen.editor.as_ref().is_some_and(|editor| editor.purpose == Purpose::Task);
    let Some(task) = &model.session.work.task else { return welcome(model) };
    let reading = &task.reading;
    let mut above = vec![
        Row::Blank,
        Row::Head {
            text: "TASK".into(),
            note: vec![role(Role::Accent, model.keys.key(Action::Edit)), muted(" edit")],
        },
    ];
    let mut below = Vec::new();
    if !editing {
        above.push(Row::Text { line: vec![bold(task.text.clone())], indent: 0 });
    }
    below.push(Row::Blank);
    below.extend(read_as(reading));
    let open = reading.questions.iter().filter(|question| question.answer.is_none()).count();
    for (index, question) in reading.questions.iter().enumerate() {
        below.push(Row::Blank);
        below.extend(question_rows(reading, index, question, open));
    }
    if let Some(example) = &reading.example {
        below.push(Row::Blank);
        below.push(Row::Item {
            mark: Mark::None,
            label: vec![muted("Like it  "), plain(example.clone())],
            note: vec![role(Role::Accent, model.keys.key(Action::Open)), muted(" opens")],
            indent: 0,
            target: Some(Target::Page(example.clone())),
        });
    }
    let lessons = opening::lessons(model);
    if !lessons.is_empty() {
        below.extend([Row::Blank, Row::head("LEARNT BEFORE")]);
        below.extend(
            lessons
                .iter()
                .take(LESSONS)
                .map(|lesson| Row::Text { line: vec![muted("· "), plain(lesson.text.clone())], indent: 0 }),
        );
    }
    let body = if editing {
        Body::Editor { above, below }
    } else {
        above.extend(below);
        Body::Rows(above)
    };
    PaneView { subtitle: "your task".into(), body, ..PaneView::default() }
}

fn read_as(reading: &Reading) -> Vec<Row> {
    let mut rows = vec![Row::head("READ AS")];
    let width = reading.read_as.iter().map(|(label, _)| label.chars().count()).max().unwrap_or(0).max(8);
    for (label, value) in &reading.read_as {
        rows.push(Row::Text {
            line: vec![plain(format!("{label:width$}  ")), plain(value.clone())],
            indent: 0,
        });
    }
    if !reading.not_understood.is_empty() {
        rows.push(Row::Blank);
        rows.push(Row::head("NOT UNDERSTOOD, YOURS TO SAY"));
        for part in &reading.not_understood {
            rows.push(Row::Text {
                line: vec![role(Role::Warn, "? "), plain(format!("“{part}”"))],
                indent: 0,
            });
        }
    }
    for sentence in &reading.out_of_scope {
        rows.push(Row::Text { line: vec![role(Role::Warn, "▲ "), plain(sentence.clone())], indent: 0 });
    }
    rows
}

fn question_rows(reading: &Reading, index: usize, question: &Question, open: usize) -> Vec<Row> {
    let count = reading.questions.len();
    let title = if count == 1 { "ONE QUESTION".into() } else { format!("QUESTION {} OF {count}", index + 1) };
    let note = match question.answer {
        Some(_) => vec![role(Role::Ok, "✓ answered")],
        None => vec![role(Role::Warn, format!("○ {open} open"))],
    };
    let mut rows = vec![Row::Head { text: title, note }, Row::text(question.text.clone()), Row::Blank];
    for (option, choice) in question.options.iter().enumerate() {
        let chosen = question.answer == Some(option);
        let label = if chosen { bold(choice.label.clone()) } else { plain(choice.label.clone()) };
        rows.push(Row::Item {
            mark: if chosen { Mark::Dot } else { Mark::Open },
            label: vec![label],
            note: Vec::new(),
            indent: 0,
            target: Some(Target::Answer(index, option)),
        });
        if !choice.trade_off.is_empty() {
            rows.push(Row::Text { line: vec![muted(choice.trade_off.clone())], indent: 4 });
        }
    }
    rows
}

fn welcome(model: &Model) -> PaneView {
    let map = model.world.map.as_deref();
    let functions = |layer: Layer| map.map(|map| map.files_in(layer).map(|file| file.functions).sum::<u32>());
    let count = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
    let counts = [
        map.map(|map| count(map.endpoints.len())),
        functions(Layer::Service),
        map.map(|map| map.files_in(Layer::Repository).map(|file| file.queries).sum()),
        map.map(|map| count(map.models.len())),
    ];
    // Own SQL has models but declares no tables.
    let models = map.map_or(0, |map| map.files_in(Layer::Model).count());
    let (counts, model_things) = match counts {
        [router, service, repository, Some(0)] if models > 0 => {
            ([router, service, repository, Some(count(models))], "files")
        }
        counts => (counts, "tables"),
    };
    let mut below = Vec::new();
    for (index, suggestion) in model.world.suggestions.iter().enumerate() {
        below.push(Row::Item {
            mark: if index == 0 { Mark::Down } else { Mark::None },
            label: vec![plain(suggestion.text.clone())],
            note: vec![muted(suggestion.note.clone())],
            // Under the text of the first one, which has a mark before it.
            indent: if index == 0 { 0 } else { 2 },
            target: Some(Target::Suggestion(index)),
        });
    }
    let caption = match &model.world.scan {
        ScanState::Failed(reason) => format!("not scanned: {reason}"),
        ScanState::Running { files } if *files > 0 => format!("{files} files read"),
        ScanState::Waiting | ScanState::Running { .. } => "reading …".into(),
        ScanState::Done { .. } if map.is_some_and(|map| map.files.is_empty()) => no_backend(model),
        ScanState::Done { .. } => "this repository, as it stands".into(),
    };
    PaneView {
        subtitle: "your task".into(),
        body: Body::Welcome(WelcomeView {
            counts,
            model_things: model_things.into(),
            name: model.session.identity.title.clone(),
            caption,
            question: "What do you want to change?".into(),
            placeholder: "In your own words; a sentence is enough.".into(),
            below,
        }),
        ..PaneView::default()
    }
}

fn no_backend(model: &Model) -> String {
    let read = model.map().stats.files;
    format!("no backend files here; {} read", plural(usize::try_from(read).unwrap_or(usize::MAX), "file"))
}

fn criteria(model: &Model) -> PaneView {
    let Some(task) = &model.session.work.task else { return no_criteria(model) };
    let reading = &task.reading;
    let mut rows = vec![Row::Blank, Row::head("CRITERIA")];
    let live: Vec<_> = model.session.criteria().collect();
    for criterion in &live {
        let mark = if criterion.state == CriterionState::Accepted { Mark::Done } else { Mark::Open };
        let note = match (&criterion.source, criterion.state) {
            (CriterionSource::Assumed, CriterionState::Proposed) => vec![muted("assumed")],
            (CriterionSource::Contract { place }, _) => vec![muted(place.to_string())],
            (CriterionSource::Finding { place, .. }, _) => vec![muted(place.to_string())],
            (CriterionSource::You, _) => vec![muted("yours")],
            (CriterionSource::Assumed, _) => Vec::new(),
        };
        rows.push(Row::Item {
            mark,
            label: vec![bold(format!("AC{} ", criterion.id)), plain(criterion.text.clone())],
            note,
            indent: 0,
            target: Some(Target::Criterion(criterion.id)),
        });
    }
    if live.is_empty() {
        rows.push(Row::aside("None. A review needs none; anything else needs one."));
    }
    if !reading.risks.is_empty() {
        rows.extend([Row::Blank, Row::head("RISKS")]);
        for risk in &reading.risks {
            rows.push(Row::Text {
                line: vec![
                    role(Role::Warn, "▲ "),
                    plain(format!("{:<12}", risk.kind)),
                    muted(risk.note.clone()),
                ],
                indent: 0,
            });
        }
    }
    if !reading.assumptions.is_empty() {
        rows.extend([Row::Blank, Row::head("ASSUMED")]);
        for assumption in &reading.assumptions {
            rows.push(Row::Text { line: vec![muted("· "), plain(assumption.clone())], indent: 0 });
        }
    }
    let answered = reading.questions.iter().filter(|question| question.answer.is_some()).count();
    if !reading.questions.is_empty() {
        let note = format!("{answered} of {}", reading.questions.len());
        rows.extend([Row::Blank, Row::Head { text: "ASKED".into(), note: vec![muted(note)] }]);
        for question in &reading.questions {
            if let Some(choice) = question.answer.and_then(|answer| question.options.get(answer)) {
                rows.push(Row::Text { line: vec![muted("· "), bold(choice.label.clone())], indent: 0 });
            }
        }
    }
    rows.extend(opening::rows(model));
    let count = live.len().to_string();
    PaneView { subtitle: "criteria".into(), tab: count.clone(), count, body: Body::Rows(rows), cursor: None }
}

fn no_criteria(_model: &Model) -> PaneView {
    let mut rows = vec![
        Row::Blank,
        Row::Text { line: vec![bold("No criteria yet")], indent: 0 },
        Row::Blank,
        Row::aside("They appear from your task: one line for each thing that must be true at the end."),
        Row::Blank,
        Row::head("THE FIVE SCENES"),
    ];
    let does =
        ["you say what", "where it touches", "hunk by hunk, yours", "commands prove it", "one clean commit"];
    for (scene, does) in Scene::ALL.into_iter().zip(does) {
        rows.push(Row::Text {
            line: vec![
                role(Role::Accent, format!("{} ", scene.number())),
                plain(format!("{:<10}", scene.name())),
                muted(does),
            ],
            indent: 0,
        });
    }
    rows.extend([Row::Blank, Row::text("Nothing reaches your files before you approve it.")]);
    PaneView { subtitle: "criteria".into(), body: Body::Rows(rows), ..PaneView::default() }
}

//! What there is to read: the list, the question, the step, why it was worth it.
//!
//! A page is made of parts in the order in which they came: the lines mode prints those
//! that are new, the screen puts the newest at its top.

use super::{
    answer,
    model::{Classroom, Entry, Place},
};
use crate::{
    domain::lesson::{
        Goal, Lesson, LessonStep,
        progress::{Phase, Progress, StepEnd},
    },
    engine::view::{Line, Mark, Role, Row, Span, Target, bold, muted, plain, role},
};

/// The parts of the page that is on, each with its rows.
pub fn parts(room: &Classroom) -> Vec<Vec<Row>> {
    let (Some((lesson, progress)), Place::Lesson(_)) = (room.open(), room.place) else {
        return vec![list(room)];
    };
    let Some(step) = room.step() else { return vec![list(room)] };
    match progress.phase {
        Phase::Intro => vec![intro(room, lesson)],
        Phase::Predict => vec![question(lesson, progress, step)],
        Phase::Work => work(room, lesson, progress, step),
        Phase::After => after(room, lesson, progress, step),
        Phase::Closed => vec![closing(lesson, progress)],
    }
}

/// How many things of the main page can be taken by number.
pub fn choices(room: &Classroom) -> usize {
    if room.focus == crate::engine::view::Pane::Boundaries && room.place != Place::List {
        return room.files().len();
    }
    match (room.place, room.phase()) {
        (Place::List, _) => room.shelf.len(),
        (Place::Lesson(_), Some(Phase::Predict)) => room.step().map_or(0, |step| step.options.len()),
        (Place::Lesson(_), _) => 0,
    }
}

fn list(room: &Classroom) -> Vec<Row> {
    let mut rows = prose(
        "Each lesson is a small backend that works, with one flaw in its layers. You mend it in small steps: the tests stay green, the rule is kept, the change stays small.",
    );
    rows.push(Row::Blank);
    for (index, entry) in room.shelf.iter().enumerate() {
        rows.push(Row::Item {
            mark: entry_mark(entry),
            label: vec![muted(format!("{}  ", index + 1)), bold(entry.lesson.title.clone())],
            note: vec![muted(standing(entry))],
            indent: 0,
            target: Some(Target::Suggestion(index)),
        });
        rows.push(Row::Text { line: vec![muted(entry.lesson.summary.clone())], indent: 2 });
        rows.push(Row::Blank);
    }
    rows
}

fn entry_mark(entry: &Entry) -> Mark {
    match (&entry.problem, &entry.progress) {
        (Some(_), _) => Mark::Warn,
        (None, None) => Mark::Open,
        (None, Some(progress)) if progress.phase == Phase::Closed => Mark::Done,
        (None, Some(_)) => Mark::Half,
    }
}

/// `python · 15 min · step 2 of 3`.
pub fn standing(entry: &Entry) -> String {
    let lesson = &entry.lesson;
    let head = format!("{} · {} min", lesson.language, lesson.minutes);
    let steps = lesson.steps.len();
    match (&entry.problem, &entry.progress) {
        (Some(_), _) => format!("{head} · to be begun anew"),
        (None, None) => format!("{head} · {steps} steps"),
        (None, Some(progress)) if progress.phase == Phase::Closed => format!("{head} · done"),
        (None, Some(progress)) => format!("{head} · {} of {steps} done", progress.done()),
    }
}

fn intro(room: &Classroom, lesson: &Lesson) -> Vec<Row> {
    let mut rows = vec![Row::head(lesson.title.to_uppercase())];
    rows.extend(prose(&lesson.intro));
    rows.push(Row::Blank);
    rows.push(Row::head("THE WORKING COPY"));
    rows.extend(prose("It is yours to change, with any editor. Nothing of it is in a repository of yours."));
    rows.push(Row::text(room.desk.folder.clone()));
    rows.push(Row::Blank);
    rows.push(Row::head("HOW A STEP GOES"));
    rows.extend(prose(&format!(
        "First a question: predict, then see. Then the work, with four hints at hand. A check runs `{}`, the review of this program, and counts the changed lines.",
        lesson.tests.command.join(" ")
    )));
    rows
}

/// The step's title and its number.
fn head(lesson: &Lesson, progress: &Progress, step: &LessonStep) -> Row {
    let note = format!("step {} of {}", progress.step + 1, lesson.steps.len());
    Row::pair(vec![bold(step.title.clone())], vec![muted(note)])
}

fn question(lesson: &Lesson, progress: &Progress, step: &LessonStep) -> Vec<Row> {
    let mut rows = vec![
        head(lesson, progress, step),
        Row::aside("Before anything is shown: what do you think?"),
        Row::Blank,
    ];
    rows.extend(prose(&step.question));
    rows.push(Row::Blank);
    for (index, option) in step.options.iter().enumerate() {
        rows.push(Row::Item {
            mark: Mark::None,
            label: numbered(index, &option.text),
            note: Vec::new(),
            indent: 0,
            target: Some(Target::Answer(0, index)),
        });
    }
    rows
}

fn numbered(index: usize, text: &str) -> Line {
    let mut line = vec![muted(format!("{}  ", index + 1))];
    line.extend(spans(text));
    line
}

fn work(room: &Classroom, lesson: &Lesson, progress: &Progress, step: &LessonStep) -> Vec<Vec<Row>> {
    let mut parts = Vec::new();
    let record = progress.current();
    if let Some(reply) = record.and_then(|record| record.prediction).and_then(|at| step.options.get(at)) {
        let text = if reply.right { "YOU PREDICTED IT" } else { "YOU PREDICTED SOMETHING ELSE" };
        let mut rows = vec![Row::head(text)];
        rows.extend(prose(&reply.reply));
        parts.push(rows);
    }
    let mut task = vec![head(lesson, progress, step)];
    task.extend(prose(&step.task));
    task.push(Row::Blank);
    task.extend(step.goals.iter().map(|goal| aim(goal_title(room, goal))));
    task.push(aim(format!("at most {} lines added or removed", step.lines)));
    task.push(Row::aside(room.desk.folder.clone()));
    parts.push(task);
    let hints = (1..=record.map_or(0, |record| record.hints)).map(|rung| hint(step, rung));
    let answer = Some(answer::rows(room)).filter(|rows| !rows.is_empty());
    if room.desk.hint_is_newest {
        parts.extend(answer);
        parts.extend(hints);
    } else {
        parts.extend(hints);
        parts.extend(answer);
    }
    parts
}

/// A goal in words: the rule's title, then its id.
pub(super) fn goal_title(room: &Classroom, goal: &Goal) -> String {
    match goal {
        Goal::Findings { rule, at_most, .. } => {
            let title = room.rules.get(rule).map_or(rule.as_str(), |help| help.title.as_str());
            match at_most {
                0 => format!("{title}: none ({rule})"),
                many => format!("{title}: at most {many} ({rule})"),
            }
        }
        Goal::Flow { endpoint, through, .. } => {
            let layers: Vec<&str> = through.iter().map(|layer| layer.name()).collect();
            format!("{endpoint} passes {}", layers.join(" and "))
        }
    }
}

fn aim(text: String) -> Row {
    Row::Item { mark: Mark::Open, label: vec![muted(text)], note: Vec::new(), indent: 0, target: None }
}

fn hint(step: &LessonStep, rung: u8) -> Vec<Row> {
    let names = ["WHERE", "WHAT", "WHICH PATTERN", "THE DIFF"];
    let name = names.get(usize::from(rung.saturating_sub(1))).copied().unwrap_or_default();
    let mut rows = vec![Row::Head {
        text: format!("HINT: {name}"),
        note: vec![muted(format!("{rung} of {}", LessonStep::RUNGS))],
    }];
    match step.hints.get(usize::from(rung.saturating_sub(1))) {
        Some(text) => rows.extend(prose(text)),
        None => rows.extend(diff(&step.solution)),
    }
    rows
}

/// The lines of a diff that matter to a reader.
fn diff(text: &str) -> Vec<Row> {
    let is_noise = |line: &&str| {
        ["diff --git", "index ", "--- ", "new file mode", "deleted file mode"]
            .iter()
            .any(|head| line.starts_with(head))
    };
    text.lines()
        .filter(|line| !is_noise(line))
        .map(|line| {
            let span = if let Some(path) = line.strip_prefix("+++ b/") {
                bold(path.to_owned())
            } else if line.starts_with("@@") {
                muted(line.to_owned())
            } else if line.starts_with('+') {
                role(Role::Add, line.to_owned())
            } else if line.starts_with('-') {
                role(Role::Del, line.to_owned())
            } else {
                plain(line.to_owned())
            };
            Row::Text { line: vec![span], indent: 0 }
        })
        .collect()
}

fn after(room: &Classroom, lesson: &Lesson, progress: &Progress, step: &LessonStep) -> Vec<Vec<Row>> {
    let mut rows = vec![head(lesson, progress, step)];
    let end = progress.current().and_then(|record| record.end);
    let answer = answer::rows(room);
    if answer.is_empty() {
        let text = match end {
            Some(StepEnd::Skipped) => "Skipped: the working copy has the solution of this step.",
            Some(StepEnd::PassedByRules) => "Done, by the rules: the tests could not run here.",
            Some(StepEnd::Passed) | None => "Done: the tests are green, the rule is kept, the step is small.",
        };
        let mark = if end == Some(StepEnd::Skipped) { Mark::NotApplicable } else { Mark::Done };
        rows.push(Row::Item { mark, label: vec![bold(text)], note: Vec::new(), indent: 0, target: None });
    }
    rows.extend(answer);
    for (name, text) in [("WHY", &step.why), ("WHAT IT BOUGHT", &step.bought)] {
        rows.push(Row::Blank);
        rows.push(Row::head(name));
        rows.extend(prose(text));
    }
    vec![rows]
}

fn closing(lesson: &Lesson, progress: &Progress) -> Vec<Row> {
    let mut rows = vec![Row::head(format!("{}: DONE", lesson.title.to_uppercase()))];
    rows.extend(prose(&lesson.closing));
    rows.push(Row::Blank);
    for (step, record) in lesson.steps.iter().zip(&progress.steps) {
        let (mark, end) = match record.end {
            Some(StepEnd::Passed) => (Mark::Done, "done"),
            Some(StepEnd::PassedByRules) => (Mark::Done, "done by the rules"),
            Some(StepEnd::Skipped) => (Mark::NotApplicable, "skipped"),
            None => (Mark::Open, "open"),
        };
        let note = format!("{end}, {}", told(record.hints));
        rows.push(Row::Item {
            mark,
            label: vec![plain(step.title.clone())],
            note: vec![muted(note)],
            indent: 0,
            target: None,
        });
    }
    let (right, made) = progress.predictions(lesson);
    rows.push(Row::text(format!("{right} of {made} predictions were right.")));
    rows
}

/// `no hint`, `1 hint`, `2 hints`.
pub fn told(hints: u8) -> String {
    match hints {
        0 => "no hint".into(),
        1 => "1 hint".into(),
        many => format!("{many} hints"),
    }
}

/// Paragraphs; what stands between backticks is code.
pub(super) fn prose(text: &str) -> Vec<Row> {
    text.lines().map(|line| Row::Text { line: spans(line), indent: 0 }).collect()
}

/// One paragraph.
pub(super) fn spans(text: &str) -> Line {
    text.split('`')
        .enumerate()
        .filter(|(_, part)| !part.is_empty())
        .map(|(index, part)| if index % 2 == 1 { role(Role::Accent, part) } else { plain(part) })
        .collect::<Vec<Span>>()
}

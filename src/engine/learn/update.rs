//! What an intent or a result does.

use super::model::{Ask, Busy, Classroom, Desk, Do, Editing, LearnEffect, LearnMsg, Place, Seen};
use crate::{
    domain::lesson::{
        LessonStep,
        grade::{Answer, Grade},
        progress::{Phase, Progress, StepEnd},
    },
    engine::view::Pane,
};

/// Changes the model; returns what is to be done outside, in order.
pub fn update(room: &mut Classroom, msg: LearnMsg) -> Vec<LearnEffect> {
    match msg {
        LearnMsg::Do(wish) => {
            room.notice = None;
            self::wish(room, wish)
        }
        LearnMsg::Opened { index, progress, folder, seen } => opened(room, index, progress, folder, seen),
        LearnMsg::Changed { seen, saved } => {
            changed(room, seen, &saved);
            Vec::new()
        }
        LearnMsg::Graded { grade, seen } => {
            room.busy = None;
            look(room, seen);
            graded(room, *grade)
        }
        LearnMsg::Text { path, text } => {
            room.revision += 1;
            room.editing = Some(Editing { path, opened: text.clone(), text, revision: room.revision });
            Vec::new()
        }
        LearnMsg::WasReset { index } => {
            if let Some(entry) = room.shelf.get_mut(index) {
                entry.progress = None;
                entry.problem = None;
            }
            room.place = Place::List;
            room.marked = index;
            room.desk = Desk::default();
            room.say("The lesson is as it was before you began it.");
            Vec::new()
        }
        LearnMsg::Skip => skip(room),
        LearnMsg::Failed(text) => {
            room.busy = None;
            room.refuse(text);
            Vec::new()
        }
        LearnMsg::Note(text) => {
            room.say(text);
            Vec::new()
        }
    }
}

fn wish(room: &mut Classroom, wish: Do) -> Vec<LearnEffect> {
    if let Some((ask, marked)) = room.ask {
        return asked(room, ask, marked, &wish);
    }
    match wish {
        Do::Typed(text) => {
            if let Some(editing) = &mut room.editing {
                editing.text = text;
            }
        }
        Do::Save => {
            let Some(editing) = room.editing.take() else { return Vec::new() };
            if editing.text == editing.opened {
                room.say(format!("{} is as it was.", editing.path));
                return Vec::new();
            }
            return vec![LearnEffect::Write { path: editing.path, text: editing.text }];
        }
        Do::Leave => return leave(room),
        Do::Quit => return vec![LearnEffect::Quit],
        Do::Help => room.help = !room.help,
        Do::Zoom => room.zoomed = !room.zoomed,
        Do::NextPane => turn(room, 1),
        Do::PreviousPane => turn(room, Pane::ALL.len() - 1),
        Do::Up => room.marked = room.marked.saturating_sub(1),
        Do::Down => {
            let last = super::page::choices(room).saturating_sub(1);
            room.marked = (room.marked + 1).min(last);
        }
        Do::Pick(number) => {
            if number == 0 || number > super::page::choices(room) {
                room.refuse(format!("There is no {number} here."));
                return Vec::new();
            }
            room.marked = number - 1;
            return take(room);
        }
        Do::Take => return take(room),
        Do::Next => return next(room),
        Do::Hint => return hint(room),
        Do::Check => return check(room),
        Do::Edit(path) => return edit(room, path, LearnEffect::Read),
        Do::External(path) => return edit(room, path, |path| LearnEffect::External { path }),
        Do::CopyFolder if !room.desk.folder.is_empty() => {
            room.say("The folder of the working copy is in the clipboard.");
            return vec![LearnEffect::Copy(room.desk.folder.clone())];
        }
        Do::CopyFolder => room.refuse("There is no working copy yet."),
        Do::Undo => return undo(room),
        Do::Skip if room.is_working() => room.ask = Some((Ask::Skip, 0)),
        Do::Skip => room.refuse("A step can be skipped after its question was answered."),
        Do::Reset => match (room.place, room.marked) {
            (Place::Lesson(index), _) | (Place::List, index) => {
                let is_begun = room
                    .shelf
                    .get(index)
                    .is_some_and(|entry| entry.progress.is_some() || entry.problem.is_some());
                if is_begun {
                    room.ask = Some((Ask::Reset(index), 0));
                } else {
                    room.refuse("This lesson was not begun yet.");
                }
            }
        },
    }
    Vec::new()
}

/// Options of a question: 0 does nothing, 1 does it.
fn asked(room: &mut Classroom, ask: Ask, marked: usize, wish: &Do) -> Vec<LearnEffect> {
    let chosen = match wish {
        Do::Up => {
            room.ask = Some((ask, 0));
            return Vec::new();
        }
        Do::Down => {
            room.ask = Some((ask, 1));
            return Vec::new();
        }
        Do::Take => marked,
        Do::Pick(number @ 1..=2) => number - 1,
        Do::Leave => 0,
        Do::Quit => return vec![LearnEffect::Quit],
        _ => return Vec::new(),
    };
    room.ask = None;
    if chosen == 0 {
        return Vec::new();
    }
    match ask {
        Ask::Undo => {
            room.desk.grade = None;
            vec![LearnEffect::Restore { only: Vec::new() }]
        }
        Ask::Skip => skip(room),
        Ask::Reset(index) => vec![LearnEffect::Reset(index)],
    }
}

fn leave(room: &mut Classroom) -> Vec<LearnEffect> {
    if room.editing.take().is_some() {
        room.say("Nothing of it was saved.");
    } else if room.help {
        room.help = false;
    } else if room.zoomed {
        room.zoomed = false;
    } else if let Place::Lesson(index) = room.place {
        room.place = Place::List;
        room.focus = Pane::Proposal;
        room.marked = index;
    } else {
        return vec![LearnEffect::Quit];
    }
    Vec::new()
}

fn turn(room: &mut Classroom, by: usize) {
    let at = Pane::ALL.iter().position(|pane| *pane == room.focus).unwrap_or(0);
    room.focus = Pane::ALL.get((at + by) % Pane::ALL.len()).copied().unwrap_or_default();
    room.marked = 0;
}

fn opened(
    room: &mut Classroom,
    index: usize,
    progress: Progress,
    folder: String,
    seen: Seen,
) -> Vec<LearnEffect> {
    room.busy = None;
    room.place = Place::Lesson(index);
    room.focus = Pane::Proposal;
    room.marked = 0;
    room.desk = Desk { folder, ..Desk::default() };
    if let Some(entry) = room.shelf.get_mut(index) {
        entry.problem = None;
        entry.progress = Some(progress);
    }
    look(room, seen);
    Vec::new()
}

fn look(room: &mut Classroom, seen: Seen) {
    room.desk.map = seen.map;
    room.desk.distance = seen.distance;
}

fn changed(room: &mut Classroom, seen: Seen, saved: &[String]) {
    look(room, seen);
    if room.desk.grade.is_some() {
        room.desk.is_stale = true;
    }
    match saved {
        [] => {}
        [one] => room.say(format!("{one} was saved.")),
        [one, rest @ ..] => room.say(format!("{one} and {} more were saved.", rest.len())),
    }
}

fn take(room: &mut Classroom) -> Vec<LearnEffect> {
    if room.place == Place::List {
        return open(room);
    }
    if room.focus == Pane::Boundaries {
        let path = room.files().get(room.marked).cloned();
        return edit(room, path, LearnEffect::Read);
    }
    match room.phase() {
        Some(Phase::Predict) => predict(room),
        Some(Phase::Intro | Phase::After) => next(room),
        Some(Phase::Closed) => leave(room),
        Some(Phase::Work) if room.desk.distance.files.is_empty() => edit(room, None, LearnEffect::Read),
        Some(Phase::Work) => check(room),
        None => Vec::new(),
    }
}

fn open(room: &mut Classroom) -> Vec<LearnEffect> {
    let index = room.marked;
    match room.shelf.get(index) {
        None => Vec::new(),
        Some(entry) => match &entry.problem {
            Some(problem) => {
                let text = problem.clone();
                room.ask = Some((Ask::Reset(index), 0));
                room.refuse(text);
                Vec::new()
            }
            None => {
                room.busy = Some(Busy::Opening);
                vec![LearnEffect::Open(index)]
            }
        },
    }
}

fn predict(room: &mut Classroom) -> Vec<LearnEffect> {
    let (marked, options) = (room.marked, room.step().map_or(0, |step| step.options.len()));
    let Some(progress) = room.progress_mut().filter(|_| marked < options) else { return Vec::new() };
    if let Some(record) = progress.current_mut() {
        record.prediction = Some(marked);
    }
    progress.phase = Phase::Work;
    save(room)
}

fn next(room: &mut Classroom) -> Vec<LearnEffect> {
    let Some(steps) = room.open().map(|(lesson, _)| lesson.steps.len()) else { return Vec::new() };
    let Some(progress) = room.progress_mut() else { return Vec::new() };
    match progress.phase {
        Phase::Intro => progress.phase = Phase::Predict,
        Phase::After if progress.step + 1 < steps => {
            progress.step += 1;
            progress.phase = Phase::Predict;
        }
        Phase::After => progress.phase = Phase::Closed,
        Phase::Predict => {
            room.refuse("The question comes first: take one of its answers.");
            return Vec::new();
        }
        Phase::Work => {
            room.refuse("The step is not done yet: check it, or skip it.");
            return Vec::new();
        }
        Phase::Closed => return leave(room),
    }
    room.desk.grade = None;
    room.desk.is_stale = false;
    room.desk.hint_is_newest = false;
    room.focus = Pane::Proposal;
    room.marked = 0;
    save(room)
}

fn hint(room: &mut Classroom) -> Vec<LearnEffect> {
    if !room.is_working() {
        room.refuse("Hints come after the question was answered.");
        return Vec::new();
    }
    let Some(record) = room.progress_mut().and_then(Progress::current_mut) else { return Vec::new() };
    if record.hints >= LessonStep::RUNGS {
        room.refuse("The ladder has no more rungs: the diff is on screen.");
        return Vec::new();
    }
    record.hints += 1;
    room.desk.hint_is_newest = true;
    room.focus = Pane::Proposal;
    save(room)
}

fn check(room: &mut Classroom) -> Vec<LearnEffect> {
    if !room.is_working() {
        room.refuse("There is nothing to check here.");
        return Vec::new();
    }
    if room.busy.is_some() {
        return Vec::new();
    }
    room.busy = Some(Busy::Checking);
    vec![LearnEffect::Check]
}

fn graded(room: &mut Classroom, grade: Grade) -> Vec<LearnEffect> {
    // Skipped or left while it was checked: there is nothing to grade any more.
    if !room.is_working() {
        return Vec::new();
    }
    let answer = grade.answer.clone();
    room.desk.grade = Some(grade);
    room.desk.is_stale = false;
    room.desk.hint_is_newest = false;
    room.focus = Pane::Proposal;
    room.marked = 0;
    let Some(progress) = room.progress_mut() else { return Vec::new() };
    let step = progress.step;
    let Some(record) = progress.current_mut() else { return Vec::new() };
    if !answer.is_pass() {
        record.attempts = record.attempts.saturating_add(1);
        return save(room);
    }
    record.end = Some(if answer == Answer::Passed { StepEnd::Passed } else { StepEnd::PassedByRules });
    progress.phase = Phase::After;
    // The beginning of the next step first: whoever is killed in between checks once more.
    let mut effects = vec![LearnEffect::Remember { step: step + 1 }];
    effects.extend(save(room));
    effects
}

fn edit(
    room: &mut Classroom,
    path: Option<String>,
    effect: impl Fn(String) -> LearnEffect,
) -> Vec<LearnEffect> {
    if !room.is_working() {
        room.refuse("Files are yours to change after the question was answered.");
        return Vec::new();
    }
    let marked = (room.focus == Pane::Boundaries).then(|| room.files().get(room.marked).cloned()).flatten();
    let own = || room.step().map(|step| step.file.clone());
    let Some(path) = path.or(marked).or_else(own) else { return Vec::new() };
    let fixed = room.open().is_some_and(|(lesson, _)| lesson.is_fixed(&path));
    if fixed {
        room.refuse(format!("{path} stays as it is: it says what must remain true."));
        return Vec::new();
    }
    vec![effect(path)]
}

/// Files that are fixed are put back at once; one's own work only after a question.
fn undo(room: &mut Classroom) -> Vec<LearnEffect> {
    if !room.is_working() {
        room.refuse("There is nothing to take back here.");
        return Vec::new();
    }
    if room.desk.distance.files.is_empty() {
        room.refuse("Nothing has changed since the step began.");
        return Vec::new();
    }
    if let Some(Grade { answer: Answer::TouchedFixed { files }, .. }) = &room.desk.grade
        && !room.desk.is_stale
    {
        let only = files.clone();
        room.desk.grade = None;
        return vec![LearnEffect::Restore { only }];
    }
    room.ask = Some((Ask::Undo, 0));
    Vec::new()
}

fn skip(room: &mut Classroom) -> Vec<LearnEffect> {
    let Some(progress) = room.progress_mut() else { return Vec::new() };
    let step = progress.step;
    if let Some(record) = progress.current_mut() {
        record.end = Some(StepEnd::Skipped);
    }
    progress.phase = Phase::After;
    room.desk.grade = None;
    room.marked = 0;
    let mut effects = vec![LearnEffect::Solve { step }, LearnEffect::Remember { step: step + 1 }];
    effects.extend(save(room));
    effects
}

fn save(room: &Classroom) -> Vec<LearnEffect> {
    room.open().map(|(_, progress)| LearnEffect::Save(Box::new(progress.clone()))).into_iter().collect()
}

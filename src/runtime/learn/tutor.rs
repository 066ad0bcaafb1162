//! Carries out what the classroom asks for, one effect after another. Blocks.

use super::{
    grading::Grader,
    store::{Saved, Store},
    workspace,
};
use crate::{
    domain::lesson::{
        Lesson,
        grade::{Observed, grade},
        progress::Progress,
        tree::{Tree, distance},
    },
    engine::learn::{Classroom, Entry, LearnEffect, LearnMsg, RuleHelp, Seen},
    keys::KeyTable,
    knowledge::{KnowledgeError, course},
    ports::{Cancel, ScanError, journal::JournalError},
    runtime::{Dirs, external, open::OpenError},
};
use std::{collections::BTreeMap, io, path::PathBuf, sync::Arc};

/// Why something could not be done. Nothing was lost.
#[derive(Debug, thiserror::Error)]
pub enum TutorError {
    #[error(transparent)]
    Knowledge(#[from] KnowledgeError),
    #[error(transparent)]
    Open(#[from] OpenError),
    #[error("the lesson is open in another proscenium (pid {0})")]
    Elsewhere(u32),
    #[error(transparent)]
    Lock(JournalError),
    #[error("the working copy: {0}")]
    Files(#[from] io::Error),
    #[error("the review: {0}")]
    Review(#[from] ScanError),
    #[error("the solution of {0} does not apply: {1}")]
    Solution(String, crate::domain::lesson::patch::PatchError),
    #[error("no lesson is open")]
    NoLesson,
}

/// Everything outside the classroom.
pub struct Tutor {
    dirs: Dirs,
    store: Store,
    lessons: Vec<Arc<Lesson>>,
    editor: String,
    /// The rules' own words, by their ids.
    rules: Arc<BTreeMap<String, RuleHelp>>,
    open: Option<Open>,
    cancel: Cancel,
}

struct Open {
    lesson: Arc<Lesson>,
    root: PathBuf,
    step: usize,
    grader: Grader,
    /// The tree that was checked last: the beginning of the next step when it passed.
    checked: Option<Tree>,
    /// The tree at the last look, to tell what was saved since.
    last: Tree,
}

impl Tutor {
    /// With the shipped lessons.
    pub fn new(dirs: Dirs, editor: String) -> Result<Self, TutorError> {
        let lessons = course::shipped()?.into_iter().map(Arc::new).collect();
        let knowledge = crate::knowledge::Knowledge::load(&[])?;
        let help = |card: &crate::knowledge::rules::RuleCard| {
            (card.id.clone(), RuleHelp { title: card.title.clone(), how: card.fix.how.trim_end().to_owned() })
        };
        let rules = Arc::new(knowledge.rules.iter().map(help).collect());
        let store = Store::new(&dirs.state);
        Ok(Self { dirs, store, lessons, editor, rules, open: None, cancel: Cancel::default() })
    }

    /// A classroom at the list.
    pub fn classroom(&self, keys: Arc<KeyTable>) -> Classroom {
        Classroom::new(self.shelf(), keys, self.rules.clone())
    }

    /// The configured editor; empty for the environment's.
    pub fn editor(&self) -> &str {
        &self.editor
    }

    /// Asks a running check to stop.
    pub fn cancel(&self) -> Cancel {
        self.cancel.clone()
    }

    /// The list with what was saved.
    pub fn shelf(&self) -> Vec<Entry> {
        self.lessons
            .iter()
            .map(|lesson| {
                let (progress, problem) = match self.store.saved(lesson) {
                    Saved::Nothing => (None, None),
                    Saved::Progress(progress) => (Some(progress), None),
                    Saved::Problem(problem) => (None, Some(problem)),
                };
                Entry { lesson: lesson.clone(), progress, problem }
            })
            .collect()
    }

    /// Does what an effect asks for; what failed becomes a message.
    pub fn perform(&mut self, effect: LearnEffect) -> Vec<LearnMsg> {
        let done = match effect {
            LearnEffect::Open(index) => self.open(index).map(|msg| vec![msg]),
            LearnEffect::Save(progress) => self.save(&progress),
            LearnEffect::Check => self.check().map(|msg| vec![msg]),
            LearnEffect::Remember { step } => self.remember(step),
            LearnEffect::Restore { only } => self.restore(&only),
            LearnEffect::Solve { step } => self.solve(step),
            LearnEffect::Reset(index) => self.reset(index),
            LearnEffect::Read(path) => self.read(path),
            LearnEffect::Write { path, text } => self.write(&path, &text),
            LearnEffect::External { path } => self.external(&path),
            LearnEffect::Copy(text) => external::copy(&text).map(|()| Vec::new()).map_err(TutorError::from),
            LearnEffect::Quit => Ok(Vec::new()),
        };
        done.unwrap_or_else(|error| vec![LearnMsg::Failed(sentence(&error.to_string()))])
    }

    /// Opens a lesson: lays its working copy out when it was never begun.
    fn open(&mut self, index: usize) -> Result<LearnMsg, TutorError> {
        let lesson = self.lessons.get(index).cloned().ok_or(TutorError::NoLesson)?;
        self.store.hold(&lesson.name).map_err(|error| match error {
            JournalError::Locked { pid, .. } => TutorError::Elsewhere(pid),
            error => TutorError::Lock(error),
        })?;
        let progress = match self.store.saved(&lesson) {
            Saved::Progress(progress) => progress,
            Saved::Nothing | Saved::Problem(_) => {
                self.store.lay_out(&lesson)?;
                let progress = Progress::begin(&lesson);
                self.store.save(&progress)?;
                progress
            }
        };
        let root = self.store.work(&lesson.name).canonicalize()?;
        let grader = Grader::new(&root, &self.dirs)?;
        let last = workspace::read(&root)?;
        self.open =
            Some(Open { lesson, root: root.clone(), step: progress.step, grader, checked: None, last });
        let (seen, _) = self.look()?;
        Ok(LearnMsg::Opened { index, progress, folder: root.display().to_string(), seen })
    }

    fn opened(&self) -> Result<&Open, TutorError> {
        self.open.as_ref().ok_or(TutorError::NoLesson)
    }

    /// What was saved since the last look, with what the review says now.
    pub fn saved(&mut self) -> Option<LearnMsg> {
        let before = std::mem::take(&mut self.open.as_mut()?.last);
        let Ok((seen, now)) = self.look() else {
            // Half written, or gone for a moment: the next look tells.
            self.open.as_mut()?.last = before;
            return None;
        };
        let saved: Vec<String> = distance(&before, &now).files.into_iter().map(|file| file.path).collect();
        (before != now).then_some(LearnMsg::Changed { seen, saved })
    }

    /// The working copy and its review.
    fn look(&mut self) -> Result<(Seen, Tree), TutorError> {
        let open = self.opened()?;
        let now = workspace::read(&open.root)?;
        let base = self.store.base(&open.lesson, open.step)?;
        let map = Arc::new(open.grader.map(&open.root, &now, &now)?);
        let seen = Seen { map, distance: distance(&base, &now) };
        if let Some(open) = &mut self.open {
            open.last.clone_from(&now);
        }
        Ok((seen, now))
    }

    fn save(&mut self, progress: &Progress) -> Result<Vec<LearnMsg>, TutorError> {
        self.store.save(progress)?;
        let Some(open) = self.open.as_mut().filter(|open| open.step != progress.step) else {
            return Ok(Vec::new());
        };
        open.step = progress.step;
        let (seen, _) = self.look()?;
        Ok(vec![LearnMsg::Changed { seen, saved: Vec::new() }])
    }

    fn check(&mut self) -> Result<LearnMsg, TutorError> {
        let cancel = self.cancel.clone();
        let (seen, now) = self.look()?;
        let open = self.opened()?;
        let step = open.lesson.steps.get(open.step).ok_or(TutorError::NoLesson)?;
        let before = self.store.base(&open.lesson, open.step)?;
        let map_before = open.grader.map(&open.root, &now, &before)?;
        let tests = open.grader.tests(&open.lesson, &open.root, &cancel);
        let observed =
            Observed { before: &before, map_before: &map_before, now: &now, map_now: &seen.map, tests };
        let grade = Box::new(grade(&open.lesson, step, &observed));
        if let Some(open) = &mut self.open {
            open.checked = Some(now);
        }
        Ok(LearnMsg::Graded { grade, seen })
    }

    /// What was checked is the beginning; what was saved meanwhile belongs to the next step.
    fn remember(&mut self, step: usize) -> Result<Vec<LearnMsg>, TutorError> {
        let open = self.opened()?;
        let tree = match &open.checked {
            Some(tree) => tree.clone(),
            None => workspace::read(&open.root)?,
        };
        self.store.remember(&open.lesson.name, step, &tree)?;
        Ok(Vec::new())
    }

    fn restore(&mut self, only: &[String]) -> Result<Vec<LearnMsg>, TutorError> {
        let open = self.opened()?;
        let base = self.store.base(&open.lesson, open.step)?;
        let wanted = if only.is_empty() {
            base
        } else {
            let mut tree = workspace::read(&open.root)?;
            for path in only {
                match base.get(path) {
                    Some(text) => tree.insert(path.clone(), text.clone()),
                    None => tree.remove(path),
                };
            }
            tree
        };
        self.replace(&wanted, "put back")
    }

    fn solve(&mut self, step: usize) -> Result<Vec<LearnMsg>, TutorError> {
        let open = self.opened()?;
        let solved =
            open.lesson.solved(step + 1).map_err(|(step, error)| TutorError::Solution(step, error))?;
        if let Some(open) = &mut self.open {
            open.checked = Some(solved.clone());
        }
        self.replace(&solved, "changed")
    }

    fn replace(&mut self, wanted: &Tree, done: &str) -> Result<Vec<LearnMsg>, TutorError> {
        let changed = workspace::write(&self.opened()?.root, wanted)?;
        let (seen, _) = self.look()?;
        let note = match changed.as_slice() {
            [one] => format!("{one} was {done}."),
            many => format!("{} files were {done}.", many.len()),
        };
        Ok(vec![LearnMsg::Changed { seen, saved: Vec::new() }, LearnMsg::Note(note)])
    }

    fn reset(&mut self, index: usize) -> Result<Vec<LearnMsg>, TutorError> {
        let lesson = self.lessons.get(index).cloned().ok_or(TutorError::NoLesson)?;
        self.store.hold(&lesson.name).map_err(|error| match error {
            JournalError::Locked { pid, .. } => TutorError::Elsewhere(pid),
            error => TutorError::Lock(error),
        })?;
        self.open = None;
        self.store.reset(&lesson.name)?;
        Ok(vec![LearnMsg::WasReset { index }])
    }

    fn read(&self, path: String) -> Result<Vec<LearnMsg>, TutorError> {
        let tree = workspace::read(&self.opened()?.root)?;
        let text = tree.get(&path).cloned();
        let text =
            text.ok_or_else(|| io::Error::new(io::ErrorKind::NotFound, format!("{path} is not there")))?;
        Ok(vec![LearnMsg::Text { path, text }])
    }

    fn write(&mut self, path: &str, text: &str) -> Result<Vec<LearnMsg>, TutorError> {
        workspace::write_file(&self.opened()?.root, path, text)?;
        let (seen, _) = self.look()?;
        Ok(vec![LearnMsg::Changed { seen, saved: vec![path.to_owned()] }])
    }

    /// `$EDITOR` on a file; the terminal must have been given back before.
    fn external(&mut self, path: &str) -> Result<Vec<LearnMsg>, TutorError> {
        external::open_at(&self.editor, &self.opened()?.root.join(path), 1)?;
        let nothing = || LearnMsg::Note(format!("Back from {path}; nothing was saved."));
        Ok(vec![self.saved().unwrap_or_else(nothing)])
    }
}

/// With a capital letter and a period.
fn sentence(text: &str) -> String {
    let mut letters = text.chars();
    let first: String = letters.next().map(|c| c.to_uppercase().collect()).unwrap_or_default();
    format!("{first}{}.", letters.as_str().trim_end_matches('.'))
}

//! What a learner did, in the user's state folder like sessions: `lessons/NAME/` holds
//! `work/` (the working copy), `progress.json`, and `base-N.json`, the working copy as it
//! was when step N began. Everything is replaced whole, so a kill leaves old or new.

use crate::{
    domain::lesson::{Lesson, progress::Progress, tree::Tree},
    journal::RepositoryLock,
    ports::journal::JournalError,
};
use serde::{Serialize, de::DeserializeOwned};
use std::{
    fs::{self, DirBuilder},
    io::{self, Write},
    os::unix::fs::DirBuilderExt,
    path::{Path, PathBuf},
};

/// Where lessons are kept, and which of them this process holds.
#[derive(Debug)]
pub(super) struct Store {
    state: PathBuf,
    lock: Option<(String, RepositoryLock)>,
}

/// What was saved of a lesson.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Saved {
    Nothing,
    Progress(Progress),
    /// It cannot be gone on with; why.
    Problem(String),
}

impl Store {
    pub(super) fn new(state: &Path) -> Self {
        Self { state: state.to_path_buf(), lock: None }
    }

    fn folder(&self, name: &str) -> PathBuf {
        self.state.join("lessons").join(name)
    }

    /// The working copy.
    pub(super) fn work(&self, name: &str) -> PathBuf {
        self.folder(name).join("work")
    }

    /// What was saved, without changing anything.
    pub(super) fn saved(&self, lesson: &Lesson) -> Saved {
        let path = self.folder(&lesson.name).join("progress.json");
        match load::<Progress>(&path) {
            Ok(None) => Saved::Nothing,
            Ok(Some(progress)) if progress.fits(lesson) && self.work(&lesson.name).is_dir() => {
                Saved::Progress(progress)
            }
            Ok(Some(_)) => Saved::Problem(
                "This lesson has changed since you began it, or its working copy is gone; begin it anew."
                    .into(),
            ),
            Err(error) => Saved::Problem(format!("What was saved cannot be read ({error}); begin it anew.")),
        }
    }

    /// Holds a lesson for this process. Errors: another one has it.
    pub(super) fn hold(&mut self, name: &str) -> Result<(), JournalError> {
        if self.lock.as_ref().is_some_and(|(held, _)| held == name) {
            return Ok(());
        }
        self.lock = None;
        let lock = RepositoryLock::acquire(&self.state, &self.folder(name), "")?;
        self.lock = Some((name.to_owned(), lock));
        Ok(())
    }

    /// Lays out the working copy of a lesson that was never begun.
    pub(super) fn lay_out(&self, lesson: &Lesson) -> io::Result<()> {
        let folder = self.folder(&lesson.name);
        DirBuilder::new().recursive(true).mode(0o700).create(&folder)?;
        let fresh = folder.join("work.new");
        remove(&fresh)?;
        super::workspace::write(&fresh, &lesson.start)?;
        remove(&folder.join("work"))?;
        fs::rename(&fresh, folder.join("work"))
    }

    pub(super) fn save(&self, progress: &Progress) -> io::Result<()> {
        replace(&self.folder(&progress.lesson).join("progress.json"), progress)
    }

    /// Keeps the beginning of a step.
    pub(super) fn remember(&self, name: &str, step: usize, tree: &Tree) -> io::Result<()> {
        replace(&self.folder(name).join(format!("base-{step}.json")), tree)
    }

    /// The beginning of a step; the lesson's own text for the first.
    pub(super) fn base(&self, lesson: &Lesson, step: usize) -> io::Result<Tree> {
        if step == 0 {
            return Ok(lesson.start.clone());
        }
        let path = self.folder(&lesson.name).join(format!("base-{step}.json"));
        load(&path)?.ok_or_else(|| io::Error::other(format!("{} is missing", path.display())))
    }

    /// Deletes everything of a lesson.
    pub(super) fn reset(&self, name: &str) -> io::Result<()> {
        remove(&self.folder(name))
    }
}

fn remove(path: &Path) -> io::Result<()> {
    match fs::remove_dir_all(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

fn load<T: DeserializeOwned>(path: &Path) -> io::Result<Option<T>> {
    match fs::read(path) {
        Ok(bytes) => Ok(Some(serde_json::from_slice(&bytes)?)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

fn replace(path: &Path, value: &impl Serialize) -> io::Result<()> {
    let folder = path.parent().unwrap_or(path);
    let mut file = tempfile::NamedTempFile::new_in(folder)?;
    serde_json::to_writer(&mut file, value)?;
    file.flush()?;
    file.as_file().sync_all()?;
    file.persist(path).map_err(|error| error.error)?;
    // The new name must survive a power cut too.
    fs::File::open(folder)?.sync_all()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::knowledge::course;
    use pretty_assertions::assert_eq;

    fn lesson() -> Lesson {
        course::shipped().unwrap().remove(0)
    }

    #[test]
    fn what_was_saved_comes_back_and_what_does_not_fit_is_named() {
        let home = tempfile::tempdir().unwrap();
        let store = Store::new(home.path());
        let lesson = lesson();
        assert_eq!(store.saved(&lesson), Saved::Nothing);
        store.lay_out(&lesson).unwrap();
        let mut progress = Progress::begin(&lesson);
        progress.steps[0].hints = 2;
        store.save(&progress).unwrap();
        assert_eq!(store.saved(&lesson), Saved::Progress(progress.clone()));
        let changed = Lesson { digest: "other".into(), ..lesson.clone() };
        assert!(matches!(store.saved(&changed), Saved::Problem(why) if why.contains("has changed")));
        fs::write(home.path().join("lessons").join(&lesson.name).join("progress.json"), "{").unwrap();
        assert!(matches!(store.saved(&lesson), Saved::Problem(why) if why.contains("cannot be read")));
        store.reset(&lesson.name).unwrap();
        assert_eq!(store.saved(&lesson), Saved::Nothing);
    }

    #[test]
    fn the_first_step_begins_with_the_lesson_and_a_later_one_with_what_was_kept() {
        let home = tempfile::tempdir().unwrap();
        let store = Store::new(home.path());
        let lesson = lesson();
        store.lay_out(&lesson).unwrap();
        assert_eq!(store.base(&lesson, 0).unwrap(), lesson.start);
        assert!(store.base(&lesson, 1).is_err(), "nothing was kept yet");
        let tree = lesson.solved(1).unwrap();
        store.remember(&lesson.name, 1, &tree).unwrap();
        assert_eq!(store.base(&lesson, 1).unwrap(), tree);
    }

    #[test]
    fn one_process_has_a_lesson_at_a_time() {
        let home = tempfile::tempdir().unwrap();
        let (mut first, mut second) = (Store::new(home.path()), Store::new(home.path()));
        first.hold("one").unwrap();
        assert!(matches!(second.hold("one"), Err(JournalError::Locked { .. })));
        second.hold("two").unwrap();
        first.hold("three").unwrap();
        second.hold("one").unwrap();
    }
}

//! The lessons of `proscenium learn`: shipped ones, and folders that authors write.
//!
//! A lesson is a folder: `lesson.yaml`, the backend under `start/`, one diff for each step
//! under `solutions/`. Everything that can be known without running anything is checked
//! here; what tests and review say of it is checked where they can be asked.

mod files;
mod format;

pub use files::{Files, shipped_files, shipped_names};

use super::error::KnowledgeError;
use crate::domain::lesson::{Lesson, patch, tree::distance};
use std::path::Path;

/// The name of a lesson's own file.
pub const LESSON_FILE: &str = "lesson.yaml";

/// Every shipped lesson, the shortest first, then by name.
pub fn shipped() -> Result<Vec<Lesson>, KnowledgeError> {
    let mut lessons: Vec<Lesson> =
        shipped_names().iter().map(|name| read(&shipped_files(name))).collect::<Result<_, _>>()?;
    lessons.sort_by(|a, b| (a.minutes, &a.name).cmp(&(b.minutes, &b.name)));
    Ok(lessons)
}

/// A lesson in a folder on disk.
pub fn from_folder(folder: &Path) -> Result<Lesson, KnowledgeError> {
    read(&Files::from_folder(folder)?)
}

/// The lesson of these files, or the first thing that is wrong with it.
pub fn read(files: &Files) -> Result<Lesson, KnowledgeError> {
    let label = files.label(LESSON_FILE);
    let text = files.text(LESSON_FILE).ok_or_else(|| KnowledgeError::Unreadable {
        file: label.clone(),
        reason: "the file is missing".into(),
    })?;
    let (lesson, places) = format::read(&label, text, files)?;
    if lesson.start.is_empty() {
        return Err(KnowledgeError::at(&label, 1, 1, "there is no backend under start/"));
    }
    for fixed in &lesson.fixed {
        if !lesson
            .start
            .keys()
            .any(|path| lesson.is_fixed(path) && (path == fixed || path.starts_with(fixed)))
        {
            return Err(KnowledgeError::at(&label, 1, 1, format!("fixed: there is no {fixed} under start/")));
        }
    }
    let mut tree = lesson.start.clone();
    for (step, line) in lesson.steps.iter().zip(places) {
        let wrong =
            |reason: String| KnowledgeError::at(&label, line, 1, format!("step {}: {reason}", step.id));
        if !tree.contains_key(&step.file) {
            return Err(wrong(format!("there is no {} when it begins", step.file)));
        }
        let diff = files.label(&format!("solutions/{}.diff", step.id));
        let solved = patch::apply(&tree, &step.solution).map_err(|error| match error {
            patch::PatchError::Malformed { line, reason } => {
                KnowledgeError::at(&diff, u32::try_from(line).unwrap_or(1), 1, reason)
            }
            error => KnowledgeError::at(&diff, 1, 1, error.to_string()),
        })?;
        let apart = distance(&tree, &solved);
        if apart.lines() > step.lines {
            let (has, allowed) = (apart.lines(), step.lines);
            return Err(wrong(format!("its solution changes {has} lines and `lines` allows {allowed}")));
        }
        if let Some(path) = apart.files.iter().map(|file| &file.path).find(|path| lesson.is_fixed(path)) {
            return Err(wrong(format!("its solution changes {path}, which is fixed")));
        }
        tree = solved;
    }
    Ok(lesson)
}

#[cfg(test)]
mod tests {
    use super::*;
    use pretty_assertions::assert_eq;

    /// A shipped lesson's folder on disk, with some files replaced or taken away.
    fn changed(edits: &[(&str, Option<&str>)]) -> Result<Lesson, KnowledgeError> {
        let home = tempfile::tempdir().unwrap();
        let folder = home.path().join("handler-sql");
        let mut texts = shipped_files("handler-sql").all().clone();
        for (path, text) in edits {
            match text {
                Some(text) => texts.insert((*path).to_owned(), (*text).to_owned()),
                None => texts.remove(*path),
            };
        }
        for (path, text) in &texts {
            let path = folder.join(path);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, text).unwrap();
        }
        from_folder(&folder)
    }

    fn with(from: &str, to: &str) -> String {
        let files = shipped_files("handler-sql");
        let text = files.text(LESSON_FILE).unwrap();
        assert!(text.contains(from), "{from}");
        text.replacen(from, to, 1)
    }

    fn error(edits: &[(&str, Option<&str>)]) -> String {
        let error = changed(edits).expect_err("an error").to_string();
        error.rsplit_once("handler-sql/").map(|(_, rest)| rest.to_owned()).unwrap_or(error)
    }

    #[test]
    fn every_shipped_lesson_is_whole_and_a_folder_reads_like_the_binary() {
        let lessons = shipped().unwrap();
        assert!(!lessons.is_empty());
        let on_disk = changed(&[]).unwrap();
        assert_eq!(Some(&on_disk), lessons.iter().find(|lesson| lesson.name == "handler-sql"));
    }

    #[test]
    fn what_is_wrong_is_named_with_its_place() {
        let unknown = with("language: python", "langauge: python");
        assert!(error(&[(LESSON_FILE, Some(&unknown))]).starts_with("lesson.yaml:5:"));
        let named = with("name: handler-sql", "name: other");
        assert_eq!(
            error(&[(LESSON_FILE, Some(&named))]),
            "lesson.yaml:3:7: the folder is named `handler-sql`"
        );
        let small = with("lines: 40", "lines: 2");
        assert!(error(&[(LESSON_FILE, Some(&small))]).contains("step read: its solution changes "));
        let two_right = with("text: Not at all.", "right: true\n          text: Not at all.");
        assert!(error(&[(LESSON_FILE, Some(&two_right))]).contains("of which one is right"));
        let layer = with("[service, repository]", "[attic]");
        assert!(error(&[(LESSON_FILE, Some(&layer))]).contains("`attic` is no layer"));
        assert!(error(&[("solutions/list.diff", None)]).contains("solutions/list.diff is missing"));
        let other = "--- a/app/db.py\n+++ b/app/db.py\n@@ -1 +1 @@\n-no such line\n+x\n";
        assert_eq!(
            error(&[("solutions/list.diff", Some(other))]),
            "solutions/list.diff:1:1: app/db.py, line 1: the diff expects `no such line`"
        );
    }

    #[cfg(unix)]
    #[test]
    fn a_link_in_a_lesson_is_refused() {
        let home = tempfile::tempdir().unwrap();
        std::os::unix::fs::symlink("/etc/hostname", home.path().join("lesson.yaml")).unwrap();
        assert!(from_folder(home.path()).is_err());
    }
}

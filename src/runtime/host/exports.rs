//! Reports, walkthroughs and lessons on disk.

use super::Host;
use crate::{
    domain::walkthrough::Walkthrough,
    engine::{Model, Msg, effect::ExportKind, reporting},
    knowledge::lessons::lesson_line,
    report,
    runtime::walk,
};
use std::{
    io::Write,
    os::unix::fs::OpenOptionsExt,
    path::{Path, PathBuf},
};

impl Host {
    pub(super) fn export(&self, model: &Model, what: ExportKind) {
        let document = reporting::report(model);
        let session = model.session.identity.session.clone();
        let held = if what == ExportKind::Walkthrough { walk::held(&model.session) } else { Vec::new() };
        self.spawn("export", move |worker| {
            let folder = worker.tools.dirs.state.join("exports").join(&session);
            let (name, outcome) = match what {
                ExportKind::Markdown => {
                    ("report.md", write(&folder, "report.md", &report::markdown(&document)))
                }
                ExportKind::Html => ("report.html", write(&folder, "report.html", &report::html(&document))),
                ExportKind::Walkthrough => {
                    let written = walk::walkthrough(&document, &held)
                        .and_then(|lesson| write_walkthrough(&folder, &lesson));
                    (WALKTHROUGH_TEXT, written.map(|(text, _lesson)| text))
                }
                ExportKind::Clipboard => {
                    worker.send(Msg::CopyReport(report::markdown(&document)));
                    return;
                }
            };
            worker.send(Msg::Exported {
                what: name.to_owned(),
                outcome: outcome.map(|path| path.display().to_string()).map_err(|error| error.to_string()),
            });
        });
    }

    pub(super) fn save_lesson(&self, model: &Model, text: &str) {
        let line = lesson_of(model, text);
        self.spawn("lesson", move |worker| {
            let path = worker.tools.dirs.config.join("lessons.md");
            match keep_lesson(&path, &line) {
                Ok(()) => {
                    worker.send(Msg::Lesson(line.trim_end().to_owned()));
                    worker.send(Msg::Exported {
                        what: "lesson".into(),
                        outcome: Ok(path.display().to_string()),
                    });
                }
                Err(error) => {
                    worker.send(Msg::Exported { what: "lesson".into(), outcome: Err(error.to_string()) });
                }
            }
        });
    }
}

/// A lesson of this session as a line: today, the kind of task, the text.
pub(super) fn lesson_of(model: &Model, text: &str) -> String {
    let kind = model.session.work.task.as_ref().map_or("other", |task| task.reading.intent.name());
    let date = super::super::clock::clock_date(model.now);
    lesson_line(&date, &[kind.to_owned()], text.trim())
}

/// Adds a line to the user's own lessons. A last line without an end is ended first.
fn keep_lesson(path: &Path, line: &str) -> std::io::Result<()> {
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder)?;
    }
    let open_end = match std::fs::read(path) {
        Ok(bytes) => bytes.last().is_some_and(|last| *last != b'\n'),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => false,
        Err(error) => return Err(error),
    };
    let mut file = std::fs::OpenOptions::new().create(true).append(true).mode(0o600).open(path)?;
    file.write_all(if open_end { b"\n" } else { b"" })?;
    file.write_all(line.as_bytes())
}

/// The walkthrough to read.
pub const WALKTHROUGH_TEXT: &str = "walkthrough.md";
/// The lesson to step through.
pub const WALKTHROUGH_LESSON: &str = "walkthrough.lesson.json";

/// Writes a walkthrough as Markdown and as a lesson; the folder is made when it is missing.
/// Returns both paths.
pub fn write_walkthrough(folder: &Path, lesson: &Walkthrough) -> std::io::Result<(PathBuf, PathBuf)> {
    let json = report::walkthrough_json(lesson).map_err(std::io::Error::other)?;
    let text = write(folder, WALKTHROUGH_TEXT, &report::walkthrough(lesson))?;
    Ok((text, write(folder, WALKTHROUGH_LESSON, &json)?))
}

/// Writes a file of ours, readable by the user only.
fn write(folder: &Path, name: &str, text: &str) -> std::io::Result<PathBuf> {
    std::fs::create_dir_all(folder)?;
    let mut file = tempfile::NamedTempFile::new_in(folder)?;
    file.write_all(text.as_bytes())?;
    file.as_file().sync_all()?;
    let path = folder.join(name);
    file.persist(&path).map_err(|error| error.error)?;
    Ok(path)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::knowledge::{Knowledge, lessons::lesson_line};

    #[test]
    fn a_kept_lesson_is_offered_again_for_the_same_kind_of_task() {
        let folder = tempfile::tempdir().expect("temporary folder");
        let path = folder.path().join("new").join("lessons.md");
        let kind = |name: &str| vec![name.to_owned()];
        keep_lesson(&path, &lesson_line("2026-11-22", &kind("repair"), "Move the test first."))
            .expect("kept");
        std::fs::OpenOptions::new()
            .append(true)
            .open(&path)
            .and_then(|mut file| file.write_all(b"- my own note"))
            .expect("the user writes too");
        keep_lesson(&path, &lesson_line("2026-11-23", &kind("migration"), "Add, then fill.")).expect("kept");
        let text = std::fs::read_to_string(&path).expect("text");
        assert_eq!(
            text,
            "- 2026-11-22 [repair] Move the test first.\n- my own note\n- 2026-11-23 [migration] Add, then fill.\n"
        );
        let folders = [path.parent().expect("parent").to_path_buf()];
        let knowledge = Knowledge::load(&folders).expect("reads back");
        let texts = |intent| -> Vec<String> {
            knowledge.lessons_for(intent).iter().map(|lesson| lesson.text.clone()).collect()
        };
        assert_eq!(texts(crate::domain::task::Intent::Repair), ["Move the test first.", "my own note"]);
        assert_eq!(texts(crate::domain::task::Intent::Endpoint), ["my own note"]);
    }
}

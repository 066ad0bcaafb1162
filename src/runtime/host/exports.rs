//! Reports, walkthroughs and lessons on disk.

use super::Host;
use crate::{
    engine::{Model, Msg, effect::ExportKind, reporting},
    report,
};
use std::{io::Write, os::unix::fs::OpenOptionsExt, path::PathBuf};

impl Host {
    pub(super) fn export(&self, model: &Model, what: ExportKind) {
        let document = reporting::report(model);
        let session = model.session.identity.session.clone();
        self.spawn("export", move |worker| {
            let folder = worker.tools.dirs.state.join("exports").join(&session);
            let (name, text) = match what {
                ExportKind::Markdown => ("report.md", report::markdown(&document)),
                ExportKind::Html => ("report.html", report::html(&document)),
                ExportKind::Walkthrough => ("walkthrough.md", report::walkthrough(&document)),
                ExportKind::Clipboard => {
                    worker.send(Msg::CopyReport(report::markdown(&document)));
                    return;
                }
            };
            let outcome = write(&folder, name, &text).map(|path| path.display().to_string());
            worker.send(Msg::Exported {
                what: name.to_owned(),
                outcome: outcome.map_err(|error| error.to_string()),
            });
        });
    }

    pub(super) fn save_lesson(&self, model: &Model, line: &str) {
        let kind = model.session.work.task.as_ref().map_or("other", |task| task.reading.intent.name());
        let date = super::super::clock::clock_date(model.now);
        let line = crate::knowledge::lessons::lesson_line(&date, &[kind.to_owned()], line.trim());
        self.spawn("lesson", move |worker| {
            let path = worker.tools.dirs.config.join("lessons.md");
            let written = std::fs::create_dir_all(&worker.tools.dirs.config).and_then(|()| {
                let mut file =
                    std::fs::OpenOptions::new().create(true).append(true).mode(0o600).open(&path)?;
                writeln!(file, "{line}")
            });
            match written {
                Ok(()) => {
                    worker.send(Msg::Lesson(line));
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

/// Writes a file of ours, readable by the user only.
fn write(folder: &std::path::Path, name: &str, text: &str) -> std::io::Result<PathBuf> {
    std::fs::create_dir_all(folder)?;
    let mut file = tempfile::NamedTempFile::new_in(folder)?;
    file.write_all(text.as_bytes())?;
    file.as_file().sync_all()?;
    let path = folder.join(name);
    file.persist(&path).map_err(|error| error.error)?;
    Ok(path)
}

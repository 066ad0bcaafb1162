//! `proscenium learn check FOLDER`: what the author of a lesson asks before a learner does.

use super::{args::TextOrJson, failure::Failure, output};
use crate::{
    knowledge::course,
    runtime::{
        Dirs,
        learn::checkup::{Checkup, RunTests, checkup},
        open::OpenError,
    },
};
use std::{fmt::Write as _, path::Path, process::ExitCode};

/// Checks the folder; 1 when the lesson does not keep what it promises.
pub(super) fn run(folder: &Path, run: RunTests, format: TextOrJson) -> Result<ExitCode, Failure> {
    let lesson = course::from_folder(folder)
        .map_err(|error| Failure::user(error, "docs/lessons.md says what a lesson's folder holds"))?;
    let dirs = Dirs::from_env().map_err(OpenError::from)?;
    let found = checkup(&lesson, &dirs, run)
        .map_err(|error| Failure::blocked(error, "the lesson was not checked"))?;
    match format {
        TextOrJson::Text => output::print(&text(&found, run))?,
        TextOrJson::Json => output::print_json(&found)?,
    }
    Ok(ExitCode::from(u8::from(!found.problems.is_empty())))
}

fn text(found: &Checkup, run: RunTests) -> String {
    let mut text = String::new();
    for step in &found.steps {
        let _infallible = writeln!(
            text,
            "  {:<16} {} of {} lines, tests {}",
            step.id, step.lines, step.allowed, step.tests
        );
    }
    for problem in &found.problems {
        let _infallible = writeln!(text, "  ✗ {problem}");
    }
    let end = match (found.problems.len(), run) {
        (0, RunTests::Yes) => "its start fails every step and its solutions pass".into(),
        (0, RunTests::No) => "rules and sizes are right; --run runs the lesson's own command too".into(),
        (1, _) => "1 problem".into(),
        (many, _) => format!("{many} problems"),
    };
    let _infallible = writeln!(text, "{}: {end}", found.lesson);
    text
}

//! Checks what must be there before a command can say anything.
//!
//! A missing tool or path that the command itself names as its condition means *not run*;
//! a missing variable means *blocked*: the command would run and fail for a reason that
//! has nothing to do with the change.

use super::{
    child::{Child, Look, Start},
    program,
};
use crate::{
    domain::command::{CommandSpec, Ending, Requirement},
    ports::verifier::{Cancel, RunPlace},
};
use nix::sys::signal::Signal;
use std::{
    ffi::OsStr,
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

const IMPORT_TIME: Duration = Duration::from_secs(20);

/// The first requirement that is not met, as the ending of a command that never ran.
pub(super) fn unmet(spec: &CommandSpec, place: &RunPlace, folder: &Path, cancel: &Cancel) -> Option<Ending> {
    spec.needs.iter().find_map(|need| match need {
        Requirement::Program(name) => program::find(name, folder, &place.env)
            .err()
            .map(|error| Ending::NotRun { reason: error.to_string() }),
        Requirement::PythonModule(name) => {
            let found = imports(name, spec, place, folder, cancel);
            (!found).then(|| Ending::Blocked { reason: format!("{name} is not installed") })
        }
        Requirement::Variable(name) => {
            let set = place.env.get(OsStr::new(name)).is_some_and(|value| !value.is_empty());
            (!set).then(|| Ending::Blocked { reason: format!("{name} is not set ({})", spec.from) })
        }
        Requirement::Path(path) => {
            let there = place.root.join(path).symlink_metadata().is_ok();
            (!there).then(|| Ending::Blocked { reason: format!("{path} is not there") })
        }
    })
}

/// Whether the interpreter that the command would use finds a module.
fn imports(name: &str, spec: &CommandSpec, place: &RunPlace, folder: &Path, cancel: &Cancel) -> bool {
    let is_name = !name.is_empty()
        && name.split('.').all(|part| {
            part.chars().next().is_some_and(|c| c.is_alphabetic() || c == '_')
                && part.chars().all(|c| c.is_alphanumeric() || c == '_')
        });
    let Some(python) = interpreter(spec, place, folder) else { return false };
    if !is_name {
        return false;
    }
    let arguments = ["-c".to_owned(), format!("import {name}")];
    // It is alone and short; without a guard it dies with us all the same.
    let start = Start { program: &python, arguments: &arguments, folder, env: &place.env, guard: None };
    let Ok((mut child, pipe)) = Child::start(&start) else { return false };
    // What it prints is of no interest; without a reader it cannot fill the pipe and wait.
    drop(pipe);
    let started_at = Instant::now();
    while child.look() != Look::Ended {
        if started_at.elapsed() > IMPORT_TIME || cancel.is_asked() {
            child.signal(Signal::SIGKILL);
        }
        std::thread::sleep(Duration::from_millis(5));
    }
    child.signal(Signal::SIGKILL);
    child.reap().is_ok_and(|status| status.success())
}

/// The interpreter beside the command's program (a virtual environment), else the first on the path.
fn interpreter(spec: &CommandSpec, place: &RunPlace, folder: &Path) -> Option<PathBuf> {
    let named = spec.argv.first().and_then(|name| program::find(name, folder, &place.env).ok());
    let is_python =
        |path: &Path| path.file_name().and_then(OsStr::to_str).is_some_and(|name| name.starts_with("python"));
    if let Some(path) = &named {
        if is_python(path) {
            return named;
        }
        let sibling = path.parent()?.join("python3");
        if sibling.is_file() {
            return Some(sibling);
        }
    }
    program::find("python3", folder, &place.env).ok()
}

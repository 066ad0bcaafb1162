//! `proscenium stack`: what the backend is built with, and the files that say so.

use super::{
    apply::{self, Committed, Together},
    args::{StackCheckArgs, StackCommand, StackSetArgs, StackShowArgs, TextOrJson},
    failure::Failure,
    output,
    subject::{Cache, Subject, open_source},
};
use crate::{
    analysis::stackfile::{self, PATHS, Problem, ProblemLevel},
    domain::{
        map::Service,
        safe,
        stack::{Stack, StackKey},
    },
    knowledge::stack_set,
    report::{self, PatchFile},
    runtime::checking,
};
use serde::Serialize;
use std::{
    fs::File,
    io::Read,
    os::unix::fs::OpenOptionsExt,
    path::{Path, PathBuf},
    process::ExitCode,
};

/// A larger stack file was not written by people.
const LIMIT_BYTES: u64 = 1024 * 1024;
const NO_STACK: &str = "no backend stack was found here";

/// Does what the subcommand says.
pub fn run(command: &StackCommand) -> Result<ExitCode, Failure> {
    match command {
        StackCommand::Show(args) => show(args),
        StackCommand::Set(args) => set(args),
        StackCommand::Check(args) => check(args),
    }
}

/// The object of `stack show --format json`.
#[derive(Serialize)]
struct Shown<'a> {
    schema_version: u32,
    root: &'a str,
    stack: &'a Stack,
    services: &'a [Service],
    /// Where `stack.yaml` and the project files disagree.
    notices: Vec<String>,
}

fn show(args: &StackShowArgs) -> Result<ExitCode, Failure> {
    let subject = Subject::open(&args.path)?;
    let files = open_source(&subject.on_disk())?;
    let map = subject.map_files(files.as_ref())?;
    let mut notices: Vec<String> = Vec::new();
    if let Some((file, problems)) = stackfile::find(files.as_ref()) {
        let mut stack = map.stack.clone();
        notices.extend(problems.iter().map(ToString::to_string));
        notices.extend(stackfile::apply(&mut stack, &file).iter().map(ToString::to_string));
        notices.dedup();
    }
    if args.format == TextOrJson::Json {
        output::print_json(&Shown {
            schema_version: 1,
            root: ".",
            stack: &map.stack,
            services: &map.services,
            notices,
        })?;
        return Ok(ExitCode::SUCCESS);
    }
    let paint = output::paint();
    let text = match map.services.as_slice() {
        [] | [_] => report::stack_text(&map.stack, 0, paint),
        services => services
            .iter()
            .map(|service| {
                format!("{}\n{}", safe::clean(&service.root), report::stack_text(&service.stack, 2, paint))
            })
            .collect(),
    };
    output::print(&text)?;
    for notice in notices {
        output::say(&format!("note: {}", safe::clean(&notice)));
    }
    Ok(ExitCode::SUCCESS)
}

fn set(args: &StackSetArgs) -> Result<ExitCode, Failure> {
    let subject = Subject::open(&args.path)?;
    let committed = if args.apply { Some(Committed::open(&subject)?) } else { None };
    let source = committed.as_ref().map_or_else(|| subject.on_disk(), |committed| committed.source.clone());
    let files = open_source(&source)?;
    let map = subject.scan_files(files.as_ref(), Cache::Use)?;
    let found = checking::find(&subject.root, files.as_ref(), &map.services, &[])
        .map_err(|error| Failure::user(error, ""))?;
    let read = |path: &str| files.text(path).ok();
    let texts = stack_set::stack_files(&subject.knowledge, &map, &found.commands, &read);
    if texts.is_empty() || map.stack.name(StackKey::Language).is_none() {
        return Err(Failure::user(NO_STACK, "name the folder that holds the backend's project file"));
    }
    let changed: Vec<PatchFile> = texts
        .into_iter()
        .map(|(path, text)| PatchFile { old: read(&path), new: Some(text), path })
        .filter(|file| file.old != file.new)
        .collect();
    match committed {
        Some(committed) => apply::tell(&committed.write(&changed, Together::AllOrNone)?),
        None => output::print(&report::patch(&changed))?,
    }
    if changed.is_empty() {
        output::say("stack/ says all of it already");
    }
    Ok(ExitCode::SUCCESS)
}

fn check(args: &StackCheckArgs) -> Result<ExitCode, Failure> {
    let path = stack_file(&args.path)?;
    let shown = path.to_string_lossy().into_owned();
    let bytes = read_regular(&path)?;
    let problems = match std::str::from_utf8(&bytes) {
        Ok(text) => stackfile::parse(&shown, text).1,
        Err(error) => vec![not_utf8(&shown, &bytes, error.valid_up_to())],
    };
    let mut text = String::new();
    for problem in &problems {
        let level = match problem.level {
            ProblemLevel::Error => "error",
            ProblemLevel::Notice => "notice",
        };
        let line =
            format!("{}:{}:{}: {level}: {}", problem.path, problem.line, problem.column, problem.message);
        text.push_str(&safe::clean(&line));
        text.push('\n');
    }
    output::print(&text)?;
    let errors = problems.iter().filter(|problem| problem.level == ProblemLevel::Error).count();
    output::say(&match errors {
        0 => format!("{} fits its schema", safe::clean(&shown)),
        1 => "1 error".to_owned(),
        errors => format!("{errors} errors"),
    });
    Ok(ExitCode::from(u8::from(errors > 0)))
}

/// The file itself, or the first of a folder's possible places.
fn stack_file(path: &Path) -> Result<PathBuf, Failure> {
    if !path.is_dir() {
        return Ok(path.to_path_buf());
    }
    let found = PATHS
        .into_iter()
        .map(|name| if path == Path::new(".") { name.into() } else { path.join(name) })
        .find(|file| file.symlink_metadata().is_ok());
    found.ok_or_else(|| {
        Failure::user(
            format!("{} has no stack/stack.yaml", path.display()),
            "`proscenium stack set` shows the one it would write",
        )
    })
}

/// Reads without following a link and without waiting for a writer of a pipe.
fn read_regular(path: &Path) -> Result<Vec<u8>, Failure> {
    const HINT: &str = "stack.yaml is a regular file of at most 1 MiB";
    let failed = |error: &dyn std::fmt::Display| Failure::user(format!("{}: {error}", path.display()), HINT);
    let flags = nix::fcntl::OFlag::O_NOFOLLOW | nix::fcntl::OFlag::O_NONBLOCK;
    let file =
        File::options().read(true).custom_flags(flags.bits()).open(path).map_err(|error| failed(&error))?;
    let metadata = file.metadata().map_err(|error| failed(&error))?;
    if !metadata.is_file() {
        return Err(failed(&"not a regular file"));
    }
    let mut bytes = Vec::new();
    file.take(LIMIT_BYTES + 1).read_to_end(&mut bytes).map_err(|error| failed(&error))?;
    if bytes.len() as u64 > LIMIT_BYTES {
        return Err(failed(&"larger than 1 MiB"));
    }
    Ok(bytes)
}

/// The problem at the first byte that is not text.
fn not_utf8(path: &str, bytes: &[u8], at: usize) -> Problem {
    let before = bytes.get(..at).unwrap_or_default();
    let line = before.iter().filter(|byte| **byte == b'\n').count() + 1;
    let last = before.rsplit(|byte| *byte == b'\n').next().unwrap_or_default();
    let column = String::from_utf8_lossy(last).chars().count() + 1;
    let number = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
    Problem {
        path: path.to_owned(),
        line: number(line),
        column: number(column),
        message: "not UTF-8".into(),
        level: ProblemLevel::Error,
    }
}

//! `proscenium sessions replay`: a session stepped through, on the screen, line by line,
//! or as the list of its events.

use super::{
    args::{ScreenArgs, SessionReplayArgs},
    assistant,
    failure::Failure,
    lesson_check, session_walk,
};
use crate::{
    analysis::{anchors::Resolver, source},
    domain::walkthrough::Walkthrough,
    engine::tour::{Standing, Tour},
    keys::KeyTable,
    linear::{self, Echo, LinearError},
    ports::Source,
    runtime::{Config, Dirs, lines::Answers, open::OpenError, replay, walk},
};
use std::{
    io::{BufReader, IsTerminal, stdin, stdout},
    path::{Path, PathBuf},
    process::ExitCode,
    sync::Arc,
};

/// Whether somebody steps through it: there is a terminal to do so, or it was asked for.
pub(super) fn is_stepped(args: &SessionReplayArgs) -> bool {
    !args.events && (args.linear || assistant::has_screen() || is_lesson(&args.id))
}

/// Steps through a session, or through the lesson file that was made of one.
pub(super) fn run(dirs: &Dirs, args: &SessionReplayArgs) -> Result<ExitCode, Failure> {
    // What is in no commit stands nowhere, and that says nothing about the lesson.
    let mut is_there = true;
    let (lesson, root) = if is_lesson(&args.id) {
        let root = args.path.clone().unwrap_or_else(|| PathBuf::from("."));
        (lesson_check::read(Path::new(&args.id))?, root)
    } else {
        let (session, lesson) = session_walk::lesson(dirs, &args.id)?;
        is_there = session.is_committed();
        (lesson, args.path.clone().unwrap_or_else(|| PathBuf::from(session.identity.root)))
    };
    if lesson.steps.is_empty() {
        return Err(Failure::user(
            "the session has no hunk to step through",
            "`--events` lists what happened in it",
        ));
    }
    let config = Config::load(&dirs.config).map_err(OpenError::from)?;
    let standings = if is_there { standings(&lesson, &root)? } else { Vec::new() };
    if args.linear || !assistant::has_screen() {
        return line_by_line(lesson, standings);
    }
    let keys = KeyTable::with_overrides(&config.keys).map_err(OpenError::from)?;
    let tour = Tour::new(lesson, standings, Arc::new(keys));
    let screen = ScreenArgs { linear: false, theme: args.theme.clone(), learn: false, present: false };
    let mut look = assistant::look(&screen, &config)?;
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(1)
        .enable_all()
        .build()
        .map_err(Failure::bug)?;
    let ended = runtime.block_on(replay::run(tour, &mut look)).map_err(Failure::bug)?;
    runtime.shutdown_timeout(std::time::Duration::from_millis(200));
    Ok(ended.map_or(ExitCode::SUCCESS, |number| ExitCode::from(u8::try_from(128 + number).unwrap_or(255))))
}

fn line_by_line(lesson: Walkthrough, standings: Vec<Vec<Standing>>) -> Result<ExitCode, Failure> {
    let echo = if stdin().is_terminal() { Echo::No } else { Echo::Yes };
    let mut answers = Answers::new(BufReader::new(stdin()), echo).map_err(Failure::bug)?;
    let keys = KeyTable::shipped().map_err(OpenError::from)?;
    let mut tour = Tour::new(lesson, standings, Arc::new(keys));
    linear::tour(&mut tour, || answers.next_blocking(), echo, stdout()).map_err(|error| match error {
        LinearError::Output(_) | LinearError::Input(_) => Failure::blocked(error, ""),
        LinearError::NoAnswer | LinearError::Loop(_) => Failure::bug(error),
    })?;
    Ok(ExitCode::SUCCESS)
}

/// A file is a lesson; an id of a session is none.
fn is_lesson(id: &str) -> bool {
    Path::new(id).is_file()
}

/// Where the anchors stand in the repository; nothing where there is none.
fn standings(lesson: &Walkthrough, root: &Path) -> Result<Vec<Vec<Standing>>, Failure> {
    if !root.is_dir() {
        return Ok(Vec::new());
    }
    let files = source::open(&Source::Directory { root: root.to_path_buf() }).map_err(OpenError::from)?;
    let resolve = || {
        let mut resolver = Resolver::new(files.as_ref());
        let mut all = Vec::new();
        for step in &lesson.steps {
            let of_step = step.anchors.iter().map(|anchor| Standing {
                title: anchor.symbol.clone(),
                place: resolver.resolve(anchor).map(|found| found.place).map_err(|why| why.to_string()),
            });
            all.push(of_step.collect());
        }
        all
    };
    walk::deep(resolve).map_err(Failure::bug)
}

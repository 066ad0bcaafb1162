//! `proscenium [PATH]`: the assistant, on the screen or line by line.

use super::{
    args::{AssistantArgs, PairArgs, ScreenArgs},
    failure::Failure,
};
use crate::{
    domain::event::Exit,
    linear::{self, Echo, LinearError},
    runtime::{
        app::{self, Ended},
        config::Config,
        lines::{self, Answers},
        look::Look,
        open::{self, Pair, Request},
        terminal,
    },
    ui::{Background, Depth, Symbols, Theme, ThemeChoice, ThemeName, detect_depth},
};
use nix::sys::stat::{SFlag, fstat, stat};
use std::{
    io::{BufReader, IsTerminal, Write, stdin, stdout},
    process::ExitCode,
};

/// Opens the assistant on a repository.
pub fn run(args: &AssistantArgs) -> Result<ExitCode, Failure> {
    let request = Request {
        path: args.path.clone(),
        demo: None,
        resume: args.resume.clone(),
        fresh: args.new,
        pair: pair(&args.pair),
    };
    session(request, &args.screen)
}

/// Who is at the terminal.
pub(super) fn pair(args: &PairArgs) -> Pair {
    Pair {
        driver: args.driver.clone().unwrap_or_default(),
        navigator: args.navigator.clone().unwrap_or_default(),
        two_approvals: args.two_approvals,
    }
}

/// Runs sessions on one repository until the user leaves.
pub(super) fn session(mut request: Request, screen: &ScreenArgs) -> Result<ExitCode, Failure> {
    if screen.linear || !has_screen() {
        return line_by_line(request, screen.present);
    }
    let mut kept = None;
    loop {
        let mut opened = open::open(&request)?;
        opened.model.options.learn |= screen.learn;
        opened.model.options.present |= screen.present;
        let mut look = match kept.take() {
            Some(look) => look,
            None => look(screen, &opened.host.tools.config)?,
        };
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(2)
            .enable_all()
            .build()
            .map_err(Failure::bug)?;
        let (ended, resume, model) = runtime.block_on(app::run(opened, &mut look)).map_err(Failure::bug)?;
        runtime.shutdown_timeout(std::time::Duration::from_millis(200));
        kept = Some(look);
        for panic in terminal::worker_panics() {
            let text = format!("internal error, the session went on: {panic}");
            let _closed = writeln!(std::io::stderr(), "{}", crate::ui::safe::clean(&text));
        }
        match ended {
            Ended::Again { resume: wanted } => {
                request.fresh = !wanted;
                request.resume = if wanted { resume } else { None };
            }
            Ended::Quit => {
                farewell(&model);
                return Ok(status(model.session.closing.exit));
            }
            Ended::Signal(number) => {
                return Ok(ExitCode::from(u8::try_from(128 + number).unwrap_or(255)));
            }
        }
    }
}

/// Runs sessions as numbered lines, with answers from standard input.
fn line_by_line(mut request: Request, present: bool) -> Result<ExitCode, Failure> {
    if is_empty_input() {
        return Err(no_input("standard input is empty"));
    }
    let echo = if stdin().is_terminal() { Echo::No } else { Echo::Yes };
    let mut answers = Answers::new(BufReader::new(stdin()), echo).map_err(Failure::bug)?;
    loop {
        let mut opened = open::open(&request)?;
        opened.model.options.present |= present;
        match lines::run(opened, &mut answers, stdout()) {
            Ok(linear::Ended::Left { exit }) => return Ok(status(exit)),
            Ok(linear::Ended::Again { resume }) => {
                request.fresh = resume.is_none();
                request.resume = resume;
            }
            Ok(linear::Ended::Signal(number)) => {
                return Ok(ExitCode::from(u8::try_from(128 + number).unwrap_or(255)));
            }
            Err(error @ LinearError::NoAnswer) => return Err(no_input(error)),
            Err(error @ (LinearError::Output(_) | LinearError::Input(_))) => {
                return Err(Failure::blocked(error, "the session is kept"));
            }
            Err(error @ LinearError::Loop(_)) => return Err(Failure::bug(error)),
        }
    }
}

pub(super) fn no_input(reason: impl std::fmt::Display) -> Failure {
    Failure::user(
        format!("there is no terminal to draw on and no answer to read: {reason}"),
        "run it in a terminal, or give it answers: proscenium --linear < answers.txt",
    )
}

/// Whether standard input can never give an answer: the null device (also what a closed
/// input becomes) or an empty file. A pipe may still speak.
pub(super) fn is_empty_input() -> bool {
    let Ok(found) = fstat(stdin()) else { return true };
    let kind = SFlag::from_bits_truncate(found.st_mode) & SFlag::S_IFMT;
    if kind == SFlag::S_IFREG {
        return found.st_size == 0;
    }
    kind == SFlag::S_IFCHR && stat("/dev/null").is_ok_and(|null| null.st_rdev == found.st_rdev)
}

/// The exit status of product.md for how the work ended.
fn status(exit: Option<Exit>) -> ExitCode {
    match exit {
        Some(Exit::Partial) => ExitCode::from(1),
        Some(Exit::Success) | None => ExitCode::SUCCESS,
    }
}

/// One or two lines after the screen is gone: what was left, and how to come back.
fn farewell(model: &crate::engine::Model) {
    let mut out = stdout();
    let text = match model.session.closing.commits.last() {
        Some(commit) => format!(
            "Committed {} on {}. Nothing was pushed.",
            crate::engine::classify::short(&commit.id),
            model.session.identity.branch
        ),
        None if model.session.work.task.is_some() => {
            format!("The session is kept. `proscenium {}` brings you back.", model.session.identity.root)
        }
        None => return,
    };
    let _closed_pipe = writeln!(out, "{}", crate::ui::safe::clean(&text));
}

/// How the screen looks, as far as it can be known without asking the terminal.
pub(super) fn look(screen: &ScreenArgs, config: &Config) -> Result<Look, Failure> {
    let variable = |name: &str| std::env::var(name).ok();
    let named = screen.theme.as_deref().unwrap_or(&config.theme);
    let depth = detect_depth(variable);
    // Without colours there is nothing to choose, and these terminals know no such question:
    // they would print it, or answer for another one.
    let term = variable("TERM").unwrap_or_default();
    let can_answer =
        depth != Depth::Mono && !["linux", "screen", "Eterm"].iter().any(|mute| term.starts_with(mute));
    let (theme, if_light) = match named {
        "" if can_answer => (built_in(ThemeName::Dark, depth), Some(built_in(ThemeName::Light, depth))),
        "" => (built_in(ThemeName::default(), depth), None),
        name => (theme(name, depth)?, None),
    };
    let symbols = symbols(&config.symbols)?;
    let ambiguous = (config.symbols.is_empty() && symbols == Symbols::Unicode)
        .then(|| Symbols::ambiguous(variable))
        .flatten();
    Ok(Look { theme, if_light, symbols, ambiguous, mouse: config.mouse })
}

fn built_in(name: ThemeName, depth: Depth) -> Theme {
    Theme::builtin(ThemeChoice { name, depth, background: Background::default() })
}

/// A theme by its name, or the path of its file.
fn theme(name: &str, depth: Depth) -> Result<Theme, Failure> {
    if let Some(name) = ThemeName::from_name(name) {
        return Ok(built_in(name, depth));
    }
    let wrong = |error: &dyn std::fmt::Display| {
        let hint = "themes are dark, light, contrast, mono, or the path of a theme file";
        Failure::user(format!("theme {name}: {error}"), hint)
    };
    let text = std::fs::read_to_string(name).map_err(|error| wrong(&error))?;
    Theme::from_toml(&text, depth, Background::default()).map_err(|error| wrong(&error))
}

fn symbols(configured: &str) -> Result<Symbols, Failure> {
    match configured {
        "" => Ok(Symbols::for_locale(|name| std::env::var(name).ok())),
        "unicode" => Ok(Symbols::Unicode),
        "ascii" => Ok(Symbols::Ascii),
        other => Err(Failure::user(
            format!("symbols = \"{other}\" in config.toml"),
            "write \"unicode\" or \"ascii\"",
        )),
    }
}

/// Whether there is a terminal to draw on.
pub(super) fn has_screen() -> bool {
    stdout().is_terminal()
        && stdin().is_terminal()
        && std::env::var_os("TERM").is_some_and(|term| term != "dumb" && !term.is_empty())
}

//! `proscenium doctor`: what this machine has, what is missing, and what that means.
//!
//! Looks and runs nothing: a program that is asked for its version could be anything.

use super::{failure::Failure, output};
use crate::{
    domain::safe,
    keys::KeyTable,
    knowledge::{Knowledge, packs::Packs},
    report::{Paint, Tone},
    runtime::{Config, Dirs, external},
};
use std::{
    ffi::OsStr,
    fmt::Write,
    io::IsTerminal,
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
    process::ExitCode,
};

/// How much a missing thing matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    Good,
    /// Something works less well, or not for some backends.
    Note,
    /// The program cannot do its work.
    Wrong,
}

/// One line of the list.
struct Check {
    state: State,
    name: &'static str,
    found: String,
    /// What it means; empty when all is well.
    meaning: &'static str,
}

/// Lists everything; status 3 when something stands in the way.
pub fn run() -> Result<ExitCode, Failure> {
    let mut checks = programs();
    checks.extend(terminal());
    checks.extend(folders());
    let paint = output::paint();
    let mut text = String::new();
    for check in &checks {
        let (tone, word) = match check.state {
            State::Good => (Tone::Good, "ok     "),
            State::Note => (Tone::Warning, "note   "),
            State::Wrong => (Tone::Bad, "wrong  "),
        };
        let _infallible =
            writeln!(text, "{}{:<14}  {}", paint.tone(tone, word), check.name, safe::clean(&check.found));
        if !check.meaning.is_empty() {
            let _infallible = writeln!(text, "{:23}{}", "", faint(paint, check.meaning));
        }
    }
    let wrong = checks.iter().filter(|check| check.state == State::Wrong).count();
    let notes = checks.iter().filter(|check| check.state == State::Note).count();
    let _infallible = match (wrong, notes) {
        (0, 0) => writeln!(text, "\nnothing is missing"),
        (0, _) => writeln!(text, "\nready, with {notes} to know about"),
        (_, _) => writeln!(text, "\n{wrong} to mend first"),
    };
    output::print(&text)?;
    Ok(ExitCode::from(if wrong > 0 { 3 } else { 0 }))
}

fn faint(paint: Paint, text: &str) -> String {
    paint.tone(Tone::Faint, text)
}

fn programs() -> Vec<Check> {
    const PROGRAMS: [(&str, &str); 5] = [
        ("git", "scans, sessions and commits work without it; hooks that call git do not"),
        ("python3", "the demo and the checks of Python backends are `not run`"),
        ("node", "the checks of JavaScript and TypeScript backends are `blocked`"),
        ("cargo", "the checks of Rust backends are `blocked`"),
        ("sh", "git hooks cannot run; commits in repositories with hooks are refused"),
    ];
    PROGRAMS
        .into_iter()
        .map(|(name, meaning)| match on_path(OsStr::new(name)) {
            Some(path) => {
                Check { state: State::Good, name, found: path.to_string_lossy().into_owned(), meaning: "" }
            }
            None => Check { state: State::Note, name, found: "not found on PATH".into(), meaning },
        })
        .collect()
}

/// The first executable file of that name in an absolute entry of PATH. Relative entries
/// would find programs of the repository that the user stands in.
fn on_path(name: &OsStr) -> Option<PathBuf> {
    let is_program = |path: &Path| {
        path.metadata().is_ok_and(|metadata| metadata.is_file() && metadata.permissions().mode() & 0o111 != 0)
    };
    let path = std::env::var_os("PATH")?;
    std::env::split_paths(&path)
        .filter(|folder| folder.is_absolute())
        .map(|folder| folder.join(name))
        .find(|candidate| is_program(candidate))
}

fn terminal() -> Vec<Check> {
    let configured = Dirs::from_env().ok().and_then(|dirs| Config::load(&dirs.config).ok());
    let editor = external::editor_command(&configured.map(|config| config.editor).unwrap_or_default());
    let program = editor.first().cloned().unwrap_or_default();
    let has_editor = if Path::new(&program).is_absolute() {
        Path::new(&program).is_file()
    } else {
        on_path(&program).is_some()
    };
    let editor = Check {
        state: if has_editor { State::Good } else { State::Note },
        name: "editor",
        found: program.to_string_lossy().into_owned(),
        meaning: if has_editor { "" } else { "not found; set EDITOR, or edit in the built-in editor" },
    };
    let term = std::env::var("TERM").unwrap_or_default();
    let can_draw = std::io::stdout().is_terminal() && std::io::stdin().is_terminal();
    let dumb = term.is_empty() || term == "dumb";
    let terminal = Check {
        state: if can_draw && !dumb { State::Good } else { State::Note },
        name: "terminal",
        found: if term.is_empty() { "TERM is not set".into() } else { term },
        meaning: match (can_draw, dumb) {
            (true, false) => "",
            (true, true) => "it cannot draw; the assistant uses --linear",
            (false, _) => "input or output is no terminal; the assistant uses --linear",
        },
    };
    let locale = ["LC_ALL", "LC_CTYPE", "LANG"]
        .into_iter()
        .filter_map(|name| std::env::var(name).ok())
        .find(|value| !value.is_empty())
        .unwrap_or_default();
    let is_utf8 = locale.to_lowercase().replace('-', "").contains("utf8");
    let locale = Check {
        state: if is_utf8 { State::Good } else { State::Note },
        name: "locale",
        found: if locale.is_empty() { "not set".into() } else { locale },
        meaning: if is_utf8 { "" } else { "not UTF-8: the screen uses plain ASCII signs" },
    };
    vec![editor, terminal, locale]
}

fn folders() -> Vec<Check> {
    let dirs = match Dirs::from_env() {
        Ok(dirs) => dirs,
        Err(error) => {
            return vec![Check {
                state: State::Wrong,
                name: "folders",
                found: error.to_string(),
                meaning: "sessions cannot be kept",
            }];
        }
    };
    let mut checks: Vec<Check> = [
        ("configuration", &dirs.config, "settings and own rules cannot be read"),
        ("state", &dirs.state, "sessions and trust cannot be kept"),
        ("cache", &dirs.cache, "clean copies for checks cannot be made"),
    ]
    .into_iter()
    .map(|(name, path, meaning)| folder(name, path, meaning))
    .collect();
    checks.push(check_config(&dirs));
    let packs = Packs::built_in().and_then(|mut packs| {
        let own = dirs.config.join("packs");
        if own.is_dir() { packs.add_folder(&own).map(|_| ()) } else { Ok(()) }
    });
    checks.push(outcome("packs", packs, "no backend can be scanned until it is corrected"));
    let own: Vec<PathBuf> = [dirs.config.clone()].into_iter().filter(|path| path.is_dir()).collect();
    let knowledge = Knowledge::load(&own).map(|_| ());
    checks.push(outcome("knowledge", knowledge, "no session can be opened until it is corrected"));
    checks
}

/// A folder that exists can be written, or the nearest one above it can.
fn folder(name: &'static str, path: &Path, meaning: &'static str) -> Check {
    let existing = path.ancestors().find(|folder| folder.exists());
    let writable = existing.is_some_and(|folder| {
        folder.is_dir() && nix::unistd::access(folder, nix::unistd::AccessFlags::W_OK).is_ok()
    });
    let shown = path.to_string_lossy();
    Check {
        state: if writable { State::Good } else { State::Wrong },
        name,
        found: if path.exists() { shown.into_owned() } else { format!("{shown} (made when needed)") },
        meaning: if writable { "" } else { meaning },
    }
}

fn check_config(dirs: &Dirs) -> Check {
    let config = Config::load(&dirs.config)
        .map_err(|error| error.to_string())
        .and_then(|config| KeyTable::with_overrides(&config.keys).map_err(|error| error.to_string()));
    outcome("config.toml", config.map(|_| ()), "no session can be opened until it is corrected")
}

fn outcome<E: std::fmt::Display>(name: &'static str, result: Result<(), E>, meaning: &'static str) -> Check {
    match result {
        Ok(()) => Check { state: State::Good, name, found: "read without an error".into(), meaning: "" },
        Err(error) => Check { state: State::Wrong, name, found: error.to_string(), meaning },
    }
}

//! The user's editor and the clipboard.

use std::{
    ffi::OsString,
    io::{self, Write},
    path::Path,
    process::Command,
};

/// The editor's command line: configuration, `VISUAL`, `EDITOR`, then `vi`.
pub fn editor_command(configured: &str) -> Vec<OsString> {
    let from_env = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty());
    let line = if configured.is_empty() {
        from_env("VISUAL").or_else(|| from_env("EDITOR")).unwrap_or_else(|| "vi".into())
    } else {
        configured.into()
    };
    // An editor variable may hold arguments; blanks separate them, as git reads it.
    match line.to_str() {
        Some(text) => text.split_whitespace().map(OsString::from).collect(),
        None => vec![line],
    }
}

/// Whether somebody chose an editor. Without one `vi` is opened, which needs a terminal.
pub fn is_editor_named(configured: &str) -> bool {
    let is_set = |name: &str| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    !configured.is_empty() || is_set("VISUAL") || is_set("EDITOR")
}

/// Opens a file at a line and waits. The terminal must have been given back before.
pub fn open_at(configured: &str, path: &Path, line: u32) -> io::Result<bool> {
    let mut words = editor_command(configured).into_iter();
    let program = words.next().unwrap_or_else(|| "vi".into());
    let name =
        Path::new(&program).file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let mut command = Command::new(&program);
    command.args(words);
    match name.as_str() {
        "code" | "codium" | "cursor" => {
            command.arg("--wait").arg("--goto").arg(format!("{}:{line}", path.display()));
        }
        "hx" | "helix" | "zed" | "subl" => {
            command.arg(format!("{}:{line}", path.display()));
        }
        _ => {
            command.arg(format!("+{line}")).arg(path);
        }
    }
    Ok(command.status()?.success())
}

/// Lets the user edit a text; `None` when nothing changed.
pub fn edit_text(configured: &str, text: &str, extension: &str) -> io::Result<Option<String>> {
    let extension: String = extension.chars().filter(char::is_ascii_alphanumeric).take(8).collect();
    let mut file =
        tempfile::Builder::new().prefix("proscenium-").suffix(&format!(".{extension}")).tempfile()?;
    file.write_all(text.as_bytes())?;
    file.flush()?;
    if !open_at(configured, file.path(), 1)? {
        return Ok(None);
    }
    let edited = std::fs::read_to_string(file.path())?;
    Ok((edited != text).then_some(edited))
}

/// Stops this program and what else the shell started with it (`cargo run`), until the
/// shell brings them to the front again.
pub fn stop() -> io::Result<()> {
    use nix::{
        sys::signal::{Signal, kill},
        unistd::{Pid, getsid},
    };
    // Without a job-control shell above it nobody would ever wake it.
    if getsid(Some(Pid::parent())) != getsid(None) {
        return Err(io::Error::other("no shell would bring it back"));
    }
    // The loop listens for SIGTSTP, so its own stop is the one that cannot be caught. The
    // others first: this process cannot send anything once it is stopped.
    let own = nix::unistd::getpid();
    if nix::unistd::getpgrp() != own {
        kill(Pid::from_raw(0), Signal::SIGTSTP)?;
    }
    nix::sys::signal::raise(Signal::SIGSTOP).map_err(io::Error::from)
}

/// Copies text through the terminal (OSC 52), which works over ssh too.
pub fn copy(text: &str) -> io::Result<()> {
    use base64::{Engine, prelude::BASE64_STANDARD};
    // Terminals refuse long sequences; a report that is longer is exported to a file instead.
    let encoded = BASE64_STANDARD.encode(text);
    if encoded.len() > 100_000 {
        return Err(io::Error::other(
            "the text is too long for the terminal's clipboard; export it to a file",
        ));
    }
    let mut out = io::stdout();
    write!(out, "\x1b]52;c;{encoded}\x07")?;
    out.flush()
}

//! Standard output and standard error, where a write can fail and a byte can be hostile.
//!
//! Never `println!`, which panics when the reader is gone or the disk is full. Where the
//! stream is no terminal, no escape byte leaves, whatever the text holds.

use super::failure::Failure;
use crate::report::Paint;
use serde::Serialize;
use std::{
    borrow::Cow,
    io::{self, IsTerminal, Write},
};

/// Colours for standard output.
pub(super) fn paint() -> Paint {
    paint_for(io::stdout().is_terminal())
}

/// Colours for standard error.
pub(super) fn error_paint() -> Paint {
    paint_for(io::stderr().is_terminal())
}

fn paint_for(is_terminal: bool) -> Paint {
    let set = |name: &str| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    let dumb = std::env::var_os("TERM").is_none_or(|term| term.is_empty() || term == "dumb");
    if is_terminal && !dumb && !set("NO_COLOR") { Paint::Colour } else { Paint::Plain }
}

/// Whether standard error can show something that moves.
pub(super) fn is_live() -> bool {
    let dumb = std::env::var_os("TERM").is_none_or(|term| term.is_empty() || term == "dumb");
    io::stderr().is_terminal() && !dumb
}

/// Writes the whole text to standard output.
pub(super) fn print(text: &str) -> Result<(), Failure> {
    let mut out = io::stdout().lock();
    let text = if paint() == Paint::Colour { Cow::Borrowed(text) } else { without_escapes(text) };
    out.write_all(text.as_bytes()).and_then(|()| out.flush()).map_err(|error| write_failure(&error))
}

/// Writes a value as JSON to standard output.
pub(super) fn print_json(value: &impl Serialize) -> Result<(), Failure> {
    let text = serde_json::to_string_pretty(value).map_err(Failure::bug)?;
    print(&(crate::report::json(text) + "\n"))
}

/// Writes a line to standard error. When that fails there is nobody left to tell.
pub(super) fn say(text: &str) {
    let text = if error_paint() == Paint::Colour { Cow::Borrowed(text) } else { without_escapes(text) };
    let _nobody_reads = writeln!(io::stderr().lock(), "{text}");
}

/// The last line of defence: renderers escape, and nothing depends on it that they all do.
fn without_escapes(text: &str) -> Cow<'_, str> {
    // One character at a time is looked for many bytes at once.
    if text.contains('\u{1b}') || text.contains('\u{9b}') {
        Cow::Owned(text.replace('\u{1b}', "␛").replace('\u{9b}', "<U+009B>"))
    } else {
        Cow::Borrowed(text)
    }
}

fn write_failure(error: &io::Error) -> Failure {
    if error.kind() == io::ErrorKind::BrokenPipe {
        return Failure::reader_gone();
    }
    Failure::blocked(
        format!("standard output: {error}"),
        "the output is not complete; make room or name another place, then run it again",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_escape_that_a_renderer_let_through_does_not_leave() {
        assert_eq!(without_escapes("a\u{1b}[31m\u{9b}"), "a␛[31m<U+009B>");
        assert!(matches!(without_escapes("plain"), Cow::Borrowed(_)));
    }
}

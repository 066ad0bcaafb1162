//! Small helpers that every parser needs: patterns, numbers, keys, places.

use crate::domain::{command::Failure, place::Place};
use regex::Regex;

const MESSAGE_LIMIT_CHARS: usize = 600;

/// Declares patterns that are compiled once.
macro_rules! patterns {
    ($($name:ident = $text:expr;)*) => {
        $(static $name: std::sync::LazyLock<regex::Regex> =
            std::sync::LazyLock::new(|| crate::verify::parsers::text::pattern($text));)*
    };
}
pub(crate) use patterns;

/// Compiles a pattern that is written in this program.
#[expect(clippy::expect_used, reason = "every pattern is a literal, and tests use each of them")]
pub(crate) fn pattern(text: &str) -> Regex {
    Regex::new(text).expect("invariant: the literal pattern is valid")
}

/// A number, or 0 for what is none.
pub(super) fn number(text: &str) -> u32 {
    text.parse().unwrap_or(0)
}

/// The 1-based number of a line by its index.
pub(super) fn line_number(index: usize) -> u32 {
    u32::try_from(index + 1).unwrap_or(u32::MAX)
}

/// At most some hundred characters, on lines as they were.
pub(super) fn clip(text: &str) -> String {
    let text = text.trim_end();
    match text.char_indices().nth(MESSAGE_LIMIT_CHARS) {
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()),
        None => text.to_owned(),
    }
}

/// A path as tools write it, without what says nothing.
pub(super) fn path(text: &str) -> String {
    let text = text.trim();
    let text = text.strip_prefix("file://").unwrap_or(text);
    text.strip_prefix("./").unwrap_or(text).to_owned()
}

/// A place from the texts of its parts.
pub(super) fn place(file: &str, line: &str) -> Place {
    Place::new(path(file), number(line).max(1))
}

/// Whether a path belongs to an installed package or a runtime rather than to the code.
pub(super) fn is_foreign(path: &str) -> bool {
    [
        "site-packages",
        "dist-packages",
        "/lib/python",
        "node_modules",
        "node:",
        "internal/",
        "<frozen",
        "<string>",
        "/rustc/",
        ".cargo/registry",
        "importlib/",
    ]
    .iter()
    .any(|part| path.contains(part))
}

/// A failed test. Its name is its identity.
pub(super) fn failed_test(
    name: impl Into<String>,
    message: impl Into<String>,
    place: Option<Place>,
    index: usize,
) -> Failure {
    let name = name.into();
    Failure {
        key: name.clone(),
        name,
        message: message.into(),
        place,
        output_line: line_number(index),
        warning: false,
    }
}

/// One diagnostic of a linter or compiler, before it has an identity.
pub(super) struct Diagnostic<'a> {
    /// Rule or code; empty when the tool names none.
    pub(super) rule: &'a str,
    pub(super) message: &'a str,
    pub(super) place: Option<Place>,
    pub(super) warning: bool,
    pub(super) index: usize,
}

impl Diagnostic<'_> {
    /// Identity is rule, path and message without numbers of lines.
    pub(super) fn failure(self) -> Failure {
        let message = self.message.trim();
        let file = self.place.as_ref().map_or("", |place| place.path.as_str());
        let first = message.lines().next().unwrap_or_default();
        Failure {
            key: format!("{} {file} {}", self.rule, without_lines(first)).trim().to_owned(),
            name: if self.rule.is_empty() { first.to_owned() } else { self.rule.to_owned() },
            message: message.to_owned(),
            place: self.place,
            output_line: line_number(self.index),
            warning: self.warning,
        }
    }
}

patterns! {
    LINE = r"\b(line|column|col) \d+|:\d+:\d+\b";
}

/// A message without numbers of lines, which move when code above them changes.
fn without_lines(message: &str) -> String {
    LINE.replace_all(message, "${1} N").into_owned()
}

/// Warnings count when the tool was told to fail for them: it failed, and named nothing else.
pub(super) fn count_warnings_when_failed(failures: &mut [Failure], exit: Option<i32>) {
    if exit.is_some_and(|code| code != 0) && failures.iter().all(|failure| failure.warning) {
        for failure in failures {
            failure.warning = false;
        }
    }
}

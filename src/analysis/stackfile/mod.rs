//! `stack/stack.yaml`: what the repository itself says about its stack and its commands.
//!
//! The file is parsed with places, checked against `resources/schema/stack.schema.json`,
//! and read into [`StackYaml`]. A problem never hides the rest of the file: every one is
//! reported with file, line and column. Unknown keys are kept, not refused: other tools
//! read the same file.

mod merge;
mod node;
mod read;
mod words;

pub use merge::apply;
pub use read::{RawSql, StackYaml, Stated, StatedCommand};
pub use words::{CommandLine, WordsError, split};

use super::source::SourceFiles;

/// Where the file may stand, best first.
pub const PATHS: [&str; 4] = [
    "stack/stack.yaml",
    "stack/stack.yml",
    ".agents/skills/oma-backend/stack/stack.yaml",
    ".agents/skills/oma-backend/stack/stack.yml",
];

/// Something about the stack or its commands that the user should know.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    pub path: String,
    /// 1-based.
    pub line: u32,
    /// 1-based, in Unicode scalars.
    pub column: u32,
    pub message: String,
    pub level: ProblemLevel,
}

/// Whether a problem makes part of the file unusable.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum ProblemLevel {
    /// Worth knowing: the file and the project disagree.
    Notice,
    /// The value at this place is not used.
    Error,
}

impl std::fmt::Display for Problem {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}:{}:{}: {}", self.path, self.line, self.column, self.message)
    }
}

/// The stack file of a source, with its problems; none when there is no such file.
pub fn find(files: &dyn SourceFiles) -> Option<(StackYaml, Vec<Problem>)> {
    let path = PATHS.into_iter().find(|path| files.contains(path))?;
    Some(match files.text(path) {
        Ok(text) => parse(path, &text),
        Err(reason) => {
            let problem = Problem {
                path: path.to_owned(),
                line: 1,
                column: 1,
                message: reason.to_string(),
                level: ProblemLevel::Error,
            };
            (StackYaml { path: path.to_owned(), ..StackYaml::default() }, vec![problem])
        }
    })
}

/// Reads a stack file's text. Problems come in order of place.
pub fn parse(path: &str, text: &str) -> (StackYaml, Vec<Problem>) {
    let (file, mut problems) = read::read(path, text);
    problems.sort_by(|a, b| (a.line, a.column, &a.message).cmp(&(b.line, b.column, &b.message)));
    problems.dedup();
    (file, problems)
}

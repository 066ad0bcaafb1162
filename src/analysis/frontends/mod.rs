//! Front ends: from the bytes of one file to its facts, one for each language.
//!
//! A front end is a pure function of (path, text). It never panics and never overflows
//! the stack, whatever the text: a linear scan refuses what a parser could not bear
//! before the parser sees it. Callers run front ends on threads with at least
//! [`STACK_BYTES`] of stack. No framework's name stands in here; packs know those.

mod bounds;
mod csharp;
mod depth;
mod elixir;
mod go;
mod java;
mod javascript;
mod kotlin;
mod literals;
mod nodes;
mod php;
mod python;
mod ruby;
mod rust;
mod syntax;
#[cfg(test)]
mod testing;
mod tree;
mod walker;
mod writer;

use super::facts::{FileFacts, Lang};

/// The stack that every front end is tested with, also in debug builds.
pub const STACK_BYTES: usize = 64 << 20;

/// Larger files are refused: they are generated or data, and a parser takes about
/// hundred times their size in memory.
pub const MAX_SIZE_BYTES: usize = 2 << 20;

/// Why a file has no facts.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    #[error("{size_bytes} bytes, more than {MAX_SIZE_BYTES}")]
    TooLarge { size_bytes: usize },
    /// Nesting of brackets, operators or indentation that no person writes.
    #[error("nested more than {limit} levels deep in line {line}")]
    TooDeep { limit: u32, line: u32 },
    /// As much to read as a whole repository.
    #[error("more than {limit} words and signs")]
    TooDense { limit: usize },
    /// The parser found nothing that it could read.
    #[error("no source of this language: {0}")]
    NotSource(String),
}

/// Turns the text of the file at a path into facts.
pub type FrontEnd = fn(path: &str, text: &str) -> Result<FileFacts, Refused>;

/// The front end of a language, or none while it has none.
pub fn front_end(lang: Lang) -> Option<FrontEnd> {
    match lang {
        Lang::Python => Some(python::facts),
        Lang::JavaScript | Lang::TypeScript => Some(javascript::facts),
        Lang::Rust => Some(rust::facts),
        Lang::Java => Some(java::facts),
        Lang::Kotlin => Some(kotlin::facts),
        Lang::CSharp => Some(csharp::facts),
        Lang::Go => Some(go::facts),
        Lang::Ruby => Some(ruby::facts),
        Lang::Php => Some(php::facts),
        Lang::Elixir => Some(elixir::facts),
    }
}

/// The facts of a file in the language that its path names; none for other files.
pub fn facts(path: &str, text: &str) -> Option<Result<FileFacts, Refused>> {
    let front_end = front_end(Lang::from_path(path)?)?;
    if text.len() > MAX_SIZE_BYTES {
        return Some(Err(Refused::TooLarge { size_bytes: text.len() }));
    }
    Some(bounds::too_dense(text).map_or_else(|| front_end(path, text), Err))
}

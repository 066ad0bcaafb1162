//! What a source text uses: imports and marks that signals name.
//!
//! This is a search by regular expressions, not a parse: it serves every language, also
//! those without a front end, and an import inside a string costs at most a hit too many.

use super::signals::{LanguageId, SignalId, Signals, first_segment};
use serde::{Deserialize, Serialize};

/// The hits of one file.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct FileUse {
    pub path: String,
    pub language: Option<LanguageId>,
    /// At most one per signal, in order of line.
    pub hits: Vec<Hit>,
}

/// One signal seen in a file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hit {
    pub(super) signal: SignalId,
    /// 1-based.
    pub line: u32,
    pub kind: HitKind,
    /// The module, or the text that matched, shortened.
    pub seen: String,
}

/// How a signal was seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum HitKind {
    Import,
    Text,
}

impl FileUse {
    /// Searches a text.
    pub fn search(signals: &Signals, path: &str, text: &str) -> Self {
        let language = signals.language_of(path);
        let mut hits = Vec::new();
        if let Some(id) = language {
            search_imports(signals, id, text, &mut hits);
        }
        for (glob, rule) in &signals.texts {
            if glob.base(path).is_none() {
                continue;
            }
            if let Some(found) = rule.has.find(text) {
                add(&mut hits, rule.signal, found.start(), HitKind::Text, found.as_str(), text);
            }
        }
        hits.sort_by_key(|hit| (hit.line, hit.signal));
        Self { path: path.to_owned(), language, hits }
    }
}

fn search_imports(signals: &Signals, id: LanguageId, text: &str, hits: &mut Vec<Hit>) {
    let Some(ecosystem) = signals.ecosystems.get(id.ecosystem) else { return };
    let Some(language) = ecosystem.languages.get(id.language) else { return };
    for pattern in &language.imports {
        for found in pattern.captures_iter(text) {
            let Some(module) = found.get(1) else { continue };
            let Some(candidates) = ecosystem.modules.get(first_segment(module.as_str())) else { continue };
            for (prefix, signal) in candidates {
                if is_within(module.as_str(), prefix) {
                    add(hits, *signal, module.start(), HitKind::Import, module.as_str(), text);
                }
            }
        }
    }
}

/// Whether a module is the prefix itself or below it.
fn is_within(module: &str, prefix: &str) -> bool {
    module.strip_prefix(prefix).is_some_and(|rest| {
        rest.chars().next().is_none_or(|next| !next.is_alphanumeric() && next != '_' && next != '-')
    })
}

fn add(hits: &mut Vec<Hit>, signal: SignalId, offset: usize, kind: HitKind, seen: &str, text: &str) {
    if hits.iter().any(|hit| hit.signal == signal) {
        return;
    }
    let seen = seen.split_whitespace().collect::<Vec<_>>().join(" ").chars().take(60).collect();
    hits.push(Hit { signal, line: line_at(text, offset), kind, seen });
}

/// The 1-based line of a byte offset.
pub(super) fn line_at(text: &str, offset: usize) -> u32 {
    let before = text.as_bytes().get(..offset.min(text.len())).unwrap_or_default();
    u32::try_from(before.iter().filter(|byte| **byte == b'\n').count() + 1).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::stack::shipped;
    use pretty_assertions::assert_eq;

    fn seen(path: &str, text: &str) -> Vec<(String, String, u32)> {
        let signals = shipped().unwrap();
        FileUse::search(signals, path, text)
            .hits
            .iter()
            .map(|hit| {
                let name = signals.signal(hit.signal).unwrap().name.clone();
                (format!("{}={name}", hit.signal.key.name()), hit.seen.clone(), hit.line)
            })
            .collect()
    }

    fn hit(field: &str, seen: &str, line: u32) -> (String, String, u32) {
        (field.to_owned(), seen.to_owned(), line)
    }

    #[test]
    fn python_imports_are_seen_with_their_line() {
        assert_eq!(
            seen("a.py", "import os\nfrom fastapi.routing import APIRouter\nimport sqlalchemy_utils\n"),
            [hit("framework=fastapi", "fastapi.routing", 2)]
        );
    }

    #[test]
    fn imports_over_several_lines_and_require_are_seen() {
        assert_eq!(
            seen("a.ts", "import {\n  Controller,\n} from '@nestjs/common';\nconst k = require('knex')\n"),
            [hit("framework=nestjs", "@nestjs/common", 3), hit("orm=knex", "knex", 4)]
        );
    }

    #[test]
    fn rust_paths_and_test_attributes_are_seen() {
        assert_eq!(
            seen("a.rs", "fn f() { sqlx::query!(\"x\"); }\n#[tokio::test]\nasync fn t() {}\n"),
            [hit("orm=sqlx", "sqlx", 1), hit("test=cargo", "#[tokio::test]", 2)]
        );
    }
}

//! What the stack file states, joined with what the project's own files show.
//!
//! A stated field beats guesses and fills what is unknown. Where project files show surely
//! that something else is in use, they win and the user gets a notice: a stack file that
//! has gone stale must not mislead recipes and rules.

use super::{Problem, ProblemLevel, StackYaml};
use crate::domain::{
    place::Evidence,
    stack::{Confidence, Stack, StackField, StackKey},
};

/// Applies the stated fields to a detected stack; returns a notice for each conflict.
pub fn apply(stack: &mut Stack, file: &StackYaml) -> Vec<Problem> {
    let mut notices = Vec::new();
    for (key, stated) in &file.fields {
        let field = stack.field_mut(*key);
        let evidence = Evidence::new(file.path.clone(), stated.line, format!("states {}", stated.value));
        match &field.name {
            Some(name) if agree(name, &stated.value) => {
                field.confidence = Confidence::Stated;
                field.evidence.push(evidence);
            }
            Some(name) if field.confidence == Confidence::Sure => {
                let shown =
                    field.evidence.first().map_or(String::new(), |first| format!(" ({})", first.place));
                notices.push(Problem {
                    path: file.path.clone(),
                    line: stated.line,
                    column: 1,
                    message: format!("{} says {}, the project uses {name}{shown}", key.name(), stated.value),
                    level: ProblemLevel::Notice,
                });
            }
            Some(_) | None => {
                *field = StackField {
                    name: Some(canonical(*key, &stated.value)),
                    version: String::new(),
                    confidence: Confidence::Stated,
                    evidence: vec![evidence],
                };
            }
        }
    }
    notices
}

/// Spellings of one tool are one tool: `SQLAlchemy 2`, `NestJS`, `nest.js`, `tortoise-orm`.
fn agree(detected: &str, stated: &str) -> bool {
    let bare = |text: &str| -> String {
        let letters: String = text.to_lowercase().chars().filter(|c| c.is_alphanumeric()).collect();
        let letters = letters.trim_end_matches(|c: char| c.is_ascii_digit());
        let letters = letters.strip_suffix("js").or_else(|| letters.strip_suffix("orm")).unwrap_or(letters);
        letters.to_owned()
    };
    bare(detected) == bare(stated)
}

/// The name as the rest of the program compares it.
fn canonical(key: StackKey, stated: &str) -> String {
    let lower = stated.to_lowercase();
    match (key, lower.as_str()) {
        (StackKey::Language, "node" | "nodejs" | "node.js" | "ts") => "typescript".into(),
        (StackKey::Language, "js") => "javascript".into(),
        (StackKey::Language, "golang") => "go".into(),
        (StackKey::Language, "c#") => "csharp".into(),
        (_, name) => name.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::stackfile::parse;
    use pretty_assertions::assert_eq;

    fn sure(name: &str) -> StackField {
        StackField {
            name: Some(name.into()),
            confidence: Confidence::Sure,
            evidence: vec![Evidence::new("pyproject.toml", 7, "")],
            ..StackField::default()
        }
    }

    #[test]
    fn a_stated_field_fills_what_is_unknown_and_agrees_with_other_spellings() {
        let mut stack = Stack { orm: sure("sqlalchemy"), ..Stack::default() };
        let (file, _) =
            parse("stack/stack.yaml", "language: Python\norm: SQLAlchemy 2\nmigration: Alembic\n");
        assert_eq!(apply(&mut stack, &file), []);
        assert_eq!(stack.name(StackKey::Orm), Some("sqlalchemy"));
        assert_eq!(stack.orm.confidence, Confidence::Stated);
        assert_eq!(stack.name(StackKey::Migration), Some("alembic"));
    }

    #[test]
    fn project_files_beat_a_wrong_stack_file_with_a_notice() {
        let mut stack = Stack { framework: sure("fastapi"), ..Stack::default() };
        let (file, _) = parse("stack/stack.yaml", "language: python\nframework: flask\n");
        let notices = apply(&mut stack, &file);
        assert_eq!(stack.name(StackKey::Framework), Some("fastapi"));
        assert_eq!(
            notices.first().map(ToString::to_string).as_deref(),
            Some("stack/stack.yaml:2:1: framework says flask, the project uses fastapi (pyproject.toml:7)")
        );
    }
}

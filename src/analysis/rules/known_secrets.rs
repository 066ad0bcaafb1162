//! Texts with the exact form of a credential of a known service.

use super::{
    context::Context,
    draft::{Draft, Source},
    matcher::Rule,
};
use crate::{
    analysis::facts::{Expr, ExprId, Span},
    domain::layer::Layer,
};
use regex::Regex;
use serde::Deserialize;

/// Larger configuration files are not searched.
const MAX_CONFIG_BYTES: u64 = 256 << 10;

/// A form of credentials.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Format {
    /// What it is, in words: `an AWS access key`.
    pub(super) kind: String,
    pub(super) pattern: SecretPattern,
}

/// A compiled pattern; one that does not compile is an error of the rule's file.
#[derive(Debug, Clone, Deserialize)]
#[serde(try_from = "String")]
pub(super) struct SecretPattern(Regex);

impl TryFrom<String> for SecretPattern {
    type Error = regex::Error;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        Regex::new(&text).map(Self)
    }
}

pub(super) fn check(context: &Context<'_, '_>, rule: &Rule) -> Vec<Draft> {
    let formats = &rule.matcher.formats;
    let mut found = Vec::new();
    let mut with_facts = std::collections::BTreeSet::new();
    for (file, facts) in context.resolver().files() {
        with_facts.insert(facts.path.as_str());
        if context.layer(file) == Layer::Test {
            continue;
        }
        // Most files hold none: their distinct texts are tried before their expressions.
        let suspicious = facts.strings.iter().any(|(_, text)| first(formats, text).is_some());
        if !suspicious {
            continue;
        }
        for (index, expr) in facts.exprs.iter().enumerate() {
            let Expr::Str(text) = expr else { continue };
            if let Some((kind, _)) = first(formats, facts.text(*text)) {
                let span = facts.expr_span(ExprId::from_index(index));
                found.push(Draft::new(file, span).word("kind", kind));
            }
        }
    }
    for entry in context.input.files.entries() {
        if with_facts.contains(entry.path.as_str())
            || entry.size_bytes > MAX_CONFIG_BYTES
            || !is_configuration(&entry.path)
            || crate::analysis::layering::is_test_path(&entry.path)
        {
            continue;
        }
        let text = context.text(&entry.path);
        for format in formats {
            for hit in format.pattern.0.find_iter(&text) {
                if is_sample(hit.as_str()) {
                    continue;
                }
                let (Ok(start), Ok(end)) = (u32::try_from(hit.start()), u32::try_from(hit.end())) else {
                    continue;
                };
                let draft = Draft {
                    source: Source::Path(entry.path.clone()),
                    span: Span::new(start, end),
                    symbol: None,
                    words: Vec::new(),
                };
                found.push(draft.word("kind", format.kind.clone()));
            }
        }
    }
    found
}

/// The first form that a text has.
fn first<'f>(formats: &'f [Format], text: &str) -> Option<(&'f str, usize)> {
    if text.len() < 16 {
        return None;
    }
    formats.iter().find_map(|format| {
        let hit = format.pattern.0.find(text)?;
        (!is_sample(hit.as_str())).then_some((format.kind.as_str(), hit.start()))
    })
}

/// Credentials that documentation shows: `AKIAIOSFODNN7EXAMPLE`.
fn is_sample(text: &str) -> bool {
    let lower = text.to_lowercase();
    let repeated = lower.as_bytes().windows(6).any(|run| run.iter().all(|byte| Some(byte) == run.first()));
    repeated
        || ["example", "xxxx", "placeholder", "your_", "dummy", "1234567890"]
            .iter()
            .any(|mark| lower.contains(mark))
}

fn is_configuration(path: &str) -> bool {
    let file = path.rsplit('/').next().unwrap_or(path);
    let is_sample = ["example", "sample", "template", "dist"].iter().any(|word| file.contains(word));
    let ends = [
        ".env",
        ".yml",
        ".yaml",
        ".toml",
        ".ini",
        ".cfg",
        ".conf",
        ".properties",
        ".sh",
        ".tf",
        ".tfvars",
        ".json",
        ".pem",
        ".key",
    ];
    let locks = ["package-lock.json", "pnpm-lock.yaml", "Cargo.lock", "poetry.lock", "uv.lock"];
    !is_sample
        && !locks.contains(&file)
        && (file.starts_with(".env") || file == "Dockerfile" || ends.iter().any(|end| file.ends_with(end)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn samples_of_documentation_are_left_alone() {
        assert!(is_sample("AKIAIOSFODNN7EXAMPLE") && is_sample("ghp_aaaaaaaaaaaaaaaa"));
        // proscenium: ignore sec/secret-known-format because the key is made up for this test
        assert!(!is_sample("AKIAZ7QXW3EXMPL5KQ2T"));
    }

    #[test]
    fn locks_and_samples_are_not_searched() {
        assert!(is_configuration("deploy/.env") && is_configuration("a/app.yaml"));
        assert!(!is_configuration(".env.example") && !is_configuration("package-lock.json"));
        assert!(!is_configuration("src/main.rs"));
    }
}

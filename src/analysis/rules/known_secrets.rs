//! Texts with the exact form of a credential of a known service.

use super::{
    context::Context,
    draft::{Draft, Source},
    matcher::Rule,
    secret_lines::searched,
};
use crate::{
    analysis::{
        facts::{Expr, ExprId, Span, Sym},
        lazy_regex::LazyRegex,
    },
    domain::layer::Layer,
};
use regex::{Captures, Match};
use rustc_hash::FxHashMap;
use serde::Deserialize;

/// A form of credentials.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Format {
    /// What it is, in words: `an AWS access key`.
    pub(super) kind: String,
    pub(super) pattern: LazyRegex,
}

pub(super) fn check(context: &Context<'_, '_>, rule: &Rule) -> Vec<Draft> {
    let forms = &rule.matcher.formats;
    let mut found = Vec::new();
    for (file, facts) in context.resolver().files() {
        if context.layer(file) == Layer::Test {
            continue;
        }
        // Most files hold none: their distinct texts are tried before their expressions.
        let held: FxHashMap<Sym, &str> =
            facts.strings.iter().filter_map(|(sym, text)| Some((sym, forms.first(text)?))).collect();
        if held.is_empty() {
            continue;
        }
        for (index, expr) in facts.exprs.iter().enumerate() {
            let Expr::Str(text) = expr else { continue };
            if let Some(kind) = held.get(text) {
                let span = facts.expr_span(ExprId::from_index(index));
                found.push(Draft::new(file, span).word("kind", *kind));
            }
        }
    }
    for path in searched(context) {
        let text = context.text_once(path);
        for index in forms.possible(&text) {
            let Some(format) = forms.as_slice().get(index) else { continue };
            for groups in format.pattern.captures_iter(&text) {
                let Some(hit) = secret_of(&groups) else { continue };
                let (Ok(start), Ok(end)) = (u32::try_from(hit.start()), u32::try_from(hit.end())) else {
                    continue;
                };
                let draft = Draft::at(Source::Path(path.to_owned()), Span::new(start, end));
                found.push(draft.word("kind", format.kind.clone()));
            }
        }
    }
    found
}

/// The credential of a match: its first group where the form has one, which must mix
/// letters and digits, as nothing else tells it from a word.
pub(super) fn secret_of<'t>(groups: &Captures<'t>) -> Option<Match<'t>> {
    let whole = groups.get(0)?;
    let secret = match groups.get(1) {
        Some(group) => {
            let text = group.as_str();
            let is_mixed = text.chars().any(|c| c.is_ascii_digit()) && text.chars().any(char::is_alphabetic);
            is_mixed.then_some(group)?
        }
        None => whole,
    };
    (!is_sample(whole.as_str())).then_some(secret)
}

/// Credentials that documentation shows: `AKIAIOSFODNN7EXAMPLE`.
fn is_sample(text: &str) -> bool {
    let lower = text.to_lowercase();
    let repeated = lower.as_bytes().windows(6).any(|run| run.iter().all(|byte| Some(byte) == run.first()));
    repeated || ["example", "xxxx", "placeholder", "your_", "dummy"].iter().any(|mark| lower.contains(mark))
}

#[cfg(test)]
mod tests {
    use super::{super::needs::Needs, *};

    /// They compile when first used, and are tried only where something of them stands.
    #[test]
    fn every_shipped_form_compiles() {
        #[derive(Deserialize)]
        struct Card {
            r#match: Forms,
        }
        #[derive(Deserialize)]
        struct Forms {
            formats: Vec<Format>,
        }
        let text = include_str!("../../../resources/rules/sec/secret-known-format.yaml");
        let card: Card = serde_saphyr::from_str(text).expect("a card");
        assert!(card.r#match.formats.len() > 60);
        assert!(card.r#match.formats.iter().all(|format| format.pattern.regex().is_some()));
        let needs =
            |format: &Format| Needs::of(format.pattern.as_str()).is_some_and(|needs| !needs.texts.is_empty());
        assert!(card.r#match.formats.iter().all(needs));
    }

    #[test]
    fn samples_of_documentation_are_left_alone() {
        assert!(is_sample("AKIAIOSFODNN7EXAMPLE") && is_sample("ghp_aaaaaaaaaaaaaaaa"));
        assert!(!is_sample("AKIAZ7QXW3EXMPL5KQ2T"));
    }
}

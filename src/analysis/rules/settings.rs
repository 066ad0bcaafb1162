//! Settings that are switched on by a literal: `DEBUG = True`. Classes of settings for
//! development and tests may have them.

use super::{context::Context, draft::Draft, matcher::Rule};
use crate::analysis::facts::{Expr, ScopeKind};
use serde::Deserialize;

/// A setting that must not have a value in the source.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Setting {
    /// Its name, at the level of a module or class.
    name: String,
    /// The truth value or text that is wrong.
    #[serde(default)]
    bool: Option<bool>,
    #[serde(default)]
    text: Option<String>,
    /// Only in files of such a name, without its ending.
    #[serde(default)]
    files: Vec<String>,
    /// Only in a class of this name.
    #[serde(default)]
    class: Option<String>,
}

pub(super) fn check(context: &Context<'_, '_>, rule: &Rule) -> Vec<Draft> {
    let mut found = Vec::new();
    for (file, facts) in context.files(rule) {
        let stem = facts.path.rsplit('/').next().and_then(|name| name.split('.').next()).unwrap_or_default();
        for bind in &facts.binds {
            let (name, Some(value)) = (facts.text(bind.name), bind.value) else { continue };
            let Some(scope) = facts.scope(bind.scope) else { continue };
            let is_set = rule.matcher.settings.iter().any(|setting| {
                let in_file = setting.files.is_empty() || setting.files.iter().any(|file| file == stem);
                let in_class = setting.class.as_ref().is_none_or(|class| facts.text(scope.name) == class);
                let is_wrong = match facts.expr(value) {
                    Expr::Bool(found) => setting.bool == Some(found),
                    Expr::Str(text) => setting.text.as_deref() == Some(facts.text(text)),
                    _ => false,
                };
                let elsewhere =
                    ["Dev", "Test", "Local"].iter().any(|word| facts.text(scope.name).contains(word));
                setting.name == name && !elsewhere && in_file && in_class && is_wrong
            });
            if is_set && matches!(scope.kind, ScopeKind::Module | ScopeKind::Class) {
                let model = facts
                    .binds
                    .iter()
                    .find(|other| other.scope == bind.scope && facts.text(other.name) == "model")
                    .and_then(|other| facts.dotted(other.value?))
                    .unwrap_or_else(|| "the model".to_owned());
                found.push(Draft::new(file, bind.span).word("name", name).word("model", model));
            }
        }
    }
    found
}

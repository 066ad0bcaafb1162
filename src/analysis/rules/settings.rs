//! Settings that are switched on by a literal: `DEBUG = True`, `app.config["X"] = False`,
//! `validation.check = false`. Classes of settings for development and tests may have them.

use super::{context::Context, draft::Draft, matcher::Rule};
use crate::analysis::{
    facts::{Bind, Expr, ExprId, FileFacts, ScopeKind, Span},
    link::FileId,
};
use serde::Deserialize;

/// A setting that must not have a value in the source.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct Setting {
    /// Its name, at the level of a module or class.
    name: String,
    /// None means the rule's languages.
    languages: Vec<String>,
    /// The truth value, text or number that is wrong.
    bool: Option<bool>,
    text: Option<String>,
    number: Option<String>,
    /// Only in files of such a name, without its ending.
    files: Vec<String>,
    /// Only in a class of this name.
    class: Option<String>,
    /// As the key of an item that is assigned as well: `config["X"] = …`.
    keyed: bool,
    /// As a field of any object that is assigned.
    object: bool,
    /// As an entry of an object literal that a call did not show already.
    entry: bool,
    /// What `{detail}` in the message becomes.
    detail: String,
}

pub(super) fn check(context: &Context<'_, '_>, rule: &Rule) -> Vec<Draft> {
    let mut found = Vec::new();
    if rule.matcher.settings.is_empty() {
        return found;
    }
    for (file, facts) in context.files(rule) {
        for setting in rule.matcher.settings.iter().filter(|setting| setting.speaks(facts.lang.name())) {
            for bind in &facts.binds {
                if setting.is_bound(context, facts, bind) {
                    found.push(setting.draft(facts, file, bind.span, Some(bind)));
                }
            }
            if setting.entry {
                entries(context, file, facts, setting, &mut found);
            }
        }
    }
    found
}

/// Entries of object literals: `{ rejectUnauthorized: false }`.
fn entries(
    context: &Context<'_, '_>,
    file: FileId,
    facts: &FileFacts,
    setting: &Setting,
    found: &mut Vec<Draft>,
) {
    for expr in &facts.exprs {
        let Expr::Map(list) = expr else { continue };
        for entry in facts.entries(*list) {
            let Some(key) = entry.key else { continue };
            if matches!(facts.expr(key), Expr::Str(text) if facts.text(text) == setting.name)
                && setting.is_wrong(context, facts, entry.value)
            {
                found.push(setting.draft(facts, file, facts.expr_span(key), None));
            }
        }
    }
}

impl Setting {
    fn speaks(&self, language: &str) -> bool {
        self.languages.is_empty() || self.languages.iter().any(|known| known == language)
    }

    fn is_bound(&self, context: &Context<'_, '_>, facts: &FileFacts, bind: &Bind) -> bool {
        let Some(value) = bind.value else { return false };
        let Some(scope) = facts.scope(bind.scope) else { return false };
        let named = facts.text(bind.name) == self.name;
        let is_here = match bind.object {
            Some(object) if self.keyed || self.object => {
                (self.object && named)
                    || (self.keyed
                        && (named
                            || matches!(facts.expr(object), Expr::Index(_, key) if is_text(facts, key, &self.name))))
            }
            Some(_) => false,
            None => named && matches!(scope.kind, ScopeKind::Module | ScopeKind::Class),
        };
        if !is_here {
            return false;
        }
        let stem = facts.path.rsplit('/').next().and_then(|name| name.split('.').next()).unwrap_or_default();
        let in_file = self.files.is_empty() || self.files.iter().any(|file| file == stem);
        let in_class = self.class.as_ref().is_none_or(|class| facts.text(scope.name) == class);
        let elsewhere = ["Dev", "Test", "Local"].iter().any(|word| facts.text(scope.name).contains(word));
        in_file && in_class && !elsewhere && self.is_wrong(context, facts, value)
    }

    fn is_wrong(&self, context: &Context<'_, '_>, facts: &FileFacts, value: ExprId) -> bool {
        match facts.expr(value) {
            Expr::Bool(found) => self.bool == Some(found),
            Expr::Str(text) => self.text.as_deref() == Some(facts.text(text)),
            Expr::Num => {
                self.number.as_deref() == Some(context.source(facts, facts.expr_span(value)).as_str())
            }
            _ => false,
        }
    }

    fn draft(&self, facts: &FileFacts, file: FileId, span: Span, bind: Option<&Bind>) -> Draft {
        let model = bind
            .and_then(|bind| {
                let beside = |other: &&Bind| other.scope == bind.scope && facts.text(other.name) == "model";
                facts.dotted(facts.binds.iter().find(beside)?.value?)
            })
            .unwrap_or_else(|| "the model".to_owned());
        Draft::new(file, span)
            .word("name", self.name.clone())
            .word("model", model)
            .word("detail", self.detail.clone())
    }
}

fn is_text(facts: &FileFacts, expr: ExprId, wanted: &str) -> bool {
    matches!(facts.expr(expr), Expr::Str(text) if facts.text(text) == wanted)
}

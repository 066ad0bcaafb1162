//! Settings that are switched on by a literal: `DEBUG = True`, `app.config["X"] = False`,
//! `validation.check = false`. Classes of settings for development and tests may have them.

use super::{
    context::{Context, last_name},
    draft::Draft,
    matcher::Rule,
};
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
    /// Last names of what is wrong: `VERIFY_NONE` of `OpenSSL::SSL::VERIFY_NONE`.
    named: Vec<String>,
    /// A function that returns nothing but this truth value is wrong.
    returns: Option<bool>,
    /// A list without elements is wrong.
    empty: bool,
    /// Only in files of such a name, without its ending.
    files: Vec<String>,
    /// Not in files of such a name.
    unless_files: Vec<String>,
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

/// Entries of object literals and named arguments: `{ rejectUnauthorized: false }`.
fn entries(
    context: &Context<'_, '_>,
    file: FileId,
    facts: &FileFacts,
    setting: &Setting,
    found: &mut Vec<Draft>,
) {
    // Where options are named arguments or fields of a literal with a type.
    for arg in facts.calls.iter().flat_map(|call| facts.args(call.args)) {
        if arg.name.is_some_and(|name| facts.text(name) == setting.name)
            && setting.is_wrong(context, facts, arg.value)
        {
            found.push(setting.draft(facts, file, facts.expr_span(arg.value), None));
        }
    }
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
        let in_file = (self.files.is_empty() || self.files.iter().any(|file| file == stem))
            && !self.unless_files.iter().any(|file| file == stem);
        let in_class = self.class.as_ref().is_none_or(|class| facts.text(scope.name) == class);
        let elsewhere = ["Dev", "Test", "Local"].iter().any(|word| facts.text(scope.name).contains(word));
        in_file && in_class && !elsewhere && self.is_wrong(context, facts, value)
    }

    fn is_wrong(&self, context: &Context<'_, '_>, facts: &FileFacts, value: ExprId) -> bool {
        match facts.expr(value) {
            Expr::Bool(found) => self.bool == Some(found),
            Expr::Str(text) => self.text.as_deref() == Some(facts.text(text)),
            Expr::List(items) => {
                let items = facts.list(items);
                (self.empty && items.is_empty())
                    || items.iter().any(|item| self.text.is_some() && self.is_wrong(context, facts, *item))
            }
            Expr::Name(_) | Expr::Attr(..) => {
                last_name(facts, value).is_some_and(|name| self.named.iter().any(|known| known == name))
            }
            Expr::Fun(scope) => {
                let mut returned = facts.returns.iter().filter(|ret| ret.scope == scope).peekable();
                self.returns.is_some()
                    && returned.peek().is_some()
                    && returned
                        .all(|ret| matches!(facts.expr(ret.value), Expr::Bool(found) if self.returns == Some(found)))
            }
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
            .word("flags", self.detail.clone())
    }
}

fn is_text(facts: &FileFacts, expr: ExprId, wanted: &str) -> bool {
    matches!(facts.expr(expr), Expr::Str(text) if facts.text(text) == wanted)
}

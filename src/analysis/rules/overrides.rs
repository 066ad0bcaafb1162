//! Methods that must look at something and do not: a trust manager that trusts everyone, a
//! verifier that always says yes.

use super::{
    context::{Context, last_name},
    draft::Draft,
    matcher::Rule,
};
use crate::analysis::facts::{CallFlags, Expr, FileFacts, Scope, ScopeId, ScopeKind};
use serde::Deserialize;

/// Methods of a class with such a base that must not be without effect.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct Override {
    languages: Vec<String>,
    /// Last names of bases.
    base: Vec<String>,
    method: Vec<String>,
}

pub(super) fn check(context: &Context<'_, '_>, rule: &Rule) -> Vec<Draft> {
    let mut found = Vec::new();
    if rule.matcher.overrides.is_empty() {
        return found;
    }
    for (file, facts) in context.files(rule) {
        for (id, scope) in facts.scope_ids().filter(|(_, scope)| scope.kind == ScopeKind::Function) {
            let is_wanted = rule.matcher.overrides.iter().any(|wanted| {
                wanted.languages.iter().any(|language| language == facts.lang.name())
                    && wanted.method.iter().any(|method| method == facts.text(scope.name))
                    && owner(facts, id).is_some_and(|owner| has_base(facts, owner, &wanted.base))
            });
            if is_wanted && does_nothing(facts, id) {
                found.push(Draft::new(file, scope.name_span).word("name", facts.text(scope.name)));
            }
        }
    }
    found
}

/// The class around a method.
fn owner(facts: &FileFacts, method: ScopeId) -> Option<&Scope> {
    let (_, around) = facts.scopes_around(method).nth(1)?;
    (around.kind == ScopeKind::Class).then_some(around)
}

fn has_base(facts: &FileFacts, class: &Scope, bases: &[String]) -> bool {
    facts
        .list(class.bases)
        .iter()
        .filter_map(|base| last_name(facts, *base))
        .any(|name| bases.iter().any(|base| base == name))
}

/// Whether a body neither calls nor refuses anything, and returns nothing that it worked out.
fn does_nothing(facts: &FileFacts, method: ScopeId) -> bool {
    let calls = facts.calls.iter().any(|call| {
        let makes_nothing = call.flags.has(CallFlags::NEW) && facts.args(call.args).is_empty();
        call.scope == method && !call.flags.has(CallFlags::ANNOTATION) && !makes_nothing
    });
    !calls
        && facts.returns.iter().filter(|ret| ret.scope == method).all(|ret| match facts.expr(ret.value) {
            Expr::Null | Expr::Bool(true) => true,
            Expr::List(items) | Expr::Other(items) => {
                facts.list(items).iter().all(|item| matches!(facts.expr(*item), Expr::Num))
            }
            Expr::Call(id) => facts.call(id).is_some_and(|call| {
                facts.args(call.args).iter().all(|arg| matches!(facts.expr(arg.value), Expr::Num))
            }),
            _ => false,
        })
}

//! Annotations and decorators without arguments that switch something off.

use super::{
    context::{Context, last_name},
    draft::Draft,
    matcher::Rule,
};
use crate::analysis::link::Value;

pub(super) fn check(context: &Context<'_, '_>, rule: &Rule) -> Vec<Draft> {
    let mut found = Vec::new();
    let patterns = &rule.matcher.annotations;
    if patterns.is_empty() {
        return found;
    }
    for (file, facts) in context.files(rule) {
        for scope in &facts.scopes {
            for annotation in facts.list(scope.annotations) {
                let Some(name) = last_name(facts, *annotation) else { continue };
                if !patterns.iter().any(|pattern| pattern.last_name().is_none_or(|last| last == name)) {
                    continue;
                }
                let value = context.resolver().value(file, *annotation);
                let is_named = value.alternatives().iter().any(|value| match value {
                    Value::External(path) => patterns.iter().any(|pattern| pattern.matches(path)),
                    _ => false,
                }) || facts
                    .dotted(*annotation)
                    .is_some_and(|path| patterns.iter().any(|pattern| pattern.matches(&path)));
                if is_named {
                    let symbol = facts.text(scope.name).to_owned();
                    found.push(
                        Draft::new(file, facts.expr_span(*annotation))
                            .symbol(symbol.clone())
                            .word("name", name)
                            .word("detail", symbol),
                    );
                }
            }
        }
    }
    found
}

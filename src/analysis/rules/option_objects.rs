//! Objects of options that say too little together, and names that are compared where a
//! comparison proves nothing.

use super::{
    context::{Context, last_name},
    draft::Draft,
    matcher::Rule,
};
use crate::analysis::facts::{BlockKind, Expr, ExprId, FileFacts, Span};
use serde::Deserialize;
use std::collections::BTreeMap;

/// An object of options that is wrong as a whole.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct OptionObject {
    languages: Vec<String>,
    /// It says one of these texts under each of these keys.
    has: BTreeMap<String, Vec<String>>,
    /// Nowhere in it stands one of these.
    unless_says: Vec<String>,
}

/// A name that proves nothing when it is compared with a text.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct Comparison {
    languages: Vec<String>,
    /// A part of the path of what is compared: `SubjectName` of `certificate.SubjectName.Name`.
    part: Vec<String>,
    /// Methods that compare, beside the signs.
    method: Vec<String>,
}

pub(super) fn check(context: &Context<'_, '_>, rule: &Rule) -> Vec<Draft> {
    let (objects, comparisons) = (&rule.matcher.objects, &rule.matcher.comparisons);
    let mut found = Vec::new();
    if objects.is_empty() && comparisons.is_empty() {
        return found;
    }
    for (file, facts) in context.files(rule) {
        let speaks = |languages: &[String]| languages.iter().any(|language| language == facts.lang.name());
        let text = context.text(&facts.path);
        let mut spans: Vec<Span> = Vec::new();
        for wanted in objects.iter().filter(|wanted| speaks(&wanted.languages)) {
            for (index, expr) in facts.exprs.iter().enumerate() {
                let span = facts.expr_span(ExprId::from_index(index));
                let says = text.get(span.range()).unwrap_or_default();
                if wanted.fits(facts, *expr) && !wanted.unless_says.iter().any(|known| says.contains(known)) {
                    spans.push(Span::new(span.start, span.start + 1));
                }
            }
        }
        for wanted in comparisons.iter().filter(|wanted| speaks(&wanted.languages)) {
            spans.extend(wanted.places(facts));
        }
        found.extend(spans.into_iter().map(|span| Draft::new(file, span)));
    }
    found
}

impl OptionObject {
    fn fits(&self, facts: &FileFacts, expr: Expr) -> bool {
        let Expr::Map(entries) = expr else { return false };
        self.has.iter().all(|(key, texts)| {
            facts.entries(entries).iter().any(|entry| {
                let named = entry.key.is_some_and(
                    |found| matches!(facts.expr(found), Expr::Str(name) if facts.text(name) == key),
                );
                named
                    && matches!(facts.expr(entry.value), Expr::Str(text)
                        if texts.iter().any(|known| known == facts.text(text)))
            })
        })
    }
}

impl Comparison {
    fn places(&self, facts: &FileFacts) -> Vec<Span> {
        let is_it = |expr: ExprId| self.names(facts, expr);
        let is_text = |expr: &ExprId| matches!(facts.expr(*expr), Expr::Str(_));
        let by_sign =
            facts.blocks.iter().filter(|block| block.kind == BlockKind::Branch).filter_map(|block| {
                let head = block.head?;
                let Expr::Other(parts) = facts.expr(head) else { return None };
                let parts = facts.list(parts);
                (parts.iter().any(is_text) && parts.iter().any(|part| is_it(*part)))
                    .then(|| facts.expr_span(head))
            });
        let by_call = facts.calls.iter().filter_map(|call| {
            let compares = last_name(facts, call.callee)
                .is_some_and(|name| self.method.iter().any(|known| known == name));
            let args = facts.args(call.args);
            let on = match facts.expr(call.callee) {
                Expr::Attr(object, _) => is_it(object),
                _ => false,
            };
            let fits =
                args.iter().any(|arg| is_text(&arg.value)) && (on || args.iter().any(|arg| is_it(arg.value)));
            (compares && fits).then_some(call.span)
        });
        by_sign.chain(by_call).collect()
    }

    /// Whether the path of an expression has one of the parts.
    fn names(&self, facts: &FileFacts, expr: ExprId) -> bool {
        let mut at = expr;
        // A chain is finite in sound facts; the bound is for damaged ones.
        for _ in 0..16 {
            at = match facts.expr(at) {
                Expr::Attr(object, name) => {
                    if self.part.iter().any(|part| part == facts.text(name)) {
                        return true;
                    }
                    object
                }
                Expr::Call(id) => match facts.call(id) {
                    Some(call) => call.callee,
                    None => return false,
                },
                _ => return false,
            };
        }
        false
    }
}

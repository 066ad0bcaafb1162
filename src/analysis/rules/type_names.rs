//! Imported names that TypeScript drops because they are used as types only.

use crate::analysis::facts::{Expr, ExprId, FileFacts, Import, ImportFlags, Span, Sym};
use std::collections::BTreeSet;

/// Whether the imported name is used as a type only.
pub(super) fn is_type(facts: &FileFacts, import: &Import, types: &mut Option<BTreeSet<Sym>>) -> bool {
    let types = types.get_or_insert_with(|| names_of_types(facts));
    import.alias.is_some_and(|alias| types.contains(&alias)) && !import.flags.has(ImportFlags::REEXPORT)
}

/// Names that occur, but only inside types.
fn names_of_types(facts: &FileFacts) -> BTreeSet<Sym> {
    let mut spans: Vec<Span> = Vec::new();
    let mut add = |ty: Option<ExprId>| spans.extend(ty.map(|ty| facts.expr_span(ty)));
    for scope in &facts.scopes {
        add(scope.return_type);
        facts.params(scope.params).iter().for_each(|param| add(param.ty));
    }
    facts.binds.iter().for_each(|bind| add(bind.ty));
    // Types nest: one that stands inside another adds nothing.
    spans.sort_unstable_by_key(|span| (span.start, std::cmp::Reverse(span.end)));
    let mut end = 0;
    spans.retain(|span| {
        let is_outer = span.end > end;
        end = end.max(span.end);
        is_outer
    });
    let (mut typed, mut used) = (BTreeSet::new(), BTreeSet::new());
    for (index, expr) in facts.exprs.iter().enumerate() {
        let Expr::Name(name) = expr else { continue };
        let span = facts.expr_span(ExprId::from_index(index));
        let before = spans.partition_point(|ty| ty.start <= span.start);
        let around = before.checked_sub(1).and_then(|last| spans.get(last));
        if around.is_some_and(|ty| ty.contains(span)) {
            typed.insert(*name);
        } else {
            used.insert(*name);
        }
    }
    typed.difference(&used).copied().collect()
}

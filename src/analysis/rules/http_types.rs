//! Types of the web framework in services: one finding for each type and function.

use super::{context::Context, draft::Draft, matcher::Rule};
use crate::{
    analysis::{
        facts::{Expr, FileFacts, ImportFlags, Lang, ScopeId, Sym},
        link::{FileId, Value},
        resolve::external,
    },
    domain::layer::Layer,
};
use std::collections::{BTreeSet, HashMap};

/// Families of packs that name such types.
const FAMILIES: [&str; 2] = ["http-exception", "http-type"];

pub(super) fn check(context: &Context<'_, '_>, rule: &Rule) -> Vec<Draft> {
    let mut found = Vec::new();
    for (file, facts) in context.files(rule) {
        if context.layer(file) != Layer::Service {
            continue;
        }
        let imported = foreign_names(context, file, facts);
        let mut seen: BTreeSet<(ScopeId, String)> = BTreeSet::new();
        let mut look = |at: crate::analysis::facts::Span, path: &str, name: &str| {
            let is_http =
                FAMILIES.iter().any(|family| context.resolver().type_in_family(family, facts.lang, path));
            let scope = context.resolver().scope_at(file, at.start);
            if is_http && seen.insert((scope, name.to_owned())) {
                found.push(Draft::new(file, at).word("symbol", name));
            }
        };
        for (index, expr) in facts.exprs.iter().enumerate() {
            let id = crate::analysis::facts::ExprId::from_index(index);
            match expr {
                Expr::Name(name) => {
                    let text = facts.text(*name);
                    match imported.get(name) {
                        Some((path, false)) => look(facts.expr_span(id), path, text),
                        // Where a name stands for its whole path.
                        None if facts.lang == Lang::Php && text.contains('.') => {
                            look(facts.expr_span(id), text, text.rsplit('.').next().unwrap_or(text));
                        }
                        // Where a namespace brings its names without saying them.
                        None if facts.lang == Lang::CSharp && text.starts_with(char::is_uppercase) => {
                            if let Value::External(path) = context.resolver().value(file, id) {
                                look(facts.expr_span(id), &path, text);
                            }
                        }
                        _ => {}
                    }
                }
                // `http::StatusCode`, `fastapi.HTTPException`.
                Expr::Attr(object, member) => {
                    if let Expr::Name(module) = facts.expr(*object)
                        && let Some((path, true)) = imported.get(&module)
                    {
                        let member = facts.text(*member);
                        look(facts.expr_span(id), &format!("{path}.{member}"), member);
                    }
                }
                _ => {}
            }
        }
        for (id, call) in facts.call_ids() {
            let by_call = context.resolver().call_in_family("http-exception", file, id);
            if by_call.is_some_and(|member| !member.method.is_empty()) {
                let scope = call.scope;
                let name = super::context::last_name(facts, call.callee).unwrap_or_default();
                if seen.insert((scope, name.to_owned())) {
                    found.push(Draft::new(file, call.name_span).word("symbol", name));
                }
            }
        }
    }
    found
}

/// Names that come from outside the project: their path, and whether they are modules.
fn foreign_names(context: &Context<'_, '_>, file: FileId, facts: &FileFacts) -> HashMap<Sym, (String, bool)> {
    facts
        .imports
        .iter()
        .enumerate()
        .filter(|(_, import)| !import.flags.has(ImportFlags::TYPE_ONLY))
        .filter(|(position, _)| context.resolver().import_target(file, *position).is_none())
        .filter_map(|(_, import)| {
            let path = external(facts, import);
            let last = import.name.map_or("", |name| facts.text(name));
            // Types begin with a capital; `use axum::http` brings a module.
            let is_module = import.name.is_none() || last.starts_with(char::is_lowercase);
            let is_family =
                FAMILIES.iter().any(|family| context.resolver().type_in_family(family, facts.lang, &path));
            Some((
                import.alias?,
                (path, is_module && (import.name.is_none() || !is_family || facts.lang == Lang::Rust)),
            ))
        })
        .collect()
}

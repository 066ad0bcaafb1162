//! Reads of the environment: the name and whether a default stands in the source.

use crate::{
    analysis::{
        facts::{Expr, ExprId, FileFacts, ScopeKind},
        layering::{is_env_object, is_env_read},
        resolve::{Project, Target},
    },
    domain::{
        layer::Layer,
        map::{BackendMap, ConfigRead},
    },
};
use std::collections::HashSet;

/// Every read outside tests, by place; one entry for each name and line.
pub(super) fn reads(project: &Project<'_>, map: &BackendMap) -> Vec<ConfigRead> {
    let mut reads = Vec::new();
    for (file, facts) in project.files.iter().enumerate() {
        if matches!(map.layer_of(&facts.path), None | Some(Layer::Test)) {
            continue;
        }
        let defaulted = defaulted(facts);
        calls(project, file, &defaulted, &mut reads);
        members(facts, &defaulted, &mut reads);
        settings(project, file, &mut reads);
    }
    reads.sort_by(|a, b| (&a.file, a.line, &a.name).cmp(&(&b.file, b.line, &b.name)));
    reads.dedup_by(|a, b| (&a.file, a.line, &a.name) == (&b.file, b.line, &b.name));
    reads
}

/// Expressions that stand before an `or`, `||` or `??`, or whose result is unwrapped with a
/// default.
fn defaulted(facts: &FileFacts) -> HashSet<ExprId> {
    let mut found = HashSet::new();
    for expr in &facts.exprs {
        if let Expr::Either(options) = expr {
            let options = facts.list(*options);
            found.extend(options.iter().take(options.len().saturating_sub(1)));
        }
    }
    for call in &facts.calls {
        if let Expr::Attr(object, name) = facts.expr(call.callee)
            && matches!(facts.text(name), "unwrap_or" | "unwrap_or_else" | "unwrap_or_default")
        {
            found.insert(object);
        }
    }
    found
}

fn calls(project: &Project<'_>, file: usize, defaulted: &HashSet<ExprId>, reads: &mut Vec<ConfigRead>) {
    let Some(facts) = project.files.get(file) else { return };
    for (index, expr) in facts.exprs.iter().enumerate() {
        let Expr::Call(id) = expr else { continue };
        let Some(Target::External(path)) = project.callee(file, *id).filter(|target| match target {
            Target::External(path) => is_env_read(path),
            Target::Definition(..) | Target::Instance(..) | Target::File(_) => false,
        }) else {
            continue;
        };
        let Some(call) = facts.call(*id) else { continue };
        let args = facts.args(call.args);
        let Some(Expr::Str(name)) = args.first().map(|arg| facts.expr(arg.value)) else { continue };
        // A second argument of a Python read is its default; Rust reads take one.
        let has_default =
            (args.len() > 1 && !path.contains("var")) || defaulted.iter().any(|expr| expr.index() == index);
        reads.push(ConfigRead {
            name: facts.text(name).to_owned(),
            file: facts.path.clone(),
            line: facts.line(call.name_span.start),
            has_default,
        });
    }
}

/// `process.env.NAME`, `process.env['NAME']`, `os.environ['NAME']`.
fn members(facts: &FileFacts, defaulted: &HashSet<ExprId>, reads: &mut Vec<ConfigRead>) {
    for (index, expr) in facts.exprs.iter().enumerate() {
        let name = match expr {
            Expr::Attr(object, name) if is_env_object(facts, *object) => facts.text(*name),
            Expr::Index(object, key) if is_env_object(facts, *object) => match facts.expr(*key) {
                Expr::Str(name) => facts.text(name),
                _ => continue,
            },
            _ => continue,
        };
        // Methods of the environment object are calls, which are read above.
        if !name.starts_with(|c: char| c.is_ascii_uppercase() || c == '_') && name != name.to_uppercase() {
            continue;
        }
        let Some(span) = facts.expr_spans.get(index) else { continue };
        reads.push(ConfigRead {
            name: name.to_owned(),
            file: facts.path.clone(),
            line: facts.line(span.end.saturating_sub(1)),
            has_default: defaulted.iter().any(|expr| expr.index() == index),
        });
    }
}

/// Fields of a settings class are environment variables of the same name.
fn settings(project: &Project<'_>, file: usize, reads: &mut Vec<ConfigRead>) {
    let Some(facts) = project.files.get(file) else { return };
    for (id, scope) in facts.scope_ids().filter(|(_, scope)| scope.kind == ScopeKind::Class) {
        let is_settings = project
            .external_bases(file, id)
            .iter()
            .any(|base| matches!(base.as_str(), "pydantic_settings.BaseSettings" | "pydantic.BaseSettings"));
        if !is_settings || facts.text(scope.name).is_empty() {
            continue;
        }
        for bind in facts.binds.iter().filter(|b| b.scope == id && b.ty.is_some() && b.object.is_none()) {
            let name = facts.text(bind.name);
            if name == "model_config" {
                continue;
            }
            reads.push(ConfigRead {
                name: name.to_uppercase(),
                file: facts.path.clone(),
                line: facts.line(bind.name_span.start),
                has_default: bind.value.is_some(),
            });
        }
    }
}

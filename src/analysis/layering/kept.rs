//! Models that nothing in their own file gives away: what repositories speak of.

use super::{queries::name_matches, signs::Signs};
use crate::analysis::{
    facts::{BindKind, Expr, ExprId, FileFacts, ScopeKind},
    resolve::{Project, Target},
};
use std::collections::BTreeMap;

/// The files of classes that repositories take, give or hold, and of what those consist
/// of; each with the place that says so.
pub(super) fn kept_files(project: &Project<'_>, signs: &Signs) -> BTreeMap<usize, (String, u32)> {
    let mut kept: BTreeMap<usize, (String, u32)> = BTreeMap::new();
    let mut open = Vec::new();
    for (index, facts) in project.files.iter().enumerate() {
        let names = signs
            .keepers
            .iter()
            .filter(|(languages, _)| languages.iter().any(|name| name == facts.lang.name()));
        let names: Vec<&String> = names.flat_map(|(_, names)| names).collect();
        for (id, scope) in facts.scope_ids() {
            let is_type = matches!(scope.kind, ScopeKind::Class | ScopeKind::Interface);
            let name = facts.text(scope.name);
            let keeps = |name: &str| names.iter().any(|pattern| name_matches(pattern, name));
            let inherits = || {
                let bases = project.external_bases(index, id);
                bases.iter().any(|base| keeps(base.rsplit('.').next().unwrap_or(base)))
            };
            if !is_type || names.is_empty() || !(keeps(name) || inherits()) {
                continue;
            }
            let mut types: Vec<ExprId> = facts.list(scope.bases).to_vec();
            for (_, member) in facts.scope_ids().filter(|(_, member)| member.parent == Some(id)) {
                types.extend(member.return_type);
                types.extend(facts.params(member.params).iter().filter_map(|param| param.ty));
            }
            types.extend(facts.binds.iter().filter(|bind| bind.scope == id).filter_map(|bind| bind.ty));
            for ty in types {
                named_files(project, index, facts, ty, &mut open);
            }
            let line = facts.line(scope.name_span.start);
            while let Some(file) = open.pop() {
                if file == index || kept.contains_key(&file) {
                    continue;
                }
                kept.insert(file, (facts.path.clone(), line));
                // What a model consists of is kept with it.
                let Some(facts) = project.files.get(file) else { continue };
                for bind in facts.binds.iter().filter(|bind| bind.kind == BindKind::Field) {
                    if let Some(ty) = bind.ty {
                        named_files(project, file, facts, ty, &mut open);
                    }
                }
            }
        }
    }
    kept
}

/// The files of the classes that a type names, its arguments included.
fn named_files(project: &Project<'_>, file: usize, facts: &FileFacts, ty: ExprId, found: &mut Vec<usize>) {
    match facts.expr(ty) {
        Expr::Index(base, arguments) => {
            named_files(project, file, facts, base, found);
            named_files(project, file, facts, arguments, found);
        }
        Expr::List(items) | Expr::Either(items) => {
            for item in facts.list(items) {
                named_files(project, file, facts, *item, found);
            }
        }
        Expr::Name(_) | Expr::Attr(..) => {
            if let Some(Target::Definition(other, _)) = project.target(file, ty) {
                found.push(other);
            }
        }
        _ => {}
    }
}

//! What one file says about names: the index that following them starts from.

use crate::analysis::facts::{Expr, ExprId, FileFacts, ImportFlags, Lang, ScopeId, ScopeKind};
use rustc_hash::FxHashMap;

/// What a module-level name of a file is.
#[derive(Debug, Clone, Copy)]
pub(super) enum Named {
    Scope(ScopeId),
    Import(usize),
    Value(ExprId),
}

/// A class or function of the project.
pub(super) type Place = (usize, ScopeId);

/// What one file says about names.
#[derive(Debug, Default)]
pub(super) struct Names<'a> {
    /// At module level, the first definition of each.
    pub(super) named: FxHashMap<&'a str, Named>,
    /// (class, member) to the member's scope.
    pub(super) members: FxHashMap<(ScopeId, &'a str), ScopeId>,
    /// Exported under another name, and `module.exports`.
    pub(super) exports: FxHashMap<&'a str, ExprId>,
    /// Indexes of star imports.
    pub(super) stars: Vec<usize>,
    /// Class scopes by the name of the type they add members to (Rust `impl`).
    pub(super) impls: FxHashMap<&'a str, Vec<ScopeId>>,
    pub(super) classes: Vec<ScopeId>,
}

impl<'a> Names<'a> {
    /// Reads one file.
    pub(super) fn new(file: &'a FileFacts) -> Self {
        let mut names = Self::default();
        for (id, scope) in file.scope_ids() {
            let name = file.text(scope.name);
            if matches!(scope.kind, ScopeKind::Class | ScopeKind::Interface) {
                names.classes.push(id);
            }
            let Some(parent) = scope.parent else { continue };
            let at_top = file.scopes_around(parent).all(|(_, scope)| match file.lang {
                Lang::Ruby | Lang::Php | Lang::Elixir => {
                    matches!(scope.kind, ScopeKind::Module | ScopeKind::Namespace)
                }
                _ => scope.kind == ScopeKind::Module,
            });
            if at_top && !name.is_empty() && scope.owner.is_none() && scope.kind != ScopeKind::Namespace {
                names.named.entry(name).or_insert(Named::Scope(id));
            }
            if let Some(owner) = scope.owner
                && let Expr::Name(owner) = file.expr(owner)
            {
                names.impls.entry(file.text(owner)).or_default().push(id);
            }
            if scope.kind == ScopeKind::Function {
                names.members.entry((parent, name)).or_insert(id);
            }
        }
        for (at, import) in file.imports.iter().enumerate() {
            if let Some(alias) = import.alias {
                names.named.entry(file.text(alias)).or_insert(Named::Import(at));
            }
            if import.flags.has(ImportFlags::STAR) {
                names.stars.push(at);
            }
        }
        for bind in file.binds.iter().filter(|b| b.scope == ScopeId::MODULE && b.object.is_none()) {
            if let Some(value) = bind.value {
                names.named.entry(file.text(bind.name)).or_insert(Named::Value(value));
            }
        }
        names.exports = file.exports.iter().map(|e| (file.text(e.name), e.value)).collect();
        names
    }
}

/// Names of functions and methods, each with its only definition.
pub(super) fn unique(files: &[FileFacts]) -> FxHashMap<&str, Option<Place>> {
    let mut unique = FxHashMap::default();
    for (index, file) in files.iter().enumerate() {
        for (id, scope) in file.scope_ids() {
            if scope.kind == ScopeKind::Function && scope.parent.is_some() {
                let place = unique.entry(file.text(scope.name)).or_insert(Some((index, id)));
                if *place != Some((index, id)) {
                    *place = None;
                }
            }
        }
    }
    unique
}

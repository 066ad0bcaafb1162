//! Finds definitions, bindings and imports of one file by scope and name.

use super::grown::GROWS;
use crate::analysis::facts::{CallId, Expr, ExprId, FileFacts, Lang, ScopeId, ScopeKind, Span};
use rustc_hash::FxHashMap;

/// What a name stands for in its scope.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Named {
    Definition(ScopeId),
    /// Position in `FileFacts::binds`.
    Bind(u32),
    /// Position in `FileFacts::imports`.
    Import(u32),
    /// Position among the parameters of the scope.
    Param(u32),
    /// A name taken out of a destructured parameter.
    ParamField(u32),
}

/// The index of one file.
#[derive(Debug, Default)]
pub(super) struct FileIndex<'a> {
    /// By name; sorted by scope, in source order within one.
    names: FxHashMap<&'a str, Vec<(ScopeId, Named)>>,
    /// Fields set on the receiver in methods, by class.
    fields: FxHashMap<&'a str, Vec<(ScopeId, u32)>>,
    returns: FxHashMap<ScopeId, Vec<ExprId>>,
    /// Definitions by the calls that annotate them.
    annotated: FxHashMap<CallId, ScopeId>,
    /// The call that takes a function value as argument, with the position.
    taken_by: FxHashMap<ScopeId, (CallId, u32)>,
    /// Calls whose callee is the value of another call.
    called: FxHashMap<CallId, CallId>,
    /// Calls of a method on the value of another call, by where that one stands.
    chained: FxHashMap<Span, CallId>,
    /// Calls that make a list of that name longer.
    grows: FxHashMap<&'a str, Vec<CallId>>,
    /// Positions of star imports of the module.
    pub stars: Vec<u32>,
    /// Bodies sorted by start, outer before inner.
    bodies: Vec<(u32, u32, ScopeId)>,
}

impl<'a> FileIndex<'a> {
    /// The index of a file's facts.
    pub fn new(facts: &'a FileFacts) -> Self {
        let mut index = Self::default();
        for (id, scope) in facts.scope_ids() {
            let name = facts.text(scope.name);
            if let Some(parent) = scope.parent
                && !name.is_empty()
                && scope.owner.is_none()
                && scope.kind != ScopeKind::Lambda
            {
                index.add(parent, name, Named::Definition(id));
                if let Some(module) = beyond_namespaces(facts, parent) {
                    index.add(module, name, Named::Definition(id));
                }
            }
            for (position, param) in facts.params(scope.params).iter().enumerate() {
                let position = u32::try_from(position).unwrap_or(u32::MAX);
                index.add(id, facts.text(param.name), Named::Param(position));
                for field in facts.names(param.fields) {
                    index.add(id, facts.text(*field), Named::ParamField(position));
                }
            }
            for annotation in facts.list(scope.annotations) {
                if let Expr::Call(call) = facts.expr(*annotation) {
                    index.annotated.insert(call, id);
                }
            }
            index.bodies.push((scope.body.start, scope.body.end, id));
        }
        index.bodies.sort_by_key(|(start, end, id)| (*start, std::cmp::Reverse(*end), *id));
        for (position, bind) in facts.binds.iter().enumerate() {
            let position = u32::try_from(position).unwrap_or(u32::MAX);
            let name = facts.text(bind.name);
            match bind.object.map(|object| facts.expr(object)) {
                None => index.add(bind.scope, name, Named::Bind(position)),
                Some(Expr::SelfRef) => {
                    let class = facts
                        .scopes_around(bind.scope)
                        .find(|(_, scope)| scope.kind == ScopeKind::Class || scope.owner.is_some())
                        .map(|(id, _)| id);
                    if let Some(class) = class {
                        index.fields.entry(name).or_default().push((class, position));
                    }
                }
                Some(_) => {}
            }
        }
        for (position, import) in facts.imports.iter().enumerate() {
            let position = u32::try_from(position).unwrap_or(u32::MAX);
            if let Some(alias) = import.alias {
                index.add(import.scope, facts.text(alias), Named::Import(position));
            } else if import.flags.has(crate::analysis::facts::ImportFlags::STAR) {
                index.stars.push(position);
            }
        }
        for ret in &facts.returns {
            index.returns.entry(ret.scope).or_default().push(ret.value);
        }
        for (id, call) in facts.call_ids() {
            for (position, arg) in facts.args(call.args).iter().enumerate() {
                if let Expr::Fun(scope) = facts.expr(arg.value) {
                    index.taken_by.insert(scope, (id, u32::try_from(position).unwrap_or(u32::MAX)));
                }
            }
            match facts.expr(call.callee) {
                Expr::Call(inner) => {
                    index.called.insert(inner, id);
                }
                Expr::Attr(receiver, method) => {
                    if let Expr::Name(list) = facts.expr(receiver)
                        && GROWS.contains(&facts.text(method))
                    {
                        index.grows.entry(facts.text(list)).or_default().push(id);
                    }
                    if let Expr::Call(inner) = facts.expr(receiver)
                        && let Some(inner) = facts.call(inner)
                    {
                        index.chained.insert(inner.span, id);
                    }
                }
                _ => {}
            }
        }
        index.names.values_mut().for_each(|list| list.sort_by_key(|(scope, _)| *scope));
        index.fields.values_mut().for_each(|list| list.sort_by_key(|(scope, _)| *scope));
        index
    }

    fn add(&mut self, scope: ScopeId, name: &'a str, named: Named) {
        self.names.entry(name).or_default().push((scope, named));
    }

    /// What a name stands for in exactly this scope.
    pub fn named(&self, scope: ScopeId, name: &str) -> Vec<Named> {
        of_scope(self.names.get(name), scope)
    }

    /// Whether a name stands for something in exactly this scope.
    pub fn is_named(&self, scope: ScopeId, name: &str) -> bool {
        self.names.get(name).is_some_and(|list| list.binary_search_by_key(&scope, |(of, _)| *of).is_ok())
    }

    /// Bindings of a field in the methods of a class.
    pub fn fields(&self, class: ScopeId, name: &str) -> Vec<u32> {
        of_scope(self.fields.get(name), class)
    }

    /// The values that a function returns.
    pub fn returns(&self, scope: ScopeId) -> &[ExprId] {
        self.returns.get(&scope).map_or(&[], Vec::as_slice)
    }

    /// Calls that put something into the list of that name.
    pub fn grows(&self, name: &str) -> &[CallId] {
        self.grows.get(name).map_or(&[], Vec::as_slice)
    }

    /// The definition that a call annotates.
    pub fn annotated(&self, annotation: CallId) -> Option<ScopeId> {
        self.annotated.get(&annotation).copied()
    }

    /// The call that takes this function value, and as which argument.
    pub fn taken_by(&self, scope: ScopeId) -> Option<(CallId, u32)> {
        self.taken_by.get(&scope).copied()
    }

    /// The call that calls the value of this call.
    pub fn called(&self, call: CallId) -> Option<CallId> {
        self.called.get(&call).copied()
    }

    /// The call of a method on the value of the call that stands there.
    pub fn chained(&self, receiver: Span) -> Option<CallId> {
        self.chained.get(&receiver).copied()
    }

    /// The innermost scope whose body holds a byte offset.
    pub fn scope_at(&self, facts: &FileFacts, offset: u32) -> ScopeId {
        let after = self.bodies.partition_point(|(start, _, _)| *start <= offset);
        let Some((_, _, candidate)) = after.checked_sub(1).and_then(|last| self.bodies.get(last)) else {
            return ScopeId::MODULE;
        };
        // Either this body holds the offset, or one of a scope around it does.
        facts
            .scopes_around(*candidate)
            .find(|(_, scope)| scope.body.start <= offset && offset < scope.body.end)
            .map_or(ScopeId::MODULE, |(id, _)| id)
    }
}

/// The module, for what stands in namespaces of a language whose files are no modules.
fn beyond_namespaces(facts: &FileFacts, parent: ScopeId) -> Option<ScopeId> {
    let open = matches!(facts.lang, Lang::Ruby | Lang::Php | Lang::Elixir) && parent != ScopeId::MODULE;
    let namespaces = facts
        .scopes_around(parent)
        .all(|(_, scope)| matches!(scope.kind, ScopeKind::Namespace | ScopeKind::Module));
    (open && namespaces).then_some(ScopeId::MODULE)
}

/// The entries of one scope in a list sorted by scope.
fn of_scope<T: Copy>(list: Option<&Vec<(ScopeId, T)>>, scope: ScopeId) -> Vec<T> {
    let Some(list) = list else { return Vec::new() };
    let start = list.partition_point(|(of, _)| *of < scope);
    list.iter().skip(start).take_while(|(of, _)| *of == scope).map(|(_, entry)| *entry).collect()
}

//! Operations that are no HTTP routes: GraphQL fields and methods of gRPC services.
//!
//! They stand in contract files, or in the code where annotations and root classes make
//! them; what the code states wins over a file that repeats it.

use super::{
    contracts::{self, Operation},
    linker::Linker,
    project::{FileId, ProjectFiles},
    select::Site,
    value::Value,
};
use crate::{
    analysis::{
        facts::{Call, Expr, ExprId, FileFacts, Scope, ScopeFlags, ScopeId, ScopeKind},
        glob::Glob,
    },
    domain::{
        map::{Endpoint, EndpointKind},
        place::Place,
    },
    knowledge::packs::{CodeOperation, OperationKind, Pack, Pattern},
};
use std::collections::BTreeSet;

/// An operation with the definition that handles it.
pub(super) type Found = (Endpoint, Option<(FileId, ScopeId)>);

/// Folders whose contracts describe the services of others.
const FOREIGN: [&str; 5] = ["google", "third_party", "vendor", "node_modules", "testdata"];

impl<'a> Linker<'a> {
    /// Every operation of the project, sorted.
    pub fn operations(&mut self, project: &ProjectFiles) -> Vec<Found> {
        let mut found = self.code_operations();
        let mut known: BTreeSet<(String, String)> =
            found.iter().map(|(endpoint, _)| (endpoint.method.clone(), endpoint.path.clone())).collect();
        let mut roots = None;
        for (path, text) in &project.texts {
            let (kind, operations) = match path.rsplit('.').next() {
                Some("graphql" | "gql" | "graphqls") => (EndpointKind::Graphql, contracts::graphql(text)),
                Some("proto") => (EndpointKind::Grpc, contracts::proto(text)),
                _ => continue,
            };
            if path.split('/').any(|folder| FOREIGN.contains(&folder)) {
                continue;
            }
            for operation in operations {
                let (named, definition) = if kind == EndpointKind::Grpc {
                    self.implementation(&operation)
                } else {
                    // Looked for where there is a schema at all.
                    let roots = roots.get_or_insert_with(|| self.root_resolvers());
                    self.resolver_of(roots, operation.method, &operation.name).unwrap_or_default()
                };
                // A service that nothing here implements is called, not served.
                if kind == EndpointKind::Grpc && named.is_empty() {
                    continue;
                }
                if known.insert((operation.method.to_owned(), operation.path.clone())) {
                    found.push(self.endpoint(kind, operation, named, path.clone(), definition));
                }
            }
        }
        found.sort_by(|(a, _), (b, _)| {
            (&a.path, &a.method, &a.file, a.line).cmp(&(&b.path, &b.method, &b.file, b.line))
        });
        found
    }

    fn endpoint(
        &self,
        kind: EndpointKind,
        operation: Operation,
        handler: String,
        file: String,
        definition: Option<(FileId, ScopeId)>,
    ) -> Found {
        let handler_place = definition.and_then(|(file, scope)| {
            let facts = self.facts(file)?;
            Some(Place::new(facts.path.clone(), facts.line(facts.scope(scope)?.name_span.start)))
        });
        let Operation { method, path, line, .. } = operation;
        let endpoint = Endpoint { kind, method: method.to_owned(), path, handler, file, line, handler_place };
        (endpoint, definition)
    }

    /// The name under which the project implements a method, and its definition where only
    /// one has that name.
    fn implementation(&self, operation: &Operation) -> (String, Option<(FileId, ScopeId)>) {
        let lower = {
            let mut chars = operation.name.chars();
            chars
                .next()
                .map(|first| first.to_lowercase().chain(chars).collect::<String>())
                .unwrap_or_default()
        };
        for name in [operation.name.clone(), lower, snake(&operation.name)] {
            if let Some(definition) = self.methods.get(name.as_str()) {
                return (name, *definition);
            }
        }
        (String::new(), None)
    }

    /// The operations that annotations and root classes make.
    fn code_operations(&mut self) -> Vec<Found> {
        let mut found = Vec::new();
        for index in 0..self.files.len() {
            let Ok(number) = u32::try_from(index) else { break };
            let file = FileId(number);
            let Some(facts) = self.facts(file).filter(|_| !self.muted.get(index).copied().unwrap_or(false))
            else {
                continue;
            };
            let rules: Vec<(u16, &'a CodeOperation)> = self
                .rules
                .of(facts.lang)
                .flat_map(|(position, pack)| pack.operations.iter().map(move |rule| (position, rule)))
                .collect();
            if rules.is_empty() {
                continue;
            }
            for (id, scope) in facts.scope_ids() {
                if scope.kind != ScopeKind::Function {
                    continue;
                }
                self.refuel();
                for (position, rule) in &rules {
                    if let Some(operation) = self.code_operation(file, id, *position, rule) {
                        let kind = match rule.kind {
                            OperationKind::Graphql => EndpointKind::Graphql,
                            OperationKind::Grpc => EndpointKind::Grpc,
                        };
                        let handler = facts.text(scope.name).to_owned();
                        found.push(self.endpoint(
                            kind,
                            operation,
                            handler,
                            facts.path.clone(),
                            Some((file, id)),
                        ));
                        break;
                    }
                }
            }
        }
        found
    }

    /// The operation that a function is by a rule.
    fn code_operation(
        &mut self,
        file: FileId,
        function: ScopeId,
        position: u16,
        rule: &'a CodeOperation,
    ) -> Option<Operation> {
        let facts = self.facts(file)?;
        let scope = facts.scope(function)?;
        let pack = self.rules.pack(position)?;
        let written = facts.text(scope.name);
        let mut site = Site { file, call: None, definition: Some(function) };
        let mut line = facts.line(scope.name_span.start);
        if !rule.class.is_empty() {
            self.root_class(file, scope.parent?, position, rule).then_some(())?;
        }
        if !rule.names.is_empty() {
            let annotations = facts.list(scope.annotations).to_vec();
            let (annotation, call) = annotations.into_iter().find_map(|annotation| {
                let (_, call) = self.marks_operation(file, facts, annotation, &rule.names, pack)?;
                Some((annotation, call))
            })?;
            site.call = call;
            line = facts.line(facts.expr_span(annotation).start);
            let of_wanted = rule.path.is_empty() || self.is_at_path(file, facts, annotation, &rule.path);
            of_wanted.then_some(())?;
        }
        if rule.public && (!scope.flags.has(ScopeFlags::EXPORTED) || is_constructor(facts, scope)) {
            return None;
        }
        let own = written.strip_prefix(rule.prefix.as_str()).filter(|own| !own.is_empty())?;
        let private = written.starts_with('_') || rule.class.is_empty() && rule.names.is_empty();
        if private {
            return None;
        }
        let stated: Vec<String> = self
            .select(site, &rule.name)
            .into_iter()
            .filter_map(|selected| selected.value.as_constant().map(str::to_owned))
            .collect();
        let name = match stated.as_slice() {
            [] if rule.camel => camel_of(without(own, &rule.without)),
            [] => without(own, &rule.without).to_owned(),
            [service, method] if rule.kind == OperationKind::Grpc => format!("/{service}/{method}"),
            [name, ..] => name.clone(),
        };
        let method = match rule.method.to_uppercase().as_str() {
            "MUTATION" => "MUTATION",
            "SUBSCRIPTION" => "SUBSCRIPTION",
            "RPC" => "RPC",
            _ => "QUERY",
        };
        Some(Operation { method, path: name.clone(), name, line })
    }

    /// As `annotation_of`; where a pack says that files see its names without an import, a
    /// name of nobody else is one of them.
    fn marks_operation(
        &mut self,
        file: FileId,
        facts: &'a FileFacts,
        annotation: ExprId,
        names: &[String],
        pack: &Pack,
    ) -> Option<(&'a str, Option<&'a Call>)> {
        let found = self.annotation_of(file, facts, annotation, names, pack);
        if found.is_some() || pack.ambient.is_empty() {
            return found;
        }
        let (callee, call) = match facts.expr(annotation) {
            Expr::Call(call) => (facts.call(call)?.callee, facts.call(call)),
            _ => (annotation, None),
        };
        let written =
            self.callee_name(file, callee).filter(|written| names.iter().any(|name| name == written))?;
        let is_nobodys = matches!(self.expr(file, callee), Value::External(path) if path.as_ref() == written);
        is_nobodys.then_some((written, call))
    }

    /// Whether an annotation is one of an object that a pattern describes: `@query.field`.
    fn is_at_path(&mut self, file: FileId, facts: &FileFacts, annotation: ExprId, paths: &[Pattern]) -> bool {
        let callee = match facts.expr(annotation) {
            Expr::Call(call) => facts.call(call).map_or(annotation, |call| call.callee),
            _ => annotation,
        };
        match self.expr(file, callee) {
            Value::External(path) => paths.iter().any(|pattern| pattern.matches(&path)),
            _ => false,
        }
    }

    /// Whether the class around a method is a root type of the rule.
    fn root_class(&mut self, file: FileId, class: ScopeId, position: u16, rule: &CodeOperation) -> bool {
        let (Some(facts), Some(pack)) = (self.facts(file), self.rules.pack(position)) else { return false };
        let Some(scope) = facts.scope(class).filter(|scope| scope.kind == ScopeKind::Class) else {
            return false;
        };
        let owner = scope.owner.and_then(|owner| self.callee_name(file, owner));
        let name = owner.unwrap_or_else(|| facts.text(scope.name));
        if !rule.class.iter().any(|glob| Glob::new(glob).is_match(name)) {
            return false;
        }
        let annotations = facts.list(scope.annotations).to_vec();
        let marked = !rule.annotation.is_empty()
            && annotations.into_iter().any(|annotation| {
                self.marks_operation(file, facts, annotation, &rule.annotation, pack).is_some()
            });
        marked
            || (!rule.base.is_empty() && {
                let bases = self.foreign_bases(file, class);
                bases.iter().any(|base| rule.base.iter().any(|pattern| pattern.matches(base)))
            })
    }
}

/// Whether a method makes objects of the class around it.
fn is_constructor(facts: &FileFacts, scope: &Scope) -> bool {
    scope.parent.and_then(|class| facts.scope(class)).is_some_and(|class| class.name == scope.name)
}

/// A name without what it begins or ends with: `GetLoafAsync` is `Loaf`.
fn without<'n>(name: &'n str, parts: &[String]) -> &'n str {
    let mut left = name;
    for part in parts {
        let begins = left.strip_prefix(part.as_str()).filter(|rest| rest.starts_with(char::is_uppercase));
        let ends = left.strip_suffix(part.as_str()).filter(|rest| !rest.is_empty());
        left = begins.or(ends).unwrap_or(left);
    }
    left
}

/// `GetLoaf` becomes `get_loaf`.
fn snake(name: &str) -> String {
    let mut out = String::with_capacity(name.len() + 4);
    for (at, c) in name.char_indices() {
        if c.is_uppercase() && at > 0 {
            out.push('_');
        }
        out.extend(c.to_lowercase());
    }
    out
}

/// `all_loaves` and `AllLoaves` become `allLoaves`.
fn camel_of(name: &str) -> String {
    let mut parts = name.split('_');
    let mut first = parts.next().unwrap_or_default().chars();
    let mut out: String = first.next().map(|c| c.to_ascii_lowercase()).into_iter().chain(first).collect();
    for part in parts {
        let mut chars = part.chars();
        out.extend(chars.next().map(|first| first.to_ascii_uppercase()));
        out.extend(chars);
    }
    out
}

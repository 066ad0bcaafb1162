//! Specification first: routes that stand in an OpenAPI file, on methods that implement
//! interfaces generated from it.

use super::{
    graph::{Handler, NodeId, NodeKey, Route},
    linker::Linker,
    lone::shared_folders,
    project::{FileId, ProjectFiles},
    select::Site,
    value::Value,
};
use crate::{
    analysis::facts::{Call, CallId, Expr, ExprId, FileFacts, ScopeId, ScopeKind},
    knowledge::packs::{self, Class},
};
use serde_json::Value as Json;
use std::collections::BTreeMap;

/// Operations beyond this are left out: no specification has as many.
const MAX_OPERATIONS: usize = 20_000;

/// The operations of a project's specifications.
#[derive(Debug, Default)]
pub(super) struct Specs {
    /// By operation id as generators spell it.
    operations: BTreeMap<String, Vec<SpecRoute>>,
    /// The same by the id as it is written.
    names: BTreeMap<String, Vec<SpecRoute>>,
}

/// A route of a specification.
#[derive(Debug, Clone, PartialEq, Eq)]
struct SpecRoute {
    verb: String,
    path: String,
    /// The specification.
    file: String,
}

impl Specs {
    /// Reads the specifications among the texts of a project.
    pub fn new(project: &ProjectFiles) -> Self {
        let mut specs = Self::default();
        for (path, text) in &project.texts {
            let mentions = text.contains("operationId") && text.contains("paths");
            if !mentions || path.split('/').any(|folder| folder == "test") {
                continue;
            }
            let root: Option<Json> = match path.rsplit('.').next() {
                Some("json") => serde_json::from_str(text).ok(),
                Some("yml" | "yaml") => serde_saphyr::from_str(text).ok(),
                _ => None,
            };
            if let Some(root) = root {
                specs.add(path, &root);
            }
        }
        specs
    }

    fn add(&mut self, file: &str, root: &Json) {
        if root.get("openapi").is_none() && root.get("swagger").is_none() {
            return;
        }
        let base = root.get("basePath").and_then(Json::as_str).unwrap_or("");
        for (path, item) in root.get("paths").and_then(Json::as_object).into_iter().flatten() {
            for (verb, operation) in item.as_object().into_iter().flatten() {
                let Some(id) = operation.get("operationId").and_then(Json::as_str) else { continue };
                if self.operations.len() < MAX_OPERATIONS {
                    let (verb, path) = (verb.to_uppercase(), super::path::join(base, path));
                    let route = SpecRoute { verb, path, file: file.to_owned() };
                    self.names.entry(id.to_owned()).or_default().push(route.clone());
                    self.operations.entry(plain(id)).or_default().push(route);
                }
            }
        }
    }

    fn is_empty(&self) -> bool {
        self.operations.is_empty()
    }
}

/// An operation id or method name without what generators change.
fn plain(name: &str) -> String {
    name.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

/// The routes of the specification that shares most folders with a file: services beside
/// each other may give operations of their own the same name.
fn nearest<'r>(routes: &'r [SpecRoute], path: &str) -> impl Iterator<Item = &'r SpecRoute> {
    let shared: Vec<usize> = routes.iter().map(|route| shared_folders(&route.file, path)).collect();
    let most = shared.iter().copied().max().unwrap_or(0);
    routes.iter().zip(shared).filter(move |(_, shared)| *shared == most).map(|(route, _)| route)
}

/// The name that a generator gives the method of an operation: `list-loaves`, `ListLoaves`.
fn pascal(id: &str) -> String {
    let mut out = String::with_capacity(id.len());
    for part in id.split(|c: char| !c.is_alphanumeric()) {
        let mut chars = part.chars();
        out.extend(chars.next().into_iter().flat_map(char::to_uppercase));
        out.push_str(chars.as_str());
    }
    out
}

impl Linker<'_> {
    /// A call of a function in a file that is not read, which a pack knows by its name.
    pub fn unread_call(&mut self, file: FileId, facts: &FileFacts, id: CallId, call: &Call) -> Option<Value> {
        let name = self.callee_name(file, call.callee)?;
        let rules = self.rules.calls(facts.lang, &format!("unread.{name}"));
        rules.into_iter().find_map(|(pack, rule)| self.foreign_call(file, facts, id, call, pack, rule))
    }

    /// Serves the operations of the specifications, on the router that a call is given, by
    /// the methods of the object that it is given; none where no method answers any.
    pub fn serve_spec(
        &mut self,
        site: Site<'_>,
        id: CallId,
        position: u16,
        rule: &packs::Call,
    ) -> Option<NodeId> {
        let operations: Vec<(String, Vec<SpecRoute>)> =
            self.specs.names.iter().map(|(id, routes)| (pascal(id), routes.clone())).collect();
        let given = self.select(site, &rule.handler);
        let mut classes: Vec<(FileId, ScopeId)> = Vec::new();
        for selected in &given {
            self.objects_of(&selected.value, selected.expr, &mut classes, 0);
        }
        let mut routes = Vec::new();
        let node = self.graph.node(NodeKey::Call(site.file, id), position);
        for (name, found) in operations {
            for (file, class) in classes.clone() {
                let Value::Function(of, method) = self.class_member(file, class, &name) else { continue };
                let Some(facts) = self.facts(of) else { continue };
                let Some(span) = facts.scope(method).map(|scope| scope.name_span) else { continue };
                let found = nearest(&found, &facts.path);
                let handler = Handler { name: name.clone(), definition: Some((of, method)) };
                routes.extend(found.map(|stated| Route {
                    node,
                    verbs: vec![stated.verb.clone()],
                    path: vec![stated.path.as_str().into()],
                    handler: handler.clone(),
                    file: of,
                    span,
                }));
                break;
            }
        }
        if routes.is_empty() {
            return None;
        }
        self.graph.routes.extend(routes);
        if let Some(node) = self.graph.get_mut(node) {
            node.app |= rule.app;
        }
        self.serve(site, node, rule);
        Some(node)
    }

    /// The classes of objects among a value, or among the arguments of the call that makes it.
    fn objects_of(
        &mut self,
        value: &Value,
        expr: Option<(FileId, ExprId)>,
        classes: &mut Vec<(FileId, ScopeId)>,
        depth: usize,
    ) {
        for value in value.alternatives() {
            if let Value::Instance(file, class) = value
                && !classes.contains(&(*file, *class))
            {
                classes.push((*file, *class));
            }
        }
        let Some((file, expr)) = expr.filter(|_| classes.is_empty() && depth < 4) else { return };
        let Some(facts) = self.facts(file) else { return };
        // What wraps the object stands in the file that is not read.
        let made = match facts.expr(expr) {
            Expr::Call(call) => facts.call(call),
            Expr::Name(name) => {
                let bound = facts.binds.iter().rev().find(|bind| bind.name == name && bind.object.is_none());
                match bound.and_then(|bind| bind.value).map(|value| facts.expr(value)) {
                    Some(Expr::Call(call)) => facts.call(call),
                    _ => None,
                }
            }
            _ => None,
        };
        for arg in made.map(|call| facts.args(call.args).to_vec()).unwrap_or_default() {
            let value = self.expr(file, arg.value);
            self.objects_of(&value, Some((file, arg.value)), classes, depth + 1);
        }
    }

    /// Whether a class implements an interface that is generated from a specification.
    pub fn is_from_spec(&mut self, file: FileId, class: ScopeId, rule: &Class) -> bool {
        if rule.spec_bases.is_empty() || self.specs.is_empty() {
            return false;
        }
        self.foreign_bases(file, class).iter().any(|base| {
            let last = base.rsplit('.').next().unwrap_or(base);
            rule.spec_bases.iter().any(|pattern| match pattern.strip_prefix('*') {
                Some(end) => last.ends_with(end),
                None => last == pattern,
            })
        })
    }

    /// Routes of the methods that are named like operations of a specification.
    pub fn spec_routes(&mut self, file: FileId, class: ScopeId, node: NodeId) {
        let Some(facts) = self.facts(file) else { return };
        for (id, scope) in facts.scope_ids() {
            if scope.parent != Some(class) || scope.kind != ScopeKind::Function {
                continue;
            }
            let known = self
                .graph
                .routes
                .iter()
                .any(|route| route.node == node && route.handler.definition == Some((file, id)));
            let name = facts.text(scope.name);
            let stated = self.specs.operations.get(&plain(name)).map(Vec::as_slice).unwrap_or_default();
            for stated in nearest(stated, &facts.path) {
                if known {
                    break;
                }
                let handler = Handler { name: name.to_owned(), definition: Some((file, id)) };
                self.graph.routes.push(Route {
                    node,
                    verbs: vec![stated.verb.clone()],
                    path: vec![stated.path.as_str().into()],
                    handler,
                    file,
                    span: scope.name_span,
                });
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn operations_are_read_from_both_versions_and_formats() {
        let texts = [
            (
                "a/openapi.yml",
                "openapi: 3.0.1\npaths:\n  /owners/{id}:\n    get:\n      operationId: get-owner\n",
            ),
            (
                "b/swagger.json",
                r#"{"swagger": "2.0", "basePath": "/v2", "paths": {"/pets": {"post": {"operationId": "addPet"}}}}"#,
            ),
            ("c/values.yaml", "paths: [operationId]\n"),
        ];
        let texts = texts.iter().map(|(path, text)| ((*path).to_owned(), (*text).to_owned())).collect();
        let specs = Specs::new(&ProjectFiles { texts });
        let route = |verb: &str, path: &str, file: &str| SpecRoute {
            verb: verb.to_owned(),
            path: path.to_owned(),
            file: file.to_owned(),
        };
        assert_eq!(specs.operations["getowner"], [route("GET", "/owners/{id}", "a/openapi.yml")]);
        assert_eq!(specs.operations["addpet"], [route("POST", "/v2/pets", "b/swagger.json")]);
        assert_eq!(specs.operations.len(), 2);
    }

    #[test]
    fn services_beside_each_other_have_operations_of_their_own() {
        let route = |file: &str| SpecRoute { verb: "GET".into(), path: "/x".into(), file: file.into() };
        let routes = [route("a/src/openapi.yml"), route("b/src/openapi.yml"), route("openapi.yml")];
        let files = |path: &str| nearest(&routes, path).map(|route| route.file.as_str()).collect::<Vec<_>>();
        assert_eq!(files("a/src/main/Hello.java"), ["a/src/openapi.yml"]);
        assert_eq!(files("c/Hello.java").len(), 3);
    }
}

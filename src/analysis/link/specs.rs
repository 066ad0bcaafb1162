//! Specification first: routes that stand in an OpenAPI file, on methods that implement
//! interfaces generated from it.

use super::{
    graph::{Handler, NodeId, Route},
    linker::Linker,
    project::{FileId, ProjectFiles},
};
use crate::{
    analysis::facts::{ScopeId, ScopeKind},
    knowledge::packs::Class,
};
use serde_json::Value;
use std::collections::BTreeMap;

/// Operations beyond this are left out: no specification has as many.
const MAX_OPERATIONS: usize = 20_000;

/// The operations of a project's specifications.
#[derive(Debug, Default)]
pub(super) struct Specs {
    /// By operation id as generators spell it; verb and path.
    operations: BTreeMap<String, Vec<(String, String)>>,
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
            let root: Option<Value> = match path.rsplit('.').next() {
                Some("json") => serde_json::from_str(text).ok(),
                Some("yml" | "yaml") => serde_saphyr::from_str(text).ok(),
                _ => None,
            };
            if let Some(root) = root {
                specs.add(&root);
            }
        }
        specs
    }

    fn add(&mut self, root: &Value) {
        if root.get("openapi").is_none() && root.get("swagger").is_none() {
            return;
        }
        let base = root.get("basePath").and_then(Value::as_str).unwrap_or("");
        for (path, item) in root.get("paths").and_then(Value::as_object).into_iter().flatten() {
            for (verb, operation) in item.as_object().into_iter().flatten() {
                let Some(id) = operation.get("operationId").and_then(Value::as_str) else { continue };
                if self.operations.len() < MAX_OPERATIONS {
                    let route = (verb.to_uppercase(), super::path::join(base, path));
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

impl Linker<'_> {
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
            for (verb, path) in self.specs.operations.get(&plain(name)).into_iter().flatten() {
                if known {
                    break;
                }
                let handler = Handler { name: name.to_owned(), definition: Some((file, id)) };
                self.graph.routes.push(Route {
                    node,
                    verbs: vec![verb.clone()],
                    path: vec![path.as_str().into()],
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
        assert_eq!(specs.operations["getowner"], [("GET".to_owned(), "/owners/{id}".to_owned())]);
        assert_eq!(specs.operations["addpet"], [("POST".to_owned(), "/v2/pets".to_owned())]);
        assert_eq!(specs.operations.len(), 2);
    }
}

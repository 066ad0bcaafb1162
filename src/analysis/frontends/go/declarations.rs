//! Packages, imports, functions, methods, types, variables and constants.

use super::{Walk, literals};
use crate::analysis::facts::{
    BindKind, ExprId, ImportFlags, NewScope, Param, ParamKind, ScopeFlags, ScopeId, ScopeKind, Span,
};
use crate::analysis::frontends::nodes::{children, end_of, in_field, span};
use crate::analysis::frontends::tree::Node;

impl<'t> Walk<'t> {
    pub(super) fn package(&mut self, node: Node<'_>) {
        if let Some(name) = children(node).into_iter().find(|child| child.kind() == "package_identifier") {
            let name = self.source(name);
            self.facts.set_package(name);
        }
    }

    pub(super) fn imports(&mut self, node: Node<'_>) {
        for child in children(node) {
            match child.kind() {
                "import_spec_list" => self.imports(child),
                "import_spec" => self.import(child),
                _ => {}
            }
        }
    }

    fn import(&mut self, node: Node<'_>) {
        let Some(path) = node.child_by_field_name("path") else { return };
        let module = literals::text(self.source(path));
        let given = self.named(node, "name");
        let alias = match given {
            "_" | "." => None,
            "" => Some(package_name(&module)),
            name => Some(name.to_owned()),
        };
        let import = self.facts.import(&module, None, alias.as_deref(), span(node), span(path));
        if given == "." {
            self.facts.edit_import(import, |import| import.flags = import.flags.with(ImportFlags::STAR));
        }
    }

    /// A function or method with its body.
    pub(super) fn function(&mut self, node: Node<'t>) {
        let Some(name) = node.child_by_field_name("name") else { return };
        let receiver = node.child_by_field_name("receiver").and_then(|list| {
            children(list).into_iter().find(|param| param.kind() == "parameter_declaration")
        });
        let owner = receiver.and_then(|receiver| receiver.child_by_field_name("type"));
        let owner = owner.map(|ty| self.bare_type(ty));
        let return_type = node.child_by_field_name("result").map(|result| self.result(result));
        let params = self.params(node.child_by_field_name("parameters"));
        let text = self.source(name);
        let sym = self.facts.intern(text);
        let body = node.child_by_field_name("body");
        let place = body.map_or_else(|| end_of(node), span);
        let mut scope = NewScope::new(ScopeKind::Function, sym, span(node), span(name), place);
        scope.flags = ScopeFlags::NONE.with_if(ScopeFlags::EXPORTED, is_exported(text));
        (scope.return_type, scope.owner) = (return_type, owner);
        let scope = self.facts.enter_scope(scope);
        self.facts.set_params(scope, params);
        self.receivers.push(receiver.map_or("", |receiver| self.named(receiver, "name")));
        self.body(body);
        self.receivers.pop();
        self.facts.leave_scope();
    }

    /// A function literal as a value's scope.
    pub(super) fn lambda(&mut self, node: Node<'t>) -> ScopeId {
        let return_type = node.child_by_field_name("result").map(|result| self.result(result));
        let params = self.params(node.child_by_field_name("parameters"));
        let none = self.facts.intern("");
        let body = node.child_by_field_name("body");
        let start = Span::new(span(node).start, span(node).start);
        let place = body.map_or_else(|| end_of(node), span);
        let mut scope = NewScope::new(ScopeKind::Lambda, none, span(node), start, place);
        scope.return_type = return_type;
        let scope = self.facts.enter_scope(scope);
        self.facts.set_params(scope, params);
        self.body(body);
        self.facts.leave_scope();
        scope
    }

    fn body(&mut self, body: Option<Node<'t>>) {
        for statement in body.into_iter().flat_map(children) {
            self.statement(statement);
        }
    }

    /// What a function gives: one type, or a list of them.
    pub(super) fn result(&mut self, node: Node<'_>) -> ExprId {
        if node.kind() != "parameter_list" {
            return self.ty(node);
        }
        let mut types = Vec::new();
        for param in children(node) {
            let names = in_field(param, "name").len().max(1);
            if let Some(ty) = param.child_by_field_name("type") {
                let ty = self.ty(ty);
                types.extend(std::iter::repeat_n(ty, names));
            }
        }
        match types.as_slice() {
            [only] => *only,
            _ => self.facts.list(&types, span(node)),
        }
    }

    pub(super) fn params(&mut self, list: Option<Node<'_>>) -> Vec<Param> {
        let mut params = Vec::new();
        for node in list.into_iter().flat_map(children) {
            let kind = match node.kind() {
                "parameter_declaration" => ParamKind::Plain,
                "variadic_parameter_declaration" => ParamKind::Rest,
                _ => continue,
            };
            let ty = node.child_by_field_name("type").map(|ty| self.ty(ty));
            let mut names: Vec<&str> =
                in_field(node, "name").into_iter().map(|name| self.source(name)).collect();
            if names.is_empty() {
                names.push("");
            }
            for name in names {
                params.push(Param {
                    name: self.facts.intern(name),
                    kind,
                    ty,
                    default: None,
                    annotations: self.facts.list_of(&[]),
                    fields: self.facts.names(&[]),
                    span: span(node),
                });
            }
        }
        params
    }

    pub(super) fn types(&mut self, node: Node<'t>) {
        for spec in children(node) {
            match spec.kind() {
                "type_spec" | "type_alias" => self.type_spec(spec),
                _ => {}
            }
        }
    }

    fn type_spec(&mut self, node: Node<'t>) {
        let (Some(name), Some(ty)) = (node.child_by_field_name("name"), node.child_by_field_name("type"))
        else {
            return;
        };
        let text = self.source(name);
        match ty.kind() {
            "struct_type" => self.class(ScopeKind::Class, node, name, ty),
            "interface_type" => self.class(ScopeKind::Interface, node, name, ty),
            // `type Handler func(...)`, `type Store = db.Store`, `type Kind string`: methods
            // may belong to it, so that a new type is a class of its own.
            _ if node.kind() == "type_spec" => {
                let base = self.ty(ty);
                let sym = self.facts.intern(text);
                let mut scope = NewScope::new(ScopeKind::Class, sym, span(node), span(name), end_of(node));
                scope.bases = vec![base];
                scope.flags = ScopeFlags::NONE.with_if(ScopeFlags::EXPORTED, is_exported(text));
                self.facts.enter_scope(scope);
                self.facts.leave_scope();
            }
            _ => {
                let value = self.ty(ty);
                self.facts.bind(BindKind::Alias, text, Some(value), span(node), span(name));
            }
        }
    }

    fn class(&mut self, kind: ScopeKind, node: Node<'t>, name: Node<'_>, body: Node<'t>) {
        let bases = self.embedded(body);
        let text = self.source(name);
        let sym = self.facts.intern(text);
        let mut scope = NewScope::new(kind, sym, span(node), span(name), span(body));
        scope.bases = bases;
        scope.flags = ScopeFlags::NONE.with_if(ScopeFlags::EXPORTED, is_exported(text));
        self.facts.enter_scope(scope);
        self.members(body);
        self.facts.leave_scope();
    }

    fn members(&mut self, body: Node<'t>) {
        for member in children(body) {
            match member.kind() {
                "field_declaration_list" => self.members(member),
                "field_declaration" => self.field(member),
                "method_elem" => {
                    self.function(member);
                }
                _ => {}
            }
        }
    }

    /// The types that a struct or interface takes its members from.
    fn embedded(&mut self, body: Node<'_>) -> Vec<ExprId> {
        let mut bases = Vec::new();
        for member in children(body) {
            match member.kind() {
                "field_declaration_list" => bases.extend(self.embedded(member)),
                "field_declaration" if member.child_by_field_name("name").is_none() => {
                    bases.extend(member.child_by_field_name("type").map(|ty| self.ty(ty)));
                }
                "type_elem" => {
                    bases.extend(children(member).into_iter().next().map(|ty| self.ty(ty)));
                }
                _ => {}
            }
        }
        bases
    }

    fn field(&mut self, node: Node<'_>) {
        let Some(ty_node) = node.child_by_field_name("type") else { return };
        let ty = self.ty(ty_node);
        let tag = node.child_by_field_name("tag").map(|tag| {
            let text = literals::text(self.source(tag));
            self.facts.str(&text, span(tag))
        });
        let names = in_field(node, "name");
        let named: Vec<(&str, Span)> = if names.is_empty() {
            let written = self.source(ty_node);
            let last = written.rsplit(['.', '*']).next().unwrap_or(written);
            vec![(last, span(ty_node))]
        } else {
            names.into_iter().map(|name| (self.source(name), span(name))).collect()
        };
        for (name, place) in named {
            let bind = self.facts.bind(BindKind::Field, name, None, span(node), place);
            let annotations = self.facts.list_of(tag.as_slice());
            self.facts.edit_bind(bind, |bind| (bind.ty, bind.annotations) = (Some(ty), annotations));
        }
    }

    /// `var` and `const`, single or in parentheses.
    pub(super) fn variables(&mut self, node: Node<'t>) {
        for spec in children(node) {
            match spec.kind() {
                "var_spec_list" => self.variables(spec),
                "var_spec" | "const_spec" => self.variable(spec),
                _ => {}
            }
        }
    }

    fn variable(&mut self, node: Node<'t>) {
        let ty = node.child_by_field_name("type").map(|ty| self.ty(ty));
        let values = node.child_by_field_name("value").map(|list| self.exprs(children(list)));
        let values = values.unwrap_or_default();
        let names = in_field(node, "name");
        let count = names.len();
        for (position, name) in names.into_iter().filter(|name| name.kind() == "identifier").enumerate() {
            let value = self.part(&values, count, position, span(node));
            let text = self.source(name);
            let bind = self.facts.bind(BindKind::Assign, text, value, span(node), span(name));
            self.facts.edit_bind(bind, |bind| bind.ty = ty);
        }
    }

    /// The value for one of several targets: its own, or its part of the only one.
    pub(super) fn part(
        &mut self,
        values: &[ExprId],
        targets: usize,
        position: usize,
        at: Span,
    ) -> Option<ExprId> {
        if values.len() == targets {
            return values.get(position).copied();
        }
        let value = *values.first()?;
        let key = self.facts.str(&position.to_string(), at);
        Some(self.facts.expr(crate::analysis::facts::Expr::Index(value, key), at))
    }
}

/// Whether a name is visible outside its package.
fn is_exported(name: &str) -> bool {
    name.starts_with(char::is_uppercase)
}

/// The name that an import without one most likely brings: the last segment that is no
/// version, without the marks that repositories of Go packages carry.
fn package_name(module: &str) -> String {
    let is_version = |segment: &str| {
        segment
            .strip_prefix('v')
            .is_some_and(|rest| !rest.is_empty() && rest.bytes().all(|b| b.is_ascii_digit()))
    };
    let mut segments = module.rsplit('/');
    let mut name = segments.next().unwrap_or(module);
    if is_version(name) {
        name = segments.next().unwrap_or(name);
    }
    // `gopkg.in/yaml.v3`
    let name = match name.rsplit_once(".v") {
        Some((name, version)) if version.bytes().all(|b| b.is_ascii_digit()) => name,
        _ => name,
    };
    let name = name.strip_suffix(".go").unwrap_or(name);
    let name = name.strip_prefix("go-").unwrap_or(name);
    let name = name.strip_suffix("-go").unwrap_or(name);
    name.rsplit('-').next().unwrap_or(name).to_owned()
}

#[cfg(test)]
mod tests {
    use super::package_name;

    #[test]
    fn an_import_brings_the_last_segment_that_is_no_version() {
        let cases = [
            ("net/http", "http"),
            ("github.com/labstack/echo/v4", "echo"),
            ("gopkg.in/yaml.v3", "yaml"),
            ("github.com/go-chi/chi", "chi"),
            ("github.com/jackc/pgx/v5", "pgx"),
            ("github.com/mattn/go-sqlite3", "sqlite3"),
            ("github.com/nats-io/nats.go", "nats"),
            ("v2", "v2"),
        ];
        for (module, expected) in cases {
            assert_eq!(package_name(module), expected, "{module}");
        }
    }
}

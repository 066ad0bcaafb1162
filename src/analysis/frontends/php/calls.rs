//! Calls and constructions.

use super::Walk;
use crate::analysis::frontends::tree::Node;
use crate::analysis::{
    facts::{Arg, CallFlags, Expr, ExprId, ImportFlags, NewCall, Span},
    frontends::nodes::{children, of_kind, span},
};

impl<'t> Walk<'t> {
    pub(super) fn call(&mut self, node: Node<'t>) -> ExprId {
        let at = span(node);
        let (callee, place, flags) = match node.kind() {
            "function_call_expression" => {
                let function = node.child_by_field_name("function");
                let callee = match function {
                    // A function is looked up without its namespace where that has none.
                    Some(name) if matches!(name.kind(), "name" | "qualified_name") => {
                        let text = self.source(name).trim_start_matches('\\').replace('\\', ".");
                        self.facts.name(&text, span(name))
                    }
                    Some(function) => self.expr(function),
                    None => self.facts.other(&[], at),
                };
                (callee, function.map_or(at, span), CallFlags::NONE)
            }
            "object_creation_expression" => return self.construction(node),
            _ => {
                let object = match node.kind() {
                    "scoped_call_expression" => self.scope_of_call(node),
                    _ => self.field_expr(node, "object"),
                };
                let name = node.child_by_field_name("name");
                let place = name.map_or(at, span);
                let text = name.map_or("", |name| self.source(name));
                let callee = self.facts.attr(object, text, Span::new(at.start, place.end));
                let optional = node.kind() == "nullsafe_member_call_expression";
                (callee, place, CallFlags::NONE.with_if(CallFlags::OPTIONAL, optional))
            }
        };
        let list = node.child_by_field_name("arguments");
        let args = self.args(list);
        let args_span = list.map_or_else(|| Span::new(at.end, at.end), span);
        self.facts.call(NewCall { callee, args, flags, span: at, name_span: place, args_span })
    }

    fn scope_of_call(&mut self, node: Node<'t>) -> ExprId {
        match node.child_by_field_name("scope") {
            Some(scope) if matches!(scope.kind(), "name" | "qualified_name" | "relative_scope") => {
                self.class_name(scope)
            }
            Some(scope) => self.expr(scope),
            None => self.facts.other(&[], span(node)),
        }
    }

    fn construction(&mut self, node: Node<'t>) -> ExprId {
        let at = span(node);
        let list = of_kind(node, "arguments");
        let anonymous = children(node)
            .into_iter()
            .find(|child| matches!(child.kind(), "anonymous_class" | "declaration_list"));
        if anonymous.is_some() {
            let args = self.args(list);
            let parts: Vec<ExprId> = args.iter().map(|arg| arg.value).collect();
            return self.facts.other(&parts, at);
        }
        let class = children(node).into_iter().find(|child| child.kind() != "arguments");
        let callee = match class {
            Some(class) if matches!(class.kind(), "name" | "qualified_name") => self.class_name(class),
            Some(class) => self.expr(class),
            None => self.facts.other(&[], at),
        };
        let args = self.args(list);
        let name_span = class.map_or(at, span);
        let args_span = list.map_or_else(|| Span::new(at.end, at.end), span);
        self.facts.call(NewCall { callee, args, flags: CallFlags::NEW, span: at, name_span, args_span })
    }

    pub(super) fn args(&mut self, list: Option<Node<'t>>) -> Vec<Arg> {
        let mut args = Vec::new();
        for node in list.into_iter().flat_map(children) {
            let name_node = node.child_by_field_name("name");
            let name = name_node.map(|name| self.source(name));
            let name = name.map(|name| self.facts.intern(name));
            let value_node = children(node)
                .into_iter()
                .find(|child| Some(*child) != name_node && child.kind() != "reference_modifier");
            let Some(value_node) = value_node else { continue };
            let spread = value_node.kind() == "variadic_unpacking";
            let inner = if spread { children(value_node).into_iter().next() } else { None };
            let value = self.expr(inner.unwrap_or(value_node));
            args.push(Arg { name, value, spread, start: span(node).start });
        }
        args
    }

    /// `require 'x.php'`: an import whose value is what the file returns, and a call, because
    /// what stands in the file happens here.
    pub(super) fn required(&mut self, node: Node<'t>) -> ExprId {
        let at = span(node);
        let value = match children(node).into_iter().next() {
            Some(inner) => self.expr(inner),
            None => self.facts.other(&[], at),
        };
        let path = match self.facts.peek(value) {
            Expr::Str(path) => Some(self.facts.text(path).to_owned()),
            Expr::Tmpl(parts) => self.joined(parts),
            _ => None,
        };
        if let Some(path) = path {
            let alias = format!("{path}@{}", at.start);
            let import = self.facts.import(&path, None, Some(&alias), at, at);
            self.facts.edit_import(import, |import| import.flags = ImportFlags::INLINE);
            let callee = self.facts.name("require", at);
            let path = self.facts.str(&path, at);
            let args = vec![Arg { name: None, value: path, spread: false, start: at.start }];
            self.facts.call(NewCall {
                callee,
                args,
                flags: CallFlags::NONE,
                span: at,
                name_span: at,
                args_span: at,
            });
            return self.facts.name(&alias, at);
        }
        self.facts.other(&[value], at)
    }

    /// The text of parts that are all literal.
    fn joined(&self, parts: crate::analysis::facts::ExprList) -> Option<String> {
        let parts = self.facts.peek_list(parts).iter().map(|part| match self.facts.peek(*part) {
            Expr::Str(text) => Some(self.facts.text(text)),
            _ => None,
        });
        parts.collect()
    }
}

//! Types and annotations.

use super::{Kotlin, Writer};
use crate::analysis::frontends::tree::Node;
use crate::analysis::{
    facts::{Arg, CallFlags, Expr, ExprId, NewCall},
    frontends::nodes::{first, named, span},
};

impl Kotlin<'_> {
    /// A type.
    pub(super) fn ty(&mut self, node: Node<'_>) -> ExprId {
        match node.kind() {
            "user_type" => {
                let mut found: Option<ExprId> = None;
                for part in named(node) {
                    match part.kind() {
                        "identifier" => {
                            let text = self.plain(part);
                            found = Some(match found {
                                None => self.write.facts.name(&text, span(part)),
                                Some(object) => self.write.facts.attr(object, &text, span(part)),
                            });
                        }
                        "type_arguments" => {
                            let Some(base) = found else { continue };
                            let mut arguments = Vec::new();
                            for argument in named(part) {
                                arguments.push(self.ty(argument));
                            }
                            let key = self.write.facts.list(&arguments, span(part));
                            found = Some(self.write.facts.expr(Expr::Index(base, key), span(node)));
                        }
                        _ => {}
                    }
                }
                found.unwrap_or_else(|| self.write.nothing(node))
            }
            "nullable_type" | "non_nullable_type" | "parenthesized_type" | "type_projection" | "type" => {
                match named(node).into_iter().rfind(|part| is_type(*part)) {
                    Some(inner) => self.ty(inner),
                    None => self.write.nothing(node),
                }
            }
            _ => self.write.nothing(node),
        }
    }

    /// The annotations among the modifiers of a declaration.
    pub(super) fn annotations(&mut self, node: Node<'_>) -> Vec<ExprId> {
        let mut found = Vec::new();
        for list in named(node) {
            if matches!(list.kind(), "modifiers" | "parameter_modifiers") {
                for part in named(list).into_iter().filter(|part| part.kind() == "annotation") {
                    self.annotation(part, &mut found);
                }
            }
        }
        found
    }

    /// `@Name`, `@Name(arguments)`, `@get:Name` and `@[A B]`.
    pub(super) fn annotation(&mut self, node: Node<'_>, found: &mut Vec<ExprId>) {
        for part in named(node) {
            if part.kind() == "constructor_invocation" {
                let expr = self.invocation_of_type(part, CallFlags::ANNOTATION);
                found.push(expr);
            } else if is_type(part) {
                found.push(self.ty(part));
            }
        }
    }

    /// `Type(arguments)` as base or annotation.
    pub(super) fn invocation_of_type(&mut self, node: Node<'_>, flags: CallFlags) -> ExprId {
        let Some(ty) = named(node).into_iter().find(|part| is_type(*part)) else {
            return self.write.nothing(node);
        };
        let callee = self.ty(ty);
        let list = first(node, &["value_arguments"]);
        let args = list.map(|list| self.args(list)).unwrap_or_default();
        let args_span = list.map_or(span(node), span);
        let (name_span, span) = (span(ty), span(node));
        self.write.facts.call(NewCall { callee, args, flags, span, name_span, args_span })
    }

    /// What stands in the parentheses of a call.
    pub(super) fn args(&mut self, list: Node<'_>) -> Vec<Arg> {
        let mut args = Vec::new();
        for part in named(list).into_iter().filter(|part| part.kind() == "value_argument") {
            let inner = named(part);
            let is_named = super::all(part).iter().any(|token| token.kind() == "=");
            let Some(last) = inner.last() else { continue };
            let name = inner.first().filter(|first| is_named && first.kind() == "identifier");
            let value = self.value(*last);
            let mut arg = match name {
                Some(name) if inner.len() > 1 => {
                    let name = self.plain(*name);
                    self.write.named_arg(&name, value, part)
                }
                _ => Writer::arg(value, part),
            };
            arg.spread = last.kind() == "spread_expression";
            args.push(arg);
        }
        args
    }
}

/// Whether a node is a type.
pub(super) fn is_type(node: Node<'_>) -> bool {
    matches!(
        node.kind(),
        "user_type" | "nullable_type" | "non_nullable_type" | "parenthesized_type" | "function_type" | "type"
    )
}

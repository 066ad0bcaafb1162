//! Types as expressions: pointers and channels are what they point to.

use super::Walk;
use crate::analysis::facts::{Expr, ExprId};
use crate::analysis::frontends::nodes::{children, span};
use crate::analysis::frontends::tree::Node;

impl Walk<'_> {
    /// A type as an expression.
    pub(super) fn ty(&mut self, node: Node<'_>) -> ExprId {
        let at = span(node);
        match node.kind() {
            "type_identifier" | "identifier" => {
                let name = self.source(node);
                self.facts.name(name, at)
            }
            "qualified_type" => {
                let package = self.named(node, "package");
                let place = node.child_by_field_name("package").map_or(at, span);
                let package = self.facts.name(package, place);
                let name = self.named(node, "name");
                self.facts.attr(package, name, at)
            }
            "generic_type" => {
                let base = node.child_by_field_name("type").map(|base| self.ty(base));
                let arguments = node.child_by_field_name("type_arguments").map_or_else(Vec::new, children);
                let arguments: Vec<ExprId> = arguments.into_iter().map(|ty| self.ty(ty)).collect();
                let key = self.facts.list(&arguments, at);
                match base {
                    Some(base) => self.facts.expr(Expr::Index(base, key), at),
                    None => key,
                }
            }
            "slice_type" | "array_type" | "implicit_length_array_type" => {
                let element = node.child_by_field_name("element").map(|ty| self.ty(ty));
                self.container("slice", element.as_slice(), node)
            }
            "map_type" => {
                let key = node.child_by_field_name("key").map(|ty| self.ty(ty));
                let value = node.child_by_field_name("value").map(|ty| self.ty(ty));
                let parts: Vec<ExprId> = key.into_iter().chain(value).collect();
                self.container("map", &parts, node)
            }
            "pointer_type" | "parenthesized_type" | "type_elem" | "negated_type" => {
                match children(node).first() {
                    Some(inner) => self.ty(*inner),
                    None => self.facts.other(&[], at),
                }
            }
            "channel_type" => {
                let element = node.child_by_field_name("value").map(|ty| self.ty(ty));
                self.container("chan", element.as_slice(), node)
            }
            "function_type" => {
                let result = node.child_by_field_name("result").map(|result| self.result(result));
                self.facts.other(result.as_slice(), at)
            }
            _ => self.facts.other(&[], at),
        }
    }

    /// The name of a receiver's type, without pointer and type arguments.
    pub(super) fn bare_type(&mut self, node: Node<'_>) -> ExprId {
        let ty = self.ty(node);
        match self.facts.peek(ty) {
            Expr::Index(base, _) => base,
            _ => ty,
        }
    }

    fn container(&mut self, name: &str, parts: &[ExprId], node: Node<'_>) -> ExprId {
        let base = self.facts.name(name, span(node));
        let key = self.facts.list(parts, span(node));
        self.facts.expr(Expr::Index(base, key), span(node))
    }
}

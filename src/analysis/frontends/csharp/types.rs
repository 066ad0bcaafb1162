//! Types and attributes.

use super::{CSharp, Writer};
use crate::analysis::frontends::tree::Node;
use crate::analysis::{
    facts::{Arg, CallFlags, Expr, ExprId, NewCall},
    frontends::{
        nodes::{all, field, first, named, span},
        walker::Walker,
    },
};

impl CSharp<'_> {
    /// A type.
    pub(super) fn ty(&mut self, node: Node<'_>) -> ExprId {
        match node.kind() {
            "generic_name" => {
                let Some(name) = first(node, &["identifier"]) else { return self.write.nothing(node) };
                let text = self.plain(name);
                let base = self.write.facts.name(&text, span(name));
                self.with_arguments(base, node)
            }
            "qualified_name" => {
                let (Some(outer), Some(name)) = (field(node, "qualifier"), field(node, "name")) else {
                    return self.write.nothing(node);
                };
                let outer = self.ty(outer);
                let last = first(name, &["identifier"]).unwrap_or(name);
                let text = self.plain(last);
                let found = self.write.facts.attr(outer, &text, span(node));
                if name.kind() == "generic_name" { self.with_arguments(found, name) } else { found }
            }
            "alias_qualified_name" => match field(node, "name") {
                Some(name) => self.ty(name),
                None => self.write.nothing(node),
            },
            "nullable_type" | "ref_type" | "scoped_type" => match field(node, "type") {
                Some(inner) => self.ty(inner),
                None => self.write.nothing(node),
            },
            "array_type" => {
                let Some(inner) = field(node, "type") else { return self.write.nothing(node) };
                let inner = self.ty(inner);
                let base = self.write.facts.name("Array", span(node));
                let key = self.write.facts.list(&[inner], span(node));
                self.write.facts.expr(Expr::Index(base, key), span(node))
            }
            "implicit_type" | "tuple_type" | "pointer_type" | "function_pointer_type" => {
                self.write.nothing(node)
            }
            _ => {
                let text = self.plain(node);
                self.write.facts.name(&text, span(node))
            }
        }
    }

    pub(super) fn with_arguments(&mut self, base: ExprId, node: Node<'_>) -> ExprId {
        let mut arguments = Vec::new();
        for argument in first(node, &["type_argument_list"]).map(named).unwrap_or_default() {
            arguments.push(self.ty(argument));
        }
        let key = self.write.facts.list(&arguments, span(node));
        self.write.facts.expr(Expr::Index(base, key), span(node))
    }

    /// A type, or none where the compiler is to find it out.
    pub(super) fn stated(&mut self, node: Option<Node<'_>>) -> Option<ExprId> {
        let node = node.filter(|node| !matches!(node.kind(), "implicit_type"))?;
        let text = self.write.source(node);
        (!matches!(text, "var" | "void")).then(|| self.ty(node))
    }

    /// The attributes before a declaration.
    pub(super) fn attributes(&mut self, node: Node<'_>) -> Vec<ExprId> {
        let mut found = Vec::new();
        for list in named(node).into_iter().filter(|part| part.kind() == "attribute_list") {
            for attribute in named(list).into_iter().filter(|part| part.kind() == "attribute") {
                found.push(self.attribute(attribute));
            }
        }
        found
    }

    fn attribute(&mut self, node: Node<'_>) -> ExprId {
        let Some(name) = field(node, "name") else { return self.write.nothing(node) };
        let text = self.plain(name);
        let text = text.split('<').next().unwrap_or(&text).to_owned();
        let short = text.strip_suffix("Attribute").filter(|short| !short.is_empty()).unwrap_or(&text);
        let callee = self.write.path(short, span(name));
        let Some(list) = first(node, &["attribute_argument_list"]) else { return callee };
        let mut args: Vec<Arg> = Vec::new();
        for part in named(list) {
            let inner = named(part);
            let Some(last) = inner.last() else { continue };
            let value = self.value(*last);
            let name = field(part, "name").or_else(|| inner.first().copied().filter(|_| inner.len() > 1));
            let arg = match name.filter(|name| name.id() != last.id()) {
                Some(name) => {
                    let name = self.plain(name);
                    self.write.named_arg(&name, value, part)
                }
                None => Writer::arg(value, part),
            };
            args.push(arg);
        }
        let name_span = self.write.last_segment(callee);
        let flags = CallFlags::ANNOTATION;
        let (span, args_span) = (span(node), span(list));
        self.write.facts.call(NewCall { callee, args, flags, span, name_span, args_span })
    }

    /// What stands in the parentheses of a call.
    pub(super) fn args(&mut self, list: Node<'_>) -> Vec<Arg> {
        let mut args = Vec::new();
        for part in named(list) {
            let name = field(part, "name");
            // `this` is a mere word to the grammar.
            let word = || all(part).into_iter().find(|part| part.kind() == "this");
            let inner = named(part).into_iter().next_back().or_else(word);
            let Some(inner) = inner else { continue };
            let value = self.value(if part.kind() == "argument" { inner } else { part });
            args.push(match name.filter(|name| name.id() != inner.id()) {
                Some(name) => {
                    let name = self.plain(name);
                    self.write.named_arg(&name, value, part)
                }
                None => Writer::arg(value, part),
            });
        }
        args
    }
}

//! Calls: receivers, arguments, options and blocks.

use super::{BLOCK, Walk};
use crate::analysis::frontends::tree::Node;
use crate::analysis::{
    facts::{Arg, CallFlags, Entry, Expr, ExprId, NewCall, Span},
    frontends::nodes::{children, span},
};

impl<'t> Walk<'t> {
    pub(super) fn call(&mut self, node: Node<'t>) -> ExprId {
        let at = span(node);
        let method = node.child_by_field_name("method");
        let receiver = node.child_by_field_name("receiver");
        let name = method.map_or("call", |method| self.source(method));
        let place = method.map_or(at, span);
        let constructs = name == "new" && receiver.is_some_and(is_constant);
        let callee = match receiver {
            Some(receiver) => {
                let object = self.expr(receiver);
                // `T.new` makes a T.
                if constructs {
                    object
                } else {
                    self.facts.attr(object, name, Span::new(at.start, place.end))
                }
            }
            None => self.facts.name(name, place),
        };
        let list = node.child_by_field_name("arguments");
        let mut args = self.args(list);
        if let Some(block) = node.child_by_field_name("block") {
            let scope = self.block(block);
            let value = self.facts.expr(Expr::Fun(scope), span(block));
            let name = Some(self.facts.intern(BLOCK));
            args.push(Arg { name, value, spread: false, start: span(block).start });
        }
        let flags = CallFlags::NONE
            .with_if(CallFlags::NEW, constructs)
            .with_if(CallFlags::OPTIONAL, self.named(node, "operator") == "&.")
            .with_if(CallFlags::THROWN, receiver.is_none() && name == "raise");
        if receiver.is_none() && matches!(name, "require" | "require_relative" | "load") {
            self.required(&args, at);
        }
        let args_span = list.map_or_else(|| Span::new(at.end, at.end), span);
        // `obj.name` without anything may be an attribute: it stays a call, as Ruby has it.
        self.facts.call(NewCall { callee, args, flags, span: at, name_span: place, args_span })
    }

    /// `require 'x'` is an import that brings no name.
    fn required(&mut self, args: &[Arg], at: Span) {
        if let Some(first) = args.first()
            && let Expr::Str(module) = self.facts.peek(first.value)
        {
            let module = self.facts.text(module).to_owned();
            self.facts.import(&module, None, None, at, self.facts.span_of(first.value));
        }
    }

    pub(super) fn args(&mut self, list: Option<Node<'t>>) -> Vec<Arg> {
        let mut args = Vec::new();
        for node in list.into_iter().flat_map(children) {
            let start = span(node).start;
            match node.kind() {
                "pair" => args.push(self.option(node)),
                "splat_argument" | "hash_splat_argument" | "block_argument" => {
                    let inner = children(node).into_iter().next();
                    let value = match inner {
                        Some(inner) => self.expr(inner),
                        None => self.facts.other(&[], span(node)),
                    };
                    let is_block = node.kind() == "block_argument";
                    let name = is_block.then(|| self.facts.intern(BLOCK));
                    args.push(Arg { name, value, spread: !is_block, start });
                }
                _ => {
                    let value = self.expr(node);
                    args.push(Arg { name: None, value, spread: false, start });
                }
            }
        }
        args
    }

    /// `key: value` is a named argument; `"text" => value` stays a map of one entry.
    fn option(&mut self, node: Node<'t>) -> Arg {
        let start = span(node).start;
        let key = node.child_by_field_name("key");
        let value_node = node.child_by_field_name("value");
        let symbol = key.filter(|key| matches!(key.kind(), "hash_key_symbol" | "simple_symbol"));
        match symbol {
            Some(symbol) => {
                let name = self.source(symbol).trim_matches(':');
                let name = self.facts.intern(name);
                let value = match value_node {
                    Some(value) => self.expr(value),
                    // `name:` stands for `name: name`.
                    None => self.facts.expr(Expr::Name(name), span(symbol)),
                };
                Arg { name: Some(name), value, spread: false, start }
            }
            None => {
                let key = key.map(|key| self.expr(key));
                let value = match value_node {
                    Some(value) => self.expr(value),
                    None => self.facts.other(&[], span(node)),
                };
                let map = self.facts.map(&[Entry { key, value }], span(node));
                Arg { name: None, value: map, spread: false, start }
            }
        }
    }
}

fn is_constant(node: Node<'_>) -> bool {
    matches!(node.kind(), "constant" | "scope_resolution")
}

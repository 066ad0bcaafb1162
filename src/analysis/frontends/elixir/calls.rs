//! Calls: of functions, of macros with a `do` block, through pipes.

use super::{BLOCK, Walk};
use crate::analysis::frontends::tree::Node;
use crate::analysis::{
    facts::{Arg, BlockKind, CallFlags, Expr, ExprId, NewCall, NewScope, ScopeKind, Span},
    frontends::nodes::{children, of_kind, span},
};

impl<'t> Walk<'t> {
    /// A call; `piped` is what a pipe hands over as its first argument.
    pub(super) fn call(&mut self, node: Node<'t>, piped: Option<ExprId>) -> ExprId {
        match self.target(node) {
            "defmodule" | "defimpl" | "defprotocol" => {
                self.module(node);
                return self.facts.other(&[], span(node));
            }
            "def" | "defp" | "defmacro" | "defmacrop" => {
                self.function(node);
                return self.facts.other(&[], span(node));
            }
            "alias" | "import" | "require" | "use" => {
                self.alias(node, true);
            }
            "if" | "unless" | "case" | "cond" | "with" | "try" | "receive" | "quote" => {
                return self.flow(node, BlockKind::Branch, piped);
            }
            "for" => return self.flow(node, BlockKind::Loop, piped),
            _ => {}
        }
        let at = span(node);
        let target = node.child_by_field_name("target");
        let (callee, place) = match target {
            Some(target) if target.kind() == "dot" => {
                let callee = self.expr(target);
                (callee, target.child_by_field_name("right").map_or_else(|| span(target), span))
            }
            Some(target) => (self.expr(target), span(target)),
            None => (self.facts.other(&[], at), at),
        };
        let list = of_kind(node, "arguments");
        let mut args = Vec::new();
        args.extend(piped.map(|value| Arg { name: None, value, spread: false, start: at.start }));
        self.args(list, &mut args);
        if let Some(block) = of_kind(node, "do_block") {
            let value = self.block(block);
            let name = Some(self.facts.intern(BLOCK));
            args.push(Arg { name, value, spread: false, start: span(block).start });
        }
        let args_span = list.map_or_else(|| Span::new(place.end, place.end), span);
        let flags = CallFlags::NONE.with_if(CallFlags::THROWN, self.target(node) == "raise");
        self.facts.call(NewCall { callee, args, flags, span: at, name_span: place, args_span })
    }

    fn args(&mut self, list: Option<Node<'t>>, args: &mut Vec<Arg>) {
        for node in list.into_iter().flat_map(children) {
            match node.kind() {
                "keywords" => {
                    for pair in children(node) {
                        let key = pair.child_by_field_name("key").map_or("", |key| self.source(key));
                        let key = key.trim().trim_end_matches(':');
                        let Some(value) = pair.child_by_field_name("value") else { continue };
                        let name = Some(self.facts.intern(key));
                        let value = self.expr(value);
                        args.push(Arg { name, value, spread: false, start: span(pair).start });
                    }
                }
                _ => {
                    let value = self.expr(node);
                    args.push(Arg { name: None, value, spread: false, start: span(node).start });
                }
            }
        }
    }

    /// A `do` block as a function.
    fn block(&mut self, block: Node<'t>) -> ExprId {
        let none = self.facts.intern("");
        let at = span(block);
        let start = Span::new(at.start, at.start);
        self.facts.enter_scope(NewScope::new(ScopeKind::Lambda, none, at, start, at));
        let last = self.body(children(block));
        if let Some(value) = last {
            let place = self.facts.span_of(value);
            self.facts.ret(value, place);
        }
        let scope = self.facts.scope();
        self.facts.leave_scope();
        self.facts.expr(Expr::Fun(scope), at)
    }

    /// What the language branches or loops with: its parts happen in place.
    fn flow(&mut self, node: Node<'t>, kind: BlockKind, piped: Option<ExprId>) -> ExprId {
        let mut head = piped;
        let mut options = Vec::new();
        let list = of_kind(node, "arguments").map_or_else(Vec::new, children);
        let (short, plain): (Vec<Node<'t>>, Vec<Node<'t>>) =
            list.into_iter().partition(|arg| arg.kind() == "keywords");
        // A comprehension's generators belong to its loop.
        if kind == BlockKind::Loop {
            self.facts.enter_block(kind, None, span(node));
        }
        for part in plain {
            head = Some(self.expr(part));
        }
        for part in of_kind(node, "do_block").into_iter().chain(short) {
            if kind != BlockKind::Loop {
                self.facts.enter_block(kind, head, span(part));
            }
            let nodes = match part.kind() {
                "keywords" => {
                    children(part).into_iter().filter_map(|pair| pair.child_by_field_name("value")).collect()
                }
                _ => children(part),
            };
            options.extend(self.body(nodes));
            if kind != BlockKind::Loop {
                self.facts.leave_block();
            }
        }
        if kind == BlockKind::Loop {
            self.facts.leave_block();
        }
        match options.as_slice() {
            [only] => *only,
            _ => self.facts.either(&options, span(node)),
        }
    }
}

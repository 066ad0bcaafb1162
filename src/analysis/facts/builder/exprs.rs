//! Writing expressions and calls.

use super::{FactsBuilder, NewCall, offset};
use crate::analysis::facts::{
    expr::{Entry, Expr, ExprList, MapEntries},
    ids::{CallId, ExprId, Span},
    items::{Arg, ArgList, Call, CallFlags},
};

/// Texts that are joined one by one are one flat list up to this length; longer ones nest.
const FLAT_PARTS: usize = 64;

impl FactsBuilder {
    /// Adds an expression.
    pub fn expr(&mut self, expr: Expr, span: Span) -> ExprId {
        let id = ExprId::from_index(self.exprs.len());
        self.exprs.push(expr);
        self.expr_spans.push(span);
        id
    }

    /// What an expression made here is.
    pub fn peek(&self, id: ExprId) -> Expr {
        self.exprs.get(id.index()).copied().unwrap_or(Expr::Null)
    }

    /// Where an expression made here stands.
    pub fn span_of(&self, id: ExprId) -> Span {
        self.expr_spans.get(id.index()).copied().unwrap_or_default()
    }

    /// The members of a list made here.
    pub fn peek_list(&self, list: ExprList) -> &[ExprId] {
        let start = list.start as usize;
        self.lists.get(start..start + list.len as usize).unwrap_or(&[])
    }

    /// The entries of a map made here.
    pub fn peek_entries(&self, entries: MapEntries) -> &[Entry] {
        let start = entries.start as usize;
        self.entries.get(start..start + entries.len as usize).unwrap_or(&[])
    }

    /// A text literal.
    pub fn str(&mut self, text: &str, span: Span) -> ExprId {
        let sym = self.intern(text);
        self.expr(Expr::Str(sym), span)
    }

    /// A plain name.
    pub fn name(&mut self, name: &str, span: Span) -> ExprId {
        let sym = self.intern(name);
        self.expr(Expr::Name(sym), span)
    }

    /// `object.name`.
    pub fn attr(&mut self, object: ExprId, name: &str, span: Span) -> ExprId {
        let sym = self.intern(name);
        self.expr(Expr::Attr(object, sym), span)
    }

    /// A list of expressions, for the fields that hold one.
    pub fn list_of(&mut self, items: &[ExprId]) -> ExprList {
        let start = offset(self.lists.len());
        self.lists.extend_from_slice(items);
        ExprList { start, len: offset(items.len()) }
    }

    /// A list, tuple, set or array.
    pub fn list(&mut self, items: &[ExprId], span: Span) -> ExprId {
        let list = self.list_of(items);
        self.expr(Expr::List(list), span)
    }

    /// A text with holes; nested templates are flattened by readers.
    pub fn tmpl(&mut self, parts: &[ExprId], span: Span) -> ExprId {
        let list = self.list_of(parts);
        self.expr(Expr::Tmpl(list), span)
    }

    /// `left + right`: a text with holes as far as anybody can tell.
    pub fn joined(&mut self, left: ExprId, right: ExprId, span: Span) -> ExprId {
        let mut parts = vec![left];
        if let Expr::Tmpl(list) = self.peek(left)
            && self.peek_list(list).len() < FLAT_PARTS
        {
            parts = self.peek_list(list).to_vec();
        }
        parts.push(right);
        self.tmpl(&parts, span)
    }

    /// One of several values.
    pub fn either(&mut self, options: &[ExprId], span: Span) -> ExprId {
        let list = self.list_of(options);
        self.expr(Expr::Either(list), span)
    }

    /// Anything else.
    pub fn other(&mut self, children: &[ExprId], span: Span) -> ExprId {
        let list = self.list_of(children);
        self.expr(Expr::Other(list), span)
    }

    /// An object or dictionary.
    pub fn map(&mut self, entries: &[Entry], span: Span) -> ExprId {
        let start = offset(self.entries.len());
        self.entries.extend_from_slice(entries);
        self.expr(Expr::Map(MapEntries { start, len: offset(entries.len()) }), span)
    }

    /// Adds a call in the open scope and block, and the expression of its value.
    pub fn call(&mut self, new: NewCall) -> ExprId {
        let NewCall { callee, args, flags, span, name_span, args_span } = new;
        let list = self.args_of(args);
        let id = CallId::from_index(self.calls.len());
        let (scope, block) = self.position();
        self.calls.push(Call { scope, block, flags, callee, args: list, span, name_span, args_span });
        self.expr(Expr::Call(id), span)
    }

    pub(super) fn args_of(&mut self, args: Vec<Arg>) -> ArgList {
        let list = ArgList { start: offset(self.args.len()), len: offset(args.len()) };
        self.args.extend(args);
        list
    }

    /// Adds flags to a call made before, for example when an `await` is seen around it.
    pub fn flag_call(&mut self, value: ExprId, flags: CallFlags) {
        if let Expr::Call(id) = self.peek(value)
            && let Some(call) = self.calls.get_mut(id.index())
        {
            call.flags = call.flags.with(flags);
        }
    }
}

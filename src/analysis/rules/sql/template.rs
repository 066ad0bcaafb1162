//! The texts that an expression can be, in pieces.

use super::{
    format::{Part, parts_of},
    shown,
};
use crate::analysis::{
    facts::{Arg, BindKind, Call, CallId, Expr, ExprId, FileFacts, ScopeId, Span},
    link::{Callee, FileId},
    rules::{
        context::{Context, last_name},
        reaching::reaching,
    },
};

/// More alternatives of one text are cut off.
const MAX_TEXTS: usize = 16;

/// Steps for one text.
const FUEL: u32 = 2_000;

/// A part of a text.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Piece {
    Text(String),
    Hole(Hole),
}

/// A part that is not known.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Hole {
    pub(super) file: FileId,
    /// None where only its name is known: `{name}` in a format string.
    pub(super) expr: Option<ExprId>,
    /// As written.
    pub(super) name: String,
    /// Where it is evaluated.
    pub(super) at: u32,
    /// The text that it is a part of.
    pub(super) template: Span,
}

/// Reads texts.
pub(super) struct Reader<'r, 'c, 'a> {
    context: &'r Context<'c, 'a>,
    fuel: u32,
    /// Bindings that are being read.
    open: Vec<(FileId, u32)>,
}

impl<'r, 'c, 'a> Reader<'r, 'c, 'a> {
    pub(super) fn new(context: &'r Context<'c, 'a>) -> Self {
        Self { context, fuel: FUEL, open: Vec::new() }
    }

    /// Every text that the expression can be, as far as it is known.
    pub(super) fn read(&mut self, file: FileId, expr: ExprId) -> Vec<Vec<Piece>> {
        let Some(facts) = self.context.resolver().facts(file) else { return Vec::new() };
        let span = facts.expr_span(expr);
        self.texts(file, facts, expr, span)
    }

    fn texts(&mut self, file: FileId, facts: &FileFacts, expr: ExprId, template: Span) -> Vec<Vec<Piece>> {
        let hole = || {
            vec![vec![Piece::Hole(Hole {
                file,
                expr: Some(expr),
                name: shown(self.context, file, expr),
                at: facts.expr_span(expr).start,
                template,
            })]]
        };
        if self.fuel == 0 {
            return hole();
        }
        self.fuel -= 1;
        match facts.expr(expr) {
            Expr::Str(text) => vec![vec![Piece::Text(facts.text(text).to_owned())]],
            Expr::Num | Expr::Bool(_) | Expr::Null => vec![vec![Piece::Text("0".to_owned())]],
            Expr::Tmpl(parts) => {
                let span = facts.expr_span(expr);
                // `a + b + c` is one text: the outermost span is the one that people see.
                let template = if template.contains(span) { template } else { span };
                let mut texts = vec![Vec::new()];
                for part in facts.list(parts) {
                    let options = self.texts(file, facts, *part, template);
                    texts = product(&texts, &options);
                }
                texts
            }
            Expr::Either(options) => {
                let mut texts = Vec::new();
                for option in facts.list(options) {
                    texts.extend(self.texts(file, facts, *option, template));
                }
                texts.truncate(MAX_TEXTS);
                texts
            }
            Expr::Name(name) => {
                let at = facts.expr_span(expr).start;
                match self.named(file, facts, facts.text(name), at) {
                    Some(texts) => texts,
                    None => self.constant(file, expr).unwrap_or_else(hole),
                }
            }
            Expr::Call(call) => match self.called(file, facts, call, template) {
                Some(texts) => texts,
                None => self.constant(file, expr).unwrap_or_else(hole),
            },
            Expr::Attr(..) | Expr::Index(..) | Expr::SelfRef | Expr::Element(_) => {
                self.constant(file, expr).unwrap_or_else(hole)
            }
            Expr::List(_) | Expr::Map(_) | Expr::Spread(_) | Expr::Fun(_) | Expr::Other(_) => hole(),
        }
    }

    fn constant(&self, file: FileId, expr: ExprId) -> Option<Vec<Vec<Piece>>> {
        self.context.resolver().constant(file, expr).map(|text| vec![vec![Piece::Text(text)]])
    }

    /// The texts of a name: all assignments that can hold at the offset.
    fn named(&mut self, file: FileId, facts: &FileFacts, name: &str, at: u32) -> Option<Vec<Vec<Piece>>> {
        let scope = self.context.resolver().scope_at(file, at);
        let binds = reaching(facts, scope, name, at);
        if binds.is_empty() {
            return None;
        }
        let mut texts = Vec::new();
        for (position, bind) in binds {
            let value = bind.value?;
            let known = matches!(
                facts.expr(value),
                Expr::Str(_) | Expr::Tmpl(_) | Expr::Either(_) | Expr::Call(_) | Expr::Name(_)
            );
            if !known || matches!(bind.kind, BindKind::Loop | BindKind::With | BindKind::Catch) {
                return None;
            }
            if self.open.contains(&(file, position)) || self.open.len() > 12 {
                continue;
            }
            self.open.push((file, position));
            texts.extend(self.texts(file, facts, value, facts.expr_span(value)));
            self.open.pop();
        }
        texts.truncate(MAX_TEXTS);
        // A name for one unknown thing stays the hole: its own name says more.
        let says_nothing = texts.iter().all(|text| matches!(text.as_slice(), [Piece::Hole(_)]));
        (!texts.is_empty() && !says_nothing).then_some(texts)
    }

    fn called(
        &mut self,
        file: FileId,
        facts: &FileFacts,
        id: CallId,
        template: Span,
    ) -> Option<Vec<Vec<Piece>>> {
        let call = facts.call(id)?;
        let args = facts.args(call.args);
        let name = last_name(facts, call.callee)?;
        let first = args.first().map(|arg| arg.value);
        if let Expr::Attr(object, _) = facts.expr(call.callee) {
            match name {
                "strip" | "trim" | "to_string" | "to_owned" | "as_str" | "into" | "lower" | "upper"
                | "toString" | "rstrip" | "lstrip" | "clone" | "as_ref" => {
                    let known = matches!(
                        facts.expr(object),
                        Expr::Str(_) | Expr::Tmpl(_) | Expr::Name(_) | Expr::Call(_)
                    );
                    return known.then(|| self.texts(file, facts, object, template));
                }
                "join" => return self.joined(file, facts, object, first),
                "concat" => {
                    let mut texts = self.texts(file, facts, object, call.span);
                    for arg in args {
                        let options = self.texts(file, facts, arg.value, call.span);
                        texts = product(&texts, &options);
                    }
                    return Some(texts);
                }
                "format" if !args.is_empty() => {
                    if let Some(pattern) = self.context.resolver().constant(file, object) {
                        return self.filled(file, facts, call, &pattern, args);
                    }
                }
                _ => {}
            }
        }
        match self.context.resolver().callee(file, id) {
            Callee::External(path) => {
                let last = path.rsplit('.').next().unwrap_or(&path);
                let wraps =
                    ["text", "dedent", "sql_query", "raw", "String.from", "from", "String", "str", "unsafe"];
                if last == "format" && (args.len() > 1 || call_is_macro(facts, id)) {
                    return self.formatted(file, facts, id);
                }
                let is_text = wraps.contains(&last) && path != "str" && path != "String";
                is_text.then_some(first).flatten().map(|first| self.texts(file, facts, first, template))
            }
            Callee::Function(function) => {
                // A function without parameters that returns one text.
                let other = self.context.resolver().facts(function.file)?;
                let scope = other.scope(function.scope)?;
                if !other.params(scope.params).is_empty() {
                    return None;
                }
                let returned = other.returns.iter().find(|ret| ret.scope == function.scope)?.value;
                let span = other.expr_span(returned);
                Some(self.texts(function.file, other, returned, span))
            }
            Callee::Class(_) | Callee::Unknown => None,
        }
    }

    /// `", ".join(items)` and `items.join(", ")` of placeholders.
    fn joined(
        &mut self,
        file: FileId,
        facts: &FileFacts,
        object: ExprId,
        argument: Option<ExprId>,
    ) -> Option<Vec<Vec<Piece>>> {
        let items = match facts.expr(object) {
            Expr::Str(_) => argument?,
            _ => object,
        };
        is_constant_inside(facts, items, 0).then(|| vec![vec![Piece::Text("?".to_owned())]]).or_else(|| {
            // The argument of `map` that gives a placeholder for each element.
            let Expr::Call(call) = facts.expr(items) else { return None };
            let call = facts.call(call)?;
            let function = facts.args(call.args).first()?.value;
            let Expr::Fun(scope) = facts.expr(function) else { return None };
            let mut returned = facts.returns.iter().filter(|ret| ret.scope == scope).peekable();
            returned.peek()?;
            returned
                .all(|ret| self.is_placeholder(file, facts, ret.value, scope))
                .then(|| vec![vec![Piece::Text("?".to_owned())]])
        })
    }

    /// `'?'`, `$${i + 1}`: a text whose holes are counters.
    fn is_placeholder(&self, _file: FileId, facts: &FileFacts, expr: ExprId, scope: ScopeId) -> bool {
        match facts.expr(expr) {
            Expr::Str(_) | Expr::Num => true,
            Expr::Tmpl(parts) => {
                let parts = facts.list(parts);
                let marked = parts.first().is_some_and(|part| {
                    matches!(facts.expr(*part), Expr::Str(text) if facts.text(text).ends_with(['$', '?', ':', '@']))
                });
                marked && parts.iter().skip(1).all(|part| self.is_counter(facts, *part, scope))
            }
            _ => false,
        }
    }

    fn is_counter(&self, facts: &FileFacts, expr: ExprId, scope: ScopeId) -> bool {
        match facts.expr(expr) {
            Expr::Str(_) | Expr::Num => true,
            // The second parameter of the callback is the position.
            Expr::Name(name) => facts.scope(scope).is_some_and(|found| {
                facts.params(found.params).get(1).is_some_and(|param| param.name == name)
            }),
            Expr::Tmpl(parts) | Expr::Other(parts) => {
                facts.list(parts).iter().all(|part| self.is_counter(facts, *part, scope))
            }
            _ => false,
        }
    }

    /// `format!("… {name} {}", x)`.
    fn formatted(&mut self, file: FileId, facts: &FileFacts, id: CallId) -> Option<Vec<Vec<Piece>>> {
        let call = facts.call(id)?;
        let (first, rest) = facts.args(call.args).split_first()?;
        let pattern = self.context.resolver().constant(file, first.value)?;
        self.filled(file, facts, call, &pattern, rest)
    }

    /// A pattern with its holes filled by arguments.
    fn filled(
        &mut self,
        file: FileId,
        facts: &FileFacts,
        call: &Call,
        pattern: &str,
        rest: &[Arg],
    ) -> Option<Vec<Vec<Piece>>> {
        let template = call.span;
        let mut positional = rest.iter().filter(|arg| arg.name.is_none());
        let mut texts = vec![Vec::new()];
        for part in parts_of(pattern) {
            match part {
                Part::Text(text) => texts = product(&texts, &[vec![Piece::Text(text)]]),
                Part::Next | Part::Named(_) => {
                    let value = match &part {
                        Part::Named(name) => rest
                            .iter()
                            .find(|arg| arg.name.is_some_and(|arg| facts.text(arg) == name))
                            .map(|arg| arg.value),
                        _ => positional.next().map(|arg| arg.value),
                    };
                    let options = match (value, part) {
                        (Some(value), _) => self.texts(file, facts, value, template),
                        (None, Part::Named(name)) => match self.named(file, facts, &name, call.span.start) {
                            Some(texts) => texts,
                            None => vec![vec![Piece::Hole(Hole {
                                file,
                                expr: None,
                                name,
                                at: call.span.start,
                                template,
                            })]],
                        },
                        _ => return None,
                    };
                    texts = product(&texts, &options);
                }
            }
        }
        Some(texts)
    }
}

fn call_is_macro(facts: &FileFacts, id: CallId) -> bool {
    facts.call(id).is_some_and(|call| call.flags.has(crate::analysis::facts::CallFlags::MACRO))
}

/// Whether an expression holds a literal text and no name besides those inside calls.
fn is_constant_inside(facts: &FileFacts, expr: ExprId, depth: u32) -> bool {
    depth < 8
        && match facts.expr(expr) {
            Expr::Str(_) => true,
            Expr::List(items) | Expr::Other(items) => {
                let items = facts.list(items);
                let mut texts = items
                    .iter()
                    .filter(|item| !matches!(facts.expr(**item), Expr::Num | Expr::Call(_)))
                    .peekable();
                texts.peek().is_some() && texts.all(|item| is_constant_inside(facts, *item, depth + 1))
            }
            _ => false,
        }
}

/// Appends every option to every text.
fn product(texts: &[Vec<Piece>], options: &[Vec<Piece>]) -> Vec<Vec<Piece>> {
    let mut whole = Vec::new();
    for text in texts {
        for option in options {
            if whole.len() < MAX_TEXTS {
                let mut joined = text.clone();
                joined.extend(option.iter().cloned());
                whole.push(joined);
            }
        }
    }
    whole
}

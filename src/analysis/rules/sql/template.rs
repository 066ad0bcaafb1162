//! The texts that an expression can be, in pieces.

use super::{
    builder::{Appended, appended},
    format::{Part, parts_of, percent_parts},
    placeholders::joins_placeholders,
    shown,
};
use crate::analysis::{
    facts::{Arg, BindKind, Call, CallId, Expr, ExprId, FileFacts, Lang, Span},
    link::{Callee, FileId},
    rules::{
        context::{Context, last_name},
        reaching::reaching,
        values::{Written, written},
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
                    Some(texts) if has_hole(&texts) => self.written(file, expr).unwrap_or(texts),
                    Some(texts) => texts,
                    // The linker looks at one assignment only.
                    None => self.written(file, expr).unwrap_or_else(hole),
                }
            }
            Expr::Call(call) => match self.called(file, facts, call, template) {
                Some(texts) => texts,
                // What a function of the project gives depends on what it is given.
                None if self.is_own(file, call) => self.written(file, expr).unwrap_or_else(hole),
                None => self.known(file, expr).unwrap_or_else(hole),
            },
            Expr::Attr(..) | Expr::Index(..) | Expr::SelfRef | Expr::Element(_) => {
                self.known(file, expr).unwrap_or_else(hole)
            }
            Expr::List(_) | Expr::Map(_) | Expr::Spread(_) | Expr::Fun(_) | Expr::Other(_) => hole(),
        }
    }

    fn constant(&self, file: FileId, expr: ExprId) -> Option<Vec<Vec<Piece>>> {
        self.context.resolver().constant(file, expr).map(|text| vec![vec![Piece::Text(text)]])
    }

    /// The text of an expression that stands in the source as a whole, or what fills its
    /// place where its words are not known.
    fn written(&self, file: FileId, expr: ExprId) -> Option<Vec<Vec<Piece>>> {
        let text = match written(self.context, file, expr)? {
            Written::Text(text) => text.to_string(),
            Written::Somehow => "x".to_owned(),
        };
        Some(vec![vec![Piece::Text(text)]])
    }

    fn is_own(&self, file: FileId, call: CallId) -> bool {
        matches!(self.context.resolver().callee(file, call), Callee::Function(_))
    }

    /// The same for what is no more than a hole otherwise.
    fn known(&self, file: FileId, expr: ExprId) -> Option<Vec<Vec<Piece>>> {
        self.constant(file, expr).or_else(|| self.written(file, expr))
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
            let builds = matches!(name, "toString" | "ToString" | "String" | "build");
            if builds
                && args.is_empty()
                && let Some(texts) = self.built(file, facts, object, call.span.start)
            {
                return Some(texts);
            }
            match name {
                "strip" | "trim" | "to_string" | "to_owned" | "as_str" | "into" | "lower" | "upper"
                | "toString" | "rstrip" | "lstrip" | "clone" | "as_ref" => {
                    let known = matches!(
                        facts.expr(object),
                        Expr::Str(_) | Expr::Tmpl(_) | Expr::Name(_) | Expr::Call(_)
                    );
                    return known.then(|| self.texts(file, facts, object, template));
                }
                "Sprintf" | "sprintf" => return self.formatted(file, facts, id),
                "join" => {
                    return joins_placeholders(facts, object, first)
                        .then(|| vec![vec![Piece::Text("?".to_owned())]]);
                }
                "concat" => {
                    let mut texts = self.texts(file, facts, object, call.span);
                    for arg in args {
                        let options = self.texts(file, facts, arg.value, call.span);
                        texts = product(&texts, &options);
                    }
                    return Some(texts);
                }
                "format" | "formatted" if !args.is_empty() => {
                    if let Some(pattern) = self.context.resolver().constant(file, object) {
                        let parts = if facts.lang.writes_percent() {
                            percent_parts(&pattern)
                        } else {
                            parts_of(&pattern)
                        };
                        return self.filled(file, facts, call, parts, args);
                    }
                }
                "Format" | "format" if !args.is_empty() => return self.formatted(file, facts, id),
                "Concat" => {
                    let items = match args {
                        [one] => match facts.expr(one.value) {
                            Expr::List(items) => facts.list(items).to_vec(),
                            _ => vec![one.value],
                        },
                        several => several.iter().map(|arg| arg.value).collect(),
                    };
                    return Some(self.joined_parts(file, facts, &items, call.span));
                }
                _ => {}
            }
        }
        if matches!(name, "sprintf" | "vsprintf") || (name == "format" && facts.lang == Lang::Ruby) {
            return self.formatted(file, facts, id);
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

    /// `format!("… {name} {}", x)`, `fmt.Sprintf("… %s", x)`.
    fn formatted(&mut self, file: FileId, facts: &FileFacts, id: CallId) -> Option<Vec<Vec<Piece>>> {
        let call = facts.call(id)?;
        let (first, rest) = facts.args(call.args).split_first()?;
        let pattern = match self.context.resolver().constant(file, first.value) {
            Some(pattern) => pattern,
            None => self.plain(file, facts, first.value)?,
        };
        let parts = if facts.lang.writes_percent() { percent_parts(&pattern) } else { parts_of(&pattern) };
        self.filled(file, facts, call, parts, rest)
    }

    /// The text of a pattern that is assigned in pieces, where all of them are known.
    fn plain(&mut self, file: FileId, facts: &FileFacts, expr: ExprId) -> Option<String> {
        let texts = self.texts(file, facts, expr, facts.expr_span(expr));
        let [pieces] = texts.as_slice() else { return None };
        pieces
            .iter()
            .map(|piece| match piece {
                Piece::Text(text) => Some(text.as_str()),
                Piece::Hole(_) => None,
            })
            .collect()
    }

    /// Expressions one after the other, as one text.
    fn joined_parts(
        &mut self,
        file: FileId,
        facts: &FileFacts,
        parts: &[ExprId],
        template: Span,
    ) -> Vec<Vec<Piece>> {
        let mut texts = vec![Vec::new()];
        for part in parts {
            let options = self.texts(file, facts, *part, template);
            texts = product(&texts, &options);
        }
        texts
    }

    /// What was appended to a builder before this place: `b.append("…").append(x)`.
    fn built(&mut self, file: FileId, facts: &FileFacts, object: ExprId, at: u32) -> Option<Vec<Vec<Piece>>> {
        let parts = appended(facts, object, self.context.resolver().scope_at(file, at), at);
        // The first part stands for the whole: there begins what is run.
        let template = match parts.first()? {
            Appended::Text(first) => facts.expr_span(*first),
            Appended::Format(call) => facts.call(*call)?.span,
        };
        let mut texts = vec![Vec::new()];
        for part in parts {
            let options = match part {
                Appended::Text(expr) => self.texts(file, facts, expr, template),
                Appended::Format(call) => self.formatted(file, facts, call)?,
            };
            texts = product(&texts, &options);
        }
        Some(texts)
    }

    /// A pattern with its holes filled by arguments.
    fn filled(
        &mut self,
        file: FileId,
        facts: &FileFacts,
        call: &Call,
        parts: Vec<Part>,
        rest: &[Arg],
    ) -> Option<Vec<Vec<Piece>>> {
        let template = call.span;
        let all: Vec<ExprId> = rest.iter().filter(|arg| arg.name.is_none()).map(|arg| arg.value).collect();
        let mut positional = all.iter().copied();
        let mut texts = vec![Vec::new()];
        for part in parts {
            match part {
                Part::Text(text) => texts = product(&texts, &[vec![Piece::Text(text)]]),
                Part::Number => {
                    positional.next();
                    texts = product(&texts, &[vec![Piece::Text("0".to_owned())]]);
                }
                Part::At(position) => {
                    let value = *all.get(position)?;
                    let options = self.texts(file, facts, value, template);
                    texts = product(&texts, &options);
                }
                Part::Next | Part::Named(_) => {
                    let value = match &part {
                        Part::Named(name) => rest
                            .iter()
                            .find(|arg| arg.name.is_some_and(|arg| facts.text(arg) == name))
                            .map(|arg| arg.value),
                        _ => positional.next(),
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

fn has_hole(texts: &[Vec<Piece>]) -> bool {
    texts.iter().flatten().any(|piece| matches!(piece, Piece::Hole(_)))
}

fn call_is_macro(facts: &FileFacts, id: CallId) -> bool {
    facts.call(id).is_some_and(|call| call.flags.has(crate::analysis::facts::CallFlags::MACRO))
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

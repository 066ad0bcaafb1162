//! What happens to each name of a file: assignments, calls on it, items stored in it.
//!
//! Facts hold the assignments; changes in place (`n++`, `x -= 1`, `scan(&x)`, `map[k] = v`)
//! are looked up in the text, name by name and only when somebody asks.

use super::words::{after_word, before, ends_with_word};
use crate::analysis::facts::{BlockId, CallId, Expr, ExprId, FileFacts, Lang, ScopeId, Span, Sym};
use rustc_hash::FxHashMap;
use std::{cell::RefCell, rc::Rc};

/// Something that happens to what a name holds.
#[derive(Debug, Clone, Copy)]
pub(super) struct Event {
    pub(super) span: Span,
    pub(super) scope: ScopeId,
    pub(super) block: Option<BlockId>,
    pub(super) what: What,
}

#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum What {
    /// The binding at this position.
    Bind(usize),
    /// A method is called on it, directly or along a chain.
    Call(CallId),
    /// It is given away as it is: to a function, or to another name.
    Given(Option<CallId>),
    /// `name[key] = value`, as far as both are known.
    Stored(Option<(ExprId, ExprId)>),
    /// It becomes something that facts do not tell.
    Changed,
}

/// One file as it is read here.
pub(super) struct View<'a> {
    pub(super) facts: &'a FileFacts,
    pub(super) text: Rc<str>,
    events: FxHashMap<Sym, Vec<Event>>,
    /// The longest expression that starts at an offset.
    starting: FxHashMap<u32, ExprId>,
    /// Events with those that only the text tells.
    complete: RefCell<FxHashMap<Sym, Rc<[Event]>>>,
}

impl<'a> View<'a> {
    pub(super) fn new(facts: &'a FileFacts, text: Rc<str>) -> Self {
        let mut events: FxHashMap<Sym, Vec<Event>> = FxHashMap::default();
        for (position, bind) in facts.binds.iter().enumerate() {
            let (scope, block, span) = (bind.scope, bind.block, bind.span);
            if bind.object.is_none() {
                let event = Event { span, scope, block, what: What::Bind(position) };
                events.entry(bind.name).or_default().push(event);
            }
            if let Some(Expr::Name(name)) = bind.value.map(|value| facts.expr(value)) {
                let event = Event { span, scope, block, what: What::Given(None) };
                events.entry(name).or_default().push(event);
            }
        }
        for (id, call) in facts.call_ids() {
            let (scope, block) = (call.scope, call.block);
            // Where it is called on the way along a chain, not where the chain begins.
            let span = Span::new(call.name_span.start, call.span.end);
            if let Some(name) = called_on(facts, call.callee) {
                events.entry(name).or_default().push(Event { span, scope, block, what: What::Call(id) });
            }
            for arg in facts.args(call.args) {
                if let Expr::Name(name) = facts.expr(arg.value) {
                    let what = What::Given(Some(id));
                    events.entry(name).or_default().push(Event { span, scope, block, what });
                }
            }
        }
        let mut starting: FxHashMap<u32, ExprId> = FxHashMap::default();
        for index in 0..facts.exprs.len() {
            let id = ExprId::from_index(index);
            let span = facts.expr_span(id);
            let known = starting.entry(span.start).or_insert(id);
            if facts.expr_span(*known).end <= span.end {
                *known = id;
            }
        }
        Self { facts, text, events, starting, complete: RefCell::default() }
    }

    /// Everything that happens to a name in the file, in the order of the source.
    pub(super) fn events(&self, name: Sym) -> Rc<[Event]> {
        if let Some(known) = self.complete.borrow().get(&name) {
            return Rc::clone(known);
        }
        let mut events = self.events.get(&name).cloned().unwrap_or_default();
        events.extend(self.told_by_text(name));
        events.sort_by_key(|event| (event.span.end, event.span.start));
        let events: Rc<[Event]> = events.into();
        self.complete.borrow_mut().insert(name, Rc::clone(&events));
        events
    }

    /// The longest expression that starts at an offset.
    pub(super) fn starting(&self, at: u32) -> Option<ExprId> {
        self.starting.get(&at).copied()
    }

    fn told_by_text(&self, name: Sym) -> Vec<Event> {
        let written = self.facts.text(name);
        let is_word = |c: char| c.is_alphanumeric() || c == '_';
        if !written.starts_with(|c: char| is_word(c) || c == '$') {
            return Vec::new();
        }
        let mut found = Vec::new();
        for (start, _) in self.text.match_indices(written) {
            let (head, tail) = (self.text.get(..start).unwrap_or_default(), start + written.len());
            let rest = self.text.get(tail..).unwrap_or_default();
            if rest.starts_with(is_word) || head.ends_with(|c: char| is_word(c) || c == '.') {
                continue;
            }
            let Some((what, end)) = self.change(start, tail) else { continue };
            let span = Span::new(offset(start), offset(end));
            let (scope, block) = self.place(span.start);
            found.push(Event { span, scope, block, what });
        }
        found
    }

    /// What the text around a name does to it.
    fn change(&self, start: usize, end: usize) -> Option<(What, usize)> {
        let rest = self.text.get(end..)?;
        let after = rest.trim_start();
        let head = before(&self.text, offset(start));
        // `++n`, but not the end of the statement before: `i++ { n`.
        let close = self.text.get(..start)?.trim_end_matches([' ', '(']);
        let by_itself = after.starts_with("++")
            || after.starts_with("--")
            || close.ends_with("++")
            || close.ends_with("--");
        let adjusted = ["-=", "*=", "/=", "%=", "|=", "&=", "^=", "<<=", ">>=", "??=", "||=", "&&=", "**="];
        let lent =
            (matches!(self.facts.lang, Lang::Go | Lang::Php) && head.ends_with('&') && !head.ends_with("&&"))
                || ends_with_word(head, &["ref", "out", "mut"]);
        if by_itself || adjusted.iter().any(|sign| after.starts_with(sign)) || lent {
            return Some((What::Changed, end));
        }
        let inner = rest.strip_prefix('[')?;
        let close = closing(inner)?;
        let behind = inner.get(close + 1..)?;
        let sign = behind.trim_start();
        if !sign.starts_with('=')
            || sign.starts_with("==")
            || sign.starts_with("=>")
            || sign.starts_with("=~")
        {
            let grows = ["+=", ".=", "-=", "++", "--", "||=", "??="];
            return grows.iter().any(|grow| sign.starts_with(grow)).then_some((What::Stored(None), end));
        }
        let skipped = |text: &str| text.len() - text.trim_start().len();
        let key = end + 1 + skipped(inner);
        let value_at = end + 1 + close + 1 + skipped(behind) + 1 + skipped(sign.get(1..)?);
        let parts = self.starting(offset(key)).zip(self.starting(offset(value_at)));
        let until = parts.map_or(value_at, |(_, value)| self.facts.expr_span(value).end as usize);
        Some((What::Stored(parts), until))
    }

    /// The scope and block that hold an offset.
    fn place(&self, at: u32) -> (ScopeId, Option<BlockId>) {
        let holds = |span: Span| span.start <= at && at < span.end;
        let scope = self.facts.scope_ids().filter(|(_, scope)| holds(scope.span)).last();
        let scope = scope.map_or(ScopeId::MODULE, |(id, _)| id);
        let block = self
            .facts
            .blocks
            .iter()
            .enumerate()
            .rfind(|(_, block)| block.scope == scope && holds(block.span))
            .map(|(index, _)| BlockId::from_index(index));
        (scope, block)
    }
}

fn offset(at: usize) -> u32 {
    u32::try_from(at).unwrap_or(u32::MAX)
}

/// The name on which a call is made: `sb` of `sb.append(a).append(b)`.
fn called_on(facts: &FileFacts, callee: ExprId) -> Option<Sym> {
    let mut at = callee;
    // A chain is finite in sound facts; the bound is for damaged ones.
    for _ in 0..64 {
        let Expr::Attr(object, _) = facts.expr(at) else { return None };
        match facts.expr(object) {
            Expr::Name(name) => return Some(name),
            Expr::Call(call) => at = facts.call(call)?.callee,
            _ => return None,
        }
    }
    None
}

/// The position of the bracket that closes one opened before.
fn closing(text: &str) -> Option<usize> {
    let mut depth = 0_u32;
    for (at, c) in text.char_indices().take(400) {
        match c {
            '[' => depth += 1,
            ']' if depth == 0 => return Some(at),
            ']' => depth -= 1,
            '\n' | ';' => return None,
            _ => {}
        }
    }
    None
}

/// Whether a text says that a name is an argument of something that only reads it.
pub(super) fn only_reads(method: &str) -> bool {
    after_word(method, &["print", "println", "printf", "write", "log", "debug", "info", "warn", "error"])
        .is_some()
        || matches!(
            method,
            "append"
                | "put"
                | "len"
                | "count"
                | "str"
                | "repr"
                | "String"
                | "valueOf"
                | "toString"
                | "join"
                | "Join"
                | "isEmpty"
                | "sizeof"
                | "sorted"
                | "tuple"
                | "list"
                | "set"
                | "equals"
                | "Println"
                | "stringify"
        )
}

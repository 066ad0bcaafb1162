//! Expressions, read the way a careful reader does it.

use super::{
    arms::Arm,
    events::{Event, View, What, only_reads},
    known::Known,
    texts,
    words::{bare, between, number},
};
use crate::analysis::{
    facts::{BindKind, BlockId, BlockKind, Expr, ExprId, Lang, ScopeId, ScopeKind, Span, Sym},
    link::FileId,
    rules::context::{Context, last_name},
};
use rustc_hash::FxHashMap;
use std::{cell::RefCell, rc::Rc};

/// Steps for one question.
const FUEL: u32 = 1_500;

/// How far one value leads to another.
const DEPTH: u32 = 80;

/// A function that is being read, with what it was given.
pub(super) struct Frame<'f, 'a> {
    pub(super) file: FileId,
    pub(super) view: Rc<View<'a>>,
    /// The function whose parameters are known; none for the place of the question.
    pub(super) given: Option<(ScopeId, &'f [(Sym, Known)])>,
    /// How many functions are being read around it.
    pub(super) calls: u32,
    /// How many callers were asked for what they pass.
    pub(super) around: u32,
    pub(super) known: RefCell<FxHashMap<ExprId, Known>>,
    pub(super) arms: RefCell<FxHashMap<BlockId, Arm>>,
}

/// Answers one question.
pub(super) struct Evaluator<'r, 'c, 'a> {
    pub(super) context: &'r Context<'c, 'a>,
    fuel: u32,
    depth: u32,
}

impl<'r, 'c, 'a> Evaluator<'r, 'c, 'a> {
    pub(super) fn new(context: &'r Context<'c, 'a>) -> Self {
        Self { context, fuel: FUEL, depth: 0 }
    }

    /// The file as it is read here.
    pub(super) fn view(&self, file: FileId) -> Option<Rc<View<'a>>> {
        self.context.values.view(self.context, file)
    }

    /// Takes one of the steps of the question; false where none is left.
    pub(super) fn step(&mut self) -> bool {
        self.fuel = self.fuel.saturating_sub(1);
        self.fuel > 0
    }

    /// What an expression can be where it stands.
    pub(super) fn eval(&mut self, frame: &Frame<'_, 'a>, expr: ExprId) -> Known {
        if let Some(known) = frame.known.borrow().get(&expr) {
            return known.clone();
        }
        if self.depth >= DEPTH || !self.step() {
            return Known::Open;
        }
        // Whoever asks for it again on the way learns nothing.
        frame.known.borrow_mut().insert(expr, Known::Open);
        self.depth += 1;
        let known = self.read(frame, expr);
        self.depth -= 1;
        frame.known.borrow_mut().insert(expr, known.clone());
        known
    }

    fn read(&mut self, frame: &Frame<'_, 'a>, expr: ExprId) -> Known {
        let facts = frame.view.facts;
        match facts.expr(expr) {
            Expr::Str(text) => Known::text(facts.text(text)),
            Expr::Num => {
                let span = facts.expr_span(expr);
                number(between(&frame.view.text, span.start, span.end)).map_or(Known::Written, Known::Number)
            }
            Expr::Bool(truth) => Known::Bool(truth),
            Expr::Null => Known::Null,
            Expr::Name(name) => self.name(frame, expr, name),
            Expr::Call(id) => self.call(frame, expr, id),
            Expr::Tmpl(parts) => {
                let parts = facts.list(parts).iter().map(|part| self.eval(frame, *part)).collect::<Vec<_>>();
                parts.into_iter().reduce(|one, other| one.joined(&other)).unwrap_or(Known::Written)
            }
            Expr::Either(options) => {
                let options = facts.list(options);
                match self.chosen(frame, expr, options) {
                    Some(option) => self.eval(frame, option),
                    None => self.any(frame, options),
                }
            }
            Expr::List(items) => {
                let items = facts.list(items);
                let is_spread = items.iter().any(|item| matches!(facts.expr(*item), Expr::Spread(_)));
                let known: Vec<Known> = items.iter().map(|item| self.eval(frame, *item)).collect();
                if is_spread { Known::bag(known) } else { Known::list(known) }
            }
            Expr::Map(entries) => {
                let mut known = Vec::new();
                for entry in facts.entries(entries) {
                    let Some(key) = entry.key else { return Known::Open };
                    known.push((self.eval(frame, key), self.eval(frame, entry.value)));
                }
                let is_exact = known.iter().all(|(key, _)| matches!(key, Known::Text(_) | Known::Number(_)));
                if is_exact {
                    Known::map(known)
                } else {
                    Known::bag(known.into_iter().map(|(_, value)| value))
                }
            }
            Expr::Index(object, key) => {
                let (object, key) = (self.eval(frame, object), self.eval(frame, key));
                // The parts of a tuple are told apart by texts.
                let key = match (&object, &key) {
                    (Known::List(_), Known::Text(text)) => number(text).map_or(Known::Written, Known::Number),
                    _ => key,
                };
                texts::read(&object, "get", &[key])
            }
            Expr::Attr(object, name) => self.member(frame, expr, object, name),
            Expr::Element(items) | Expr::Spread(items) => self.eval(frame, items).element(),
            Expr::Other(parts) => {
                let parts = facts.list(parts).to_vec();
                self.operation(frame, expr, &parts)
            }
            Expr::SelfRef | Expr::Fun(_) => Known::Open,
        }
    }

    fn any(&mut self, frame: &Frame<'_, 'a>, options: &[ExprId]) -> Known {
        let options: Vec<Known> = options.iter().map(|option| self.eval(frame, *option)).collect();
        options.into_iter().fold(Known::Never, Known::or)
    }

    fn member(&mut self, frame: &Frame<'_, 'a>, expr: ExprId, object: ExprId, name: Sym) -> Known {
        let text = frame.view.facts.text(name);
        match self.eval(frame, object) {
            Known::Map(entries) => match texts::entry(&entries, &Known::text(text)) {
                Some(Some(value)) => value,
                _ => Known::Open,
            },
            Known::List(items) if number(text).is_some() => {
                let at = number(text).and_then(|at| usize::try_from(at).ok());
                at.and_then(|at| items.get(at)).cloned().unwrap_or(Known::Open)
            }
            Known::Bag(inner) if number(text).is_some() => (*inner).clone(),
            known @ (Known::Text(_) | Known::List(_)) if matches!(text, "length" | "Length" | "size") => {
                texts::read(&known, "length", &[])
            }
            _ if is_filled_later(frame, object) => Known::Open,
            _ => self.constant(frame, expr),
        }
    }

    /// What the linker knows: constants of classes, modules and other files.
    fn constant(&self, frame: &Frame<'_, 'a>, expr: ExprId) -> Known {
        let constant = self.context.resolver().constant(frame.file, expr);
        constant.map_or(Known::Open, |text| Known::text(&text))
    }

    fn operation(&mut self, frame: &Frame<'_, 'a>, expr: ExprId, parts: &[ExprId]) -> Known {
        let view = &frame.view;
        let (facts, whole) = (view.facts, view.facts.expr_span(expr));
        let spans: Vec<Span> = parts.iter().map(|part| facts.expr_span(*part)).collect();
        let sign = |from: u32, to: u32| bare(between(&view.text, from, to), facts.lang);
        match (parts, spans.as_slice()) {
            ([one, other], [first, second]) if first.end <= second.start => {
                let sign = sign(first.end, second.start);
                let (one, other) = (self.eval(frame, *one), self.eval(frame, *other));
                super::operators::two(&sign, &one, &other, facts.lang)
            }
            ([only], [span]) => {
                let sign = sign(whole.start, span.start);
                let only = self.eval(frame, *only);
                super::operators::one(&sign, &only)
            }
            _ => Known::Open,
        }
    }

    fn name(&mut self, frame: &Frame<'_, 'a>, expr: ExprId, name: Sym) -> Known {
        let view = Rc::clone(&frame.view);
        let at = view.facts.expr_span(expr).start;
        self.named(frame, name, at).unwrap_or_else(|| self.constant(frame, expr))
    }

    /// What a name holds at an offset; none where no function around says anything of it.
    pub(super) fn named(&mut self, frame: &Frame<'_, 'a>, name: Sym, at: u32) -> Option<Known> {
        let facts = frame.view.facts;
        let here = self.context.resolver().scope_at(frame.file, at);
        let events = frame.view.events(name);
        for (around, scope) in facts.scopes_around(here) {
            if matches!(scope.kind, ScopeKind::Class | ScopeKind::Interface) {
                match self.field(frame, around, name, &events) {
                    Some(known) => return Some(known),
                    None => continue,
                }
            }
            let param = facts
                .params(scope.params)
                .iter()
                .find(|param| param.name == name || facts.names(param.fields).contains(&name));
            let is_bound =
                events.iter().any(|event| event.scope == around && matches!(event.what, What::Bind(_)));
            if param.is_none() && !is_bound {
                continue;
            }
            let start = match param {
                None => Known::Never,
                Some(param) => match super::callers::passed(frame, around, param) {
                    Known::Open if frame.given.is_none() => self.given_by_callers(frame, around, param),
                    known => known,
                },
            };
            let inside = |event: &&Event| facts.scopes_around(event.scope).any(|(id, _)| id == around);
            let events: Vec<Event> = events.iter().filter(inside).copied().collect();
            let known = self.after(frame, around, (here == around).then_some(at), start, &events);
            return Some(if known == Known::Never { Known::Open } else { known });
        }
        None
    }

    /// What a field holds that is given a value where it is declared and nowhere else.
    fn field(&mut self, frame: &Frame<'_, 'a>, class: ScopeId, name: Sym, events: &[Event]) -> Option<Known> {
        let facts = frame.view.facts;
        let is_set_elsewhere = facts.binds.iter().any(|bind| bind.object.is_some() && bind.name == name);
        let inside = |event: &&Event| facts.scopes_around(event.scope).any(|(id, _)| id == class);
        let mut changes = events
            .iter()
            .filter(inside)
            .filter(|event| matches!(event.what, What::Bind(_) | What::Stored(_) | What::Changed));
        let (Some(Event { what: What::Bind(only), scope, .. }), None) = (changes.next(), changes.next())
        else {
            return None;
        };
        let value = facts.binds.get(*only).filter(|_| *scope == class && !is_set_elsewhere)?.value?;
        let known = self.eval(frame, value);
        matches!(known, Known::Text(_) | Known::Number(_) | Known::Bool(_)).then_some(known)
    }

    /// What a name holds after everything that happened to it: up to an offset of its own
    /// scope, or at any time.
    fn after(
        &mut self,
        frame: &Frame<'_, 'a>,
        scope: ScopeId,
        at: Option<u32>,
        start: Known,
        events: &[Event],
    ) -> Known {
        let facts = frame.view.facts;
        let mut order: Vec<(Event, bool)> = Vec::new();
        match at {
            None => order.extend(events.iter().map(|event| (*event, true))),
            Some(at) => {
                let is_before = |event: &Event| event.span.end <= at;
                for event in events.iter().filter(|event| is_before(event)) {
                    order.push((*event, event.scope == scope));
                }
                // In a loop, what stands below happened in the round before.
                let later = events.iter().filter(|event| !is_before(event) && !covers(event.span, at));
                for event in later {
                    let again = facts.blocks_around(event.block).find(|block| {
                        block.kind == BlockKind::Loop && block.span.start <= at && at < block.span.end
                    });
                    let first = match (event.scope == scope, again) {
                        (true, None) => continue,
                        (true, Some(round)) => {
                            order.iter().position(|(event, _)| event.span.start >= round.span.start)
                        }
                        // A function inside can run whenever it likes.
                        (false, _) => None,
                    };
                    order.insert(first.unwrap_or(order.len()), (*event, false));
                }
            }
        }
        let mut known = start;
        let mut ever = known.clone();
        for (event, may_be_sure) in order {
            let place = self.place(frame, event.block, at);
            if place == Arm::Left {
                continue;
            }
            let next = self.happens(frame, event, &known);
            known = if may_be_sure && place == Arm::Taken { next } else { known.or(next) };
            ever = ever.or(known.clone());
        }
        if at.is_some() { known } else { ever }
    }

    /// Whether what stands in a block happened, seen from an offset of the same scope.
    pub(super) fn place(&mut self, frame: &Frame<'_, 'a>, block: Option<BlockId>, at: Option<u32>) -> Arm {
        let mut place = Arm::Taken;
        let mut next = block;
        while let Some(id) = next {
            let Some(block) = frame.view.facts.block(id) else { return Arm::Open };
            next = block.parent.filter(|parent| *parent < id);
            if at.is_some_and(|at| covers(block.span, at)) {
                continue;
            }
            match block.kind {
                BlockKind::With | BlockKind::Try | BlockKind::Finally => {}
                BlockKind::Loop | BlockKind::Catch => place = Arm::Open,
                BlockKind::Branch => match self.arm(frame, id) {
                    Arm::Left => return Arm::Left,
                    Arm::Open => place = Arm::Open,
                    Arm::Taken => {}
                },
            }
        }
        place
    }

    fn happens(&mut self, frame: &Frame<'_, 'a>, event: Event, known: &Known) -> Known {
        let facts = frame.view.facts;
        let blur =
            |next: Known| if facts.in_loop(event.block) && next != *known { next.blurred() } else { next };
        match event.what {
            What::Bind(position) => {
                let Some(bind) = facts.binds.get(position) else { return Known::Open };
                match (bind.kind, bind.value) {
                    (BindKind::Catch | BindKind::Alias, _) => Known::Open,
                    (_, Some(value)) => blur(self.eval(frame, value)),
                    (BindKind::Assign | BindKind::Field, None) => {
                        bind.ty.map_or(Known::Never, |ty| super::calls::declared(&frame.view, ty))
                    }
                    _ => Known::Open,
                }
            }
            What::Call(id) if known.is_changeable() => {
                let Some(call) = facts.call(id) else { return Known::Open };
                let method = last_name(facts, call.callee).unwrap_or_default();
                let args: Vec<Known> =
                    facts.args(call.args).iter().map(|arg| self.eval(frame, arg.value)).collect();
                blur(texts::changed(known, method, &args))
            }
            // Only `&mut` lends what may be changed, which is an event of its own.
            What::Given(_) if matches!(facts.lang, Lang::Rust | Lang::Elixir) => known.clone(),
            What::Given(call) if known.is_changeable() => {
                let reads =
                    call.and_then(|id| last_name(facts, facts.call(id)?.callee)).is_some_and(only_reads);
                if reads { known.clone() } else { Known::Open }
            }
            What::Stored(Some((key, value))) if known.is_changeable() => {
                let (key, value) = (self.eval(frame, key), self.eval(frame, value));
                blur(match known {
                    Known::Map(entries) => texts::stored(entries, &key, &value),
                    Known::List(_) => texts::changed(known, "set", &[key, value]),
                    _ => Known::bag([known.element(), value]),
                })
            }
            What::Stored(None) if known.is_changeable() => Known::Open,
            What::Changed => match known {
                Known::Number(_) | Known::Written => Known::Written,
                _ => Known::Open,
            },
            What::Call(_) | What::Given(_) | What::Stored(_) => known.clone(),
        }
    }
}

fn covers(span: Span, at: u32) -> bool {
    span.start <= at && at < span.end
}

/// Whether members of an object are given values after it was made, which the linker does not see.
fn is_filled_later(frame: &Frame<'_, '_>, object: ExprId) -> bool {
    let facts = frame.view.facts;
    let Expr::Name(name) = facts.expr(object) else { return false };
    let is_same = |other: ExprId| matches!(facts.expr(other), Expr::Name(other) if other == name);
    facts.binds.iter().any(|bind| bind.object.is_some_and(is_same))
        || frame.view.events(name).iter().any(|event| matches!(event.what, What::Stored(_) | What::Changed))
}

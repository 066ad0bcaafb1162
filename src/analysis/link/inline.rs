//! Functions that register routes for their callers: `def add(path, view): app.add_route(path, view)`.
//!
//! Called from several places with several texts, such a function has one registration
//! and many routes. Each call of it is then worked out by itself, and its routes stand
//! where the call stands.

use super::{linker::Linker, project::FileId, value::Value};
use crate::analysis::facts::{Call, CallId, Expr, ExprId, FileFacts, ScopeId, ScopeKind};
use std::rc::Rc;

/// Functions that register through functions are followed this deep.
const MAX_FRAMES: usize = 3;

impl Linker<'_> {
    /// Works out the registrations inside a function for one of its calls.
    pub fn register_for_call(
        &mut self,
        file: FileId,
        facts: &FileFacts,
        call: &Call,
        function: (FileId, ScopeId),
        receiver: Option<&Value>,
    ) {
        if self.frames.len() >= MAX_FRAMES || !self.is_called_with_texts(function, receiver.is_some()) {
            return;
        }
        let inner = self.registrations(function);
        if inner.is_empty() {
            return;
        }
        let Some(of) = self.facts(function.0) else { return };
        let frame = self.frame(file, facts, call, function);
        if !frame.2.iter().any(holds_text) {
            return;
        }
        let memos = std::mem::take(&mut self.memos);
        self.frames.push(frame);
        let place = self.registered_at;
        if place.is_none() {
            self.registered_at = Some((file, call.name_span));
        }
        let owner =
            std::mem::replace(&mut self.receiver_is, receiver.cloned().map(|value| (function.0, value)));
        for id in inner.iter() {
            if let Some(inner) = of.call(*id) {
                self.graph.inlined.insert((function.0, inner.name_span.start));
                self.call(function.0, *id);
            }
        }
        self.receiver_is = owner;
        self.registered_at = place;
        self.frames.pop();
        self.memos = memos;
    }

    /// Whether calls pass more than one text for a parameter; one is enough for a method,
    /// whose routes belong to the object that it is called on.
    fn is_called_with_texts(&self, (file, function): (FileId, ScopeId), is_method: bool) -> bool {
        let count =
            self.facts(file).and_then(|facts| Some(facts.params(facts.scope(function)?.params).len()));
        (0..u32::try_from(count.unwrap_or(0)).unwrap_or(0)).any(|position| {
            let passed = self.arguments.get(&(file, function, position));
            passed.is_some_and(|values| {
                values.iter().filter(|value| holds_text(value)).count() > usize::from(!is_method)
            })
        })
    }

    /// The calls right inside a function that may register a route of its parameters.
    fn registrations(&mut self, function: (FileId, ScopeId)) -> Rc<[CallId]> {
        if let Some(known) = self.registrars.get(&function) {
            return known.clone();
        }
        // A function that calls itself registers nothing that way.
        self.registrars.insert(function, Rc::from([]));
        let mut found: Vec<CallId> = Vec::new();
        if let Some(facts) = self.facts(function.0) {
            for (id, call) in facts.call_ids().filter(|(_, call)| call.scope == function.1) {
                let mut args = facts.args(call.args).iter();
                if found.len() < 16
                    && args.any(|arg| names_param(facts, function.1, arg.value, 0))
                    && self.registers(function, facts, call)
                {
                    found.push(id);
                }
            }
        }
        let found: Rc<[CallId]> = found.into();
        self.registrars.insert(function, found.clone());
        found
    }

    /// Whether a call declares a route, or is one of a method that does for its caller.
    fn registers(&mut self, function: (FileId, ScopeId), facts: &FileFacts, call: &Call) -> bool {
        let name = match facts.expr(call.callee) {
            Expr::Index(..) => return true,
            Expr::Attr(object, name) if matches!(facts.expr(object), Expr::SelfRef) => {
                let class = facts
                    .scopes_around(function.1)
                    .find(|(_, scope)| scope.kind == ScopeKind::Class)
                    .map(|(id, _)| id);
                let method = class.map(|class| self.class_member(function.0, class, facts.text(name)));
                if let Some(Value::Function(file, method)) = method {
                    return !self.registrations((file, method)).is_empty();
                }
                Some(facts.text(name))
            }
            _ => self.callee_name(function.0, call.callee),
        };
        name.is_some_and(|name| self.rules.is_route(facts.lang, name))
    }
}

fn holds_text(value: &Value) -> bool {
    match value {
        Value::Text(_) | Value::Map(..) => true,
        Value::List(values) => values.iter().any(|value| matches!(value, Value::Text(_))),
        _ => false,
    }
}

/// Whether an expression names a parameter of the function, or what is bound in it.
fn names_param(facts: &FileFacts, function: ScopeId, expr: ExprId, depth: u32) -> bool {
    if depth > 6 {
        return false;
    }
    let below = |parts: &[ExprId]| parts.iter().any(|part| names_param(facts, function, *part, depth + 1));
    match facts.expr(expr) {
        Expr::Name(name) => {
            let params = facts.scope(function).map_or(&[][..], |scope| facts.params(scope.params));
            params.iter().any(|param| facts.text(param.name) == facts.text(name))
                || facts.binds.iter().any(|bind| bind.scope == function && bind.name == name)
        }
        Expr::Tmpl(parts) | Expr::Either(parts) | Expr::List(parts) | Expr::Other(parts) => {
            below(facts.list(parts))
        }
        Expr::Spread(inner) | Expr::Element(inner) | Expr::Attr(inner, _) | Expr::Index(inner, _) => {
            below(&[inner])
        }
        Expr::Map(entries) => {
            let values: Vec<ExprId> = facts.entries(entries).iter().map(|entry| entry.value).collect();
            below(&values)
        }
        Expr::Call(call) => facts.call(call).is_some_and(|call| {
            let args: Vec<ExprId> = facts.args(call.args).iter().map(|arg| arg.value).collect();
            below(&args)
        }),
        _ => false,
    }
}

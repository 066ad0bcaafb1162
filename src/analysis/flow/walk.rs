//! Following calls from a handler downwards.

use super::{FlowInput, implementations::Implementations, layer_of};
use crate::{
    analysis::{
        facts::{CallId, Expr, ExprId, FileFacts, ScopeId, ScopeKind},
        link::{Callee, Definition, FileId, Value},
    },
    domain::{layer::Layer, map::FlowStep, place::Place},
};
use std::collections::{HashMap, HashSet};

/// Functions visited for one endpoint.
const VISITS: usize = 120;
/// Steps kept for one endpoint.
const STEPS: usize = 24;
/// Alternatives of one call that are followed.
const ALTERNATIVES: usize = 3;

/// What a walk found below a handler.
#[derive(Debug, Default)]
pub(super) struct Walked {
    pub(super) steps: Vec<FlowStep>,
    /// Layer of the file that queries, and the place.
    pub(super) queries: Vec<(Layer, Place)>,
    /// Names of the models on the way.
    pub(super) models: Vec<String>,
}

/// Walks calls with what does not change between endpoints.
pub(super) struct Walker<'a, 'l> {
    input: &'a FlowInput<'a, 'l>,
    /// By file: the calls inside each function, nested ones included, in source order.
    calls: Vec<HashMap<ScopeId, Vec<CallId>>>,
    implementations: Implementations,
}

impl<'a, 'l> Walker<'a, 'l> {
    pub(super) fn new(input: &'a FlowInput<'a, 'l>) -> Self {
        Self {
            input,
            calls: input.facts.iter().map(calls_by_function).collect(),
            implementations: Implementations::new(input),
        }
    }

    pub(super) fn walk(&self, handler: Definition) -> Walked {
        let mut walked = Walked::default();
        let mut seen = HashSet::from([handler]);
        let mut open = vec![handler];
        let mut visits = 0;
        while let Some(function) = open.pop() {
            visits += 1;
            if visits > VISITS || walked.steps.len() >= STEPS {
                break;
            }
            let mut below = Vec::new();
            for call in self.calls_in(function) {
                self.query(function, *call, function.file == handler.file, &mut walked);
                let targets = self.targets(function.file, *call);
                if targets.is_empty() {
                    self.inherited(function.file, *call, &mut walked);
                }
                for target in targets {
                    if seen.insert(target) {
                        self.step(function.file, *call, target, &mut walked);
                        below.push(target);
                    }
                }
            }
            // The last pushed is taken first, so that calls are followed in source order.
            open.extend(below.into_iter().rev());
        }
        walked
    }

    fn calls_in(&self, function: Definition) -> &[CallId] {
        let calls = self.calls.get(function.file.index()).and_then(|file| file.get(&function.scope));
        calls.map_or(&[], Vec::as_slice)
    }

    fn targets(&self, file: FileId, call: CallId) -> Vec<Definition> {
        let known: Vec<Definition> = self
            .input
            .linked
            .resolver
            .callees(file, call)
            .into_iter()
            .filter_map(|callee| match callee {
                Callee::Function(definition) | Callee::Class(definition) => Some(definition),
                Callee::External(_) | Callee::Unknown => None,
            })
            .map(|target| {
                let is_empty = self.calls_in(target).is_empty();
                let behind = is_empty.then(|| self.implementations.behind(self.input, target)).flatten();
                behind.unwrap_or(target)
            })
            .collect();
        let by_name = || self.implementations.by_name(self.input, file, call).into_iter().collect();
        let found: Vec<Definition> = if known.is_empty() { by_name() } else { known };
        found
            .into_iter()
            .filter(|target| {
                !matches!(layer_of(self.input, target.file), None | Some(Layer::Test | Layer::Migration))
            })
            .take(ALTERNATIVES)
            .collect()
    }

    fn step(&self, from: FileId, call: CallId, target: Definition, walked: &mut Walked) {
        let Some(facts) = self.input.facts.get(target.file.index()) else { return };
        let Some(scope) = facts.scope(target.scope) else { return };
        let Some(layer) = layer_of(self.input, target.file) else { return };
        let is_class = scope.kind == ScopeKind::Class;
        match layer {
            Layer::Model if is_class => self.model(target, call_text(self.input, from, call), walked),
            // Helpers beside their caller are walked through and not shown.
            Layer::Service | Layer::Repository if !is_class && target.file != from => {
                walked.steps.push(FlowStep {
                    layer,
                    symbol: facts.qualified_name(target.scope),
                    file: facts.path.clone(),
                    line: facts.line(scope.name_span.start),
                    call: call_text(self.input, from, call),
                    tests: 0,
                })
            }
            _ => {}
        }
    }

    /// A method that a repository of the project has from a foreign base: `orders.save(…)` of
    /// an interface that extends a library's repository.
    fn inherited(&self, from: FileId, call: CallId, walked: &mut Walked) {
        let resolver = &self.input.linked.resolver;
        let Some(Value::Instance(file, class)) = resolver.receiver(from, call) else { return };
        let Some(facts) = self.input.facts.get(file.index()) else { return };
        let (Some(scope), Some(calling)) = (facts.scope(class), self.input.facts.get(from.index())) else {
            return;
        };
        let Some(Expr::Attr(_, method)) = calling.call(call).map(|call| calling.expr(call.callee)) else {
            return;
        };
        // What it calls on itself is its own affair.
        if file == from
            || layer_of(self.input, file) != Some(Layer::Repository)
            || resolver.foreign_bases(Definition { file, scope: class }).is_empty()
        {
            return;
        }
        let symbol = format!("{}.{}", facts.qualified_name(class), calling.text(method));
        if walked.steps.iter().any(|step| step.symbol == symbol) {
            return;
        }
        let text = call_text(self.input, from, call);
        walked.steps.push(FlowStep {
            layer: Layer::Repository,
            symbol,
            file: facts.path.clone(),
            line: facts.line(scope.name_span.start),
            call: text.clone(),
            tests: 0,
        });
        // What it keeps is an argument of its base: `JpaRepository<Order, Long>`.
        let mut open: Vec<ExprId> = facts.list(scope.bases).to_vec();
        while let Some(expr) = open.pop() {
            match facts.expr(expr) {
                Expr::Index(_, arguments) => open.push(arguments),
                Expr::List(items) => open.extend(facts.list(items)),
                _ => {
                    if let Value::Class(file, scope) = resolver.value(file, expr)
                        && layer_of(self.input, file) == Some(Layer::Model)
                    {
                        self.model(Definition { file, scope }, text.clone(), walked);
                    }
                }
            }
        }
    }

    fn model(&self, class: Definition, call: String, walked: &mut Walked) {
        let Some(facts) = self.input.facts.get(class.file.index()) else { return };
        let symbol = facts.qualified_name(class.scope);
        // A file of models may hold plain data classes too; only what is persisted is a step.
        let is_listed = self.input.map.models.iter().any(|m| m.name == symbol && m.file == facts.path);
        if !is_listed || walked.models.contains(&symbol) {
            return;
        }
        let line = facts.scope(class.scope).map_or(1, |scope| facts.line(scope.name_span.start));
        walked.models.push(symbol.clone());
        walked.steps.push(FlowStep {
            layer: Layer::Model,
            symbol,
            file: facts.path.clone(),
            line,
            call,
            tests: 0,
        });
    }

    /// Notes a query, and the models that it names.
    fn query(&self, function: Definition, call: CallId, in_handler: bool, walked: &mut Walked) {
        let index = function.file.index();
        if !self.input.queries.get(index).is_some_and(|queries| queries.contains(&call)) {
            return;
        }
        let Some(facts) = self.input.facts.get(index) else { return };
        let Some(found) = facts.call(call) else { return };
        // Only what stands beside the handler is the handler's own doing.
        let layer = match layer_of(self.input, function.file) {
            _ if in_handler => Layer::Router,
            None | Some(Layer::Router) => Layer::Other,
            Some(layer) => layer,
        };
        let place = Place::new(facts.path.clone(), facts.line(found.name_span.start));
        walked.queries.push((layer, place));
        let mut exprs: Vec<ExprId> = facts.args(found.args).iter().map(|arg| arg.value).collect();
        exprs.extend(root_of(facts, found.callee));
        for expr in exprs {
            let value = self.input.linked.resolver.value(function.file, expr);
            for value in value.alternatives() {
                if let Value::Class(file, scope) = value
                    && layer_of(self.input, *file) == Some(Layer::Model)
                {
                    let class = Definition { file: *file, scope: *scope };
                    self.model(class, call_text(self.input, function.file, call), walked);
                }
            }
        }
    }
}

/// The name that a chain of attributes and calls starts from.
fn root_of(facts: &FileFacts, callee: ExprId) -> Option<ExprId> {
    let mut expr = callee;
    for _ in 0..24 {
        expr = match facts.expr(expr) {
            Expr::Attr(object, _) | Expr::Index(object, _) => object,
            Expr::Call(call) => facts.call(call)?.callee,
            Expr::Name(_) => return Some(expr),
            _ => return None,
        };
    }
    None
}

/// `orders.update()`, as far as the callee is a plain path.
fn call_text(input: &FlowInput<'_, '_>, file: FileId, call: CallId) -> String {
    let Some(facts) = input.facts.get(file.index()) else { return String::new() };
    let Some(call) = facts.call(call) else { return String::new() };
    let name = || match facts.expr(call.callee) {
        Expr::Attr(_, name) => format!("….{}", facts.text(name)),
        _ => String::new(),
    };
    let path = facts.dotted(call.callee).unwrap_or_else(name);
    // Facts have one word for the receiver; the reader knows their language's own.
    let path = match path.strip_prefix("self.") {
        Some(rest) if facts.lang.is_ecmascript() => format!("this.{rest}"),
        Some(_) | None => path,
    };
    if path.is_empty() { path } else { format!("{path}()") }
}

fn calls_by_function(facts: &FileFacts) -> HashMap<ScopeId, Vec<CallId>> {
    let mut calls: HashMap<ScopeId, Vec<CallId>> = HashMap::new();
    for (id, call) in facts.call_ids() {
        for (scope, found) in facts.scopes_around(call.scope) {
            if matches!(found.kind, ScopeKind::Function | ScopeKind::Lambda) {
                calls.entry(scope).or_default().push(id);
            }
        }
    }
    for list in calls.values_mut() {
        list.sort_by_key(|id| facts.call(*id).map_or(0, |call| call.name_span.start));
    }
    calls
}

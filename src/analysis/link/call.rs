//! Values of calls.

use super::{
    graph::{MountEdge, NodeId, NodeKey},
    linker::{Linker, Memo},
    project::FileId,
    value::{HOLE, Value},
};
use crate::analysis::facts::{Call, CallFlags, CallId, Expr, ExprId, FileFacts, ScopeId};

impl Linker<'_> {
    /// The value of a call; what it declares is recorded on the way.
    pub fn call(&mut self, file: FileId, id: CallId) -> Value {
        match self.memos.calls.get(&(file, id)) {
            Some(Memo::Done(value)) => return value.clone(),
            Some(Memo::Open) => return Value::Unknown,
            None => {}
        }
        let Some(facts) = self.facts(file) else { return Value::Unknown };
        let Some(call) = facts.call(id) else { return Value::Unknown };
        // The calls of a long chain are answered from its start, not from its end: each
        // then finds its receiver remembered, and the depth stays what it is.
        for inner in self.receivers(file, facts, call) {
            self.call_once(file, facts, inner);
        }
        self.call_once(file, facts, id)
    }

    /// The calls that the receiver of a call is made of and that have no answer yet,
    /// innermost first.
    fn receivers(&self, file: FileId, facts: &FileFacts, call: &Call) -> Vec<CallId> {
        let mut chain = Vec::new();
        let mut callee = call.callee;
        while let Expr::Attr(object, _) = facts.expr(callee) {
            callee = object;
            if let Expr::Call(inner) = facts.expr(object) {
                let Some(call) = facts.call(inner) else { break };
                if self.memos.calls.contains_key(&(file, inner)) {
                    break;
                }
                chain.push(inner);
                callee = call.callee;
            }
        }
        chain.reverse();
        chain
    }

    fn call_once(&mut self, file: FileId, facts: &FileFacts, id: CallId) -> Value {
        match self.memos.calls.get(&(file, id)) {
            Some(Memo::Done(value)) => return value.clone(),
            Some(Memo::Open) => return Value::Unknown,
            None => {}
        }
        let Some(call) = facts.call(id) else { return Value::Unknown };
        if !self.step() {
            return Value::Unknown;
        }
        self.memos.calls.insert((file, id), Memo::Open);
        self.depth += 1;
        let value = match self.loop_of(file, facts, id, call) {
            Some((iterable, length)) => self.each_element(file, facts, id, call, iterable, length),
            None => self.evaluate_call(file, facts, id, call),
        };
        self.depth -= 1;
        self.memos.calls.insert((file, id), Memo::Done(value.clone()));
        value
    }

    pub fn evaluate_call(&mut self, file: FileId, facts: &FileFacts, id: CallId, call: &Call) -> Value {
        if let Expr::Attr(object, name) = facts.expr(call.callee) {
            let name = facts.text(name);
            let receiver = match self.super_class(file, facts, object, name) {
                Some(value) => value,
                None => self.object(file, facts, object),
            };
            if let Some(node) = receiver.router() {
                return self.call_on_router(file, facts, id, call, node, name);
            }
            if matches!(receiver, Value::Unknown | Value::External(_))
                && let Some(node) = self.on_anything(file, facts, name)
            {
                return self.call_on_router(file, facts, id, call, node, name);
            }
            if name == "bind" && matches!(receiver, Value::Function(..)) {
                return receiver;
            }
            if let Some(value) = self.text_method(file, facts, call, &receiver, name) {
                return value;
            }
            if let Some(value) = self.method_of_literal(&receiver, name) {
                return value;
            }
            // Methods that a framework gives to texts: `"/users".nest { }`.
            if matches!(receiver, Value::Text(_)) {
                for (pack, rule) in self.rules.calls(facts.lang, &format!("text.{name}")) {
                    if let Some(value) = self.foreign_call(file, facts, id, call, pack, rule) {
                        return value;
                    }
                }
            }
            if let Value::Instance(of, class) = &receiver
                && self.rules.of(facts.lang).any(|(_, pack)| pack.class_of.iter().any(|known| known == name))
            {
                return Value::Class(*of, *class);
            }
            let target = self.member(&receiver, name);
            if let (Value::Function(of, function), Value::Instance(..)) = (&target, &receiver) {
                return self.call_function(file, facts, id, call, (*of, *function), Some(&receiver));
            }
            return self.apply(file, facts, id, call, &target);
        }
        if let Expr::Index(object, key) = facts.expr(call.callee)
            && let Some(node) = self.expr(file, object).router()
        {
            return self.computed_method(file, facts, id, call, node, key);
        }
        let target = self.called(file, facts, call);
        self.apply(file, facts, id, call, &target)
    }

    /// A method of a router whose name is computed: `app[route.method](route.path, …)`.
    fn computed_method(
        &mut self,
        file: FileId,
        facts: &FileFacts,
        id: CallId,
        call: &Call,
        node: NodeId,
        key: ExprId,
    ) -> Value {
        let names = self.expr(file, key);
        for name in names.alternatives() {
            if let Some(name) = name.as_constant() {
                self.call_on_router(file, facts, id, call, node, name);
            }
        }
        Value::Router(node)
    }

    fn call_on_router(
        &mut self,
        file: FileId,
        facts: &FileFacts,
        id: CallId,
        call: &Call,
        node: NodeId,
        name: &str,
    ) -> Value {
        if let Some(value) = self.on_router(file, facts, id, call, node, name) {
            return value;
        }
        let class = self.graph.get(node).and_then(|node| node.class);
        if let Some((class_file, class)) = class
            && let method @ Value::Function(..) = self.class_member(class_file, class, name)
        {
            let value = match method {
                Value::Function(of, function) => {
                    self.call_function(file, facts, id, call, (of, function), Some(&Value::Router(node)))
                }
                _ => Value::Unknown,
            };
            return if value.is_unknown() { Value::Router(node) } else { value };
        }
        if let Some(value) = self.extension(file, facts, id, call, node, name) {
            return value;
        }
        if let Some(value) = self.other_application(file, facts, id, call, name) {
            return value;
        }
        // Builders return themselves: `.layer()`, `.with_state()` need no rule.
        Value::Router(node)
    }

    /// `super().method`: the receiver seen as what its class descends from.
    fn super_class(&mut self, file: FileId, facts: &FileFacts, object: ExprId, name: &str) -> Option<Value> {
        let Expr::Call(inner) = facts.expr(object) else { return None };
        let callee = facts.call(inner)?.callee;
        if !matches!(facts.expr(callee), Expr::Name(found) if facts.text(found) == "super") {
            return None;
        }
        let scope = self.scope_of(file, object);
        let class = facts
            .scopes_around(scope)
            .find(|(_, scope)| scope.kind == crate::analysis::facts::ScopeKind::Class)
            .map(|(id, _)| id)?;
        if name != self.resolvers.of(facts.lang).constructor() {
            return Some(self.instance(file, class));
        }
        // Constructing the base: its rules make this very router, handled where the class is.
        None
    }

    /// Methods of dictionaries that loops run over.
    fn method_of_literal(&mut self, receiver: &Value, name: &str) -> Option<Value> {
        let Value::Map(file, map) = receiver else { return None };
        let facts = self.facts(*file)?;
        let Expr::Map(entries) = facts.expr(*map) else { return None };
        let entries = facts.entries(entries).to_vec();
        let mut values = Vec::new();
        for entry in entries {
            let Some(key) = entry.key else { continue };
            values.push(match name {
                "items" => Value::List(vec![self.expr(*file, key), self.expr(*file, entry.value)].into()),
                "values" => self.expr(*file, entry.value),
                "keys" => self.expr(*file, key),
                _ => return None,
            });
        }
        Some(Value::List(values.into()))
    }

    /// Calls a value.
    pub fn apply(
        &mut self,
        file: FileId,
        facts: &FileFacts,
        id: CallId,
        call: &Call,
        target: &Value,
    ) -> Value {
        match target {
            Value::Function(of, function) => {
                self.call_function(file, facts, id, call, (*of, *function), None)
            }
            Value::Class(of, class) => self.construct(file, facts, id, call, *of, *class),
            Value::External(path) => {
                let rules = self.rules.calls(facts.lang, path);
                for (pack, rule) in rules {
                    if let Some(value) = self.foreign_call(file, facts, id, call, pack, rule) {
                        return value;
                    }
                }
                if let Some(value) = self.property_read(file, facts, call, path) {
                    return value;
                }
                if let Some(value) = self.injected(file, facts, call, path) {
                    return value;
                }
                if let Some(value) = self.formatted(file, facts, call, path) {
                    return value;
                }
                Value::external(format!("{path}()"))
            }
            Value::Any(targets) | Value::Each(targets) => {
                let values: Vec<Value> =
                    targets.iter().map(|target| self.apply(file, facts, id, call, target)).collect();
                Value::any(values.into_iter().filter(|value| !value.is_unknown()))
            }
            Value::Router(node) => {
                // `app.route("/x")(handler)` and instances that are called give themselves.
                Value::Router(*node)
            }
            Value::Unknown => {
                if let Some(value) = self.unread_call(file, facts, id, call) {
                    return value;
                }
                self.hand_over(file, facts, call);
                Value::Unknown
            }
            Value::Null
            | Value::Number
            | Value::Text(_)
            | Value::Instance(..)
            | Value::Module(_)
            | Value::Map(..)
            | Value::List(_) => Value::Unknown,
        }
    }

    /// Calls a function of the project, on a receiver where it is a method of a router.
    fn call_function(
        &mut self,
        file: FileId,
        facts: &FileFacts,
        id: CallId,
        call: &Call,
        function: (FileId, ScopeId),
        receiver: Option<&Value>,
    ) -> Value {
        self.pass_arguments(file, facts, call, function.0, function.1);
        self.hand_context_on(file, call, function.0, function.1);
        self.register_for_call(file, facts, call, function, receiver);
        let value = self.returned(function.0, function.1);
        if says_no_text(&value)
            && let Some(text) = self.text_for_call(file, facts, call, function)
        {
            return text;
        }
        self.at_call_site(file, facts, id, call, function, value)
    }

    fn construct(
        &mut self,
        file: FileId,
        facts: &FileFacts,
        id: CallId,
        call: &Call,
        class_file: FileId,
        class: ScopeId,
    ) -> Value {
        let constructor = self.resolvers.of(facts.lang).constructor();
        if let Value::Function(of, function) = self.class_member(class_file, class, constructor) {
            self.pass_arguments(file, facts, call, of, function);
        }
        if constructor.is_empty() {
            if let Some(value) = self.converted(file, facts, call) {
                return value;
            }
            self.construct_fields(file, facts, call, (class_file, class));
        }
        let Some(pack) = self.router_class(class_file, class) else {
            return Value::Instance(class_file, class);
        };
        let inner = self.graph.node(NodeKey::Definition(class_file, class), pack);
        let node = self.graph.node(NodeKey::Call(file, id), pack);
        for node in [inner, node] {
            if let Some(node) = self.graph.get_mut(node) {
                node.class = Some((class_file, class));
            }
        }
        // What the class registers on itself holds for each of its objects.
        self.graph.mount(MountEdge { parent: node, child: inner, prefix: vec!["".into()], over: true });
        for base in self.foreign_bases(class_file, class).iter() {
            for (rule_pack, rule) in self.rules.calls(facts.lang, base) {
                if rule_pack == pack {
                    self.make_router(file, facts, call, node, rule);
                    self.constructor_defaults((file, call), (class_file, class), node, rule);
                }
            }
        }
        Value::Router(node)
    }

    /// A function that is converted to a type, in languages whose types are made by literals.
    fn converted(&mut self, file: FileId, facts: &FileFacts, call: &Call) -> Option<Value> {
        let [only] = facts.args(call.args) else { return None };
        if call.flags.has(CallFlags::NEW) || only.name.is_some() {
            return None;
        }
        let value = self.expr(file, only.value);
        matches!(value, Value::Function(..)).then_some(value)
    }

    /// The value that a function returns.
    pub fn returned(&mut self, file: FileId, function: ScopeId) -> Value {
        let Some(index) = self.index(file) else { return Value::Unknown };
        let returns = index.returns(function).to_vec();
        if returns.is_empty() {
            let Some(facts) = self.facts(file) else { return Value::Unknown };
            let declared = facts.scope(function).and_then(|scope| scope.return_type);
            return match declared {
                Some(ty) => {
                    let ty = self.expr(file, ty);
                    self.instance_of(file, &ty, None)
                }
                None => Value::Unknown,
            };
        }
        let values: Vec<Value> = returns.iter().map(|value| self.expr(file, *value)).collect();
        let value = Value::any(values);
        if !value.alternatives().iter().all(|value| matches!(value, Value::Unknown | Value::Null)) {
            return value;
        }
        let Some(facts) = self.facts(file) else { return Value::Unknown };
        match facts.scope(function).and_then(|scope| scope.return_type) {
            Some(ty) => {
                let ty = self.expr(file, ty);
                let instance = self.instance_of(file, &ty, None);
                if instance.is_unknown() { value } else { instance }
            }
            None => value,
        }
    }

    /// A router that a function makes is another one at each place where it is called.
    fn at_call_site(
        &mut self,
        file: FileId,
        facts: &FileFacts,
        id: CallId,
        call: &Call,
        function: (FileId, ScopeId),
        value: Value,
    ) -> Value {
        let Some(inner) = value.router() else { return value };
        let Some(node) = self.graph.get(inner).cloned() else { return value };
        match node.key {
            NodeKey::Param(of, scope, position) if (of, scope) == function => {
                let passed = self.argument(file, facts, call, function, position);
                passed.filter(|passed| passed.router().is_some()).unwrap_or(value)
            }
            NodeKey::Call(of, made) if of == function.0 && self.is_inside(of, made, function.1) => {
                let outer = self.graph.node(NodeKey::Call(file, id), node.pack);
                if outer == inner {
                    return value;
                }
                let frame = self.frame(file, facts, call, function);
                let own = self.own_prefix_in_frame(of, made, frame).unwrap_or(node.own);
                if let Some(outer) = self.graph.get_mut(outer) {
                    (outer.app, outer.own, outer.class) = (node.app, own, node.class);
                }
                self.graph.mount(MountEdge {
                    parent: outer,
                    child: inner,
                    prefix: vec!["".into()],
                    over: true,
                });
                Value::Router(outer)
            }
            _ => value,
        }
    }

    fn is_inside(&self, file: FileId, call: CallId, function: ScopeId) -> bool {
        let Some(facts) = self.facts(file) else { return false };
        facts.call(call).is_some_and(|call| facts.scopes_around(call.scope).any(|(id, _)| id == function))
    }
}

/// Whether a returned value leaves open which text one call gives.
fn says_no_text(value: &Value) -> bool {
    match value {
        Value::Unknown => true,
        Value::Text(text) => text.contains(HOLE),
        Value::Any(values) => values
            .iter()
            .all(|value| matches!(value, Value::Text(_) | Value::Unknown | Value::External(_) | Value::Null)),
        Value::External(path) => path.contains("()"),
        _ => false,
    }
}

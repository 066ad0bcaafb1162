//! Values of calls.

use super::{
    graph::{MountEdge, NodeId, NodeKey},
    linker::{Linker, Memo},
    project::FileId,
    value::Value,
};
use crate::analysis::facts::{Arg, Call, CallId, Expr, ExprId, FileFacts, ParamKind, ScopeId};

/// Different values remembered for one parameter.
const MAX_ARGUMENTS: usize = 16;

/// The longest list whose elements a registration in a loop is worked out for.
const MAX_ELEMENTS: usize = 64;

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

    /// The list that a registration is repeated for, if the call is one in a loop.
    fn loop_of(
        &mut self,
        file: FileId,
        facts: &FileFacts,
        id: CallId,
        call: &Call,
    ) -> Option<(ExprId, usize)> {
        let name = self.callee_name(file, call.callee)?;
        if !self.rules.is_interesting(name) || self.elements.len() >= 2 {
            return None;
        }
        let mut heads: Vec<ExprId> = facts
            .blocks_around(call.block)
            .filter(|block| block.kind == crate::analysis::facts::BlockKind::Loop)
            .filter_map(|block| block.head)
            .collect();
        if let Some((taker, 0)) = self.index(file)?.taken_by(call.scope)
            && let Expr::Attr(receiver, _) = facts.expr(facts.call(taker)?.callee)
        {
            heads.push(receiver);
        }
        let _ = id;
        heads.retain(|head| !self.elements.iter().any(|(of, expr, _)| (*of, *expr) == (file, *head)));
        for head in heads {
            let length = match self.expr(file, head) {
                Value::List(items) => items.len(),
                Value::Map(map_file, map) => {
                    let facts = self.facts(map_file)?;
                    let Expr::Map(entries) = facts.expr(map) else { continue };
                    facts.entries(entries).len()
                }
                _ => continue,
            };
            if length > 1 && length <= MAX_ELEMENTS {
                return Some((head, length));
            }
        }
        None
    }

    /// Works the call out once for each element, so that the parts of one element stay together.
    fn each_element(
        &mut self,
        file: FileId,
        facts: &FileFacts,
        id: CallId,
        call: &Call,
        iterable: ExprId,
        length: usize,
    ) -> Value {
        let mut values = Vec::new();
        for position in 0..length {
            let memos = std::mem::take(&mut self.memos);
            self.elements.push((file, iterable, position));
            values.push(match self.loop_of(file, facts, id, call) {
                Some((inner, length)) => self.each_element(file, facts, id, call, inner, length),
                None => self.evaluate_call(file, facts, id, call),
            });
            self.elements.pop();
            self.memos = memos;
        }
        Value::each(values)
    }

    fn evaluate_call(&mut self, file: FileId, facts: &FileFacts, id: CallId, call: &Call) -> Value {
        if let Expr::Attr(object, name) = facts.expr(call.callee) {
            let name = facts.text(name);
            let receiver = match self.super_class(file, facts, object, name) {
                Some(value) => value,
                None => self.expr(file, object),
            };
            if let Some(node) = receiver.router() {
                return self.call_on_router(file, facts, id, call, node, name);
            }
            if let Some(value) = self.method_of_literal(&receiver, name) {
                return value;
            }
            let target = self.member(file, &receiver, name);
            return self.apply(file, facts, id, call, &target);
        }
        let target = self.expr(file, call.callee);
        self.apply(file, facts, id, call, &target)
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
            let value = self.apply(file, facts, id, call, &method);
            return if value.is_unknown() { Value::Router(node) } else { value };
        }
        self.hand_over(file, facts, call, Some(node));
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
                self.pass_arguments(file, facts, call, *of, *function);
                let value = self.returned(*of, *function);
                self.at_call_site(file, facts, id, call, (*of, *function), value)
            }
            Value::Class(of, class) => self.construct(file, facts, id, call, *of, *class),
            Value::External(path) => {
                let rules = self.rules.calls(facts.lang, path);
                for (pack, rule) in rules {
                    if let Some(value) = self.foreign_call(file, facts, id, call, pack, rule) {
                        return value;
                    }
                }
                if let Some(value) = self.injected(file, facts, call, path) {
                    return value;
                }
                self.hand_over(file, facts, call, None);
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
                self.hand_over(file, facts, call, None);
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
        for base in self.foreign_bases(class_file, class) {
            for (rule_pack, rule) in self.rules.calls(facts.lang, &base) {
                if rule_pack == pack {
                    self.make_router(file, facts, call, node, rule);
                    self.constructor_defaults(class_file, class, node, rule);
                }
            }
        }
        Value::Router(node)
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

    /// The values that a call passes, in order of the function's parameters.
    fn frame(
        &mut self,
        file: FileId,
        facts: &FileFacts,
        call: &Call,
        function: (FileId, ScopeId),
    ) -> (FileId, ScopeId, Vec<Value>) {
        let count = self
            .facts(function.0)
            .and_then(|facts| facts.scope(function.1).map(|scope| facts.params(scope.params).len()))
            .unwrap_or(0);
        let values = (0..count)
            .map(|position| {
                let position = u32::try_from(position).unwrap_or(u32::MAX);
                self.argument(file, facts, call, function, position).unwrap_or(Value::Unknown)
            })
            .collect();
        (function.0, function.1, values)
    }

    /// The value that a call passes for a parameter.
    fn argument(
        &mut self,
        file: FileId,
        facts: &FileFacts,
        call: &Call,
        function: (FileId, ScopeId),
        position: u32,
    ) -> Option<Value> {
        let arg = self.argument_for(facts, call, function, position)?;
        Some(self.expr(file, arg.value))
    }

    fn argument_for(
        &self,
        facts: &FileFacts,
        call: &Call,
        function: (FileId, ScopeId),
        position: u32,
    ) -> Option<Arg> {
        let callee = self.facts(function.0)?;
        let params = callee.params(callee.scope(function.1)?.params);
        let param = params.get(position as usize)?;
        let name = callee.text(param.name);
        let args = facts.args(call.args);
        if let Some(named) = args.iter().find(|arg| arg.name.is_some_and(|found| facts.text(found) == name)) {
            return Some(*named);
        }
        if param.kind != ParamKind::Plain {
            return None;
        }
        let receivers =
            params.iter().take(position as usize).filter(|param| param.kind == ParamKind::Receiver);
        let place = (position as usize).checked_sub(receivers.count())?;
        let positional: Vec<&Arg> = args.iter().take_while(|arg| !arg.spread && arg.name.is_none()).collect();
        positional.get(place).map(|arg| **arg)
    }

    /// Remembers what a call passes, for the parameters that are routers, texts or definitions.
    fn pass_arguments(
        &mut self,
        file: FileId,
        facts: &FileFacts,
        call: &Call,
        of: FileId,
        function: ScopeId,
    ) {
        let (_, _, values) = self.frame(file, facts, call, (of, function));
        for (position, value) in values.into_iter().enumerate() {
            let position = u32::try_from(position).unwrap_or(u32::MAX);
            if let Some(parent) = value.router() {
                let Some(pack) = self.graph.get(parent).map(|node| node.pack) else { continue };
                let child = self.graph.node(NodeKey::Param(of, function, position), pack);
                self.graph.mount(MountEdge { parent, child, prefix: vec!["".into()], over: false });
            }
            if value.is_unknown() {
                continue;
            }
            let known = self.arguments.entry((of, function, position)).or_default();
            if known.len() < MAX_ARGUMENTS && !known.contains(&value) {
                known.push(value);
            }
        }
    }

    /// A router that is handed to something unknown: to the only method of that name, if
    /// the project has one.
    fn hand_over(&mut self, _file: FileId, _facts: &FileFacts, _call: &Call, _node: Option<NodeId>) {}
}

//! Values of parameters.

use super::{
    graph::{MountEdge, NodeKey},
    linker::{Linker, Memo},
    project::{FileId, Module},
    value::Value,
};
use crate::analysis::facts::{Expr, FileFacts, ParamKind, ScopeId};

/// Methods that call their argument once for each element of the receiver.
const EACH_METHODS: [&str; 6] = ["forEach", "map", "flatMap", "for_each", "each", "forEachAsync"];

impl Linker<'_> {
    /// The value of a parameter: of its declared type, or what calls pass for it.
    pub fn param(&mut self, file: FileId, scope: ScopeId, position: u32) -> Value {
        let frame = self.frames.iter().rev().find(|(of, function, _)| (*of, *function) == (file, scope));
        if let Some(value) = frame.and_then(|(_, _, values)| values.get(position as usize))
            && !value.is_unknown()
        {
            return value.clone();
        }
        let key = (file, scope, position);
        match self.memos.params.get(&key) {
            Some(Memo::Done(value)) => return value.clone(),
            Some(Memo::Open) => return Value::Unknown,
            None => {}
        }
        if !self.step() {
            return Value::Unknown;
        }
        self.memos.params.insert(key, Memo::Open);
        self.depth += 1;
        let value = self.param_value(file, scope, position);
        self.depth -= 1;
        self.memos.params.insert(key, Memo::Done(value.clone()));
        value
    }

    fn param_value(&mut self, file: FileId, scope: ScopeId, position: u32) -> Value {
        let Some(facts) = self.facts(file) else { return Value::Unknown };
        let Some(function) = facts.scope(scope) else { return Value::Unknown };
        let Some(param) = facts.params(function.params).get(position as usize) else { return Value::Unknown };
        if param.kind == ParamKind::Receiver && param.ty.is_none() {
            return Value::Unknown;
        }
        let key = NodeKey::Param(file, scope, position);
        if let Some(ty) = param.ty {
            let ty = self.expr(file, ty);
            let instance = self.instance_of(file, &ty, Some(key));
            if let (Value::External(path), Some(node)) = (&ty, instance.router())
                && self.rules.is_application(facts.lang, path)
                && let Some(node) = self.graph.get_mut(node)
            {
                node.expects_app = true;
            }
            // What callers pass says more than a foreign type, as for a text.
            let foreign = matches!(instance, Value::External(_));
            let passed = self.arguments.contains_key(&(file, scope, position));
            if !(instance.is_unknown() || (foreign && passed)) {
                if let (Some(child), Some(default)) = (instance.router(), param.default)
                    && let Some(parent) = self.expr(file, default).router()
                {
                    // Callers may leave it out: then it is what stands there.
                    self.graph.mount(MountEdge { parent, child, prefix: vec!["".into()], over: false });
                }
                return instance;
            }
        }
        if let Some(passed) = self.arguments.get(&(file, scope, position)).cloned() {
            if let Some(router) = passed.iter().find_map(Value::router) {
                let pack = self.graph.get(router).map_or(0, |node| node.pack);
                return Value::Router(self.graph.node(key, pack));
            }
            // Each of several texts is passed somewhere: none of them is a default.
            let texts = passed.len() > 1 && passed.iter().all(|value| matches!(value, Value::Text(_)));
            return Value::any(passed.into_iter().chain(texts.then_some(Value::Unknown)));
        }
        if position == 0
            && let Some(pack) = self.entry_pack(file, facts, scope)
        {
            let node = self.graph.node(key, pack);
            if let Some(node) = self.graph.get_mut(node) {
                node.expects_app = true;
            }
            return Value::Router(node);
        }
        if let Some(element) = self.element_of_receiver(file, facts, scope, position) {
            return element;
        }
        match param.default {
            Some(default) => {
                let value = self.expr(file, default);
                if value == Value::Null { Value::Unknown } else { value }
            }
            None => Value::Unknown,
        }
    }

    /// The pack for which a function is the beginning of an application: the one value of a
    /// file that imports what only such files import.
    fn entry_pack(&mut self, file: FileId, facts: &FileFacts, scope: ScopeId) -> Option<u16> {
        let (pack, _) = self.rules.of(facts.lang).find(|(_, pack)| {
            !pack.entry_imports.is_empty()
                && facts.imports.iter().any(|import| {
                    let module = facts.text(import.module);
                    pack.entry_imports.iter().any(|known| known == module)
                })
        })?;
        let exported = self.plugin_of(Module::at(Some(file), None))?;
        (exported == Value::Function(file, scope)).then_some(pack)
    }

    /// The elements of the list whose `forEach` takes this function.
    fn element_of_receiver(
        &mut self,
        file: FileId,
        facts: &FileFacts,
        scope: ScopeId,
        position: u32,
    ) -> Option<Value> {
        let (call, argument) = self.index(file)?.taken_by(scope)?;
        let Expr::Attr(receiver, method) = facts.expr(facts.call(call)?.callee) else { return None };
        if position != 0 || argument != 0 || !EACH_METHODS.contains(&facts.text(method)) {
            return None;
        }
        let fixed = self.elements.iter().rev().find(|(of, expr, _)| (*of, *expr) == (file, receiver));
        let fixed = fixed.map(|(_, _, position)| *position);
        match (self.expr(file, receiver), fixed) {
            (Value::List(items), Some(position)) => items.get(position).cloned(),
            (Value::List(items), None) => Some(Value::each(items.iter().cloned())),
            _ => None,
        }
    }
}

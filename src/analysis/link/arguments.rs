//! What calls pass for the parameters of functions.

use super::{
    graph::{MountEdge, NodeKey},
    linker::Linker,
    project::FileId,
    value::Value,
};
use crate::analysis::facts::{Arg, Call, Expr, FileFacts, ParamKind, ScopeId};

/// Different values remembered for one parameter.
const MAX_ARGUMENTS: usize = 16;

impl Linker<'_> {
    /// The values that a call passes, in order of the function's parameters.
    pub fn frame(
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
                self.argument(file, facts, call, function, position)
                    .or_else(|| self.rest_or_default(file, facts, call, function, position))
                    .unwrap_or(Value::Unknown)
            })
            .collect();
        (function.0, function.1, values)
    }

    /// What a parameter is where no argument stands for it alone: the arguments that are
    /// left, or its default.
    fn rest_or_default(
        &mut self,
        file: FileId,
        facts: &FileFacts,
        call: &Call,
        function: (FileId, ScopeId),
        position: u32,
    ) -> Option<Value> {
        let callee = self.facts(function.0)?;
        let params = callee.params(callee.scope(function.1)?.params);
        let param = params.get(position as usize)?;
        match param.kind {
            ParamKind::Rest => {
                let before =
                    params.iter().take(position as usize).filter(|param| param.kind == ParamKind::Plain);
                let left = facts.args(call.args).iter().filter(|arg| arg.name.is_none()).skip(before.count());
                let left: Vec<Arg> = left.copied().collect();
                let mut values: Vec<Value> = Vec::new();
                for arg in left {
                    let value = self.expr(file, arg.value);
                    if arg.spread { spread(&value, &mut values) } else { values.push(value) }
                }
                // What says nothing is not passed on: a method that hands `*args` to that of its
                // base would be told something longer in each round.
                let says = values.iter().any(|value| !value.is_unknown());
                says.then(|| Value::List(values.into()))
            }
            ParamKind::Plain => {
                let default = self.expr(function.0, param.default?);
                matches!(default, Value::Text(_)).then_some(default)
            }
            _ => None,
        }
    }

    /// The value that a call passes for a parameter.
    pub fn argument(
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

    pub fn argument_for(
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
    pub fn pass_arguments(
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
                self.graph.passed.push((parent, child));
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

    /// A router that is handed to a method of something unknown goes to the only method of
    /// that name, if the project has just one.
    pub fn hand_over(&mut self, file: FileId, facts: &FileFacts, call: &Call) {
        let Expr::Attr(_, method) = facts.expr(call.callee) else { return };
        let Some(Some((of, function))) = self.methods.get(facts.text(method)).copied() else { return };
        let hands_router =
            facts.args(call.args).iter().any(|arg| self.expr(file, arg.value).router().is_some());
        if hands_router {
            self.pass_arguments(file, facts, call, of, function);
        }
    }
}

/// Adds what a spread list holds: each element once where several lists could stand for it.
fn spread(value: &Value, values: &mut Vec<Value>) {
    match value {
        Value::Unknown => {}
        Value::List(items) => values.extend(items.iter().cloned()),
        Value::Any(lists) => {
            for list in lists.iter() {
                match list {
                    Value::Unknown => {}
                    Value::List(items) => {
                        for item in items.iter() {
                            if !values.contains(item) {
                                values.push(item.clone());
                            }
                        }
                    }
                    other => values.push(other.clone()),
                }
            }
        }
        other => values.push(other.clone()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_handed_on_does_not_grow_from_call_to_call() {
        let list = |items: &[Value]| Value::List(items.to_vec().into());
        let (a, b) = (Value::text("a"), Value::text("b"));
        let spread_of = |value: &Value| {
            let mut values = Vec::new();
            spread(value, &mut values);
            values
        };
        assert_eq!(spread_of(&Value::Unknown), []);
        assert_eq!(spread_of(&list(&[a.clone(), Value::Unknown])), [a.clone(), Value::Unknown]);
        let handed_on = Value::any([list(std::slice::from_ref(&a)), list(&[a.clone(), b.clone()])]);
        assert_eq!(spread_of(&handed_on), [a.clone(), b.clone()]);
        // Handed on again, it is what it was.
        assert_eq!(spread_of(&list(&spread_of(&handed_on))), [a.clone(), b]);
        assert_eq!(spread_of(&a), [a]);
    }
}

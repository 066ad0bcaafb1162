//! Fields that get their value outside their class: by a construction that names them, by
//! a method that stands beside its type, by whoever holds the object.

use super::{linker::Linker, project::FileId, value::Value};
use crate::analysis::facts::{Call, CallFlags, Expr, ExprId, FileFacts, ScopeId};
use rustc_hash::FxHashSet;

/// Different values remembered for one field.
const MAX_VALUES: usize = 16;

impl Linker<'_> {
    /// The values that a field gets outside its class.
    pub fn assigned(&mut self, file: FileId, class: ScopeId, name: &str) -> Vec<Value> {
        let mut values = Vec::new();
        for (of, scope) in self.owned.get(&(file, class)).cloned().unwrap_or_default() {
            let fields = self.index(of).map(|index| index.fields(scope, name)).unwrap_or_default();
            for field in fields {
                values.push(self.bind(of, field));
            }
        }
        let known = self.assigned.get(&(file, class)).and_then(|fields| fields.get(name));
        values.extend(known.into_iter().flatten().cloned());
        values.retain(|value| !value.is_unknown());
        values
    }

    /// How many values fields got so far.
    pub fn assigned_values(&self) -> usize {
        self.assigned.values().flat_map(|fields| fields.values()).map(Vec::len).sum()
    }

    /// Remembers the fields that a literal of a type names.
    pub fn construct_fields(
        &mut self,
        file: FileId,
        facts: &FileFacts,
        call: &Call,
        class: (FileId, ScopeId),
    ) {
        if !call.flags.has(CallFlags::NEW) {
            return;
        }
        for arg in facts.args(call.args).to_vec() {
            if let Some(name) = arg.name {
                let value = self.expr(file, arg.value);
                self.assign_field(class, facts.text(name), value);
            }
        }
    }

    fn assign_field(&mut self, class: (FileId, ScopeId), name: &str, value: Value) {
        if matches!(value, Value::Unknown | Value::Null | Value::Number) {
            return;
        }
        let known = self.assigned.entry(class).or_default().entry(name.to_owned()).or_default();
        if known.len() < MAX_VALUES && !known.contains(&value) {
            known.push(value);
        }
    }

    /// Remembers routers that are set on objects: `server.router = NewRouter()`.
    pub fn visit_fields(&mut self, file: FileId, routers: &FxHashSet<String>) {
        let Some(facts) = self.facts(file) else { return };
        for bind in &facts.binds {
            let (Some(object), Some(value)) = (bind.object, bind.value) else { continue };
            let is_named =
                matches!(facts.expr(value), Expr::Name(name) if routers.contains(facts.text(name)));
            let may_be = is_named || self.may_be_router(file, facts, value);
            if matches!(facts.expr(object), Expr::SelfRef) || !may_be {
                continue;
            }
            self.refuel();
            if let Value::Instance(of, class) = self.expr(file, object) {
                let value = self.expr(file, value);
                self.assign_field((of, class), facts.text(bind.name), value);
            }
        }
    }

    /// Whether a literal of a type gives a field what may be a router.
    pub fn sets_router(&self, file: FileId, facts: &FileFacts, call: &Call) -> bool {
        call.flags.has(CallFlags::NEW)
            && facts
                .args(call.args)
                .iter()
                .any(|arg| arg.name.is_some() && self.may_be_router(file, facts, arg.value))
    }

    /// Whether a value is a call that packs speak of.
    pub fn may_be_router(&self, file: FileId, facts: &FileFacts, value: ExprId) -> bool {
        let Expr::Call(call) = facts.expr(value) else { return false };
        let name = facts.call(call).and_then(|call| self.callee_name(file, call.callee));
        name.is_some_and(|name| self.rules.is_interesting(facts.lang, name))
    }
}

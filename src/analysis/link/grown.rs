//! Lists that calls make longer after they are bound: `routes.append(…)`, `list.push(…)`.

use super::{linker::Linker, project::FileId, value::Value};
use crate::analysis::facts::{CallId, FileFacts, ScopeId};

/// Methods that put their arguments into a list.
pub(super) const GROWS: [&str; 8] =
    ["append", "push", "extend", "insert", "unshift", "push_back", "extend_from_slice", "add"];

/// A list keeps at most this many items.
const MAX_ITEMS: usize = 1_000;

impl Linker<'_> {
    /// A list with what calls in its scope put into it; any other value as it is.
    pub fn grown(
        &mut self,
        file: FileId,
        facts: &FileFacts,
        scope: ScopeId,
        name: &str,
        value: Value,
    ) -> Value {
        let Value::List(items) = &value else { return value };
        let calls: Vec<CallId> = self.index(file).map(|index| index.grows(name).to_vec()).unwrap_or_default();
        if calls.is_empty() {
            return value;
        }
        let mut items = items.to_vec();
        for id in calls {
            let Some(call) = facts.call(id) else { continue };
            if !facts.scopes_around(call.scope).any(|(around, _)| around == scope) || !self.step() {
                continue;
            }
            for arg in facts.args(call.args).to_vec() {
                match self.expr(file, arg.value) {
                    Value::List(more) => items.extend(more.iter().cloned()),
                    Value::Number | Value::Null => {}
                    other => items.push(other),
                }
                if items.len() > MAX_ITEMS {
                    items.truncate(MAX_ITEMS);
                    items.push(Value::Unknown);
                    return Value::List(items.into());
                }
            }
        }
        Value::List(items.into())
    }
}

//! The callee of a call: what it is, and what selectors read off it: its name, what it is
//! called on, what made that.

use super::{
    linker::Linker,
    project::FileId,
    select::{Selected, argument},
    value::Value,
};
use crate::{
    analysis::facts::{Call, CallFlags, Expr, FileFacts, Lang},
    knowledge::packs::Selector,
};

impl Linker<'_> {
    /// What a call without a receiver calls.
    pub fn called(&mut self, file: FileId, facts: &FileFacts, call: &Call) -> Value {
        let Expr::Name(name) = facts.expr(call.callee) else { return self.expr(file, call.callee) };
        let name = facts.text(name);
        if call.flags.has(CallFlags::MACRO) && facts.lang == Lang::Rust {
            return self.macro_named(file, facts, name);
        }
        let makes = call.flags.has(CallFlags::NEW) || call.flags.has(CallFlags::ANNOTATION);
        match self.expr(file, call.callee) {
            // `Get("/x")` is a method, also inside a class or namespace of that name.
            Value::Class(..) | Value::Module(_) if facts.lang.constructs_by_word() && !makes => {
                Value::external(name)
            }
            value => value,
        }
    }

    /// What a selector reads off the callee of a call.
    pub fn of_callee(
        &mut self,
        file: FileId,
        facts: &FileFacts,
        call: &Call,
        selector: &Selector,
    ) -> Option<Selected> {
        if selector.callee {
            let name = self.callee_name(file, call.callee)?;
            return Some(Selected { value: Value::text(name), expr: None });
        }
        let Expr::Attr(object, _) = facts.expr(call.callee) else { return None };
        if selector.receiver
            && let Some(position) = selector.inner
        {
            let made = match facts.expr(object) {
                Expr::Call(_) => (file, object),
                _ => self.bound_expr(file, object)?,
            };
            let facts = self.facts(made.0)?;
            let Expr::Call(made_by) = facts.expr(made.1) else { return None };
            let arg = argument(facts, facts.call(made_by)?, &Selector::arg(position))?;
            let value = self.expr(made.0, arg.value);
            return Some(Selected { value, expr: Some((made.0, arg.value)) });
        }
        if selector.receiver {
            return Some(Selected { value: self.expr(file, object), expr: Some((file, object)) });
        }
        let mut first = object;
        loop {
            first = match facts.expr(first) {
                Expr::Attr(object, _) => object,
                Expr::Call(call) => facts.call(call)?.callee,
                Expr::Name(name) => {
                    let value = Value::text(facts.text(name));
                    return Some(Selected { value, expr: None });
                }
                _ => return None,
            };
        }
    }
}

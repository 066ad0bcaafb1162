//! Functions that make texts: what one call of them gives.
//!
//! A value that a function returns is worked out once for all its calls. Where it is a
//! text made of the arguments, each call has one of its own.

use super::{choices::stated_default, linker::Linker, project::FileId, value::Value};
use crate::analysis::facts::{Call, Expr, ExprId, FileFacts, ScopeId};

/// Helpers that call helpers are followed this deep.
const MAX_FRAMES: usize = 4;

/// How deep an expression is looked at for being a text.
const MAX_DEPTH: u32 = 8;

impl Linker<'_> {
    /// What this call of a function gives where it makes a text of its arguments.
    pub fn text_for_call(
        &mut self,
        file: FileId,
        facts: &FileFacts,
        call: &Call,
        function: (FileId, ScopeId),
    ) -> Option<Value> {
        if self.frames.len() >= MAX_FRAMES || facts.args(call.args).is_empty() {
            return None;
        }
        let of = self.facts(function.0)?;
        let returns = self.index(function.0)?.returns(function.1).to_vec();
        if returns.is_empty() || returns.len() > 4 || !returns.iter().all(|value| self.is_text(of, *value, 0))
        {
            return None;
        }
        let mut frame = self.frame(file, facts, call, function);
        for value in &mut frame.2 {
            if let Value::Any(options) = value
                && let Some(text) = stated_default(options)
            {
                *value = Value::Text(text);
            }
        }
        if !frame.2.iter().any(|value| matches!(value, Value::Text(_))) {
            return None;
        }
        let memos = std::mem::take(&mut self.memos);
        self.frames.push(frame);
        let values: Vec<Value> = returns.iter().map(|value| self.expr(function.0, *value)).collect();
        self.frames.pop();
        self.memos = memos;
        let value = Value::any(values);
        let texts = value.alternatives().iter().all(|value| matches!(value, Value::Text(_)));
        texts.then_some(value)
    }

    /// Whether an expression is made of texts and names alone.
    fn is_text(&self, facts: &FileFacts, expr: ExprId, depth: u32) -> bool {
        if depth > MAX_DEPTH {
            return false;
        }
        match facts.expr(expr) {
            Expr::Str(_) | Expr::Name(_) | Expr::Null | Expr::Num => true,
            Expr::Attr(object, _) => self.is_text(facts, object, depth + 1),
            Expr::Tmpl(parts) | Expr::Either(parts) => {
                facts.list(parts).iter().all(|part| self.is_text(facts, *part, depth + 1))
            }
            Expr::Call(call) => facts.call(call).is_some_and(|call| {
                let method = match facts.expr(call.callee) {
                    Expr::Attr(object, name) => {
                        !self.rules.is_interesting(facts.lang, facts.text(name))
                            && self.is_text(facts, object, depth + 1)
                    }
                    Expr::Name(name) => !self.rules.is_interesting(facts.lang, facts.text(name)),
                    _ => false,
                };
                method && facts.args(call.args).iter().all(|arg| self.is_text(facts, arg.value, depth + 1))
            }),
            _ => false,
        }
    }
}

//! Registrations in a loop: worked out once for each element of a known list.

use super::{linker::Linker, project::FileId, value::Value};
use crate::analysis::facts::{BlockKind, Call, CallId, Expr, ExprId, FileFacts};

/// The longest list whose elements a registration in a loop is worked out for.
const MAX_ELEMENTS: usize = 64;

impl Linker<'_> {
    /// The list that a registration is repeated for, if the call is one in a loop.
    pub fn loop_of(
        &mut self,
        file: FileId,
        facts: &FileFacts,
        id: CallId,
        call: &Call,
    ) -> Option<(ExprId, usize)> {
        let name = self.callee_name(file, call.callee)?;
        let computed = matches!(facts.expr(call.callee), Expr::Index(..));
        if !(computed || self.rules.is_interesting(facts.lang, name)) || self.elements.len() >= 2 {
            return None;
        }
        let mut heads: Vec<ExprId> = facts
            .blocks_around(call.block)
            .filter(|block| block.kind == BlockKind::Loop)
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
    pub fn each_element(
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
}

//! Functions that are called for what they do rather than for what they read.
//!
//! A function that stores, deletes or sends something for each row also reads on its way; no
//! query before the loop would take its place.

use super::{
    context::{Context, last_name, root},
    database::is_write,
    doing::Doing,
    secret_names::words,
};
use crate::analysis::{
    facts::{BlockKind, Call, CallId, Expr, FileFacts, Lang, Span},
    link::{Callee, Definition, FileId},
};

/// Names among the writes that change no row.
const HARMLESS: [&str; 8] = ["begin", "close", "refresh", "expire", "flush", "rollback", "set", "restore"];

/// Methods that nothing but a row or a session has, in Python.
const OF_ROWS: [&str; 6] = ["save", "delete", "commit", "bulk_create", "bulk_update", "add_all"];

/// First words of functions that tell somebody something, or set work going.
const DOES: [&str; 24] = [
    "send", "notify", "remind", "email", "mail", "publish", "emit", "announce", "log", "print", "write",
    "export", "dispatch", "schedule", "enqueue", "trigger", "push", "run", "execute", "process", "rebuild",
    "reindex", "sync", "cleanup",
];

impl Context<'_, '_> {
    /// Whether a function changes rows, itself or through what it calls.
    pub(super) fn changes_rows(&self, function: Definition) -> bool {
        let is_it = |file: FileId, facts: &FileFacts, call: CallId| self.is_change(file, facts, call);
        Doing { answers: &self.writers, is_it: &is_it }.is_done_by(self, function)
    }

    fn is_change(&self, file: FileId, facts: &FileFacts, id: CallId) -> bool {
        let Some(call) = facts.call(id) else { return false };
        let Some(name) = last_name(facts, call.callee) else { return false };
        if !is_write(name) || HARMLESS.contains(&name) {
            return self.is_query(file, id) && !self.is_read(file, id);
        }
        let of_row = facts.lang == Lang::Python
            && OF_ROWS.contains(&name)
            && matches!(facts.expr(call.callee), Expr::Attr(..));
        of_row
            || self.is_query(file, id)
            || matches!(self.resolver().callee(file, id), Callee::External(path) if path.starts_with("diesel"))
    }
}

/// Whether a call of the project's own functions is made for its effect: one of them changes
/// rows, or its name says so and nobody takes what it gives.
pub(super) fn is_for_effect(context: &Context<'_, '_>, file: FileId, facts: &FileFacts, id: CallId) -> bool {
    let Some(call) = facts.call(id) else { return false };
    let first = last_name(facts, call.callee).and_then(|name| words(name).into_iter().next());
    let does = first.is_some_and(|word| DOES.contains(&word.as_str()));
    context.functions(file, id).into_iter().any(|function| context.changes_rows(function))
        || (does && is_dropped(facts, call))
}

/// Whether a call stands alone as a statement.
fn is_dropped(facts: &FileFacts, call: &Call) -> bool {
    let holds = |span: Span| span.contains(call.span) && span != call.span;
    let scope = call.scope;
    let is_bound =
        facts.binds.iter().any(|bind| bind.scope == scope && bind.value.is_some() && holds(bind.span));
    let is_returned = facts.returns.iter().any(|ret| ret.scope == scope && ret.span.contains(call.span));
    let is_passed = facts.calls.iter().any(|other| other.scope == scope && holds(other.args_span));
    let is_asked = facts.blocks.iter().any(|block| {
        block.scope == scope && block.head.is_some_and(|head| facts.expr_span(head).contains(call.span))
    });
    // A comprehension, a sum, an item of a list: something is made of it.
    let is_part = || {
        facts.exprs.iter().enumerate().any(|(index, expr)| {
            matches!(expr, Expr::List(_) | Expr::Tmpl(_) | Expr::Either(_) | Expr::Map(_) | Expr::Other(_))
                && holds(facts.expr_span(crate::analysis::facts::ExprId::from_index(index)))
        })
    };
    !is_bound && !is_returned && !is_passed && !is_asked && !is_part()
}

/// Whether a call fills a gap in something that is kept: it is asked once for each key, not
/// for each row. `if key not in kept: kept[key] = …`
pub(super) fn is_kept(context: &Context<'_, '_>, facts: &FileFacts, call: &Call) -> bool {
    let text = context.text(&facts.path);
    let start = facts.expr_span(root(facts, call.callee)).start.min(call.span.start) as usize;
    let line = text.get(..start).and_then(|before| before.rsplit('\n').next()).unwrap_or_default();
    let line = line.trim().trim_end_matches("await").trim_end();
    let Some(target) = line.strip_suffix('=').map(str::trim_end).filter(|target| target.ends_with(']'))
    else {
        return false;
    };
    let kept = target.split('[').next().unwrap_or_default().trim();
    facts.blocks_around(call.block).any(|block| {
        let head = block.head.filter(|_| block.kind == BlockKind::Branch);
        let asked = head.and_then(|head| text.get(facts.expr_span(head).range()));
        asked.is_some_and(|asked| {
            asked.split(|c: char| !c.is_alphanumeric() && !matches!(c, '_' | '.')).any(|word| word == kept)
        })
    })
}

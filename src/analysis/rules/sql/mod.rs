//! Statements with interpolated parts.
//!
//! The text that a call executes is followed through all assignments, wrappers and format
//! calls. A part that is constant, a number, quoted by the driver or taken from a list in
//! the source is no finding. One finding for each text and kind of part, at the text.

mod format;
mod position;
mod safe;
mod template;

pub(super) use position::Position;

use super::{context::Context, draft::Draft, matcher::Rule};
use crate::analysis::{
    facts::{CallFlags, Expr, FileFacts},
    link::FileId,
};
use safe::Judge;
use std::collections::BTreeSet;
use template::{Hole, Piece, Reader};

/// Names of variables that hold statements.
const STATEMENT_NAMES: [&str; 7] = ["sql", "query", "stmt", "statement", "raw_sql", "sql_query", "sqlQuery"];

pub(super) fn check(context: &Context<'_, '_>, rule: &Rule, wanted: Position) -> Vec<Draft> {
    let mut found = Vec::new();
    for (file, facts) in context.files(rule) {
        let mut seen = BTreeSet::new();
        let mut look = |texts: Vec<Vec<Piece>>, strict: bool| {
            for pieces in texts {
                if strict && !position::is_statement(&pieces) {
                    continue;
                }
                for hole in holes(context, rule, &pieces, wanted) {
                    if seen.insert((hole.file, hole.template)) {
                        found.push(Draft::new(hole.file, hole.template).word("name", hole.name.clone()));
                    }
                }
            }
        };
        for (id, call) in facts.call_ids() {
            // A tagged template or macro binds its holes.
            if call.flags.has(CallFlags::MACRO) {
                continue;
            }
            let Some(member) = context.resolver().call_in_family("sql-execute", file, id) else { continue };
            let Some(argument) = context.resolver().family_argument(member, file, id) else { continue };
            look(Reader::new(context).read(file, argument), false);
        }
        for (expr, _) in statements(facts) {
            look(Reader::new(context).read(file, expr), true);
        }
    }
    found
}

/// Texts that are assigned to names of statements, wherever they are executed.
fn statements(facts: &FileFacts) -> impl Iterator<Item = (crate::analysis::facts::ExprId, &str)> {
    facts.binds.iter().filter_map(|bind| {
        let name = facts.text(bind.name);
        let value = bind.value?;
        let built = matches!(facts.expr(value), Expr::Tmpl(_) | Expr::Call(_));
        (built && STATEMENT_NAMES.contains(&name.to_ascii_lowercase().as_str())).then_some((value, name))
    })
}

/// The parts of a text that must not be there.
fn holes<'p>(context: &Context<'_, '_>, rule: &Rule, pieces: &'p [Piece], wanted: Position) -> Vec<&'p Hole> {
    let mut before = String::new();
    let mut found = Vec::new();
    let judge = Judge::new(context, rule);
    for piece in pieces {
        match piece {
            Piece::Text(text) => before.push_str(text),
            Piece::Hole(hole) => {
                let known = !before.trim().is_empty();
                if known && position::of(&before) == wanted && !judge.is_safe(hole, wanted) {
                    found.push(hole);
                }
                before.push('x');
            }
        }
    }
    found
}

/// What a hole is called in messages.
pub(super) fn shown(context: &Context<'_, '_>, file: FileId, expr: crate::analysis::facts::ExprId) -> String {
    let Some(facts) = context.resolver().facts(file) else { return String::new() };
    context.source(facts, facts.expr_span(expr))
}

//! Statements that come from outside as a whole, or with their beginning.
//!
//! `db.query(request.query.filter)` leaves nothing to bind. The same is told of a parameter
//! that is run as it came, unless its name says that it is a statement: a helper that runs
//! the statements of others is no hole by itself.

use super::{Piece, Reader};
use crate::analysis::{
    facts::{Expr, ExprId, FileFacts, Lang},
    link::FileId,
    rules::{context::Context, from_request::is_from_request, reaching::reaching, secret_names::words},
};

/// Words of names that hold statements, or parts of them that a caller writes out.
const STATEMENT_WORDS: [&str; 30] = [
    "sql",
    "query",
    "queries",
    "stmt",
    "statement",
    "statements",
    "command",
    "cmd",
    "text",
    "q",
    "hql",
    "jpql",
    "script",
    "ddl",
    "dml",
    "select",
    "insert",
    "update",
    "delete",
    "where",
    "clause",
    "condition",
    "conditions",
    "filter",
    "expression",
    "expr",
    "source",
    "migration",
    "schema",
    "operation",
];

/// Whether somebody outside writes what a call runs.
pub(super) fn is_foreign(
    context: &Context<'_, '_>,
    file: FileId,
    facts: &FileFacts,
    argument: ExprId,
) -> bool {
    let begins_outside = |expr: ExprId| {
        matches!(
            facts.expr(expr),
            Expr::Name(_) | Expr::Attr(..) | Expr::Index(..) | Expr::Call(_) | Expr::Tmpl(_)
        ) && Reader::new(context).read(file, expr).iter().any(|pieces| match pieces.first() {
            Some(Piece::Hole(hole)) => hole.expr.is_some_and(|expr| {
                let of = context.resolver().facts(hole.file);
                of.is_some_and(|facts| is_from_request(context, hole.file, facts, expr))
            }),
            _ => false,
        })
    };
    begins_outside(argument) || is_parameter(context, file, facts, argument)
}

/// Whether an expression is a text that the function around was given, under a name of its
/// own.
fn is_parameter(context: &Context<'_, '_>, file: FileId, facts: &FileFacts, argument: ExprId) -> bool {
    let Expr::Name(name) = facts.expr(argument) else { return false };
    let name = facts.text(name);
    let at = facts.expr_span(argument).start;
    let scope = context.resolver().scope_at(file, at);
    let says_statement = words(name).iter().any(|word| STATEMENT_WORDS.contains(&word.as_str()));
    if says_statement || !reaching(facts, scope, name, at).is_empty() {
        return false;
    }
    // Where types are not written, anything may be given.
    let is_typed = matches!(facts.lang, Lang::Java | Lang::Kotlin | Lang::CSharp | Lang::Go);
    is_typed
        && facts
            .scopes_around(scope)
            .find_map(|(_, around)| {
                facts.params(around.params).iter().find(|param| facts.text(param.name) == name)
            })
            .and_then(|param| param.ty)
            .and_then(|ty| facts.dotted(ty))
            .is_some_and(|ty| matches!(ty.as_str(), "String" | "string" | "java.lang.String"))
}

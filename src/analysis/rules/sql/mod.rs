//! Statements with interpolated parts.
//!
//! The text that a call executes is followed through all assignments, wrappers and format
//! calls. A part that is constant, a number, quoted by the driver or taken from a list in
//! the source is no finding. One finding for each text and kind of part, at the text.

mod builder;
mod format;
mod mapper;
mod placeholders;
mod position;
mod safe;
mod template;
mod whole;

pub(super) use position::Position;

use super::{
    context::{Context, last_name},
    draft::Draft,
    from_request::is_from_request,
    handler_query::callee_span,
    matcher::Rule,
};
use crate::analysis::{
    facts::{CallFlags, CallId, Expr, ExprId, ExprList, FileFacts, Lang, Span},
    link::FileId,
};
use safe::Judge;
use std::collections::BTreeSet;
use template::{Hole, Piece, Reader};

/// Names of variables that hold statements.
const STATEMENT_NAMES: [&str; 7] =
    ["sql", "query", "stmt", "statement", "raw_sql", "sql_query", "commandtext"];

pub(super) fn check(context: &Context<'_, '_>, rule: &Rule, wanted: Position) -> Vec<Draft> {
    let mut found = Vec::new();
    for (file, facts) in context.files(rule) {
        let mut seen = BTreeSet::new();
        let mut foreign = Vec::new();
        let mut look = |texts: Vec<Vec<Piece>>, strict: bool, run: Option<Span>| {
            for pieces in texts {
                if strict && !position::is_statement(&pieces) {
                    continue;
                }
                for hole in holes(context, rule, &pieces, wanted) {
                    if seen.insert((hole.file, hole.template)) {
                        let place = run.filter(|run| hole.file == file && is_apart(facts, rule, hole, *run));
                        found.push(
                            Draft::new(hole.file, place.unwrap_or(hole.template))
                                .word("name", hole.name.clone()),
                        );
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
            if is_prepared(context, file, facts, id) {
                continue;
            }
            for part in parts_of(facts, argument) {
                if wanted == Position::Value && whole::is_foreign(context, file, facts, part) {
                    let place = callee_span(facts, call);
                    foreign.push(Draft::new(file, place).word("name", shown(context, file, part)));
                    continue;
                }
                look(Reader::new(context).read(file, part), false, Some(callee_span(facts, call)));
            }
        }
        for expr in statements(facts) {
            look(Reader::new(context).read(file, expr), true, None);
        }
        found.append(&mut foreign);
    }
    found
}

/// Whether a call runs a statement of Go that was prepared: all its arguments are values.
fn is_prepared(context: &Context<'_, '_>, file: FileId, facts: &FileFacts, call: CallId) -> bool {
    let types = || context.resolver().receiver_types(file, call);
    let is_statement = |name: &str| name.ends_with("Stmt") || name.starts_with("Prepare");
    facts.lang == Lang::Go && types().iter().any(|ty| ty.rsplit(['.', '/']).next().is_some_and(is_statement))
}

/// Whether a statement is built away from the call that runs it, and no proposer writes the
/// repair: then people look for it where it is run.
fn is_apart(facts: &FileFacts, rule: &Rule, hole: &Hole, run: Span) -> bool {
    let (built, ran) = (facts.line(hole.template.start), facts.line(run.start));
    !rule.is_fixable(facts.lang.name()) && ran.abs_diff(built) > 2
}

/// The texts of an argument: a list of conditions, a map of columns, or one text.
fn parts_of(facts: &FileFacts, argument: ExprId) -> Vec<ExprId> {
    match facts.expr(argument) {
        Expr::List(items) => facts.list(items).to_vec(),
        Expr::Map(entries) => facts.entries(entries).iter().map(|entry| entry.value).collect(),
        _ => vec![argument],
    }
}

/// Texts that are statements beyond doubt, wherever they are executed: what is built in
/// one function is often run in another.
fn statements(facts: &FileFacts) -> Vec<ExprId> {
    let mut inner: BTreeSet<ExprId> = BTreeSet::new();
    for expr in &facts.exprs {
        if let Expr::Tmpl(parts) = expr {
            inner.extend(facts.list(*parts));
        }
    }
    let spoken = spoken(facts);
    let of_calls = facts.binds.iter().filter_map(|bind| {
        let value = bind.value?;
        let built = matches!(facts.expr(value), Expr::Call(_));
        (built && STATEMENT_NAMES.contains(&facts.text(bind.name).to_ascii_lowercase().as_str()))
            .then_some(value)
    });
    let texts = facts.exprs.iter().enumerate().filter_map(|(index, expr)| {
        let id = ExprId::from_index(index);
        let is_built = match expr {
            Expr::Tmpl(parts) => opens_statement(facts, *parts),
            Expr::Call(call) => formats_statement(facts, *call),
            _ => false,
        };
        let span = facts.expr_span(id);
        (is_built && !inner.contains(&id) && !spoken.iter().any(|said| said.contains(span))).then_some(id)
    });
    texts.chain(of_calls).collect()
}

/// Whether the first part of a text begins a statement.
fn opens_statement(facts: &FileFacts, parts: ExprList) -> bool {
    let mut at = facts.list(parts).first().copied();
    // `a + b + c` nests to the left in some languages.
    for _ in 0..32 {
        match at.map(|expr| facts.expr(expr)) {
            Some(Expr::Str(text)) => return position::opens(facts.text(text)),
            Some(Expr::Tmpl(parts)) => at = facts.list(parts).first().copied(),
            _ => return false,
        }
    }
    false
}

/// `"select …".format(x)`, `format!("select …", x)`.
fn formats_statement(facts: &FileFacts, id: CallId) -> bool {
    let Some(call) = facts.call(id) else { return false };
    let opens =
        |expr: ExprId| matches!(facts.expr(expr), Expr::Str(text) if position::opens(facts.text(text)));
    match (facts.expr(call.callee), last_name(facts, call.callee)) {
        (Expr::Attr(object, _), Some("format" | "concat" | "formatted")) if opens(object) => true,
        (_, Some("format" | "Format" | "Sprintf" | "sprintf")) => {
            facts.args(call.args).first().is_some_and(|arg| opens(arg.value))
        }
        _ => false,
    }
}

/// Where texts are for people: messages of logs and errors.
fn spoken(facts: &FileFacts) -> Vec<Span> {
    const SAYS: [&str; 24] = [
        "puts",
        "Println",
        "Printf",
        "Errorf",
        "Infof",
        "Debugf",
        "WriteLine",
        "logger",
        "debug",
        "info",
        "warning",
        "warn",
        "error",
        "exception",
        "critical",
        "log",
        "print",
        "println",
        "trace",
        "fail",
        "describe",
        "it",
        "test",
        "echo",
    ];
    facts
        .calls
        .iter()
        .filter(|call| {
            // A tagged template binds its holes, or is no text that a database sees.
            let tagged =
                call.flags.has(CallFlags::MACRO) && matches!(facts.lang, Lang::JavaScript | Lang::TypeScript);
            // Methods that make parameters of the holes of a text.
            let binds = facts.lang == Lang::CSharp
                && last_name(facts, call.callee).is_some_and(|name| {
                    matches!(
                        name,
                        "FromSqlInterpolated"
                            | "FromSql"
                            | "ExecuteSqlInterpolated"
                            | "ExecuteSqlInterpolatedAsync"
                            | "ExecuteSql"
                            | "ExecuteSqlAsync"
                            | "SqlQuery"
                    )
                });
            tagged
                || binds
                || call.flags.has(CallFlags::THROWN)
                || last_name(facts, call.callee).is_some_and(|name| {
                    SAYS.contains(&name) || name.ends_with("Error") || name.ends_with("Exception")
                })
        })
        .map(|call| if call.flags.has(CallFlags::MACRO) { call.span } else { call.args_span })
        .collect()
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
                let position = position::of(&before);
                let is_here = position == wanted || is_raw_part(context, hole, position, wanted);
                if known && is_here && !judge.is_safe(hole, wanted) {
                    found.push(hole);
                }
                before.push('x');
            }
        }
    }
    found
}

/// Whether a part of a statement, such as all of its conditions, comes from the request.
fn is_raw_part(context: &Context<'_, '_>, hole: &Hole, position: Position, wanted: Position) -> bool {
    position == Position::Fragment
        && wanted == Position::Value
        && hole.expr.is_some_and(|expr| {
            let facts = context.resolver().facts(hole.file);
            facts.is_some_and(|facts| is_from_request(context, hole.file, facts, expr))
        })
}

/// Whether a text is put together with a part that is not written in the source.
pub(super) fn is_built(context: &Context<'_, '_>, file: FileId, expr: ExprId) -> bool {
    Reader::new(context).read(file, expr).iter().any(|pieces| {
        pieces.iter().any(|piece| matches!(piece, Piece::Text(_)))
            && pieces.iter().any(|piece| match piece {
                Piece::Hole(hole) => {
                    hole.expr.is_none_or(|expr| context.resolver().constant(hole.file, expr).is_none())
                }
                Piece::Text(_) => false,
            })
    })
}

/// What a hole is called in messages.
pub(super) fn shown(context: &Context<'_, '_>, file: FileId, expr: ExprId) -> String {
    let Some(facts) = context.resolver().facts(file) else { return String::new() };
    context.source(facts, facts.expr_span(expr))
}

//! What surrounds a call: the function it is in, calls made on its value, words of messages.

use super::select::{Selected, select};
use crate::{
    analysis::{
        facts::{Call, Expr, ExprId, FileFacts, ScopeFlags, ScopeId, ScopeKind},
        link::FileId,
        rules::context::{Context, last_name},
    },
    knowledge::packs::Selector,
};

/// Whether the innermost function around a call is `async`; a function value that is
/// handed on may run elsewhere. A command of its own, such as what fills a database, has no
/// other requests that could wait.
pub(super) fn in_async(facts: &FileFacts, call: &Call) -> bool {
    !is_command(&facts.path)
        && facts
            .scopes_around(call.scope)
            .find(|(_, scope)| matches!(scope.kind, ScopeKind::Function | ScopeKind::Lambda))
            .is_some_and(|(_, scope)| scope.flags.has(ScopeFlags::ASYNC))
}

/// Whether a file is run by hand and not by a server, told by its folders and its name.
fn is_command(path: &str) -> bool {
    const FOLDERS: [&str; 10] =
        ["scripts", "script", "bin", "tools", "seeds", "seeders", "commands", "command", "cli", "migrations"];
    let mut parts: Vec<&str> = path.split('/').collect();
    let stem = parts.pop().and_then(|file| file.split('.').next()).unwrap_or_default();
    if matches!(stem, "build" | "gulpfile" | "gruntfile" | "noxfile" | "fabfile") {
        return true;
    }
    let is_stem =
        |word: &String| matches!(word.as_str(), "seed" | "seeder" | "seeds" | "migrate" | "migrations");
    parts.iter().any(|folder| FOLDERS.contains(folder))
        || super::super::secret_names::words(stem).iter().any(is_stem)
}

pub(super) fn is_about(facts: &FileFacts, call: &Call, words: &[String]) -> bool {
    let has = |text: &str| {
        let lower = text.to_lowercase();
        words.iter().any(|word| lower.contains(word.as_str()))
    };
    let in_function = facts.scopes_around(call.scope).any(|(_, scope)| {
        matches!(scope.kind, ScopeKind::Function | ScopeKind::Lambda) && has(facts.text(scope.name))
    });
    // The arguments of the call and of the calls made on its value.
    let whole = facts
        .calls
        .iter()
        .filter(|other| other.span.start == call.span.start)
        .map(|other| other.span.end)
        .max()
        .unwrap_or(call.span.end);
    in_function
        || facts.exprs.iter().enumerate().any(|(index, expr)| match expr {
            Expr::Name(name) | Expr::Attr(_, name) => {
                let span = facts.expr_span(ExprId::from_index(index));
                call.span.start <= span.start && span.end <= whole && has(facts.text(*name))
            }
            _ => false,
        })
}

/// Names of the calls made on the value of a call.
pub(super) fn chained<'f>(facts: &'f FileFacts, call: &Call) -> Vec<&'f str> {
    facts
        .calls
        .iter()
        .filter(|other| other.span.start == call.span.start && other.span.end > call.span.end)
        .filter_map(|other| last_name(facts, other.callee))
        .collect()
}

/// Whether a call is made on what a chain with one of these names gave.
pub(super) fn is_on_chain(facts: &FileFacts, call: &Call, wanted: &[String]) -> bool {
    let mut object = match facts.expr(call.callee) {
        Expr::Attr(object, _) => object,
        _ => return false,
    };
    loop {
        object = match facts.expr(object) {
            Expr::Name(name) => return wanted.iter().any(|known| known == facts.text(name)),
            Expr::Attr(_, name) if wanted.iter().any(|known| known == facts.text(name)) => return true,
            Expr::Attr(inner, _) | Expr::Index(inner, _) => inner,
            Expr::Call(inner) => match facts.call(inner) {
                Some(inner) => inner.callee,
                None => return false,
            },
            _ => return false,
        };
    }
}

/// Whether a file, or one function of it, names something anywhere: as a name, as the last
/// part of a path, or as a key.
pub(super) fn names(facts: &FileFacts, function: Option<ScopeId>, wanted: &str) -> bool {
    let inside = function.map(|function| facts.scope(function).map(|scope| scope.span).unwrap_or_default());
    let is_key = |key: Option<ExprId>| {
        key.is_some_and(|key| matches!(facts.expr(key), Expr::Str(text) if facts.text(text) == wanted))
    };
    facts.exprs.iter().enumerate().any(|(index, expr)| {
        let is_named = match expr {
            Expr::Name(name) | Expr::Attr(_, name) => facts.text(*name) == wanted,
            Expr::Map(entries) => facts.entries(*entries).iter().any(|entry| is_key(entry.key)),
            _ => false,
        };
        is_named && inside.is_none_or(|span| span.contains(facts.expr_span(ExprId::from_index(index))))
    })
}

/// Whether a text in a function has one of these in it.
pub(super) fn says(facts: &FileFacts, function: ScopeId, wanted: &[String]) -> bool {
    let inside = facts.scope(function).map(|scope| scope.span).unwrap_or_default();
    let has = |text: &str| wanted.iter().any(|part| text.contains(part.as_str()));
    !wanted.is_empty()
        && facts.exprs.iter().enumerate().any(|(index, expr)| match expr {
            Expr::Str(text) => {
                has(facts.text(*text)) && inside.contains(facts.expr_span(ExprId::from_index(index)))
            }
            _ => false,
        })
}

/// ` with credentials` where a call lets cookies through as well.
pub(super) fn credentials(context: &Context<'_, '_>, file: FileId, facts: &FileFacts, call: &Call) -> String {
    let selectors = [
        Selector { kw: Some("allow_credentials".into()), ..Selector::default() },
        Selector { arg: Some(0), key: Some("credentials".into()), ..Selector::default() },
    ];
    let allowed = match select(context, file, facts, call, &selectors) {
        Selected::Found(file, value) => {
            context.resolver().facts(file).is_some_and(|facts| matches!(facts.expr(value), Expr::Bool(true)))
        }
        Selected::Absent | Selected::Unknown => false,
    };
    if allowed { " with the user's cookies".to_owned() } else { String::new() }
}

/// The class or table that a call writes: `User` of `User(**data)`, `user` of `prisma.user.update`.
pub(super) fn model(facts: &FileFacts, call: &Call) -> String {
    let name = match facts.expr(call.callee) {
        Expr::Attr(object, _) => last_name(facts, object),
        _ => last_name(facts, call.callee),
    };
    name.unwrap_or("the model").to_owned()
}

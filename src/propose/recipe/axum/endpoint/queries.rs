//! The SQL texts of a function, each with the values that are bound to it.
//!
//! A text stands in the call or macro that asks it, or in a variable that this is given. Values
//! are bound by `.bind(…)` in a chain, or follow the text in a macro.

use super::{
    code::{Unit, children},
    sql::{Statement, Verb},
};
use std::ops::Range;
use tree_sitter::Node;

/// One SQL text of a table.
pub(super) struct Query<'c> {
    /// The text without its quotes.
    pub(super) literal: Range<usize>,
    pub(super) statement: Statement<'c>,
    /// Behind what asks, where the first value could be bound.
    pub(super) asked: usize,
    pub(super) binds: Vec<Bind>,
    pub(super) is_macro: bool,
}

/// One value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::propose::recipe::axum) struct Bind {
    /// `.bind(value)`, or the value alone in a macro.
    pub(in crate::propose::recipe::axum) range: Range<usize>,
    pub(in crate::propose::recipe::axum) value: Range<usize>,
}

/// The texts of a function that ask one table.
pub(super) fn queries<'c>(unit: Unit<'c>, table: &str) -> Vec<Query<'c>> {
    let mut found = Vec::new();
    for node in unit.all() {
        if !matches!(node.kind(), "string_literal" | "raw_string_literal") {
            continue;
        }
        let content = children(node)
            .find(|child| child.kind().ends_with("string_content") || child.kind() == "string_content");
        let Some(content) = content else { continue };
        // Escapes part a text; all of it stands between the quotes.
        let last = children(node).last().unwrap_or(content);
        let literal = content.start_byte()..last.end_byte();
        let Some(statement) = Statement::of(unit.slice(literal.clone()), table) else { continue };
        let Some((asked, binds, is_macro)) = asked(unit, node) else { continue };
        found.push(Query { literal, statement, asked, binds, is_macro });
    }
    found
}

/// Whether a function or one that it calls asks the table so.
pub(super) fn asks(unit: Unit<'_>, table: &str, verb: Verb) -> bool {
    queries(unit, table).iter().any(|query| query.statement.verb == verb)
}

/// Behind what asks, what is bound, and whether it is a macro.
type Asked = (usize, Vec<Bind>, bool);

/// How the text of a literal is asked.
pub(in crate::propose::recipe::axum) fn asked(unit: Unit<'_>, literal: Node<'_>) -> Option<Asked> {
    in_macro(unit, literal).or_else(|| in_chain(unit, literal))
}

/// `query_as!(Row, "…", id)`.
fn in_macro(unit: Unit<'_>, literal: Node<'_>) -> Option<Asked> {
    let mut above = literal.parent()?;
    while above.kind() == "token_tree" && above.parent()?.kind() == "token_tree" {
        above = above.parent()?;
    }
    let call = above.parent().filter(|_| above.kind() == "token_tree")?;
    let name = call.child_by_field_name("macro").map_or("", |name| unit.text(name));
    if !name.rsplit("::").next()?.starts_with("query") {
        return None;
    }
    let end = above.end_byte() - 1;
    let rest = unit.slice(literal.end_byte()..end);
    let mut binds = Vec::new();
    let mut at = literal.end_byte();
    for part in super::super::layout::top_level(rest) {
        let lead = part.len() - part.trim_start().len();
        let value = at + lead..at + lead + part.trim().len();
        at += part.len() + 1;
        if !value.is_empty() {
            binds.push(Bind { range: value.clone(), value });
        }
    }
    Some((literal.end_byte(), binds, true))
}

/// `query_as("…").bind(id)`, or the same with the text in a variable.
fn in_chain(unit: Unit<'_>, literal: Node<'_>) -> Option<Asked> {
    let parent = literal.parent()?;
    let call = match parent.kind() {
        "arguments" => parent.parent()?,
        "let_declaration" => {
            let name = unit.text(parent.child_by_field_name("pattern")?);
            let takes = |call: &Node<'_>| {
                call.child_by_field_name("arguments").is_some_and(|arguments| {
                    children(arguments).any(|one| unit.text(one).trim_start_matches('&') == name)
                })
            };
            unit.nodes("call_expression").into_iter().find(takes)?
        }
        _ => return None,
    };
    let callee = unit.text(call.child_by_field_name("function")?);
    let callee = callee.split("::<").next()?;
    if !callee.rsplit("::").next()?.starts_with("query") {
        return None;
    }
    let asked = call.end_byte();
    let mut binds = Vec::new();
    let mut at = call;
    while let Some(field) = at.parent().filter(|one| one.kind() == "field_expression") {
        let Some(next) = field.parent().filter(|one| one.kind() == "call_expression") else { break };
        let name = field.child_by_field_name("field").map_or("", |name| unit.text(name));
        let arguments = next.child_by_field_name("arguments");
        if let Some(arguments) = arguments.filter(|_| name == "bind") {
            let value = arguments.start_byte() + 1..arguments.end_byte() - 1;
            binds.push(Bind { range: at.end_byte()..next.end_byte(), value });
        }
        at = next;
    }
    Some((asked, binds, false))
}

#[cfg(test)]
mod tests {
    use super::{super::code::Code, *};
    use crate::propose::rust::RustFile;

    #[test]
    fn values_are_known_in_chains_macros_and_behind_variables() {
        let text = "async fn a(pool: &P, id: i64) {\n    sqlx::query_as::<_, U>(\"SELECT * FROM users WHERE a = $1 AND id = $2\").bind(&x.a).bind(id).fetch_one(pool).await;\n    let sql = \"SELECT * FROM users \\\n        LIMIT $1\";\n    sqlx::query_as(sql).bind(limit).fetch_all(pool);\n    query_as!(U, r#\"SELECT * FROM users WHERE id = $1\"#, f(a, b), id,).fetch_one(pool);\n    log(\"SELECT * FROM users\");\n}\n";
        let sources =
            vec![("src/a.rs".to_owned(), RustFile::parse("src/a.rs", text).unwrap(), text.to_owned())];
        let code = Code::new(&sources);
        let unit = code.unit("src/a.rs", "a").unwrap();
        let found: Vec<Vec<&str>> = queries(unit, "users")
            .iter()
            .map(|query| query.binds.iter().map(|bind| unit.slice(bind.value.clone())).collect())
            .collect();
        assert_eq!(found, [vec!["&x.a", "id"], vec!["limit"], vec!["f(a, b)", "id"]]);
    }
}

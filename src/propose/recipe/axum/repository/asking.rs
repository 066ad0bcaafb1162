//! How one function of a repository asks the database: its SQL, what it calls, what it asks, and
//! what it does with the answer.
//!
//! A function that asks twice, or does more with the answer than the forms known here, is left out.

use crate::propose::recipe::axum::{
    code::{Source, Unit, children},
    endpoint::queries::asked,
};
use tree_sitter::Node;

/// What a statement does with rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Doing {
    Select,
    Insert,
    Update,
    Delete,
}

/// How the answer is given back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Shape {
    /// `query.await`
    Direct,
    /// `Ok(query.await?)`
    Wrapped,
    /// `let user = query.await?;` and `Ok(user)`
    Named,
}

/// What stands behind `.await`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Ending {
    pub(super) shape: Shape,
    /// `.map_err(AppError::from)`
    pub(super) convert: String,
    /// `.ok_or(AppError::NotFound)`: what is made of a row that may not be there.
    pub(super) after: String,
}

/// One function, read.
#[derive(Debug, Clone)]
pub(super) struct Asking<'c> {
    pub(super) sql: &'c str,
    pub(super) doing: Doing,
    pub(super) table: String,
    /// `sqlx::query_as::<_, User>`, or `sqlx::query_as!` and what stands before the text.
    pub(super) head: String,
    pub(super) is_macro: bool,
    /// Whether the text stands in a variable.
    pub(super) is_let: bool,
    /// `fetch_one`
    pub(super) method: &'c str,
    /// `&self.pool`
    pub(super) target: &'c str,
    /// The values, in order.
    pub(super) binds: Vec<&'c str>,
    /// `None` where it is not one of the forms known here.
    pub(super) ending: Option<Ending>,
}

impl Asking<'_> {
    /// What makes the query, with its path: `sqlx::query_as`.
    pub(super) fn maker(&self) -> &str {
        self.head.split(['!', '<', '(']).next().unwrap_or_default().trim_end_matches("::")
    }

    /// The same without its path.
    pub(super) fn kind(&self) -> &str {
        self.maker().rsplit("::").next().unwrap_or_default()
    }
}

/// What a statement does and to which table.
pub(super) fn subject(sql: &str) -> Option<(Doing, String)> {
    let words = words(sql);
    let behind = |word: &str| words.iter().position(|one| one == word).and_then(|at| words.get(at + 1));
    let (doing, table) = match words.first()?.as_str() {
        "select" => (Doing::Select, behind("from")?),
        "insert" => (Doing::Insert, behind("into")?),
        "update" => (Doing::Update, words.get(1)?),
        "delete" => (Doing::Delete, behind("from")?),
        _ => return None,
    };
    Some((doing, table.clone()))
}

/// Whether a text asks for rows of a table anywhere in it.
pub(super) fn asks_for(sql: &str, table: &str) -> bool {
    let words = words(sql);
    let begins = ["select", "insert", "update", "delete", "with"];
    words.first().is_some_and(|first| begins.contains(&first.as_str()))
        && words
            .iter()
            .zip(words.iter().skip(1))
            .any(|(word, next)| matches!(word.as_str(), "from" | "into" | "update" | "join") && next == table)
}

/// Words in small letters, the last part of `public.users`, quotes aside.
pub(super) fn words(sql: &str) -> Vec<String> {
    let flat = sql.replace("\\\"", "").replace(['"', '`', '\\'], " ").to_lowercase();
    flat.split(|c: char| !(c.is_alphanumeric() || matches!(c, '_' | '.')))
        .map(|word| word.rsplit('.').next().unwrap_or(word).to_owned())
        .filter(|word| !word.is_empty())
        .collect()
}

/// Every text of a source that is SQL by its first words, with where it begins; those of a module
/// of tests are left out.
pub(super) fn texts<'c>(source: &'c Source<'_>) -> Vec<(usize, &'c str)> {
    let mut pending = vec![source.tree.root_node()];
    let mut found = Vec::new();
    while let Some(node) = pending.pop() {
        let name = node.child_by_field_name("name").and_then(|name| source.text.get(name.byte_range()));
        if node.kind() == "mod_item" && name == Some("tests") {
            continue;
        }
        if matches!(node.kind(), "string_literal" | "raw_string_literal")
            && let Some(text) = content(source.text, node)
        {
            found.push((node.start_byte(), text));
        }
        pending.extend((0..node.child_count()).filter_map(|index| node.child(index)));
    }
    found.sort_by_key(|(at, _)| *at);
    found
}

/// What stands between the quotes of a literal.
fn content<'t>(text: &'t str, literal: Node<'_>) -> Option<&'t str> {
    let own = text.get(literal.byte_range())?;
    let from = own.find('"')? + 1;
    own.get(from..own.rfind('"')?)
}

/// The function read; `None` where it asks nothing, or more than once.
pub(super) fn asking<'c>(unit: Unit<'c>) -> Option<Asking<'c>> {
    let literals = unit.all().into_iter().filter(|node| {
        matches!(node.kind(), "string_literal" | "raw_string_literal")
            && content(unit.source.text, *node).is_some_and(|text| subject(text).is_some())
    });
    let literals: Vec<Node<'c>> = literals.collect();
    let [literal] = literals.as_slice() else { return None };
    let sql = content(unit.source.text, *literal)?;
    let (doing, table) = subject(sql)?;
    let (end, binds, is_macro) = asked(unit, *literal)?;
    let is_let = literal.parent().is_some_and(|parent| parent.kind() == "let_declaration");
    let call = match is_macro {
        true => {
            unit.nodes("macro_invocation").into_iter().find(|one| one.byte_range().contains(&(end - 1)))?
        }
        false => unit.nodes("call_expression").into_iter().find(|one| one.end_byte() == end)?,
    };
    let head = match is_macro {
        true => {
            let name = unit.text(call.child_by_field_name("macro")?);
            let lead = unit.slice(call.start_byte()..literal.start_byte()).split_once('(')?.1;
            format!("{name}!({}", one_line(lead))
        }
        false => unit.text(call.child_by_field_name("function")?).to_owned(),
    };
    let way = Way::from(unit, call)?;
    Some(Asking {
        sql,
        doing,
        table,
        head,
        is_macro,
        is_let,
        method: way.method,
        target: way.target,
        binds: binds.into_iter().map(|bind| unit.slice(bind.value)).collect(),
        ending: ending(unit, &way),
    })
}

fn one_line(text: &str) -> String {
    let flat = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if flat.ends_with(',') { format!("{flat} ") } else { flat }
}

/// From what makes the query to the end of its chain.
struct Way<'c> {
    method: &'c str,
    target: &'c str,
    /// Behind `.await`.
    awaited: usize,
    top: Node<'c>,
}

impl<'c> Way<'c> {
    fn from(unit: Unit<'c>, call: Node<'c>) -> Option<Self> {
        let mut top = call;
        let (mut asked, mut awaited) = (None, None);
        while let Some(parent) = top.parent() {
            match parent.kind() {
                "field_expression" => {
                    let Some(next) = parent.parent().filter(|one| one.kind() == "call_expression") else {
                        break;
                    };
                    let name = unit.text(parent.child_by_field_name("field")?);
                    if asked.is_none() && (name.starts_with("fetch") || name == "execute") {
                        asked = Some((name, children(next.child_by_field_name("arguments")?).next()?));
                    }
                    top = next;
                }
                "await_expression" => {
                    awaited = awaited.or(Some(parent.end_byte()));
                    top = parent;
                }
                "try_expression" => top = parent,
                _ => break,
            }
        }
        let (method, target) = asked?;
        Some(Self { method, target: unit.text(target), awaited: awaited?, top })
    }
}

fn ending(unit: Unit<'_>, way: &Way<'_>) -> Option<Ending> {
    let parent = way.top.parent()?;
    let is_tail =
        |node: Node<'_>| node.parent().is_some_and(|block| block.byte_range() == unit.function.body);
    let shape = match parent.kind() {
        "block" if is_tail(way.top) => Shape::Direct,
        "arguments" => {
            let call = parent.parent()?;
            let is_ok = unit.text(call.child_by_field_name("function")?) == "Ok";
            (is_ok && is_tail(call)).then_some(Shape::Wrapped)?
        }
        "let_declaration" => {
            let name = unit.text(parent.child_by_field_name("pattern")?);
            let next = parent.next_named_sibling()?;
            (unit.text(next) == format!("Ok({name})")).then_some(Shape::Named)?
        }
        _ => return None,
    };
    let rest = unit.slice(way.awaited..way.top.end_byte());
    let rest: String = rest.lines().map(str::trim).collect();
    let (convert, rest) = converted(&rest);
    let after = match (shape == Shape::Direct, rest.strip_prefix('?')) {
        (true, None) => rest,
        (true, Some(after)) => after,
        (false, Some(after)) => after.strip_suffix('?').unwrap_or(after),
        (false, None) => return None,
    };
    let is_known = after.is_empty() || after.starts_with(".ok_or") && after.ends_with(')');
    let ending = Ending { shape, convert: convert.to_owned(), after: after.to_owned() };
    is_known.then_some(ending)
}

/// `.map_err(…)` at the beginning, and what follows it.
fn converted(rest: &str) -> (&str, &str) {
    let known = [".map_err(", ".context(", ".with_context("];
    let Some(lead) = known.iter().find(|lead| rest.starts_with(**lead)) else { return ("", rest) };
    // The arguments end at the bracket that closes the first one.
    let inner = rest.get(lead.len()..).unwrap_or_default();
    let mut depth = 1_i32;
    let end = inner.char_indices().find_map(|(at, c)| {
        match c {
            '(' => depth += 1,
            ')' => depth -= 1,
            _ => {}
        }
        (depth == 0).then_some(lead.len() + at + 1)
    });
    rest.split_at(end.unwrap_or(rest.len()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::propose::{recipe::axum::code::Code, rust::RustFile};

    fn read(text: &str, see: impl Fn(Option<Asking<'_>>)) {
        let file = RustFile::parse("src/a.rs", text).unwrap();
        let sources = vec![("src/a.rs".to_owned(), file, text.to_owned())];
        let code = Code::new(&sources);
        see(asking(code.unit("src/a.rs", "a").unwrap()));
    }

    #[test]
    fn a_function_says_how_it_asks_and_what_it_does_with_the_answer() {
        for (body, method, target, shape, convert, after) in [
            (
                "sqlx::query_as(\"SELECT * FROM users WHERE id = $1\").bind(id).fetch_optional(pool).await",
                "fetch_optional",
                "pool",
                Shape::Direct,
                "",
                "",
            ),
            (
                "let sql = \"DELETE FROM app.users \\\n   WHERE id = $1\";\n Ok(sqlx::query(sql).bind(id).execute(&self.pool).await?)",
                "execute",
                "&self.pool",
                Shape::Wrapped,
                "",
                "",
            ),
            (
                "let user = query_as!(User, r#\"SELECT * FROM \"users\" WHERE id = $1\"#, id).fetch_one(&mut *c).await?; Ok(user)",
                "fetch_one",
                "&mut *c",
                Shape::Named,
                "",
                "",
            ),
            (
                "sqlx::query_as(\"UPDATE users SET a = $1\").bind(id).fetch_optional(pool).await.map_err(|e| E::of(e))?.ok_or(E::None)",
                "fetch_optional",
                "pool",
                Shape::Direct,
                ".map_err(|e| E::of(e))",
                ".ok_or(E::None)",
            ),
        ] {
            read(&format!("async fn a() {{ {body} }}"), |found| {
                let found = found.unwrap();
                assert_eq!((found.method, found.target, found.table.as_str()), (method, target, "users"));
                assert_eq!(found.binds.len(), 1);
                let ending = found.ending.unwrap();
                assert_eq!(
                    (ending.shape, ending.convert.as_str(), ending.after.as_str()),
                    (shape.clone(), convert, after),
                    "{body}"
                );
            });
        }
    }

    #[test]
    fn what_asks_twice_or_counts_too_is_not_understood() {
        read("async fn a() { q(\"SELECT 1 FROM a\"); q(\"SELECT 2 FROM b\"); }", |found| {
            assert!(found.is_none());
        });
        let text = "async fn a() { let all = sqlx::query_as(\"SELECT * FROM a\").fetch_all(p).await?; Ok((all, 1)) }";
        read(text, |found| assert_eq!(found.unwrap().ending, None));
        assert!(asks_for("SELECT a FROM b JOIN notes ON x", "notes"));
        assert!(!asks_for("choose from notes", "notes") && !asks_for("SELECT notes FROM b", "notes"));
    }
}

//! Binds interpolated SQL values in TypeScript templates and in Rust's `format!`.

use super::{
    Fixed, Site, done, no,
    sql::{Bound, Piece, Statement, bind},
};
use crate::{ports::ProposeError, propose::edits::Edits};

const REASON: &str = "The value is bound, so that its text can never become SQL.";

/// Template literals in `query(…)`-like calls.
pub(crate) fn fix_typescript(site: &Site<'_>) -> Result<Fixed, ProposeError> {
    let text = site.text;
    let open = find_from(text, site.range.start, "`")
        .filter(|at| *at < site.range.end.max(site.range.start + 1))
        .ok_or_else(|| no("no template string stands at the finding".into()))?;
    let (pieces, close) = template(text, open)?;
    let before = text.get(..open).unwrap_or_default();
    let head = before.trim_end();
    if !head.ends_with('(') {
        return Err(no("the statement is not written in the call that runs it".into()));
    }
    let method_end = head.len() - 1;
    let method = last_word(head.get(..method_end).unwrap_or_default());
    let mut edits = Edits::default();
    if let Some(tag) = method.strip_suffix("Unsafe").filter(|tag| tag.starts_with('$')) {
        // Prisma: `$queryRawUnsafe(`…`)` becomes the tagged `$queryRaw`…``, which binds its holes.
        let end = close + 1;
        let rest = text.get(end..).unwrap_or_default();
        let after = rest.trim_start();
        if !after.starts_with(')') {
            return Err(no("the statement has values already, in an order that only you know".into()));
        }
        let statement = bind(&pieces, |_, bound| format!("${{{}}}", template_value(bound)))?;
        keep_no_holes(&statement)?;
        let body: String = text_pieces(&statement);
        let closing = end + (rest.len() - after.len()) + 1;
        edits.replace(method_end - method.len()..closing, format!("{tag}`{body}`"));
        return done(site, edits, REASON, Vec::new());
    }
    if !matches!(method, "query" | "execute" | "raw" | "prepare" | "all" | "get" | "run") {
        return Err(no(format!("{method} is not known to run SQL with values")));
    }
    let dollar = dollar_marks(text)
        .ok_or_else(|| no("the driver's mark for values ($1 or ?) does not show in this file".into()))?;
    let after = text.get(close + 1..).unwrap_or_default().trim_start();
    if !after.starts_with(')') && !after.starts_with(",)") {
        return Err(no("the statement has values already, in an order that only you know".into()));
    }
    let statement = bind(&pieces, |index, _| if dollar { format!("${}", index + 1) } else { "?".into() })?;
    keep_no_holes(&statement)?;
    let values: Vec<String> = statement.values.iter().map(template_value).collect();
    edits.replace(open..close + 1, format!("`{}`, [{}]", text_pieces(&statement), values.join(", ")));
    done(site, edits, REASON, Vec::new())
}

/// `sqlx::query(&format!(…))`.
pub(crate) fn fix_rust(site: &Site<'_>) -> Result<Fixed, ProposeError> {
    let text = site.text;
    let line = crate::propose::edits::line_start(text, site.range.start);
    let at = find_from(text, line, "format!(")
        .filter(|at| *at < site.range.end.max(site.range.start + 1) + 200)
        .ok_or_else(|| no("no format! stands at the finding".into()))?;
    let (literal, arguments, close) = format_call(text, at + "format!(".len())?;
    let dollar = dollar_marks(text)
        .ok_or_else(|| no("the driver's mark for values ($1 or ?) does not show in this file".into()))?;
    let pieces = format_pieces(&literal, arguments)?;
    let statement = bind(&pieces, |index, _| if dollar { format!("${}", index + 1) } else { "?".into() })?;
    keep_no_holes(&statement)?;
    let before = text.get(..at).unwrap_or_default();
    let borrowed = before.trim_end_matches('&');
    let head = borrowed.trim_end();
    if !head.ends_with('(') || !head.contains("query") {
        return Err(no("the statement is not written in the call that runs it".into()));
    }
    let rest = text.get(close + 1..).unwrap_or_default();
    let call_end = close + 1 + (rest.len() - rest.trim_start().trim_start_matches(',').trim_start().len());
    if !text.get(call_end..).is_some_and(|rest| rest.starts_with(')')) {
        return Err(no("the call that runs the statement takes more".into()));
    }
    // Diesel asks for the type in SQL; a value between quotes is a text.
    let method = match head.ends_with("sql_query(") {
        true if all_quoted(&literal) => ".bind::<diesel::sql_types::Text, _>",
        true => return Err(no("Diesel's `bind` asks for the type in SQL of each value".into())),
        false => ".bind",
    };
    let mut edits = Edits::default();
    edits.replace(borrowed.len()..close + 1, format!("\"{}\"", text_pieces(&statement)));
    let binds: String = statement
        .values
        .iter()
        .map(|bound| match bound {
            Bound::Plain(value) => format!("{method}({value})"),
            Bound::Mixed(pieces) => {
                let (mut body, mut holes) = (String::new(), Vec::new());
                for piece in pieces {
                    match piece {
                        Piece::Text(text) => body.push_str(&text.replace('{', "{{").replace('}', "}}")),
                        Piece::Hole(value) => {
                            body.push_str("{}");
                            holes.push(value.as_str());
                        }
                    }
                }
                format!("{method}(format!(\"{body}\", {}))", holes.join(", "))
            }
        })
        .collect();
    edits.insert(call_end + 1, binds);
    done(site, edits, REASON, Vec::new())
}

/// Whether every hole of a format string stands between the quotes of a text in SQL.
fn all_quoted(literal: &str) -> bool {
    let mut inside = false;
    literal.replace("{{", "").chars().all(|c| {
        inside ^= c == '\'';
        c != '{' || inside
    })
}

fn keep_no_holes(statement: &Statement) -> Result<(), ProposeError> {
    if statement.pieces.iter().any(|piece| matches!(piece, Piece::Hole(_))) {
        return Err(no("part of the statement is a name, which cannot be bound".into()));
    }
    Ok(())
}

fn text_pieces(statement: &Statement) -> String {
    statement
        .pieces
        .iter()
        .map(|piece| match piece {
            Piece::Text(text) | Piece::Hole(text) => text.as_str(),
        })
        .collect()
}

fn template_value(bound: &Bound) -> String {
    match bound {
        Bound::Plain(value) => value.trim().to_owned(),
        Bound::Mixed(pieces) => {
            let body: String = pieces
                .iter()
                .map(|piece| match piece {
                    Piece::Text(text) => text.clone(),
                    Piece::Hole(value) => format!("${{{value}}}"),
                })
                .collect();
            format!("`{body}`")
        }
    }
}

/// Whether the file's driver counts its marks (`$1`) or not (`?`); unknown is `None`.
fn dollar_marks(text: &str) -> Option<bool> {
    let lower = text.to_lowercase();
    let has = |words: &[&str]| words.iter().any(|word| lower.contains(word));
    if has(&[
        "= $1",
        "($1",
        "from 'pg'",
        "from \"pg\"",
        "require('pg')",
        "postgres",
        "pgpool",
        "pgconnection",
    ]) {
        Some(true)
    } else if has(&["= ?", "(?", "mysql", "sqlite"]) {
        Some(false)
    } else {
        None
    }
}

fn find_from(text: &str, at: usize, needle: &str) -> Option<usize> {
    text.get(at..)?.find(needle).map(|found| at + found)
}

fn last_word(text: &str) -> &str {
    // Type arguments stand between the method and its bracket: `query<Row[]>(`.
    let text = match text.rfind('<') {
        Some(at) if text.ends_with('>') => text.get(..at).unwrap_or(text),
        _ => text,
    };
    let start = text.rfind(|c: char| !(c.is_alphanumeric() || c == '_' || c == '$')).map_or(0, |at| at + 1);
    text.get(start..).unwrap_or_default()
}

/// The pieces of a template literal that opens at `open`, and where it closes.
fn template(text: &str, open: usize) -> Result<(Vec<Piece>, usize), ProposeError> {
    let mut pieces = Vec::new();
    let mut literal = String::new();
    let mut chars = text.get(open + 1..).unwrap_or_default().char_indices().peekable();
    while let Some((at, c)) = chars.next() {
        match c {
            '\\' => {
                literal.push(c);
                literal.extend(chars.next().map(|(_, escaped)| escaped));
            }
            '`' => {
                pieces.push(Piece::Text(literal));
                return Ok((pieces, open + 1 + at));
            }
            '$' if chars.peek().is_some_and(|(_, next)| *next == '{') => {
                chars.next();
                let mut depth = 1_i32;
                let mut hole = String::new();
                for (_, inner) in chars.by_ref() {
                    match inner {
                        '{' => depth += 1,
                        '}' => depth -= 1,
                        '`' => return Err(no("a template stands inside the template".into())),
                        _ => {}
                    }
                    if depth == 0 {
                        break;
                    }
                    hole.push(inner);
                }
                pieces.push(Piece::Text(std::mem::take(&mut literal)));
                pieces.push(Piece::Hole(hole));
            }
            other => literal.push(other),
        }
    }
    Err(no("the template string does not close".into()))
}

/// The literal and the arguments of a `format!` call; `at` is just after its bracket.
fn format_call(text: &str, at: usize) -> Result<(String, Vec<String>, usize), ProposeError> {
    let odd = || no("the format! call is written in an unusual way".into());
    let rest = text.get(at..).ok_or_else(odd)?;
    let quoted = rest.trim_start();
    let start = at + (rest.len() - quoted.len());
    if !quoted.starts_with('"') {
        return Err(odd());
    }
    let mut literal = String::new();
    let mut chars = quoted.char_indices().skip(1);
    let mut end = None;
    while let Some((index, c)) = chars.next() {
        match c {
            '"' => {
                end = Some(start + index + 1);
                break;
            }
            '\\' => {
                literal.push(c);
                literal.extend(chars.next().map(|(_, escaped)| escaped));
            }
            other => literal.push(other),
        }
    }
    let end = end.ok_or_else(odd)?;
    let mut arguments = Vec::new();
    let (mut depth, mut argument) = (0_i32, String::new());
    for (index, c) in text.get(end..).unwrap_or_default().char_indices() {
        match c {
            '(' | '[' | '{' => depth += 1,
            ')' if depth == 0 => {
                arguments.push(argument.trim().to_owned());
                arguments.retain(|argument| !argument.is_empty());
                return Ok((literal, arguments, end + index));
            }
            ')' | ']' | '}' => depth -= 1,
            '"' => return Err(odd()),
            ',' if depth == 0 => {
                arguments.push(std::mem::take(&mut argument).trim().to_owned());
                continue;
            }
            _ => {}
        }
        argument.push(c);
    }
    Err(odd())
}

fn format_pieces(literal: &str, arguments: Vec<String>) -> Result<Vec<Piece>, ProposeError> {
    let mut pieces = Vec::new();
    let mut arguments = arguments.into_iter();
    let mut rest = literal;
    while let Some(open) = rest.find('{') {
        let (head, tail) = rest.split_at(open);
        if tail.starts_with("{{") {
            return Err(no("the statement has braces of its own".into()));
        }
        let close = tail.find('}').ok_or_else(|| no("the format string does not close".into()))?;
        let inside = tail.get(1..close).unwrap_or_default();
        let value = if inside.is_empty() {
            arguments.next().ok_or_else(|| no("there are more marks than values".into()))?
        } else if inside.chars().all(|c| c.is_alphanumeric() || c == '_')
            && !inside.starts_with(char::is_numeric)
        {
            inside.to_owned()
        } else {
            return Err(no("a value is formatted while it is inserted".into()));
        };
        pieces.push(Piece::Text(head.to_owned()));
        pieces.push(Piece::Hole(value));
        rest = tail.get(close + 1..).unwrap_or_default();
    }
    if arguments.next().is_some() {
        return Err(no("named values of format! are not rewritten".into()));
    }
    pieces.push(Piece::Text(rest.to_owned()));
    Ok(pieces)
}

#[cfg(test)]
mod tests {
    use super::super::testing::fixed;

    const RULE: &str = "sec/sql-interpolated-value";

    #[test]
    fn a_template_in_a_query_is_bound() {
        let text = "import { Pool } from 'pg';\nexport const f = (db: Pool, id: string) =>\n  db.query<Row>(`SELECT * FROM t WHERE a = '${id}' AND b LIKE '%${id}%'`);\n";
        assert_eq!(
            fixed(RULE, "a.ts", text, "db.query<Row>(`SELECT").unwrap(),
            "import { Pool } from 'pg';\nexport const f = (db: Pool, id: string) =>\n  db.query<Row>(`SELECT * FROM t WHERE a = $1 AND b LIKE $2`, [id, `%${id}%`]);\n"
        );
    }

    #[test]
    fn prisma_gets_its_tagged_form() {
        let text = "const rows = await prisma.$queryRawUnsafe(`SELECT * FROM t WHERE a = '${id}'`);\n";
        assert_eq!(
            fixed(RULE, "a.ts", text, "prisma.$queryRawUnsafe(`").unwrap(),
            "const rows = await prisma.$queryRaw`SELECT * FROM t WHERE a = ${id}`;\n"
        );
    }

    #[test]
    fn a_template_that_names_a_table_or_has_values_is_refused() {
        for text in [
            "import 'pg';\ndb.query(`SELECT * FROM ${t} WHERE a = $1`, [x]);\n",
            "// postgres\ndb.query(`SELECT * FROM t WHERE a = ${x} AND b = $1`, [y]);\n",
            "db.query(`SELECT * FROM t WHERE a = ${x}`);\n",
        ] {
            assert!(fixed(RULE, "a.ts", text, "db.query(`").is_err(), "{text}");
        }
    }

    #[test]
    fn a_formatted_query_in_rust_is_bound() {
        let text = "async fn f(pool: &PgPool, name: &str) {\n    let rows = sqlx::query(&format!(\"SELECT * FROM t WHERE a = '{}' AND b = {name}\", name.trim())).fetch_all(pool).await;\n}\n";
        assert_eq!(
            fixed(RULE, "a.rs", text, "sqlx::query(&format!(").unwrap(),
            "async fn f(pool: &PgPool, name: &str) {\n    let rows = sqlx::query(\"SELECT * FROM t WHERE a = $1 AND b = $2\").bind(name.trim()).bind(name).fetch_all(pool).await;\n}\n"
        );
    }

    #[test]
    fn diesel_is_told_the_type_of_a_text_and_no_other_is_guessed() {
        let query = |sql: &str| {
            format!(
                "fn f(conn: &mut PgConnection, x: &str) {{\n    sql_query(format!(\"{sql}\", x)).execute(conn);\n}}\n"
            )
        };
        assert_eq!(
            fixed(RULE, "a.rs", &query("select a('{}')"), "sql_query(format!(").unwrap(),
            "fn f(conn: &mut PgConnection, x: &str) {\n    sql_query(\"select a($1)\").bind::<diesel::sql_types::Text, _>(x).execute(conn);\n}\n"
        );
        assert!(fixed(RULE, "a.rs", &query("select a({})"), "sql_query(format!(").is_err());
    }
}

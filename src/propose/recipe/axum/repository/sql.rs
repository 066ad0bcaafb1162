//! The text of a statement in a function: in its place where it fits on the line, else in a
//! variable, on as many lines as it needs.

use super::asking::subject;
use crate::propose::recipe::axum::{
    layout::{UNIT, function_at},
    tables::small,
};

/// Columns of a line, and those of `let sql = "`.
const WIDTH: usize = 100;
const LEAD: usize = 11;

/// Words that would not name a column or a table without quotes.
const QUOTED: [&str; 22] = [
    "all",
    "any",
    "asc",
    "case",
    "check",
    "column",
    "default",
    "desc",
    "end",
    "from",
    "group",
    "limit",
    "offset",
    "order",
    "primary",
    "references",
    "select",
    "table",
    "to",
    "user",
    "values",
    "where",
];

/// A name as a statement in a Rust text has it.
pub(super) fn quoted(name: &str) -> String {
    if QUOTED.contains(&name) { format!("\\\"{name}\\\"") } else { name.to_owned() }
}

/// How texts are written.
#[derive(Debug, Clone, Copy)]
pub(super) struct Habit {
    pub(super) is_small: bool,
    /// Whether a text stands in a variable even where it would fit.
    pub(super) is_let: bool,
    pub(super) is_macro: bool,
}

/// A function in rustfmt's form, that many blanks deep; its first line is given without them.
pub(super) fn finished(text: &str, indent: usize, habit: Habit) -> String {
    let text = text.trim_end();
    let Some((start, end)) = literal(text) else { return function_at(text, indent) };
    let (before, sql, after) = (
        text.get(..start).unwrap_or_default(),
        text.get(start..end).unwrap_or_default(),
        text.get(end..).unwrap_or_default(),
    );
    let sql = if habit.is_small { small(sql) } else { sql.to_owned() };
    let flat = function_at(&format!("{before}{sql}{after}"), indent);
    // A text that stands on a line of its own reads better in a variable.
    let is_alone = |line: &str| {
        line.trim_start().strip_prefix('"').is_some_and(|rest| sql.starts_with(rest.get(..8).unwrap_or(rest)))
    };
    let is_long = flat.lines().any(|line| line.len() > WIDTH || is_alone(line));
    if habit.is_macro || !(is_long || habit.is_let) {
        return flat;
    }
    let Some((head, body)) = before.split_once("{\n") else { return flat };
    let (body, after) = (body.trim_end_matches('"'), after.trim_start_matches('"'));
    let blanks = " ".repeat(indent + UNIT);
    let lines = lines(&sql, WIDTH - indent - UNIT - LEAD - 3);
    let joint = format!(" \\\n{}", " ".repeat(indent + UNIT + LEAD));
    let text = format!("{head}{{\n{blanks}let sql = \"{}\";\n{body}sql{after}", lines.join(&joint));
    function_at(&text, indent)
}

/// Where the statement stands, without its quotes.
fn literal(text: &str) -> Option<(usize, usize)> {
    let mut start = None;
    let mut escaped = false;
    for (at, c) in text.char_indices() {
        match (c, start) {
            _ if escaped => escaped = false,
            ('\\', Some(_)) => escaped = true,
            ('"', None) => start = Some(at + 1),
            ('"', Some(from)) => {
                if text.get(from..at).is_some_and(|text| subject(text).is_some()) {
                    return Some((from, at));
                }
                start = None;
            }
            _ => {}
        }
    }
    None
}

/// A statement clause by clause, and a long clause column by column.
fn lines(sql: &str, width: usize) -> Vec<String> {
    if sql.len() <= width + 1 {
        return vec![sql.to_owned()];
    }
    let upper = sql.to_uppercase();
    let mut cuts: Vec<usize> = [" FROM ", " VALUES ", " SET ", " WHERE ", " ORDER BY ", " RETURNING "]
        .iter()
        .filter_map(|word| upper.find(word))
        .filter(|at| *at > "DELETE".len())
        .collect();
    cuts.push(sql.len());
    cuts.sort_unstable();
    let mut from = 0;
    let mut lines = Vec::new();
    for cut in cuts {
        let clause = sql.get(from..cut).unwrap_or_default().trim();
        from = cut;
        let mut line = String::new();
        for part in clause.split_inclusive(", ") {
            if !line.is_empty() && line.len() + part.trim_end().len() > width {
                lines.push(line.trim_end().to_owned());
                line.clear();
            }
            line.push_str(part);
        }
        lines.push(line.trim_end().to_owned());
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    const HABIT: Habit = Habit { is_small: false, is_let: false, is_macro: false };

    #[test]
    fn a_short_statement_stands_in_its_place_and_a_long_one_in_a_variable() {
        let short = "pub async fn find(pool: &P, id: i64) -> R {\n    sqlx::query_as(\"SELECT * FROM notes WHERE id = $1\").bind(id).fetch_optional(pool).await\n}";
        assert_eq!(
            finished(short, 0, HABIT),
            "pub async fn find(pool: &P, id: i64) -> R {\n    sqlx::query_as(\"SELECT * FROM notes WHERE id = $1\")\n        .bind(id)\n        .fetch_optional(pool)\n        .await\n}"
        );
        let long = "fn a() {\n    sqlx::query_as(\"INSERT INTO notes (title, body, state, author_id) VALUES ($1, $2, $3, $4) RETURNING *\").bind(id).fetch_one(pool).await\n}";
        assert_eq!(
            finished(long, 4, Habit { is_small: true, ..HABIT }),
            "fn a() {\n        let sql = \"insert into notes (title, body, state, author_id) \\\n                   values ($1, $2, $3, $4) \\\n                   returning *\";\n        sqlx::query_as(sql).bind(id).fetch_one(pool).await\n    }"
        );
    }

    #[test]
    fn a_long_list_is_broken_between_its_columns() {
        let columns: Vec<String> = (0..30).map(|number| format!("column_{number}")).collect();
        let sql = format!("SELECT {} FROM notes", columns.join(", "));
        let lines = lines(&sql, 80);
        assert!(lines.len() > 4 && lines.iter().all(|line| line.len() <= 80), "{lines:?}");
        assert_eq!(lines.join(" "), sql);
    }
}

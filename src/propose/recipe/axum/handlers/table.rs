//! How the migrations here write a table: names, key, times, triggers, references, indexes.

use crate::{
    domain::place::Place,
    propose::{
        edits::line_number,
        recipe::axum::tables::{Migration, creates},
    },
};

/// One table as a migration creates it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Made {
    pub(super) place: Place,
    /// Each column or constraint on one line.
    pub(super) parts: Vec<String>,
    /// Whether the bracket stands on a line of its own.
    pub(super) opens_below: bool,
    /// Whether types stand below each other.
    pub(super) is_aligned: bool,
    /// Statements behind it that speak of it: triggers.
    pub(super) after: Vec<String>,
}

/// Words behind the type of a column.
const ENDS: [&str; 9] =
    ["not", "null", "default", "primary", "unique", "references", "check", "generated", "collate"];

/// The statement that creates a table; `None` where no migration does.
pub(super) fn made(migrations: &[Migration], table: &str) -> Option<Made> {
    let own = migrations.iter().filter(|one| !one.path.ends_with(".down.sql") && creates(&one.text, table));
    own.into_iter().find_map(|one| read(&one.path, &one.text, table))
}

fn read(path: &str, sql: &str, table: &str) -> Option<Made> {
    let plain = without_comments(sql);
    let lower = plain.to_ascii_lowercase();
    let mut from = 0;
    loop {
        let at = from + lower.get(from..)?.find("create table ")?;
        from = at + "create table ".len();
        let rest = lower.get(from..)?.trim_start().trim_start_matches("if not exists ").trim_start();
        let name: String = rest
            .trim_start_matches(['"', '`'])
            .chars()
            .take_while(|c| c.is_alphanumeric() || *c == '_')
            .collect();
        if name != table.to_ascii_lowercase() {
            continue;
        }
        let open = at + lower.get(at..)?.find('(')?;
        let close = open + closing(plain.get(open..)?)?;
        let inner = plain.get(open + 1..close)?;
        let parts: Vec<String> =
            split(inner).into_iter().map(one_line).filter(|part| !part.is_empty()).collect();
        let lines = inner.lines().map(str::trim).filter(|line| line.contains(' '));
        let aligned = lines.filter(|line| line.split(' ').nth(1) == Some("")).count();
        return Some(Made {
            place: Place::new(path, line_number(sql, at)),
            opens_below: plain.get(at..open)?.contains('\n'),
            is_aligned: parts.len() > 2 && aligned * 2 >= parts.len(),
            after: behind(plain.get(close..)?, table),
            parts,
        });
    }
}

impl Made {
    /// The column that is the key: its name and its whole line.
    pub(super) fn key(&self) -> Option<(&str, &str)> {
        let own = self.parts.iter().find(|part| part.to_ascii_lowercase().contains("primary key"))?;
        let first = own.split(' ').next()?;
        if first.eq_ignore_ascii_case("primary") || first.eq_ignore_ascii_case("constraint") {
            let (_, columns) = own.split_once('(')?;
            let only = columns.trim_end_matches(')').trim();
            let part = self.parts.iter().find(|part| part.split(' ').next() == Some(only))?;
            return Some((only, part));
        }
        Some((first, own))
    }

    /// The line of a column.
    pub(super) fn column(&self, name: &str) -> Option<&str> {
        self.parts.iter().find(|part| part.split(' ').next() == Some(name)).map(String::as_str)
    }
}

/// The name of a column, its type, and the rest of its line.
pub(super) fn columns_of(line: &str) -> (String, String, String) {
    let (name, rest) = line.split_once(' ').unwrap_or((line, ""));
    let words: Vec<&str> = rest.split(' ').collect();
    let end = words.iter().position(|word| ENDS.contains(&word.to_ascii_lowercase().as_str()));
    let end = end.unwrap_or(words.len());
    (
        name.to_owned(),
        words.get(..end).unwrap_or_default().join(" "),
        words.get(end..).unwrap_or_default().join(" "),
    )
}

/// Lines of columns, their parts below each other where that is the custom.
pub(super) fn aligned(lines: &[String], is_aligned: bool) -> Vec<String> {
    if !is_aligned {
        return lines.to_vec();
    }
    let parts: Vec<(String, String, String)> = lines.iter().map(|line| columns_of(line)).collect();
    let name = parts.iter().map(|(name, _, _)| name.len()).max().unwrap_or(0);
    let ty = parts.iter().map(|(_, ty, _)| ty.len()).max().unwrap_or(0);
    let line = |(own, of, rest): &(String, String, String)| {
        format!("{own:<name$} {of:<ty$} {rest}").trim_end().to_owned()
    };
    parts.iter().map(line).collect()
}

/// The type in Rust of a key.
pub(super) fn key_type(line: &str) -> Option<&'static str> {
    let (_, ty, rest) = columns_of(line);
    let ty = ty.to_ascii_lowercase();
    Some(match ty.split(['(', ' ']).next().unwrap_or_default() {
        "uuid" => "Uuid",
        "bigserial" | "bigint" | "int8" => "i64",
        "serial" | "int" | "int4" => "i32",
        "integer" if rest.to_ascii_lowercase().contains("autoincrement") => "i64",
        "integer" => "integer",
        _ => return None,
    })
}

/// The type of a column that refers to a key.
pub(super) fn referring_type(line: &str) -> String {
    let (_, ty, _) = columns_of(line);
    match ty.to_ascii_lowercase().as_str() {
        "bigserial" => "BIGINT".into(),
        "serial" => "INTEGER".into(),
        _ => ty,
    }
}

/// Triggers of a table, and calls that make them.
fn behind(sql: &str, table: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut rest = sql;
    while let Some((statement, after)) = rest.split_once(';') {
        let own = statement.trim_start_matches([')', ' ', '\n', '\r']).trim();
        let lower = own.to_ascii_lowercase();
        let names = lower.split(|c: char| !(c.is_alphanumeric() || c == '_')).any(|word| word == table);
        rest = after;
        if lower.starts_with("create table") {
            break;
        }
        if !names || !(lower.starts_with("select ") || lower.starts_with("create trigger")) {
            continue;
        }
        if lower.contains("\nbegin") || lower.contains(" begin") {
            let Some(end) = rest.to_ascii_lowercase().find("end;") else { continue };
            found.push(format!("{own};{};", rest.get(..end + 3).unwrap_or_default()));
            rest = rest.get(end + 4..).unwrap_or_default();
            continue;
        }
        found.push(format!("{own};"));
    }
    found
}

/// The text with blanks where comments are.
pub(super) fn without_comments(sql: &str) -> String {
    let mut out = String::with_capacity(sql.len());
    for line in sql.split_inclusive('\n') {
        match line.find("--") {
            Some(at) => {
                out.push_str(line.get(..at).unwrap_or_default());
                let rest = line.get(at..).unwrap_or_default();
                out.push_str(&" ".repeat(rest.trim_end_matches('\n').len()));
                out.push_str(if rest.ends_with('\n') { "\n" } else { "" });
            }
            None => out.push_str(line),
        }
    }
    out
}

fn one_line(part: &str) -> String {
    part.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Where the bracket closes that a text begins with.
fn closing(text: &str) -> Option<usize> {
    let mut depth = 0_i32;
    text.char_indices().find_map(|(at, c)| {
        depth += match c {
            '(' => 1,
            ')' => -1,
            _ => 0,
        };
        (depth == 0).then_some(at)
    })
}

/// Splits at commas outside of brackets.
fn split(text: &str) -> Vec<&str> {
    let mut depth = 0_i32;
    text.split(|c: char| {
        depth += match c {
            '(' => 1,
            ')' => -1,
            _ => 0,
        };
        depth == 0 && c == ','
    })
    .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn migration(text: &str) -> Vec<Migration> {
        vec![Migration { path: "migrations/1_a.sql".into(), text: text.into() }]
    }

    #[test]
    fn a_table_is_read_with_what_is_said_behind_it() {
        let sql = "create table note_page (x int);\ncreate table \"note\"\n(\n    -- a key, of course (\n    note_id   uuid primary key default make(1, 2),\n    body      text        not null,\n    at        timestamptz not null default now()\n);\n\nselect trigger_updated_at('note');\ncreate index on note (at);\ncreate table other (a int);\nselect f('note');\n";
        let made = made(&migration(sql), "note").unwrap();
        assert_eq!(made.place.line, 2);
        assert_eq!(made.key(), Some(("note_id", "note_id uuid primary key default make(1, 2)")));
        assert_eq!(made.after, ["select trigger_updated_at('note');"]);
        assert!(made.opens_below && made.is_aligned);
        assert_eq!(columns_of(made.column("at").unwrap()).2, "not null default now()");
        let lines = ["id int primary key".to_owned(), "name text not null".to_owned()];
        assert_eq!(aligned(&lines, true), ["id   int  primary key", "name text not null"]);
    }

    #[test]
    fn a_trigger_with_a_body_is_kept_whole() {
        let sql = "CREATE TABLE notes (id INTEGER, PRIMARY KEY (id));\nCREATE TRIGGER t AFTER UPDATE ON notes\nBEGIN\n  UPDATE notes SET a = 1;\nEND;\n";
        let made = made(&migration(sql), "notes").unwrap();
        assert_eq!(made.key(), Some(("id", "id INTEGER")));
        assert!(!made.opens_below && !made.is_aligned);
        assert_eq!(made.after.len(), 1);
        assert!(made.after[0].ends_with("SET a = 1;\nEND;"), "{:?}", made.after);
    }
}

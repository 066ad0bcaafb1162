//! Keys and indexes that statements of SQL declare.

use super::ForeignKey;
use crate::analysis::rules::sql_tokens::{Token, tokens};
use std::collections::BTreeSet;

/// What all statements read so far declare.
#[derive(Debug, Default)]
pub(super) struct Schema {
    keys: Vec<ForeignKey>,
    /// Table and first column of each index, in lower case.
    indexed: BTreeSet<(String, String)>,
}

impl Schema {
    /// Reads the statements of a file.
    pub(super) fn read(&mut self, path: &str, text: &str) {
        let tokens = tokens(text);
        for statement in tokens.split(|token| token.is(";")) {
            self.statement(path, statement);
        }
    }

    /// Keys whose column begins no index, each column once, in the order they were read.
    pub(super) fn bare_keys(&self) -> impl Iterator<Item = &ForeignKey> {
        let mut seen = BTreeSet::new();
        self.keys.iter().filter(move |key| {
            let place = (key.table.to_lowercase(), key.column.to_lowercase());
            !self.indexed.contains(&place) && seen.insert(place)
        })
    }

    fn statement(&mut self, path: &str, tokens: &[Token]) {
        let Some(at) = tokens.iter().position(|token| token.is("create") || token.is("alter")) else {
            return;
        };
        let Some((first, rest)) = tokens.get(at..).and_then(<[Token]>::split_first) else { return };
        let noise =
            ["temp", "temporary", "unlogged", "unique", "global", "local", "clustered", "nonclustered"];
        let rest = skip_words(rest, &noise);
        let Some((kind, rest)) = rest.split_first() else { return };
        match (first.text.as_str(), kind.text.as_str()) {
            ("create", "table") => {
                let rest = skip_words(rest, &["if", "not", "exists"]);
                let Some((table, rest)) = name(rest) else { return };
                for part in parts(rest) {
                    self.part(path, &table, part);
                }
            }
            ("create", "index") => self.index(rest),
            ("alter", "table") => {
                let rest = skip_words(rest, &["if", "exists", "only"]);
                let Some((table, rest)) = name(rest) else { return };
                for action in rest.split(|token| token.is(",")) {
                    let action = skip_words(action, &["add", "column", "if", "not", "exists"]);
                    self.part(path, &table, action);
                }
                // Columns of one constraint hold commas: the whole is read as well.
                if rest.iter().any(|token| token.is(",")) {
                    self.part(path, &table, skip_words(rest, &["add"]));
                }
            }
            _ => {}
        }
    }

    fn index(&mut self, tokens: &[Token]) {
        let Some(on) = tokens.iter().position(|token| token.is("on")) else { return };
        let rest = skip_words(tokens.get(on + 1..).unwrap_or_default(), &["only"]);
        let Some((table, rest)) = name(rest) else { return };
        if let Some(column) = columns(rest).into_iter().next() {
            self.add_index(&table, &column.text);
        }
    }

    fn add_index(&mut self, table: &str, column: &str) {
        self.indexed.insert((table.to_lowercase(), column.to_lowercase()));
    }

    /// A column or constraint of a table.
    fn part(&mut self, path: &str, table: &str, tokens: &[Token]) {
        let mut tokens = tokens;
        if tokens.first().is_some_and(|token| token.is("constraint")) {
            tokens = tokens.get(2..).unwrap_or_default();
        }
        let Some((first, rest)) = tokens.split_first() else { return };
        let second = rest.first();
        match first.text.as_str() {
            "primary" | "unique" | "index" | "key" if !first.quoted => {
                if let Some(column) = columns(rest).into_iter().next() {
                    self.add_index(table, &column.text);
                }
            }
            "foreign" if !first.quoted && second.is_some_and(|token| token.is("key")) => {
                let Some(column) = columns(rest).into_iter().next() else { return };
                self.key(path, table, &column.clone(), rest);
            }
            "check" | "exclude" | "like" | "drop" | "alter" | "rename" | "owner" | "enable" | "set"
                if !first.quoted => {}
            _ => {
                let is_indexed = rest.iter().any(|token| token.is("primary") || token.is("unique"));
                if is_indexed {
                    self.add_index(table, &first.text);
                }
                self.key(path, table, first, rest);
            }
        }
    }

    fn key(&mut self, path: &str, table: &str, column: &Token, rest: &[Token]) {
        let Some(at) = rest.iter().position(|token| token.is("references")) else { return };
        let Some((target, _)) = name(rest.get(at + 1..).unwrap_or_default()) else { return };
        self.keys.push(ForeignKey {
            path: path.to_owned(),
            span: column.span,
            table: table.to_owned(),
            column: column.text.clone(),
            target,
        });
    }
}

fn skip_words<'t>(tokens: &'t [Token], words: &[&str]) -> &'t [Token] {
    let count = tokens.iter().take_while(|token| words.iter().any(|word| token.is(word))).count();
    tokens.get(count..).unwrap_or_default()
}

/// A name with its schema in front, which is dropped.
fn name(tokens: &[Token]) -> Option<(String, &[Token])> {
    let (first, mut rest) = tokens.split_first()?;
    let mut found = first;
    while let [dot, next, ..] = rest
        && dot.is(".")
    {
        found = next;
        rest = rest.get(2..)?;
    }
    let is_name = found.quoted || found.text.chars().all(|c| c.is_alphanumeric() || c == '_');
    is_name.then(|| (found.text.clone(), rest))
}

/// The names in the first parentheses.
fn columns(tokens: &[Token]) -> Vec<&Token> {
    parts(tokens).into_iter().filter_map(<[Token]>::first).collect()
}

/// What stands between the commas of the first parentheses.
fn parts(tokens: &[Token]) -> Vec<&[Token]> {
    let Some(open) = tokens.iter().position(|token| token.is("(")) else { return Vec::new() };
    let inside = tokens.get(open + 1..).unwrap_or_default();
    let (mut depth, mut start) = (0_u32, 0);
    let mut found = Vec::new();
    for (at, token) in inside.iter().enumerate() {
        if token.is("(") {
            depth += 1;
        } else if token.is(")") && depth > 0 {
            depth -= 1;
        } else if depth == 0 && (token.is(",") || token.is(")")) {
            found.push(inside.get(start..at).unwrap_or_default());
            start = at + 1;
            if token.is(")") {
                break;
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use pretty_assertions::assert_eq;

    fn bare(texts: &[&str]) -> Vec<(String, String, String)> {
        let mut schema = Schema::default();
        for text in texts {
            schema.read("m.sql", text);
        }
        schema.bare_keys().map(|key| (key.table.clone(), key.column.clone(), key.target.clone())).collect()
    }

    fn key(table: &str, column: &str, target: &str) -> (String, String, String) {
        (table.to_owned(), column.to_owned(), target.to_owned())
    }

    #[test]
    fn a_key_without_an_index_is_found_wherever_it_is_declared() {
        let texts = [
            "create table a (id int primary key, b_id int not null references s.b (id), check (id > 0));",
            "CREATE TABLE IF NOT EXISTS \"C\" (x INT, y INT, CONSTRAINT fk FOREIGN KEY (y) REFERENCES b (id));",
            "alter table only d add constraint fk foreign key (e_id) references e (id) on delete cascade;",
            "alter table d add column f_id bigint references f;",
        ];
        assert_eq!(
            bare(&texts),
            [key("a", "b_id", "b"), key("C", "y", "b"), key("d", "e_id", "e"), key("d", "f_id", "f")]
        );
    }

    #[test]
    fn every_kind_of_index_counts_also_in_a_later_file() {
        let texts = [
            "create table a (id int primary key references r, u int unique references r, p int references r,
               q int references r, i int references r, primary key (p, q), unique (q));",
            "create unique index concurrently if not exists x on only s.a using btree (i desc, id);",
        ];
        assert_eq!(bare(&texts), []);
    }

    #[test]
    fn the_second_column_of_an_index_does_not_count() {
        let text = "create table a (b_id int references b, c_id int references c, primary key (b_id, c_id));";
        assert_eq!(bare(&[text]), [key("a", "c_id", "c")]);
    }

    #[test]
    fn broken_statements_are_left_alone() {
        for text in
            ["create table", "create table a (", "alter table a add", "create index on", "references ("]
        {
            assert_eq!(bare(&[text]), []);
        }
    }
}

//! Keys and indexes that statements of SQL declare, and what later statements make of them.
//!
//! A migration is history: the table it makes may have another name by now, or be gone, and
//! so may its columns, constraints and indexes. Only what is left at the end counts.

use super::{
    ForeignKey,
    phrases::{Lead, columns, name, parts, skip_words, split_top},
};
use crate::analysis::rules::sql_tokens::{Token, tokens};
use std::collections::BTreeSet;

/// What all statements read so far leave behind.
#[derive(Debug, Default)]
pub(super) struct Schema {
    keys: Vec<Key>,
    indexes: Vec<Index>,
}

/// A declared key, under the names that it has by now.
#[derive(Debug)]
struct Key {
    key: ForeignKey,
    /// Name of its constraint, in lower case.
    constraint: String,
}

/// What begins with a column and finds its rows. Everything is in lower case.
#[derive(Debug, PartialEq, Eq)]
struct Index {
    name: String,
    table: String,
    column: String,
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
        self.keys.iter().map(|found| &found.key).filter(move |key| {
            let (table, column) = (key.table.to_lowercase(), key.column.to_lowercase());
            let is_indexed = self.indexes.iter().any(|index| index.table == table && index.column == column);
            !is_indexed && seen.insert((table, column))
        })
    }

    fn statement(&mut self, path: &str, tokens: &[Token]) {
        if let Some(rest) = tokens.strip_prefix_word("drop") {
            return self.dropped(rest);
        }
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
                for action in split_top(rest) {
                    self.action(path, &table, action);
                }
            }
            ("alter", "index") => {
                let Some((old, rest)) = name(skip_words(rest, &["if", "exists"])) else { return };
                if let Some((new, _)) =
                    rest.strip_prefix_word("rename").and_then(|to| name(skip_words(to, &["to"])))
                {
                    self.rename_constraint(None, &old, &new);
                }
            }
            _ => {}
        }
    }

    fn index(&mut self, tokens: &[Token]) {
        let Some(on) = tokens.iter().position(|token| token.is("on")) else { return };
        let own = skip_words(tokens.get(..on).unwrap_or_default(), &["concurrently", "if", "not", "exists"]);
        let rest = skip_words(tokens.get(on + 1..).unwrap_or_default(), &["only"]);
        let Some((table, rest)) = name(rest) else { return };
        if let Some(column) = columns(rest).into_iter().next() {
            let own = name(own).map_or_else(|| format!("{table}_{}_idx", column.text), |(own, _)| own);
            self.add_index(&own, &table, &column.text);
        }
    }

    fn add_index(&mut self, name: &str, table: &str, column: &str) {
        let index =
            Index { name: name.to_lowercase(), table: table.to_lowercase(), column: column.to_lowercase() };
        self.indexes.push(index);
    }

    /// One action of `ALTER TABLE`.
    fn action(&mut self, path: &str, table: &str, tokens: &[Token]) {
        let existing = ["column", "if", "exists"];
        if let Some(rest) = tokens.strip_prefix_word("rename") {
            if let Some((new, _)) = rest.strip_prefix_word("to").and_then(name) {
                self.rename_table(table, &new);
            } else if let Some((old, rest)) = rest.strip_prefix_word("constraint").and_then(name) {
                if let Some((new, _)) = name(skip_words(rest, &["to"])) {
                    self.rename_constraint(Some(table), &old, &new);
                }
            } else if let Some((old, rest)) = name(skip_words(rest, &existing))
                && let Some((new, _)) = rest.strip_prefix_word("to").and_then(name)
            {
                self.rename_column(table, &old, &new);
            }
        } else if let Some(rest) = tokens.strip_prefix_word("drop") {
            if let Some(rest) = rest.strip_prefix_word("constraint") {
                if let Some((gone, _)) = name(skip_words(rest, &["if", "exists"])) {
                    self.drop_constraint(table, &gone);
                }
            } else if let Some((column, _)) = name(skip_words(rest, &existing)) {
                self.drop_column(table, &column);
            }
        } else {
            self.part(path, table, skip_words(tokens, &["add", "column", "if", "not", "exists"]));
        }
    }

    /// A column or constraint of a table.
    fn part(&mut self, path: &str, table: &str, tokens: &[Token]) {
        let mut tokens = tokens;
        let mut own = None;
        if tokens.first().is_some_and(|token| token.is("constraint")) {
            own = tokens.get(1).map(|token| token.text.clone());
            tokens = tokens.get(2..).unwrap_or_default();
        }
        let Some((first, rest)) = tokens.split_first() else { return };
        let second = rest.first();
        match first.text.as_str() {
            "primary" | "unique" | "index" | "key" if !first.quoted => {
                let all = columns(rest);
                if let Some(column) = all.first() {
                    let usual = match first.text.as_str() {
                        "primary" => format!("{table}_pkey"),
                        _ => {
                            let names: Vec<&str> = all.iter().map(|column| column.text.as_str()).collect();
                            format!("{table}_{}_key", names.join("_"))
                        }
                    };
                    self.add_index(&own.unwrap_or(usual), table, &column.text);
                }
            }
            "foreign" if !first.quoted && second.is_some_and(|token| token.is("key")) => {
                let Some(column) = columns(rest).into_iter().next() else { return };
                self.key(path, table, &column.clone(), rest, own);
            }
            "check" | "exclude" | "like" | "alter" | "owner" | "enable" | "set" if !first.quoted => {}
            _ => {
                if rest.iter().any(|token| token.is("primary")) {
                    self.add_index(&format!("{table}_pkey"), table, &first.text);
                } else if rest.iter().any(|token| token.is("unique")) {
                    self.add_index(&format!("{table}_{}_key", first.text), table, &first.text);
                }
                self.key(path, table, first, rest, own);
            }
        }
    }

    fn key(&mut self, path: &str, table: &str, column: &Token, rest: &[Token], own: Option<String>) {
        let Some(at) = rest.iter().position(|token| token.is("references")) else { return };
        let Some((target, _)) = name(rest.get(at + 1..).unwrap_or_default()) else { return };
        // `b_id int CONSTRAINT of_b REFERENCES b`.
        let beside = at.checked_sub(2).and_then(|before| rest.get(before..at));
        let beside = beside.and_then(|words| words.strip_prefix_word("constraint")?.first());
        let constraint = own
            .or_else(|| beside.map(|token| token.text.clone()))
            .unwrap_or_else(|| format!("{table}_{}_fkey", column.text));
        let key = ForeignKey {
            path: path.to_owned(),
            span: column.span,
            table: table.to_owned(),
            column: column.text.clone(),
            target,
        };
        self.keys.push(Key { key, constraint: constraint.to_lowercase() });
    }

    /// `DROP TABLE a, b`, `DROP INDEX i`.
    fn dropped(&mut self, tokens: &[Token]) {
        let Some((kind, rest)) = tokens.split_first() else { return };
        let rest = skip_words(rest, &["concurrently", "if", "exists"]);
        let names = split_top(rest).into_iter().filter_map(name).map(|(gone, _)| gone.to_lowercase());
        for gone in names {
            if kind.is("table") {
                // Who refers to a table that is gone refers to nothing.
                self.keys.retain(|Key { key, .. }| {
                    !key.table.eq_ignore_ascii_case(&gone) && !key.target.eq_ignore_ascii_case(&gone)
                });
                self.indexes.retain(|index| index.table != gone);
            } else if kind.is("index") {
                self.indexes.retain(|index| index.name != gone);
            }
        }
    }

    fn drop_column(&mut self, table: &str, column: &str) {
        self.keys.retain(|Key { key, .. }| !is_column(key, table, column));
        let (table, column) = (table.to_lowercase(), column.to_lowercase());
        self.indexes.retain(|index| index.table != table || index.column != column);
    }

    fn drop_constraint(&mut self, table: &str, constraint: &str) {
        let constraint = constraint.to_lowercase();
        self.keys
            .retain(|found| !found.key.table.eq_ignore_ascii_case(table) || found.constraint != constraint);
        let table = table.to_lowercase();
        self.indexes.retain(|index| index.table != table || index.name != constraint);
    }

    fn rename_table(&mut self, old: &str, new: &str) {
        for Key { key, .. } in &mut self.keys {
            for name in [&mut key.table, &mut key.target] {
                if name.eq_ignore_ascii_case(old) {
                    new.clone_into(name);
                }
            }
        }
        let old = old.to_lowercase();
        for index in self.indexes.iter_mut().filter(|index| index.table == old) {
            index.table = new.to_lowercase();
        }
    }

    fn rename_column(&mut self, table: &str, old: &str, new: &str) {
        for Key { key, .. } in self.keys.iter_mut().filter(|found| is_column(&found.key, table, old)) {
            new.clone_into(&mut key.column);
        }
        let (table, old) = (table.to_lowercase(), old.to_lowercase());
        for index in self.indexes.iter_mut().filter(|index| index.table == table && index.column == old) {
            index.column = new.to_lowercase();
        }
    }

    /// Gives a constraint or an index another name; an index is known without its table.
    fn rename_constraint(&mut self, table: Option<&str>, old: &str, new: &str) {
        let is_here = |own: &str| table.is_none_or(|table| own.eq_ignore_ascii_case(table));
        let (old, new) = (old.to_lowercase(), new.to_lowercase());
        for found in self.keys.iter_mut().filter(|found| is_here(&found.key.table) && found.constraint == old)
        {
            found.constraint.clone_from(&new);
        }
        for index in self.indexes.iter_mut().filter(|index| is_here(&index.table) && index.name == old) {
            index.name.clone_from(&new);
        }
    }
}

fn is_column(key: &ForeignKey, table: &str, column: &str) -> bool {
    key.table.eq_ignore_ascii_case(table) && key.column.eq_ignore_ascii_case(column)
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
    fn what_later_statements_take_away_or_give_another_name_is_followed() {
        let made = "create table a (b_id int references b, c_id int references c, d_id int references d,
            unique (d_id)); create index a_by_b on a (b_id);";
        type Bare<'t> = &'t [(&'t str, &'t str, &'t str)];
        let cases: [(&str, Bare<'_>); 10] = [
            ("", &[("a", "c_id", "c")]),
            ("drop table if exists z, a cascade;", &[]),
            ("drop table c cascade;", &[]),
            ("alter table a drop column c_id, drop column if exists b_id;", &[]),
            ("alter table a rename to e; create index on e (c_id);", &[]),
            ("alter table a rename column c_id to of_c;", &[("a", "of_c", "c")]),
            ("alter table c rename to c2; alter table a drop constraint a_c_id_fkey;", &[]),
            ("drop index concurrently if exists a_by_b;", &[("a", "b_id", "b"), ("a", "c_id", "c")]),
            (
                "alter index a_by_b rename to x; drop index x; alter table a drop constraint a_d_id_key;",
                &[("a", "b_id", "b"), ("a", "c_id", "c"), ("a", "d_id", "d")],
            ),
            (
                "alter table a rename constraint a_c_id_fkey to k; alter table a drop constraint k,
                    add column e_id int references e, add constraint f foreign key (f_id, g) references f (x, y);",
                &[("a", "e_id", "e"), ("a", "f_id", "f")],
            ),
        ];
        for (later, expected) in cases {
            let expected: Vec<_> =
                expected.iter().map(|(table, column, to)| key(table, column, to)).collect();
            assert_eq!(bare(&[made, later]), expected, "{later}");
        }
    }

    #[test]
    fn broken_statements_are_left_alone() {
        for text in [
            "create table",
            "create table a (",
            "alter table a add",
            "create index on",
            "references (",
            "drop",
            "drop table",
            "alter table a rename",
            "alter table a drop constraint",
            "alter index i rename to",
        ] {
            assert_eq!(bare(&[text]), []);
        }
    }
}

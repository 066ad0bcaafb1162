//! What a statement of a migration does to a table that is in use.

use crate::analysis::{
    facts::Span,
    rules::sql_tokens::{Token, tokens},
};
use std::collections::BTreeSet;

/// What is wrong with a change of the schema.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Kind {
    /// An index is made or removed under a lock.
    Index,
    /// A column becomes required, or every row is rewritten.
    Required,
    /// A constraint is checked against every row under a lock.
    Constraint,
    /// Code that runs meanwhile breaks, or data are gone.
    Breaking,
    /// A column that refers to rows of another table comes without an index.
    Reference,
}

impl Kind {
    /// The word of rules.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Index => "index",
            Self::Required => "required",
            Self::Constraint => "constraint",
            Self::Breaking => "breaking",
            Self::Reference => "reference",
        }
    }
}

/// One thing that a statement does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Change {
    pub(super) kind: Kind,
    /// What it is about, in words or by name.
    pub(super) what: String,
    pub(super) table: String,
    pub(super) span: Span,
}

/// Functions whose value is the same for every row.
const STABLE: [&str; 12] = [
    "cast",
    "array",
    "coalesce",
    "make_interval",
    "now",
    "current_timestamp",
    "current_date",
    "transaction_timestamp",
    "statement_timestamp",
    "localtimestamp",
    "timezone",
    "date_trunc",
];

/// The changes of a text of statements, without those to tables that it makes itself.
pub(super) fn changes(text: &str) -> Vec<Change> {
    let text = upward(text);
    let all = tokens(text);
    let statements: Vec<&[Token]> =
        all.split(|token| token.is(";")).filter(|part| !part.is_empty()).collect();
    let mut made: BTreeSet<String> = BTreeSet::new();
    // A script that sets a database up drops what it makes again.
    let anew: BTreeSet<String> =
        statements.iter().filter_map(|statement| Words(statement).created_table()).collect();
    let mut found = Vec::new();
    let mut open = None;
    for statement in &statements {
        let words = Words(statement);
        if words.starts(&["begin"]) || words.starts(&["start", "transaction"]) {
            open = statement.first().map(|token| token.span);
        } else if words.starts(&["commit"]) || words.starts(&["end"]) || words.starts(&["rollback"]) {
            open = None;
        }
        if let Some(table) = words.created_table() {
            made.insert(table);
        }
        found.extend(words.changes().into_iter().filter(|change| {
            let table = change.table.to_lowercase();
            let remakes = change.kind == Kind::Breaking && anew.contains(&table);
            !made.contains(&table) && !remakes
        }));
    }
    if let Some(span) = open.filter(|_| statements.len() > 1) {
        let what = "the transaction is never committed".to_owned();
        found.push(Change { kind: Kind::Breaking, what, table: String::new(), span });
    }
    found
}

/// The part of a file that goes forward: tools mark where the way back begins.
pub(in crate::analysis::rules) fn upward(text: &str) -> &str {
    let mut offset = 0;
    for line in text.split_inclusive('\n') {
        let words: Vec<String> = line
            .trim()
            .trim_start_matches('-')
            .trim()
            .trim_start_matches('+')
            .split(|c: char| !c.is_alphanumeric())
            .filter(|word| !word.is_empty())
            .map(str::to_lowercase)
            .collect();
        let is_comment = line.trim_start().starts_with("--");
        let short = words.len() <= 3;
        if is_comment
            && short
            && words.iter().any(|word| matches!(word.as_str(), "down" | "rollback" | "undo"))
        {
            return text.get(..offset).unwrap_or(text);
        }
        offset += line.len();
    }
    text
}

/// The tokens of one statement.
struct Words<'t>(&'t [Token]);

impl<'t> Words<'t> {
    fn starts(&self, words: &[&str]) -> bool {
        words.iter().enumerate().all(|(index, word)| self.0.get(index).is_some_and(|token| token.is(word)))
    }

    fn has(&self, words: &[&str]) -> bool {
        !words.is_empty()
            && self
                .0
                .windows(words.len())
                .any(|run| run.iter().zip(words).all(|(token, word)| token.is(word)))
    }

    /// Behind the last of these words, where they follow each other at the beginning;
    /// words of noise between them are passed over.
    fn after(&self, words: &[&str], noise: &[&str]) -> Option<Words<'t>> {
        let mut rest = self.0;
        for word in words {
            rest = skip(rest, noise);
            let (first, next) = rest.split_first()?;
            if !first.is(word) {
                return None;
            }
            rest = next;
        }
        Some(Words(skip(rest, noise)))
    }

    /// The name at the beginning, without its schema, in lower case.
    fn name(&self) -> Option<(String, Words<'t>)> {
        let (first, mut rest) = self.0.split_first()?;
        let mut found = first;
        while let [dot, next, ..] = rest
            && dot.is(".")
        {
            found = next;
            rest = rest.get(2..)?;
        }
        let is_name = found.quoted || found.text.chars().all(|c| c.is_alphanumeric() || c == '_');
        is_name.then(|| (found.text.to_lowercase(), Words(rest)))
    }

    fn created_table(&self) -> Option<String> {
        let noise = [
            "temp",
            "temporary",
            "unlogged",
            "global",
            "local",
            "if",
            "not",
            "exists",
            "materialized",
            "foreign",
        ];
        let rest =
            self.after(&["create", "table"], &noise).or_else(|| self.after(&["create", "view"], &noise))?;
        rest.name().map(|(name, _)| name)
    }

    fn change(&self, kind: Kind, what: impl Into<String>, table: impl Into<String>) -> Change {
        let start = self.0.first().map(|token| token.span.start).unwrap_or_default();
        let end = self.0.last().map(|token| token.span.end).unwrap_or(start);
        Change { kind, what: what.into(), table: table.into(), span: Span::new(start, end) }
    }

    fn changes(&self) -> Vec<Change> {
        if let Some(rest) = self.after(&["create", "index"], &["unique"]) {
            return self.index(&rest).into_iter().collect();
        }
        if self.after(&["drop", "index"], &[]).is_some() && !self.has(&["concurrently"]) {
            let name = self.after(&["drop", "index"], &["if", "exists"]).and_then(|rest| rest.name());
            return vec![self.change(
                Kind::Index,
                name.map_or_else(String::new, |(name, _)| name),
                "its table",
            )];
        }
        if self.starts(&["reindex"]) && !self.starts(&["reindex", "system"]) && !self.has(&["concurrently"]) {
            let name = self.0.get(2).map_or_else(|| "an index".to_owned(), |token| token.text.clone());
            return vec![self.change(Kind::Index, name, "its table")];
        }
        if self.starts(&["truncate"]) && self.has(&["cascade"]) {
            return vec![self.change(Kind::Breaking, "the rows of other tables go with them", "")];
        }
        if let Some(rest) = self.after(&["drop", "table"], &["if", "exists"]) {
            let name = rest.name().map_or_else(String::new, |(name, _)| name);
            return vec![self.change(Kind::Breaking, format!("table {name} is dropped"), name)];
        }
        match self.after(&["alter", "table"], &["if", "exists", "only"]) {
            Some(rest) => self.table(&rest),
            None => Vec::new(),
        }
    }

    fn index(&self, rest: &Words<'t>) -> Option<Change> {
        if self.has(&["concurrently"]) {
            return None;
        }
        let on = rest.0.iter().position(|token| token.is("on"))?;
        let index = Words(skip(rest.0, &["if", "not", "exists"])).name().filter(|_| on > 0);
        let (table, _) = Words(skip(rest.0.get(on + 1..)?, &["only"])).name()?;
        let index = index.map_or_else(|| "the index".to_owned(), |(name, _)| name);
        Some(self.change(Kind::Index, index, table))
    }

    /// The actions on a table.
    fn table(&self, rest: &Words<'t>) -> Vec<Change> {
        let Some((table, actions)) = rest.name() else { return Vec::new() };
        let mut found = Vec::new();
        let mut added: BTreeSet<String> = BTreeSet::new();
        for action in actions.actions() {
            let action = Words(action);
            let told = action.action(&table, &mut added);
            found.extend(told.map(|(kind, what)| action.change(kind, what, table.clone())));
        }
        found
    }

    /// What stands between the commas outside parentheses.
    fn actions(&self) -> Vec<&'t [Token]> {
        let (mut depth, mut start) = (0_u32, 0);
        let mut found = Vec::new();
        for (at, token) in self.0.iter().enumerate() {
            if token.is("(") {
                depth += 1;
            } else if token.is(")") {
                depth = depth.saturating_sub(1);
            } else if token.is(",") && depth == 0 {
                found.push(self.0.get(start..at).unwrap_or_default());
                start = at + 1;
            }
        }
        found.push(self.0.get(start..).unwrap_or_default());
        found
    }

    fn action(&self, table: &str, added: &mut BTreeSet<String>) -> Option<(Kind, String)> {
        if self.starts(&["rename"]) {
            return Some((Kind::Breaking, format!("{table} or a column of it gets another name")));
        }
        if self.starts(&["detach"]) && !self.has(&["concurrently"]) && !self.has(&["finalize"]) {
            return Some((Kind::Breaking, format!("{table} is locked while a partition is detached")));
        }
        if let Some(rest) = self.after(&["drop"], &[]) {
            let is_column = rest.starts(&["column"])
                || !["constraint", "not", "default", "index", "expression", "identity", "primary", "foreign"]
                    .iter()
                    .any(|word| rest.starts(&[word]));
            let name = Words(skip(rest.0, &["column", "if", "exists"])).name()?.0;
            return is_column.then(|| (Kind::Breaking, format!("column {name} is dropped")));
        }
        if let Some(rest) = self.after(&["alter"], &["column"]) {
            let (column, rest) = rest.name()?;
            if rest.starts(&["set", "not", "null"]) {
                return (!added.contains(&column)).then_some((Kind::Required, column));
            }
            let retyped = rest.starts(&["type"]) || rest.starts(&["set", "data", "type"]);
            return retyped.then(|| {
                (Kind::Breaking, format!("column {column} gets another type, every row is rewritten"))
            });
        }
        let rest = self.after(&["add"], &["column", "if", "not", "exists"])?;
        if let Some(constraint) = rest.constraint() {
            return constraint;
        }
        let (column, rest) = rest.name()?;
        added.insert(column.clone());
        rest.column(&column)
    }

    /// A constraint that is added to a table; none where this is a column, nothing inside
    /// where the constraint is harmless.
    fn constraint(&self) -> Option<Option<(Kind, String)>> {
        let (name, rest) = match self.after(&["constraint"], &[]) {
            Some(rest) => {
                let (name, rest) = rest.name()?;
                (Some(name), rest)
            }
            None => (None, Words(self.0)),
        };
        let first = rest.0.first().filter(|token| !token.quoted)?;
        let named = |fallback: &str| name.clone().unwrap_or_else(|| fallback.to_owned());
        let later = rest.has(&["not", "valid"]);
        let by_index = rest.has(&["using", "index"]);
        Some(match first.text.as_str() {
            "foreign" => (!later).then(|| (Kind::Constraint, named("the foreign key"))),
            "check" => (!later).then(|| (Kind::Constraint, named("the check"))),
            "exclude" => Some((Kind::Constraint, named("the exclusion"))),
            "unique" => (!by_index).then(|| (Kind::Constraint, named("the unique constraint"))),
            "primary" => (!by_index).then(|| (Kind::Constraint, named("the primary key"))),
            _ if name.is_some() => None,
            _ => return None,
        })
    }

    /// A column that is added.
    fn column(&self, column: &str) -> Option<(Kind, String)> {
        if self.has(&["primary", "key"]) || self.has(&["unique"]) {
            return Some((Kind::Constraint, format!("the uniqueness of {column}")));
        }
        if self.has(&["references"]) && !self.has(&["not", "valid"]) {
            return Some((Kind::Constraint, format!("the foreign key of {column}")));
        }
        let serial = self.0.first().is_some_and(|ty| ty.text.contains("serial"));
        let generated = self.has(&["generated"]) && self.has(&["stored"]);
        let default = self.0.iter().position(|token| token.is("default"));
        let volatile = default.is_some_and(|at| self.is_volatile(at));
        let required = self.has(&["not", "null"]) && default.is_none() && !self.has(&["generated"]);
        (serial || generated || volatile || required).then(|| (Kind::Required, column.to_owned()))
    }

    /// Whether the default at a position is another for each row.
    fn is_volatile(&self, at: usize) -> bool {
        let rest = skip(self.0.get(at + 1..).unwrap_or_default(), &["("]);
        let Some((function, after)) = Words(rest).name() else { return false };
        let Some((open, inside)) = after.0.split_first() else { return false };
        let has_arguments = inside.first().is_some_and(|token| !token.is(")"));
        open.is("(") && (!STABLE.contains(&function.as_str()) || (function == "now" && has_arguments))
    }
}

fn skip<'t>(tokens: &'t [Token], words: &[&str]) -> &'t [Token] {
    let count = tokens.iter().take_while(|token| words.iter().any(|word| token.is(word))).count();
    tokens.get(count..).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use pretty_assertions::assert_eq;

    fn kinds(text: &str) -> Vec<&'static str> {
        changes(text).into_iter().map(|change| change.kind.name()).collect()
    }

    #[test]
    fn what_locks_or_breaks_is_told() {
        let cases = [
            ("create index a on t (b)", "index"),
            ("create unique index if not exists a on s.t (b)", "index"),
            ("reindex table t", "index"),
            ("drop index a", "index"),
            ("alter table t add column a text not null", "required"),
            ("alter table t add a uuid default gen_random_uuid()", "required"),
            ("alter table t alter column a set not null", "required"),
            ("alter table t add column a bigserial", "required"),
            ("alter table t add constraint f foreign key (a) references u (id)", "constraint"),
            ("alter table t add column a int references u (id)", "constraint"),
            ("alter table t add constraint u unique (a)", "constraint"),
            ("alter table only t add primary key (id)", "constraint"),
            ("alter table t drop column a", "breaking"),
            ("alter table t rename column a to b", "breaking"),
            ("alter table t alter column a type text", "breaking"),
            ("drop table if exists t", "breaking"),
        ];
        for (text, kind) in cases {
            assert_eq!(kinds(text), [kind], "{text}");
        }
    }

    #[test]
    fn what_waits_for_nobody_is_not_told() {
        for text in [
            "create index concurrently a on t (b)",
            "create table t (id int primary key, u int not null references u (id)); create index a on t (id)",
            "alter table t add column a text",
            "alter table t add column a text not null default ''",
            "alter table t add column a timestamptz not null default now()",
            "alter table t add constraint f foreign key (a) references u (id) not valid",
            "alter table t add constraint u unique using index i",
            "alter table t validate constraint f",
            "alter table t drop constraint f",
            "begin; alter table t add column a text; commit",
            "create table t (id int);\n-- migrate:down\ndrop table t;",
        ] {
            assert!(kinds(text).is_empty(), "{text}: {:?}", kinds(text));
        }
    }

    #[test]
    fn a_transaction_without_an_end_is_told() {
        assert_eq!(kinds("begin; alter table t add column a text"), ["breaking"]);
    }
}

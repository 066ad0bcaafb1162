//! Which calls reach the database, and which functions read it.
//!
//! Families of packs decide where types are known. Where nothing is known of a receiver,
//! the names that layering goes by (`session.execute`) count as well; a receiver that is
//! known to be something else never does.

use super::{
    context::{Context, last_name, root},
    doing::Doing,
};
use crate::analysis::{
    facts::{Call, CallFlags, CallId, Expr, ExprId, FileFacts, Lang, ScopeId, Sym},
    link::{Callee, Definition, FileId, Value},
};

/// Methods of sessions and connections that ask for no data.
const QUIET: [&str; 30] = [
    "into",
    "as_ref",
    "as_mut",
    "borrow",
    "deref",
    "deref_mut",
    "Close",
    "Commit",
    "Rollback",
    "Ping",
    "Stats",
    "SetMaxOpenConns",
    "SetMaxIdleConns",
    "SetConnMaxLifetime",
    "close",
    "dispose",
    "release",
    "end",
    "destroy",
    "begin",
    "commit",
    "rollback",
    "connect",
    "disconnect",
    "transaction",
    "cursor",
    "clone",
    "acquire",
    "begin_nested",
    "expunge",
];

/// Methods that change data.
const WRITES: [&str; 40] = [
    "updates",
    "updateColumn",
    "saveAll",
    "saveAndFlush",
    "persist",
    "deleteById",
    "add",
    "add_all",
    "insert",
    "insertMany",
    "save",
    "create",
    "createMany",
    "bulk_create",
    "bulkCreate",
    "bulk_update",
    "update",
    "updateMany",
    "upsert",
    "delete",
    "deleteMany",
    "remove",
    "destroy",
    "merge",
    "flush",
    "refresh",
    "commit",
    "rollback",
    "executemany",
    "insert_into",
    "increment",
    "decrement",
    "softDelete",
    "restore",
    "del",
    "set",
    "expire",
    "begin",
    "close",
    "delete_by_id",
];

/// Methods of persisted classes that ask the database.
const OF_MODELS: [&str; 29] = [
    "find",
    "findAll",
    "findOne",
    "findOneBy",
    "findBy",
    "findByPk",
    "findById",
    "findAndCount",
    "findMany",
    "findFirst",
    "findOrCreate",
    "findAndCountAll",
    "create",
    "bulkCreate",
    "save",
    "update",
    "destroy",
    "count",
    "query",
    "insert",
    "get_or_none",
    "get",
    "all",
    "first",
    "exists",
    "delete",
    "filter",
    "get_or_create",
    "raw",
];

impl Context<'_, '_> {
    /// Whether a call reaches the database.
    pub(super) fn is_query(&self, file: FileId, id: CallId) -> bool {
        if let Some(known) = self.queries.borrow().get(&(file, id)) {
            return *known;
        }
        let answer = self.find_query(file, id).unwrap_or(false);
        self.queries.borrow_mut().insert((file, id), answer);
        answer
    }

    fn find_query(&self, file: FileId, id: CallId) -> Option<bool> {
        let resolver = self.resolver();
        let facts = resolver.facts(file)?;
        let call = facts.call(id)?;
        if call.flags.has(CallFlags::ANNOTATION) {
            return None;
        }
        // `first()` of a slice or vector; a query is given its connection.
        let of_slice = facts.lang == Lang::Rust
            && facts.args(call.args).is_empty()
            && last_name(facts, call.callee).is_some_and(|name| matches!(name, "first" | "get" | "last"));
        if of_slice || searches_array(facts, call) || reads_request(facts, call) {
            return Some(false);
        }
        for family in ["sql-execute", "orm-query"] {
            if resolver.call_in_family(family, file, id).is_some() {
                return Some(true);
            }
        }
        if resolver.call_in_family("orm-session", file, id).is_some() {
            // Opening a session asks for nothing yet; what is called on it begins a query.
            let opens = matches!(resolver.callee(file, id), Callee::External(path) if !path.contains("()"));
            return Some(!opens);
        }
        let Expr::Attr(object, name) = facts.expr(call.callee) else { return Some(false) };
        let name = facts.text(name);
        let types = resolver.receiver_types(file, id);
        let is_session = types.iter().any(|ty| resolver.type_in_family("orm-session", facts.lang, ty));
        if is_session {
            return Some(!QUIET.contains(&name));
        }
        if OF_MODELS.contains(&name) && self.is_model(file, object) {
            return Some(true);
        }
        if facts.lang.is_ecmascript() && self.getters().contains(name) {
            return Some(true);
        }
        Some(self.looks_like_query(file, id) && !QUIET.contains(&name) && self.is_open(file, facts, object))
    }

    /// Whether an expression is a persisted class or an object of one.
    pub(super) fn is_model(&self, file: FileId, expr: ExprId) -> bool {
        self.resolver().value(file, expr).alternatives().iter().any(|value| match value {
            Value::Class(file, scope) | Value::Instance(file, scope) => {
                self.resolver().class_in_family("orm-model", Definition { file: *file, scope: *scope })
            }
            _ => false,
        })
    }

    fn looks_like_query(&self, file: FileId, id: CallId) -> bool {
        self.input.queries.get(file.index()).is_some_and(|calls| calls.contains(&id))
    }

    /// Whether nothing is known of an object that speaks against a database.
    fn is_open(&self, file: FileId, facts: &FileFacts, object: ExprId) -> bool {
        let is_request = facts.dotted(object).is_some_and(|path| {
            let parts: Vec<&str> = path.split('.').collect();
            let carriers = ["request", "req", "ctx", "context", "c"];
            parts.len() > 1
                && parts.iter().rev().skip(1).any(|part| carriers.contains(part))
                && path.ends_with("session")
        });
        if is_request {
            return false;
        }
        let start = root(facts, object);
        let written = last_name(facts, start).unwrap_or_default();
        let value = self.resolver().value(file, object);
        value.alternatives().iter().all(|value| match value {
            Value::Unknown | Value::Null => true,
            Value::External(path) => {
                let first = path.split(['.', '(']).next().unwrap_or(path);
                let imported = facts
                    .imports
                    .iter()
                    .any(|import| import.alias.is_some_and(|alias| facts.text(alias) == written));
                let bare = first == written && !imported;
                bare || is_of_database_library(path)
            }
            _ => false,
        })
    }

    /// Whether a call reads rows, as far as its name and statement tell.
    pub(super) fn is_read(&self, file: FileId, id: CallId) -> bool {
        let Some(facts) = self.resolver().facts(file) else { return false };
        let Some(call) = facts.call(id) else { return false };
        if !self.is_query(file, id) {
            return false;
        }
        // `Exec` of Go's drivers gives no rows; `exec` of others may.
        let gives_none = |name: &str| facts.lang == Lang::Go && name.contains("Exec");
        if last_name(facts, call.callee).is_some_and(|name| is_write(name) || gives_none(name)) {
            return false;
        }
        match self.statement(file, facts, call) {
            Some(text) => is_select(&text),
            None => true,
        }
    }

    /// The first literal text of a call's first argument; in Go a context comes before it.
    pub(super) fn statement(&self, file: FileId, facts: &FileFacts, call: &Call) -> Option<String> {
        let places = if facts.lang == Lang::Go { 2 } else { 1 };
        let mut arguments = facts.args(call.args).iter().take(places);
        arguments.find_map(|argument| self.leading_text(file, facts, argument.value, 0))
    }

    fn leading_text(&self, file: FileId, facts: &FileFacts, expr: ExprId, depth: u32) -> Option<String> {
        if depth > 6 {
            return None;
        }
        match facts.expr(expr) {
            Expr::Str(text) => Some(facts.text(text).to_owned()),
            Expr::Tmpl(parts) => {
                let first = facts.list(parts).first()?;
                self.leading_text(file, facts, *first, depth + 1)
            }
            Expr::Call(call) => {
                let call = facts.call(call)?;
                self.leading_text(file, facts, facts.args(call.args).first()?.value, depth + 1)
            }
            Expr::Name(_) | Expr::Attr(..) => self.resolver().constant(file, expr),
            _ => None,
        }
    }

    /// Whether a function reads rows from the database, itself or through what it calls.
    pub(super) fn reads_database(&self, function: Definition) -> bool {
        let is_it = |file: FileId, _: &FileFacts, call: CallId| self.is_read(file, call);
        Doing { answers: &self.readers, is_it: &is_it }.is_done_by(self, function)
    }

    /// The project's functions that a call can call.
    pub(super) fn functions(&self, file: FileId, call: CallId) -> Vec<Definition> {
        self.resolver()
            .callees(file, call)
            .into_iter()
            .filter_map(|callee| match callee {
                Callee::Function(function) => Some(function),
                Callee::Class(_) | Callee::External(_) | Callee::Unknown => None,
            })
            .take(3)
            .collect()
    }

    /// Calls inside a function, those of functions inside it included, in source order.
    pub(super) fn calls_inside(&self, facts: &FileFacts, scope: ScopeId) -> Vec<CallId> {
        let Some(body) = facts.scope(scope).map(|scope| scope.span) else { return Vec::new() };
        let mut found: Vec<(u32, CallId)> = facts
            .call_ids()
            .filter(|(_, call)| body.contains(call.span) && is_inside(facts, call, scope))
            .map(|(id, call)| (call.name_span.start, id))
            .collect();
        found.sort_unstable();
        found.into_iter().map(|(_, id)| id).collect()
    }
}

fn is_inside(facts: &FileFacts, call: &Call, scope: ScopeId) -> bool {
    facts.scopes_around(call.scope).any(|(around, _)| around == scope)
}

/// Whether a path outside the project begins in a library that speaks to databases.
fn is_of_database_library(path: &str) -> bool {
    const LIBRARIES: [&str; 22] = [
        "sqlite3",
        "psycopg",
        "psycopg2",
        "asyncpg",
        "aiosqlite",
        "aiomysql",
        "pymysql",
        "MySQLdb",
        "databases",
        "sqlalchemy",
        "sqlmodel",
        "flask_sqlalchemy",
        "django",
        "tortoise",
        "peewee",
        "pg",
        "mysql",
        "mysql2",
        "sequelize",
        "knex",
        "mongoose",
        "typeorm",
    ];
    let first = path.split(['.', '(', '/']).next().unwrap_or(path);
    LIBRARIES.contains(&first)
}

/// Whether a method of this name changes data; Go and C# begin names with a capital.
pub(super) fn is_write(name: &str) -> bool {
    let mut letters = name.chars();
    let Some(first) = letters.next() else { return false };
    let lower: String = first.to_lowercase().chain(letters).collect();
    WRITES.contains(&lower.trim_end_matches("Async"))
}

/// Whether a statement asks for rows.
fn is_select(statement: &str) -> bool {
    let first: String = statement
        .trim_start()
        .chars()
        .take_while(char::is_ascii_alphabetic)
        .collect::<String>()
        .to_lowercase();
    !matches!(
        first.as_str(),
        "insert"
            | "update"
            | "delete"
            | "create"
            | "alter"
            | "drop"
            | "truncate"
            | "replace"
            | "merge"
            | "set"
            | "pragma"
    )
}

/// `people.find((one) => …)` of an array: a query is asked by values.
fn searches_array(facts: &FileFacts, call: &Call) -> bool {
    let by_function =
        facts.args(call.args).first().is_some_and(|arg| matches!(facts.expr(arg.value), Expr::Fun(_)));
    let is_search = last_name(facts, call.callee)
        .is_some_and(|name| matches!(name, "find" | "filter" | "some" | "every" | "findIndex" | "findLast"));
    facts.lang.is_ecmascript() && by_function && is_search
        || facts.dotted(call.callee).is_some_and(|path| path == "String.raw")
}

/// `request.query.get("page")`: the part of an address that is called a query.
fn reads_request(facts: &FileFacts, call: &Call) -> bool {
    let Expr::Attr(object, _) = facts.expr(call.callee) else { return false };
    let is_part = |expr: ExprId| {
        facts.dotted(expr).is_some_and(|path| {
            let mut parts = path.rsplit('.');
            parts.next() == Some("query")
                && parts.next().is_some_and(|owner| {
                    matches!(owner, "request" | "req" | "rel_url" | "url" | "ctx" | "context" | "URL")
                })
        })
    };
    let named = |name: Sym| {
        let mut binds = facts.binds.iter().filter(|bind| bind.name == name && bind.scope == call.scope);
        binds.any(|bind| bind.value.is_some_and(is_part))
    };
    is_part(object) || matches!(facts.expr(object), Expr::Name(name) if named(name))
}

#[cfg(test)]
mod tests {
    use super::is_select;

    #[test]
    fn only_statements_that_change_something_are_no_reads() {
        assert!(is_select("  select 1") && is_select("WITH x AS (select 1) select 2") && is_select("orders"));
        assert!(!is_select("\n INSERT INTO t values (1)") && !is_select("update t set a = 1"));
    }
}

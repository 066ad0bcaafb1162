//! Changes of the schema that lock a table in use, break running code or lose data.
//!
//! Statements of SQL are read wherever they stand: in files, and in the texts that
//! migrations execute. A table that the same file makes is in nobody's use yet. A migration
//! that has a successor was applied and is not edited any more: what it does is advice. What
//! was applied long ago is history, and is counted in one line for each rule.

mod fields;
mod operations;
mod order;
mod rails;
mod statements;

use super::{
    context::{Context, last_name},
    draft::{Draft, Source},
    matcher::Rule,
};
use crate::{
    analysis::{
        facts::{Expr, ExprId, FileFacts, Lang, Span},
        link::FileId,
    },
    domain::layer::Layer,
};
pub(super) use fields::History;
use order::Order;
pub(super) use order::{goes_back, place};
pub(super) use statements::upward;
use statements::{Change, Kind};

/// Methods of migrations that execute a text.
const EXECUTES: [&str; 8] = ["query", "execute", "raw", "RunSQL", "runSql", "unsafe", "sql", "exec"];

pub(super) fn check(context: &Context<'_, '_>, rule: &Rule) -> Vec<Draft> {
    if knows_no_such_locks(context) {
        return Vec::new();
    }
    let mut found = Vec::new();
    let mut history: Vec<Draft> = Vec::new();
    let Migrations { order, statements, code } = context.migrations.get_or_init(|| Migrations::of(context));
    for (path, changes) in statements {
        let is_past = order.has_successor(path);
        let into = if order.is_history(path) { &mut history } else { &mut found };
        into.extend(wanted(rule, changes).map(|change| Draft {
            source: Source::Path(path.clone()),
            span: change.span,
            reach: None,
            symbol: Some(change.table.clone()),
            is_past,
            message: None,
            words: words(change),
        }));
    }
    for (file, changes) in code {
        let Some(facts) = context.resolver().facts(*file).filter(|facts| rule.speaks(facts.lang.name()))
        else {
            continue;
        };
        let into = if order.is_history(&facts.path) { &mut history } else { &mut found };
        into.extend(wanted(rule, changes).map(|change| {
            let mut draft = Draft::new(*file, change.span);
            draft.is_past = order.has_successor(&facts.path);
            draft.words = words(change);
            draft
        }));
    }
    found.extend(summary(context, history));
    found
}

/// What migrations change, read once for all rules.
pub(super) struct Migrations {
    order: Order,
    /// By path of a file of statements.
    statements: Vec<(String, Vec<Change>)>,
    code: Vec<(FileId, Vec<Change>)>,
}

impl Migrations {
    fn of(context: &Context<'_, '_>) -> Self {
        let paths = || context.input.files.entries().iter().map(|entry| entry.path.as_str());
        let is_read = |path: &&str| {
            path.ends_with(".sql")
                && !goes_back(path)
                && !is_of_another(path)
                && !crate::analysis::layering::is_test_path(path)
        };
        let statements = paths().filter(is_read).map(|path| {
            let changes = statements::changes(&context.text_once(path));
            (path.to_owned(), changes)
        });
        let code = context.resolver().files().filter(|(file, facts)| match context.layer(*file) {
            Layer::Test => false,
            Layer::Migration => true,
            _ => is_migration(&facts.path),
        });
        let code = code.map(|(file, facts)| {
            let mut changes = operations::changes(context, file, facts);
            changes.extend(executed(context, file, facts));
            (file, changes)
        });
        Self {
            order: Order::of(paths()).with_chain(&revisions(context)),
            statements: statements.collect(),
            code: code.collect(),
        }
    }
}

/// What Alembic's migrations say of themselves: their path, revision and predecessors.
fn revisions(context: &Context<'_, '_>) -> Vec<(String, String, Vec<String>)> {
    let mut found = Vec::new();
    for (_, facts) in context.resolver().files() {
        if facts.lang != Lang::Python || !is_migration(&facts.path) {
            continue;
        }
        let value = |name: &str| {
            facts
                .binds
                .iter()
                .find(|bind| facts.text(bind.name) == name && bind.object.is_none())
                .and_then(|bind| bind.value)
        };
        let text = |expr: ExprId| match facts.expr(expr) {
            Expr::Str(text) => Some(facts.text(text).to_owned()),
            _ => None,
        };
        let Some(revision) = value("revision").and_then(text) else { continue };
        let before = value("down_revision").map_or_else(Vec::new, |before| match facts.expr(before) {
            Expr::List(all) => facts.list(all).iter().filter_map(|one| text(*one)).collect(),
            _ => text(before).into_iter().collect(),
        });
        found.push((facts.path.clone(), revision, before));
    }
    found
}

/// One line for all that stands in migrations that were applied long ago, at the first of
/// them, which stays the first when more are added.
fn summary(context: &Context<'_, '_>, history: Vec<Draft>) -> Option<Draft> {
    let count = history.len();
    let path = |draft: &Draft| match &draft.source {
        Source::Path(path) => path.clone(),
        Source::Facts(file) => {
            context.resolver().facts(*file).map(|facts| facts.path.clone()).unwrap_or_default()
        }
    };
    let mut first = history.into_iter().min_by_key(|draft| (path(draft), draft.span.start))?;
    first.message = Some(if count == 1 {
        "one change of this kind was applied long ago and stays as it is".to_owned()
    } else {
        format!("{count} changes of this kind were applied long ago and stay as they are; the first is here")
    });
    Some(first)
}

/// The changes of texts that a migration executes, each at its call.
fn executed(context: &Context<'_, '_>, file: FileId, facts: &FileFacts) -> Vec<Change> {
    // What the file makes in one text, it may alter in the next.
    let mut calls: Vec<(u32, Span, String)> = facts
        .calls
        .iter()
        .filter(|call| last_name(facts, call.callee).is_some_and(|name| EXECUTES.contains(&name)))
        .filter(|call| {
            !facts
                .scopes_around(call.scope)
                .any(|(_, scope)| matches!(facts.text(scope.name), "down" | "downgrade" | "reverse"))
        })
        .filter_map(|call| {
            let text = context.statement(file, facts, call)?;
            Some((call.span.start, call.span, text))
        })
        .collect();
    calls.sort();
    let whole: Vec<&str> = calls.iter().map(|(_, _, text)| text.as_str()).collect();
    let joined = whole.join(";\n");
    let mut ends = Vec::new();
    let mut end = 0;
    for text in &whole {
        end += text.len() + 2;
        ends.push(end);
    }
    statements::changes(&joined)
        .into_iter()
        .filter_map(|mut change| {
            let index = ends.iter().position(|end| (change.span.start as usize) < *end)?;
            change.span = calls.get(index)?.1;
            Some(change)
        })
        .collect()
}

/// The changes that a rule is about. What breaks running code is one cause in one file:
/// the steps of a move are told once, at the first.
fn wanted<'m>(rule: &Rule, changes: &'m [Change]) -> impl Iterator<Item = &'m Change> {
    let mut broken = false;
    changes
        .iter()
        .filter(|change| rule.matcher.kinds.iter().any(|kind| kind == change.kind.name()))
        .filter(move |change| change.kind != Kind::Breaking || !std::mem::replace(&mut broken, true))
}

fn words(change: &Change) -> Vec<(&'static str, String)> {
    let names = ["index", "column", "constraint", "what"];
    let mut words: Vec<_> = names.iter().map(|name| (*name, change.what.clone())).collect();
    words.push(("table", change.table.clone()));
    words
}

/// Whether a file stands in a folder of migrations.
pub(super) fn is_migration(path: &str) -> bool {
    path.split('/')
        .rev()
        .skip(1)
        .any(|folder| matches!(folder, "migrations" | "migration" | "versions" | "migrate"))
}

/// Whether a folder says that its statements are for a database whose locks are others.
fn is_of_another(path: &str) -> bool {
    const OTHERS: [&str; 10] = [
        "sqlite",
        "sqlite3",
        "mysql",
        "mariadb",
        "mssql",
        "sqlserver",
        "oracle",
        "h2",
        "hsqldb",
        "clickhouse",
    ];
    let mut folders = path.split('/').rev().skip(1);
    folders.any(|folder| OTHERS.iter().any(|other| folder.eq_ignore_ascii_case(other)))
}

/// Whether the project's databases are all of a kind whose changes of the schema this rule
/// knows nothing of.
fn knows_no_such_locks(context: &Context<'_, '_>) -> bool {
    let mut databases =
        context.input.map.backing_services.iter().filter(|service| service.kind == "database").peekable();
    databases.peek().is_some() && databases.all(|service| !service.name.starts_with("postgres"))
}

//! Changes of the schema that are written as calls: Alembic, Django, Sequelize.

use super::{
    fields::{is_text_field, stays_as_it_is},
    rails,
    statements::{Change, Kind},
};
use crate::analysis::{
    facts::{Call, CallId, Expr, ExprId, FileFacts, Lang, ScopeKind},
    link::FileId,
    rules::context::{Context, last_name},
};
use std::collections::BTreeSet;

/// The changes that the calls of a file make, in source order.
pub(super) fn changes(context: &Context<'_, '_>, file: FileId, facts: &FileFacts) -> Vec<Change> {
    let made = made(context, file, facts);
    let mut found: Vec<Change> = facts
        .call_ids()
        .filter(|(_, call)| !goes_back(facts, call))
        .filter_map(|(id, call)| change(context, file, facts, id, call))
        .filter(|change| !made.contains(&change.table.to_lowercase()))
        .collect();
    found.sort_by_key(|change| change.span.start);
    found
}

/// Tables and models that the file makes itself.
fn made(context: &Context<'_, '_>, file: FileId, facts: &FileFacts) -> BTreeSet<String> {
    let makers = ["create_table", "CreateModel", "createTable"];
    facts
        .calls
        .iter()
        .filter(|call| last_name(facts, call.callee).is_some_and(|name| makers.contains(&name)))
        .filter_map(|call| text_of(context, file, facts, call, 0, &["name"]))
        .map(|name| name.to_lowercase())
        .collect()
}

/// Whether a call stands in the function that undoes the migration.
fn goes_back(facts: &FileFacts, call: &Call) -> bool {
    facts.scopes_around(call.scope).any(|(_, scope)| {
        matches!(scope.kind, ScopeKind::Function | ScopeKind::Lambda)
            && matches!(facts.text(scope.name), "downgrade" | "down" | "reverse" | "backwards")
    })
}

fn change(
    context: &Context<'_, '_>,
    file: FileId,
    facts: &FileFacts,
    id: CallId,
    call: &Call,
) -> Option<Change> {
    if facts.lang == Lang::Ruby {
        return rails::change(context, file, facts, call);
    }
    let name = last_name(facts, call.callee)?;
    let text = |position: usize, names: &[&str]| text_of(context, file, facts, call, position, names);
    let owner = match facts.expr(call.callee) {
        Expr::Attr(object, _) => last_name(facts, object).unwrap_or_default(),
        _ => "",
    };
    let of_alembic = matches!(owner, "op" | "batch_op");
    let of_django = owner == "migrations" || is_operation(context, file, id);
    let of_sequelize = matches!(owner, "queryInterface" | "qi");
    // Inside `with op.batch_alter_table("orders") as batch_op` the table is not said again.
    let batch = (owner == "batch_op").then(|| batch_table(context, file, facts, call)).flatten();
    let at = |position: usize| if owner == "batch_op" { position.saturating_sub(1) } else { position };
    let made = |kind: Kind, what: String, table: Option<String>| {
        let table = batch.clone().or(table).unwrap_or_default();
        Some(Change { kind, what, table, span: call.span })
    };
    match name {
        "create_index" if of_alembic => {
            let later = is_true(facts, call, "postgresql_concurrently");
            (!later).then(|| {
                made(
                    Kind::Index,
                    text(0, &[]).unwrap_or_else(|| "the index".into()),
                    text(1, &["table_name"]),
                )
            })?
        }
        "add_column" if of_alembic => {
            let column = call_of(facts, argument(facts, call, at(1), &["column"])?)?;
            let required =
                is_false(facts, column, "nullable") && named(facts, column, "server_default").is_none();
            let column_name = text_of(context, file, facts, column, 0, &["name"]);
            required
                .then(|| made(Kind::Required, column_name.unwrap_or_default(), text(0, &["table_name"])))?
        }
        "alter_column" if of_alembic => {
            let column = text(at(1), &["column_name"]).unwrap_or_default();
            let table = text(0, &["table_name"]);
            if named(facts, call, "new_column_name").is_some() {
                return made(Kind::Breaking, format!("column {column} gets another name"), table);
            }
            if is_false(facts, call, "nullable") {
                return made(Kind::Required, column, table);
            }
            None
        }
        "create_foreign_key" | "create_check_constraint" | "create_unique_constraint" if of_alembic => {
            let later = is_true(facts, call, "postgresql_not_valid");
            let what = text(0, &["constraint_name"]).unwrap_or_else(|| "the constraint".to_owned());
            (!later)
                .then(|| made(Kind::Constraint, what, text(1, &["source_table", "source", "table_name"])))?
        }
        "drop_column" if of_alembic => {
            let column = text(at(1), &["column_name"]).unwrap_or_default();
            made(Kind::Breaking, format!("column {column} is dropped"), text(0, &[]))
        }
        "drop_table" | "rename_table" if of_alembic => {
            let table = text(0, &[]).unwrap_or_default();
            let what = if name == "drop_table" { "is dropped" } else { "gets another name" };
            made(Kind::Breaking, format!("table {table} {what}"), Some(table))
        }
        "addIndex" if of_sequelize => made(Kind::Index, "the index".to_owned(), text(0, &[])),
        "addConstraint" if of_sequelize => made(Kind::Constraint, "the constraint".to_owned(), text(0, &[])),
        "removeColumn" | "renameColumn" if of_sequelize => {
            let column = text(1, &[]).unwrap_or_default();
            let what = if name == "removeColumn" { "is dropped" } else { "gets another name" };
            made(Kind::Breaking, format!("column {column} {what}"), text(0, &[]))
        }
        _ if of_django => operation(context, file, facts, call, name),
        _ => None,
    }
}

/// The change that an operation of Django makes.
fn operation(
    context: &Context<'_, '_>,
    file: FileId,
    facts: &FileFacts,
    call: &Call,
    name: &str,
) -> Option<Change> {
    let text = |position: usize, names: &[&str]| text_of(context, file, facts, call, position, names);
    let made = |kind: Kind, what: String, table: Option<String>| {
        Some(Change { kind, what, table: table.unwrap_or_default(), span: call.span })
    };
    match name {
        "AddIndex" => {
            let model = text(0, &["model_name"]);
            made(Kind::Index, "the index".to_owned(), model)
        }
        "AddField" => {
            let column = text(1, &["name"]).unwrap_or_default();
            let field = call_of(facts, argument(facts, call, 2, &["field"])?)?;
            let kind = last_name(facts, field.callee)?;
            let has_value = ["default", "db_default", "auto_now", "auto_now_add"]
                .iter()
                .any(|key| named(facts, field, key).is_some());
            let filled = has_value && !drops_default(facts, field);
            // What ends in `Manager` joins tables and has no column. A text that may be empty is.
            let no_column = kind == "ManyToManyField" || kind.ends_with("Manager");
            let empty = is_true(facts, field, "blank") && is_text_field(kind);
            let required = !is_true(facts, field, "null") && !filled && !no_column && !empty;
            required.then(|| made(Kind::Required, column, text(0, &["model_name"])))?
        }
        // Files that set the database's default themselves know what they do.
        "AlterField" if !sets_default(facts) && !stays_as_it_is(context, facts, call) => {
            let column = text(1, &["name"]).unwrap_or_default();
            let what =
                format!("column {column} is altered in place: the table may be rewritten under a lock");
            made(Kind::Breaking, what, text(0, &["model_name"]))
        }
        "AddConstraint" => made(Kind::Constraint, "the constraint".to_owned(), text(0, &["model_name"])),
        "AlterUniqueTogether" => {
            made(Kind::Constraint, "the unique constraint".to_owned(), text(0, &["name"]))
        }
        "RemoveField" | "RenameField" => {
            let column = text(1, &["name", "old_name"]).unwrap_or_default();
            let what = if name == "RemoveField" { "is dropped" } else { "gets another name" };
            made(Kind::Breaking, format!("column {column} {what}"), text(0, &["model_name"]))
        }
        "DeleteModel" | "RenameModel" | "AlterModelTable" => {
            let model = text(0, &["name", "old_name"]).unwrap_or_default();
            let what = if name == "DeleteModel" { "is dropped" } else { "gets another name" };
            made(Kind::Breaking, format!("table {model} {what}"), Some(model))
        }
        _ => None,
    }
}

/// The table of the batch around a call.
fn batch_table(context: &Context<'_, '_>, file: FileId, facts: &FileFacts, call: &Call) -> Option<String> {
    let head =
        facts.blocks_around(call.block).find_map(|block| block.head.and_then(|head| call_of(facts, head)))?;
    let opens = last_name(facts, head.callee) == Some("batch_alter_table");
    opens.then(|| text_of(context, file, facts, head, 0, &["table_name"])).flatten()
}

/// `AddIndex(…)` with the operation imported by name.
fn is_operation(context: &Context<'_, '_>, file: FileId, id: CallId) -> bool {
    use crate::analysis::link::Callee;
    matches!(context.resolver().callee(file, id), Callee::External(path) if path.starts_with("django.db.migrations"))
}

/// `preserve_default=False` stands on the operation, and a database default of null on the field.
fn drops_default(facts: &FileFacts, field: &Call) -> bool {
    named(facts, field, "db_default").is_some_and(|value| match facts.expr(value) {
        Expr::Null => true,
        Expr::Call(id) => facts.call(id).is_some_and(|call| {
            facts.args(call.args).first().is_some_and(|arg| matches!(facts.expr(arg.value), Expr::Null))
        }),
        _ => false,
    })
}

fn sets_default(facts: &FileFacts) -> bool {
    facts.calls.iter().any(|call| last_name(facts, call.callee) == Some("AddDefaultValue"))
}

pub(super) fn argument(facts: &FileFacts, call: &Call, position: usize, names: &[&str]) -> Option<ExprId> {
    let args = facts.args(call.args);
    let by_name = args.iter().find(|arg| arg.name.is_some_and(|name| names.contains(&facts.text(name))));
    by_name.or_else(|| args.iter().filter(|arg| arg.name.is_none()).nth(position)).map(|arg| arg.value)
}

pub(super) fn named(facts: &FileFacts, call: &Call, name: &str) -> Option<ExprId> {
    facts
        .args(call.args)
        .iter()
        .find(|arg| arg.name.is_some_and(|arg| facts.text(arg) == name))
        .map(|arg| arg.value)
}

pub(super) fn is_true(facts: &FileFacts, call: &Call, name: &str) -> bool {
    named(facts, call, name).is_some_and(|value| matches!(facts.expr(value), Expr::Bool(true)))
}

fn is_false(facts: &FileFacts, call: &Call, name: &str) -> bool {
    named(facts, call, name).is_some_and(|value| matches!(facts.expr(value), Expr::Bool(false)))
}

pub(super) fn call_of(facts: &FileFacts, expr: ExprId) -> Option<&Call> {
    match facts.expr(expr) {
        Expr::Call(id) => facts.call(id),
        _ => None,
    }
}

/// The text of an argument, through `op.f("…")`.
fn text_of(
    context: &Context<'_, '_>,
    file: FileId,
    facts: &FileFacts,
    call: &Call,
    position: usize,
    names: &[&str],
) -> Option<String> {
    let value = argument(facts, call, position, names)?;
    let inner = call_of(facts, value).and_then(|call| facts.args(call.args).first()).map(|arg| arg.value);
    context.resolver().constant(file, inner.unwrap_or(value))
}

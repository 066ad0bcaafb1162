//! What the tests need to know of the resource's own routes: how a row is made over them, how a
//! list is answered.

use super::{
    columns::Model,
    tests_of::{address, test_file},
    text::params,
    work::Work,
};
use crate::propose::{
    python::last_name,
    recipe::{
        endpoint::{Kind, column::Column, python_values::sample},
        fields,
    },
};
use minijinja::{Value, context};
use ruff_python_ast::{Expr, Stmt};

/// What the create route needs as JSON, where rows belong to who makes them.
pub(super) fn created(work: &Work<'_>) -> Option<Value> {
    let handler = work.collection.create?;
    let given = work.dependencies(handler.function);
    let body = handler.function.parameters.iter_non_variadic_params().find_map(|parameter| {
        if given.iter().any(|one| one.name == parameter.name().as_str()) {
            return None;
        }
        work.reader.annotated(work.collection.path, parameter.parameter.annotation()?)
    })?;
    let sent = Model::of(work.reader, body);
    let needed = sent.columns.iter().filter(|column| !column.optional && !column.has_default);
    let values: Vec<String> = needed.map(|column| format!("\"{}\": {}", column.name, json(column))).collect();
    let slash = if handler.path().ends_with('/') { "/" } else { "" };
    let (base, is_format) = address(work, test_file(work));
    let url = format!("{base}{slash}");
    let key = work.model.columns.iter().find(|column| column.is_key)?;
    let id = match key.kind {
        fields::Kind::Uuid => "uuid.UUID(created.json()[\"id\"])",
        _ => "created.json()[\"id\"]",
    };
    Some(context! { values, url => if is_format { format!("f\"{url}\"") } else { format!("\"{url}\"") }, id })
}

/// A value of a column as Python source of JSON.
pub(super) fn json(column: &Column) -> String {
    match column.kind {
        fields::Kind::Decimal => format!("\"{}.00\"", column.min.unwrap_or(1)),
        fields::Kind::Date => "\"2026-01-31\"".into(),
        fields::Kind::DateTime => "\"2026-01-31T12:00:00Z\"".into(),
        fields::Kind::Uuid => "str(uuid.uuid4())".into(),
        _ => sample(column),
    }
}

/// How the rows of a list are reached in its answer.
pub(super) fn rows_key(work: &Work<'_>) -> String {
    let Some(list) = work.collection.list.filter(|_| work.list_levels().is_some()) else {
        return String::new();
    };
    let stated = list
        .decorator
        .arguments
        .keywords
        .iter()
        .find(|one| one.arg.as_ref().is_some_and(|arg| arg == "response_model"));
    let annotation = stated.map(|keyword| &keyword.value).or(list.function.returns.as_deref());
    let class = annotation.and_then(|of| {
        let of = match of {
            Expr::Subscript(subscript) => &*subscript.value,
            other => other,
        };
        work.reader.annotated(work.collection.path, of)
    });
    let Some((module, class)) =
        class.and_then(|class| Some((work.reader.modules.get(class.path)?, class.node)))
    else {
        return String::new();
    };
    let field = class.body.iter().find_map(|stmt| match stmt {
        Stmt::AnnAssign(assign) => {
            let of = module.source(&*assign.annotation);
            let is_rows = ["list[", "List[", "Sequence["].iter().any(|lead| of.starts_with(lead));
            last_name(&assign.target).filter(|_| is_rows)
        }
        _ => None,
    });
    field.map(|name| format!("[\"{name}\"]")).unwrap_or_default()
}

/// Whether a limit of nothing is refused by the list that was written.
pub(super) fn is_bounded(work: &Work<'_>) -> bool {
    if work.route.kind != Kind::List {
        return false;
    }
    let Some(list) = work.collection.list.filter(|_| work.list_levels().is_some()) else { return true };
    let Some(module) = work.reader.modules.get(work.collection.path) else { return false };
    params(module, list.function)
        .iter()
        .any(|one| one.name == "limit" && one.text.replace(' ', "").contains("ge=1"))
}

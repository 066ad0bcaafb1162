//! One row by a field that no two rows share: each layer's function of one row, with the field
//! in the place of the key.

use super::{
    chain::Next,
    text::{Head, Param, body_with, params, recall, receiver, statement_line, statements, uses_of},
    work::{Addition, Work},
};
use crate::{
    ports::ProposeError,
    propose::{
        python::{Module, range_of},
        recipe::endpoint::column::Column,
    },
};
use ruff_python_ast::{Expr, ExprCall};
use std::ops::Range;

/// The functions of every layer, the handler first.
pub(super) fn additions(work: &Work<'_>) -> Result<Vec<Addition>, ProposeError> {
    let Some(column) = &work.route.by else {
        return Err(ProposeError::Rejected("a lookup without a field".into()));
    };
    let mut all = Vec::new();
    for (index, level) in work.levels.iter().enumerate() {
        let scope = level.scope;
        let module = work.module(scope.path)?;
        let body = statements(scope.function);
        let mut replaced: Vec<(Range<usize>, String)> = Vec::new();
        let mut before = Vec::new();
        match &level.next {
            Next::Call(call) => {
                let target =
                    work.levels.get(index + 1).map(|next| (work.named(next.scope.function), &next.key));
                let Some((name, key)) = target else { continue };
                let arguments = exchanged(module, call, (&level.key, key), &column.name);
                replaced.push((range_of(*call), recall(module, call, &name, &arguments)));
            }
            Next::Get { whole, call } => {
                let (session, is_async) =
                    work.session().ok_or_else(|| no_session(module, scope.path, call))?;
                let query = format!("query = {}", select(work, column, &options(module, call)));
                let Some((at, indent)) = statement_line(module, body, whole.start) else { continue };
                before.push((at, format!("{indent}{query}")));
                replaced.push((whole.clone(), first_row(work, &session, is_async)));
            }
            Next::Compare { whole } => {
                replaced
                    .push((whole.clone(), format!("{}.{} == {}", work.model.name, column.name, column.name)));
            }
        }
        for range in uses_of(body, &level.key) {
            if !replaced.iter().any(|(known, _)| known.start <= range.start && range.end <= known.end) {
                replaced.push((range, column.name.clone()));
            }
        }
        let new = if index == 0 {
            work.in_address(column)?
        } else {
            Param::plain(&column.name, &column.source_type)
        };
        let mut own = params(module, scope.function);
        for one in own.iter_mut().filter(|one| one.name == level.key) {
            *one = Param { keyword_only: one.keyword_only, ..new.clone() };
        }
        let name = work.named(scope.function);
        let head = Head {
            name: &name,
            is_async: scope.function.is_async,
            receiver: receiver(module, scope.function),
            params: &own,
            returns: work.returns_of(scope)?,
        };
        let lines = body_with(module, body, &replaced, &before);
        all.extend(match index {
            0 => work.handler(work.collection.row, None, &head, &lines)?,
            _ => Some(work.beside(scope, &head, &lines)?),
        });
    }
    Ok(all)
}

/// The arguments of a call with the key's replaced: named after the parameter that it reaches.
fn exchanged(module: &Module<'_>, call: &ExprCall, (key, target): (&str, &str), column: &str) -> Vec<String> {
    let is_key = |expr: &Expr| matches!(expr, Expr::Name(name) if name.id.as_str() == key);
    let plain = call.arguments.args.iter().map(|argument| {
        if is_key(argument) { column.to_owned() } else { module.source(argument).to_owned() }
    });
    let named = call.arguments.keywords.iter().map(|keyword| {
        let reaches = keyword.arg.as_ref().is_some_and(|arg| arg.as_str() == target);
        if reaches && is_key(&keyword.value) {
            format!("{column}={column}")
        } else {
            module.source(keyword).to_owned()
        }
    });
    plain.chain(named).collect()
}

/// What `session.get(…, options=[…])` loads beside the row.
fn options(module: &Module<'_>, call: &ExprCall) -> String {
    let stated =
        call.arguments.keywords.iter().find(|one| one.arg.as_ref().is_some_and(|arg| arg == "options"));
    let elements = match stated.map(|keyword| &keyword.value) {
        Some(Expr::List(list)) => list.elts.as_slice(),
        Some(Expr::Tuple(tuple)) => tuple.elts.as_slice(),
        _ => &[],
    };
    let sources: Vec<&str> = elements.iter().map(|element| module.source(element)).collect();
    if sources.is_empty() { String::new() } else { format!(".options({})", sources.join(", ")) }
}

/// `select(Model).where(Model.field == field)`.
fn select(work: &Work<'_>, column: &Column, options: &str) -> String {
    let (model, field) = (&work.model.name, &column.name);
    format!("select({model}).where({model}.{field} == {field}){options}")
}

/// The first row of `query`, or none.
fn first_row(work: &Work<'_>, session: &str, is_async: bool) -> String {
    match (work.dialect, is_async) {
        (super::work::Dialect::Sqlalchemy, true) => format!("await {session}.scalar(query)"),
        (super::work::Dialect::Sqlalchemy, false) => format!("{session}.scalar(query)"),
        (super::work::Dialect::Sqlmodel, true) => format!("(await {session}.exec(query)).first()"),
        (super::work::Dialect::Sqlmodel, false) => format!("{session}.exec(query).first()"),
    }
}

fn no_session(module: &Module<'_>, path: &str, call: &ExprCall) -> ProposeError {
    let line = module.line(call);
    ProposeError::NotApplicable(format!("the session at {path}:{line} could not be read"))
}

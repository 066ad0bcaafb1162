//! The rows that have one value in a field: the project's own list with one condition more, or
//! where it has none, a bounded list below the function of one row.

use super::{
    chain::Next,
    rows_of::{ListLevel, Query, is_session, queries},
    text::{
        Head, Param, arguments, body_with, chained, params, recall, receiver, statement_line, statements,
        unchained,
    },
    work::{Addition, Dialect, Work},
};
use crate::{
    ports::ProposeError,
    propose::{
        python::{Module, range_of},
        recipe::endpoint::column::Column,
    },
};
use ruff_python_ast::{ExprCall, Stmt};
use std::ops::Range;

/// The functions of every layer, the handler first.
pub(super) fn additions(work: &Work<'_>) -> Result<Vec<Addition>, ProposeError> {
    let Some(column) = &work.route.by else {
        return Err(ProposeError::Rejected("a list without a field".into()));
    };
    match work.list_levels() {
        Some(levels) => followed(work, &levels, column),
        None => made(work, column),
    }
}

/// The project's list with a condition.
fn followed<'m>(
    work: &Work<'m>,
    levels: &[ListLevel<'m>],
    column: &Column,
) -> Result<Vec<Addition>, ProposeError> {
    let Some(example) = work.collection.list else { return made(work, column) };
    let mut all = Vec::new();
    for (index, level) in levels.iter().enumerate() {
        let scope = level.scope;
        let module = work.module(scope.path)?;
        let body = statements(scope.function);
        let mut replaced = Vec::new();
        let mut before = Vec::new();
        match (level.call, levels.get(index + 1)) {
            (Some(call), Some(next)) => {
                let target = params(work.module(next.scope.path)?, next.scope.function);
                let name = work.behind(next.scope.function.name.as_str());
                let given = with_argument(module, call, &target, &column.name);
                replaced.push((range_of(call), recall(module, call, &name, &given)));
            }
            _ => {
                for query in queries(work, module, scope.function) {
                    narrowed(work, module, body, &query, column, (&mut replaced, &mut before));
                }
            }
        }
        let own = params(module, scope.function);
        let named = !own.is_empty() && own.iter().all(|one| one.keyword_only);
        let new = if index == 0 {
            work.in_address(column)?
        } else {
            Param::plain(&column.name, &column.source_type)
        };
        let new = Param { keyword_only: named, ..new };
        let at = if index == 0 { 0 } else { own.iter().take_while(|one| is_session(one)).count() };
        let mut with_new = own;
        with_new.insert(at, new);
        let name = work.behind(scope.function.name.as_str());
        let head = Head {
            name: &name,
            is_async: scope.function.is_async,
            receiver: receiver(module, scope.function),
            params: &with_new,
            returns: work.returns_of(scope)?,
        };
        let lines = body_with(module, body, &replaced, &before);
        all.extend(match index {
            0 => work.handler(example, None, &head, &lines)?,
            _ => Some(work.beside(scope, &head, &lines)?),
        });
    }
    Ok(all)
}

/// The arguments of a call with one more, where the target has its parameter.
fn with_argument(module: &Module<'_>, call: &ExprCall, target: &[Param], column: &str) -> Vec<String> {
    let mut given = arguments(module, call);
    let named = !target.is_empty() && target.iter().all(|one| one.keyword_only);
    if named {
        given.push(format!("{column}={column}"));
        return given;
    }
    let at = target.iter().take_while(|one| is_session(one)).count().min(call.arguments.args.len());
    given.insert(at, column.to_owned());
    given
}

/// A range of bytes and what stands there afterwards.
type Replaced = (Range<usize>, String);

/// Puts the condition behind `select(Model)`; a chain that grew too long stands on lines of
/// its own.
fn narrowed(
    work: &Work<'_>,
    module: &Module<'_>,
    body: &[Stmt],
    query: &Query<'_>,
    column: &Column,
    (replaced, before): (&mut Vec<Replaced>, &mut Vec<(usize, String)>),
) {
    let verb = if module.source(query.chain).contains(".query(") { "filter" } else { "where" };
    let condition = format!(".{verb}({}.{} == {})", work.model.name, column.name, column.name);
    let chain = range_of(query.chain);
    let (base, calls) = unchained(module, query.chain);
    let before_condition = module.text.get(chain.start..query.after).unwrap_or_default();
    // How many calls stand before the condition.
    let kept = calls.iter().scan(base.len(), |length, call| {
        *length += call.len();
        Some(*length)
    });
    let at = kept.take_while(|length| *length <= before_condition.len()).count();
    let mut with = calls;
    with.insert(at.min(with.len()), condition.clone());
    let assigned = body.iter().find_map(|stmt| match stmt {
        Stmt::Assign(assign) if range_of(&*assign.value) == chain => {
            Some((range_of(stmt), module.source(assign.targets.first()?)))
        }
        _ => None,
    });
    let Some((start, indent)) = statement_line(module, body, chain.start) else { return };
    let width = work.habits.width.saturating_sub(indent.len());
    let joined = |lines: Vec<String>| lines.join(&format!("\n{indent}"));
    if let Some((range, target)) = assigned {
        replaced.push((range, joined(chained(&format!("{target} = "), &base, &with, width))));
        return;
    }
    let line = module.text.get(start..).and_then(|rest| rest.lines().next()).unwrap_or_default();
    if line.chars().count() + condition.chars().count() <= work.habits.width {
        replaced.push((query.after..query.after, condition));
    } else {
        before.push((start, format!("{indent}{}", joined(chained("query = ", &base, &with, width)))));
        replaced.push((chain, "query".into()));
    }
}

/// A bounded list below the functions of one row.
fn made(work: &Work<'_>, column: &Column) -> Result<Vec<Addition>, ProposeError> {
    let mut all = Vec::new();
    let levels = work.plain_levels();
    let last = levels.len().saturating_sub(1);
    for (index, level) in levels.iter().enumerate() {
        let scope = level.scope;
        let module = work.module(scope.path)?;
        let name = work.named(scope.function);
        let typed = scope.function.returns.is_some();
        let mut own = params(module, scope.function);
        let at = own.iter().position(|one| one.name == level.key).unwrap_or(0);
        let named = own.get(at).is_some_and(|one| one.keyword_only);
        own.retain(|one| one.name != level.key);
        let added = if index == 0 {
            vec![
                work.in_address(column)?,
                Param::with_default("limit", "Annotated[int, Query(ge=1, le=100)]", "50"),
                Param::with_default("offset", "Annotated[int, Query(ge=0)]", "0"),
            ]
        } else {
            let of = |of: &str| if typed { of.to_owned() } else { String::new() };
            vec![
                Param::plain(&column.name, &of(&column.source_type)),
                Param::plain("limit", &of("int")),
                Param::plain("offset", &of("int")),
            ]
        };
        let added = added.into_iter().map(|one| Param { keyword_only: named && index > 0, ..one });
        own.splice(at.min(own.len())..at.min(own.len()), added);
        let lines = match (&level.next, index < last) {
            (Next::Call(call), true) => {
                let next =
                    levels.get(index + 1).map(|next| work.named(next.scope.function)).unwrap_or_default();
                let given = spread(module, call, &level.key, &[&column.name, "limit", "offset"]);
                let awaits = if scope.function.is_async { "await " } else { "" };
                vec![format!("return {awaits}{}", recall(module, call, &next, &given))]
            }
            _ => asked(work, &own, column, index)?,
        };
        let rows = if work.is_legacy() {
            work.list_of(&work.model.name)
        } else {
            format!("Sequence[{}]", work.model.name)
        };
        let returns =
            scope.function.returns.as_deref().map(|of| router_returns(work, module.source(of), &rows, index));
        let head = Head {
            name: &name,
            is_async: scope.function.is_async,
            receiver: receiver(module, scope.function),
            params: &own,
            returns,
        };
        all.extend(if index == 0 {
            let response = work.response_of(work.collection.row)?.map(|of| work.list_of(&of));
            work.handler(work.collection.row, response.as_deref(), &head, &lines)?
        } else {
            Some(work.beside(scope, &head, &lines)?)
        });
    }
    Ok(all)
}

/// What the new function says that it returns, after what the example's says.
fn router_returns(work: &Work<'_>, stated: &str, rows: &str, index: usize) -> String {
    match stated {
        "Any" => stated.to_owned(),
        _ if index > 0
            || stated.contains(&work.model.name) && stated.trim_matches('"') == work.model.name =>
        {
            rows.to_owned()
        }
        other => work.list_of(other),
    }
}

/// The arguments of a call with the key's replaced by several.
pub(super) fn spread(module: &Module<'_>, call: &ExprCall, key: &str, new: &[&str]) -> Vec<String> {
    let mut given = Vec::new();
    for argument in &call.arguments.args {
        let source = module.source(argument);
        if source == key {
            given.extend(new.iter().map(|one| (*one).to_owned()));
        } else {
            given.push(source.to_owned());
        }
    }
    for keyword in &call.arguments.keywords {
        if module.source(&keyword.value) == key {
            given.extend(new.iter().map(|one| format!("{one}={one}")));
        } else {
            given.push(module.source(keyword).to_owned());
        }
    }
    given
}

/// The query of the rows, and what the function returns.
fn asked(work: &Work<'_>, own: &[Param], column: &Column, index: usize) -> Result<Vec<String>, ProposeError> {
    let (session, is_async) = work.session_at(own, index)?;
    let model = &work.model.name;
    let key = work.key();
    let (condition, width) = (format!("({model}.{} == {})", column.name, column.name), work.width_at(index));
    if work.is_legacy() {
        let calls = [
            format!(".filter{condition}"),
            format!(".order_by({model}.{key})"),
            ".offset(offset)".into(),
            ".limit(limit)".into(),
            ".all()".into(),
        ];
        return Ok(chained("return ", &format!("{session}.query({model})"), &calls, width));
    }
    let order = match work.dialect {
        Dialect::Sqlalchemy => format!("{model}.{key}"),
        Dialect::Sqlmodel => format!("col({model}.{key})"),
    };
    let calls = [
        format!(".where{condition}"),
        format!(".order_by({order})"),
        ".offset(offset)".into(),
        ".limit(limit)".into(),
    ];
    let mut lines = chained("query = ", &format!("select({model})"), &calls, width);
    let verb = match work.dialect {
        Dialect::Sqlalchemy => "scalars",
        Dialect::Sqlmodel => "exec",
    };
    lines.push(match is_async {
        true => format!("return (await {session}.{verb}(query)).all()"),
        false => format!("return {session}.{verb}(query).all()"),
    });
    Ok(lines)
}

//! One field of a row gets a value: the row is loaded as the example loads it, changed where
//! the project ends its transactions, and handed up unchanged.

use super::{
    chain::{Inside, Level, Next, attribute_of},
    text::{Head, arguments, body_with, params, recall, receiver, statements},
    work::{Addition, Work},
};
use crate::{
    domain::place::Place,
    ports::ProposeError,
    propose::{
        python::{functions, range_of},
        recipe::{
            endpoint::{Reach, column::Column, route::NewValue},
            fields,
            fill::Fill,
        },
    },
};
use ruff_python_ast::{Expr, Stmt};

/// What ends a transaction, as its source names it.
struct Ending {
    /// `self.session`
    session: String,
    /// `commit`, or `flush` where a dependency commits.
    verb: &'static str,
    is_awaited: bool,
}

/// The functions of every layer that hands the row on, the handler first.
pub(super) fn additions(work: &Work<'_>) -> Result<Vec<Addition>, ProposeError> {
    let Some((column, value)) = &work.route.set else {
        return Err(ProposeError::Rejected("an action without a field".into()));
    };
    let (at, ending) = ending(work).ok_or_else(|| {
        ProposeError::NotApplicable(format!(
            "nothing around {} commits or flushes, so where a change of a row ends could not be seen",
            work.collection.row.function.name
        ))
    })?;
    if at == 0 && work.route.reach == Reach::Service {
        return Err(ProposeError::NotApplicable(format!(
            "{} ends the transaction itself, so a change without a route has no place yet; the recipe endpoint adds it with one",
            work.place_of(work.collection.row.function)
        )));
    }
    let mut all = Vec::new();
    for (index, level) in work.levels.iter().enumerate().take(at + 1) {
        let scope = level.scope;
        let module = work.module(scope.path)?;
        let name = work.named(scope.function);
        let own = params(module, scope.function);
        let head = Head {
            name: &name,
            is_async: scope.function.is_async,
            receiver: receiver(module, scope.function),
            params: &own,
            returns: work.returns_of(scope)?,
        };
        let lines = if index < at {
            handed_on(work, level, index)?
        } else {
            changed(work, level, index, &ending, (column, value))?
        };
        all.extend(match index {
            0 => work.handler(work.collection.row, None, &head, &lines)?,
            _ => Some(work.beside(scope, &head, &lines)?),
        });
    }
    Ok(all)
}

/// The body of the example's function with another name called.
fn handed_on(work: &Work<'_>, level: &Level<'_>, index: usize) -> Result<Vec<String>, ProposeError> {
    let module = work.module(level.scope.path)?;
    let (Next::Call(call), Some(next)) = (&level.next, work.levels.get(index + 1)) else {
        return Ok(Vec::new());
    };
    let new = recall(module, call, &work.named(next.scope.function), &arguments(module, call));
    Ok(body_with(module, statements(level.scope.function), &[(range_of(*call), new)], &[]))
}

/// The body that loads the row, changes it and ends the transaction.
fn changed(
    work: &Work<'_>,
    level: &Level<'_>,
    index: usize,
    ending: &Ending,
    (column, value): (&Column, &NewValue),
) -> Result<Vec<String>, ProposeError> {
    let module = work.module(level.scope.path)?;
    let function = level.scope.function;
    let own = params(module, function);
    let returns = work.returns_of(level.scope)?.unwrap_or_default();
    let gives_row = index > 0 && (returns.contains(&work.model.name) || returns.is_empty());
    let variable = work.variable(&own);
    let (mut lines, row, result) = if gives_row {
        let given: Vec<String> = own
            .iter()
            .map(|one| if one.keyword_only { format!("{0}={0}", one.name) } else { one.name.clone() })
            .collect();
        let callee = match level.scope.class {
            Some(_) => format!("self.{}", function.name),
            None => function.name.to_string(),
        };
        let awaits = if function.is_async { "await " } else { "" };
        let mut lines = vec![format!("{variable} = {awaits}{callee}(⟨{}⟩)", given.join("¦"))];
        if returns.contains("None") || returns.contains("Optional") || returns.is_empty() {
            lines.extend([format!("if {variable} is None:"), "    return None".to_owned()]);
        }
        (lines, variable.clone(), variable)
    } else {
        loaded_in_place(work, level, &variable)?
    };
    lines.push(format!("{row}.{} = {}", column.name, source_of(work, level.scope.path, column, value)));
    let awaits = if ending.is_awaited { "await " } else { "" };
    lines.push(format!("{awaits}{}.{}()", ending.session, ending.verb));
    lines.push(format!("{awaits}{}.refresh({row})", ending.session));
    lines.push(format!("return {result}"));
    Ok(lines)
}

/// The lines of the example that load the row, the row's name, and what is returned.
fn loaded_in_place(
    work: &Work<'_>,
    level: &Level<'_>,
    variable: &str,
) -> Result<(Vec<String>, String, String), ProposeError> {
    let module = work.module(level.scope.path)?;
    let body = statements(level.scope.function);
    let fetched = match &level.next {
        Next::Call(call) => range_of(*call),
        Next::Get { whole, .. } | Next::Compare { whole } => whole.clone(),
    };
    let Some((Stmt::Return(end), before)) = body.split_last() else { return Err(not_plain(work, level)) };
    let Some(value) = end.value.as_deref() else { return Err(not_plain(work, level)) };
    if range_of(end).start <= fetched.start && fetched.end <= range_of(end).end {
        let mut lines = body_with(module, before, &[], &[]);
        lines.push(format!("{variable} = {}", module.source(value)));
        return Ok((lines, variable.to_owned(), variable.to_owned()));
    }
    // `row = result.scalar_one_or_none()`: the last name that is given a value and returned.
    let assigned = before.iter().filter_map(|stmt| match stmt {
        Stmt::Assign(assign) => match assign.targets.first() {
            Some(Expr::Name(name)) => Some(name.id.to_string()),
            _ => None,
        },
        _ => None,
    });
    let result = module.source(value);
    let is_returned =
        |name: &String| result.split(|c: char| !(c.is_alphanumeric() || c == '_')).any(|word| word == name);
    let row = assigned.filter(is_returned).last().ok_or_else(|| not_plain(work, level))?;
    Ok((body_with(module, before, &[], &[]), row, result.to_owned()))
}

fn not_plain(work: &Work<'_>, level: &Level<'_>) -> ProposeError {
    let line = work.module(level.scope.path).map_or(1, |module| module.line(&level.scope.function.name));
    let place = Place::new(level.scope.path, line);
    ProposeError::NotApplicable(format!("how {place} loads its row could not be followed"))
}

/// The level whose functions end transactions, the highest first.
fn ending(work: &Work<'_>) -> Option<(usize, Ending)> {
    for verb in ["commit", "flush"] {
        for (index, level) in work.levels.iter().enumerate() {
            if let Some(found) = ending_at(work, level, verb) {
                return Some((index, found));
            }
        }
    }
    let (session, is_awaited) = work.session()?;
    Some((work.levels.len().checked_sub(1)?, Ending { session, verb: "flush", is_awaited }))
}

fn ending_at(work: &Work<'_>, level: &Level<'_>, verb: &'static str) -> Option<Ending> {
    let scope = level.scope;
    let path = scope.class.map_or(scope.path, |class| class.path);
    let module = work.reader.modules.get(path)?;
    let body = scope.class.map_or(module.body.as_slice(), |class| class.node.body.as_slice());
    let own = params(work.reader.modules.get(scope.path)?, scope.function);
    for function in functions(body) {
        let inside = Inside::of(&function.body);
        for call in &inside.calls {
            let Some((receiver, name)) = attribute_of(call) else { continue };
            if name != verb {
                continue;
            }
            let session = module.source(receiver);
            let root = session.split('.').next().unwrap_or_default();
            let is_reachable = root == "self" || own.iter().any(|one| one.name == root);
            if is_reachable {
                let is_awaited = inside.awaited(&range_of(*call)).is_some();
                return Some(Ending { session: session.to_owned(), verb, is_awaited });
            }
        }
    }
    None
}

/// The new value as Python source in one file.
fn source_of(work: &Work<'_>, path: &str, column: &Column, value: &NewValue) -> String {
    match value {
        NewValue::Nothing => "None".into(),
        NewValue::Choice(choice) => choice.source.clone(),
        NewValue::Fixed(Fill::Boolean(value)) => if *value { "True" } else { "False" }.into(),
        NewValue::Fixed(Fill::Text(text)) => work.quoted(text),
        NewValue::Fixed(Fill::Number(number)) if column.kind == fields::Kind::Decimal => {
            format!("Decimal({})", work.quoted(number))
        }
        NewValue::Fixed(Fill::Number(number)) => number.clone(),
        NewValue::Now => now(work, path, column),
    }
}

/// The time of the request, with a zone where the column has one.
fn now(work: &Work<'_>, path: &str, column: &Column) -> String {
    if column.kind == fields::Kind::Date {
        return "date.today()".into();
    }
    let text = |path: &str| work.reader.modules.get(path).map_or("", |module| module.text);
    let declared = text(work.model.class.path).lines().nth(column.line.saturating_sub(1) as usize);
    let zoned = declared.is_some_and(|line| line.contains("timezone=True"))
        || text(work.model.class.path).contains("timezone=True");
    let knows_utc = work.reader.modules.values().any(|module| module.origin_of("UTC").is_some());
    let zone = if knows_utc { "UTC" } else { "timezone.utc" };
    let is_module = text(path).lines().any(|line| line == "import datetime");
    let lead = if is_module { "datetime." } else { "" };
    let naive = if zoned { "" } else { ".replace(tzinfo=None)" };
    format!("{lead}datetime.now({lead}{zone}){naive}")
}

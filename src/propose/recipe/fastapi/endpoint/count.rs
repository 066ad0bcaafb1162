//! The number of rows: a query that counts, and a schema of the answer.

use super::{
    chain::Next,
    list::spread,
    reader::{Definition, Found},
    rows_of::queries,
    text::{Head, Param, chained, indented, params, recall, receiver, unchained, uses_of},
    work::{Addition, At, Dialect, Work},
};
use crate::{
    domain::{layer::Layer, place::Place},
    ports::ProposeError,
    propose::{python::last_name, recipe::endpoint::Reach},
};
use ruff_python_ast::{Expr, StmtClassDef};

/// The schema of the answer and the functions of every layer.
pub(super) fn additions(work: &Work<'_>) -> Result<Vec<Addition>, ProposeError> {
    let mut all = Vec::new();
    let answer = match work.route.reach {
        // Only what a client gets is an object.
        Reach::Service => "int".to_owned(),
        Reach::Route => {
            let response = work.response_of(work.collection.row)?;
            let (schema, answer) = schema(work, response.as_deref())?;
            all.push(schema);
            answer
        }
    };
    let levels = work.plain_levels();
    let last = levels.len().saturating_sub(1);
    let stated = work.collection.row.decorator.arguments.keywords.iter();
    let states_model =
        stated.into_iter().any(|one| one.arg.as_ref().is_some_and(|arg| arg == "response_model"));
    for (index, level) in levels.iter().enumerate() {
        let scope = level.scope;
        let module = work.module(scope.path)?;
        let name = work.named(scope.function);
        let own: Vec<Param> = if index == 0 {
            let like = work.collection.list.filter(|_| last == 0).unwrap_or(work.collection.row);
            work.dependencies(like.function)
        } else {
            params(module, scope.function).into_iter().filter(|one| one.name != level.key).collect()
        };
        let mut lines = match (&level.next, index < last) {
            (Next::Call(call), true) => {
                let next =
                    levels.get(index + 1).map(|next| work.named(next.scope.function)).unwrap_or_default();
                let awaits = if scope.function.is_async { "await " } else { "" };
                vec![format!(
                    "return {awaits}{}",
                    recall(module, call, &next, &spread(module, call, &level.key, &[]))
                )]
            }
            _ => asked(work, &own, index)?,
        };
        let returns = scope.function.returns.as_deref().map(|of| match (index, module.source(of)) {
            (0, "Any") => "Any".to_owned(),
            (0, _) => answer.clone(),
            _ => "int".to_owned(),
        });
        if index == 0
            && let Some(end) = lines.last_mut()
            && let Some(value) = end.strip_prefix("return ")
        {
            *end = format!("return {answer}(⟨count={value}⟩)");
        }
        let head = Head {
            name: &name,
            is_async: scope.function.is_async,
            receiver: receiver(module, scope.function),
            params: &own,
            returns,
        };
        all.extend(if index == 0 {
            work.handler(work.collection.row, states_model.then_some(answer.as_str()), &head, &lines)?
        } else {
            Some(work.beside(scope, &head, &lines)?)
        });
    }
    Ok(all)
}

/// The query that counts, and what the function returns.
fn asked(work: &Work<'_>, own: &[Param], index: usize) -> Result<Vec<String>, ProposeError> {
    let (session, is_async) = work.session_at(own, index)?;
    let model = &work.model.name;
    if work.is_legacy() {
        return Ok(vec![format!("return {session}.query({model}).count()")]);
    }
    let mut calls = vec![format!(".select_from({model})")];
    calls.extend(conditions(work, own, index));
    let width = work.width_at(index);
    let mut lines = chained("query = ", "select(func.count())", &calls, width);
    lines.push(match (work.dialect, is_async) {
        (Dialect::Sqlalchemy, true) => format!("return await {session}.scalar(query) or 0"),
        (Dialect::Sqlalchemy, false) => format!("return {session}.scalar(query) or 0"),
        (Dialect::Sqlmodel, true) => format!("return (await {session}.exec(query)).one()"),
        (Dialect::Sqlmodel, false) => format!("return {session}.exec(query).one()"),
    });
    Ok(lines)
}

/// What the project's own list leaves out, the count leaves out too: conditions that need
/// nothing but the model and what the new function has.
fn conditions(work: &Work<'_>, own: &[Param], index: usize) -> Vec<String> {
    let Some(levels) = work.list_levels() else { return Vec::new() };
    let Some(level) = levels.last().filter(|_| levels.len() == index + 1) else { return Vec::new() };
    let Some(module) = work.reader.modules.get(level.scope.path) else { return Vec::new() };
    let theirs = params(module, level.scope.function);
    let mut all: Vec<String> = Vec::new();
    for query in queries(work, module, level.scope.function) {
        let mut at = query.chain;
        while let Expr::Call(call) = at
            && let Expr::Attribute(attribute) = &*call.func
        {
            let fits = |name: &&Param| {
                let used = !uses_in(call, &name.name).is_empty();
                !used || own.iter().any(|one| one.name == name.name)
            };
            if attribute.attr.as_str() == "where"
                && theirs.iter().all(|one| fits(&one))
                && !uses_locals(level.scope.function, call)
            {
                let (_, calls) = unchained(module, at);
                all.extend(calls.last().cloned());
            }
            at = &attribute.value;
        }
    }
    all.reverse();
    all.dedup();
    all
}

fn uses_in(call: &ruff_python_ast::ExprCall, name: &str) -> Vec<std::ops::Range<usize>> {
    let all = call.arguments.args.iter();
    all.flat_map(|argument| {
        let stmt = ruff_python_ast::Stmt::Expr(ruff_python_ast::StmtExpr {
            node_index: Default::default(),
            range: Default::default(),
            value: Box::new(argument.clone()),
        });
        uses_of(std::slice::from_ref(&stmt), name)
    })
    .collect()
}

/// Whether a condition needs a value that the example's function works out itself.
fn uses_locals(function: &ruff_python_ast::StmtFunctionDef, call: &ruff_python_ast::ExprCall) -> bool {
    function.body.iter().any(|stmt| match stmt {
        ruff_python_ast::Stmt::Assign(assign) => assign.targets.iter().any(|target| match target {
            Expr::Name(name) => !uses_in(call, name.id.as_str()).is_empty(),
            _ => false,
        }),
        _ => false,
    })
}

/// The class of the answer, beside that of a row, and how a handler names it.
fn schema(work: &Work<'_>, response: Option<&str>) -> Result<(Addition, String), ProposeError> {
    let unclear = || {
        ProposeError::NotApplicable(format!(
            "what {} answers with is no class that the count could stand beside",
            work.collection.row.function.name
        ))
    };
    let response = response.ok_or_else(unclear)?;
    let (lead, class) = response.rsplit_once('.').map_or(("", response), |(lead, class)| (lead, class));
    let from = match lead {
        "" => work.collection.path,
        lead => match work.reader.find(work.collection.path, lead) {
            Some(Found { path, what: Definition::Module }) => path,
            _ => return Err(unclear()),
        },
    };
    let Some(Found { path, what: Definition::Class(node) }) = work.reader.find(from, class) else {
        return Err(unclear());
    };
    let name = format!("{}Count", work.model.name);
    let module = work.module(path)?;
    if let Some(known) = module.classes().find(|class| class.name.as_str() == name) {
        return Err(ProposeError::Clash {
            what: format!("a class {name}"),
            place: Place::new(path, module.line(&known.name)).to_string(),
        });
    }
    let base = base_of(work, path, node);
    let addition = Addition {
        path: path.to_owned(),
        class: None,
        at: At::After(class.to_owned()),
        text: indented(&format!("class {name}({base}):\n    count: int\n"), 0),
        like: Place::new(path, module.line(&node.name)),
        layer: Layer::Schema,
        name: name.clone(),
    };
    let answer = if lead.is_empty() { name } else { format!("{lead}.{name}") };
    Ok((addition, answer))
}

/// What the classes of a file build on: the first base that is not about the resource.
fn base_of(work: &Work<'_>, path: &str, class: &StmtClassDef) -> String {
    let mut class = class;
    for _ in 0..6 {
        let first = class.arguments.iter().flat_map(|arguments| &arguments.args).find_map(last_name);
        let Some(base) = first else { break };
        let own = work.reader.modules.get(path).and_then(|module| {
            module
                .classes()
                .find(|class| class.name.as_str() == base)
                .filter(|_| base.contains(&work.model.name))
        });
        match own {
            Some(next) => class = next,
            None => return base.to_owned(),
        }
    }
    match work.dialect {
        Dialect::Sqlalchemy => "BaseModel".into(),
        Dialect::Sqlmodel => "SQLModel".into(),
    }
}

//! Where the example is made known: providers for `Depends`, aliases of them, and lists of
//! exports. Each gets the same for the new repository, behind the example's.

use super::{Plan, like::gives};
use crate::{
    domain::{layer::Layer, place::Place, proposal::FileChange},
    ports::ProposeError,
    propose::{
        edits::{Edits, line_end, newline_of},
        python::{Module, range_of},
        recipe::{python_lists, python_text::used_names, resource::Edited},
    },
};
use ruff_python_ast::{Expr, Stmt};

/// Every file that speaks of the example so, with the new repository in it.
pub(super) fn files(plan: &Plan<'_>, path: &str) -> Result<Vec<FileChange>, ProposeError> {
    let Some(class) = plan.like.class else { return Ok(Vec::new()) };
    let like = class.name.as_str();
    let mut files = Vec::new();
    for (file, module) in &plan.reader.modules {
        if *file == plan.like.path || file.contains("test") {
            continue;
        }
        let provided = provided(plan, file, module, like, path)?;
        let changed = match provided {
            Some(found) => Some(found),
            None if file.ends_with("/__init__.py") => exported(plan, file, module, like, path)?,
            None => None,
        };
        let Some((new, line)) = changed else { continue };
        files.push(plan.ask.edited(Edited {
            path: file,
            old: module.text,
            new,
            reason: "Makes the repository known where the example is.".into(),
            like: Some(Place::new(*file, line)),
            layer: Layer::Repository,
        }));
    }
    Ok(files)
}

/// A file with a provider and an alias more; with the line of the first that was followed.
fn provided(
    plan: &Plan<'_>,
    file: &str,
    module: &Module<'_>,
    like: &str,
    path: &str,
) -> Result<Option<(String, u32)>, ProposeError> {
    let is_alias = |stmt: &Stmt| match stmt {
        Stmt::Assign(assign) => {
            let source = module.source(&*assign.value);
            source.starts_with("Annotated[") && source.contains("Depends(") && source.contains(like)
        }
        _ => false,
    };
    let found: Vec<&Stmt> = module
        .body
        .iter()
        .filter(|stmt| match stmt {
            Stmt::FunctionDef(function) => gives(module, function, like),
            other => is_alias(other),
        })
        .collect();
    let Some(last) = found.last() else { return Ok(None) };
    let line = found.first().map_or(1, |first| module.line(*first));
    let newline = newline_of(module.text);
    let is_function = |stmt: &Stmt| matches!(stmt, Stmt::FunctionDef(_));
    let mut added = String::new();
    let mut before: &Stmt = last;
    for stmt in &found {
        // A function has two lines around it, and aliases stand together.
        let gap = if is_function(stmt) || is_function(before) { 2 } else { 0 };
        before = *stmt;
        let source = module.text.get(range_of(*stmt)).unwrap_or_default();
        let new = plan.like.exchanged(source, &plan.ask.name);
        added.push_str(&format!("{}{new}{newline}", newline.repeat(gap)));
    }
    let mut edits = Edits::default();
    edits.insert(line_end(module.text, range_of(*last).end), added.clone());
    let text = edits.apply(module.text)?;
    let used = used_names(&Module::parse(file, &added)?);
    let origin = origin(plan, module, like, path);
    Ok(Some((plan.habits.with_imports(file, &text, &used, &[origin])?, line)))
}

/// Where the new class comes from, as a file imports the example's.
fn origin(plan: &Plan<'_>, module: &Module<'_>, like: &str, path: &str) -> String {
    let stated = module.origin_of(like).map(|(from, _)| plan.like.exchanged(&from, &plan.ask.name));
    let from = stated.unwrap_or_else(|| super::dotted(plan.reader, plan.model, path));
    format!("{from}:{}", plan.class())
}

/// A package that hands the example on, with the new class beside it.
fn exported(
    plan: &Plan<'_>,
    file: &str,
    module: &Module<'_>,
    like: &str,
    path: &str,
) -> Result<Option<(String, u32)>, ProposeError> {
    let mut imports = module.import_froms();
    let Some(import) = imports.find(|import| import.names.iter().any(|alias| alias.name.as_str() == like))
    else {
        return Ok(None);
    };
    let line = module.line(import);
    let class = plan.class();
    let used = [class.clone()].into();
    let origin = origin(plan, module, like, path);
    let text = plan.habits.with_imports(file, module.text, &used, &[origin])?;
    let module = Module::parse(file, &text)?;
    let list = module.body.iter().find_map(|stmt| match stmt {
        Stmt::Assign(assign) if assign.targets.iter().any(|target| module.source(target) == "__all__") => {
            Some(&*assign.value)
        }
        _ => None,
    });
    let Some(list) = list else { return Ok(Some((text.clone(), line))) };
    let Expr::List(items) = list else { return Ok(Some((text.clone(), line))) };
    let quoted = plan.habits.quoted_as(&format!("\"{class}\""));
    let sources: Vec<&str> = items.elts.iter().map(|item| module.source(item)).collect();
    let at = sources.iter().position(|known| *known > quoted.as_str()).unwrap_or(sources.len());
    python_lists::add(&module, list, at, &[quoted], plan.habits.width).map(|text| Some((text, line)))
}

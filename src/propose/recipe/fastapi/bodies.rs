//! Fields that are there in the pydantic classes of a resource, as they shall be.

use super::{
    alter::Alter,
    context::constraints,
    render::optional,
    shapes::{Use, refuse_null, use_of},
    tables::attribute,
};
use crate::{
    domain::{conventional::layer_by_path, layer::Layer, place::Place, proposal::FileChange},
    ports::ProposeError,
    propose::{
        edits::{Edits, indent_of},
        python::{Module, last_name, range_of},
        recipe::{reshape::Difference, resource::Edited},
    },
};
use ruff_python_ast::{Expr, Stmt, StmtClassDef};

/// The classes of the resource in a file, each with what it is for, but those that inherit.
fn own_classes<'m>(alter: &Alter<'_>, module: &'m Module<'_>) -> Vec<(&'m StmtClassDef, Use)> {
    let pascal = &alter.change.ask.name.pascal;
    let stored = alter.stored.as_ref().map_or("", |stored| stored.class.as_str());
    let own: Vec<(&StmtClassDef, Use)> =
        module.classes().filter_map(|class| Some((class, use_of(class, pascal)?))).collect();
    let inherits = |class: &StmtClassDef| {
        let bases = class.arguments.iter().flat_map(|arguments| &arguments.args);
        let names: Vec<&str> = bases.filter_map(last_name).collect();
        names.contains(&stored) || own.iter().any(|(other, _)| names.contains(&other.name.as_str()))
    };
    own.iter().filter(|(class, _)| !inherits(class)).copied().collect()
}

/// Sources that may hold such classes.
fn sources(alter: &Alter<'_>) -> Result<Vec<(String, String)>, ProposeError> {
    let ask = alter.change.ask;
    let mut all = Vec::new();
    for path in ask.workspace.paths().into_iter().filter(|path| path.ends_with(".py")) {
        let layer = ask.map.layer_of(path).or_else(|| layer_by_path(path));
        if layer == Some(Layer::Test) || path == alter.model.path && alter.stored.is_none() {
            continue;
        }
        let speaks = if alter.stored.is_some() { "sqlmodel" } else { "pydantic" };
        if let Some(text) = ask.workspace.text(path)?
            && (text.contains(speaks) || text.contains("pydantic") || layer == Some(Layer::Schema))
        {
            all.push((path.to_owned(), text));
        }
    }
    Ok(all)
}

/// Keywords of pydantic's `Field` that the notation has words for.
const KNOWN: [&str; 7] = ["default", "min_length", "max_length", "ge", "le", "max_digits", "decimal_places"];

/// The bounds that bodies are held to: the least and the most of a field.
pub(super) fn bounds(alter: &Alter<'_>, column: &str) -> Result<(Option<i64>, Option<i64>), ProposeError> {
    for (path, text) in sources(alter)? {
        let Ok(module) = Module::parse(&path, &text) else { continue };
        let own = own_classes(alter, &module);
        let classes = own.iter().filter(|(_, purpose)| *purpose != Use::Read);
        let stmt = classes.flat_map(|(class, _)| &class.body).find(|stmt| attribute(stmt) == Some(column));
        let Some(Stmt::AnnAssign(assign)) = stmt else { continue };
        let Some(Expr::Call(call)) = assign.value.as_deref() else { return Ok((None, None)) };
        let number = |names: [&str; 2]| {
            let found = call
                .arguments
                .keywords
                .iter()
                .find(|one| one.arg.as_ref().is_some_and(|arg| names.contains(&arg.as_str())));
            found.and_then(|one| module.source(&one.value).parse().ok())
        };
        return Ok((number(["min_length", "ge"]), number(["max_length", "le"])));
    }
    Ok((None, None))
}

/// Every file with such classes, with the fields as they shall be.
pub(super) fn reshaped(
    alter: &mut Alter<'_>,
    differences: &[&Difference],
) -> Result<Vec<FileChange>, ProposeError> {
    let ask = alter.change.ask;
    let mut files = Vec::new();
    for (path, text) in sources(alter)? {
        let Ok(module) = Module::parse(&path, &text) else { continue };
        let mut edits = Edits::default();
        let mut like = None;
        let mut imports = Vec::new();
        for (class, purpose) in own_classes(alter, &module) {
            if purpose == Use::Change {
                let of = |is_it: fn(&Difference) -> bool| -> Vec<String> {
                    let those = differences.iter().filter(|one| is_it(one));
                    those.map(|one| one.after.column()).collect()
                };
                let (required, free) = (of(Difference::is_required_now), of(Difference::is_optional_now));
                refuse_null(alter, &module, class, &required, &free, &mut edits);
            }
            for one in differences {
                let column = one.after.column();
                let stmt = class.body.iter().find(|stmt| attribute(stmt) == Some(column.as_str()));
                let Some(Stmt::AnnAssign(assign)) = stmt else { continue };
                let stored = alter.stored.as_ref().filter(|stored| stored.class == class.name.as_str());
                let stored = stored.and_then(|stored| stored.lines.get(&column)).cloned();
                if stored.is_none() && !is_plain(assign.value.as_deref()) {
                    alter.remarks.push(format!(
                        "{path}:{} has rules of its own for {column}, so they stay: write the new ones there.",
                        module.line(assign)
                    ));
                    continue;
                }
                let stated = module.source(assign);
                let py = bare(module.source(&*assign.annotation));
                let had = assign.value.is_some();
                let line = stored.map_or_else(
                    || reshaped_line(alter, one, purpose, &py, had),
                    |stored| format!("{column}: {stored}"),
                );
                let indent = indent_of(&text, range_of(assign).start);
                let written = alter.written(&format!("{indent}{line}"));
                if written.trim() == stated {
                    continue;
                }
                edits.replace(range_of(assign), written.trim().to_owned());
                like.get_or_insert(Place::new(path.clone(), module.line(assign)));
                if line.contains("Field(") {
                    let from = if alter.stored.is_some() { "sqlmodel" } else { "pydantic" };
                    imports.push(format!("{from}:Field"));
                }
                for name in ["false", "true"] {
                    imports.extend(line.contains(&format!("{name}()")).then(|| format!("sqlalchemy:{name}")));
                }
                if line.contains("Optional[") {
                    imports.push("typing:Optional".to_owned());
                }
            }
        }
        let Some(like) = like else { continue };
        let layer = if path == alter.model.path { Layer::Model } else { Layer::Schema };
        let new = alter.imported(&path, edits.apply(&text)?, &imports)?;
        let reason = ask.head.reason(layer);
        files.push(ask.edited(Edited { path: &path, old: &text, new, reason, like: Some(like), layer }));
    }
    Ok(files)
}

/// Whether a value says nothing that the notation has no words for.
fn is_plain(value: Option<&Expr>) -> bool {
    match value {
        None => true,
        Some(Expr::Call(call)) => {
            let named = |one: &ruff_python_ast::Keyword| {
                one.arg.as_ref().is_some_and(|arg| KNOWN.contains(&arg.as_str()))
            };
            last_name(&call.func) == Some("Field")
                && call.arguments.args.is_empty()
                && call.arguments.keywords.iter().all(named)
        }
        Some(other) => other.is_literal_expr(),
    }
}

/// A type without what says that there may be none.
fn bare(annotation: &str) -> String {
    let text = annotation.trim();
    let text = text.strip_suffix("| None").unwrap_or(text).trim();
    let inner = text.strip_prefix("Optional[").and_then(|rest| rest.strip_suffix(']'));
    inner.unwrap_or(text).to_owned()
}

/// The line of a changed field in a class of that use; `had` says whether it had a value.
fn reshaped_line(alter: &Alter<'_>, one: &Difference, purpose: Use, py: &str, had: bool) -> String {
    let field = &one.after;
    let column = field.column();
    let limits = constraints(field).replace(", ", "¦");
    let nullable = optional(py, alter.old);
    let value = |default: Option<&str>| match (default, limits.as_str()) {
        (None, "") => String::new(),
        (None, limits) => format!(" = Field(⟨{limits}⟩)"),
        (Some(default), "") => format!(" = {default}"),
        (Some(default), limits) => format!(" = Field(⟨default={default}¦{limits}⟩)"),
    };
    match (purpose, field.optional) {
        (Use::Read, true) if had => format!("{column}: {nullable} = None"),
        (Use::Read, true) => format!("{column}: {nullable}"),
        (Use::Read, false) => format!("{column}: {py}"),
        (Use::Change, _) | (Use::Write, true) => format!("{column}: {nullable}{}", value(Some("None"))),
        (Use::Write, false) => {
            let default = one.fill.as_ref().map(|fill| fill.python(py));
            format!("{column}: {py}{}", value(default.as_deref()))
        }
    }
}

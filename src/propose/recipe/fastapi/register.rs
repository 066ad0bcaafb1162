//! Makes a new resource known where its example is known: routers that are included, names
//! that packages re-export, models that a metadata module imports.

use super::{layout::retarget, names::Name};
use crate::{
    ports::ProposeError,
    propose::{
        edits::{Edits, indent_of, line_end, line_start, newline_of},
        python::{Module, last_name, range_of},
    },
};
use ruff_python_ast::{Expr, Stmt, StmtImportFrom};
use std::collections::BTreeSet;

/// The text of an aggregator with the new router included, or `None` where the example's
/// router is not included by this file.
pub(crate) fn include_router(
    path: &str,
    text: &str,
    like: &Name,
    name: &Name,
) -> Result<Option<String>, ProposeError> {
    // A file that does not parse is not ours to change.
    let Ok(module) = Module::parse(path, text) else { return Ok(None) };
    let mut bodies = vec![module.body.as_slice()];
    for function in module.functions() {
        bodies.push(&function.body);
    }
    for body in bodies {
        let includes: Vec<&Stmt> = body.iter().filter(|stmt| is_include(stmt)).collect();
        let changed = |stmt: &&&Stmt| retarget(module.source(**stmt), like, name) != module.source(**stmt);
        let Some(example) = includes.iter().find(changed) else { continue };
        let Some(last) = includes.last() else { continue };
        let mut edits = Edits::default();
        let range = range_of(*example);
        let line = format!(
            "{}{}{}",
            indent_of(text, range.start),
            retarget(module.source(*example), like, name),
            newline_of(text)
        );
        insert_line(&mut edits, text, line_end(text, range_of(*last).end), &line);
        for import in module.import_froms() {
            import_like(&module, &mut edits, import, like, name, None);
        }
        return edits.apply(text).map(Some);
    }
    Ok(None)
}

/// The text of a package file with the new resource's names beside the example's, or `None`
/// where the example is not named. Only names in `defined` are added.
pub(crate) fn export(
    path: &str,
    text: &str,
    like: &Name,
    name: &Name,
    defined: &BTreeSet<String>,
) -> Result<Option<String>, ProposeError> {
    // A file that does not parse is not ours to change.
    let Ok(module) = Module::parse(path, text) else { return Ok(None) };
    let mut edits = Edits::default();
    for import in module.import_froms() {
        import_like(&module, &mut edits, import, like, name, Some(defined));
    }
    for stmt in &module.body {
        let Stmt::Assign(assign) = stmt else { continue };
        if assign.targets.first().and_then(last_name) == Some("__all__") {
            extend_all(&module, &mut edits, &assign.value, like, name, defined);
        }
    }
    let new_text = edits.apply(text)?;
    Ok((new_text != text).then_some(new_text))
}

fn is_include(stmt: &Stmt) -> bool {
    let Stmt::Expr(expr) = stmt else { return false };
    matches!(&*expr.value, Expr::Call(call) if last_name(&call.func) == Some("include_router"))
}

/// Adds the import of the new resource beside that of the example.
fn import_like(
    module: &Module<'_>,
    edits: &mut Edits,
    import: &StmtImportFrom,
    like: &Name,
    name: &Name,
    defined: Option<&BTreeSet<String>>,
) {
    let from = import.module.as_ref().map_or("", |module| module.as_str());
    let new_from = retarget(from, like, name);
    if new_from != from {
        // `from app.routers.users import router as users_router`: a line of its own.
        let names: Vec<String> = import
            .names
            .iter()
            .map(|alias| (retarget(alias.name.as_str(), like, name), alias))
            .filter(|(new, _)| defined.is_none_or(|defined| defined.contains(new)))
            .map(|(new, alias)| match &alias.asname {
                Some(asname) => format!("{new} as {}", retarget(asname.as_str(), like, name)),
                None => new,
            })
            .collect();
        if names.is_empty() {
            return;
        }
        let range = range_of(import);
        let end = line_end(module.text, range.end);
        let rest = module.text.get(range.end..end).unwrap_or_default().trim_end();
        let dots = ".".repeat(import.level as usize);
        let line = format!(
            "{}from {dots}{new_from} import {}{}{}",
            indent_of(module.text, range.start),
            names.join(", "),
            if rest.trim_start().starts_with('#') { rest } else { "" },
            newline_of(module.text)
        );
        match next_sibling(module, import, &new_from) {
            Some(next) => edits.insert(line_start(module.text, range_of(next).start), line),
            None => insert_line(edits, module.text, last_sibling_end(module, import), &line),
        }
        return;
    }
    for alias in &import.names {
        // `from app.routers import users`: one name more.
        let new = retarget(alias.name.as_str(), like, name);
        let is_module = alias.name.as_str().chars().all(|c| !c.is_uppercase());
        if new == alias.name.as_str() || !(is_module || defined.is_some_and(|defined| defined.contains(&new)))
        {
            continue;
        }
        match &alias.asname {
            Some(asname) => {
                let added = format!(", {new} as {}", retarget(asname.as_str(), like, name));
                edits.insert(range_of(alias).end, added);
            }
            None => module.grow_import(edits, import, &new),
        }
    }
}

/// Imports from the same package as the example's, in file order.
fn siblings<'m>(
    module: &'m Module<'_>,
    import: &'m StmtImportFrom,
) -> impl Iterator<Item = (&'m StmtImportFrom, &'m str)> {
    let package = |import: &'m StmtImportFrom| {
        let from = import.module.as_ref().map_or("", |module| module.as_str());
        (import.level, from.rsplit_once('.').map_or("", |(package, _)| package), from)
    };
    let own = package(import);
    module.import_froms().filter_map(move |other| {
        let theirs = package(other);
        (theirs.0 == own.0 && theirs.1 == own.1).then_some((other, theirs.2))
    })
}

/// The import before which a new one belongs, where its siblings are in order.
fn next_sibling<'m>(
    module: &'m Module<'_>,
    import: &'m StmtImportFrom,
    new_from: &str,
) -> Option<&'m StmtImportFrom> {
    let in_order = siblings(module, import).map(|(_, from)| from).is_sorted();
    siblings(module, import).find(|(_, from)| in_order && *from > new_from).map(|(import, _)| import)
}

fn last_sibling_end(module: &Module<'_>, import: &StmtImportFrom) -> usize {
    let last = siblings(module, import).last().map_or(import, |(last, _)| last);
    line_end(module.text, range_of(last).end)
}

/// Adds names to a list of strings, after the example's.
fn extend_all(
    module: &Module<'_>,
    edits: &mut Edits,
    list: &Expr,
    like: &Name,
    name: &Name,
    defined: &BTreeSet<String>,
) {
    let elements: &[Expr] = match list {
        Expr::List(list) => &list.elts,
        Expr::Tuple(tuple) => &tuple.elts,
        _ => return,
    };
    for element in elements {
        let source = module.source(element);
        let new = retarget(source, like, name);
        if new == source || !defined.contains(new.trim_matches(['"', '\''])) {
            continue;
        }
        let range = range_of(element);
        let several_lines = module.source(list).contains('\n');
        let gap = if several_lines {
            format!("{}{}", newline_of(module.text), indent_of(module.text, range.start))
        } else {
            " ".to_owned()
        };
        let in_order = elements.iter().map(|element| module.source(element)).is_sorted();
        match elements.iter().find(|element| in_order && module.source(*element) > new.as_str()) {
            Some(next) => edits.insert(range_of(next).start, format!("{new},{gap}")),
            None => edits.insert(range.end, format!(",{gap}{new}")),
        }
    }
}

/// Inserts a whole line; a last line without terminator gets one first.
fn insert_line(edits: &mut Edits, text: &str, at: usize, line: &str) {
    let lead = if at == text.len() && !text.ends_with('\n') { newline_of(text) } else { "" };
    edits.insert(at, format!("{lead}{line}"));
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names() -> (Name, Name) {
        (Name::of("user"), Name::of("review"))
    }

    #[test]
    fn a_router_is_included_after_the_last_one_and_imported_in_order() {
        let (like, name) = names();
        let text = "from fastapi import FastAPI\nfrom app.routers import health, users\n\napp = FastAPI()\napp.include_router(users.router, prefix=\"/users\")\napp.include_router(health.router)\n\nprint(1)\n";
        let expected = "from fastapi import FastAPI\nfrom app.routers import health, reviews, users\n\napp = FastAPI()\napp.include_router(users.router, prefix=\"/users\")\napp.include_router(health.router)\napp.include_router(reviews.router, prefix=\"/reviews\")\n\nprint(1)\n";
        assert_eq!(include_router("main.py", text, &like, &name).unwrap().unwrap(), expected);
    }

    #[test]
    fn a_router_is_included_inside_a_factory_and_under_an_alias() {
        let (like, name) = names();
        let text = "from app.routers.users import router as users_router\n\n\ndef create_app():\n    app = FastAPI()\n    app.include_router(users_router)\n    return app";
        let expected = "from app.routers.reviews import router as reviews_router\nfrom app.routers.users import router as users_router\n\n\ndef create_app():\n    app = FastAPI()\n    app.include_router(users_router)\n    app.include_router(reviews_router)\n    return app";
        assert_eq!(include_router("main.py", text, &like, &name).unwrap().unwrap(), expected);
    }

    #[test]
    fn a_file_that_does_not_include_the_example_is_left_alone() {
        let (like, name) = names();
        let text = "app.include_router(health.router)\n";
        assert_eq!(include_router("main.py", text, &like, &name).unwrap(), None);
    }

    #[test]
    fn a_package_exports_only_what_exists() {
        let (like, name) = names();
        let defined = BTreeSet::from(["Review".to_owned(), "ReviewRead".to_owned()]);
        let text = "from .user import User, UserInDb  # noqa: F401\n\n__all__ = [\n    \"User\",\n    \"UserInDb\",\n]\n";
        let expected = "from .review import Review  # noqa: F401\nfrom .user import User, UserInDb  # noqa: F401\n\n__all__ = [\n    \"Review\",\n    \"User\",\n    \"UserInDb\",\n]\n";
        assert_eq!(export("__init__.py", text, &like, &name, &defined).unwrap().unwrap(), expected);
    }
}

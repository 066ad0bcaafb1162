//! The models of a backend: where each is, its table and its key.

use super::style::{Key, is_table, key_in};
use crate::{
    ports::ProposeError,
    propose::{
        python::{Module, last_name, string_value},
        workspace::Workspace,
    },
};
use ruff_python_ast::{Stmt, StmtClassDef};

/// A class that has a table.
#[derive(Debug, Clone)]
pub(crate) struct Model {
    pub(crate) path: String,
    pub(crate) name: String,
    /// As the class states it.
    pub(crate) table: Option<String>,
    pub(crate) key: Option<Key>,
}

/// Every class that has a table; a file that does not parse has none.
pub(super) fn models(workspace: &Workspace<'_>) -> Result<Vec<Model>, ProposeError> {
    let mut found = Vec::new();
    for path in workspace.paths().into_iter().filter(|path| path.ends_with(".py")) {
        let Some(text) = workspace.text(path)? else { continue };
        if !text.contains("__tablename__") && !text.contains("mapped_column") {
            continue;
        }
        let Ok(module) = Module::parse(path, &text) else { continue };
        for class in module.classes().filter(|class| is_table(class)) {
            let name = class.name.to_string();
            let key = key_in(&text, &name);
            found.push(Model { path: path.to_owned(), table: table_of(class), key, name });
        }
    }
    Ok(found)
}

fn table_of(class: &StmtClassDef) -> Option<String> {
    class.body.iter().find_map(|stmt| match stmt {
        Stmt::Assign(assign) if assign.targets.first().and_then(last_name) == Some("__tablename__") => {
            string_value(&assign.value)
        }
        _ => None,
    })
}

/// The name that a statement of a class body gives a value or a type.
pub(super) fn attribute(stmt: &Stmt) -> Option<&str> {
    match stmt {
        Stmt::AnnAssign(assign) => last_name(&assign.target),
        Stmt::Assign(assign) => assign.targets.first().and_then(last_name),
        _ => None,
    }
}

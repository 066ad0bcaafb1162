//! The models that fields of a resource refer to.

use super::{
    context::Reference,
    fields::{Field, Kind},
    layout::Layout,
    names::{plural, snake},
    style::{Key, is_table, key_in},
};
use crate::{
    domain::map::BackendMap,
    ports::ProposeError,
    propose::{
        python::{Module, last_name, string_value},
        workspace::Workspace,
    },
};
use ruff_python_ast::Stmt;
use std::collections::BTreeSet;

/// The models that fields refer to; an unknown one is an input error that lists the known.
pub(super) fn references(
    fields: &[Field],
    layout: &Layout,
    map: &BackendMap,
    workspace: &Workspace<'_>,
) -> Result<Vec<Reference>, ProposeError> {
    let mut found = Vec::new();
    for field in fields {
        let Kind::BelongsTo(model) = &field.kind else { continue };
        let mut known: BTreeSet<String> = map.models.iter().map(|model| model.name.clone()).collect();
        let mut hit = None;
        for path in workspace.paths().into_iter().filter(|path| path.ends_with(".py")) {
            let Some(text) = workspace.text(path)? else { continue };
            if !text.contains("__tablename__") && !text.contains("mapped_column") {
                continue;
            }
            let Ok(module) = Module::parse(path, &text) else { continue };
            for class in module.classes().filter(|class| is_table(class)) {
                known.insert(class.name.to_string());
                if class.name.as_str() == model {
                    let table = class.body.iter().find_map(|stmt| match stmt {
                        Stmt::Assign(assign)
                            if assign.targets.first().and_then(last_name) == Some("__tablename__") =>
                        {
                            string_value(&assign.value)
                        }
                        _ => None,
                    });
                    hit = Some((path, table, key_in(&text, model)));
                }
            }
        }
        let Some((path, table, key)) = hit else {
            let known: Vec<String> = known.into_iter().collect();
            return Err(ProposeError::Input {
                what: format!("there is no model {model} for {} to belong to", field.name),
                hint: if known.is_empty() {
                    "no model was found".into()
                } else {
                    format!("known models: {}", known.join(", "))
                },
            });
        };
        let table = table.or_else(|| {
            map.models.iter().find(|known| known.name == *model).and_then(|known| known.table.clone())
        });
        let key = key.unwrap_or(Key::Integer);
        found.push(Reference {
            name: field.name.clone(),
            column: field.column(),
            model: model.clone(),
            py: if key == Key::Uuid { "uuid.UUID".into() } else { "int".into() },
            optional: field.optional,
            table: table.unwrap_or_else(|| plural(&snake(model))),
            key: Some(key),
            import: format!("{}:{model}", layout.module_of(path)),
        });
    }
    Ok(found)
}

//! The models that fields of a resource refer to.

use super::{
    context::Reference,
    fields::{Field, Kind},
    layout::Layout,
    names::{plural, snake},
    style::Key,
    tables::{self, Model},
};
use crate::{domain::map::BackendMap, ports::ProposeError, propose::workspace::Workspace};
use std::collections::BTreeSet;

/// The models that fields refer to; an unknown one is an input error that lists the known.
pub(super) fn references(
    fields: &[Field],
    layout: &Layout,
    map: &BackendMap,
    workspace: &Workspace<'_>,
) -> Result<Vec<Reference>, ProposeError> {
    let mut found = Vec::new();
    let models = tables::models(workspace)?;
    for field in fields {
        let Kind::BelongsTo(model) = &field.kind else { continue };
        let mut known: BTreeSet<String> = map.models.iter().map(|model| model.name.clone()).collect();
        known.extend(models.iter().map(|model| model.name.clone()));
        let hit = models.iter().rfind(|known| known.name == *model);
        let Some(Model { path, table, key, .. }) = hit.cloned() else {
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
            import: format!("{}:{model}", layout.module_of(&path)),
        });
    }
    Ok(found)
}

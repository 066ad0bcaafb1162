//! Edits of the files that know the example's classes: the new ones beside them.

use super::{
    example::Role,
    plan::Plan,
    register::{self, Registered, Twin},
    survey::Source,
};
use crate::{
    domain::{
        diff::changes_between,
        layer::Layer,
        place::Place,
        proposal::{Content, FileChange, Note},
    },
    ports::ProposeError,
};
use std::collections::BTreeMap;

/// A new class that is listed where one of the example is.
pub(super) struct Sibling {
    like: String,
    like_path: String,
    class: String,
    path: String,
    list: &'static str,
    /// `None` for a migration.
    role: Option<Role>,
}

impl Plan<'_> {
    /// A class beside the example's of a role; `None` where the example has none.
    pub(super) fn sibling(&self, role: Role, list: &'static str, class: &str, path: &str) -> Option<Sibling> {
        let part = self.example.part(role)?;
        Some(Sibling {
            like: part.class.clone(),
            like_path: part.path.clone(),
            class: class.to_owned(),
            path: path.to_owned(),
            list,
            role: Some(role),
        })
    }

    /// The next migration beside the newest.
    pub(super) fn sibling_migration(&self) -> Option<Sibling> {
        let next = self.next.as_ref()?;
        let (like_path, like) = next.newest.clone();
        Some(Sibling {
            like,
            like_path,
            class: next.class.clone(),
            path: next.path.clone(),
            list: "migrations",
            role: None,
        })
    }

    /// Edits for the new resource's module, entity and migration.
    pub(super) fn registrations(&self) -> Result<Vec<FileChange>, ProposeError> {
        let own = |role: Role, list| self.sibling(role, list, &self.class(role), &self.path(role));
        let mut siblings: Vec<Sibling> = own(Role::Module, "imports").into_iter().collect();
        siblings.extend(own(Role::Entity, "entities"));
        siblings.extend(self.sibling_migration());
        self.registered(&siblings)
    }

    /// Edits of the files that know what the siblings stand beside.
    pub(super) fn registered(&self, siblings: &[Sibling]) -> Result<Vec<FileChange>, ProposeError> {
        let mut texts: BTreeMap<String, (Source, Vec<usize>, Layer)> = BTreeMap::new();
        let mut has_module = false;
        for Sibling { like, like_path, class, path, list, role } in siblings {
            let twin = Twin { like, like_path, class, path, list };
            let home = super::roots::home_of(&self.survey, like);
            for source in self.survey.sources.values() {
                if !source.script.suites.is_empty() || source.path == *like_path {
                    continue;
                }
                if *role == Some(Role::Module) && super::roots::only_uses(source, home) {
                    continue;
                }
                let current = texts.get(&source.path).map_or(source, |(current, _, _)| current);
                let registered = match register::list(current, &twin, &self.habits)? {
                    Some(registered) => {
                        has_module |= *role == Some(Role::Module);
                        Some(registered)
                    }
                    None => self.exported(current, &twin)?,
                };
                if let Some(Registered { text, like_at }) = registered {
                    let script = crate::propose::script::Script::parse(&source.path, &text)?;
                    let line = current.place(like_at).line as usize;
                    let mut lines = texts.get(&source.path).map_or(Vec::new(), |(_, lines, _)| lines.clone());
                    lines.push(line);
                    let layer = if role.is_none() { Layer::Migration } else { Layer::Config };
                    texts.insert(
                        source.path.clone(),
                        (Source { path: source.path.clone(), text, script }, lines, layer),
                    );
                }
            }
        }
        if !has_module {
            let part = self.example.part(Role::Module);
            let (module, path) = part.map_or(("", ""), |part| (part.class.as_str(), part.path.as_str()));
            return Err(ProposeError::Input {
                what: format!(
                    "no module has {module} ({path}) among its imports, so there is no place to register {}",
                    self.class(Role::Module)
                ),
                hint: format!("add {module} to the imports of the module that starts the application"),
            });
        }
        Ok(texts.into_values().map(|(source, lines, layer)| self.edited(&source, &lines, layer)).collect())
    }

    pub(super) fn exported(
        &self,
        source: &Source,
        twin: &Twin<'_>,
    ) -> Result<Option<Registered>, ProposeError> {
        for export in &source.script.exports {
            let means = self.survey.resolve(&source.path, &export.from);
            if means.is_some_and(|means| means.path == twin.like_path) {
                return register::export(source, twin, &export.from);
            }
        }
        Ok(None)
    }

    fn edited(&self, source: &Source, lines: &[usize], layer: Layer) -> FileChange {
        let old = self.survey.get(&source.path).map_or("", |source| source.text.as_str());
        let line = lines.iter().min().copied().unwrap_or(1);
        let citation = Some(Place::new(source.path.clone(), u32::try_from(line).unwrap_or(1)));
        let notes = changes_between(old, &source.text)
            .into_iter()
            .map(|change| Note {
                start: change.new_start + 1,
                end: change.new_start + 1 + u32::try_from(change.new_lines.len()).unwrap_or(0),
                reason: "Makes the new names known where the example's are.".into(),
                citation: citation.clone(),
                criteria: Vec::new(),
                step: self.ask.step_for(layer),
            })
            .collect();
        FileChange { path: source.path.clone(), content: Content::Text { text: source.text.clone() }, notes }
    }
}

//! Where a new repository is declared: beside the example's `mod`, with its names handed on where
//! the example's are.

use super::Plan;
use crate::{
    domain::{layer::Layer, place::Place, proposal::FileChange},
    ports::ProposeError,
    propose::{
        edits::{Edits, line_number},
        recipe::{
            axum::{auth::registrations::declared, code::Source, plan::module_of, register::insert_beside},
            resource::Edited,
        },
    },
};

const REASON: &str = "Declared where the example is, and its names handed on where the example's are.";

/// The folders that lead to a file, and what its module is called.
fn parts(path: &str) -> (&str, &str) {
    let stem = path.strip_suffix(".rs").unwrap_or(path);
    stem.strip_suffix("/mod").unwrap_or(stem).rsplit_once('/').unwrap_or(("", stem))
}

impl Plan<'_> {
    /// The files that have to know the new one; `names` are those that it makes.
    pub(super) fn declarations(&self, path: &str, names: &[String]) -> Result<Vec<FileChange>, ProposeError> {
        if path == self.like.source.path {
            return Ok(Vec::new());
        }
        let (old_folder, old) = parts(self.like.source.path);
        let (folder, new) = parts(path);
        if folder == old_folder {
            return self.beside(old_folder, (old, new), names);
        }
        // `src/users/repository.rs` and `src/notes/repository.rs`
        let line = self.declaring(old_folder, old).and_then(|source| {
            let own = source.file.modules.iter().find(|one| one.name == old)?;
            Some((source, own.range.clone()))
        });
        let Some((known, range)) = line else { return Err(self.undeclared(old)) };
        let place = Place::new(known.path, line_number(known.text, range.start));
        let line = known.text.get(range).unwrap_or_default().replacen(old, new, 1);
        let edited = |path: &str, text: &str, new: String| {
            let like = Some(place.clone());
            self.ask.edited(Edited {
                path,
                old: text,
                new,
                reason: REASON.into(),
                like,
                layer: Layer::Repository,
            })
        };
        if let Some(home) = self.homes(folder).into_iter().find_map(|home| self.code.get(&home)) {
            if home.file.modules.iter().any(|one| one.name == new) {
                return Ok(Vec::new());
            }
            let mut edits = Edits::default();
            let modules = &home.file.modules;
            let in_order = modules.iter().map(|one| &one.name).is_sorted();
            let before = modules.iter().find(|one| in_order && one.name.as_str() > new);
            match (before, modules.last()) {
                // What a file says of itself stands first in it.
                (None, None) if home.text.starts_with(['/', '#']) => {
                    edits.insert(home.text.trim_end().len(), format!("\n\n{line}"));
                }
                (None, None) => edits.insert(0, format!("{line}\n\n")),
                (before, last) => {
                    let end = last.map_or(0, |one| one.range.end);
                    insert_beside(home.text, before.map(|one| one.range.start), end, &line, &mut edits);
                }
            }
            return Ok(vec![edited(home.path, home.text, edits.apply(home.text)?)]);
        }
        let made = match known.path.ends_with("/mod.rs") {
            true => format!("{folder}/mod.rs"),
            false => format!("{folder}.rs"),
        };
        let mut files = vec![edited(&made, "", format!("{line}\n"))];
        let holder = format!("{old_folder}.rs");
        let ((above, old), (other, new)) = (parts(&holder), parts(&made));
        if above != other {
            return Err(self.undeclared(old));
        }
        files.extend(self.beside(above, (old, new), &[])?);
        Ok(files)
    }

    fn undeclared(&self, name: &str) -> ProposeError {
        ProposeError::NotApplicable(format!(
            "no file declares the module {name} of {}, so there is no place to declare another",
            self.like.source.path
        ))
    }

    /// The files that may declare the modules of a folder.
    fn homes(&self, folder: &str) -> Vec<String> {
        let inside = ["mod.rs", "lib.rs", "main.rs"].map(|file| format!("{folder}/{file}"));
        inside.into_iter().chain([format!("{folder}.rs")]).collect()
    }

    fn declaring(&self, folder: &str, module: &str) -> Option<&Source<'_>> {
        let homes = self.homes(folder).into_iter();
        let mut known = homes.filter_map(|home| self.code.get(&home));
        known.find(|source| source.file.modules.iter().any(|one| one.name == module))
    }

    /// A module declared beside one of the same folder, wherever that one is.
    fn beside(
        &self,
        folder: &str,
        (old, new): (&str, &str),
        names: &[String],
    ) -> Result<Vec<FileChange>, ProposeError> {
        let mut files = Vec::new();
        for home in self.homes(folder) {
            let Some(source) = self.code.get(&home) else { continue };
            let is_known = source.file.modules.iter().any(|one| one.name == new);
            // Names that the example does not hand on are not handed on here.
            let handed = source.file.uses.iter().filter(|one| one.is_public).flat_map(|one| &one.paths);
            let handed =
                handed.filter(|(path, _)| path.trim_start_matches("self::").split("::").next() == Some(old));
            let mut handed: Vec<String> = handed.map(|(_, local)| self.renamer().apply(local)).collect();
            handed.retain(|name| names.contains(name) || name == "*");
            handed.sort();
            let handed: Vec<&str> = handed.iter().map(String::as_str).collect();
            if is_known {
                continue;
            }
            let Some((text, at)) = declared(source.file, source.text, old, &[(new, &handed)])? else {
                continue;
            };
            files.push(self.ask.edited(Edited {
                path: source.path,
                old: source.text,
                new: text,
                reason: REASON.into(),
                like: Some(Place::new(source.path, line_number(source.text, at))),
                layer: Layer::Repository,
            }));
        }
        if files.is_empty() && self.declaring(folder, new).is_none() {
            return Err(self.undeclared(old));
        }
        Ok(files)
    }

    /// `crate::repositories::notes`
    pub(super) fn module(&self) -> String {
        module_of(&self.path())
    }
}

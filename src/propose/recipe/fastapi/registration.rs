//! The edits of existing files that make a new resource known, with their notes.

use super::{super::resource::Edited, layout::retarget, plan::Plan, register};
use crate::{
    domain::{layer::Layer, place::Place, proposal::FileChange},
    ports::ProposeError,
};
use std::collections::BTreeSet;

impl Plan<'_> {
    /// Edits of files that know the example: the router's aggregator, packages, metadata.
    pub(super) fn registrations(&mut self) -> Result<Vec<FileChange>, ProposeError> {
        let pascal = &self.name.pascal;
        let mut defined: BTreeSet<String> =
            self.style.schema_suffixes.iter().skip(1).map(|suffix| format!("{pascal}{suffix}")).collect();
        defined.extend([
            pascal.clone(),
            format!("{pascal}Repository"),
            format!("{pascal}Service"),
            "router".into(),
        ]);
        let mut files = Vec::new();
        let mut included = false;
        for path in self.workspace.paths().into_iter().filter(|path| path.ends_with(".py")) {
            let Some(text) = self.workspace.text(path)? else { continue };
            let stem = path.rsplit('/').next().unwrap_or_default().trim_end_matches(".py");
            if text.contains("include_router") && self.map.layer_of(path) != Some(Layer::Test) {
                let like =
                    self.layout.examples.get(&Layer::Router).map_or(&self.layout.like, |own| &own.name);
                if let Some(new_text) = register::include_router(path, &text, like, &self.name)? {
                    included = true;
                    files.push(self.edited(path, &text, new_text, "Serves the new router.", Layer::Router));
                }
            } else if matches!(stem, "__init__" | "env" | "base" | "metadata") {
                let like = &self.layout.like;
                if let Some(new_text) = register::export(path, &text, like, &self.name, &defined)? {
                    let layer = crate::domain::conventional::layer_by_path(path).unwrap_or(Layer::Model);
                    let reason = "Makes the new names known where the others are.";
                    files.push(self.edited(path, &text, new_text, reason, layer));
                }
            }
        }
        if !included {
            self.remarks.push(format!(
                "No include_router of {} was found; the new router is served once you include it.",
                self.layout.like.plural
            ));
        }
        Ok(files)
    }

    fn edited(&self, path: &str, old: &str, new_text: String, reason: &str, layer: Layer) -> FileChange {
        let example = |line: &&str| retarget(line, &self.layout.like, &self.name) != **line;
        let place = old
            .lines()
            .position(|line| example(&line))
            .and_then(|index| u32::try_from(index + 1).ok())
            .map(|line| Place::new(path, line));
        self.ask.edited(Edited { path, old, new: new_text, reason: reason.to_owned(), like: place, layer })
    }
}

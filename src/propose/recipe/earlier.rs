//! What a recipe wrote the last times, set against the repository as it is now.
//!
//! The repository is read as if the recipe had never run; what it writes then is merged three
//! ways: with what it wrote before, and with what stands there now. A person's lines stay.

use super::resource::{Ask, Draft, Edited};
use crate::{
    domain::{
        conventional::layer_by_path,
        layer::Layer,
        map::BackendMap,
        merge::merge,
        produced::{ProducedFile, Version},
        proposal::{Content, FileChange},
    },
    ports::{ProposalRequest, ProposeError},
    propose::workspace::{ReadBase, Workspace},
};
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

/// Earlier runs of a recipe.
pub(super) struct Earlier<'a> {
    pub(super) request: &'a ProposalRequest,
    pub(super) base: &'a ReadBase,
    pub(super) versions: &'a [Version],
}

impl Earlier<'_> {
    /// Whether anything that the recipe made before is still there.
    pub(super) fn is_there(&self) -> Result<bool, ProposeError> {
        let workspace = Workspace::new(self.request, self.base);
        for file in self.versions.iter().flat_map(|version| &version.files) {
            if file.before.is_none() && !is_migration(&file.path) && workspace.text(&file.path)?.is_some() {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// The repository as it was before the recipe ran: its files absent, its registrations
    /// taken back, nothing of it in the map.
    pub(super) fn hidden(&self) -> ProposalRequest {
        let mut texts: BTreeMap<String, Option<String>> = (*self.request.texts).clone();
        let mut made: BTreeSet<&str> = BTreeSet::new();
        for file in self.versions.iter().flat_map(|version| &version.files) {
            // Migrations follow each other by what is in them; only those that are nothing but
            // SQL say by themselves that the table is there.
            if is_migration(&file.path) && !file.path.ends_with(".sql") {
                continue;
            }
            if file.before.is_none() {
                made.insert(&file.path);
            }
            texts.insert(file.path.clone(), file.before.clone());
        }
        let mut map: BackendMap = (*self.request.map).clone();
        map.files.retain(|file| !made.contains(file.path.as_str()));
        map.models.retain(|model| !made.contains(model.file.as_str()));
        map.endpoints.retain(|endpoint| !made.contains(endpoint.file.as_str()));
        map.migrations.retain(|migration| !made.contains(migration.path.as_str()));
        ProposalRequest { map: Arc::new(map), texts: Arc::new(texts), ..self.request.clone() }
    }

    /// The new text of every file that differs, and the remarks on what could not be merged.
    pub(super) fn merged(
        &self,
        files: &[FileChange],
    ) -> Result<(BTreeMap<String, String>, Vec<String>), ProposeError> {
        let workspace = Workspace::new(self.request, self.base);
        let mut merged = BTreeMap::new();
        let mut remarks = Vec::new();
        for file in files.iter().filter(|file| !is_migration(&file.path)) {
            let Content::Text { text: theirs } = &file.content else { continue };
            let ours = workspace.text(&file.path)?;
            let bases: Vec<&str> = self
                .versions
                .iter()
                .flat_map(|version| &version.files)
                .filter(|known| known.path == file.path)
                .map(|known| known.after.as_str())
                .collect();
            // Where others are registered too, what is registered stays.
            let is_shared = |known: &&ProducedFile| known.path == file.path && known.before.is_some();
            if self.versions.iter().flat_map(|version| &version.files).any(|known| is_shared(&known)) {
                continue;
            }
            let (Some(ours), Some(base)) = (&ours, nearest(&bases, ours.as_deref().unwrap_or_default()))
            else {
                match (ours, bases.is_empty()) {
                    (None, true) => {
                        merged.insert(file.path.clone(), theirs.clone());
                    }
                    (None, false) => {
                        remarks.push(format!("{} was removed since the last run; it stays away.", file.path))
                    }
                    (Some(_), _) => remarks.push(format!(
                        "{} is there and was not written by the recipe; it stays as it is.",
                        file.path
                    )),
                }
                continue;
            };
            let Some(result) = merge(base.as_bytes(), ours.as_bytes(), theirs.as_bytes()) else { continue };
            for conflict in &result.conflicts {
                let theirs = String::from_utf8_lossy(&conflict.theirs);
                let shown: Vec<&str> = theirs.lines().map(str::trim).take(4).collect();
                remarks.push(format!(
                    "{}:{} was changed by you and by the recipe; yours stays. The recipe has: {}",
                    file.path,
                    conflict.line,
                    if shown.is_empty() { "nothing there".to_owned() } else { shown.join(" / ") }
                ));
            }
            let text = String::from_utf8(result.bytes).unwrap_or_else(|_| ours.clone());
            if text != *ours {
                merged.insert(file.path.clone(), text);
            }
        }
        Ok((merged, remarks))
    }

    pub(super) fn changes(
        &self,
        merged: &BTreeMap<String, String>,
        ask: &Ask<'_>,
        draft: &Draft,
    ) -> Result<Vec<FileChange>, ProposeError> {
        let workspace = Workspace::new(self.request, self.base);
        let mut files = Vec::new();
        for (path, text) in merged {
            let Some(drafted) = draft.files.iter().find(|file| file.path == *path) else { continue };
            let note = drafted.notes.first();
            let old = workspace.text(path)?.unwrap_or_default();
            files.push(ask.edited(Edited {
                path,
                old: &old,
                new: text.clone(),
                reason: "The recipe writes this differently now; your own lines are kept.".into(),
                like: note.and_then(|note| note.citation.clone()),
                layer: layer_by_path(path).unwrap_or(Layer::Other),
            }));
        }
        Ok(files)
    }
}

/// What a draft writes, for the next run.
pub(super) fn version_of(
    fields: &str,
    added: Vec<String>,
    files: &[FileChange],
    workspace: &Workspace<'_>,
) -> Result<Version, ProposeError> {
    let mut produced = Vec::new();
    for file in files {
        if let Content::Text { text } = &file.content {
            let before = workspace.text(&file.path)?;
            produced.push(ProducedFile { path: file.path.clone(), before, after: text.clone() });
        }
    }
    Ok(Version { fields: fields.to_owned(), added, files: produced })
}

/// Nothing differs; what stands in the way of more is worth more than that nothing changed.
pub(super) fn nothing(recipe: &str, remarks: &[String]) -> ProposeError {
    ProposeError::Nothing(match remarks {
        [] => format!("the recipe {recipe}"),
        remarks => format!("the recipe {recipe}: {}", remarks.join(" ")),
    })
}

/// The text that has most lines in common with another.
fn nearest<'t>(texts: &[&'t str], to: &str) -> Option<&'t str> {
    let lines: BTreeSet<&str> = to.lines().collect();
    let score = |text: &str| {
        let shared = text.lines().filter(|line| lines.contains(line)).count();
        (shared * 2).saturating_sub(text.lines().count())
    };
    // The newest of equals.
    texts.iter().copied().max_by_key(|text| score(text))
}

/// A migration is never written again: the new one follows it.
fn is_migration(path: &str) -> bool {
    layer_by_path(path) == Some(Layer::Migration) || path.contains("/versions/")
}

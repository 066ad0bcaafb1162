//! Running `resource` once more: a three-way merge against what it produced the last time.
//!
//! The recipe is rendered as if the resource were not there, and the difference to what it
//! wrote before goes into the files as they are now. What a person wrote stays; where both
//! changed the same lines, the person's lines stay and the recipe's are told. New fields
//! become a new migration, as the recipe `migration` makes it.

use super::{
    alter::{Change, fills, values_apart},
    fields::{self, Field},
    head::Head,
    names::{Name, snake},
    resource::{Adapter, Ask, Draft, Edited, Search},
};
use crate::{
    domain::{
        conventional::layer_by_path,
        layer::Layer,
        map::BackendMap,
        merge::merge,
        place::Place,
        produced::{ProducedFile, Version},
        proposal::{Content, FileChange, Proposal},
    },
    ports::{Cancel, ProposalRequest, ProposeError},
    propose::workspace::{ReadBase, Workspace},
};
use std::{
    cell::RefCell,
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

/// What is known before the second run.
pub(super) struct Again<'a> {
    pub(super) request: &'a ProposalRequest,
    pub(super) base: &'a ReadBase,
    pub(super) versions: &'a [Version],
    /// As given now.
    pub(super) name: &'a str,
    pub(super) fields: &'a str,
}

/// Whether anything that the recipe made before is still there.
pub(super) fn is_there(
    request: &ProposalRequest,
    base: &ReadBase,
    versions: &[Version],
) -> Result<bool, ProposeError> {
    let workspace = Workspace::new(request, base);
    for file in versions.iter().flat_map(|version| &version.files) {
        if file.before.is_none() && !is_migration(&file.path) && workspace.text(&file.path)?.is_some() {
            return Ok(true);
        }
    }
    Ok(false)
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

impl Again<'_> {
    /// The merged files, and what is to be remembered for the next run.
    pub(super) fn propose(&self, cancel: &Cancel) -> Result<(Proposal, Version), ProposeError> {
        let last = self.versions.last().cloned().unwrap_or_default();
        let hidden = self.hidden();
        let (plain, values) = values_apart(self.fields);
        let search = Search { recipe: "resource", request: &hidden, base: self.base, cancel };
        let next: RefCell<Version> = RefCell::default();
        let proposal = search.first_fit(
            |head| {
                let known = fields::parse(&last.fields, &head.words)?;
                Ok((Name::resource(self.name, &head.words)?, known))
            },
            |adapter, ask| {
                let more = more(&plain, &last, ask)?;
                let draft = adapter.draft(ask)?;
                let (merged, mut remarks) = self.merged(&draft.files)?;
                let mut files = self.changes(&merged, ask, &draft)?;
                let mut added = last.added.clone();
                added.extend(more.iter().map(|field| field.name.clone()));
                *next.borrow_mut() = version_of(&last.fields, added, &draft.files, &ask.workspace)?;
                if !more.is_empty() {
                    let grown = self.grown(adapter, ask, more, &values, &merged, cancel)?;
                    remarks.extend(grown.remarks);
                    for file in grown.files {
                        files.retain(|known| known.path != file.path);
                        files.push(file);
                    }
                }
                if files.is_empty() {
                    // What stands in the way is worth more than that nothing changed.
                    return Err(match remarks.is_empty() {
                        true => ProposeError::Nothing("the recipe resource".into()),
                        false => ProposeError::Nothing(format!("the recipe resource: {}", remarks.join(" "))),
                    });
                }
                let title = format!("Bring {} up to date, your own changes kept", ask.name.plural);
                Ok((title, Draft { files, remarks, ..draft }))
            },
        )?;
        Ok((proposal, next.into_inner()))
    }

    /// The repository as it was before the resource: its files absent, its registrations
    /// taken back, nothing of it in the map.
    fn hidden(&self) -> ProposalRequest {
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
    fn merged(&self, files: &[FileChange]) -> Result<(BTreeMap<String, String>, Vec<String>), ProposeError> {
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

    fn changes(
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

    /// New fields, on top of what was merged.
    fn grown(
        &self,
        adapter: &dyn Adapter,
        ask: &Ask<'_>,
        more: Vec<Field>,
        values: &BTreeMap<String, String>,
        merged: &BTreeMap<String, String>,
        cancel: &Cancel,
    ) -> Result<Draft, ProposeError> {
        let Some(head) = Head::of(adapter.recipe(), "migration")? else {
            return Err(ProposeError::NotApplicable(format!(
                "new fields need the recipe migration, which is not known for {}",
                ask.head.stack_name()
            )));
        };
        let head = head.named(&ask.head.name);
        let mut texts = (*self.request.texts).clone();
        texts.extend(merged.iter().map(|(path, text)| (path.clone(), Some(text.clone()))));
        let request = ProposalRequest { texts: Arc::new(texts), ..self.request.clone() };
        let fills = fills(&more, values)?;
        let ask = Ask {
            name: ask.name.clone(),
            fields: more,
            head: &head,
            workspace: Workspace::new(&request, self.base),
            map: &request.map,
            request: &request,
            cancel,
            own: ask.own.clone(),
        };
        let mut draft = adapter.alter(&Change { ask: &ask, fills, indexes: Vec::new() })?;
        // Notes of a file that was merged too tell both changes.
        let before = Workspace::new(self.request, self.base);
        for file in draft.files.iter_mut().filter(|file| merged.contains_key(&file.path)) {
            let Content::Text { text } = &file.content else { continue };
            let old = before.text(&file.path)?.unwrap_or_default();
            let reason = "The new field, and what the recipe writes differently now.".to_owned();
            let like = file.notes.first().and_then(|note| note.citation.clone());
            let like: Option<Place> = like;
            let layer = layer_by_path(&file.path).unwrap_or(Layer::Other);
            let edited = Edited { path: &file.path, old: &old, new: text.clone(), reason, like, layer };
            *file = ask.edited(edited);
        }
        Ok(draft)
    }
}

/// The fields that are new; one that is gone or has changed is refused.
fn more(plain: &str, last: &Version, ask: &Ask<'_>) -> Result<Vec<Field>, ProposeError> {
    let given = fields::parse(plain, &ask.head.words)?;
    for known in &ask.fields {
        match given.iter().find(|field| field.name == known.name) {
            Some(field) if field == known => {}
            Some(_) => {
                return Err(ProposeError::Input {
                    what: format!("{} was another field when {} was made", known.name, ask.name.plural),
                    hint: format!(
                        "keep it as it was ({}), and change the column in a migration of your own",
                        last.fields
                    ),
                });
            }
            None => {
                return Err(ProposeError::Input {
                    what: format!("{} is a field of {} and is not among these", known.name, ask.name.plural),
                    hint: "keep it here; to drop its column is a migration of your own".into(),
                });
            }
        }
    }
    let is_known = |field: &Field| {
        ask.fields.iter().any(|known| known.name == field.name)
            || last.added.iter().any(|name| *name == snake(&field.name))
    };
    Ok(given.into_iter().filter(|field| !is_known(field)).collect())
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

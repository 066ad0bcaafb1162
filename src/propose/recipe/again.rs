//! Running `resource` once more: a three-way merge against what it produced the last time.
//!
//! The recipe is rendered as if the resource were not there, and the difference to what it
//! wrote before goes into the files as they are now. What a person wrote stays; where both
//! changed the same lines, the person's lines stay and the recipe's are told. New fields
//! become a new migration, as the recipe `migration` makes it.

use super::{
    alter::{Change, fills, values_apart},
    earlier::{Earlier, nothing, version_of},
    fields::{self, Field},
    head::Head,
    names::{Name, snake},
    reshape::Wanted,
    resource::{Adapter, Ask, Draft, Edited, Search},
};
use crate::{
    domain::{
        conventional::layer_by_path,
        layer::Layer,
        place::Place,
        produced::Version,
        proposal::{Content, Proposal},
    },
    ports::{Cancel, ProposalRequest, ProposeError},
    propose::workspace::Workspace,
};
use std::{cell::RefCell, collections::BTreeMap, sync::Arc};

/// What is known before the second run.
pub(super) struct Again<'a> {
    pub(super) earlier: Earlier<'a>,
    /// As given now.
    pub(super) name: &'a str,
    pub(super) fields: &'a str,
}

impl Again<'_> {
    /// The merged files, and what is to be remembered for the next run.
    pub(super) fn propose(&self, cancel: &Cancel) -> Result<(Proposal, Version), ProposeError> {
        let last = self.earlier.versions.last().cloned().unwrap_or_default();
        let hidden = self.earlier.hidden();
        let (plain, values) = values_apart(self.fields);
        let search = Search { recipe: "resource", request: &hidden, base: self.earlier.base, cancel };
        let next: RefCell<Version> = RefCell::default();
        let proposal = search.first_fit(
            |head| {
                let known = fields::parse(&last.fields, &head.words)?;
                Ok((Name::resource(self.name, &head.words)?, known))
            },
            |adapter, ask| {
                let more = more(&plain, &last, ask)?;
                let draft = adapter.draft(ask)?;
                let (merged, mut remarks) = self.earlier.merged(&draft.files)?;
                let mut files = self.earlier.changes(&merged, ask, &draft)?;
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
                    return Err(nothing("resource", &remarks));
                }
                let title = format!("Bring {} up to date, your own changes kept", ask.name.plural);
                Ok((title, Draft { files, remarks, ..draft }))
            },
        )?;
        Ok((proposal, next.into_inner()))
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
        let mut texts = (*self.earlier.request.texts).clone();
        texts.extend(merged.iter().map(|(path, text)| (path.clone(), Some(text.clone()))));
        let request = ProposalRequest { texts: Arc::new(texts), ..self.earlier.request.clone() };
        let fills = fills(&more, values)?;
        let ask = Ask {
            name: ask.name.clone(),
            fields: more,
            head: &head,
            workspace: Workspace::new(&request, self.earlier.base),
            map: &request.map,
            request: &request,
            cancel,
            own: ask.own.clone(),
        };
        let mut draft =
            adapter.alter(&Change { ask: &ask, fills, indexes: Vec::new(), wanted: Wanted::default() })?;
        // Notes of a file that was merged too tell both changes.
        let before = Workspace::new(self.earlier.request, self.earlier.base);
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

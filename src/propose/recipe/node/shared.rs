//! Edits of the files that several resources share.

use super::{
    compose, drizzle, example,
    graft::Graft,
    model::Mapper,
    plan::Plan,
    register::{self, Registered},
    suite,
};
use crate::{
    domain::{layer::Layer, proposal::FileChange},
    ports::ProposeError,
    propose::recipe::{resource::Edited, sources::Source, typescript::words},
};
use std::collections::BTreeSet;

/// An edit of a file that several resources share.
pub(super) struct Shared {
    pub(super) change: FileChange,
    /// Whether a router is mounted here.
    pub(super) mounts: bool,
}

impl Plan<'_> {
    /// Edits of the files that know the example; refused where none of them mounts a router.
    pub(super) fn registrations(
        &self,
        graft: &Graft<'_>,
        wanted: &BTreeSet<String>,
    ) -> Result<Vec<FileChange>, ProposeError> {
        let shared = self.shared(graft, wanted, &|_| true)?;
        if shared.iter().any(|one| one.mounts) {
            return Ok(shared.into_iter().map(|one| one.change).collect());
        }
        Err(self.not_mounted())
    }

    /// A text with the new table in a formatter's form, where Drizzle declares it.
    pub(super) fn hugged(&self, path: &str, text: &str) -> Result<String, ProposeError> {
        if self.mapper == Mapper::Drizzle {
            drizzle::hugged(path, text, &self.names.table, &self.habits)
        } else {
            Ok(text.to_owned())
        }
    }

    /// Nothing serves the example, so there is no place to serve another.
    pub(super) fn not_mounted(&self) -> ProposeError {
        ProposeError::Input {
            what: format!(
                "nothing mounts the router of {}, so there is no place to serve {}",
                self.router, self.names.to.plural
            ),
            hint: "mount the example's router in the application, then ask again".into(),
        }
    }

    /// Edits of those files that know the example and are asked for.
    pub(super) fn shared(
        &self,
        graft: &Graft<'_>,
        wanted: &BTreeSet<String>,
        is_asked: &dyn Fn(&Source) -> bool,
    ) -> Result<Vec<Shared>, ProposeError> {
        // Names as the example has them, of which the new files use the new ones.
        let mut asked: BTreeSet<String> = BTreeSet::new();
        for source in self.survey.sources.values() {
            for name in words(&source.text) {
                if self.names.touches(&name) && wanted.contains(&self.names.code(&name)) {
                    asked.insert(name);
                }
            }
        }
        let mut found: Vec<(String, Registered)> = Vec::new();
        for source in self.survey.sources.values() {
            let is_shared = is_asked(source)
                && !self.related.contains(&source.path)
                && !suite::is_test(source)
                && !example::is_migration(source)
                && self.names.path(&source.path) == source.path
                && !example::is_of_another(&source.path, &self.names.like, self.tables);
            if !is_shared || !self.names.touches(&source.text) {
                continue;
            }
            let Some(registered) =
                register::register(graft, source, &asked, &|work| self.prepare(work), &|_, _| true)?
            else {
                continue;
            };
            found.push((source.path.clone(), registered));
        }
        let mut changes = Vec::new();
        for (path, registered) in found {
            let Some(source) = self.survey.get(&path) else { continue };
            let mut text = registered.text;
            if registered.uses.contains("ColumnType") {
                text = compose::with_import(&path, &text, "ColumnType", "kysely")?;
            }
            let text = drizzle::with_imports(self.survey, &path, &text, &self.parents, &self.table)?;
            let text = self.hugged(&path, &text)?;
            let text = compose::fitted_beside(&path, &source.text, &text, &self.habits)?;
            let layer = if path == self.table.path { Layer::Model } else { Layer::Config };
            let change = self.ask.edited(Edited {
                path: &path,
                old: &source.text,
                new: text,
                reason: self.ask.head.reason(layer),
                like: Some(source.place(registered.like_at)),
                layer,
            });
            changes.push(Shared { change, mounts: registered.mounts });
        }
        Ok(changes)
    }
}

//! Edits of the files that several resources share.

use super::{
    compose, drizzle, example,
    graft::Graft,
    plan::Plan,
    register::{self, Registered},
    suite,
};
use crate::{
    domain::{layer::Layer, proposal::FileChange},
    ports::ProposeError,
    propose::recipe::{resource::Edited, typescript::words},
};
use std::collections::BTreeSet;

impl Plan<'_> {
    /// Edits of the files that know the example.
    pub(super) fn registrations(
        &self,
        graft: &Graft<'_>,
        wanted: &BTreeSet<String>,
    ) -> Result<Vec<FileChange>, ProposeError> {
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
        let mut mounts = false;
        for source in self.survey.sources.values() {
            let is_shared = !self.related.contains(&source.path)
                && !suite::is_test(source)
                && !example::is_migration(source)
                && self.names.path(&source.path) == source.path
                && !example::is_of_another(&source.path, &self.names.like, self.tables);
            if !is_shared || !self.names.touches(&source.text) {
                continue;
            }
            let Some(registered) = register::register(graft, source, &asked, &|work| self.prepare(work))?
            else {
                continue;
            };
            mounts |= registered.mounts;
            found.push((source.path.clone(), registered));
        }
        if !mounts {
            return Err(ProposeError::Input {
                what: format!(
                    "nothing mounts the router of {}, so there is no place to serve {}",
                    self.router, self.names.to.plural
                ),
                hint: "mount the example's router in the application, then ask again".into(),
            });
        }
        let mut changes = Vec::new();
        for (path, registered) in found {
            let Some(source) = self.survey.get(&path) else { continue };
            let mut text = registered.text;
            if registered.uses.contains("ColumnType") {
                text = compose::with_import(&path, &text, "ColumnType", "kysely")?;
            }
            let text = drizzle::with_imports(self.survey, &path, &text, &self.parents, &self.table)?;
            let text = compose::fitted_beside(&path, &source.text, &text, &self.habits)?;
            let layer = if path == self.table.path { Layer::Model } else { Layer::Config };
            changes.push(self.ask.edited(Edited {
                path: &path,
                old: &source.text,
                new: text,
                reason: self.ask.head.reason(layer),
                like: Some(source.place(registered.like_at)),
                layer,
            }));
        }
        Ok(changes)
    }
}

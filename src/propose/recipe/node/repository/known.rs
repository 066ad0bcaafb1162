//! Hands the new repository on where the example is handed on: a list of modules, a container, an
//! object of all repositories. What gives it to a service of the example is left alone.

use super::{Plan, like::Form};
use crate::{
    domain::{layer::Layer, proposal::FileChange},
    ports::ProposeError,
    propose::{
        recipe::{
            node::{
                compose, example,
                graft::{Graft, Work},
                register, suite,
            },
            rename::Joint,
            resource::Edited,
            sources::Source,
            typescript::words,
        },
        script::{Id, Kind},
    },
};
use std::{collections::BTreeSet, ops::Range};

impl Plan<'_> {
    /// Edits of the files that hand the example on.
    pub(super) fn registrations(&self) -> Result<Vec<FileChange>, ProposeError> {
        let mut changes = Vec::new();
        let graft = Graft {
            names: &self.names,
            own: &[],
            columns: &[],
            key: &self.key.name,
            fields: &[],
            form: Joint::Camel,
            in_tests: false,
            member: &|_, _| Ok(String::new()),
        };
        for source in self.survey.sources.values() {
            let is_shared = source.path != self.like.source.path
                && !suite::is_test(source)
                && !example::is_migration(source)
                && self.names.path(&source.path) == source.path;
            if !is_shared || !self.names.touches(&source.text) {
                continue;
            }
            let (allowed, wanted) = self.instances(source)?;
            let is_asked =
                |work: &Work<'_>, range: &Range<usize>| self.is_handed_on(source, work, range, &allowed);
            let Some(registered) = register::register(&graft, source, &wanted, &|_| (), &is_asked)? else {
                continue;
            };
            let new = compose::fitted_beside(&source.path, &source.text, &registered.text, &self.habits)?;
            changes.push(self.ask.edited(Edited {
                path: &source.path,
                old: &source.text,
                new,
                reason: self.ask.head.reason(Layer::Config),
                like: Some(source.place(registered.like_at)),
                layer: Layer::Config,
            }));
        }
        Ok(changes)
    }

    /// Names that mean the example in a source, and those of its objects that the source exports.
    fn instances(&self, source: &Source) -> Result<(BTreeSet<String>, BTreeSet<String>), ProposeError> {
        let mut allowed = BTreeSet::new();
        let mut wanted = BTreeSet::new();
        if self.like.form == Form::Functions {
            return Ok((allowed, wanted));
        }
        let from = |name: &str| {
            let import = source.script.import_of(name).map(|(import, _)| &import.from);
            import.and_then(|from| self.survey.resolve(&source.path, from))
        };
        for name in words(&source.text).into_iter().filter(|name| self.names.touches(name)) {
            // Its file, or a list of modules that hands it on.
            let is_it = from(&name).is_some_and(|target| target.path == self.like.source.path)
                || name == self.like.owner && from(&name).is_some();
            if is_it {
                allowed.insert(name);
            }
        }
        let work = Work::new(&source.path, &source.text)?;
        let tree = &work.tree;
        for id in tree.all().filter(|id| tree.kind(*id) == Kind::Variable) {
            let Some(value) =
                tree.value(id).filter(|value| matches!(tree.kind(*value), Kind::New | Kind::Call))
            else {
                continue;
            };
            let makes = tree.callee(value, work.text).is_some_and(|(name, _)| allowed.contains(name));
            if let Some(name) = tree.name(id, work.text).filter(|name| makes && self.names.touches(name)) {
                if tree.kind(tree.parent(tree.parent(id))) == Kind::Export {
                    wanted.insert(name.to_owned());
                }
                allowed.insert(name.to_owned());
            }
        }
        Ok((allowed, wanted))
    }

    /// Whether a place is about the example's repository and about nothing else of its resource.
    fn is_handed_on(
        &self,
        source: &Source,
        work: &Work<'_>,
        range: &Range<usize>,
        allowed: &BTreeSet<String>,
    ) -> bool {
        let tree = &work.tree;
        let text = work.text.get(range.clone()).unwrap_or_default();
        let export = source.script.exports.iter().find(|export| export.range == *range);
        if let Some(export) = export {
            return self
                .survey
                .resolve(&source.path, &export.from)
                .is_some_and(|target| target.path == self.like.source.path);
        }
        let own: Vec<String> = words(text).into_iter().filter(|word| self.names.touches(word)).collect();
        let bare = [&self.names.like.snake, &self.names.like.plural]
            .map(|name| crate::propose::recipe::names::camel(name));
        let is_it = own.iter().any(|word| allowed.contains(word));
        let is_alone = own.iter().all(|word| allowed.contains(word) || bare.contains(word));
        let around = |id: &Id| {
            let outer = tree.range(*id);
            outer.start <= range.start && range.end <= outer.end && outer != *range
        };
        let is_others = tree.all().filter(around).any(|id| match tree.kind(id) {
            Kind::New | Kind::Call => {
                tree.callee(id, work.text).is_some_and(|(name, _)| self.names.touches(name))
            }
            Kind::Interface | Kind::Alias | Kind::Class | Kind::Function | Kind::Variable => {
                tree.name(id, work.text).is_some_and(|name| self.names.touches(name))
            }
            _ => false,
        });
        is_it && is_alone && !is_others
    }
}

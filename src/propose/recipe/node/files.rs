//! The example's own files, under change.

use super::graft::Work;
use crate::propose::script::{Id, Kind, Tree};
use std::collections::BTreeMap;

/// They, with their paths.
pub(super) struct Files<'t> {
    works: Vec<Work<'t>>,
    paths: Vec<String>,
}

impl<'t> Files<'t> {
    pub(super) fn new(works: BTreeMap<String, Work<'t>>) -> Self {
        let (paths, works) = works.into_iter().unzip();
        Self { works, paths }
    }

    pub(super) fn works(&self) -> impl Iterator<Item = (usize, &Work<'t>)> {
        self.works.iter().enumerate()
    }

    pub(super) fn works_mut(&mut self) -> impl Iterator<Item = (&str, &mut Work<'t>)> {
        self.paths.iter().map(String::as_str).zip(self.works.iter_mut())
    }

    pub(super) fn work(&self, file: usize) -> Option<&Work<'t>> {
        self.works.get(file)
    }

    pub(super) fn work_mut(&mut self, file: usize) -> Option<&mut Work<'t>> {
        self.works.get_mut(file)
    }

    pub(super) fn path(&self, file: usize) -> &str {
        self.paths.get(file).map_or("", String::as_str)
    }

    /// The function that is meant: written there, or the one of that name.
    pub(super) fn function(&self, file: usize, id: Id) -> Option<(usize, Id)> {
        let work = self.work(file)?;
        match work.tree.kind(id) {
            Kind::Arrow | Kind::Function => Some((file, id)),
            Kind::Name | Kind::Member => {
                let named =
                    if work.tree.kind(id) == Kind::Name { id } else { *work.tree.children(id).last()? };
                let name = work.tree.text(named, work.text);
                let near = units(work).find(|unit| work.tree.name(*unit, work.text) == Some(name));
                near.map(|unit| (file, unit)).or_else(|| self.unit(name, usize::MAX))
            }
            Kind::Call => {
                // `wrap(create)`, `controller.create.bind(controller)`.
                let given = work.tree.arguments(id);
                let bound = work.tree.callee(id, work.text).filter(|(name, _)| *name == "bind");
                match bound {
                    Some((_, Some(object))) => self.function(file, object),
                    _ => given.iter().rev().find_map(|one| self.function(file, *one)),
                }
            }
            _ => None,
        }
    }

    /// The function or method of a name; one of another file first.
    pub(super) fn unit(&self, name: &str, than: usize) -> Option<(usize, Id)> {
        let mut found = None;
        for (file, work) in self.works() {
            if let Some(id) = units(work).find(|id| work.tree.name(*id, work.text) == Some(name)) {
                if file != than {
                    return Some((file, id));
                }
                found = found.or(Some((file, id)));
            }
        }
        found
    }
}

/// Every function that has a name: declared, a method, a member, a variable.
pub(super) fn units<'w>(work: &'w Work<'_>) -> impl Iterator<Item = Id> + 'w {
    units_in(&work.tree, work.text).filter(|id| !work.is_dropped(&work.tree.range(*id)))
}

/// The same of a source that nothing is left out of.
pub(super) fn units_in<'w>(tree: &'w Tree, text: &'w str) -> impl Iterator<Item = Id> + 'w {
    tree.all().filter(move |id| match tree.kind(*id) {
        Kind::Function => tree.name(*id, text).is_some() && tree.child(*id, Kind::Body).is_some(),
        Kind::Method => true,
        Kind::Property | Kind::Variable | Kind::Field => {
            tree.value(*id).is_some_and(|value| matches!(tree.kind(value), Kind::Arrow | Kind::Function))
        }
        _ => false,
    })
}

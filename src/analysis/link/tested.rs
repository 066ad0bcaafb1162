//! Which files are tests: their routes are no routes of the backend.

use crate::{
    analysis::{facts::Lang, glob::Glob},
    domain::layer::Layer,
    knowledge::packs::Packs,
};
use rustc_hash::FxHashMap;

/// What packs say of the paths of tests.
pub(super) struct TestPaths<'p> {
    packs: &'p Packs,
    by_language: FxHashMap<Lang, Vec<Glob>>,
}

impl<'p> TestPaths<'p> {
    pub(super) fn new(packs: &'p Packs) -> Self {
        Self { packs, by_language: FxHashMap::default() }
    }

    /// Whether a file's path is that of a test.
    pub(super) fn is_test(&mut self, lang: Lang, path: &str) -> bool {
        let globs = self.by_language.entry(lang).or_insert_with(|| {
            self.packs
                .iter()
                .filter(|pack| pack.languages.iter().any(|name| name == lang.name()))
                .flat_map(|pack| &pack.layers)
                .filter(|sign| sign.layer == Layer::Test)
                .flat_map(|sign| &sign.paths)
                .map(|glob| Glob::new(glob))
                .collect()
        });
        globs.iter().any(|glob| glob.is_match(path))
    }
}

//! Which files are tests: their routes are no routes of the backend.

use crate::{
    analysis::{facts::Lang, glob::Glob},
    domain::layer::Layer,
    knowledge::packs::Packs,
};

/// Whether packs say that a path is a test.
pub(super) fn is_test(packs: &Packs, lang: Lang, path: &str) -> bool {
    packs
        .iter()
        .filter(|pack| pack.languages.iter().any(|name| name == lang.name()))
        .flat_map(|pack| &pack.layers)
        .filter(|sign| sign.layer == Layer::Test)
        .flat_map(|sign| &sign.paths)
        .any(|glob| Glob::new(glob).is_match(path))
}

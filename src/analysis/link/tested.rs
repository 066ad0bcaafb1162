//! Which files are tests: their routes are no routes of the backend.

use crate::{analysis::facts::Lang, domain::layer::Layer, knowledge::packs::Packs};

/// Whether packs say that a path is a test.
pub(super) fn is_test(packs: &Packs, lang: Lang, path: &str) -> bool {
    packs
        .iter()
        .filter(|pack| pack.languages.iter().any(|name| name == lang.name()))
        .flat_map(|pack| &pack.layers)
        .filter(|sign| sign.layer == Layer::Test)
        .flat_map(|sign| &sign.paths)
        .any(|glob| glob_matches(glob, path))
}

/// Whether a path matches a glob of `*` and `**`.
pub(crate) fn glob_matches(glob: &str, path: &str) -> bool {
    fn segments(glob: &[&str], path: &[&str]) -> bool {
        match (glob.split_first(), path.split_first()) {
            (None, None) => true,
            (Some((&"**", rest)), _) => {
                segments(rest, path) || path.split_first().is_some_and(|(_, path)| segments(glob, path))
            }
            (Some((first, glob)), Some((segment, path))) => one(first, segment) && segments(glob, path),
            _ => false,
        }
    }
    fn one(glob: &str, text: &str) -> bool {
        match glob.split_once('*') {
            None => glob == text,
            Some((before, after)) => text.strip_prefix(before).is_some_and(|rest| {
                (0..=rest.len())
                    .any(|at| rest.is_char_boundary(at) && one(after, rest.get(at..).unwrap_or_default()))
            }),
        }
    }
    let glob: Vec<&str> = glob.split('/').collect();
    let path: Vec<&str> = path.split('/').collect();
    segments(&glob, &path)
}

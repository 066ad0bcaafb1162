//! What makes a folder a package of Python goes with the modules that are new in it.
//!
//! Without `accounts/__init__.py` type checkers and test runners take `accounts/checks.py` for a
//! module of another name.

use super::{edit::FileEdit, ids::HunkId};

/// Triples of a hunk of a new module, the hunk of its package's file, and the package's name.
pub(super) fn links<'e>(
    edits: &(impl Iterator<Item = &'e FileEdit> + Clone),
) -> Vec<(HunkId, HunkId, &'e str)> {
    let made = || edits.clone().filter(|edit| edit.base.is_none() && edit.path.ends_with(".py"));
    let mut links = Vec::new();
    for marker in made() {
        let Some(folder) = marker.path.strip_suffix("/__init__.py") else { continue };
        let name = folder.rsplit('/').next().unwrap_or(folder);
        let beside = |edit: &&FileEdit| {
            edit.path != marker.path && edit.path.rsplit_once('/').is_some_and(|(other, _)| other == folder)
        };
        for hunk in made().filter(beside).flat_map(|edit| &edit.hunks) {
            links.extend(marker.hunks.iter().map(|own| (hunk.id, own.id, name)));
        }
    }
    links
}

#[cfg(test)]
mod tests {
    use super::super::imports::tests::edit;
    use super::*;
    use pretty_assertions::assert_eq;

    #[test]
    fn a_new_module_goes_with_what_makes_its_folder_a_package() {
        let mut edits = [
            edit("app/accounts/__init__.py", "", "\n", 1),
            edit("app/accounts/checks.py", "", "import os\n", 2),
            edit("app/accounts/tests/test_a.py", "", "import os\n", 3),
            edit("app/other.py", "", "import os\n", 4),
        ];
        edits.iter_mut().for_each(|edit| edit.base = None);
        let found: Vec<(u32, u32, &str)> =
            links(&edits.iter()).iter().map(|(a, b, name)| (a.0, b.0, *name)).collect();
        assert_eq!(found, [(2, 1, "accounts")]);
    }
}

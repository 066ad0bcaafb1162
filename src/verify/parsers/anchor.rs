//! Makes a report independent of the tree it came from.
//!
//! The base and the approved tree lie in different folders; a failure is the same in
//! both only when no key, name or message holds the folder.

use crate::domain::command::Parsed;
use std::path::Path;

/// Removes the root from every text, and puts the command's folder before relative paths.
pub(crate) fn anchor(parsed: &mut Parsed, root: &Path, folder: &str) {
    let mut roots: Vec<String> = Vec::new();
    for path in [Some(root.to_path_buf()), root.canonicalize().ok()].into_iter().flatten() {
        let text = path.to_string_lossy().trim_end_matches('/').to_owned();
        if !text.is_empty() && !roots.contains(&text) {
            roots.push(text);
        }
    }
    // The longer one first: one may be the prefix of the other.
    roots.sort_by_key(|text| std::cmp::Reverse(text.len()));
    let folder = folder.trim_matches('/').trim_start_matches("./");
    let strip = |text: &mut String| {
        for root in &roots {
            if text.contains(root.as_str()) {
                *text = text.replace(&format!("{root}/"), "").replace(root.as_str(), ".");
            }
        }
    };
    for failure in &mut parsed.failures {
        strip(&mut failure.key);
        strip(&mut failure.name);
        strip(&mut failure.message);
        if let Some(place) = &mut failure.place {
            let was_absolute = place.path.starts_with('/');
            strip(&mut place.path);
            if !was_absolute && !folder.is_empty() && folder != "." {
                place.path = format!("{folder}/{}", place.path);
            }
        }
    }
    for test in &mut parsed.tests {
        strip(&mut test.name);
    }
    if let Some(reason) = &mut parsed.blocked {
        strip(reason);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        domain::{command::Failure, place::Place},
        verify::parsers::text::failed_test,
    };
    use pretty_assertions::assert_eq;

    fn anchored(path: &str, folder: &str) -> Failure {
        let failure = failed_test(format!("{path}::test"), path, Some(Place::new(path, 3)), 0);
        let mut parsed = Parsed { failures: vec![failure], ..Parsed::default() };
        anchor(&mut parsed, Path::new("/scratch/tree-1"), folder);
        parsed.failures.remove(0)
    }

    #[test]
    fn runs_in_two_trees_name_the_same_place() {
        let failure = anchored("/scratch/tree-1/api/tests/test_a.py", "api");
        assert_eq!(failure.key, "api/tests/test_a.py::test");
        assert_eq!(failure.place, Some(Place::new("api/tests/test_a.py", 3)));
    }

    #[test]
    fn relative_paths_start_at_the_folder_of_the_command() {
        assert_eq!(anchored("tests/test_a.py", "api").place, Some(Place::new("api/tests/test_a.py", 3)));
        assert_eq!(anchored("tests/test_a.py", "").place, Some(Place::new("tests/test_a.py", 3)));
        assert_eq!(anchored("/usr/lib/x.py", "api").place, Some(Place::new("/usr/lib/x.py", 3)));
    }
}

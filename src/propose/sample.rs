//! The sample backends of the demo, and the guided first task of each.
//!
//! Both are data under `resources/demo`: `STACK/` is the repository, `STACK.proposals/NAME/`
//! is a proposal prepared for it, with the task it belongs to. Whatever tools left beside
//! the sources (`__pycache__`) is not part of a sample.

use crate::ports::ProposeError;
use include_dir::{Dir, DirEntry, include_dir};
use serde::Deserialize;

static DEMO: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/resources/demo");

/// One file of a sample backend.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SampleFile {
    /// Relative to the sample's root with `/`.
    pub path: &'static str,
    pub bytes: &'static [u8],
}

/// The task that the demo offers first.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GuidedTask {
    /// As the user would type it.
    pub text: String,
    /// In the order of their numbers, from 1.
    pub criteria: Vec<GuidedCriterion>,
}

/// One criterion of a guided task.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GuidedCriterion {
    pub text: String,
    /// Names of the tests that prove it.
    #[serde(default)]
    pub tests: Vec<String>,
}

/// All files of the sample backend of that stack, sorted by path; empty for an unknown stack.
pub fn sample_files(stack: &str) -> Vec<SampleFile> {
    DEMO.get_dir(stack).map(files_below).unwrap_or_default()
}

/// The guided first task of that stack's sample.
pub fn guided_task(stack: &str) -> Result<Option<GuidedTask>, ProposeError> {
    let prepared = super::prepared::load_all(stack)?;
    Ok(prepared.into_iter().next().map(|prepared| prepared.task))
}

/// Files of a folder below `resources/demo`, with paths relative to that folder.
pub(super) fn demo_files(folder: &str) -> Vec<SampleFile> {
    DEMO.get_dir(folder).map(files_below).unwrap_or_default()
}

/// Names of the folders directly below one below `resources/demo`, sorted.
pub(super) fn demo_folders(folder: &str) -> Vec<String> {
    let mut names: Vec<String> = DEMO
        .get_dir(folder)
        .into_iter()
        .flat_map(Dir::dirs)
        .filter_map(|dir| dir.path().file_name().and_then(|name| name.to_str()))
        .map(str::to_owned)
        .collect();
    names.sort();
    names
}

fn files_below(root: &'static Dir<'static>) -> Vec<SampleFile> {
    let mut found = Vec::new();
    let mut folders = vec![root];
    while let Some(folder) = folders.pop() {
        for entry in folder.entries() {
            match entry {
                DirEntry::Dir(dir) if !dir.path().ends_with("__pycache__") => folders.push(dir),
                DirEntry::Dir(_) => {}
                DirEntry::File(file) => {
                    let relative = file.path().strip_prefix(root.path()).ok().and_then(|path| path.to_str());
                    found.extend(relative.map(|path| SampleFile { path, bytes: file.contents() }));
                }
            }
        }
    }
    found.sort_by_key(|file| file.path);
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_python_sample_has_every_layer_and_no_litter() {
        let paths: Vec<&str> = sample_files("python").iter().map(|file| file.path).collect();
        for wanted in [
            ".gitignore",
            "app/routers/reports.py",
            "app/services/reports.py",
            "app/repositories/reports.py",
            "stack/stack.yaml",
            "tests/test_reports.py",
            "tools/lint.py",
        ] {
            assert!(paths.contains(&wanted), "{wanted} is missing");
        }
        assert!(!paths.iter().any(|path| path.contains("__pycache__") || path.contains(".proposals")));
    }

    #[test]
    fn an_unknown_stack_has_no_sample() {
        assert_eq!(sample_files("cobol"), Vec::new());
    }

    #[test]
    fn the_guided_task_names_a_test_of_the_sample() {
        let task = guided_task("python").unwrap().unwrap();
        let tests = sample_files("python")
            .into_iter()
            .filter(|file| file.path.starts_with("tests/"))
            .map(|file| String::from_utf8(file.bytes.to_vec()).unwrap())
            .collect::<String>();
        let named: Vec<&String> = task.criteria.iter().flat_map(|criterion| &criterion.tests).collect();
        assert!(named.iter().any(|name| tests.contains(&format!("def {name}("))));
    }
}

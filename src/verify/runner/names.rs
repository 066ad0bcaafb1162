//! A private report beside the output, so that tests that pass have names.
//!
//! A criterion is proven by a test that is named, and `pytest -q` prints only dots. The
//! command that the user trusts stays as it is, and so does its output: pytest is asked
//! through `PYTEST_ADDOPTS` for a JUnit file in a folder of ours, which changes nothing else
//! it does. (`-v` or `-rA` would: the last `-r` wins, so a project's own would be lost.)
//! Counts, failures and the verdict still come from output and status alone; the file only
//! adds names. A project that says anything about such reports itself is left alone: its
//! own file, or its wish to have none, comes first. Runners that have no such variable
//! (vitest, jest, go) are discovered with the option that names tests; a command that the
//! repository states is never given one.

use crate::{
    domain::command::{CommandSpec, Outcome, Parsed, TestResult},
    ports::verifier::RunPlace,
    verify::parsers,
};
use std::{
    collections::{BTreeMap, BTreeSet},
    ffi::{OsStr, OsString},
    io::Read,
    path::{Path, PathBuf},
};

const VARIABLE: &str = "PYTEST_ADDOPTS";
/// Where a project may speak about reports.
const SETTINGS: [&str; 7] =
    ["pytest.ini", ".pytest.ini", "pytest.toml", ".pytest.toml", "pyproject.toml", "tox.ini", "setup.cfg"];
const SETTINGS_LIMIT_BYTES: u64 = 1024 * 1024;
const REPORT_LIMIT_BYTES: u64 = 64 * 1024 * 1024;
/// More names than this are not kept: they would stand in every journal.
const NAMES_LIMIT: usize = 20_000;

/// A report that was asked for.
pub(super) struct NameReport {
    /// Removed with the value.
    _folder: tempfile::TempDir,
    path: PathBuf,
    /// Folders that test files may be relative to, most likely first.
    roots: [PathBuf; 2],
}

impl NameReport {
    /// Adds the wish for a report to the environment of a command; `None` where that is not
    /// known to be harmless.
    pub(super) fn ask(
        spec: &CommandSpec,
        place: &RunPlace,
        env: &mut BTreeMap<OsString, OsString>,
    ) -> Option<Self> {
        let roots = [place.root.join(&spec.folder), place.root.clone()];
        if spec.parser != "pytest" || speaks_of_reports(spec, &roots, env) {
            return None;
        }
        let folder = tempfile::Builder::new().prefix("proscenium-names-").tempdir().ok()?;
        let path = folder.path().join("report.xml");
        // pytest splits the variable as a shell would; a plain path needs no quotes.
        let text = path.to_str().filter(|text| {
            text.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '/' | '-' | '_' | '.' | '+'))
        })?;
        let mut options = env.get(OsStr::new(VARIABLE)).cloned().unwrap_or_default();
        if !options.is_empty() {
            options.push(" ");
        }
        options.push(format!("--junitxml={text}"));
        env.insert(VARIABLE.into(), options);
        Some(Self { path, _folder: folder, roots })
    }

    /// Whether a line of the output is there only because of the report.
    pub(super) fn caused(&self, line: &str) -> bool {
        line.contains("generated xml file:") && self.path.to_str().is_some_and(|path| line.contains(path))
    }

    /// Adds the names of tests that the output does not have.
    pub(super) fn name(&self, parsed: &mut Parsed) {
        let Ok(text) = read(&self.path, REPORT_LIMIT_BYTES) else { return };
        let mut outcomes: BTreeMap<String, Outcome> = BTreeMap::new();
        let mut order = Vec::new();
        for case in parsers::junit_cases(&text) {
            let Some(name) = self.node(&case.class, &case.name) else { continue };
            match outcomes.get(&name) {
                // A test whose tidying up failed has a second entry.
                Some(Outcome::Failed) => {}
                Some(Outcome::Passed | Outcome::Skipped) => {
                    if case.outcome == Outcome::Failed {
                        outcomes.insert(name, case.outcome);
                    }
                }
                None => {
                    order.push(name.clone());
                    outcomes.insert(name, case.outcome);
                }
            }
        }
        let known: BTreeSet<String> = parsed.tests.iter().map(|test| test.name.clone()).collect();
        let missing = order.into_iter().filter(|name| !known.contains(name)).take(NAMES_LIMIT);
        parsed
            .tests
            .extend(missing.filter_map(|name| Some(TestResult { outcome: *outcomes.get(&name)?, name })));
    }

    /// The name as pytest's output has it: `tests/test_a.py::TestA::test_one`. The report
    /// joins file and classes with dots, so the file is the longest part that exists.
    fn node(&self, class: &str, name: &str) -> Option<String> {
        let parts: Vec<&str> = class.split('.').collect();
        let safe = |part: &&str| !part.is_empty() && !part.contains('/');
        if !parts.iter().all(safe) {
            return None;
        }
        (1..=parts.len()).rev().find_map(|count| {
            let (file, classes) = parts.split_at(count);
            let file = format!("{}.py", file.join("/"));
            let is_there = self.roots.iter().any(|root| root.join(&file).is_file());
            is_there.then(|| {
                let mut node = file;
                for part in classes.iter().copied().chain([name]) {
                    node.push_str("::");
                    node.push_str(part);
                }
                node
            })
        })
    }
}

/// Whether command, environment or settings say anything about JUnit reports.
fn speaks_of_reports(spec: &CommandSpec, roots: &[PathBuf], env: &BTreeMap<OsString, OsString>) -> bool {
    let speaks = |text: &str| text.contains("junit");
    let options = env.get(OsStr::new(VARIABLE)).map(|options| options.to_string_lossy());
    spec.argv.iter().any(|word| speaks(word))
        || options.is_some_and(|options| speaks(&options))
        || roots
            .iter()
            .flat_map(|root| SETTINGS.iter().map(move |name| root.join(name)))
            .any(|path| read(&path, SETTINGS_LIMIT_BYTES).is_ok_and(|text| speaks(&text)))
}

/// A regular file's text; an error for one that is larger.
fn read(path: &Path, limit_bytes: u64) -> std::io::Result<String> {
    let file = std::fs::File::open(path)?;
    let metadata = file.metadata()?;
    if !metadata.is_file() || metadata.len() > limit_bytes {
        return Err(std::io::Error::other("no file of a size that is read"));
    }
    let mut bytes = Vec::new();
    file.take(limit_bytes).read_to_end(&mut bytes)?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{command::CommandKind, place::Place};
    use pretty_assertions::assert_eq;
    use std::time::Duration;

    /// As pytest 9.2 writes it.
    const REPORT: &str = r#"<?xml version="1.0" encoding="utf-8"?><testsuites name="pytest tests"><testsuite name="pytest" errors="1" failures="1" skipped="1" tests="5"><testcase classname="tests.test_a" name="test_one[a&lt;b::c]" time="0.001" /><testcase classname="tests.test_a.TestB" name="test_two" time="0.0"><failure message="assert 1 == 2">x</failure></testcase><testcase classname="tests.test_a" name="test_three" time="0.0"><skipped type="pytest.skip" message="no">y</skipped></testcase><testcase classname="tests.test_a" name="test_four" time="0.0" /><testcase classname="tests.test_a" name="test_four" time="0.0"><error message="failed on teardown">z</error></testcase><testcase classname="elsewhere.test_b" name="test_five" time="0.0" /></testsuite></testsuites>"#;

    fn spec(argv: &[&str]) -> CommandSpec {
        CommandSpec {
            id: "tests".into(),
            kind: CommandKind::Tests,
            argv: argv.iter().map(|word| (*word).to_owned()).collect(),
            folder: String::new(),
            from: Place::new("stack/stack.yaml", 1),
            parser: "pytest".into(),
            timeout: Duration::from_secs(1),
            optional: false,
            pass_signal: None,
            needs: Vec::new(),
            env: Vec::new(),
        }
    }

    fn tree(files: &[(&str, &str)]) -> (tempfile::TempDir, RunPlace) {
        let folder = tempfile::tempdir().expect("folder");
        for (path, text) in files {
            let path = folder.path().join(path);
            std::fs::create_dir_all(path.parent().expect("parent")).expect("folders");
            std::fs::write(path, text).expect("write");
        }
        let place = RunPlace { root: folder.path().to_path_buf(), ..RunPlace::default() };
        (folder, place)
    }

    #[test]
    fn names_of_the_report_are_those_that_pytest_prints() {
        let (_folder, place) = tree(&[("tests/test_a.py", "")]);
        let mut env = BTreeMap::from([(OsString::from(VARIABLE), OsString::from("-x"))]);
        let report = NameReport::ask(&spec(&["pytest", "-q"]), &place, &mut env).expect("asked");
        let wish = format!("-x --junitxml={}", report.path.display());
        assert_eq!(env.get(OsStr::new(VARIABLE)), Some(&OsString::from(wish)));
        assert!(report.caused(&format!("- generated xml file: {} -", report.path.display())));
        std::fs::write(&report.path, REPORT).expect("write");
        let known = TestResult { name: "tests/test_a.py::TestB::test_two".into(), outcome: Outcome::Failed };
        let mut parsed = Parsed { tests: vec![known], passed: 2, ..Parsed::default() };
        report.name(&mut parsed);
        let named: Vec<(&str, Outcome)> =
            parsed.tests.iter().map(|test| (test.name.as_str(), test.outcome)).collect();
        assert_eq!(
            named,
            [
                ("tests/test_a.py::TestB::test_two", Outcome::Failed),
                ("tests/test_a.py::test_one[a<b::c]", Outcome::Passed),
                ("tests/test_a.py::test_three", Outcome::Skipped),
                ("tests/test_a.py::test_four", Outcome::Failed),
            ]
        );
        assert_eq!(parsed.passed, 2, "counts are the output's");
    }

    #[test]
    fn a_run_that_wrote_no_report_names_what_its_output_named() {
        let (_folder, place) = tree(&[]);
        let report = NameReport::ask(&spec(&["pytest"]), &place, &mut BTreeMap::new()).expect("asked");
        let mut parsed = Parsed::default();
        report.name(&mut parsed);
        assert_eq!(parsed, Parsed::default());
    }

    #[test]
    fn a_project_with_a_mind_of_its_own_about_reports_is_left_alone() {
        let asked = |files: &[(&str, &str)], argv: &[&str], options: &str| {
            let (_folder, place) = tree(files);
            let mut env = BTreeMap::from([(OsString::from(VARIABLE), OsString::from(options))]);
            let before = env.clone();
            let asked = NameReport::ask(&spec(argv), &place, &mut env).is_some();
            assert_eq!(asked, env != before);
            asked
        };
        assert!(asked(&[("pyproject.toml", "[tool.pytest.ini_options]\n")], &["pytest"], ""));
        assert!(!asked(&[("pyproject.toml", "addopts = \"-p no:junitxml\"\n")], &["pytest"], ""));
        assert!(!asked(&[("tox.ini", "[pytest]\njunit_family = xunit1\n")], &["pytest"], ""));
        assert!(!asked(&[], &["pytest", "--junitxml=ci.xml"], ""));
        assert!(!asked(&[], &["pytest"], "--junit-xml=ci.xml"));
        let (_folder, place) = tree(&[]);
        let other = CommandSpec { parser: "unittest".into(), ..spec(&["python3", "-m", "unittest"]) };
        assert!(NameReport::ask(&other, &place, &mut BTreeMap::new()).is_none());
    }
}

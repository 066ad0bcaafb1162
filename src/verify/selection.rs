//! The same command for some of its tests: one alone, to see whether it is flaky, or those
//! that failed.
//!
//! Options of the command are kept, its own selection is replaced. Names come from an
//! output and are untrusted: they are arguments, never options and never a shell's text,
//! and what a tool reads as a pattern is escaped.

use crate::domain::command::{CommandSpec, Failure};

/// Runs one failed test alone; `None` when the tool cannot, or the failure is no test.
pub fn repeat_command(spec: &CommandSpec, failure: &Failure) -> Option<CommandSpec> {
    select(spec, &[failure])
}

/// Runs only the failed tests; `None` when the tool cannot, or one of them is no test.
pub fn only_failed(spec: &CommandSpec, failures: &[Failure]) -> Option<CommandSpec> {
    let failures: Vec<&Failure> = failures.iter().filter(|failure| !failure.warning).collect();
    select(spec, &failures)
}

fn select(spec: &CommandSpec, failures: &[&Failure]) -> Option<CommandSpec> {
    let names: Vec<&str> = failures.iter().map(|failure| failure.key.as_str()).collect();
    // A name that starts like an option would be one.
    if names.is_empty()
        || names.iter().any(|name| name.is_empty() || name.starts_with('-') || name.contains('\0'))
    {
        return None;
    }
    let argv = match spec.parser.as_str() {
        "pytest" => pytest(&spec.argv, &names)?,
        "unittest" => unittest(&spec.argv, &names)?,
        "jest" => by_title(&spec.argv, &names, " › ", "jest")?,
        "vitest" => by_title(&spec.argv, &names, " > ", "vitest")?,
        "cargo-test" => cargo_test(&spec.argv, &names)?,
        "cargo-nextest" => nextest(&spec.argv, &names)?,
        "go-test" => go_test(&spec.argv, &names)?,
        _ => return None,
    };
    // One test proves nothing about a text that the whole run prints.
    Some(CommandSpec { argv, pass_signal: None, ..spec.clone() })
}

/// Position after the tool's own name in the arguments: `uv run pytest -q` gives 3.
fn after_tool(argv: &[String], tool: &str) -> Option<usize> {
    let is_tool = |word: &String| word.rsplit('/').next() == Some(tool);
    argv.iter().position(is_tool).map(|at| at + 1)
}

/// Keeps options and the values of those that take one; drops what selects.
fn options(words: &[String], with_value: &[&str], selecting: &[&str]) -> Vec<String> {
    let mut kept = Vec::new();
    let mut words = words.iter();
    while let Some(word) = words.next() {
        if word == "--" {
            break;
        }
        if !word.starts_with('-') {
            continue;
        }
        let name = word.split('=').next().unwrap_or(word);
        let takes_value = with_value.contains(&word.as_str());
        let value = if takes_value { words.next() } else { None };
        if !selecting.contains(&name) {
            kept.push(word.clone());
            kept.extend(value.cloned());
        }
    }
    kept
}

fn pytest(argv: &[String], names: &[&str]) -> Option<Vec<String>> {
    let at = after_tool(argv, "pytest")?;
    if names.iter().any(|name| !name.contains("::")) {
        return None;
    }
    let with_value = [
        "-c",
        "-k",
        "-m",
        "-n",
        "-o",
        "-p",
        "-r",
        "-W",
        "--cov",
        "--cov-report",
        "--confcutdir",
        "--deselect",
        "--dist",
        "--durations",
        "--ignore",
        "--ignore-glob",
        "--junitxml",
        "--log-level",
        "--maxfail",
        "--rootdir",
        "--tb",
        "--timeout",
    ];
    let selecting = [
        "-k",
        "-m",
        "-n",
        "-x",
        "--cov",
        "--cov-report",
        "--cov-fail-under",
        "--deselect",
        "--exitfirst",
        "--failed-first",
        "--ff",
        "--ignore",
        "--ignore-glob",
        "--junitxml",
        "--last-failed",
        "--lf",
        "--maxfail",
        "--pyargs",
        "--sw",
    ];
    let mut out = argv.get(..at)?.to_vec();
    out.extend(options(argv.get(at..)?, &with_value, &selecting));
    out.extend(names.iter().map(|name| (*name).to_owned()));
    Some(out)
}

fn unittest(argv: &[String], names: &[&str]) -> Option<Vec<String>> {
    let at = after_tool(argv, "unittest")?;
    let mut out = argv.get(..at)?.to_vec();
    out.extend(options(
        argv.get(at..)?,
        &["-k", "-s", "-p", "-t"],
        &["-k", "-s", "-p", "-t", "-f", "--failfast"],
    ));
    for name in names {
        // A sub-test runs with its test.
        let dotted = name.split(" (").next().unwrap_or(name).split(' ').next().unwrap_or(name);
        let is_name = dotted
            .split('.')
            .all(|part| !part.is_empty() && part.chars().all(|c| c.is_alphanumeric() || c == '_'));
        if !is_name || dotted.contains("_FailedTest") {
            return None;
        }
        if !out.iter().any(|word| word == dotted) {
            out.push(dotted.to_owned());
        }
    }
    Some(out)
}

/// Jest and Vitest: files as arguments, titles as one pattern.
fn by_title(argv: &[String], names: &[&str], join: &str, tool: &str) -> Option<Vec<String>> {
    let mut files: Vec<String> = Vec::new();
    let mut titles = Vec::new();
    for name in names {
        let (file, title) = name.split_once(join)?;
        if title == "Test suite failed to run" {
            return None;
        }
        // Both join titles with blanks for the pattern.
        titles.push(regex::escape(&title.replace(join, " ")));
        let file = if tool == "jest" { regex::escape(file) } else { file.to_owned() };
        if !files.contains(&file) {
            files.push(file);
        }
    }
    let pattern = match titles.as_slice() {
        [title] => format!("^{title}$"),
        titles => format!("^({})$", titles.join("|")),
    };
    let mut out = match after_tool(argv, tool) {
        Some(at) => {
            let with_value =
                ["-c", "--config", "-w", "--maxWorkers", "--project", "--root", "--dir", "--reporter", "-t"];
            let selecting = [
                "-t",
                "--testNamePattern",
                "--bail",
                "--changed",
                "--changedSince",
                "-o",
                "--onlyChanged",
                "--coverage",
            ];
            let words = argv.get(at..)?;
            let mut out = argv.get(..at)?.to_vec();
            // `vitest run` must stay `run`, or it would watch.
            out.extend(words.first().filter(|word| *word == "run").cloned());
            out.extend(options(words, &with_value, &selecting));
            out
        }
        // `npm test` and the like hand arguments on after `--`.
        None => {
            let is_script = matches!(argv.first()?.as_str(), "npm" | "pnpm" | "yarn" | "bun");
            let words: Vec<String> = argv.iter().take_while(|word| *word != "--").cloned().collect();
            is_script.then_some(())?;
            let separator = (argv.first()? == "npm").then(|| "--".to_owned());
            words.into_iter().chain(separator).collect()
        }
    };
    out.extend(files);
    out.push("-t".into());
    out.push(pattern);
    Some(out)
}

fn cargo_test(argv: &[String], names: &[&str]) -> Option<Vec<String>> {
    let at = argv.iter().position(|word| word == "test" || word == "t")? + 1;
    // A documentation test is named by file and line, which `--exact` does not take.
    let tests: Option<Vec<&str>> = names
        .iter()
        .map(|name| {
            name.split_once(' ')
                .map_or(Some(*name), |(_, test)| Some(test))
                .filter(|test| !test.contains(' '))
        })
        .collect();
    let with_value = [
        "-p",
        "--package",
        "--exclude",
        "-F",
        "--features",
        "--test",
        "--bin",
        "--example",
        "--bench",
        "-j",
        "--jobs",
        "--profile",
        "--target",
        "--target-dir",
        "--manifest-path",
        "--color",
        "--config",
        "-Z",
        "--message-format",
    ];
    let mut out = argv.get(..at)?.to_vec();
    out.extend(options(argv.get(at..)?, &with_value, &["--doc"]));
    out.extend(["--".to_owned(), "--exact".to_owned()]);
    out.extend(tests?.into_iter().map(str::to_owned));
    Some(out)
}

fn nextest(argv: &[String], names: &[&str]) -> Option<Vec<String>> {
    let at = argv.iter().position(|word| word == "run" || word == "r")? + 1;
    let plain = |text: &str| text.chars().all(|c| c.is_alphanumeric() || "_:-".contains(c));
    let filters: Option<Vec<String>> = names
        .iter()
        .map(|name| {
            let (binary, test) = name.split_once(' ')?;
            (plain(binary) && plain(test)).then(|| format!("(binary_id(={binary}) & test(={test}))"))
        })
        .collect();
    let with_value = [
        "-p",
        "--package",
        "--exclude",
        "-F",
        "--features",
        "--test",
        "--bin",
        "-j",
        "--test-threads",
        "-P",
        "--profile",
        "--cargo-profile",
        "--target",
        "--target-dir",
        "--manifest-path",
        "--color",
        "-E",
        "--filterset",
        "--retries",
    ];
    let mut out = argv.get(..at)?.to_vec();
    out.extend(options(argv.get(at..)?, &with_value, &["-E", "--filterset", "--retries"]));
    out.extend(["-E".to_owned(), filters?.join(" | ")]);
    Some(out)
}

fn go_test(argv: &[String], names: &[&str]) -> Option<Vec<String>> {
    let at = argv.iter().position(|word| word == "test")? + 1;
    // One pattern holds for all packages, so only one test can be named exactly.
    let [name] = names else { return None };
    let (package, test) = name.split_once(' ')?;
    let pattern: Vec<String> = test.split('/').map(|part| format!("^{}$", regex::escape(part))).collect();
    let with_value =
        ["-count", "-cpu", "-p", "-parallel", "-run", "-tags", "-timeout", "-bench", "-coverprofile"];
    let mut out = argv.get(..at)?.to_vec();
    out.extend(options(argv.get(at..)?, &with_value, &["-run", "-count", "-coverprofile"]));
    // `-count=1` because a cached result would repeat nothing.
    out.extend(["-count=1".to_owned(), "-run".to_owned(), pattern.join("/"), package.to_owned()]);
    Some(out)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{command::CommandKind, place::Place};
    use pretty_assertions::assert_eq;
    use std::time::Duration;

    fn chosen(parser: &str, command: &str, keys: &[&str]) -> Option<String> {
        let spec = CommandSpec {
            id: "tests".into(),
            kind: CommandKind::Tests,
            argv: command.split(' ').map(str::to_owned).collect(),
            folder: String::new(),
            from: Place::new("stack/stack.yaml", 1),
            parser: parser.into(),
            timeout: Duration::from_secs(1),
            optional: false,
            pass_signal: Some("passed".into()),
            needs: Vec::new(),
            env: Vec::new(),
        };
        let failures: Vec<Failure> = keys
            .iter()
            .map(|key| Failure {
                key: (*key).into(),
                name: (*key).into(),
                message: String::new(),
                place: None,
                output_line: 1,
                warning: false,
            })
            .collect();
        let selected = match failures.as_slice() {
            [one] => repeat_command(&spec, one)?,
            many => only_failed(&spec, many)?,
        };
        assert_eq!(selected.pass_signal, None);
        Some(selected.title())
    }

    #[test]
    fn each_tool_is_asked_in_its_own_way() {
        let table: &[(&str, &str, &[&str], Option<&str>)] = &[
            (
                "pytest",
                "uv run pytest -q --tb short -n 4 tests -k slow",
                &["tests/test_a.py::T::test_x[a b]"],
                Some("uv run pytest -q --tb short 'tests/test_a.py::T::test_x[a b]'"),
            ),
            (
                "pytest",
                "python -m pytest -x",
                &["a.py::t", "b.py::u"],
                Some("python -m pytest a.py::t b.py::u"),
            ),
            ("pytest", "pytest", &["tests/test_a.py"], None),
            ("pytest", "pytest", &["--pdb::x"], None),
            ("pytest", "make test", &["a.py::t"], None),
            (
                "unittest",
                "python -m unittest discover -v",
                &["test_u.T.test_a (i=1)"],
                Some("python -m unittest -v test_u.T.test_a"),
            ),
            (
                "jest",
                "npx jest --ci src",
                &["src/a.test.ts › orders › cancels (twice)"],
                Some("npx jest --ci 'src/a\\.test\\.ts' -t '^orders cancels \\(twice\\)$'"),
            ),
            ("jest", "npm test", &["a.test.js › adds"], Some("npm test -- 'a\\.test\\.js' -t '^adds$'")),
            ("jest", "npx jest", &["a.test.js › Test suite failed to run"], None),
            (
                "vitest",
                "npx vitest run --reporter verbose",
                &["t/a.test.ts > orders > cancels", "t/b.test.ts > x"],
                Some("npx vitest run --reporter verbose t/a.test.ts t/b.test.ts -t '^(orders cancels|x)$'"),
            ),
            (
                "cargo-test",
                "cargo test --workspace --no-fail-fast slow -- --nocapture",
                &["app tests::cancels", "it whole"],
                Some("cargo test --workspace --no-fail-fast -- --exact tests::cancels whole"),
            ),
            ("cargo-test", "cargo test", &["app src/lib.rs - add (line 3)"], None),
            (
                "cargo-nextest",
                "cargo nextest run -p app",
                &["app::it cancels"],
                Some("cargo nextest run -p app -E '(binary_id(=app::it) & test(=cancels))'"),
            ),
            ("cargo-nextest", "cargo nextest run", &["app x) | all("], None),
            (
                "go-test",
                "go test -race ./...",
                &["example.org/app TestCancel/when shipped"],
                Some("go test -race -count=1 -run '^TestCancel$/^when shipped$' example.org/app"),
            ),
            ("ruff", "ruff check .", &["F401 app.py unused"], None),
        ];
        for (parser, command, keys, expected) in table {
            assert_eq!(chosen(parser, command, keys).as_deref(), *expected, "{parser} {keys:?}");
        }
    }
}

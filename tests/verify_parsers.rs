//! Outputs of real shapes from invented projects, and what each parser makes of them.
//!
//! A fixture starts with `# $ command | exit N`, ends with `#= expected` and what must
//! be understood; its name starts with the name of its parser.

#![expect(clippy::expect_used, reason = "a helper of a test fails by panicking")]

use pretty_assertions::assert_eq;
use proscenium::{
    domain::command::Parsed,
    verify::{Assembler, parsers},
};
use std::{collections::BTreeSet, path::PathBuf};

struct Fixture {
    name: String,
    parser: String,
    exit: i32,
    output: String,
    expected: String,
}

fn fixtures() -> Vec<Fixture> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/outputs");
    let mut paths: Vec<PathBuf> =
        std::fs::read_dir(folder).expect("folder").map(|entry| entry.expect("entry").path()).collect();
    paths.sort();
    paths
        .iter()
        .map(|path| {
            let name = path.file_stem().expect("name").to_string_lossy().into_owned();
            let text = std::fs::read_to_string(path).expect("text");
            let (head, rest) = text.split_once('\n').expect("a first line");
            let (output, expected) = rest.split_once("#= expected\n").expect("an expectation");
            let exit = head.rsplit_once("| exit ").expect("an exit").1.trim().parse().expect("a number");
            // The longest parser name that starts the file name.
            let parser = parsers::PARSERS
                .iter()
                .filter(|parser| name.starts_with(*parser))
                .max_by_key(|parser| parser.len())
                .map_or(String::new(), |parser| (*parser).to_owned());
            Fixture { name, parser, exit, output: output.to_owned(), expected: expected.to_owned() }
        })
        .collect()
}

fn lines(bytes: &[u8], chunk: usize) -> Vec<String> {
    let mut assembler = Assembler::default();
    let mut lines: Vec<String> =
        bytes.chunks(chunk).flat_map(|chunk| assembler.feed(chunk)).map(|line| line.text).collect();
    lines.extend(assembler.finish().map(|line| line.text));
    lines
}

fn parsed(fixture: &Fixture, chunk: usize) -> Parsed {
    let lines = lines(fixture.output.as_bytes(), chunk);
    let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
    parsers::parse(&fixture.parser, &lines, Some(fixture.exit))
}

fn rendered(parsed: &Parsed) -> String {
    let mut out = format!("passed {} failed {} skipped {}", parsed.passed, parsed.failed, parsed.skipped);
    if let Some(total) = parsed.total {
        out += &format!(" of {total}");
    }
    out += if parsed.complete { ", complete\n" } else { ", not complete\n" };
    if let Some(reason) = &parsed.blocked {
        out += &format!("blocked: {reason}\n");
    }
    for failure in &parsed.failures {
        let mark = if failure.warning { "!" } else { "x" };
        let place = failure.place.as_ref().map_or_else(|| "nowhere".to_owned(), ToString::to_string);
        out += &format!("{mark} {} | {place} | line {}\n", failure.key, failure.output_line);
        out += &format!("  {}\n", failure.message.replace('\n', "\n  "));
    }
    for test in &parsed.tests {
        out += &format!("- {:?} {}\n", test.outcome, test.name);
    }
    out
}

#[test]
fn each_output_is_understood_as_written_below_it() {
    for fixture in fixtures() {
        assert_eq!(rendered(&parsed(&fixture, usize::MAX)), fixture.expected, "{}", fixture.name);
    }
}

#[test]
fn a_failed_command_has_failures_or_is_blocked_and_a_passed_one_has_neither() {
    for fixture in fixtures() {
        let parsed = parsed(&fixture, 64);
        let failures = parsed.failures.iter().filter(|failure| !failure.warning).count();
        let speaks = failures > 0 || parsed.blocked.is_some();
        assert_eq!(speaks, fixture.exit != 0, "{}", fixture.name);
    }
}

#[test]
fn every_parser_has_a_failing_example() {
    let seen: BTreeSet<String> =
        fixtures().into_iter().filter(|it| it.exit != 0).map(|it| it.parser).collect();
    let aliases = ["basedpyright", "cargo-build", "cargo-check", "django-test", "ruff-format"];
    let missing: Vec<_> =
        parsers::PARSERS.iter().filter(|name| !aliases.contains(name) && !seen.contains(**name)).collect();
    assert_eq!(missing, Vec::<&&str>::new());
    for name in parsers::PARSERS {
        assert!(parsers::parser(name).is_some(), "{name}");
    }
    assert!(parsers::parser("make").is_none());
}

#[test]
fn no_parser_falls_over_the_output_of_another_tool_cut_anywhere() {
    let fixtures = fixtures();
    for fixture in &fixtures {
        let all = lines(fixture.output.as_bytes(), usize::MAX);
        for name in parsers::PARSERS {
            for end in (0..=all.len()).step_by(7) {
                let part: Vec<&str> = all.iter().skip(end / 3).take(end).map(String::as_str).collect();
                let parsed = parsers::parse(name, &part, Some(1));
                let lines = u32::try_from(part.len().max(1)).expect("few lines");
                assert!(parsed.failures.iter().all(|failure| (1..=lines).contains(&failure.output_line)));
            }
        }
    }
}

#[test]
#[ignore = "takes seconds: `cargo test -- --include-ignored`, as CI does"]
fn a_hostile_report_costs_bounded_time_and_memory() {
    let table = [
        ("jest", "FAIL ./a.test.js\n", "  ● test N\n"),
        ("vitest", "", " FAIL  a.test.ts > test N\n"),
        ("cargo-test", "", "error: mistake N\n"),
        ("cargo-nextest", "", "        FAIL [   0.1s] (1/9) app test_N\n"),
        ("go-test", "", "--- FAIL: TestN (0.00s)\n"),
        ("node-test", "TAP version 13\n", "not ok N - x\n  ---\n"),
        ("pyright", "  a.py:1:1 - error: x\n", "      more N\n"),
        ("pytest", "=== FAILURES ===\n", "____ test_N ____\n"),
        ("pytest", "=== short test summary info ===\n", "FAILED a.py::test_N - boom\n"),
        (
            "unittest",
            "",
            "======================================================================\nFAIL: test_N (a.T.test_N)\n",
        ),
        ("ruff", "", "a.py:N:1: F401 unused N\n"),
    ];
    for (parser, head, line) in table {
        let text: String = std::iter::once(head.to_owned())
            .chain((0..6_000).map(|n| line.replace('N', &n.to_string())))
            .collect();
        let lines: Vec<&str> = text.lines().collect();
        let begun = std::time::Instant::now();
        let parsed = parsers::parse(parser, &lines, Some(1));
        assert!(begun.elapsed() < std::time::Duration::from_secs(30), "{parser}: {:?}", begun.elapsed());
        assert!(parsed.failures.len() <= 5000, "{parser}: {}", parsed.failures.len());
    }
}

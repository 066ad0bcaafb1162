//! Tells what is missing on the machine from what is wrong in the code.
//!
//! A module that is not installed, a database that does not answer, a variable that is
//! not set: the command says nothing about the change then, and is *blocked*.

use super::text::{line_number, number, patterns};
use crate::domain::command::Parsed;

patterns! {
    PYTHON_MODULE = r#"(?:ModuleNotFoundError: |/python[\d.]*: |^)No module named '?([\w.]+)'?"#;
    NODE_MODULE = r"Cannot find (?:module|package) '([^']+)'";
    NODE_IMPORT = r"Failed to resolve import .([^\x22'`]+)";
    REFUSED_ADDRESS = r"(?:ECONNREFUSED |Can't reach database server at `?|Connect call failed \('|connection to server at .)([\w.:\[\]-]+)(?:', (\d+)\))?";
    REFUSED = r"(?i)connection refused|ECONNREFUSED|could not connect to server|Can't connect to (?:local )?MySQL|MongoNetworkError|Cannot connect to the Docker daemon|Name or service not known|ENOTFOUND|Temporary failure in name resolution|PoolTimedOut|pool timed out";
    NO_TABLE = r#"no such table: ?([\w.]+)|relation "([\w.]+)" does not exist|Table '([\w.]+)' doesn't exist"#;
    NO_DATABASE = r#"unable to open database file|database "([\w.-]+)" does not exist|Unknown database '([\w.-]+)'"#;
    PASSWORD = r"password authentication failed|Access denied for user|no password supplied";
    VARIABLE = r#"(?:[Ee]nvironment variable not found: |KeyError: ')([A-Z][A-Z0-9_]{2,})|\b([A-Z][A-Z0-9_]{2,})[`'\x22]? (?:environment variable )?(?:must be set|is not set|is required|is missing|is not defined)|[Ee]nvironment variable [`'\x22]?([A-Z][A-Z0-9_]{2,})[`'\x22]? (?:is )?(?:not|missing|required)"#;
    PROGRAM = r"^(?:.*: )?([\w./-]+): (?:command )?not found$|^sh: \d+: ([\w./-]+): not found$|no such command: `([\w-]+)`";
    NPX = r#"npx canceled due to missing packages[^\[]*\["((?:@[\w.-]+/)?[\w.-]+)|command not found: ([\w./-]+)$"#;
    SCRIPT = r#"(?i)missing script:? "?([\w:.-]+)"?"#;
    NO_SPACE = r"No space left on device";
    WHERE_PYTHON = r#"^\s*File "([^"]+)", line (\d+)"#;
    WHERE_SHORT = r"^(?:\s*(?:❯|at) )?(?:\S+ \()?((?:[\w@.-]+/)*[\w@.-]+\.\w{1,4}):(\d+)(?::\d+)?\b";
}

/// Whether a cause makes every result worthless, or only says that nothing was set up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Weight {
    /// A service or a variable: other tests may pass without it.
    Service,
    /// A module or a table: if others pass, it is the code that asks for the wrong thing.
    SetUp,
}

/// What a line says is missing.
pub(super) fn cause(line: &str) -> Option<String> {
    weighed(line).map(|(sentence, _)| sentence)
}

fn weighed(line: &str) -> Option<(String, Weight)> {
    use Weight::{Service, SetUp};
    let name = |captures: regex::Captures<'_>| {
        captures.iter().skip(1).flatten().next().map(|found| found.as_str().to_owned()).unwrap_or_default()
    };
    if let Some(found) = PYTHON_MODULE.captures(line) {
        return Some((format!("{} is not installed", name(found)), SetUp));
    }
    if let Some(found) = NODE_MODULE.captures(line).or_else(|| NODE_IMPORT.captures(line)) {
        let module = name(found);
        let is_file = module.starts_with(['.', '/']);
        let what = if is_file { "is not there" } else { "is not installed" };
        return Some((format!("{module} {what}"), SetUp));
    }
    if REFUSED.is_match(line) || REFUSED_ADDRESS.is_match(line) {
        let address = REFUSED_ADDRESS.captures(line).map(|found| {
            let port = found.get(2).map(|port| format!(":{}", port.as_str())).unwrap_or_default();
            format!(
                "{}{port}",
                found.get(1).map_or("", |host| host.as_str()).trim_end_matches(['`', ':', '.'])
            )
        });
        return Some((
            match address {
                Some(address) => format!("no connection to {address}"),
                None => format!("no connection: {}", line.trim()),
            },
            Service,
        ));
    }
    if let Some(found) = NO_TABLE.captures(line) {
        return Some((format!("no such table: {}", name(found)), SetUp));
    }
    if let Some(found) = NO_DATABASE.captures(line) {
        let database = name(found);
        let which = if database.is_empty() { String::new() } else { format!(" {database}") };
        return Some((format!("the database{which} is not there"), Service));
    }
    if PASSWORD.is_match(line) {
        return Some((format!("no access to the database: {}", line.trim()), Service));
    }
    if let Some(found) = VARIABLE.captures(line) {
        return Some((format!("{} is not set", name(found)), Service));
    }
    if let Some(found) = PROGRAM.captures(line).or_else(|| NPX.captures(line)) {
        return Some((format!("{} is not installed", name(found)), SetUp));
    }
    if let Some(found) = SCRIPT.captures(line) {
        return Some((format!("package.json has no script {}", name(found)), SetUp));
    }
    NO_SPACE.is_match(line).then(|| ("no space left on the disk".to_owned(), Service))
}

/// The first thing that is missing in a part of an output, with where the code asked for it.
pub(super) fn find(lines: &[&str]) -> Option<String> {
    let (index, sentence) = lines.iter().enumerate().find_map(|(index, line)| Some((index, cause(line)?)))?;
    Some(match asked_at(lines, index) {
        Some(place) => format!("{sentence} ({place})"),
        None => sentence,
    })
}

/// The nearest place in the code: above the line (Python) or just below it (JavaScript).
fn asked_at(lines: &[&str], index: usize) -> Option<String> {
    let place = |line: &&str| {
        let found = WHERE_PYTHON.captures(line).or_else(|| WHERE_SHORT.captures(line))?;
        let (file, number_text) = (found.get(1)?.as_str(), found.get(2)?.as_str());
        (!super::text::is_foreign(file) && number(number_text) > 0)
            .then(|| super::text::place(file, number_text).to_string())
    };
    let above = lines.get(index.saturating_sub(12)..index).unwrap_or_default();
    let below = lines.get(index + 1..(index + 12).min(lines.len())).unwrap_or_default();
    above.iter().rev().find_map(place).or_else(|| below.iter().find_map(place))
}

/// Completes a report: a run whose every failure is something missing is blocked, and so
/// is a failed run that named no failure but something missing.
pub(super) fn explain(parsed: &mut Parsed, lines: &[&str], exit: Option<i32>) {
    if parsed.blocked.is_some() || exit == Some(0) {
        return;
    }
    let failures: Vec<_> = parsed.failures.iter().filter(|failure| !failure.warning).collect();
    if failures.is_empty() {
        // A run that was stopped says nothing about what it lacks.
        if exit.is_some() && parsed.passed == 0 {
            parsed.blocked = find(lines);
        }
        return;
    }
    let causes: Option<Vec<_>> =
        failures.iter().map(|failure| failure.message.lines().find_map(weighed)).collect();
    let Some(causes) = causes else { return };
    let believable = causes.iter().all(|(_, weight)| *weight == Weight::Service) || parsed.passed == 0;
    if let (true, Some((sentence, _)), Some(failure)) = (believable, causes.first(), failures.first()) {
        parsed.blocked = Some(match &failure.place {
            Some(place) => format!("{sentence} ({place})"),
            None => sentence.clone(),
        });
    }
}

/// The last line that looks like an error, for tools that stop with one sentence.
pub(super) fn last_error<'a>(lines: &[&'a str]) -> Option<(u32, &'a str)> {
    let is_error = |line: &str| {
        let lower = line.trim_start().to_ascii_lowercase();
        ["error", "fatal", "failed", "cause:"].iter().any(|word| lower.starts_with(word))
            || lower.contains(": error: ")
    };
    let found = lines.iter().enumerate().rev().find(|(_, line)| is_error(line));
    let found = found.or_else(|| lines.iter().enumerate().rev().find(|(_, line)| !line.trim().is_empty()));
    found.map(|(index, line)| (line_number(index), line.trim()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use pretty_assertions::assert_eq;

    #[test]
    fn missing_things_are_named() {
        let table = [
            ("ModuleNotFoundError: No module named 'fastapi'", Some("fastapi is not installed")),
            ("/usr/bin/python3: No module named pytest", Some("pytest is not installed")),
            ("Error: Cannot find module 'express'", Some("express is not installed")),
            ("Cannot find module './missing' from 'a.test.js'", Some("./missing is not there")),
            ("Error: connect ECONNREFUSED 127.0.0.1:5432", Some("no connection to 127.0.0.1:5432")),
            (
                "ConnectionRefusedError: [Errno 111] Connect call failed ('127.0.0.1', 5432)",
                Some("no connection to 127.0.0.1:5432"),
            ),
            ("Error: Can't reach database server at `db:5432`", Some("no connection to db:5432")),
            ("sqlite3.OperationalError: no such table: orders", Some("no such table: orders")),
            (
                "asyncpg.exceptions.UndefinedTableError: relation \"orders\" does not exist",
                Some("no such table: orders"),
            ),
            ("KeyError: 'DATABASE_URL'", Some("DATABASE_URL is not set")),
            ("KeyError: 'x'", None),
            ("error: Environment variable not found: DATABASE_URL.", Some("DATABASE_URL is not set")),
            ("thread 'main' panicked: DATABASE_URL must be set", Some("DATABASE_URL is not set")),
            ("`DATABASE_URL` must be set to use query macros", Some("DATABASE_URL is not set")),
            ("sh: 1: vitest: not found", Some("vitest is not installed")),
            ("bash: line 1: pytest: command not found", Some("pytest is not installed")),
            ("error: no such command: `nextest`", Some("nextest is not installed")),
            (
                "npm error npx canceled due to missing packages and no YES option: [\"tsc@2.0.4\"]",
                Some("tsc is not installed"),
            ),
            (
                "npm ERR! npx canceled due to missing packages and no YES option: [\"@nestjs/cli@11.0.0\"]",
                Some("@nestjs/cli is not installed"),
            ),
            ("zsh: command not found: pytest", Some("pytest is not installed")),
            ("npm error Missing script: \"test\"", Some("package.json has no script test")),
            ("AssertionError: assert 404 == 200", None),
            ("page not found", None),
        ];
        for (line, expected) in table {
            assert_eq!(cause(line).as_deref(), expected, "{line}");
        }
    }

    #[test]
    fn the_place_that_asked_is_named_and_the_runtime_is_not() {
        let python = [
            "  File \"/app/tests/conftest.py\", line 4, in <module>",
            "    import redis",
            "  File \"/usr/lib/python3.11/importlib/__init__.py\", line 126, in import_module",
            "ModuleNotFoundError: No module named 'redis'",
        ];
        assert_eq!(find(&python).as_deref(), Some("redis is not installed (/app/tests/conftest.py:4)"));
    }
}

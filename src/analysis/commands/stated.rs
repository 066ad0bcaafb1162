//! Commands that `stack/stack.yaml` states.

use super::discover::free_id;
use crate::{
    analysis::{
        source::SourceFiles,
        stackfile::{Problem, ProblemLevel, StackYaml, StatedCommand},
    },
    domain::{
        command::{CommandKind, CommandSpec, Requirement},
        place::Place,
    },
};
use std::time::Duration;

/// Programs by the words that name them in a command, and the parser of their output.
const PARSERS: &[(&[&str], &str)] = &[
    (&["pytest"], "pytest"),
    (&["py.test"], "pytest"),
    (&["unittest"], "unittest"),
    (&["manage.py", "test"], "unittest"),
    (&["jest"], "jest"),
    (&["vitest"], "vitest"),
    (&["mocha"], "mocha"),
    (&["node", "--test"], "node-test"),
    (&["cargo", "nextest"], "cargo-nextest"),
    (&["cargo", "test"], "cargo-test"),
    (&["cargo", "clippy"], "clippy"),
    (&["cargo", "fmt"], "rustfmt"),
    (&["cargo", "check"], "cargo-check"),
    (&["cargo", "build"], "cargo-check"),
    (&["ruff", "format"], "ruff-format"),
    (&["ruff"], "ruff"),
    (&["flake8"], "flake8"),
    (&["black"], "black"),
    (&["mypy"], "mypy"),
    (&["pyright"], "pyright"),
    (&["eslint"], "eslint"),
    (&["biome"], "biome"),
    (&["oxlint"], "oxlint"),
    (&["prettier"], "prettier"),
    (&["tsc"], "tsc"),
    (&["alembic"], "alembic"),
    (&["go", "test"], "go-test"),
    (&["go", "vet"], "go-vet"),
    (&["rspec"], "rspec"),
    (&["phpunit"], "phpunit"),
];

/// The stated commands in the file's order of kinds, and what is wrong with them.
pub(super) fn commands(file: &StackYaml, files: &dyn SourceFiles) -> (Vec<CommandSpec>, Vec<Problem>) {
    if let Some(detect) = &file.detect
        && !is_there(files, &detect.value)
    {
        let problem = Problem {
            path: file.path.clone(),
            line: detect.line,
            column: 1,
            message: format!(
                "verify.detect: {} is not in this tree, so its commands are not used",
                detect.value
            ),
            level: ProblemLevel::Notice,
        };
        return (Vec::new(), vec![problem]);
    }
    let mut commands: Vec<CommandSpec> = Vec::new();
    for stated in &file.commands {
        let mut spec = spec(file, stated);
        spec.id = free_id(&commands, &stated.name.replace('_', "-"), &stated.command.folder);
        commands.push(spec);
    }
    (commands, Vec::new())
}

fn spec(file: &StackYaml, stated: &StatedCommand) -> CommandSpec {
    CommandSpec {
        id: String::new(),
        kind: stated.kind,
        argv: stated.command.argv.clone(),
        folder: stated.command.folder.clone(),
        from: Place::new(file.path.clone(), stated.line),
        parser: stated.parser.clone().unwrap_or_else(|| parser(&stated.command.argv).to_owned()),
        timeout: Duration::from_secs(stated.timeout_seconds.unwrap_or(usual_timeout(stated.kind))),
        optional: stated.optional,
        pass_signal: stated.pass_signal.clone(),
        needs: stated
            .skip_if_missing
            .iter()
            .cloned()
            .map(Requirement::Program)
            .chain(stated.needs.iter().cloned())
            .collect(),
        env: stated.env.clone(),
    }
}

fn usual_timeout(kind: CommandKind) -> u64 {
    match kind {
        CommandKind::Tests => 1800,
        CommandKind::Syntax | CommandKind::Lint | CommandKind::Types => 900,
        CommandKind::Format | CommandKind::Migration => 300,
    }
}

/// The parser for a command, found by the program names in it; empty when none is known.
fn parser(argv: &[String]) -> &'static str {
    let is_word =
        |wanted: &str| argv.iter().any(|word| word == wanted || word.rsplit('/').next() == Some(wanted));
    PARSERS.iter().find(|(words, _)| words.iter().all(|word| is_word(word))).map_or("", |(_, parser)| parser)
}

/// Whether the tree has that file, or a file in that folder.
fn is_there(files: &dyn SourceFiles, path: &str) -> bool {
    let path = path.trim_start_matches("./").trim_end_matches('/');
    let folder = format!("{path}/");
    path.is_empty()
        || path == "."
        || files.entries().iter().any(|e| e.path == path || e.path.starts_with(&folder))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_parser_is_told_by_the_program_wherever_it_stands_in_the_command() {
        let of = |text: &str| parser(&text.split(' ').map(str::to_owned).collect::<Vec<_>>());
        assert_eq!(of("uv run pytest -q"), "pytest");
        assert_eq!(of("python3 -m unittest -v"), "unittest");
        assert_eq!(of("node_modules/.bin/eslint ."), "eslint");
        assert_eq!(of("cargo nextest run"), "cargo-nextest");
        assert_eq!(of("make check"), "");
    }
}

//! Which rules apply to each service, and the commands they make.

use super::{
    makefile,
    rules::{self, Rule},
    stated,
};
use crate::{
    analysis::{
        source::SourceFiles,
        stack::{
            Unit,
            manifest::{Manifest, Script},
            package_matches, units_of,
        },
        stackfile::{Problem, StackYaml, split},
    },
    domain::{
        command::{CommandKind, CommandSpec},
        map::Service,
        place::Place,
        stack::{Stack, StackKey},
    },
    ports::ScanError,
};
use regex::Regex;
use std::time::Duration;

/// The commands of a repository and what is wrong with those it states.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Discovered {
    /// Ids are unique; services in their order, kinds in the order in which they run.
    pub commands: Vec<CommandSpec>,
    pub problems: Vec<Problem>,
}

/// Order in which commands run: what fails fastest and hides the most comes first.
const ORDER: [CommandKind; 6] = [
    CommandKind::Syntax,
    CommandKind::Format,
    CommandKind::Lint,
    CommandKind::Types,
    CommandKind::Migration,
    CommandKind::Tests,
];

/// Finds the commands. Reads manifests and Makefiles; runs nothing.
pub fn discover_commands(
    files: &dyn SourceFiles,
    services: &[Service],
    stack_file: Option<&StackYaml>,
) -> Result<Discovered, ScanError> {
    let mut found = Discovered::default();
    let mut stated_kinds = Vec::new();
    if let Some(file) = stack_file {
        let (commands, problems) = stated::commands(file, files);
        // What the repository states replaces discovery as a whole: a team that names its
        // commands did not forget the others.
        if !commands.is_empty() {
            stated_kinds.extend(ORDER);
        }
        found.commands.extend(commands);
        found.problems.extend(problems);
    }
    let units = units_of(files)?;
    for service in services {
        let project = Project::new(files, service, &units);
        for kind in ORDER {
            if stated_kinds.contains(&kind) {
                continue;
            }
            let command = project.by_rule(kind)?.or_else(|| makefile::command(files, &project.root, kind));
            if let Some(mut command) = command {
                command.id = free_id(&found.commands, kind.name(), &project.root);
                found.commands.push(command);
            }
        }
    }
    Ok(found)
}

/// `tests`, or `tests-api` for the service in `services/api`, or with a number.
pub(super) fn free_id(taken: &[CommandSpec], kind: &str, root: &str) -> String {
    let is_free = |id: &str| !taken.iter().any(|command| command.id == id);
    let last = root.rsplit('/').next().unwrap_or_default();
    let named = if last.is_empty() { kind.to_owned() } else { format!("{kind}-{last}") };
    let mut candidates = [kind.to_owned(), named.clone()].into_iter();
    candidates.find(|id| is_free(id)).unwrap_or_else(|| {
        (2..=taken.len() + 2).map(|n| format!("{named}-{n}")).find(|id| is_free(id)).unwrap_or(named)
    })
}

/// One service with the manifests in and above its folder.
struct Project<'a> {
    files: &'a dyn SourceFiles,
    /// Empty for the root.
    root: String,
    stack: &'a Stack,
    /// The service's own manifests first.
    manifests: Vec<&'a Manifest>,
    /// How many of them are its own: scripts count only there.
    own: usize,
}

impl<'a> Project<'a> {
    fn new(files: &'a dyn SourceFiles, service: &'a Service, units: &'a [Unit]) -> Self {
        let root = if service.root == "." { String::new() } else { service.root.clone() };
        let in_folder = |unit: &&Unit| unit.root == root;
        let manifests: Vec<&Manifest> =
            units.iter().filter(in_folder).flat_map(|unit| &unit.manifests).collect();
        let own = manifests.len();
        Self { files, root, stack: &service.stack, manifests, own }
    }

    fn by_rule(&self, kind: CommandKind) -> Result<Option<CommandSpec>, ScanError> {
        let language = self.stack.name(StackKey::Language).unwrap_or_default();
        Ok(rules::shipped()?
            .iter()
            .filter(|file| file.language.iter().any(|name| name == language))
            .flat_map(|file| &file.rules)
            .filter(|rule| rule.kind == kind)
            .find_map(|rule| self.apply(rule)))
    }

    fn apply(&self, rule: &Rule) -> Option<CommandSpec> {
        let in_stack = rule
            .stack
            .iter()
            .all(|(key, names)| self.stack.name(*key).is_some_and(|name| names.iter().any(|n| n == name)));
        let has_packages = rule.needs_package.is_empty() || self.package(&rule.needs_package).is_some();
        if !in_stack || !has_packages {
            return None;
        }
        if !rule.scripts.is_empty() {
            return self.script_command(rule);
        }
        let signs = rule.packages.is_empty() && rule.tools.is_empty() && rule.files.is_empty();
        let place = if signs {
            self.stack_place(rule)
        } else {
            self.tool(&rule.tools)
                .or_else(|| self.package(&rule.packages))
                .or_else(|| self.file(&rule.files))?
        };
        Some(self.spec(rule, rule.argv.clone(), rule.parser.clone(), place))
    }

    /// The place that speaks for a rule which only the stack asks for.
    fn stack_place(&self, rule: &Rule) -> Place {
        let key = rule.stack.keys().next().copied().unwrap_or(StackKey::Language);
        let first = self.stack.field(key).evidence.first();
        first.map_or_else(|| Place::new(self.root.clone(), 1), |evidence| evidence.place.clone())
    }

    fn script_command(&self, rule: &Rule) -> Option<CommandSpec> {
        let scripts = self.manifests.get(..self.own)?;
        let (manifest, script) = rule.scripts.iter().find_map(|name| {
            scripts.iter().find_map(|manifest| {
                let script = manifest.script(name)?;
                let wanted = rule.has.as_ref().is_none_or(|has| has.is_match(&script.command));
                let refused = rule.refuse.as_ref().is_some_and(|no| no.is_match(&script.command));
                (wanted && !refused).then_some((*manifest, script))
            })
        })?;
        let argv = self.fill(rule, script)?;
        let parser = rule
            .parsers
            .iter()
            .find(|(pattern, _)| Regex::new(pattern).is_ok_and(|p| p.is_match(&script.command)))
            .map_or_else(|| self.parser_by_stack(rule), |(_, parser)| parser.clone());
        Some(self.spec(rule, argv, parser, Place::new(manifest.path.clone(), script.line)))
    }

    /// A test script that starts a program of its own still prints its runner's words.
    fn parser_by_stack(&self, rule: &Rule) -> String {
        match rule.kind {
            CommandKind::Tests => self.stack.name(StackKey::Test).unwrap_or_default().to_owned(),
            CommandKind::Syntax
            | CommandKind::Format
            | CommandKind::Lint
            | CommandKind::Types
            | CommandKind::Migration => rule.parser.clone(),
        }
    }

    fn fill(&self, rule: &Rule, script: &Script) -> Option<Vec<String>> {
        let mut argv = Vec::new();
        for word in &rule.argv {
            match word.as_str() {
                "{pm}" => argv.push(self.stack.name(StackKey::PackageManager).unwrap_or("npm").to_owned()),
                "{script}" => argv.push(script.name.clone()),
                "{script:words}" => {
                    let words = split(&script.command).ok()?.argv;
                    argv.extend(words.into_iter().filter(|w| w != "npx" && !rule.strip.contains(w)));
                }
                plain => argv.push(plain.to_owned()),
            }
        }
        Some(argv)
    }

    fn spec(&self, rule: &Rule, argv: Vec<String>, parser: String, from: Place) -> CommandSpec {
        CommandSpec {
            id: String::new(),
            kind: rule.kind,
            argv,
            folder: self.root.clone(),
            from,
            parser,
            timeout: Duration::from_secs(rule.timeout_seconds),
            optional: rule.optional,
            pass_signal: None,
            needs: Vec::new(),
            env: rule.env.clone(),
        }
    }

    fn package(&self, patterns: &[String]) -> Option<Place> {
        self.manifests.iter().find_map(|manifest| {
            let found = manifest.dependencies.iter().find(|dependency| {
                patterns.iter().any(|pattern| package_matches(pattern, &dependency.name))
            })?;
            Some(Place::new(manifest.path.clone(), found.line))
        })
    }

    fn tool(&self, names: &[String]) -> Option<Place> {
        self.manifests.iter().find_map(|manifest| {
            let found = names.iter().find_map(|name| manifest.tool(name))?;
            Some(Place::new(manifest.path.clone(), found.line))
        })
    }

    fn file(&self, names: &[String]) -> Option<Place> {
        names
            .iter()
            .map(|name| if self.root.is_empty() { name.clone() } else { format!("{}/{name}", self.root) })
            .find(|path| self.files.contains(path))
            .map(|path| Place::new(path, 1))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        analysis::{source::open, stack, stackfile},
        ports::Source,
    };
    use pretty_assertions::assert_eq;
    use std::fs;

    fn commands(files: &[(&str, &str)]) -> Vec<String> {
        let folder = tempfile::tempdir().unwrap();
        for (path, text) in files {
            let path = folder.path().join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
        let files = open(&Source::Directory { root: folder.path().to_path_buf() }).unwrap();
        let services = stack::detect(&*files).unwrap().services;
        let stated = stackfile::find(&*files).map(|(file, _)| file);
        let found = discover_commands(&*files, &services, stated.as_ref()).unwrap();
        assert_eq!(found.problems, []);
        found.commands.iter().map(|c| format!("{}: {} [{}] {}", c.id, c.title(), c.parser, c.from)).collect()
    }

    #[test]
    fn a_python_project_is_verified_with_what_it_declares() {
        let found = commands(&[
            (
                "pyproject.toml",
                "[project]\nname='a'\ndependencies=['fastapi']\n[dependency-groups]\ndev=['pytest',\n'mypy', 'alembic']\n[tool.ruff]\n[tool.ruff.format]\n",
            ),
            ("alembic.ini", ""),
            ("app.py", "import fastapi\nimport alembic\n"),
            ("test_app.py", "import pytest\n"),
        ]);
        assert_eq!(
            found,
            [
                "syntax: python3 -m compileall -q -x '(^|/)(\\.venv|venv|node_modules|\\.git)/' . [compileall] pyproject.toml:1",
                "format: ruff format --check . [ruff-format] pyproject.toml:8",
                "lint: ruff check . [ruff] pyproject.toml:7",
                "types: mypy . [mypy] pyproject.toml:6",
                "migration: alembic check [alembic] alembic.ini:1",
                "tests: pytest -q [pytest] pyproject.toml:5",
            ]
        );
    }

    #[test]
    fn scripts_run_through_the_package_manager_and_a_fixing_lint_runs_without_its_fix() {
        let found = commands(&[
            (
                "package.json",
                "{\n\"scripts\": {\n\"test\": \"jest --ci\",\n\"lint\": \"eslint \\\"src/**/*.ts\\\" --fix\"\n},\n\"dependencies\": {\"express\": \"4\"},\n\"devDependencies\": {\"typescript\": \"5\"}\n}\n",
            ),
            ("pnpm-lock.yaml", ""),
            ("tsconfig.json", "{}"),
            ("src/a.ts", "import express from 'express'\n"),
        ]);
        assert_eq!(
            found,
            [
                "lint: npx --no-install eslint 'src/**/*.ts' [eslint] package.json:4",
                "types: npx --no-install tsc --noEmit [tsc] tsconfig.json:1",
                "tests: pnpm run test [jest] package.json:3",
            ]
        );
    }

    #[test]
    fn stated_commands_replace_discovery_as_a_whole() {
        let found = commands(&[
            ("Cargo.toml", "[package]\nname='a'\n[dependencies]\naxum='0.8'\n"),
            ("src/main.rs", "use axum::Router;\n#[test]\nfn t() {}\n"),
            ("stack/stack.yaml", "language: rust\nverify:\n  tests:\n    cmd: cargo nextest run\n"),
        ]);
        assert_eq!(found, ["tests: cargo nextest run [cargo-nextest] stack/stack.yaml:4"]);
    }

    #[test]
    fn two_services_have_commands_of_their_own_in_their_folders() {
        let found = commands(&[
            ("api/requirements.txt", "flask\npytest\n"),
            ("api/app.py", "import flask\n"),
            ("jobs/go.mod", "module a\n\nrequire github.com/gin-gonic/gin v1.9.1\n"),
            ("jobs/main.go", "import \"github.com/gin-gonic/gin\"\n"),
        ]);
        let ids: Vec<_> = found.iter().map(|line| line.split(' ').next().unwrap()).collect();
        assert_eq!(ids, ["syntax:", "tests:", "syntax-jobs:", "lint:", "tests-jobs:"]);
    }

    #[test]
    fn a_make_target_stands_in_where_no_rule_applies() {
        let found = commands(&[
            ("requirements.txt", "flask\n"),
            ("app.py", "import flask\n"),
            ("Makefile", "build:\n\techo\n\nlint: build\n\tmylint .\n"),
        ]);
        assert!(found.contains(&"lint: make lint [] Makefile:4".to_owned()), "{found:?}");
    }
}

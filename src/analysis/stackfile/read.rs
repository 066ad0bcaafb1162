//! From the YAML tree to typed values, each with its line.

use super::{
    Problem, ProblemLevel,
    node::{Kind, Node, at_pointer, place},
    words::{CommandLine, split},
};
use crate::domain::{
    command::{CommandKind, Requirement},
    stack::StackKey,
};
use std::{collections::BTreeMap, sync::LazyLock};

static SCHEMA: &str = include_str!("../../../resources/schema/stack.schema.json");

static VALIDATOR: LazyLock<Result<jsonschema::Validator, String>> = LazyLock::new(|| {
    let schema = serde_json::from_str(SCHEMA).map_err(|error| error.to_string())?;
    jsonschema::validator_for(&schema).map_err(|error| error.to_string())
});

/// Kinds of commands in the order in which they run.
const KINDS: [CommandKind; 6] = [
    CommandKind::Syntax,
    CommandKind::Format,
    CommandKind::Lint,
    CommandKind::Types,
    CommandKind::Migration,
    CommandKind::Tests,
];

/// What a stack file states. Values that are wrong are absent and named as problems.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct StackYaml {
    /// Path of the file, for places.
    pub path: String,
    pub fields: BTreeMap<StackKey, Stated>,
    /// `variant`, `migrated`, `user` or `detected`.
    pub source: Option<Stated>,
    /// A path whose absence means that the commands are not for this tree.
    pub detect: Option<Stated>,
    pub commands: Vec<StatedCommand>,
    pub raw_sql: Option<RawSql>,
    /// Keys at the top that this program does not read, in file order.
    pub unknown: Vec<String>,
    /// Whether `commands` is everything that `verify:` states: nothing of it was unreadable.
    pub commands_are_whole: bool,
}

/// A value and its line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stated {
    pub value: String,
    pub line: u32,
}

/// One command of `verify:`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StatedCommand {
    /// The key under `verify:`, for example `tests` or `tests_api`.
    pub name: String,
    pub kind: CommandKind,
    pub command: CommandLine,
    /// Line of its key.
    pub line: u32,
    pub pass_signal: Option<String>,
    /// Programs without which it is not run; empty when it must run.
    pub skip_if_missing: Vec<String>,
    /// What must be there, or the command is blocked.
    pub needs: Vec<Requirement>,
    pub optional: bool,
    pub parser: Option<String>,
    pub timeout_seconds: Option<u64>,
    pub env: Vec<String>,
}

/// The search for raw SQL that other tools make from the same file.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct RawSql {
    pub patterns: Vec<String>,
    pub include_glob: Vec<String>,
    pub exclude_dirs: Vec<String>,
}

pub(super) fn read(path: &str, text: &str) -> (StackYaml, Vec<Problem>) {
    let mut file = StackYaml { path: path.to_owned(), ..StackYaml::default() };
    let mut problems = Problems { path, list: Vec::new() };
    let options = serde_saphyr::options! {
        budget: serde_saphyr::budget! { max_depth: 32, max_nodes: 10_000 },
    };
    let root: Node = match serde_saphyr::from_str_with_options(text, options) {
        Ok(root) => root,
        Err(error) => {
            let bare = error.without_snippet();
            let at = bare.location().map_or((1, 1), |location| {
                let narrow = |number: u64| u32::try_from(number).unwrap_or(u32::MAX).max(1);
                (narrow(location.line()), narrow(location.column()))
            });
            problems.error(at, bare.to_string());
            return (file, problems.list);
        }
    };
    file.commands_are_whole = validate(&root, &mut problems);
    let Kind::Map(entries) = &root.value else { return (file, problems.list) };
    for (key, value) in entries {
        let field = StackKey::ALL.into_iter().find(|field| field.name() == key.value);
        match (key.value.as_str(), field) {
            (_, Some(field)) => {
                if let Some(stated) = stated(value) {
                    file.fields.insert(field, stated);
                }
            }
            ("source", None) => file.source = stated(value),
            ("detected_from", None) => {}
            ("verify", None) => verify(value, &mut file, &mut problems),
            (_, None) => file.unknown.push(key.value.clone()),
        }
    }
    (file, problems.list)
}

struct Problems<'a> {
    path: &'a str,
    list: Vec<Problem>,
}

impl Problems<'_> {
    fn error(&mut self, (line, column): (u32, u32), message: String) {
        let path = self.path.to_owned();
        self.list.push(Problem { path, line, column, message, level: ProblemLevel::Error });
    }
}

/// Whether the `verify` block is as it must be; problems of all blocks are noted.
fn validate(root: &Node, problems: &mut Problems<'_>) -> bool {
    let validator = match &*VALIDATOR {
        Ok(validator) => validator,
        Err(reason) => {
            problems.error((1, 1), format!("the schema is broken: {reason}"));
            return false;
        }
    };
    let mut is_whole = true;
    for error in validator.iter_errors(&root.value.to_json()) {
        let pointer = error.instance_path().to_string();
        is_whole &= !pointer.is_empty() && pointer != "/verify" && !pointer.starts_with("/verify/");
        let name = pointer.trim_start_matches('/').replace('/', ".");
        let message = if name.is_empty() { error.to_string() } else { format!("{name}: {error}") };
        problems.error(place(at_pointer(root, &pointer)), message);
    }
    is_whole
}

fn verify(block: &Node, file: &mut StackYaml, problems: &mut Problems<'_>) {
    file.detect = block.value.get("detect").and_then(stated);
    let Kind::Map(entries) = &block.value else { return };
    let order = |name: &str, entry: &Node| {
        let stated = entry.value.get("kind").and_then(|node| node.value.text()).unwrap_or(name);
        KINDS.into_iter().position(|kind| kind.name() == stated)
    };
    let mut commands: Vec<(usize, &str, &Node)> = entries
        .iter()
        .filter_map(|(name, entry)| {
            order(&name.value, entry).map(|order| (order, name.value.as_str(), entry))
        })
        .collect();
    commands.sort_by_key(|(order, _, entry)| (*order, place(entry)));
    for (name, entry) in entries {
        let is_other = matches!(name.value.as_str(), "detect" | "raw_sql");
        if is_other || order(&name.value, entry).is_some() {
            continue;
        }
        // A command that nobody runs must not let the rest pass for verified.
        file.commands_are_whole = false;
        let kinds = KINDS.map(CommandKind::name).join(", ");
        problems.error(
            place(entry),
            format!("verify.{}: what it checks is not said; give it a `kind`, one of {kinds}", name.value),
        );
    }
    for (order, name, entry) in commands {
        let Some(kind) = KINDS.get(order).copied() else { continue };
        let Some(cmd) = entry.value.get("cmd") else { continue };
        let Some(text) = cmd.value.text() else { continue };
        match split(text) {
            Ok(command) => file.commands.push(command_of(name, kind, command, entry, cmd)),
            Err(error) => {
                file.commands_are_whole = false;
                problems.error(place(cmd), format!("verify.{name}.cmd: {error}"));
            }
        }
    }
    if let Some(raw) = block.value.get("raw_sql") {
        file.raw_sql = Some(RawSql {
            patterns: texts(raw.value.get("patterns")),
            include_glob: texts(raw.value.get("include_glob")),
            exclude_dirs: texts(raw.value.get("exclude_dirs")),
        });
    }
}

fn command_of(
    name: &str,
    kind: CommandKind,
    mut command: CommandLine,
    entry: &Node,
    cmd: &Node,
) -> StatedCommand {
    let get = |key: &str| entry.value.get(key).map(|node| &node.value);
    if let Some(Kind::Text(folder)) = get("folder") {
        let folder = folder.trim_matches('/');
        if crate::ports::vault::is_safe_path(folder) {
            command.folder = folder.to_owned();
        }
    }
    let program = command.argv.iter().find(|word| *word != "env" && !word.contains('=')).cloned();
    let skip_if_missing = match get("skip_if_missing") {
        Some(Kind::Bool(true)) => program.into_iter().collect(),
        Some(Kind::Text(name)) => vec![name.clone()],
        Some(Kind::List(_)) => texts(entry.value.get("skip_if_missing")),
        Some(Kind::Bool(false) | Kind::Null | Kind::Number(_) | Kind::Map(_)) | None => Vec::new(),
    };
    let needs = entry.value.get("needs");
    let all = |key: &str| texts(needs.and_then(|needs| needs.value.get(key)));
    let mut requirements: Vec<Requirement> = Vec::new();
    requirements.extend(all("programs").into_iter().map(Requirement::Program));
    requirements.extend(all("python_modules").into_iter().map(Requirement::PythonModule));
    requirements.extend(all("variables").into_iter().map(Requirement::Variable));
    requirements.extend(all("paths").into_iter().map(Requirement::Path));
    StatedCommand {
        name: name.to_owned(),
        needs: requirements,
        kind,
        command,
        line: place(cmd).0,
        pass_signal: get("pass_signal").and_then(Kind::text).map(str::to_owned),
        skip_if_missing,
        optional: get("optional") == Some(&Kind::Bool(true)),
        parser: get("parser").and_then(Kind::text).map(str::to_owned),
        timeout_seconds: match get("timeout_seconds") {
            Some(Kind::Number(seconds)) => seconds.as_u64(),
            Some(Kind::Null | Kind::Bool(_) | Kind::Text(_) | Kind::List(_) | Kind::Map(_)) | None => None,
        },
        env: texts(entry.value.get("env")),
    }
}

fn stated(node: &Node) -> Option<Stated> {
    let value = node.value.text()?.trim().to_owned();
    (!value.is_empty()).then(|| Stated { value, line: place(node).0 })
}

/// A text, or a list of texts.
fn texts(node: Option<&Node>) -> Vec<String> {
    match node.map(|node| &node.value) {
        Some(Kind::Text(text)) => vec![text.clone()],
        Some(Kind::List(items)) => {
            items.iter().filter_map(|item| item.value.text()).map(str::to_owned).collect()
        }
        Some(Kind::Null | Kind::Bool(_) | Kind::Number(_) | Kind::Map(_)) | None => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use crate::analysis::stackfile::parse;
    use crate::domain::{command::CommandKind, stack::StackKey};
    use pretty_assertions::assert_eq;

    const FULL: &str = "language: python\nframework: fastapi\norm: null\nsource: user\nteam: core\nverify:\n  detect: pyproject.toml\n  syntax:\n    cmd: python3 -m compileall -q app\n  tests:\n    cmd: cd api && pytest -q\n    pass_signal: passed\n    skip_if_missing: true\n  raw_sql:\n    patterns: ['execute\\(f\"']\n    include_glob: '**/*.py'\n    exclude_dirs: [tests]\n";

    #[test]
    fn a_whole_file_is_read_with_lines() {
        let (file, problems) = parse("stack/stack.yaml", FULL);
        assert_eq!(problems, []);
        assert_eq!(
            file.fields.get(&StackKey::Framework).map(|s| (s.value.as_str(), s.line)),
            Some(("fastapi", 2))
        );
        assert_eq!(file.fields.get(&StackKey::Orm), None);
        assert_eq!(file.unknown, ["team"]);
        let commands: Vec<_> =
            file.commands.iter().map(|c| (c.kind, c.line, c.command.folder.as_str())).collect();
        assert_eq!(commands, [(CommandKind::Syntax, 9, ""), (CommandKind::Tests, 11, "api")]);
        let tests = file.commands.last().unwrap();
        assert_eq!(tests.pass_signal.as_deref(), Some("passed"));
        assert_eq!(tests.skip_if_missing, ["pytest"]);
        assert_eq!(file.raw_sql.unwrap().exclude_dirs, ["tests"]);
    }

    #[test]
    fn every_wrong_value_is_named_with_its_place_and_the_rest_is_kept() {
        for (value, says) in
            [("5", "5 is not of type"), ("null", "null is not of type"), ("[a]", "is not of type")]
        {
            let text = format!(
                "language: go\nverify:\n  tests:\n    cmd: {value}\n  lint:\n    cmd: go vet ./...\n"
            );
            let (file, problems) = parse("stack/stack.yaml", &text);
            assert_eq!(file.commands.len(), 1, "{value}");
            let problem = problems.first().unwrap();
            assert_eq!((problem.line, problem.column), (4, 10), "{value}");
            assert!(problem.message.contains(says), "{}", problem.message);
        }
    }

    #[test]
    fn a_missing_language_and_a_broken_file_are_problems() {
        let (_, problems) = parse("s.yaml", "framework: flask\n");
        assert!(problems.first().unwrap().message.contains("language"), "{problems:?}");
        let (_, problems) = parse("s.yaml", "language: [\n");
        assert_eq!(problems.len(), 1);
        let (_, problems) = parse("s.yaml", "language: a\nlanguage: b\n");
        assert_eq!(problems.first().map(|p| p.line), Some(2));
    }

    #[test]
    fn a_shell_pipeline_is_refused_at_its_line() {
        let (file, problems) = parse("s.yaml", "language: a\nverify:\n  lint:\n    cmd: a | b\n");
        assert!(file.commands.is_empty());
        assert_eq!(problems.first().map(|p| (p.line, p.message.contains("needs a shell"))), Some((4, true)));
    }
}

//! Makefile targets that say what they check by their name.

use crate::{
    analysis::source::SourceFiles,
    domain::{
        command::{CommandKind, CommandSpec},
        place::Place,
    },
};
use std::time::Duration;

/// The command of a target for that kind, when the folder's Makefile has one.
pub(super) fn command(files: &dyn SourceFiles, root: &str, kind: CommandKind) -> Option<CommandSpec> {
    let path = if root.is_empty() { "Makefile".to_owned() } else { format!("{root}/Makefile") };
    let text = files.text(&path).ok()?;
    let (target, line) = names(kind).iter().find_map(|name| Some((*name, target_line(&text, name)?)))?;
    Some(CommandSpec {
        id: String::new(),
        kind,
        argv: vec!["make".into(), target.into()],
        folder: root.to_owned(),
        from: Place::new(path, line),
        parser: String::new(),
        timeout: Duration::from_secs(900),
        optional: false,
        pass_signal: None,
        needs: Vec::new(),
        env: Vec::new(),
    })
}

fn names(kind: CommandKind) -> &'static [&'static str] {
    match kind {
        CommandKind::Tests => &["test", "tests", "unit-test", "check-test"],
        CommandKind::Lint => &["lint", "check-lint"],
        CommandKind::Types => &["typecheck", "type-check", "types", "mypy"],
        CommandKind::Format => &["format-check", "check-format", "fmt-check"],
        // A build or a migration target may write anywhere; only a check is safe to guess.
        CommandKind::Syntax | CommandKind::Migration => &[],
    }
}

fn target_line(text: &str, name: &str) -> Option<u32> {
    let at = text.lines().position(|line| {
        line.strip_prefix(name)
            .and_then(|rest| rest.trim_start().strip_prefix(':'))
            .is_some_and(|rest| !rest.starts_with('='))
    })?;
    u32::try_from(at + 1).ok()
}

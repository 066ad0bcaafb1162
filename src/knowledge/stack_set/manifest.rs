//! The text of `stack.yaml`: detected fields, found commands, nothing else.

use crate::{
    domain::{
        command::{CommandKind, CommandSpec, Requirement},
        stack::{Confidence, Stack, StackKey},
    },
    knowledge::stacks::StackFolder,
};
use std::collections::BTreeSet;

const KINDS: [CommandKind; 6] = [
    CommandKind::Syntax,
    CommandKind::Format,
    CommandKind::Lint,
    CommandKind::Types,
    CommandKind::Tests,
    CommandKind::Migration,
];

/// The manifest. A field that is not known is left out, one that is only likely says so.
pub(super) fn text(stack: &Stack, commands: &[CommandSpec], folder: Option<&StackFolder>) -> String {
    let mut out = String::from(
        "# What this backend is built with. Project files beat a wrong entry here, with a notice.\n",
    );
    let mut sources: BTreeSet<&str> = BTreeSet::new();
    for key in StackKey::ALL {
        let field = stack.field(key);
        let Some(name) = &field.name else { continue };
        let mut note = field
            .evidence
            .first()
            .map(|evidence| format!("  # {}", comment(&evidence.place.to_string())))
            .unwrap_or_default();
        if field.confidence == Confidence::Likely {
            note = if note.is_empty() { "  # likely".to_owned() } else { format!("{note}, likely") };
        }
        out.push_str(&format!("{}: {}{note}\n", key.name(), quoted(name)));
        sources.extend(field.evidence.first().map(|evidence| evidence.place.path.as_str()));
    }
    out.push_str("source: detected\n");
    if !sources.is_empty() {
        let list: Vec<String> = sources.iter().map(|path| quoted(path)).collect();
        out.push_str(&format!("detected_from: [{}]\n", list.join(", ")));
    }
    let raw_sql = folder.and_then(raw_sql).unwrap_or_default();
    if commands.is_empty() && raw_sql.is_empty() {
        return out;
    }
    out.push_str("verify:\n");
    for kind in KINDS {
        // One command per kind: the first found is the one that the repository states first.
        let Some(command) = commands.iter().find(|command| command.kind == kind) else { continue };
        out.push_str(&entry(kind, command));
    }
    out.push_str(&raw_sql);
    out
}

fn entry(kind: CommandKind, command: &CommandSpec) -> String {
    let from = comment(&command.from.to_string());
    let mut out = format!("  {}:  # {from}\n    cmd: {}\n", kind.name(), quoted(&command.title()));
    let program = command.needs.iter().find_map(|need| match need {
        Requirement::Program(name) => Some(name),
        Requirement::PythonModule(_) | Requirement::Variable(_) | Requirement::Path(_) => None,
    });
    if let Some(signal) = &command.pass_signal {
        out.push_str(&format!("    pass_signal: {}\n", quoted(signal)));
    }
    if let Some(program) = program {
        out.push_str(&format!("    skip_if_missing: {}\n", quoted(program)));
    }
    if !command.folder.is_empty() {
        out.push_str(&format!("    folder: {}\n", quoted(&command.folder)));
    }
    if command.optional {
        out.push_str("    optional: true\n");
    }
    out
}

/// The block of the ready manifest, as it is: its last one.
fn raw_sql(folder: &StackFolder) -> Option<String> {
    let at = folder.manifest.find("  raw_sql:")?;
    folder.manifest.get(at..).map(|block| format!("{}\n", block.trim_end()))
}

/// Plain where YAML reads it as the same text, else in double quotes as JSON writes it.
fn quoted(text: &str) -> String {
    const WORDS: [&str; 8] = ["true", "false", "null", "yes", "no", "on", "off", "y"];
    let plain = text.starts_with(|letter: char| letter.is_ascii_alphabetic())
        && text
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b'/' | b'+'))
        && !WORDS.contains(&text.to_lowercase().as_str());
    if plain { text.to_owned() } else { serde_json::Value::from(text).to_string() }
}

/// One line, whatever a file name holds.
fn comment(text: &str) -> String {
    text.chars().map(|letter| if letter.is_control() { ' ' } else { letter }).collect()
}

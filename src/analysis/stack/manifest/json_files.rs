//! package.json and composer.json.
//!
//! JSON values carry no place, so a line is found by searching the section's text for the
//! quoted key; both tools write one entry a line.

use super::{Dependency, Group, Manifest, Script, Tool, normal_name};
use crate::analysis::stack::usage::line_at;
use serde_json::{Map, Value};

/// Keys of package.json that configure a tool.
const TOOL_KEYS: &[&str] =
    &["jest", "vitest", "eslintConfig", "prettier", "mocha", "ava", "nyc", "lint-staged", "prisma"];

/// package.json.
pub(super) fn package(text: &str) -> Manifest {
    let Some(root) = object(text) else { return Manifest::default() };
    let mut manifest = Manifest {
        name: root.get("name").and_then(Value::as_str).map(str::to_lowercase),
        ..Manifest::default()
    };
    for (section, group) in [
        ("dependencies", Group::Runtime),
        ("peerDependencies", Group::Runtime),
        ("optionalDependencies", Group::Runtime),
        ("devDependencies", Group::Development),
    ] {
        dependencies(&mut manifest, &root, text, section, group);
    }
    if let Some(scripts) = root.get("scripts").and_then(Value::as_object) {
        let from = section_start(text, "scripts");
        for (name, command) in scripts {
            let Some(command) = command.as_str() else { continue };
            let line = key_line(text, from, name);
            manifest.scripts.push(Script { name: name.clone(), command: command.to_owned(), line });
        }
    }
    for key in TOOL_KEYS.iter().filter(|key| root.contains_key(**key)) {
        manifest.tools.push(Tool { name: (*key).to_owned(), line: key_line(text, 0, key) });
    }
    manifest
}

/// composer.json.
pub(super) fn composer(text: &str) -> Manifest {
    let Some(root) = object(text) else { return Manifest::default() };
    let mut manifest = Manifest {
        name: root.get("name").and_then(Value::as_str).map(str::to_lowercase),
        ..Manifest::default()
    };
    dependencies(&mut manifest, &root, text, "require", Group::Runtime);
    dependencies(&mut manifest, &root, text, "require-dev", Group::Development);
    manifest
}

fn object(text: &str) -> Option<Map<String, Value>> {
    match serde_json::from_str(text.trim_start_matches('\u{feff}')) {
        Ok(Value::Object(root)) => Some(root),
        Ok(_) | Err(_) => None,
    }
}

fn dependencies(manifest: &mut Manifest, root: &Map<String, Value>, text: &str, section: &str, group: Group) {
    let Some(entries) = root.get(section).and_then(Value::as_object) else { return };
    let from = section_start(text, section);
    for (name, version) in entries {
        let normal = if name.contains('/') { name.to_lowercase() } else { normal_name(name) };
        if manifest.dependencies.iter().any(|known| known.name == normal) {
            continue;
        }
        manifest.dependencies.push(Dependency {
            name: normal,
            version: version.as_str().unwrap_or_default().to_owned(),
            line: key_line(text, from, name),
            group,
        });
    }
}

fn section_start(text: &str, section: &str) -> usize {
    find_key(text, 0, section).unwrap_or(0)
}

fn key_line(text: &str, from: usize, key: &str) -> u32 {
    line_at(text, find_key(text, from, key).unwrap_or(from))
}

/// Offset of `"key"` followed by a colon, at or after `from`.
fn find_key(text: &str, from: usize, key: &str) -> Option<usize> {
    let quoted = format!("\"{key}\"");
    let mut start = from;
    while let Some(found) = text.get(start..)?.find(&quoted) {
        let at = start + found;
        let after = text.get(at + quoted.len()..)?;
        if after.trim_start().starts_with(':') {
            return Some(at);
        }
        start = at + quoted.len();
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use pretty_assertions::assert_eq;

    #[test]
    fn dependencies_and_scripts_carry_their_lines() {
        let text = "{\n  \"name\": \"Api\",\n  \"scripts\": {\n    \"test\": \"jest\"\n  },\n  \"dependencies\": {\n    \"@nestjs/core\": \"^10\"\n  },\n  \"devDependencies\": {\n    \"jest\": \"^29\"\n  },\n  \"jest\": {}\n}\n";
        let manifest = package(text);
        assert_eq!(manifest.name.as_deref(), Some("api"));
        let listed: Vec<_> = manifest
            .dependencies
            .iter()
            .map(|d| (d.name.as_str(), d.version.as_str(), d.line, d.group))
            .collect();
        assert_eq!(
            listed,
            [("@nestjs/core", "^10", 7, Group::Runtime), ("jest", "^29", 10, Group::Development)]
        );
        assert_eq!(manifest.scripts, [Script { name: "test".into(), command: "jest".into(), line: 4 }]);
    }

    #[test]
    fn text_that_is_no_json_object_declares_nothing() {
        assert_eq!(package("[1, 2"), Manifest::default());
        assert_eq!(package("[]"), Manifest::default());
    }
}

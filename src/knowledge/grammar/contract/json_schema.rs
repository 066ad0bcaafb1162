//! What a JSON Schema demands: required fields and constraints.

use super::{Statement, node::Node};

/// Keywords that limit a value, in the order in which they are listed.
const LIMITS: [&str; 12] = [
    "minimum",
    "maximum",
    "exclusiveMinimum",
    "exclusiveMaximum",
    "multipleOf",
    "minLength",
    "maxLength",
    "pattern",
    "format",
    "minItems",
    "maxItems",
    "const",
];
/// Schemas inside schemas are followed this deep.
const DEPTH: usize = 12;

/// Statements of a whole document, its definitions included.
pub(super) fn document(root: &Node) -> Vec<Statement> {
    let name = root.text_of("title").unwrap_or("body").to_owned();
    let mut statements = schema(root, &name, 0);
    for key in ["$defs", "definitions"] {
        if let Some((_, definitions)) = root.get(key) {
            for (name, _, node) in definitions.entries() {
                statements.extend(schema(node, name, 0));
            }
        }
    }
    statements
}

/// Statements of one schema, named by `name`.
pub(super) fn schema(node: &Node, name: &str, depth: usize) -> Vec<Statement> {
    let mut statements = Vec::new();
    if depth > DEPTH {
        return statements;
    }
    if let Some((_, required)) = node.get("required") {
        for (line, field) in required.items() {
            if let Some(field) = field.text() {
                statements.push((format!("{name}.{field} is required"), line));
            }
        }
    }
    for key in LIMITS {
        if let Some((line, limit)) = node.get(key)
            && let Some(text) = limit.text()
        {
            statements.push((format!("{name}: {key} {text}"), line));
        }
    }
    if let Some((line, choices)) = node.get("enum") {
        let texts: Vec<&str> = choices.items().filter_map(|(_, choice)| choice.text()).collect();
        statements.push((format!("{name}: one of {}", texts.join(", ")), line));
    }
    if let Some((line, more)) = node.get("additionalProperties")
        && more.text() == Some("false")
    {
        statements.push((format!("{name} takes no other field"), line));
    }
    if let Some((_, properties)) = node.get("properties") {
        for (field, _, child) in properties.entries() {
            statements.extend(schema(child, &format!("{name}.{field}"), depth + 1));
        }
    }
    if let Some((_, items)) = node.get("items") {
        statements.extend(schema(items, &format!("{name}[]"), depth + 1));
    }
    for key in ["allOf", "anyOf", "oneOf"] {
        if let Some((_, parts)) = node.get(key) {
            for (_, part) in parts.items() {
                statements.extend(schema(part, name, depth + 1));
            }
        }
    }
    statements
}

//! What an OpenAPI document demands: operations, required parameters, body schemas.

use super::{Statement, json_schema, node::Node};

const METHODS: [&str; 7] = ["get", "post", "put", "patch", "delete", "head", "options"];

/// Statements in file order of paths, then of schemas.
pub(super) fn statements(root: &Node) -> Vec<Statement> {
    let mut statements = Vec::new();
    if let Some((_, paths)) = root.get("paths") {
        for (path, _, item) in paths.entries() {
            for (method, line, operation) in item.entries() {
                if METHODS.contains(&method) {
                    let title = format!("{} {path}", method.to_uppercase());
                    one(&title, line, operation, &mut statements);
                }
            }
        }
    }
    let schemas = root
        .get("components")
        .and_then(|(_, components)| components.get("schemas"))
        .or_else(|| root.get("definitions"));
    if let Some((_, schemas)) = schemas {
        for (name, _, node) in schemas.entries() {
            statements.extend(json_schema::schema(node, name, 0));
        }
    }
    statements
}

fn one(title: &str, line: u32, operation: &Node, statements: &mut Vec<Statement>) {
    let codes: Vec<&str> = operation
        .get("responses")
        .map(|(_, responses)| responses.entries().map(|(code, _, _)| code).collect())
        .unwrap_or_default();
    let text = if codes.is_empty() {
        format!("{title} is served")
    } else {
        format!("{title} answers {}", codes.join(", "))
    };
    statements.push((text, line));
    if let Some((_, parameters)) = operation.get("parameters") {
        for (line, parameter) in parameters.items() {
            let (Some(name), Some(place)) = (parameter.text_of("name"), parameter.text_of("in")) else {
                continue;
            };
            if parameter.text_of("required") == Some("true") {
                statements.push((format!("{title}: {place} parameter {name} is required"), line));
            }
            if let Some((_, schema)) = parameter.get("schema") {
                statements.extend(json_schema::schema(schema, &format!("{title}: {name}"), 0));
            }
        }
    }
    let Some((_, body)) = operation.get("requestBody") else { return };
    if let Some((line, required)) = body.get("required")
        && required.text() == Some("true")
    {
        statements.push((format!("{title} without a body is refused"), line));
    }
    if let Some((_, content)) = body.get("content") {
        for (_, _, media) in content.entries() {
            if let Some((_, schema)) = media.get("schema") {
                statements.extend(json_schema::schema(schema, &format!("{title} body"), 0));
            }
        }
    }
}

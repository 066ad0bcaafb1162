//! What a GraphQL schema demands: root fields and required input fields.
//!
//! Reads the schema language by its tokens; descriptions, comments and directives are
//! skipped. Anything that is not a type or an input is passed over.

use super::Statement;
use crate::knowledge::KnowledgeError;

#[derive(Debug, Clone, PartialEq, Eq)]
struct Token<'t> {
    text: &'t str,
    line: u32,
}

/// Statements in file order.
pub(super) fn statements(file: &str, text: &str) -> Result<Vec<Statement>, KnowledgeError> {
    let tokens = tokens(text);
    let mut statements = Vec::new();
    let mut at = 0;
    while let Some(token) = tokens.get(at) {
        if token.text != "type" && token.text != "input" {
            at += 1;
            continue;
        }
        let Some(name) = tokens.get(at + 1) else { break };
        let Some(open) = tokens.iter().skip(at).position(|token| token.text == "{") else { break };
        let Some(end) = closing(&tokens, at + open) else {
            return Err(KnowledgeError::at(file, name.line, 1, format!("`{}` is not closed", name.text)));
        };
        let body = tokens.get(at + open + 1..end).unwrap_or_default();
        let root = match name.text {
            "Query" => Some("query"),
            "Mutation" => Some("mutation"),
            "Subscription" => Some("subscription"),
            _ => None,
        };
        for field in fields(body) {
            match root {
                Some(kind) if token.text == "type" => {
                    statements.push((
                        format!("{kind} {}{} returns {}", field.name, field.arguments, field.kind),
                        field.line,
                    ));
                }
                _ if token.text == "input" && field.kind.ends_with('!') && !field.has_default => {
                    statements.push((format!("{}.{} is required", name.text, field.name), field.line));
                }
                _ => {}
            }
        }
        at = end;
    }
    Ok(statements)
}

struct FieldDefinition {
    name: String,
    /// With its brackets: `(id: ID!)`; empty without arguments.
    arguments: String,
    kind: String,
    has_default: bool,
    line: u32,
}

fn fields(body: &[Token<'_>]) -> Vec<FieldDefinition> {
    let mut fields = Vec::new();
    let mut at = 0;
    while let Some(name) = body.get(at) {
        at += 1;
        if name.text == "@" {
            // The directive's name, then its arguments if it has any.
            at = skip_brackets(body, at + 1);
            continue;
        }
        let mut arguments = String::new();
        if body.get(at).is_some_and(|token| token.text == "(") {
            let end = skip_brackets(body, at);
            arguments = argument_text(body.get(at..end).unwrap_or_default());
            at = end;
        }
        if body.get(at).is_none_or(|token| token.text != ":") {
            continue;
        }
        at += 1;
        let mut kind = String::new();
        while let Some(token) = body.get(at) {
            let part = matches!(token.text, "[" | "]" | "!");
            let is_name = !part && (kind.is_empty() || kind.ends_with('['));
            if !part && !is_name {
                break;
            }
            kind.push_str(token.text);
            at += 1;
        }
        let has_default = body.get(at).is_some_and(|token| token.text == "=");
        if has_default {
            at += 2;
        }
        fields.push(FieldDefinition {
            name: name.text.to_owned(),
            arguments,
            kind,
            has_default,
            line: name.line,
        });
    }
    fields
}

/// Arguments as written, without defaults.
fn argument_text(tokens: &[Token<'_>]) -> String {
    let mut text = String::new();
    let mut skip = 0;
    for token in tokens {
        if skip > 0 {
            skip -= 1;
            continue;
        }
        match token.text {
            "=" => skip = 1,
            ":" => text.push_str(": "),
            word => {
                if text.ends_with(|letter: char| letter.is_alphanumeric() || matches!(letter, '!' | ']'))
                    && word.starts_with(|letter: char| letter.is_alphabetic())
                {
                    text.push_str(", ");
                }
                text.push_str(word);
            }
        }
    }
    text
}

/// The index after a bracketed part that begins here; the same index without one.
fn skip_brackets(tokens: &[Token<'_>], at: usize) -> usize {
    if tokens.get(at).is_none_or(|token| token.text != "(") {
        return at;
    }
    let mut depth = 0_usize;
    for (index, token) in tokens.iter().enumerate().skip(at) {
        match token.text {
            "(" => depth += 1,
            ")" => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return index + 1;
        }
    }
    tokens.len()
}

fn closing(tokens: &[Token<'_>], open: usize) -> Option<usize> {
    let mut depth = 0_usize;
    for (index, token) in tokens.iter().enumerate().skip(open) {
        match token.text {
            "{" => depth += 1,
            "}" => depth = depth.saturating_sub(1),
            _ => {}
        }
        if depth == 0 {
            return Some(index);
        }
    }
    None
}

/// Names and marks; strings are one token, comments and commas none.
fn tokens(text: &str) -> Vec<Token<'_>> {
    let mut tokens = Vec::new();
    let mut line = 1;
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let length = match first {
            '#' => rest.find('\n').unwrap_or(rest.len()),
            '"' => string_length(rest),
            letter if letter.is_alphanumeric() || letter == '_' || letter == '$' => rest
                .find(|next: char| !next.is_alphanumeric() && next != '_' && next != '$')
                .unwrap_or(rest.len()),
            other => other.len_utf8(),
        };
        let (head, tail) = rest.split_at(length.max(first.len_utf8()));
        // A description stands where a name would; as a default value it is one token.
        let described = first == '"' && tokens.last().is_none_or(|token: &Token<'_>| token.text != "=");
        if !first.is_whitespace() && first != '#' && first != ',' && !described {
            tokens.push(Token { text: head, line });
        }
        line += u32::try_from(head.matches('\n').count()).unwrap_or(0);
        rest = tail;
    }
    tokens
}

fn string_length(text: &str) -> usize {
    if let Some(rest) = text.strip_prefix("\"\"\"") {
        return rest.find("\"\"\"").map_or(text.len(), |end| end + 6);
    }
    let mut escaped = false;
    for (at, letter) in text.char_indices().skip(1) {
        match letter {
            '\n' => return at,
            '\\' => escaped = !escaped,
            '"' if !escaped => return at + 1,
            _ => escaped = false,
        }
    }
    text.len()
}

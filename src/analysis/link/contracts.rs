//! Contracts in files of their own: GraphQL schemas and protocol buffers.
//!
//! Only what names operations is read: the fields of root types, the methods of services.

/// An operation of a contract.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Operation {
    /// `QUERY`, `MUTATION`, `SUBSCRIPTION`; `RPC` for a method of a service.
    pub method: &'static str,
    /// The field; `/package.Service/Method` for a method of a service.
    pub path: String,
    /// What handlers of it are named after.
    pub name: String,
    /// 1-based.
    pub line: u32,
}

/// More operations of one file are left out.
const MAX_OPERATIONS: usize = 10_000;

/// A word or mark of a text, with its line.
type Token<'t> = (&'t str, u32);

/// The operations of a GraphQL schema: fields of the root types.
pub(super) fn graphql(text: &str) -> Vec<Operation> {
    let tokens = tokens(text, "#");
    let roots = graphql_roots(&tokens);
    let mut found = Vec::new();
    let mut at = 0;
    while let Some((word, _)) = tokens.get(at) {
        let name = tokens.get(at + 1).map_or("", |(name, _)| *name);
        let root = roots.iter().find(|(_, root)| *root == name);
        at += 1;
        let (true, Some((method, _))) = (*word == "type", root) else { continue };
        let Some(open) = tokens.iter().skip(at).position(|(mark, _)| matches!(*mark, "{" | "type")) else {
            break;
        };
        at += open;
        if tokens.get(at).is_some_and(|(mark, _)| *mark == "{") {
            at = fields(&tokens, at + 1, method, &mut found);
        }
    }
    found.truncate(MAX_OPERATIONS);
    found
}

/// The root types: those that `schema { … }` names, else the usual ones.
fn graphql_roots<'t>(tokens: &[Token<'t>]) -> Vec<(&'static str, &'t str)> {
    let mut roots = vec![("QUERY", "Query"), ("MUTATION", "Mutation"), ("SUBSCRIPTION", "Subscription")];
    let Some(schema) = tokens.iter().position(|(word, _)| *word == "schema") else { return roots };
    for (position, (word, _)) in tokens.iter().enumerate().skip(schema).take(24) {
        if *word == "}" {
            break;
        }
        if let (Some((":", _)), Some((name, _))) = (tokens.get(position + 1), tokens.get(position + 2)) {
            let known = roots.iter_mut().find(|(method, _)| method.eq_ignore_ascii_case(word));
            if let Some(known) = known {
                known.1 = name;
            }
        }
    }
    roots
}

/// Reads fields up to the closing brace; gives the position behind it.
fn fields(tokens: &[Token<'_>], start: usize, method: &'static str, found: &mut Vec<Operation>) -> usize {
    let mut depth = 0_u32;
    let mut at = start;
    while let Some((word, line)) = tokens.get(at) {
        match *word {
            "(" | "[" | "{" => depth += 1,
            "}" if depth == 0 => return at + 1,
            ")" | "]" | "}" => depth = depth.saturating_sub(1),
            // A field is followed by its arguments or its type; a type by neither.
            name if depth == 0
                && name.starts_with(|c: char| c.is_alphabetic() || c == '_')
                && !is_directive(tokens, at)
                && tokens.get(at + 1).is_some_and(|(next, _)| matches!(*next, ":" | "(")) =>
            {
                found.push(Operation { method, path: name.to_owned(), name: name.to_owned(), line: *line });
            }
            _ => {}
        }
        at += 1;
    }
    at
}

/// Whether a word is the name of a directive, which takes arguments as a field does.
fn is_directive(tokens: &[Token<'_>], at: usize) -> bool {
    at.checked_sub(1).and_then(|before| tokens.get(before)).is_some_and(|(mark, _)| *mark == "@")
}

/// The methods of the services of a protocol buffer file.
pub(super) fn proto(text: &str) -> Vec<Operation> {
    let tokens = tokens(text, "//");
    let mut found = Vec::new();
    let mut package = String::new();
    let mut service: Option<&str> = None;
    let mut depth = 0_u32;
    let mut at = 0;
    while let Some((word, line)) = tokens.get(at) {
        let name = tokens.get(at + 1).map_or("", |(name, _)| *name);
        match *word {
            "package" if depth == 0 => package = name.to_owned(),
            "service" if depth == 0 => service = Some(name),
            "rpc" if depth == 1 => {
                if let Some(service) = service {
                    let whole =
                        if package.is_empty() { service.to_owned() } else { format!("{package}.{service}") };
                    found.push(Operation {
                        method: "RPC",
                        path: format!("/{whole}/{name}"),
                        name: name.to_owned(),
                        line: *line,
                    });
                }
            }
            "{" => depth += 1,
            "}" => {
                depth = depth.saturating_sub(1);
                if depth == 0 {
                    service = None;
                }
            }
            _ => {}
        }
        at += 1;
    }
    found.truncate(MAX_OPERATIONS);
    found
}

/// Words and marks without comments and texts; dots belong to words.
fn tokens<'t>(text: &'t str, comment: &str) -> Vec<Token<'t>> {
    let mut tokens = Vec::new();
    let mut line = 1;
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        let length = if rest.starts_with(comment) {
            rest.find('\n').unwrap_or(rest.len())
        } else if rest.starts_with("/*") {
            rest.find("*/").map_or(rest.len(), |end| end + 2)
        } else if let Some(inner) = rest.strip_prefix("\"\"\"") {
            inner.find("\"\"\"").map_or(rest.len(), |end| end + 6)
        } else if c == '"' {
            rest.get(1..).and_then(|inner| inner.find(['"', '\n'])).map_or(rest.len(), |end| end + 2)
        } else if c.is_alphanumeric() || c == '_' {
            let end =
                rest.find(|c: char| !(c.is_alphanumeric() || matches!(c, '_' | '.'))).unwrap_or(rest.len());
            tokens.push((rest.get(..end).unwrap_or_default(), line));
            end
        } else {
            if matches!(c, '{' | '}' | '(' | ')' | '[' | ']' | ':' | '@') {
                tokens.push((rest.get(..c.len_utf8()).unwrap_or_default(), line));
            }
            c.len_utf8()
        };
        let (read, left) = rest.split_at_checked(length).unwrap_or((rest, ""));
        line += u32::try_from(read.matches('\n').count()).unwrap_or(0);
        rest = left;
    }
    tokens
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(operations: &[Operation]) -> Vec<String> {
        operations.iter().map(|found| format!("{} {} {}", found.method, found.path, found.line)).collect()
    }

    #[test]
    fn fields_of_root_types_are_operations() {
        let text = "\"\"\"type Query { no: Int }\"\"\"\nschema { query: Root mutation: Mutation }\ntype Root {\n  # a: Int\n  loaf(id: ID! = \"a:b\", by: [Order!]): Loaf\n  loaves: [Loaf!]! @auth(for: STAFF)\n}\ntype Loaf { name: String }\nextend type Mutation { bake(name: String): Loaf }\n";
        assert_eq!(shown(&graphql(text)), ["QUERY loaf 5", "QUERY loaves 6", "MUTATION bake 9"]);
        assert_eq!(graphql("type Query"), []);
        assert_eq!(graphql("type Query @key {"), []);
    }

    #[test]
    fn methods_of_services_are_operations() {
        let text = "syntax = \"proto3\";\npackage bakery.v1;\n// service No { rpc No (A) returns (B); }\nservice Loaves {\n  rpc List (Page) returns (stream Loaf) {\n    option (x) = { get: \"/v1\" };\n  }\n  rpc Bake (Loaf) returns (Loaf);\n}\nmessage Loaf { string rpc = 1; }\n";
        assert_eq!(shown(&proto(text)), ["RPC /bakery.v1.Loaves/List 5", "RPC /bakery.v1.Loaves/Bake 8"]);
    }
}

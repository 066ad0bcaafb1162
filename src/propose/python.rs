//! Reading and changing Python source without losing its formatting.
//!
//! Places come from the syntax tree, changes are made in the text. Imports are merged into
//! what is there; a line that imports from the same module grows, a new line goes where its
//! neighbours of the same kind stand.

use super::edits::{Edits, indent_of, line_end, line_number, newline_of};
use crate::ports::ProposeError;
use ruff_python_ast::{Expr, Stmt, StmtClassDef, StmtFunctionDef, StmtImportFrom};
use ruff_python_parser::parse_module;
use ruff_text_size::Ranged;
use std::ops::Range;

/// Texts above this are refused: no source file that a person edits is that long.
const LIMIT_BYTES: usize = 2_000_000;
/// Brackets nested deeper than this are refused before the parser sees them.
const LIMIT_DEPTH: usize = 200;

/// A parsed module and its text.
pub(crate) struct Module<'a> {
    pub(crate) text: &'a str,
    pub(crate) body: Vec<Stmt>,
}

impl<'a> Module<'a> {
    /// Parses a text; any syntax error is an error.
    pub(crate) fn parse(path: &str, text: &'a str) -> Result<Self, ProposeError> {
        let refuse = |reason: String| ProposeError::Rejected(format!("{path} {reason}"));
        if !is_parsable(text) {
            return Err(refuse("is too large or too deeply nested to be changed".into()));
        }
        match parse_module(text) {
            Ok(parsed) => Ok(Self { text, body: parsed.into_suite().to_vec() }),
            Err(error) => Err(refuse(format!("does not parse: {error}"))),
        }
    }

    /// Classes at module level.
    pub(crate) fn classes(&self) -> impl Iterator<Item = &StmtClassDef> {
        self.body.iter().filter_map(|stmt| match stmt {
            Stmt::ClassDef(class) => Some(class),
            _ => None,
        })
    }

    /// Functions at module level.
    pub(crate) fn functions(&self) -> impl Iterator<Item = &StmtFunctionDef> {
        functions(&self.body)
    }

    /// `from … import` statements at module level.
    pub(crate) fn import_froms(&self) -> impl Iterator<Item = &StmtImportFrom> {
        self.body.iter().filter_map(|stmt| match stmt {
            Stmt::ImportFrom(import) => Some(import),
            _ => None,
        })
    }

    /// The module that a name is imported from (absolute, as written) and its name there.
    pub(crate) fn origin_of(&self, name: &str) -> Option<(String, String)> {
        self.import_froms().find_map(|import| {
            let alias = import
                .names
                .iter()
                .find(|alias| alias.asname.as_ref().unwrap_or(&alias.name).as_str() == name)?;
            let module = import.module.as_ref().map_or("", |module| module.as_str());
            Some((format!("{}{module}", ".".repeat(import.level as usize)), alias.name.to_string()))
        })
    }

    /// The source of a node.
    pub(crate) fn source(&self, node: &impl Ranged) -> &'a str {
        self.text.get(range_of(node)).unwrap_or_default()
    }

    /// 1-based line of a node.
    pub(crate) fn line(&self, node: &impl Ranged) -> u32 {
        line_number(self.text, range_of(node).start)
    }

    /// Adds what brings `name` of `module` into scope, unless it is there.
    pub(crate) fn add_import(&self, edits: &mut Edits, module: &str, name: &str) {
        let from_of = |import: &StmtImportFrom| -> String {
            import.module.as_ref().map(ToString::to_string).unwrap_or_default()
        };
        let level_zero = || self.import_froms().filter(|import| import.level == 0);
        if let Some(import) = level_zero().find(|import| from_of(import) == module) {
            let known =
                import.names.iter().any(|alias| alias.name.as_str() == name && alias.asname.is_none());
            if !known {
                self.grow_import(edits, import, name);
            }
            return;
        }
        let line = format!("from {module} import {name}{}", newline_of(self.text));
        // Beside imports of the same package; else in the first block of its kind, since a
        // project's own modules stand in a later one.
        let root = |module: &str| module.split('.').next().unwrap_or_default().to_owned();
        let mut neighbours: Vec<&StmtImportFrom> =
            level_zero().filter(|import| root(&from_of(import)) == root(module)).collect();
        if neighbours.is_empty() {
            for import in level_zero().filter(|import| kind_of(&from_of(import)) == kind_of(module)) {
                let start = range_of(import).start;
                let gap = neighbours.last().is_some_and(|last| {
                    let between = self.text.get(range_of(*last).end..start).unwrap_or_default();
                    between.matches('\n').count() > 1
                });
                if gap {
                    break;
                }
                neighbours.push(import);
            }
        }
        match (neighbours.iter().find(|import| from_of(import).as_str() > module), neighbours.last()) {
            (Some(next), _) => edits.insert(range_of(*next).start, line),
            (None, Some(last)) => edits.insert(line_end(self.text, range_of(*last).end), line),
            (None, None) => self.add_import_line(edits, &line, kind_of(module)),
        }
    }

    /// Adds `import module`, unless it is there.
    pub(crate) fn add_plain_import(&self, edits: &mut Edits, module: &str) {
        let known = self.body.iter().any(|stmt| {
            matches!(stmt, Stmt::Import(import)
                if import.names.iter().any(|alias| alias.name.as_str() == module && alias.asname.is_none()))
        });
        if !known {
            let line = format!("import {module}{}", newline_of(self.text));
            self.add_import_line(edits, &line, kind_of(module));
        }
    }

    /// Puts an import line among those of its kind, or where that kind belongs.
    fn add_import_line(&self, edits: &mut Edits, line: &str, kind: u8) {
        let newline = newline_of(self.text);
        let plain = line.starts_with("import ");
        let mut before: Option<&Stmt> = None;
        let mut after: Option<&Stmt> = None;
        for stmt in &self.body {
            let Some(own) = import_kind(stmt) else { continue };
            // `import a` before `from a import b`, as the common import sorters have it.
            let sorts_before = own < kind
                || own == kind
                    && match (matches!(stmt, Stmt::Import(_)), plain) {
                        (true, false) => true,
                        (false, true) => false,
                        _ => self.source(stmt).trim() < line.trim(),
                    };
            if sorts_before {
                before = Some(stmt);
            } else if after.is_none() {
                after = Some(stmt);
            }
        }
        match (before, after) {
            (Some(stmt), next) => {
                let at = line_end(self.text, range_of(stmt).end);
                let own_group = import_kind(stmt) == Some(kind);
                let follows = next.and_then(import_kind) == Some(kind);
                let lead = if own_group || follows { "" } else { newline };
                if own_group || !follows {
                    edits.insert(at, format!("{lead}{line}"));
                } else if let Some(next) = next {
                    edits.insert(range_of(next).start, line.to_owned());
                }
            }
            (None, Some(next)) => {
                let gap = if import_kind(next) == Some(kind) { "" } else { newline };
                edits.insert(range_of(next).start, format!("{line}{gap}"));
            }
            (None, None) => {
                let docstring = self.body.first().filter(|stmt| is_docstring(stmt));
                let at = docstring.map_or(0, |stmt| line_end(self.text, range_of(stmt).end));
                let lead = if docstring.is_some() { newline } else { "" };
                edits.insert(at, format!("{lead}{line}{newline}"));
            }
        }
    }

    /// Adds a name to a `from … import` statement, in order when the names are in order.
    pub(crate) fn grow_import(&self, edits: &mut Edits, import: &StmtImportFrom, name: &str) {
        let names: Vec<&str> = import.names.iter().map(|alias| alias.name.as_str()).collect();
        if names.contains(&name) || names == ["*"] {
            return;
        }
        let sorted = names.is_sorted_by_key(|name| sort_key(name));
        let next = import.names.iter().find(|alias| sorted && sort_key(alias.name.as_str()) > sort_key(name));
        let newline = newline_of(self.text);
        let (at, last) = match (next, import.names.last()) {
            (Some(next), _) => (range_of(next).start, false),
            (None, Some(last)) => (range_of(last).end, true),
            (None, None) => return,
        };
        let several_lines = self.source(import).contains('\n');
        let indent = indent_of(self.text, at);
        let added = match (last, several_lines) {
            (false, false) => format!("{name}, "),
            (false, true) => format!("{name},{newline}{indent}"),
            (true, false) => format!(", {name}"),
            (true, true) => format!(",{newline}{indent}{name}"),
        };
        edits.insert(at, added);
    }
}

/// Functions directly in a body.
pub(crate) fn functions(body: &[Stmt]) -> impl Iterator<Item = &StmtFunctionDef> {
    body.iter().filter_map(|stmt| match stmt {
        Stmt::FunctionDef(function) => Some(function),
        _ => None,
    })
}

/// The byte range of a node.
pub(crate) fn range_of(node: &impl Ranged) -> Range<usize> {
    let range = node.range();
    range.start().to_usize()..range.end().to_usize()
}

/// `a.b.c` as written, for names and attributes; `None` for anything else.
pub(crate) fn dotted(expr: &Expr) -> Option<String> {
    match expr {
        Expr::Name(name) => Some(name.id.to_string()),
        Expr::Attribute(attribute) => Some(format!("{}.{}", dotted(&attribute.value)?, attribute.attr)),
        _ => None,
    }
}

/// The text of a plain string literal.
pub(crate) fn string_value(expr: &Expr) -> Option<String> {
    match expr {
        Expr::StringLiteral(literal) => Some(literal.value.to_str().to_owned()),
        _ => None,
    }
}

/// The last name of a dotted expression: `c` of `a.b.c`.
pub(crate) fn last_name(expr: &Expr) -> Option<&str> {
    match expr {
        Expr::Name(name) => Some(name.id.as_str()),
        Expr::Attribute(attribute) => Some(attribute.attr.as_str()),
        _ => None,
    }
}

fn is_docstring(stmt: &Stmt) -> bool {
    matches!(stmt, Stmt::Expr(expr) if matches!(*expr.value, Expr::StringLiteral(_)))
}

fn import_kind(stmt: &Stmt) -> Option<u8> {
    match stmt {
        Stmt::ImportFrom(import) if import.level > 0 => Some(3),
        Stmt::ImportFrom(import) => {
            Some(kind_of(import.module.as_ref().map_or("", |module| module.as_str())))
        }
        Stmt::Import(import) => import.names.first().map(|alias| kind_of(alias.name.as_str())),
        _ => None,
    }
}

/// The group of a module: future, standard library, others. What belongs to the project
/// itself is told by its neighbours, not by a list.
fn kind_of(module: &str) -> u8 {
    const STANDARD: [&str; 32] = [
        "abc",
        "asyncio",
        "base64",
        "collections",
        "contextlib",
        "dataclasses",
        "datetime",
        "decimal",
        "enum",
        "functools",
        "hashlib",
        "hmac",
        "io",
        "itertools",
        "json",
        "logging",
        "math",
        "os",
        "pathlib",
        "random",
        "re",
        "secrets",
        "sqlite3",
        "string",
        "subprocess",
        "sys",
        "tempfile",
        "time",
        "typing",
        "unittest",
        "urllib",
        "uuid",
    ];
    let root = module.split('.').next().unwrap_or_default();
    match root {
        "__future__" => 0,
        root if STANDARD.contains(&root) => 1,
        _ => 2,
    }
}

/// Constants, then classes, then functions, each without regard to case, as the common import
/// sorters have it.
pub(crate) fn sort_key(name: &str) -> (u8, String) {
    let kind = if name.len() > 1 && name.chars().all(|c| !c.is_lowercase()) {
        0
    } else if name.starts_with(char::is_uppercase) {
        1
    } else {
        2
    };
    (kind, name.to_lowercase())
}

/// Whether a text is small and flat enough for parsers that cannot be stopped.
pub(crate) fn is_parsable(text: &str) -> bool {
    text.len() <= LIMIT_BYTES && deepest(text) <= LIMIT_DEPTH
}

fn deepest(text: &str) -> usize {
    let (mut depth, mut deepest) = (0_usize, 0_usize);
    for byte in text.bytes() {
        match byte {
            b'(' | b'[' | b'{' => {
                depth += 1;
                deepest = deepest.max(depth);
            }
            b')' | b']' | b'}' => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    deepest
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with_import(text: &str, module: &str, name: &str) -> String {
        let parsed = Module::parse("a.py", text).unwrap();
        let mut edits = Edits::default();
        parsed.add_import(&mut edits, module, name);
        edits.apply(text).unwrap()
    }

    #[test]
    fn an_import_joins_the_line_of_its_module_in_order() {
        let text = "from sqlalchemy import String, select\n";
        assert_eq!(
            with_import(text, "sqlalchemy", "Index"),
            "from sqlalchemy import Index, String, select\n"
        );
        assert_eq!(with_import(text, "sqlalchemy", "select"), text);
        assert_eq!(
            with_import("from a import (\n    b,\n    d,\n)\n", "a", "c"),
            "from a import (\n    b,\n    c,\n    d,\n)\n"
        );
        assert_eq!(
            with_import("from a import (\n    b,\n)\n", "a", "c"),
            "from a import (\n    b,\n    c,\n)\n"
        );
    }

    #[test]
    fn a_new_import_stands_with_its_kind() {
        let text = "\"\"\"Doc.\"\"\"\n\nimport json\n\nfrom fastapi import APIRouter\n\nx = 1\n";
        assert_eq!(
            with_import(text, "sqlalchemy.orm", "selectinload"),
            "\"\"\"Doc.\"\"\"\n\nimport json\n\nfrom fastapi import APIRouter\nfrom sqlalchemy.orm import selectinload\n\nx = 1\n"
        );
        let parsed = Module::parse("a.py", text).unwrap();
        let mut edits = Edits::default();
        parsed.add_plain_import(&mut edits, "os");
        assert_eq!(
            edits.apply(text).unwrap(),
            "\"\"\"Doc.\"\"\"\n\nimport json\nimport os\n\nfrom fastapi import APIRouter\n\nx = 1\n"
        );
    }

    #[test]
    fn a_from_import_stands_behind_the_plain_ones_of_its_kind() {
        let text = "import uuid\n\nfrom fastapi import APIRouter\n";
        assert_eq!(
            with_import(text, "typing", "Optional"),
            "import uuid\nfrom typing import Optional\n\nfrom fastapi import APIRouter\n"
        );
    }

    #[test]
    fn a_module_without_imports_gets_one_below_its_docstring() {
        assert_eq!(
            with_import("\"\"\"Doc.\"\"\"\n\nX = 1\n", "os", "environ"),
            "\"\"\"Doc.\"\"\"\n\nfrom os import environ\n\n\nX = 1\n"
        );
        assert_eq!(with_import("X = 1\n", "os", "environ"), "from os import environ\n\nX = 1\n");
    }

    #[test]
    fn a_text_that_nests_too_deep_is_refused_unparsed() {
        let text = "(".repeat(10_000);
        assert!(Module::parse("a.py", &text).is_err());
    }
}

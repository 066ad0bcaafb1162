//! Replaces a secret in the source by a read of the environment.
//!
//! The value stays in the history: the remark says so, and never claims that it is rotated.

use super::{Fixed, Language, Site, done, no};
use crate::{
    ports::ProposeError,
    propose::{
        edits::Edits,
        python::{Module, last_name, range_of},
        recipe::names::upper_snake,
    },
};
use ruff_python_ast::{
    Expr, Stmt,
    visitor::{Visitor, walk_expr, walk_stmt},
};
use std::ops::Range;

pub(crate) fn fix(site: &Site<'_>, language: Language) -> Result<Fixed, ProposeError> {
    let (name, edits) = match language {
        Language::Python => python(site)?,
        Language::TypeScript | Language::Rust | Language::Sql => code(site, language)?,
    };
    let remarks = vec![
        format!(
            "The value stays in the history of this repository: replace it where it is valid, then set {name}."
        ),
        format!(
            "Without {name} in the environment the program stops with its name, instead of running without it."
        ),
    ];
    done(site, edits, &format!("The secret comes from the environment variable {name}."), remarks)
}

fn python(site: &Site<'_>) -> Result<(String, Edits), ProposeError> {
    let module = Module::parse(&site.finding.file, site.text)?;
    let mut finder = Finder { wanted: &site.range, target: None, found: None };
    for stmt in &module.body {
        finder.visit_stmt(stmt);
    }
    let (range, name) =
        finder.found.ok_or_else(|| no("no string with a name stands at the finding".into()))?;
    let name = upper_snake(&name);
    let mut edits = Edits::default();
    edits.replace(range, format!("os.environ[\"{name}\"]"));
    let shadowed = module.origin_of("os").is_some()
        || module.body.iter().any(|stmt| {
            matches!(stmt, Stmt::Assign(assign) if assign.targets.iter().any(|target| last_name(target) == Some("os")))
        });
    if shadowed {
        return Err(no("os means something else in this file".into()));
    }
    module.add_plain_import(&mut edits, "os");
    Ok((name, edits))
}

/// Finds the string literal at the finding and the name it is given.
struct Finder<'f> {
    wanted: &'f Range<usize>,
    target: Option<String>,
    found: Option<(Range<usize>, String)>,
}

impl<'m> Visitor<'m> for Finder<'_> {
    fn visit_stmt(&mut self, stmt: &'m Stmt) {
        match stmt {
            Stmt::Assign(assign) => {
                self.target = assign.targets.first().and_then(last_name).map(str::to_owned);
            }
            Stmt::AnnAssign(assign) => self.target = last_name(&assign.target).map(str::to_owned),
            _ => self.target = None,
        }
        walk_stmt(self, stmt);
        self.target = None;
    }

    fn visit_keyword(&mut self, keyword: &'m ruff_python_ast::Keyword) {
        let outer = self.target.take();
        self.target = keyword.arg.as_ref().map(ToString::to_string);
        self.visit_expr(&keyword.value);
        self.target = outer;
    }

    fn visit_expr(&mut self, expr: &'m Expr) {
        let range = range_of(expr);
        let hit = range.start < self.wanted.end.max(self.wanted.start + 1) && range.end > self.wanted.start;
        match expr {
            Expr::StringLiteral(_) if hit && self.found.is_none() => {
                if let Some(name) = &self.target {
                    self.found = Some((range, name.clone()));
                }
            }
            Expr::Dict(dict) => {
                for item in &dict.items {
                    let outer = self.target.take();
                    self.target = item.key.as_ref().and_then(crate::propose::python::string_value);
                    self.visit_expr(&item.value);
                    self.target = outer;
                }
            }
            _ => walk_expr(self, expr),
        }
    }
}

/// TypeScript and Rust: a quoted value after `name =` or `name:` on the finding's line.
fn code(site: &Site<'_>, language: Language) -> Result<(String, Edits), ProposeError> {
    let text = site.text;
    let start = crate::propose::edits::line_start(text, site.range.start);
    let end = crate::propose::edits::line_end(text, site.range.start);
    let line = text.get(start..end).unwrap_or_default();
    let nothing = || no("no string with a name stands at the finding".into());
    let separator = line.find(['=', ':']).ok_or_else(nothing)?;
    let value_at = line.get(separator..).and_then(|rest| rest.find(['"', '\'', '`'])).ok_or_else(nothing)?;
    let open = separator + value_at;
    let quote = line.get(open..).and_then(|rest| rest.chars().next()).ok_or_else(nothing)?;
    let length = line.get(open + 1..).and_then(|rest| rest.find(quote)).ok_or_else(nothing)?;
    let close = open + 1 + length + 1;
    let words: Vec<&str> = line
        .get(..separator)
        .unwrap_or_default()
        .split(|c: char| !(c.is_alphanumeric() || c == '_'))
        .filter(|word| !word.is_empty())
        .collect();
    let word = words.last().ok_or_else(nothing)?;
    if line.get(open + 1..close - 1).is_some_and(|value| value.contains("${")) {
        return Err(no("the value is put together from parts".into()));
    }
    let name = upper_snake(word);
    let mut edits = Edits::default();
    if language == Language::TypeScript {
        // A missing variable must stop the program, not run with `undefined`.
        let message = format!("(() => {{ throw new Error('{name} is not set'); }})()");
        edits.replace(start + open..start + close, format!("process.env.{name} ?? {message}"));
        return Ok((name, edits));
    }
    if words.iter().any(|word| matches!(*word, "const" | "static")) || !words.contains(&"let") {
        return Err(no("a constant cannot read the environment; a settings struct can".into()));
    }
    edits.replace(
        start + open..start + close,
        format!("std::env::var(\"{name}\").expect(\"{name} is set in the environment\")"),
    );
    Ok((name, edits))
}

#[cfg(test)]
mod tests {
    use super::super::testing::fixed;

    const RULE: &str = "sec/secret-assigned-to-name";

    #[test]
    fn a_secret_becomes_a_read_of_the_environment() {
        assert_eq!(
            fixed(RULE, "a.py", "import json\n\napiKey = \"k3y\"  # old\n", "\"k3y\"").unwrap(),
            "import json\nimport os\n\napiKey = os.environ[\"API_KEY\"]  # old\n"
        );
        assert_eq!(
            fixed(RULE, "a.py", "import os\nclient = Client(token=\"k3y\")\n", "token=").unwrap(),
            "import os\nclient = Client(token=os.environ[\"TOKEN\"])\n"
        );
        assert_eq!(
            fixed(RULE, "a.py", "import os\nX = {\"jwt_secret\": \"k3y\"}\n", "\"k3y\"").unwrap(),
            "import os\nX = {\"jwt_secret\": os.environ[\"JWT_SECRET\"]}\n"
        );
    }

    #[test]
    fn typescript_and_rust_stop_when_the_variable_is_missing() {
        assert_eq!(
            fixed(RULE, "a.ts", "const jwtSecret: string = 'k3y';\n", "'k3y'").unwrap(),
            "const jwtSecret: string = process.env.JWT_SECRET ?? (() => { throw new Error('JWT_SECRET is not set'); })();\n"
        );
        assert_eq!(
            fixed(RULE, "a.rs", "fn f() {\n    let token = \"k3y\";\n}\n", "\"k3y\"").unwrap(),
            "fn f() {\n    let token = std::env::var(\"TOKEN\").expect(\"TOKEN is set in the environment\");\n}\n"
        );
        assert!(fixed(RULE, "a.rs", "const TOKEN: &str = \"k3y\";\n", "\"k3y\"").is_err());
    }

    #[test]
    fn the_secret_of_the_sample_is_repaired() {
        let files = crate::propose::sample_files("python");
        let file = files.iter().find(|file| file.path == "app/routers/courier.py").unwrap();
        let text = std::str::from_utf8(file.bytes).unwrap();
        let result = fixed(RULE, file.path, text, "WEBHOOK_SECRET = ").unwrap();
        assert!(result.contains("\nWEBHOOK_SECRET = os.environ[\"WEBHOOK_SECRET\"]\n"));
        assert!(result.contains("import hashlib\nimport hmac\nimport os\n\nfrom fastapi"));
    }
}

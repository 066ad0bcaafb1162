//! Python text as the project writes it: in a new file, or at the end of one that is there.
//!
//! Imports are added only for names that the text uses, from where the caller says they come.

use super::{
    fastapi::render::imports,
    lines::Lines,
    names::Name,
    rename::{Joint, Renamer},
};
use crate::{
    ports::ProposeError,
    propose::{
        edits::{Edits, line_end, newline_of},
        python::{Module, range_of},
    },
};
use minijinja::Value;
use ruff_python_ast::{
    Expr, Stmt, StmtImportFrom,
    visitor::{Visitor, walk_expr},
};
use std::collections::BTreeSet;

/// The habits that a formatter would have.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Habits {
    pub(super) width: usize,
    pub(super) quote: char,
    /// Top-level packages of the project itself.
    pub(super) own: BTreeSet<String>,
}

impl Habits {
    /// Reads them from settings of formatters and, where those are silent, from the sources.
    pub(super) fn read(settings: &str, sources: &[&str], own: BTreeSet<String>) -> Self {
        let value = |key: &str| {
            settings.lines().find_map(|line| {
                let (name, value) = line.split_once('=')?;
                (name.trim() == key).then(|| value.trim().trim_matches(['"', '\'']).to_owned())
            })
        };
        let width = ["line-length", "line_length", "max-line-length"].iter().find_map(|key| value(key));
        let count = |quote: char| {
            let quotes = sources.iter().flat_map(|text| text.chars()).filter(|c| *c == quote);
            quotes.count()
        };
        let is_single = match value("quote-style") {
            Some(style) => style == "single",
            None => count('\'') > count('"'),
        };
        Self {
            width: width.and_then(|width| width.parse().ok()).unwrap_or(88),
            quote: if is_single { '\'' } else { '"' },
            own,
        }
    }

    /// A rendered body in the project's form.
    pub(super) fn written(&self, rendered: &str) -> String {
        let lines = Lines {
            unit: 4,
            indent: "    ".into(),
            width: self.width,
            semicolons: true,
            trailing_commas: true,
        };
        self.quoted(&lines.write(rendered))
    }

    /// A part of a line in the project's quotes.
    pub(super) fn quoted_as(&self, text: &str) -> String {
        if self.quote == '"' || text.contains('\'') { text.to_owned() } else { text.replace('"', "'") }
    }

    /// Plain double-quoted literals in the project's quotes; docstrings stay as they are.
    fn quoted(&self, text: &str) -> String {
        if self.quote == '"' {
            return text.to_owned();
        }
        let mut lines: Vec<String> = Vec::new();
        for line in text.lines() {
            let plain = !line.contains("\"\"\"") && !line.contains('\'');
            lines.push(if plain { line.replace('"', "'") } else { line.to_owned() });
        }
        let mut text = lines.join("\n");
        text.push('\n');
        text
    }

    /// A whole new file: what the body needs of `candidates`, then the body.
    pub(super) fn file(&self, path: &str, body: &str, candidates: &[String]) -> Result<String, ProposeError> {
        let body = self.written(body);
        let used = used_names(&Module::parse(path, &body)?);
        let mut taken = BTreeSet::new();
        let wanted: Vec<Value> = candidates
            .iter()
            .filter(|candidate| match candidate.contains(':') || !candidate.contains('.') {
                true => used.contains(bound(candidate)) && taken.insert(bound(candidate)),
                // `import django.db.models.deletion`: two such bind one name.
                false => body.contains(&format!("{candidate}.")),
            })
            .map(|candidate| Value::from(candidate.as_str()))
            .collect();
        let head = imports(&wanted, &self.own, &[], self.width);
        // A class or a function stands two lines below the imports.
        let defines = ["class ", "def ", "@", "async "].iter().any(|word| body.starts_with(word));
        let gap = match (head.is_empty(), defines) {
            (true, _) => "",
            (false, true) => "\n\n\n",
            (false, false) => "\n\n",
        };
        Ok(format!("{head}{gap}{body}"))
    }

    /// A file with a body after its last definition, and what the body needs imported.
    pub(super) fn grown(
        &self,
        path: &str,
        text: &str,
        body: &str,
        candidates: &[String],
    ) -> Result<String, ProposeError> {
        self.grown_after(path, text, body, candidates, |_| true)
    }

    /// The same after the last definition with such a name, where there is one.
    pub(super) fn grown_after(
        &self,
        path: &str,
        text: &str,
        body: &str,
        candidates: &[String],
        is_like: impl Fn(&str) -> bool,
    ) -> Result<String, ProposeError> {
        let body = self.written(body);
        let used = used_names(&Module::parse(path, &body)?);
        let module = Module::parse(path, text)?;
        let mut edits = Edits::default();
        let defined = |stmt: &&Stmt| match stmt {
            Stmt::ClassDef(class) => is_like(class.name.as_str()),
            Stmt::FunctionDef(function) => is_like(function.name.as_str()),
            _ => false,
        };
        let last = module.body.iter().rev().find(defined).or(module.body.last());
        let at = last.map_or(0, |stmt| line_end(text, range_of(stmt).end));
        let newline = newline_of(text);
        let lead = if text.get(..at).is_some_and(|before| before.ends_with('\n')) { "" } else { newline };
        let body = body.replace('\n', newline);
        edits.insert(at, format!("{lead}{newline}{newline}{body}"));
        let text = edits.apply(text)?;
        self.with_imports(path, &text, &used, candidates)
    }

    /// A text that imports what it uses of the candidates, one statement after the other.
    pub(super) fn with_imports(
        &self,
        path: &str,
        text: &str,
        used: &BTreeSet<String>,
        candidates: &[String],
    ) -> Result<String, ProposeError> {
        let before: BTreeSet<&str> = text.lines().collect();
        let mut text = text.to_owned();
        let mut taken = BTreeSet::new();
        for candidate in candidates {
            let name = bound(candidate);
            if !used.contains(name) || !taken.insert(name) {
                continue;
            }
            let module = Module::parse(path, &text)?;
            if in_scope(&module, name) {
                continue;
            }
            let mut edits = Edits::default();
            match candidate.split_once(':') {
                Some((from, name)) if from.starts_with('.') => relative(&module, &mut edits, from, name),
                Some((from, name)) if self.begins_own(&module, from) => {
                    own_first(&module, &mut edits, from, name)
                }
                Some((from, name)) => match self.own_beside(&module, from) {
                    Some(at) => edits.insert(at, format!("from {from} import {name}{}", newline_of(&text))),
                    None => module.add_import(&mut edits, from, name),
                },
                None => module.add_plain_import(&mut edits, candidate),
            }
            text = edits.apply(&text)?;
        }
        Ok(self.wrapped_but(&text, &before))
    }

    /// Whether an import would be the first of the project's own modules.
    fn begins_own(&self, module: &Module<'_>, from: &str) -> bool {
        let is_own = |from: &str| self.own.contains(from.split('.').next().unwrap_or_default());
        let stem =
            |import: &StmtImportFrom| import.module.as_ref().map(ToString::to_string).unwrap_or_default();
        let mut imports = module.import_froms();
        is_own(from) && !imports.any(|import| import.level == 0 && is_own(&stem(import)))
    }

    /// Where the import of one of the project's own packages stands among those of its others.
    fn own_beside(&self, module: &Module<'_>, from: &str) -> Option<usize> {
        let root = |from: &str| from.split('.').next().unwrap_or_default().to_owned();
        let stem =
            |import: &StmtImportFrom| import.module.as_ref().map(ToString::to_string).unwrap_or_default();
        let own: Vec<&StmtImportFrom> = module
            .import_froms()
            .filter(|import| import.level == 0 && self.own.contains(&root(&stem(import))))
            .collect();
        if !self.own.contains(&root(from)) || own.iter().any(|import| root(&stem(import)) == root(from)) {
            return None;
        }
        let next = own.iter().find(|import| stem(import).as_str() > from);
        let after = || own.last().map(|last| line_end(module.text, range_of(*last).end));
        next.map(|next| range_of(*next).start).or_else(after)
    }

    /// Imports and lists of exports that grew too long, one name a line.
    pub(super) fn wrapped(&self, text: &str) -> String {
        self.wrapped_but(text, &BTreeSet::new())
    }

    /// The same, but for the lines that were there before: how they are written is not ours.
    fn wrapped_but(&self, text: &str, before: &BTreeSet<&str>) -> String {
        let newline = newline_of(text);
        let mut result = String::with_capacity(text.len());
        for line in text.split_inclusive('\n') {
            let bare = line.trim_end();
            if before.contains(bare) {
                result.push_str(line);
                continue;
            }
            let list = bare.strip_prefix("__all__ = [").and_then(|rest| rest.strip_suffix(']'));
            if let Some(names) = list.filter(|_| bare.chars().count() > self.width) {
                let names: Vec<&str> = names.split(", ").collect();
                let names = names.join(&format!(",{newline}    "));
                result.push_str(&format!("__all__ = [{newline}    {names},{newline}]{newline}"));
                continue;
            }
            match bare.split_once(" import ").filter(|(head, names)| {
                head.starts_with("from ") && bare.chars().count() > self.width && !names.contains(['(', '#'])
            }) {
                Some((head, names)) => {
                    let names: Vec<&str> = names.split(", ").collect();
                    let names = names.join(&format!(",{newline}    "));
                    result.push_str(&format!("{head} import ({newline}    {names},{newline}){newline}"));
                }
                None => result.push_str(line),
            }
        }
        result
    }
}

/// The name that a candidate binds: `User` of `.models:User`.
fn bound(candidate: &str) -> &str {
    candidate
        .split_once(':')
        .map_or_else(|| candidate.split('.').next().unwrap_or_default(), |(_, name)| name)
}

/// Source with one resource exchanged for another; addresses in texts join words by hyphens.
pub(super) fn renamed(source: &str, like: &Name, name: &Name) -> String {
    let joint = |joint| Renamer { from: like, to: name, joint };
    let mut result = String::new();
    let mut quote = None;
    for part in source.split_inclusive(['"', '\'']) {
        let renamer = joint(if quote.is_some() { Joint::Kebab } else { Joint::Snake });
        result.push_str(&renamer.apply(part));
        let ended = part.chars().next_back().filter(|c| matches!(c, '"' | '\''));
        quote = match (quote, ended) {
            (None, ended) => ended,
            (open, ended) if open == ended => None,
            (open, _) => open,
        };
    }
    result
}

/// An identifier or a path with one resource exchanged for another.
pub(super) fn exchanged(text: &str, like: &Name, name: &Name) -> String {
    Renamer { from: like, to: name, joint: Joint::Snake }.apply(text)
}

/// Everything that a file's `from … import` brings into scope, as candidates.
pub(super) fn carried(module: &Module<'_>) -> Vec<String> {
    let mut all = Vec::new();
    for import in module.import_froms() {
        let from = format!(
            "{}{}",
            ".".repeat(import.level as usize),
            import.module.as_ref().map_or("", |module| module.as_str())
        );
        let plain = import.names.iter().filter(|alias| alias.asname.is_none() && alias.name.as_str() != "*");
        all.extend(plain.map(|alias| format!("{from}:{}", alias.name)));
    }
    for stmt in &module.body {
        if let Stmt::Import(import) = stmt {
            let plain = import.names.iter().filter(|alias| alias.asname.is_none());
            all.extend(plain.map(|alias| alias.name.to_string()));
        }
    }
    all
}

fn in_scope(module: &Module<'_>, name: &str) -> bool {
    let is_imported = module.origin_of(name).is_some();
    is_imported
        || module.body.iter().any(|stmt| match stmt {
            Stmt::Import(import) => import.names.iter().any(|alias| {
                alias.asname.as_ref().unwrap_or(&alias.name).as_str().split('.').next() == Some(name)
            }),
            Stmt::ClassDef(class) => class.name.as_str() == name,
            Stmt::FunctionDef(function) => function.name.as_str() == name,
            _ => false,
        })
}

/// Adds the first import of the project's own modules: a group behind those of others.
fn own_first(module: &Module<'_>, edits: &mut Edits, from: &str, name: &str) {
    let newline = newline_of(module.text);
    let is_other = |stmt: &&Stmt| match stmt {
        Stmt::Import(_) => true,
        Stmt::ImportFrom(import) => import.level == 0,
        _ => false,
    };
    match module.body.iter().rfind(is_other) {
        Some(last) => {
            let end = line_end(module.text, range_of(last).end);
            edits.insert(end, format!("{newline}from {from} import {name}{newline}"));
        }
        None => module.add_import(edits, from, name),
    }
}

/// Adds a name to the relative import of its module, or a line after the last of that kind.
fn relative(module: &Module<'_>, edits: &mut Edits, from: &str, name: &str) {
    let stem = from.trim_start_matches('.');
    let level = from.len() - stem.len();
    let of = |import: &&StmtImportFrom| {
        (import.level as usize, import.module.as_ref().map_or("", |module| module.as_str()).to_owned())
    };
    if let Some(import) = module.import_froms().find(|import| of(import) == (level, stem.to_owned())) {
        return module.grow_import(edits, import, name);
    }
    let newline = newline_of(module.text);
    let line = format!("from {from} import {name}{newline}");
    let all: Vec<&StmtImportFrom> = module.import_froms().collect();
    let next = all.iter().find(|import| import.level > 0 && of(import) > (level, stem.to_owned()));
    match (next, all.last()) {
        (Some(next), _) => edits.insert(range_of(*next).start, line),
        (None, Some(last)) => {
            let gap = if last.level > 0 { "" } else { newline };
            edits.insert(line_end(module.text, range_of(*last).end), format!("{gap}{line}"));
        }
        (None, None) => edits.insert(0, format!("{line}{newline}")),
    }
}

/// Names that a module reads.
pub(super) fn used_names(module: &Module<'_>) -> BTreeSet<String> {
    #[derive(Default)]
    struct Names(BTreeSet<String>);
    impl<'a> Visitor<'a> for Names {
        fn visit_expr(&mut self, expr: &'a Expr) {
            if let Expr::Name(name) = expr {
                self.0.insert(name.id.to_string());
            }
            walk_expr(self, expr);
        }
    }
    let mut names = Names::default();
    names.visit_body(&module.body);
    names.0
}

#[cfg(test)]
mod tests {
    use super::*;

    fn habits() -> Habits {
        Habits { width: 60, quote: '"', own: BTreeSet::from(["shop".to_owned()]) }
    }

    fn all(list: &[&str]) -> Vec<String> {
        list.iter().map(|one| (*one).to_owned()).collect()
    }

    #[test]
    fn a_new_file_imports_what_it_uses_in_four_groups() {
        let body = "class A(serializers.Serializer):\n    made = uuid.uuid4\n    of = Book\n    b = Base\n";
        let candidates =
            all(&["rest_framework:serializers", "uuid", ".models:Book", "shop.base:Base", "x:Unused"]);
        let expected = "import uuid\n\nfrom rest_framework import serializers\n\nfrom shop.base import Base\n\nfrom .models import Book\n\n\n";
        assert_eq!(habits().file("a.py", body, &candidates).unwrap(), format!("{expected}{body}"));
    }

    #[test]
    fn a_file_that_is_there_grows_after_its_last_definition() {
        let text = "from rest_framework import serializers\n\nfrom .models import Book\n\n\nclass A(serializers.Serializer):\n    of = Book\n\n\nREADY = True\n";
        let body = "class B(serializers.Serializer):\n    of = Review\n    at = status.HTTP_200_OK\n";
        let candidates = all(&["rest_framework:serializers", "rest_framework:status", ".models:Review"]);
        let expected = "from rest_framework import serializers, status\n\nfrom .models import Book, Review\n\n\nclass A(serializers.Serializer):\n    of = Book\n\n\nclass B(serializers.Serializer):\n    of = Review\n    at = status.HTTP_200_OK\n\n\nREADY = True\n";
        assert_eq!(habits().grown("a.py", text, body, &candidates).unwrap(), expected);
    }

    #[test]
    fn formatter_settings_win_over_what_the_sources_show() {
        let read = |settings: &str, source: &str| Habits::read(settings, &[source], BTreeSet::new());
        assert_eq!(read("[format]\nquote-style = \"single\"\nline-length = 100\n", "\"\"").quote, '\'');
        assert_eq!(read("line-length = 100\n", "''").width, 100);
        assert_eq!((read("", "'a' \"b\" 'c'").quote, read("", "").width), ('\'', 88));
    }

    #[test]
    fn identifiers_and_addresses_join_words_their_own_way() {
        let (like, name) = (Name::of("book"), Name::of("book_review"));
        assert_eq!(
            renamed("path(\"books/<int:book_id>/\", views.book_list, name='book-list')", &like, &name),
            "path(\"book-reviews/<int:book_review_id>/\", views.book_review_list, name='book-review-list')"
        );
    }
}

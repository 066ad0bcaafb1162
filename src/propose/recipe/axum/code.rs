//! Functions of a Rust backend, and the calls that lead from one to another.
//!
//! A call is followed where its path names a function of the repository through modules and
//! imports; what is behind a trait or a method is not guessed.

use super::plan::Sources;
use crate::{
    domain::place::Place,
    propose::{
        edits::line_number,
        rust::{Function, RustFile},
    },
};
use std::ops::Range;
use tree_sitter::{Node, Parser, Tree};

/// A source with its tree.
pub(super) struct Source<'s> {
    pub(super) path: &'s str,
    pub(super) file: &'s RustFile,
    pub(super) text: &'s str,
    pub(super) tree: Tree,
    /// The folder of its package.
    root: &'s str,
    /// `crate::services::users`.
    module: String,
}

impl Source<'_> {
    /// The module that the file is: `crate::services::users`.
    pub(super) fn module(&self) -> &str {
        &self.module
    }
}

/// Every source that parses.
pub(super) struct Code<'s> {
    pub(super) sources: Vec<Source<'s>>,
}

/// One function.
#[derive(Clone, Copy)]
pub(super) struct Unit<'c> {
    pub(super) source: &'c Source<'c>,
    pub(super) function: &'c Function,
}

/// One call of a function of the repository.
#[derive(Clone)]
pub(super) struct Site<'c> {
    /// The name that is called, without its path.
    pub(super) name: Range<usize>,
    /// Where its path begins.
    pub(super) path_start: usize,
    pub(super) arguments: Vec<Range<usize>>,
    /// Behind the opening bracket.
    pub(super) inside: usize,
    pub(super) target: Unit<'c>,
}

impl<'s> Code<'s> {
    pub(super) fn new(sources: &'s Sources) -> Self {
        let mut parser = Parser::new();
        let is_set = parser.set_language(&tree_sitter_rust::LANGUAGE.into()).is_ok();
        let sources = sources.iter().filter(|_| is_set).filter_map(|(path, file, text)| {
            let tree = parser.parse(text, None)?;
            let (root, module) = module_of(path);
            Some(Source { path, file, text, tree, root, module })
        });
        Self { sources: sources.collect() }
    }

    pub(super) fn get(&self, path: &str) -> Option<&Source<'s>> {
        self.sources.iter().find(|source| source.path == path)
    }

    /// A function of a file.
    #[cfg(test)]
    pub(super) fn unit(&self, path: &str, name: &str) -> Option<Unit<'_>> {
        let source = self.get(path)?;
        let function = source.file.functions.iter().find(|one| one.name == name)?;
        Some(Unit { source, function })
    }

    /// The function that a path names in a file: `users::list`.
    pub(super) fn target(&self, from: &Source<'_>, path: &str) -> Option<Unit<'_>> {
        let path: String = path.split_whitespace().collect();
        let (lead, name) = path.rsplit_once("::").unwrap_or(("", path.as_str()));
        let module = if lead.is_empty() {
            match imported(from.file, name) {
                Some(full) => return self.named(from, &full),
                None => from.module.clone(),
            }
        } else {
            let (first, rest) = lead.split_once("::").map_or((lead, ""), |(first, rest)| (first, rest));
            let first = imported(from.file, first).unwrap_or_else(|| first.to_owned());
            if rest.is_empty() { first } else { format!("{first}::{rest}") }
        };
        self.named(from, &format!("{module}::{name}"))
    }

    fn named(&self, from: &Source<'_>, full: &str) -> Option<Unit<'_>> {
        let (module, name) = full.rsplit_once("::")?;
        let absolute = match module.split_once("::").unwrap_or((module, "")) {
            ("crate", _) => module.to_owned(),
            ("self", rest) => joined(&from.module, rest),
            ("super", rest) => joined(from.module.rsplit_once("::")?.0, rest),
            _ => joined(&from.module, module),
        };
        let is_it = |source: &&Source<'_>| source.root == from.root && source.module == absolute;
        let source = self.sources.iter().find(is_it)?;
        let function = source.file.functions.iter().find(|one| one.name == name)?;
        Some(Unit { source, function })
    }

    /// The calls of a function, in its order.
    pub(super) fn sites(&self, unit: Unit<'_>) -> Vec<Site<'_>> {
        let mut found = Vec::new();
        for node in unit.nodes("call_expression") {
            let parts = node.child_by_field_name("function").zip(node.child_by_field_name("arguments"));
            let Some((callee, arguments)) = parts else { continue };
            if !matches!(callee.kind(), "identifier" | "scoped_identifier") {
                continue;
            }
            let Some(target) = self.target(unit.source, unit.text(callee)) else { continue };
            let name = callee.child_by_field_name("name").unwrap_or(callee);
            found.push(Site {
                name: name.byte_range(),
                path_start: callee.start_byte(),
                arguments: children(arguments).map(|one| one.byte_range()).collect(),
                inside: arguments.start_byte() + 1,
                target,
            });
        }
        found
    }
}

impl<'c> Unit<'c> {
    pub(super) fn text(&self, node: Node<'_>) -> &'c str {
        self.slice(node.byte_range())
    }

    pub(super) fn slice(&self, range: Range<usize>) -> &'c str {
        self.source.text.get(range).unwrap_or_default()
    }

    pub(super) fn place(&self) -> Place {
        Place::new(self.source.path, line_number(self.source.text, self.function.range.start))
    }

    pub(super) fn is(&self, other: Unit<'_>) -> bool {
        self.source.path == other.source.path && self.function.range == other.function.range
    }

    /// The nodes of one kind in the body, in text order.
    pub(super) fn nodes(&self, kind: &str) -> Vec<Node<'c>> {
        self.all().into_iter().filter(|node| node.kind() == kind).collect()
    }

    /// Every node of the body, in text order; those with the same start from outside in.
    pub(super) fn all(&self) -> Vec<Node<'c>> {
        let range = &self.function.body;
        let root = self.source.tree.root_node();
        let Some(body) = root.descendant_for_byte_range(range.start, range.end) else { return Vec::new() };
        let mut pending = vec![body];
        let mut found = Vec::new();
        while let Some(node) = pending.pop() {
            found.push(node);
            let inner: Vec<Node<'c>> =
                (0..node.child_count()).filter_map(|index| node.child(index)).collect();
            pending.extend(inner.into_iter().rev());
        }
        found
    }
}

/// The parts of a node that have a name in the grammar.
pub(super) fn children<'n>(node: Node<'n>) -> impl Iterator<Item = Node<'n>> {
    (0..node.named_child_count()).filter_map(move |index| node.named_child(u32::try_from(index).ok()?))
}

/// The full path of a name that a file imports.
fn imported(file: &RustFile, name: &str) -> Option<String> {
    let all = file.uses.iter().flat_map(|one| &one.paths);
    all.into_iter().find(|(_, local)| local == name).map(|(full, _)| full.clone())
}

fn joined(module: &str, rest: &str) -> String {
    if rest.is_empty() { module.to_owned() } else { format!("{module}::{rest}") }
}

/// The package's folder, and `crate::services::users` of `src/services/users.rs`.
fn module_of(path: &str) -> (&str, String) {
    let (root, inside) = path.split_once("src/").unwrap_or(("", path));
    let stem = inside.strip_suffix(".rs").unwrap_or(inside);
    let stem = stem.strip_suffix("/mod").unwrap_or(stem);
    let module = match stem {
        "lib" | "main" | "mod" => "crate".to_owned(),
        stem => format!("crate::{}", stem.replace('/', "::")),
    };
    (root, module)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_call_is_followed_through_modules_and_imports() {
        let files = [
            (
                "src/routes/users.rs",
                "use crate::services::{users, notes as n};\nuse super::shared;\nfn show() { users::get(1); n::all(); shared::log(); own(2, 3); other::x(); }\nfn own() {}\n",
            ),
            ("src/services/users.rs", "pub fn get() {}\n"),
            ("src/services/notes.rs", "pub fn all() {}\n"),
            ("src/routes/shared.rs", "pub fn log() {}\n"),
        ];
        let sources: Sources = files
            .iter()
            .map(|(path, text)| {
                ((*path).to_owned(), RustFile::parse(path, text).unwrap(), (*text).to_owned())
            })
            .collect();
        let code = Code::new(&sources);
        let unit = code.unit("src/routes/users.rs", "show").unwrap();
        let sites = code.sites(unit);
        let found: Vec<_> = sites
            .iter()
            .map(|site| (site.target.source.path, site.target.function.name.as_str(), site.arguments.len()))
            .collect();
        assert_eq!(
            found,
            [
                ("src/services/users.rs", "get", 1),
                ("src/services/notes.rs", "all", 0),
                ("src/routes/shared.rs", "log", 0),
                ("src/routes/users.rs", "own", 2),
            ]
        );
    }
}

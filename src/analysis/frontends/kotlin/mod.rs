//! The front end of Kotlin, on tree-sitter's grammar.
//!
//! The tree is measured first (see `syntax`), so the walk may recurse. The members of a
//! companion object are members of its class; properties of a primary constructor are
//! fields; a lambda behind the parentheses is the last argument of its call; a function
//! that extends a type has that type's value as its receiver.

mod declarations;
mod expressions;
mod statements;
#[cfg(test)]
mod tests;
mod types;

use super::{
    Refused,
    nodes::{all, first, named, parts, span},
    syntax,
    writer::Writer,
};
use crate::analysis::facts::{FactsBuilder, FileFacts, ImportFlags, Lang};
use crate::analysis::frontends::tree::Node;
use std::borrow::Cow;

/// The facts of one file.
pub fn facts(path: &str, text: &str) -> Result<FileFacts, Refused> {
    let mut facts = FactsBuilder::new(path, text, Lang::Kotlin);
    let tree = syntax::parse(&tree_sitter_kotlin_ng::LANGUAGE.into(), &unambiguous(text), &mut facts)?;
    let mut kotlin = Kotlin { write: Writer { facts, text } };
    for node in parts(tree.root_node()) {
        kotlin.top(node);
    }
    Ok(kotlin.write.facts.finish())
}

/// The text as it is parsed: below a property the grammar takes `get("/x") { … }` for the
/// property's getter and gives up on what is around. A letter of such a name is changed; names
/// are read from the text itself.
fn unambiguous(text: &str) -> Cow<'_, str> {
    let mut changed: Option<String> = None;
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        let statement = line.trim_start();
        if is_call_like_accessor(statement) {
            let second = at + (line.len() - statement.len()) + 1;
            changed.get_or_insert_with(|| text.to_owned()).replace_range(second..=second, "x");
        }
        at += line.len();
    }
    changed.map_or(Cow::Borrowed(text), Cow::Owned)
}

/// `get("/x")`, `get { … }`, `get<X> { … }`, `set("k", 1)`: no accessor of a property is written so.
fn is_call_like_accessor(statement: &str) -> bool {
    if let Some(rest) = statement.strip_prefix("get") {
        let rest = rest.trim_start_matches([' ', '\t']);
        return match rest.strip_prefix('(') {
            Some(inside) => !inside.trim_start().starts_with(')'),
            None => rest.starts_with(['{', '<']),
        };
    }
    statement.strip_prefix("set").is_some_and(|rest| rest.starts_with("(\""))
}

/// A walk over one Kotlin file.
struct Kotlin<'t> {
    write: Writer<'t>,
}

impl Kotlin<'_> {
    fn top(&mut self, node: Node<'_>) {
        match node.kind() {
            "package_header" => {
                if let Some(name) = first(node, &["qualified_identifier", "identifier"]) {
                    let name = self.plain(name);
                    self.write.facts.set_package(&name);
                }
            }
            "import" => self.import(node),
            _ => {
                self.statement(node);
            }
        }
    }

    /// A dotted name without spaces and quotes.
    fn plain(&self, node: Node<'_>) -> String {
        self.write.source(node).chars().filter(|c| !c.is_whitespace() && *c != '`').collect()
    }

    fn import(&mut self, node: Node<'_>) {
        let Some(path) = first(node, &["qualified_identifier", "identifier"]) else { return };
        let whole = self.plain(path);
        if all(node).iter().any(|part| part.kind() == "*") {
            let whole = whole.trim_end_matches(".*").to_owned();
            let import = self.write.facts.import(&whole, None, None, span(node), span(path));
            self.write.facts.edit_import(import, |import| import.flags = ImportFlags::STAR);
            return;
        }
        let (module, name) = whole.rsplit_once('.').unwrap_or(("", &whole));
        let alias = named(node).into_iter().skip(1).find(|part| part.kind() == "identifier");
        let alias = alias.map_or_else(|| name.to_owned(), |alias| self.plain(alias));
        self.write.facts.import(module, Some(name), Some(&alias), span(node), span(path));
    }
}

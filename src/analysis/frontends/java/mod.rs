//! The front end of Java, on tree-sitter's grammar.
//!
//! The tree is measured first (see `syntax`), so the walk may recurse. Packages are the
//! file's package clause; static imports keep the class as their module. Fields of
//! records are fields of a class; `Type::method` is an attribute of the type.

mod declarations;
mod expressions;
mod statements;
#[cfg(test)]
mod tests;

use super::{
    Refused,
    nodes::{first, has, parts, span},
    syntax,
    walker::Walker,
    writer::Writer,
};
use crate::analysis::facts::{ExprId, FactsBuilder, FileFacts, ImportFlags, Lang};
use crate::analysis::frontends::tree::Node;

/// The facts of one file.
pub fn facts(path: &str, text: &str) -> Result<FileFacts, Refused> {
    let mut facts = FactsBuilder::new(path, text, Lang::Java);
    let tree = syntax::parse(&tree_sitter_java::LANGUAGE.into(), text, &mut facts)?;
    let mut java = Java { write: Writer { facts, text } };
    for node in parts(tree.root_node()) {
        java.top(node);
    }
    Ok(java.write.facts.finish())
}

/// A walk over one Java file.
struct Java<'t> {
    write: Writer<'t>,
}

impl<'t> Walker<'t> for Java<'t> {
    fn write(&mut self) -> &mut Writer<'t> {
        &mut self.write
    }

    fn value(&mut self, node: Node<'_>) -> ExprId {
        self.expression(node)
    }

    fn statement(&mut self, node: Node<'_>) {
        self.read_statement(node);
    }
}

impl Java<'_> {
    fn top(&mut self, node: Node<'_>) {
        match node.kind() {
            "package_declaration" => {
                if let Some(name) = first(node, &["scoped_identifier", "identifier"]) {
                    let name = self.plain(name);
                    self.write.facts.set_package(&name);
                }
            }
            "import_declaration" => self.import(node),
            _ => self.statement(node),
        }
    }

    /// A dotted name without the spaces that may stand in it.
    fn plain(&self, node: Node<'_>) -> String {
        self.write.source(node).split_whitespace().collect()
    }

    fn import(&mut self, node: Node<'_>) {
        let Some(path) = first(node, &["scoped_identifier", "identifier"]) else { return };
        let whole = self.plain(path);
        if has(node, "asterisk") {
            let import = self.write.facts.import(&whole, None, None, span(node), span(path));
            self.write.facts.edit_import(import, |import| import.flags = ImportFlags::STAR);
            return;
        }
        let (module, name) = whole.rsplit_once('.').unwrap_or(("", &whole));
        self.write.facts.import(module, Some(name), Some(name), span(node), span(path));
    }
}

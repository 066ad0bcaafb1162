//! The front end of C#, on tree-sitter's grammar.
//!
//! The tree is measured first (see `syntax`), so the walk may recurse. A file belongs to
//! its first namespace; `using` brings every name of a namespace in; properties and
//! parameters of a primary constructor are fields; the first parameter of an extension
//! method is its receiver. Attributes go by the name without `Attribute`.

mod declarations;
mod expressions;
mod statements;
#[cfg(test)]
mod tests;
mod types;

use super::{
    Refused,
    nodes::{all, field, named, parts, span},
    syntax,
    walker::Walker,
    writer::Writer,
};
use crate::analysis::facts::{ExprId, FactsBuilder, FileFacts, ImportFlags, Lang};
use crate::analysis::frontends::tree::Node;

/// The facts of one file.
pub fn facts(path: &str, text: &str) -> Result<FileFacts, Refused> {
    let mut facts = FactsBuilder::new(path, text, Lang::CSharp);
    let tree = syntax::parse(&tree_sitter_c_sharp::LANGUAGE.into(), text, &mut facts)?;
    let mut csharp = CSharp { write: Writer { facts, text }, has_namespace: false, conditions: Vec::new() };
    for node in parts(tree.root_node()) {
        csharp.top(node);
    }
    Ok(csharp.write.facts.finish())
}

/// A walk over one C# file.
struct CSharp<'t> {
    write: Writer<'t>,
    has_namespace: bool,
    /// Objects of the `?.` around.
    conditions: Vec<ExprId>,
}

impl<'t> Walker<'t> for CSharp<'t> {
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

impl CSharp<'_> {
    fn top(&mut self, node: Node<'_>) {
        match node.kind() {
            "using_directive" => self.using(node),
            "namespace_declaration" | "file_scoped_namespace_declaration" => {
                if let Some(name) = field(node, "name") {
                    if !self.has_namespace {
                        let name = self.plain(name);
                        self.write.facts.set_package(&name);
                    }
                    self.has_namespace = true;
                }
                let parts = field(node, "body").map_or_else(|| named(node), named);
                let name = field(node, "name").map(|name| name.id());
                for part in parts.into_iter().filter(|part| Some(part.id()) != name) {
                    self.top(part);
                }
            }
            "global_statement" | "declaration_list" => {
                for part in named(node) {
                    self.top(part);
                }
            }
            kind if kind.starts_with("preproc") => {
                for part in named(node) {
                    self.top(part);
                }
            }
            "global_attribute" | "extern_alias_directive" => {}
            _ => self.statement(node),
        }
    }

    /// A dotted name without spaces.
    fn plain(&self, node: Node<'_>) -> String {
        self.write.source(node).chars().filter(|c| !c.is_whitespace() && *c != '@').collect()
    }

    /// `using A.B;`, `global using A;`, `using static A.B;`, `using X = A.B;`.
    fn using(&mut self, node: Node<'_>) {
        let alias = field(node, "name");
        let path = named(node).into_iter().rfind(|part| Some(part.id()) != alias.map(|alias| alias.id()));
        let Some(path) = path else { return };
        let whole = self.plain(path);
        let whole = whole.strip_prefix("global::").unwrap_or(&whole);
        let whole = whole.split('<').next().unwrap_or(whole).to_owned();
        if let Some(alias) = alias {
            let alias = self.plain(alias);
            let (module, name) = whole.rsplit_once('.').unwrap_or(("", &whole));
            self.write.facts.import(module, Some(name), Some(&alias), span(node), span(path));
            return;
        }
        let is_global = all(node).iter().any(|token| token.kind() == "global");
        let import = self.write.facts.import(&whole, None, None, span(node), span(path));
        let flags = ImportFlags::STAR.with_if(ImportFlags::REEXPORT, is_global);
        self.write.facts.edit_import(import, |import| import.flags = flags);
    }
}

//! The symbols of one text with their lines, under the names that people use for them.

use crate::analysis::{
    facts::{BindKind, FileFacts, ScopeId, ScopeKind, Span},
    frontends,
};
use std::ops::Range;

/// A definition of one file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Symbol {
    /// For example `ReportService.top_customers`.
    pub(super) path: String,
    /// 0-based lines of the whole definition, end-exclusive.
    pub(super) lines: Range<u32>,
    /// Holds other symbols: its content is theirs too.
    pub(super) is_container: bool,
}

impl Symbol {
    /// The lines of the symbol in the text that it was found in.
    pub(super) fn text<'t>(&self, text: &'t str) -> impl Iterator<Item = &'t str> {
        let len = self.lines.end.saturating_sub(self.lines.start) as usize;
        text.lines().skip(self.lines.start as usize).take(len)
    }
}

/// The symbols in source order, outer before inner. None for a text of a language without
/// a front end, or one that its front end refuses.
pub(super) fn symbols(path: &str, text: &str) -> Option<Vec<Symbol>> {
    let facts = frontends::facts(path, text)?.ok()?;
    let mut found: Vec<Symbol> = facts
        .scope_ids()
        .filter(|(_, scope)| !matches!(scope.kind, ScopeKind::Module | ScopeKind::Lambda))
        .filter_map(|(id, scope)| {
            let path = path_of(&facts, id)?;
            let is_container = scope.kind != ScopeKind::Function;
            Some(Symbol { path, lines: lines(&facts, scope.span), is_container })
        })
        .collect();
    // Values under a name: a router, a table, a handler that is an arrow function, a column.
    found.extend(facts.binds.iter().filter_map(|bind| {
        let kind = facts.scope(bind.scope)?.kind;
        let holds_values = matches!(kind, ScopeKind::Module | ScopeKind::Class | ScopeKind::Namespace);
        let defines = matches!(bind.kind, BindKind::Assign | BindKind::Field | BindKind::Alias);
        if !holds_values || !defines || bind.object.is_some() || bind.block.is_some() {
            return None;
        }
        let name = facts.text(bind.name);
        let path = match path_of(&facts, bind.scope) {
            Some(outer) => format!("{outer}.{name}"),
            None => name.to_owned(),
        };
        Some(Symbol { path, lines: lines(&facts, bind.span), is_container: false })
    }));
    found.retain(|symbol| !symbol.path.is_empty());
    found.sort_by_key(|symbol| (symbol.lines.start, std::cmp::Reverse(symbol.lines.end)));
    // A function that is the value of a name is seen twice.
    found.dedup_by(|next, kept| next.path == kept.path && next.lines.end <= kept.lines.end);
    Some(found)
}

fn lines(facts: &FileFacts, span: Span) -> Range<u32> {
    let last = span.end.saturating_sub(1).max(span.start);
    facts.line(span.start).saturating_sub(1)..facts.line(last)
}

/// `Class.method`; a method that stands beside its type has the type in front. None for
/// the module and for what has no name at all.
fn path_of(facts: &FileFacts, id: ScopeId) -> Option<String> {
    let mut parts: Vec<String> = Vec::new();
    for (_, scope) in facts.scopes_around(id) {
        let owner = scope.owner.and_then(|owner| facts.dotted(owner));
        let name = facts.text(scope.name);
        if !name.is_empty() {
            parts.push(name.to_owned());
        }
        // Some front ends name a block after the type that owns it.
        parts.extend(owner.filter(|owner| owner != name));
    }
    parts.reverse();
    (!parts.is_empty()).then(|| parts.join("."))
}

#[cfg(test)]
mod tests {
    use super::*;
    use pretty_assertions::assert_eq;

    fn paths(path: &str, text: &str) -> Vec<String> {
        let found = symbols(path, text).expect("a known language");
        found.iter().map(|symbol| format!("{} {:?}", symbol.path, symbol.lines)).collect()
    }

    #[test]
    fn every_language_names_its_symbols_as_people_do() {
        for (path, text, expected) in [
            (
                "a.py",
                "router = Router()\n\nclass Orders:\n    size = 1\n\n    def list(self):\n        return 1\n",
                vec!["router 0..1", "Orders 2..7", "Orders.size 3..4", "Orders.list 5..7"],
            ),
            (
                "a.ts",
                "export class Orders {\n  list() {\n    return 1\n  }\n}\nconst get = () => {\n  one()\n}\n",
                vec!["Orders 0..5", "Orders.list 1..4", "get 5..8"],
            ),
            (
                "a.rs",
                "struct Orders;\nimpl Orders {\n    fn list(&self) {}\n}\nfn main() {}\n",
                vec!["Orders 0..1", "Orders 1..4", "Orders.list 2..3", "main 4..5"],
            ),
            (
                "a.go",
                "package a\n\ntype Orders struct{}\n\nfunc (o *Orders) List() int {\n\treturn 1\n}\n",
                vec!["Orders 2..3", "Orders.List 4..7"],
            ),
        ] {
            assert_eq!(paths(path, text), expected, "{path}");
        }
    }

    #[test]
    fn a_text_of_no_language_has_none() {
        assert_eq!(symbols("schema.sql", "CREATE TABLE a (id INT);"), None);
    }
}

//! Paths, and where their first name comes from.
//!
//! `crate`, `self` and `super` become imports of the module they mean, once for each
//! place where that differs, so that the linker needs to know none of them. First names
//! that the file neither defines nor imports may be crates of the same workspace; they
//! become imports at the end of the walk.

use super::{
    kinds::{Field, Kind},
    walk::{Frame, Operand, Walk, child, name},
};
use crate::analysis::facts::{Expr, ExprId, ImportFlags, ScopeId, Span};

impl Walk<'_> {
    /// `path::name`.
    pub(super) fn path(&mut self, frame: &Frame, children: &[Operand]) -> Option<ExprId> {
        let last = child(children, Field::Name)?;
        let last_name = name(self.source(last.span));
        let Some(path) = child(children, Field::Path) else {
            return Some(self.facts.name(last_name, frame.span));
        };
        let base = match path.kind {
            Kind::SelfValue => self.anchor("self", path.span),
            Kind::Identifier => {
                self.note_root(path.span);
                self.value(&path)
            }
            _ => self.value(&path),
        };
        if last.kind == Kind::Super
            && let Expr::Name(parent) = self.facts.peek(base)
        {
            let path = format!("{}::super", self.facts.text(parent));
            return Some(self.anchor(&path, frame.span));
        }
        Some(self.facts.attr(base, last_name, frame.span))
    }

    /// Remembers the first name of a path.
    pub(super) fn note_root(&mut self, place: Span) {
        let text = name(self.source(place));
        if text.starts_with(|first: char| first.is_lowercase()) && !self.roots.contains_key(text) {
            self.roots.insert(text.to_owned(), place);
        }
    }

    /// `crate`, `self`, `super` or `super::super` as a name that an import binds.
    pub(super) fn anchor(&mut self, path: &str, span: Span) -> ExprId {
        let module = self.absolute(path);
        if self.anchors.insert(format!("{module} {path}")) {
            let import = self.facts.import(&module, None, Some(path), span, span);
            let inline = self.modules.is_empty();
            self.facts.edit_import(import, |import| {
                import.flags = ImportFlags::INLINE;
                // Paths are used in any function; outside inline modules they mean the
                // same everywhere in the file.
                if inline {
                    import.scope = ScopeId::MODULE;
                    import.block = None;
                }
            });
        } else if !self.modules.is_empty() {
            // Another inline module with the same meaning, or another function of it.
            let import = self.facts.import(&module, None, Some(path), span, span);
            self.facts.edit_import(import, |import| import.flags = ImportFlags::INLINE);
        }
        self.facts.name(path, span)
    }

    /// A path as it is written at the top of the file: inline modules taken into account.
    pub(super) fn absolute(&self, path: &str) -> String {
        let mut segments = path.split("::").peekable();
        let mut open = self.modules.as_slice();
        let mut up = 0_usize;
        match segments.peek().copied() {
            Some("self") => {
                segments.next();
            }
            Some("super") => {}
            _ => return path.to_owned(),
        }
        while segments.peek() == Some(&"super") {
            segments.next();
            match open.split_last() {
                Some((_, rest)) => open = rest,
                None => up += 1,
            }
        }
        let mut parts: Vec<&str> = match up {
            0 => vec!["self"],
            levels => vec!["super"; levels],
        };
        parts.extend(open.iter().map(String::as_str));
        parts.extend(segments);
        parts.join("::")
    }

    /// Imports the first names of paths that this file does not know otherwise.
    pub(super) fn import_roots(&mut self) {
        for (root, place) in std::mem::take(&mut self.roots) {
            if self.known.contains(&root) {
                continue;
            }
            let import = self.facts.import(&root, None, Some(&root), place, place);
            self.facts.edit_import(import, |import| import.flags = ImportFlags::INLINE);
        }
    }
}

//! Questions that rules and flow ask after linking.

use super::{linker::Linker, project::FileId, value::Value};
use crate::{
    analysis::facts::{CallId, Expr, ExprId, FileFacts, ImportFlags, ScopeId, ScopeKind},
    domain::map::Edge,
    knowledge::packs::Packs,
};
use std::{cell::RefCell, collections::BTreeSet};

/// A class or function of the project.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Definition {
    pub file: FileId,
    pub scope: ScopeId,
}

/// What a call calls.
#[derive(Debug, Clone, PartialEq)]
pub enum Callee {
    Function(Definition),
    /// The construction of an object.
    Class(Definition),
    /// Something outside the project by its dotted path, without the last `()`.
    External(String),
    Unknown,
}

/// Answers questions about the linked project. Not for use by several threads at once;
/// answers are remembered.
pub struct Resolver<'a> {
    pub(super) linker: RefCell<Linker<'a>>,
    pub(super) packs: &'a Packs,
}

impl<'a> Resolver<'a> {
    pub(super) fn new(linker: Linker<'a>, packs: &'a Packs) -> Self {
        Self { linker: RefCell::new(linker), packs }
    }

    pub(super) fn ask<T>(&self, question: impl FnOnce(&mut Linker<'a>) -> T) -> T {
        let mut linker = self.linker.borrow_mut();
        linker.refuel();
        question(&mut linker)
    }

    /// The facts of a file.
    pub fn facts(&self, file: FileId) -> Option<&'a FileFacts> {
        self.linker.borrow().facts(file)
    }

    /// Every file.
    pub fn files(&self) -> impl Iterator<Item = (FileId, &'a FileFacts)> {
        let files = self.linker.borrow().files;
        files
            .iter()
            .enumerate()
            .filter_map(|(index, facts)| Some((FileId(u32::try_from(index).ok()?), facts)))
    }

    /// The innermost scope whose body holds a byte offset.
    pub fn scope_at(&self, file: FileId, offset: u32) -> ScopeId {
        let linker = self.linker.borrow();
        match (linker.facts(file), linker.index(file)) {
            (Some(facts), Some(index)) => index.scope_at(facts, offset),
            _ => ScopeId::MODULE,
        }
    }

    /// The value of an expression, as far as it can be known.
    pub fn value(&self, file: FileId, expr: ExprId) -> Value {
        self.ask(|linker| linker.expr(file, expr))
    }

    /// The text of an expression, where it is one known text.
    pub fn constant(&self, file: FileId, expr: ExprId) -> Option<String> {
        self.value(file, expr).as_constant().map(str::to_owned)
    }

    /// What a call calls, most likely first; never empty.
    pub fn callees(&self, file: FileId, call: CallId) -> Vec<Callee> {
        let Some(callee) = self.facts(file).and_then(|facts| facts.call(call)).map(|call| call.callee) else {
            return vec![Callee::Unknown];
        };
        let value = self.value(file, callee);
        let mut found: Vec<Callee> = Vec::new();
        for value in value.alternatives() {
            let callee = match value {
                Value::Function(file, scope) => Callee::Function(Definition { file: *file, scope: *scope }),
                Value::Class(file, scope) => Callee::Class(Definition { file: *file, scope: *scope }),
                Value::External(path) => Callee::External(path.to_string()),
                _ => continue,
            };
            if !found.contains(&callee) {
                found.push(callee);
            }
        }
        if found.is_empty() { vec![Callee::Unknown] } else { found }
    }

    /// What a call calls, where there is one answer.
    pub fn callee(&self, file: FileId, call: CallId) -> Callee {
        self.callees(file, call).into_iter().next().unwrap_or(Callee::Unknown)
    }

    /// The object whose method a call calls.
    pub fn receiver(&self, file: FileId, call: CallId) -> Option<Value> {
        let facts = self.facts(file)?;
        match facts.expr(facts.call(call)?.callee) {
            Expr::Attr(object, _) => Some(self.value(file, object)),
            _ => None,
        }
    }

    /// The types that the receiver of a call can have, as dotted paths; classes of the
    /// project by their own and their foreign bases' paths.
    pub fn receiver_types(&self, file: FileId, call: CallId) -> Vec<String> {
        self.receiver(file, call).map(|value| self.types_of(&value)).unwrap_or_default()
    }

    /// The types of an expression, in the same form.
    pub fn types(&self, file: FileId, expr: ExprId) -> Vec<String> {
        let value = self.value(file, expr);
        self.types_of(&value)
    }

    fn types_of(&self, value: &Value) -> Vec<String> {
        let mut types = Vec::new();
        for value in value.alternatives() {
            match value {
                Value::External(path) => types.push(path.strip_suffix("()").unwrap_or(path).to_owned()),
                Value::Instance(file, class) | Value::Class(file, class) => {
                    if let Some(facts) = self.facts(*file) {
                        types.push(facts.qualified_name(*class));
                    }
                    types.extend(self.ask(|linker| linker.foreign_bases(*file, *class)));
                }
                _ => {}
            }
        }
        types.dedup();
        types
    }

    /// The foreign classes that a class descends from, nearest first.
    pub fn foreign_bases(&self, class: Definition) -> Vec<String> {
        self.ask(|linker| linker.foreign_bases(class.file, class.scope))
    }

    /// The file that an import of a file leads to.
    pub fn import_target(&self, file: FileId, import: usize) -> Option<FileId> {
        let linker = self.linker.borrow();
        let facts = linker.facts(file)?;
        linker.import_file(file, facts, facts.imports.get(import)?)
    }
}

impl Linker<'_> {
    /// The file that an import leads to: the module itself, or the one inside it by name.
    pub(super) fn import_file(
        &self,
        file: FileId,
        facts: &FileFacts,
        import: &crate::analysis::facts::Import,
    ) -> Option<FileId> {
        let module = self.resolve_module(file, facts, import)?;
        let inner = import.name.and_then(|name| {
            let name = facts.text(name);
            let defined = module
                .file
                .and_then(|file| self.index(file))
                .is_some_and(|index| index.is_named(ScopeId::MODULE, name));
            if defined { None } else { self.resolvers.of(facts.lang).child(module, name)?.file }
        });
        inner.or(module.file).filter(|target| *target != file)
    }

    /// Imports from file to file; those for types only are left out.
    pub(super) fn import_edges(&self) -> Vec<Edge> {
        let mut edges = BTreeSet::new();
        for (index, facts) in self.files.iter().enumerate() {
            let Ok(number) = u32::try_from(index) else { break };
            for import in &facts.imports {
                if import.flags.has(ImportFlags::TYPE_ONLY) {
                    continue;
                }
                if let Some(target) = self.import_file(FileId(number), facts, import)
                    && let Some(target) = self.facts(target)
                {
                    let line = facts.line(import.span.start);
                    edges.insert(Edge { from: facts.path.clone(), to: target.path.clone(), line });
                }
            }
        }
        edges.into_iter().collect()
    }
}

impl Definition {
    /// Whether this is a class.
    pub fn is_class(self, facts: &FileFacts) -> bool {
        facts.scope(self.scope).is_some_and(|scope| scope.kind == ScopeKind::Class)
    }
}

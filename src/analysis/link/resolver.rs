//! Questions that rules and flow ask after linking.

use super::{
    family::Family,
    linker::Linker,
    project::FileId,
    select::{Selected, Site},
    value::Value,
};
use crate::{
    analysis::facts::{Call, CallId, Expr, ExprId, FileFacts, Import, ImportFlags, Lang, ScopeId, ScopeKind},
    domain::map::Edge,
    knowledge::packs::{FamilyMember, Packs},
};
use rustc_hash::FxHashMap;
use std::{cell::RefCell, collections::BTreeSet, rc::Rc};

/// A class or function of the project.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Definition {
    pub file: FileId,
    pub scope: ScopeId,
}

/// Where an import leads inside the project.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ImportTarget {
    pub file: FileId,
    /// What the import names is the file itself, not something in it.
    pub is_whole: bool,
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

/// What is known of one call while members are tried on it.
#[derive(Default)]
struct Seen {
    paths: Option<Rc<[String]>>,
    types: Option<Vec<String>>,
}

/// Paths of callees by call.
type Paths = FxHashMap<(FileId, CallId), Rc<[String]>>;

/// Families by language and name.
type Families<'a> = FxHashMap<Lang, FxHashMap<String, Rc<Family<'a>>>>;

/// Answers questions about the linked project. Not for use by several threads at once;
/// answers are remembered.
pub struct Resolver<'a> {
    linker: RefCell<Linker<'a>>,
    packs: &'a Packs,
    /// Paths of callees: most rules ask for those of the same calls.
    paths: RefCell<Paths>,
    families: RefCell<Families<'a>>,
}

impl<'a> Resolver<'a> {
    pub(super) fn new(linker: Linker<'a>, packs: &'a Packs) -> Self {
        Self { linker: RefCell::new(linker), packs, paths: RefCell::default(), families: RefCell::default() }
    }

    fn ask<T>(&self, question: impl FnOnce(&mut Linker<'a>) -> T) -> T {
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
                    let bases = self.ask(|linker| linker.foreign_bases(*file, *class));
                    types.extend(bases.iter().map(ToString::to_string));
                }
                _ => {}
            }
        }
        types.dedup();
        types
    }

    /// The foreign classes that a class descends from, nearest first.
    pub fn foreign_bases(&self, class: Definition) -> Rc<[Rc<str>]> {
        self.ask(|linker| linker.foreign_bases(class.file, class.scope))
    }

    /// The file that an import of a file leads to.
    pub fn import_target(&self, file: FileId, import: usize) -> Option<FileId> {
        let linker = self.linker.borrow();
        let facts = linker.facts(file)?;
        linker.import_file(file, facts, facts.imports.get(import)?)
    }

    /// The files that an import of a file brings: one, or all of a package that is a folder.
    pub fn import_targets(&self, file: FileId, import: usize) -> Vec<FileId> {
        if let Some(target) = self.import_target(file, import) {
            return vec![target];
        }
        let linker = self.linker.borrow();
        let Some(facts) = linker.facts(file) else { return Vec::new() };
        let module = facts.imports.get(import).and_then(|import| linker.resolve_module(file, facts, import));
        match module.filter(|module| module.file.is_none()) {
            Some(module) => linker.resolvers.of(facts.lang).files_of(module),
            None => Vec::new(),
        }
    }

    /// The member of a family that a call matches.
    pub fn call_in_family(&self, family: &str, file: FileId, call: CallId) -> Option<&'a FamilyMember> {
        let facts = self.facts(file)?;
        let family = self.family(family, facts.lang);
        let name = self.linker.borrow().callee_name(file, facts.call(call)?.callee).unwrap_or_default();
        let mut seen = Seen::default();
        let paths = family.speaks_of_paths().then(|| self.callee_paths(file, call));
        let known = paths.iter().flat_map(|paths| paths.iter()).map(String::as_str);
        let mut possible = family.possible(name, known);
        seen.paths.clone_from(&paths);
        possible.find(|member| self.matches(member, file, call, &mut seen))
    }

    /// Whether a call is what a member of a family describes.
    pub fn call_matches(&self, member: &FamilyMember, file: FileId, call: CallId) -> bool {
        self.matches(member, file, call, &mut Seen::default())
    }

    fn matches(&self, member: &FamilyMember, file: FileId, call: CallId, seen: &mut Seen) -> bool {
        let Some(facts) = self.facts(file) else { return false };
        let Some(found) = facts.call(call) else { return false };
        let by_path = !member.call.is_empty();
        let by_method = !member.method.is_empty();
        let name = self.linker.borrow().callee_name(file, found.callee).unwrap_or_default();
        if !(by_path || by_method) || (by_method && !member.method.iter().any(|method| method == name)) {
            return false;
        }
        if by_path {
            let paths = seen.paths.get_or_insert_with(|| self.callee_paths(file, call));
            if !paths.iter().any(|path| member.call.iter().any(|pattern| pattern.matches(path))) {
                return false;
            }
        }
        if !member.recv_type.is_empty() {
            let types = seen.types.get_or_insert_with(|| self.receiver_types(file, call));
            let typed = types.iter().any(|ty| member.recv_type.iter().any(|pattern| pattern.matches(ty)));
            if !typed && !self.receiver_is_named(facts, found, member) {
                return false;
            }
        } else if !(member.recv_name.is_empty() || self.receiver_is_named(facts, found, member)) {
            return false;
        }
        if !member.recv_from.is_empty() && !self.receiver_is_from(file, facts, found, member) {
            return false;
        }
        member.with.iter().all(|name| {
            facts.args(found.args).iter().any(|arg| arg.name.is_some_and(|arg| facts.text(arg) == name))
        })
    }

    /// The argument of a call that a family's member points at.
    pub fn family_argument(&self, member: &FamilyMember, file: FileId, call: CallId) -> Option<ExprId> {
        let facts = self.facts(file)?;
        let call = facts.call(call)?;
        let site = Site { file, call: Some(call), definition: None };
        let found: Vec<Selected> = self.ask(|linker| linker.select(site, &member.arg));
        found.into_iter().find_map(|selected| selected.expr).map(|(_, expr)| expr)
    }

    /// Whether a dotted type path belongs to a family of types. A value that a call gave
    /// goes by what was called.
    pub fn type_in_family(&self, family: &str, lang: Lang, path: &str) -> bool {
        self.family(family, lang).members.iter().any(|member| {
            let made = member.method.is_empty().then_some(&member.call);
            member.types.iter().chain(made.into_iter().flatten()).any(|pattern| pattern.matches(path))
        })
    }

    /// Whether a class belongs to a family of classes.
    pub fn class_in_family(&self, family: &str, class: Definition) -> bool {
        let Some(facts) = self.facts(class.file) else { return false };
        let Some(scope) = facts.scope(class.scope) else { return false };
        let family = self.family(family, facts.lang);
        if family.members.is_empty() {
            return false;
        }
        let bases = self.foreign_bases(class);
        family.members.iter().any(|member| {
            bases.iter().any(|base| member.base.iter().any(|pattern| pattern.matches(base)))
                && member.with.iter().all(|name| {
                    facts
                        .args(scope.keywords)
                        .iter()
                        .any(|arg| arg.name.is_some_and(|arg| facts.text(arg) == name))
                })
        })
    }

    fn family(&self, name: &str, lang: Lang) -> Rc<Family<'a>> {
        let mut families = self.families.borrow_mut();
        let families = families.entry(lang).or_default();
        if let Some(known) = families.get(name) {
            return Rc::clone(known);
        }
        let family = Rc::new(Family::new(self.packs, name, lang));
        families.insert(name.to_owned(), Rc::clone(&family));
        family
    }

    /// The foreign paths that a call may lead to.
    pub fn callee_paths(&self, file: FileId, call: CallId) -> Rc<[String]> {
        let known = self.paths.borrow().get(&(file, call)).cloned();
        known.unwrap_or_else(|| {
            let paths: Rc<[String]> = self.find_callee_paths(file, call).into();
            self.paths.borrow_mut().insert((file, call), Rc::clone(&paths));
            paths
        })
    }

    fn find_callee_paths(&self, file: FileId, call: CallId) -> Vec<String> {
        let callees = self.callees(file, call);
        let mut paths: Vec<String> = callees
            .into_iter()
            .filter_map(|callee| match callee {
                Callee::External(path) => Some(path),
                Callee::Function(_) | Callee::Class(_) | Callee::Unknown => None,
            })
            .collect();
        if paths.is_empty()
            && let Some(facts) = self.facts(file)
            && let Some(call) = facts.call(call)
            && let Expr::Attr(object, name) = facts.expr(call.callee)
        {
            // A method that the project's class inherits from a foreign one.
            let name = facts.text(name);
            paths.extend(self.types(file, object).into_iter().map(|ty| format!("{ty}().{name}")));
        }
        paths
    }

    fn receiver_is_named(&self, facts: &FileFacts, call: &Call, member: &FamilyMember) -> bool {
        let Expr::Attr(object, _) = facts.expr(call.callee) else { return false };
        let name = match facts.expr(object) {
            Expr::Name(name) | Expr::Attr(_, name) => facts.text(name),
            _ => return false,
        };
        member.recv_name.iter().any(|known| known == name)
    }

    /// Whether the receiver's first name is imported from a module with such a segment.
    fn receiver_is_from(&self, file: FileId, facts: &FileFacts, call: &Call, member: &FamilyMember) -> bool {
        let mut object = call.callee;
        while let Expr::Attr(inner, _) | Expr::Index(inner, _) = facts.expr(object) {
            object = inner;
        }
        let Expr::Name(root) = facts.expr(object) else { return false };
        facts.imports.iter().enumerate().filter(|(_, import)| import.alias == Some(root)).any(
            |(position, import)| {
                let target = self.import_target(file, position).and_then(|target| self.facts(target));
                let path =
                    target.map_or_else(|| facts.text(import.module).to_owned(), |target| target.path.clone());
                path.split(['/', '.', ':'])
                    .any(|segment| member.recv_from.iter().any(|known| known == segment))
            },
        )
    }
}

impl Linker<'_> {
    /// The file that an import leads to: the module itself, or the one inside it by name.
    fn import_place(&self, file: FileId, facts: &FileFacts, import: &Import) -> Option<ImportTarget> {
        let module = self.resolve_module(file, facts, import)?;
        if let (Some(package), Some(name)) = (module.package, import.name) {
            let declaring = self.resolvers.of(facts.lang).in_package(package, facts.text(name));
            return declaring.first().map(|file| ImportTarget { file: *file, is_whole: false });
        }
        let inner = import.name.and_then(|name| {
            let name = facts.text(name);
            let defined = module
                .file
                .and_then(|file| self.index(file))
                .is_some_and(|index| index.is_named(ScopeId::MODULE, name));
            if defined { None } else { self.resolvers.of(facts.lang).child(module, name)?.file }
        });
        match inner {
            Some(file) => Some(ImportTarget { file, is_whole: true }),
            None => Some(ImportTarget { file: module.file?, is_whole: import.name.is_none() }),
        }
    }

    /// The same for an import that leads out of its own file.
    pub(super) fn import_file(&self, file: FileId, facts: &FileFacts, import: &Import) -> Option<FileId> {
        self.import_place(file, facts, import).map(|target| target.file).filter(|target| *target != file)
    }

    /// Where every import leads, by file and import.
    pub(super) fn import_targets(&self) -> Vec<Vec<Option<ImportTarget>>> {
        (0_u32..)
            .zip(self.files)
            .map(|(index, facts)| {
                let place = |import| self.import_place(FileId(index), facts, import);
                facts.imports.iter().map(place).collect()
            })
            .collect()
    }

    /// Imports from file to file; those for types only are left out.
    pub(super) fn import_edges(&self, targets: &[Vec<Option<ImportTarget>>]) -> Vec<Edge> {
        let mut edges = BTreeSet::new();
        for ((index, facts), targets) in (0_u32..).zip(self.files).zip(targets) {
            for (import, target) in facts.imports.iter().zip(targets) {
                if import.flags.has(ImportFlags::TYPE_ONLY) {
                    continue;
                }
                if let Some(target) = target.filter(|target| target.file != FileId(index))
                    && let Some(target) = self.facts(target.file)
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

//! The state of linking: memo tables, fuel, and the rounds that visit what matters.
//!
//! Evaluation is demand-driven and symbolic. Every question is remembered; one that is
//! asked again while it is being answered is unknown, which is what ends cycles. Each
//! visit has fuel, so that no file can make linking slow for the others.

use super::{
    by_name::ByName,
    context::{Extensions, extension_names, extensions},
    graph::{Graph, NodeId},
    index::FileIndex,
    modules::Resolvers,
    project::{FileId, Module, ProjectFiles},
    properties::Properties,
    rules::Rules,
    specs::Specs,
    tables::RouteTables,
    value::Value,
    version::Versions,
};
use crate::{
    analysis::facts::{Call, CallId, Expr, ExprId, FileFacts, ScopeId, ScopeKind, Span},
    knowledge::packs::Packs,
};
use rustc_hash::{FxHashMap, FxHashSet};
use std::rc::Rc;

/// Steps that one visited call or class may take.
const FUEL: u32 = 20_000;

/// How deep evaluation may recurse; sized for the smallest stack that the scanner uses.
pub(super) const MAX_DEPTH: u32 = 120;

/// More rounds never found more in any repository seen.
const MAX_ROUNDS: usize = 6;

/// An answer, or the mark that it is being worked out.
#[derive(Debug, Clone)]
pub(super) enum Memo {
    Open,
    Done(Value),
}

/// Remembered answers; emptied every round.
#[derive(Debug, Default)]
pub(super) struct Memos {
    pub exprs: FxHashMap<(FileId, ExprId), Memo>,
    pub calls: FxHashMap<(FileId, CallId), Memo>,
    /// Names seen from other scopes or files.
    pub names: ByName<(FileId, ScopeId), Memo>,
    /// Names that star imports may bring; none where they do not.
    pub stars: ByName<FileId, Option<Memo>>,
    pub members: ByName<(FileId, ScopeId), Memo>,
    pub params: FxHashMap<(FileId, ScopeId, u32), Memo>,
    /// Whether a class is a router, and of which pack.
    pub router_classes: FxHashMap<(FileId, ScopeId), Option<u16>>,
    /// The foreign classes that a class descends from.
    pub foreign_bases: FxHashMap<(FileId, ScopeId), Rc<[Rc<str>]>>,
    /// Prefixes of classes that hold the name of each method.
    pub class_prefixes: FxHashMap<NodeId, Vec<Rc<str>>>,
    /// Classes whose children were mounted.
    pub served_classes: FxHashSet<NodeId>,
    /// Whether routes by convention are switched on.
    pub conventions: Option<bool>,
}

/// Links the files of a project.
pub(super) struct Linker<'a> {
    pub files: &'a [FileFacts],
    pub indexes: Vec<FileIndex<'a>>,
    pub rules: Rules<'a>,
    pub resolvers: Resolvers,
    pub graph: Graph,
    pub memos: Memos,
    /// Values that calls pass for parameters; kept from round to round.
    pub arguments: FxHashMap<(FileId, ScopeId, u32), Vec<Value>>,
    /// Blocks that packs let define by name; kept from round to round.
    pub named_blocks: FxHashMap<(u16, String), NodeId>,
    /// Values that constructions and functions outside a class give its fields; kept from
    /// round to round.
    pub assigned: FxHashMap<(FileId, ScopeId), FxHashMap<String, Vec<Value>>>,
    /// Elements that loops are fixed to, innermost last.
    pub elements: Vec<(FileId, ExprId, usize)>,
    /// Objects being declared one by one, innermost last.
    pub items: Vec<(Value, Option<(FileId, ExprId)>)>,
    /// Where routes stand that a function registers for its caller.
    pub registered_at: Option<(FileId, Span)>,
    /// What `self` is in a file, while a method is worked out for one call.
    pub receiver_is: Option<(FileId, Value)>,
    /// The calls in functions that register routes of their parameters.
    pub registrars: FxHashMap<(FileId, ScopeId), Rc<[CallId]>>,
    /// Arguments of the function calls being evaluated for one call site.
    pub frames: Vec<(FileId, ScopeId, Vec<Value>)>,
    /// Types and functions that live beside the class they belong to: Rust's `impl`.
    pub owned: FxHashMap<(FileId, ScopeId), Vec<(FileId, ScopeId)>>,
    /// Versions in paths; kept from round to round.
    pub versions: Versions,
    /// Functions that extend a type, by name.
    pub extensions: Extensions<'a>,
    /// Names of functions whose calls hand a router on.
    pub context_names: FxHashSet<&'a str>,
    pub properties: Properties,
    pub tables: RouteTables,
    /// Routers by the name that mounts use; kept from round to round.
    pub known_routers: FxHashMap<(u16, String), Vec<NodeId>>,
    /// Paths at which calls place classes; kept from round to round.
    pub places: FxHashMap<NodeId, Rc<str>>,
    /// Settings that packs ask for and that some file switches on.
    pub switches: FxHashSet<&'a str>,
    pub specs: Specs,
    /// Modules of settings by the variable that names them.
    pub settings_files: FxHashMap<String, Vec<(Module, FileId)>>,
    /// The method of each name; none where several have it.
    pub methods: FxHashMap<&'a str, Option<(FileId, ScopeId)>>,
    pub fuel: u32,
    pub depth: u32,
    /// Files whose routes do not count: tests.
    pub muted: Vec<bool>,
}

impl<'a> Linker<'a> {
    /// A linker that has seen nothing yet.
    pub fn new(
        files: &'a [FileFacts],
        packs: &'a Packs,
        project: &'a ProjectFiles,
        muted: Vec<bool>,
    ) -> Self {
        let extensions = extensions(files);
        Self {
            files,
            context_names: extension_names(&extensions),
            extensions,
            properties: Properties::new(project),
            tables: RouteTables::new(packs, project),
            known_routers: FxHashMap::default(),
            places: FxHashMap::default(),
            switches: switches(files, packs),
            specs: Specs::new(project),
            indexes: files.iter().map(FileIndex::new).collect(),
            rules: Rules::new(packs, &files.iter().map(|facts| facts.lang).collect()),
            resolvers: Resolvers::new(files, project),
            graph: Graph::default(),
            memos: Memos::default(),
            arguments: FxHashMap::default(),
            assigned: FxHashMap::default(),
            named_blocks: FxHashMap::default(),
            elements: Vec::new(),
            frames: Vec::new(),
            items: Vec::new(),
            registered_at: None,
            receiver_is: None,
            registrars: FxHashMap::default(),
            owned: FxHashMap::default(),
            versions: Versions::default(),
            settings_files: FxHashMap::default(),
            methods: methods(files),
            fuel: FUEL,
            depth: 0,
            muted,
        }
    }

    /// Visits until nothing new is found.
    pub fn run(&mut self) {
        self.collect_owned();
        let mut handed_over: FxHashSet<String> = FxHashSet::default();
        let mut before = ([usize::MAX; 3], usize::MAX, usize::MAX);
        for _ in 0..MAX_ROUNDS {
            self.memos = Memos::default();
            self.graph.clear_round();
            for index in 0..self.files.len() {
                if self.muted.get(index).copied().unwrap_or(false) {
                    continue;
                }
                let Ok(number) = u32::try_from(index) else { break };
                self.visit_file(FileId(number), &handed_over);
            }
            self.pass_to_overrides();
            self.serve_what_is_passed();
            self.pass_the_application();
            self.attach_classes();
            self.names_of_routers(&mut handed_over);
            let arguments: usize = self.arguments.values().map(Vec::len).sum();
            let arguments = arguments + self.assigned_values();
            let now = (self.graph.size(), arguments, handed_over.len() + self.context_names.len());
            if now == before {
                break;
            }
            before = now;
        }
        self.apply_bases();
    }

    fn visit_file(&mut self, file: FileId, handed_over: &FxHashSet<String>) {
        let Some(facts) = self.facts(file) else { return };
        let tests: Vec<Span> = facts.test_modules().collect();
        let is_tested = |span: Span| tests.iter().any(|tests| tests.range().contains(&(span.start as usize)));
        for (id, scope) in facts.scope_ids().filter(|(_, scope)| !is_tested(scope.span)) {
            match scope.kind {
                ScopeKind::Class | ScopeKind::Interface => {
                    self.refuel();
                    self.visit_class(file, id);
                }
                ScopeKind::Function => {
                    if !scope.annotations.is_empty() {
                        self.refuel();
                        self.visit_function(file, id);
                    }
                }
                ScopeKind::Module | ScopeKind::Lambda | ScopeKind::Namespace => {}
            }
        }
        self.visit_collections(file);
        self.visit_fields(file, handed_over);
        for (id, call) in facts.call_ids().filter(|(_, call)| !is_tested(call.span)) {
            let name = self.callee_name(file, call.callee);
            let interesting = name.is_some_and(|name| {
                self.rules.is_interesting(facts.lang, name) || self.context_names.contains(name)
            }) || self.sets_router(file, facts, call)
                || self.is_on_router(file, facts, call, handed_over)
                || facts.args(call.args).iter().any(|arg| {
                    self.callee_name(file, arg.value).is_some_and(|name| handed_over.contains(name))
                        || self.may_be_router(file, facts, arg.value)
                });
            if interesting {
                self.refuel();
                self.call(file, id);
            }
        }
    }

    /// Whether a call is a method on a variable that goes by the name of a router, and that
    /// a class of the project may have.
    fn is_on_router(&self, file: FileId, facts: &FileFacts, call: &Call, names: &FxHashSet<String>) -> bool {
        if let Expr::Index(object, _) = facts.expr(call.callee) {
            return self.callee_name(file, object).is_some_and(|name| names.contains(name));
        }
        let Expr::Attr(object, method) = facts.expr(call.callee) else { return false };
        self.methods.contains_key(facts.text(method))
            && self.callee_name(file, object).is_some_and(|name| names.contains(name))
    }

    /// Puts what files beside the code say before everything that applications serve.
    fn apply_bases(&mut self) {
        let bases: Vec<(NodeId, Vec<Rc<str>>)> = self
            .graph
            .iter()
            .filter(|(_, node)| node.app || node.alone)
            .filter_map(|(id, node)| {
                let pack = self.rules.pack(node.pack)?;
                let path = node.key.file().and_then(|file| self.facts(file)).map_or("", |facts| &facts.path);
                let found = pack
                    .properties
                    .iter()
                    .filter_map(|property| self.properties.value(path, Some(&property.file), &property.key));
                let base = found.fold(String::new(), |base, prefix| super::path::join(&base, &prefix));
                let tables = self.tables.prefixes(node.pack, path);
                let mut bases: Vec<Rc<str>> =
                    tables.iter().map(|prefix| super::path::join(&base, prefix).into()).collect();
                if bases.is_empty() && !base.is_empty() {
                    bases.push(base.into());
                }
                (!bases.is_empty()).then_some((id, bases))
            })
            .collect();
        for (id, bases) in bases {
            if let Some(node) = self.graph.get_mut(id) {
                node.base = bases;
            }
        }
    }

    /// Gives a visit its fuel.
    pub fn refuel(&mut self) {
        self.fuel = FUEL;
        self.depth = 0;
    }

    /// The facts of a file.
    pub fn facts(&self, file: FileId) -> Option<&'a FileFacts> {
        self.files.get(file.index())
    }

    /// The index of a file.
    pub fn index(&self, file: FileId) -> Option<&FileIndex<'a>> {
        self.indexes.get(file.index())
    }

    /// The last name of a callee or argument: `c` of `a.b.c`, `f` of `f`.
    pub fn callee_name(&self, file: FileId, expr: ExprId) -> Option<&'a str> {
        let facts = self.facts(file)?;
        match facts.expr(expr) {
            Expr::Name(name) | Expr::Attr(_, name) => Some(facts.text(name)),
            Expr::Index(object, _) => self.callee_name(file, object),
            _ => None,
        }
    }

    /// The scope that an expression is written in.
    pub fn scope_of(&self, file: FileId, expr: ExprId) -> ScopeId {
        match (self.facts(file), self.index(file)) {
            (Some(facts), Some(index)) => index.scope_at(facts, facts.expr_span(expr).start),
            _ => ScopeId::MODULE,
        }
    }

    /// The names under which routers are handed to functions: variables that are routers.
    fn names_of_routers(&mut self, names: &mut FxHashSet<String>) {
        for ((file, expr), memo) in &self.memos.exprs {
            if let Memo::Done(value) = memo
                && value.router().is_some()
                && let Some(name) = self.callee_name(*file, *expr)
                && !names.contains(name)
            {
                names.insert(name.to_owned());
            }
        }
        // A router that no expression was asked for yet: a parameter declared as one.
        let declared: Vec<NodeId> = self.graph.iter().map(|(id, _)| id).collect();
        for id in declared {
            if let Some(name) = self.bound_name(id) {
                names.insert(name);
            }
        }
    }

    /// The name of the variable that a constructed router is assigned to.
    fn bound_name(&self, id: NodeId) -> Option<String> {
        let super::graph::NodeKey::Call(file, call) = self.graph.get(id)?.key else { return None };
        let facts = self.facts(file)?;
        let bind = facts.binds.iter().find(|bind| {
            bind.value.is_some_and(|value| matches!(facts.expr(value), Expr::Call(found) if found == call))
        })?;
        Some(facts.text(bind.name).to_owned())
    }

    /// Takes one step; false when the visit has none left or is too deep.
    pub fn step(&mut self) -> bool {
        if self.depth >= MAX_DEPTH {
            return false;
        }
        match self.fuel.checked_sub(1) {
            Some(rest) => {
                self.fuel = rest;
                true
            }
            None => false,
        }
    }

    /// Finds, for every `impl` and every method with a receiver, the type it belongs to.
    fn collect_owned(&mut self) {
        for index in 0..self.files.len() {
            let Ok(number) = u32::try_from(index) else { break };
            let file = FileId(number);
            let Some(facts) = self.facts(file) else { continue };
            for (id, scope) in facts.scope_ids() {
                let Some(owner) = scope.owner else { continue };
                self.refuel();
                if let Value::Class(class_file, class) = self.expr(file, owner) {
                    self.owned.entry((class_file, class)).or_default().push((file, id));
                }
            }
        }
    }
}

/// The settings that packs ask for and to which some file assigns `true`.
fn switches<'a>(files: &'a [FileFacts], packs: &Packs) -> FxHashSet<&'a str> {
    let calls = packs.iter().flat_map(|pack| &pack.calls);
    let asked: FxHashSet<&str> =
        calls.map(|call| call.lean_by.as_str()).filter(|name| !name.is_empty()).collect();
    let mut found = FxHashSet::default();
    for facts in files {
        for bind in facts.binds.iter().filter(|bind| asked.contains(facts.text(bind.name))) {
            if bind.value.is_some_and(|value| matches!(facts.expr(value), Expr::Bool(true))) {
                found.insert(facts.text(bind.name));
            }
        }
    }
    found
}

/// The methods of a project by name; none where several share it.
fn methods(files: &[FileFacts]) -> FxHashMap<&str, Option<(FileId, ScopeId)>> {
    let mut methods = FxHashMap::default();
    for (index, facts) in files.iter().enumerate() {
        let Ok(number) = u32::try_from(index) else { break };
        for (id, scope) in facts.scope_ids() {
            let in_class = scope
                .parent
                .and_then(|parent| facts.scope(parent))
                .is_some_and(|parent| parent.kind == ScopeKind::Class);
            if scope.kind == ScopeKind::Function && (in_class || scope.owner.is_some()) {
                methods
                    .entry(facts.text(scope.name))
                    .and_modify(|known| *known = None)
                    .or_insert(Some((FileId(number), id)));
            }
        }
    }
    methods
}

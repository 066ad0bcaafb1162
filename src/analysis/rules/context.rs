//! What every check may ask: files, layers, handlers, values and source text.

use super::{
    calls::filled_names,
    doing::Answers,
    matcher::Rule,
    migrations::{History, Migrations},
    values::Values,
};
use crate::{
    analysis::{
        facts::{CallId, Expr, ExprId, FileFacts, Lang, ScopeId, Span, Sym},
        layering::is_test_path,
        link::{FileId, Resolver},
        scan::FindingInput,
        source::source_text,
    },
    domain::{layer::Layer, map::Endpoint},
};
use rustc_hash::{FxHashMap, FxHashSet};
use std::{
    cell::{Cell, OnceCell, RefCell},
    collections::{BTreeMap, BTreeSet},
    rc::Rc,
};

/// Bytes of texts that are kept for the next question. Rules ask file by file.
const MAX_TEXT_BYTES: usize = 8 << 20;

/// Calls by the scope they stand in.
pub(super) type CallsByScope = FxHashMap<ScopeId, Vec<CallId>>;

/// A call with the last name of what is called.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct NamedCall<'a> {
    pub(super) file: FileId,
    pub(super) call: CallId,
    pub(super) name: &'a str,
    /// An import of the file brings the name: it may be another's.
    pub(super) is_imported: bool,
}

/// Calls of all files but tests, told apart by the last name of what is called.
#[derive(Default)]
pub(super) struct CallsByName<'a> {
    pub(super) of: FxHashMap<&'a str, Vec<NamedCall<'a>>>,
    pub(super) imported: Vec<NamedCall<'a>>,
}

/// The project as checks see it.
pub(super) struct Context<'c, 'a> {
    pub(super) input: &'c FindingInput<'c, 'a>,
    layers: Vec<Layer>,
    /// Position among the endpoints of the first one that a function handles.
    handlers: FxHashMap<(FileId, ScopeId), usize>,
    /// Files that define handlers.
    handling: FxHashSet<FileId>,
    texts: RefCell<BTreeMap<String, Rc<str>>>,
    text_bytes: Cell<usize>,
    /// Whether calls reach the database.
    pub(super) queries: RefCell<FxHashMap<(FileId, CallId), bool>>,
    /// Whether functions read the database, themselves or through others.
    pub(super) readers: Answers,
    /// Whether functions change rows, themselves or through others.
    pub(super) writers: Answers,
    /// By file: calls by the scope they stand in.
    calls: RefCell<FxHashMap<FileId, Rc<CallsByScope>>>,
    /// Calls of every file by the last name of what is called, each list in order.
    named: OnceCell<CallsByName<'a>>,
    /// Calls of imported names by the name that they have where they come from.
    imported: OnceCell<FxHashMap<String, Vec<NamedCall<'a>>>>,
    languages: OnceCell<Vec<Lang>>,
    by_path: OnceCell<FxHashMap<&'a str, &'a FileFacts>>,
    /// What migrations change, and in which order they are applied.
    pub(super) migrations: OnceCell<Migrations>,
    /// Methods of rows that read an association.
    pub(super) getters: OnceCell<BTreeSet<String>>,
    /// By file: names on which members are set.
    filled: RefCell<FxHashMap<FileId, Rc<FxHashSet<Sym>>>>,
    /// What migrations said of fields.
    pub(super) field_history: OnceCell<History<'a>>,
    /// What following values keeps between questions.
    pub(super) values: Values<'a>,
}

impl<'c, 'a> Context<'c, 'a> {
    /// The context of a linked project.
    pub(super) fn new(input: &'c FindingInput<'c, 'a>) -> Self {
        let layers = input
            .linked
            .resolver
            .files()
            .map(|(_, facts)| {
                let layer = input.map.layer_of(&facts.path).unwrap_or(Layer::Other);
                // Cargo builds examples and benches beside the program, never into it.
                let is_apart = |part: &str| {
                    part == "testing" || (facts.lang == Lang::Rust && matches!(part, "examples" | "benches"))
                };
                let helps_tests = facts.path.split('/').any(is_apart);
                if helps_tests || is_test_path(&facts.path) { Layer::Test } else { layer }
            })
            .collect();
        let mut handlers = FxHashMap::default();
        for (position, handler) in input.linked.handlers.iter().enumerate() {
            if let Some(handler) = handler {
                handlers.entry((handler.file, handler.scope)).or_insert(position);
            }
        }
        Self {
            input,
            layers,
            handling: handlers.keys().map(|(file, _)| *file).collect(),
            handlers,
            texts: RefCell::default(),
            text_bytes: Cell::default(),
            queries: RefCell::default(),
            readers: RefCell::default(),
            writers: RefCell::default(),
            calls: RefCell::default(),
            named: OnceCell::new(),
            imported: OnceCell::new(),
            languages: OnceCell::new(),
            by_path: OnceCell::new(),
            migrations: OnceCell::new(),
            getters: OnceCell::new(),
            filled: RefCell::default(),
            field_history: OnceCell::new(),
            values: Values::default(),
        }
    }

    /// Answers about names and calls.
    pub(super) fn resolver(&self) -> &'c Resolver<'a> {
        &self.input.linked.resolver
    }

    /// The layer of a file; `other` where nothing is known.
    pub(super) fn layer(&self, file: FileId) -> Layer {
        self.layers.get(file.index()).copied().unwrap_or(Layer::Other)
    }

    /// Whether a file says itself which layer it is in: by its name, its classes or what it
    /// serves, not only by the libraries it uses.
    pub(super) fn is_certain(&self, file: FileId) -> bool {
        let Some(facts) = self.resolver().facts(file) else { return false };
        let files = &self.input.map.files;
        let position = files.binary_search_by(|found| found.path.as_str().cmp(&facts.path)).ok();
        position
            .and_then(|position| files.get(position))
            .is_some_and(|found| found.evidence.iter().any(|evidence| says_layer(&evidence.note, facts.lang)))
    }

    /// Files that a rule looks at: its languages, without tests.
    pub(super) fn files<'r>(
        &'r self,
        rule: &'r Rule,
    ) -> impl Iterator<Item = (FileId, &'a FileFacts)> + use<'r, 'c, 'a> {
        self.resolver()
            .files()
            .filter(|(file, facts)| self.layer(*file) != Layer::Test && rule.speaks(facts.lang.name()))
    }

    /// The facts of the file at a path.
    pub(super) fn facts_at(&self, path: &str) -> Option<&'a FileFacts> {
        let all = || self.resolver().files().map(|(_, facts)| (facts.path.as_str(), facts)).collect();
        self.by_path.get_or_init(all).get(path).copied()
    }

    /// The first endpoint that a function handles.
    pub(super) fn endpoint_of(&self, file: FileId, scope: ScopeId) -> Option<&'c Endpoint> {
        let position = self.handlers.get(&(file, scope))?;
        self.input.linked.endpoints.get(*position)
    }

    /// Whether a file defines handlers.
    pub(super) fn has_handlers(&self, file: FileId) -> bool {
        self.handling.contains(&file)
    }

    /// The text of a file as it was parsed; empty where it cannot be read any more.
    pub(super) fn text(&self, path: &str) -> Rc<str> {
        if let Some(text) = self.texts.borrow().get(path) {
            return Rc::clone(text);
        }
        let text: Rc<str> = self.text_once(path).into();
        let mut texts = self.texts.borrow_mut();
        let kept = self.text_bytes.get() + text.len();
        if kept > MAX_TEXT_BYTES {
            texts.clear();
        }
        self.text_bytes.set(if kept > MAX_TEXT_BYTES { text.len() } else { kept });
        texts.insert(path.to_owned(), Rc::clone(&text));
        text
    }

    /// The same for a look at many files, none of which is looked at again soon.
    pub(super) fn text_once(&self, path: &str) -> String {
        let files = self.input.files;
        files.read(path).and_then(|bytes| source_text(path, bytes)).unwrap_or_default()
    }

    /// The source of a span, with white space made plain, cut at a length fit for a message.
    pub(super) fn source(&self, facts: &FileFacts, span: Span) -> String {
        let text = self.text(&facts.path);
        let words: Vec<&str> = text.get(span.range()).unwrap_or_default().split_whitespace().collect();
        let line = words.join(" ");
        match line.char_indices().nth(60) {
            Some((cut, _)) => format!("{}…", line.get(..cut).unwrap_or_default()),
            None => line,
        }
    }

    /// Calls of a file by the scope they stand in.
    pub(super) fn calls_by_scope(&self, file: FileId, facts: &FileFacts) -> Rc<CallsByScope> {
        if let Some(known) = self.calls.borrow().get(&file) {
            return Rc::clone(known);
        }
        let mut by_scope: CallsByScope = FxHashMap::default();
        for (id, call) in facts.call_ids() {
            by_scope.entry(call.scope).or_default().push(id);
        }
        let by_scope = Rc::new(by_scope);
        self.calls.borrow_mut().insert(file, Rc::clone(&by_scope));
        by_scope
    }

    /// Calls of all files by name.
    pub(super) fn calls_by_name(&self) -> &CallsByName<'a> {
        self.named.get_or_init(|| {
            let mut named = CallsByName::default();
            for (file, facts) in self.resolver().files().filter(|(file, _)| self.layer(*file) != Layer::Test)
            {
                let aliases: FxHashSet<Sym> =
                    facts.imports.iter().filter_map(|import| import.alias).collect();
                let aliases: FxHashSet<&str> = aliases.into_iter().map(|alias| facts.text(alias)).collect();
                for (id, call) in facts.call_ids() {
                    let Some(name) = last_name(facts, call.callee) else { continue };
                    let is_imported = aliases.contains(name);
                    let found = NamedCall { file, call: id, name, is_imported };
                    named.of.entry(name).or_default().push(found);
                    if is_imported {
                        named.imported.push(found);
                    }
                }
            }
            named
        })
    }

    /// Calls of imported names by the last name of the path that the import leads to.
    pub(super) fn imported_calls(&self) -> &FxHashMap<String, Vec<NamedCall<'a>>> {
        self.imported.get_or_init(|| {
            let mut ends: FxHashMap<String, Vec<NamedCall<'a>>> = FxHashMap::default();
            for found in &self.calls_by_name().imported {
                for path in self.resolver().callee_paths(found.file, found.call).iter() {
                    let last = path.rsplit('.').next().unwrap_or(path);
                    // Under the name that it is written with it is found anyway.
                    if last == found.name {
                        continue;
                    }
                    match ends.get_mut(last) {
                        Some(calls) => calls.push(*found),
                        None => {
                            ends.insert(last.to_owned(), vec![*found]);
                        }
                    }
                }
            }
            ends
        })
    }

    /// The languages of the project's files.
    pub(super) fn languages(&self) -> &[Lang] {
        self.languages.get_or_init(|| {
            let spoken: BTreeSet<Lang> = self.resolver().files().map(|(_, facts)| facts.lang).collect();
            spoken.into_iter().collect()
        })
    }

    /// Names of a file on which members are set after they were made.
    pub(super) fn filled(&self, file: FileId, facts: &FileFacts) -> Rc<FxHashSet<Sym>> {
        let mut filled = self.filled.borrow_mut();
        Rc::clone(filled.entry(file).or_insert_with(|| Rc::new(filled_names(facts))))
    }

    /// How a function or class is called in messages: its path of names, or the endpoint.
    pub(super) fn symbol(&self, file: FileId, facts: &FileFacts, scope: ScopeId) -> String {
        let name = facts.qualified_name(scope);
        let own = facts.scope(scope).map(|scope| facts.text(scope.name)).unwrap_or_default();
        if own.is_empty()
            && let Some(endpoint) = self.endpoint_of(file, scope)
        {
            return if endpoint.handler.is_empty() { endpoint.title() } else { endpoint.handler.clone() };
        }
        name
    }
}

/// Whether a piece of evidence names a layer, rather than hinting at one.
fn says_layer(note: &str, lang: Lang) -> bool {
    // Words that stand for many things besides.
    let vague = [
        "aggregate",
        "document",
        "storage",
        "query",
        "manager",
        "facade",
        "application",
        "logic",
        "business",
        "infrastructure",
        "data",
        "domain",
        "web",
        "http",
        "rest",
    ];
    match note.split_once(' ') {
        Some(("named", word)) => {
            let is_vague = vague.contains(&word) || (word == "view" && lang == Lang::Rust);
            !is_vague
        }
        Some(("class", name)) => {
            ["Service", "Repository", "Repo", "Dao", "DAO", "UseCase", "Controller", "Model"]
                .iter()
                .any(|end| name.ends_with(end))
        }
        Some(("annotated" | "extends" | "registers" | "handles" | "by", _)) => true,
        _ => false,
    }
}

/// The last name of a callee or object: `c` of `a.b.c`, `f` of `f`. A name with its whole
/// path, as namespaces have it, goes by its last part.
pub(super) fn last_name(facts: &FileFacts, expr: ExprId) -> Option<&str> {
    match facts.expr(expr) {
        Expr::Name(name) => facts.text(name).rsplit('.').next(),
        Expr::Attr(_, name) => Some(facts.text(name)),
        Expr::Index(object, _) if object < expr => last_name(facts, object),
        _ => None,
    }
}

/// The expression that a chain of attributes, items and calls starts from.
pub(super) fn root(facts: &FileFacts, expr: ExprId) -> ExprId {
    let mut at = expr;
    // A chain is finite in sound facts; the bound is for damaged ones.
    for _ in 0..64 {
        at = match facts.expr(at) {
            Expr::Attr(object, _) | Expr::Index(object, _) => object,
            Expr::Call(call) => match facts.call(call) {
                Some(call) => call.callee,
                None => return at,
            },
            _ => return at,
        };
    }
    at
}

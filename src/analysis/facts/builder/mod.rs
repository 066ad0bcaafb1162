//! How front ends write facts.
//!
//! Keeps the stacks of scopes and blocks, so that a front end walks its tree once and
//! says what it sees. Children are made before parents: an expression only points to
//! expressions with a smaller id, which is what lets readers recurse without a guard
//! against cycles.

mod exprs;

use super::{
    comments::{self, Suppression},
    expr::{Entry, Expr, ExprList},
    file::{FileData, FileFacts},
    ids::{BlockId, ExprId, ScopeId, Span, Sym},
    items::{
        Arg, ArgList, Bind, BindKind, Block, BlockKind, Call, CallFlags, Export, Import, ImportFlags,
        NameList, Param, ParamList, Return, Scope, ScopeFlags, ScopeKind,
    },
    lang::Lang,
    lines::LineIndex,
    strings::Interner,
};

/// What a scope is made from; see [`Scope`] for the fields.
#[derive(Debug, Clone)]
pub struct NewScope {
    pub kind: ScopeKind,
    pub flags: ScopeFlags,
    pub name: Sym,
    pub span: Span,
    pub name_span: Span,
    pub body: Span,
    pub bases: Vec<ExprId>,
    pub keywords: Vec<Arg>,
    pub annotations: Vec<ExprId>,
    pub return_type: Option<ExprId>,
    pub owner: Option<ExprId>,
}

impl NewScope {
    /// A scope with only the parts that every scope has.
    pub fn new(kind: ScopeKind, name: Sym, span: Span, name_span: Span, body: Span) -> Self {
        Self {
            kind,
            flags: ScopeFlags::NONE,
            name,
            span,
            name_span,
            body,
            bases: Vec::new(),
            keywords: Vec::new(),
            annotations: Vec::new(),
            return_type: None,
            owner: None,
        }
    }
}

/// What a call is made from; see [`Call`] for the fields.
#[derive(Debug, Clone)]
pub struct NewCall {
    pub callee: ExprId,
    pub args: Vec<Arg>,
    pub flags: CallFlags,
    pub span: Span,
    pub name_span: Span,
    pub args_span: Span,
}

/// Collects the facts of one file.
#[derive(Debug)]
pub struct FactsBuilder {
    path: String,
    lang: Lang,
    package: Option<Sym>,
    syntax_errors: u32,
    size_bytes: u32,
    lines: LineIndex,
    strings: Interner,
    exprs: Vec<Expr>,
    expr_spans: Vec<Span>,
    lists: Vec<ExprId>,
    entries: Vec<Entry>,
    names: Vec<Sym>,
    scopes: Vec<Scope>,
    params: Vec<Param>,
    calls: Vec<Call>,
    args: Vec<Arg>,
    binds: Vec<Bind>,
    imports: Vec<Import>,
    returns: Vec<Return>,
    exports: Vec<Export>,
    blocks: Vec<Block>,
    suppressions: Vec<Suppression>,
    /// Open scopes, the module first; each with the block that is open inside it.
    open: Vec<(ScopeId, Option<BlockId>)>,
}

/// A position in a vector of facts as 32 bits; files are capped far below that.
fn offset(len: usize) -> u32 {
    u32::try_from(len).unwrap_or(u32::MAX)
}

impl FactsBuilder {
    /// A builder with the module scope open.
    pub fn new(path: &str, text: &str, lang: Lang) -> Self {
        let mut strings = Interner::default();
        let name = strings.intern("");
        let whole = Span::new(0, offset(text.len()));
        let module = Scope {
            kind: ScopeKind::Module,
            flags: ScopeFlags::NONE,
            name,
            parent: None,
            block: None,
            span: whole,
            name_span: Span::new(0, 0),
            body: whole,
            params: ParamList::default(),
            bases: ExprList::default(),
            keywords: ArgList::default(),
            annotations: ExprList::default(),
            return_type: None,
            owner: None,
        };
        Self {
            path: path.to_owned(),
            lang,
            package: None,
            syntax_errors: 0,
            size_bytes: offset(text.len()),
            lines: LineIndex::new(text),
            strings,
            exprs: Vec::new(),
            expr_spans: Vec::new(),
            lists: Vec::new(),
            entries: Vec::new(),
            names: Vec::new(),
            scopes: vec![module],
            params: Vec::new(),
            calls: Vec::new(),
            args: Vec::new(),
            binds: Vec::new(),
            imports: Vec::new(),
            returns: Vec::new(),
            exports: Vec::new(),
            blocks: Vec::new(),
            suppressions: Vec::new(),
            open: vec![(ScopeId::MODULE, None)],
        }
    }

    /// The symbol of a text.
    pub fn intern(&mut self, text: &str) -> Sym {
        self.strings.intern(text)
    }

    /// The text of a symbol made here.
    pub fn text(&self, sym: Sym) -> &str {
        self.strings.get(sym)
    }

    /// States the package clause.
    pub fn set_package(&mut self, name: &str) {
        self.package = Some(self.strings.intern(name));
    }

    /// Counts places that the parser gave up on.
    pub fn add_syntax_errors(&mut self, count: usize) {
        self.syntax_errors = self.syntax_errors.saturating_add(offset(count));
    }

    // --- scopes and blocks

    /// The open scope.
    pub fn scope(&self) -> ScopeId {
        self.position().0
    }

    /// What kind of scope is open.
    pub fn scope_kind(&self) -> ScopeKind {
        self.scopes.get(self.scope().index()).map_or(ScopeKind::Module, |scope| scope.kind)
    }

    fn position(&self) -> (ScopeId, Option<BlockId>) {
        self.open.last().copied().unwrap_or((ScopeId::MODULE, None))
    }

    /// Opens a scope inside the open one. Make its bases, annotations, types and the
    /// expressions of its parameters before: they belong to the scope around. Hand the
    /// parameters over after ([`Self::set_params`]).
    pub fn enter_scope(&mut self, new: NewScope) -> ScopeId {
        let NewScope {
            kind,
            flags,
            name,
            span,
            name_span,
            body,
            bases,
            keywords,
            annotations,
            return_type,
            owner,
        } = new;
        let keywords = self.args_of(keywords);
        let (parent, block) = self.position();
        let bases = self.list_of(&bases);
        let annotations = self.list_of(&annotations);
        let id = ScopeId::from_index(self.scopes.len());
        self.scopes.push(Scope {
            kind,
            flags,
            name,
            parent: Some(parent),
            block,
            span,
            name_span,
            body,
            params: ParamList::default(),
            bases,
            keywords,
            annotations,
            return_type,
            owner,
        });
        self.open.push((id, None));
        id
    }

    /// Closes the open scope; the module stays open.
    pub fn leave_scope(&mut self) {
        if self.open.len() > 1 {
            self.open.pop();
        }
    }

    /// Gives a scope its parameters.
    pub fn set_params(&mut self, scope: ScopeId, params: Vec<Param>) {
        let list = ParamList { start: offset(self.params.len()), len: offset(params.len()) };
        self.params.extend(params);
        if let Some(scope) = self.scopes.get_mut(scope.index()) {
            scope.params = list;
        }
    }

    /// Adds flags to a scope made before, for example when a `yield` is seen inside.
    pub fn flag_scope(&mut self, scope: ScopeId, flags: ScopeFlags) {
        if let Some(scope) = self.scopes.get_mut(scope.index()) {
            scope.flags = scope.flags.with(flags);
        }
    }

    /// A list of names, for destructured parameters.
    pub fn names(&mut self, names: &[Sym]) -> NameList {
        let start = offset(self.names.len());
        self.names.extend_from_slice(names);
        NameList { start, len: offset(names.len()) }
    }

    /// Opens a block inside the open scope.
    pub fn enter_block(&mut self, kind: BlockKind, head: Option<ExprId>, span: Span) -> BlockId {
        let (scope, parent) = self.position();
        let id = BlockId::from_index(self.blocks.len());
        self.blocks.push(Block { kind, scope, parent, head, span });
        if let Some(open) = self.open.last_mut() {
            open.1 = Some(id);
        }
        id
    }

    /// Closes the innermost block of the open scope.
    pub fn leave_block(&mut self) {
        if let Some((_, open)) = self.open.last_mut()
            && let Some(block) = open.and_then(|id| self.blocks.get(id.index()))
        {
            *open = block.parent;
        }
    }

    // --- items

    /// Adds a binding in the open scope and block, and returns its position.
    pub fn bind(
        &mut self,
        kind: BindKind,
        name: &str,
        value: Option<ExprId>,
        span: Span,
        name_span: Span,
    ) -> usize {
        let name = self.intern(name);
        let (scope, block) = self.position();
        let annotations = ExprList::default();
        self.binds.push(Bind {
            scope,
            block,
            kind,
            name,
            object: None,
            value,
            ty: None,
            annotations,
            span,
            name_span,
        });
        self.binds.len() - 1
    }

    /// Changes a binding made before: its object, type or annotations.
    pub fn edit_bind(&mut self, bind: usize, edit: impl FnOnce(&mut Bind)) {
        if let Some(bind) = self.binds.get_mut(bind) {
            edit(bind);
        }
    }

    /// Adds an import in the open scope. `module` as written without leading dots.
    pub fn import(
        &mut self,
        module: &str,
        name: Option<&str>,
        alias: Option<&str>,
        span: Span,
        name_span: Span,
    ) -> usize {
        let module = self.intern(module);
        let name = name.map(|name| self.intern(name));
        let alias = alias.map(|alias| self.intern(alias));
        let (scope, block) = self.position();
        let flags = ImportFlags::NONE;
        self.imports.push(Import { scope, block, flags, module, level: 0, name, alias, span, name_span });
        self.imports.len() - 1
    }

    /// Changes an import made before: its flags or level.
    pub fn edit_import(&mut self, import: usize, edit: impl FnOnce(&mut Import)) {
        if let Some(import) = self.imports.get_mut(import) {
            edit(import);
        }
    }

    /// Adds a returned value of the open scope.
    pub fn ret(&mut self, value: ExprId, span: Span) {
        let (scope, block) = self.position();
        self.returns.push(Return { scope, block, value, span });
    }

    /// Adds an exported value.
    pub fn export(&mut self, name: &str, value: ExprId, span: Span) {
        let name = self.intern(name);
        self.exports.push(Export { name, value, span });
    }

    /// Hands over a comment with its marks; only suppressions are kept.
    pub fn comment(&mut self, text: &str, span: Span) {
        if let Some((rule, reason)) = comments::parse(text) {
            let (rule, reason) = (self.intern(rule), self.intern(reason));
            self.suppressions.push(Suppression { rule, reason, span });
        }
    }

    /// The finished facts.
    pub fn finish(self) -> FileFacts {
        FileFacts::from(FileData {
            path: self.path,
            lang: self.lang,
            package: self.package,
            syntax_errors: self.syntax_errors,
            size_bytes: self.size_bytes,
            strings: self.strings.finish(),
            lines: self.lines,
            exprs: self.exprs.into_boxed_slice(),
            expr_spans: self.expr_spans.into_boxed_slice(),
            lists: self.lists.into_boxed_slice(),
            entries: self.entries.into_boxed_slice(),
            names: self.names.into_boxed_slice(),
            scopes: self.scopes.into_boxed_slice(),
            params: self.params.into_boxed_slice(),
            calls: self.calls.into_boxed_slice(),
            args: self.args.into_boxed_slice(),
            binds: self.binds.into_boxed_slice(),
            imports: self.imports.into_boxed_slice(),
            returns: self.returns.into_boxed_slice(),
            exports: self.exports.into_boxed_slice(),
            blocks: self.blocks.into_boxed_slice(),
            suppressions: self.suppressions.into_boxed_slice(),
        })
    }
}

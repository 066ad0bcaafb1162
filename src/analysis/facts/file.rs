//! The facts of one file and the ways to read them.
//!
//! Ids that do not belong to this file never panic: they read as nothing.

use super::{
    comments::Suppression,
    expr::{Entry, Expr, ExprList, MapEntries},
    ids::{BlockId, CallId, ExprId, ScopeId, Span, Sym},
    items::{
        Arg, ArgList, Bind, Block, BlockKind, Call, Export, Import, NameList, Param, ParamList, Return,
        Scope, ScopeKind,
    },
    lang::Lang,
    lines::LineIndex,
    strings::Strings,
};
use serde::{Deserialize, Serialize};
use std::{ops::Deref, sync::Arc};

/// Everything a front end saw in one file. Shared: a clone costs nothing, so that facts
/// can be kept from scan to scan while several scans read them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileFacts(Arc<FileData>);

impl Deref for FileFacts {
    type Target = FileData;

    fn deref(&self) -> &FileData {
        &self.0
    }
}

impl From<FileData> for FileFacts {
    fn from(data: FileData) -> Self {
        Self(Arc::new(data))
    }
}

/// What [`FileFacts`] shares.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileData {
    /// Relative to the scanned root, with `/`.
    pub path: String,
    pub lang: Lang,
    /// Package or namespace clause, where the language has one.
    pub package: Option<Sym>,
    /// Places that the parser could not make sense of; facts around them are kept.
    pub syntax_errors: u32,
    pub size_bytes: u32,
    pub strings: Strings,
    pub lines: LineIndex,
    pub exprs: Box<[Expr]>,
    /// One for each expression.
    pub expr_spans: Box<[Span]>,
    pub(crate) lists: Box<[ExprId]>,
    pub(crate) entries: Box<[Entry]>,
    pub(crate) names: Box<[Sym]>,
    /// The first is the module itself; a scope stands before those inside it.
    pub scopes: Box<[Scope]>,
    pub(crate) params: Box<[Param]>,
    pub calls: Box<[Call]>,
    pub(crate) args: Box<[Arg]>,
    /// In source order.
    pub binds: Box<[Bind]>,
    pub imports: Box<[Import]>,
    pub returns: Box<[Return]>,
    pub exports: Box<[Export]>,
    pub blocks: Box<[Block]>,
    pub suppressions: Box<[Suppression]>,
}

/// An expression that nothing is known of.
const NOTHING: Expr = Expr::Other(ExprList { start: 0, len: 0 });

fn run<T>(items: &[T], start: u32, len: u32) -> &[T] {
    let start = start as usize;
    items.get(start..start.saturating_add(len as usize)).unwrap_or(&[])
}

impl FileData {
    /// The text of a symbol.
    pub fn text(&self, sym: Sym) -> &str {
        self.strings.get(sym)
    }

    /// What an expression is.
    pub fn expr(&self, id: ExprId) -> Expr {
        self.exprs.get(id.index()).copied().unwrap_or(NOTHING)
    }

    /// Where an expression stands.
    pub fn expr_span(&self, id: ExprId) -> Span {
        self.expr_spans.get(id.index()).copied().unwrap_or_default()
    }

    /// The members of a list of expressions.
    pub fn list(&self, list: ExprList) -> &[ExprId] {
        run(&self.lists, list.start, list.len)
    }

    /// The entries of a map.
    pub fn entries(&self, entries: MapEntries) -> &[Entry] {
        run(&self.entries, entries.start, entries.len)
    }

    /// The members of a list of names.
    pub fn names(&self, names: NameList) -> &[Sym] {
        run(&self.names, names.start, names.len)
    }

    /// The parameters of a scope, in order.
    pub fn params(&self, params: ParamList) -> &[Param] {
        run(&self.params, params.start, params.len)
    }

    /// The arguments of a call, in order.
    pub fn args(&self, args: ArgList) -> &[Arg] {
        run(&self.args, args.start, args.len)
    }

    /// A call of this file.
    pub fn call(&self, id: CallId) -> Option<&Call> {
        self.calls.get(id.index())
    }

    /// A scope of this file.
    pub fn scope(&self, id: ScopeId) -> Option<&Scope> {
        self.scopes.get(id.index())
    }

    /// A block of this file.
    pub fn block(&self, id: BlockId) -> Option<&Block> {
        self.blocks.get(id.index())
    }

    /// Every scope with its id.
    pub fn scope_ids(&self) -> impl Iterator<Item = (ScopeId, &Scope)> {
        self.scopes.iter().enumerate().map(|(index, scope)| (ScopeId::from_index(index), scope))
    }

    /// Modules of tests inside a file of the product, as Rust has them.
    pub fn test_modules(&self) -> impl Iterator<Item = Span> {
        self.scopes
            .iter()
            .filter(|scope| self.lang == Lang::Rust && scope.kind == ScopeKind::Namespace)
            .filter(|scope| matches!(self.text(scope.name), "tests" | "test"))
            .map(|scope| scope.span)
    }

    /// Every call with its id, inner calls before the calls around them.
    pub fn call_ids(&self) -> impl Iterator<Item = (CallId, &Call)> {
        self.calls.iter().enumerate().map(|(index, call)| (CallId::from_index(index), call))
    }

    /// The blocks around a place, innermost first; only those of its own scope.
    pub fn blocks_around(&self, block: Option<BlockId>) -> impl Iterator<Item = &Block> {
        // A block's parent comes before it, so that this ends even on damaged facts.
        std::iter::successors(block.and_then(|id| self.block(id).map(|block| (id, block))), |(id, block)| {
            let parent = block.parent.filter(|parent| parent < id)?;
            self.block(parent).map(|block| (parent, block))
        })
        .map(|(_, block)| block)
    }

    /// Whether a place is inside a loop of its own scope.
    pub fn in_loop(&self, block: Option<BlockId>) -> bool {
        self.blocks_around(block).any(|block| block.kind == BlockKind::Loop)
    }

    /// The scope and those around it, innermost first, the module last.
    pub fn scopes_around(&self, scope: ScopeId) -> impl Iterator<Item = (ScopeId, &Scope)> {
        std::iter::successors(self.scope(scope).map(|found| (scope, found)), |(id, scope)| {
            let parent = scope.parent.filter(|parent| parent < id)?;
            self.scope(parent).map(|scope| (parent, scope))
        })
    }

    /// The 1-based line of a byte offset.
    pub fn line(&self, offset: u32) -> u32 {
        self.lines.line(offset)
    }

    /// `a.b.c` for a chain of names and attributes; none for anything else.
    pub fn dotted(&self, id: ExprId) -> Option<String> {
        match self.expr(id) {
            Expr::Name(name) => Some(self.text(name).to_owned()),
            Expr::SelfRef => Some("self".to_owned()),
            Expr::Attr(object, name) if object < id => {
                let mut path = self.dotted(object)?;
                path.push('.');
                path.push_str(self.text(name));
                Some(path)
            }
            _ => None,
        }
    }

    /// Names that the file declares at its top level; methods beside their type are none.
    pub fn top_level_names(&self) -> impl Iterator<Item = &str> {
        let scopes = self.scopes.iter().filter(|scope| {
            scope.parent == Some(ScopeId::MODULE)
                && scope.owner.is_none()
                && !self.text(scope.name).is_empty()
        });
        let binds = self.binds.iter().filter(|bind| bind.scope == ScopeId::MODULE && bind.object.is_none());
        scopes.map(|scope| self.text(scope.name)).chain(binds.map(|bind| self.text(bind.name)))
    }

    /// `Class.method` for a scope; empty for the module.
    pub fn qualified_name(&self, scope: ScopeId) -> String {
        let mut names: Vec<&str> = self
            .scopes_around(scope)
            .map(|(_, scope)| self.text(scope.name))
            .filter(|name| !name.is_empty())
            .collect();
        names.reverse();
        names.join(".")
    }
}

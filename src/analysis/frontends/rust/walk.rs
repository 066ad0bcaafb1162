//! The walk itself: a stack of entered nodes and a stack of what their children gave.

use super::{
    kinds::{Field, Grammar, Kind},
    patterns::Capture,
    tokens::Tree,
};
use crate::analysis::{
    facts::{Arg, BindKind, Expr, ExprId, FactsBuilder, FileFacts, Lang, Param, ScopeId, Span},
    frontends::Refused,
};
use std::collections::{BTreeMap, BTreeSet};

/// Nodes open at once beyond which a file is refused. The walk itself would bear more,
/// but what reads the facts may recurse over expressions.
const DEEPEST: usize = 20_000;

/// A node that was entered and not yet left.
pub(super) struct Frame {
    pub(super) kind: Kind,
    pub(super) field: Field,
    pub(super) span: Span,
    /// Where its children's operands begin.
    pub(super) base: usize,
    pub(super) close: Close,
    /// Attributes seen among its children that still wait for their item.
    pub(super) attributes: Vec<ExprId>,
    /// The scope that was opened for its body.
    pub(super) scope: Option<ScopeId>,
}

/// What leaving a node closes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Close {
    Nothing,
    Block,
    Scope,
    /// The scope of an `impl` or trait, whose `Self` ends with it.
    SelfScope,
    /// The scope of an inline module.
    Module,
}

/// What a node is to the node around it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Operand {
    pub(super) kind: Kind,
    pub(super) field: Field,
    pub(super) span: Span,
    /// Its value; names and literals make theirs when somebody asks.
    pub(super) expr: Option<ExprId>,
    /// Index of its pattern, parameters or tokens, where it has some.
    pub(super) aux: usize,
}

/// A walk that turns one syntax tree into facts.
pub(super) struct Walk<'t> {
    pub(super) facts: FactsBuilder,
    pub(super) text: &'t str,
    pub(super) frames: Vec<Frame>,
    pub(super) operands: Vec<Operand>,
    /// The children of the node that is being left; kept to save allocations.
    children: Vec<Operand>,
    /// Arguments that the call around them takes next.
    pub(super) args: Vec<Arg>,
    pub(super) patterns: Vec<Vec<Capture>>,
    pub(super) params: Vec<Vec<Param>>,
    pub(super) trees: Vec<Tree>,
    /// What `Self` is in each open `impl` or trait.
    pub(super) owners: Vec<Option<ExprId>>,
    /// Names of the inline modules that are open.
    pub(super) modules: Vec<String>,
    /// First names of paths, with the place where they were seen first.
    pub(super) roots: BTreeMap<String, Span>,
    /// Names that this file defines or imports.
    pub(super) known: BTreeSet<String>,
    /// Imports already made for `crate`, `self` and `super` in paths.
    pub(super) anchors: BTreeSet<String>,
}

impl<'t> Walk<'t> {
    pub(super) fn new(path: &str, text: &'t str) -> Self {
        Self {
            facts: FactsBuilder::new(path, text, Lang::Rust),
            text,
            frames: Vec::new(),
            operands: Vec::new(),
            children: Vec::new(),
            args: Vec::new(),
            patterns: Vec::new(),
            params: Vec::new(),
            trees: Vec::new(),
            owners: Vec::new(),
            modules: Vec::new(),
            roots: BTreeMap::new(),
            known: BTreeSet::new(),
            anchors: BTreeSet::new(),
        }
    }

    /// Walks the tree and gives the facts.
    pub(super) fn run(mut self, tree: &tree_sitter::Tree) -> Result<FileFacts, Refused> {
        let grammar = Grammar::get();
        let mut cursor = tree.walk();
        loop {
            let node = cursor.node();
            let kind = grammar.kind(&node);
            let span = place(&node);
            let mut entered = self.enter(kind, grammar.field(cursor.field_id()), span);
            if self.frames.len() > DEEPEST {
                let limit = u32::try_from(DEEPEST).unwrap_or(u32::MAX);
                let line = u32::try_from(node.start_position().row + 1).unwrap_or(u32::MAX);
                return Err(Refused::TooDeep { limit, line });
            }
            if entered && !kind.is_leaf() && cursor.goto_first_child() {
                continue;
            }
            loop {
                if entered {
                    self.leave();
                }
                entered = true;
                if cursor.goto_next_sibling() {
                    break;
                }
                if !cursor.goto_parent() {
                    self.import_roots();
                    return Ok(self.facts.finish());
                }
            }
        }
    }

    /// Opens a node; false where it is a mere token that nobody needs.
    fn enter(&mut self, kind: Kind, field: Field, span: Span) -> bool {
        let parent = self.frames.last().map(|frame| frame.kind);
        if kind == Kind::Token && parent != Some(Kind::TokenTree) && field != Field::Operator {
            return false;
        }
        if kind == Kind::Unreadable {
            self.facts.add_syntax_errors(1);
        }
        let close = self.open(kind, field, span);
        self.frames.push(Frame {
            kind,
            field,
            span,
            base: self.operands.len(),
            close,
            attributes: Vec::new(),
            scope: None,
        });
        true
    }

    /// Turns the innermost node into an operand of the node around it.
    fn leave(&mut self) {
        let Some(frame) = self.frames.pop() else { return };
        let mut children = std::mem::take(&mut self.children);
        children.clear();
        children.extend(self.operands.drain(frame.base.min(self.operands.len())..));
        let operand = self.reduce(&frame, &children);
        self.children = children;
        self.close(&frame, operand.as_ref());
        let comment = matches!(frame.kind, Kind::LineComment | Kind::BlockComment);
        if let Some(parent) = self.frames.last_mut()
            && !comment
            && !matches!(frame.kind, Kind::AttributeItem | Kind::VisibilityModifier)
        {
            parent.attributes.clear();
        }
        self.operands.extend(operand);
    }

    /// The source of a place.
    pub(super) fn source(&self, span: Span) -> &'t str {
        self.text.get(span.range()).unwrap_or_default()
    }

    /// An operand without a value.
    pub(super) fn mark(frame: &Frame) -> Operand {
        Operand { kind: frame.kind, field: frame.field, span: frame.span, expr: None, aux: 0 }
    }

    /// An operand with this value.
    pub(super) fn valued(frame: &Frame, expr: Option<ExprId>) -> Operand {
        Operand { expr, ..Self::mark(frame) }
    }

    /// The value of an operand; names and literals are made here.
    pub(super) fn value(&mut self, operand: &Operand) -> ExprId {
        if let Some(expr) = operand.expr {
            return expr;
        }
        let span = operand.span;
        let source = self.source(span);
        match operand.kind {
            Kind::Identifier | Kind::TypeIdentifier if source == "Self" => self.self_type(span),
            Kind::Identifier
            | Kind::TypeIdentifier
            | Kind::FieldIdentifier
            | Kind::ShorthandField
            | Kind::PrimitiveType => self.facts.name(name(source), span),
            Kind::SelfValue => self.facts.expr(Expr::SelfRef, span),
            Kind::Crate | Kind::Super => self.anchor(source, span),
            Kind::IntegerLiteral | Kind::FloatLiteral | Kind::NegativeLiteral => {
                self.facts.expr(Expr::Num, span)
            }
            Kind::BooleanLiteral => self.facts.expr(Expr::Bool(source == "true"), span),
            Kind::StringLiteral | Kind::RawStringLiteral | Kind::CharLiteral => {
                let text = super::literals::text(source);
                self.facts.str(&text, span)
            }
            _ => self.facts.other(&[], span),
        }
    }

    /// The value of an operand that has one by itself or by its kind.
    pub(super) fn known_value(&mut self, operand: &Operand) -> Option<ExprId> {
        let by_kind = matches!(
            operand.kind,
            Kind::Identifier
                | Kind::SelfValue
                | Kind::IntegerLiteral
                | Kind::FloatLiteral
                | Kind::NegativeLiteral
                | Kind::BooleanLiteral
                | Kind::StringLiteral
                | Kind::RawStringLiteral
                | Kind::CharLiteral
        );
        (operand.expr.is_some() || by_kind).then(|| self.value(operand))
    }

    /// `Self`: the type of the open `impl`, else the receiver of the trait.
    fn self_type(&mut self, span: Span) -> ExprId {
        match self.owners.last().copied().flatten() {
            Some(owner) => owner,
            None => self.facts.expr(Expr::SelfRef, span),
        }
    }

    /// Binds a name of this file.
    pub(super) fn bind_name(
        &mut self,
        kind: BindKind,
        place: Span,
        value: Option<ExprId>,
        ty: Option<ExprId>,
        whole: Span,
    ) {
        let bind = self.facts.bind(kind, name(self.source(place)), value, whole, place);
        self.facts.edit_bind(bind, |bind| bind.ty = ty);
    }
}

/// The child in a field.
pub(super) fn child(children: &[Operand], field: Field) -> Option<Operand> {
    children.iter().find(|operand| operand.field == field).copied()
}

/// A raw identifier without its mark.
pub(super) fn name(source: &str) -> &str {
    source.strip_prefix("r#").unwrap_or(source)
}

fn place(node: &tree_sitter::Node<'_>) -> Span {
    let offset = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
    Span::new(offset(node.start_byte()), offset(node.end_byte()))
}

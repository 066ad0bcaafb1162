//! What opens when the walk enters the body of a definition, loop or branch.
//!
//! By then the children before the body were left, so that name, parameters and types
//! are known; their expressions belong to the scope around.

use super::{
    kinds::{Field, Kind},
    walk::{Close, Frame, Operand, Walk, child},
};
use crate::analysis::facts::{BindKind, BlockKind, Expr, ExprId, ScopeFlags, ScopeKind, Span};

impl Walk<'_> {
    /// Opens the scope or block of a body; `Close` says what leaving it has to close.
    pub(super) fn open(&mut self, kind: Kind, field: Field, span: Span) -> Close {
        let Some(parent) = self.frames.last() else { return Close::Nothing };
        let (parent_kind, whole) = (parent.kind, parent.span);
        match (parent_kind, field) {
            (Kind::FunctionItem, Field::Body) => {
                let children = self.siblings();
                let attributes = self.waiting_attributes();
                self.open_function(whole, &children, attributes, span, ScopeFlags::NONE);
                Close::Scope
            }
            (Kind::ClosureExpression, Field::Body) => {
                let children = self.siblings();
                let scope = self.open_closure(whole, &children, span);
                if let Some(parent) = self.frames.last_mut() {
                    parent.scope = Some(scope);
                }
                Close::Scope
            }
            (Kind::ImplItem | Kind::TraitItem, Field::Body) => {
                let children = self.siblings();
                let attributes = self.waiting_attributes();
                self.open_members(parent_kind, whole, &children, attributes, span);
                Close::SelfScope
            }
            (Kind::StructItem | Kind::EnumItem | Kind::UnionItem, Field::Body) => {
                let children = self.siblings();
                let attributes = self.waiting_attributes();
                self.open_scope(ScopeKind::Class, whole, &children, attributes, span);
                Close::Scope
            }
            (Kind::ModItem, Field::Body) => {
                let children = self.siblings();
                let attributes = self.waiting_attributes();
                self.open_scope(ScopeKind::Namespace, whole, &children, attributes, span);
                let name = child(&children, Field::Name).map_or("", |name| self.source(name.span));
                self.modules.push(super::walk::name(name).to_owned());
                Close::Module
            }
            (Kind::ForExpression, Field::Body) => {
                let children = self.siblings();
                let head = child(&children, Field::Value).map(|value| self.value(&value));
                self.facts.enter_block(BlockKind::Loop, head, whole);
                if let (Some(pattern), Some(head)) = (child(&children, Field::Pattern), head) {
                    let element = self.facts.expr(Expr::Element(head), pattern.span);
                    self.bind_captures(&pattern, BindKind::Loop, element, pattern.span);
                }
                Close::Block
            }
            (Kind::WhileExpression | Kind::LoopExpression, Field::Body) => {
                let children = self.siblings();
                let head = child(&children, Field::Condition).and_then(|head| self.known_value(&head));
                self.facts.enter_block(BlockKind::Loop, head, whole);
                Close::Block
            }
            (Kind::IfExpression, Field::Consequence) => {
                let children = self.siblings();
                let head = child(&children, Field::Condition).and_then(|head| self.known_value(&head));
                self.facts.enter_block(BlockKind::Branch, head, span);
                Close::Block
            }
            (Kind::IfExpression, Field::Alternative) => {
                self.facts.enter_block(BlockKind::Branch, None, span);
                Close::Block
            }
            (Kind::MatchArm, Field::Value) => {
                self.open_arm(span);
                Close::Block
            }
            _ => {
                if matches!(kind, Kind::AttributeItem) {
                    self.args.clear();
                }
                Close::Nothing
            }
        }
    }

    /// Closes what `open` opened for this node.
    pub(super) fn close(&mut self, frame: &Frame, operand: Option<&Operand>) {
        match frame.close {
            Close::Nothing => {}
            Close::Block => self.facts.leave_block(),
            Close::Scope | Close::SelfScope | Close::Module => {
                let parent = self.frames.last().map(|parent| parent.kind);
                if matches!(parent, Some(Kind::FunctionItem | Kind::ClosureExpression))
                    && let Some(tail) = operand.and_then(|operand| self.known_value(operand))
                {
                    let place = self.facts.span_of(tail);
                    self.facts.ret(tail, place);
                }
                self.facts.leave_scope();
                if frame.close == Close::SelfScope {
                    self.owners.pop();
                }
                if frame.close == Close::Module {
                    self.modules.pop();
                }
            }
        }
    }

    /// What the children of the innermost open node gave so far.
    fn siblings(&self) -> Vec<Operand> {
        let base = self.frames.last().map_or(0, |frame| frame.base);
        self.operands.get(base..).unwrap_or_default().to_vec()
    }

    /// The attributes that stand before the item whose body is being entered.
    fn waiting_attributes(&mut self) -> Vec<ExprId> {
        let Some(container) = self.frames.len().checked_sub(2) else { return Vec::new() };
        self.frames.get_mut(container).map(|frame| std::mem::take(&mut frame.attributes)).unwrap_or_default()
    }

    /// A `match` arm: its pattern takes the value that the `match` looks at.
    fn open_arm(&mut self, span: Span) {
        let children = self.siblings();
        self.facts.enter_block(BlockKind::Branch, None, span);
        let Some(matched) = self.frames.len().checked_sub(3).and_then(|index| self.frames.get(index)) else {
            return;
        };
        let given = self.operands.get(matched.base..).unwrap_or_default();
        let value = child(given, Field::Value);
        if let (Some(pattern), Some(value)) = (child(&children, Field::Pattern), value) {
            let value = self.value(&value);
            self.bind_captures(&pattern, BindKind::Assign, value, pattern.span);
        }
    }
}

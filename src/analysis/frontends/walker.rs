//! What the walks of Java and C# have in common: statements and expressions whose
//! grammars give the parts the same fields. Knows no construct of a single language.

use super::tree::Node;
use super::{
    nodes::{field, named, parts, span},
    writer::Writer,
};
use crate::analysis::facts::{
    BindKind, BlockKind, CallFlags, Expr, ExprId, NewScope, Param, ScopeFlags, ScopeKind, Span,
};

/// A walk over one tree that writes facts.
pub(super) trait Walker<'t> {
    /// Where facts are written.
    fn write(&mut self) -> &mut Writer<'t>;

    /// The value of an expression.
    fn value(&mut self, node: Node<'_>) -> ExprId;

    /// Reads a statement.
    fn statement(&mut self, node: Node<'_>);

    /// What stands in braces.
    fn block(&mut self, node: Node<'_>) {
        for part in parts(node) {
            self.statement(part);
        }
    }

    /// The values of all children.
    fn values(&mut self, node: Node<'_>) -> Vec<ExprId> {
        named(node).into_iter().map(|part| self.value(part)).collect()
    }

    /// The value of the first child.
    fn inner(&mut self, node: Node<'_>) -> ExprId {
        match named(node).first() {
            Some(inner) => self.value(*inner),
            None => self.write().nothing(node),
        }
    }

    /// The value of a field's child.
    fn in_field(&mut self, node: Node<'_>, name: &str) -> ExprId {
        match field(node, name) {
            Some(inner) => self.value(inner),
            None => self.write().nothing(node),
        }
    }

    /// `return value`.
    fn returned(&mut self, node: Node<'_>) {
        if let Some(value) = named(node).first() {
            let value = self.value(*value);
            self.write().facts.ret(value, span(node));
        }
    }

    /// `throw value`.
    fn thrown(&mut self, node: Node<'_>) {
        if let Some(value) = named(node).first() {
            let value = self.value(*value);
            self.write().facts.flag_call(value, CallFlags::THROWN);
        }
    }

    /// `if (condition) consequence else alternative`.
    fn branches(&mut self, node: Node<'_>) {
        let head = field(node, "condition").map(|condition| self.value(condition));
        for (part, head) in [(field(node, "consequence"), head), (field(node, "alternative"), None)] {
            let Some(part) = part else { continue };
            self.write().facts.enter_block(BlockKind::Branch, head, span(part));
            self.statement(part);
            self.write().facts.leave_block();
        }
    }

    /// `condition ? consequence : alternative`.
    fn either(&mut self, node: Node<'_>) -> ExprId {
        if let Some(condition) = field(node, "condition") {
            self.value(condition);
        }
        let options = [field(node, "consequence"), field(node, "alternative")];
        let options: Vec<ExprId> = options.into_iter().flatten().map(|part| self.value(part)).collect();
        self.write().facts.either(&options, span(node))
    }

    /// `left = right`, `left ??= right` and `left += right`.
    fn assignment(&mut self, node: Node<'_>) -> ExprId {
        let (Some(left), Some(right)) = (field(node, "left"), field(node, "right")) else {
            return self.write().nothing(node);
        };
        let target = self.value(left);
        let value = self.value(right);
        let write = self.write();
        match field(node, "operator").map_or("=", |operator| write.source(operator)) {
            "=" | "??=" => {
                write.assign(BindKind::Assign, target, value, node);
                value
            }
            "+=" => {
                let joined = write.facts.joined(target, value, span(node));
                write.assign(BindKind::Augment, target, joined, node);
                joined
            }
            _ => write.facts.other(&[target, value], span(node)),
        }
    }

    /// `left + right` is a text as far as anybody can tell; `left ?? right` is one of both.
    fn binary(&mut self, node: Node<'_>) -> ExprId {
        let (Some(left), Some(right)) = (field(node, "left"), field(node, "right")) else {
            return self.write().nothing(node);
        };
        let (left, right) = (self.value(left), self.value(right));
        let write = self.write();
        match field(node, "operator").map(|operator| write.source(operator)) {
            Some("+") => write.facts.joined(left, right, span(node)),
            Some("??") => write.facts.either(&[left, right], span(node)),
            _ => write.facts.other(&[left, right], span(node)),
        }
    }

    /// A function without a name: a block, or an expression that is its value.
    fn closure(
        &mut self,
        node: Node<'_>,
        body: Option<Node<'_>>,
        params: Vec<Param>,
        flags: ScopeFlags,
    ) -> ExprId {
        let write = self.write();
        let name = write.facts.intern("");
        let start = Span::new(span(node).start, span(node).start);
        let place = body.map_or(span(node), span);
        let mut scope = NewScope::new(ScopeKind::Lambda, name, span(node), start, place);
        scope.flags = flags;
        let scope = write.facts.enter_scope(scope);
        write.facts.set_params(scope, params);
        match body {
            Some(body) if body.kind() == "block" => self.block(body),
            Some(body) => {
                let value = self.value(body);
                self.write().facts.ret(value, span(body));
            }
            None => {}
        }
        let write = self.write();
        write.facts.leave_scope();
        write.facts.expr(Expr::Fun(scope), span(node))
    }
}

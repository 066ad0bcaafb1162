//! What stands on the left of an assignment.

use super::{Walk, span};
use crate::analysis::facts::{BindKind, Expr as Fact, ExprId, ScopeId, ScopeKind, Span};
use ruff_python_ast::Expr;
use ruff_text_size::Ranged;

impl Walk<'_> {
    /// Binds a target, or each part of it, to a value. Returns the binding of a plain target.
    pub(super) fn assign(
        &mut self,
        target: &Expr,
        value: Option<ExprId>,
        kind: BindKind,
        at: Span,
    ) -> Option<usize> {
        match target {
            Expr::Name(name) => {
                let in_class = self.facts.scope_kind() == ScopeKind::Class;
                let kind = if in_class && kind == BindKind::Assign { BindKind::Field } else { kind };
                let bind = self.facts.bind(kind, name.id.as_str(), value, at, span(name.range));
                let sym = self.facts.intern(name.id.as_str());
                if self.functions.last().is_some_and(|function| function.globals.contains(&sym)) {
                    self.facts.edit_bind(bind, |bind| (bind.scope, bind.block) = (ScopeId::MODULE, None));
                }
                Some(bind)
            }
            Expr::Attribute(attribute) => {
                let object = self.expr(&attribute.value);
                let bind =
                    self.facts.bind(kind, attribute.attr.as_str(), value, at, span(attribute.attr.range()));
                self.facts.edit_bind(bind, |bind| bind.object = Some(object));
                Some(bind)
            }
            Expr::Subscript(subscript) => {
                let object = self.expr(&subscript.value);
                let key = self.expr(&subscript.slice);
                // An item under a key that is only known later has no name.
                let name = match self.facts.peek(key) {
                    Fact::Str(key) => self.facts.text(key).to_owned(),
                    _ => String::new(),
                };
                let bind = self.facts.bind(kind, &name, value, at, span(subscript.slice.range()));
                self.facts.edit_bind(bind, |bind| bind.object = Some(object));
                Some(bind)
            }
            Expr::Tuple(tuple) => {
                self.unpack(&tuple.elts, value, kind, at);
                None
            }
            Expr::List(list) => {
                self.unpack(&list.elts, value, kind, at);
                None
            }
            Expr::Starred(starred) => {
                let rest = value.map(|value| self.facts.other(&[value], at));
                self.assign(&starred.value, rest, kind, at)
            }
            other => {
                self.expr(other);
                None
            }
        }
    }

    fn unpack(&mut self, targets: &[Expr], value: Option<ExprId>, kind: BindKind, at: Span) {
        let items = match value.map(|value| self.facts.peek(value)) {
            Some(Fact::List(items)) => self.facts.peek_list(items).to_vec(),
            _ => Vec::new(),
        };
        let pairwise = items.len() == targets.len()
            && !targets.iter().any(Expr::is_starred_expr)
            && !items.iter().any(|item| matches!(self.facts.peek(*item), Fact::Spread(_)));
        for (position, target) in targets.iter().enumerate() {
            let part = match items.get(position).filter(|_| pairwise) {
                Some(item) => Some(*item),
                None => value.map(|value| {
                    let key = self.facts.str(&position.to_string(), at);
                    self.facts.expr(Fact::Index(value, key), at)
                }),
            };
            self.assign(target, part, kind, at);
        }
    }
}

//! Object literals, and the names that functions get from where they are put.

use super::{
    links::private,
    walk::{Walk, span},
};
use crate::analysis::facts::{Entry, Expr, ExprId, ScopeFlags, Span};
use oxc_ast::ast::{Expression, ObjectExpression, ObjectPropertyKind, PropertyKey};
use oxc_span::GetSpan;

/// Whether a function that is written as a value can be looked up by its name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Named {
    /// `const name = () => …`: a function of the scope.
    Variable,
    /// `{ name() … }`, `object.name = () => …`: reached through the object only.
    Member,
}

impl Walk {
    pub(super) fn object(&mut self, object: &ObjectExpression<'_>) -> ExprId {
        let mut entries = Vec::with_capacity(object.properties.len());
        for property in &object.properties {
            match property {
                ObjectPropertyKind::ObjectProperty(property) => {
                    let key = self.key(&property.key, property.computed);
                    let value = match self.static_key(&property.key) {
                        Some((name, place)) if !property.computed => {
                            self.value_named(&property.value, &name, place, Named::Member)
                        }
                        _ => self.expression(&property.value),
                    };
                    entries.push(Entry { key: Some(key), value });
                }
                ObjectPropertyKind::SpreadProperty(spread) => {
                    let value = self.expression(&spread.argument);
                    entries.push(Entry { key: None, value });
                }
            }
        }
        self.facts.map(&entries, span(object.span))
    }

    /// The expression of a key: a text where it is known.
    pub(super) fn key(&mut self, key: &PropertyKey<'_>, computed: bool) -> ExprId {
        let place = span(key.span());
        match (self.static_key(key), key.as_expression()) {
            (Some((name, _)), _) if !computed => self.facts.str(&name, place),
            (_, Some(expression)) => self.expression(expression),
            (Some((name, _)), None) => self.facts.str(&name, place),
            (None, None) => self.nothing(place),
        }
    }

    /// The text of a key that does not depend on anything, and its place.
    pub(super) fn static_key(&self, key: &PropertyKey<'_>) -> Option<(String, Span)> {
        let name = match key {
            PropertyKey::PrivateIdentifier(name) => private(&name.name),
            other => other.static_name()?.into_owned(),
        };
        Some((name, span(key.span())))
    }

    /// The value of a variable: a function takes the variable's name.
    pub(super) fn named(&mut self, value: &Expression<'_>, name: &str, place: Span) -> ExprId {
        self.value_named(value, name, place, Named::Variable)
    }

    /// A value that takes a name when it is a function or class without one.
    pub(super) fn value_named(
        &mut self,
        value: &Expression<'_>,
        name: &str,
        place: Span,
        named: Named,
    ) -> ExprId {
        let hint = Some((name, place, named));
        let result = match value {
            Expression::ArrowFunctionExpression(arrow) => self.deeper(|walk| walk.arrow(arrow, hint)),
            Expression::FunctionExpression(function) => {
                self.deeper(|walk| walk.function_expression(function, hint))
            }
            Expression::ClassExpression(class) => self.deeper(|walk| {
                let scope = walk.class(class, Some((name, place)), ScopeFlags::NONE);
                walk.facts.expr(Expr::Fun(scope), span(class.span))
            }),
            other => Some(self.expression(other)),
        };
        match result {
            Some(result) => result,
            None => self.nothing(place),
        }
    }
}

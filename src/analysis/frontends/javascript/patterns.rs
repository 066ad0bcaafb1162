//! What assignments and destructuring bind: every name with the part of the value it gets.

use super::walk::{Walk, span};
use crate::analysis::facts::{BindKind, Expr, ExprId, Span};
use oxc_ast::ast::{
    AssignmentTarget, AssignmentTargetMaybeDefault, AssignmentTargetProperty, BindingPattern,
    MemberExpression, PropertyKey, SimpleAssignmentTarget,
};
use oxc_span::GetSpan;

impl Walk {
    /// Binds the names of a declaration's pattern to the parts of `value`.
    pub(super) fn bind_pattern(
        &mut self,
        pattern: &BindingPattern<'_>,
        kind: BindKind,
        value: Option<ExprId>,
        ty: Option<ExprId>,
        whole: Span,
    ) {
        self.deeper(|walk| walk.bind_pattern_here(pattern, kind, value, ty, whole));
    }

    fn bind_pattern_here(
        &mut self,
        pattern: &BindingPattern<'_>,
        kind: BindKind,
        value: Option<ExprId>,
        ty: Option<ExprId>,
        whole: Span,
    ) {
        match pattern {
            BindingPattern::BindingIdentifier(name) => {
                let bind = self.facts.bind(kind, &name.name, value, whole, span(name.span));
                self.facts.edit_bind(bind, |bind| bind.ty = ty);
            }
            BindingPattern::ObjectPattern(object) => {
                for property in &object.properties {
                    let part = value.map(|value| self.part(value, &property.key, property.computed));
                    self.bind_pattern(&property.value, kind, part, None, whole);
                }
                if let Some(rest) = &object.rest {
                    self.bind_pattern(&rest.argument, kind, value, None, whole);
                }
            }
            BindingPattern::ArrayPattern(array) => {
                for element in array.elements.iter().flatten() {
                    let part = value.map(|value| self.item(value, span(element.span())));
                    self.bind_pattern(element, kind, part, None, whole);
                }
                if let Some(rest) = &array.rest {
                    let place = span(rest.span);
                    let part = value.map(|value| self.facts.other(&[value], place));
                    self.bind_pattern(&rest.argument, kind, part, None, whole);
                }
            }
            BindingPattern::AssignmentPattern(with_default) => {
                let value = self.with_default(value, &with_default.right);
                self.bind_pattern(&with_default.left, kind, Some(value), ty, whole);
            }
        }
    }

    /// Binds the targets of an assignment expression to the parts of `value`.
    pub(super) fn assign(
        &mut self,
        target: &AssignmentTarget<'_>,
        kind: BindKind,
        value: ExprId,
        whole: Span,
    ) {
        self.deeper(|walk| walk.assign_here(target, kind, value, whole));
    }

    fn assign_here(&mut self, target: &AssignmentTarget<'_>, kind: BindKind, value: ExprId, whole: Span) {
        match target {
            AssignmentTarget::ObjectAssignmentTarget(object) => {
                for property in &object.properties {
                    match property {
                        AssignmentTargetProperty::AssignmentTargetPropertyIdentifier(property) => {
                            let place = span(property.binding.span);
                            let part = self.facts.attr(value, &property.binding.name, place);
                            let part = match &property.init {
                                Some(default) => self.with_default(Some(part), default),
                                None => part,
                            };
                            self.facts.bind(kind, &property.binding.name, Some(part), whole, place);
                        }
                        AssignmentTargetProperty::AssignmentTargetPropertyProperty(property) => {
                            let part = self.part(value, &property.name, property.computed);
                            self.assign_maybe(&property.binding, kind, part, whole);
                        }
                    }
                }
                if let Some(rest) = &object.rest {
                    self.assign(&rest.target, kind, value, whole);
                }
            }
            AssignmentTarget::ArrayAssignmentTarget(array) => {
                for element in array.elements.iter().flatten() {
                    let part = self.item(value, span(element.span()));
                    self.assign_maybe(element, kind, part, whole);
                }
            }
            other => {
                if let Some(simple) = other.as_simple_assignment_target() {
                    self.assign_simple(simple, kind, value, whole);
                }
            }
        }
    }

    fn assign_maybe(
        &mut self,
        target: &AssignmentTargetMaybeDefault<'_>,
        kind: BindKind,
        value: ExprId,
        whole: Span,
    ) {
        if let AssignmentTargetMaybeDefault::AssignmentTargetWithDefault(with_default) = target {
            let value = self.with_default(Some(value), &with_default.init);
            self.assign(&with_default.binding, kind, value, whole);
        } else if let Some(target) = target.as_assignment_target() {
            self.assign(target, kind, value, whole);
        }
    }

    fn assign_simple(
        &mut self,
        target: &SimpleAssignmentTarget<'_>,
        kind: BindKind,
        value: ExprId,
        whole: Span,
    ) {
        let place = span(target.span());
        match target {
            SimpleAssignmentTarget::AssignmentTargetIdentifier(name) => {
                self.facts.bind(kind, &name.name, Some(value), whole, place);
            }
            other => {
                // A wrapped target, as in `(x as T) = y`, is too rare to follow.
                let Some(member) = other.as_member_expression() else { return };
                let object = self.expression(member.object());
                let (name, name_span) = match member {
                    MemberExpression::StaticMemberExpression(member) => {
                        (member.property.name.to_string(), span(member.property.span))
                    }
                    MemberExpression::PrivateFieldExpression(member) => {
                        (super::links::private(&member.field.name), span(member.field.span))
                    }
                    MemberExpression::ComputedMemberExpression(member) => {
                        let Some(name) = member.static_property_name() else {
                            self.expression(&member.expression);
                            return;
                        };
                        (name.to_string(), span(member.expression.span()))
                    }
                };
                let bind = self.facts.bind(kind, &name, Some(value), whole, name_span);
                self.facts.edit_bind(bind, |bind| bind.object = Some(object));
            }
        }
    }

    /// What stood in a target before: the left side of `x += y`.
    pub(super) fn target_value(&mut self, target: &SimpleAssignmentTarget<'_>) -> ExprId {
        let place = span(target.span());
        match target {
            SimpleAssignmentTarget::AssignmentTargetIdentifier(name) => self.facts.name(&name.name, place),
            other => match other.as_member_expression() {
                Some(member) => {
                    let object = self.expression(member.object());
                    match member.static_property_name() {
                        Some(name) => self.facts.attr(object, name, place),
                        None => self.facts.other(&[object], place),
                    }
                }
                None => self.nothing(place),
            },
        }
    }

    fn with_default(&mut self, value: Option<ExprId>, default: &oxc_ast::ast::Expression<'_>) -> ExprId {
        let place = span(default.span());
        let default = self.expression(default);
        match value {
            Some(value) => self.facts.either(&[value, default], place),
            None => default,
        }
    }

    /// `value.key`.
    fn part(&mut self, value: ExprId, key: &PropertyKey<'_>, computed: bool) -> ExprId {
        let place = span(key.span());
        match self.static_key(key) {
            Some((name, _)) if !computed => self.facts.attr(value, &name, place),
            _ => {
                let key = self.key(key, computed);
                self.facts.expr(Expr::Index(value, key), place)
            }
        }
    }

    /// `value[0]`; which one does not matter to anyone.
    fn item(&mut self, value: ExprId, place: Span) -> ExprId {
        let key = self.facts.expr(Expr::Num, place);
        self.facts.expr(Expr::Index(value, key), place)
    }
}

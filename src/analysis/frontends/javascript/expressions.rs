//! Expressions that do not chain to the left: literals, templates, functions, objects.

use super::{
    objects::Named,
    walk::{Walk, span},
};
use crate::analysis::facts::{BindKind, CallFlags, Expr, ExprId, ScopeFlags, Span};
use oxc_ast::ast::{
    ArrayExpressionElement, AssignmentExpression, AssignmentOperator, AssignmentTarget, Expression,
    JSXAttributeItem, JSXAttributeValue, JSXChild, JSXElement, JSXExpression, NewExpression, TemplateLiteral,
    UnaryOperator,
};
use oxc_span::GetSpan;

impl Walk {
    /// The innermost expression of a chain.
    pub(super) fn inner_expression(&mut self, expression: &Expression<'_>) -> ExprId {
        let place = span(expression.span());
        match expression {
            Expression::StringLiteral(literal) => self.facts.str(&literal.value, place),
            Expression::TemplateLiteral(template) => self.template(template),
            Expression::NumericLiteral(_) | Expression::BigIntLiteral(_) => self.facts.expr(Expr::Num, place),
            Expression::BooleanLiteral(literal) => self.facts.expr(Expr::Bool(literal.value), place),
            Expression::NullLiteral(_) => self.facts.expr(Expr::Null, place),
            Expression::Identifier(name) if name.name == "undefined" => self.facts.expr(Expr::Null, place),
            Expression::Identifier(name) => self.facts.name(&name.name, place),
            Expression::ThisExpression(_) => self.facts.expr(Expr::SelfRef, place),
            Expression::Super(_) => self.facts.name("super", place),
            Expression::ArrayExpression(array) => {
                let mut items = Vec::with_capacity(array.elements.len());
                for element in &array.elements {
                    items.push(self.element(element));
                }
                self.facts.list(&items, place)
            }
            Expression::ObjectExpression(object) => self.object(object),
            Expression::ArrowFunctionExpression(arrow) => self.arrow(arrow, None),
            Expression::FunctionExpression(function) => self.function_expression(function, None),
            Expression::ClassExpression(class) => {
                let scope = self.class(class, None, ScopeFlags::NONE);
                self.facts.expr(Expr::Fun(scope), place)
            }
            Expression::AssignmentExpression(assignment) => self.assignment(assignment),
            Expression::ConditionalExpression(conditional) => {
                self.expression(&conditional.test);
                let first = self.expression(&conditional.consequent);
                let second = self.expression(&conditional.alternate);
                self.facts.either(&[first, second], place)
            }
            Expression::NewExpression(new) => self.new_expression(new),
            Expression::ImportExpression(import) => self.dynamic_import(import),
            Expression::SequenceExpression(sequence) => {
                let mut last = None;
                for part in &sequence.expressions {
                    last = Some(self.expression(part));
                }
                last.unwrap_or_else(|| self.nothing(place))
            }
            Expression::UnaryExpression(unary) => {
                let value = self.expression(&unary.argument);
                match (unary.operator, self.facts.peek(value)) {
                    (UnaryOperator::UnaryNegation | UnaryOperator::UnaryPlus, Expr::Num) => value,
                    (UnaryOperator::Void, _) => self.facts.expr(Expr::Null, place),
                    _ => self.facts.other(&[value], place),
                }
            }
            Expression::UpdateExpression(update) => {
                let value = self.target_value(&update.argument);
                self.facts.other(&[value], place)
            }
            Expression::YieldExpression(yielded) => {
                let value = yielded.argument.as_ref().map(|argument| self.expression(argument));
                self.facts.other(value.as_slice(), place)
            }
            Expression::PrivateInExpression(test) => {
                let value = self.expression(&test.right);
                self.facts.other(&[value], place)
            }
            Expression::JSXElement(element) => self.jsx_element(element),
            Expression::JSXFragment(fragment) => {
                let parts = self.jsx_children(&fragment.children);
                self.facts.other(&parts, place)
            }
            // Links of a chain never end up here; the rest has no value of interest.
            _ => self.nothing(place),
        }
    }

    fn element(&mut self, element: &ArrayExpressionElement<'_>) -> ExprId {
        let place = span(element.span());
        match element {
            ArrayExpressionElement::SpreadElement(spread) => {
                let value = self.expression(&spread.argument);
                self.facts.expr(Expr::Spread(value), place)
            }
            ArrayExpressionElement::Elision(_) => self.facts.expr(Expr::Null, place),
            other => match other.as_expression() {
                Some(expression) => self.expression(expression),
                None => self.nothing(place),
            },
        }
    }

    /// A template literal: a plain text without holes, else a text with holes.
    pub(super) fn template(&mut self, template: &TemplateLiteral<'_>) -> ExprId {
        let mut parts = Vec::with_capacity(template.quasis.len() + template.expressions.len());
        let mut holes = template.expressions.iter();
        for quasi in &template.quasis {
            let text = quasi.value.cooked.unwrap_or(quasi.value.raw);
            if !text.is_empty() || template.expressions.is_empty() {
                let place = if template.expressions.is_empty() { template.span } else { quasi.span };
                parts.push(self.facts.str(&text, span(place)));
            }
            if let Some(hole) = holes.next() {
                parts.push(self.expression(hole));
            }
        }
        match parts.as_slice() {
            [text] if template.expressions.is_empty() => *text,
            _ => self.facts.tmpl(&parts, span(template.span)),
        }
    }

    fn new_expression(&mut self, new: &NewExpression<'_>) -> ExprId {
        let callee = self.expression(&new.callee);
        let args = self.arguments(&new.arguments);
        let args_start =
            new.type_arguments.as_ref().map_or(self.facts.span_of(callee).end, |types| types.span.end);
        let args_span = Span::new(args_start, new.span.end);
        self.call(callee, args, CallFlags::NEW, span(new.span), args_span)
    }

    fn assignment(&mut self, assignment: &AssignmentExpression<'_>) -> ExprId {
        let place = span(assignment.span);
        let left = span(assignment.left.span());
        let value = match (&assignment.left, assignment.left.get_identifier_name()) {
            (AssignmentTarget::AssignmentTargetIdentifier(name), _) => {
                self.named(&assignment.right, &name.name, left)
            }
            (_, Some(name)) => self.value_named(&assignment.right, name, left, Named::Member),
            (_, None) => self.expression(&assignment.right),
        };
        match assignment.operator {
            AssignmentOperator::Assign
            | AssignmentOperator::LogicalOr
            | AssignmentOperator::LogicalNullish
            | AssignmentOperator::LogicalAnd => {
                if !self.common_js_export(&assignment.left, value, place) {
                    self.assign(&assignment.left, BindKind::Assign, value, place);
                }
                value
            }
            AssignmentOperator::Addition => {
                let Some(target) = assignment.left.as_simple_assignment_target() else { return value };
                let old = self.target_value(target);
                let joined = self.facts.tmpl(&[old, value], place);
                self.assign(&assignment.left, BindKind::Augment, joined, place);
                joined
            }
            _ => {
                let other = self.facts.other(&[value], place);
                self.assign(&assignment.left, BindKind::Augment, other, place);
                other
            }
        }
    }

    fn jsx_element(&mut self, element: &JSXElement<'_>) -> ExprId {
        let mut parts = Vec::new();
        for attribute in &element.opening_element.attributes {
            match attribute {
                JSXAttributeItem::Attribute(attribute) => match &attribute.value {
                    Some(JSXAttributeValue::ExpressionContainer(container)) => {
                        parts.extend(self.jsx_expression(&container.expression));
                    }
                    Some(JSXAttributeValue::Element(element)) => {
                        parts.extend(self.deeper(|walk| walk.jsx_element(element)));
                    }
                    Some(JSXAttributeValue::StringLiteral(_) | JSXAttributeValue::Fragment(_)) | None => {}
                },
                JSXAttributeItem::SpreadAttribute(spread) => parts.push(self.expression(&spread.argument)),
            }
        }
        parts.extend(self.jsx_children(&element.children));
        self.facts.other(&parts, span(element.span))
    }

    fn jsx_expression(&mut self, expression: &JSXExpression<'_>) -> Option<ExprId> {
        expression.as_expression().map(|expression| self.expression(expression))
    }

    fn jsx_children(&mut self, children: &[JSXChild<'_>]) -> Vec<ExprId> {
        let mut parts = Vec::new();
        for child in children {
            match child {
                JSXChild::Element(element) => parts.extend(self.deeper(|walk| walk.jsx_element(element))),
                JSXChild::Fragment(fragment) => {
                    parts.extend(
                        self.deeper(|walk| walk.jsx_children(&fragment.children)).unwrap_or_default(),
                    );
                }
                JSXChild::ExpressionContainer(container) => {
                    parts.extend(self.jsx_expression(&container.expression))
                }
                JSXChild::Spread(spread) => parts.push(self.expression(&spread.expression)),
                JSXChild::Text(_) => {}
            }
        }
        parts
    }
}

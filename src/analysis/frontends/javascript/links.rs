//! Chains that nest to the left: `a.b().c()`, `a + b + c`, `a || b`.
//!
//! The parser builds them in a loop, so they may be longer than any stack. They are
//! taken apart into links, the outermost first, and put together from the inside.

use super::walk::{Walk, span};
use crate::analysis::facts::{Arg, CallFlags, Expr, ExprId, NewCall, Span};
use oxc_ast::ast::{
    Argument, BinaryExpression, BinaryOperator, CallExpression, ChainElement, ComputedMemberExpression,
    Expression, LogicalExpression, LogicalOperator, PrivateFieldExpression, StaticMemberExpression,
    TaggedTemplateExpression,
};

/// One step outwards from the innermost expression of a chain.
pub(super) enum Link<'e, 'a> {
    Call(&'e CallExpression<'a>),
    Member(&'e StaticMemberExpression<'a>),
    Private(&'e PrivateFieldExpression<'a>),
    Computed(&'e ComputedMemberExpression<'a>),
    Tagged(&'e TaggedTemplateExpression<'a>),
    Binary(&'e BinaryExpression<'a>),
    Logical(&'e LogicalExpression<'a>),
    Await,
}

/// The links of an expression, outermost first, and its innermost expression.
pub(super) fn unchain<'e, 'a>(root: &'e Expression<'a>) -> (Vec<Link<'e, 'a>>, &'e Expression<'a>) {
    let mut links = Vec::new();
    let mut at = root;
    loop {
        at = match at {
            Expression::CallExpression(call) => {
                links.push(Link::Call(call));
                &call.callee
            }
            Expression::StaticMemberExpression(member) => {
                links.push(Link::Member(member));
                &member.object
            }
            Expression::PrivateFieldExpression(member) => {
                links.push(Link::Private(member));
                &member.object
            }
            Expression::ComputedMemberExpression(member) => {
                links.push(Link::Computed(member));
                &member.object
            }
            Expression::TaggedTemplateExpression(tagged) => {
                links.push(Link::Tagged(tagged));
                &tagged.tag
            }
            Expression::BinaryExpression(binary) => {
                links.push(Link::Binary(binary));
                &binary.left
            }
            Expression::LogicalExpression(logical) => {
                links.push(Link::Logical(logical));
                &logical.left
            }
            Expression::AwaitExpression(awaited) => {
                links.push(Link::Await);
                &awaited.argument
            }
            Expression::ChainExpression(chain) => match &chain.expression {
                ChainElement::CallExpression(call) => {
                    links.push(Link::Call(call));
                    &call.callee
                }
                ChainElement::TSNonNullExpression(inner) => &inner.expression,
                ChainElement::StaticMemberExpression(member) => {
                    links.push(Link::Member(member));
                    &member.object
                }
                ChainElement::PrivateFieldExpression(member) => {
                    links.push(Link::Private(member));
                    &member.object
                }
                ChainElement::ComputedMemberExpression(member) => {
                    links.push(Link::Computed(member));
                    &member.object
                }
            },
            Expression::ParenthesizedExpression(inner) => &inner.expression,
            Expression::TSAsExpression(inner) => &inner.expression,
            Expression::TSSatisfiesExpression(inner) => &inner.expression,
            Expression::TSTypeAssertion(inner) => &inner.expression,
            Expression::TSNonNullExpression(inner) => &inner.expression,
            Expression::TSInstantiationExpression(inner) => &inner.expression,
            other => return (links, other),
        };
    }
}

impl Walk {
    /// An expression, whatever its length.
    pub(super) fn expression(&mut self, root: &Expression<'_>) -> ExprId {
        let (mut links, inner) = unchain(root);
        let place = span(oxc_span::GetSpan::span(inner));
        let mut value = match self.deeper(|walk| walk.inner_expression(inner)) {
            Some(value) => value,
            None => self.nothing(place),
        };
        // Inline `require('…')` is an import, not a call of an unknown function.
        if let Some(Link::Call(call)) = links.last()
            && let Some(import) = self.inline_require(call)
        {
            links.pop();
            value = import;
        }
        while let Some(link) = links.pop() {
            value = self.attach(value, &link, &mut links);
        }
        value
    }

    /// What `link` makes of the value so far. Operators take their own kind off `rest`.
    fn attach(&mut self, value: ExprId, link: &Link<'_, '_>, rest: &mut Vec<Link<'_, '_>>) -> ExprId {
        match link {
            Link::Call(call) => {
                let args = self.deeper(|walk| walk.arguments(&call.arguments)).unwrap_or_default();
                let flags = CallFlags::NONE.with_if(CallFlags::OPTIONAL, call.optional);
                let callee_end = self.facts.span_of(value).end;
                let args_start = call.type_arguments.as_ref().map_or(callee_end, |types| types.span.end);
                let args_span = Span::new(args_start, call.span.end);
                self.call(value, args, flags, span(call.span), args_span)
            }
            Link::Member(member) => self.facts.attr(value, &member.property.name, span(member.span)),
            Link::Private(member) => self.facts.attr(value, &private(&member.field.name), span(member.span)),
            Link::Computed(member) => {
                let place = span(member.span);
                if let Expression::StringLiteral(key) = &member.expression {
                    return self.facts.attr(value, &key.value, place);
                }
                let key = self.expression(&member.expression);
                self.facts.expr(Expr::Index(value, key), place)
            }
            Link::Tagged(tagged) => {
                let text = self.deeper(|walk| walk.template(&tagged.quasi));
                let args = text.map(|value| plain(value, span(tagged.quasi.span))).into_iter().collect();
                self.call(value, args, CallFlags::MACRO, span(tagged.span), span(tagged.quasi.span))
            }
            Link::Binary(binary) => self.binary(value, binary, rest),
            Link::Logical(logical) => self.logical(value, logical, rest),
            Link::Await => {
                self.facts.flag_call(value, CallFlags::AWAITED);
                value
            }
        }
    }

    /// A call of `callee`, named by the callee's last segment.
    pub(super) fn call(
        &mut self,
        callee: ExprId,
        args: Vec<Arg>,
        flags: CallFlags,
        whole: Span,
        args_span: Span,
    ) -> ExprId {
        let callee_span = self.facts.span_of(callee);
        let name_span = match self.facts.peek(callee) {
            Expr::Attr(object, name) => {
                let length = u32::try_from(self.facts.text(name).len()).unwrap_or(0);
                let start = callee_span.end.saturating_sub(length);
                Span::new(start.max(self.facts.span_of(object).end), callee_span.end)
            }
            _ => callee_span,
        };
        self.facts.call(NewCall { callee, args, flags, span: whole, name_span, args_span })
    }

    pub(super) fn arguments(&mut self, arguments: &[Argument<'_>]) -> Vec<Arg> {
        arguments
            .iter()
            .filter_map(|argument| match argument {
                Argument::SpreadElement(spread) => {
                    let value = self.expression(&spread.argument);
                    Some(Arg { name: None, value, spread: true, start: spread.span.start })
                }
                other => {
                    let expression = other.as_expression()?;
                    let start = oxc_span::GetSpan::span(expression).start;
                    let value = self.expression(expression);
                    Some(Arg { name: None, value, spread: false, start })
                }
            })
            .collect()
    }

    fn binary(
        &mut self,
        value: ExprId,
        binary: &BinaryExpression<'_>,
        rest: &mut Vec<Link<'_, '_>>,
    ) -> ExprId {
        let mut place = span(binary.span);
        let right = self.expression(&binary.right);
        let mut parts = vec![value, right];
        let adds = binary.operator == BinaryOperator::Addition;
        while let Some(Link::Binary(next)) = rest.last() {
            if (next.operator == BinaryOperator::Addition) != adds {
                break;
            }
            place = span(next.span);
            parts.push(self.expression(&next.right));
            rest.pop();
        }
        if adds { self.facts.tmpl(&parts, place) } else { self.facts.other(&parts, place) }
    }

    /// `a || b` and `a ?? b` are one of both; `a && b` is `b` wherever it matters.
    fn logical(
        &mut self,
        value: ExprId,
        logical: &LogicalExpression<'_>,
        rest: &mut Vec<Link<'_, '_>>,
    ) -> ExprId {
        let mut place = span(logical.span);
        let mut parts = vec![value];
        let right = self.expression(&logical.right);
        if logical.operator == LogicalOperator::And {
            parts.insert(0, right);
            return self.facts.either(&parts, place);
        }
        parts.push(right);
        while let Some(Link::Logical(next)) = rest.last() {
            if next.operator == LogicalOperator::And {
                break;
            }
            place = span(next.span);
            parts.push(self.expression(&next.right));
            rest.pop();
        }
        self.facts.either(&parts, place)
    }
}

/// `#name`, as private members are written.
pub(super) fn private(name: &str) -> String {
    format!("#{name}")
}

fn plain(value: ExprId, place: Span) -> Arg {
    Arg { name: None, value, spread: false, start: place.start }
}

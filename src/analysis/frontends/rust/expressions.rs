//! Expressions and statements: what a node's children make of it.

use super::{
    kinds::{Field, Kind},
    walk::{Frame, Operand, Walk, child},
};
use crate::analysis::facts::{Arg, BindKind, CallFlags, Expr, ExprId, NewCall, Span};

impl Walk<'_> {
    /// Turns the children of a node into its operand; nothing for what has no value.
    pub(super) fn reduce(&mut self, frame: &Frame, children: &[Operand]) -> Option<Operand> {
        if frame.kind.is_item() {
            return self.reduce_item(frame, children);
        }
        match frame.kind {
            Kind::Identifier
            | Kind::TypeIdentifier
            | Kind::FieldIdentifier
            | Kind::ShorthandField
            | Kind::PrimitiveType
            | Kind::SelfValue
            | Kind::Crate
            | Kind::Super
            | Kind::Metavariable
            | Kind::IntegerLiteral
            | Kind::FloatLiteral
            | Kind::NegativeLiteral
            | Kind::BooleanLiteral
            | Kind::StringLiteral
            | Kind::RawStringLiteral
            | Kind::CharLiteral
            | Kind::VisibilityModifier
            | Kind::FunctionModifiers
            | Kind::SelfParameter
            | Kind::Token => Some(Self::mark(frame)),
            Kind::LineComment | Kind::BlockComment => {
                self.facts.comment(self.source(frame.span), frame.span);
                None
            }
            Kind::Attribute
            | Kind::AttributeItem
            | Kind::FieldDeclaration
            | Kind::EnumVariant
            | Kind::OrderedFields => self.reduce_item(frame, children),
            Kind::TokenTree => Some(self.reduce_tokens(frame, children)),
            Kind::Parameters | Kind::ClosureParameters => Some(self.reduce_params(frame, children)),
            Kind::Parameter => Some(self.reduce_param(frame, children)),
            Kind::TuplePattern
            | Kind::TupleStructPattern
            | Kind::StructPattern
            | Kind::FieldPattern
            | Kind::SlicePattern
            | Kind::MutPattern
            | Kind::RefPattern
            | Kind::ReferencePattern
            | Kind::CapturedPattern
            | Kind::OrPattern
            | Kind::MatchPattern => Some(self.reduce_pattern(frame, children)),
            Kind::FieldInitializer | Kind::ShorthandFieldInitializer | Kind::BaseFieldInitializer => {
                Some(self.initializer(frame, children))
            }
            Kind::ExpressionStatement
            | Kind::IfExpression
            | Kind::MatchExpression
            | Kind::MatchBlock
            | Kind::MatchArm
            | Kind::ReturnExpression
            | Kind::LetDeclaration
            | Kind::LetCondition
            | Kind::AssignmentExpression
            | Kind::CompoundAssignment => {
                let expr = self.reduce_statement(frame, children);
                Some(Self::valued(frame, expr))
            }
            _ => self.reduce_expression(frame, children),
        }
    }

    /// Expressions that are no statements by themselves.
    fn reduce_expression(&mut self, frame: &Frame, children: &[Operand]) -> Option<Operand> {
        let first = children.first().copied();
        let expr = match frame.kind {
            Kind::ScopedIdentifier | Kind::ScopedTypeIdentifier => self.path(frame, children),
            Kind::CallExpression => self.call(frame, children),
            Kind::StructExpression => self.construction(frame, children),
            Kind::MacroInvocation => self.macro_call(frame, children),
            Kind::Arguments => {
                self.args = children.iter().map(|operand| self.arg(None, operand)).collect();
                None
            }
            Kind::FieldInitializerList => {
                self.args = self.initializers(children);
                None
            }
            Kind::FieldExpression => {
                let object = self.value(&child(children, Field::Value)?);
                let field = child(children, Field::Member)?;
                let name = super::walk::name(self.source(field.span));
                Some(self.facts.attr(object, name, frame.span))
            }
            Kind::IndexExpression => {
                let object = self.value(&first?);
                let key = children.get(1).map(|key| self.value(key))?;
                Some(self.facts.expr(Expr::Index(object, key), frame.span))
            }
            Kind::GenericFunction => child(children, Field::Function).map(|function| self.value(&function)),
            Kind::AwaitExpression => {
                let value = self.value(&first?);
                self.facts.flag_call(value, CallFlags::AWAITED);
                Some(value)
            }
            // `&mut x`: the word stands before what is referred to.
            Kind::ReferenceExpression => children.last().map(|inner| self.value(inner)),
            Kind::TryExpression | Kind::ParenthesizedExpression | Kind::BoundedType => {
                first.map(|inner| self.value(&inner))
            }
            Kind::TypeCastExpression => child(children, Field::Value).map(|inner| self.value(&inner)),
            Kind::UnaryExpression => {
                let value = self.value(&first?);
                match (self.source(frame.span).as_bytes().first(), self.facts.peek(value)) {
                    (Some(b'*'), _) | (Some(b'-'), Expr::Num) => Some(value),
                    _ => Some(self.facts.other(&[value], frame.span)),
                }
            }
            Kind::BinaryExpression => self.binary(frame, children),
            Kind::RangeExpression => {
                let parts: Vec<ExprId> = children.iter().map(|part| self.value(part)).collect();
                Some(self.facts.other(&parts, frame.span))
            }
            Kind::ArrayExpression | Kind::TupleExpression => {
                let parts: Vec<ExprId> = children.iter().map(|part| self.value(part)).collect();
                Some(self.facts.list(&parts, frame.span))
            }
            Kind::UnitExpression | Kind::UnitType => Some(self.facts.expr(Expr::Null, frame.span)),
            Kind::ClosureExpression => frame.scope.map(|scope| self.facts.expr(Expr::Fun(scope), frame.span)),
            Kind::Block
            | Kind::UnsafeBlock
            | Kind::AsyncBlock
            | Kind::ConstBlock
            | Kind::TryBlock
            | Kind::ElseClause => children.last().and_then(|tail| self.known_value(tail)),
            _ => return self.reduce_type(frame, children),
        };
        Some(Self::valued(frame, expr))
    }

    /// Statements, and expressions with blocks inside: the value of their tail.
    fn reduce_statement(&mut self, frame: &Frame, children: &[Operand]) -> Option<ExprId> {
        let first = children.first().copied();
        match frame.kind {
            Kind::ExpressionStatement => match self.source(frame.span).ends_with(';') {
                true => None,
                false => first.and_then(|value| self.known_value(&value)),
            },
            Kind::IfExpression => self.either(frame, children, &[Field::Consequence, Field::Alternative]),
            Kind::MatchExpression => child(children, Field::Body).and_then(|body| body.expr),
            Kind::MatchBlock => self.either(frame, children, &[Field::None]),
            Kind::MatchArm => child(children, Field::Value).and_then(|value| self.known_value(&value)),
            Kind::ReturnExpression => {
                let value = self.value(&first?);
                self.facts.ret(value, frame.span);
                None
            }
            Kind::LetDeclaration | Kind::LetCondition => {
                self.let_binding(frame, children);
                None
            }
            Kind::AssignmentExpression => {
                let value = self.value(&child(children, Field::Right)?);
                self.assign(frame, children, BindKind::Assign, value);
                None
            }
            Kind::CompoundAssignment => {
                let old = self.value(&child(children, Field::Left)?);
                let new = self.value(&child(children, Field::Right)?);
                let adds = child(children, Field::Operator)
                    .is_some_and(|operator| self.source(operator.span) == "+=");
                let value = match adds {
                    true => self.facts.tmpl(&[old, new], frame.span),
                    false => self.facts.other(&[old, new], frame.span),
                };
                self.assign(frame, children, BindKind::Augment, value);
                None
            }
            _ => None,
        }
    }

    /// One of the values of the children in these fields.
    fn either(&mut self, frame: &Frame, children: &[Operand], fields: &[Field]) -> Option<ExprId> {
        let mut options = Vec::new();
        for operand in children.iter().filter(|operand| fields.contains(&operand.field)) {
            options.extend(self.known_value(operand));
        }
        match options.as_slice() {
            [] => None,
            [only] => Some(*only),
            _ => Some(self.facts.either(&options, frame.span)),
        }
    }

    /// The last segment of a callee: what gives each call of a chain its own place.
    pub(super) fn last_segment(&self, callee: ExprId) -> Span {
        let whole = self.facts.span_of(callee);
        match self.facts.peek(callee) {
            Expr::Attr(_, name) => {
                let length = u32::try_from(self.facts.text(name).len()).unwrap_or(0);
                Span::new(whole.end.saturating_sub(length).max(whole.start), whole.end)
            }
            _ => whole,
        }
    }

    fn call(&mut self, frame: &Frame, children: &[Operand]) -> Option<ExprId> {
        let args = std::mem::take(&mut self.args);
        let callee = self.value(&child(children, Field::Function)?);
        let args_span = child(children, Field::Arguments).map_or(frame.span, |args| args.span);
        let name_span = self.last_segment(callee);
        let flags = CallFlags::NONE;
        Some(self.facts.call(NewCall { callee, args, flags, span: frame.span, name_span, args_span }))
    }

    fn construction(&mut self, frame: &Frame, children: &[Operand]) -> Option<ExprId> {
        let args = std::mem::take(&mut self.args);
        let callee = self.value(&child(children, Field::Name)?);
        let args_span = child(children, Field::Body).map_or(frame.span, |body| body.span);
        let name_span = self.last_segment(callee);
        let flags = CallFlags::NEW;
        Some(self.facts.call(NewCall { callee, args, flags, span: frame.span, name_span, args_span }))
    }

    fn macro_call(&mut self, frame: &Frame, children: &[Operand]) -> Option<ExprId> {
        let callee = self.value(&child(children, Field::Macro)?);
        let tokens = children.iter().find(|operand| operand.kind == Kind::TokenTree)?;
        let args = self.take_tree(tokens.aux);
        let name_span = self.last_segment(callee);
        let flags = CallFlags::MACRO;
        let args_span = tokens.span;
        Some(self.facts.call(NewCall { callee, args, flags, span: frame.span, name_span, args_span }))
    }

    pub(super) fn arg(&mut self, name: Option<&str>, operand: &Operand) -> Arg {
        let name = name.map(|name| self.facts.intern(name));
        Arg { name, value: self.value(operand), spread: false, start: operand.span.start }
    }

    /// `name: value`, `name` or `..base`; the name's place goes on in `aux`.
    fn initializer(&mut self, frame: &Frame, children: &[Operand]) -> Operand {
        let value = match frame.kind {
            Kind::FieldInitializer => child(children, Field::Value),
            _ => children.last().copied(),
        };
        let expr = value.map(|value| self.value(&value));
        Self::valued(frame, expr)
    }

    fn initializers(&mut self, children: &[Operand]) -> Vec<Arg> {
        let mut args = Vec::with_capacity(children.len());
        for operand in children {
            let Some(value) = operand.expr else { continue };
            let source = self.source(operand.span);
            let spread = operand.kind == Kind::BaseFieldInitializer;
            let end = source.find(|c: char| !c.is_alphanumeric() && c != '_' && c != '#');
            let text = source.get(..end.unwrap_or(source.len())).unwrap_or_default();
            let name = (!spread).then(|| self.facts.intern(super::walk::name(text)));
            args.push(Arg { name, value, spread, start: operand.span.start });
        }
        args
    }

    fn binary(&mut self, frame: &Frame, children: &[Operand]) -> Option<ExprId> {
        let left = self.value(&child(children, Field::Left)?);
        let right = self.value(&child(children, Field::Right)?);
        let adds = child(children, Field::Operator).is_some_and(|operator| self.source(operator.span) == "+");
        if !adds {
            return Some(self.facts.other(&[left, right], frame.span));
        }
        Some(self.facts.joined(left, right, frame.span))
    }

    /// `let`, `if let` and `while let`.
    fn let_binding(&mut self, frame: &Frame, children: &[Operand]) {
        let Some(pattern) = child(children, Field::Pattern) else { return };
        let ty = child(children, Field::Type).map(|ty| self.value(&ty));
        match child(children, Field::Value) {
            Some(value) if ty.is_none() => {
                let value = self.value(&value);
                self.bind_captures(&pattern, BindKind::Assign, value, frame.span);
            }
            value => {
                let value = value.map(|value| self.value(&value));
                for capture in self.captures(&pattern) {
                    let part = value.map(|value| self.step_into(value, &capture));
                    self.bind_name(BindKind::Assign, capture.name, part, ty, frame.span);
                }
            }
        }
    }

    fn assign(&mut self, frame: &Frame, children: &[Operand], kind: BindKind, value: ExprId) {
        let Some(left) = child(children, Field::Left) else { return };
        let target = self.value(&left);
        match self.facts.peek(target) {
            Expr::Name(_) => {
                self.bind_name(kind, left.span, Some(value), None, frame.span);
            }
            Expr::Attr(object, name) => {
                let place = self.last_segment(target);
                let text = self.facts.text(name).to_owned();
                let bind = self.facts.bind(kind, &text, Some(value), frame.span, place);
                self.facts.edit_bind(bind, |bind| bind.object = Some(object));
            }
            _ => {}
        }
    }
}

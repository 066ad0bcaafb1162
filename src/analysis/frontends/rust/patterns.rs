//! Patterns: the names that they bind, each with the way to its part of the value.

use super::{
    kinds::{Field, Kind},
    walk::{Frame, Operand, Walk},
};
use crate::analysis::facts::{BindKind, Expr, ExprId, Span};

/// A name in a pattern.
#[derive(Debug, Clone)]
pub(super) struct Capture {
    pub(super) name: Span,
    /// From the whole value inwards.
    pub(super) steps: Vec<Step>,
}

/// One step from a value to a part of it.
#[derive(Debug, Clone, Copy)]
pub(super) enum Step {
    /// The field with the name at this place.
    Field(Span),
    /// An element of a tuple or slice.
    Item,
}

impl Walk<'_> {
    /// Turns the children of a pattern into its operand.
    pub(super) fn reduce_pattern(&mut self, frame: &Frame, children: &[Operand]) -> Operand {
        let parts = children
            .iter()
            .filter(|part| !matches!(part.field, Field::Type | Field::Condition) && part.kind != Kind::Token);
        let mut captures: Vec<Capture> = Vec::new();
        match frame.kind {
            Kind::OrPattern => captures.extend(parts.take(1).flat_map(|part| self.captures(part))),
            Kind::FieldPattern => {
                let name = children.iter().find(|part| part.field == Field::Name);
                let pattern = children.iter().find(|part| part.field == Field::Pattern);
                let inner = pattern.or(name).map(|part| self.captures(part)).unwrap_or_default();
                captures.extend(inner);
                if let Some(name) = name {
                    step_from(&mut captures, Step::Field(name.span));
                }
            }
            Kind::TuplePattern | Kind::SlicePattern => {
                captures.extend(parts.flat_map(|part| self.captures(part)));
                step_from(&mut captures, Step::Item);
            }
            Kind::TupleStructPattern => {
                let parts: Vec<&Operand> = parts.collect();
                captures.extend(parts.iter().flat_map(|part| self.captures(part)));
                // `Some(x)`, `Json(x)`: the wrapper is nothing to whoever asks for `x`.
                if parts.len() > 1 {
                    step_from(&mut captures, Step::Item);
                }
            }
            _ => captures.extend(parts.flat_map(|part| self.captures(part))),
        }
        self.patterns.push(captures);
        Operand { aux: self.patterns.len(), ..Self::mark(frame) }
    }

    /// The names that an operand binds as a pattern.
    pub(super) fn captures(&self, pattern: &Operand) -> Vec<Capture> {
        match pattern.kind {
            Kind::Identifier | Kind::ShorthandField => {
                let name = self.source(pattern.span);
                // Upper-case names are constants and unit variants.
                let binds = name.starts_with(|first: char| !first.is_uppercase());
                let capture = Capture { name: pattern.span, steps: Vec::new() };
                if binds { vec![capture] } else { Vec::new() }
            }
            // Index 0 is what operands without a pattern have.
            _ => pattern
                .aux
                .checked_sub(1)
                .filter(|_| is_pattern(pattern.kind))
                .and_then(|index| self.patterns.get(index))
                .cloned()
                .unwrap_or_default(),
        }
    }

    /// Binds every name of a pattern to its part of `value`.
    pub(super) fn bind_captures(&mut self, pattern: &Operand, kind: BindKind, value: ExprId, whole: Span) {
        for capture in self.captures(pattern) {
            let part = self.step_into(value, &capture);
            self.bind_name(kind, capture.name, Some(part), None, whole);
        }
    }

    /// The part of a value that a name gets.
    pub(super) fn step_into(&mut self, value: ExprId, capture: &Capture) -> ExprId {
        let mut part = value;
        for step in &capture.steps {
            part = match step {
                Step::Field(place) => {
                    let name = super::walk::name(self.source(*place));
                    self.facts.attr(part, name, capture.name)
                }
                Step::Item => {
                    let key = self.facts.expr(Expr::Num, capture.name);
                    self.facts.expr(Expr::Index(part, key), capture.name)
                }
            };
        }
        part
    }
}

fn step_from(captures: &mut [Capture], step: Step) {
    for capture in captures {
        capture.steps.insert(0, step);
    }
}

fn is_pattern(kind: Kind) -> bool {
    matches!(
        kind,
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
            | Kind::MatchPattern
    )
}

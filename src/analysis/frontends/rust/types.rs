//! Types as expressions: paths, generics as indexes, references as what they refer to.

use super::{
    kinds::{Field, Kind},
    walk::{Frame, Operand, Walk, child},
};
use crate::analysis::facts::{Expr, ExprId};

impl Walk<'_> {
    /// Turns the children of a type into its operand; other nodes pass without a value.
    pub(super) fn reduce_type(&mut self, frame: &Frame, children: &[Operand]) -> Option<Operand> {
        let expr = match frame.kind {
            Kind::GenericType => {
                let base = self.value(&child(children, Field::Type)?);
                let arguments = children.iter().find(|operand| operand.kind == Kind::TypeArguments)?;
                let key = self.value(arguments);
                Some(self.facts.expr(Expr::Index(base, key), frame.span))
            }
            Kind::GenericTypeWithTurbofish => child(children, Field::Type).map(|ty| self.value(&ty)),
            Kind::TypeArguments | Kind::TupleType | Kind::TraitBounds => {
                let parts: Vec<ExprId> = children.iter().map(|part| self.value(part)).collect();
                Some(self.facts.list(&parts, frame.span))
            }
            Kind::ArrayType => {
                let element = self.value(&child(children, Field::Element)?);
                let base = self.facts.name("Array", frame.span);
                let key = self.facts.list(&[element], frame.span);
                Some(self.facts.expr(Expr::Index(base, key), frame.span))
            }
            Kind::ReferenceType | Kind::PointerType | Kind::QualifiedType | Kind::TypeBinding => {
                child(children, Field::Type).map(|ty| self.value(&ty))
            }
            Kind::AbstractType | Kind::DynamicType => child(children, Field::Trait).map(|ty| self.value(&ty)),
            Kind::BracketedType => children.first().map(|inner| self.value(inner)),
            Kind::FunctionType => match child(children, Field::ReturnType) {
                Some(result) => {
                    let result = self.value(&result);
                    Some(self.facts.other(&[result], frame.span))
                }
                None => None,
            },
            // Lifetimes, labels and the like, and whatever the parser could not read.
            Kind::Lifetime | Kind::ForLifetimes | Kind::Label | Kind::TypeParameters | Kind::WhereClause => {
                return None;
            }
            _ => None,
        };
        Some(Self::valued(frame, expr))
    }
}

//! TypeScript types as expressions, so that they resolve through imports like values.

use super::walk::{Walk, span};
use crate::analysis::facts::{Entry, Expr, ExprId, Span};
use oxc_ast::ast::{
    TSLiteral, TSQualifiedName, TSSignature, TSTupleElement, TSType, TSTypeName,
    TSTypeParameterInstantiation, TSTypeQueryExprName,
};
use oxc_span::GetSpan;

impl Walk {
    pub(super) fn ty(&mut self, ty: &TSType<'_>) -> ExprId {
        match self.deeper(|walk| walk.ty_here(ty)) {
            Some(value) => value,
            None => self.nothing(span(ty.span())),
        }
    }

    fn ty_here(&mut self, ty: &TSType<'_>) -> ExprId {
        let place = span(ty.span());
        match ty {
            TSType::TSTypeReference(reference) => {
                let base = self.type_name(&reference.type_name);
                self.with_type_arguments(base, reference.type_arguments.as_deref(), place)
            }
            TSType::TSArrayType(array) => {
                let base = self.facts.name("Array", place);
                let element = self.ty(&array.element_type);
                let key = self.facts.list(&[element], place);
                self.facts.expr(Expr::Index(base, key), place)
            }
            TSType::TSUnionType(union) => self.either_types(&union.types, place),
            TSType::TSIntersectionType(intersection) => self.either_types(&intersection.types, place),
            TSType::TSParenthesizedType(inner) => self.ty(&inner.type_annotation),
            TSType::TSTypeOperatorType(operator) => self.ty(&operator.type_annotation),
            TSType::TSLiteralType(literal) => match &literal.literal {
                TSLiteral::StringLiteral(text) => self.facts.str(&text.value, place),
                TSLiteral::BooleanLiteral(value) => self.facts.expr(Expr::Bool(value.value), place),
                TSLiteral::NumericLiteral(_)
                | TSLiteral::BigIntLiteral(_)
                | TSLiteral::UnaryExpression(_) => self.facts.expr(Expr::Num, place),
                TSLiteral::TemplateLiteral(template) => self.template(template),
            },
            TSType::TSTypeLiteral(literal) => {
                let mut entries = Vec::new();
                for member in &literal.members {
                    let TSSignature::TSPropertySignature(property) = member else { continue };
                    let Some(name) = self.member_name(&property.key) else { continue };
                    let key = self.facts.str(&name, span(property.key.span()));
                    let value = match &property.type_annotation {
                        Some(ty) => self.ty(&ty.type_annotation),
                        None => self.nothing(span(property.span)),
                    };
                    entries.push(Entry { key: Some(key), value });
                }
                self.facts.map(&entries, place)
            }
            TSType::TSTupleType(tuple) => {
                let items: Vec<ExprId> = tuple
                    .element_types
                    .iter()
                    .filter_map(|element| match element {
                        TSTupleElement::TSOptionalType(inner) => Some(self.ty(&inner.type_annotation)),
                        TSTupleElement::TSRestType(inner) => Some(self.ty(&inner.type_annotation)),
                        other => other.as_ts_type().map(|ty| self.ty(ty)),
                    })
                    .collect();
                self.facts.list(&items, place)
            }
            TSType::TSTypeQuery(query) => match &query.expr_name {
                TSTypeQueryExprName::IdentifierReference(name) => self.facts.name(&name.name, place),
                TSTypeQueryExprName::QualifiedName(name) => self.qualified_name(name),
                TSTypeQueryExprName::ThisExpression(_) => self.facts.expr(Expr::SelfRef, place),
                TSTypeQueryExprName::TSImportType(_) => self.nothing(place),
            },
            TSType::TSIndexedAccessType(access) => {
                let base = self.ty(&access.object_type);
                let key = self.ty(&access.index_type);
                self.facts.expr(Expr::Index(base, key), place)
            }
            TSType::TSFunctionType(function) => {
                let result = self.ty(&function.return_type.type_annotation);
                self.facts.other(&[result], place)
            }
            TSType::TSThisType(_) => self.facts.expr(Expr::SelfRef, place),
            TSType::TSNullKeyword(_) | TSType::TSUndefinedKeyword(_) | TSType::TSVoidKeyword(_) => {
                self.facts.expr(Expr::Null, place)
            }
            TSType::TSStringKeyword(_) => self.facts.name("string", place),
            TSType::TSNumberKeyword(_) => self.facts.name("number", place),
            TSType::TSBigIntKeyword(_) => self.facts.name("bigint", place),
            TSType::TSBooleanKeyword(_) => self.facts.name("boolean", place),
            TSType::TSAnyKeyword(_) => self.facts.name("any", place),
            TSType::TSUnknownKeyword(_) => self.facts.name("unknown", place),
            // Conditional, mapped and other computed types are no name that could be resolved.
            _ => self.nothing(place),
        }
    }

    fn either_types(&mut self, types: &[TSType<'_>], place: Span) -> ExprId {
        let options: Vec<ExprId> = types.iter().map(|ty| self.ty(ty)).collect();
        self.facts.either(&options, place)
    }

    fn with_type_arguments(
        &mut self,
        base: ExprId,
        arguments: Option<&TSTypeParameterInstantiation<'_>>,
        place: Span,
    ) -> ExprId {
        let Some(arguments) = arguments else { return base };
        let items: Vec<ExprId> = arguments.params.iter().map(|ty| self.ty(ty)).collect();
        let key = self.facts.list(&items, span(arguments.span));
        self.facts.expr(Expr::Index(base, key), place)
    }

    /// `A` or `A.B.C`.
    pub(super) fn type_name(&mut self, name: &TSTypeName<'_>) -> ExprId {
        match name {
            TSTypeName::IdentifierReference(name) => self.facts.name(&name.name, span(name.span)),
            TSTypeName::QualifiedName(name) => self.qualified_name(name),
            TSTypeName::ThisExpression(this) => self.facts.expr(Expr::SelfRef, span(this.span)),
        }
    }

    /// `A.B.C`, read from the left, whatever its length.
    pub(super) fn qualified_name(&mut self, name: &TSQualifiedName<'_>) -> ExprId {
        let mut parts = vec![(name.right.name.as_str(), name.span)];
        let mut left = &name.left;
        while let TSTypeName::QualifiedName(inner) = left {
            parts.push((inner.right.name.as_str(), inner.span));
            left = &inner.left;
        }
        let mut value = match left {
            TSTypeName::IdentifierReference(root) => self.facts.name(&root.name, span(root.span)),
            TSTypeName::ThisExpression(this) => self.facts.expr(Expr::SelfRef, span(this.span)),
            TSTypeName::QualifiedName(inner) => self.nothing(span(inner.span)),
        };
        while let Some((name, place)) = parts.pop() {
            value = self.facts.attr(value, name, span(place));
        }
        value
    }
}

//! Functions: scopes, parameters, bodies.

use super::{
    objects::Named,
    walk::{Walk, span},
};
use crate::analysis::facts::{
    BindKind, CallFlags, Expr, ExprId, NewScope, Param, ParamKind, ScopeFlags, ScopeId, ScopeKind, Span, Sym,
};
use oxc_ast::ast::{
    ArrowFunctionExpression, BindingPattern, Decorator, FormalParameter, FormalParameters, Function,
    FunctionBody, TSTypeAnnotation,
};
use oxc_span::GetSpan;

/// The name that a function as value takes from its place.
pub(super) type NameHint<'n> = Option<(&'n str, Span, Named)>;

/// What every kind of function has.
pub(super) struct Parts<'e, 'a> {
    pub(super) params: &'e FormalParameters<'a>,
    pub(super) return_type: Option<&'e TSTypeAnnotation<'a>>,
    pub(super) annotations: Vec<ExprId>,
    pub(super) flags: ScopeFlags,
    pub(super) whole: Span,
    pub(super) body: Span,
}

impl Walk {
    pub(super) fn function_declaration(&mut self, function: &Function<'_>, flags: ScopeFlags) -> ScopeId {
        let (name, name_span) = match &function.id {
            Some(id) => (id.name.as_str(), span(id.span)),
            None => ("", Span::new(function.span.start, function.span.start)),
        };
        let parts = self.function_parts(function, flags, Vec::new());
        let scope = self.open_function(ScopeKind::Function, name, name_span, parts);
        self.close_function(function.body.as_deref());
        scope
    }

    pub(super) fn function_expression(&mut self, function: &Function<'_>, hint: NameHint<'_>) -> ExprId {
        let own = function.id.as_ref().map(|id| (id.name.as_str(), span(id.span)));
        let (kind, name, name_span) = match (hint, own) {
            (Some((name, place, Named::Variable)), _) => (ScopeKind::Function, name, place),
            (_, Some((name, place))) | (Some((name, place, Named::Member)), None) => {
                (ScopeKind::Lambda, name, place)
            }
            (None, None) => (ScopeKind::Lambda, "", Span::new(function.span.start, function.span.start)),
        };
        let parts = self.function_parts(function, ScopeFlags::NONE, Vec::new());
        let scope = self.open_function(kind, name, name_span, parts);
        self.close_function(function.body.as_deref());
        self.facts.expr(Expr::Fun(scope), span(function.span))
    }

    pub(super) fn arrow(&mut self, arrow: &ArrowFunctionExpression<'_>, hint: NameHint<'_>) -> ExprId {
        let whole = span(arrow.span);
        let (kind, name, name_span) = match hint {
            Some((name, place, Named::Variable)) => (ScopeKind::Function, name, place),
            Some((name, place, Named::Member)) => (ScopeKind::Lambda, name, place),
            None => (ScopeKind::Lambda, "", Span::new(whole.start, whole.start)),
        };
        let parts = Parts {
            params: &arrow.params,
            return_type: arrow.return_type.as_deref(),
            annotations: Vec::new(),
            flags: ScopeFlags::NONE.with_if(ScopeFlags::ASYNC, arrow.r#async),
            whole,
            body: span(arrow.body.span()),
        };
        let scope = self.open_function(kind, name, name_span, parts);
        if let Some(body) = arrow.body.as_function_body() {
            self.statements(&body.statements);
        } else if let Some(value) = arrow.get_expression() {
            let place = span(value.span());
            let value = self.expression(value);
            self.facts.ret(value, place);
        }
        self.facts.leave_scope();
        self.facts.expr(Expr::Fun(scope), whole)
    }

    /// The parts of a function that the parser knows as such.
    pub(super) fn function_parts<'e, 'a>(
        &self,
        function: &'e Function<'a>,
        flags: ScopeFlags,
        annotations: Vec<ExprId>,
    ) -> Parts<'e, 'a> {
        let whole = span(function.span);
        Parts {
            params: &function.params,
            return_type: function.return_type.as_deref(),
            annotations,
            flags: flags
                .with_if(ScopeFlags::ASYNC, function.r#async)
                .with_if(ScopeFlags::GENERATOR, function.generator)
                .with_if(ScopeFlags::ABSTRACT, function.body.is_none()),
            whole,
            body: function.body.as_ref().map_or(Span::new(whole.end, whole.end), |body| span(body.span)),
        }
    }

    /// Opens the scope of a function, with its parameters.
    pub(super) fn open_function(
        &mut self,
        kind: ScopeKind,
        name: &str,
        name_span: Span,
        parts: Parts<'_, '_>,
    ) -> ScopeId {
        let Parts { params, return_type, annotations, flags, whole, body } = parts;
        let return_type = return_type.map(|ty| self.ty(&ty.type_annotation));
        let formal = params;
        let params = self.params(formal);
        self.parameter_properties(formal, &params);
        let name = self.facts.intern(name);
        let mut scope = NewScope::new(kind, name, whole, name_span, body);
        scope.flags = flags;
        scope.annotations = annotations;
        scope.return_type = return_type;
        let scope = self.facts.enter_scope(scope);
        self.facts.set_params(scope, params);
        scope
    }

    /// Walks the body and closes the scope.
    pub(super) fn close_function(&mut self, body: Option<&FunctionBody<'_>>) {
        if let Some(body) = body {
            self.statements(&body.statements);
        }
        self.facts.leave_scope();
    }

    pub(super) fn params(&mut self, params: &FormalParameters<'_>) -> Vec<Param> {
        let mut out: Vec<Param> = params.items.iter().map(|param| self.param(param)).collect();
        if let Some(rest) = &params.rest {
            let ty = rest.type_annotation.as_ref().map(|ty| self.ty(&ty.type_annotation));
            let annotations = self.annotations(&rest.decorators);
            out.push(self.make_param(
                &rest.rest.argument,
                ParamKind::Rest,
                ty,
                None,
                &annotations,
                span(rest.span),
            ));
        }
        out
    }

    fn param(&mut self, param: &FormalParameter<'_>) -> Param {
        let annotations = self.annotations(&param.decorators);
        let ty = param.type_annotation.as_ref().map(|ty| self.ty(&ty.type_annotation));
        let (pattern, inline) = match &param.pattern {
            BindingPattern::AssignmentPattern(default) => (&default.left, Some(&default.right)),
            other => (other, None),
        };
        let default = param.initializer.as_deref().or(inline).map(|value| self.expression(value));
        self.make_param(pattern, ParamKind::Plain, ty, default, &annotations, span(param.span))
    }

    fn make_param(
        &mut self,
        pattern: &BindingPattern<'_>,
        kind: ParamKind,
        ty: Option<ExprId>,
        default: Option<ExprId>,
        annotations: &[ExprId],
        place: Span,
    ) -> Param {
        let whole = pattern.get_binding_identifier().filter(|_| pattern.is_binding_identifier());
        let name = self.facts.intern(whole.map_or("", |id| id.name.as_str()));
        let fields: Vec<Sym> = match whole {
            Some(_) => Vec::new(),
            None => pattern.get_binding_identifiers().iter().map(|id| self.facts.intern(&id.name)).collect(),
        };
        let fields = self.facts.names(&fields);
        let annotations = self.facts.list_of(annotations);
        Param { name, kind, ty, default, annotations, fields, span: place }
    }

    /// Decorators: a call with its arguments, a name without.
    pub(super) fn annotations(&mut self, decorators: &[Decorator<'_>]) -> Vec<ExprId> {
        decorators
            .iter()
            .map(|decorator| {
                let value = self.expression(&decorator.expression);
                self.facts.flag_call(value, CallFlags::ANNOTATION);
                value
            })
            .collect()
    }

    /// Constructor parameters with a modifier are fields of the class, which is still open.
    fn parameter_properties(&mut self, formal: &FormalParameters<'_>, params: &[Param]) {
        for (source, param) in formal.items.iter().zip(params) {
            let Some(name) = source.pattern.get_binding_identifier().filter(|_| source.has_modifier()) else {
                continue;
            };
            let bind = self.facts.bind(BindKind::Field, &name.name, None, param.span, span(name.span));
            let (ty, annotations) = (param.ty, param.annotations);
            self.facts.edit_bind(bind, |bind| (bind.ty, bind.annotations) = (ty, annotations));
        }
    }
}

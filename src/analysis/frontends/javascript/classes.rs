//! Classes, interfaces, enums and namespaces.

use super::{
    functions::Parts,
    links::private,
    objects::Named,
    walk::{Walk, span},
};
use crate::analysis::facts::{BindKind, ExprId, NewScope, ScopeFlags, ScopeId, ScopeKind, Span};
use oxc_ast::ast::{
    Class, ClassElement, Decorator, Expression, MethodDefinition, MethodDefinitionKind, PropertyKey,
    TSEnumDeclaration, TSEnumMemberName, TSInterfaceDeclaration, TSNamespaceDeclaration,
    TSNamespaceDeclarationBody, TSSignature, TSTypeAnnotation,
};

/// What fields of classes have, whatever their syntax.
#[derive(Clone, Copy)]
struct Field<'e, 'a> {
    key: &'e PropertyKey<'a>,
    decorators: &'e [Decorator<'a>],
    ty: Option<&'e TSTypeAnnotation<'a>>,
    value: Option<&'e Expression<'a>>,
    whole: Span,
}

impl Walk {
    /// A class; `hint` names it where it has no name of its own.
    pub(super) fn class(
        &mut self,
        class: &Class<'_>,
        hint: Option<(&str, Span)>,
        flags: ScopeFlags,
    ) -> ScopeId {
        let start = Span::new(class.span.start, class.span.start);
        let own = class.id.as_ref().map(|id| (id.name.as_str(), span(id.span)));
        let (name, name_span) = own.or(hint).unwrap_or(("", start));
        let annotations = self.annotations(&class.decorators);
        let mut bases: Vec<ExprId> = Vec::new();
        if let Some(heritage) = &class.heritage {
            bases.push(self.expression(&heritage.expression));
        }
        for implemented in &class.implements {
            bases.push(self.type_name(&implemented.expression));
        }
        let name = self.facts.intern(name);
        let mut scope =
            NewScope::new(ScopeKind::Class, name, span(class.span), name_span, span(class.body.span));
        scope.flags = flags.with_if(ScopeFlags::ABSTRACT, class.r#abstract);
        scope.bases = bases;
        scope.annotations = annotations;
        let scope = self.facts.enter_scope(scope);
        for element in &class.body.body {
            self.class_element(element);
        }
        self.facts.leave_scope();
        scope
    }

    fn class_element(&mut self, element: &ClassElement<'_>) {
        match element {
            ClassElement::MethodDefinition(method) => self.method(method),
            ClassElement::PropertyDefinition(property) => self.field(Field {
                key: &property.key,
                decorators: &property.decorators,
                ty: property.type_annotation.as_deref(),
                value: property.value.as_ref(),
                whole: span(property.span),
            }),
            ClassElement::AccessorProperty(property) => self.field(Field {
                key: &property.key,
                decorators: &property.decorators,
                ty: property.type_annotation.as_deref(),
                value: property.value.as_ref(),
                whole: span(property.span),
            }),
            ClassElement::StaticBlock(block) => self.statements(&block.body),
            ClassElement::TSIndexSignature(_) => {}
        }
    }

    fn method(&mut self, method: &MethodDefinition<'_>) {
        let function = &*method.value;
        let annotations = self.annotations(&method.decorators);
        let (name, name_span) = self
            .static_key(&method.key)
            .unwrap_or_else(|| (String::new(), Span::new(method.span.start, method.span.start)));
        let accessor = matches!(method.kind, MethodDefinitionKind::Get | MethodDefinitionKind::Set);
        let flags = ScopeFlags::NONE
            .with_if(ScopeFlags::STATIC, method.r#static)
            .with_if(ScopeFlags::PROPERTY, accessor);
        let mut parts = self.function_parts(function, flags, annotations);
        parts.whole = Span::new(name_span.start.min(parts.whole.start), parts.whole.end);
        self.open_function(ScopeKind::Function, &name, name_span, parts);
        self.close_function(function.body.as_deref());
    }

    fn field(&mut self, field: Field<'_, '_>) {
        let Field { key, decorators, ty, value, whole } = field;
        let annotations = self.annotations(decorators);
        let ty = ty.map(|ty| self.ty(&ty.type_annotation));
        let Some((name, name_span)) = self.static_key(key) else {
            value.map(|value| self.expression(value));
            return;
        };
        let value = value.map(|value| self.value_named(value, &name, name_span, Named::Variable));
        let annotations = self.facts.list_of(&annotations);
        let bind = self.facts.bind(BindKind::Field, &name, value, whole, name_span);
        self.facts.edit_bind(bind, |bind| {
            bind.ty = ty;
            bind.annotations = annotations;
        });
    }

    pub(super) fn interface(&mut self, interface: &TSInterfaceDeclaration<'_>, flags: ScopeFlags) {
        let bases: Vec<ExprId> =
            interface.extends.iter().map(|extended| self.type_name(&extended.type_name)).collect();
        let name = self.facts.intern(&interface.id.name);
        let (whole, body) = (span(interface.span), span(interface.body.span));
        let mut scope = NewScope::new(ScopeKind::Interface, name, whole, span(interface.id.span), body);
        scope.flags = flags;
        scope.bases = bases;
        self.facts.enter_scope(scope);
        for signature in &interface.body.body {
            self.signature(signature);
        }
        self.facts.leave_scope();
    }

    fn signature(&mut self, signature: &TSSignature<'_>) {
        match signature {
            TSSignature::TSPropertySignature(property) => self.field(Field {
                key: &property.key,
                decorators: &[],
                ty: property.type_annotation.as_deref(),
                value: None,
                whole: span(property.span),
            }),
            TSSignature::TSMethodSignature(method) => {
                let Some((name, name_span)) = self.static_key(&method.key) else { return };
                let whole = span(method.span);
                let parts = Parts {
                    params: &method.params,
                    return_type: method.return_type.as_deref(),
                    annotations: Vec::new(),
                    flags: ScopeFlags::ABSTRACT,
                    whole,
                    body: Span::new(whole.end, whole.end),
                };
                self.open_function(ScopeKind::Function, &name, name_span, parts);
                self.close_function(None);
            }
            TSSignature::TSIndexSignature(_)
            | TSSignature::TSCallSignatureDeclaration(_)
            | TSSignature::TSConstructSignatureDeclaration(_) => {}
        }
    }

    pub(super) fn enumeration(&mut self, declaration: &TSEnumDeclaration<'_>, flags: ScopeFlags) {
        let name = self.facts.intern(&declaration.id.name);
        let (whole, body) = (span(declaration.span), span(declaration.body.span));
        let mut scope = NewScope::new(ScopeKind::Class, name, whole, span(declaration.id.span), body);
        scope.flags = flags;
        self.facts.enter_scope(scope);
        for member in &declaration.body.members {
            let (name, place) = match &member.id {
                TSEnumMemberName::Identifier(id) => (id.name.as_str(), id.span),
                TSEnumMemberName::String(text) | TSEnumMemberName::ComputedString(text) => {
                    (text.value.as_str(), text.span)
                }
                TSEnumMemberName::ComputedTemplateString(_) => continue,
            };
            let value = member.initializer.as_ref().map(|value| self.expression(value));
            self.facts.bind(BindKind::Field, name, value, span(member.span), span(place));
        }
        self.facts.leave_scope();
    }

    pub(super) fn namespace(&mut self, namespace: &TSNamespaceDeclaration<'_>, flags: ScopeFlags) {
        let name = self.facts.intern(&namespace.id.name);
        let whole = span(namespace.span);
        let mut scope = NewScope::new(ScopeKind::Namespace, name, whole, span(namespace.id.span), whole);
        scope.flags = flags;
        self.facts.enter_scope(scope);
        match &namespace.body {
            TSNamespaceDeclarationBody::TSModuleBlock(block) => self.statements(&block.body),
            TSNamespaceDeclarationBody::TSNamespaceDeclaration(inner) => {
                self.deeper(|walk| walk.namespace(inner, ScopeFlags::EXPORTED));
            }
        }
        self.facts.leave_scope();
    }

    /// The name of a field in a type, private ones with their mark.
    pub(super) fn member_name(&self, key: &PropertyKey<'_>) -> Option<String> {
        match key {
            PropertyKey::PrivateIdentifier(name) => Some(private(&name.name)),
            other => other.static_name().map(std::borrow::Cow::into_owned),
        }
    }
}

//! Definitions: types, `impl` blocks, modules, constants, fields and attributes.

use super::{
    kinds::{Field, Kind},
    walk::{Frame, Operand, Walk, child, name},
};
use crate::analysis::facts::{
    BindKind, CallFlags, Expr, ExprId, ImportFlags, NewCall, NewScope, ScopeFlags, ScopeId, ScopeKind, Span,
};

impl Walk<'_> {
    /// Turns the children of an item, field or attribute into its operand.
    pub(super) fn reduce_item(&mut self, frame: &Frame, children: &[Operand]) -> Option<Operand> {
        match frame.kind {
            Kind::UseDeclaration => self.use_declaration(frame.span),
            Kind::ModItem if child(children, Field::Body).is_none() => self.module(frame, children),
            Kind::FunctionSignatureItem => {
                let attributes = self.own_attributes();
                let end = Span::new(frame.span.end, frame.span.end);
                self.open_function(frame.span, children, attributes, end, ScopeFlags::ABSTRACT);
                self.facts.leave_scope();
            }
            Kind::StructItem | Kind::EnumItem | Kind::UnionItem if child(children, Field::Body).is_none() => {
                let attributes = self.own_attributes();
                let end = Span::new(frame.span.end, frame.span.end);
                self.open_scope(ScopeKind::Class, frame.span, children, attributes, end);
                self.facts.leave_scope();
            }
            Kind::ConstItem | Kind::StaticItem => {
                let kind = match self.facts.scope_kind() {
                    ScopeKind::Class | ScopeKind::Interface => BindKind::Field,
                    _ => BindKind::Assign,
                };
                let ty = child(children, Field::Type).map(|ty| self.value(&ty));
                let value = child(children, Field::Value).map(|value| self.value(&value));
                self.define(kind, frame, children, value, ty);
            }
            Kind::TypeItem => {
                let value = child(children, Field::Type).map(|ty| self.value(&ty));
                self.define(BindKind::Alias, frame, children, value, None);
            }
            Kind::FieldDeclaration | Kind::EnumVariant => {
                let ty = child(children, Field::Type).map(|ty| self.value(&ty));
                let value = child(children, Field::Value).map(|value| self.value(&value));
                self.define(BindKind::Field, frame, children, value, ty);
            }
            Kind::OrderedFields => {
                let types = children.iter().filter(|operand| operand.field == Field::Type);
                // The fields of an enum's variant are not fields of the enum.
                let of_type = self.frames.last().is_some_and(|parent| parent.kind == Kind::StructItem);
                for (index, operand) in types.enumerate() {
                    let ty = self.value(operand);
                    if of_type {
                        let text = index.to_string();
                        let bind = self.facts.bind(BindKind::Field, &text, None, operand.span, operand.span);
                        self.facts.edit_bind(bind, |bind| bind.ty = Some(ty));
                    }
                }
            }
            Kind::Attribute => return self.attribute(frame, children),
            Kind::AttributeItem => {
                let value = children.first().map(|attribute| self.value(attribute));
                if let Some(container) = self.frames.last_mut() {
                    container.attributes.extend(value);
                }
                return None;
            }
            _ => {}
        }
        Some(Self::mark(frame))
    }

    /// Attributes before an item that has just been left.
    fn own_attributes(&mut self) -> Vec<ExprId> {
        self.frames.last_mut().map(|frame| std::mem::take(&mut frame.attributes)).unwrap_or_default()
    }

    fn define(
        &mut self,
        kind: BindKind,
        frame: &Frame,
        children: &[Operand],
        value: Option<ExprId>,
        ty: Option<ExprId>,
    ) {
        let Some(place) = child(children, Field::Name).map(|operand| operand.span) else { return };
        let annotations = self.own_attributes();
        let annotations = self.facts.list_of(&annotations);
        let text = name(self.source(place));
        if kind != BindKind::Field {
            self.known.insert(text.to_owned());
        }
        let bind = self.facts.bind(kind, text, value, frame.span, place);
        self.facts.edit_bind(bind, |bind| {
            bind.ty = ty;
            bind.annotations = annotations;
        });
    }

    /// `mod name;`: an import that declares its module.
    fn module(&mut self, frame: &Frame, children: &[Operand]) {
        let Some(place) = child(children, Field::Name).map(|operand| operand.span) else { return };
        let text = name(self.source(place));
        self.known.insert(text.to_owned());
        let path = self.inline_path(text);
        let flags = ImportFlags::DECLARES.with_if(ImportFlags::REEXPORT, is_public(children));
        let import = self.facts.import(&path, None, Some(text), frame.span, place);
        self.facts.edit_import(import, |import| import.flags = flags);
    }

    /// `self::a::b::name` for a name inside the open inline modules.
    pub(super) fn inline_path(&self, name: &str) -> String {
        let mut path = String::from("self");
        for module in &self.modules {
            path.push_str("::");
            path.push_str(module);
        }
        path.push_str("::");
        path.push_str(name);
        path
    }

    /// Opens a named scope without parameters.
    pub(super) fn open_scope(
        &mut self,
        kind: ScopeKind,
        whole: Span,
        children: &[Operand],
        attributes: Vec<ExprId>,
        body: Span,
    ) -> ScopeId {
        let place =
            child(children, Field::Name).map_or(Span::new(whole.start, whole.start), |name| name.span);
        let text = name(self.source(place));
        self.known.insert(text.to_owned());
        let name = self.facts.intern(text);
        let mut scope = NewScope::new(kind, name, whole, place, body);
        scope.flags = ScopeFlags::NONE.with_if(ScopeFlags::EXPORTED, is_public(children));
        scope.annotations = attributes;
        self.facts.enter_scope(scope)
    }

    /// Opens an `impl` block, a class with its type as owner and its trait as base, or a
    /// trait, an interface with its bounds as bases.
    pub(super) fn open_members(
        &mut self,
        kind: Kind,
        whole: Span,
        children: &[Operand],
        attributes: Vec<ExprId>,
        body: Span,
    ) {
        if kind == Kind::TraitItem {
            let bounds = children.iter().find(|operand| operand.kind == Kind::TraitBounds).copied();
            let bases = bounds.and_then(|bounds| bounds.expr).map(|list| match self.facts.peek(list) {
                Expr::List(items) => self.facts.peek_list(items).to_vec(),
                _ => vec![list],
            });
            let place = child(children, Field::Name).map_or(whole, |name| name.span);
            let text = name(self.source(place));
            self.known.insert(text.to_owned());
            let name = self.facts.intern(text);
            let mut scope = NewScope::new(ScopeKind::Interface, name, whole, place, body);
            scope.flags = ScopeFlags::NONE.with_if(ScopeFlags::EXPORTED, is_public(children));
            scope.annotations = attributes;
            scope.bases = bases.unwrap_or_default();
            self.facts.enter_scope(scope);
            self.owners.push(None);
            return;
        }
        let ty = child(children, Field::Type);
        let owner = ty.map(|ty| self.value(&ty)).map(|ty| self.without_arguments(ty));
        let base = child(children, Field::Trait).map(|base| self.value(&base));
        let text = owner.map_or(String::new(), |owner| match self.facts.peek(owner) {
            Expr::Name(name) | Expr::Attr(_, name) => self.facts.text(name).to_owned(),
            _ => String::new(),
        });
        let name = self.facts.intern(&text);
        let place = ty.map_or(Span::new(whole.start, whole.start), |ty| ty.span);
        let mut scope = NewScope::new(ScopeKind::Class, name, whole, place, body);
        scope.annotations = attributes;
        scope.bases = base.into_iter().collect();
        scope.owner = owner;
        self.facts.enter_scope(scope);
        self.owners.push(owner);
    }

    /// A generic type without its arguments.
    fn without_arguments(&self, mut ty: ExprId) -> ExprId {
        while let Expr::Index(base, _) = self.facts.peek(ty) {
            ty = base;
        }
        ty
    }

    /// `#[path]`, `#[path = value]` or `#[path(arguments)]`.
    fn attribute(&mut self, frame: &Frame, children: &[Operand]) -> Option<Operand> {
        let path = children.first()?;
        let callee = self.value(path);
        let (args, args_span) = match (child(children, Field::Arguments), child(children, Field::Value)) {
            (Some(tokens), _) => (self.take_tree(tokens.aux), tokens.span),
            (None, Some(value)) => {
                let start = value.span.start;
                let arg = self.value(&value);
                let arg = crate::analysis::facts::Arg { name: None, value: arg, spread: false, start };
                (vec![arg], value.span)
            }
            (None, None) => return Some(Self::valued(frame, Some(callee))),
        };
        let name_span = self.last_segment(callee);
        let flags = CallFlags::ANNOTATION;
        let call = self.facts.call(NewCall { callee, args, flags, span: frame.span, name_span, args_span });
        Some(Self::valued(frame, Some(call)))
    }
}

/// Whether a visibility stands among an item's parts.
pub(super) fn is_public(children: &[Operand]) -> bool {
    children.iter().any(|operand| operand.kind == Kind::VisibilityModifier)
}

//! Functions and closures: scopes and parameters.

use super::{
    items::is_public,
    kinds::{Field, Kind},
    walk::{Frame, Operand, Walk, child, name},
};
use crate::analysis::facts::{
    ExprId, ExprList, NameList, NewScope, Param, ParamKind, ScopeFlags, ScopeId, ScopeKind, Span, Sym,
};

impl Walk<'_> {
    /// Opens a function with its parameters, from the parts before its body.
    pub(super) fn open_function(
        &mut self,
        whole: Span,
        children: &[Operand],
        attributes: Vec<ExprId>,
        body: Span,
        flags: ScopeFlags,
    ) -> ScopeId {
        let place =
            child(children, Field::Name).map_or(Span::new(whole.start, whole.start), |name| name.span);
        let text = name(self.source(place));
        self.known.insert(text.to_owned());
        let return_type = child(children, Field::ReturnType).map(|ty| self.value(&ty));
        let params = child(children, Field::Parameters).map(|params| self.take_params(params.aux));
        let params = params.unwrap_or_default();
        let is_async = children
            .iter()
            .any(|part| part.kind == Kind::FunctionModifiers && self.source(part.span).contains("async"));
        let is_member = matches!(self.facts.scope_kind(), ScopeKind::Class | ScopeKind::Interface);
        let has_receiver = params.iter().any(|param| param.kind == ParamKind::Receiver);
        let name = self.facts.intern(text);
        let mut scope = NewScope::new(ScopeKind::Function, name, whole, place, body);
        scope.flags = flags
            .with_if(ScopeFlags::ASYNC, is_async)
            .with_if(ScopeFlags::EXPORTED, is_public(children))
            .with_if(ScopeFlags::STATIC, is_member && !has_receiver);
        scope.annotations = attributes;
        scope.return_type = return_type;
        let scope = self.facts.enter_scope(scope);
        self.facts.set_params(scope, params);
        scope
    }

    /// Opens a closure.
    pub(super) fn open_closure(&mut self, whole: Span, children: &[Operand], body: Span) -> ScopeId {
        let return_type = child(children, Field::ReturnType).map(|ty| self.value(&ty));
        let params = child(children, Field::Parameters).map(|params| self.take_params(params.aux));
        let name = self.facts.intern("");
        let start = Span::new(whole.start, whole.start);
        let mut scope = NewScope::new(ScopeKind::Lambda, name, whole, start, body);
        scope.flags = ScopeFlags::NONE.with_if(ScopeFlags::ASYNC, self.source(whole).starts_with("async"));
        scope.return_type = return_type;
        let scope = self.facts.enter_scope(scope);
        self.facts.set_params(scope, params.unwrap_or_default());
        scope
    }

    fn take_params(&mut self, index: usize) -> Vec<Param> {
        // Index 0 is what operands without parameters have.
        index
            .checked_sub(1)
            .and_then(|index| self.params.get_mut(index))
            .map(std::mem::take)
            .unwrap_or_default()
    }

    /// Turns the children of a parameter list into its operand.
    pub(super) fn reduce_params(&mut self, frame: &Frame, children: &[Operand]) -> Operand {
        let mut params = Vec::with_capacity(children.len());
        for operand in children {
            match operand.kind {
                Kind::Parameter => {
                    let made = self.take_params(operand.aux);
                    params.extend(made);
                }
                Kind::SelfParameter => params.push(self.receiver(operand.span)),
                // A closure's parameters may be bare patterns.
                _ if frame.kind == Kind::ClosureParameters => {
                    let param = self.make_param(operand, None, &[], operand.span);
                    params.push(param);
                }
                _ => {}
            }
        }
        self.params.push(params);
        Operand { aux: self.params.len(), ..Self::mark(frame) }
    }

    /// One `pattern: Type`.
    pub(super) fn reduce_param(&mut self, frame: &Frame, children: &[Operand]) -> Operand {
        let ty = child(children, Field::Type).map(|ty| self.value(&ty));
        let attributes =
            self.frames.last_mut().map(|parent| std::mem::take(&mut parent.attributes)).unwrap_or_default();
        if let Some(pattern) = child(children, Field::Pattern) {
            let param = self.make_param(&pattern, ty, &attributes, frame.span);
            self.params.push(vec![param]);
        } else {
            self.params.push(Vec::new());
        }
        Operand { aux: self.params.len(), ..Self::mark(frame) }
    }

    /// A parameter. `State(db): State<Db>` is a parameter `db`: a pattern around one name
    /// takes nothing apart.
    fn make_param(
        &mut self,
        pattern: &Operand,
        ty: Option<ExprId>,
        attributes: &[ExprId],
        span: Span,
    ) -> Param {
        let annotations = self.facts.list_of(attributes);
        let captures = self.captures(pattern);
        let (text, fields): (&str, Vec<Span>) = match captures.as_slice() {
            [only] if only.steps.is_empty() => (self.source(only.name), Vec::new()),
            several => ("", several.iter().map(|capture| capture.name).collect()),
        };
        let fields: Vec<Sym> = fields
            .into_iter()
            .map(|place| {
                let text = name(self.source(place));
                self.facts.intern(text)
            })
            .collect();
        let fields = self.facts.names(&fields);
        let name = self.facts.intern(name(text));
        Param { name, kind: ParamKind::Plain, ty, default: None, annotations, fields, span }
    }

    fn receiver(&mut self, span: Span) -> Param {
        Param {
            name: self.facts.intern("self"),
            kind: ParamKind::Receiver,
            ty: None,
            default: None,
            annotations: ExprList::default(),
            fields: NameList::default(),
            span,
        }
    }
}

//! Statements with blocks: definitions, loops, branches, `with`, `try`.

use super::{Function, Walk, span};
use crate::analysis::facts::{
    BindKind, BlockKind, CallFlags, Expr as Fact, ExprId, NewScope, ParamKind, ScopeFlags, ScopeKind, Span,
};
use ruff_python_ast::{
    Decorator, ExceptHandler, Identifier, Pattern, Stmt, StmtClassDef, StmtFunctionDef, StmtIf, StmtTry,
    WithItem,
};
use ruff_text_size::{Ranged, TextRange};

impl Walk<'_> {
    /// Adds a function or method.
    pub(super) fn function(&mut self, function: &StmtFunctionDef) {
        let annotations = self.decorators(&function.decorator_list);
        let mut params = self.parameters(&function.parameters);
        let return_type = function.returns.as_ref().map(|returns| self.type_expr(returns));
        let in_class = self.facts.scope_kind() == ScopeKind::Class;
        let mut flags = ScopeFlags::NONE.with_if(ScopeFlags::ASYNC, function.is_async);
        let mut is_static = false;
        for annotation in &annotations {
            match self.last_name(*annotation) {
                "staticmethod" => (flags, is_static) = (flags.with(ScopeFlags::STATIC), true),
                "classmethod" => flags = flags.with(ScopeFlags::STATIC),
                "property" | "cached_property" | "hybrid_property" => {
                    flags = flags.with(ScopeFlags::PROPERTY)
                }
                "abstractmethod" | "overload" => flags = flags.with(ScopeFlags::ABSTRACT),
                _ => {}
            }
        }
        let receiver =
            params.first_mut().filter(|first| in_class && !is_static && first.kind == ParamKind::Plain);
        let receiver = receiver.map(|first| {
            first.kind = ParamKind::Receiver;
            first.name
        });
        let name = self.facts.intern(function.name.as_str());
        let span = self.definition(&function.decorator_list, &function.name, function.range, "def");
        let body = body_span(&function.body, span);
        let mut new = NewScope::new(ScopeKind::Function, name, span, name_span(&function.name), body);
        (new.flags, new.annotations, new.return_type) = (flags, annotations, return_type);
        let scope = self.facts.enter_scope(new);
        let names =
            params.iter().filter(|param| param.kind != ParamKind::Receiver).map(|param| param.name).collect();
        self.functions.push(Function { receiver, params: names, globals: Vec::new() });
        self.facts.set_params(scope, params);
        self.statements(&function.body);
        self.functions.pop();
        self.facts.leave_scope();
    }

    /// Adds a class.
    pub(super) fn class(&mut self, class: &StmtClassDef) {
        let annotations = self.decorators(&class.decorator_list);
        let mut bases = Vec::new();
        let mut keywords = Vec::new();
        if let Some(arguments) = &class.arguments {
            for argument in self.arguments(arguments) {
                if argument.name.is_some() {
                    keywords.push(argument);
                } else {
                    bases.push(argument.value);
                }
            }
        }
        let name = self.facts.intern(class.name.as_str());
        let span = self.definition(&class.decorator_list, &class.name, class.range, "class");
        let body = body_span(&class.body, span);
        let mut new = NewScope::new(ScopeKind::Class, name, span, name_span(&class.name), body);
        (new.bases, new.keywords, new.annotations) = (bases, keywords, annotations);
        self.facts.enter_scope(new);
        self.statements(&class.body);
        self.facts.leave_scope();
    }

    fn decorators(&mut self, decorators: &[Decorator]) -> Vec<ExprId> {
        decorators
            .iter()
            .map(|decorator| {
                let value = self.expr(&decorator.expression);
                self.facts.flag_call(value, CallFlags::ANNOTATION);
                value
            })
            .collect()
    }

    fn last_name(&self, id: ExprId) -> &str {
        match self.facts.peek(id) {
            Fact::Name(name) | Fact::Attr(_, name) => self.facts.text(name),
            _ => "",
        }
    }

    /// The definition without its decorators: the parser's range includes them.
    fn definition(&self, decorators: &[Decorator], name: &Identifier, whole: TextRange, word: &str) -> Span {
        let whole = span(whole);
        let Some(last) = decorators.last() else { return whole };
        let from = last.end().to_usize();
        let head = self.text.get(from..name.start().to_usize()).unwrap_or_default();
        let at = head.rfind("async").or_else(|| head.rfind(word)).map_or(from, |found| from + found);
        Span::new(u32::try_from(at).unwrap_or(whole.start), whole.end)
    }

    /// Adds a loop, branch, `with`, `match` or `try`.
    pub(super) fn compound(&mut self, statement: &Stmt) {
        let at = span(statement.range());
        match statement {
            Stmt::For(each) => {
                let iterable = self.expr(&each.iter);
                self.facts.enter_block(BlockKind::Loop, Some(iterable), at);
                let element = self.facts.expr(Fact::Element(iterable), span(each.iter.range()));
                let head = Span::new(at.start, span(each.iter.range()).end);
                self.assign(&each.target, Some(element), BindKind::Loop, head);
                self.statements(&each.body);
                self.facts.leave_block();
                self.statements(&each.orelse);
            }
            Stmt::While(repeat) => {
                let test = self.expr(&repeat.test);
                self.facts.enter_block(BlockKind::Loop, Some(test), at);
                self.statements(&repeat.body);
                self.facts.leave_block();
                self.statements(&repeat.orelse);
            }
            Stmt::If(branch) => self.branches(branch),
            Stmt::With(with) => {
                for item in &with.items {
                    self.with_item(item, at);
                }
                self.statements(&with.body);
                for _ in &with.items {
                    self.facts.leave_block();
                }
            }
            Stmt::Match(choice) => {
                let subject = self.expr(&choice.subject);
                for case in &choice.cases {
                    self.facts.enter_block(BlockKind::Branch, Some(subject), span(case.range));
                    self.pattern(&case.pattern, subject);
                    if let Some(guard) = &case.guard {
                        self.expr(guard);
                    }
                    self.statements(&case.body);
                    self.facts.leave_block();
                }
            }
            Stmt::Try(attempt) => self.attempt(attempt, at),
            _ => {}
        }
    }

    fn branches(&mut self, branch: &StmtIf) {
        let test = self.expr(&branch.test);
        let first = body_span(&branch.body, span(branch.range));
        self.facts.enter_block(BlockKind::Branch, Some(test), first);
        let types_only = u32::from(self.is_type_checking(test));
        self.types_only += types_only;
        self.statements(&branch.body);
        self.types_only -= types_only;
        self.facts.leave_block();
        for clause in &branch.elif_else_clauses {
            let test = clause.test.as_ref().map(|test| self.expr(test));
            self.facts.enter_block(BlockKind::Branch, test, span(clause.range));
            self.statements(&clause.body);
            self.facts.leave_block();
        }
    }

    fn with_item(&mut self, item: &WithItem, at: Span) {
        let value = self.expr(&item.context_expr);
        self.facts.enter_block(BlockKind::With, Some(value), at);
        if let Some(target) = &item.optional_vars {
            self.assign(target, Some(value), BindKind::With, span(item.range));
        }
    }

    fn attempt(&mut self, attempt: &StmtTry, at: Span) {
        self.facts.enter_block(BlockKind::Try, None, body_span(&attempt.body, at));
        self.statements(&attempt.body);
        self.facts.leave_block();
        for handler in &attempt.handlers {
            let ExceptHandler::ExceptHandler(handler) = handler;
            let ty = handler.type_.as_ref().map(|ty| self.expr(ty));
            let place = span(handler.range);
            self.facts.enter_block(BlockKind::Catch, ty, place);
            if let Some(name) = &handler.name {
                let bind = self.facts.bind(BindKind::Catch, name.as_str(), None, place, name_span(name));
                self.facts.edit_bind(bind, |bind| bind.ty = ty);
            }
            self.statements(&handler.body);
            self.facts.leave_block();
        }
        self.statements(&attempt.orelse);
        if !attempt.finalbody.is_empty() {
            self.facts.enter_block(BlockKind::Finally, None, body_span(&attempt.finalbody, at));
            self.statements(&attempt.finalbody);
            self.facts.leave_block();
        }
    }

    /// Binds the names that a pattern captures; their values are parts of the subject.
    fn pattern(&mut self, pattern: &Pattern, subject: ExprId) {
        match pattern {
            Pattern::MatchValue(value) => {
                self.expr(&value.value);
            }
            Pattern::MatchSingleton(_) => {}
            Pattern::MatchSequence(sequence) => {
                sequence.patterns.iter().for_each(|inner| self.pattern(inner, subject));
            }
            Pattern::MatchMapping(mapping) => {
                self.exprs(&mapping.keys);
                mapping.patterns.iter().for_each(|inner| self.pattern(inner, subject));
                self.capture(mapping.rest.as_ref(), subject);
            }
            Pattern::MatchClass(class) => {
                self.expr(&class.cls);
                class.arguments.patterns.iter().for_each(|inner| self.pattern(inner, subject));
                class.arguments.keywords.iter().for_each(|keyword| self.pattern(&keyword.pattern, subject));
            }
            Pattern::MatchStar(star) => self.capture(star.name.as_ref(), subject),
            Pattern::MatchAs(named) => {
                if let Some(inner) = &named.pattern {
                    self.pattern(inner, subject);
                }
                self.capture(named.name.as_ref(), subject);
            }
            Pattern::MatchOr(or) => or.patterns.iter().for_each(|inner| self.pattern(inner, subject)),
        }
    }

    fn capture(&mut self, name: Option<&Identifier>, subject: ExprId) {
        if let Some(name) = name {
            let at = name_span(name);
            let value = self.facts.other(&[subject], at);
            self.facts.bind(BindKind::Assign, name.as_str(), Some(value), at, at);
        }
    }
}

fn name_span(name: &Identifier) -> Span {
    span(name.range())
}

/// From the first to the last statement; empty at the end of `whole` without any.
fn body_span(body: &[Stmt], whole: Span) -> Span {
    match (body.first(), body.last()) {
        (Some(first), Some(last)) => Span::new(span(first.range()).start, span(last.range()).end),
        _ => Span::new(whole.end, whole.end),
    }
}

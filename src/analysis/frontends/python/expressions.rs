//! Expressions.

use super::{Function, Walk, span};
use crate::analysis::facts::{
    Arg, BindKind, BlockKind, CallFlags, Entry, Expr as Fact, ExprId, NewCall, NewScope, Param, ParamKind,
    ScopeFlags, ScopeKind, Span,
};
use ruff_python_ast::{
    ArgOrKeyword, Arguments, Comprehension, DictItem, Expr, ExprBinOp, ExprCall, Operator, Parameters,
    UnaryOp,
};
use ruff_text_size::Ranged;

impl Walk<'_> {
    /// Adds an expression and everything below it.
    pub(super) fn expr(&mut self, expr: &Expr) -> ExprId {
        let at = span(expr.range());
        match expr {
            Expr::Name(name) => self.name(name.id.as_str(), at),
            Expr::Attribute(attribute) => {
                let object = self.expr(&attribute.value);
                self.facts.attr(object, attribute.attr.as_str(), at)
            }
            Expr::Call(call) => self.call(call),
            Expr::StringLiteral(string) => self.facts.str(string.value.to_str(), at),
            Expr::BytesLiteral(bytes) => {
                let bytes: Vec<u8> = bytes.value.bytes().collect();
                self.facts.str(&String::from_utf8_lossy(&bytes), at)
            }
            Expr::FString(string) => self.f_string(&string.value, at),
            Expr::TString(string) => self.t_string(&string.value, at),
            Expr::NumberLiteral(_) => self.facts.expr(Fact::Num, at),
            Expr::BooleanLiteral(literal) => self.facts.expr(Fact::Bool(literal.value), at),
            Expr::NoneLiteral(_) => self.facts.expr(Fact::Null, at),
            Expr::EllipsisLiteral(_) | Expr::IpyEscapeCommand(_) => self.facts.other(&[], at),
            Expr::List(list) => self.items(&list.elts, at),
            Expr::Tuple(tuple) => self.items(&tuple.elts, at),
            Expr::Set(set) => self.items(&set.elts, at),
            Expr::Dict(dict) => self.dictionary(&dict.items, at),
            Expr::Subscript(subscript) => {
                let object = self.expr(&subscript.value);
                let key = self.expr(&subscript.slice);
                self.facts.expr(Fact::Index(object, key), at)
            }
            Expr::Starred(starred) => {
                let value = self.expr(&starred.value);
                self.facts.expr(Fact::Spread(value), at)
            }
            Expr::BinOp(operation) => self.binary(operation, at),
            Expr::BoolOp(operation) => {
                let values = self.exprs(&operation.values);
                self.facts.either(&values, at)
            }
            Expr::UnaryOp(operation) => {
                let value = self.expr(&operation.operand);
                if self.facts.peek(value) == Fact::Num && operation.op != UnaryOp::Not {
                    return value;
                }
                self.facts.other(&[value], at)
            }
            Expr::If(choice) => {
                self.expr(&choice.test);
                let options = [self.expr(&choice.body), self.expr(&choice.orelse)];
                self.facts.either(&options, at)
            }
            Expr::Named(named) => {
                let value = self.expr(&named.value);
                self.assign(&named.target, Some(value), BindKind::Assign, at);
                value
            }
            Expr::Lambda(lambda) => self.lambda(lambda.parameters.as_deref(), &lambda.body, at),
            Expr::ListComp(comp) => self.comprehension(&comp.generators, &[&comp.elt], at),
            Expr::SetComp(comp) => self.comprehension(&comp.generators, &[&comp.elt], at),
            Expr::Generator(comp) => self.comprehension(&comp.generators, &[&comp.elt], at),
            Expr::DictComp(comp) => {
                let mut parts: Vec<&Expr> = comp.key.as_deref().into_iter().collect();
                parts.push(&comp.value);
                self.comprehension(&comp.generators, &parts, at)
            }
            Expr::Await(waiting) => {
                let value = self.expr(&waiting.value);
                self.facts.flag_call(value, CallFlags::AWAITED);
                value
            }
            Expr::Yield(output) => self.output(output.value.as_deref(), at),
            Expr::YieldFrom(output) => {
                let scope = self.facts.scope();
                self.facts.flag_scope(scope, ScopeFlags::GENERATOR);
                let value = self.expr(&output.value);
                self.facts.other(&[value], at)
            }
            Expr::Compare(compare) => {
                let mut values = vec![self.expr(&compare.left)];
                values.extend(self.exprs(&compare.comparators));
                self.facts.other(&values, at)
            }
            Expr::Slice(slice) => {
                let parts: Vec<ExprId> = [&slice.lower, &slice.upper, &slice.step]
                    .into_iter()
                    .flatten()
                    .map(|part| self.expr(part))
                    .collect();
                self.facts.other(&parts, at)
            }
        }
    }

    fn dictionary(&mut self, items: &[DictItem], at: Span) -> ExprId {
        let entries: Vec<Entry> = items
            .iter()
            .map(|item| {
                let key = item.key.as_ref().map(|key| self.expr(key));
                Entry { key, value: self.expr(&item.value) }
            })
            .collect();
        self.facts.map(&entries, at)
    }

    /// `yield value`: what the function gives, one at a time.
    fn output(&mut self, value: Option<&Expr>, at: Span) -> ExprId {
        let scope = self.facts.scope();
        self.facts.flag_scope(scope, ScopeFlags::GENERATOR);
        if let Some(value) = value {
            let value = self.expr(value);
            self.facts.ret(value, at);
        }
        self.facts.other(&[], at)
    }

    /// Adds several expressions.
    pub(super) fn exprs(&mut self, exprs: &[Expr]) -> Vec<ExprId> {
        exprs.iter().map(|expr| self.expr(expr)).collect()
    }

    fn items(&mut self, items: &[Expr], at: Span) -> ExprId {
        let items = self.exprs(items);
        self.facts.list(&items, at)
    }

    fn name(&mut self, name: &str, at: Span) -> ExprId {
        let sym = self.facts.intern(name);
        let fact = if self.is_receiver(sym) { Fact::SelfRef } else { Fact::Name(sym) };
        self.facts.expr(fact, at)
    }

    fn call(&mut self, call: &ExprCall) -> ExprId {
        let callee = self.expr(&call.func);
        let args = self.arguments(&call.arguments);
        if let Some(text) = self.formatted(callee, &args, span(call.range())) {
            return text;
        }
        let name_span = match call.func.as_ref() {
            Expr::Attribute(attribute) => span(attribute.attr.range()),
            other => span(other.range()),
        };
        self.facts.call(NewCall {
            callee,
            args,
            flags: CallFlags::NONE,
            span: span(call.range()),
            name_span,
            args_span: span(call.arguments.range()),
        })
    }

    /// Arguments in source order.
    pub(super) fn arguments(&mut self, arguments: &Arguments) -> Vec<Arg> {
        arguments
            .iter_source_order()
            .map(|argument| match argument {
                ArgOrKeyword::Arg(Expr::Starred(starred)) => {
                    let value = self.expr(&starred.value);
                    Arg { name: None, value, spread: true, start: starred.start().to_u32() }
                }
                ArgOrKeyword::Arg(value) => {
                    let start = value.start().to_u32();
                    Arg { name: None, value: self.expr(value), spread: false, start }
                }
                ArgOrKeyword::Keyword(keyword) => {
                    let name = keyword.arg.as_ref().map(|name| self.facts.intern(name.as_str()));
                    let value = self.expr(&keyword.value);
                    Arg { name, value, spread: name.is_none(), start: keyword.start().to_u32() }
                }
            })
            .collect()
    }

    fn binary(&mut self, operation: &ExprBinOp, at: Span) -> ExprId {
        match operation.op {
            Operator::Add => {
                let mut parts = Vec::new();
                self.sum(&operation.left, &mut parts);
                self.sum(&operation.right, &mut parts);
                if parts.iter().all(|part| self.facts.peek(*part) == Fact::Num) {
                    return self.facts.expr(Fact::Num, at);
                }
                self.facts.tmpl(&parts, at)
            }
            Operator::Mod => {
                let left = self.expr(&operation.left);
                let right = self.expr(&operation.right);
                self.percent_format(left, right, at)
            }
            Operator::BitOr => {
                let options = [self.expr(&operation.left), self.expr(&operation.right)];
                self.facts.either(&options, at)
            }
            _ => {
                let parts = [self.expr(&operation.left), self.expr(&operation.right)];
                let number = parts.iter().any(|part| self.facts.peek(*part) == Fact::Num);
                if number && operation.op != Operator::Mult && operation.op != Operator::Div {
                    return self.facts.expr(Fact::Num, at);
                }
                self.facts.other(&parts, at)
            }
        }
    }

    /// The operands of a chain of `+`, left to right.
    fn sum(&mut self, expr: &Expr, parts: &mut Vec<ExprId>) {
        match expr {
            Expr::BinOp(operation) if operation.op == Operator::Add => {
                self.sum(&operation.left, parts);
                self.sum(&operation.right, parts);
            }
            other => {
                let part = self.expr(other);
                parts.push(part);
            }
        }
    }

    fn lambda(&mut self, parameters: Option<&Parameters>, body: &Expr, at: Span) -> ExprId {
        let params = parameters.map(|parameters| self.parameters(parameters)).unwrap_or_default();
        let name = self.facts.intern("");
        let start = Span::new(at.start, at.start);
        let scope =
            self.facts.enter_scope(NewScope::new(ScopeKind::Lambda, name, at, start, span(body.range())));
        self.functions.push(Function {
            receiver: None,
            params: params.iter().map(|param| param.name).collect(),
            globals: Vec::new(),
        });
        self.facts.set_params(scope, params);
        let value = self.expr(body);
        self.facts.ret(value, span(body.range()));
        self.functions.pop();
        self.facts.leave_scope();
        self.facts.expr(Fact::Fun(scope), at)
    }

    /// A list whose elements look like `parts`, or a map of one entry for two parts.
    /// Its names live in a scope of their own, its calls in a loop.
    fn comprehension(&mut self, generators: &[Comprehension], parts: &[&Expr], at: Span) -> ExprId {
        let name = self.facts.intern("");
        let start = Span::new(at.start, at.start);
        self.facts.enter_scope(NewScope::new(ScopeKind::Lambda, name, at, start, at));
        for generator in generators {
            let iterable = self.expr(&generator.iter);
            self.facts.enter_block(BlockKind::Loop, Some(iterable), at);
            let element = self.facts.expr(Fact::Element(iterable), span(generator.iter.range()));
            self.assign(&generator.target, Some(element), BindKind::Loop, span(generator.range));
            self.exprs(&generator.ifs);
        }
        let parts: Vec<ExprId> = parts.iter().map(|part| self.expr(part)).collect();
        for _ in generators {
            self.facts.leave_block();
        }
        let value = match parts.as_slice() {
            [key, value] => self.facts.map(&[Entry { key: Some(*key), value: *value }], at),
            other => self.facts.list(other, at),
        };
        self.facts.ret(value, at);
        self.facts.leave_scope();
        value
    }

    /// Parameters with their types and defaults, receiver included.
    pub(super) fn parameters(&mut self, parameters: &Parameters) -> Vec<Param> {
        let mut params = Vec::new();
        let plain = parameters.posonlyargs.iter().chain(&parameters.args).map(|p| (p, ParamKind::Plain));
        let keyword: Vec<_> = parameters.kwonlyargs.iter().map(|p| (p, ParamKind::Keyword)).collect();
        for (param, kind) in plain {
            let default = param.default.as_ref().map(|default| self.expr(default));
            let new = self.parameter(&param.parameter, kind, default);
            params.push(new);
        }
        if let Some(rest) = &parameters.vararg {
            let new = self.parameter(rest, ParamKind::Rest, None);
            params.push(new);
        }
        for (param, kind) in keyword {
            let default = param.default.as_ref().map(|default| self.expr(default));
            let new = self.parameter(&param.parameter, kind, default);
            params.push(new);
        }
        if let Some(rest) = &parameters.kwarg {
            let new = self.parameter(rest, ParamKind::KeywordRest, None);
            params.push(new);
        }
        params
    }

    fn parameter(
        &mut self,
        param: &ruff_python_ast::Parameter,
        kind: ParamKind,
        default: Option<ExprId>,
    ) -> Param {
        let ty = param.annotation.as_ref().map(|ty| self.type_expr(ty));
        Param {
            name: self.facts.intern(param.name.as_str()),
            kind,
            ty,
            default,
            annotations: self.facts.list_of(&[]),
            fields: self.facts.names(&[]),
            span: span(param.range),
        }
    }
}

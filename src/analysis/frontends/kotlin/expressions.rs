//! Expressions.

use super::{Kotlin, Writer, types::is_type};
use crate::analysis::frontends::tree::Node;
use crate::analysis::{
    facts::{Arg, BindKind, CallFlags, Expr, ExprId, NewCall, NewScope, ScopeKind, Span},
    frontends::{
        literals::{block_text, unescape},
        nodes::{all, field, first, named, span},
    },
};

impl Kotlin<'_> {
    /// The value of an expression.
    pub(super) fn value(&mut self, node: Node<'_>) -> ExprId {
        let place = span(node);
        match node.kind() {
            "identifier" => {
                let text = self.plain(node);
                match text.as_str() {
                    "null" => self.write.facts.expr(Expr::Null, place),
                    "true" | "false" => self.write.facts.expr(Expr::Bool(text == "true"), place),
                    _ => self.write.facts.name(&text, place),
                }
            }
            "this_expression" | "super_expression" => self.write.facts.expr(Expr::SelfRef, place),
            "string_literal" => self.text(node, false),
            "multiline_string_literal" => self.text(node, true),
            "character_literal" => {
                let text = unescape(self.write.source(node).trim_matches('\''));
                self.write.facts.str(&text, place)
            }
            "null_literal" | "null" => self.write.facts.expr(Expr::Null, place),
            "boolean_literal" | "true" | "false" => {
                let value = self.write.source(node) == "true";
                self.write.facts.expr(Expr::Bool(value), place)
            }
            "number_literal" | "float_literal" | "real_literal" | "integer_literal" | "long_literal"
            | "hex_literal" | "bin_literal" | "unsigned_literal" => self.write.facts.expr(Expr::Num, place),
            "navigation_expression" => self.navigation(node),
            "callable_reference" => self.reference(node),
            "call_expression" => self.call(node),
            "lambda_literal" => self.lambda(node),
            "annotated_lambda"
            | "annotated_expression"
            | "labeled_expression"
            | "parenthesized_expression"
            | "spread_expression" => self.last(node),
            "anonymous_function" => self.anonymous_function(node),
            "object_literal" => self.object(node),
            "index_expression" => {
                let parts = self.values(node);
                match parts.as_slice() {
                    [object, key, ..] => self.write.facts.expr(Expr::Index(*object, *key), place),
                    _ => self.write.facts.other(&parts, place),
                }
            }
            "collection_literal" => {
                let values = self.values(node);
                self.write.facts.list(&values, place)
            }
            "binary_expression" => match self.generic_call(node) {
                Some(call) => call,
                None => self.binary(node),
            },
            "infix_expression" => {
                let parts = self.values(node);
                match parts.as_slice() {
                    // `a to b` is a pair.
                    [left, _, right] => self.write.facts.list(&[*left, *right], place),
                    _ => self.write.facts.other(&parts, place),
                }
            }
            "as_expression" => match field(node, "left") {
                Some(left) => self.value(left),
                None => self.write.nothing(node),
            },
            "unary_expression" => self.unary(node),
            "if_expression" => self.branches(node),
            "when_expression" => self.when(node),
            "try_expression" => self.attempt(node),
            "return_expression" | "throw_expression" => self.jump(node),
            "assignment"
            | "property_declaration"
            | "function_declaration"
            | "class_declaration"
            | "for_statement"
            | "while_statement"
            | "do_while_statement"
            | "block" => {
                let value = self.statement(node);
                value.unwrap_or_else(|| self.write.nothing(node))
            }
            _ if is_type(node) => self.ty(node),
            _ => {
                let values = self.values(node);
                self.write.facts.other(&values, place)
            }
        }
    }

    fn values(&mut self, node: Node<'_>) -> Vec<ExprId> {
        named(node).into_iter().map(|part| self.value(part)).collect()
    }

    fn last(&mut self, node: Node<'_>) -> ExprId {
        match named(node).into_iter().rfind(|part| !matches!(part.kind(), "annotation" | "label")) {
            Some(inner) => self.value(inner),
            None => self.write.nothing(node),
        }
    }

    /// A text; what stands between quotes and holes is literal, whatever the grammar calls it.
    fn text(&mut self, node: Node<'_>, is_block: bool) -> ExprId {
        let quotes = if is_block { 3 } else { 1 };
        let whole = span(node);
        let end = whole.end.saturating_sub(quotes).max(whole.start);
        let mut at = whole.start.saturating_add(quotes).min(end);
        let mut parts = Vec::new();
        for hole in named(node).into_iter().filter(|part| part.kind() == "interpolation") {
            self.literal(Span::new(at, span(hole).start.max(at)), is_block, &mut parts);
            let value = match named(hole).first() {
                Some(inner) => self.value(*inner),
                None => self.write.nothing(hole),
            };
            parts.push(value);
            at = span(hole).end;
        }
        self.literal(Span::new(at, end.max(at)), is_block, &mut parts);
        match parts.as_slice() {
            [] => self.write.facts.str("", whole),
            [only] if matches!(self.write.facts.peek(*only), Expr::Str(_)) => *only,
            parts => self.write.facts.tmpl(parts, whole),
        }
    }

    fn literal(&mut self, place: Span, is_block: bool, parts: &mut Vec<ExprId>) {
        let source = self.write.text.get(place.range()).unwrap_or_default();
        if source.is_empty() {
            return;
        }
        // The grammar leaves `$name` in the text.
        let mut at = 0;
        for (dollar, _) in source.match_indices('$') {
            let rest = source.get(dollar + 1..).unwrap_or_default();
            let length = rest.find(|c: char| !(c.is_alphanumeric() || c == '_')).unwrap_or(rest.len());
            let starts = rest.starts_with(|c: char| c.is_alphabetic() || c == '_');
            if !starts || dollar < at || source.get(..dollar).is_some_and(|before| before.ends_with('\\')) {
                continue;
            }
            self.plain_text(place.start, source.get(at..dollar).unwrap_or_default(), is_block, parts);
            let start = place.start.saturating_add(u32::try_from(dollar).unwrap_or(0));
            let end = start.saturating_add(u32::try_from(length + 1).unwrap_or(0));
            parts.push(self.write.facts.name(rest.get(..length).unwrap_or_default(), Span::new(start, end)));
            at = dollar + 1 + length;
        }
        self.plain_text(place.start, source.get(at..).unwrap_or_default(), is_block, parts);
    }

    fn plain_text(&mut self, start: u32, source: &str, is_block: bool, parts: &mut Vec<ExprId>) {
        if source.is_empty() {
            return;
        }
        // `trimIndent` and `trimMargin` are what everybody calls on such a text.
        let text = if is_block && parts.is_empty() { block_text(source) } else { unescape(source) };
        let end = start.saturating_add(u32::try_from(source.len()).unwrap_or(0));
        parts.push(self.write.facts.str(&text, Span::new(start, end)));
    }

    fn navigation(&mut self, node: Node<'_>) -> ExprId {
        let parts = named(node);
        let (Some(object), Some(name)) = (parts.first(), parts.last()) else {
            return self.write.nothing(node);
        };
        let object = self.value(*object);
        if parts.len() < 2 || name.kind() != "identifier" {
            return object;
        }
        let text = self.plain(*name);
        if text == "class" {
            return object;
        }
        self.write.facts.attr(object, &text, span(node))
    }

    /// `Type::method`, `value::method`, `::function`, `Type::class`.
    fn reference(&mut self, node: Node<'_>) -> ExprId {
        let parts = named(node);
        let Some(last) = parts.last() else { return self.write.nothing(node) };
        let is_class = all(node).last().is_some_and(|token| token.kind() == "class");
        let (object, name) = match parts.len() {
            1 if is_class => return self.value(*last),
            1 => (None, *last),
            _ => (parts.first().copied(), *last),
        };
        let text = self.plain(name);
        match object {
            Some(object) if text == "class" => self.value(object),
            Some(object) => {
                let object = self.value(object);
                self.write.facts.attr(object, &text, span(node))
            }
            None => self.write.facts.name(&text, span(node)),
        }
    }

    fn call(&mut self, node: Node<'_>) -> ExprId {
        let parts = named(node);
        let Some(mut target) = parts.first().copied() else { return self.write.nothing(node) };
        let mut list = first(node, &["value_arguments"]);
        let lambda = first(node, &["annotated_lambda"]);
        // The grammar may take `f(x) { … }` for a call of what `f(x)` gives.
        if list.is_none() && lambda.is_some() && target.kind() == "call_expression" {
            let inner_list = first(target, &["value_arguments"]);
            if inner_list.is_some() && first(target, &["annotated_lambda"]).is_none() {
                list = inner_list;
                target = named(target).first().copied().unwrap_or(target);
            }
        }
        let mut callee = self.value(target);
        // `get<Articles> { … }`: what the block is for stands in the type.
        if let (Some(types), true) =
            (first(node, &["type_arguments"]), lambda.is_some() && target.kind() == "identifier")
        {
            let arguments: Vec<ExprId> = named(types).into_iter().map(|argument| self.ty(argument)).collect();
            let key = self.write.facts.list(&arguments, span(types));
            callee = self.write.facts.expr(Expr::Index(callee, key), span(target));
        }
        let mut args: Vec<Arg> = list.map(|list| self.args(list)).unwrap_or_default();
        if let Some(lambda) = lambda {
            let value = self.value(lambda);
            args.push(Writer::arg(value, lambda));
        }
        let args_span = match (list, lambda) {
            (Some(list), Some(lambda)) => Span::new(span(list).start, span(lambda).end),
            (Some(only), None) | (None, Some(only)) => span(only),
            (None, None) => span(node),
        };
        let name_span = self.write.last_segment(callee);
        let flags = CallFlags::NONE;
        let span = span(node);
        self.write.facts.call(NewCall { callee, args, flags, span, name_span, args_span })
    }

    fn lambda(&mut self, node: Node<'_>) -> ExprId {
        let mut params = Vec::new();
        let mut destructured = Vec::new();
        match first(node, &["lambda_parameters"]) {
            Some(list) => {
                for part in named(list) {
                    let ty = named(part).into_iter().find(|part| is_type(*part)).map(|ty| self.ty(ty));
                    match first(part, &["identifier"]).filter(|_| part.kind() == "variable_declaration") {
                        Some(name) => {
                            let text = self.plain(name);
                            params.push(self.write.param(&text, ty, span(part)));
                        }
                        None => {
                            params.push(self.write.param("", None, span(part)));
                            destructured.push(part);
                        }
                    }
                }
            }
            None => params.push(self.write.param("it", None, Span::new(span(node).start, span(node).start))),
        }
        let name = self.write.facts.intern("");
        let start = Span::new(span(node).start, span(node).start);
        let scope = NewScope::new(ScopeKind::Lambda, name, span(node), start, span(node));
        let scope = self.write.facts.enter_scope(scope);
        self.write.facts.set_params(scope, params);
        for part in destructured {
            self.targets(part, BindKind::Assign, part, None, &[]);
        }
        let mut last = None;
        for part in named(node).into_iter().filter(|part| part.kind() != "lambda_parameters") {
            last = self.statement(part).map(|value| (value, span(part)));
        }
        if let Some((value, place)) = last {
            self.write.facts.ret(value, place);
        }
        self.write.facts.leave_scope();
        self.write.facts.expr(Expr::Fun(scope), span(node))
    }

    fn anonymous_function(&mut self, node: Node<'_>) -> ExprId {
        let params = first(node, &["function_value_parameters"]).map(|list| self.params(list));
        let body = first(node, &["function_body"]);
        let name = self.write.facts.intern("");
        let start = Span::new(span(node).start, span(node).start);
        let place = body.map_or(span(node), span);
        let scope =
            self.write.facts.enter_scope(NewScope::new(ScopeKind::Lambda, name, span(node), start, place));
        self.write.facts.set_params(scope, params.unwrap_or_default());
        if let Some(body) = body {
            self.function_body(body);
        }
        self.write.facts.leave_scope();
        self.write.facts.expr(Expr::Fun(scope), span(node))
    }

    /// `object : Base() { … }`.
    fn object(&mut self, node: Node<'_>) -> ExprId {
        let bases = self.bases(node);
        let name = self.write.facts.intern("");
        let start = Span::new(span(node).start, span(node).start);
        let body = first(node, &["class_body"]);
        let place = body.map_or(span(node), span);
        let mut scope = NewScope::new(ScopeKind::Class, name, span(node), start, place);
        scope.bases = bases;
        let scope = self.write.facts.enter_scope(scope);
        if let Some(body) = body {
            self.members(body);
        }
        self.write.facts.leave_scope();
        self.write.facts.expr(Expr::Fun(scope), span(node))
    }

    /// `get<Articles> { … }`, which the grammar takes for two comparisons.
    fn generic_call(&mut self, node: Node<'_>) -> Option<ExprId> {
        let is_operator =
            |node: Node<'_>, sign: &str| field(node, "operator").is_some_and(|found| found.kind() == sign);
        let (inner, block) = (field(node, "left")?, field(node, "right")?);
        let is_generic = is_operator(node, ">")
            && inner.kind() == "binary_expression"
            && is_operator(inner, "<")
            && matches!(block.kind(), "lambda_literal" | "annotated_lambda");
        let (target, ty) = (field(inner, "left")?, field(inner, "right")?);
        if !is_generic || target.kind() != "identifier" {
            return None;
        }
        let name = self.value(target);
        let ty = self.value(ty);
        let key = self.write.facts.list(&[ty], self.write.facts.span_of(ty));
        let callee = self.write.facts.expr(Expr::Index(name, key), span(target));
        let value = self.value(block);
        let args = vec![Writer::arg(value, block)];
        let name_span = self.write.last_segment(callee);
        let (flags, args_span) = (CallFlags::NONE, span(block));
        Some(self.write.facts.call(NewCall { callee, args, flags, span: span(node), name_span, args_span }))
    }

    fn binary(&mut self, node: Node<'_>) -> ExprId {
        let (Some(left), Some(right)) = (field(node, "left"), field(node, "right")) else {
            return self.write.nothing(node);
        };
        let (left, right) = (self.value(left), self.value(right));
        match field(node, "operator").map(|operator| self.write.source(operator)) {
            Some("+") => self.write.facts.joined(left, right, span(node)),
            Some("?:") => self.write.facts.either(&[left, right], span(node)),
            _ => self.write.facts.other(&[left, right], span(node)),
        }
    }

    /// `x!!` and `-1` are their operand.
    fn unary(&mut self, node: Node<'_>) -> ExprId {
        let inner = field(node, "argument").or_else(|| named(node).into_iter().next_back());
        let Some(inner) = inner else { return self.write.nothing(node) };
        let value = self.value(inner);
        let source = self.write.source(node);
        if source.ends_with("!!") || source.starts_with('-') {
            return value;
        }
        self.write.facts.other(&[value], span(node))
    }
}

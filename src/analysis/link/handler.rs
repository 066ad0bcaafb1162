//! Who handles a route: through wrappers, to the project's own function.

use super::{
    graph::Handler,
    linker::Linker,
    project::FileId,
    rules::verb_of,
    select::Selected,
    value::{HOLE, Value},
};
use crate::{
    analysis::facts::{Call, CallId, Expr, ExprId, FileFacts, ScopeId},
    knowledge::packs::{Pack, Selector},
};

/// How many wrappers are looked through.
const MAX_WRAPPERS: u32 = 6;

impl Linker<'_> {
    /// The function or class on which a route's annotation stands.
    pub fn annotated_handler(&self, file: FileId, call: CallId) -> Option<Handler> {
        let target = self.index(file)?.annotated(call)?;
        Some(self.definition_handler(file, target))
    }

    fn definition_handler(&self, file: FileId, scope: ScopeId) -> Handler {
        let name = self
            .facts(file)
            .and_then(|facts| facts.scope(scope).map(|scope| facts.text(scope.name).to_owned()))
            .unwrap_or_default();
        Handler { name, definition: Some((file, scope)) }
    }

    /// The handler among selected values; the last written name where none is found.
    pub fn handler_of(&mut self, selected: &[Selected]) -> Handler {
        for (position, candidate) in selected.iter().enumerate() {
            if let Some(mut handler) = self.handler_in(&candidate.value, candidate.expr, 0) {
                // An inline function goes by the name of the operation that it handles.
                if handler.name.is_empty() {
                    let later = selected.iter().skip(position + 1).filter_map(|candidate| candidate.expr);
                    let named = later.filter_map(|(file, expr)| self.callee_name(file, expr)).next();
                    handler.name = named.unwrap_or_default().to_owned();
                }
                return handler;
            }
        }
        let written = selected.iter().find_map(|candidate| {
            let (file, expr) = candidate.expr?;
            self.callee_name(file, expr)
        });
        Handler { name: written.unwrap_or_default().to_owned(), definition: None }
    }

    fn handler_in(&mut self, value: &Value, expr: Option<(FileId, ExprId)>, depth: u32) -> Option<Handler> {
        for value in value.alternatives() {
            match value {
                Value::Function(file, scope) | Value::Class(file, scope) | Value::Instance(file, scope) => {
                    let handler = self.definition_handler(*file, *scope);
                    if handler.name.is_empty() {
                        let made = self.behind_closure((*file, *scope), expr, depth);
                        let named = made.or_else(|| self.behind_name((*file, *scope), expr, depth));
                        return Some(named.unwrap_or(handler));
                    }
                    return Some(handler);
                }
                Value::List(values) => {
                    // A chain of handlers: the last one answers.
                    for value in values.iter().rev() {
                        if let Some(found) = self.handler_in(value, None, depth + 1) {
                            return Some(found);
                        }
                    }
                }
                _ => {}
            }
        }
        let (file, expr) = expr?;
        if depth > MAX_WRAPPERS {
            return None;
        }
        let facts = self.facts(file)?;
        match facts.expr(expr) {
            Expr::Call(call) => {
                let call = facts.call(call)?;
                for arg in facts.args(call.args) {
                    let value = self.expr(file, arg.value);
                    let is_definition = value
                        .alternatives()
                        .iter()
                        .any(|value| matches!(value, Value::Function(..) | Value::Class(..)));
                    if (is_definition || matches!(facts.expr(arg.value), Expr::Call(_)))
                        && let Some(found) = self.handler_in(&value, Some((file, arg.value)), depth + 1)
                    {
                        return Some(found);
                    }
                }
                // `View.as_view()`, `make_handler()`.
                match facts.expr(call.callee) {
                    Expr::Attr(object, _) => {
                        let value = self.expr(file, object);
                        self.handler_in(&value, Some((file, object)), depth + 1)
                    }
                    _ => {
                        let value = self.expr(file, call.callee);
                        self.handler_in(&value, None, depth + 1)
                    }
                }
            }
            Expr::Attr(object, _) => {
                if let Some(wrapped) = self.wrapped_under_name(file, expr, depth) {
                    return Some(wrapped);
                }
                let value = self.expr(file, object);
                let inner = self.handler_in(&value, None, depth + 1)?;
                // `Users.list`, where `list` is made by something that is not read here.
                let is_class = matches!(value, Value::Class(..) | Value::Instance(..));
                let name = self.callee_name(file, expr).filter(|_| is_class);
                Some(name.map_or(inner.clone(), |name| Handler { name: name.to_owned(), ..inner }))
            }
            Expr::Name(_) => self.wrapped_under_name(file, expr, depth),
            _ => None,
        }
    }

    /// Who answers where a call gives a closure: the handler that it wraps (`auth(list)`), or
    /// the function that makes it (`list(db)`).
    fn behind_closure(
        &mut self,
        closure: (FileId, ScopeId),
        expr: Option<(FileId, ExprId)>,
        depth: u32,
    ) -> Option<Handler> {
        let (file, expr) = expr?;
        let facts = self.facts(file)?;
        let Expr::Call(call) = facts.expr(expr) else { return None };
        let call = facts.call(call)?;
        let Value::Function(of, maker) = self.expr(file, call.callee) else { return None };
        if depth <= MAX_WRAPPERS {
            for arg in facts.args(call.args) {
                let value = self.expr(file, arg.value);
                let is_inline = matches!(facts.expr(arg.value), Expr::Fun(_));
                if matches!(value, Value::Function(..))
                    && let Some(found) = self.handler_in(&value, Some((file, arg.value)), depth + 1)
                    && (is_inline || !found.name.is_empty())
                {
                    return Some(found);
                }
            }
        }
        let around = self.facts(of)?;
        let is_inside = of == closure.0 && around.scopes_around(closure.1).any(|(scope, _)| scope == maker);
        is_inside.then(|| self.definition_handler(of, maker))
    }

    /// The function inside a foreign wrapper, under the name that the result has:
    /// `export const list = asyncHandler(async (req, res) => …)`.
    fn wrapped_under_name(&mut self, file: FileId, expr: ExprId, depth: u32) -> Option<Handler> {
        let name = self.callee_name(file, expr)?.to_owned();
        let (of, made) = self.bound_expr(file, expr)?;
        let facts = self.facts(of)?;
        let Expr::Call(call) = facts.expr(made) else { return None };
        let args = facts.args(facts.call(call)?.args).to_vec();
        let wrapped = args.iter().rev().find_map(|arg| {
            let value = self.expr(of, arg.value);
            let is_function = matches!(value, Value::Function(..));
            is_function.then(|| self.handler_in(&value, Some((of, arg.value)), depth + 1)).flatten()
        })?;
        Some(Handler { name, definition: wrapped.definition })
    }

    /// Who answers where a name stands for a closure: what the closure was made of, under
    /// that name.
    fn behind_name(
        &mut self,
        closure: (FileId, ScopeId),
        expr: Option<(FileId, ExprId)>,
        depth: u32,
    ) -> Option<Handler> {
        let (file, expr) = expr?;
        let facts = self.facts(file)?;
        if !matches!(facts.expr(expr), Expr::Name(_) | Expr::Attr(..)) {
            return None;
        }
        let name = self.callee_name(file, expr)?.to_owned();
        // The name of a parameter is nobody's.
        let made = self.bound_expr(file, expr)?;
        let made = self.behind_closure(closure, Some(made), depth + 1);
        let definition = made.map_or(Some(closure), |made| made.definition);
        Some(Handler { name, definition })
    }

    /// The verbs of a chain of calls that makes an argument, each with its handler:
    /// `get(h).post(h2)`, `get().to(h)`. One verb that is not known where the argument is
    /// no chain.
    pub fn chain(
        &mut self,
        file: FileId,
        facts: &FileFacts,
        pack: &Pack,
        call: &Call,
        selector: &Selector,
    ) -> Vec<(String, Handler)> {
        let args = facts.args(call.args);
        let position = selector.arg.unwrap_or(0);
        let place = if position < 0 {
            args.len().checked_sub(position.unsigned_abs() as usize)
        } else {
            usize::try_from(position).ok()
        };
        let Some(argument) = place.and_then(|place| args.get(place)).map(|arg| arg.value) else {
            return Vec::new();
        };
        let mut expr = argument;
        let mut found: Vec<(String, Handler)> = Vec::new();
        // The handler of a link further out, for a verb that names none itself.
        let mut further_out: Option<Handler> = None;
        while let Expr::Call(link) = facts.expr(expr) {
            let Some(link) = facts.call(link) else { break };
            let args: Vec<ExprId> = facts.args(link.args).iter().map(|arg| arg.value).collect();
            let name = self.callee_name(file, link.callee).unwrap_or_default();
            let stated = match verb_of(pack, name) {
                Some(verb) => Some((verb, args.first())),
                // `on(Method::GET, h)`, `method(Method::GET)`.
                None => {
                    let first = args.first().and_then(|first| self.callee_name(file, *first));
                    first
                        .filter(|name| is_constant(name))
                        .and_then(|name| verb_of(pack, name))
                        .map(|verb| (verb, args.get(1)))
                }
            };
            match stated {
                Some((verb, Some(handler))) => found.push((verb, self.handler_at(file, *handler))),
                Some((verb, None)) => found.push((verb, further_out.clone().unwrap_or_default())),
                None => {
                    // `to(h)` among `guard(…)` and `wrap(…)`: the project's function.
                    if let Some(first) = args.first() {
                        let handler = self.handler_at(file, *first);
                        let better = handler.definition.is_some() || further_out.is_none();
                        if better && further_out.as_ref().is_none_or(|known| known.definition.is_none()) {
                            further_out = Some(handler);
                        }
                    }
                }
            }
            match facts.expr(link.callee) {
                Expr::Attr(object, _) => expr = object,
                _ => break,
            }
        }
        found.reverse();
        if found.is_empty() {
            found = self.chain_of_value(file, pack, argument);
        }
        found
    }

    /// The handler that an expression gives.
    pub fn handler_at(&mut self, file: FileId, expr: ExprId) -> Handler {
        let value = self.expr(file, expr);
        self.handler_of(&[Selected { value, expr: Some((file, expr)) }])
    }

    /// The verbs of a chain that was made elsewhere: its path has the names of its calls.
    fn chain_of_value(&mut self, file: FileId, pack: &Pack, argument: ExprId) -> Vec<(String, Handler)> {
        let value = self.expr(file, argument);
        let verbs: Vec<String> = match &value {
            Value::External(path) => path
                .split('.')
                .filter_map(|segment| segment.strip_suffix("()"))
                .filter_map(|name| verb_of(pack, name))
                .collect(),
            _ => Vec::new(),
        };
        let verbs = if verbs.is_empty() { vec![HOLE.to_owned()] } else { verbs };
        verbs.into_iter().map(|verb| (verb, Handler::default())).collect()
    }

    /// What a call stands for where a pack says that it gives the result of its argument.
    pub fn injected(&mut self, file: FileId, facts: &FileFacts, call: &Call, path: &str) -> Option<Value> {
        let injection = self
            .rules
            .of(facts.lang)
            .flat_map(|(_, pack)| &pack.injections)
            .find(|injection| injection.call.iter().any(|pattern| pattern.matches(path)))?;
        let site = super::select::Site { file, call: Some(call), definition: None };
        let found = self.select(site, &injection.from);
        match found.into_iter().map(|selected| selected.value).next()? {
            Value::Function(of, function) => Some(self.returned(of, function)),
            Value::Class(of, class) => Some(self.instance(of, class)),
            Value::External(path) => Some(Value::external(format!("{path}()"))),
            _ => None,
        }
    }
}

/// Whether a name is written like a constant.
fn is_constant(name: &str) -> bool {
    name.len() > 1 && name.chars().all(|c| c.is_ascii_uppercase() || c == '_')
}

//! The way of a list through the layers, and the queries that it ends in.

use super::{
    chain::{Inside, attribute_of},
    reader::{Definition, Found, Reader, Scope},
    text::{Param, params, unchained},
    work::Work,
};
use crate::propose::python::{Module, last_name, range_of};
use ruff_python_ast::{Expr, ExprCall, StmtFunctionDef};
use std::ops::Range;

/// One function of the way.
#[derive(Clone, Copy)]
pub(super) struct ListLevel<'m> {
    pub(super) scope: Scope<'m>,
    /// The call of the next; `None` where the query is.
    pub(super) call: Option<&'m ExprCall>,
}

/// A query of all rows, or of their number.
pub(super) struct Query<'m> {
    /// Behind what a condition stands: `select(Model)`.
    pub(super) after: usize,
    /// The whole chain of calls.
    pub(super) chain: &'m Expr,
}

/// Finds every chain of calls that selects the model's rows or counts them.
struct Chains<'m, 'w> {
    model: &'w str,
    module: &'w Module<'w>,
    found: Vec<Query<'m>>,
}

impl<'m> Chains<'m, '_> {
    /// Looks at an expression that is not itself the receiver of a call.
    fn outermost(&mut self, expr: &'m Expr) {
        let (mut at, mut after) = (expr, None);
        while let Expr::Call(call) = at {
            if self.is_base(call) {
                after = Some(range_of(call).end);
            }
            match &*call.func {
                Expr::Attribute(attribute) => at = &attribute.value,
                _ => break,
            }
        }
        if let Some(after) = after {
            self.found.push(Query { after, chain: expr });
        }
    }

    /// `select(Model)`, `session.query(Model)`, `.select_from(Model)`.
    fn is_base(&self, call: &ExprCall) -> bool {
        let of_model = call.arguments.args.first().is_some_and(|argument| {
            let source = self.module.source(argument);
            source == self.model
                || source.strip_prefix(self.model).is_some_and(|rest| rest.starts_with('.'))
                || matches!(source, "self.model" | "self._model")
        });
        let counts = call.arguments.args.first().is_some_and(|argument| {
            let source = self.module.source(argument);
            source.contains("count(") && source.contains(self.model)
        });
        match &*call.func {
            Expr::Attribute(attribute) => {
                of_model && matches!(attribute.attr.as_str(), "select_from" | "query" | "select")
            }
            other => (of_model || counts) && last_name(other) == Some("select"),
        }
    }
}

/// Queries of a function, in its order.
pub(super) fn queries<'m>(
    work: &Work<'_>,
    module: &Module<'_>,
    function: &'m StmtFunctionDef,
) -> Vec<Query<'m>> {
    let inside = Inside::of(&function.body);
    let receivers: Vec<Range<usize>> = inside
        .calls
        .iter()
        .filter_map(|call| attribute_of(call))
        .map(|(receiver, _)| range_of(receiver))
        .collect();
    let mut chains = Chains { model: &work.model.name, module, found: Vec::new() };
    for expr in inside.expressions.iter().copied() {
        if !receivers.contains(&range_of(expr)) {
            chains.outermost(expr);
        }
    }
    // `(await session.scalars(select(X))).all()` holds the chain twice; the inner one is meant.
    let mut found: Vec<Query<'m>> = Vec::new();
    for query in chains.found {
        found.retain(|known| known.after != query.after);
        found.push(query);
    }
    found.retain(|query| {
        let (base, _) = unchained(module, query.chain);
        base.contains("select") || module.source(query.chain).contains(".query(")
    });
    found
}

impl<'m> Work<'m> {
    /// The way of the list that the project has, the handler first; `None` where it has none or
    /// it could not be followed to its query.
    pub(super) fn list_levels(&self) -> Option<Vec<ListLevel<'m>>> {
        let handler = self.collection.list?;
        let mut scope = Scope { path: self.collection.path, class: None, function: handler.function };
        let mut levels = Vec::new();
        while levels.len() < 6 {
            let module = self.reader.modules.get(scope.path)?;
            if !queries(self, module, scope.function).is_empty() {
                levels.push(ListLevel { scope, call: None });
                return Some(levels);
            }
            let calls = Inside::of(&scope.function.body).calls;
            let (call, target) = calls.into_iter().find_map(|call| {
                let target = self.reader.target(scope, call)?;
                let is_known = self.levels.iter().any(|level| match (level.scope.class, target.class) {
                    (Some(own), Some(other)) => {
                        range_of(own.node) == range_of(other.node) && own.path == other.path
                    }
                    (None, None) => level.scope.path == target.path,
                    _ => false,
                });
                is_known.then_some((call, target))
            })?;
            levels.push(ListLevel { scope, call: Some(call) });
            scope = target;
        }
        None
    }

    /// The parameters of a handler that are given to it and not sent by a client.
    pub(super) fn dependencies(&self, function: &StmtFunctionDef) -> Vec<Param> {
        dependencies(self.reader, self.collection.path, function)
    }

    /// The session as a handler has it.
    pub(super) fn handlers_session(&self, own: &[Param]) -> Option<String> {
        own.iter().find(|one| is_session(one)).map(|one| one.name.clone())
    }
}

/// The parameters of a handler that are given to it and not sent by a client.
pub(super) fn dependencies(reader: &Reader<'_>, path: &str, function: &StmtFunctionDef) -> Vec<Param> {
    let Some(module) = reader.modules.get(path) else { return Vec::new() };
    let is_given = |name: &str| {
        let parameter = function
            .parameters
            .iter_non_variadic_params()
            .find(|parameter| parameter.name().as_str() == name);
        parameter.is_some_and(|parameter| {
            let depends = |text: &str| text.contains("Depends(") || text.contains("Security(");
            let annotation = parameter.parameter.annotation();
            let stated = annotation.map_or("", |annotation| module.source(annotation));
            let alias = annotation.and_then(last_name).and_then(|name| {
                let Found { path, what: Definition::Value(value) } = reader.find(path, name)? else {
                    return None;
                };
                Some(reader.modules.get(path)?.source(value))
            });
            depends(stated)
                || alias.is_some_and(depends)
                || parameter.default().is_some_and(|default| depends(module.source(default)))
                || matches!(stated, "Request" | "Response" | "BackgroundTasks")
        })
    };
    params(module, function).into_iter().filter(|one| is_given(&one.name)).collect()
}

/// Whether a parameter is the session.
pub(super) fn is_session(param: &Param) -> bool {
    let of = param.text.split_once(':').map_or("", |(_, of)| of);
    of.contains("Session") || matches!(param.name.as_str(), "db" | "session")
}

//! The body of a resolver: what the route does, with the same service and the same errors.
//!
//! A handler that only calls services is followed statement by statement. One that asks the session
//! itself holds rules of its own, so that it is called: what it refuses is refused here too.

use super::{
    super::{
        chain::{Inside, attribute_of},
        reader::{Definition, Found, Scope},
        text::{statements, uses_of},
    },
    Plan,
};
use crate::propose::python::{Module, range_of};
use ruff_python_ast::{ExceptHandler, Expr, ExprCall, Stmt};
use std::{cell::RefCell, collections::BTreeMap};

/// What is made of what the handler answers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Answer {
    /// One row, as this type.
    Row(String),
    /// A list of rows.
    Rows(String),
    /// A page with its rows and what is said of them.
    Page(String),
    /// That it is done.
    Done,
}

impl Answer {
    fn lines(&self, value: &str) -> Vec<String> {
        match self {
            Self::Row(of) | Self::Page(of) => vec![format!("return {of}.of(⟨{value}⟩)")],
            Self::Rows(of) => {
                vec![format!("rows = {value}"), format!("return [{of}.of(row) for row in rows]")]
            }
            Self::Done => vec![value.to_owned(), "return True".into()],
        }
    }
}

/// One handler being followed.
pub(super) struct Followed<'f, 'm> {
    pub(super) plan: &'f Plan<'m>,
    pub(super) scope: Scope<'m>,
    /// Parameters and what stands for each.
    pub(super) replaced: BTreeMap<String, String>,
    pub(super) answer: Answer,
    /// What services are called, and the source that makes one.
    pub(super) service: RefCell<Option<String>>,
}

impl<'m> Followed<'_, 'm> {
    fn module(&self) -> Option<&'m Module<'m>> {
        self.plan.reader.modules.get(self.scope.path)
    }

    /// The statements of the handler; `None` where it does more than call services.
    pub(super) fn lines(&self) -> Option<Vec<String>> {
        if self.asks_itself() {
            return None;
        }
        let body = statements(self.scope.function);
        let mut lines = self.block(body)?;
        let is_left = matches!(body.last(), Some(Stmt::Return(_) | Stmt::Raise(_)));
        if self.answer == Answer::Done && !is_left && lines.last().is_none_or(|last| last != "return True") {
            lines.push("return True".into());
        }
        Some(lines)
    }

    /// Whether the handler has the session do something, or asks helpers beside it.
    fn asks_itself(&self) -> bool {
        let inside = Inside::of(&self.scope.function.body);
        inside.calls.iter().any(|call| {
            let of_session = attribute_of(call).is_some_and(|(receiver, _)| match receiver {
                Expr::Name(name) => {
                    let name = name.id.as_str();
                    self.plan.is_session_of(self.scope, name)
                }
                _ => false,
            });
            let target = self.plan.reader.target(self.scope, call);
            of_session || target.is_some_and(|target| target.path == self.scope.path)
        })
    }

    /// The call of the handler itself.
    pub(super) fn called(&self, stem: &str, arguments: &[String]) -> Vec<String> {
        let function = self.scope.function;
        let wait = if function.is_async { "await " } else { "" };
        let list =
            if arguments.is_empty() { String::new() } else { format!("⟨{}⟩", arguments.join("¦")) };
        self.answer.lines(&format!("{wait}{stem}.{}({list})", function.name))
    }

    fn block(&self, body: &[Stmt]) -> Option<Vec<String>> {
        let mut all = Vec::new();
        for stmt in body {
            all.extend(self.statement(stmt)?);
        }
        Some(all)
    }

    fn inner(&self, body: &[Stmt]) -> Option<Vec<String>> {
        Some(self.block(body)?.into_iter().map(|line| format!("    {line}")).collect())
    }

    fn statement(&self, stmt: &Stmt) -> Option<Vec<String>> {
        match stmt {
            Stmt::Return(one) => match (&self.answer, one.value.as_deref()) {
                (Answer::Done, None) => Some(vec!["return True".into()]),
                (Answer::Done, Some(value)) if !self.does_something(value) => {
                    Some(vec!["return True".into()])
                }
                (answer, Some(value)) => Some(answer.lines(&self.laid(value)?)),
                (_, None) => None,
            },
            Stmt::Expr(one) => Some(vec![self.laid(&one.value)?]),
            Stmt::Assign(one) => {
                let [Expr::Name(name)] = one.targets.as_slice() else { return None };
                Some(vec![format!("{} = {}", name.id, self.laid(&one.value)?)])
            }
            Stmt::Raise(one) => {
                let raised = self.laid(one.exc.as_deref()?)?;
                let cause = match one.cause.as_deref() {
                    Some(cause) => format!(" from {}", self.laid(cause)?),
                    None => String::new(),
                };
                Some(vec![format!("raise {raised}{cause}")])
            }
            Stmt::If(one) => {
                let mut lines = vec![format!("if {}:", self.leaf(&one.test)?)];
                lines.extend(self.inner(&one.body)?);
                for clause in &one.elif_else_clauses {
                    lines.push(match &clause.test {
                        Some(test) => format!("elif {}:", self.leaf(test)?),
                        None => "else:".into(),
                    });
                    lines.extend(self.inner(&clause.body)?);
                }
                Some(lines)
            }
            Stmt::Try(one) if one.orelse.is_empty() && one.finalbody.is_empty() && !one.is_star => {
                let mut lines = vec!["try:".to_owned()];
                let mut own = self.inner(&one.body)?;
                // What follows the last statement says that it is done.
                let is_last =
                    self.scope.function.body.last().is_some_and(|last| range_of(last) == range_of(stmt));
                if is_last && self.answer == Answer::Done && own.len() > 1 {
                    own.pop_if(|line| line.trim() == "return True");
                }
                lines.extend(own);
                for ExceptHandler::ExceptHandler(handler) in &one.handlers {
                    let of = self.leaf(handler.type_.as_deref()?)?;
                    lines.push(match &handler.name {
                        Some(name) => format!("except {of} as {name}:"),
                        None => format!("except {of}:"),
                    });
                    lines.extend(self.inner(&handler.body)?);
                }
                Some(lines)
            }
            Stmt::Pass(_) => Some(vec!["pass".into()]),
            _ => None,
        }
    }

    /// Whether leaving an expression away would leave something undone.
    fn does_something(&self, value: &Expr) -> bool {
        match value {
            Expr::Await(_) => true,
            Expr::Call(call) => {
                let is_class = |name: &str| name.starts_with(char::is_uppercase);
                !matches!(&*call.func, Expr::Name(name) if is_class(name.id.as_str()))
            }
            _ => false,
        }
    }

    /// An expression as a template's line, its calls with lists that can be broken.
    fn laid(&self, expr: &Expr) -> Option<String> {
        match expr {
            Expr::Await(one) => Some(format!("await {}", self.laid(&one.value)?)),
            Expr::Attribute(one) => Some(format!("{}.{}", self.laid(&one.value)?, one.attr)),
            Expr::Call(call) => {
                let callee = match &*call.func {
                    Expr::Attribute(one) => match self.hoisted(&one.value) {
                        Some(service) => format!("{service}.{}", one.attr),
                        None => format!("{}.{}", self.laid(&one.value)?, one.attr),
                    },
                    other => self.laid(other)?,
                };
                let arguments = self.arguments(call)?;
                let list = if arguments.is_empty() {
                    String::new()
                } else {
                    format!("⟨{}⟩", arguments.join("¦"))
                };
                Some(format!("{callee}({list})"))
            }
            other => self.leaf(other),
        }
    }

    fn arguments(&self, call: &ExprCall) -> Option<Vec<String>> {
        let mut all = Vec::new();
        for argument in &call.arguments.args {
            all.push(self.laid(argument)?);
        }
        for keyword in &call.arguments.keywords {
            let value = self.laid(&keyword.value)?;
            all.push(match &keyword.arg {
                Some(name) => format!("{name}={value}"),
                None => format!("**{value}"),
            });
        }
        Some(all)
    }

    /// An object that is made to be asked once, as a variable of its own.
    fn hoisted(&self, receiver: &Expr) -> Option<String> {
        let Expr::Call(call) = receiver else { return None };
        let Expr::Name(name) = &*call.func else { return None };
        let Found { what: Definition::Class(_), .. } =
            self.plan.reader.find(self.scope.path, name.id.as_str())?
        else {
            return None;
        };
        let made = self.laid(receiver)?;
        let mut known = self.service.borrow_mut();
        match known.as_ref() {
            Some(other) if *other != made => None,
            _ => {
                *known = Some(made);
                Some("service".into())
            }
        }
    }

    /// Source on one line with its names exchanged.
    fn leaf(&self, expr: &Expr) -> Option<String> {
        let module = self.module()?;
        let whole = range_of(expr);
        let source = module.source(expr);
        if source.contains('\n') {
            return None;
        }
        let mut found: Vec<(usize, usize, &str)> = Vec::new();
        for (name, new) in &self.replaced {
            let uses = uses_of(&self.scope.function.body, name);
            let own = uses.into_iter().filter(|at| whole.start <= at.start && at.end <= whole.end);
            found.extend(own.map(|at| (at.start - whole.start, at.end - whole.start, new.as_str())));
        }
        found.sort_unstable();
        let mut text = String::new();
        let mut at = 0;
        for (start, end, new) in found {
            text.push_str(source.get(at..start)?);
            text.push_str(new);
            at = end;
        }
        text.push_str(source.get(at..)?);
        Some(text)
    }
}

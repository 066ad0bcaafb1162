//! What a handler asks for, and what a resolver gives in its place.

use super::{
    super::{
        columns::is_table,
        reader::{Class, Definition, Found, Scope},
        rows_of::{dependencies, is_session},
        subject::object,
        text::{Param, params},
    },
    Plan,
};
use crate::{
    domain::place::Place,
    ports::ProposeError,
    propose::python::{last_name, range_of},
};
use ruff_python_ast::{Expr, ExprCall, ParameterWithDefault};

/// Names of what bounds a list.
pub(super) const TAKES: [&str; 6] = ["limit", "take", "page_size", "per_page", "size", "count"];
/// Names of what a list begins behind.
const SKIPS: [&str; 3] = ["offset", "skip", "page"];
/// The most that one page may hold where nothing says it.
const LIMIT_PAGE: i64 = 100;
/// How many functions are followed to a session.
const LIMIT_DEPTH: usize = 4;
/// Words of what says who asks.
const USER_WORDS: [&str; 6] = ["user", "auth", "principal", "account", "member", "token"];

/// Something that the context of a request holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Member {
    pub(super) name: String,
    /// As the handler asks for it: `session: SessionDep`.
    pub(super) text: String,
    pub(super) is_session: bool,
    /// The file that asks for it so.
    pub(super) path: String,
    /// The class of who asks.
    pub(super) class: Option<String>,
}

/// A number that says which page is meant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct PageArg {
    pub(super) name: String,
    pub(super) default: i64,
    /// `ge=1`, in order.
    pub(super) limits: Vec<String>,
}

/// What one parameter is given.
pub(super) enum Given<'m> {
    Member(Member),
    /// An object that is made of what the context holds.
    Service {
        source: String,
        imports: Vec<String>,
        session: Member,
    },
    Key,
    Body(Class<'m>),
    Page(PageArg),
    /// Its default, as source: clients cannot say it.
    Absent(String),
}

impl<'m> Plan<'m> {
    /// The parameters of a handler and what each is given; what a resolver does not have is
    /// refused with its place.
    pub(super) fn given(
        &self,
        scope: Scope<'m>,
        is_list: bool,
    ) -> Result<Vec<(Param, Given<'m>)>, ProposeError> {
        let module = self.reader.module(scope.path)?;
        let asked = dependencies(self.reader, scope.path, scope.function);
        let mut all = Vec::new();
        for param in params(module, scope.function) {
            let found = scope.function.parameters.iter_non_variadic_params();
            let Some(node) = found.into_iter().find(|one| one.name().as_str() == param.name) else {
                continue;
            };
            let is_asked = asked.iter().any(|one| one.name == param.name);
            let given = if is_asked {
                self.dependency(scope, &param)?
            } else {
                self.sent(scope, &param, node, is_list)
            };
            let given = given.ok_or_else(|| {
                ProposeError::NotApplicable(format!(
                    "{} takes {}, and a resolver has only a key, a body, a page, a session and who asks to give; this \
                     one is yours to write",
                    Place::new(scope.path, module.line(&scope.function.name)),
                    param.text
                ))
            })?;
            all.push((param, given));
        }
        Ok(all)
    }

    /// What FastAPI gives the handler.
    fn dependency(&self, scope: Scope<'m>, param: &Param) -> Result<Option<Given<'m>>, ProposeError> {
        if is_session(param) {
            return Ok(Some(Given::Member(member(scope, param, true, None))));
        }
        let class = self.reader.parameter(scope, &param.name);
        let named = class.map(|class| class.node.name.to_string());
        if class.is_some_and(|class| is_table(class.node)) {
            return Ok(Some(Given::Member(member(scope, param, false, named))));
        }
        // Without a session behind it this is something else that a client sends.
        if let (Some(class), Some(session)) = (class, self.session_behind(scope, &param.name, LIMIT_DEPTH)) {
            let access = self.server.access(&session)?;
            if let Some(made) = object(self.reader, self.model, class, &access)
                && made.source.contains(&access)
            {
                return Ok(Some(Given::Service { source: made.source, imports: made.imports, session }));
            }
        }
        let text = param.text.to_lowercase();
        let is_user = USER_WORDS.iter().any(|word| text.contains(word));
        Ok(is_user.then(|| Given::Member(member(scope, param, false, named))))
    }

    /// The session that what gives a parameter asks for.
    fn session_behind(&self, scope: Scope<'m>, name: &str, depth: usize) -> Option<Member> {
        let depth = depth.checked_sub(1)?;
        let mut all = scope.function.parameters.iter_non_variadic_params();
        let node = all.find(|one| one.name().as_str() == name)?;
        let giver = self.giver(scope, node)?;
        let asked = dependencies(self.reader, giver.path, giver.function);
        let own = asked.iter().find(|one| is_session(one)).map(|one| member(giver, one, true, None));
        own.or_else(|| asked.iter().find_map(|one| self.session_behind(giver, &one.name, depth)))
    }

    /// The function or the constructor that gives a parameter.
    fn giver(&self, scope: Scope<'m>, node: &'m ParameterWithDefault) -> Option<Scope<'m>> {
        let (mut path, mut annotation) = (scope.path, node.parameter.annotation());
        if let Some(name) = annotation.and_then(last_name)
            && let Some(Found { path: found, what: Definition::Value(value) }) =
                self.reader.find(scope.path, name)
        {
            (path, annotation) = (found, Some(value));
        }
        let stated = match annotation {
            Some(Expr::Subscript(subscript)) => match &*subscript.slice {
                Expr::Tuple(tuple) => tuple.elts.iter().skip(1).filter_map(Expr::as_call_expr).next(),
                _ => None,
            },
            _ => None,
        };
        let (path, call) = match node.default().and_then(Expr::as_call_expr) {
            Some(call) => (scope.path, call),
            None => (path, stated?),
        };
        let class = match call.arguments.args.first() {
            Some(given) => match self.reader.find(path, last_name(given)?)? {
                Found { path, what: Definition::Function(function) } => {
                    return Some(Scope { path, class: None, function });
                }
                Found { path, what: Definition::Class(node) } => Class { path, node },
                _ => return None,
            },
            None => self.reader.parameter(scope, node.name().as_str())?,
        };
        self.reader.method(class, "__init__")
    }

    /// What a client sends to the handler.
    fn sent(
        &self,
        scope: Scope<'m>,
        param: &Param,
        node: &'m ParameterWithDefault,
        is_list: bool,
    ) -> Option<Given<'m>> {
        if param.name == self.collection.key && !is_list {
            return Some(Given::Key);
        }
        if let Some(class) = node.parameter.annotation().and_then(|of| self.reader.annotated(scope.path, of))
            && !is_list
            && !is_table(class.node)
            && !param.has_default
        {
            return Some(Given::Body(class));
        }
        let declared = self.declared(scope, node);
        let is_page = TAKES.contains(&param.name.as_str()) || SKIPS.contains(&param.name.as_str());
        if is_list && is_page {
            return page_arg(&param.name, &declared).map(Given::Page);
        }
        let default = declared.default?;
        let module = self.reader.modules.get(scope.path)?;
        let is_literal = matches!(
            default,
            Expr::NoneLiteral(_) | Expr::BooleanLiteral(_) | Expr::NumberLiteral(_) | Expr::StringLiteral(_)
        );
        is_literal.then(|| Given::Absent(module.source(default).to_owned()))
    }

    /// What a parameter says of its value, in `Query(…)` or beside it.
    fn declared(&self, scope: Scope<'m>, node: &'m ParameterWithDefault) -> Declared<'m> {
        let mut calls: Vec<&ExprCall> = Vec::new();
        let mut annotation = node.parameter.annotation();
        if let Some(Expr::Name(name)) = annotation
            && let Some(Found { what: Definition::Value(value), .. }) =
                self.reader.find(scope.path, name.id.as_str())
        {
            annotation = Some(value);
        }
        if let Some(Expr::Subscript(subscript)) = annotation
            && let Expr::Tuple(tuple) = &*subscript.slice
        {
            calls.extend(tuple.elts.iter().skip(1).filter_map(Expr::as_call_expr));
        }
        let default = match node.default() {
            Some(Expr::Call(call)) => {
                calls.push(call);
                let named = call.arguments.keywords.iter();
                let named = named.into_iter().find(|one| one.arg.as_deref() == Some("default"));
                call.arguments.args.first().or(named.map(|one| &one.value))
            }
            other => other,
        };
        Declared { default, calls }
    }
}

fn member(scope: Scope<'_>, param: &Param, is_session: bool, class: Option<String>) -> Member {
    let (name, text) = (param.name.clone(), param.text.clone());
    Member { name, text, is_session, path: scope.path.to_owned(), class }
}

struct Declared<'m> {
    default: Option<&'m Expr>,
    calls: Vec<&'m ExprCall>,
}

fn number(expr: &Expr) -> Option<i64> {
    match expr {
        Expr::NumberLiteral(literal) => literal.value.as_int()?.as_i64(),
        _ => None,
    }
}

/// A number of a list with its bounds; what nothing bounds is bounded here.
fn page_arg(name: &str, declared: &Declared<'_>) -> Option<PageArg> {
    let is_take = TAKES.contains(&name);
    let usual = if is_take { 50 } else { i64::from(name == "page") };
    let default = match declared.default {
        Some(default) => number(default)?,
        None => usual,
    };
    let mut limits: Vec<String> = Vec::new();
    for call in &declared.calls {
        for keyword in &call.arguments.keywords {
            let bound = keyword.arg.as_deref().filter(|arg| matches!(*arg, "ge" | "gt" | "le" | "lt"));
            if let (Some(bound), Some(value)) = (bound, number(&keyword.value)) {
                limits.push(format!("{bound}={value}"));
            }
        }
    }
    if !limits.iter().any(|one| one.starts_with('g')) {
        limits.insert(0, format!("ge={}", i64::from(is_take || name == "page")));
    }
    if is_take && !limits.iter().any(|one| one.starts_with('l')) {
        limits.push(format!("le={}", LIMIT_PAGE.max(default)));
    }
    Some(PageArg { name: name.to_owned(), default, limits })
}

/// Whether two nodes are one.
pub(super) fn is_same(one: &ExprCall, other: &ExprCall) -> bool {
    range_of(one) == range_of(other)
}

/// The last part of what a decorator names.
pub(super) fn decorator_name(expr: &Expr) -> Option<&str> {
    match expr {
        Expr::Call(call) => last_name(&call.func),
        other => last_name(other),
    }
}

//! What is served: the routes of a resource as fields of queries and mutations.
//!
//! A resolver does what its route does. A guard that a resolver beside the route would not have is
//! refused with its place, because it would be open where the route is not.

use super::{
    super::{
        collection::Handler,
        reader::{Class, Scope},
        rows_of::is_session,
        text::Param,
    },
    Plan,
    body::{Answer, Followed},
    given::{Given, Member, PageArg, decorator_name, is_same},
};
use crate::{
    domain::place::Place,
    ports::ProposeError,
    propose::{python::last_name, recipe::endpoint::paths::same},
};
use ruff_python_ast::{Expr, ExprCall};
use std::{cell::RefCell, collections::BTreeMap};

/// What an operation does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Verb {
    List,
    Get,
    Create,
    Update,
    Remove,
}

/// One operation.
pub(super) struct Operation<'m> {
    pub(super) verb: Verb,
    pub(super) name: String,
    pub(super) is_async: bool,
    /// `id: int`, in order.
    pub(super) arguments: Vec<String>,
    pub(super) returns: String,
    pub(super) lines: Vec<String>,
    pub(super) body: Option<Class<'m>>,
    pub(super) page: Vec<PageArg>,
    pub(super) imports: Vec<String>,
    pub(super) like: Place,
}

/// Everything that is served.
pub(super) struct Offer<'m> {
    pub(super) operations: Vec<Operation<'m>>,
    /// What resolvers need of a request.
    pub(super) members: Vec<Member>,
    pub(super) remarks: Vec<String>,
}

impl<'m> Offer<'m> {
    pub(super) fn of(&self, verb: Verb) -> Option<&Operation<'m>> {
        self.operations.iter().find(|one| one.verb == verb)
    }
}

/// Reads the routes of the resource.
pub(super) fn read<'m>(plan: &Plan<'m>) -> Result<Offer<'m>, ProposeError> {
    let collection = plan.collection;
    let row = |verbs: &[&str]| {
        let found = |verb: &&str| {
            collection
                .handlers
                .iter()
                .find(|one| one.verb == *verb && same(&one.path(), &collection.row.path()))
        };
        verbs.iter().find_map(found).copied()
    };
    let routes = [
        (Verb::List, collection.list),
        (Verb::Get, Some(collection.row)),
        (Verb::Create, collection.create),
        (Verb::Update, row(&["patch", "put"])),
        (Verb::Remove, row(&["delete"])),
    ];
    let mut offer = Offer { operations: Vec::new(), members: Vec::new(), remarks: Vec::new() };
    refuse_guarded_router(plan)?;
    for (verb, handler) in routes {
        let Some(handler) = handler else {
            offer.remarks.push(format!(
                "{} has no route that {}, so nothing does over GraphQL.",
                collection.path,
                match verb {
                    Verb::List => "lists rows",
                    Verb::Get => "reads one row",
                    Verb::Create => "creates one",
                    Verb::Update => "changes one",
                    Verb::Remove => "deletes one",
                }
            ));
            continue;
        };
        let operation = Reading { plan, verb, handler }.operation(&mut offer)?;
        offer.operations.push(operation);
    }
    let asks: Vec<String> = offer
        .members
        .iter()
        .filter(|one| !one.is_session)
        .map(|one| plan.server.access(one))
        .collect::<Result<_, _>>()?;
    let open = |operation: &&Operation<'_>| {
        !operation.lines.iter().any(|line| asks.iter().any(|one| line.contains(one.as_str())))
    };
    if !asks.is_empty() {
        let open: Vec<String> =
            offer.operations.iter().filter(open).map(|one| format!("{} ({})", one.name, one.like)).collect();
        offer.remarks.push(if open.is_empty() {
            "Who asks is found for every request to GraphQL, as the routes do it.".into()
        } else {
            format!(
                "Who asks is found for every request to GraphQL, so {} is for those who signed in alone, while the \
                 route is open.",
                open.join(", ")
            )
        });
    }
    Ok(offer)
}

/// A guard on all routes of the file, or where they are included.
fn refuse_guarded_router(plan: &Plan<'_>) -> Result<(), ProposeError> {
    for (path, module) in &plan.reader.modules {
        for call in super::super::chain::Inside::of(&module.body).calls {
            let is_own = match last_name(&call.func) {
                Some("APIRouter") => *path == plan.collection.path,
                Some("include_router") => {
                    let root = call.arguments.args.first().map(|one| module.source(one)).unwrap_or_default();
                    let root = root.split('.').next().unwrap_or_default();
                    plan.reader.find(path, root).is_some_and(|found| found.path == plan.collection.path)
                }
                _ => false,
            };
            if is_own && has_guard(call) {
                return guarded(&Place::new(*path, module.line(call)));
            }
        }
    }
    Ok(())
}

fn has_guard(call: &ExprCall) -> bool {
    call.arguments.keywords.iter().any(|one| one.arg.as_deref() == Some("dependencies"))
}

fn guarded(place: &Place) -> Result<(), ProposeError> {
    Err(ProposeError::NotApplicable(format!(
        "{place} guards routes by dependencies=[...], and a resolver beside them would be open; make what it asks for a \
         parameter of the handlers, then run the recipe again"
    )))
}

struct Reading<'p, 'm> {
    plan: &'p Plan<'m>,
    verb: Verb,
    handler: Handler<'m>,
}

impl<'m> Reading<'_, 'm> {
    fn operation(&self, offer: &mut Offer<'m>) -> Result<Operation<'m>, ProposeError> {
        let plan = self.plan;
        let scope = Scope { path: plan.collection.path, class: None, function: self.handler.function };
        let module = plan.reader.module(scope.path)?;
        let like = Place::new(scope.path, module.line(&scope.function.name));
        self.refuse_decorators(&like)?;
        let given = plan.given(scope, self.verb == Verb::List)?;
        let variable = if given.iter().any(|(param, _)| param.name == "page") { "asked" } else { "page" };
        let mut replaced: BTreeMap<String, String> = BTreeMap::new();
        let (mut services, mut checks, mut imports) = (Vec::new(), Vec::new(), Vec::new());
        let (mut body, mut page, mut absent) = (None, Vec::new(), Vec::new());
        for (param, one) in &given {
            let stands = match one {
                Given::Member(member) => {
                    add(&mut offer.members, member, &like)?;
                    plan.server.access(member)?
                }
                Given::Service { source, imports: own, session } => {
                    add(&mut offer.members, session, &like)?;
                    services.push(format!("{} = {}", param.name, listed(source)));
                    imports.extend(own.iter().cloned());
                    continue;
                }
                Given::Key => "id".into(),
                Given::Body(class) => {
                    body = Some(*class);
                    checks
                        .push(format!("{} = {}.model_validate(⟨sent(input)⟩)", param.name, class.node.name));
                    continue;
                }
                Given::Page(arg) => {
                    page.push(arg.clone());
                    format!("{variable}.{}", param.name)
                }
                Given::Absent(default) => {
                    absent.push(param.name.clone());
                    default.clone()
                }
            };
            replaced.insert(param.name.clone(), stands);
        }
        if !absent.is_empty() {
            offer.remarks.push(format!(
                "{like} can be asked for {} too, which GraphQL does not offer.",
                absent.join(", ")
            ));
        }
        if !page.is_empty() {
            let list: Vec<String> = page.iter().map(|one| format!("{0}={0}", one.name)).collect();
            checks.push(format!("{variable} = {}(⟨{}⟩)", plan.page_args(), list.join("¦")));
        }
        let answer = self.answer()?;
        let returns = plan.returns(&answer);
        let followed = Followed { plan, scope, replaced, answer, service: RefCell::default() };
        let mut lines = match followed.lines() {
            Some(own) => {
                services.extend(followed.service.take().map(|source| format!("service = {source}")));
                services.into_iter().chain(checks).chain(own).collect::<Vec<_>>()
            }
            None => {
                imports.push(plan.router_import());
                let arguments = arguments(&given, &followed.replaced);
                let called = followed.called(plan.router_stem(), &arguments);
                services.into_iter().chain(checks).chain(called).collect()
            }
        };
        if lines.is_empty() {
            lines.push("return True".into());
        }
        Ok(Operation {
            verb: self.verb,
            name: plan.operation(self.verb),
            is_async: scope.function.is_async,
            arguments: self.arguments(body.is_some(), &page),
            returns,
            lines,
            body,
            page,
            imports,
            like,
        })
    }

    /// What a client may say.
    fn arguments(&self, has_body: bool, page: &[PageArg]) -> Vec<String> {
        let plan = self.plan;
        let mut all = Vec::new();
        if matches!(self.verb, Verb::Get | Verb::Update | Verb::Remove) {
            all.push(format!("id: {}", plan.key_type()));
        }
        if has_body {
            all.push(format!("input: {}", plan.input_class(self.verb)));
        }
        all.extend(page.iter().map(|one| format!("{}: int = {}", one.name, one.default)));
        all
    }

    fn answer(&self) -> Result<Answer, ProposeError> {
        let plan = self.plan;
        Ok(match self.verb {
            Verb::List => match &plan.shown.page {
                Some(_) => Answer::Page(plan.page_type()),
                None => Answer::Rows(plan.type_class()),
            },
            Verb::Remove => Answer::Done,
            Verb::Get | Verb::Create | Verb::Update => Answer::Row(plan.type_class()),
        })
    }

    /// What stands around the handler besides its route.
    fn refuse_decorators(&self, like: &Place) -> Result<(), ProposeError> {
        for decorator in &self.handler.function.decorator_list {
            let is_route =
                matches!(&decorator.expression, Expr::Call(call) if is_same(call, self.handler.decorator));
            let is_other_route = matches!(&decorator.expression, Expr::Call(call) if matches!(&*call.func, Expr::Attribute(one) if matches!(last_name(&one.value), Some(name) if name.contains("router"))));
            if is_route && has_guard(self.handler.decorator) {
                guarded(like)?;
            }
            if !is_route && !is_other_route {
                return Err(ProposeError::NotApplicable(format!(
                    "{like} stands below @{}, which a resolver beside it would not have; this one is yours to write",
                    decorator_name(&decorator.expression).unwrap_or("…")
                )));
            }
        }
        Ok(())
    }
}

/// Calls with lists that can be broken.
fn listed(source: &str) -> String {
    source.replace('(', "(⟨").replace(')', "⟩)").replace("(⟨⟩)", "()").replace(", ", "¦")
}

/// The arguments of a handler that is called.
fn arguments(given: &[(Param, Given<'_>)], replaced: &BTreeMap<String, String>) -> Vec<String> {
    given
        .iter()
        .map(|(param, _)| {
            let value = replaced.get(&param.name).unwrap_or(&param.name);
            format!("{}={value}", param.name)
        })
        .collect()
}

/// Adds what a request has to hold; one name cannot stand for two things.
fn add(members: &mut Vec<Member>, member: &Member, like: &Place) -> Result<(), ProposeError> {
    match members.iter().find(|known| known.name == member.name) {
        None => members.push(member.clone()),
        Some(known) if known.text == member.text && known.is_session == member.is_session => {}
        Some(known) => {
            return Err(ProposeError::NotApplicable(format!(
                "{like} takes {}, and another route of the file takes {}; give them one form first",
                member.text, known.text
            )));
        }
    }
    Ok(())
}

impl Plan<'_> {
    /// Whether a name of a handler is its session.
    pub(super) fn is_session_of(&self, scope: Scope<'_>, name: &str) -> bool {
        let Some(module) = self.reader.modules.get(scope.path) else { return false };
        let all = super::super::text::params(module, scope.function);
        all.iter().any(|one| one.name == name && is_session(one))
    }
}

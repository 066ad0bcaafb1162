//! What serves GraphQL already: the schema, its roots, where it is included, and what its context
//! holds of a request.

use super::{
    super::{
        chain::Inside,
        reader::{Class, Definition, Found, Reader},
        rows_of::is_session,
        text::{Param, params},
    },
    given::Member,
};
use crate::{
    domain::place::Place,
    ports::ProposeError,
    propose::{
        python::{Module, functions, last_name, string_value},
        recipe::errors::python::is_test,
    },
};
use ruff_python_ast::{Expr, ExprCall, Stmt, StmtFunctionDef};

/// A schema that is there.
pub(super) struct Existing<'m> {
    pub(super) path: &'m str,
    pub(super) call: &'m ExprCall,
    pub(super) place: Place,
    /// The router that serves it, and its file.
    pub(super) router: (&'m str, &'m ExprCall),
    /// Where clients ask; `None` where that is not stated.
    pub(super) address: Option<String>,
    pub(super) context: Context<'m>,
}

/// What a context holds.
pub(super) enum Context<'m> {
    /// There is none yet.
    New,
    Known {
        place: Place,
        /// How a resolver names its parameter, and where that comes from.
        info: (String, Option<(&'m str, String)>),
        members: Vec<Held>,
    },
}

/// One thing that a context holds.
pub(super) struct Held {
    access: String,
    param: Param,
    class: Option<String>,
}

/// The schema, or that there is none.
pub(super) struct Server<'m> {
    pub(super) existing: Option<Existing<'m>>,
}

impl<'m> Server<'m> {
    pub(super) fn read(reader: &'m Reader<'m>) -> Result<Self, ProposeError> {
        let mut found: Vec<(&'m str, &'m ExprCall)> = Vec::new();
        for (path, module) in reader.modules.iter().filter(|(path, _)| !is_test(path)) {
            let is_schema = |call: &&ExprCall| {
                let source = module.source(&*call.func);
                source == "strawberry.Schema"
                    || source == "strawberry.federation.Schema"
                    || source == "Schema"
                        && module.origin_of("Schema").is_some_and(|(from, _)| from.starts_with("strawberry"))
            };
            found.extend(
                Inside::of(&module.body).calls.into_iter().filter(is_schema).map(|call| (*path, call)),
            );
        }
        let Some((path, call)) = found.first().copied() else {
            refuse_other_libraries(reader)?;
            return Ok(Self { existing: None });
        };
        let module = reader.module(path)?;
        let place = Place::new(path, module.line(call));
        if let Some((other, second)) = found.get(1) {
            let other = Place::new(*other, reader.module(other)?.line(*second));
            return Err(ProposeError::NotApplicable(format!(
                "there are two schemas, at {place} and {other}; which of them shall serve it is yours to say"
            )));
        }
        let router = router(reader).ok_or_else(|| {
            ProposeError::NotApplicable(format!(
                "the schema at {place} is not served by a GraphQLRouter, so what its resolvers have of a request is not \
                 known"
            ))
        })?;
        let context = context(reader, router)?;
        Ok(Self {
            existing: Some(Existing { path, call, place, router, address: address(reader, router), context }),
        })
    }

    fn context(&self) -> Option<&Context<'m>> {
        self.existing.as_ref().map(|one| &one.context)
    }

    /// How a resolver reaches something of the request; refused where the context does not hold it.
    pub(super) fn access(&self, member: &Member) -> Result<String, ProposeError> {
        let Some(Context::Known { members, place, .. }) = self.context() else {
            return Ok(format!("info.context.{}", member.name));
        };
        let held = members.iter().find(|one| match (member.is_session, &member.class) {
            (true, _) => is_session(&one.param),
            (false, Some(class)) => one.class.as_ref() == Some(class),
            (false, None) => one.param.name == member.name,
        });
        held.map(|one| one.access.clone()).ok_or_else(|| {
            ProposeError::NotApplicable(format!(
                "the context of GraphQL at {place} does not hold {}, which the routes ask for; add it there (every \
                 operation asks for it then), and run the recipe again",
                member.text
            ))
        })
    }
}

/// Libraries that serve another schema.
fn refuse_other_libraries(reader: &Reader<'_>) -> Result<(), ProposeError> {
    for (path, module) in &reader.modules {
        let known = module.import_froms().find_map(|import| {
            let root = import.module.as_ref()?.split('.').next()?.to_owned();
            matches!(root.as_str(), "ariadne" | "graphene" | "tartiflette")
                .then(|| (root, module.line(import)))
        });
        if let Some((library, line)) = known {
            return Err(ProposeError::NotApplicable(format!(
                "{} serves GraphQL with {library}; the recipe writes Strawberry, and two schemas are for nobody",
                Place::new(*path, line)
            )));
        }
    }
    Ok(())
}

/// The router that serves the schema.
fn router<'m>(reader: &'m Reader<'m>) -> Option<(&'m str, &'m ExprCall)> {
    reader.modules.iter().filter(|(path, _)| !is_test(path)).find_map(|(path, module)| {
        let calls = Inside::of(&module.body).calls;
        let call = calls.into_iter().find(|call| match &*call.func {
            Expr::Subscript(one) => last_name(&one.value) == Some("GraphQLRouter"),
            other => last_name(other) == Some("GraphQLRouter"),
        })?;
        Some((*path, call))
    })
}

/// A keyword of a call.
pub(super) fn keyword<'m>(call: &'m ExprCall, name: &str) -> Option<&'m Expr> {
    call.arguments.keywords.iter().find(|one| one.arg.as_deref() == Some(name)).map(|one| &one.value)
}

/// The name that a module gives the value of a call.
fn named<'m>(module: &'m Module<'_>, call: &ExprCall) -> Option<&'m str> {
    module.body.iter().find_map(|stmt| match stmt {
        Stmt::Assign(assign) => match (&*assign.value, assign.targets.as_slice()) {
            (Expr::Call(own), [Expr::Name(name)]) if super::given::is_same(own, call) => {
                Some(name.id.as_str())
            }
            _ => None,
        },
        _ => None,
    })
}

/// Where the router is included, as far as texts say it.
fn address(reader: &Reader<'_>, (path, call): (&str, &ExprCall)) -> Option<String> {
    let own = match keyword(call, "path") {
        Some(path) => string_value(path)?,
        None => String::new(),
    };
    let prefix = match keyword(call, "prefix") {
        Some(prefix) => string_value(prefix)?,
        None => String::new(),
    };
    let name = named(reader.modules.get(path)?, call)?;
    for (includer, module) in &reader.modules {
        for include in Inside::of(&module.body).calls {
            if last_name(&include.func) != Some("include_router") {
                continue;
            }
            let is_app = matches!(&*include.func, Expr::Attribute(one) if last_name(&one.value).is_some_and(|app| !app.contains("router")));
            let Some(Expr::Name(given)) = include.arguments.args.first() else { continue };
            let is_own = module.origin_of(given.id.as_str()).map_or_else(
                || *includer == path && given.id.as_str() == name,
                |(from, original)| original == name && reader.file_of(includer, &from) == Some(path),
            );
            if is_own && is_app {
                let at = match keyword(include, "prefix") {
                    Some(prefix) => string_value(prefix)?,
                    None => String::new(),
                };
                return Some(format!("{at}{prefix}{own}"));
            }
        }
    }
    None
}

/// What the router gives resolvers.
fn context<'m>(
    reader: &'m Reader<'m>,
    (path, call): (&'m str, &'m ExprCall),
) -> Result<Context<'m>, ProposeError> {
    let Some(getter) = keyword(call, "context_getter") else { return Ok(Context::New) };
    let module = reader.module(path)?;
    let place = Place::new(path, module.line(getter));
    let unknown = || {
        ProposeError::NotApplicable(format!(
            "what the context at {place} holds was not understood; the recipe knows a class and a dictionary that a \
             function returns"
        ))
    };
    let found = last_name(getter).and_then(|name| reader.find(path, name)).ok_or_else(unknown)?;
    match found {
        Found { path, what: Definition::Class(node) } => {
            of_class(reader, Class { path, node }).ok_or_else(unknown)
        }
        Found { path, what: Definition::Function(function) } => {
            of_function(reader, path, function).ok_or_else(unknown)
        }
        _ => Err(unknown()),
    }
}

fn of_function<'m>(
    reader: &'m Reader<'m>,
    path: &'m str,
    function: &'m StmtFunctionDef,
) -> Option<Context<'m>> {
    let module = reader.modules.get(path)?;
    let returned = function.body.iter().find_map(|stmt| match stmt {
        Stmt::Return(one) => one.value.as_deref(),
        _ => None,
    })?;
    if let Expr::Dict(dict) = returned {
        let given = params(module, function);
        let scope = super::super::reader::Scope { path, class: None, function };
        let members = dict.items.iter().filter_map(|item| {
            let key = string_value(item.key.as_ref()?)?;
            let Expr::Name(name) = &item.value else { return None };
            let param = given.iter().find(|one| one.name == name.id.as_str())?.clone();
            let class = reader.parameter(scope, &param.name).map(|class| class.node.name.to_string());
            Some(Held { access: format!("info.context[\"{key}\"]"), param, class })
        });
        return Some(Context::Known {
            place: Place::new(path, module.line(&function.name)),
            info: ("strawberry.Info".into(), None),
            members: members.collect(),
        });
    }
    let made = match returned {
        Expr::Call(call) => reader.annotated(path, &call.func),
        Expr::Name(name) => {
            reader.parameter(super::super::reader::Scope { path, class: None, function }, name.id.as_str())
        }
        _ => None,
    };
    of_class(reader, made.or_else(|| reader.annotated(path, function.returns.as_deref()?))?)
}

fn of_class<'m>(reader: &'m Reader<'m>, class: Class<'m>) -> Option<Context<'m>> {
    let module = reader.modules.get(class.path)?;
    let mut members = Vec::new();
    for stmt in &class.node.body {
        if let Stmt::AnnAssign(assign) = stmt
            && let Some(name) = last_name(&assign.target)
        {
            members.push(Held {
                access: format!("info.context.{name}"),
                param: Param::plain(name, module.source(&*assign.annotation)),
                class: reader.annotated(class.path, &assign.annotation).map(|one| one.node.name.to_string()),
            });
        }
    }
    if let Some(function) = functions(&class.node.body).find(|one| one.name.as_str() == "__init__") {
        let given = params(module, function);
        let scope = super::super::reader::Scope { path: class.path, class: Some(class), function };
        for stmt in &function.body {
            let Stmt::Assign(assign) = stmt else { continue };
            let (Some(Expr::Attribute(attribute)), Expr::Name(value)) =
                (assign.targets.first(), &*assign.value)
            else {
                continue;
            };
            let Some(param) = given.iter().find(|one| one.name == value.id.as_str()) else { continue };
            members.push(Held {
                access: format!("info.context.{}", attribute.attr),
                param: param.clone(),
                class: reader.parameter(scope, &param.name).map(|one| one.node.name.to_string()),
            });
        }
    }
    let has_alias = matches!(
        reader.find(class.path, "Info"),
        Some(Found { path, what: Definition::Value(_) }) if path == class.path
    );
    let name = class.node.name.to_string();
    let info = if has_alias {
        ("Info".to_owned(), Some((class.path, "Info".to_owned())))
    } else {
        (format!("strawberry.Info[{name}, None]"), Some((class.path, name)))
    };
    Some(Context::Known { place: Place::new(class.path, module.line(&class.node.name)), info, members })
}

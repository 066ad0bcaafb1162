//! What is known while a route is written, and the functions that are added.

use super::{
    chain::{Level, Next, session_of},
    collection::{Collection, Handler},
    columns::Model,
    reader::{Class, Reader, Scope},
    text::{Head, Param, indented},
};
use crate::{
    domain::{conventional::layer_by_path, layer::Layer, place::Place},
    ports::ProposeError,
    propose::{
        python::{Module, functions, last_name, range_of},
        recipe::{
            endpoint::{
                Kind, Reach,
                column::Column,
                route::{ROW, Route},
            },
            fields,
            python_text::Habits,
            resource::Ask,
        },
    },
};
use ruff_python_ast::{Expr, StmtFunctionDef};

/// How the session is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::propose::recipe) enum Dialect {
    Sqlalchemy,
    Sqlmodel,
}

/// Where a new function stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum At {
    /// After a function of the file or class; after the last statement where it is none of these.
    After(String),
    Before(String),
}

/// A function to add.
pub(super) struct Addition {
    pub(super) path: String,
    pub(super) class: Option<String>,
    pub(super) at: At,
    pub(super) name: String,
    pub(super) text: String,
    /// The line that it follows.
    pub(super) like: Place,
    pub(super) layer: Layer,
}

/// Everything that is known.
pub(super) struct Work<'m> {
    pub(super) ask: &'m Ask<'m>,
    pub(super) route: &'m Route,
    pub(super) reader: &'m Reader<'m>,
    pub(super) model: &'m Model<'m>,
    pub(super) collection: &'m Collection<'m>,
    pub(super) levels: &'m [Level<'m>],
    pub(super) habits: &'m Habits,
    pub(super) dialect: Dialect,
}

impl<'m> Work<'m> {
    pub(super) fn module(&self, path: &str) -> Result<&'m Module<'m>, ProposeError> {
        self.reader.module(path)
    }

    /// The name of a row in a function: the resource, or `row` where a parameter has that name.
    pub(super) fn variable(&self, params: &[Param]) -> String {
        let name = &self.ask.name.snake;
        let taken = params.iter().any(|one| one.name == *name);
        if taken { "row".into() } else { name.clone() }
    }

    pub(super) fn quoted(&self, text: &str) -> String {
        let quote = self.habits.quote;
        format!("{quote}{text}{quote}")
    }

    /// The name of a function that follows one of the row's.
    pub(super) fn named(&self, like: &StmtFunctionDef) -> String {
        if let Some(said) = &self.route.named {
            return said.clone();
        }
        let (name, verb) = (&self.ask.name, &self.route.verb);
        let like = like.name.as_str();
        let words: Vec<&str> = like.split('_').collect();
        let whole = like.contains(&name.snake) || like.contains(&name.plural);
        let is_long = whole || words.contains(&name.snake.as_str());
        match self.route.kind {
            Kind::Action if is_long => format!("{verb}_{}", name.snake),
            Kind::Action => verb.clone(),
            Kind::Count if is_long => format!("{verb}_{}", name.plural),
            Kind::Count => verb.clone(),
            Kind::List if is_long => format!("list_{}_{verb}", name.plural),
            Kind::List => format!("list_{verb}"),
            Kind::Lookup => self.behind(like),
        }
    }

    /// `get_by_sku` behind `get` or instead of `get_by_id`.
    pub(super) fn behind(&self, like: &str) -> String {
        if let Some(said) = &self.route.named {
            return said.clone();
        }
        let stem = like.split("_by_").next().unwrap_or(like);
        format!("{stem}_{}", self.route.verb)
    }

    /// Where a function of the routes' own file stands.
    pub(super) fn place_of(&self, function: &StmtFunctionDef) -> Place {
        let line = self.module(self.collection.path).map_or(1, |module| module.line(&function.name));
        Place::new(self.collection.path, line)
    }

    /// The layer of a file.
    pub(super) fn layer(&self, path: &str) -> Layer {
        if path == self.collection.path {
            return Layer::Router;
        }
        self.ask.map.layer_of(path).or_else(|| layer_by_path(path)).unwrap_or(Layer::Service)
    }

    /// An addition beside the function that it follows.
    pub(super) fn beside(
        &self,
        scope: Scope<'m>,
        head: &Head<'_>,
        body: &[String],
    ) -> Result<Addition, ProposeError> {
        let module = self.module(scope.path)?;
        let container = scope.class;
        let path = container.map_or(scope.path, |class| class.path);
        let own = container.is_none_or(|class| {
            functions(&class.node.body).any(|function| range_of(function) == range_of(scope.function))
                && class.path == scope.path
        });
        let at = if own { scope.function.name.to_string() } else { String::new() };
        self.refuse_taken(container, path, head.name)?;
        let marks: Vec<String> = scope
            .function
            .decorator_list
            .iter()
            .filter(|mark| matches!(last_name(&mark.expression), Some("staticmethod" | "classmethod")))
            .map(|mark| module.source(mark).to_owned())
            .collect();
        let text = indented(&head.with(&marks, body), usize::from(container.is_some()));
        Ok(Addition {
            path: path.to_owned(),
            class: container.map(|class| class.node.name.to_string()),
            at: At::After(at),
            name: head.name.to_owned(),
            text,
            like: Place::new(scope.path, module.line(&scope.function.name)),
            layer: self.layer(path),
        })
    }

    /// A name that a class or a file has already stops the recipe.
    fn refuse_taken(&self, class: Option<Class<'_>>, path: &str, name: &str) -> Result<(), ProposeError> {
        let module = self.module(path)?;
        let body = class.map_or(module.body.as_slice(), |class| class.node.body.as_slice());
        match functions(body).find(|function| function.name.as_str() == name) {
            Some(function) => Err(ProposeError::Clash {
                what: match class {
                    Some(class) => format!("a method {}.{name}", class.node.name),
                    None => format!("a function {name}"),
                },
                place: Place::new(path, module.line(&function.name)).to_string(),
            }),
            None => Ok(()),
        }
    }

    /// The new handler, where no other route takes its requests; `None` where none is asked for.
    pub(super) fn handler(
        &self,
        like: Handler<'m>,
        response: Option<&str>,
        head: &Head<'_>,
        body: &[String],
    ) -> Result<Option<Addition>, ProposeError> {
        if self.route.reach == Reach::Service {
            return Ok(None);
        }
        let path = self.local_path();
        let verb = self.route.method.to_lowercase();
        let module = self.module(self.collection.path)?;
        let place =
            |handler: &Handler<'_>| Place::new(self.collection.path, module.line(&handler.function.name));
        if let Some(same) = self.collection.same(&verb, &path) {
            let what = format!("a route {} {}", self.route.method, same.path());
            return Err(ProposeError::Clash { what, place: place(same).to_string() });
        }
        self.refuse_taken(None, self.collection.path, head.name)?;
        let at = match self.collection.hiding(&verb, &path) {
            Some(hiding) => At::Before(hiding.function.name.to_string()),
            None => At::After(like.function.name.to_string()),
        };
        let mut decorators = Vec::new();
        for decorator in &like.function.decorator_list {
            let is_route = matches!(&decorator.expression, Expr::Call(call) if range_of(call) == range_of(like.decorator));
            decorators.push(if is_route {
                self.decorator(module, like, &verb, &path, response)
            } else {
                module.source(decorator).to_owned()
            });
        }
        let text = indented(&head.with(&decorators, body), 0);
        Ok(Some(Addition {
            path: self.collection.path.to_owned(),
            class: None,
            at,
            name: head.name.to_owned(),
            text,
            like: place(&like),
            layer: Layer::Router,
        }))
    }

    /// The path as the new decorator says it.
    pub(super) fn local_path(&self) -> String {
        let row = self.collection.row.path();
        let slash = if row.ends_with('/') { "/" } else { "" };
        let own = self.route.path.replace(ROW, &format!("{{{}}}", self.collection.key));
        format!("{}{own}{slash}", self.collection.prefix)
    }

    fn decorator(
        &self,
        module: &Module<'_>,
        like: Handler<'_>,
        verb: &str,
        path: &str,
        response: Option<&str>,
    ) -> String {
        let receiver = match &*like.decorator.func {
            Expr::Attribute(attribute) => module.source(&*attribute.value),
            _ => "router",
        };
        let mut parts = vec![self.quoted(path)];
        for keyword in &like.decorator.arguments.keywords {
            let Some(name) = keyword.arg.as_ref().map(|arg| arg.as_str()) else { continue };
            match (name, response) {
                (
                    "path" | "name" | "operation_id" | "summary" | "description" | "response_description",
                    _,
                )
                | ("status_code", _) => {}
                ("response_model", Some(of)) => parts.push(format!("response_model={of}")),
                _ => parts.push(module.source(keyword).to_owned()),
            }
        }
        format!("@{receiver}.{verb}(⟨{}⟩)", parts.join("¦"))
    }

    /// What a handler answers with, by its decorator or its annotation.
    pub(super) fn response_of(&self, handler: Handler<'m>) -> Result<Option<String>, ProposeError> {
        let module = self.module(self.collection.path)?;
        let keywords = handler.decorator.arguments.keywords.iter();
        let stated = keywords
            .into_iter()
            .find(|keyword| keyword.arg.as_ref().is_some_and(|arg| arg == "response_model"))
            .map(|keyword| module.source(&keyword.value).to_owned());
        let annotation = handler.function.returns.as_deref().map(|returns| module.source(returns).to_owned());
        Ok(stated.or(annotation.filter(|of| of != "Any" && *of != self.model.name)))
    }

    /// A parameter for the column that is looked for: as a handler takes it, with its bounds.
    pub(super) fn in_address(&self, column: &Column) -> Result<Param, ProposeError> {
        let module = self.module(self.collection.path)?;
        let is_other = module.origin_of("Path").is_some_and(|(from, _)| from != "fastapi");
        let limits = self.limits(column);
        Ok(if limits.is_empty() || is_other {
            Param::plain(&column.name, &column.source_type)
        } else {
            let list = limits.join(", ");
            Param::plain(&column.name, &format!("Annotated[{}, Path({list})]", column.source_type))
        })
    }

    /// What bounds a column's value in an address.
    pub(super) fn limits(&self, column: &Column) -> Vec<String> {
        let bound = |name: &str, value: Option<i64>| value.map(|value| format!("{name}={value}"));
        match column.kind {
            _ if !column.choices.is_empty() => Vec::new(),
            fields::Kind::String | fields::Kind::Text => {
                let min = column.min.filter(|min| *min > 1);
                [bound("min_length", min), bound("max_length", Some(column.max.unwrap_or(255)))]
                    .into_iter()
                    .flatten()
                    .collect()
            }
            fields::Kind::Integer => {
                [bound("ge", column.min), bound("le", column.max)].into_iter().flatten().collect()
            }
            _ => Vec::new(),
        }
    }

    /// The session of the function where the data is, and whether asking it is awaited.
    pub(super) fn session(&self) -> Option<(String, bool)> {
        let last = self.levels.last()?;
        let function = last.scope.function;
        let module = self.reader.modules.get(last.scope.path)?;
        let asked = match &last.next {
            Next::Get { call, .. } => match &*call.func {
                Expr::Attribute(attribute) => Some(&*attribute.value),
                _ => None,
            },
            Next::Call(_) | Next::Compare { .. } => session_of(function),
        }?;
        Some((module.source(asked).to_owned(), function.is_async))
    }

    /// The levels of one row without helpers beside the handler, which are about one row only.
    pub(super) fn plain_levels(&self) -> Vec<Level<'m>> {
        let is_helper =
            |level: &Level<'_>| level.scope.class.is_none() && level.scope.path == self.collection.path;
        let kept =
            self.levels.iter().enumerate().take_while(|(index, level)| *index == 0 || !is_helper(level));
        kept.map(|(_, level)| level.clone()).collect()
    }

    /// The session of a level's new function, and whether asking it is awaited.
    pub(super) fn session_at(&self, own: &[Param], index: usize) -> Result<(String, bool), ProposeError> {
        let found = if index + 1 == self.levels.len() {
            self.session()
        } else {
            self.handlers_session(own).map(|session| (session, self.collection.row.function.is_async))
        };
        found.ok_or_else(|| {
            let name = &self.collection.row.function.name;
            ProposeError::NotApplicable(format!(
                "the session that {name} reads through could not be followed"
            ))
        })
    }

    /// The columns that a level's function has for its statements.
    pub(super) fn width_at(&self, index: usize) -> usize {
        let in_class = self.levels.get(index).is_some_and(|level| level.scope.class.is_some());
        self.habits.width.saturating_sub(if in_class { 8 } else { 4 })
    }

    /// The key's attribute.
    pub(super) fn key(&self) -> &str {
        let key = self.model.columns.iter().find(|column| column.is_key);
        key.map_or("id", |column| column.name.as_str())
    }

    /// `list[X]`, or `List[X]` where the routes write that.
    pub(super) fn list_of(&self, of: &str) -> String {
        let old = self.reader.modules.values().any(|module| module.origin_of("Optional").is_some());
        if old { format!("List[{of}]") } else { format!("list[{of}]") }
    }

    /// Whether queries are written `session.query(Model)`.
    pub(super) fn is_legacy(&self) -> bool {
        let last = self.levels.last().and_then(|level| self.reader.modules.get(level.scope.path));
        last.is_some_and(|module| module.text.contains(".query(") && !module.text.contains("select("))
    }

    /// The annotation of a function; what a general base says of its rows is the model here.
    pub(super) fn returns_of(&self, scope: Scope<'m>) -> Result<Option<String>, ProposeError> {
        let module = self.module(scope.path)?;
        let Some(returns) = scope.function.returns.as_deref() else { return Ok(None) };
        let source = module.source(returns);
        let is_inherited = scope.class.is_some_and(|class| class.path != scope.path);
        let names_model = source.contains(&self.model.name);
        let general = match returns {
            Expr::BinOp(operation) => last_name(&operation.left),
            Expr::Subscript(subscript) => last_name(&subscript.slice),
            other => last_name(other),
        };
        match general.filter(|_| is_inherited && !names_model) {
            Some(general) => Ok(Some(source.replacen(general, &self.model.name, 1))),
            None => Ok(Some(source.to_owned())),
        }
    }
}

//! The `graphql` recipe for FastAPI with SQLAlchemy or SQLModel: types, queries and mutations of
//! Strawberry that do what the routes of a resource do.
//!
//! It stands beside the recipe `endpoint` because it reads the backend with the same eyes. A schema
//! that is there gets the operations; where there is none, one is made and served.

mod body;
mod files;
mod given;
mod kinds;
mod members;
mod offer;
mod scope;
mod server;
mod tests_of;
mod wiring;

use super::{
    collection::Collection,
    columns::Model,
    files::dotted,
    reader::{self, Definition, Found, Reader},
    work::Dialect,
};
use crate::{
    domain::place::Place,
    ports::ProposeError,
    propose::{
        python::{Module, last_name},
        recipe::{
            errors::python::is_test,
            fastapi::errors::{application, application::Application, home::Home},
            python_text::Habits,
            resource::{Ask, Draft},
        },
    },
};
use body::Answer;
use members::Shown;
use offer::{Offer, Verb};
use server::Server;
use std::collections::BTreeMap;

/// Everything that is known before a file is rendered.
struct Plan<'m> {
    ask: &'m Ask<'m>,
    reader: &'m Reader<'m>,
    model: &'m Model<'m>,
    collection: &'m Collection<'m>,
    habits: &'m Habits,
    dialect: Dialect,
    server: &'m Server<'m>,
    shown: &'m Shown<'m>,
    application: &'m Application,
    /// The folder of the new modules, with its last `/`.
    folder: &'m str,
    /// The folder of the recipe's templates.
    templates: &'static str,
    /// `Optional[X]` instead of `X | None`.
    old: bool,
}

/// All files, and the remarks on them.
pub(in crate::propose::recipe) fn draft(
    ask: &Ask<'_>,
    dialect: Dialect,
    templates: &'static str,
) -> Result<Draft, ProposeError> {
    let texts = reader::texts(&ask.workspace)?;
    let reader = Reader::new(&texts);
    let model = super::model(ask, &reader, "operations of GraphQL")?;
    ask.go_on()?;
    let collection = Collection::find(&reader, &ask.name, &model.name, ask.map)?;
    let habits = super::habits(ask, &reader, &model, collection.path)?;
    let old = reader.modules.values().any(|module| module.origin_of("Optional").is_some());
    let server = Server::read(&reader)?;
    let shown = members::shown(&reader, &collection, &model, old)?;
    let own: BTreeMap<&str, &Module<'_>> = reader
        .modules
        .iter()
        .filter(|(path, _)| !is_test(path))
        .map(|(path, module)| (*path, module))
        .collect();
    let application = application::find(&own)?;
    let folder = folder(&server, &application, &own);
    let plan = Plan {
        ask,
        reader: &reader,
        model: &model,
        collection: &collection,
        habits: &habits,
        dialect,
        server: &server,
        shown: &shown,
        application: &application,
        folder: &folder,
        templates,
        old,
    };
    plan.refuse_known()?;
    let offer = offer::read(&plan)?;
    ask.go_on()?;
    let (files, mut remarks) = plan.files(&offer)?;
    remarks.extend(plan.left());
    remarks.extend(offer.remarks);
    let like = match &server.existing {
        Some(existing) => format!("in the schema of {}", existing.place),
        None => "on a new /graphql".into(),
    };
    Ok(Draft { like, files, remarks })
}

/// Where the new modules stand: beside the schema where its folder is about GraphQL, else in a
/// package of the application. At the root of all imports it must not hide the library `graphql`.
fn folder(server: &Server<'_>, application: &Application, own: &BTreeMap<&str, &Module<'_>>) -> String {
    if let Some(existing) = &server.existing
        && let Some((folder, _)) = existing.path.rsplit_once('/')
        && folder.rsplit('/').next().is_some_and(|last| last.contains("graphql") || last.contains("gql"))
    {
        return format!("{folder}/");
    }
    let home = Home::of(&application.path, own);
    let folder = application.path.rsplit_once('/').map_or(String::new(), |(folder, _)| format!("{folder}/"));
    let name = if folder == home.import_root { "graphql_api" } else { "graphql" };
    format!("{folder}{name}/")
}

impl<'m> Plan<'m> {
    /// `UserType`
    fn type_class(&self) -> String {
        format!("{}Type", self.ask.name.pascal)
    }

    /// The answer of a list.
    fn page_type(&self) -> String {
        format!("{}Page", self.ask.name.pascal)
    }

    /// The numbers that say which page is meant.
    fn page_args(&self) -> String {
        format!("{}PageArgs", self.ask.name.pascal)
    }

    fn input_class(&self, verb: Verb) -> String {
        let word = if verb == Verb::Create { "Create" } else { "Update" };
        format!("{}{word}Input", self.ask.name.pascal)
    }

    fn query_class(&self) -> String {
        format!("{}Query", self.ask.name.pascal)
    }

    fn mutation_class(&self) -> String {
        format!("{}Mutation", self.ask.name.pascal)
    }

    /// The name of an operation, as Python has it.
    fn operation(&self, verb: Verb) -> String {
        let name = &self.ask.name;
        match verb {
            Verb::List => name.plural.clone(),
            // `news` is one and many.
            Verb::Get if name.snake == name.plural => format!("{}_by_id", name.snake),
            Verb::Get => name.snake.clone(),
            Verb::Create => format!("create_{}", name.snake),
            Verb::Update => format!("update_{}", name.snake),
            Verb::Remove => format!("delete_{}", name.snake),
        }
    }

    fn returns(&self, answer: &Answer) -> String {
        match answer {
            Answer::Row(of) | Answer::Page(of) => of.clone(),
            Answer::Rows(of) => format!("list[{of}]"),
            Answer::Done => "bool".into(),
        }
    }

    /// The type of the row's key.
    fn key_type(&self) -> String {
        let key = self.model.columns.iter().find(|column| column.is_key);
        key.map_or_else(|| "int".into(), |column| column.source_type.clone())
    }

    /// The routes' module as its users call it.
    fn router_stem(&self) -> &'m str {
        self.collection.path.trim_end_matches(".py").rsplit('/').next().unwrap_or_default()
    }

    fn router_import(&self) -> String {
        let whole = self.dotted(self.collection.path);
        match whole.rsplit_once('.') {
            Some((package, stem)) => format!("{package}:{stem}"),
            None => whole,
        }
    }

    fn dotted(&self, path: &str) -> String {
        dotted(self.reader, self.model, path)
    }

    /// The path of one of the new modules.
    fn path(&self, stem: &str) -> String {
        format!("{}{stem}.py", self.folder)
    }

    /// Whether a module that several resources share is there already.
    fn has(&self, stem: &str, symbol: &str) -> bool {
        matches!(
            self.reader.find(&self.path(stem), symbol),
            Some(Found { what: Definition::Class(_) | Definition::Function(_), .. })
        )
    }

    /// A type of GraphQL that would have a name of this resource's.
    fn refuse_known(&self) -> Result<(), ProposeError> {
        let name = &self.ask.name.pascal;
        let own = [
            self.type_class(),
            self.page_type(),
            self.input_class(Verb::Create),
            self.input_class(Verb::Update),
            self.query_class(),
            self.mutation_class(),
        ];
        for (path, module) in &self.reader.modules {
            for class in module.classes() {
                let mark = class.decorator_list.iter().find(|mark| {
                    let source = module.source(&mark.expression);
                    source.starts_with("strawberry.") || last_name(&mark.expression) == Some("type")
                });
                let Some(mark) = mark else { continue };
                let known = class.name.as_str();
                let shown = members::type_name(&mark.expression).unwrap_or_else(|| known.to_owned());
                if own.iter().any(|one| one == known) || shown == *name {
                    return Err(ProposeError::Clash {
                        what: format!("a type {shown} of GraphQL"),
                        place: Place::new(*path, module.line(&class.name)).to_string(),
                    });
                }
            }
        }
        Ok(())
    }

    /// What clients do not see.
    fn left(&self) -> Option<String> {
        (!self.shown.left.is_empty()).then(|| {
            format!(
                "Not in the type {}: {}; what looks like a secret, and what has no type in GraphQL, is added by hand.",
                self.ask.name.pascal,
                self.shown.left.join(", ")
            )
        })
    }

    fn has_mutations(offer: &Offer<'_>) -> bool {
        offer.operations.iter().any(|one| !matches!(one.verb, Verb::List | Verb::Get))
    }
}

//! The `endpoint` recipe for FastAPI with SQLAlchemy or SQLModel.
//!
//! The functions of one row are followed from the handler down to the query; a new route gets
//! a function beside each of them, in the same form. What cannot be followed is said, and
//! nothing is written.

mod access;
mod action;
mod answers;
mod chain;
mod collection;
mod columns;
mod count;
mod files;
mod graphql;
mod list;
mod lookup;
mod reader;
mod repository;
mod rows;
mod rows_of;
mod service_tests;
mod subject;
mod tests_of;
mod text;
mod work;

pub(in crate::propose::recipe) use graphql::draft as graphql;
pub(in crate::propose::recipe) use repository::draft as repository;
pub(in crate::propose::recipe) use work::Dialect;

use super::alter::python_lines;
use crate::{
    domain::{layer::Layer, place::Place},
    ports::ProposeError,
    propose::recipe::{
        endpoint::{
            Kind, NewRoute, Reach,
            route::{self, Route},
        },
        python_text::Habits,
        resource::{Ask, Draft},
    },
};
use chain::Level;
use collection::Collection;
use columns::{Model, tables};
use reader::{Reader, Scope};
use std::collections::BTreeSet;
use work::{Addition, Work};

/// All changed files, and the remarks on them.
pub(in crate::propose::recipe) fn draft(new: &NewRoute<'_>, dialect: Dialect) -> Result<Draft, ProposeError> {
    let ask = new.ask;
    let texts = reader::texts(&ask.workspace)?;
    let reader = Reader::new(&texts);
    let model = model(ask, &reader, "a route")?;
    ask.go_on()?;
    let collection = Collection::find(&reader, &ask.name, &model.name, ask.map)?;
    let seen = route::Model { name: &model.name, columns: &model.columns, collection: &collection.url };
    let route = match new.wanted.reach {
        Reach::Service => Route::for_service(new.wanted, &seen)?,
        Reach::Route => Route::decide(new.wanted, &seen)?,
    };
    if route.reach == Reach::Route {
        refuse_served(ask, &collection, &route)?;
    }
    let handler = Scope { path: collection.path, class: None, function: collection.row.function };
    let levels = chain::follow(&reader, handler, &collection.key).ok_or_else(|| {
        let line =
            reader.module(collection.path).map_or(1, |module| module.line(&collection.row.function.name));
        ProposeError::NotApplicable(format!(
            "the way from {} to its query could not be followed, so where a new one belongs is not known",
            Place::new(collection.path, line)
        ))
    })?;
    if route.reach == Reach::Service {
        refuse_without_service(ask, &reader, &levels)?;
    }
    let habits = habits(ask, &reader, &model, collection.path)?;
    let work = Work {
        ask,
        route: &route,
        reader: &reader,
        model: &model,
        collection: &collection,
        levels: &levels,
        habits: &habits,
        dialect,
    };
    let additions: Vec<Addition> = match route.kind {
        Kind::List => list::additions(&work),
        Kind::Lookup => lookup::additions(&work),
        Kind::Count => count::additions(&work),
        Kind::Action => action::additions(&work),
    }?;
    ask.go_on()?;
    let queries = match dialect {
        Dialect::Sqlalchemy => ["sqlalchemy:select", "sqlalchemy:func"],
        Dialect::Sqlmodel => ["sqlmodel:select", "sqlmodel:func"],
    };
    let mut files = files::changed(ask, &reader, &model, &habits, &additions, queries)?;
    let mut remarks = remarks(&work);
    let (like, tests) = match additions.first().filter(|_| route.reach == Reach::Service) {
        Some(top) => {
            let lead = top.class.as_ref().map(|class| format!("{class}.")).unwrap_or_default();
            (format!("{lead}{} to {}", top.name, top.path), service_tests::file(&work, &files, top)?)
        }
        None => {
            let address = collection.address(&route.path);
            (format!("{} {address} to {}", route.method, collection.path), tests_of::file(&work)?)
        }
    };
    match tests {
        Ok(file) => files.push(file),
        Err(why) => remarks.push(why),
    }
    Ok(Draft { like, files, remarks })
}

/// The model of the resource; the error lists those that are known.
fn model<'m>(ask: &Ask<'_>, reader: &'m Reader<'_>, what: &str) -> Result<Model<'m>, ProposeError> {
    let all = tables(reader);
    if all.is_empty() {
        return Err(ProposeError::NotApplicable(format!(
            "no model with a table was found to add {what} for"
        )));
    }
    let Some(class) = all.iter().find(|class| class.node.name.as_str() == ask.name.pascal) else {
        let known: BTreeSet<&str> = all.iter().map(|class| class.node.name.as_str()).collect();
        return Err(ProposeError::Input {
            what: format!("there is no resource {} to add {what} to", ask.name.pascal),
            hint: format!("known resources: {}", known.into_iter().collect::<Vec<_>>().join(", ")),
        });
    };
    let mut model = Model::of(reader, *class);
    model.bounded_by(reader);
    Ok(model)
}

/// A method of a service needs one: something below the handler, in a file of its own.
fn refuse_without_service(
    ask: &Ask<'_>,
    reader: &Reader<'_>,
    levels: &[Level<'_>],
) -> Result<(), ProposeError> {
    let mut paths = levels.iter().map(|level| level.scope);
    let (Some(handler), below) = (paths.next(), paths.next()) else { return Ok(()) };
    if below.is_some_and(|below| below.path != handler.path) {
        return Ok(());
    }
    let line = reader.module(handler.path)?.line(&handler.function.name);
    Err(ProposeError::NotApplicable(format!(
        "{} asks the database itself, so {} have no service that a method could stand in; the recipe endpoint adds a route, and the walkthrough shows where a service would go",
        Place::new(handler.path, line),
        ask.name.plural
    )))
}

/// A route that another file serves already.
fn refuse_served(ask: &Ask<'_>, collection: &Collection<'_>, route: &Route) -> Result<(), ProposeError> {
    let address = collection.address(&route.path);
    let same = ask.map.endpoints.iter().find(|endpoint| {
        endpoint.method == route.method
            && crate::propose::recipe::endpoint::paths::same(&endpoint.path, &address)
    });
    match same {
        Some(endpoint) => Err(ProposeError::Clash {
            what: format!("a route {} {}", endpoint.method, endpoint.path),
            place: Place::new(endpoint.file.clone(), endpoint.line).to_string(),
        }),
        None => Ok(()),
    }
}

/// How the project writes Python.
fn habits(
    ask: &Ask<'_>,
    reader: &Reader<'_>,
    model: &Model<'_>,
    router: &str,
) -> Result<Habits, ProposeError> {
    let mut settings = String::new();
    let mut folder = router;
    loop {
        folder = folder.rsplit_once('/').map_or("", |(folder, _)| folder);
        let lead = if folder.is_empty() { String::new() } else { format!("{folder}/") };
        for file in ["pyproject.toml", "ruff.toml", ".ruff.toml", "setup.cfg"] {
            settings.push_str(&ask.workspace.text(&format!("{lead}{file}"))?.unwrap_or_default());
            settings.push('\n');
        }
        if folder.is_empty() {
            break;
        }
    }
    let own = reader
        .modules
        .keys()
        .map(|path| files::dotted(reader, model, path))
        .filter_map(|module| module.split('.').next().map(str::to_owned))
        .filter(|root| !root.is_empty() && root != "alembic")
        .collect();
    let texts: Vec<&str> = reader.modules.get(router).map(|module| module.text).into_iter().collect();
    let mut habits = Habits::read(&settings, &texts, own);
    if settings.trim().is_empty() {
        habits.width = python_lines().width;
    }
    Ok(habits)
}

/// What was followed, and what is for the user to say.
fn remarks(work: &Work<'_>) -> Vec<String> {
    let places: Vec<String> = work
        .levels
        .iter()
        .filter_map(|level| {
            let module = work.reader.modules.get(level.scope.path)?;
            let line = module.line(&level.scope.function.name);
            Some(format!("{} ({})", level.scope.function.name, Place::new(level.scope.path, line)))
        })
        .collect();
    let mut all = vec![format!("One row goes through {}.", places.join(", "))];
    match &work.route.set {
        Some((column, _)) => all.push(format!(
            "Every {} may be changed whatever {} is; a state that forbids it is yours to say.",
            work.ask.name.snake, column.name
        )),
        None => {
            let column = work.route.by.as_ref().filter(|column| !column.indexed);
            all.extend(column.map(|column| {
                format!(
                    "{} has no index, which a large table needs here; the recipe migration adds one.",
                    column.name
                )
            }));
        }
    }
    if work.route.reach == Reach::Service {
        all.push("Only its tests call it yet.".into());
        return all;
    }
    let asks_user = work.dependants_of_user();
    if !asks_user.is_empty() && work.layer(work.collection.path) == Layer::Router {
        all.push(format!("Who may call it is asked as at {asks_user}."));
    }
    all
}

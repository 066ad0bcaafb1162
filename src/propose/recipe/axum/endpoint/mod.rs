//! The `endpoint` recipe for axum with SQLx.
//!
//! The functions of one row are followed from the handler down to the query; a new route gets a
//! function beside each of them, in the same form. What cannot be followed is said, and nothing
//! is written.

mod action;
pub(super) mod columns;
pub(super) mod copy;
mod count;
mod list;
mod lookup;
pub(super) mod queries;
pub(super) mod routes;
mod service_tests;
mod sql;
mod tests_of;
mod work;

use super::{
    code,
    plan::{Sources, rows, sources},
    tables,
};
use crate::{
    domain::place::Place,
    ports::ProposeError,
    propose::{
        recipe::{
            endpoint::{
                Kind, NewRoute, Reach, paths,
                route::{self, Route},
            },
            names::{Name, snake},
            rename::{Joint, Renamer},
            resource::{Ask, Draft},
        },
        rust::Struct,
    },
};
use code::{Code, Unit};
use columns::Seen;
use routes::Routes;
use sql::Verb;
use std::collections::BTreeSet;
use work::{Piece, Work};

/// All changed files, and the remarks on them.
pub(super) fn draft(new: &NewRoute<'_>) -> Result<Draft, ProposeError> {
    let ask = new.ask;
    let sources = sources(ask)?;
    let row = row(ask, &sources)?;
    let text = sources.iter().find(|(_, file, _)| file.structs.contains(row)).map_or("", |(_, _, text)| text);
    let migrations = tables::migrations(ask)?;
    let table = tables::table_of(&migrations, &ask.name);
    let code = Code::new(&sources);
    ask.go_on()?;
    let routes = Routes::find(&code, &table, &ask.name)?;
    let seen = Seen { row, text, bodies: bodies(ask, row, &sources), table: &table, migrations: &migrations };
    let columns = seen.columns();
    let collection = routes.collection(ask);
    let model = route::Model { name: &ask.name.pascal, columns: &columns, collection: &collection };
    let route = match new.wanted.reach {
        Reach::Service => Route::for_service(new.wanted, &model)?,
        Reach::Route => Route::decide(new.wanted, &model)?,
    };
    if route.reach == Reach::Route {
        refuse_served(ask, &collection, &route)?;
    }
    let uses = |word: &str| sources.iter().any(|(_, _, text)| text.contains(word));
    let dialect = if uses("PgPool") { "postgres" } else { "sqlite" };
    let work = Work { ask, route: &route, code: &code, routes: &routes, table: &table, dialect };
    let mut pieces = match (&route.kind, &route.by, &route.set) {
        (Kind::Lookup, Some(column), _) => lookup::pieces(&work, column),
        (Kind::List, Some(column), _) => list::pieces(&work, column),
        (Kind::Action, _, Some((column, value))) => action::pieces(&work, column, value),
        (Kind::Count, _, _) => count::pieces(&work),
        _ => Err(ProposeError::Rejected("a route without its field".into())),
    }?;
    ask.go_on()?;
    let (like, tests) = match route.reach {
        Reach::Route => {
            pieces.push(routes.registered(&work, &work.name_for(&followed(&work).function.name))?);
            let address = format!("{}{}", collection.trim_end_matches('/'), route.path);
            let like = format!("{} {address} to {}", route.method, routes.row.unit.source.path);
            (like, tests_of::piece(&work, &columns, &seen.bodies)?)
        }
        Reach::Service => {
            let service = service(&work)?;
            let handlers = routes.files();
            pieces.retain(|piece| !handlers.contains(&piece.path.as_str()));
            let name = work.name_for(&service.function.name);
            if !pieces.iter().any(|piece| piece.path == service.source.path) {
                work.refuse_taken(service, &name)?;
            }
            let like = format!("{name} to {}", service.source.path);
            (like, service_tests::piece(&work, service, &columns, &seen.bodies)?)
        }
    };
    let mut remarks = remarks(&work, &pieces);
    match tests {
        Ok(piece) => pieces.push(piece),
        Err(why) => remarks.push(why),
    }
    let files = work.files(&pieces)?;
    Ok(Draft { like, files, remarks })
}

/// The function below the handler that is followed, in a file without handlers.
fn service<'c>(work: &Work<'c>) -> Result<Unit<'c>, ProposeError> {
    let handler = followed(work);
    let changes = work.route.kind == Kind::Action && work.routes.of_row(&["patch", "put"]).is_some();
    let verb = if changes { Verb::Update } else { Verb::Select };
    let handlers = work.routes.files();
    let mut below = work.ways(handler, verb).into_iter().map(|site| site.target);
    below.find(|unit| !handlers.contains(&unit.source.path)).ok_or_else(|| {
        ProposeError::NotApplicable(format!(
            "{} asks the database itself, so {} have no service that a function could stand in; the recipe endpoint adds a route, and the walkthrough shows where a service would go",
            handler.place(),
            work.ask.name.plural.replace('_', " ")
        ))
    })
}

/// The handler that is followed.
fn followed<'c>(work: &Work<'c>) -> Unit<'c> {
    let like = match work.route.kind {
        Kind::Lookup => &work.routes.row,
        Kind::List | Kind::Count => work.routes.list().unwrap_or(&work.routes.row),
        Kind::Action => work.routes.of_row(&["patch", "put"]).unwrap_or(&work.routes.row),
    };
    like.unit
}

/// The row of the resource; the error lists those that are known.
fn row<'s>(ask: &Ask<'_>, sources: &'s Sources) -> Result<&'s Struct, ProposeError> {
    let known: BTreeSet<&str> = rows(sources).map(|one| one.name.as_str()).collect();
    if known.is_empty() {
        return Err(ProposeError::NotApplicable(
            "no structure with sqlx::FromRow was found to add a route for".into(),
        ));
    }
    rows(sources).find(|one| one.name == ask.name.pascal).ok_or_else(|| ProposeError::Input {
        what: format!("there is no resource {} to add a route to", ask.name.pascal),
        hint: format!("known rows: {}", known.into_iter().collect::<Vec<_>>().join(", ")),
    })
}

/// What clients send to make or change such a row: what makes one first.
fn bodies<'s>(ask: &Ask<'_>, row: &Struct, sources: &'s Sources) -> Vec<(&'s Struct, &'s str)> {
    let other = Name::of("proscenium");
    let renamer = Renamer { from: &ask.name, to: &other, joint: Joint::Snake };
    let mut found: Vec<(&Struct, &str)> = sources
        .iter()
        .flat_map(|(_, file, text)| file.structs.iter().map(move |one| (one, text.as_str())))
        .filter(|(one, _)| {
            one.name != row.name
                && one.attributes.iter().any(|text| text.contains("Deserialize"))
                && renamer.touches(&one.name)
                && one.fields.iter().any(|(name, _)| row.fields.iter().any(|(known, _)| known == name))
        })
        .collect();
    found.sort_by_key(|(one, _)| !["new", "create"].iter().any(|word| snake(&one.name).contains(word)));
    found
}

/// A route that is served already.
fn refuse_served(ask: &Ask<'_>, collection: &str, route: &Route) -> Result<(), ProposeError> {
    let address = format!("{}{}", collection.trim_end_matches('/'), route.path);
    let mut all = ask.map.endpoints.iter();
    match all.find(|one| one.method == route.method && paths::same(&one.path, &address)) {
        Some(one) => Err(ProposeError::Clash {
            what: format!("a route {} {}", one.method, one.path),
            place: Place::new(one.file.clone(), one.line).to_string(),
        }),
        None => Ok(()),
    }
}

/// What was followed, and what is for the user to say.
fn remarks(work: &Work<'_>, pieces: &[Piece]) -> Vec<String> {
    let mut places: Vec<String> = pieces.iter().map(|piece| piece.like.to_string()).collect();
    places.dedup();
    let mut all = vec![format!("The functions at {} are followed.", places.join(", "))];
    match &work.route.set {
        Some((column, _)) => all.push(format!(
            "Every {} may be changed whatever {} is; a state that forbids it is yours to say.",
            work.ask.name.snake.replace('_', " "),
            column.name
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
    all
}

//! The `endpoint` recipe for TypeScript: a new route's functions beside those of the routes
//! that are there.
//!
//! Lookups follow the functions of one row, lists and counts those of the project's list,
//! actions those that change a row: each layer gets its own function once more, with another
//! question in it. What cannot be followed is said, and nothing is written.
//!
//! What is the same for every framework (calls, queries, copies) stands in files of its own;
//! `routes` and this file are for routers of functions, and NestJS asks from its own folder.

pub(in crate::propose::recipe) mod action;
mod answers;
pub(in crate::propose::recipe) mod asked;
mod carried;
pub(in crate::propose::recipe) mod check;
pub(in crate::propose::recipe) mod code;
pub(super) mod columns;
pub(in crate::propose::recipe) mod copy;
pub(in crate::propose::recipe) mod count;
pub(in crate::propose::recipe) mod files;
mod handler;
mod held;
pub(in crate::propose::recipe) mod list;
pub(in crate::propose::recipe) mod lookup;
mod messages;
pub(in crate::propose::recipe) mod piece;
mod routes;
mod rules;
mod start;
pub(in crate::propose::recipe) mod store;
pub(in crate::propose::recipe) mod subject;
pub(in crate::propose::recipe) mod tests_of;
mod values;

use super::{example, model::Mapper, plan::Plan, prisma, words::Names};
use crate::{
    domain::place::Place,
    ports::ProposeError,
    propose::recipe::{
        endpoint::{
            NewRoute, Reach,
            column::Column,
            paths,
            route::{self, Route},
        },
        fields::Kind as Type,
        names::{Name, camel, snake},
        resource::{Ask, Draft},
        sources::Survey,
    },
};
use asked::Asked;
use code::Code;
use columns::Seen;
use std::collections::BTreeMap;
use store::{Asking, Store};

/// All changed files, and the remarks on them.
pub(super) fn draft(new: &NewRoute<'_>) -> Result<Draft, ProposeError> {
    let ask = new.ask;
    let survey = Survey::read(ask)?;
    let mapper = Mapper::of(ask, &survey)?;
    let tables = mapper.tables(ask, &survey)?;
    let mut all = example::candidates(&survey, &tables)?;
    let known: Vec<String> = all.iter().map(|one| one.like.pascal.clone()).collect();
    let Some(at) = all.iter().position(|one| one.like == ask.name) else {
        return Err(ProposeError::Input {
            what: format!("there is no resource {} to add a route to", ask.name.pascal),
            hint: format!("known resources: {}", known.join(", ")),
        });
    };
    let mut plan = Plan::read(ask, &survey, mapper, &tables, all.swap_remove(at))?;
    // The resource's own files are those that another name would change.
    let other = Names { to: Name::of("proscenium"), ..plan.names.clone() };
    plan.related = example::related(&survey, &other, &plan.router, &tables);
    plan.related.retain(|path| !example::is_of_another(path, &ask.name, &tables));
    let code = Code::new(&survey);
    ask.go_on()?;
    let registered = handler::registrations(&code, &plan.router)?;
    let rows = handler::rows(registered).ok_or_else(|| {
        ProposeError::NotApplicable(format!(
            "{} has no route that reads one row, so there is none to follow",
            plan.router
        ))
    })?;
    let schema = prisma::schema(ask)?.map(|schema| schema.text).unwrap_or_default();
    let seen = Seen {
        mapper,
        table: &plan.table,
        tables: &tables,
        survey: &survey,
        schema: &schema,
        key: &plan.key.name,
    };
    let columns = seen.columns();
    let collection = mounted(ask, &code, &rows.get)?;
    let model = route::Model { name: &ask.name.pascal, columns: &columns, collection: &collection };
    let route = match new.wanted.reach {
        Reach::Service => Route::for_service(new.wanted, &model)?,
        Reach::Route => Route::decide(new.wanted, &model)?,
    };
    if route.reach == Reach::Route {
        refuse_served(ask, &collection, &route)?;
    }
    let store = Store { asking: asking(mapper), table: plan.table.name.clone() };
    let mut asked = asked(ask, &route, &code, &store, &plan, &seen, &columns)?;
    let levels = routes::followed(&asked, &rows)?;
    // A handler that gets none beside it takes no name away.
    let named = usize::from(route.reach == Reach::Service);
    asked.beneath = asked.names_beneath(levels.get(named..).unwrap_or_default());
    let made = routes::pieces(&asked, &plan, &rows)?;
    ask.go_on()?;
    let tests = tests_of::pieces(&asked, &plan, &made)?;
    let mut pieces = made.pieces;
    let mut remarks: Vec<String> = unguarded(&asked).into_iter().collect();
    match tests {
        Ok(own) => pieces.extend(own),
        Err(why) => remarks.push(why),
    }
    remarks.extend(unindexed(&route));
    let files = files::changed(&asked, &pieces)?;
    let like = match asked.method_in(&made.levels).filter(|_| route.reach == Reach::Service) {
        Some(like) => like,
        None => format!("{} {} to {}", route.method, address(&collection, &route.path), plan.router),
    };
    Ok(Draft { like, files, remarks })
}

fn asking(mapper: Mapper) -> Asking {
    match mapper {
        Mapper::Kysely => Asking::Kysely,
        Mapper::Drizzle => Asking::Drizzle,
        Mapper::Prisma => Asking::Prisma,
    }
}

/// What is known of the route before a line of it is written.
fn asked<'a>(
    ask: &'a Ask<'a>,
    route: &'a Route,
    code: &'a Code<'a>,
    store: &'a Store,
    plan: &'a Plan<'a>,
    seen: &Seen<'_>,
    columns: &[Column],
) -> Result<Asked<'a>, ProposeError> {
    let column = route.by.as_ref().or(route.set.as_ref().map(|(column, _)| column));
    let declared = column
        .and_then(|column| columns.iter().position(|one| one.name == column.name))
        .and_then(|at| seen.table.columns.get(at));
    let name = declared.map(|column| column.name.clone()).unwrap_or_default();
    let ty = declared.map(|column| column.ty.as_str()).unwrap_or_default();
    let (date_is_text, decimal_is_text) = match seen.mapper {
        Mapper::Kysely => {
            let set =
                ty.strip_prefix("ColumnType<").and_then(|rest| rest.trim_end_matches('>').rsplit(',').next());
            let set = set.unwrap_or(ty);
            (set.contains("string"), set.contains("string"))
        }
        Mapper::Drizzle => {
            let is_date = ty.starts_with("date(") && !ty.contains("mode: 'date'");
            (is_date || ty.contains("mode: 'string'"), !ty.contains("mode: 'number'"))
        }
        Mapper::Prisma => (false, false),
    };
    let is_read_as_text = match seen.mapper {
        Mapper::Kysely => columns::selected(ty).contains("string"),
        Mapper::Drizzle | Mapper::Prisma => date_is_text,
    };
    if let Some(column) = route.by.as_ref().filter(|column| column.kind == Type::Date && !is_read_as_text) {
        return Err(ProposeError::NotApplicable(format!(
            "{} is a time in queries, and a day in an address is many of them",
            column.name
        )));
    }
    Ok(Asked {
        ask,
        route,
        code,
        store,
        habits: &plan.habits,
        key: plan.key.name.clone(),
        variable: camel(&snake(&name)),
        column: name,
        relation: None,
        ty: "string",
        date_is_text,
        decimal_is_text,
        beneath: BTreeMap::new(),
    })
}

/// Where the routes of the rows are mounted: `/api/users`, as the map of the backend says it of
/// the route nearest to a line.
pub(in crate::propose::recipe) fn collection(ask: &Ask<'_>, path: &str, line: u32, stated: &str) -> String {
    let is_row = |path: &str| path.rsplit('/').next().is_some_and(paths::is_parameter);
    let own =
        ask.map.endpoints.iter().filter(|one| one.file == path && one.method == "GET" && is_row(&one.path));
    let nearest = own.min_by_key(|one| (one.line.abs_diff(line), one.path.matches('/').count()));
    let found = nearest.and_then(|one| one.path.rsplit_once('/').map(|(lead, _)| lead.to_owned()));
    found.unwrap_or_else(|| stated.to_owned())
}

fn mounted(ask: &Ask<'_>, code: &Code<'_>, get: &handler::Registration<'_>) -> Result<String, ProposeError> {
    let (source, tree) = code.get(get.path)?;
    let first = tree.arguments(get.call).first().map_or(0, |id| tree.range(*id).start);
    let stated = match get.lead() {
        "" => format!("/{}", ask.name.plural.replace('_', "-")),
        lead => lead.to_owned(),
    };
    Ok(collection(ask, get.path, source.place(first).line, &stated))
}

/// The address of a path below the collection.
fn address(collection: &str, path: &str) -> String {
    format!("{}{path}", collection.trim_end_matches('/'))
}

/// A route that is served already.
pub(in crate::propose::recipe) fn refuse_served(
    ask: &Ask<'_>,
    collection: &str,
    route: &Route,
) -> Result<(), ProposeError> {
    let address = address(collection, &route.path);
    let same =
        ask.map.endpoints.iter().find(|one| one.method == route.method && paths::same(&one.path, &address));
    match same {
        Some(one) => Err(ProposeError::Clash {
            what: format!("a route {} {}", one.method, one.path),
            place: Place::new(one.file.clone(), one.line).to_string(),
        }),
        None => Ok(()),
    }
}

/// What an action does not ask.
pub(in crate::propose::recipe) fn unguarded(asked: &Asked<'_>) -> Option<String> {
    let (column, _) = asked.route.set.as_ref()?;
    Some(format!(
        "Every {} may be changed whatever {} is; a state that forbids it is yours to say.",
        asked.ask.name.snake.replace('_', " "),
        column.name
    ))
}

/// What a large table needs.
pub(in crate::propose::recipe) fn unindexed(route: &Route) -> Option<String> {
    let column = route.by.as_ref().filter(|column| !column.indexed && !column.unique)?;
    Some(format!(
        "{} has no index, which a large table needs here; a migration with one is yours to add.",
        column.name
    ))
}

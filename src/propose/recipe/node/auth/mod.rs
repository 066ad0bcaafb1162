//! The `auth` recipe for backends of functions and classes in TypeScript: tables of users and of
//! refresh tokens beside the example's, and what signs people in, in the example's layers.
//!
//! Tables, migrations and the place where a router is mounted are the example's own with other
//! names in them, as in the recipe `resource`; what no example has (hashing, signing, limits) is
//! a template. A backend that has users already is refused: whose passwords there are is not for
//! a recipe to say.

mod environment;
mod errors;
mod files;
mod layers;
mod packages;
mod parts;
mod refusals;
mod rows;
mod style;
mod suite_of;
mod tables;
mod tests_of;
mod wiring;

use self::{
    errors::Refusing, files::Paths, layers::Layers, packages::Packages, parts::Parts, rows::Rows,
    style::Style, wiring::Wiring,
};
use super::{
    example::{self, Candidate},
    model::{Mapper, Table},
    plan::Plan,
    shared::Shared,
};
use crate::{
    domain::{
        layer::Layer,
        modules::join,
        place::Place,
        proposal::{Content, FileChange},
    },
    ports::ProposeError,
    propose::{
        recipe::{
            names::Name,
            password_hash::Hash,
            resource::{Ask, Draft},
            sources::{Survey, folder},
        },
        script::Script,
    },
};
use std::collections::BTreeSet;

/// All files, and the remarks on them, after the first example that can be followed.
pub(super) fn draft(ask: &Ask<'_>) -> Result<Draft, ProposeError> {
    let survey = Survey::read(ask)?;
    let mapper = Mapper::of(ask, &survey)?;
    let tables = mapper.tables(ask, &survey)?;
    refusals::refuse(ask, &survey, &tables)?;
    let mut first = None;
    for candidate in example::candidates(&survey, &tables)? {
        match follow(ask, &survey, mapper, &tables, &candidate) {
            Err(ProposeError::NotApplicable(why)) => first = first.or(Some(why)),
            other => return other,
        }
    }
    Err(ProposeError::NotApplicable(first.unwrap_or_default()))
}

fn follow(
    ask: &Ask<'_>,
    survey: &Survey,
    mapper: Mapper,
    tables: &[Table],
    like: &Candidate,
) -> Result<Draft, ProposeError> {
    let auth = Name {
        snake: "auth".into(),
        pascal: "Auth".into(),
        plural: "auth".into(),
        plural_pascal: "Auth".into(),
    };
    let own = tables::asking(ask, ask.request, auth, Vec::new());
    let plan = Plan::read(&own, survey, mapper, tables, like.clone())?;
    let layers = Layers::read(&plan)?;
    let style = Style::read(&plan, &layers)?;
    let mounts = mounts(&plan)?;
    let app = mounts.first().map_or("", |change| change.path.as_str()).to_owned();
    let paths = Paths::of(&plan, &layers, &app);
    let wiring = Wiring::of(&plan, &layers, &paths, &style)?;
    let errors = Refusing::of(&plan, &paths, style.is_hono);
    refuse_clashes(&plan, &paths, &errors)?;
    let made = tables::make(ask, mapper, like)?;
    let rows = {
        let after = tables::asking(ask, &made.request, Name::of("user"), Vec::new());
        let survey = Survey::read(&after)?;
        let tables = mapper.tables(&after, &survey)?;
        Rows::read(&plan, &survey, &tables)?
    };
    let hash = Hash::decide(ask)?;
    let packages = Packages::read(&plan, hash)?;
    let parts = Parts {
        plan: &plan,
        paths: &paths,
        wiring: &wiring,
        style: &style,
        rows: &rows,
        errors: &errors,
        packages: &packages,
        hash,
    };
    let tests = tests_of::tests(&parts, &app)?;
    let mut remarks = made.remarks;
    let mut files = made.files;
    for step in &ask.head.steps {
        ask.go_on()?;
        let Some((path, place)) = place_of(&parts, &layers, step.layer, &step.part) else { continue };
        let text = parts.file(&path, &step.template)?;
        let mut file = ask.made(path, text, Some(place), step.layer);
        for note in &mut file.notes {
            note.reason.clone_from(&step.reason);
        }
        files.push(file);
    }
    files.push(tests.file);
    remarks.extend(tests.remark);
    files.extend(mounts);
    if errors.own.is_some() && !errors.handle(&plan, &paths, &mut files)? {
        remarks.push(format!(
            "Nothing here answers by the class of an error: {} carries a status, which your handler of errors has \
             to answer with.",
            errors.name
        ));
    }
    files.extend(packages.needed(&plan, &mut remarks)?);
    files.extend(environment::key_for_tests(&plan, &mut remarks)?);
    say(&mut remarks, &wiring, &style, hash);
    Ok(Draft { like: plan.names.like.plural.clone(), files, remarks })
}

/// Edits of the files that mount the example's router, and of those that hand its files on; the
/// application's first. Refused where nothing mounts it.
fn mounts(plan: &Plan<'_>) -> Result<Vec<FileChange>, ProposeError> {
    let shared = plan.shared(&plan.graft(), &BTreeSet::new(), &|source| !plan.lists_tables(source))?;
    let (mounts, others): (Vec<Shared>, Vec<Shared>) = shared.into_iter().partition(|one| one.mounts);
    if mounts.is_empty() {
        return Err(plan.not_mounted());
    }
    let made: BTreeSet<String> = plan.related.iter().map(|path| plan.names.path(path)).collect();
    let hands_on = |one: &Shared| {
        let Content::Text { text } = &one.change.content else { return false };
        let Ok(script) = Script::parse(&one.change.path, text) else { return false };
        let target = |from: &str| {
            format!("{}.ts", join(folder(&one.change.path), from.strip_suffix(".js").unwrap_or(from)))
        };
        let known = plan.survey.get(&one.change.path).map(|source| source.text.as_str()).unwrap_or_default();
        let mut new = script.exports.iter().filter(|export| !known.contains(&export.from)).peekable();
        new.peek().is_some() && new.all(|export| made.contains(&target(&export.from)))
    };
    let others = others.into_iter().filter(hands_on);
    let mut changes: Vec<FileChange> = mounts.into_iter().chain(others).map(|one| one.change).collect();
    for note in changes.iter_mut().flat_map(|change| &mut change.notes) {
        note.reason = "Serves the routes of sessions.".into();
    }
    Ok(changes)
}

/// Names that are taken.
fn refuse_clashes(plan: &Plan<'_>, paths: &Paths, errors: &Refusing) -> Result<(), ProposeError> {
    let own = errors.own.as_ref().map(|_| paths.error.as_str());
    for path in paths.all().chain(own) {
        if plan.ask.workspace.text(path)?.is_some() {
            let place = Place::new(path.to_owned(), 1).to_string();
            return Err(ProposeError::Clash { what: path.to_owned(), place });
        }
    }
    let taken = |path: &str| path.split('/').any(|part| part == "auth");
    match plan.ask.map.endpoints.iter().find(|endpoint| taken(&endpoint.path)) {
        Some(endpoint) => Err(ProposeError::Clash {
            what: format!("an endpoint {}", endpoint.title()),
            place: Place::new(endpoint.file.clone(), endpoint.line).to_string(),
        }),
        None => Ok(()),
    }
}

/// The path of a step's file and the line that it follows; `None` for what is made elsewhere, or
/// is not needed.
fn place_of(parts: &Parts<'_>, layers: &Layers, layer: Layer, part: &str) -> Option<(String, Place)> {
    let Parts { plan, paths, wiring, errors, .. } = parts;
    let service = layers.service.as_ref().map_or(&layers.router.path, |one| &one.path);
    let like = |path: &str| plan.first_line(path);
    match (layer, part) {
        (Layer::Config, "limit") => Some((paths.limit.clone(), like(&plan.router))),
        (Layer::Config, _) => Some((paths.security.clone(), like(service))),
        (Layer::Error, _) => errors.own.clone().map(|place| (paths.error.clone(), place)),
        (Layer::Schema, _) => {
            Some((paths.schema.clone(), like(layers.schema.as_ref().unwrap_or(&plan.router))))
        }
        (Layer::Repository, _) => {
            let (own, example) = (wiring.repository.as_ref()?, layers.repository.as_ref()?);
            Some((own.path.clone(), like(&example.path)))
        }
        (Layer::Service, _) => Some((paths.service.clone(), like(service))),
        (Layer::Middleware, _) => Some((paths.guard.clone(), like(&plan.router))),
        (Layer::Router, _) => Some((paths.router.clone(), like(&plan.router))),
        (Layer::Model | Layer::Migration | Layer::Test | Layer::Job | Layer::Other, _) => None,
    }
}

fn say(remarks: &mut Vec<String>, wiring: &Wiring, style: &Style, hash: Hash) {
    let guard = if wiring.given.is_empty() { "requireUser" } else { "requireUser(the service of sessions)" };
    remarks.push(format!("Passwords are hashed with {}.", hash.name()));
    remarks.push("JWT_SECRET must be set where the program runs; without it nothing starts.".into());
    remarks.push(format!(
        "A route is protected by {guard} before its handler, and by requireRole('admin') after that; \
         no route but those of sessions is protected yet."
    ));
    remarks.push(if style.is_hono {
        "Attempts to sign in are counted in one process, by name, and by address where the server tells it as \
         @hono/node-server does: several processes need one store for all of them."
            .into()
    } else {
        "Attempts to sign in are counted in one process, by name and by address: several processes need one store \
         for all of them, and behind a proxy the setting trust proxy must name it."
            .into()
    });
}

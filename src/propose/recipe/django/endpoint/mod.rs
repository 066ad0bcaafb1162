//! The `endpoint` recipe for Django with the REST framework: an action of a view set, or one
//! more function with its address.
//!
//! Classes of `rest_framework.generics` and views with a method for each verb have one class for
//! each address, whose form this does not know; they are said to be so.

mod columns;
mod service;
mod tests_of;
mod views;

use super::{
    access::{self, Access},
    example::Example,
    project::Project,
    routes::{By, Route as Address},
    survey::{self, Survey},
    views::{Form, Owner, owner},
    write::{Habits, used_names},
};
use crate::{
    domain::{layer::Layer, place::Place, proposal::FileChange},
    ports::ProposeError,
    propose::{
        edits::{Edits, indent_of, line_end, newline_of},
        python::{Module, range_of},
        recipe::{
            endpoint::{
                Kind, NewRoute, Reach,
                column::Column,
                paths::same,
                route::{self, Route},
            },
            resource::{Ask, Draft, Edited},
        },
    },
};
use ruff_python_ast::Stmt;
use std::collections::{BTreeMap, BTreeSet};

/// Everything that is known while the route is written.
pub(super) struct Work<'a> {
    ask: &'a Ask<'a>,
    route: &'a Route,
    survey: &'a Survey<'a>,
    project: &'a Project,
    example: &'a Example,
    columns: &'a [Column],
    access: &'a Access,
    owner: Option<Owner>,
    habits: &'a Habits,
}

/// A piece of Python to add.
pub(super) struct Part {
    path: String,
    class: Option<String>,
    /// The definition that it stands behind; empty for the end.
    after: String,
    text: String,
    place: Place,
    layer: Layer,
    name: String,
}

/// All changed files, and the remarks on them.
pub(super) fn draft(new: &NewRoute<'_>) -> Result<Draft, ProposeError> {
    let ask = new.ask;
    let texts = survey::texts(ask)?;
    let survey = Survey::of(&texts);
    let project = Project::read(&survey);
    let known = survey.models.get(&ask.name.pascal).filter(|model| !model.is_abstract);
    let Some(model) = known else {
        let known: BTreeSet<&str> = survey
            .models
            .values()
            .filter(|model| !model.is_abstract)
            .map(|model| model.class.as_str())
            .collect();
        if known.is_empty() {
            return Err(ProposeError::NotApplicable("no model was found to add a route for".into()));
        }
        return Err(ProposeError::Input {
            what: format!("there is no resource {} to add a route to", ask.name.pascal),
            hint: format!("known resources: {}", known.into_iter().collect::<Vec<_>>().join(", ")),
        });
    };
    ask.go_on()?;
    let example = Example::of_model(&survey, &model.class)?;
    let columns = columns::columns(&survey, &project, &model.class);
    let collection = collection(ask, &example);
    let seen = route::Model { name: &model.class, columns: &columns, collection: &collection };
    let route = match new.wanted.reach {
        Reach::Service => Route::for_service(new.wanted, &seen)?,
        Reach::Route => Route::decide(new.wanted, &seen)?,
    };
    let address = format!("{collection}{}", route.path);
    let is_served = |one: &&crate::domain::map::Endpoint| {
        route.reach == Reach::Route && one.method == route.method && same(&one.path, &address)
    };
    if let Some(endpoint) = ask.map.endpoints.iter().find(is_served) {
        let what = format!("a route {} {}", endpoint.method, endpoint.path);
        return Err(views::clash(what, &endpoint.file, endpoint.line));
    }
    let attributes = columns.iter().map(|column| column.name.clone()).collect();
    let access = access::read(&survey, &project, &example.views, &attributes);
    let paths = [example.model.path.as_str(), &example.serializer_path];
    let habits = super::plan::habits(ask, &survey, &project, &paths)?;
    let work = Work {
        ask,
        route: &route,
        survey: &survey,
        project: &project,
        example: &example,
        columns: &columns,
        access: &access,
        owner: owner(&example.views),
        habits: &habits,
    };
    let parts = work.parts()?;
    let mut files = work.files(&parts)?;
    if route.reach == Reach::Route {
        files.extend(work.registration()?);
    }
    let mut remarks = work.remarks();
    let method = parts.last().filter(|_| route.reach == Reach::Service).map(|part| part.name.as_str());
    match tests_of::file(&work, method)? {
        Ok(file) => files.push(file),
        Err(why) => remarks.push(why),
    }
    let place = parts.last().map(|part| part.path.clone()).unwrap_or_default();
    let what = match parts.last().filter(|_| route.reach == Reach::Service) {
        Some(part) => part.class.iter().map(|class| format!("{class}.")).chain([part.name.clone()]).collect(),
        None => format!("{} {address}", route.method),
    };
    Ok(Draft { like: format!("{what} to {place}"), files, remarks })
}

/// Where the collection is served: `/api/books`.
fn collection(ask: &Ask<'_>, example: &Example) -> String {
    let route = example.routes.first();
    let own = route.map(|route| route.url.trim_matches(['/', '^', '$']).to_owned()).unwrap_or_default();
    let ends = format!("/{own}");
    let served = ask.map.endpoints.iter().map(|endpoint| endpoint.path.trim_end_matches('/'));
    let whole = served.filter(|path| path.ends_with(&ends)).min_by_key(|path| path.len());
    whole.map_or(ends.clone(), str::to_owned)
}

impl Work<'_> {
    fn no_views(&self) -> ProposeError {
        ProposeError::NotApplicable(format!("no view of {} was found to follow", self.ask.name.plural))
    }

    /// `BookCountSerializer`
    fn counting(&self) -> String {
        format!("{}CountSerializer", self.example.model.class)
    }

    fn parts(&self) -> Result<Vec<Part>, ProposeError> {
        if self.route.reach == Reach::Service {
            return Ok(vec![self.method()?]);
        }
        let mut all = Vec::new();
        if self.route.kind == Kind::Count {
            let name = self.counting();
            let (path, like) = (&self.example.serializer_path, &self.example.serializer);
            if let Some(place) = self.survey.class_place(path, &name) {
                return Err(views::clash(format!("a class {name}"), path, place.line));
            }
            let place = self.survey.class_place(path, like).unwrap_or_else(|| Place::new(path.clone(), 1));
            all.push(Part {
                path: path.clone(),
                class: None,
                after: like.clone(),
                text: format!(
                    "class {name}(serializers.Serializer):\n    count = serializers.IntegerField()\n"
                ),
                place,
                layer: Layer::Schema,
                name,
            });
        }
        all.extend(self.service()?);
        all.push(match self.example.form() {
            Form::ViewSet => self.action()?,
            Form::Functions => self.function()?,
            Form::Generic | Form::Methods => {
                let place = self.example.view().map(|view| view.place.to_string()).unwrap_or_default();
                return Err(ProposeError::NotApplicable(format!(
                    "the views at {place} have a class for each address; the recipe endpoint knows view sets and functions"
                )));
            }
        });
        Ok(all)
    }

    /// The files that the parts stand in.
    fn files(&self, parts: &[Part]) -> Result<Vec<FileChange>, ProposeError> {
        let mut by_path: BTreeMap<&str, Vec<&Part>> = BTreeMap::new();
        for part in parts {
            by_path.entry(&part.path).or_default().push(part);
        }
        let mut files = Vec::new();
        for (path, own) in by_path {
            let old = self.survey.modules.get(path).map_or("", |module| module.text);
            let mut text = old.to_owned();
            let mut used = BTreeSet::new();
            for part in &own {
                let written = self.habits.written(&part.text);
                let whole =
                    if part.class.is_some() { format!("class _:\n{written}") } else { written.clone() };
                used.extend(used_names(&Module::parse(path, &whole)?));
                text = inserted(path, &text, part, &written)?;
            }
            let text = self.habits.with_imports(path, &text, &used, &self.candidates(path, parts))?;
            let Some(first) = own.first() else { continue };
            files.push(self.ask.edited(Edited {
                path,
                old,
                new: text,
                reason: self.ask.head.reason(first.layer),
                like: Some(first.place.clone()),
                layer: first.layer,
            }));
        }
        Ok(files)
    }

    /// Where names of a file come from.
    fn candidates(&self, path: &str, parts: &[Part]) -> Vec<String> {
        let reach = |target: &str, like: &str, name: &str| {
            let stated = self.survey.modules.get(path).and_then(|module| module.origin_of(like));
            let module = stated.map_or_else(|| self.project.module_of(target), |(module, _)| module);
            format!("{module}:{name}")
        };
        let example = &self.example;
        let mut all = vec![
            reach(&example.model.path, &example.model.class, &example.model.class),
            reach(&example.serializer_path, &example.serializer, &example.serializer),
            reach(&example.serializer_path, &example.serializer, &self.counting()),
        ];
        if let (Some(services), Some(name)) = (&example.services, self.service_name()) {
            let [create, update, _] = &services.names;
            let like = if services.class.is_empty() { update } else { &services.class };
            let known = self.survey.modules.get(path).is_some_and(|module| module.origin_of(like).is_some());
            let like = if known { like } else { create };
            all.push(reach(&services.path, like, &name));
        }
        let _ = parts;
        all.extend(
            [
                "uuid:UUID",
                "datetime:date",
                "decimal:Decimal",
                "django.db.models:QuerySet",
                "django.utils:timezone",
                "django.shortcuts:get_object_or_404",
                "rest_framework:serializers",
                "rest_framework.decorators:action",
                "rest_framework.decorators:api_view",
                "rest_framework.request:Request",
                "rest_framework.response:Response",
            ]
            .map(str::to_owned),
        );
        all
    }

    /// The address of a new function; a view set's router finds actions by itself.
    fn registration(&self) -> Result<Option<FileChange>, ProposeError> {
        if self.example.form() != Form::Functions {
            return Ok(None);
        }
        let unclear = || ProposeError::NotApplicable("the addresses of the example could not be read".into());
        let (Some(pattern), [list, row]) = (self.pattern(), self.example.routes.as_slice()) else {
            return Err(unclear());
        };
        let like = if self.route.kind == Kind::Action { row } else { list };
        let module = self.survey.modules.get(like.file.as_str()).ok_or_else(unclear)?;
        let source = module.text.get(like.range.clone()).unwrap_or_default();
        let (name, view) = (self.function_name(), like.view.as_str());
        let new = readdressed(source, like, &pattern, &name);
        let mut edits = Edits::default();
        let (indent, newline) = (indent_of(module.text, like.range.start), newline_of(module.text));
        // A word would be taken for a row's key by a route that takes any text.
        let is_word = self.route.kind == Kind::Count;
        if is_word {
            edits.insert(row.range.start, format!("{new},{newline}{indent}"));
        } else {
            edits.insert(row.range.end, format!(",{newline}{indent}{new}"));
        }
        for import in module.import_froms() {
            if import.names.iter().any(|alias| alias.name.as_str() == view) {
                module.grow_import(&mut edits, import, &name);
            }
        }
        let text = self.habits.wrapped(&edits.apply(module.text)?);
        let line = u32::try_from(module.text.get(..like.range.start).unwrap_or_default().lines().count())
            .unwrap_or(1);
        Ok(Some(self.ask.edited(Edited {
            path: &like.file,
            old: module.text,
            new: text,
            reason: "Gives the new view its address; no other takes its requests.".into(),
            like: Some(Place::new(like.file.clone(), line.max(1))),
            layer: Layer::Router,
        })))
    }

    fn remarks(&self) -> Vec<String> {
        let mut all = Vec::new();
        if let Some((column, _)) = &self.route.set {
            all.push(format!(
                "Every {} may be changed whatever {} is; a state that forbids it is yours to say.",
                self.ask.name.snake, column.name
            ));
        }
        if let Some(column) = self.route.by.as_ref().filter(|column| !column.indexed) {
            all.push(format!("{} has no index, which a large table needs here.", column.name));
        }
        if self.route.reach == Reach::Service {
            if self.owner.as_ref().is_some_and(|owner| owner.filters) && self.route.kind != Kind::Action {
                all.push("The views leave out rows by whose they are; the service does not.".into());
            }
            all.push("Only its tests call it yet.".into());
            return all;
        }
        if self.route.kind == Kind::List && self.example.form() == Form::Functions {
            all.push("The list is not bounded, as that of the example is not.".into());
        }
        all
    }

    /// Whether the routes are asked by name in tests, and by which.
    fn is_routed(&self) -> bool {
        self.example.routes.iter().all(|route| route.by == By::Router)
    }
}

/// A `path(…)` of another address, view and name.
fn readdressed(source: &str, like: &Address, pattern: &str, view: &str) -> String {
    let named = if like.name.contains('-') { view.replace('_', "-") } else { view.to_owned() };
    let mut new = source.replacen(&like.url, pattern, 1);
    if !like.name.is_empty() {
        for quote in ['"', '\''] {
            new = new.replace(&format!("{quote}{}{quote}", like.name), &format!("{quote}{named}{quote}"));
        }
    }
    let is_end = |c: Option<char>| c.is_none_or(|c| !(c.is_alphanumeric() || c == '_' || c == '-'));
    let mut result = String::new();
    let mut rest = new.as_str();
    while let Some(at) = rest.find(&like.view) {
        let before = rest.get(..at).unwrap_or_default();
        let after = rest.get(at + like.view.len()..).unwrap_or_default();
        let is_whole = is_end(before.chars().next_back()) && is_end(after.chars().next());
        result.push_str(before);
        result.push_str(if is_whole { view } else { &like.view });
        rest = after;
    }
    result.push_str(rest);
    result
}

/// A file's text with one part more.
fn inserted(path: &str, text: &str, part: &Part, written: &str) -> Result<String, ProposeError> {
    let module = Module::parse(path, text)?;
    let gone = || ProposeError::Rejected(format!("{path} has no {} any more", part.name));
    let body = match &part.class {
        None => module.body.as_slice(),
        Some(name) => {
            module.classes().find(|class| class.name.as_str() == name).ok_or_else(gone)?.body.as_slice()
        }
    };
    let is_called = |stmt: &&Stmt| match stmt {
        Stmt::FunctionDef(function) => function.name.as_str() == part.after,
        Stmt::ClassDef(class) => class.name.as_str() == part.after,
        _ => false,
    };
    let stmt = body.iter().find(is_called).or(body.last()).ok_or_else(gone)?;
    let newline = newline_of(text);
    let end = line_end(text, range_of(stmt).end);
    let lead = if text.get(..end).is_some_and(|before| before.ends_with('\n')) { "" } else { newline };
    let gap = if part.class.is_some() { newline.to_owned() } else { newline.repeat(2) };
    let written = written.trim_end().replace('\n', newline);
    let mut edits = Edits::default();
    edits.insert(end, format!("{lead}{gap}{written}{newline}"));
    edits.apply(text)
}

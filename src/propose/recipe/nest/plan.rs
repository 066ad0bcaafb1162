//! Puts together what a new resource needs, part by part.

use super::{
    super::{
        names::camel,
        rename::{Joint, Renamer},
        resource::{Ask, Draft},
        typescript::{Habits, set_up},
    },
    customs::{self, Gate},
    entity::{Key, Table},
    example::{Example, Role, controller_path},
    handlers::{self, Handlers},
    migrations::{self, Next},
    parents::{self, Parent},
    suite::{self, Setup},
    survey::Survey,
};
use crate::{
    domain::{
        layer::Layer,
        place::Place,
        proposal::{Content, FileChange, Note},
    },
    ports::ProposeError,
    propose::recipe::head::StepHead,
};
use std::collections::BTreeMap;

/// Folder of the recipe under `resources/recipes`.
pub(super) const RECIPE: &str = "nestjs-typeorm";

/// Everything that is known before a file is rendered.
pub(super) struct Plan<'a> {
    pub(super) ask: &'a Ask<'a>,
    pub(super) survey: Survey,
    pub(super) example: Example,
    pub(super) habits: Habits,
    /// The example's table.
    pub(super) table: Table,
    pub(super) key: Key,
    pub(super) handlers: Handlers,
    pub(super) parents: Vec<Parent>,
    pub(super) next: Option<Next>,
    pub(super) dialect: &'static str,
    pub(super) setup: Option<Setup>,
    /// What modules put before requests that change rows.
    pub(super) gate: Option<Gate>,
    /// `.js`, or nothing.
    pub(super) extension: &'static str,
    pub(super) snake_columns: bool,
    pub(super) manifest: String,
    /// By field, the default that a new column has, as source.
    pub(super) fills: BTreeMap<String, String>,
    pub(super) remarks: Vec<String>,
}

impl<'a> Plan<'a> {
    /// Reads the repository; `NotApplicable` where it is not of this kind.
    pub(super) fn read(ask: &'a Ask<'a>) -> Result<Self, ProposeError> {
        let survey = Survey::read(ask)?;
        let example = Example::find(&survey)?;
        let what = format!("create_{}", ask.name.plural);
        Self::after(ask, survey, example, &what)
    }

    /// What is known of a repository with that example, for a migration that does `what`.
    pub(super) fn after(
        ask: &'a Ask<'a>,
        survey: Survey,
        example: Example,
        what: &str,
    ) -> Result<Self, ProposeError> {
        let missing = || ProposeError::NotApplicable("the example's entity is gone".into());
        let (source, class) = example.class(Role::Entity, &survey).ok_or_else(missing)?;
        let snake_columns = survey.sources.values().any(|source| source.text.contains("SnakeNamingStrategy"));
        let table = Table::read(source, class, &survey, snake_columns);
        let key = table.key.clone().ok_or_else(|| {
            ProposeError::NotApplicable(format!(
                "{} has no primary key of one column, so there is none to learn from",
                source.place(class.name_at)
            ))
        })?;
        let root = backend_root(&source.path);
        let manifest = first_text(ask, &root, &["package.json"])?;
        let prettier = first_text(
            ask,
            &root,
            &[".prettierrc", ".prettierrc.json", ".prettierrc.yaml", ".prettierrc.yml"],
        )?;
        let texts: Vec<&str> = example
            .parts
            .values()
            .filter_map(|part| survey.get(&part.path))
            .map(|source| source.text.as_str())
            .collect();
        let habits = Habits::read(&texts, Some(prettier.as_str()).filter(|text| !text.is_empty()));
        let relative_imports = || {
            let imports = survey.sources.values().flat_map(|source| &source.script.imports);
            imports.filter(|import| import.from.starts_with('.'))
        };
        let extension =
            if relative_imports().any(|import| import.from.ends_with(".js")) { ".js" } else { "" };
        let mut remarks = Vec::new();
        let handlers = handlers::read(&example, &survey, &ask.name, &mut remarks);
        let parents = parents::read(&ask.fields, &survey, snake_columns)?;
        let next = migrations::next(&survey, what, example.files);
        let dialect = migrations::dialect(&survey, &manifest)?;
        let setup = suite::read(&example, &survey, &ask.name);
        let gate = customs::gate(&survey);
        Ok(Self {
            ask,
            survey,
            example,
            habits,
            table,
            key,
            handlers,
            parents,
            next,
            dialect,
            setup,
            gate,
            extension,
            snake_columns,
            manifest,
            fills: BTreeMap::new(),
            remarks,
        })
    }

    /// All files, and the remarks on them.
    pub(super) fn draft(mut self) -> Result<Draft, ProposeError> {
        if self.dialect == "mysql" && self.next.is_some() {
            return Err(ProposeError::NotApplicable(
                "migrations for MySQL are not known to this recipe; it knows PostgreSQL and SQLite".into(),
            ));
        }
        self.refuse_clashes()?;
        let mut files = Vec::new();
        for step in &self.ask.head.steps {
            self.ask.go_on()?;
            if let Some((role, path)) = self.target(step) {
                files.push(self.file(step, role, path)?);
            }
        }
        files.extend(self.registrations()?);
        self.say_conventions();
        Ok(Draft { like: self.example.like.plural.clone(), files, remarks: self.remarks })
    }

    pub(super) fn class(&self, role: Role) -> String {
        self.example.class_for(role, &self.ask.name)
    }

    pub(super) fn path(&self, role: Role) -> String {
        self.example.path_for(role, &self.ask.name)
    }

    /// The new table's name.
    pub(super) fn table_name(&self) -> String {
        if !self.table.is_named {
            return super::super::names::snake(&self.class(Role::Entity));
        }
        let renamer = Renamer { from: &self.example.like, to: &self.ask.name, joint: Joint::Snake };
        let renamed = renamer.apply(&self.table.name);
        if renamed == self.table.name { self.ask.name.plural.clone() } else { renamed }
    }

    /// What stands in `@Entity`: in the form that the example has.
    pub(super) fn table_argument(&self) -> String {
        let renamed = self.table_name();
        let stated = self.table.argument.as_str();
        match stated.starts_with('{') {
            _ if !self.table.is_named => String::new(),
            true => stated.replace(&self.table.name, &renamed),
            false => format!("'{renamed}'"),
        }
    }

    /// The path after `@Controller`.
    pub(super) fn route(&self) -> String {
        let renamer = Renamer { from: &self.example.like, to: &self.ask.name, joint: Joint::Kebab };
        let path =
            self.example.class(Role::Controller, &self.survey).and_then(|(_, class)| controller_path(class));
        let path = path.map(|path| renamer.apply(&path));
        path.unwrap_or_else(|| self.ask.name.plural.replace('_', "-"))
    }

    /// Which file a step writes; `None` where the repository gives nothing to build it on.
    fn target(&mut self, step: &StepHead) -> Option<(Option<Role>, String)> {
        let role = match (step.layer, step.part.as_str()) {
            (Layer::Model, _) => Role::Entity,
            (Layer::Schema, "create") => Role::Create,
            (Layer::Schema, _) => Role::Update,
            (Layer::Repository, _) => {
                self.example.part(Role::Repository)?;
                Role::Repository
            }
            (Layer::Service, _) => Role::Service,
            (Layer::Router, _) => Role::Controller,
            (Layer::Config, _) => Role::Module,
            (Layer::Migration, _) => {
                let Some(next) = &self.next else {
                    self.remarks.push("No migration was found, so there is none of the new table.".into());
                    return None;
                };
                return Some((None, next.path.clone()));
            }
            _ => {
                if self.setup.is_none() {
                    self.remarks.push(
                        "No test asks over HTTP with supertest, so the tests are yours to write.".into(),
                    );
                    return None;
                }
                if let Some(gate) = &self.gate {
                    self.remarks.push(format!(
                        "A test must be let in by {} first, which the recipe cannot do here; the tests are yours to write.",
                        gate.middleware.class
                    ));
                    return None;
                }
                if let Some(parent) = self.parents.iter().find(|parent| parent.row.is_none()) {
                    self.remarks.push(format!(
                        "A test needs a row of {} first, which the recipe cannot make here; the tests are yours to write.",
                        parent.table.class
                    ));
                    return None;
                }
                Role::Test
            }
        };
        Some((Some(role), self.path(role)))
    }

    fn file(&self, step: &StepHead, role: Option<Role>, path: String) -> Result<FileChange, ProposeError> {
        let context = self.context(role, &path);
        let rendered = self.ask.render(RECIPE, &step.template, &context, set_up)?;
        let text = self.habits.write(&rendered, &self.carried(role, &path));
        let place = match (role, &self.next) {
            (Some(role), _) => self.example.place(role, &self.survey),
            (None, next) => next.as_ref().map(|next| next.after.clone()),
        };
        let end = u32::try_from(text.lines().count()).unwrap_or(u32::MAX).saturating_add(1);
        let note = Note {
            start: 1,
            end,
            reason: step.reason.clone(),
            citation: place,
            criteria: Vec::new(),
            step: self.ask.step_for(step.layer),
        };
        Ok(FileChange { path, content: Content::Text { text }, notes: vec![note] })
    }

    /// A class, a table, an address or a file that is there already stops the recipe.
    fn refuse_clashes(&self) -> Result<(), ProposeError> {
        let clash = |what: String, place: Place| Err(ProposeError::Clash { what, place: place.to_string() });
        let roles = [Role::Entity, Role::Create, Role::Update, Role::Service, Role::Controller, Role::Module];
        for role in roles {
            let class = self.class(role);
            if let Some((source, known)) = self.survey.class(&class, "") {
                return clash(format!("a class {class}"), source.place(known.name_at));
            }
        }
        for role in roles.into_iter().chain([Role::Test]) {
            let path = self.path(role);
            if self.ask.workspace.text(&path)?.is_some() {
                return clash(path.clone(), Place::new(path, 1));
            }
        }
        let table = self.table_name();
        for (source, class) in self.survey.classes().filter(|(_, class)| class.mark("Entity").is_some()) {
            if Table::read(source, class, &self.survey, self.snake_columns).name == table {
                return clash(format!("a table {table}"), source.place(class.name_at));
            }
        }
        let end = format!("/{}", self.route());
        let taken = |path: &str| path.trim_end_matches('/').ends_with(&end);
        let address = self.setup.as_ref().map_or(end.clone(), |setup| setup.address.clone());
        match self.ask.map.endpoints.iter().find(|endpoint| taken(&endpoint.path)) {
            Some(endpoint) => {
                clash(format!("an endpoint {address}"), Place::new(endpoint.file.clone(), endpoint.line))
            }
            None => Ok(()),
        }
    }

    fn say_conventions(&mut self) {
        let controller = self.example.class(Role::Controller, &self.survey);
        if let Some((source, class)) = controller
            && (class.mark("UseGuards").is_some()
                || class.methods.iter().any(|method| method.mark(&["UseGuards"]).is_some()))
        {
            self.remarks.push(format!(
                "Handlers of {} are guarded; these are not yet. Who may do what is yours to say.",
                source.path
            ));
        }
        if let Some(gate) = &self.gate {
            self.remarks.push(format!(
                "{} stands before what changes rows, as in {}; whose rows may be changed is yours to say.",
                gate.middleware.class, gate.place
            ));
        }
        if self.handlers.not_found.class == "NotFoundException" {
            self.remarks.push(
                "The service throws NestJS's NotFoundException, which a review reports; after the recipe \
                 error-module services have errors of the domain to throw."
                    .into(),
            );
        }
        for field in self.ask.fields.iter().filter(|field| field.unique) {
            self.remarks.push(format!(
                "A second {} is refused by the database; no answer for it is written.",
                camel(&field.name)
            ));
        }
        for parent in &self.parents {
            self.remarks.push(format!(
                "A {} that has {} cannot be removed; whether they go with it is yours to say.",
                parent.table.class,
                self.ask.name.plural.replace('_', " ")
            ));
        }
        if self.setup.as_ref().is_some_and(|setup| setup.refused.is_empty()) {
            self.remarks.push(
                "The application that the tests start does not check bodies, so no test sends a wrong one."
                    .into(),
            );
        }
    }
}

/// The folder of the backend: what stands before `src/`.
pub(super) fn backend_root(path: &str) -> String {
    path.split_once("src/").map_or(String::new(), |(root, _)| root.to_owned())
}

pub(super) fn first_text(ask: &Ask<'_>, root: &str, names: &[&str]) -> Result<String, ProposeError> {
    for name in names {
        if let Some(text) = ask.workspace.text(&format!("{root}{name}"))? {
            return Ok(text);
        }
    }
    Ok(String::new())
}

//! Everything that is known before a file is rendered, and the files.

use super::{
    columns::{self, Parent},
    example::{self, Example, Modules, Part},
};
use crate::{
    domain::{layer::Layer, place::Place, proposal::FileChange},
    ports::ProposeError,
    propose::{
        python::{Module, string_value},
        recipe::{
            django::survey::{keyword, texts},
            fastapi::{alembic::Head, register},
            head::StepHead,
            names::Name,
            python_text::{Habits, exchanged},
            render::render,
            resource::{Ask, Draft, Edited},
            typescript::words,
        },
    },
};
use minijinja::{Value, context};
use std::collections::BTreeSet;

/// Folder of the recipe under `resources/recipes`.
pub(super) const RECIPE: &str = "fastapi-sqlmodel";

/// Everything that is known before a file is rendered.
pub(super) struct Plan<'a> {
    pub(super) ask: &'a Ask<'a>,
    pub(super) modules: Modules<'a>,
    pub(super) example: Example,
    pub(super) parents: Vec<Parent>,
    pub(super) habits: Habits,
    /// `backend/` where `backend/app/models.py` is imported as `app.models`; empty at the root.
    pub(super) import_root: String,
    /// The field that holds who made a row.
    pub(super) owner: Option<String>,
    /// File of the functions that ask the database, where the backend has one.
    pub(super) data: Option<String>,
}

/// Proposes the resource.
pub(super) fn draft(ask: &Ask<'_>) -> Result<Draft, ProposeError> {
    let texts = texts(ask)?;
    Plan::read(ask, &texts)?.draft()
}

impl<'a> Plan<'a> {
    pub(super) fn read(
        ask: &'a Ask<'a>,
        texts: &'a std::collections::BTreeMap<String, String>,
    ) -> Result<Self, ProposeError> {
        let modules = example::modules(texts);
        let example = Example::find(&modules)?;
        let parents = columns::parents(&ask.fields, &modules)?;
        let import_root = import_root(&modules, &example);
        let mut settings = String::new();
        for folder in [import_root.as_str(), ""] {
            for file in ["pyproject.toml", "ruff.toml", ".ruff.toml", "setup.cfg", "tox.ini"] {
                settings.push_str(&ask.workspace.text(&format!("{folder}{file}"))?.unwrap_or_default());
                settings.push('\n');
            }
        }
        let own: BTreeSet<String> = modules
            .keys()
            .filter_map(|path| path.strip_prefix(import_root.as_str()))
            .filter_map(|path| path.split('/').next().map(|first| first.trim_end_matches(".py").to_owned()))
            .filter(|root| root != "alembic")
            .collect();
        let sources: Vec<&str> =
            modules.get(example.model_path.as_str()).map(|module| module.text).into_iter().collect();
        let habits = Habits::read(&settings, &sources, own);
        let target = owner_target(&modules, &example);
        let owner = parents
            .iter()
            .find(|parent| example.routes.user.is_some() && target.as_deref() == Some(parent.target.as_str()))
            .map(|parent| parent.field.clone());
        let data = modules
            .iter()
            .filter(|(path, _)| path.ends_with("/crud.py"))
            .find(|(_, module)| words(module.text).contains(&example.model))
            .map(|(path, _)| (*path).to_owned());
        Ok(Self { ask, modules, example, parents, habits, import_root, owner, data })
    }

    fn draft(self) -> Result<Draft, ProposeError> {
        self.refuse_clashes()?;
        let mut remarks = self.conventions();
        let mut files = Vec::new();
        for step in &self.ask.head.steps {
            self.ask.go_on()?;
            files.extend(self.file(step, &mut remarks)?);
        }
        files.extend(self.registrations(&files, &mut remarks)?);
        Ok(Draft { like: self.example.like.plural.clone(), files, remarks })
    }

    fn file(&self, step: &StepHead, remarks: &mut Vec<String>) -> Result<Option<FileChange>, ProposeError> {
        let example = &self.example;
        let (path, place, extra, candidates) = match step.layer {
            Layer::Model => {
                let candidates = self.model_candidates();
                (self.beside(&example.model_path), Some(example.place.clone()), context! {}, candidates)
            }
            Layer::Migration => {
                let Some(head) = Head::find(self.ask.map, &self.ask.workspace)? else {
                    remarks.push("No alembic folder was found, so there is no migration.".into());
                    return Ok(None);
                };
                let revision = head.next_id(&format!("{}/{:?}", self.table_name(), self.ask.fields));
                let path = format!("{}{revision}_create_{}.py", head.folder, self.table_name());
                let candidates = vec!["alembic:op".to_owned(), "sqlalchemy as sa".to_owned()];
                let extra = context! { revision, down_revision => head.id, columns => self.columns() };
                (path, head.place, extra, candidates)
            }
            Layer::Repository => {
                let Some(data) = &self.data else { return Ok(None) };
                let line = self.modules.get(data.as_str()).and_then(|module| {
                    let own = module.text.lines().position(|line| line.contains(&example.model))?;
                    u32::try_from(own + 1).ok()
                });
                let place = Place::new(data.clone(), line.unwrap_or(1));
                (data.clone(), Some(place), context! {}, self.data_candidates(data))
            }
            Layer::Router => {
                let path = self.beside(&example.routes.path);
                (path, Some(example.routes.place.clone()), context! {}, self.route_candidates())
            }
            _ => match self.test_parts()? {
                Ok((path, place, extra, candidates)) => (path, place, extra, candidates),
                Err(why) => {
                    remarks.push(why);
                    return Ok(None);
                }
            },
        };
        let context = context! { ..extra, ..self.context()? };
        let body = render(RECIPE, &step.template, &context, |_| {})?;
        let probe = Name::of("proscenium");
        let is_like = |name: &str| exchanged(name, &example.like, &probe) != name;
        let old = self.modules.get(path.as_str()).map_or("", |module| module.text);
        let text = match self.modules.get(path.as_str()) {
            Some(module) => self.habits.grown_after(&path, module.text, &body, &candidates, is_like)?,
            None if step.layer == Layer::Migration => {
                format!("{}\n{}", self.migration_head(&context), self.habits.written(&body))
            }
            None => self.habits.file(&path, &body, &candidates)?,
        };
        let (reason, layer) = (step.reason.clone(), step.layer);
        Ok(Some(self.ask.edited(Edited { path: &path, old, new: text, reason, like: place, layer })))
    }

    /// The words above a revision, and what it imports.
    fn migration_head(&self, context: &Value) -> String {
        let of = |key: &str| {
            context.get_attr(key).ok().filter(|value| !value.is_none()).map(|value| value.to_string())
        };
        format!(
            "\"\"\"create {}\n\nRevision ID: {}\nRevises: {}\n\n\"\"\"\n\nimport sqlalchemy as sa\nfrom alembic import op\n",
            self.table_name(),
            of("revision").unwrap_or_default(),
            of("down_revision").unwrap_or_default()
        )
        .replace("Revises: \n", "Revises:\n")
    }

    /// Edits of files that know the example: the router's aggregator, packages of models.
    fn registrations(
        &self,
        files: &[FileChange],
        remarks: &mut Vec<String>,
    ) -> Result<Vec<FileChange>, ProposeError> {
        let (like, name) = (&self.example.like, &self.ask.name);
        let mut all = Vec::new();
        let mut is_included = false;
        let defined: BTreeSet<String> = self.class_names().into_iter().collect();
        for (path, module) in &self.modules {
            let is_package = path.ends_with("/__init__.py");
            let beside_new = |file: &FileChange| {
                let folder = file.path.rsplit_once('/').map(|(folder, _)| folder);
                folder == path.strip_suffix("/__init__.py") && !self.modules.contains_key(file.path.as_str())
            };
            let new_text = if module.text.contains("include_router") && !path.contains("test") {
                let text = register::include_router(path, module.text, like, name)?;
                is_included |= text.is_some();
                text
            } else if is_package && files.iter().any(beside_new) {
                register::export(path, module.text, like, name, &defined)?
            } else {
                None
            };
            let Some(text) = new_text else { continue };
            let text = self.habits.wrapped(&text);
            let line = module.text.lines().position(|line| exchanged(line, like, name) != line).unwrap_or(0);
            let place = Place::new(*path, u32::try_from(line + 1).unwrap_or(1));
            let (layer, reason) = if is_package {
                (Layer::Model, "Makes the new names known where the others are.")
            } else {
                (Layer::Router, "Serves the new router.")
            };
            let (old, reason) = (module.text, reason.to_owned());
            all.push(self.ask.edited(Edited { path, old, new: text, reason, like: Some(place), layer }));
        }
        if !is_included {
            remarks.push(format!(
                "No include_router of {} was found; the new router is served once you include it.",
                like.plural
            ));
        }
        Ok(all)
    }

    /// A class, a table or a file that is there already stops the recipe.
    fn refuse_clashes(&self) -> Result<(), ProposeError> {
        let clash = |what: String, place: Place| Err(ProposeError::Clash { what, place: place.to_string() });
        for name in self.class_names() {
            if let Some((path, module, class)) = example::class(&self.modules, &name) {
                return clash(format!("a class {name}"), Place::new(path, module.line(&class.name)));
            }
        }
        for like_path in [&self.example.model_path, &self.example.routes.path] {
            let path = self.beside(like_path);
            if path != *like_path && self.modules.contains_key(path.as_str()) {
                return clash(path.clone(), Place::new(path, 1));
            }
        }
        Ok(())
    }

    /// The file beside the example's that is named after the new resource, or the same file.
    pub(super) fn beside(&self, path: &str) -> String {
        self.beside_as(path, &self.ask.name)
    }

    /// The same for another name.
    pub(super) fn beside_as(&self, path: &str, name: &Name) -> String {
        let (folder, file) = path.rsplit_once('/').map_or(("", path), |(folder, file)| (folder, file));
        let file = exchanged(file, &self.example.like, name);
        if folder.is_empty() { file } else { format!("{folder}/{file}") }
    }

    /// A class's name with the resource exchanged.
    pub(super) fn named(&self, part: &Part) -> String {
        exchanged(&part.name, &self.example.like, &self.ask.name)
    }

    fn class_names(&self) -> Vec<String> {
        let example = &self.example;
        let parts = [&example.base, &example.create, &example.update, &example.table, &example.read];
        let mut names: Vec<String> = parts.into_iter().map(|part| self.named(part)).collect();
        names.extend(example.page.as_ref().map(|page| exchanged(&page.name, &example.like, &self.ask.name)));
        names
    }

    fn conventions(&self) -> Vec<String> {
        let mut all = Vec::new();
        let routes = &self.example.routes;
        if self.owner.is_none() && !routes.owner.is_empty() {
            all.push(format!(
                "{} of the example are tied to their {}; no field of the new resource holds a user, so everyone who is signed in sees and changes all.",
                self.example.like.plural, routes.owner
            ));
        }
        if !self.parents.is_empty() {
            all.push("Foreign keys are written without Relationship; add it on both classes where you read over it.".into());
        }
        all
    }
}

/// The folder below which the example's imports resolve.
fn import_root(modules: &Modules<'_>, example: &Example) -> String {
    let stated = modules
        .get(example.routes.path.as_str())
        .and_then(|module| module.origin_of(&example.model))
        .map(|(from, _)| from.replace('.', "/"))
        .unwrap_or_default();
    let tails = [format!("{stated}.py"), format!("{stated}/__init__.py")];
    modules
        .keys()
        .find_map(|path| tails.iter().find_map(|tail| path.strip_suffix(tail.as_str())))
        .filter(|_| !stated.is_empty() && !stated.starts_with('/'))
        .unwrap_or_default()
        .to_owned()
}

/// What the example's owner refers to: `user.id`.
fn owner_target(modules: &Modules<'_>, example: &Example) -> Option<String> {
    let module: &Module<'_> = modules.get(example.model_path.as_str())?;
    let class = module.classes().find(|class| class.name.as_str() == example.model)?;
    let (_, assign) = example::attributes(class).find(|(name, _)| *name == example.routes.owner)?;
    keyword(assign.value.as_deref()?, "foreign_key").and_then(string_value)
}

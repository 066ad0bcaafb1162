//! The `resource` recipe: model, migration, schema, repository, service, router and its
//! registration, tests, in the shape of a resource that the repository has already.

use super::{
    alembic::Head,
    context::Reference,
    fields::Field,
    layout::Layout,
    names::Name,
    references::references,
    style::{Commits, Style},
};
use crate::{
    domain::{
        layer::Layer,
        map::BackendMap,
        place::Place,
        proposal::{Content, FileChange, Note},
    },
    ports::ProposeError,
    propose::{
        python::Module,
        recipe::{
            head::StepHead,
            resource::{Ask, Draft},
        },
        workspace::Workspace,
    },
};
use minijinja::context;
use ruff_python_ast::Stmt;

/// Folder of the recipe under `resources/recipes`.
pub(super) const RECIPE: &str = "fastapi-sqlalchemy";

/// Everything that is known before a file is rendered.
pub(super) struct Plan<'a> {
    pub(super) name: Name,
    pub(super) fields: Vec<Field>,
    pub(super) layout: Layout,
    pub(super) style: Style,
    pub(super) references: Vec<Reference>,
    pub(super) workspace: &'a Workspace<'a>,
    pub(super) map: &'a BackendMap,
    pub(super) ask: &'a Ask<'a>,
    pub(super) remarks: Vec<String>,
}

impl<'a> Plan<'a> {
    /// Reads the repository; `NotApplicable` where it is not of this kind.
    pub(super) fn read(ask: &'a Ask<'a>) -> Result<Self, ProposeError> {
        let (name, fields) = (ask.name.clone(), ask.fields.clone());
        let layout = Layout::find(ask.map, &ask.workspace)?;
        let style = Style::read(&layout, ask.map, &ask.workspace)?;
        let references = references(&fields, &layout, ask.map, &ask.workspace)?;
        let (workspace, map) = (&ask.workspace, ask.map);
        Ok(Self { name, fields, layout, style, references, workspace, map, ask, remarks: Vec::new() })
    }

    /// All files, and the remarks on them.
    pub(super) fn draft(mut self) -> Result<Draft, ProposeError> {
        self.refuse_clashes()?;
        let mut files = Vec::new();
        for step in &self.ask.head.steps {
            self.ask.go_on()?;
            if let Some(file) = self.file(step)? {
                files.push(file);
            }
        }
        files.extend(self.registrations()?);
        files.extend(self.packages(&files)?);
        self.say_conventions();
        Ok(Draft { like: self.layout.like.plural.clone(), files, remarks: self.remarks })
    }
}

impl Plan<'_> {
    pub(super) fn table(&self) -> &str {
        if self.style.plural_tables { &self.name.plural } else { &self.name.snake }
    }

    pub(super) fn path(&self, layer: Layer) -> String {
        self.layout.path_for(layer, &self.name)
    }

    pub(super) fn module(&self, layer: Layer) -> String {
        self.layout.module_of(&self.path(layer))
    }

    /// A name, a table, a path or a file that is there already stops the recipe.
    fn refuse_clashes(&self) -> Result<(), ProposeError> {
        let clash = |what: String, place: Place| Err(ProposeError::Clash { what, place: place.to_string() });
        let same = |model: &&crate::domain::map::Model| {
            model.name == self.name.pascal || model.table.as_deref() == Some(self.table())
        };
        if let Some(model) = self.map.models.iter().find(same) {
            return clash(format!("a model {}", model.name), Place::new(model.file.clone(), model.line));
        }
        for layer in
            [Layer::Model, Layer::Schema, Layer::Repository, Layer::Service, Layer::Router, Layer::Test]
        {
            let path = self.path(layer);
            if self.workspace.text(&path)?.is_some() {
                return clash(path.clone(), Place::new(path, 1));
            }
        }
        for path in self.workspace.paths() {
            if self.map.layer_of(path) != Some(Layer::Model) {
                continue;
            }
            let Some(text) = self.workspace.text(path)? else { continue };
            let Ok(module) = Module::parse(path, &text) else { continue };
            if let Some(class) = module.classes().find(|class| class.name.as_str() == self.name.pascal) {
                return clash(format!("a class {}", self.name.pascal), Place::new(path, module.line(class)));
            }
        }
        let url = self.url();
        if let Some(endpoint) =
            self.map.endpoints.iter().find(|endpoint| endpoint.path.trim_end_matches('/') == url)
        {
            return clash(format!("an endpoint {url}"), Place::new(endpoint.file.clone(), endpoint.line));
        }
        Ok(())
    }

    /// One new file; `None` where the repository gives nothing to build it on.
    fn file(&mut self, step: &StepHead) -> Result<Option<FileChange>, ProposeError> {
        let (path, place, text) = match step.layer {
            Layer::Migration => {
                let Some(head) = Head::find(self.map, self.workspace)? else {
                    self.remarks.push("No alembic folder was found, so there is no migration.".into());
                    return Ok(None);
                };
                let what = format!("{}/{:?}", self.table(), self.fields);
                let revision = head.next_id(&what);
                let path = format!("{}{revision}_create_{}.py", head.folder, self.table());
                let extra = context! { revision, down_revision => head.id };
                (path, head.place, self.render(&step.template, extra)?)
            }
            Layer::Test => {
                let Some(extra) = self.test_context()? else { return Ok(None) };
                (self.path(Layer::Test), self.example_place(Layer::Test), self.render(&step.template, extra)?)
            }
            layer => (self.path(layer), self.example_place(layer), self.render(&step.template, context! {})?),
        };
        if place.is_none() && step.layer != Layer::Migration {
            self.remarks
                .push(format!("{path} starts the {} layer; there was none to learn from.", step.layer));
        }
        let lines = u32::try_from(text.lines().count()).unwrap_or(u32::MAX);
        let note = Note {
            start: 1,
            end: lines + 1,
            reason: step.reason.clone(),
            citation: place,
            criteria: Vec::new(),
            step: self.ask.step_for(step.layer),
        };
        Ok(Some(FileChange { path, content: Content::Text { text }, notes: vec![note] }))
    }

    /// The first definition of the example's file.
    pub(super) fn example_place(&self, layer: Layer) -> Option<Place> {
        let example = self.layout.examples.get(&layer)?;
        let module = Module::parse(&example.path, &example.text).ok()?;
        let line = module.body.iter().find_map(|stmt| match stmt {
            Stmt::ClassDef(class) => Some(module.line(&class.name)),
            Stmt::FunctionDef(function) => Some(module.line(&function.name)),
            _ => None,
        });
        Some(Place::new(example.path.clone(), line.unwrap_or(1)))
    }

    /// `__init__.py` of folders that the recipe starts, where the repository has such files.
    pub(super) fn packages(&self, files: &[FileChange]) -> Result<Vec<FileChange>, ProposeError> {
        let uses_packages = self.workspace.paths().iter().any(|path| path.ends_with("/__init__.py"));
        let mut made = Vec::new();
        for file in files.iter().filter(|_| uses_packages) {
            let Some((folder, _)) = file.path.rsplit_once('/') else { continue };
            let path = format!("{folder}/__init__.py");
            let is_new = !self.workspace.paths().iter().any(|known| known.starts_with(&format!("{folder}/")));
            if is_new
                && !file.path.contains("/versions/")
                && !made.iter().any(|known: &FileChange| known.path == path)
                && self.workspace.text(&path)?.is_none()
            {
                made.push(FileChange {
                    path,
                    content: Content::Text { text: String::new() },
                    notes: Vec::new(),
                });
            }
        }
        Ok(made)
    }

    fn say_conventions(&mut self) {
        let session = &self.style.session;
        let how = if session.is_async { "async" } else { "not async" };
        self.remarks.push(format!("Session as at {}, {how}.", session.place));
        self.remarks.push(match self.style.commits {
            Commits::Repository => "The repository commits, as in the example.".into(),
            Commits::Service => "The service commits, once for each operation.".into(),
            Commits::Dependency => "The session's dependency commits; services only flush.".into(),
        });
        let router = self.layout.examples.get(&Layer::Router);
        if router.is_some_and(|example| {
            let text = example.text.to_lowercase();
            text.contains("current_user") || text.contains("currentuser")
        }) {
            self.remarks.push(format!(
                "Handlers of {} ask for a user; these do not yet. Who may do what is yours to say.",
                router.map_or("", |example| example.path.as_str())
            ));
        }
        for field in self.fields.iter().filter(|field| field.unique) {
            self.remarks.push(format!(
                "A second {} is refused by the database; no answer for it is written.",
                field.name
            ));
        }
    }
}

//! The `auth` recipe for FastAPI with SQLAlchemy: a model of users and of their refresh tokens,
//! in the layers of the example, and a module that hashes and signs.
//!
//! A backend that has users already is refused: whose passwords there are is not for a recipe
//! to say.

pub(in crate::propose::recipe) mod common;
pub(in crate::propose::recipe) mod refusals;

use super::{
    alembic::Head, layout::Layout, names::Name, plan::Plan, register, samples::TestStyle, style::Style,
    tables,
};
use crate::{
    domain::{layer::Layer, place::Place, proposal::FileChange},
    ports::ProposeError,
    propose::recipe::{
        head::StepHead,
        password_hash::Hash,
        resource::{Ask, Draft, Edited},
    },
};
use common::Home;
use minijinja::{Value, context};
use refusals::Table;
use std::collections::BTreeSet;

/// All files, and the remarks on them.
pub(super) fn draft(ask: &Ask<'_>) -> Result<Draft, ProposeError> {
    let models = tables::models(&ask.workspace)?.into_iter();
    let tables: Vec<Table> = models
        .map(|model| Table { path: model.path, class: model.name, name: model.table.unwrap_or_default() })
        .collect();
    refusals::refuse(ask, &tables)?;
    let layout = Layout::find(ask.map, &ask.workspace)?;
    let style = Style::read(&layout, ask.map, &ask.workspace)?;
    let tests = common::test_style(&layout, ask)?;
    let hash = Hash::decide(ask)?;
    let plan = Plan {
        name: common::subject(),
        fields: Vec::new(),
        layout,
        style,
        references: Vec::new(),
        workspace: &ask.workspace,
        map: ask.map,
        ask,
        remarks: Vec::new(),
    };
    Sessions { plan, hash, tests, user: Name::of("user") }.draft()
}

/// Everything that is known before a file is rendered.
struct Sessions<'a> {
    plan: Plan<'a>,
    hash: Hash,
    tests: TestStyle,
    user: Name,
}

impl Sessions<'_> {
    fn draft(mut self) -> Result<Draft, ProposeError> {
        self.refuse_files()?;
        let mut files = Vec::new();
        for step in &self.plan.ask.head.steps {
            self.plan.ask.go_on()?;
            if let Some(file) = self.file(step)? {
                files.push(file);
            }
        }
        files.extend(self.plan.packages(&files)?);
        files.extend(self.registrations()?);
        let mut remarks = std::mem::take(&mut self.plan.remarks);
        let root = self.plan.layout.import_root.as_str();
        files.extend(common::packages(self.plan.ask, root, self.hash, &mut remarks)?);
        remarks.extend(common::remarks(self.hash));
        Ok(Draft { like: self.plan.layout.like.plural.clone(), files, remarks })
    }

    fn home(&self) -> Home<'_> {
        Home::of(&self.plan.layout.import_root, &self.plan.module(Layer::Router))
    }

    fn path(&self, layer: Layer, part: &str) -> String {
        match (layer, part) {
            (Layer::Model, _) => self.plan.layout.path_for(Layer::Model, &self.user),
            (Layer::Test, "environment") => self.home().environment(),
            (layer, part) => match common::stem_of(layer, part) {
                Some(stem) => self.home().path(stem),
                None => self.plan.path(layer),
            },
        }
    }

    fn refuse_files(&self) -> Result<(), ProposeError> {
        let new = [
            (Layer::Model, ""),
            (Layer::Config, ""),
            (Layer::Config, "limit"),
            (Layer::Schema, ""),
            (Layer::Repository, ""),
            (Layer::Service, ""),
            (Layer::Router, ""),
            (Layer::Test, ""),
        ];
        self.plan.ask.refuse_files(&new.map(|(layer, part)| self.path(layer, part)))?;
        let below = format!("{}/", self.plan.url());
        if let Some(endpoint) = self.plan.map.endpoints.iter().find(|one| one.path.starts_with(&below)) {
            return Err(ProposeError::Clash {
                what: format!("an endpoint {}", endpoint.title()),
                place: Place::new(endpoint.file.clone(), endpoint.line).to_string(),
            });
        }
        Ok(())
    }

    /// One new file; `None` where the repository gives nothing to build it on.
    fn file(&mut self, step: &StepHead) -> Result<Option<FileChange>, ProposeError> {
        let (layer, part) = (step.layer, step.part.as_str());
        let place = self.plan.example_place(layer).or_else(|| Some(self.plan.style.session.place.clone()));
        let (path, place, extra) = match (layer, part) {
            (Layer::Migration, _) => {
                let Some(head) = Head::find(self.plan.map, self.plan.workspace)? else {
                    self.plan.remarks.push("No alembic folder was found, so there is no migration.".into());
                    return Ok(None);
                };
                let revision = head.next_id("users and refresh tokens");
                let path = format!("{}{revision}_create_users_and_tokens.py", head.folder);
                (path, head.place, context! { revision, down_revision => head.id })
            }
            (Layer::Test, "environment") => {
                let path = self.path(layer, part);
                if common::environment_is_there(&path, self.plan.ask, &mut self.plan.remarks)? {
                    return Ok(None);
                }
                (path, place, context! {})
            }
            (Layer::Test, _) => (self.path(layer, part), place, self.test_context()),
            _ => (self.path(layer, part), place, context! {}),
        };
        let text = self.plan.render(&step.template, context! { ..extra, ..self.context()? })?;
        let mut made = self.plan.ask.made(path, text, place, layer);
        for note in &mut made.notes {
            note.reason.clone_from(&step.reason);
        }
        Ok(Some(made))
    }

    fn context(&self) -> Result<Value, ProposeError> {
        let plan = &self.plan;
        let module = |layer: Layer| plan.layout.module_of(&self.path(layer, ""));
        let plural = plan.style.plural_tables;
        Ok(context! {
            users => if plural { "users" } else { "user" },
            tokens => if plural { "refresh_tokens" } else { "refresh_token" },
            model_module => module(Layer::Model),
            schema_module => module(Layer::Schema),
            repository_module => module(Layer::Repository),
            service_module => module(Layer::Service),
            router_module => module(Layer::Router),
            key_of => plan.style.key_type(),
            ..self.home().context(self.hash, plan.workspace)?
        })
    }

    /// What the tests need beside.
    fn test_context(&self) -> Value {
        let session = if self.tests.session_is_async {
            "sqlalchemy.ext.asyncio:AsyncSession"
        } else {
            "sqlalchemy.orm:Session"
        };
        let model = self.plan.layout.module_of(&self.path(Layer::Model, ""));
        context! {
            url => format!("\"{}\"", self.plan.url()),
            url_imports => "",
            query => "scalars",
            select_import => "sqlalchemy:select",
            model_import => format!("{model}:User"),
            test_session_import => session,
            ..common::tests(&self.tests)
        }
    }

    /// The router where the example's is included, and the model where metadata are read.
    fn registrations(&mut self) -> Result<Vec<FileChange>, ProposeError> {
        let plan = &self.plan;
        let like = plan.layout.examples.get(&Layer::Router).map_or(&plan.layout.like, |own| &own.name);
        let defined: BTreeSet<String> = BTreeSet::from([self.user.pascal.clone()]);
        let mut files = Vec::new();
        let mut included = false;
        for path in plan.workspace.paths().into_iter().filter(|path| path.ends_with(".py")) {
            let Some(text) = plan.workspace.text(path)? else { continue };
            let stem = path.rsplit('/').next().unwrap_or_default().trim_end_matches(".py");
            let (new, layer, reason) =
                if text.contains("include_router") && plan.map.layer_of(path) != Some(Layer::Test) {
                    let new = register::include_router(path, &text, like, &plan.name)?;
                    included |= new.is_some();
                    (new, Layer::Router, "Serves the routes of sessions.")
                } else if matches!(stem, "__init__" | "env" | "base" | "metadata") {
                    let new = register::export(path, &text, &plan.layout.like, &self.user, &defined)?;
                    (new, Layer::Model, "Makes the users known where other models are.")
                } else {
                    continue;
                };
            let Some(new) = new else { continue };
            let like = Place::new(path, 1);
            files.push(plan.ask.edited(Edited {
                path,
                old: &text,
                new,
                reason: reason.into(),
                like: Some(like),
                layer,
            }));
        }
        if !included {
            self.plan
                .remarks
                .push("No include_router was found; the routes are served once you include them.".into());
        }
        Ok(files)
    }
}

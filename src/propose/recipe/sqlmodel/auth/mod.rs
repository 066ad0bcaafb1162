//! The `auth` recipe for FastAPI with SQLModel: users and refresh tokens among the tables, what
//! is done with them where the project asks its database, and the dependencies that protect
//! routes beside the one that gives the session.

mod parts;

use super::{
    columns,
    example::{self, is_table},
    plan::{Plan, RECIPE},
};
use crate::{
    domain::{layer::Layer, place::Place, proposal::FileChange},
    ports::ProposeError,
    propose::{
        python::Module,
        recipe::{
            django::survey::texts,
            fastapi::{
                alembic::Head,
                auth::{
                    common::{self, Home},
                    refusals::{self, Table},
                },
                register,
                render::{Helpers, render as render_python},
                samples::TestStyle,
            },
            head::StepHead,
            names::Name,
            password_hash::Hash,
            python_text::exchanged,
            render::render_own,
            resource::{Ask, Draft, Edited},
            typescript::words,
        },
    },
};
use minijinja::{Value, context};
use ruff_python_ast::Stmt;
use std::collections::BTreeSet;

/// Functions that ask the database, and the module that has them where the project has none.
const FUNCTIONS: [&str; 8] = [
    "get_user",
    "get_user_by_email",
    "create_user",
    "authenticate",
    "new_tokens",
    "renew",
    "end_session",
    "end_family",
];
const DATA: &str = "sessions";
/// What other modules may want of the dependencies.
const DEPENDENCIES: [&str; 5] =
    ["bearer", "not_signed_in", "get_current_user", "CurrentUser", "require_role"];
/// What travels.
const SENT: [&str; 3] = ["Credentials", "Renewal", "Tokens"];

/// Proposes users and sessions.
pub(super) fn draft(ask: &Ask<'_>) -> Result<Draft, ProposeError> {
    let texts = texts(ask)?;
    let modules = example::modules(&texts);
    let classes = modules
        .iter()
        .flat_map(|(path, module)| module.classes().filter(|one| is_table(one)).map(move |one| (path, one)));
    let tables: Vec<Table> = classes
        .map(|(path, class)| Table {
            path: (*path).to_owned(),
            class: class.name.to_string(),
            name: columns::table_name(class),
        })
        .collect();
    refusals::refuse(ask, &tables)?;
    let plan = Plan::read(ask, &texts)?;
    let tests = common::test_style(&plan.test_layout(), ask)?;
    let hash = Hash::decide(ask)?;
    let alias = alias(&plan);
    Sessions { plan, hash, tests, alias, subject: common::subject() }.draft()
}

/// Where the session's dependency has a name of its own: its file and line.
fn alias(plan: &Plan<'_>) -> Option<Place> {
    let routes = &plan.example.routes;
    let (_, annotation) = routes.session.written.split_once(':')?;
    let name = annotation.split('=').next()?.trim();
    plan.modules.iter().find_map(|(path, module)| {
        let stmt = module.body.iter().find(|stmt| {
            let source = module.source(*stmt);
            matches!(stmt, Stmt::Assign(_)) && source.starts_with(&format!("{name} = Annotated["))
        })?;
        (*path != routes.path).then(|| Place::new(*path, module.line(stmt)))
    })
}

/// Everything that is known before a file is rendered.
struct Sessions<'a> {
    plan: Plan<'a>,
    hash: Hash,
    tests: TestStyle,
    /// The named dependency of the session, beside which those of users stand.
    alias: Option<Place>,
    /// Names of the routes and their tests.
    subject: Name,
}

impl Sessions<'_> {
    fn draft(self) -> Result<Draft, ProposeError> {
        self.refuse_clashes()?;
        let mut remarks = Vec::new();
        let mut files = Vec::new();
        let ask = self.plan.ask;
        for step in &ask.head.steps {
            ask.go_on()?;
            files.extend(self.file(step, &mut remarks)?);
        }
        files.extend(self.registrations(&mut remarks)?);
        files.extend(common::packages(ask, &self.plan.import_root, self.hash, &mut remarks)?);
        remarks.extend(common::remarks(self.hash));
        Ok(Draft { like: self.plan.example.like.plural.clone(), files, remarks })
    }

    fn home(&self) -> Home<'_> {
        Home::of(&self.plan.import_root, &self.plan.module_of(&self.plan.example.routes.path))
    }

    /// Where a part goes.
    fn path(&self, layer: Layer, part: &str) -> String {
        let plan = &self.plan;
        let example = &plan.example;
        match (layer, part) {
            (Layer::Model, _) => plan.beside(&example.model_path),
            (Layer::Repository, _) => plan.data.clone().unwrap_or_else(|| self.home().path(DATA)),
            (Layer::Router, "dependencies") => {
                self.alias.as_ref().map_or_else(|| self.path(Layer::Router, ""), |place| place.path.clone())
            }
            (Layer::Router, _) => plan.beside_as(&example.routes.path, &self.subject),
            (Layer::Test, "environment") => self.home().environment(),
            (Layer::Test, _) => {
                let like = example.tests.clone().unwrap_or_else(|| format!("{}tests/", plan.import_root));
                let path = plan.beside_as(&like, &self.subject);
                let folder = like.rsplit_once('/').map(|(folder, _)| format!("{folder}/"));
                if path == like { format!("{}test_auth.py", folder.unwrap_or_default()) } else { path }
            }
            (layer, part) => self.home().path(common::stem_of(layer, part).unwrap_or_default()),
        }
    }

    /// A part of the backend; `None` where the repository gives nothing to build it on.
    fn file(&self, step: &StepHead, remarks: &mut Vec<String>) -> Result<Option<FileChange>, ProposeError> {
        let plan = &self.plan;
        let (layer, part) = (step.layer, step.part.as_str());
        let path = self.path(layer, part);
        let place = match (layer, part) {
            (Layer::Model, _) => plan.example.place.clone(),
            (Layer::Repository, _) => self.data_place(),
            (Layer::Router, "dependencies") => match &self.alias {
                Some(place) => place.clone(),
                // The routes hold them.
                None => return Ok(None),
            },
            (Layer::Test, "environment") => {
                if common::environment_is_there(&path, plan.ask, remarks)? {
                    return Ok(None);
                }
                self.test_place()
            }
            (Layer::Test, _) => self.test_place(),
            _ => plan.example.routes.place.clone(),
        };
        let (path, place, text) = match layer {
            Layer::Migration => {
                let Some(head) = Head::find(plan.ask.map, &plan.ask.workspace)? else {
                    remarks.push("No alembic folder was found, so there is no migration.".into());
                    return Ok(None);
                };
                let revision = head.next_id("users and refresh tokens");
                let path = format!("{}{revision}_create_users_and_tokens.py", head.folder);
                let extra = context! { revision, down_revision => head.id };
                (path, head.place.unwrap_or(place), self.whole(step, extra)?)
            }
            Layer::Config | Layer::Test => {
                let text = self.whole(step, context! {})?;
                (path, place, text)
            }
            _ => {
                let text = self.grown(step, &path)?;
                (path, place, text)
            }
        };
        let old = plan.modules.get(path.as_str()).map_or("", |module| module.text);
        let reason = step.reason.clone();
        Ok(Some(plan.ask.edited(Edited { path: &path, old, new: text, reason, like: Some(place), layer })))
    }

    /// A template that says its imports itself.
    fn whole(&self, step: &StepHead, extra: Value) -> Result<String, ProposeError> {
        let habits = &self.plan.habits;
        let helpers = Helpers {
            own_packages: habits.own.clone(),
            old_generics: false,
            not_found: None,
            width: habits.width,
        };
        let context = context! { ..extra, ..self.context()? };
        let text = render_python(RECIPE, &self.plan.ask.own, &step.template, &helpers, &context)?;
        Ok(habits.written(&text))
    }

    /// A file that is there with a part more, or a new one; imports are what the part uses.
    fn grown(&self, step: &StepHead, path: &str) -> Result<String, ProposeError> {
        let plan = &self.plan;
        let body = render_own(RECIPE, &plan.ask.own, &step.template, &self.context()?, |_| {})?;
        let candidates = self.candidates(path);
        let probe = Name::of("proscenium");
        let is_like = |name: &str| exchanged(name, &plan.example.like, &probe) != name;
        match plan.modules.get(path) {
            Some(module) if step.part == "dependencies" => {
                plan.habits.grown_after(path, module.text, &body, &candidates, |_| false)
            }
            Some(module) => plan.habits.grown_after(path, module.text, &body, &candidates, is_like),
            None => plan.habits.file(path, &body, &candidates),
        }
    }

    /// The line that shows how the project asks its database.
    fn data_place(&self) -> Place {
        let example = &self.plan.example;
        let in_data = self.plan.data.as_ref().and_then(|path| {
            let module = self.plan.modules.get(path.as_str())?;
            let function =
                module.functions().find(|one| words(module.source(*one)).contains(&example.model))?;
            Some(Place::new(path.clone(), module.line(&function.name)))
        });
        in_data.unwrap_or_else(|| example.routes.place.clone())
    }

    /// The first test of the example.
    fn test_place(&self) -> Place {
        let tests = self.plan.example.tests.as_ref().and_then(|path| {
            let module = self.plan.modules.get(path.as_str())?;
            let line = module.functions().next().map_or(1, |function| module.line(&function.name));
            Some(Place::new(path.clone(), line))
        });
        tests.unwrap_or_else(|| self.plan.example.routes.place.clone())
    }

    /// The router where the example's is included, and the tables where a package names them.
    fn registrations(&self, remarks: &mut Vec<String>) -> Result<Vec<FileChange>, ProposeError> {
        let plan = &self.plan;
        let like = &plan.example.like;
        let model_path = self.path(Layer::Model, "");
        let package = model_path.rsplit_once('/').map(|(folder, _)| format!("{folder}/__init__.py"));
        let defined = BTreeSet::from(["User".to_owned(), plan.named(&plan.example.read)]);
        let mut all = Vec::new();
        let mut is_included = false;
        for (path, module) in &plan.modules {
            let (new, name, layer, reason) = if module.text.contains("include_router")
                && !path.contains("test")
            {
                let new = register::include_router(path, module.text, like, &self.subject)?;
                is_included |= new.is_some();
                (new, &self.subject, Layer::Router, "Serves the routes of sessions.")
            } else if Some(*path) == package.as_deref() && !plan.modules.contains_key(model_path.as_str()) {
                let name = &plan.ask.name;
                let new = register::export(path, module.text, like, name, &defined)?;
                (new, name, Layer::Model, "Makes the users known where other models are.")
            } else {
                continue;
            };
            let Some(new) = new else { continue };
            let line = module.text.lines().position(|line| exchanged(line, like, name) != line).unwrap_or(0);
            let place = Place::new(*path, u32::try_from(line + 1).unwrap_or(1));
            all.push(plan.ask.edited(Edited {
                path,
                old: module.text,
                new: plan.habits.wrapped(&new),
                reason: reason.to_owned(),
                like: Some(place),
                layer,
            }));
        }
        if !is_included {
            remarks.push("No include_router was found; the routes are served once you include them.".into());
        }
        Ok(all)
    }

    /// A class, a function or a file that is there already stops the recipe.
    fn refuse_clashes(&self) -> Result<(), ProposeError> {
        let plan = &self.plan;
        let clash = |what: String, place: Place| Err(ProposeError::Clash { what, place: place.to_string() });
        let mut classes: Vec<String> = SENT.map(str::to_owned).into();
        classes.push(plan.named(&plan.example.read));
        for name in classes {
            if let Some((path, module, class)) = example::class(&plan.modules, &name) {
                return clash(format!("a class {name}"), Place::new(path, module.line(&class.name)));
            }
        }
        let grown =
            [(Layer::Repository, "", &FUNCTIONS[..]), (Layer::Router, "dependencies", &DEPENDENCIES[..])];
        for (layer, part, names) in grown {
            let path = self.path(layer, part);
            let Some(module) = plan.modules.get(path.as_str()) else { continue };
            if let Some((name, line)) = defined(module, names) {
                return clash(format!("a name {name}"), Place::new(path, line));
            }
        }
        if let Some(endpoint) = plan.ask.map.endpoints.iter().find(|one| one.path.contains("/auth/")) {
            let place = Place::new(endpoint.file.clone(), endpoint.line);
            return clash(format!("an endpoint {}", endpoint.title()), place);
        }
        let mut new = vec![
            self.path(Layer::Config, ""),
            self.path(Layer::Config, "limit"),
            self.path(Layer::Router, ""),
            self.path(Layer::Test, ""),
        ];
        new.extend(plan.data.is_none().then(|| self.path(Layer::Repository, "")));
        let model = self.path(Layer::Model, "");
        new.extend((model != plan.example.model_path).then_some(model));
        plan.ask.refuse_files(&new)
    }
}

/// The first of some names that a module defines, and its line.
fn defined<'n>(module: &Module<'_>, names: &[&'n str]) -> Option<(&'n str, u32)> {
    names.iter().find_map(|name| {
        let line = module.body.iter().find_map(|stmt| match stmt {
            Stmt::FunctionDef(function) if function.name.as_str() == *name => {
                Some(module.line(&function.name))
            }
            Stmt::Assign(assign) => {
                let target = assign.targets.first().filter(|target| module.source(*target) == *name)?;
                Some(module.line(target))
            }
            _ => None,
        })?;
        Some((*name, line))
    })
}

//! The `auth` recipe for NestJS with TypeORM: entities of users and of their refresh tokens, a
//! module that signs people in, and guards and decorators for other handlers.
//!
//! A backend that has users already is refused: whose passwords there are is not for a recipe
//! to say.

mod context;
mod packages;
mod refusals;
mod start;

pub(in crate::propose::recipe) use packages::{major_of as framework, with_package};

use super::{
    example::{Example, Role},
    plan::{Plan, RECIPE},
    registrations::Sibling,
    survey::{Survey, folder},
};
use crate::{
    domain::{layer::Layer, place::Place, proposal::FileChange},
    ports::ProposeError,
    propose::recipe::{
        head::StepHead,
        names::Name,
        password_hash::Hash,
        resource::{Ask, Draft},
        typescript::set_up,
    },
};

/// All files, and the remarks on them.
pub(super) fn draft(ask: &Ask<'_>) -> Result<Draft, ProposeError> {
    // Files are called after sessions, and their rows after users.
    let auth = Name {
        snake: "auth".into(),
        pascal: "Auth".into(),
        plural: "auth".into(),
        plural_pascal: "Auth".into(),
    };
    let own = ask.named(auth);
    let survey = Survey::read(&own)?;
    let example = Example::find(&survey)?;
    let plan = Plan::after(&own, survey, example, "create_users_and_tokens")?;
    refusals::refuse(&plan)?;
    let no = |why: &str| Err(ProposeError::NotApplicable(why.to_owned()));
    if plan.setup.is_none() {
        return no("sign-in is not written without its tests, and none here asks over HTTP with supertest");
    }
    if plan.next.is_none() {
        return no("no migration was found to follow, so the tables of users would be made by nothing");
    }
    if plan.dialect == "mysql" {
        return no("sign-in for MySQL is not known to this recipe; it knows PostgreSQL and SQLite");
    }
    let hash = Hash::decide(ask)?;
    let hasher = packages::hasher(&plan.manifest, hash);
    Sessions { plan, hash, hasher }.draft()
}

/// Everything that is known before a file is rendered.
struct Sessions<'a> {
    plan: Plan<'a>,
    hash: Hash,
    /// The package that hashes.
    hasher: &'static str,
}

impl Sessions<'_> {
    fn draft(mut self) -> Result<Draft, ProposeError> {
        self.refuse_files()?;
        let mut files = Vec::new();
        for step in &self.plan.ask.head.steps {
            self.plan.ask.go_on()?;
            files.push(self.file(step)?);
        }
        files.extend(self.plan.registered(&self.siblings())?);
        files.push(start::started(&self.plan, &self.path(Layer::Config, "security"))?);
        let mut remarks = std::mem::take(&mut self.plan.remarks);
        let root = self.root();
        files.extend(packages::needed(
            &self.plan,
            &format!("{root}package.json"),
            self.hasher,
            &mut remarks,
        )?);
        remarks.push(format!("Passwords are hashed with {}.", self.hash.name()));
        remarks.push("JWT_SECRET must be set where the program runs; without it nothing starts.".into());
        remarks.push(
            "Attempts to sign in are counted in one process, by name and by address: several processes need one store for \
             all of them, and behind a proxy the application must be told to trust it."
                .into(),
        );
        Ok(Draft { like: self.plan.example.like.plural.clone(), files, remarks })
    }

    /// What stands before `src/`.
    fn root(&self) -> String {
        let path = self.plan.path(Role::Module);
        path.split_once("src/").map_or(String::new(), |(root, _)| root.to_owned())
    }

    /// A file of the new module: the entity in the folder that entities have there.
    fn path(&self, layer: Layer, part: &str) -> String {
        let plan = &self.plan;
        let home = plan.path(Role::Module);
        let home = folder(&home);
        let entity = |snake: &str| {
            let own = plan.path(Role::Entity);
            let file = plan.example.path_for(Role::Entity, &Name::of(snake));
            format!("{}/{}", folder(&own), file.rsplit('/').next().unwrap_or_default())
        };
        let body = |name: &str| {
            let like = plan.path(Role::Create);
            let file = like.rsplit('/').next().unwrap_or_default();
            let end = file.split_once('.').map_or("ts", |(_, end)| end);
            format!("{}/{name}.{end}", folder(&like))
        };
        match (layer, part) {
            (Layer::Model, "token") => entity("refresh_token"),
            (Layer::Model, _) => entity("user"),
            (Layer::Schema, "renewal") => body("renewal"),
            (Layer::Schema, _) => body("credentials"),
            (Layer::Config, "security") => format!("{home}/security.ts"),
            (Layer::Config, "guard") => format!("{home}/{}.ts", plan.example.file("auth") + ".guard"),
            (Layer::Config, "user") => format!("{home}/{}.decorator.ts", plan.example.file("current_user")),
            (Layer::Config, "roles") => format!("{home}/roles.guard.ts"),
            (Layer::Config, _) => plan.path(Role::Module),
            (Layer::Migration, _) => plan.next.as_ref().map(|next| next.path.clone()).unwrap_or_default(),
            (Layer::Service, _) => plan.path(Role::Service),
            (Layer::Router, _) => plan.path(Role::Controller),
            _ => plan.path(Role::Test),
        }
    }

    fn refuse_files(&self) -> Result<(), ProposeError> {
        for step in &self.plan.ask.head.steps {
            let path = self.path(step.layer, &step.part);
            if self.plan.ask.workspace.text(&path)?.is_some() {
                let place = Place::new(path.clone(), 1).to_string();
                return Err(ProposeError::Clash { what: path, place });
            }
        }
        let route = format!("/{}/", self.plan.route());
        match self.plan.ask.map.endpoints.iter().find(|one| one.path.contains(&route)) {
            Some(endpoint) => Err(ProposeError::Clash {
                what: format!("an endpoint {}", endpoint.title()),
                place: Place::new(endpoint.file.clone(), endpoint.line).to_string(),
            }),
            None => Ok(()),
        }
    }

    /// One new file.
    fn file(&self, step: &StepHead) -> Result<FileChange, ProposeError> {
        let plan = &self.plan;
        let path = self.path(step.layer, &step.part);
        let role = match step.layer {
            Layer::Model => Some(Role::Entity),
            Layer::Service => Some(Role::Service),
            Layer::Test => Some(Role::Test),
            _ => None,
        };
        let rendered = plan.ask.render(RECIPE, &step.template, &self.context(role, &path), set_up)?;
        let text = plan.habits.write(&rendered, &plan.carried(role, &path));
        let like = match step.layer {
            Layer::Migration => plan.next.as_ref().map(|next| next.after.clone()),
            Layer::Model => plan.example.place(Role::Entity, &plan.survey),
            Layer::Schema => plan
                .example
                .place(Role::Create, &plan.survey)
                .or_else(|| plan.example.place(Role::Controller, &plan.survey)),
            Layer::Service => plan.example.place(Role::Service, &plan.survey),
            Layer::Router => plan.example.place(Role::Controller, &plan.survey),
            Layer::Test => plan.example.place(Role::Test, &plan.survey),
            _ => plan.example.place(Role::Module, &plan.survey),
        };
        let mut made = plan.ask.made(path, text, like, step.layer);
        for note in &mut made.notes {
            note.reason.clone_from(&step.reason);
        }
        Ok(made)
    }

    /// The classes that are listed where those of the example are.
    fn siblings(&self) -> Vec<Sibling> {
        let plan = &self.plan;
        let mut all: Vec<Sibling> = plan
            .sibling(Role::Module, "imports", &plan.class(Role::Module), &plan.path(Role::Module))
            .into_iter()
            .collect();
        for (name, part) in [("user", "user"), ("refresh_token", "token")] {
            let class = plan.example.class_for(Role::Entity, &Name::of(name));
            all.extend(plan.sibling(Role::Entity, "entities", &class, &self.path(Layer::Model, part)));
        }
        all.extend(plan.sibling_migration());
        all
    }
}

//! The `auth` recipe for axum with SQLx: rows of users and of their refresh tokens, in the layers
//! of the example, a module that hashes and signs, and extractors for other routes.
//!
//! A backend that has users already is refused: whose passwords there are is not for a recipe
//! to say.

mod context;
mod packages;
mod refusals;
pub(super) mod registrations;
mod start;

use super::{
    plan::{Plan, module_of, sources},
    tables,
};
use crate::{
    domain::{layer::Layer, place::Place, proposal::FileChange},
    ports::ProposeError,
    propose::recipe::{
        head::StepHead,
        names::Name,
        password_hash::Hash,
        resource::{Ask, Draft},
    },
};
use minijinja::{Value, context};

/// All files, and the remarks on them.
pub(super) fn draft(ask: &Ask<'_>) -> Result<Draft, ProposeError> {
    refusals::refuse(ask, &sources(ask)?, &tables::migrations(ask)?)?;
    // Files are called after sessions, and their rows after users.
    let auth = Name {
        snake: "auth".into(),
        pascal: "Auth".into(),
        plural: "auth".into(),
        plural_pascal: "Auth".into(),
    };
    let own = ask.named(auth);
    let plan = Plan::read(&own)?;
    let unsaid =
        |why: String| ProposeError::NotApplicable(format!("sign-in is not written without its tests: {why}"));
    let setup = plan.test_setup().map_err(unsaid)?;
    if setup.get_attr("pool").is_ok_and(|pool| pool.as_str().is_none_or(str::is_empty)) {
        return Err(unsaid("those of the example are given no pool".into()));
    }
    let root = plan.path(Layer::Router).split_once("src/").map_or(String::new(), |(root, _)| root.to_owned());
    let manifest = plan.ask.workspace.text(&format!("{root}Cargo.toml"))?.unwrap_or_default();
    if !knows_extractors(&manifest) {
        return Err(ProposeError::NotApplicable(format!(
            "the extractors of the recipe auth need axum 0.8, which {root}Cargo.toml does not name"
        )));
    }
    let hash = Hash::decide(ask)?;
    Sessions { plan, hash, setup, root, manifest, user: Name::of("user") }.draft()
}

/// Everything that is known before a file is rendered.
pub(super) struct Sessions<'a> {
    plan: Plan<'a>,
    hash: Hash,
    setup: Value,
    /// The folder of the package.
    root: String,
    manifest: String,
    user: Name,
}

impl Sessions<'_> {
    fn draft(mut self) -> Result<Draft, ProposeError> {
        self.plan.refuse_missing_layers()?;
        if !self.plan.examples.contains_key(&Layer::Model) {
            return Err(ProposeError::NotApplicable("no file of rows was found to learn from".into()));
        }
        self.refuse_files()?;
        let mut files = Vec::new();
        for step in &self.plan.ask.head.steps {
            self.plan.ask.go_on()?;
            files.extend(self.step(step)?);
        }
        files.extend(self.registrations()?);
        let mut remarks = std::mem::take(&mut self.plan.remarks);
        let manifest = format!("{}Cargo.toml", self.root);
        files.extend(packages::needed(self.plan.ask, &manifest, self.hash, &mut remarks)?);
        remarks.push(format!("Passwords are hashed with {}.", self.hash.name()));
        remarks.push("JWT_SECRET must be set where the program runs; without it nothing starts.".into());
        remarks.push(
            "Attempts to sign in are counted in one process, by name and by address: several processes need one store for \
             all of them, and behind a proxy the address is the proxy's until the server takes the client's from it."
                .into(),
        );
        Ok(Draft { like: self.plan.like.plural.clone(), files, remarks })
    }

    fn path(&self, layer: Layer, part: &str) -> String {
        match (layer, part) {
            (Layer::Model, _) => self.plan.path_for(Layer::Model, &self.user),
            (Layer::Schema, _) => self.plan.path_for(Layer::Model, &self.plan.ask.name),
            (Layer::Config, "limit") => format!("{}src/rate_limit.rs", self.root),
            (Layer::Config, _) => format!("{}src/security.rs", self.root),
            (layer, _) => self.plan.path(layer),
        }
    }

    /// `crate::models::user`.
    fn module(&self, layer: Layer) -> String {
        module_of(&self.path(layer, ""))
    }

    fn refuse_files(&self) -> Result<(), ProposeError> {
        for step in self.plan.ask.head.steps.iter().filter(|step| step.layer != Layer::Migration) {
            let path = self.path(step.layer, &step.part);
            if self.plan.ask.workspace.text(&path)?.is_some() {
                let place = Place::new(path.clone(), 1).to_string();
                return Err(ProposeError::Clash { what: path, place });
            }
        }
        let below = format!("/{}/", self.plan.ask.name.plural);
        match self.plan.ask.map.endpoints.iter().find(|one| one.path.contains(&below)) {
            Some(endpoint) => Err(ProposeError::Clash {
                what: format!("an endpoint {}", endpoint.title()),
                place: Place::new(endpoint.file.clone(), endpoint.line).to_string(),
            }),
            None => Ok(()),
        }
    }

    /// The new files of a step.
    fn step(&mut self, step: &StepHead) -> Result<Vec<FileChange>, ProposeError> {
        let layer = step.layer;
        let mut files = Vec::new();
        if layer == Layer::Migration {
            let what = "create_users_and_tokens";
            let Some(next) = tables::next(&self.plan.migrations, what, self.plan.style.dialect) else {
                return Err(ProposeError::NotApplicable("no migration was found to follow".into()));
            };
            for (path, way) in [(Some(next.up.clone()), "up"), (next.down.clone(), "down")] {
                let Some(path) = path else {
                    self.plan.remarks.push("Migrations here have no way down, so this one has none.".into());
                    continue;
                };
                let text = self.plan.rendered(&step.template, &context! { way, ..self.context() })?;
                let text = if next.is_small { tables::small(&text) } else { text };
                files.push(self.plan.made(path, text, step, Some(next.after.clone())));
            }
            return Ok(files);
        }
        let like = match layer {
            Layer::Config => Layer::Service,
            Layer::Schema => Layer::Model,
            layer => layer,
        };
        let example = self.plan.examples.get(&like);
        let place = example.map(|example| Place::new(example.path.clone(), self.plan.line_of(like)));
        let text = self.plan.rendered(&step.template, &self.context())?;
        let text = self.plan.with_imports(&text, &self.candidates(layer));
        files.push(self.plan.made(self.path(layer, &step.part), text, step, place));
        Ok(files)
    }
}

/// Whether the manifest names an axum whose extractors are plain async functions: from 0.8.
fn knows_extractors(manifest: &str) -> bool {
    let line = manifest
        .lines()
        .find(|line| line.trim_start().starts_with("axum ") || line.trim_start().starts_with("axum="));
    let version =
        line.and_then(|line| line.split('"').find(|part| part.starts_with(|c: char| c.is_ascii_digit())));
    let mut numbers = version.unwrap_or("0.8").split('.').map(|part| part.parse().unwrap_or(0_u32));
    (numbers.next().unwrap_or(0), numbers.next().unwrap_or(u32::MAX)) >= (0, 8)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn extractors_are_known_by_the_version_of_axum() {
        for (line, expected) in [
            ("axum = \"0.8\"", true),
            ("axum = { version = \"0.8.4\", features = [\"macros\"] }", true),
            ("axum = \"0.7.5\"", false),
            ("axum = \"1\"", true),
            ("axum = { workspace = true }", true),
        ] {
            assert_eq!(knows_extractors(line), expected, "{line}");
        }
    }
}

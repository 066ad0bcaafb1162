//! The resource that a new one is modelled on, and the names its parts get.

use super::{
    super::{
        names::{Name, singular, snake},
        rename::{Joint, Renamer},
    },
    survey::{Source, Survey, folder},
};
use crate::{
    domain::place::Place,
    ports::ProposeError,
    propose::script::{Class, unquoted},
};
use std::collections::BTreeMap;

/// What a file of a resource is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Role {
    Entity,
    Create,
    Update,
    Repository,
    Service,
    Controller,
    Module,
    Test,
}

/// One part of the example.
#[derive(Debug, Clone)]
pub(super) struct Part {
    pub(super) path: String,
    /// Empty for a test.
    pub(super) class: String,
    /// The resource it belongs to.
    pub(super) of: Name,
}

/// The example.
pub(super) struct Example {
    pub(super) like: Name,
    pub(super) parts: BTreeMap<Role, Part>,
    /// How words of file names are joined.
    pub(super) files: Joint,
}

/// Without these there is nothing to learn a resource from.
const NEEDED: [(Role, &str); 4] = [
    (Role::Entity, "an entity"),
    (Role::Service, "a service"),
    (Role::Controller, "a controller"),
    (Role::Module, "a module"),
];

impl Example {
    /// Finds it; `NotApplicable` says what is missing.
    pub(super) fn find(survey: &Survey) -> Result<Self, ProposeError> {
        let by_resource = by_resource(survey);
        let missing = |parts: &BTreeMap<Role, (String, String)>| -> Vec<&str> {
            NEEDED.iter().filter(|(role, _)| !parts.contains_key(role)).map(|(_, name)| *name).collect()
        };
        let rank =
            |parts: &BTreeMap<Role, (String, String)>| (usize::MAX - missing(parts).len(), parts.len());
        // The first of equals by name, so that the same repository always gives the same answer.
        let best = by_resource.iter().rev().max_by_key(|(_, parts)| rank(parts));
        let Some((like, parts)) = best else {
            return Err(ProposeError::NotApplicable(
                "no class with @Entity, @Controller or @Module was found: this is no NestJS backend with TypeORM"
                    .into(),
            ));
        };
        let missing = missing(parts);
        if !missing.is_empty() {
            return Err(ProposeError::NotApplicable(format!(
                "no resource to learn from: the recipe needs an entity, a service, a controller and a module of one \
                 resource; {like} is the nearest, without {}",
                missing.join(" and ")
            )));
        }
        let mut found = BTreeMap::new();
        for role in [
            Role::Entity,
            Role::Create,
            Role::Update,
            Role::Repository,
            Role::Service,
            Role::Controller,
            Role::Module,
            Role::Test,
        ] {
            let own = parts.get(&role).map(|part| (like, part));
            let other = || {
                let others = by_resource.iter().filter(|_| role != Role::Repository);
                others.filter_map(|(of, parts)| Some((of, parts.get(&role)?))).next()
            };
            let Some((of, (path, class))) = own.or_else(other) else { continue };
            found.insert(role, Part { path: path.clone(), class: class.clone(), of: Name::of(of) });
        }
        Ok(Self { like: Name::of(like), parts: found, files: joint(survey) })
    }

    /// The parts of one resource, which is its own example; none may be missing but the entity.
    pub(super) fn of(survey: &Survey, name: &Name) -> Self {
        let parts = by_resource(survey).remove(&name.snake).unwrap_or_default();
        let own = |(role, (path, class))| (role, Part { path, class, of: name.clone() });
        Self { like: name.clone(), parts: parts.into_iter().map(own).collect(), files: joint(survey) }
    }

    pub(super) fn part(&self, role: Role) -> Option<&Part> {
        self.parts.get(&role)
    }

    /// The source of a part.
    pub(super) fn source<'s>(&self, role: Role, survey: &'s Survey) -> Option<&'s Source> {
        survey.get(&self.part(role)?.path)
    }

    /// The source and class of a part.
    pub(super) fn class<'s>(&self, role: Role, survey: &'s Survey) -> Option<(&'s Source, &'s Class)> {
        let part = self.part(role)?;
        let source = survey.get(&part.path)?;
        source.script.classes.iter().find(|class| class.name == part.class).map(|class| (source, class))
    }

    /// Where the class of a part, or its test suite, begins.
    pub(super) fn place(&self, role: Role, survey: &Survey) -> Option<Place> {
        match self.class(role, survey) {
            Some((source, class)) => Some(source.place(class.name_at)),
            None => self.part(role).map(|part| Place::new(part.path.clone(), 1)),
        }
    }

    /// The class of a part of another resource.
    pub(super) fn class_for(&self, role: Role, name: &Name) -> String {
        let named = self.part(role).map(|part| {
            let class = Renamer { from: &part.of, to: name, joint: Joint::Camel }.apply(&part.class);
            (class != part.class).then_some(class)
        });
        named.flatten().unwrap_or_else(|| match role {
            Role::Entity => name.pascal.clone(),
            Role::Create => format!("Create{}Dto", name.pascal),
            Role::Update => format!("Update{}Dto", name.pascal),
            Role::Repository => format!("{}Repository", name.plural_pascal),
            Role::Service => format!("{}Service", name.plural_pascal),
            Role::Controller => format!("{}Controller", name.plural_pascal),
            Role::Module => format!("{}Module", name.plural_pascal),
            Role::Test => String::new(),
        })
    }

    /// The path of a part of another resource.
    pub(super) fn path_for(&self, role: Role, name: &Name) -> String {
        let renamed = |role: Role| {
            let part = self.part(role)?;
            let path = Renamer { from: &part.of, to: name, joint: self.files }.apply(&part.path);
            (path != part.path).then_some(path)
        };
        // Two classes of one file become two files: each is a change of its own.
        let shared = role == Role::Update && renamed(Role::Update) == renamed(Role::Create);
        if let (Some(path), false) = (renamed(role), shared) {
            return path;
        }
        let module = renamed(Role::Module)
            .unwrap_or_else(|| format!("src/{0}/{0}.module.ts", self.file(&name.plural)));
        let (one, many) = (self.file(&name.snake), self.file(&name.plural));
        match role {
            Role::Create => format!("{}/dto/create-{one}.dto.ts", folder(&module)),
            Role::Update => format!("{}/dto/update-{one}.dto.ts", folder(&module)),
            Role::Test => format!("test/{many}.e2e-spec.ts"),
            Role::Entity => format!("{}/{one}.entity.ts", folder(&module)),
            Role::Repository => format!("{}/{many}.repository.ts", folder(&module)),
            Role::Service => format!("{}/{many}.service.ts", folder(&module)),
            Role::Controller => format!("{}/{many}.controller.ts", folder(&module)),
            Role::Module => module,
        }
    }

    /// A snake-case name as file names have it.
    pub(super) fn file(&self, snake: &str) -> String {
        match self.files {
            Joint::Snake => snake.to_owned(),
            Joint::Kebab => snake.replace('_', "-"),
            Joint::Camel => super::super::names::camel(snake),
        }
    }
}

/// What a class is in its resource, and the name of the resource in it.
fn role_of<'c>(source: &Source, class: &'c Class) -> Option<(Role, &'c str)> {
    let name = class.name.as_str();
    let stem =
        |ends: &[&str]| ends.iter().find_map(|end| name.strip_suffix(end)).filter(|stem| !stem.is_empty());
    if class.mark("Entity").is_some() {
        return Some((Role::Entity, stem(&["Entity", "Model"]).unwrap_or(name)));
    }
    if class.mark("Controller").is_some() {
        return Some((Role::Controller, stem(&["Controller"])?));
    }
    if class.mark("Module").is_some() {
        return Some((Role::Module, stem(&["Module"])?));
    }
    if name.ends_with("Repository") {
        let extends = class.base.as_deref().is_some_and(|base| base.starts_with("Repository"));
        return (class.mark("Injectable").is_some() || extends)
            .then_some((Role::Repository, stem(&["Repository"])?));
    }
    if class.mark("Injectable").is_some() {
        return Some((Role::Service, stem(&["Service"])?));
    }
    let body = stem(&["Dto", "DTO", "Input", "Request", "Payload", "Body"])?;
    let checked = source.script.imports.iter().any(|import| {
        matches!(import.from.as_str(), "class-validator" | "@nestjs/mapped-types" | "@nestjs/swagger")
    });
    let (role, rest) = match (body.strip_prefix("Create"), body.strip_prefix("Update")) {
        (Some(rest), _) => (Role::Create, rest),
        (_, Some(rest)) => (Role::Update, rest),
        _ => return None,
    };
    (checked && !rest.is_empty()).then_some((role, rest))
}

/// Path and class of every part, by resource.
fn by_resource(survey: &Survey) -> BTreeMap<String, BTreeMap<Role, (String, String)>> {
    let mut by_resource: BTreeMap<String, BTreeMap<Role, (String, String)>> = BTreeMap::new();
    for (source, class) in survey.classes() {
        let Some((role, stem)) = role_of(source, class) else { continue };
        let parts = by_resource.entry(singular(&snake(stem))).or_default();
        parts.entry(role).or_insert_with(|| (source.path.clone(), class.name.clone()));
    }
    for source in survey.sources.values().filter(|source| is_request_test(source)) {
        let stem = source.path.rsplit('/').next().unwrap_or_default().split('.').next().unwrap_or_default();
        if let Some(parts) = by_resource.get_mut(&singular(&snake(stem))) {
            parts.entry(Role::Test).or_insert_with(|| (source.path.clone(), String::new()));
        }
    }
    by_resource
}

/// Whether a test asks over HTTP.
fn is_request_test(source: &Source) -> bool {
    !source.script.suites.is_empty() && source.script.imports.iter().any(|import| import.from == "supertest")
}

/// How words of file names are joined, as far as the repository shows it.
fn joint(survey: &Survey) -> Joint {
    let stems = || survey.sources.keys().filter_map(|path| path.rsplit('/').next()?.split('.').next());
    let count = |test: fn(&str) -> bool| stems().filter(|stem| test(stem)).count();
    let kebab = count(|stem| stem.contains('-'));
    let snake = count(|stem| stem.contains('_'));
    let camel = count(|stem| stem.starts_with(char::is_lowercase) && stem.contains(char::is_uppercase));
    if snake > kebab.max(camel) {
        Joint::Snake
    } else if camel > kebab {
        Joint::Camel
    } else {
        Joint::Kebab
    }
}

/// The path argument of `@Controller`, without slashes at its ends.
pub(super) fn controller_path(class: &Class) -> Option<String> {
    let argument = class.mark("Controller")?.arguments.first()?;
    let path = unquoted(argument).or_else(|| {
        let (_, rest) = argument.split_once("path:")?;
        unquoted(rest.trim_start().split([',', '}']).next()?)
    })?;
    Some(path.trim_matches('/').to_owned())
}

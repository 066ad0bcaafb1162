//! What the new classes are called and where they stand: as those of a resource that has GraphQL
//! already, else beside the files of the resource itself.

use super::super::{
    example::Role,
    plan::Plan,
    survey::{Source, folder},
};
use crate::{
    ports::ProposeError,
    propose::{
        recipe::{
            names::{Name, singular, snake},
            rename::{Joint, Renamer},
        },
        script::{Class, Method},
    },
};
use std::collections::BTreeMap;

/// A new file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Part {
    Type,
    Create,
    Update,
    Resolver,
}

/// One new class.
#[derive(Debug, Clone)]
pub(super) struct Named {
    pub(super) class: String,
    pub(super) path: String,
}

/// A resource that has GraphQL already.
pub(super) struct First<'s> {
    pub(super) of: Name,
    pub(super) source: &'s Source,
    pub(super) class: &'s Class,
}

/// The class of the resource's own part, which may be called as no other is.
pub(super) fn class(plan: &Plan<'_>, role: Role) -> String {
    plan.example.part(role).map_or_else(|| plan.class(role), |part| part.class.clone())
}

/// The path of the resource's own part; that of a test is new where another's was taken over.
pub(super) fn path(plan: &Plan<'_>, role: Role) -> String {
    let own = plan.example.part(role).filter(|part| part.of.snake == plan.ask.name.snake);
    own.map_or_else(|| plan.path(role), |part| part.path.clone())
}

/// The names of the operations.
pub(super) struct Verbs {
    pub(super) list: String,
    pub(super) get: String,
    pub(super) create: String,
    pub(super) update: String,
    pub(super) remove: String,
}

/// The resolvers of the backend with the resource each is of.
fn resolvers<'s>(plan: &'s Plan<'_>) -> impl Iterator<Item = First<'s>> {
    plan.survey.classes().filter(|(_, class)| class.mark("Resolver").is_some()).map(|(source, class)| {
        let stem = class.name.strip_suffix("Resolver").unwrap_or(&class.name);
        First { of: Name::of(&singular(&snake(stem))), source, class }
    })
}

/// The first that another resource has; one of this resource is a clash.
pub(super) fn first<'s>(plan: &'s Plan<'_>) -> Result<Option<First<'s>>, ProposeError> {
    let name = &plan.ask.name;
    let own = [name.pascal.clone(), class(plan, Role::Entity)];
    for one in resolvers(plan) {
        let of_type = one.class.mark("Resolver").and_then(|mark| mark.arguments.first());
        let of_type = of_type.and_then(|text| text.rsplit("=>").next()).unwrap_or_default().trim();
        if one.of.snake == name.snake || own.iter().any(|own| own == of_type) {
            return Err(clash("a resolver", one.source, one.class));
        }
    }
    Ok(resolvers(plan).find(|one| one.class.methods.iter().any(|method| verb_of(method).is_some())))
}

fn clash(what: &str, source: &Source, class: &Class) -> ProposeError {
    let place = source.place(class.name_at).to_string();
    ProposeError::Clash { what: format!("{what} {}", class.name), place }
}

/// Classes and paths by part; a class that is there already is a clash.
pub(super) fn read(
    plan: &Plan<'_>,
    first: Option<&First<'_>>,
) -> Result<BTreeMap<Part, Named>, ProposeError> {
    let mut named = BTreeMap::new();
    for part in [Part::Type, Part::Create, Part::Update, Part::Resolver] {
        let own = own(plan, part);
        let like = first.and_then(|first| like(plan, first, part));
        let one = match like {
            Some(like) if like.path != own.path || like.class != own.class => like,
            _ => own,
        };
        if let Some((source, class)) = plan.survey.class(&one.class, "") {
            return Err(clash("a class", source, class));
        }
        named.insert(part, one);
    }
    if let Some((source, class)) = plan.survey.class(&format!("{}Page", plan.ask.name.pascal), "") {
        return Err(clash("a class", source, class));
    }
    let paths: Vec<String> = named.values().map(|one| one.path.clone()).collect();
    plan.ask.refuse_files(&paths)?;
    Ok(named)
}

/// The names that a first resource gets.
fn own(plan: &Plan<'_>, part: Part) -> Named {
    let name = &plan.ask.name;
    let one = plan.example.file(&name.snake);
    let service = path(plan, Role::Service);
    let home = folder(&service);
    let input = |role: Role, verb: &str| {
        let dto = path(plan, role);
        let beside = dto.strip_suffix(".dto.ts").map(|stem| format!("{stem}.input.ts"));
        beside.unwrap_or_else(|| format!("{}/{verb}-{one}.input.ts", folder(&dto)))
    };
    match part {
        Part::Type => Named { class: format!("{}Type", name.pascal), path: format!("{home}/{one}.type.ts") },
        Part::Create => {
            Named { class: format!("Create{}Input", name.pascal), path: input(Role::Create, "create") }
        }
        Part::Update => {
            Named { class: format!("Update{}Input", name.pascal), path: input(Role::Update, "update") }
        }
        Part::Resolver => {
            let service_class = class(plan, Role::Service);
            let stem = service_class.strip_suffix("Service").unwrap_or(&name.plural_pascal);
            let beside = service.strip_suffix(".service.ts").map(|stem| format!("{stem}.resolver.ts"));
            let path = beside.unwrap_or_else(|| format!("{home}/{one}.resolver.ts"));
            Named { class: format!("{stem}Resolver"), path }
        }
    }
}

/// The names of the first resource's part, exchanged.
fn like(plan: &Plan<'_>, first: &First<'_>, part: Part) -> Option<Named> {
    let renamer = Renamer { from: &first.of, to: &plan.ask.name, joint: Joint::Camel };
    let starts = |name: &str, words: &[&str]| words.iter().any(|word| name.starts_with(word));
    let (source, class) = match part {
        Part::Resolver => (first.source, first.class),
        Part::Type => {
            let argument = first.class.mark("Resolver")?.arguments.first()?;
            let class = argument.rsplit("=>").next()?.trim();
            plan.survey.class(class, "ObjectType").filter(|(_, class)| class.mark("Entity").is_none())?
        }
        Part::Create | Part::Update => {
            let words: &[&str] = match part {
                Part::Create => &["Create", "New", "Add"],
                _ => &["Update", "Edit", "Change", "Patch"],
            };
            plan.survey.classes().find(|(_, class)| {
                class.mark("InputType").is_some()
                    && starts(&class.name, words)
                    && renamer.touches(&class.name)
            })?
        }
    };
    let named = Named {
        class: renamer.apply(&class.name),
        path: Renamer { joint: plan.example.files, ..renamer }.apply(&source.path),
    };
    (named.class != class.name && named.path != source.path).then_some(named)
}

/// What a method of a resolver does, and the name that clients call it by.
fn verb_of(method: &Method) -> Option<(Role, String)> {
    let mark = method.mark(&["Query", "Mutation"])?;
    let stated = mark.arguments.iter().find_map(|argument| super::super::entity::option(argument, "name"));
    let name = stated.or_else(|| mark.text()).unwrap_or_else(|| method.name.clone());
    let starts = |words: &[&str]| words.iter().any(|word| name.starts_with(word));
    // Roles stand for the operations that the same files serve over HTTP.
    let role = match mark.name.as_str() {
        "Query" if method.parameters.iter().any(|one| one.name.to_lowercase().ends_with("id")) => {
            Role::Entity
        }
        "Query" => Role::Controller,
        _ if starts(&["create", "add", "new"]) => Role::Create,
        _ if starts(&["update", "edit", "change", "patch"]) => Role::Update,
        _ if starts(&["delete", "remove", "destroy"]) => Role::Repository,
        _ => return None,
    };
    Some((role, name))
}

/// The names of the operations, in the way of the first; one that is taken is a clash.
pub(super) fn verbs(plan: &Plan<'_>, first: Option<&First<'_>>) -> Result<Verbs, ProposeError> {
    let name = &plan.ask.name;
    let camel = crate::propose::recipe::names::camel;
    let (one, many) = (camel(&name.snake), camel(&name.plural));
    let like = |role: Role, own: String| {
        let found = first.and_then(|first| {
            let renamer = Renamer { from: &first.of, to: name, joint: Joint::Camel };
            let all = first.class.methods.iter().filter_map(verb_of);
            let mut names = all.filter(|(known, _)| *known == role).map(|(_, name)| name);
            names.find(|name| renamer.touches(name)).map(|name| renamer.apply(&name))
        });
        found.unwrap_or(own)
    };
    let list = like(Role::Controller, many);
    let get = like(Role::Entity, one.clone());
    let verbs = Verbs {
        // `news` is one and many.
        get: if get == list { format!("{get}ById") } else { get },
        list,
        create: like(Role::Create, format!("create{}", name.pascal)),
        update: like(Role::Update, format!("update{}", name.pascal)),
        remove: like(Role::Repository, format!("delete{}", name.pascal)),
    };
    for one in resolvers(plan) {
        for method in &one.class.methods {
            let Some(mark) = method.mark(&["Query", "Mutation"]) else { continue };
            let stated =
                mark.arguments.iter().find_map(|argument| super::super::entity::option(argument, "name"));
            let known = stated.unwrap_or_else(|| method.name.clone());
            if [&verbs.list, &verbs.get, &verbs.create, &verbs.update, &verbs.remove].contains(&&known) {
                return Err(ProposeError::Clash {
                    what: format!("an operation {known}"),
                    place: one.source.place(method.body.start).to_string(),
                });
            }
        }
    }
    Ok(verbs)
}

//! The repository that a new one follows: a class that wraps TypeORM's, or that extends it.

use super::super::{
    entity::Table,
    survey::{Source, Survey},
};
use crate::{
    domain::place::Place,
    propose::{
        edits::line_start,
        recipe::{
            names::{Name, singular, snake},
            rename::{Joint, Renamer},
            row_verb::Verb,
        },
        script::{Class, Method},
    },
};

/// How a class has TypeORM's repository.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Form {
    /// Injected, under this name.
    Wraps(String),
    Extends,
}

/// The example.
pub(super) struct Like<'s> {
    pub(super) name: Name,
    pub(super) source: &'s Source,
    pub(super) class: &'s Class,
    /// Class of its entity.
    pub(super) entity: String,
    pub(super) form: Form,
}

/// Whether a class is a repository of the project's own: by its name and what makes it one.
pub(super) fn is_repository(class: &Class) -> bool {
    let extends = class.base.as_deref() == Some("Repository");
    class.name.ends_with("Repository") && (extends || class.mark("Injectable").is_some())
}

/// What a class asks rows of: `Article` of `Repository<Article>`.
fn asked(ty: &str) -> Option<&str> {
    ty.trim().strip_prefix("Repository<")?.strip_suffix('>').map(str::trim)
}

/// What a class extends, with what stands in its angle brackets: `Repository<User>`.
fn base<'s>(source: &'s Source, class: &Class) -> Option<&'s str> {
    let head = source.text.get(class.name_at..class.body.start)?;
    let (_, base) = head.split_once(" extends ")?;
    Some(base.split_once(" implements ").map_or(base, |(base, _)| base).trim())
}

/// The repository of an entity, where a class of the project's own is one.
pub(super) fn of_entity<'s>(survey: &'s Survey, entity: &str) -> Option<(&'s Source, &'s Class)> {
    survey.classes().filter(|(_, class)| is_repository(class)).find(|(source, class)| {
        let given = class.parameters.iter().map(|one| one.ty.as_str());
        given.chain(base(source, class)).filter_map(asked).any(|own| own == entity)
    })
}

/// The one of another entity that says most; else why none can be followed.
pub(super) fn nearest<'s>(survey: &'s Survey, entity: &Table) -> Result<Like<'s>, Vec<String>> {
    let mut best: Option<Like<'s>> = None;
    let mut reasons = Vec::new();
    for (source, class) in survey.classes().filter(|(_, class)| is_repository(class)) {
        match read(source, class) {
            Ok(one) if one.entity == entity.class => {}
            Ok(one) if best.as_ref().is_none_or(|best| one.says() > best.says()) => best = Some(one),
            Ok(_) => {}
            Err(why) => reasons.push(format!("{} {why}", source.place(class.name_at))),
        }
    }
    best.ok_or(reasons)
}

fn read<'s>(source: &'s Source, class: &'s Class) -> Result<Like<'s>, String> {
    let stem = class.name.strip_suffix("Repository").filter(|stem| !stem.is_empty());
    let Some(stem) = stem else { return Err("says not whose rows it asks for".into()) };
    if class.mark("EntityRepository").is_some() {
        return Err("is a custom repository of TypeORM before 0.3".into());
    }
    if !source.text.contains(&format!("export class {}", class.name)) {
        return Err("is not exported by its name".into());
    }
    let (entity, form) = match (base(source, class), class.parameters.as_slice()) {
        (Some(base), given) => {
            let entity =
                asked(base).ok_or_else(|| format!("extends {base}, and what that gives is not known"))?;
            let known = ["DataSource", "EntityManager"];
            if given.is_empty() {
                return Err("has no constructor, so how it gets the database is not known".into());
            }
            if let Some(one) =
                given.iter().find(|one| !known.contains(&one.ty.as_str()) && asked(&one.ty) != Some(entity))
            {
                return Err(format!("is made of {} too", one.ty));
            }
            (entity, Form::Extends)
        }
        (None, [only]) if !only.modifiers.is_empty() => {
            let entity = asked(&only.ty).ok_or_else(|| format!("is made of {}, not of rows", only.ty))?;
            (entity, Form::Wraps(only.name.clone()))
        }
        (None, _) => return Err("is made of other things than rows of one entity".into()),
    };
    let name = Name::of(&singular(&snake(stem)));
    Ok(Like { name, source, class, entity: entity.to_owned(), form })
}

impl Like<'_> {
    /// How much can be learnt from it.
    fn says(&self) -> usize {
        Verb::ALL.into_iter().filter(|verb| self.method(*verb).is_some()).count()
    }

    pub(super) fn place(&self) -> Place {
        self.source.place(self.class.name_at)
    }

    /// The method that does that, as its name says.
    pub(super) fn method(&self, verb: Verb) -> Option<&Method> {
        self.class.methods.iter().find(|one| verb.is_said_by(&snake(&one.name), &self.name))
    }

    /// Whether the method takes a key where others take the row.
    pub(super) fn is_by_key(&self, verb: Verb) -> bool {
        let first = self.method(verb).and_then(|method| method.parameters.first());
        first.is_some_and(|one| matches!(one.ty.as_str(), "number" | "string"))
    }

    /// Whether its list gives the number of all rows too.
    pub(super) fn counts(&self) -> bool {
        self.method(Verb::List).is_some_and(|list| self.source.slice(&list.body).contains("findAndCount("))
    }

    /// Two numbers that its list takes, in its order; none where it takes something else.
    pub(super) fn page(&self) -> Option<[&str; 2]> {
        let list = self.method(Verb::List)?;
        match list.parameters.as_slice() {
            [a, b] if is_take(&a.name) != is_take(&b.name) => Some([&a.name, &b.name]),
            _ => None,
        }
    }

    /// `Partial<User>` or `DeepPartial<User>`, of the new entity.
    pub(super) fn values(&self, entity: &str) -> String {
        let given = self.method(Verb::Add).and_then(|add| add.parameters.first());
        let is_partial = given.is_some_and(|one| one.ty == format!("Partial<{}>", self.entity));
        if is_partial { format!("Partial<{entity}>") } else { format!("DeepPartial<{entity}>") }
    }

    /// The source of its constructor, whole lines.
    pub(super) fn constructor(&self) -> &str {
        let text = self.source.text.as_str();
        let body = self.class.body.clone();
        let inside = text.get(body.start..self.class.constructor.end).unwrap_or_default();
        let at = inside.find("constructor").map_or(body.start, |at| line_start(text, body.start + at));
        text.get(at..self.class.constructor.end).unwrap_or_default()
    }

    /// A text of the example's with the new names in it.
    pub(super) fn exchanged(&self, text: &str, name: &Name, entity: &str, class: &str) -> String {
        let renamer = Renamer { from: &self.name, to: name, joint: Joint::Camel };
        let is_part = |c: char| c.is_alphanumeric() || c == '_';
        let mut result = String::with_capacity(text.len());
        for piece in text.split_inclusive(|c: char| !is_part(c)) {
            let word = piece.trim_end_matches(|c: char| !is_part(c));
            let rest = piece.get(word.len()..).unwrap_or_default();
            match word {
                word if word == self.entity => result.push_str(entity),
                word if word == self.class.name => result.push_str(class),
                word => result.push_str(&renamer.apply(word)),
            }
            result.push_str(rest);
        }
        result
    }
}

/// Whether a parameter says how many rows are wanted.
pub(super) fn is_take(name: &str) -> bool {
    matches!(name, "take" | "limit" | "size" | "count" | "perPage" | "pageSize")
}

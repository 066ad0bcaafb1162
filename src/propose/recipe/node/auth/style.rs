//! What the example's files show of how requests are read and answered.

use super::layers::{Form, Layers};
use crate::{
    ports::ProposeError,
    propose::{
        recipe::{
            names::{camel, pascal},
            node::{files::Files, graft::Work, model::Mapper, plan::Plan, routes, style::manifest_major},
            sources::Source,
            typescript::words,
        },
        script::{Kind, Tree},
    },
};
use std::collections::BTreeMap;

/// It.
pub(super) struct Style {
    pub(super) is_hono: bool,
    /// What an answer stands in: `{ data: ` and ` }`, and where it is found again: `.data`.
    pub(super) before: String,
    pub(super) after: String,
    pub(super) place: String,
    /// How rules are called: `Body`, `Schema`, or nothing; and whether they begin with a capital.
    suffix: &'static str,
    is_pascal: bool,
    /// `object` or `strictObject`.
    pub(super) object: &'static str,
    /// What checks bodies for Hono.
    pub(super) validator: String,
    /// A function around each handler; empty where there is none.
    pub(super) wrap: String,
    /// Whether nothing hands on what a handler throws, so that we have to.
    pub(super) catches: bool,
    /// How a router is made: `Router()`; with classes the whole field.
    pub(super) made: String,
    /// The variable that holds a router of a module, and whether it is the module's default.
    pub(super) variable: String,
    pub(super) is_default: bool,
}

/// Endings of the names of rules.
const SUFFIXES: [&str; 8] =
    ["Body", "Schema", "Input", "Dto", "Request", "Payload", "Validator", "Validation"];

impl Style {
    /// Reads it.
    pub(super) fn read(plan: &Plan<'_>, layers: &Layers) -> Result<Self, ProposeError> {
        let unknown = || ProposeError::NotApplicable(format!("{} has no router to follow", plan.router));
        let source = plan.survey.get(&plan.router).ok_or_else(unknown)?;
        let tree = Tree::parse(&source.path, &source.text)?;
        let is_hono = source.script.imports.iter().any(|import| import.from == "hono");
        let (variable, made) = match &layers.router.form {
            Form::Class { .. } => (String::new(), field(source, &layers.router.name).ok_or_else(unknown)?),
            Form::Functions | Form::Factory { .. } => router(&tree, source, is_hono).ok_or_else(unknown)?,
        };
        let root = plan.router.split_once("src/").map_or("", |(root, _)| root);
        let manifest = plan.ask.workspace.text(&format!("{root}package.json"))?.unwrap_or_default();
        let wrap = wrap(&tree, source);
        let is_caught = is_hono
            || !wrap.is_empty()
            || manifest.contains("\"express-async-errors\"")
            || manifest_major(&manifest, "express").is_none_or(|major| major > 4);
        let rules = layers.schema.as_deref().and_then(|path| plan.survey.get(path)).unwrap_or(source);
        let (suffix, is_pascal) = names_of_rules(rules);
        let (before, after, place) = envelope(plan)?;
        Ok(Self {
            is_hono,
            before,
            after,
            place,
            suffix,
            is_pascal,
            object: if rules.text.contains("z.strictObject(") { "strictObject" } else { "object" },
            validator: validator(&tree, source),
            catches: !is_caught,
            wrap: if is_caught { wrap } else { "caught".into() },
            made,
            is_default: !variable.is_empty() && source.text.contains(&format!("export default {variable}")),
            variable,
        })
    }

    /// A name for the rules of a body, after the example's.
    pub(super) fn rules(&self, snake: &str) -> String {
        format!("{}{}", self.cased(snake), self.suffix)
    }

    /// A name for the rules of a value in an address.
    pub(super) fn parameter(&self, snake: &str) -> String {
        let suffix = if matches!(self.suffix, "Schema" | "Validator") { self.suffix } else { "Param" };
        format!("{}{suffix}", self.cased(snake))
    }

    fn cased(&self, snake: &str) -> String {
        if self.is_pascal { pascal(snake) } else { camel(snake) }
    }
}

/// The field of a class of handlers that holds the router.
fn field(source: &Source, class: &str) -> Option<String> {
    let class = source.script.classes.iter().find(|one| one.name == class)?;
    let field = class.properties.iter().find(|one| one.name == "router")?;
    let text = source.slice(&field.range).trim_end_matches(';');
    text.contains("Router(").then(|| format!("{text};"))
}

/// The variable with a router, and how it is made.
fn router(tree: &Tree, source: &Source, is_hono: bool) -> Option<(String, String)> {
    let text = &source.text;
    let wanted = if is_hono { "new Hono" } else { "Router(" };
    let found = tree.all().find_map(|id| {
        let value = tree.value(id).filter(|_| tree.kind(id) == Kind::Variable)?;
        let made = tree.text(value, text);
        let is_it = made.starts_with(wanted) || (made.starts_with("express.") && made.contains(wanted));
        is_it.then(|| (tree.name(id, text).unwrap_or_default().to_owned(), made.to_owned()))
    });
    found.or_else(|| is_hono.then(|| (String::new(), "new Hono()".to_owned())))
}

/// The function that stands around the handlers.
fn wrap(tree: &Tree, source: &Source) -> String {
    let text = &source.text;
    let calls = tree.all().filter(|id| tree.kind(*id) == Kind::Call);
    let mut around = calls.filter(|id| routes::address_of(tree, text, *id).is_some()).filter_map(|id| {
        let last = tree.arguments(id).last().copied().filter(|last| tree.kind(*last) == Kind::Call)?;
        let (name, object) = tree.callee(last, text)?;
        let [one] = tree.arguments(last)[..] else { return None };
        let is_handler = matches!(tree.kind(one), Kind::Arrow | Kind::Function | Kind::Member | Kind::Name);
        (object.is_none() && is_handler && source.script.import_of(name).is_some()).then(|| name.to_owned())
    });
    around.next().unwrap_or_default()
}

/// What checks bodies: `zValidator`.
fn validator(tree: &Tree, source: &Source) -> String {
    let text = &source.text;
    let mut calls = tree.all().filter(|id| tree.kind(*id) == Kind::Call).filter_map(|id| {
        let (name, _) = tree.callee(id, text)?;
        let given = tree.arguments(id);
        let first = tree.text(*given.first()?, text).trim_matches(['\'', '"']);
        (first == "json" && given.len() == 2 && source.script.import_of(name).is_some())
            .then(|| name.to_owned())
    });
    calls.next().unwrap_or_else(|| "zValidator".into())
}

/// How rules of the example are called: what ends their names, and whether they begin with a
/// capital.
fn names_of_rules(source: &Source) -> (&'static str, bool) {
    let rules: Vec<String> = source
        .text
        .lines()
        .filter_map(|line| line.trim_start().trim_start_matches("export ").strip_prefix("const "))
        .filter(|rest| rest.contains("= z.") || rest.contains(".partial("))
        .filter_map(|rest| rest.split([' ', ':', '=']).next().map(str::to_owned))
        .collect();
    let is_pascal = rules.first().is_some_and(|name| name.starts_with(char::is_uppercase));
    let suffix = SUFFIXES.into_iter().find(|suffix| rules.iter().any(|name| name.ends_with(suffix)));
    // A type of the same words stands beside the rules.
    (suffix.unwrap_or(if is_pascal { "Schema" } else { "" }), is_pascal)
}

/// What the example's answers stand in.
fn envelope(plan: &Plan<'_>) -> Result<(String, String, String), ProposeError> {
    let mut works = BTreeMap::new();
    for path in &plan.related {
        if let Some(source) = plan.survey.get(path) {
            works.insert(path.clone(), Work::new(path, &source.text)?);
        }
    }
    let item = routes::read(&Files::new(works), &plan.names).item;
    // A member that is called as the resource is says nothing of others.
    let parts: Vec<&str> =
        item.split('.').filter(|part| !part.is_empty() && *part != plan.names.to.snake).collect();
    let before = parts.iter().map(|part| format!("{{ {part}: ")).collect();
    let after = " }".repeat(parts.len());
    Ok((before, after, parts.iter().map(|part| format!(".{part}")).collect()))
}

/// The variable through which functions of a module ask the database.
pub(super) fn handle(plan: &Plan<'_>, path: &str) -> Option<String> {
    let source = plan.survey.get(path)?;
    let mut verbs: Vec<&str> = match plan.mapper {
        Mapper::Kysely => vec!["selectFrom", "insertInto", "updateTable"],
        Mapper::Drizzle => vec!["select", "insert", "query", "update"],
        Mapper::Prisma => Vec::new(),
    };
    if plan.mapper == Mapper::Prisma {
        verbs.push(&plan.table.name);
    }
    let tree = Tree::parse(path, &source.text).ok()?;
    let imported =
        source.script.imports.iter().filter(|import| !import.is_type).flat_map(|import| &import.names);
    let known: Vec<&str> = imported.map(|name| name.local.as_str()).collect();
    tree.all().filter(|id| tree.kind(*id) == Kind::Member).find_map(|id| {
        let (object, property) = (*tree.children(id).first()?, *tree.children(id).last()?);
        let name = tree.text(object, &source.text);
        let is_asked = verbs.contains(&tree.text(property, &source.text));
        (is_asked && known.contains(&name)).then(|| name.to_owned())
    })
}

/// The identifiers of a type or an expression that a source imports, as candidates for another
/// file: `module` and `Name`.
pub(super) fn imported<'s>(source: &'s Source, expression: &str) -> Vec<(&'s str, String, String)> {
    let used = words(expression);
    let mut found = Vec::new();
    for import in &source.script.imports {
        for name in import.names.iter().filter(|name| used.contains(&name.local)) {
            found.push((import.from.as_str(), name.name.clone(), name.local.clone()));
        }
    }
    found
}

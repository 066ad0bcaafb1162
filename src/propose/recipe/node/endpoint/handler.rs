//! The routes of a resource as its router registers them, and what checks the key in an
//! address.

use super::code::{Code, Unit};
use crate::{
    ports::ProposeError,
    propose::{
        recipe::node::routes::address_of,
        script::{Id, Kind, Tree},
    },
};
use std::ops::Range;

/// One registered route.
#[derive(Debug, Clone)]
pub(in crate::propose::recipe::node) struct Registration<'s> {
    pub(in crate::propose::recipe::node) path: &'s str,
    pub(in crate::propose::recipe::node) call: Id,
    pub(in crate::propose::recipe::node) verb: &'static str,
    /// As written: `/:id`.
    pub(in crate::propose::recipe::node) url: String,
    /// What answers.
    pub(in crate::propose::recipe::node) unit: Unit<'s>,
    /// Whether it stands right in the registration.
    pub(in crate::propose::recipe::node) is_inline: bool,
}

/// How a registration stands in its source.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Stands {
    /// A link of a chain of routes: from the dot's line to the closing bracket.
    Link(Range<usize>),
    /// A statement.
    Statement(Id),
    /// A link behind `.route('/:id')`, which only routes of that address can follow; the
    /// statement around it, and what `route` is asked of.
    Routed(Id, Id),
}

/// Every route of a router.
pub(super) fn registrations<'s>(
    code: &Code<'s>,
    router: &str,
) -> Result<Vec<Registration<'s>>, ProposeError> {
    let (source, tree) = code.get(router)?;
    let path = source.path.as_str();
    let mut found = Vec::new();
    for call in tree.all().filter(|id| tree.kind(*id) == Kind::Call) {
        let Some((verb, url)) = address_of(tree, &source.text, call) else { continue };
        let Some(last) = tree.arguments(call).last().copied() else { continue };
        let Some(unit) = function_of(code, path, tree, last) else { continue };
        let is_inline = unit.node == unit.function && unit.path == path;
        found.push(Registration { path, call, verb, url, unit, is_inline });
    }
    // A chain is read from its end.
    found.sort_by_key(|one| tree.range(one.call).end);
    Ok(found)
}

/// The function that an argument means.
fn function_of<'s>(code: &Code<'s>, path: &'s str, tree: &Tree, id: Id) -> Option<Unit<'s>> {
    match tree.kind(id) {
        Kind::Arrow | Kind::Function => Some(Unit { path, node: id, function: id }),
        Kind::Name => {
            let name = code.text(path, id);
            let target = code.origin(path, name).map_or(path, |source| source.path.as_str());
            code.unit_in(target, name)
        }
        Kind::Member => {
            let (object, property) = (*tree.children(id).first()?, *tree.children(id).last()?);
            let name = code.text(path, property);
            match code.text(path, object) {
                "this" => code.unit_in(path, name),
                object => code.unit_of(path, object.rsplit('.').next()?, name),
            }
        }
        Kind::Call => {
            let (source, _) = code.get(path).ok()?;
            match tree.callee(id, &source.text)? {
                ("bind", Some(object)) => function_of(code, path, tree, object),
                _ => tree.arguments(id).into_iter().rev().find_map(|one| function_of(code, path, tree, one)),
            }
        }
        _ => None,
    }
}

impl Registration<'_> {
    /// How it stands.
    pub(super) fn stands(&self, code: &Code<'_>) -> Option<Stands> {
        let (source, tree) = code.get(self.path).ok()?;
        let (_, object) = tree.callee(self.call, &source.text)?;
        let object = object?;
        let statement = code.statement(self.path, self.call)?;
        let mut at = object;
        while let Some((name, inner)) = tree.callee(at, &source.text) {
            if name == "route" && tree.arguments(at).len() == 1 {
                return Some(Stands::Routed(statement, inner?));
            }
            let Some(inner) = inner else { break };
            at = inner;
        }
        let is_chain = tree.kind(object) == Kind::Call
            || tree.kind(tree.parent(self.call)) == Kind::Member
            || tree.kind(statement) != Kind::Expression;
        Some(if is_chain {
            Stands::Link(tree.range(object).end..tree.range(self.call).end)
        } else {
            Stands::Statement(statement)
        })
    }

    /// What stands between address and handler.
    pub(super) fn between(&self, code: &Code<'_>) -> Vec<Id> {
        let Ok((_, tree)) = code.get(self.path) else { return Vec::new() };
        let given = tree.arguments(self.call);
        let skip = usize::from(given.first().is_some_and(|id| tree.kind(*id) == Kind::Text));
        given.get(skip..given.len().saturating_sub(1)).unwrap_or_default().to_vec()
    }

    /// The name of the last parameter: `id` of `/:id`.
    pub(super) fn parameter(&self) -> Option<&str> {
        let last = self.url.rsplit('/').next()?;
        let name = last.strip_prefix(':')?;
        Some(name.split(|c: char| !(c.is_alphanumeric() || c == '_')).next().unwrap_or(name))
    }

    /// What stands before the last parameter: `/users` of `/users/:id`.
    pub(super) fn lead(&self) -> &str {
        self.url.rsplit_once("/:").map_or("", |(lead, _)| lead)
    }
}

/// The routes that a resource has for all rows, for one, and to change one.
pub(super) struct Rows<'s> {
    pub(super) all: Vec<Registration<'s>>,
    pub(super) list: Option<Registration<'s>>,
    pub(super) get: Registration<'s>,
    pub(super) change: Option<Registration<'s>>,
}

/// Picks them; `None` where no route reads one row.
pub(super) fn rows(all: Vec<Registration<'_>>) -> Option<Rows<'_>> {
    let depth = |one: &Registration<'_>| one.url.matches('/').count();
    let item = |verbs: &[&str]| {
        let fits = |one: &&Registration<'_>| {
            verbs.contains(&one.verb) && one.parameter().is_some() && one.url.matches("/:").count() == 1
        };
        all.iter().filter(fits).min_by_key(|one| depth(one)).cloned()
    };
    let get = item(&["get"])?;
    let lead = get.lead();
    let is_list = |one: &&Registration<'_>| one.verb == "get" && one.url.trim_end_matches('/') == lead;
    let list = all.iter().find(is_list).cloned();
    let change = ["patch", "put"].iter().find_map(|verb| item(&[verb]));
    Some(Rows { list, change, get, all })
}

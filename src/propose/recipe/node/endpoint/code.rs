//! Follows calls through a TypeScript backend: which function a call reaches, and which of
//! them lead to a query.
//!
//! What cannot be followed is `None`, never a guess: a caller says so to the user.

use crate::{
    domain::place::Place,
    ports::ProposeError,
    propose::{
        recipe::{
            node::files::units_in,
            sources::{Source, Survey},
            typescript::words,
        },
        script::{Id, Kind, Tree},
    },
};
use std::collections::BTreeMap;

/// How many layers are followed.
const LIMIT_LEVELS: usize = 8;

/// The sources of a backend with their trees.
pub(in crate::propose::recipe) struct Code<'s> {
    pub(in crate::propose::recipe) survey: &'s Survey,
    trees: BTreeMap<&'s str, Tree>,
}

/// A function and its name's node: a declaration, a method, a member, a variable; the function
/// itself where it has no name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::propose::recipe) struct Unit<'s> {
    pub(in crate::propose::recipe) path: &'s str,
    pub(in crate::propose::recipe) node: Id,
    pub(in crate::propose::recipe) function: Id,
}

/// A function on the way to a query, and its calls that lead there; none where the query is.
#[derive(Debug, Clone)]
pub(in crate::propose::recipe) struct Level<'s> {
    pub(in crate::propose::recipe) unit: Unit<'s>,
    pub(in crate::propose::recipe) calls: Vec<(Id, Unit<'s>)>,
    /// How many of its first parameters say nothing of the request: a database.
    pub(in crate::propose::recipe) carried: usize,
    /// How many of the first values of its calls do.
    pub(in crate::propose::recipe) hands: usize,
}

impl<'s> Code<'s> {
    /// Reads every source that parses.
    pub(in crate::propose::recipe) fn new(survey: &'s Survey) -> Self {
        let trees = survey
            .sources
            .values()
            .filter_map(|source| Some((source.path.as_str(), Tree::parse(&source.path, &source.text).ok()?)));
        Self { survey, trees: trees.collect() }
    }

    /// A source and its tree.
    pub(in crate::propose::recipe) fn get(&self, path: &str) -> Result<(&'s Source, &Tree), ProposeError> {
        let source = self.survey.get(path);
        source
            .zip(self.trees.get(path))
            .ok_or_else(|| ProposeError::Rejected(format!("{path} could not be read any more")))
    }

    /// Where a unit stands.
    pub(in crate::propose::recipe) fn place(&self, unit: Unit<'_>) -> Place {
        match self.get(unit.path) {
            Ok((source, tree)) => source.place(tree.range(unit.node).start),
            Err(_) => Place::new(unit.path.to_owned(), 1),
        }
    }

    /// What a unit is called; empty for a function without a name.
    pub(in crate::propose::recipe) fn name(&self, unit: Unit<'s>) -> &'s str {
        let Ok((source, tree)) = self.get(unit.path) else { return "" };
        tree.name(unit.node, &source.text).unwrap_or_default()
    }

    /// The text of a node of a unit's source.
    pub(in crate::propose::recipe) fn text(&self, path: &str, id: Id) -> &'s str {
        match self.get(path) {
            Ok((source, tree)) => tree.text(id, &source.text),
            Err(_) => "",
        }
    }

    /// The parameters of a unit.
    pub(in crate::propose::recipe) fn parameters(&self, unit: Unit<'_>) -> Vec<Id> {
        let Ok((_, tree)) = self.get(unit.path) else { return Vec::new() };
        let list = tree.child(unit.function, Kind::Parameters);
        list.map(|list| tree.children(list).to_vec()).unwrap_or_default()
    }

    /// The function of a name in one source, or in those that it hands on.
    pub(in crate::propose::recipe) fn unit_in(&self, path: &str, name: &str) -> Option<Unit<'s>> {
        let (source, tree) = self.get(path).ok()?;
        if let Some(node) = units_in(tree, &source.text).find(|id| tree.name(*id, &source.text) == Some(name))
        {
            let function = match tree.kind(node) {
                Kind::Function => node,
                _ => tree.value(node)?,
            };
            return Some(Unit { path: source.path.as_str(), node, function });
        }
        source.script.exports.iter().find_map(|export| {
            let target = self.survey.resolve(path, &export.from)?;
            (target.path != path).then(|| self.unit_in(&target.path, name)).flatten()
        })
    }

    /// The source that a name of another source comes from.
    pub(in crate::propose::recipe) fn origin(&self, path: &str, local: &str) -> Option<&'s Source> {
        let (import, _) = self.survey.get(path)?.script.import_of(local)?;
        self.survey.resolve(path, &import.from)
    }

    /// The function that a call reaches.
    pub(in crate::propose::recipe) fn target(&self, path: &str, call: Id) -> Option<Unit<'s>> {
        let (source, tree) = self.get(path).ok()?;
        let (name, object) = tree.callee(call, &source.text)?;
        let Some(object) = object else {
            return self
                .origin(path, name)
                .and_then(|target| self.unit_in(&target.path, name))
                .or_else(|| self.unit_in(path, name));
        };
        let receiver = tree.text(object, &source.text);
        if receiver == "this" {
            return self.unit_in(path, name);
        }
        self.unit_of(path, receiver.rsplit('.').next()?, name)
    }

    /// The function of a name that something else has: a module, or what a variable holds.
    pub(in crate::propose::recipe) fn unit_of(
        &self,
        path: &str,
        variable: &str,
        name: &str,
    ) -> Option<Unit<'s>> {
        if let Some(target) = self.origin(path, variable) {
            return self.unit_in(&target.path, name);
        }
        self.types_of(path, variable).into_iter().find_map(|ty| {
            let target = self.origin(path, &ty).map_or(path, |source| source.path.as_str());
            self.unit_in(target, name)
        })
    }

    /// Names in the declared type, or the value, of a variable, a parameter or a member.
    fn types_of(&self, path: &str, variable: &str) -> Vec<String> {
        let Ok((source, tree)) = self.get(path) else { return Vec::new() };
        let declared = tree.all().filter(|id| {
            matches!(tree.kind(*id), Kind::Parameter | Kind::Field | Kind::Variable)
                && tree.name(*id, &source.text) == Some(variable)
        });
        let mut found = Vec::new();
        for id in declared {
            let text = tree.text(id, &source.text);
            let stated = text.split_once([':', '=']).map_or("", |(_, stated)| stated);
            found.extend(words(stated.split('\n').next().unwrap_or_default()));
        }
        found
    }

    /// The functions from one down to those that ask a table, the first first; `None` where
    /// nothing leads there. `asks` says it of a source's path and a body without blanks.
    pub(in crate::propose::recipe) fn follow(
        &self,
        unit: Unit<'s>,
        asks: &dyn Fn(&str, &str) -> bool,
    ) -> Option<Vec<Level<'s>>> {
        let mut levels = Vec::new();
        self.descend(unit, asks, &mut levels).then_some(levels)
    }

    fn descend(
        &self,
        unit: Unit<'s>,
        asks: &dyn Fn(&str, &str) -> bool,
        levels: &mut Vec<Level<'s>>,
    ) -> bool {
        if levels.iter().any(|level| level.unit == unit) {
            return true;
        }
        let Ok((source, tree)) = self.get(unit.path) else { return false };
        if levels.len() >= LIMIT_LEVELS {
            return false;
        }
        let at = levels.len();
        levels.push(Level { unit, calls: Vec::new(), carried: 0, hands: 0 });
        let flat: String = tree.text(unit.function, &source.text).split_whitespace().collect();
        if asks(unit.path, &flat) {
            return true;
        }
        let mut calls = Vec::new();
        for call in tree.below(unit.function).filter(|id| tree.kind(*id) == Kind::Call) {
            let target = self.target(unit.path, call).filter(|target| *target != unit);
            let Some(target) = target else { continue };
            let known = levels.len();
            if self.descend(target, asks, levels) {
                calls.push((call, target));
            } else {
                levels.truncate(known);
            }
        }
        let is_found = !calls.is_empty();
        match levels.get_mut(at) {
            Some(level) if is_found => level.calls = calls,
            _ => levels.truncate(at),
        }
        is_found
    }

    /// The statement around a node that stands right in a body or at the top.
    pub(in crate::propose::recipe) fn statement(&self, path: &str, id: Id) -> Option<Id> {
        let (_, tree) = self.get(path).ok()?;
        std::iter::once(id).chain(tree.above(id)).find(|above| {
            matches!(tree.kind(tree.parent(*above)), Kind::Body | Kind::Program | Kind::Block)
                && !matches!(tree.kind(*above), Kind::Body | Kind::Program)
        })
    }
}

//! How a test gets at a service: it imports its function, or makes its object from what the
//! test makes the application of.

use super::{
    asked::Asked,
    carried,
    code::{Level, Unit},
    piece::{From, Need, Piece},
    start::{Reach, Start},
    subject::Subject,
};
use crate::{
    ports::ProposeError,
    propose::{
        recipe::{
            names::{camel, snake},
            sources::Source,
            typescript::words,
        },
        script::{Class, Id, Kind, Tree},
    },
};

/// How deep objects are made that others need.
const LIMIT_DEPTH: usize = 4;

/// The service as a test has it, and what the test's file needs for that.
pub(super) struct Held {
    pub(super) subject: Subject,
    pub(super) pieces: Vec<Piece>,
}

/// Source that makes an object, its type, and what has to be imported.
pub(super) struct Made {
    pub(super) source: String,
    pub(super) ty: String,
    pub(super) needs: Vec<Need>,
}

/// The service in the tests of a source; `None` where a test has nothing to make it of.
pub(super) fn held<'s>(
    asked: &Asked<'s>,
    levels: &[Level<'s>],
    source: &Source,
) -> Result<Option<Held>, ProposeError> {
    let Some(level) = levels.get(1) else { return Ok(None) };
    let (home, tree) = asked.code.get(level.unit.path)?;
    let (test, cases) = asked.code.get(&source.path)?;
    let start = Start::read(asked, test, cases);
    match owner(home, tree, level.unit) {
        None => Ok(imported(asked, levels, level, start.as_ref())),
        Some(owner) => Ok(start.and_then(|start| made(asked, levels, (home, owner), &start))),
    }
}

/// A function that a test imports, with what handlers carry to it.
fn imported<'s>(
    asked: &Asked<'s>,
    levels: &[Level<'s>],
    level: &Level<'s>,
    start: Option<&Start<'_>>,
) -> Option<Held> {
    let mut needs = vec![Need { name: asked.method(level), from: From::File(level.unit.path.to_owned()) }];
    let mut pieces = Vec::new();
    let mut lead = Vec::new();
    for (value, ty) in carried::handed(asked, levels)? {
        let handler = levels.first()?.unit.path;
        match asked.code.origin(handler, value) {
            Some(origin) => {
                needs.push(Need { name: value.to_owned(), from: From::File(origin.path.clone()) });
                lead.push(value.to_owned());
            }
            None => {
                let given = start.filter(|start| start.is_made_of(ty))?.given(asked, Reach::Tests)?;
                lead.push(given.source);
                // What every function is carried is made once.
                if pieces.is_empty() {
                    pieces = given.pieces;
                }
            }
        }
    }
    let subject = asked.subject(levels, "", needs)?;
    Some(Held { subject: Subject { lead, ..subject }, pieces })
}

/// An object that a test makes beside the application.
fn made<'s>(
    asked: &Asked<'s>,
    levels: &[Level<'s>],
    (home, owner): (&Source, Owner<'_>),
    start: &Start<'_>,
) -> Option<Held> {
    let given = start.given(asked, Reach::Beside)?;
    let made = object(asked, home, owner, (start, &given.source), LIMIT_DEPTH)?;
    let used = words(&start.test.text);
    // Made for an earlier method, on however many lines.
    let flat = |text: &str| -> String {
        text.split_whitespace().collect::<String>().replace(",)", ")").replace(",}", "}")
    };
    let text = flat(&start.test.text);
    let is_made = |name: &String| text.contains(&flat(&format!("{name} = {}", made.source)));
    let known = ["service".to_owned(), own_name(asked)].into_iter().find(is_made);
    let is_new = known.is_none();
    let free = ["service".to_owned(), own_name(asked)].into_iter().find(|one| !used.contains(one));
    let name = known.or(free)?;
    let subject = asked.subject(levels, &format!("{name}."), made.needs.clone())?;
    let mut pieces = Vec::new();
    if is_new {
        pieces.extend(given.pieces);
        pieces.extend(start.declared(asked, (&name, &made))?);
    }
    Some(Held { subject, pieces })
}

/// `bookReviewService`
fn own_name(asked: &Asked<'_>) -> String {
    camel(&snake(&format!("{}_service_in_test", asked.ask.name.snake)))
}

/// What a method or a member belongs to: a class, or a function that makes objects.
#[derive(Clone, Copy)]
enum Owner<'s> {
    Class(&'s Class),
    Factory { name: &'s str, function: Id },
}

fn owner<'s>(home: &'s Source, tree: &Tree, unit: Unit<'_>) -> Option<Owner<'s>> {
    match tree.kind(unit.node) {
        Kind::Method | Kind::Property | Kind::Field => {
            let at = tree.range(unit.node).start;
            let class = home.script.classes.iter().find(|class| class.body.contains(&at));
            if let Some(class) = class {
                return Some(Owner::Class(class));
            }
            factory(home, tree, unit.node)
        }
        // A function within another, which hands it out.
        _ => factory(home, tree, unit.node),
    }
}

/// The function at the top of a file that a node stands in.
fn factory<'s>(home: &'s Source, tree: &Tree, node: Id) -> Option<Owner<'s>> {
    let is_function = |id: &Id| matches!(tree.kind(*id), Kind::Function | Kind::Arrow);
    let function = tree.above(node).filter(is_function).last()?;
    let named = std::iter::once(function)
        .chain(tree.above(function))
        .find(|id| matches!(tree.kind(*id), Kind::Function | Kind::Variable))?;
    Some(Owner::Factory { name: tree.name(named, &home.text)?, function })
}

/// An object of a class or of a function that makes one, in which everything that is no object
/// of the project is what the application is made of.
fn object(
    asked: &Asked<'_>,
    home: &Source,
    owner: Owner<'_>,
    (start, given): (&Start<'_>, &str),
    depth: usize,
) -> Option<Made> {
    let depth = depth.checked_sub(1)?;
    let (name, types) = match owner {
        Owner::Class(class) => {
            (class.name.as_str(), class.parameters.iter().map(|one| one.ty.clone()).collect::<Vec<_>>())
        }
        Owner::Factory { name, function } => {
            let (_, tree) = asked.code.get(&home.path).ok()?;
            let list = tree.child(function, Kind::Parameters);
            let all: Vec<Id> = list.map(|list| tree.children(list).to_vec()).unwrap_or_default();
            let type_of = |id: &Id| {
                let text = tree.text(*id, &home.text);
                text.split_once(':').map(|(_, of)| of.split('=').next().unwrap_or_default().trim().to_owned())
            };
            (name, all.iter().map(|id| type_of(id).unwrap_or_default()).collect())
        }
    };
    let is_class = matches!(owner, Owner::Class(_));
    let mut needs = vec![Need { name: name.to_owned(), from: From::File(home.path.clone()) }];
    let mut values = Vec::new();
    for ty in &types {
        match part(asked, home, ty) {
            Some((source, owner)) => {
                let made = object(asked, source, owner, (start, given), depth)?;
                needs.extend(made.needs);
                values.push(made.source);
            }
            None if start.is_made_of(ty) => values.push(given.to_owned()),
            None => return None,
        }
    }
    let lead = if is_class { "new " } else { "" };
    let ty = if is_class { name.to_owned() } else { format!("ReturnType<typeof {name}>") };
    Some(Made { source: format!("{lead}{name}({})", values.join(", ")), ty, needs })
}

/// What makes a value of a type of the project.
fn part<'a>(asked: &'a Asked<'_>, home: &'a Source, ty: &str) -> Option<(&'a Source, Owner<'a>)> {
    let source = asked.code.origin(&home.path, ty).unwrap_or(home);
    if let Some(class) = source.script.classes.iter().find(|class| class.name == ty) {
        return Some((source, Owner::Class(class)));
    }
    let (_, stated) = source.text.split_once(&format!("type {ty} = ReturnType<typeof "))?;
    let name = stated.split('>').next()?.trim();
    let unit = asked.code.unit_in(&source.path, name)?;
    let (source, tree) = asked.code.get(unit.path).ok()?;
    let name = tree.name(unit.node, &source.text)?;
    Some((source, Owner::Factory { name, function: unit.function }))
}

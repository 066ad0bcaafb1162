//! How a test gets at a service: it imports its function, or makes its object from what the
//! test makes the application of.

use super::{
    asked::Asked,
    code::{Level, Unit},
    piece::{From, Need, Piece},
    subject::Subject,
};
use crate::{
    domain::layer::Layer,
    ports::ProposeError,
    propose::{
        edits::indent_of,
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
struct Made {
    source: String,
    ty: String,
    needs: Vec<Need>,
}

/// What makes the application of a test: `app = createApp(database)`.
struct Start<'t> {
    /// The variable.
    app: &'t str,
    /// Whether the variable is declared there.
    declares: bool,
    /// What the application is made of.
    given: &'t str,
    statement: Id,
}

/// The service in the tests of a source; `None` where a test has nothing to make it of.
pub(super) fn held<'s>(
    asked: &Asked<'s>,
    levels: &[Level<'s>],
    source: &Source,
) -> Result<Option<Held>, ProposeError> {
    let Some(unit) = levels.get(1).map(|level| level.unit) else { return Ok(None) };
    let (home, tree) = asked.code.get(unit.path)?;
    let Some(owner) = owner(home, tree, unit) else {
        let Some(level) = levels.get(1) else { return Ok(None) };
        let need = Need { name: asked.method(level), from: From::File(unit.path.to_owned()) };
        let subject = asked.subject(levels, "", vec![need]);
        return Ok(subject.map(|subject| Held { subject, pieces: Vec::new() }));
    };
    let (test, cases) = asked.code.get(&source.path)?;
    let Some(start) = start(asked, test, cases) else { return Ok(None) };
    let Some(made) = object(asked, home, owner, start.given, LIMIT_DEPTH) else { return Ok(None) };
    let used = words(&test.text);
    // Made for an earlier method, on however many lines.
    let flat = |text: &str| -> String {
        text.split_whitespace().collect::<String>().replace(",)", ")").replace(",}", "}")
    };
    let text = flat(&test.text);
    let is_made = |name: &String| text.contains(&flat(&format!("{name} = {}", made.source)));
    let known = ["service".to_owned(), own_name(asked)].into_iter().find(is_made);
    let is_new = known.is_none();
    let free = ["service".to_owned(), own_name(asked)].into_iter().find(|one| !used.contains(one));
    let Some(name) = known.or(free) else { return Ok(None) };
    let Some(subject) = asked.subject(levels, &format!("{name}."), made.needs.clone()) else {
        return Ok(None);
    };
    let pieces = if is_new { declared(asked, test, cases, &start, (&name, &made)) } else { Some(Vec::new()) };
    Ok(pieces.map(|pieces| Held { subject, pieces }))
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

/// Where a test makes the application, from one value.
fn start<'t>(asked: &Asked<'_>, test: &'t Source, tree: &Tree) -> Option<Start<'t>> {
    let text = test.text.as_str();
    tree.all().filter(|id| tree.kind(*id) == Kind::Call).find_map(|call| {
        let (name, object) = tree.callee(call, text)?;
        let [given] = tree.arguments(call)[..] else { return None };
        let origin = asked.code.origin(&test.path, name).filter(|_| object.is_none())?;
        if origin.path == test.path {
            return None;
        }
        let statement = asked.code.statement(&test.path, call)?;
        let (target, value) = tree.text(statement, text).split_once(" = ")?;
        if !value.starts_with(name) {
            return None;
        }
        let target = target.trim();
        let declares = target.starts_with("const ") || target.starts_with("let ");
        let app = target.trim_start_matches("const ").trim_start_matches("let ");
        let app = app.split(':').next().unwrap_or_default().trim();
        let is_asked = text.contains(&format!("({app})")) || text.contains(&format!("{app}.request("));
        is_asked.then_some(Start { app, declares, given: tree.text(given, text), statement })
    })
}

/// The statements that make the service in a test, beside those of the application.
fn declared(
    asked: &Asked<'_>,
    test: &Source,
    tree: &Tree,
    start: &Start<'_>,
    (name, made): (&str, &Made),
) -> Option<Vec<Piece>> {
    let text = test.text.as_str();
    let end = asked.end();
    let after = |id: Id, line: String| {
        let range = tree.range(id);
        let indent = indent_of(text, range.start);
        Piece {
            path: test.path.clone(),
            at: range.end,
            text: format!("\n{indent}{line}{end}"),
            layer: Layer::Test,
            like: test.place(range.start),
            needs: Vec::new(),
        }
    };
    if start.declares {
        return Some(vec![after(start.statement, format!("const {name} = {}", made.source))]);
    }
    let declares = |id: &Id| {
        let own = tree.text(*id, text);
        tree.kind(*id) == Kind::Variables
            && own.starts_with(&format!("let {}", start.app))
            && !own.contains('=')
    };
    let declaration = tree.all().find(declares)?;
    let mut declared = after(declaration, format!("let {name}: {}", made.ty));
    declared.needs.clone_from(&made.needs);
    Some(vec![declared, after(start.statement, format!("{name} = {}", made.source))])
}

/// An object of a class or of a function that makes one, in which everything that is no object
/// of the project is what the application is made of.
fn object(asked: &Asked<'_>, home: &Source, owner: Owner<'_>, given: &str, depth: usize) -> Option<Made> {
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
                let made = object(asked, source, owner, given, depth)?;
                needs.extend(made.needs);
                values.push(made.source);
            }
            None => values.push(given.to_owned()),
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

//! New functions, routes and schemas with the places where they belong.

use super::{
    asked::Asked,
    code::{Code, Unit},
    handler::{Registration, Stands},
};
use crate::{
    domain::{layer::Layer, place::Place},
    ports::ProposeError,
    propose::{
        edits::{indent_of, line_end, line_start},
        recipe::node::{beside::whole_of, graft::Work, guard::work_indent},
        script::{Id, Kind, Tree},
    },
};
use std::ops::Range;

/// A name that a new text needs, and where it comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::propose::recipe) struct Need {
    pub(in crate::propose::recipe) name: String,
    pub(in crate::propose::recipe) from: From,
}

/// Where a name comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::propose::recipe) enum From {
    Package(&'static str),
    /// A source of the repository, by its path.
    File(String),
    /// As a file imports it already.
    Stated(String),
}

/// One new text.
#[derive(Debug, Clone)]
pub(in crate::propose::recipe) struct Piece {
    pub(in crate::propose::recipe) path: String,
    /// Byte of the old text.
    pub(in crate::propose::recipe) at: usize,
    /// How many bytes of the old text it takes the place of.
    pub(in crate::propose::recipe) over: usize,
    pub(in crate::propose::recipe) text: String,
    pub(in crate::propose::recipe) layer: Layer,
    pub(in crate::propose::recipe) like: Place,
    pub(in crate::propose::recipe) needs: Vec<Need>,
}

/// The layer of a source.
pub(in crate::propose::recipe) fn layer_of(asked: &Asked<'_>, path: &str) -> Layer {
    let stated = asked.ask.map.layer_of(path).or_else(|| crate::domain::conventional::layer_by_path(path));
    stated.filter(|layer| *layer != Layer::Other).unwrap_or(Layer::Config)
}

/// A text that stands after a function, as its neighbours do.
pub(in crate::propose::recipe) fn after(
    asked: &Asked<'_>,
    unit: Unit<'_>,
    text: &str,
) -> Result<Vec<Piece>, ProposeError> {
    let (source, tree) = asked.code.get(unit.path)?;
    let whole = whole_of(tree, unit.node);
    let range = tree.range(whole);
    let indent = indent_of(&source.text, range.start);
    let is_member = tree.kind(tree.parent(whole)) == Kind::Object;
    let lead = if is_member { "," } else { "" };
    let text = format!("{lead}\n\n{indent}{text}");
    let mut pieces = vec![Piece {
        path: unit.path.to_owned(),
        at: range.end,
        over: 0,
        text,
        layer: layer_of(asked, unit.path),
        like: asked.code.place(unit),
        needs: Vec::new(),
    }];
    pieces.extend(listed(asked, unit)?);
    Ok(pieces)
}

/// A text that stands before a member of a class, its decorators and comments included.
pub(in crate::propose::recipe) fn before(
    asked: &Asked<'_>,
    unit: Unit<'_>,
    text: &str,
) -> Result<Piece, ProposeError> {
    let (source, tree) = asked.code.get(unit.path)?;
    let start = line_start(&source.text, marked(tree, unit.node).start);
    let indent = indent_of(&source.text, start);
    Ok(Piece {
        path: unit.path.to_owned(),
        at: crate::propose::recipe::node::removal::comment_before(&source.text, start),
        over: 0,
        text: format!("{indent}{text}\n\n"),
        layer: layer_of(asked, unit.path),
        like: asked.code.place(unit),
        needs: Vec::new(),
    })
}

/// A node with its decorators.
pub(in crate::propose::recipe) fn marked(tree: &Tree, id: Id) -> Range<usize> {
    let range = tree.range(id);
    let first = tree.children(id).first().map_or(range.start, |first| tree.range(*first).start);
    range.start.min(first)..range.end
}

/// The new name beside the old one in lists of names: `return { list, get }`.
fn listed(asked: &Asked<'_>, unit: Unit<'_>) -> Result<Vec<Piece>, ProposeError> {
    let (source, tree) = asked.code.get(unit.path)?;
    let name = asked.code.name(unit);
    let lists = tree.all().filter(|id| {
        tree.kind(*id) == Kind::Property
            && tree.kind(tree.parent(*id)) == Kind::Object
            && tree.is_shorthand(*id)
            && tree.name(*id, &source.text) == Some(name)
            && tree.kind(tree.parent(tree.parent(*id))) != Kind::Call
    });
    let new = asked.name_for(name);
    Ok(lists
        .map(|id| {
            let range = tree.range(id);
            let start = line_start(&source.text, range.start);
            let before = source.text.get(start..range.start).unwrap_or_default();
            let lead = if before.trim().is_empty() { format!(",\n{before}") } else { ", ".to_owned() };
            Piece {
                path: unit.path.to_owned(),
                at: range.end,
                over: 0,
                text: format!("{lead}{new}"),
                layer: layer_of(asked, unit.path),
                like: source.place(range.start),
                needs: Vec::new(),
            }
        })
        .collect())
}

/// The parts of a new registration.
pub(super) struct Route<'a> {
    pub(super) verb: &'a str,
    pub(super) url: &'a str,
    /// What stands between address and handler.
    pub(super) between: &'a [String],
    /// The handler, or what names it, as it stands in the example.
    pub(super) handler: &'a str,
    /// The indent of the handler's last line there.
    pub(super) indent: &'a str,
}

/// A route before or after another of the same router.
pub(super) fn registered(
    asked: &Asked<'_>,
    place: &Registration<'_>,
    is_before: bool,
    like: Place,
    route: &Route<'_>,
) -> Result<Piece, ProposeError> {
    let (source, tree) = asked.code.get(place.path)?;
    let gone = || {
        ProposeError::NotApplicable(format!("{} registers no route that another could follow", place.path))
    };
    let text = source.text.as_str();
    let url = asked.quoted(route.url);
    let (at, made) = match place.stands(asked.code).ok_or_else(gone)? {
        Stands::Link(range) => {
            let lead = text
                .get(range.clone())
                .map_or("", |link| link.get(..link.find('.').unwrap_or(0)).unwrap_or(""));
            let indent = lead.rsplit('\n').next().unwrap_or_default();
            let call = call(asked, route, &url, indent, "");
            (if is_before { range.start } else { range.end }, format!("{lead}{call}"))
        }
        Stands::Statement(statement) | Stands::Routed(statement, _) => {
            let receiver = match place.stands(asked.code) {
                Some(Stands::Routed(_, receiver)) => receiver,
                _ => tree.callee(place.call, text).and_then(|(_, object)| object).ok_or_else(gone)?,
            };
            let base = tree.text(receiver, text);
            let range = tree.range(statement);
            let indent = indent_of(text, range.start);
            let call = call(asked, route, &url, indent, base);
            let made = format!("{indent}{base}{call}{}\n", asked.end());
            let start = line_start(text, range.start);
            let is_spaced = made.trim_end().contains('\n') || tree.text(statement, text).contains('\n');
            let gap = if is_spaced { "\n" } else { "" };
            if is_before {
                let at = crate::propose::recipe::node::removal::comment_before(text, start);
                (at, format!("{made}{gap}"))
            } else {
                (line_end(text, range.end), format!("{gap}{made}"))
            }
        }
    };
    Ok(Piece {
        path: place.path.to_owned(),
        at,
        over: 0,
        text: made,
        layer: layer_of(asked, place.path),
        like,
        needs: Vec::new(),
    })
}

/// `.get('/count', handler)`: on one line up to the handler's body where that fits.
fn call(asked: &Asked<'_>, route: &Route<'_>, url: &str, indent: &str, base: &str) -> String {
    let mut given = vec![url.to_owned()];
    given.extend(route.between.iter().cloned());
    let hugged = reindented(route.handler, route.indent, indent);
    let first = hugged.lines().next().unwrap_or_default();
    let head = format!("{indent}{base}.{}({}, {first}", route.verb, given.join(", "));
    let columns = head.replace('\t', "  ").chars().count();
    if columns <= asked.habits.width || !hugged.contains('\n') {
        return format!(".{}({}, {hugged})", route.verb, given.join(", "));
    }
    let deeper = format!("{indent}{}", asked.habits.indent);
    given.push(reindented(route.handler, route.indent, &deeper));
    let comma = if asked.habits.trailing_commas { "," } else { "" };
    format!(".{}(\n{deeper}{}{comma}\n{indent})", route.verb, given.join(&format!(",\n{deeper}")))
}

/// A text whose lines after the first stand as far in as another place asks.
pub(in crate::propose::recipe) fn reindented(text: &str, from: &str, to: &str) -> String {
    let mut lines = text.split('\n');
    let mut result = lines.next().unwrap_or_default().to_owned();
    for line in lines {
        result.push('\n');
        match line.strip_prefix(from) {
            Some(rest) if !line.trim().is_empty() => {
                result.push_str(to);
                result.push_str(rest);
            }
            _ => result.push_str(line),
        }
    }
    result
}

/// The statement with which a handler reads the value in the address, put before its first.
pub(in crate::propose::recipe) fn lead_in(
    code: &Code<'_>,
    work: &mut Work<'_>,
    unit: Unit<'_>,
    statement: &str,
) -> Result<(), ProposeError> {
    let body = work.tree.child(unit.function, Kind::Body).ok_or_else(|| {
        ProposeError::NotApplicable(format!(
            "{} is one expression, which a second value cannot be read in; give it a body first",
            code.place(unit)
        ))
    })?;
    let first: Option<Id> = work.tree.children(body).first().copied();
    let indent = match first {
        Some(first) => indent_of(work.text, work.tree.range(first).start).to_owned(),
        None => format!("{}{}", indent_of(work.text, work.tree.range(body).start), work_indent(work.text)),
    };
    work.add(work.tree.range(body).start + 1, format!("\n{indent}{statement}"));
    Ok(())
}

//! What the example's handlers answer: which there are, their status, where in the body the
//! row or the rows stand.

use super::{files::Files, words::Names};
use crate::propose::script::{Id, Kind, Tree};
use serde::Serialize;
use std::ops::Range;

/// The endpoints of a resource as its tests ask for them.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub(super) struct Routes {
    pub(super) list: bool,
    pub(super) get: bool,
    pub(super) create: bool,
    /// `patch`, `put`, or nothing.
    pub(super) update: String,
    pub(super) remove: bool,
    /// Status of what is made, and of what is removed.
    pub(super) created: u16,
    pub(super) removed: u16,
    /// Where the row stands in an answer: `.data`.
    pub(super) item: String,
    /// Where the rows stand in the answer of a list.
    pub(super) items: String,
}

/// One handler.
struct Handler {
    verb: &'static str,
    path: String,
    file: usize,
    /// What answers.
    function: Id,
}

const VERBS: [&str; 5] = ["get", "post", "put", "patch", "delete"];
/// Members of an answer that are not the rows.
const ASIDE: [&str; 16] = [
    "total",
    "count",
    "page",
    "pages",
    "limit",
    "offset",
    "take",
    "skip",
    "success",
    "status",
    "message",
    "error",
    "nextcursor",
    "next",
    "cursor",
    "haMore",
];

/// Reads them from what is left of the example's files.
pub(super) fn read(files: &Files<'_>, names: &Names) -> Routes {
    let handlers = handlers(files);
    let is_item = |path: &str| path.contains(':') || path.contains('{');
    let find = |verbs: &[&str], item: bool| {
        handlers.iter().find(|one| verbs.contains(&one.verb) && is_item(&one.path) == item)
    };
    let (list, get) = (find(&["get"], false), find(&["get"], true));
    let (create, update) = (find(&["post"], false), find(&["patch", "put"], true));
    let remove = find(&["delete"], true);
    let place = |handler: Option<&Handler>| {
        handler.map_or(String::new(), |one| names.code(&answer(files, one.file, one.function)))
    };
    Routes {
        list: list.is_some(),
        get: get.is_some(),
        create: create.is_some(),
        update: update.map(|one| one.verb.to_owned()).unwrap_or_default(),
        remove: remove.is_some(),
        created: create.and_then(|one| status(files, one)).unwrap_or(200),
        removed: remove.and_then(|one| status(files, one)).unwrap_or(200),
        item: place(create.or(get)),
        items: place(list),
    }
}

/// What a call answers, where it registers a handler: `.get('/:id', …)`, `.route('/:id').get(…)`.
pub(super) fn address_of(tree: &Tree, text: &str, call: Id) -> Option<(&'static str, String)> {
    let (name, object) = tree.callee(call, text)?;
    let verb = VERBS.iter().find(|verb| **verb == name)?;
    let path_of = |id: Id| {
        let path = tree.text(id, text).trim_matches(['\'', '"', '`']).to_owned();
        (tree.kind(id) == Kind::Text && (path.starts_with('/') || path.is_empty())).then_some(path)
    };
    if let Some(path) = tree.arguments(call).first().and_then(|first| path_of(*first)) {
        return Some((verb, path));
    }
    let mut at = object?;
    loop {
        let (name, inner) = tree.callee(at, text)?;
        if name == "route" {
            return Some((verb, path_of(*tree.arguments(at).first()?)?));
        }
        at = inner?;
    }
}

fn handlers(files: &Files<'_>) -> Vec<Handler> {
    let mut found = Vec::new();
    for (file, work) in files.works() {
        for call in work.tree.all().filter(|id| work.tree.kind(*id) == Kind::Call) {
            if work.is_dropped(&work.tree.range(call)) {
                continue;
            }
            let Some((verb, path)) = address_of(&work.tree, work.text, call) else { continue };
            let given = work.tree.arguments(call);
            let Some(last) = given.last() else { continue };
            if let Some((file, function)) = files.function(file, *last) {
                found.push(Handler { verb, path, file, function });
            }
        }
    }
    // A chain is read from its end; the paths say which is which.
    found.sort_by_key(|one| (one.path.len(), one.file, one.function));
    found
}

/// The status that a handler states.
fn status(files: &Files<'_>, handler: &Handler) -> Option<u16> {
    let work = files.work(handler.file)?;
    let mut found = None;
    for call in work.tree.below(handler.function).filter(|id| work.tree.kind(*id) == Kind::Call) {
        if work.is_dropped(&work.tree.range(call)) {
            continue;
        }
        let Some((name, Some(_))) = work.tree.callee(call, work.text) else { continue };
        let given = work.tree.arguments(call);
        let stated = match name {
            "status" | "sendStatus" | "code" => given.first(),
            "json" | "body" | "text" => given.get(1),
            _ => None,
        };
        let number = stated.and_then(|id| work.tree.text(*id, work.text).parse::<u16>().ok());
        if let Some(number) = number.filter(|number| (200..300).contains(number)) {
            found = Some(number);
        }
    }
    found
}

/// Where the rows stand in what a handler answers.
fn answer(files: &Files<'_>, file: usize, function: Id) -> String {
    let Some(work) = files.work(file) else { return String::new() };
    let calls = work.tree.below(function).filter(|id| work.tree.kind(*id) == Kind::Call);
    let mut place = String::new();
    for call in calls {
        let Some((name, Some(object))) = work.tree.callee(call, work.text) else { continue };
        let is_answer = matches!(name, "json" | "send") && !work.tree.text(object, work.text).contains("req");
        let Some(given) = work.tree.arguments(call).first().copied().filter(|_| is_answer) else { continue };
        let found = shape(files, file, given, work.tree.range(function), 0);
        if !found.is_empty() {
            place = found;
        }
    }
    place
}

fn shape(files: &Files<'_>, file: usize, id: Id, within: Range<usize>, depth: usize) -> String {
    let Some(work) = files.work(file).filter(|_| depth < 6) else { return String::new() };
    let tree = &work.tree;
    match tree.kind(id) {
        Kind::Object => {
            let members: Vec<(Id, &str)> = tree
                .children(id)
                .iter()
                .filter_map(|child| Some((*child, tree.name(*child, work.text)?)))
                .collect();
            if members.iter().any(|(_, name)| *name == "id" || *name == "error") {
                return String::new();
            }
            let named = members.iter().find(|(_, name)| !ASIDE.contains(&name.to_lowercase().as_str()));
            named.map_or(String::new(), |(member, name)| {
                let below = tree.value(*member).filter(|value| tree.kind(*value) == Kind::Object);
                let inner = below.map(|value| shape(files, file, value, within, depth + 1));
                format!(".{name}{}", inner.unwrap_or_default())
            })
        }
        Kind::Await => tree
            .children(id)
            .first()
            .map_or(String::new(), |inner| shape(files, file, *inner, within, depth + 1)),
        Kind::Name => {
            let name = tree.text(id, work.text);
            let variable = tree.all().find(|one| {
                tree.kind(*one) == Kind::Variable
                    && within.contains(&tree.range(*one).start)
                    && tree.name(*one, work.text) == Some(name)
            });
            let value = variable.and_then(|one| tree.value(one)).filter(|value| *value != id);
            value.map_or(String::new(), |value| shape(files, file, value, within, depth + 1))
        }
        Kind::Call => {
            let Some((callee, _)) = tree.callee(id, work.text) else { return String::new() };
            let Some((file, function)) = files.unit(callee, file) else { return String::new() };
            returned(files, file, function)
                .into_iter()
                .map(|(id, within)| shape(files, file, id, within, depth + 1))
                .find(|place| !place.is_empty())
                .unwrap_or_default()
        }
        _ => String::new(),
    }
}

/// What a function gives back.
fn returned(files: &Files<'_>, file: usize, function: Id) -> Vec<(Id, Range<usize>)> {
    let Some(work) = files.work(file) else { return Vec::new() };
    let tree = &work.tree;
    let range = tree.range(function);
    let mut found: Vec<(Id, Range<usize>)> = tree
        .below(function)
        .filter(|id| tree.kind(*id) == Kind::Return)
        .filter_map(|id| Some((*tree.children(id).first()?, range.clone())))
        .collect();
    if found.is_empty() {
        found.extend(tree.children(function).last().map(|id| (*id, range)));
    }
    found
}

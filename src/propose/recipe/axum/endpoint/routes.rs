//! The routes of a resource that is there, and the link that adds one beside them.

use super::{
    super::layout,
    code::{Code, Source, Unit},
    sql::Verb,
    work::{Piece, Work, reaches},
};
use crate::{
    domain::{layer::Layer, place::Place},
    ports::ProposeError,
    propose::{
        edits::{Edits, indent_of, line_number},
        recipe::{
            endpoint::{
                paths::is_parameter,
                route::{ROW, Route},
            },
            examples::resource_of,
            names::Name,
            resource::Ask,
        },
        rust::Call,
    },
};
use std::ops::Range;

/// One `.route("/{id}", get(show))` for one verb.
#[derive(Clone)]
pub(in crate::propose::recipe::axum) struct Routed<'c> {
    /// As written.
    pub(in crate::propose::recipe::axum) path: String,
    pub(in crate::propose::recipe::axum) verb: &'static str,
    /// The methods as written: `get(show).put(update)`.
    methods: String,
    call: &'c Call,
    source: &'c Source<'c>,
    pub(in crate::propose::recipe::axum) unit: Unit<'c>,
}

/// The routes of one resource.
pub(super) struct Routes<'c> {
    /// Reads one row.
    pub(super) row: Routed<'c>,
    all: Vec<Routed<'c>>,
}

const VERBS: [&str; 5] = ["get", "post", "put", "patch", "delete"];

impl<'c> Routes<'c> {
    /// The routes around the one that reads a row of the table.
    pub(super) fn find(code: &'c Code<'_>, table: &str, name: &Name) -> Result<Self, ProposeError> {
        let every: Vec<Routed<'c>> = code.sources.iter().flat_map(|source| routed(code, source)).collect();
        let is_row = |one: &&Routed<'_>| one.verb == "get" && last(&one.path).is_some_and(is_parameter);
        let rows = || every.iter().filter(is_row).filter(|one| reaches(code, table, one.unit, Verb::Select));
        let is_named = |one: &&Routed<'_>| {
            [one.source.path, one.unit.source.path]
                .iter()
                .any(|path| resource_of(path).as_ref() == Some(&name.snake))
        };
        let row = rows().find(|one| is_named(one)).or_else(|| rows().next()).cloned().ok_or_else(|| {
            ProposeError::NotApplicable(format!(
                "no route that reads one row of {table} was found, so there is none to follow"
            ))
        })?;
        let all = every.iter().filter(|one| one.source.path == row.source.path).cloned().collect();
        Ok(Self { row, all })
    }

    /// The files with handlers or routes.
    pub(super) fn files(&self) -> Vec<&str> {
        let own = self.all.iter().flat_map(|one| [one.source.path, one.unit.source.path]);
        own.collect()
    }

    /// The route of the collection with a verb.
    pub(super) fn of_collection(&self, verb: &str) -> Option<&Routed<'c>> {
        let lead = lead(&self.row.path);
        self.all.iter().find(|one| one.verb == verb && one.path.trim_end_matches('/') == lead)
    }

    /// The route that lists rows.
    pub(super) fn list(&self) -> Result<&Routed<'c>, ProposeError> {
        self.of_collection("get").ok_or_else(|| {
            ProposeError::NotApplicable(format!(
                "{} has no route that lists rows, so there is none to follow",
                self.row.source.path
            ))
        })
    }

    /// The routes of one row with these verbs.
    pub(super) fn of_row(&self, verbs: &[&str]) -> Option<&Routed<'c>> {
        self.all.iter().find(|one| verbs.contains(&one.verb) && one.path == self.row.path)
    }

    /// The routes that change or make something.
    pub(super) fn changing(&self) -> impl Iterator<Item = &Routed<'c>> {
        self.all.iter().filter(|one| one.verb != "get")
    }

    /// Where the collection is, as the map of the backend has it: `/api/users`.
    pub(super) fn collection(&self, ask: &Ask<'_>) -> String {
        let row = &self.row;
        let own = ask.map.endpoints.iter().find(|one| {
            one.method == "GET"
                && one.file == row.source.path
                && one.handler == row.unit.function.name
                && last(&one.path).is_some_and(is_parameter)
        });
        let stated = own.map_or(row.path.as_str(), |one| one.path.as_str());
        let found = lead(stated);
        if found.is_empty() { format!("/{}", ask.name.plural.replace('_', "-")) } else { found.to_owned() }
    }

    /// The path of a new route as it is written here.
    fn local_path(&self, route: &Route) -> String {
        let parameter = last(&self.row.path).unwrap_or(ROW);
        let own = route.path.replace(ROW, parameter);
        let own = if parameter.starts_with(':') { own.replace("/{", "/:").replace('}', "") } else { own };
        format!("{}{own}", lead(&self.row.path))
    }

    /// The link that serves a new handler, behind the row's own. Routes on one line are laid out
    /// anew with it.
    pub(super) fn registered(&self, work: &Work<'_>, handler: &str) -> Result<Piece, ProposeError> {
        let row = &self.row;
        let (text, call) = (row.source.text, row.call);
        let verb = work.route.method.to_lowercase();
        let (lead, qualified) = handler_path(&row.methods, row.verb);
        let link = format!(".route(\"{}\", {lead}{verb}({qualified}{handler}))", self.local_path(work.route));
        let gap = text.get(call.receiver_end..call.range.end).unwrap_or_default();
        let stands_alone = gap.trim_start_matches([' ', '\r']).starts_with('\n');
        let (range, new) = if stands_alone {
            let at = call.receiver_end + gap.find('.').unwrap_or(0);
            let indent = indent_of(text, at);
            (call.range.end..call.range.end, format!("\n{indent}{}", broken(&link, indent.len())))
        } else {
            let inside =
                |range: &Range<usize>| range.start <= call.range.start && call.range.end <= range.end;
            let function = row.source.file.functions.iter().find(|one| inside(&one.range));
            let function =
                function.ok_or_else(|| work.lost(row.unit, "where the routes are put up for the handler"))?;
            let mut edits = Edits::default();
            edits.insert(call.range.end - function.range.start, link);
            let whole = edits.apply(text.get(function.range.clone()).unwrap_or_default())?;
            (function.range.clone(), layout::function(&whole))
        };
        Ok(Piece {
            path: row.source.path.to_owned(),
            range,
            text: new,
            layer: Layer::Router,
            like: Place::new(row.source.path, line_number(text, call.range.end)),
            needs: if lead.is_empty() { vec![format!("axum::routing::{verb}")] } else { Vec::new() },
        })
    }
}

/// A link as rustfmt breaks it.
fn broken(link: &str, indent: usize) -> String {
    let function = layout::function(&format!("fn a() {{ {}{link}.b() }}", "r".repeat(70)));
    let lines: Vec<&str> = function.lines().skip(2).collect();
    let own = lines.get(..lines.len().saturating_sub(2)).unwrap_or_default();
    let blanks = " ".repeat(indent.saturating_sub(8));
    let text: Vec<String> = own.iter().map(|line| format!("{blanks}{line}")).collect();
    text.join("\n").trim_start().to_owned()
}

/// Every route that a file puts up, with its handler.
pub(in crate::propose::recipe::axum) fn routed<'c>(
    code: &'c Code<'_>,
    source: &'c Source<'c>,
) -> Vec<Routed<'c>> {
    let mut found = Vec::new();
    for call in source.file.calls.iter().filter(|call| call.method == "route") {
        let (Some(path), Some(methods)) = (call.arguments.first(), call.arguments.get(1)) else { continue };
        let Some(path) = path.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')) else { continue };
        for verb in VERBS {
            let Some(handler) = handler(methods, verb) else { continue };
            let Some(unit) = code.target(source, handler) else { continue };
            found.push(Routed { path: path.to_owned(), verb, methods: methods.clone(), call, source, unit });
        }
    }
    found
}

/// What a verb is routed to: `show` of `get(show).put(update)`.
fn handler<'m>(methods: &'m str, verb: &str) -> Option<&'m str> {
    let call = format!("{verb}(");
    methods.match_indices(&call).find_map(|(at, _)| {
        let before = methods.get(..at)?.chars().next_back();
        if before.is_some_and(|c| c.is_alphanumeric() || c == '_') {
            return None;
        }
        let rest = methods.get(at + call.len()..)?;
        Some(rest.get(..rest.find([')', ','])?)?.trim())
    })
}

/// What stands before the verb and before the handler's own name.
fn handler_path(methods: &str, verb: &str) -> (String, String) {
    let handler = handler(methods, verb).unwrap_or_default();
    let qualified = handler.rsplit_once("::").map_or(String::new(), |(path, _)| format!("{path}::"));
    let head = methods.split('(').next().unwrap_or_default();
    let lead = head.rsplit_once("::").map_or(String::new(), |(path, _)| format!("{path}::"));
    (lead, qualified)
}

fn last(path: &str) -> Option<&str> {
    path.rsplit('/').next()
}

fn lead(path: &str) -> &str {
    path.rsplit_once('/').map_or("", |(lead, _)| lead)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn handlers_are_known_by_their_verb() {
        let methods = "routing::get(users::show).put(update).forget(x)";
        assert_eq!(handler(methods, "get"), Some("users::show"));
        assert_eq!(handler(methods, "put"), Some("update"));
        assert_eq!(handler(methods, "delete"), None);
        assert_eq!(handler_path(methods, "get"), ("routing::".into(), "users::".into()));
    }

    #[test]
    fn a_long_link_is_broken_where_it_stands() {
        assert_eq!(broken(".route(\"/a\", get(a))", 8), ".route(\"/a\", get(a))");
        let long = ".route(\"/by-display-name-of-them/{display_name}\", get(list_by_display_name))";
        assert_eq!(
            broken(long, 8),
            ".route(\n            \"/by-display-name-of-them/{display_name}\",\n            get(list_by_display_name),\n        )"
        );
    }
}

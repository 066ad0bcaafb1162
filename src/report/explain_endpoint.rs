//! Everything the map says about one endpoint: where it comes from and where it leads.

use super::{
    escape,
    findings::finding_rows,
    map::heading,
    paint::{Paint, Tone},
    table::{Table, cell},
    words::count,
};
use crate::domain::{
    finding::Finding,
    map::{BackendMap, Endpoint, Flow, Unknown},
};
use std::{collections::BTreeSet, fmt::Write};

/// More endpoints than this are not explained at once.
const MOST: usize = 8;

/// The explanation of the endpoints that a text names: `GET /users/{id}`, `/users/{id}` or
/// `/users/7`; `None` when the map knows none.
pub fn explain_endpoint(map: &BackendMap, asked: &str, paint: Paint) -> Option<String> {
    let asked = Asked::new(asked)?;
    let mut found: Vec<usize> = asked.matches(map, |path| path == asked.path);
    if found.is_empty() {
        found = asked.matches(map, |path| serves(path, asked.path));
    }
    let unknown: Vec<&Unknown> =
        map.unknown.iter().filter(|unknown| asked.may_be(&unknown.partial)).take(MOST).collect();
    if found.is_empty() && unknown.is_empty() {
        return None;
    }
    let mut out = String::new();
    for index in found.iter().take(MOST) {
        if let Some(endpoint) = map.endpoints.get(*index) {
            if !out.is_empty() {
                out.push('\n');
            }
            one(map, endpoint, map.flows.get(*index), paint, &mut out);
        }
    }
    if found.len() > MOST {
        let _infallible = writeln!(out, "\n{} more; name the method too", found.len() - MOST);
    }
    let mut table = Table::default();
    for unknown in unknown {
        table.row([
            cell(Tone::Warning, &unknown.partial),
            cell(Tone::Faint, format!("{}:{}", unknown.file, unknown.line)),
            cell(Tone::Text, &unknown.reason),
        ]);
    }
    section(&mut out, paint, "Not understood", &table);
    Some(out.trim_start_matches('\n').to_owned())
}

/// A method, where one is given, and a path.
struct Asked<'a> {
    method: Option<String>,
    path: &'a str,
}

impl<'a> Asked<'a> {
    fn new(text: &'a str) -> Option<Self> {
        let text = text.trim();
        let (method, path) = match text.split_once(char::is_whitespace) {
            Some((method, path)) => (Some(method.to_uppercase()), path.trim()),
            None => (None, text),
        };
        path.starts_with('/').then_some(Self { method, path })
    }

    fn matches(&self, map: &BackendMap, is_path: impl Fn(&str) -> bool) -> Vec<usize> {
        let is_method =
            |found: &str| self.method.as_deref().is_none_or(|asked| asked == found || found == "ANY");
        let endpoints = map.endpoints.iter().enumerate();
        endpoints
            .filter(|(_, endpoint)| is_method(&endpoint.method) && is_path(&endpoint.path))
            .map(|(index, _)| index)
            .collect()
    }

    /// Whether a path of which only the end is known may be the one asked for.
    fn may_be(&self, partial: &str) -> bool {
        let path = partial.rsplit_once("{?}").map_or(partial, |(_, known)| known);
        let path = path.split_whitespace().last().unwrap_or_default();
        path.len() > 1 && (self.path.ends_with(path) || ends_like(self.path, path))
    }
}

/// Whether a route serves a path, parameters standing for one segment each.
fn serves(route: &str, path: &str) -> bool {
    let (mut route, mut path) = (route.split('/'), path.trim_end_matches('/').split('/'));
    loop {
        match (route.next(), path.next()) {
            (None, None) => return true,
            (Some(part), Some(given)) if part == given || (is_parameter(part) && !given.is_empty()) => {}
            _ => return false,
        }
    }
}

fn ends_like(path: &str, end: &str) -> bool {
    let (mut path, mut end) = (path.rsplit('/'), end.trim_start_matches('/').rsplit('/'));
    end.all(|part| path.next().is_some_and(|given| given == part || is_parameter(part)))
}

fn is_parameter(part: &str) -> bool {
    part.starts_with('{') && part.ends_with('}')
}

fn one(map: &BackendMap, endpoint: &Endpoint, flow: Option<&Flow>, paint: Paint, out: &mut String) {
    let title = paint.tone(Tone::Strong, &escape::line(&endpoint.title()));
    let handler = if endpoint.handler.is_empty() { "(anonymous)" } else { &endpoint.handler };
    let _infallible = writeln!(out, "{title}  {}", escape::line(handler));
    let mut table = Table::default();
    let place = format!("{}:{}", endpoint.file, endpoint.line);
    table.row([cell(Tone::Faint, place), cell(Tone::Text, "registers it")]);
    if let Some(place) = &endpoint.handler_place {
        table.row([cell(Tone::Faint, place.to_string()), cell(Tone::Text, "handles it")]);
    }
    section(out, paint, "Why this endpoint", &table);
    let Some(flow) = flow else { return };
    let mut table = Table::default();
    for step in &flow.steps {
        let call = if step.call.is_empty() { String::new() } else { format!("by {}", step.call) };
        table.row([
            cell(Tone::Accent, step.layer.name()),
            cell(Tone::Strong, &step.symbol),
            cell(Tone::Faint, format!("{}:{}", step.file, step.line)),
            cell(Tone::Text, call),
        ]);
    }
    section(out, paint, "Flow", &table);
    let mut table = Table::default();
    for hole in &flow.holes {
        table.row([cell(Tone::Warning, hole.layer.name()), cell(Tone::Text, &hole.reason)]);
    }
    section(out, paint, "Holes", &table);
    let mut table = Table::default();
    for test in &flow.tests {
        let place = format!("{}:{}", test.file, test.line);
        table.row([cell(Tone::Text, &test.symbol), cell(Tone::Faint, place)]);
    }
    section(out, paint, "Tests", &table);
    layers(map, flow, paint, out);
    let files: BTreeSet<&str> = flow.steps.iter().map(|step| step.file.as_str()).collect();
    let findings: Vec<Finding> =
        map.findings.iter().filter(|finding| files.contains(finding.file.as_str())).cloned().collect();
    if !findings.is_empty() {
        heading(out, paint, "Findings on the way", &count(findings.len(), "finding"));
        out.push_str(&finding_rows(&findings, paint));
    }
}

/// Why each file on the way has its layer.
fn layers(map: &BackendMap, flow: &Flow, paint: Paint, out: &mut String) {
    let mut table = Table::default();
    let mut seen = BTreeSet::new();
    for step in flow.steps.iter().filter(|step| seen.insert(step.file.as_str())) {
        let Some(file) = map.files.iter().find(|file| file.path == step.file) else { continue };
        let why: Vec<String> = file
            .evidence
            .iter()
            .map(|evidence| format!("{} (line {})", evidence.note, evidence.place.line))
            .collect();
        let why = if why.is_empty() { "nothing speaks for a layer".to_owned() } else { why.join(", ") };
        table.row([
            cell(Tone::Accent, file.layer.name()),
            cell(Tone::Strong, &file.path),
            cell(Tone::Text, why),
        ]);
    }
    section(out, paint, "Why these layers", &table);
}

fn section(out: &mut String, paint: Paint, title: &str, table: &Table) {
    let rows = table.render(2, paint);
    if !rows.is_empty() {
        heading(out, paint, title, "");
        out.push_str(&rows);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use pretty_assertions::assert_eq;

    fn map() -> BackendMap {
        let endpoint = |method: &str, path: &str| Endpoint {
            kind: Default::default(),
            method: method.into(),
            path: path.into(),
            handler: "show".into(),
            file: "api.py".into(),
            line: 3,
            handler_place: None,
        };
        let unknown = Unknown {
            what: "endpoint".into(),
            file: "late.py".into(),
            line: 9,
            reason: "no application is known to serve its router".into(),
            partial: "GET {?}/late/{id}".into(),
        };
        BackendMap {
            endpoints: vec![
                endpoint("GET", "/users/me"),
                endpoint("GET", "/users/{id}"),
                endpoint("PUT", "/users/{id}"),
            ],
            unknown: vec![unknown],
            ..BackendMap::default()
        }
    }

    fn titles(asked: &str) -> Vec<String> {
        let text = explain_endpoint(&map(), asked, Paint::Plain).unwrap_or_default();
        text.lines().filter(|line| line.ends_with("  show")).map(str::to_owned).collect()
    }

    #[test]
    fn an_endpoint_is_named_by_its_title_its_path_or_a_path_that_it_serves() {
        assert_eq!(titles("get /users/{id}"), ["GET /users/{id}  show"]);
        assert_eq!(titles("/users/{id}"), ["GET /users/{id}  show", "PUT /users/{id}  show"]);
        assert_eq!(titles("PUT /users/7"), ["PUT /users/{id}  show"]);
        assert_eq!(titles("/users/me"), ["GET /users/me  show"], "the exact route is the one");
        assert_eq!(titles("/users"), Vec::<String>::new());
    }

    #[test]
    fn what_was_not_understood_is_shown_where_it_may_be_meant() {
        let text = explain_endpoint(&map(), "/api/late/4", Paint::Plain).unwrap();
        assert!(text.contains("no application is known to serve its router"), "{text}");
        assert_eq!(explain_endpoint(&map(), "/other", Paint::Plain), None);
        assert_eq!(explain_endpoint(&map(), "api.py", Paint::Plain), None);
    }
}

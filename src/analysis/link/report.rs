//! From the graph of routers to endpoints, and to what stays unknown.

use super::{
    graph::{Graph, NodeKey, Route},
    path,
    properties::Properties,
    rules::Rules,
    value::{BASE, HOLE},
};
use crate::{
    analysis::facts::FileFacts,
    domain::{
        map::{Endpoint, EndpointKind, Unknown},
        place::Place,
    },
};
use std::collections::{BTreeMap, BTreeSet};

/// What the routes of a project come to.
#[derive(Debug, Default)]
pub(super) struct Report {
    /// With the handler's definition, in the order of the endpoints.
    pub endpoints: Vec<(Endpoint, Option<(super::project::FileId, crate::analysis::facts::ScopeId)>)>,
    pub unknown: Vec<Unknown>,
}

impl Report {
    /// Puts the endpoints into their order.
    pub fn sort(&mut self) {
        self.endpoints.sort_by(|(a, _), (b, _)| {
            (&a.path, &a.method, &a.file, a.line).cmp(&(&b.path, &b.method, &b.file, b.line))
        });
    }
}

/// Resolves every route to its full paths.
pub(super) fn report(
    graph: &Graph,
    rules: &Rules<'_>,
    files: &[FileFacts],
    properties: &Properties,
) -> Report {
    let prefixes = graph.prefixes();
    let mut report = Report::default();
    let mut seen = BTreeSet::new();
    let mut unknown = BTreeSet::new();
    let mut based: BTreeMap<String, u32> = BTreeMap::new();
    for route in &graph.routes {
        let Some(facts) = files.get(route.file.index()) else { continue };
        let line = facts.line(route.span.start);
        let ways = prefixes.get(route.node.0 as usize).map_or(&[][..], Vec::as_slice);
        let pack = graph.get(route.node).and_then(|node| rules.pack(node.pack));
        let style = pack.map(|pack| pack.path_params).unwrap_or_default();
        let keeps_slash = pack.is_some_and(|pack| pack.keeps_slash);
        let fills = pack.is_some_and(|pack| pack.property_texts);
        // The module whose class serves the route says what it is, not that of an interface.
        let configured = graph.get(route.node).and_then(|node| files.get(node.key.file()?.index()));
        let configured = configured.unwrap_or(facts);
        let mut lose = |path: String, reason: &str| {
            unknown.insert((facts.path.clone(), line, "endpoint".to_owned(), path, reason.to_owned()));
        };
        // Each call of the function around it has a route of its own.
        if graph.inlined.contains(&(route.file, route.span.start)) {
            continue;
        }
        for below in &route.path {
            for verb in &route.verbs {
                let shown = |path: &str| format!("{verb} {path}");
                if ways.is_empty() {
                    let partial = path::normalise(&path::join_route(HOLE, below, keeps_slash), style);
                    lose(shown(partial.trim_start_matches('/')), unmounted_reason(graph, route));
                }
                for way in ways {
                    let mut whole = path::join_route(way, below, keeps_slash);
                    if fills && whole.contains("${") {
                        whole = properties.filled(&configured.path, &whole);
                    }
                    let mut whole = path::normalise(&whole, style);
                    // What is served at the base itself is a program rather than an endpoint.
                    let is_base = below.trim_matches('/').chars().eq([BASE]);
                    if let Some(below) = below_base(&whole).filter(|_| !is_base) {
                        let first = based.entry(facts.path.clone()).or_insert(line);
                        *first = line.min(*first);
                        whole = below;
                    }
                    if whole.contains([BASE]) || whole.contains(HOLE) || verb == HOLE {
                        lose(
                            shown(&whole.replace(BASE, HOLE)),
                            "a part of it is only known when the program runs",
                        );
                        continue;
                    }
                    let key = (whole.clone(), verb.clone(), facts.path.clone(), line);
                    if seen.insert(key) {
                        let handler_place = route.handler.definition.and_then(|(file, scope)| {
                            let facts = files.get(file.index())?;
                            let line = facts.line(facts.scope(scope)?.name_span.start);
                            Some(Place::new(facts.path.clone(), line))
                        });
                        let endpoint = Endpoint {
                            kind: EndpointKind::Http,
                            method: verb.clone(),
                            path: whole,
                            handler: route.handler.name.clone(),
                            file: facts.path.clone(),
                            line,
                            handler_place,
                        };
                        report.endpoints.push((endpoint, route.handler.definition));
                    }
                }
            }
        }
    }
    for (file, line) in based {
        let reason = "its paths are shown without the base that the installation puts before them";
        unknown.insert((file, line, "base".to_owned(), HOLE.to_owned(), reason.to_owned()));
    }
    for loose in &graph.loose {
        let Some(facts) = files.get(loose.file.index()) else { continue };
        let line = facts.line(loose.span.start);
        unknown.insert((
            facts.path.clone(),
            line,
            loose.what.to_owned(),
            loose.partial.clone(),
            loose.reason.clone(),
        ));
    }
    report.sort();
    report.unknown = unknown
        .into_iter()
        .map(|(file, line, what, partial, reason)| Unknown { what, file, line, reason, partial })
        .collect();
    report
}

/// The path below a base that the installation chooses; one that stands further inside is a
/// part that is not known.
fn below_base(whole: &str) -> Option<String> {
    if !whole.contains(BASE) {
        return None;
    }
    let below = whole.trim_start_matches('/').trim_start_matches([BASE, '/']);
    Some(format!("/{below}").replace(BASE, HOLE))
}

fn unmounted_reason(graph: &Graph, route: &Route) -> &'static str {
    match graph.get(route.node).map(|node| node.key) {
        Some(NodeKey::Param(..)) => "its router is a parameter that no known call passes",
        _ => "no application is known to serve its router",
    }
}

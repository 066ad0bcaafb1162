//! Changed behaviour, computed from two maps: nothing here is narrated.

use super::map::{BackendMap, ConfigRead, Definition, Endpoint, Model};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// One difference that a caller, a database or an operator can notice.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Change {
    /// `endpoint`, `schema`, `table`, `setting`, `flow`.
    pub kind: String,
    /// `POST /api/orders/{id}/cancel`.
    pub subject: String,
    /// `new`, `removed`, `moved from …`, `new column`, ….
    pub detail: String,
    /// Where it stands now, or stood before when it was removed.
    pub file: String,
    pub line: u32,
}

/// All changes, in the order endpoints, flows, schemas, tables, settings.
pub fn between(before: &BackendMap, after: &BackendMap) -> Vec<Change> {
    let mut changes = Vec::new();
    endpoints(before, after, &mut changes);
    flows(before, after, &mut changes);
    definitions("schema", &before.schemas, &after.schemas, &mut changes);
    tables(&before.models, &after.models, &mut changes);
    settings(&before.config, &after.config, &mut changes);
    changes
}

fn change(kind: &str, subject: String, detail: impl Into<String>, file: &str, line: u32) -> Change {
    Change { kind: kind.into(), subject, detail: detail.into(), file: file.into(), line }
}

fn endpoints(before: &BackendMap, after: &BackendMap, out: &mut Vec<Change>) {
    let index = |map: &BackendMap| -> BTreeMap<String, Endpoint> {
        map.endpoints.iter().map(|endpoint| (endpoint.title(), endpoint.clone())).collect()
    };
    let (old, new) = (index(before), index(after));
    for (title, endpoint) in &new {
        match old.get(title) {
            None => out.push(change("endpoint", title.clone(), "new", &endpoint.file, endpoint.line)),
            Some(known) if known.handler != endpoint.handler => {
                let detail = format!("handled by {} instead of {}", endpoint.handler, known.handler);
                out.push(change("endpoint", title.clone(), detail, &endpoint.file, endpoint.line));
            }
            Some(known) if known.file != endpoint.file => {
                let detail = format!("moved from {}", known.file);
                out.push(change("endpoint", title.clone(), detail, &endpoint.file, endpoint.line));
            }
            Some(_) => {}
        }
    }
    for (title, endpoint) in old.iter().filter(|(title, _)| !new.contains_key(*title)) {
        out.push(change("endpoint", title.clone(), "removed", &endpoint.file, endpoint.line));
    }
}

/// Paths through the layers whose holes opened or closed.
fn flows(before: &BackendMap, after: &BackendMap, out: &mut Vec<Change>) {
    for flow in &after.flows {
        let Some(old) = before.flows.iter().find(|old| old.endpoint == flow.endpoint) else { continue };
        let place = flow.steps.first().map(|step| (step.file.clone(), step.line)).unwrap_or_default();
        let closed = old.holes.iter().filter(|hole| !flow.holes.iter().any(|now| now.layer == hole.layer));
        for hole in closed {
            let detail = format!("no longer skips the {}", hole.layer);
            out.push(change("flow", flow.endpoint.clone(), detail, &place.0, place.1));
        }
        let opened = flow.holes.iter().filter(|hole| !old.holes.iter().any(|was| was.layer == hole.layer));
        for hole in opened {
            let detail = format!("{} now: {}", hole.layer, hole.reason);
            out.push(change("flow", flow.endpoint.clone(), detail, &place.0, place.1));
        }
    }
}

fn definitions(kind: &str, before: &[Definition], after: &[Definition], out: &mut Vec<Change>) {
    for now in after {
        match before.iter().find(|old| old.name == now.name) {
            None => out.push(change(kind, now.name.clone(), "new", &now.file, now.line)),
            Some(old) => {
                lists(kind, &now.name, "field", &old.fields, &now.fields, (&now.file, now.line), out)
            }
        }
    }
    for old in before.iter().filter(|old| !after.iter().any(|now| now.name == old.name)) {
        out.push(change(kind, old.name.clone(), "removed", &old.file, old.line));
    }
}

fn tables(before: &[Model], after: &[Model], out: &mut Vec<Change>) {
    let title = |model: &Model| model.table.clone().unwrap_or_else(|| model.name.clone());
    for now in after {
        match before.iter().find(|old| old.name == now.name) {
            None => out.push(change("table", title(now), "new", &now.file, now.line)),
            Some(old) => {
                lists("table", &title(now), "column", &old.columns, &now.columns, (&now.file, now.line), out)
            }
        }
    }
    for old in before.iter().filter(|old| !after.iter().any(|now| now.name == old.name)) {
        out.push(change("table", title(old), "removed", &old.file, old.line));
    }
}

fn lists(
    kind: &str,
    name: &str,
    item: &str,
    old: &[String],
    new: &[String],
    place: (&str, u32),
    out: &mut Vec<Change>,
) {
    for added in new.iter().filter(|field| !old.contains(field)) {
        out.push(change(kind, format!("{name}.{added}"), format!("new {item}"), place.0, place.1));
    }
    for removed in old.iter().filter(|field| !new.contains(field)) {
        out.push(change(kind, format!("{name}.{removed}"), format!("{item} removed"), place.0, place.1));
    }
}

fn settings(before: &[ConfigRead], after: &[ConfigRead], out: &mut Vec<Change>) {
    for now in after.iter().filter(|now| !before.iter().any(|old| old.name == now.name)) {
        let detail = if now.has_default {
            "read from the environment now, with a default"
        } else {
            "required from the environment now"
        };
        out.push(change("setting", now.name.clone(), detail, &now.file, now.line));
    }
    for old in before.iter().filter(|old| !after.iter().any(|now| now.name == old.name)) {
        out.push(change("setting", old.name.clone(), "not read any more", &old.file, old.line));
    }
}

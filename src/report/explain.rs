//! Everything the map says about one file, and why it says so.

use super::{
    escape,
    findings::finding_rows,
    map::{endpoint_row, heading},
    paint::{Paint, Tone},
    table::{Table, cell},
    words::count,
};
use crate::domain::{
    finding::Finding,
    map::{BackendMap, SourceFile},
};
use std::fmt::Write;

/// The explanation of a path; `None` when the map does not know it.
pub fn explain(map: &BackendMap, path: &str, paint: Paint) -> Option<String> {
    // A folder that is left out as a whole is one entry.
    let is_in =
        |folder: &str| path.strip_prefix(folder).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
    let skipped: Vec<_> = map.skipped.iter().filter(|skipped| is_in(&skipped.path)).collect();
    let file = map.files.iter().find(|file| file.path == path);
    if file.is_none() && skipped.is_empty() {
        return None;
    }
    let mut out = String::new();
    if let Some(file) = file {
        head(file, paint, &mut out);
    } else {
        let _infallible = writeln!(out, "{}", paint.tone(Tone::Strong, &escape::line(path)));
    }
    for skipped in skipped {
        let _infallible = writeln!(out, "  not read: {}", escape::line(&skipped.reason));
    }
    let mut table = Table::default();
    for endpoint in map.endpoints.iter().filter(|endpoint| endpoint.file == path) {
        table.row(endpoint_row(endpoint));
    }
    section(&mut out, paint, "Endpoints", &table);
    let mut table = Table::default();
    for unknown in map.unknown.iter().filter(|unknown| unknown.file == path) {
        table.row([
            cell(Tone::Warning, &unknown.partial),
            cell(Tone::Faint, format!("line {}", unknown.line)),
            cell(Tone::Text, &unknown.reason),
        ]);
    }
    section(&mut out, paint, "Not understood", &table);
    let mut table = Table::default();
    for edge in map.edges.iter().filter(|edge| edge.from == path) {
        let layer = map.layer_of(&edge.to).map_or("", |layer| layer.name());
        table.row([
            cell(Tone::Strong, layer),
            cell(Tone::Text, &edge.to),
            cell(Tone::Faint, format!("line {}", edge.line)),
        ]);
    }
    section(&mut out, paint, "Imports", &table);
    let mut table = Table::default();
    for edge in map.edges.iter().filter(|edge| edge.to == path) {
        let layer = map.layer_of(&edge.from).map_or("", |layer| layer.name());
        table.row([cell(Tone::Strong, layer), cell(Tone::Faint, format!("{}:{}", edge.from, edge.line))]);
    }
    section(&mut out, paint, "Imported by", &table);
    let findings: Vec<Finding> =
        map.findings.iter().filter(|finding| finding.file == path).cloned().collect();
    if !findings.is_empty() {
        heading(&mut out, paint, "Findings", &super::findings::summary(&findings));
        out.push_str(&finding_rows(&findings, paint));
    }
    Some(out)
}

fn head(file: &SourceFile, paint: Paint, out: &mut String) {
    let title = paint.tone(Tone::Strong, &escape::line(&file.path));
    let layer = paint.tone(Tone::Accent, file.layer.name());
    let functions = count(file.functions as usize, "function");
    let queries = count(file.queries as usize, "query");
    let _infallible = writeln!(out, "{title}  {layer}  {functions}, {queries}");
    let mut table = Table::default();
    for evidence in &file.evidence {
        table.row([cell(Tone::Faint, evidence.place.to_string()), cell(Tone::Text, &evidence.note)]);
    }
    section(out, paint, "Why this layer", &table);
}

fn section(out: &mut String, paint: Paint, title: &str, table: &Table) {
    let rows = table.render(2, paint);
    if !rows.is_empty() {
        heading(out, paint, title, "");
        out.push_str(&rows);
    }
}

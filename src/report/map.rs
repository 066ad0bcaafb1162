//! The map of a backend as text: stack, layers, endpoints, findings, and what was not read.
//!
//! Compact, in the order in which a reader asks. Every statement has its file and line;
//! what is not known is said to be unknown.

use super::{
    escape,
    findings::finding_rows,
    paint::{Paint, Tone},
    table::{Table, cell},
    words::{count, elapsed, size},
};
use crate::domain::{
    layer::Layer,
    map::{BackendMap, Endpoint},
    stack::{Confidence, Stack, StackKey},
};
use std::{collections::BTreeMap, fmt::Write, time::Duration};

/// Skipped paths that are listed; `--format json` has them all.
const SKIPPED_SHOWN: usize = 12;
/// Folders of a layer that are listed.
const FOLDERS_SHOWN: usize = 4;

/// The whole map. `name` is the scanned folder's own name.
pub fn map_text(map: &BackendMap, name: &str, paint: Paint) -> String {
    let mut out = String::new();
    let known: Vec<&str> = StackKey::ALL.into_iter().filter_map(|key| map.stack.name(key)).collect();
    let title = paint.tone(Tone::Strong, &escape::line(name));
    let stack = if known.is_empty() { "no backend stack found".to_owned() } else { known.join(" · ") };
    let _infallible = writeln!(out, "{title}  {}", escape::line(&stack));
    if map.services.len() > 1 {
        heading(&mut out, paint, "Services", &count(map.services.len(), "backend"));
        for service in &map.services {
            let _infallible = writeln!(out, "  {}", paint.tone(Tone::Strong, &escape::line(&service.root)));
            out.push_str(&stack_text(&service.stack, 4, paint));
        }
    } else {
        heading(&mut out, paint, "Stack", "");
        out.push_str(&stack_text(&map.stack, 2, paint));
    }
    layers(map, paint, &mut out);
    endpoints(map, paint, &mut out);
    operations(map, paint, &mut out);
    inventory(map, paint, &mut out);
    if !map.findings.is_empty() {
        heading(&mut out, paint, "Findings", &super::findings::summary(&map.findings));
        out.push_str(&finding_rows(&map.findings, paint));
    }
    skipped(map, paint, &mut out);
    let rules = match map.stats.rules {
        0 => String::new(),
        rules => format!(", {}", count(usize::try_from(rules).unwrap_or(usize::MAX), "rule")),
    };
    let _infallible = writeln!(
        out,
        "\n{}, {}{rules}, {}",
        count(map.files.len(), "backend file"),
        size(map.stats.bytes),
        elapsed(Duration::from_millis(map.stats.elapsed_ms))
    );
    out
}

/// The seven fields, one a line, each with its strongest evidence.
pub fn stack_text(stack: &Stack, indent_cols: usize, paint: Paint) -> String {
    let mut table = Table::default();
    for key in StackKey::ALL {
        let field = stack.field(key);
        let label = key.name().replace('_', " ");
        let Some(name) = &field.name else {
            table.row([cell(Tone::Faint, label), cell(Tone::Faint, "unknown")]);
            continue;
        };
        let (tone, confidence) = match field.confidence {
            Confidence::Unknown => (Tone::Warning, "unknown"),
            Confidence::Likely => (Tone::Warning, "likely"),
            Confidence::Sure => (Tone::Good, "sure"),
            Confidence::Stated => (Tone::Good, "stated"),
        };
        let shown = format!("{name} {}", field.version);
        let why = field.evidence.first().map(|evidence| format!("{} {}", evidence.place, evidence.note));
        table.row([
            cell(Tone::Faint, label),
            cell(Tone::Strong, shown.trim()),
            cell(tone, confidence),
            cell(Tone::Faint, why.unwrap_or_default().trim()),
        ]);
    }
    table.render(indent_cols, paint)
}

pub(super) fn heading(out: &mut String, paint: Paint, title: &str, detail: &str) {
    let detail = if detail.is_empty() { String::new() } else { format!("  {detail}") };
    let _infallible = writeln!(out, "\n{}{detail}", paint.tone(Tone::Strong, title));
}

fn layers(map: &BackendMap, paint: Paint, out: &mut String) {
    let mut table = Table::default();
    for layer in Layer::ALL {
        let files: Vec<_> = map.files_in(layer).collect();
        if files.is_empty() {
            continue;
        }
        let mut folders: BTreeMap<&str, usize> = BTreeMap::new();
        for file in &files {
            *folders.entry(file.path.rsplit_once('/').map_or(".", |(folder, _)| folder)).or_default() += 1;
        }
        let queries: u32 = files.iter().map(|file| file.queries).sum();
        let functions: u32 = files.iter().map(|file| file.functions).sum();
        let mut shown: Vec<String> = folders
            .iter()
            .take(FOLDERS_SHOWN)
            .map(
                |(folder, files)| {
                    if *files == 1 { (*folder).to_owned() } else { format!("{folder} ({files})") }
                },
            )
            .collect();
        if folders.len() > FOLDERS_SHOWN {
            shown.push(format!("and {} more", folders.len() - FOLDERS_SHOWN));
        }
        let number = |count: u32, noun| match count {
            0 => String::new(),
            count => super::words::count(count as usize, noun),
        };
        table.row([
            cell(Tone::Strong, layer.name()),
            cell(Tone::Text, count(files.len(), "file")),
            cell(Tone::Text, number(functions, "function")),
            cell(Tone::Text, number(queries, "query")),
            cell(Tone::Faint, shown.join(", ")),
        ]);
    }
    if !map.files.is_empty() {
        let detail = format!("{} between files", count(map.edges.len(), "import"));
        heading(out, paint, "Layers", &detail);
        out.push_str(&table.render(2, paint));
    }
}

fn operations(map: &BackendMap, paint: Paint, out: &mut String) {
    if map.operations.is_empty() {
        return;
    }
    heading(out, paint, "Operations", &map.operations.len().to_string());
    let mut table = Table::default();
    for operation in &map.operations {
        table.row(endpoint_row(operation));
    }
    out.push_str(&table.render(2, paint));
}

fn endpoints(map: &BackendMap, paint: Paint, out: &mut String) {
    if !map.endpoints.is_empty() {
        heading(out, paint, "Endpoints", &map.endpoints.len().to_string());
        let mut table = Table::default();
        for endpoint in &map.endpoints {
            table.row(endpoint_row(endpoint));
        }
        out.push_str(&table.render(2, paint));
    }
    if !map.unknown.is_empty() {
        heading(out, paint, "Not understood", &map.unknown.len().to_string());
        let mut table = Table::default();
        for unknown in &map.unknown {
            table.row([
                cell(Tone::Warning, &unknown.what),
                cell(Tone::Text, &unknown.partial),
                cell(Tone::Faint, format!("{}:{}", unknown.file, unknown.line)),
                cell(Tone::Text, &unknown.reason),
            ]);
        }
        out.push_str(&table.render(2, paint));
    }
}

pub(super) fn endpoint_row(endpoint: &Endpoint) -> [super::table::Cell; 4] {
    let handler = if endpoint.handler.is_empty() { "(anonymous)" } else { &endpoint.handler };
    [
        cell(Tone::Accent, &endpoint.method),
        cell(Tone::Strong, &endpoint.path),
        cell(Tone::Text, handler),
        cell(Tone::Faint, format!("{}:{}", endpoint.file, endpoint.line)),
    ]
}

fn inventory(map: &BackendMap, paint: Paint, out: &mut String) {
    let mut table = Table::default();
    for model in &map.models {
        let table_name = model.table.as_ref().map_or_else(String::new, |name| format!("table {name}"));
        let detail = [table_name, count(model.columns.len(), "column")];
        let detail: Vec<&str> = detail
            .iter()
            .map(String::as_str)
            .filter(|text| !text.is_empty() && *text != "0 columns")
            .collect();
        table.row([
            cell(Tone::Faint, "model"),
            cell(Tone::Text, &model.name),
            cell(Tone::Text, detail.join(", ")),
            cell(Tone::Faint, format!("{}:{}", model.file, model.line)),
        ]);
    }
    for job in &map.jobs {
        let place = format!("{}:{}", job.file, job.line);
        table.row([
            cell(Tone::Faint, "job"),
            cell(Tone::Text, &job.name),
            cell(Tone::Text, ""),
            cell(Tone::Faint, place),
        ]);
    }
    for service in &map.backing_services {
        table.row([
            cell(Tone::Faint, &service.kind),
            cell(Tone::Text, &service.name),
            cell(Tone::Text, ""),
            cell(Tone::Faint, format!("{}:{}", service.file, service.line)),
        ]);
    }
    for read in &map.config {
        let default = if read.has_default { "has a default" } else { "no default" };
        table.row([
            cell(Tone::Faint, "config"),
            cell(Tone::Text, &read.name),
            cell(Tone::Text, default),
            cell(Tone::Faint, format!("{}:{}", read.file, read.line)),
        ]);
    }
    let text = table.render(2, paint);
    if text.is_empty() && map.migrations.is_empty() && map.schemas.is_empty() {
        return;
    }
    let detail =
        format!("{}, {}", count(map.migrations.len(), "migration"), count(map.schemas.len(), "schema"));
    heading(out, paint, "Data and settings", &detail);
    out.push_str(&text);
}

fn skipped(map: &BackendMap, paint: Paint, out: &mut String) {
    if map.skipped.is_empty() {
        return;
    }
    heading(out, paint, "Not read", &map.skipped.len().to_string());
    let mut table = Table::default();
    for skipped in map.skipped.iter().take(SKIPPED_SHOWN) {
        table.row([cell(Tone::Text, &skipped.path), cell(Tone::Faint, &skipped.reason)]);
    }
    out.push_str(&table.render(2, paint));
    if map.skipped.len() > SKIPPED_SHOWN {
        let more = map.skipped.len() - SKIPPED_SHOWN;
        let _infallible = writeln!(out, "  and {more} more; --format json lists them");
    }
}

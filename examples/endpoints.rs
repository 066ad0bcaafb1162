//! Prints the endpoints, imports and unknown parts of a folder as `scan --format json` does.
//!
//! For debugging packs and front ends: `cargo run --example endpoints -- FOLDER [--dump FILE] [--calls]`.

use anyhow::Context;
use proscenium::{
    analysis::{
        facts::{FileFacts, Lang},
        frontends::{self, STACK_BYTES},
        link::{ProjectFiles, link},
    },
    knowledge::packs::Packs,
};
use std::{io::Write, path::Path, time::Instant};

fn main() -> anyhow::Result<()> {
    let run = std::thread::Builder::new().stack_size(STACK_BYTES).spawn(run)?;
    run.join().map_err(|_| anyhow::anyhow!("the scan panicked"))?
}

fn run() -> anyhow::Result<()> {
    let mut args = std::env::args().skip(1);
    let root = args.next().context("which folder?")?;
    let option = args.next();
    let dumped = args.next();
    let root = Path::new(&root);
    let mut out = std::io::stdout().lock();
    let mut facts: Vec<FileFacts> = Vec::new();
    let mut project = ProjectFiles::default();
    let mut skipped = Vec::new();
    let started = Instant::now();
    let mut bytes = 0;
    for entry in ignore::WalkBuilder::new(root).hidden(false).sort_by_file_path(Path::cmp).build() {
        let entry = entry?;
        if !entry.file_type().is_some_and(|kind| kind.is_file()) {
            continue;
        }
        let path = entry.path().strip_prefix(root)?.to_string_lossy().replace('\\', "/");
        let name = path.rsplit('/').next().unwrap_or_default();
        if matches!(
            name,
            "package.json" | "tsconfig.json" | "tsconfig.base.json" | "jsconfig.json" | "Cargo.toml"
        ) {
            project.texts.insert(path, std::fs::read_to_string(entry.path())?);
            continue;
        }
        if Lang::from_path(&path).is_none() {
            continue;
        }
        let Ok(text) = std::fs::read_to_string(entry.path()) else { continue };
        bytes += text.len();
        match frontends::facts(&path, &text) {
            Some(Ok(found)) => facts.push(found),
            Some(Err(refused)) => {
                skipped.push(serde_json::json!({"path": path, "reason": refused.to_string()}))
            }
            None => {}
        }
    }
    facts.sort_by(|a, b| a.path.cmp(&b.path));
    let parsed = started.elapsed();
    if let (Some("--dump"), Some(file)) = (option.as_deref(), &dumped) {
        for facts in facts.iter().filter(|facts| facts.path == *file) {
            writeln!(out, "{}", facts.dump())?;
        }
        return Ok(());
    }
    let packs = Packs::built_in()?;
    let linking = Instant::now();
    let linked = link(&facts, &packs, &project);
    let linked_in = linking.elapsed();
    if option.as_deref() == Some("--calls") {
        for (file, facts) in linked.resolver.files() {
            for (id, call) in facts.call_ids() {
                let line = facts.line(call.name_span.start);
                let callees = linked.resolver.callees(file, id);
                writeln!(out, "{}:{line}: {} -> {callees:?}", facts.path, facts.show(call.callee))?;
            }
        }
        return Ok(());
    }
    let value = serde_json::json!({
        "schema_version": 1,
        "root": ".",
        "endpoints": linked.endpoints,
        "unknown": linked.unknown,
        "edges": linked.edges,
        "skipped": skipped,
        "stats": {"files": facts.len(), "bytes": bytes, "parse_ms": parsed.as_millis(), "link_ms": linked_in.as_millis()},
    });
    writeln!(out, "{}", serde_json::to_string_pretty(&value)?)?;
    Ok(())
}

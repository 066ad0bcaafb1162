//! The way of each endpoint through the layers: handler, service, repository, model,
//! migration, tests; and the layers that it skips.
//!
//! Calls are followed with the linker's resolver as far as it knows them; what it does not
//! know ends the way there and is never guessed. Every walk has a bound.

mod holes;
mod implementations;
mod migrations;
mod tests_of;
mod walk;

use super::{
    facts::{CallId, FileFacts},
    link::{Definition, FileId, Linked},
    resolve::Project,
    source::SourceFiles,
};
use crate::domain::{
    layer::Layer,
    map::{BackendMap, Endpoint, Flow, FlowStep},
};
use std::collections::HashSet;

/// What flows are told from. The map must have endpoints, files and the inventory.
pub struct FlowInput<'a, 'l> {
    pub files: &'a dyn SourceFiles,
    pub facts: &'a [FileFacts],
    pub project: &'a Project<'a>,
    /// Its resolver is not shared between threads, so neither is a walk.
    pub linked: &'a Linked<'l>,
    pub map: &'a BackendMap,
    /// By file of the facts: calls that reach the database.
    pub queries: &'a [HashSet<CallId>],
}

/// One flow per endpoint, in their order.
pub fn flows(input: &FlowInput<'_, '_>) -> Vec<Flow> {
    let walker = walk::Walker::new(input);
    let migrations = migrations::Tables::new(input);
    let tests = tests_of::Tests::new(input);
    input
        .map
        .endpoints
        .iter()
        .enumerate()
        .map(|(index, endpoint)| {
            let handler = input.linked.handlers.get(index).copied().flatten();
            let walked = handler.map(|handler| walker.walk(handler)).unwrap_or_default();
            let mut steps = vec![first_step(input, endpoint, handler)];
            steps.extend(walked.steps.iter().cloned());
            steps.extend(migrations.of(&walked.models));
            // Steps come in the order of their depth; inside a layer in the order of the calls.
            steps.sort_by_key(|step| order(step.layer));
            for step in &mut steps {
                step.tests = tests.mentions(&step.symbol);
            }
            let found = tests.of(endpoint, &steps);
            let holes = holes::find(&steps, &walked.queries, &found);
            Flow { endpoint: endpoint.title(), steps, holes, tests: found }
        })
        .collect()
}

fn order(layer: Layer) -> u8 {
    layer.depth().unwrap_or(if layer == Layer::Migration { 4 } else { 0 })
}

/// The handler itself, at its definition where that is known.
fn first_step(input: &FlowInput<'_, '_>, endpoint: &Endpoint, handler: Option<Definition>) -> FlowStep {
    let known = handler.and_then(|handler| {
        let facts = input.facts.get(handler.file.index())?;
        let scope = facts.scope(handler.scope)?;
        Some((facts.qualified_name(handler.scope), facts.path.clone(), facts.line(scope.name_span.start)))
    });
    let (symbol, file, line) =
        known.unwrap_or_else(|| (endpoint.handler.clone(), endpoint.file.clone(), endpoint.line));
    let symbol = if symbol.is_empty() { "(anonymous)".to_owned() } else { symbol };
    FlowStep { layer: Layer::Router, symbol, file, line, call: String::new(), tests: 0 }
}

/// The layer of a file of the facts.
fn layer_of(input: &FlowInput<'_, '_>, file: FileId) -> Option<Layer> {
    input.map.layer_of(&input.facts.get(file.index())?.path)
}

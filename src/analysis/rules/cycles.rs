//! Files that import each other when they are loaded.
//!
//! Imports for types, inside functions, and of names that are used as types only are gone
//! or late at run time and do not count. One finding for each group of files.

use super::{context::Context, draft::Draft, matcher::Rule, type_names::is_type};
use crate::analysis::{
    facts::{ImportFlags, Lang, ScopeId, Span},
    link::FileId,
};
use std::collections::{BTreeMap, BTreeSet, VecDeque};

/// Who imports whom, with the statement.
type Graph = BTreeMap<FileId, BTreeMap<FileId, Span>>;

pub(super) fn check(context: &Context<'_, '_>, rule: &Rule) -> Vec<Draft> {
    let graph = graph(context, rule);
    let mut told: BTreeSet<FileId> = BTreeSet::new();
    let mut found = Vec::new();
    // Files are in the order of their paths: the first of a cycle speaks for it.
    for start in graph.keys() {
        if told.contains(start) {
            continue;
        }
        let Some(way) = shortest_cycle(&graph, *start) else { continue };
        told.extend(members(&graph, *start));
        let Some(next) = way.get(1) else { continue };
        let Some(span) = graph.get(start).and_then(|targets| targets.get(next)) else { continue };
        let names: Vec<&str> = way
            .iter()
            .filter_map(|file| context.resolver().facts(*file))
            .map(|facts| facts.path.as_str())
            .collect();
        found.push(Draft::new(*start, *span).word("path", names.join(" → ")));
    }
    found
}

fn graph(context: &Context<'_, '_>, rule: &Rule) -> Graph {
    let mut graph = Graph::new();
    for (file, facts) in context.files(rule) {
        // Modules that are compiled together may use each other in any direction.
        if !facts.lang.runs_imports() {
            continue;
        }
        let mut types = None;
        for (position, import) in facts.imports.iter().enumerate() {
            if import.scope != ScopeId::MODULE || import.flags.has(ImportFlags::TYPE_ONLY) {
                continue;
            }
            let Some(target) = context.resolver().import_target(file, position) else { continue };
            if facts.lang == Lang::TypeScript && is_type(facts, import, &mut types) {
                continue;
            }
            graph.entry(file).or_default().entry(target).or_insert(import.span);
        }
    }
    graph
}

/// The shortest way from a file back to itself, both ends included.
fn shortest_cycle(graph: &Graph, start: FileId) -> Option<Vec<FileId>> {
    let mut before: BTreeMap<FileId, FileId> = BTreeMap::new();
    let mut open = VecDeque::from([start]);
    while let Some(file) = open.pop_front() {
        for next in graph.get(&file).into_iter().flat_map(BTreeMap::keys) {
            if *next == start {
                let mut way = vec![start, file];
                let mut at = file;
                while let Some(previous) = before.get(&at) {
                    way.push(*previous);
                    at = *previous;
                }
                // The start stands at both ends of the way.
                if file == start {
                    way.pop();
                }
                way.reverse();
                way.push(start);
                way.dedup();
                return (way.len() > 2).then_some(way);
            }
            if *next != start && !before.contains_key(next) {
                before.insert(*next, file);
                open.push_back(*next);
            }
        }
    }
    None
}

/// Files that reach the start and are reached from it.
fn members(graph: &Graph, start: FileId) -> BTreeSet<FileId> {
    let reach = |from: FileId, forward: bool| {
        let mut seen = BTreeSet::from([from]);
        let mut open = vec![from];
        while let Some(file) = open.pop() {
            let next: Vec<FileId> = if forward {
                graph.get(&file).into_iter().flat_map(|targets| targets.keys().copied()).collect()
            } else {
                graph
                    .iter()
                    .filter(|(_, targets)| targets.contains_key(&file))
                    .map(|(file, _)| *file)
                    .collect()
            };
            open.extend(next.into_iter().filter(|next| seen.insert(*next)));
        }
        seen
    };
    reach(start, true).intersection(&reach(start, false)).copied().collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use pretty_assertions::assert_eq;

    fn graph(edges: &[(u32, u32)]) -> Graph {
        let mut graph = Graph::new();
        for (from, to) in edges {
            graph.entry(FileId(*from)).or_default().insert(FileId(*to), Span::new(0, 1));
        }
        graph
    }

    #[test]
    fn the_shortest_way_back_is_told() {
        let edges = graph(&[(0, 1), (1, 2), (2, 0), (1, 0), (3, 0)]);
        assert_eq!(shortest_cycle(&edges, FileId(0)), Some(vec![FileId(0), FileId(1), FileId(0)]));
        assert_eq!(shortest_cycle(&edges, FileId(3)), None);
        assert_eq!(members(&edges, FileId(0)), BTreeSet::from([FileId(0), FileId(1), FileId(2)]));
    }

    #[test]
    fn a_file_that_imports_itself_is_no_cycle() {
        assert_eq!(shortest_cycle(&graph(&[(0, 0)]), FileId(0)), None);
    }
}

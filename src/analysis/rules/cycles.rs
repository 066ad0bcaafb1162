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
    let groups = groups(&graph);
    let mut told: BTreeSet<usize> = BTreeSet::new();
    let mut found = Vec::new();
    // Files are in the order of their paths: the first of a cycle speaks for it.
    for (start, group) in &groups {
        if told.contains(group) {
            continue;
        }
        let Some(way) = shortest_cycle(&graph, *start) else { continue };
        told.insert(*group);
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

/// Files that reach one another, by the number of their group; those that no cycle passes
/// are left out. Every file is visited twice, however the files depend on each other.
fn groups(graph: &Graph) -> BTreeMap<FileId, usize> {
    let mut back: BTreeMap<FileId, Vec<FileId>> = BTreeMap::new();
    for (file, targets) in graph {
        for target in targets.keys() {
            back.entry(*target).or_default().push(*file);
        }
    }
    let mut groups = BTreeMap::new();
    let mut seen = BTreeSet::new();
    for (number, start) in finished(graph).into_iter().rev().enumerate() {
        if !seen.insert(start) {
            continue;
        }
        let (mut members, mut open) = (Vec::new(), vec![start]);
        while let Some(file) = open.pop() {
            members.push(file);
            let before = back.get(&file).into_iter().flatten().copied();
            open.extend(before.filter(|file| seen.insert(*file)));
        }
        if members.len() > 1 {
            groups.extend(members.into_iter().map(|file| (file, number)));
        }
    }
    groups
}

/// Every file behind those that it leads to, as a walk in depth finishes them.
fn finished(graph: &Graph) -> Vec<FileId> {
    let (mut seen, mut finished) = (BTreeSet::new(), Vec::new());
    for start in graph.keys() {
        let mut open = vec![(*start, false)];
        while let Some((file, is_done)) = open.pop() {
            if is_done {
                finished.push(file);
            } else if seen.insert(file) {
                open.push((file, true));
                let targets = graph.get(&file).into_iter().flat_map(BTreeMap::keys);
                open.extend(targets.filter(|target| !seen.contains(*target)).map(|target| (*target, false)));
            }
        }
    }
    finished
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
    }

    #[test]
    fn files_of_one_cycle_are_one_group_and_others_are_in_none() {
        let edges = graph(&[(0, 1), (1, 2), (2, 0), (3, 0), (2, 4), (5, 6), (6, 5), (4, 5)]);
        let groups = groups(&edges);
        let of = |file: u32| groups.get(&FileId(file)).copied();
        assert!(of(0).is_some() && of(0) == of(1) && of(1) == of(2));
        assert!(of(5).is_some() && of(5) == of(6) && of(5) != of(0));
        assert_eq!((of(3), of(4)), (None, None));
    }

    #[test]
    fn a_file_that_imports_itself_is_no_cycle() {
        assert_eq!(shortest_cycle(&graph(&[(0, 0)]), FileId(0)), None);
    }
}

//! Tests that name an endpoint's path or the symbols on its way.

use super::FlowInput;
use crate::{
    analysis::facts::{Expr, FileFacts, ScopeId, ScopeKind},
    domain::{
        layer::Layer,
        map::{Endpoint, FlowStep},
    },
};
use rustc_hash::FxHashMap;
use std::collections::BTreeSet;

/// Shorter names are too common to mean one symbol.
const LEAST_NAME: usize = 5;
/// Tests kept for one endpoint.
const LIMIT: usize = 12;

/// What the test files mention, by word and by path.
pub(super) struct Tests<'a> {
    files: Vec<TestFile<'a>>,
    /// Word to the files that have it, in their order.
    words: FxHashMap<&'a str, Vec<usize>>,
    /// Paths in string literals, in the order of the files.
    paths: Vec<Literal<'a>>,
    /// A segment and its distance from the end of a path to the paths that have it there.
    by_segment: FxHashMap<(usize, &'a str), Vec<usize>>,
}

struct TestFile<'a> {
    facts: &'a FileFacts,
}

/// A path in a test.
struct Literal<'a> {
    file: usize,
    segments: Vec<&'a str>,
    offset: u32,
}

impl<'a> Tests<'a> {
    pub(super) fn new(input: &FlowInput<'a, '_>) -> Self {
        let is_test = |facts: &&FileFacts| input.map.layer_of(&facts.path) == Some(Layer::Test);
        let files: Vec<_> = input.facts.iter().filter(is_test).map(|facts| TestFile { facts }).collect();
        let mut tests = Self {
            words: FxHashMap::default(),
            paths: Vec::new(),
            by_segment: FxHashMap::default(),
            files: Vec::new(),
        };
        for (index, file) in files.iter().enumerate() {
            for (_, word) in file.facts.strings.iter().filter(|(_, word)| word.len() >= LEAST_NAME) {
                tests.words.entry(word).or_default().push(index);
            }
            for (segments, offset) in paths(file.facts) {
                for (distance, segment) in segments.iter().rev().enumerate() {
                    tests.by_segment.entry((distance, segment)).or_default().push(tests.paths.len());
                }
                tests.paths.push(Literal { file: index, segments, offset });
            }
        }
        tests.files = files;
        tests
    }

    /// The files that have a word, in their order.
    fn with_word(&self, word: &str) -> &[usize] {
        self.words.get(word).map(Vec::as_slice).unwrap_or_default()
    }

    /// How many test files mention the last name of a symbol.
    pub(super) fn mentions(&self, symbol: &str) -> u32 {
        u32::try_from(self.with_word(last_name(symbol)).len()).unwrap_or(u32::MAX)
    }

    /// Test functions that request the endpoint's path; without any, test files that
    /// mention its handler or a step below it.
    pub(super) fn of(&self, endpoint: &Endpoint, steps: &[FlowStep]) -> Vec<FlowStep> {
        let mut found: Vec<FlowStep> = Vec::new();
        for literal in self.requesting(&segments(&endpoint.path)) {
            if found.len() >= LIMIT {
                return found;
            }
            let Some(file) = self.files.get(literal.file) else { continue };
            let step = file.step(literal.offset);
            if !found.contains(&step) {
                found.push(step);
            }
        }
        if !found.is_empty() {
            return found;
        }
        let files: BTreeSet<usize> = steps
            .iter()
            .filter(|step| matches!(step.layer, Layer::Router | Layer::Service))
            .flat_map(|step| self.with_word(last_name(&step.symbol)))
            .copied()
            .collect();
        let files = files.into_iter().filter_map(|file| self.files.get(file));
        files.take(LIMIT).map(|file| file.step(0)).collect()
    }

    /// The literals that request a path, in their order.
    fn requesting(&self, wanted: &[&str]) -> impl Iterator<Item = &Literal<'a>> {
        // Whatever requests the path has its last static segment where the path has it, or
        // one step nearer to the end where a hole stands for the last parameter.
        let last = wanted.iter().rev().enumerate().find(|(_, segment)| !is_parameter(segment));
        let mut candidates: Vec<usize> = last
            .into_iter()
            .flat_map(|(distance, segment)| [(Some(distance), *segment), (distance.checked_sub(1), *segment)])
            .filter_map(|(distance, segment)| self.by_segment.get(&(distance?, segment)))
            .flatten()
            .copied()
            .collect();
        candidates.sort_unstable();
        candidates.dedup();
        let literals = candidates.into_iter().filter_map(|index| self.paths.get(index));
        literals.filter(move |literal| requests(&literal.segments, wanted))
    }
}

impl TestFile<'_> {
    fn step(&self, offset: u32) -> FlowStep {
        let around = self
            .facts
            .scope_ids()
            .filter(|(id, scope)| {
                *id != ScopeId::MODULE
                    && matches!(scope.kind, ScopeKind::Function | ScopeKind::Class)
                    && scope.span.start <= offset
                    && offset < scope.span.end
                    && !self.facts.text(scope.name).is_empty()
            })
            .max_by_key(|(_, scope)| scope.span.start);
        let (symbol, line) = match around {
            Some((id, _)) => (self.facts.qualified_name(id), self.facts.line(offset)),
            None => {
                let name = self.facts.path.rsplit('/').next().unwrap_or_default();
                (name.to_owned(), self.facts.line(offset))
            }
        };
        FlowStep {
            layer: Layer::Test,
            symbol,
            file: self.facts.path.clone(),
            line,
            call: String::new(),
            tests: 0,
        }
    }
}

/// Literals that look like paths. The literal parts of a text with holes count too: the
/// prefix is often a setting.
fn paths(facts: &FileFacts) -> Vec<(Vec<&str>, u32)> {
    facts
        .exprs
        .iter()
        .enumerate()
        .filter_map(|(index, expr)| {
            let Expr::Str(text) = expr else { return None };
            let text = facts.text(*text);
            let path = text.split(['?', '#']).next().unwrap_or(text);
            let is_path = path.starts_with('/') && path.len() > 1 && !path.contains(char::is_whitespace);
            is_path.then(|| (segments(path), facts.expr_spans.get(index).map_or(0, |span| span.start)))
        })
        .collect()
}

/// Whether a literal path is the end of the endpoint's, as far as it goes: a parameter
/// matches anything, a hole behind the literal may stand for the last parameter.
fn requests(path: &[&str], wanted: &[&str]) -> bool {
    let trimmed = match wanted.last() {
        Some(last) if is_parameter(last) && path.len() < wanted.len() => wanted.get(..wanted.len() - 1),
        Some(_) | None => Some(wanted),
    };
    let matches = |wanted: &[&str]| {
        let Some(skip) = wanted.len().checked_sub(path.len()) else { return false };
        let statics = path.iter().zip(wanted.iter().skip(skip)).filter(|(_, want)| !is_parameter(want));
        skip <= 2 && statics.clone().count() > 0 && statics.into_iter().all(|(have, want)| have == want)
    };
    !path.is_empty() && (matches(wanted) || trimmed.is_some_and(matches))
}

fn is_parameter(segment: &str) -> bool {
    segment.starts_with('{')
}

fn segments(path: &str) -> Vec<&str> {
    path.split('/').filter(|segment| !segment.is_empty()).collect()
}

fn last_name(symbol: &str) -> &str {
    symbol.rsplit('.').next().unwrap_or(symbol)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_request(literal: &str, endpoint: &str) -> bool {
        requests(&segments(literal), &segments(endpoint))
    }

    #[test]
    fn a_literal_requests_the_endpoint_whose_end_it_is() {
        assert!(is_request("/api/users/me", "/api/users/me"));
        assert!(is_request("/users/me", "/api/users/me"));
        assert!(is_request("/users/7", "/api/users/{id}"));
        assert!(is_request("/users/", "/api/users/{id}"));
        assert!(!is_request("/users/me", "/api/users"));
        assert!(!is_request("/orders", "/api/users/{id}"));
        assert!(!is_request("/7", "/api/users/{id}"));
        assert!(!is_request("/", "/api/users"));
    }
}

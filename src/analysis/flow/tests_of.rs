//! Tests that name an endpoint's path or the symbols on its way.

use super::FlowInput;
use crate::{
    analysis::facts::{Expr, FileFacts, ScopeId, ScopeKind},
    domain::{
        layer::Layer,
        map::{Endpoint, FlowStep},
    },
};
use rustc_hash::FxHashSet;

/// Shorter names are too common to mean one symbol.
const LEAST_NAME: usize = 5;
/// Tests kept for one endpoint.
const LIMIT: usize = 12;

/// What the test files mention.
pub(super) struct Tests<'a> {
    files: Vec<TestFile<'a>>,
}

struct TestFile<'a> {
    facts: &'a FileFacts,
    words: FxHashSet<&'a str>,
    /// Paths in string literals with the offset where they stand.
    paths: Vec<(Vec<&'a str>, u32)>,
}

impl<'a> Tests<'a> {
    pub(super) fn new(input: &FlowInput<'a, '_>) -> Self {
        let files = input
            .facts
            .iter()
            .filter(|facts| input.map.layer_of(&facts.path) == Some(Layer::Test))
            .map(|facts| TestFile {
                facts,
                words: facts.strings.iter().map(|(_, text)| text).collect(),
                paths: paths(facts),
            })
            .collect();
        Self { files }
    }

    /// How many test files mention the last name of a symbol.
    pub(super) fn mentions(&self, symbol: &str) -> u32 {
        let name = last_name(symbol);
        if name.len() < LEAST_NAME {
            return 0;
        }
        let count = self.files.iter().filter(|file| file.words.contains(name)).count();
        u32::try_from(count).unwrap_or(u32::MAX)
    }

    /// Test functions that request the endpoint's path; without any, test files that
    /// mention its handler or a step below it.
    pub(super) fn of(&self, endpoint: &Endpoint, steps: &[FlowStep]) -> Vec<FlowStep> {
        let wanted: Vec<&str> = segments(&endpoint.path);
        let mut found: Vec<FlowStep> = Vec::new();
        for file in &self.files {
            for (_, offset) in file.paths.iter().filter(|(path, _)| requests(path, &wanted)) {
                if found.len() >= LIMIT {
                    return found;
                }
                let step = file.step(*offset);
                if !found.contains(&step) {
                    found.push(step);
                }
            }
        }
        if !found.is_empty() {
            return found;
        }
        let names: Vec<&str> = steps
            .iter()
            .filter(|step| matches!(step.layer, Layer::Router | Layer::Service))
            .map(|step| last_name(&step.symbol))
            .filter(|name| name.len() >= LEAST_NAME)
            .collect();
        self.files
            .iter()
            .filter(|file| names.iter().any(|name| file.words.contains(name)))
            .take(LIMIT)
            .map(|file| file.step(0))
            .collect()
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

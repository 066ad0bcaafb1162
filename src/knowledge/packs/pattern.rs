//! Patterns over resolved dotted paths.

use rustc_hash::FxHashMap;
use serde::{Deserialize, Serialize};

/// Matches a dotted path such as `fastapi.APIRouter`.
///
/// `a.b` is that path; `a..b` begins with `a` and ends with `b`, because re-exports
/// move things inside packages; `a.b*` begins with `a.b`; `*.b` ends with the segment `b`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "String", into = "String")]
pub struct Pattern {
    text: String,
    shape: Shape,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Shape {
    Exact,
    /// First part is `text[..cut]`, last segment `text[cut + 2..]`.
    Ends {
        cut: usize,
    },
    /// Everything before the `*`.
    Prefix,
    /// Everything behind the `*.`.
    Suffix,
}

impl From<String> for Pattern {
    fn from(text: String) -> Self {
        let shape = if text.starts_with("*.") {
            Shape::Suffix
        } else if text.ends_with('*') {
            Shape::Prefix
        } else if let Some(cut) = text.find("..") {
            Shape::Ends { cut }
        } else {
            Shape::Exact
        };
        Self { text, shape }
    }
}

impl From<Pattern> for String {
    fn from(pattern: Pattern) -> Self {
        pattern.text
    }
}

impl Pattern {
    /// The pattern as written.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Whether a path matches.
    pub fn matches(&self, path: &str) -> bool {
        match self.shape {
            Shape::Exact => path == self.text,
            Shape::Ends { cut } => {
                let (first, last) = (&self.text[..cut], &self.text[cut + 2..]);
                begins_with(path, first) && ends_with(path, last)
            }
            Shape::Prefix => path.starts_with(self.text.trim_end_matches('*')),
            Shape::Suffix => ends_with(path, &self.text[2..]),
        }
    }

    /// The last segment of every path that matches, or none where it can be any.
    pub fn last_name(&self) -> Option<&str> {
        match self.shape {
            Shape::Prefix => None,
            Shape::Exact | Shape::Ends { .. } | Shape::Suffix => self.text.rsplit('.').next(),
        }
    }
}

/// Values by the patterns that they are found with: many patterns are asked about many paths,
/// and most say the last name of what they match.
#[derive(Debug)]
pub struct PatternTable<'a, T> {
    named: FxHashMap<&'a str, Vec<(&'a Pattern, T)>>,
    /// Those that do not say the last name.
    open: Vec<(&'a Pattern, T)>,
}

impl<T> Default for PatternTable<'_, T> {
    fn default() -> Self {
        Self { named: FxHashMap::default(), open: Vec::new() }
    }
}

impl<'a, T: Copy> PatternTable<'a, T> {
    /// Adds a value under each of these patterns.
    pub fn extend(&mut self, patterns: &'a [Pattern], value: T) {
        for pattern in patterns {
            match pattern.last_name() {
                Some(name) => self.named.entry(name).or_default().push((pattern, value)),
                None => self.open.push((pattern, value)),
            }
        }
    }

    /// The values whose pattern matches a path, in the order they were added in; first of
    /// those that say its last name.
    pub fn of<'b>(&'b self, path: &'b str) -> impl Iterator<Item = T> + use<'b, 'a, T> {
        let last = path.rsplit('.').next().unwrap_or(path);
        let named = self.named.get(last).into_iter().flatten();
        named.chain(&self.open).filter(|(pattern, _)| pattern.matches(path)).map(|(_, value)| *value)
    }

    /// Whether some pattern matches a path.
    pub fn has(&self, path: &str) -> bool {
        self.of(path).next().is_some()
    }
}

/// Whether the path starts with these whole segments.
fn begins_with(path: &str, first: &str) -> bool {
    path.strip_prefix(first).is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '(']))
}

/// Whether the path ends with these whole segments.
fn ends_with(path: &str, last: &str) -> bool {
    path.strip_suffix(last).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_shape_matches_whole_segments_only() {
        let cases = [
            ("fastapi.APIRouter", "fastapi.APIRouter", true),
            ("fastapi.APIRouter", "fastapi.routing.APIRouter", false),
            ("fastapi..APIRouter", "fastapi.routing.APIRouter", true),
            ("fastapi..APIRouter", "fastapi.APIRouter", true),
            ("fastapi..APIRouter", "fastapi_x.APIRouter", false),
            ("fastapi..Router", "fastapi.APIRouter", false),
            ("flask_restful*", "flask_restful.Api", true),
            ("*.APIView", "rest_framework.views.APIView", true),
            ("*.APIView", "rest_framework.views.MyAPIView", false),
            ("web.get().to", "web.get().to", true),
        ];
        for (pattern, path, expected) in cases {
            assert_eq!(Pattern::from(pattern.to_owned()).matches(path), expected, "{pattern} {path}");
        }
    }

    #[test]
    fn a_table_finds_what_every_pattern_by_itself_would() {
        let patterns: Vec<Pattern> = ["a.b", "a..c", "*.c", "a*", "x.y().c"]
            .into_iter()
            .map(|text| Pattern::from(text.to_owned()))
            .collect();
        let mut table = PatternTable::default();
        for (number, pattern) in patterns.iter().enumerate() {
            table.extend(std::slice::from_ref(pattern), number);
        }
        for path in ["a.b", "a.x.c", "b.c", "ab", "x.y().c", "b", ""] {
            let mut found: Vec<usize> = table.of(path).collect();
            found.sort_unstable();
            let alone = patterns.iter().enumerate().filter(|(_, pattern)| pattern.matches(path));
            assert_eq!(found, alone.map(|(number, _)| number).collect::<Vec<_>>(), "{path}");
            assert_eq!(table.has(path), !found.is_empty());
        }
    }

    #[test]
    fn the_last_name_is_known_unless_the_end_is_open() {
        assert_eq!(Pattern::from("a..B".to_owned()).last_name(), Some("B"));
        assert_eq!(Pattern::from("a.b.C".to_owned()).last_name(), Some("C"));
        assert_eq!(Pattern::from("a.b*".to_owned()).last_name(), None);
    }
}

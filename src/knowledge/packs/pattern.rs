//! Patterns over resolved dotted paths.

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
    fn the_last_name_is_known_unless_the_end_is_open() {
        assert_eq!(Pattern::from("a..B".to_owned()).last_name(), Some("B"));
        assert_eq!(Pattern::from("a.b.C".to_owned()).last_name(), Some("C"));
        assert_eq!(Pattern::from("a.b*".to_owned()).last_name(), None);
    }
}

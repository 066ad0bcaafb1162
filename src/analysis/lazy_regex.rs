//! Regular expressions of resource files: checked when read, compiled when first used.
//!
//! A scan meets few of the languages, manifests and tools that the shipped files describe;
//! compiling the expressions of all of them cost more than scanning a small repository.

use regex::{CaptureMatches, Captures, Match, Regex};
use std::sync::OnceLock;

/// A regular expression whose syntax is known to be right.
#[derive(Debug, Clone, serde::Deserialize)]
#[serde(try_from = "String")]
pub(crate) struct LazyRegex {
    text: Box<str>,
    /// Empty inside when the expression is larger than a compiled one may be.
    compiled: OnceLock<Option<Regex>>,
}

impl LazyRegex {
    /// Checks an expression.
    ///
    /// # Errors
    /// What is wrong with its syntax, and where.
    pub(crate) fn new(text: &str) -> Result<Self, String> {
        // Names of Unicode classes are only looked up by the compiler.
        if text.contains(r"\p") || text.contains(r"\P") {
            Regex::new(text).map_err(|error| error.to_string())?;
        }
        regex_syntax::ast::parse::Parser::new().parse(text).map_err(|error| error.to_string())?;
        Ok(Self { text: text.into(), compiled: OnceLock::new() })
    }

    /// Its text.
    pub(crate) fn as_str(&self) -> &str {
        &self.text
    }

    /// The compiled expression; none when it is too large.
    pub(crate) fn regex(&self) -> Option<&Regex> {
        self.compiled.get_or_init(|| Regex::new(&self.text).ok()).as_ref()
    }

    /// Whether it matches somewhere in a text.
    pub(crate) fn is_match(&self, text: &str) -> bool {
        self.regex().is_some_and(|regex| regex.is_match(text))
    }

    /// Its first match.
    pub(crate) fn find<'t>(&self, text: &'t str) -> Option<Match<'t>> {
        self.regex()?.find(text)
    }

    /// Its first match with its groups.
    pub(crate) fn captures<'t>(&self, text: &'t str) -> Option<Captures<'t>> {
        self.regex()?.captures(text)
    }

    /// All matches with their groups.
    pub(crate) fn captures_iter<'p, 't>(
        &'p self,
        text: &'t str,
    ) -> std::iter::Flatten<std::option::IntoIter<CaptureMatches<'p, 't>>> {
        self.regex().map(|regex| regex.captures_iter(text)).into_iter().flatten()
    }
}

impl TryFrom<String> for LazyRegex {
    type Error = String;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        Self::new(&text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wrong_syntax_and_unknown_classes_are_refused_when_read() {
        assert!(LazyRegex::new("a(b").is_err() && LazyRegex::new(r"\p{Nowhere}").is_err());
        let pattern = LazyRegex::new(r"(?m)^v(\d+)").expect("right");
        let found: Vec<&str> =
            pattern.captures_iter("v1\nv22").filter_map(|groups| Some(groups.get(1)?.as_str())).collect();
        assert_eq!(found, ["1", "22"]);
    }

    #[test]
    fn an_expression_that_grows_too_large_matches_nothing() {
        let pattern = LazyRegex::new(r"(\w{500}){500}").expect("right syntax");
        assert!(pattern.regex().is_none() && !pattern.is_match("a"));
    }
}

//! Patterns of the signal files, compiled when they are first asked.
//!
//! A repository has one language or two of nine ecosystems; compiling the patterns of all
//! took longer than reading a small backend.

use regex::{CaptureMatches, Captures, Match, Regex};
use std::sync::OnceLock;

/// A pattern that ships with the program; a test compiles every one.
#[derive(Debug)]
pub(super) struct LazyRegex {
    text: String,
    regex: OnceLock<Option<Regex>>,
}

impl LazyRegex {
    pub(super) fn new(text: String) -> Self {
        Self { text, regex: OnceLock::new() }
    }

    fn regex(&self) -> Option<&Regex> {
        self.regex.get_or_init(|| Regex::new(&self.text).ok()).as_ref()
    }

    pub(super) fn find<'t>(&self, text: &'t str) -> Option<Match<'t>> {
        self.regex()?.find(text)
    }

    pub(super) fn is_match(&self, text: &str) -> bool {
        self.regex().is_some_and(|regex| regex.is_match(text))
    }

    pub(super) fn captures<'t>(&self, text: &'t str) -> Option<Captures<'t>> {
        self.regex()?.captures(text)
    }

    pub(super) fn captures_iter<'r, 't>(
        &'r self,
        text: &'t str,
    ) -> impl Iterator<Item = Captures<'t>> + use<'r, 't> {
        let all: Option<CaptureMatches<'r, 't>> = self.regex().map(|regex| regex.captures_iter(text));
        all.into_iter().flatten()
    }

    #[cfg(test)]
    pub(super) fn compiles(&self) -> bool {
        self.regex().is_some()
    }
}

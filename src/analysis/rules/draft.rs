//! From what a check saw to a finding: place, message, symbol, fingerprint.

use super::{context::Context, matcher::Rule, places};
use crate::{
    analysis::facts::{ScopeKind, Span},
    analysis::link::FileId,
    domain::finding::{Finding, Level},
};
use sha2::{Digest, Sha256};
use std::collections::{BTreeSet, HashMap};

/// Where a check saw something.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Source {
    /// A file with facts.
    Facts(FileId),
    /// Any other file, by its path.
    Path(String),
}

/// One thing that a check saw.
#[derive(Debug, Clone)]
pub(super) struct Draft {
    pub(super) source: Source,
    pub(super) span: Span,
    /// All of what it is about, where the span is the part to show.
    pub(super) reach: Option<Span>,
    /// Stated where the enclosing definition is not what people call it.
    pub(super) symbol: Option<String>,
    /// Whether nothing can be done about it where it stands: it weighs as advice then.
    pub(super) is_past: bool,
    /// Said in place of the card's message.
    pub(super) message: Option<String>,
    /// What `{name}` in the message becomes.
    pub(super) words: Vec<(&'static str, String)>,
}

impl Draft {
    /// A place in a file with facts.
    pub(super) fn new(file: FileId, span: Span) -> Self {
        Self::at(Source::Facts(file), span)
    }

    /// A place in any file.
    pub(super) fn at(source: Source, span: Span) -> Self {
        Self { source, span, reach: None, symbol: None, is_past: false, message: None, words: Vec::new() }
    }

    /// The same with all of what it is about.
    #[must_use]
    pub(super) fn within(mut self, reach: Span) -> Self {
        self.reach = Some(reach);
        self
    }

    /// Whether another one stands inside of what this one is about.
    pub(super) fn covers(&self, other: &Self) -> bool {
        self.source == other.source && self.reach.unwrap_or(self.span).contains(other.span)
    }

    /// The same with a word of the message.
    #[must_use]
    pub(super) fn word(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.words.push((name, value.into()));
        self
    }

    /// The same with the name of what it is in.
    #[must_use]
    pub(super) fn symbol(mut self, symbol: impl Into<String>) -> Self {
        self.symbol = Some(symbol.into());
        self
    }
}

/// Collects findings: each place once for each rule.
pub(super) struct Findings<'x, 'c, 'a> {
    context: &'x Context<'c, 'a>,
    found: Vec<Finding>,
    seen: BTreeSet<(String, String, u32, u32)>,
}

impl<'x, 'c, 'a> Findings<'x, 'c, 'a> {
    pub(super) fn new(context: &'x Context<'c, 'a>) -> Self {
        Self { context, found: Vec::new(), seen: BTreeSet::new() }
    }

    /// Adds what a rule's check saw.
    pub(super) fn add(&mut self, rule: &Rule, draft: &Draft) {
        if let Source::Facts(file) = &draft.source
            && let Some(facts) = self.context.resolver().facts(*file)
            && facts.test_modules().any(|module| module.range().contains(&(draft.span.start as usize)))
        {
            // Tests in a file of their own are not reviewed either.
            return;
        }
        let (path, language, enclosing) = self.about(draft);
        let text = self.context.text(&path);
        let facts = match &draft.source {
            Source::Facts(file) => self.context.resolver().facts(*file),
            Source::Path(_) => None,
        };
        let place = match facts {
            Some(facts) => places::range_by(&facts.lines, &text, draft.span),
            None => places::range(&text, draft.span),
        };
        let card = &rule.card;
        if !self.seen.insert((card.id.clone(), path.clone(), place.line, place.column)) {
            return;
        }
        let symbol = draft.symbol.clone().unwrap_or(enclosing);
        let mut message = draft.message.clone().unwrap_or_else(|| said(&card.message, &draft.words));
        for (name, value) in draft.words.iter().map(|(name, value)| (*name, value.as_str())) {
            message = message.replace(&format!("{{{name}}}"), value);
        }
        message = message.replace("{symbol}", if symbol.is_empty() { "this module" } else { &symbol });
        let source = text.get(draft.span.range()).unwrap_or_default();
        self.found.push(Finding {
            rule: card.id.clone(),
            family: card.family.clone(),
            level: if draft.is_past { Level::Advice } else { card.level },
            fingerprint: fingerprint(&card.id, &path, &symbol, source, 0),
            file: path,
            line: place.line,
            column: place.column,
            end_line: place.end_line,
            end_column: place.end_column,
            message,
            symbol,
            fixable: rule.is_fixable(language),
        });
    }

    /// Path, language, and the named definition around a draft.
    fn about(&self, draft: &Draft) -> (String, &'static str, String) {
        match &draft.source {
            Source::Path(path) => {
                let sql = path.rsplit_once('.').is_some_and(|(_, end)| end.eq_ignore_ascii_case("sql"));
                (path.clone(), if sql { "sql" } else { "" }, String::new())
            }
            Source::Facts(file) => {
                let Some(facts) = self.context.resolver().facts(*file) else {
                    return (String::new(), "", String::new());
                };
                let scope = self.context.resolver().scope_at(*file, draft.span.start);
                let named = facts.scopes_around(scope).find(|(_, scope)| scope.kind != ScopeKind::Lambda);
                let symbol = named.map(|(id, _)| facts.qualified_name(id)).unwrap_or_default();
                (facts.path.clone(), facts.lang.name(), symbol)
            }
        }
    }

    /// Every finding in the order of places; equal texts in one symbol are told apart by
    /// their order.
    pub(super) fn finish(mut self) -> Vec<Finding> {
        self.found
            .sort_by(|a, b| (&a.file, a.line, a.column, &a.rule).cmp(&(&b.file, b.line, b.column, &b.rule)));
        let mut counts: HashMap<String, u32> = HashMap::new();
        for finding in &mut self.found {
            let count = counts.entry(finding.fingerprint.clone()).or_default();
            if *count > 0 {
                let again = finding.fingerprint.clone();
                finding.fingerprint =
                    fingerprint(&finding.rule, &finding.file, &finding.symbol, &again, *count);
            }
            *count += 1;
        }
        self.found
    }
}

/// A rule's message without the words that this finding has nothing to say for.
fn said(template: &str, words: &[(&'static str, String)]) -> String {
    let mut rest = template;
    let mut out = String::new();
    while let Some((before, (name, after))) =
        rest.split_once('{').and_then(|(before, inside)| Some((before, inside.split_once('}')?)))
    {
        out.push_str(before);
        if name == "symbol" || words.iter().any(|(known, _)| *known == name) {
            out.push_str(&format!("{{{name}}}"));
        }
        rest = after;
    }
    out + rest
}

/// 16 hexadecimal digits that stay the same when lines move or white space changes.
pub(super) fn fingerprint(rule: &str, path: &str, symbol: &str, source: &str, ordinal: u32) -> String {
    let mut hash = Sha256::new();
    for part in [rule, path, symbol] {
        hash.update(part.as_bytes());
        hash.update([0]);
    }
    for word in source.split_whitespace() {
        hash.update(word.as_bytes());
        hash.update([b' ']);
    }
    hash.update(ordinal.to_le_bytes());
    hash.finalize().iter().take(8).map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use pretty_assertions::assert_eq;

    #[test]
    fn a_word_that_nothing_is_said_for_is_left_out() {
        let words = [("call", "get".to_owned())];
        assert_eq!(said("{call} of {symbol} may wait{credentials}", &words), "{call} of {symbol} may wait");
        assert_eq!(said("an open { and }", &words), "an open ");
        assert_eq!(said("nothing", &[]), "nothing");
    }

    #[test]
    fn a_fingerprint_ignores_white_space_and_knows_rule_path_symbol_and_text() {
        let base = fingerprint("a/b", "x.py", "f", "run( q )", 0);
        assert_eq!(base.len(), 16);
        assert_eq!(base, fingerprint("a/b", "x.py", "f", "run(\n    q )", 0));
        for other in [
            fingerprint("a/c", "x.py", "f", "run( q )", 0),
            fingerprint("a/b", "y.py", "f", "run( q )", 0),
            fingerprint("a/b", "x.py", "g", "run( q )", 0),
            fingerprint("a/b", "x.py", "f", "run( r )", 0),
            fingerprint("a/b", "x.py", "f", "run( q )", 1),
        ] {
            assert_ne!(base, other);
        }
    }
}

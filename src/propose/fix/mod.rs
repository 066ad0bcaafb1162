//! Mechanical fixes: the diff that repairs one finding, offered as hunks.
//!
//! A fix changes as little as it can, keeps imports tidy, is parsed again before it is
//! given, and is never given where it would have to guess: then the step is a walkthrough.

mod eager;
mod index;
mod limit;
mod migration;
mod secret;
mod sql;
mod sql_code;
mod sql_find;
mod sql_python;

use super::{
    edits::{Edits, line_end, line_start, offset_of},
    python::{Module, is_parsable},
    workspace::{ReadBase, Workspace},
};
use crate::{
    domain::{
        diff::changes_between,
        finding::Finding,
        hunk::Origin,
        plan::Filler,
        proposal::{Content, FileChange, Note, Proposal},
    },
    ports::{Cancel, ProposalRequest, ProposeError, Proposer},
};
use std::ops::Range;

/// A language that fixes are written for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Language {
    Python,
    /// JavaScript too.
    TypeScript,
    Rust,
    Sql,
}

impl Language {
    /// The language of a file by its name.
    pub fn of(path: &str) -> Option<Self> {
        match path.rsplit_once('.')?.1 {
            "py" => Some(Self::Python),
            "ts" | "tsx" | "mts" | "cts" | "js" | "jsx" | "mjs" | "cjs" => Some(Self::TypeScript),
            "rs" => Some(Self::Rust),
            "sql" => Some(Self::Sql),
            _ => None,
        }
    }
}

/// Whether findings of the rule can have a fix in that language. A single finding may still
/// turn out to need a hand: then `fix` says `NotApplicable`.
pub fn fixable(rule: &str, language: Language) -> bool {
    use Language::{Python, Rust, Sql, TypeScript};
    match rule {
        "sec/sql-interpolated-value" | "orm/unbounded-list" => matches!(language, Python | TypeScript | Rust),
        "sec/secret-known-format" | "sec/secret-assigned-to-name" => {
            matches!(language, Python | TypeScript | Rust)
        }
        "orm/n-plus-one" => language == Python,
        "mig/fk-missing-index" => matches!(language, Python | TypeScript | Sql),
        _ => false,
    }
}

/// A repaired text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fixed {
    pub text: String,
    /// New files that come with it: path and text.
    pub added: Vec<(String, String)>,
    /// Why the changed lines are as they are.
    pub reason: String,
    /// What the user should know before approving.
    pub remarks: Vec<String>,
}

/// What a fix looks at.
pub(crate) struct Site<'a> {
    pub(crate) finding: &'a Finding,
    pub(crate) text: &'a str,
    /// Bytes of the finding.
    pub(crate) range: Range<usize>,
    /// Paths of the repository.
    pub(crate) known: &'a [&'a str],
}

/// Repairs one finding in the text of its file. `known` are the paths of the repository;
/// what is added gets a name that is not among them.
///
/// `NotApplicable` says in words why this one needs a hand; `Rejected` means that the result
/// would not have parsed.
pub fn fix(finding: &Finding, text: &str, known: &[&str]) -> Result<Fixed, ProposeError> {
    let language = Language::of(&finding.file)
        .filter(|language| fixable(&finding.rule, *language))
        .ok_or_else(|| no(format!("{} has no mechanical fix in {}", finding.rule, finding.file)))?;
    let start = offset_of(text, finding.line, finding.column);
    let end = offset_of(text, finding.end_line, finding.end_column);
    let moved = || no(format!("{}:{} is not where the finding was", finding.file, finding.line));
    let (start, end) = start.zip(end).ok_or_else(moved)?;
    let exact = Site { finding, text, range: start..end.max(start), known };
    let fixed = match attempt(&exact, language) {
        // A rule may mark the name beside the place: look at its whole lines then.
        Err(ProposeError::NotApplicable(reason)) => {
            let range = line_start(text, start)..line_end(text, end.max(start));
            attempt(&Site { finding, text, range, known }, language).map_err(|error| match error {
                ProposeError::NotApplicable(_) => no(reason),
                other => other,
            })
        }
        other => other,
    }?;
    if fixed.text == text && fixed.added.is_empty() {
        return Err(ProposeError::Nothing(format!("the fix of {}", finding.rule)));
    }
    check_parses(&finding.file, &fixed.text, language)?;
    Ok(fixed)
}

fn attempt(site: &Site<'_>, language: Language) -> Result<Fixed, ProposeError> {
    match (site.finding.rule.as_str(), language) {
        ("sec/sql-interpolated-value", Language::Python) => sql_python::fix(site),
        ("sec/sql-interpolated-value", Language::TypeScript) => sql_code::fix_typescript(site),
        ("sec/sql-interpolated-value", _) => sql_code::fix_rust(site),
        ("sec/secret-known-format" | "sec/secret-assigned-to-name", language) => secret::fix(site, language),
        ("orm/n-plus-one", _) => eager::fix(site),
        ("orm/unbounded-list", Language::Python) => limit::fix_python(site),
        ("orm/unbounded-list", language) => limit::fix_code(site, language),
        (_, language) => index::fix(site, language),
    }
}

/// Refuses a text that does not parse.
fn check_parses(path: &str, text: &str, language: Language) -> Result<(), ProposeError> {
    let broken = || ProposeError::Rejected(format!("the fix of {path} would not parse"));
    if !is_parsable(text) {
        return Err(broken());
    }
    match language {
        Language::Python => Module::parse(path, text).map(|_| ()),
        Language::TypeScript => {
            let allocator = oxc_allocator::Allocator::default();
            let kind = oxc_span::SourceType::from_path(path).map_err(|_| broken())?;
            let parsed = oxc_parser::Parser::new(&allocator, text, kind).parse();
            if parsed.panicked || !parsed.diagnostics.is_empty() { Err(broken()) } else { Ok(()) }
        }
        Language::Rust => {
            let mut parser = tree_sitter::Parser::new();
            parser.set_language(&tree_sitter_rust::LANGUAGE.into()).map_err(|_| broken())?;
            let tree = parser.parse(text, None).ok_or_else(broken)?;
            if tree.root_node().has_error() { Err(broken()) } else { Ok(()) }
        }
        // No SQL parser: the only change there is a statement added after one that ends.
        Language::Sql => Ok(()),
    }
}

/// The proposer of fix steps.
pub struct FixProposer {
    base: ReadBase,
}

impl FixProposer {
    /// With a reader of base texts.
    pub fn new(base: ReadBase) -> Self {
        Self { base }
    }
}

impl Proposer for FixProposer {
    fn propose(&self, request: &ProposalRequest, _cancel: &Cancel) -> Result<Proposal, ProposeError> {
        let step = request.steps.get(request.step);
        let Some((step, Filler::Fix { finding })) = step.map(|step| (step, &step.filler)) else {
            return Err(no("this step is not the fix of a finding".into()));
        };
        let workspace = Workspace::new(request, &self.base);
        let text = workspace.require(&finding.file)?;
        let fixed = fix(finding, &text, &workspace.paths())?;
        let note = |start: u32, lines: usize| Note {
            start,
            end: start + u32::try_from(lines).unwrap_or(0),
            reason: fixed.reason.clone(),
            citation: Some(finding.place()),
            criteria: step.criteria.clone(),
            step: Some(step.id),
        };
        let change = |path: &str, text: &str, notes: Vec<Note>| FileChange {
            path: path.to_owned(),
            content: Content::Text { text: text.to_owned() },
            notes,
        };
        let mut files = Vec::new();
        if fixed.text != text {
            let changes = changes_between(&text, &fixed.text).into_iter();
            let notes = changes.map(|change| note(change.new_start + 1, change.new_lines.len())).collect();
            files.push(change(&finding.file, &fixed.text, notes));
        }
        for (path, text) in &fixed.added {
            files.push(change(path, text, vec![note(1, text.lines().count())]));
        }
        Ok(Proposal {
            origin: Origin::Finding(finding.rule.clone()),
            title: fixed.reason.trim_end_matches('.').to_owned(),
            step: Some(step.id),
            files,
            remarks: fixed.remarks,
        })
    }
}

/// A finding that needs a hand, and why.
pub(crate) fn no(reason: String) -> ProposeError {
    ProposeError::NotApplicable(reason)
}

/// Applies edits and gives the result its reason.
pub(crate) fn done(
    site: &Site<'_>,
    edits: Edits,
    reason: &str,
    remarks: Vec<String>,
) -> Result<Fixed, ProposeError> {
    Ok(Fixed { text: edits.apply(site.text)?, added: Vec::new(), reason: reason.to_owned(), remarks })
}

#[cfg(test)]
pub(crate) mod testing {
    use super::*;
    use crate::domain::finding::Level;

    /// A finding over the first occurrence of `marked`.
    pub(crate) fn finding(rule: &str, file: &str, text: &str, marked: &str) -> Finding {
        let at = text.find(marked).expect("marked text is in the source");
        let place = |at: usize| {
            let before = &text[..at];
            let column = before.chars().rev().take_while(|c| *c != '\n').count() + 1;
            let line = before.matches('\n').count() + 1;
            (u32::try_from(line).unwrap(), u32::try_from(column).unwrap())
        };
        let ((line, column), (end_line, end_column)) = (place(at), place(at + marked.len()));
        Finding {
            rule: rule.into(),
            family: String::new(),
            level: Level::Error,
            file: file.into(),
            line,
            column,
            end_line,
            end_column,
            message: String::new(),
            symbol: String::new(),
            fixable: true,
            fingerprint: "0123456789abcdef".into(),
        }
    }

    /// The fixed text, or why there is none.
    pub(crate) fn fixed(rule: &str, file: &str, text: &str, marked: &str) -> Result<String, String> {
        fix(&finding(rule, file, text, marked), text, &[file])
            .map(|fixed| fixed.text)
            .map_err(|error| error.to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::{testing::finding, *};
    use crate::propose::sample_files;

    const RULES: [&str; 6] = [
        "sec/sql-interpolated-value",
        "sec/secret-known-format",
        "sec/secret-assigned-to-name",
        "orm/n-plus-one",
        "orm/unbounded-list",
        "mig/fk-missing-index",
    ];

    #[test]
    fn a_finding_anywhere_is_repaired_into_something_that_parses_or_refused_with_a_reason() {
        let mut repaired = 0;
        for file in sample_files("python").iter().filter(|file| file.path.ends_with(".py")) {
            let text = std::str::from_utf8(file.bytes).unwrap();
            for line in text.lines().filter(|line| !line.trim().is_empty()) {
                for rule in RULES {
                    match fix(&finding(rule, file.path, text, line.trim()), text, &[]) {
                        Ok(fixed) => {
                            repaired += 1;
                            assert!(Module::parse(file.path, &fixed.text).is_ok());
                            assert!(!fixed.reason.is_empty());
                        }
                        Err(ProposeError::NotApplicable(reason)) => assert!(!reason.is_empty()),
                        Err(other) => panic!("{rule} at {}: {line:?}: {other:?}", file.path),
                    }
                }
            }
        }
        assert!(repaired > 10, "{repaired} repairs");
    }

    #[test]
    fn a_finding_of_an_older_text_is_refused() {
        let text = "import sqlite3\ndb.execute(f\"SELECT 1 FROM t WHERE a = '{x}'\")\n";
        let stale = Finding { line: 90, end_line: 90, ..finding(RULES[0], "a.py", text, "db") };
        assert!(matches!(fix(&stale, text, &[]), Err(ProposeError::NotApplicable(_))));
    }

    #[test]
    fn windows_line_endings_are_kept() {
        let text = "import json\r\n\r\ntoken = \"k3y\"\r\n";
        let fixed =
            fix(&finding("sec/secret-assigned-to-name", "a.py", text, "\"k3y\""), text, &[]).unwrap().text;
        assert_eq!(fixed, "import json\r\nimport os\r\n\r\ntoken = os.environ[\"TOKEN\"]\r\n");
    }

    #[test]
    fn what_no_fix_knows_is_not_fixable() {
        assert!(!fixable("arch/router-uses-orm", Language::Python));
        assert!(!fixable("orm/n-plus-one", Language::Rust));
        assert!(fixable("mig/fk-missing-index", Language::Sql));
        assert_eq!(Language::of("README.md"), None);
    }
}

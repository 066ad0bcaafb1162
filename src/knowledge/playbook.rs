//! The error playbook: a symptom in an output, its likely cause, and the way out.
//!
//! Symptoms are regular expressions over the output of a command, with a size limit, so
//! that a hostile one cannot cost time. Those of an overlay are checked at load time: a
//! broken one is an error with a place. Matching never fails.

use super::{
    error::KnowledgeError,
    merge, page,
    source::Text,
    yaml::{self, Placed},
};
use regex::{Regex, RegexBuilder};
use serde::Deserialize;
use std::sync::OnceLock;

/// How much of an output is searched: its end, where tools put their summary.
const SEARCHED_BYTES: usize = 512 * 1024;
const PATTERN_LIMIT_BYTES: usize = 512 * 1024;

/// One entry.
#[derive(Debug, Clone)]
pub struct PlaybookEntry {
    /// For example `missing-module`.
    pub id: String,
    pub title: String,
    /// Languages it speaks of (`python`, `node`, `rust`); empty for any.
    pub stacks: Vec<String>,
    /// The command could not do its work because of this: `blocked`, never `failed`.
    pub blocks: bool,
    pub cause: String,
    /// What to do, in order.
    pub steps: Vec<String>,
    /// What to try after three failures of the steps.
    pub alternative: String,
    symptoms: Vec<Symptom>,
}

/// A pattern that is compiled when it is first asked: the shipped ones are many, and most
/// sessions never see a failure.
#[derive(Debug, Clone)]
struct Symptom {
    pattern: String,
    compiled: OnceLock<Option<Regex>>,
}

impl Symptom {
    fn regex(&self) -> Option<&Regex> {
        self.compiled.get_or_init(|| compile(&self.pattern).ok()).as_ref()
    }
}

fn compile(pattern: &str) -> Result<Regex, regex::Error> {
    RegexBuilder::new(pattern).multi_line(true).size_limit(PATTERN_LIMIT_BYTES).build()
}

/// An entry that matches an output, and where.
#[derive(Debug, Clone)]
pub struct PlaybookMatch<'a> {
    pub entry: &'a PlaybookEntry,
    /// The matched text on one line, at most 200 characters.
    pub matched: String,
    /// The `name` group of the symptom: a module, a variable, a host; empty without one.
    pub name: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Head {
    #[expect(dead_code, reason = "names the format for a reader of the file")]
    kind: PlaybookKind,
    #[serde(default)]
    replace: bool,
    entries: Vec<HeadEntry>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "lowercase")]
enum PlaybookKind {
    Playbook,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct HeadEntry {
    id: Placed<String>,
    #[serde(default)]
    stacks: Vec<String>,
    #[serde(default)]
    blocks: bool,
    symptoms: Vec<Placed<String>>,
}

/// Entries in order of precedence of matching: the first that matches is the closest.
pub(crate) fn load(texts: &[Text]) -> Result<Vec<PlaybookEntry>, KnowledgeError> {
    let mut entries: Vec<PlaybookEntry> = Vec::new();
    for text in texts {
        let page: page::Page<Head> = page::of(text)?;
        if page.head.replace {
            entries.clear();
        }
        let mut more = Vec::new();
        for head in &page.head.entries {
            let Some(section) = page.sections.iter().find(|section| section.id == head.id.value) else {
                let reason = format!("entry `{}` has no section in the body", head.id.value);
                return Err(yaml::error_at(&text.label, &head.id, reason));
            };
            more.push(entry(text, head, section)?);
        }
        merge::merge(&mut entries, more, |entry| entry.id.clone());
    }
    Ok(entries)
}

fn entry(text: &Text, head: &HeadEntry, section: &page::Section) -> Result<PlaybookEntry, KnowledgeError> {
    let file = text.label.as_str();
    let mut symptoms = Vec::new();
    for pattern in &head.symptoms {
        // Shipped patterns are compiled by a test; what a repository brings is checked now.
        if !text.shipped {
            compile(&pattern.value).map_err(|error| {
                let text = error.to_string();
                let reason = text.lines().last().unwrap_or("not a regular expression").trim();
                yaml::error_at(file, pattern, format!("symptom of `{}`: {reason}", head.id.value))
            })?;
        }
        symptoms.push(Symptom { pattern: pattern.value.clone(), compiled: OnceLock::new() });
    }
    let entry = PlaybookEntry {
        id: head.id.value.clone(),
        title: section.title.clone(),
        stacks: head.stacks.clone(),
        blocks: head.blocks,
        cause: section.part("Cause"),
        steps: page::list_items(&section.part("Steps")),
        alternative: section.part("After three failures"),
        symptoms,
    };
    let missing = [
        (entry.cause.is_empty(), "### Cause"),
        (entry.steps.is_empty(), "### Steps"),
        (entry.alternative.is_empty(), "### After three failures"),
    ];
    if let Some((_, part)) = missing.iter().find(|(is_missing, _)| *is_missing) {
        return Err(KnowledgeError::at(file, section.line, 1, format!("`{}` has no `{part}`", entry.id)));
    }
    Ok(entry)
}

/// Entries of `entries` that match an output, in playbook order. `language` limits the
/// search to entries of that language or of any; empty asks all.
pub(crate) fn matching<'a>(
    entries: &'a [PlaybookEntry],
    output: &str,
    language: &str,
) -> Vec<PlaybookMatch<'a>> {
    let output = tail(output);
    entries
        .iter()
        .filter(|entry| {
            language.is_empty() || entry.stacks.is_empty() || entry.stacks.iter().any(|name| name == language)
        })
        .filter_map(|entry| {
            let found = entry.symptoms.iter().find_map(|symptom| symptom.regex()?.captures(output))?;
            let line = |text: &str| -> String { text.split_whitespace().collect::<Vec<_>>().join(" ") };
            Some(PlaybookMatch {
                entry,
                matched: line(found.get(0).map_or("", |all| all.as_str())).chars().take(200).collect(),
                name: found.name("name").map_or_else(String::new, |name| line(name.as_str())),
            })
        })
        .collect()
}

/// The last part of an output, cut at a character.
fn tail(output: &str) -> &str {
    let mut start = output.len().saturating_sub(SEARCHED_BYTES);
    while !output.is_char_boundary(start) {
        start += 1;
    }
    output.get(start..).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    const BODY: &str = "## A {#a}\n### Cause\nc\n### Steps\n1. s\n### After three failures\nt\n";

    fn text(symptom: &str) -> Text {
        let head = format!("---\nkind: playbook\nentries:\n  - id: a\n    symptoms: ['{symptom}']\n---\n");
        Text { label: "p.md".into(), text: head + BODY, shipped: false }
    }

    #[test]
    fn every_shipped_pattern_compiles() {
        let text = crate::knowledge::embedded("error-playbook.md").expect("shipped").to_owned();
        let text = Text { label: "error-playbook.md".into(), text, shipped: false };
        assert!(load(&[text]).expect("all compile").len() >= 30);
    }

    #[test]
    fn a_broken_pattern_is_an_error_with_a_place() {
        let error = load(&[text("(unclosed")]).expect_err("not a pattern");
        assert_eq!(error.position(), (5, 16));
        assert!(load(&[text("(a{1000}){1000}")]).is_err(), "a pattern that is too large");
    }

    #[test]
    fn only_the_end_of_a_huge_output_is_searched() {
        let entries = load(&[text("needle (?P<name>[a-z]+)")]).expect("loads");
        let huge = format!("needle lost\n{}\nneedle found", "é".repeat(SEARCHED_BYTES));
        let found = matching(&entries, &huge, "");
        assert_eq!(found.iter().map(|m| m.name.as_str()).collect::<Vec<_>>(), ["found"]);
    }

    #[test]
    fn an_entry_without_its_parts_is_an_error() {
        let mut broken = text("x");
        broken.text = broken.text.replace("### Steps\n1. s\n", "");
        assert!(load(&[broken]).expect_err("no steps").to_string().contains("### Steps"));
    }
}

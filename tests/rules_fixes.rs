//! Every fix on the bad examples of every rule, and on the cases of the families: the text
//! parses, the finding is gone, and no other one came.

use crate::support::scan::findings_of;
use proscenium::{
    analysis::{
        rules::examples::{self, MemoryFiles},
        source::SourceFiles,
    },
    domain::finding::Finding,
    knowledge::{
        Knowledge,
        rules::{RuleCard, RuleExample},
    },
    ports::ProposeError,
    propose::{self as fix, Language},
};
use std::collections::BTreeMap;

/// Whether a finding says that it can be repaired, in a language that fixes are written in.
fn is_fixable(finding: &Finding) -> bool {
    let known = Language::of(&finding.file).is_some_and(|language| fix::fixable(&finding.rule, language));
    assert!(
        !finding.fixable || known,
        "{} promises a fix in {} that nobody writes",
        finding.rule,
        finding.file
    );
    known
}

/// How often each rule is found.
fn counts(findings: &[Finding]) -> BTreeMap<&str, usize> {
    let mut counts = BTreeMap::new();
    for finding in findings {
        *counts.entry(finding.rule.as_str()).or_default() += 1;
    }
    counts
}

/// Repairs each finding of some files by itself; gives how many were, and what went wrong.
fn repair_all(files: &MemoryFiles, about: &str, wrong: &mut Vec<String>) -> usize {
    let before = findings_of(files);
    let mut repaired = 0;
    for finding in before.iter().filter(|finding| is_fixable(finding)) {
        let text = String::from_utf8(files.read(&finding.file).expect("a file")).expect("text");
        let known: Vec<&str> = files.entries().iter().map(|entry| entry.path.as_str()).collect();
        let fixed = match fix::fix(finding, &text, &known) {
            Ok(fixed) => fixed,
            // A fix that would have to guess says so.
            Err(ProposeError::NotApplicable(reason)) if !reason.is_empty() => continue,
            Err(error) => {
                wrong.push(format!("{about}: {}: {error}", finding.rule));
                continue;
            }
        };
        repaired += 1;
        let mut changed = files.with(&finding.file, &fixed.text);
        for (path, text) in &fixed.added {
            changed = changed.with(path, text);
        }
        let after = findings_of(&changed);
        let (was, is) = (counts(&before), counts(&after));
        let count =
            |counts: &BTreeMap<&str, usize>, rule: &str| counts.get(rule).copied().unwrap_or_default();
        if count(&is, &finding.rule) >= count(&was, &finding.rule) {
            wrong.push(format!("{about}: {} stays\n{}", finding.rule, fixed.text));
        }
        for rule in is.keys().filter(|rule| count(&is, rule) > count(&was, rule)) {
            wrong.push(format!("{about}: the fix of {} brings {rule}\n{}", finding.rule, fixed.text));
        }
    }
    repaired
}

#[test]
fn a_fix_takes_its_finding_away_and_brings_none() {
    let cards: Vec<RuleCard> = Knowledge::load(&[]).expect("the shipped knowledge loads").rules;
    let mut wrong = Vec::new();
    let mut repaired: BTreeMap<&str, usize> = BTreeMap::new();
    for card in &cards {
        let languages = [Language::Python, Language::TypeScript, Language::Rust, Language::Sql];
        if !languages.into_iter().any(|language| fix::fixable(&card.id, language)) {
            continue;
        }
        for example in card.examples.iter().filter(|example| is_written(example)) {
            let Some(files) = examples::project(card, example, &example.bad) else { continue };
            let about = format!("{} {} {}", card.id, example.framework, example.language);
            *repaired.entry(card.id.as_str()).or_default() += repair_all(&files, &about, &mut wrong);
        }
    }
    assert!(wrong.is_empty(), "{}\n{} wrong", wrong.join("\n"), wrong.len());
    let without: Vec<&&str> =
        repaired.iter().filter(|(_, count)| **count == 0).map(|(rule, _)| rule).collect();
    assert!(without.is_empty(), "no example of these is repaired: {without:?}");
}

/// Whether an example is of a language that fixes are written in.
fn is_written(example: &RuleExample) -> bool {
    ["python", "typescript", "javascript", "rust", "sql"].contains(&example.language.as_str())
}
